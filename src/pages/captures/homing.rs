//! Where the focus goes when files are opened and closed: the page is another one then, and what had the focus is gone.

use std::cell::Cell;
use std::rc::Rc;

use web_sys::File;
use yew::prelude::*;

use super::empty::FIRST;
use crate::services::browser;

/// What is to have the focus when files are there again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// What closes the file at this place, or the last one.
    File(usize),
    /// The page.
    Main,
}

/// See [the module](self).
#[derive(Clone)]
pub(super) struct Home {
    next: Rc<Cell<Option<Next>>>,
}

impl Home {
    /// The same, after which the focus is at the next file.
    pub(super) fn at_file(&self, close_one: &Callback<usize>) -> Callback<usize> {
        let (next, close_one) = (self.next.clone(), close_one.clone());
        Callback::from(move |place| {
            next.set(Some(Next::File(place)));
            close_one.emit(place);
        })
    }

    /// The same, after which the focus is on the page that files are shown on.
    pub(super) fn at_main(&self, on_files: &Callback<Vec<File>>) -> Callback<Vec<File>> {
        let (next, on_files) = (self.next.clone(), on_files.clone());
        Callback::from(move |files| {
            next.set(Some(Next::Main));
            on_files.emit(files);
        })
    }
}

/// Puts the focus where it belongs once files are there, or are not any more; never where something has it.
#[hook]
pub(super) fn use_home(is_open: bool, shown: bool) -> Home {
    let next = use_memo((), |()| Cell::new(None::<Next>));
    let was_open = use_mut_ref(|| false);
    {
        let next = next.clone();
        use_effect_with((is_open, shown), move |&(is_open, shown)| {
            let was_open = was_open.replace(is_open);
            if was_open == is_open || !shown {
                return;
            }
            // While one is closed the others are not there for a moment.
            let is_between = !is_open && next.get().is_some();
            if is_between || !browser::is_focus_free() {
                return;
            }
            match next.take() {
                _ if !is_open => browser::focus_quietly(FIRST),
                Some(Next::File(place)) => focus_file(place),
                Some(Next::Main) => browser::focus_quietly("#main"),
                None => {}
            }
        });
    }
    Home { next }
}

/// Puts the focus on what closes the file at this place, or the last one; the only one is closed with all.
fn focus_file(place: usize) {
    let files = "[data-testid='files'] > li";
    let place = place.saturating_add(1);
    for selector in [
        "[data-testid='close-captures']".to_owned(),
        format!("{files}:last-child [data-testid='close-file']"),
        format!("{files}:nth-child({place}) [data-testid='close-file']"),
    ] {
        browser::focus_quietly(&selector);
    }
}
