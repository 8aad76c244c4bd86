//! Files dropped and text pasted anywhere on the page.

use std::rc::Rc;

use gloo_events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast as _;
use wasm_bindgen_futures::spawn_local;
use web_sys::{ClipboardEvent, DataTransfer, DragEvent};
use yew::prelude::*;

use super::act::Acts;
use crate::services::{browser, files};
use crate::state::toasts::{ToastAction, Toaster};
use crate::state::workbench::{Act, Given, Workbench};

/// Opens what is dropped or pasted on the page; whether something hovers over it to be dropped.
#[hook]
pub(super) fn use_opening(bench: &UseReducerHandle<Workbench>) -> bool {
    let toaster = use_context::<Toaster>();
    let acts: Acts = bench.dispatcher();
    let dropping = use_state_eq(|| false);
    {
        let dropping = dropping.clone();
        use_effect_with((), move |()| {
            let listen = |kind: &'static str, then: Box<dyn Fn(&Event)>| {
                browser::window().map(|window| {
                    let options = EventListenerOptions::enable_prevent_default();
                    EventListener::new_with_options(&window, kind, options, move |event| {
                        then(event)
                    })
                })
            };
            let (over, left) = (dropping.clone(), dropping.clone());
            let (drop_acts, drop_toaster) = (acts.clone(), toaster);
            let listeners = [
                listen(
                    "dragover",
                    Box::new(move |event| {
                        event.prevent_default();
                        over.set(true);
                    }),
                ),
                listen(
                    "dragleave",
                    Box::new(move |event| {
                        // Only leaving the window itself has nothing it goes to.
                        if event
                            .dyn_ref::<DragEvent>()
                            .is_some_and(|event| event.related_target().is_none())
                        {
                            left.set(false);
                        }
                    }),
                ),
                listen(
                    "drop",
                    Box::new(move |event| {
                        event.prevent_default();
                        dropping.set(false);
                        if let Some(data) = event
                            .dyn_ref::<DragEvent>()
                            .and_then(DragEvent::data_transfer)
                        {
                            open_dropped(&data, &drop_acts, drop_toaster.as_ref());
                        }
                    }),
                ),
                listen(
                    "paste",
                    Box::new(move |event| {
                        if browser::is_typing(event) {
                            return;
                        }
                        let data = event
                            .dyn_ref::<ClipboardEvent>()
                            .and_then(ClipboardEvent::clipboard_data);
                        if let Some(text) = data.and_then(|data| data.get_data("text/plain").ok()) {
                            open_text(&text, &acts);
                        }
                    }),
                ),
            ];
            move || drop(listeners)
        });
    }
    *dropping
}

fn open_dropped(data: &DataTransfer, acts: &Acts, toaster: Option<&Toaster>) {
    match data.files().and_then(|files| files.get(0)) {
        Some(file) => open_file(file, acts.clone(), toaster.cloned()),
        None => {
            if let Ok(text) = data.get_data("text/plain") {
                open_text(&text, acts);
            }
        }
    }
}

fn open_text(text: &str, acts: &Acts) {
    let given = Given::of_text(Rc::from(text));
    if !given.is_nothing() {
        acts.dispatch(Act::Open(given));
    }
}

/// Reads a file and opens it in place of all there was; says so when it cannot.
pub(super) fn open_file(file: web_sys::File, acts: Acts, toaster: Option<Toaster>) {
    spawn_local(async move {
        match files::read(file).await {
            Ok(opened) => acts.dispatch(Act::Open(Given::of_file(&opened.name, opened.bytes))),
            Err(why) => {
                if let Some(toaster) = toaster {
                    toaster.dispatch(ToastAction::Say(why));
                }
            }
        }
    });
}
