//! Who may connect: names and passwords of a file.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use mqttscope_broker::{Access, Credentials};
use mqttscope_wire::ReasonCode;

/// Names and passwords.
pub(super) struct Users(HashMap<String, Vec<u8>>);

impl fmt::Debug for Users {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Passwords stand nowhere but in their file.
        write!(f, "{} users", self.0.len())
    }
}

impl Users {
    /// Reads lines of `name:password`; empty ones and those with `#` before all else are passed over.
    ///
    /// # Errors
    /// The file cannot be read, or which line is wrong.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("reading the users of {}", path.display()))?;
        warn_of_others(path);
        Self::parse(&text).with_context(|| path.display().to_string())
    }

    fn parse(text: &str) -> Result<Self> {
        let mut users = HashMap::new();
        for (number, line) in (1..).zip(text.lines()) {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let Some((name, password)) = line.split_once(':').filter(|(name, _)| !name.is_empty())
            else {
                bail!("line {number}: write name:password");
            };
            if users
                .insert(name.to_owned(), password.as_bytes().to_vec())
                .is_some()
            {
                bail!("line {number}: there is a user {name} already");
            }
        }
        if users.is_empty() {
            bail!("it names no users, so nobody could connect");
        }
        Ok(Self(users))
    }
}

#[cfg(unix)]
fn warn_of_others(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let others = std::fs::metadata(path).is_ok_and(|data| data.permissions().mode() & 0o007 != 0);
    if others {
        eprintln!(
            "mqttscope: warning: everybody on this machine may read {}",
            path.display()
        );
    }
}

#[cfg(not(unix))]
fn warn_of_others(_: &Path) {}

impl Access for Users {
    fn connect(&mut self, credentials: &Credentials<'_>) -> Result<(), ReasonCode> {
        let known = credentials.user_name.and_then(|name| self.0.get(name));
        // A name that nobody has takes as long as a wrong password.
        let given = credentials.password.unwrap_or_default();
        let is_right = is_same(known.map_or(b"\0", Vec::as_slice), given);
        if known.is_some() && credentials.password.is_some() && is_right {
            Ok(())
        } else {
            Err(ReasonCode::BAD_USER_NAME_OR_PASSWORD)
        }
    }
}

/// Compares in a time that tells nothing of where they differ.
fn is_same(one: &[u8], other: &[u8]) -> bool {
    let differs = one.iter().zip(other).fold(0, |all, (a, b)| all | (a ^ b));
    one.len() == other.len() && differs == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_users() {
        let users = Users::parse("# ours\nann:secret:with colon\n\nbob:\n").unwrap();
        assert_eq!(users.0["ann"], b"secret:with colon");
        assert_eq!(users.0["bob"], b"");
        assert_eq!(format!("{users:?}"), "2 users");
        for (text, words) in [
            ("", "names no users"),
            ("ann:x\nbob", "line 2: write name:password"),
            (":x", "line 1"),
            ("a:1\na:2", "line 2: there is a user a already"),
        ] {
            let error = Users::parse(text).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
    }

    #[test]
    fn what_differs_anywhere_differs() {
        for (one, other, same) in [
            ("", "", true),
            ("a", "a", true),
            ("a", "b", false),
            ("a", "ab", false),
            ("", "a", false),
        ] {
            assert_eq!(
                is_same(one.as_bytes(), other.as_bytes()),
                same,
                "{one} {other}"
            );
        }
    }
}
