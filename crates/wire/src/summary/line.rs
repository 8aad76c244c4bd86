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

/// The first few, and how many more there are; `omitted` of them are not among `entries`.
pub(super) fn list<T>(
    mut entries: impl Iterator<Item = T>,
    omitted: usize,
    show: impl Fn(T) -> String,
) -> String {
    // Room for the identifier before the list and the count behind it.
    const ROOM: usize = 76;
    let mut out = String::new();
    let mut width = 0_usize;
    let more = |out: String, more: usize| match (more, out.is_empty()) {
        (0, _) => out,
        (_, true) => format!("{more} not shown"),
        (_, false) => format!("{out} +{more} more"),
    };
    while let Some(entry) = entries.next() {
        let entry = show(entry);
        width = width
            .saturating_add(entry.chars().count())
            .saturating_add(2);
        if !out.is_empty() && width > ROOM {
            let left = entries.count().saturating_add(1).saturating_add(omitted);
            return more(out, left);
        }
        if !out.is_empty() {
            out.push_str(", ");
        }
        out.push_str(&entry);
    }
    more(out, omitted)
}
