//! Above the packets: how many there are, and how many of them are at fault.

use std::rc::Rc;

use mqttscope_inspect::recording::Recording;
use yew::prelude::*;

use super::act::Acts;
use super::counted;
use super::packet_list::added;
use crate::components::icon::{Icon, icon};
use crate::state::workbench::Act;

/// The bar.
pub(super) fn list_head(
    recording: &Rc<Recording>,
    marks: &[u32],
    selected: usize,
    acts: Option<Acts>,
) -> Html {
    let packets = recording.packets();
    let faulty: Vec<usize> = packets
        .iter()
        .enumerate()
        .filter(|&(index, packet)| packet.errors > 0 || added(marks, index)[0] > 0)
        .map(|(index, _)| index)
        .collect();
    let count = faulty.len();
    let next = faulty.iter().find(|&&index| index > selected);
    // Behind the last one the first comes again.
    let next = next.or(faulty.first()).copied();
    let jump = Callback::from(move |_: MouseEvent| {
        if let (Some(next), Some(acts)) = (next, &acts) {
            acts.dispatch(Act::Select(next));
        }
    });
    html! {
        <div class="list-head">
            <span data-testid="count">{ counted(packets.len(), "packet") }{ " · " }{ counted(recording.bytes().len(), "byte") }</span>
            <span class="grow"></span>
            if count > 0 {
                <button class="bare is-error" data-testid="next-fault" title="Go to the next packet with a fault" onclick={jump}>
                    { icon(Icon::Fault) }{ format!("{count} at fault") }{ icon(Icon::Down) }
                </button>
            }
        </div>
    }
}
