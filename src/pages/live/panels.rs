//! Panels beside the traffic, which can be hidden where the page is wide.

use yew::prelude::*;

use crate::services::storage;

/// Under what it is kept which are hidden.
const HIDDEN: &str = "live.hidden";

/// Which are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pages) struct Panels {
    /// Connections, subscriptions and topics.
    pub(in crate::pages) side: bool,
    /// The selected packet, or the connection.
    pub(in crate::pages) details: bool,
}

/// Which panels are shown, and what shows others; it stays in the browser.
#[hook]
pub(in crate::pages) fn use_panels() -> (Panels, Callback<Panels>) {
    let panels = use_state_eq(|| {
        let hidden = storage::get(HIDDEN).unwrap_or_default();
        Panels {
            side: !hidden.contains("side"),
            details: !hidden.contains("details"),
        }
    });
    let on_panels = {
        let panels = panels.clone();
        use_callback((), move |to: Panels, ()| {
            let hidden = [("side", to.side), ("details", to.details)];
            let hidden = hidden.map(|(name, is_shown)| if is_shown { "" } else { name });
            storage::set(HIDDEN, &hidden.join(" "));
            panels.set(to);
        })
    };
    (*panels, on_panels)
}
