//! JSON in other arrangements than its own: with the members sorted by name, and with what is inside folded away.

use super::{MAX_INDENT, MAX_SHOWN, indent};

/// Characters of a list or an object up to which it is not folded.
const SHORT: usize = 60;

/// Valid JSON with the members of each object in the order of their names, laid out; `None`: they are in order already.
pub(super) fn sorted(json: &str) -> Option<String> {
    let mut out = String::with_capacity(json.len());
    let mut is_other = false;
    sort(json.trim(), 0, &mut out, &mut is_other);
    is_other.then(|| indent(&out))
}

fn sort(json: &str, depth: usize, out: &mut String, is_other: &mut bool) {
    // What nests deeper stays as it is, so that a text takes no more than so many readings.
    let inside = (depth <= MAX_INDENT).then(|| members(json)).flatten();
    let Some((brackets, mut members)) = inside else {
        out.push_str(json);
        return;
    };
    let (open, close) = brackets;
    if open == '{' {
        *is_other |= !members.is_sorted_by_key(|member| member.0);
        // Of several with one name the order stays.
        members.sort_by_key(|member| member.0);
    }
    out.push(open);
    for (at, (name, value)) in members.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        if let Some(name) = name {
            out.push_str(name);
            out.push(':');
        }
        sort(value, depth.saturating_add(1), out, is_other);
    }
    out.push(close);
}

/// Valid JSON with a line for each of its outermost members, in which a long list or object is a count; `None`: there is
/// none that is long.
pub(super) fn folded(json: &str) -> Option<String> {
    let ((open, close), members) = members(json.trim())?;
    let is_object = open == '{';
    let (mut out, mut is_folded) = (open.to_string(), false);
    let last = members.len().saturating_sub(1);
    for (at, (name, value)) in members.into_iter().enumerate() {
        out.push_str("\n  ");
        if let Some(name) = name.filter(|_| is_object) {
            out.push_str(&indent(name));
            out.push_str(": ");
        }
        match self::members(value) {
            Some(((open, close), inner)) if value.len() > SHORT => {
                let what = if open == '{' { "member" } else { "item" };
                let plural = if inner.len() == 1 { "" } else { "s" };
                out.push_str(&format!("{open} … {} {what}{plural} {close}", inner.len()));
                is_folded = true;
            }
            _ => {
                let lines = indent(value);
                let words: Vec<&str> = lines.lines().map(str::trim_start).collect();
                out.push_str(&words.join(" "));
            }
        }
        if at < last {
            out.push(',');
        }
    }
    out.push('\n');
    out.push(close);
    (is_folded && out.len() <= MAX_SHOWN.saturating_mul(2)).then_some(out)
}

/// A member of a list or an object: its name as it is written, and its value.
type Member<'a> = (Option<&'a str>, &'a str);

/// The brackets of a list or an object, and its members; `None`: it is neither.
fn members(json: &str) -> Option<((char, char), Vec<Member<'_>>)> {
    let brackets = match json.bytes().next()? {
        b'{' => ('{', '}'),
        b'[' => ('[', ']'),
        _ => return None,
    };
    let inside = json.get(1..json.len().saturating_sub(1))?;
    let (mut found, mut begin, mut colon) = (Vec::new(), 0, None);
    let (mut depth, mut in_string, mut is_escaped) = (0_usize, false, false);
    let mut add = |begin: usize, colon: &mut Option<usize>, end: usize| {
        let value = colon.map_or(begin, |at| at.saturating_add(1));
        let name = colon
            .take()
            .and_then(|at| inside.get(begin..at))
            .map(str::trim);
        found.push((name, inside.get(value..end).unwrap_or_default().trim()));
    };
    for (at, byte) in inside.bytes().enumerate() {
        if in_string {
            in_string = is_escaped || byte != b'"';
            is_escaped = !is_escaped && byte == b'\\';
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => depth = depth.saturating_add(1),
            b'}' | b']' => depth = depth.saturating_sub(1),
            b':' if depth == 0 => colon = Some(at),
            b',' if depth == 0 => {
                add(begin, &mut colon, at);
                begin = at.saturating_add(1);
            }
            _ => {}
        }
    }
    if !inside.trim().is_empty() {
        add(begin, &mut colon, inside.len());
    }
    Some((brackets, found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_sorted_by_name_and_nothing_else_changes() {
        assert_eq!(
            sorted(r#" {"z": 1.10, "a": [{"y":"}{,\":","b":1e400}, {}], "k":null} "#).unwrap(),
            "{\n  \"a\": [\n    {\n      \"b\": 1e400,\n      \"y\": \"}{,\\\":\"\n    },\n    {}\n  ],\n  \"k\": null,\n  \"z\": 1.10\n}"
        );
        for json in [
            r#"{"a":1,"b":{"c":2}}"#,
            "[3,1,2]",
            "[]",
            "21.5",
            r#"{"a":1,"a":0}"#,
        ] {
            assert_eq!(sorted(json), None, "{json}");
        }
    }

    #[test]
    fn what_is_long_is_folded() {
        let long = "1234567890,".repeat(9);
        let json = format!(
            r#"{{"t": 21.5, "in": {{"a":[1,2]}}, "list":[{long}0], "o":{{"k":[{long}0]}}}}"#
        );
        assert_eq!(
            folded(&json).unwrap(),
            "{\n  \"t\": 21.5,\n  \"in\": { \"a\": [ 1, 2 ] },\n  \"list\": [ … 10 items ],\n  \"o\": { … 1 member }\n}"
        );
        assert_eq!(
            folded(&format!("[[{long}0], 7]")).unwrap(),
            "[\n  [ … 10 items ],\n  7\n]"
        );
        for json in [r#"{"a":1,"b":{"c":2}}"#, "[]", "21.5"] {
            assert_eq!(folded(json), None, "{json}");
        }
    }
}
