//! The place where the annex draws what a conversation shows, and the way to it.

use std::rc::Rc;

use js_sys::{Array, Float64Array, Uint8Array, Uint32Array};
use mqttscope_view::recording::{Packet, Recording};
use mqttscope_wire::{ProtocolVersion, Sender};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::Element;
use yew::prelude::*;

use super::desk::Desk;
use crate::services::{annex, browser};
use crate::state::same::Same;
use crate::state::workbench::{Act, Document};

/// A recording, and what its conversation adds to each packet.
pub(super) type OfTalk = Option<(Same<Recording>, Rc<[u32]>)>;

/// What the conversation adds to each packet of this document, once that is known.
pub(super) fn marks_of(marks: &OfTalk, now: &Document) -> Rc<[u32]> {
    match marks {
        Some((of, marks)) if *of == Same::of(&now.recording) && is_talk(of) => marks.clone(),
        _ => Rc::default(),
    }
}

/// Whether there is a conversation: several packets whose senders are known.
pub(super) fn is_talk(recording: &Recording) -> bool {
    let packets = recording.packets();
    packets.len() > 1 && packets.iter().all(|packet| packet.from.is_some())
}

#[derive(Clone, PartialEq, Properties)]
pub(super) struct TalkProps {
    pub(super) desk: Rc<Desk>,
    /// Where what is found about each packet goes.
    pub(super) marks: UseStateSetter<OfTalk>,
}

/// The annex's place, for where there is a conversation.
#[component]
pub(super) fn Talk(props: &TalkProps) -> Html {
    let host = use_node_ref();
    let desk = &props.desk;
    let packet = desk.now.packet;
    // By the time that the annex has judged, another packet may be looked at.
    let selected = use_mut_ref(|| packet);
    selected.replace(packet);
    use_effect_with(packet, |&packet| annex::tell("look", packet));
    {
        let (host, desk, marks) = (host.clone(), desk.clone(), props.marks.clone());
        use_effect_with(Same::of(&desk.now.recording), move |recording| {
            let Some(host) = browser::element_of::<Element>(&host) else {
                return;
            };
            let (given, recording) = (given(&host, &desk), recording.clone());
            spawn_local(async move {
                match annex::ask("converse", &given).await {
                    Ok(found) => {
                        annex::tell("look", *selected.borrow());
                        let found = found.dyn_into().map(|found: Uint32Array| found.to_vec());
                        marks.set(Some((recording, found.unwrap_or_default().into())));
                    }
                    Err(why) => desk.say(format!("The conversation could not be judged: {why}")),
                }
            });
        });
    }
    use_effect_with((), |()| || annex::tell("leave", 0));
    html! { <div class="talk" ref={host}></div> }
}

/// What the annex is told: its place, the packets, and what selects one of them.
fn given(host: &Element, desk: &Desk) -> Array {
    let acts = desk.acts.clone();
    let on_select = Closure::<dyn Fn(usize)>::new(move |packet| {
        acts.dispatch(Act::Select(packet));
    });
    let recording = &desk.now.recording;
    let spoken: Vec<u32> = recording.packets().iter().map(spoken).collect();
    // Not a number: the text tells no time.
    let times = desk.now.packet_times().into_iter();
    let times: Vec<f64> = times
        .map(|at| at.map_or(f64::NAN, |at| at as f64))
        .collect();
    let given = Array::of5(
        host,
        &Uint8Array::from(recording.bytes()),
        &Uint32Array::from(spoken.as_slice()),
        &Float64Array::from(times.as_slice()),
        &on_select.into_js_value(),
    );
    given.push(&desk.now.has_gaps.into());
    given
}

/// A packet as the annex is told of it.
fn spoken(packet: &Packet) -> u32 {
    let by_server = u32::from(packet.from == Some(Sender::Server));
    let version = match packet.at.version {
        ProtocolVersion::V3_1 => 0_u32,
        ProtocolVersion::V3_1_1 => 2,
        ProtocolVersion::V5 => 4,
    };
    let len = u32::try_from(packet.at.len).unwrap_or(u32::MAX / 8);
    len.min(u32::MAX / 8)
        .saturating_mul(8)
        .saturating_add(version)
        .saturating_add(by_server)
}
