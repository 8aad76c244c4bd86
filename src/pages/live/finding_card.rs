//! The finding that is selected in the list: all of its words, the place of the standard, and the way to
//! its packets.

use mqttscope_protocol::{FindingView, RecordId};
use yew::prelude::*;

use super::desk::Desk;
use super::finding_list::by;
use crate::components::inspector::marked;
use crate::components::rule_chip::rule_chip;
use crate::state::live::Act;

/// The card.
pub(super) fn finding_card(finding: &FindingView, desk: &Desk) -> Html {
    let count = finding.packets.len();
    html! {
        <section class="finding-card" aria-label="Selected finding" data-testid="finding-card">
            <p>{ marked(&finding.message) }</p>
            <p class="ids">
                <span class="quiet">{ by(finding) }</span>
                if let Some(statement) = &finding.statement { { rule_chip(finding.version, statement) } }
                if !finding.rule.is_empty() { <span class="rule">{ &finding.rule }</span> }
                { for finding.packets.iter().zip(1_usize..).map(|(&record, number)| jump(record, number, count, desk)) }
                if count == 0 { <span class="quiet">{ "its packets are no longer in the log" }</span> }
            </p>
        </section>
    }
}

/// The way to one of the packets that show it.
fn jump(record: RecordId, number: usize, count: usize, desk: &Desk) -> Html {
    let go = {
        let acts = desk.live.clone();
        Callback::from(move |_: MouseEvent| acts.dispatch(Act::Jump(record)))
    };
    let says = if count == 1 {
        "Show the packet".to_owned()
    } else {
        format!("Show packet {number}")
    };
    html! { <button class="chip accent" data-testid="finding-packet" title="Show it in the list of packets" onclick={go}>{ says }</button> }
}
