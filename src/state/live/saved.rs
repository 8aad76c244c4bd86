//! Messages that were published lately, and those that a person keeps.

use std::rc::Rc;

use mqttscope_protocol::MessageDraft;
use serde::{Deserialize, Serialize};
use yew::Reducible;

/// How many published messages are remembered.
const REMEMBERED: usize = 50;

/// How many messages can be kept on purpose.
pub const MOST_KEPT: usize = 100;

/// The largest payload that is kept for another visit, in bytes: a browser keeps little.
pub const LARGEST_KEPT: usize = 64 * 1024;

/// Messages to publish again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saved {
    /// Kept on purpose, oldest first.
    #[serde(default)]
    pub kept: Vec<MessageDraft>,
    /// Published, newest first.
    #[serde(default)]
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
    /// Forget what was published.
    Forget,
}

impl Saved {
    /// Both, those that are kept first.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&MessageDraft> {
        self.kept.iter().chain(&self.lately).nth(index)
    }

    /// Whether another can be kept.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.kept.len() < MOST_KEPT
    }

    /// What stays for the next visit: all but what is too large.
    #[must_use]
    pub fn for_storage(&self) -> Self {
        let fits = |message: &&MessageDraft| message.payload.len() <= LARGEST_KEPT;
        let part = |messages: &[MessageDraft]| messages.iter().filter(fits).cloned().collect();
        Self {
            kept: part(&self.kept),
            lately: part(&self.lately),
        }
    }
}

impl Saved {
    fn published(&mut self, message: MessageDraft) {
        self.lately.retain(|other| *other != message);
        self.lately.insert(0, message);
        self.lately.truncate(REMEMBERED);
    }

    fn keep(&mut self, message: MessageDraft) {
        self.kept.retain(|other| *other != message);
        if self.has_room() {
            self.kept.push(message);
        }
    }
}

impl Reducible for Saved {
    type Action = SavedAct;

    fn reduce(self: Rc<Self>, act: SavedAct) -> Rc<Self> {
        let mut next = (*self).clone();
        match act {
            SavedAct::Load(saved) => {
                // What was done before it came is newer.
                let (kept, lately) = (next.kept, next.lately);
                next = saved;
                kept.into_iter().for_each(|message| next.keep(message));
                let newest_last = lately.into_iter().rev();
                newest_last.for_each(|message| next.published(message));
            }
            SavedAct::Published(message) => next.published(message),
            SavedAct::Keep(message) => next.keep(message),
            SavedAct::Forget => next.lately.clear(),
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
        for number in 0..60 {
            saved = saved.reduce(SavedAct::Published(message(&number.to_string())));
        }
        saved = saved.reduce(SavedAct::Published(message("50")));
        assert_eq!(saved.lately.len(), REMEMBERED);
        assert_eq!(saved.lately[0].topic, "50");
        assert_eq!(saved.lately[1].topic, "59");
    }

    #[test]
    fn what_is_kept_and_published_outlives_the_page_but_for_what_is_large() {
        let large = MessageDraft {
            payload: vec![0; LARGEST_KEPT + 1],
            ..message("large")
        };
        let saved = Rc::new(Saved::default())
            .reduce(SavedAct::Published(message("a")))
            .reduce(SavedAct::Published(large))
            .reduce(SavedAct::Keep(message("b")))
            .reduce(SavedAct::Keep(message("c")))
            .reduce(SavedAct::Drop(0))
            .reduce(SavedAct::Drop(9));
        assert_eq!(saved.get(0).unwrap().topic, "c");
        assert_eq!(saved.get(1).unwrap().topic, "large");
        let text = serde_json::to_string(&saved.for_storage()).unwrap();
        let back: Saved = serde_json::from_str(&text).unwrap();
        assert_eq!(back.kept, [message("c")]);
        assert_eq!(back.lately, [message("a")]);
        // What was published before it came is newer.
        let early = Rc::new(Saved::default()).reduce(SavedAct::Published(message("early")));
        let both = early.reduce(SavedAct::Load(back));
        assert_eq!(both.lately, [message("early"), message("a")]);
        assert_eq!(both.reduce(SavedAct::Forget).lately, []);
    }

    #[test]
    fn no_more_is_kept_than_there_is_room_for() {
        let saved = (0..MOST_KEPT + 5).fold(Rc::new(Saved::default()), |saved, number| {
            saved.reduce(SavedAct::Keep(message(&number.to_string())))
        });
        assert_eq!((saved.kept.len(), saved.has_room()), (MOST_KEPT, false));
        assert_eq!(saved.kept[0].topic, "0");
    }
}
