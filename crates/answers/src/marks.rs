//! Marks of what answers have just published, by which it is known again when it comes back.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// Messages that are remembered; the oldest go.
const MOST: usize = 1024;
/// Milliseconds after which a message is not expected back any more.
const LASTS_MS: u64 = 5_000;
/// The same once one copy came: a server sends one message for several subscriptions, or one for each.
const COPIES_MS: u64 = 1_000;

#[derive(Clone, Debug)]
struct Mark {
    hash: u64,
    /// Copies that may still come.
    left: u32,
    until_ms: u64,
}

/// What may come back.
#[derive(Clone, Debug)]
pub(crate) struct Marks(VecDeque<Mark>);

fn hash(topic: &str, payload: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    (topic, payload).hash(&mut hasher);
    hasher.finish()
}

impl Marks {
    /// None.
    pub(crate) const fn new() -> Self {
        Self(VecDeque::new())
    }

    /// Notes a message that is published, of which so many copies may come back.
    pub(crate) fn published(&mut self, now_ms: u64, topic: &str, payload: &[u8], copies: u32) {
        if copies == 0 {
            return;
        }
        if self.0.len() >= MOST {
            self.0.pop_front();
        }
        self.0.push_back(Mark {
            hash: hash(topic, payload),
            left: copies,
            until_ms: now_ms.saturating_add(LASTS_MS),
        });
    }

    /// Whether a message is one that was published here; it is known again once for each copy.
    pub(crate) fn came_back(&mut self, now_ms: u64, topic: &str, payload: &[u8]) -> bool {
        self.0
            .retain(|mark| mark.left > 0 && mark.until_ms > now_ms);
        if self.0.is_empty() {
            return false;
        }
        let hash = hash(topic, payload);
        let Some(mark) = self.0.iter_mut().find(|mark| mark.hash == hash) else {
            return false;
        };
        mark.left = mark.left.saturating_sub(1);
        mark.until_ms = mark.until_ms.min(now_ms.saturating_add(COPIES_MS));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_known_again_as_often_as_it_may_come() {
        let mut marks = Marks::new();
        marks.published(0, "t", b"1", 2);
        assert!(!marks.came_back(1, "t", b"2") && !marks.came_back(1, "u", b"1"));
        assert!(marks.came_back(1, "t", b"1") && marks.came_back(2, "t", b"1"));
        assert!(!marks.came_back(3, "t", b"1"));
        marks.published(0, "t", b"1", 2);
        assert!(marks.came_back(10, "t", b"1"));
        assert!(
            !marks.came_back(10 + COPIES_MS, "t", b"1"),
            "the copy did not come"
        );
        marks.published(0, "t", b"1", 1);
        assert!(!marks.came_back(LASTS_MS, "t", b"1"), "it was lost");
        marks.published(0, "t", b"1", 0);
        assert!(!marks.came_back(0, "t", b"1"), "it cannot come back");
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut marks = Marks::new();
        for n in 0..5_000_u32 {
            marks.published(0, "t", &n.to_be_bytes(), 1);
        }
        assert_eq!(marks.0.len(), MOST);
        assert!(marks.came_back(0, "t", &4_999_u32.to_be_bytes()));
    }
}
