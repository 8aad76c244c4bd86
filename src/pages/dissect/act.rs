//! How the parts of the page say what a person does.

use std::rc::Rc;

use crate::hooks::Kept;
use crate::state::workbench::Workbench;

/// What acts on the work.
pub(super) type Acts = Kept<Rc<Workbench>>;
