//! Marks of what answers have just published, by which it is known again when it comes back.

use core::time::Duration;
use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use mqttscope_shared::Instant;

/// Messages that are remembered; the oldest go.
const MOST: usize = 1024;
/// After so long a message is not expected back any more.
const LASTS: Duration = Duration::from_secs(5);
/// The same once one copy came: a server sends one message for several subscriptions, or one for each.
const COPIES: Duration = Duration::from_secs(1);

#[derive(Clone, Debug)]
struct Mark {
    hash: u64,
    /// Copies that may still come.
    left: u32,
    until: Instant,
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
    /// A set without marks.
    pub(crate) const fn new() -> Self {
        Self(VecDeque::new())
    }

    /// Notes a message that is published, of which so many copies may come back.
    pub(crate) fn published(&mut self, now: Instant, topic: &str, payload: &[u8], copies: u32) {
        if copies == 0 {
            return;
        }
        if self.0.len() >= MOST {
            self.0.pop_front();
        }
        self.0.push_back(Mark {
            hash: hash(topic, payload),
            left: copies,
            until: now + LASTS,
        });
    }

    /// Whether a message is one that was published here; it is known again once for each copy.
    pub(crate) fn came_back(&mut self, now: Instant, topic: &str, payload: &[u8]) -> bool {
        self.0.retain(|mark| mark.left > 0 && mark.until > now);
        if self.0.is_empty() {
            return false;
        }
        let hash = hash(topic, payload);
        let Some(mark) = self.0.iter_mut().find(|mark| mark.hash == hash) else {
            return false;
        };
        mark.left = mark.left.saturating_sub(1);
        mark.until = mark.until.min(now + COPIES);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(ms: u64) -> Instant {
        Instant::from_millis(ms)
    }

    #[test]
    fn a_message_is_known_again_as_often_as_it_may_come() {
        let mut marks = Marks::new();
        marks.published(at(0), "t", b"1", 2);
        assert!(!marks.came_back(at(1), "t", b"2") && !marks.came_back(at(1), "u", b"1"));
        assert!(marks.came_back(at(1), "t", b"1") && marks.came_back(at(2), "t", b"1"));
        assert!(!marks.came_back(at(3), "t", b"1"));
        marks.published(at(0), "t", b"1", 2);
        assert!(marks.came_back(at(10), "t", b"1"));
        assert!(
            !marks.came_back(at(10) + COPIES, "t", b"1"),
            "the copy did not come"
        );
        marks.published(at(0), "t", b"1", 1);
        assert!(!marks.came_back(at(0) + LASTS, "t", b"1"), "it was lost");
        marks.published(at(0), "t", b"1", 0);
        assert!(!marks.came_back(at(0), "t", b"1"), "it cannot come back");
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut marks = Marks::new();
        for n in 0..5_000_u32 {
            marks.published(at(0), "t", &n.to_be_bytes(), 1);
        }
        assert_eq!(marks.0.len(), MOST);
        assert!(marks.came_back(at(0), "t", &4_999_u32.to_be_bytes()));
    }
}
