//! Paths into JSON: `$`, `.name`, `[0]` and `["name"]`, and nothing else.

use core::fmt;

use serde_json::Value;

/// A text that is no path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathFault;

impl fmt::Display for PathFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a path is $ with .name, [0] or [\"name\"] behind it, as in $.a.b[0]")
    }
}

impl core::error::Error for PathFault {}

enum Step<'a> {
    Name(&'a str),
    Index(usize),
}

/// The next step of what stands behind `$`, and the rest.
fn step(text: &str) -> Result<(Step<'_>, &str), PathFault> {
    if let Some(text) = text.strip_prefix('.') {
        let end = text.find(['.', '[']).unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        return if name.is_empty() {
            Err(PathFault)
        } else {
            Ok((Step::Name(name), rest))
        };
    }
    let text = text.strip_prefix('[').ok_or(PathFault)?;
    if let Some(text) = text.strip_prefix('"') {
        let (name, rest) = text.split_once("\"]").ok_or(PathFault)?;
        return Ok((Step::Name(name), rest));
    }
    let (index, rest) = text.split_once(']').ok_or(PathFault)?;
    let is_number = index.bytes().all(|byte| byte.is_ascii_digit());
    let index = index.parse().ok().filter(|_| is_number);
    Ok((Step::Index(index.ok_or(PathFault)?), rest))
}

/// Whether a text is a path.
pub(crate) fn check(path: &str) -> Result<(), PathFault> {
    check_behind(path.strip_prefix('$').ok_or(PathFault)?)
}

/// The same of what stands behind its `$`.
pub(crate) fn check_behind(mut rest: &str) -> Result<(), PathFault> {
    while !rest.is_empty() {
        (_, rest) = step(rest)?;
    }
    Ok(())
}

/// What stands at a path. A text that is no path leads nowhere.
pub(crate) fn find<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    find_behind(value, path.strip_prefix('$')?)
}

/// The same with what stands behind a path's `$`.
pub(crate) fn find_behind<'v>(mut value: &'v Value, mut rest: &str) -> Option<&'v Value> {
    while !rest.is_empty() {
        let (at, behind) = step(rest).ok()?;
        value = match at {
            Step::Name(name) => value.get(name)?,
            Step::Index(index) => value.get(index)?,
        };
        rest = behind;
    }
    Some(value)
}

/// A value as text: a string without its quotes, all else as JSON without blanks.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_to_a_value() {
        let value: Value =
            serde_json::from_str(r#"{"a":{"b":[1,{"c d":"x"}]},"n":12345678901}"#).unwrap();
        for (path, found) in [
            ("$.a.b[0]", Some("1")),
            ("$.a.b[1][\"c d\"]", Some("x")),
            ("$.a.b[1].c d", Some("x")),
            ("$.n", Some("12345678901")),
            ("$.a.b[2]", None),
            ("$.a[0]", None),
            ("$.n.b", None),
            ("a", None),
        ] {
            let text = find(&value, path).map(text);
            assert_eq!(text.as_deref(), found, "{path}");
        }
        assert_eq!(find(&value, "$"), Some(&value));
    }

    #[test]
    fn what_is_no_path_is_said() {
        for path in [
            "", "a", "$a", "$.", "$[", "$[x]", "$[-1]", "$[+1]", "$[\"a]", "$..a", "$.a[]",
        ] {
            assert_eq!(check(path), Err(PathFault), "{path}");
        }
        for path in ["$", "$.a", "$[0]", "$[\"a.b\"].c"] {
            assert_eq!(check(path), Ok(()), "{path}");
        }
    }
}
