//! Writes values that came in a binary form as JSON-like text to be read by people, or as JSON to be read by paths.

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
    /// It becomes JSON, on one line: what JSON has no word for is a text.
    is_json: bool,
}

impl Printer {
    /// Writes JSON.
    pub(super) fn of_json() -> Self {
        Self {
            is_json: true,
            ..Self::default()
        }
    }

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

    /// What JSON has no word for.
    pub(super) fn other(&mut self, word: &str) {
        if self.is_json {
            self.text(word);
        } else {
            self.word(word);
        }
    }

    /// What stands around a value, such as a tag, which JSON does without.
    pub(super) fn around(&mut self, word: &str) {
        if !self.is_json {
            self.word(word);
        }
    }

    /// A number that always looks like a fraction.
    pub(super) fn float(&mut self, number: f64) {
        let text = if number.is_infinite() {
            let sign = if number < 0.0 { "-" } else { "" };
            format!("{sign}Infinity")
        } else {
            format!("{number:?}")
        };
        if number.is_finite() {
            self.word(&text);
        } else {
            self.other(&text);
        }
    }

    pub(super) fn text(&mut self, text: &str) {
        self.has_text |= !text.is_empty();
        if self.is_json {
            // A text is always JSON.
            (self.out).push_str(&serde_json::to_string(text).unwrap_or_default());
            return;
        }
        self.out.push('"');
        let escaped = escape::escape(text.as_bytes());
        self.out.push_str(&escaped.replace('"', "\\\""));
        self.out.push('"');
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        let (open, close) = if self.is_json {
            ("\"", "\"")
        } else {
            ("h'", "'")
        };
        self.out.push_str(open);
        for byte in bytes {
            // Writing to a String does not fail.
            let _ = write!(self.out, "{byte:02x}");
        }
        self.out.push_str(close);
    }

    /// Where what is written next begins.
    pub(super) const fn place(&self) -> usize {
        self.out.len()
    }

    /// Behind a key that began there; `None`: in JSON a list or a map can be none.
    pub(super) fn colon(&mut self, key: usize) -> Option<()> {
        let word = self.out.get(key..)?;
        if self.is_json && !word.starts_with('"') {
            let word = Some(word).filter(|word| !word.starts_with(['[', '{']))?;
            let name = format!("\"{word}\"");
            self.out.truncate(key);
            self.out.push_str(&name);
        }
        self.out.push_str(if self.is_json { ":" } else { ": " });
        Some(())
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
        self.line();
    }

    pub(super) fn close(&mut self, bracket: char) {
        self.leave();
        if !self.is_first {
            self.line();
        }
        self.is_first = false;
        self.out.push(bracket);
    }

    fn line(&mut self) {
        if !self.is_json {
            break_line(&mut self.out, self.depth.min(MAX_INDENT));
        }
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
