//! Messages that were published lately, and those that a person keeps.

use std::rc::Rc;

use mqttscope_engine::protocol::MessageDraft;
use serde::{Deserialize, Serialize};
use yew::Reducible;

/// How many published messages are remembered.
const REMEMBERED: usize = 20;

/// The largest payload that is kept for another visit, in bytes: a browser keeps little.
pub const LARGEST_KEPT: usize = 64 * 1024;

/// Messages to publish again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saved {
    /// Kept on purpose, oldest first. They stay for the next visit.
    pub kept: Vec<MessageDraft>,
    /// Published, newest first. They go with the page.
    #[serde(skip)]
    pub lately: Vec<MessageDraft>,
}

/// What happens to them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SavedAct {
    /// These were kept on an earlier visit.
    Load(Saved),
    /// This was published.
    Published(MessageDraft),
    /// Keep this.
    Keep(MessageDraft),
    /// Keep this one no longer.
    Drop(usize),
}

impl Saved {
    /// Both, those that are kept first.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&MessageDraft> {
        self.kept.iter().chain(&self.lately).nth(index)
    }
}

impl Reducible for Saved {
    type Action = SavedAct;

    fn reduce(self: Rc<Self>, act: SavedAct) -> Rc<Self> {
        let mut next = (*self).clone();
        match act {
            SavedAct::Load(saved) => next.kept = saved.kept,
            SavedAct::Published(message) => {
                next.lately.retain(|other| *other != message);
                next.lately.insert(0, message);
                next.lately.truncate(REMEMBERED);
            }
            SavedAct::Keep(message) => {
                next.kept.retain(|other| *other != message);
                next.kept.push(message);
            }
            SavedAct::Drop(index) if index < next.kept.len() => {
                next.kept.remove(index);
            }
            SavedAct::Drop(_) => {}
        }
        Rc::new(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(topic: &str) -> MessageDraft {
        MessageDraft {
            topic: topic.into(),
            payload: b"1".to_vec(),
            ..MessageDraft::default()
        }
    }

    #[test]
    fn the_same_message_is_remembered_once_and_the_oldest_is_forgotten() {
        let mut saved = Rc::new(Saved::default());
        for number in 0..30 {
            saved = saved.reduce(SavedAct::Published(message(&number.to_string())));
        }
        saved = saved.reduce(SavedAct::Published(message("20")));
        assert_eq!(saved.lately.len(), REMEMBERED);
        assert_eq!(saved.lately[0].topic, "20");
        assert_eq!(saved.lately[1].topic, "29");
    }

    #[test]
    fn only_what_is_kept_outlives_the_page() {
        let saved = Rc::new(Saved::default())
            .reduce(SavedAct::Published(message("a")))
            .reduce(SavedAct::Keep(message("b")))
            .reduce(SavedAct::Keep(message("c")))
            .reduce(SavedAct::Drop(0))
            .reduce(SavedAct::Drop(9));
        assert_eq!(saved.get(0).unwrap().topic, "c");
        assert_eq!(saved.get(1).unwrap().topic, "a");
        let text = serde_json::to_string(&*saved).unwrap();
        let back: Saved = serde_json::from_str(&text).unwrap();
        assert_eq!((back.kept.len(), back.lately.len()), (1, 0));
        assert_eq!(back.kept[0], message("c"));
    }
}
