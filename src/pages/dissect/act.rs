//! How the parts of the page say what a person does.

use std::rc::Rc;

use yew::UseReducerDispatcher;

use crate::state::workbench::Workbench;

/// The dispatcher, in a context of its own: it never changes, so who takes it is not drawn again.
pub(super) type Acts = UseReducerDispatcher<Workbench>;

/// A shared value that is the same when it is the same one in memory.
#[derive(Clone)]
pub(super) struct ByAddress<T>(pub(super) Rc<T>);

impl<T> PartialEq for ByAddress<T> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> From<Rc<T>> for ByAddress<T> {
    fn from(value: Rc<T>) -> Self {
        Self(value)
    }
}
