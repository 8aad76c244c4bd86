//! What another page hands over: it waits until the page that takes it is there.

use std::cell::RefCell;
use std::thread::LocalKey;

use yew::prelude::*;

/// What waits, and who takes it where somebody does.
pub struct Inbox<T>(RefCell<(Vec<T>, Option<Callback<T>>)>);

impl<T: 'static> Inbox<T> {
    /// An empty one, which nobody looks into yet.
    pub(crate) const fn new() -> Self {
        Self(RefCell::new((Vec::new(), None)))
    }

    /// Hands something over.
    pub(crate) fn put(&self, given: T) {
        let taker = self.0.borrow().1.clone();
        match taker {
            Some(taker) => taker.emit(given),
            None => self.0.borrow_mut().0.push(given),
        }
    }

    fn open(&self, taker: Callback<T>) {
        let waiting = core::mem::take(&mut self.0.borrow_mut().0);
        self.0.borrow_mut().1 = Some(taker.clone());
        for given in waiting {
            taker.emit(given);
        }
    }

    fn close(&self) {
        self.0.borrow_mut().1 = None;
    }
}

/// Takes what is handed over, from the first time that the page is drawn.
#[hook]
pub fn use_inbox<T: 'static>(inbox: &'static LocalKey<Inbox<T>>, take: &Callback<T>) {
    let take = take.clone();
    use_effect_with((), move |()| {
        inbox.with(|inbox| inbox.open(take));
        || inbox.with(Inbox::close)
    });
}
