//! The address of a broker, pasted anywhere on the page: it opens the settings of a new connection.

use gloo_events::{EventListener, EventListenerOptions};
use mqttscope_protocol::{Profile, Target};
use wasm_bindgen::JsCast as _;
use web_sys::ClipboardEvent;
use yew::prelude::*;

use super::connections::Open;
use super::keep;
use crate::services::browser;
use crate::state::live::address::{host, pasted};
use crate::state::live::profiles::Profiles;

/// A new connection to this address, which need not be right yet.
pub(super) fn other(profiles: &Profiles, address: &str) -> Profile {
    Profile {
        id: keep::new_id(),
        name: profiles.free_name(host(address).unwrap_or("Broker")),
        target: Target::of_address(address),
        ..Profile::default()
    }
}

/// Hears what is pasted outside of fields.
#[hook]
pub(super) fn use_pasted_address(profiles: &Profiles, on_open: &Callback<Open>) {
    let given = (profiles.clone(), on_open.clone());
    use_effect_with(given, |(profiles, on_open)| {
        let (profiles, on_open) = (profiles.clone(), on_open.clone());
        let listener = browser::window().map(|window| {
            let options = EventListenerOptions::enable_prevent_default();
            EventListener::new_with_options(&window, "paste", options, move |event| {
                if browser::is_typing(event) {
                    return;
                }
                let data = event
                    .dyn_ref::<ClipboardEvent>()
                    .and_then(ClipboardEvent::clipboard_data);
                let text = data.and_then(|data| data.get_data("text/plain").ok());
                if let Some(address) = text.as_deref().and_then(pasted) {
                    // The form that opens takes the focus, and the browser would paste into that.
                    event.prevent_default();
                    on_open.emit(Open::Edit(
                        other(&profiles, address).into(),
                        AttrValue::default(),
                    ));
                }
            })
        });
        move || drop(listener)
    });
}
