//! How facts become a line.

use alloc::{format, string::String};

/// The longest line, in characters.
pub(super) const MAX: usize = 100;

/// The facts of a line, with a dot between them.
#[derive(Default)]
pub(super) struct Line(String);

impl Line {
    pub(super) fn add(&mut self, fact: &str) {
        if fact.is_empty() {
            return;
        }
        if !self.0.is_empty() {
            self.0.push_str(" · ");
        }
        self.0.push_str(fact);
    }

    pub(super) fn finish(mut self) -> String {
        if let Some((end, _)) = self.0.char_indices().nth(MAX.saturating_sub(1))
            && self.0.chars().count() > MAX
        {
            self.0.truncate(end);
            self.0.push('…');
        }
        self.0
    }
}

/// The first few, and how many more there are.
pub(super) fn list(mut entries: impl Iterator<Item = String>) -> String {
    // Room for the identifier before the list and the count behind it.
    const ROOM: usize = 76;
    let mut out = String::new();
    let mut width = 0_usize;
    while let Some(entry) = entries.next() {
        width = width
            .saturating_add(entry.chars().count())
            .saturating_add(2);
        if !out.is_empty() && width > ROOM {
            let more = entries.count().saturating_add(1);
            return format!("{out} +{more} more");
        }
        if !out.is_empty() {
            out.push_str(", ");
        }
        out.push_str(&entry);
    }
    out
}
