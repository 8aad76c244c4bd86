//! The place where the annex draws what a conversation shows, and the way to it.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::{Array, Float64Array, Uint8Array, Uint32Array};
use mqttscope_view::recording::{Packet, Recording};
use mqttscope_wire::{ProtocolVersion, Sender};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::Element;
use yew::prelude::*;

use super::desk::Desk;
use crate::element::{El, el};
use crate::hooks::{Kept, use_after};
use crate::services::{annex, browser};
use crate::state::workbench::{Act, Document};

/// What the conversation adds to each packet, and the address of the recording that it is of.
pub(super) type Marks = Kept<(usize, Rc<[u32]>)>;

/// What the conversation adds to each packet of this document, once that is known.
pub(super) fn marks_of(marks: &Marks, now: &Document) -> Rc<[u32]> {
    let (of, marks) = marks.get();
    if of == Rc::as_ptr(&now.recording).addr() && is_talk(&now.recording) {
        marks
    } else {
        Rc::default()
    }
}

/// Whether there is a conversation: several packets whose senders are known.
fn is_talk(recording: &Recording) -> bool {
    let packets = recording.packets();
    packets.len() > 1 && packets.iter().all(|packet| packet.from.is_some())
}

/// The annex's place, where there is a conversation.
#[hook]
pub(super) fn use_talk(desk: &Rc<Desk>, marks: &Marks) -> Option<El> {
    let host = use_node_ref();
    let selected = use_mut_ref(|| Rc::new(Cell::new(0))).borrow().clone();
    let (recording, packet) = (&desk.now.recording, desk.now.packet);
    let is_talk = is_talk(recording);
    let address = Rc::as_ptr(recording).addr();
    selected.set(packet);
    use_after([packet], move || {
        annex::tell("look", packet);
        None
    });
    let place = host.clone();
    let (desk, marks) = (desk.clone(), marks.clone());
    use_after([usize::from(is_talk), address], move || {
        let host = browser::element_of::<Element>(&place).filter(|_| is_talk)?;
        let acts = desk.acts.clone();
        let on_select = Closure::<dyn Fn(usize)>::new(move |packet| {
            acts.dispatch(Act::Select(packet));
        });
        let recording = &desk.now.recording;
        let spoken: Vec<u32> = recording.packets().iter().map(spoken).collect();
        let given = Array::of5(
            &host,
            &Uint8Array::from(recording.bytes()),
            &Uint32Array::from(spoken.as_slice()),
            &Float64Array::from(times(&desk.now).as_slice()),
            &on_select.into_js_value(),
        );
        spawn_local(async move {
            match annex::ask("converse", &given).await {
                Ok(found) => {
                    annex::tell("look", selected.get());
                    let found = found.dyn_into().map(|found: Uint32Array| found.to_vec());
                    marks.set((address, found.unwrap_or_default().into()));
                }
                Err(why) => desk.say(format!("The conversation could not be judged: {why}")),
            }
        });
        None
    });
    use_after([usize::from(is_talk)], || {
        Some(Box::new(|| annex::tell("leave", 0)))
    });
    is_talk.then(|| el("div").class("talk").node(&host))
}

/// The time of each packet in milliseconds; not a number where the text does not tell it.
fn times(document: &Document) -> Vec<f64> {
    let recording = &document.recording;
    // Of bytes that were taken out of something else, the places are not those in the text.
    let known: &[(usize, u64)] = match document.other {
        None => &document.times,
        Some(_) => &[],
    };
    let packets = recording.packets().iter();
    packets
        .map(|packet| {
            let end = packet.at.offset.saturating_add(packet.at.len);
            let start = recording.given(packet.at.offset..end).start;
            let behind = known.partition_point(|(begins, _)| *begins <= start);
            let told = behind.checked_sub(1).and_then(|index| known.get(index));
            told.map_or(f64::NAN, |(_, at)| *at as f64)
        })
        .collect()
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
