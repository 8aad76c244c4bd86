//! Short messages that come, are read aloud, and go.

use std::rc::Rc;

use yew::functional::UseReducerDispatcher;
use yew::{Callback, Reducible};

/// What every component can say something through.
pub type Toaster = UseReducerDispatcher<Toasts>;

/// The most that are shown at once.
const MOST: usize = 3;

/// A short message.
#[derive(Clone, Debug, PartialEq)]
pub struct Toast {
    /// Different for each.
    pub id: u32,
    /// What it says.
    pub text: String,
    /// A button: what it is called, and what it does.
    pub offer: Option<(&'static str, Callback<()>)>,
    /// How what it waits for begins.
    pub awaits: &'static [&'static str],
}

/// The messages that are shown, the oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Toasts {
    shown: Vec<Toast>,
    next: u32,
}

/// What happens to messages.
#[derive(Clone, Debug, PartialEq)]
pub enum ToastAction {
    /// Show one.
    Say(String),
    /// Show one that is over when anything else is said that begins with one of these words.
    Await(String, &'static [&'static str]),
    /// Show one with a button.
    Offer(String, &'static str, Callback<()>),
    /// Take it away.
    Close(u32),
}

impl Toasts {
    /// The messages, the oldest first.
    #[must_use]
    pub fn shown(&self) -> &[Toast] {
        &self.shown
    }

    fn show(&mut self, text: String, offer: Option<(&'static str, Callback<()>)>) {
        let is_over = |toast: &Toast| {
            let mut awaited = toast.awaits.iter();
            toast.text == text || awaited.any(|begins| text.starts_with(begins))
        };
        self.shown.retain(|toast| !is_over(toast));
        self.shown.push(Toast {
            id: self.next,
            text,
            offer,
            awaits: &[],
        });
        self.next = self.next.wrapping_add(1);
        let surplus = self.shown.len().saturating_sub(MOST);
        self.shown.drain(..surplus);
    }
}

impl Reducible for Toasts {
    type Action = ToastAction;

    fn reduce(self: Rc<Self>, action: ToastAction) -> Rc<Self> {
        let mut next = (*self).clone();
        match action {
            ToastAction::Say(text) => next.show(text, None),
            ToastAction::Await(text, awaits) => {
                next.show(text, None);
                if let Some(toast) = next.shown.last_mut() {
                    toast.awaits = awaits;
                }
            }
            ToastAction::Offer(text, name, act) => next.show(text, Some((name, act))),
            ToastAction::Close(id) => next.shown.retain(|toast| toast.id != id),
        }
        Rc::new(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn say(toasts: Rc<Toasts>, text: &str) -> Rc<Toasts> {
        toasts.reduce(ToastAction::Say(text.into()))
    }

    #[test]
    fn the_same_words_are_said_once_and_the_oldest_go_first() {
        let mut toasts = Rc::new(Toasts::default());
        for text in ["a", "b", "a", "c", "d"] {
            toasts = say(toasts, text);
        }
        let texts: Vec<_> = toasts
            .shown()
            .iter()
            .map(|toast| toast.text.as_str())
            .collect();
        assert_eq!(texts, ["a", "c", "d"]);
    }

    #[test]
    fn what_is_waited_for_takes_the_place_of_the_waiting() {
        let ask = ToastAction::Await("waiting…".into(), &["Response", "No response"]);
        let texts = |toasts: &Toasts| {
            let texts = toasts.shown().iter().map(|toast| toast.text.clone());
            texts.collect::<Vec<_>>()
        };
        for answer in ["Response after 8 ms: x", "No response in time."] {
            let toasts = say(Rc::new(Toasts::default()).reduce(ask.clone()), "other");
            assert_eq!(texts(&toasts), ["waiting…", "other"]);
            assert_eq!(texts(&say(toasts, answer)), ["other", answer]);
        }
    }

    #[test]
    fn closing_takes_one_away() {
        let toasts = say(say(Rc::default(), "a"), "b");
        let first = toasts.shown()[0].id;
        let left = toasts.reduce(ToastAction::Close(first));
        assert_eq!(left.shown().len(), 1);
        assert_eq!(left.shown()[0].text, "b");
    }
}
