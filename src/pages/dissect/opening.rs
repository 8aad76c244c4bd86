//! Files dropped and text pasted anywhere on the page.

use std::rc::Rc;

use gloo_events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast as _;
use wasm_bindgen_futures::spawn_local;
use web_sys::{ClipboardEvent, DataTransfer, DragEvent};
use yew::prelude::*;

use super::act::Acts;
use super::desk::Desk;
use super::to_captures;
use crate::services::{browser, files};
use crate::state::workbench::{Act, Given};

/// Opens what is dropped or pasted on the page; whether something hovers over it to be dropped.
#[hook]
pub(super) fn use_opening(desk: &Rc<Desk>) -> bool {
    let dropping = use_state_eq(|| false);
    {
        let (dropping, desk) = (dropping.setter(), desk.clone());
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
            let acts = desk.acts.clone();
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
                            open_dropped(&data, &desk);
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

fn open_dropped(data: &DataTransfer, desk: &Rc<Desk>) {
    match data.files().and_then(|files| files.get(0)) {
        Some(file) => open_file(file, desk),
        None => {
            if let Ok(text) = data.get_data("text/plain") {
                open_text(&text, &desk.acts);
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
pub(super) fn open_file(file: web_sys::File, desk: &Rc<Desk>) {
    let desk = desk.clone();
    spawn_local(async move {
        match files::read(file.clone()).await {
            Ok(opened) => {
                desk.acts.dispatch(Act::Open(Given::File {
                    name: opened.name.into(),
                    bytes: opened.bytes.into(),
                }));
            }
            Err(why) if files::is_too_large(&file) => to_captures::too_large(file, why, &desk),
            Err(why) => desk.say(why),
        }
    });
}
