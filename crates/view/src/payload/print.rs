//! Writes values that came in a binary form as JSON-like text.

use core::fmt::Write as _;

use super::{MAX_INDENT, break_line};
use crate::escape;

/// Values nest no deeper than this; who nests deeper means to break readers.
const MAX_DEPTH: usize = 64;

/// A value as text.
#[derive(Debug)]
pub(super) struct Printed {
    pub(super) text: String,
    /// Whether it is a list or a map with something in it.
    pub(super) is_container: bool,
    /// Whether there is text in it.
    pub(super) has_text: bool,
}

/// Lays values out, one member a line.
#[derive(Debug, Default)]
pub(super) struct Printer {
    out: String,
    depth: usize,
    /// Whether the open list or map has no member yet.
    is_first: bool,
    is_container: bool,
    has_text: bool,
}

impl Printer {
    pub(super) fn finish(self) -> Printed {
        Printed {
            text: self.out,
            is_container: self.is_container,
            has_text: self.has_text,
        }
    }

    pub(super) fn word(&mut self, word: &str) {
        self.out.push_str(word);
    }

    /// A number that always looks like a fraction.
    pub(super) fn float(&mut self, number: f64) {
        let text = if number.is_infinite() {
            let sign = if number < 0.0 { "-" } else { "" };
            format!("{sign}Infinity")
        } else {
            format!("{number:?}")
        };
        self.word(&text);
    }

    pub(super) fn text(&mut self, text: &str) {
        self.has_text |= !text.is_empty();
        self.out.push('"');
        let escaped = escape::escape(text.as_bytes());
        self.out.push_str(&escaped.replace('"', "\\\""));
        self.out.push('"');
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.out.push_str("h'");
        for byte in bytes {
            // Writing to a String does not fail.
            let _ = write!(self.out, "{byte:02x}");
        }
        self.out.push('\'');
    }

    /// Begins a list or a map; `None`: it is nested too deep.
    pub(super) fn open(&mut self, bracket: char) -> Option<()> {
        self.enter()?;
        self.out.push(bracket);
        self.is_first = true;
        Some(())
    }

    /// Before each member.
    pub(super) fn next(&mut self) {
        self.is_container = true;
        if !self.is_first {
            self.out.push(',');
        }
        self.is_first = false;
        break_line(&mut self.out, self.depth.min(MAX_INDENT));
    }

    pub(super) fn close(&mut self, bracket: char) {
        self.leave();
        if !self.is_first {
            break_line(&mut self.out, self.depth);
        }
        self.is_first = false;
        self.out.push(bracket);
    }

    /// One level deeper; `None`: it is nested too deep.
    pub(super) fn enter(&mut self) -> Option<()> {
        self.depth = self.depth.checked_add(1).filter(|&it| it <= MAX_DEPTH)?;
        Some(())
    }

    pub(super) fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }
}
