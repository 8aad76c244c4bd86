//! How the parts of the page say what a person does.

use std::rc::Rc;

use crate::hooks::Kept;
use crate::state::workbench::Workbench;

/// What acts on the work.
pub(super) type Acts = Kept<Rc<Workbench>>;

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
