//! The last report of a client, which this browser keeps.

use yew::prelude::*;

use crate::services::storage;
use crate::state::live::Live;
use crate::state::live::led_report::KeptLed;

/// Its name in the browser's storage.
const NAME: &str = "live.client";

/// What is kept.
pub(super) fn kept() -> Option<KeptLed> {
    KeptLed::read(&storage::get(NAME)?)
}

/// Keeps the report of each examination at its end.
#[hook]
pub(in crate::pages::live) fn use_kept_led(live: &UseReducerHandle<Live>) {
    let view = live.led.view.clone();
    let is_over = !view.stage.is_on();
    use_effect_with((view.began, is_over), move |_| {
        if let Some(report) = KeptLed::of(&view) {
            // What is full or forbidden keeps none.
            let _ = storage::keep(NAME, &report.written());
        }
    });
}
