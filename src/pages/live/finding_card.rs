//! The finding that is selected in the list: all of its words, the place of the standard, and the way to
//! its packets.

use mqttscope_protocol::{FindingKey, FindingView, RecordId};
use yew::prelude::*;

use super::desk::Desk;
use super::finding_list::by;
use crate::components::inspector::marked;
use crate::components::rule_chip::rule_chip;
use crate::state::live::{Act, words};

/// The card.
pub(super) fn finding_card(
    finding: &FindingView,
    opened: Option<&FindingKey>,
    desk: &Desk,
) -> Html {
    let count = finding.packets.len();
    html! {
        <section class="finding-card" aria-label="Selected finding" data-testid="finding-card">
            <p>{ marked(&finding.message) }</p>
            if let Some(of) = finding.of.as_ref().filter(|_| !finding.connections.is_empty()) {
                <p class="quiet" data-testid="finding-connections">{ words::count(finding.connections.len() as u64, "connection") }{ ": " }{ of }</p>
            }
            <p class="ids">
                <span class="quiet">{ by(finding) }</span>
                if let Some(statement) = &finding.statement { { rule_chip(finding.version, statement) } }
                if !finding.rule.is_empty() { <span class="rule">{ &finding.rule }</span> }
                { for finding.packets.iter().zip(1_usize..).map(|(&record, number)| jump(record, (number, count), "finding-packet", desk)) }
                if finding.count > 1 { { all(finding, opened, desk) } }
                if count == 0 { <span class="quiet">{ "its packets are no longer in the log" }</span> }
            </p>
        </section>
    }
}

/// Lists those that a row stands for one by one, or as the one row again.
fn all(finding: &FindingView, opened: Option<&FindingKey>, desk: &Desk) -> Html {
    let Some(key) = finding.key() else {
        return Html::default();
    };
    let is_open = opened == Some(&key);
    let acts = desk.live.clone();
    let turn = Callback::from(move |_: MouseEvent| {
        acts.dispatch(Act::OpenFindings((!is_open).then(|| key.clone())));
    });
    let says = if is_open {
        "List them as one row".to_owned()
    } else {
        format!("List all {}", words::whole(finding.count.into()))
    };
    html! { <button class="chip accent" data-testid="finding-all" aria-expanded={is_open.to_string()} onclick={turn}>{ says }</button> }
}

/// The way to one of the packets that show it.
pub(super) fn jump(
    record: RecordId,
    (number, count): (usize, usize),
    test: &'static str,
    desk: &Desk,
) -> Html {
    let go = {
        let acts = desk.live.clone();
        Callback::from(move |_: MouseEvent| acts.dispatch(Act::Jump(record)))
    };
    let says = if count == 1 {
        "Show the packet".to_owned()
    } else {
        format!("Show packet {number}")
    };
    html! { <button class="chip accent" data-testid={test} title="Show it in the list of packets" onclick={go}>{ says }</button> }
}
