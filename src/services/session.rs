//! What of a person's work outlives a reload of this tab. Other tabs do not see it, and the browser
//! forgets it with the tab.

use std::cell::RefCell;
use std::rc::Rc;

use super::{failure, reader, storage};
use crate::state::workbench::{Document, Workbench};

/// The document.
const NOW: &str = "dissect.now";
/// What can be undone and redone.
const HISTORY: &str = "dissect.history";

thread_local! {
    /// What was kept last: the document, and the revision of the history.
    static KEPT: RefCell<Option<(Rc<Document>, u32)>> = const { RefCell::new(None) };
}

/// The work as it was before the reload.
#[must_use]
pub fn restored() -> Workbench {
    let now = storage::session(NOW);
    let history = storage::session(HISTORY);
    let bench = now.and_then(|now| Workbench::restored(&now, history.as_deref(), reader::read));
    bench.unwrap_or_else(|| Workbench::new(reader::read))
}

/// Keeps the work, where it has changed since the last time. What is too large for the browser is not
/// kept: the browser asks before such a page is left.
pub fn keep(bench: &Workbench) {
    let revision = bench.history_revision();
    let before = KEPT.replace(Some((bench.now().clone(), revision)));
    let (is_same, has_history) = before.map_or((false, false), |(document, known)| {
        (Rc::ptr_eq(&document, bench.now()), known == revision)
    });
    if !has_history {
        // The history is kept as far as there is room: only the document is a promise.
        storage::set_session(HISTORY, bench.saved_history().as_deref());
    }
    if !is_same {
        let saved = bench.saved_now();
        let is_kept = storage::set_session(NOW, saved.as_deref());
        let is_lost = saved.is_none() || !is_kept;
        if is_lost {
            storage::set_session(NOW, None);
        }
        failure::risk(is_lost && !bench.now().given.is_nothing());
    }
}
