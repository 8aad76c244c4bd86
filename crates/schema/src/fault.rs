//! Why a payload and its schema do not fit.

use alloc::format;
use alloc::string::String;

/// What does not fit, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The byte of the payload, from 0; none: of a text.
    pub(crate) offset: Option<usize>,
    /// The field, from the outermost on.
    pub(crate) path: String,
    /// In words, without a full stop.
    pub(crate) says: String,
}

impl Fault {
    pub(crate) fn at(offset: usize, says: impl Into<String>) -> Self {
        Self {
            offset: Some(offset),
            path: String::new(),
            says: says.into(),
        }
    }

    /// Of what is to be written.
    pub(crate) fn of_text(says: impl Into<String>) -> Self {
        Self {
            offset: None,
            path: String::new(),
            says: says.into(),
        }
    }

    /// The same, within this field.
    #[must_use]
    pub(crate) fn within(mut self, field: &str) -> Self {
        // A name may be long, and so may be what is nested.
        if self.path.len() < 200 {
            let dot = if self.path.is_empty() || self.path.starts_with('[') {
                ""
            } else {
                "."
            };
            self.path = format!("{field}{dot}{}", self.path);
        }
        self
    }

    /// A sentence without a full stop.
    pub(crate) fn sentence(&self) -> String {
        let mut out = String::new();
        if let Some(offset) = self.offset {
            out.push_str(&format!("byte {offset}"));
        }
        if !self.path.is_empty() {
            let comma = if out.is_empty() { "" } else { ", " };
            out.push_str(&format!("{comma}field {}", self.path));
        }
        if out.is_empty() {
            return self.says.clone();
        }
        format!("{out}: {}", self.says)
    }
}
