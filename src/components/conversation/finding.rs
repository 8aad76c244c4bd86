//! What the conversation shows to be broken, each with the way to its packets.

use mqttscope_view::conversation::Item;
use mqttscope_wire::Sender;
use yew::prelude::*;

use super::number;
use crate::components::icon::icon;
use crate::components::inspector::{marked, severity};
use crate::components::rule_chip::rule_chip;

/// The most that are listed; a broken peer may break one rule again and again.
const MOST: usize = 200;

/// A group of findings; nothing when there are none.
pub(super) fn findings<'a>(
    found: impl Iterator<Item = &'a Item>,
    title: &'static str,
    selected: usize,
    on_select: &Callback<usize>,
) -> Html {
    let rows: Vec<Html> = found
        .take(MOST)
        .map(|finding| row(finding, selected, on_select))
        .collect();
    if rows.is_empty() {
        return Html::default();
    }
    html! {
        <div class="faults" role="group" aria-label={title} data-testid="conversation-findings">
            <h3>{ title }</h3>
            { rows }
        </div>
    }
}

fn row(finding: &Item, selected: usize, on_select: &Callback<usize>) -> Html {
    let (class, picture, word) = severity(finding.severity);
    let by = match finding.by {
        Some(Sender::Client) => "by the client",
        Some(Sender::Server) => "by the server",
        None => "no rule broken",
    };
    html! {
        <div class={classes!("diagnostic", class)} data-testid="finding" data-rule={finding.rule}>
            { icon(picture) }
            <span class="says"><span class="unseen">{ word }{ ": " }</span>{ marked(&finding.message) }</span>
            <span class="ids">
                if !finding.place.is_empty() { { rule_chip(finding.version, &finding.place) } }
                if !finding.rule.is_empty() { <span class="rule">{ finding.rule }</span> }
                <span class="rule">{ by }</span>
                { jumps(&finding.packets, selected, on_select) }
            </span>
        </div>
    }
}

/// Buttons that lead to packets, but not to the one that is looked at.
fn jumps(packets: &[usize], selected: usize, on_select: &Callback<usize>) -> Html {
    let others = packets.iter().copied().filter(|&packet| packet != selected);
    let jumps = others.map(|packet| {
        let jump = on_select.reform(move |_: MouseEvent| packet);
        html! { <button class="link" data-testid="jump" onclick={jump}>{ format!("packet {}", number(packet)) }</button> }
    });
    html! { <>{ for jumps }</> }
}
