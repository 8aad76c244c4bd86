//! The place where the annex draws what a conversation shows, and the way to it.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::{Array, Uint8Array, Uint32Array};
use mqttscope_inspect::recording::Recording;
use mqttscope_wire::Sender;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::Element;
use yew::prelude::*;

use super::act::{Acts, ByAddress};
use crate::services::annex;
use crate::state::toasts::{ToastAction, Toaster};
use crate::state::workbench::Act;

/// Errors and warnings that the conversation adds to each packet, two numbers a packet, with the
/// recording that they are of.
pub(super) type Marks = (usize, Rc<[u32]>);

#[derive(Clone, PartialEq, Properties)]
pub(super) struct TalkProps {
    pub(super) recording: ByAddress<Recording>,
    pub(super) selected: usize,
    pub(super) on_marks: Callback<Marks>,
}

/// Whether there is a conversation: several packets whose senders are known.
pub(super) fn is_talk(recording: &Recording) -> bool {
    let packets = recording.packets();
    packets.len() > 1 && packets.first().is_some_and(|packet| packet.from.is_some())
}

#[component]
pub(super) fn Talk(props: &TalkProps) -> Html {
    let host = use_node_ref();
    let looked_at = use_mut_ref(|| Rc::new(Cell::new(0))).borrow().clone();
    let acts = use_context::<Acts>();
    let toaster = use_context::<Toaster>();
    looked_at.set(props.selected);
    use_effect_with(props.selected, |&selected| look(selected));
    {
        let (host, on_marks) = (host.clone(), props.on_marks.clone());
        use_effect_with(props.recording.clone(), move |ByAddress(recording)| {
            let recording = recording.clone();
            spawn_local(async move {
                let Some(host) = host.cast::<Element>() else {
                    return;
                };
                let on_select = Closure::<dyn Fn(usize)>::new(move |packet| {
                    if let Some(acts) = &acts {
                        acts.dispatch(Act::Select(packet));
                    }
                });
                let lengths: Vec<u32> = recording.packets().iter().map(spoken).collect();
                let given = Array::of4(
                    &host,
                    &Uint8Array::from(recording.bytes()),
                    &Uint32Array::from(lengths.as_slice()),
                    &on_select.into_js_value(),
                );
                match annex::ask(&host, "converse", &given).await {
                    Ok(marks) => {
                        look(looked_at.get());
                        let marks = marks.dyn_into().map(|marks: Uint32Array| marks.to_vec());
                        on_marks.emit((
                            Rc::as_ptr(&recording).addr(),
                            marks.unwrap_or_default().into(),
                        ));
                    }
                    Err(why) => {
                        if let Some(toaster) = toaster {
                            toaster.dispatch(ToastAction::Say(format!(
                                "The conversation could not be judged: {why}"
                            )));
                        }
                    }
                }
            });
        });
    }
    use_effect_with((), |()| {
        || {
            // Before the annex is there, nothing is drawn that could be left.
            let _ = annex::call("leave", &Array::new());
        }
    });
    html! { <div class="talk" ref={host}></div> }
}

fn look(selected: usize) {
    // Before the annex is there, nobody asks.
    let _ = annex::call("look", &Array::of1(&selected.into()));
}

/// A packet as the annex is told of it.
fn spoken(packet: &mqttscope_inspect::recording::Packet) -> u32 {
    let by_server = u32::from(packet.from == Some(Sender::Server));
    let len = u32::try_from(packet.at.len).unwrap_or(u32::MAX / 2);
    len.saturating_mul(2).saturating_add(by_server)
}
