//! How the parts of the page say what a person does.

use yew::functional::UseReducerDispatcher;

use crate::state::workbench::Workbench;

/// What acts on the work.
pub(super) type Acts = UseReducerDispatcher<Workbench>;
