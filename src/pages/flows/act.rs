//! What the parts of the page say through.

use yew::UseReducerDispatcher;

use crate::state::flows::Flows;

/// What a part of the page acts through.
pub(super) type Acts = UseReducerDispatcher<Flows>;
