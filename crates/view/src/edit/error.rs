//! Why an edit is not possible, in a sentence for the person who tried it.

use std::fmt;

use crate::digits::grouped;
use crate::escape::EscapeError;

/// Why an edit is not possible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EditError {
    /// The tree has no such node: the view is older than the bytes.
    NoSuchField,
    /// Nothing can be typed into this field; its parts can be changed.
    NotEditable {
        /// The field's name.
        name: &'static str,
    },
    /// Not a number, or not one that fits the field's bits.
    Range {
        /// The field's name.
        name: &'static str,
        /// Greatest number that fits.
        max: u32,
    },
    /// A backslash that begins no escape.
    Escape {
        /// The field's name.
        name: &'static str,
        /// What is wrong with the escape.
        error: EscapeError,
    },
    /// Longer than its length field can say.
    TooLong {
        /// The field's name.
        name: &'static str,
        /// Bytes it would have.
        len: usize,
        /// Bytes it may have.
        max: usize,
    },
    /// This packet has no place for it.
    NoPlace {
        /// What was to be added.
        name: &'static str,
    },
    /// Without it the packet has no meaning.
    NotRemovable {
        /// The field's name.
        name: &'static str,
    },
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchField => f.write_str("This field is no longer there."),
            Self::NotEditable { name } => write!(f, "{name} is changed through its parts."),
            Self::Range { name, max: 1 } => write!(f, "{name} takes 0 or 1."),
            Self::Range { name, max } => write!(f, "{name} takes 0 to {max}."),
            Self::Escape { name, error } => write!(f, "{name}: {error}."),
            Self::TooLong { name, len, max } => {
                write!(
                    f,
                    "{name} takes at most {} bytes; this would be {}.",
                    grouped(*max as u64),
                    grouped(*len as u64)
                )
            }
            Self::NoPlace { name } => write!(f, "This packet has no place for {name}."),
            Self::NotRemovable { name } => write!(f, "{name} cannot be taken out."),
        }
    }
}

impl std::error::Error for EditError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences() {
        let table = [
            (
                EditError::Range {
                    name: "Keep Alive",
                    max: 65535,
                },
                "Keep Alive takes 0 to 65535.",
            ),
            (
                EditError::Range {
                    name: "RETAIN",
                    max: 1,
                },
                "RETAIN takes 0 or 1.",
            ),
            (
                EditError::TooLong {
                    name: "Topic Name",
                    len: 1_070_000,
                    max: 65535,
                },
                "Topic Name takes at most 65,535 bytes; this would be 1,070,000.",
            ),
        ];
        for (error, text) in table {
            assert_eq!(error.to_string(), text);
        }
    }
}
