//! One end, or the session, as groups of rows. What the packet changed is marked by a sign and words,
//! not by colour alone.

use mqttscope_view::states::{Change, Group, Row, Section};
use yew::prelude::*;

/// A section; `name` is what tests and styles know it by.
pub(super) fn section(section: &Section, name: &'static str) -> Html {
    html! {
        <section class="state-of" data-testid={format!("state-{name}")} data-of={name}>
            <h2>{ &section.title }</h2>
            { for section.groups.iter().map(group) }
        </section>
    }
}

fn group(group: &Group) -> Html {
    if group.folds && !group.rows.is_empty() {
        return html! {
            <details class="state-group" open={group.changes() > 0}>
                <summary>{ &group.title }</summary>
                { rows(group) }
            </details>
        };
    }
    html! {
        <div class="state-group">
            if !group.title.is_empty() { <h3>{ &group.title }</h3> }
            { rows(group) }
        </div>
    }
}

fn rows(group: &Group) -> Html {
    html! {
        <>
            if !group.rows.is_empty() { <ul>{ for group.rows.iter().map(row) }</ul> }
            else if group.note.is_empty() { <p class="quiet">{ "none" }</p> }
            if group.left_out > 0 { <p class="quiet">{ format!("and {} more, unchanged or too many to show", group.left_out) }</p> }
            if !group.note.is_empty() { <p class="quiet note">{ &group.note }</p> }
        </>
    }
}

fn row(row: &Row) -> Html {
    let (kind, sign, word) = match &row.change {
        Change::Unchanged => ("same", "", ""),
        Change::New => ("new", "+", "new: "),
        Change::Gone => ("gone", "−", "gone: "),
        Change::Changed { .. } => ("changed", "≠", "changed: "),
    };
    html! {
        <li key={row.name.clone()} data-testid="state-row" data-name={row.name.clone()} data-change={kind}>
            <span class="sign" aria-hidden="true">{ sign }</span>
            <span class="name">if !word.is_empty() { <span class="unseen">{ word }</span> }{ &row.name }</span>
            <span class="value">
                if kind == "gone" { <s>{ &row.value }</s> } else { { &row.value } }
                if let Change::Changed { was } = &row.change { <small>{ "was " }<s>{ was }</s></small> }
            </span>
        </li>
    }
}
