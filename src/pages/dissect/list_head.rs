//! Above the packets: how many there are, and how many of them are at fault.

use std::rc::Rc;

use mqttscope_inspect::recording::{Packet, Recording};
use yew::prelude::*;

use super::act::Acts;
use super::counted;
use crate::components::icon::{Icon, icon};
use crate::state::workbench::Act;

/// The bar.
pub(super) fn list_head(recording: &Rc<Recording>, selected: usize, acts: Option<Acts>) -> Html {
    let packets = recording.packets();
    let faulty = packets.iter().filter(|packet| is_faulty(packet)).count();
    let jump = {
        let recording = recording.clone();
        Callback::from(move |_: MouseEvent| {
            if let (Some(next), Some(acts)) = (next_faulty(recording.packets(), selected), &acts) {
                acts.dispatch(Act::Select(next));
            }
        })
    };
    html! {
        <div class="list-head">
            <span data-testid="count">{ counted(packets.len(), "packet") }{ " · " }{ counted(recording.bytes().len(), "byte") }</span>
            <span class="grow"></span>
            if faulty > 0 {
                <button class="bare is-error" data-testid="next-fault" title="Go to the next packet with a fault" onclick={jump}>
                    { icon(Icon::Fault) }{ format!("{faulty} at fault") }{ icon(Icon::Down) }
                </button>
            }
        </div>
    }
}

fn is_faulty(packet: &Packet) -> bool {
    packet.errors > 0
}

/// The next packet with an error behind `selected`, or the first of all.
fn next_faulty(packets: &[Packet], selected: usize) -> Option<usize> {
    let behind = packets.iter().enumerate().skip(selected.saturating_add(1)).find(|(_, packet)| is_faulty(packet));
    behind.or_else(|| packets.iter().enumerate().find(|(_, packet)| is_faulty(packet))).map(|(index, _)| index)
}
