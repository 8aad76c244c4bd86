//! What the subscriptions said of a topic before: a flood has few topics, and each comes again.

use hashbrown::HashMap;

use super::matched::Matched;

/// Topics that are remembered; with more it begins anew.
const MAXIMUM: usize = 448;
/// Bytes of the longest topic that is remembered.
const LONGEST: usize = 64;

/// A topic, and what all subscriptions that match it have in common.
#[derive(Clone, Copy, Debug)]
struct Known {
    topic: [u8; LONGEST],
    len: usize,
    matched: Option<Matched>,
}

/// What matched topics, by their marks. A copy remembers nothing, which keeps it small.
#[derive(Debug, Default)]
pub(super) struct Recall(HashMap<u64, Known>);

impl Clone for Recall {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Recall {
    /// What matched this topic before; none: not known.
    #[inline]
    pub(super) fn get(&self, mark: u64, topic: &str) -> Option<Option<Matched>> {
        let known = self.0.get(&mark)?;
        // Two topics may have one mark.
        (known.topic.get(..known.len)? == topic.as_bytes()).then_some(known.matched)
    }

    /// Remembers what matches this topic.
    pub(super) fn set(&mut self, mark: u64, topic: &str, matched: Option<Matched>) {
        let mut known = Known {
            topic: [0; LONGEST],
            len: topic.len(),
            matched,
        };
        let Some(place) = known.topic.get_mut(..topic.len()) else {
            return;
        };
        place.copy_from_slice(topic.as_bytes());
        if self.0.len() >= MAXIMUM {
            self.0.clear();
        }
        self.0.insert(mark, known);
    }

    /// The subscriptions change.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}
