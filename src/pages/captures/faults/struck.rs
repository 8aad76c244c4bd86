//! What a fault did in a recording: the way to it, and the answer.

use mqttscope_protocol::{FaultAnswer, FaultRow, RecordId};
use yew::prelude::*;

use crate::components::icon::icon;
use crate::pages::live::desk::Desk;
use crate::pages::live::steps::Step;
use crate::pages::live::wire_row::grade;
use crate::state::live::{Act, words};

/// So often, in words.
pub(super) fn times(count: u64) -> String {
    match count {
        0 => "not yet".to_owned(),
        1 => "once".to_owned(),
        count => format!("{} times", words::whole(count)),
    }
}

/// The faults of a recording, whoever set them.
pub(in crate::pages::captures) fn recorded(rows: &[FaultRow], desk: &Desk) -> Html {
    if rows.is_empty() {
        return Html::default();
    }
    html! {
        <>
            <h3>{ "Faults of the tap" }</h3>
            <ul class="struck" data-testid="recorded-faults">
                { for rows.iter().map(|row| html! {
                    <li data-testid="recorded-fault">
                        <span>{ &row.words }</span>
                        <span class="quiet">{ times(row.count) }</span>
                        { way(row.last, desk, &Callback::noop()) }
                        { came_of(row, desk, &Callback::noop()) }
                    </li>
                }) }
            </ul>
        </>
    }
}

/// Shows a row of the list, and says so.
fn go(record: RecordId, desk: &Desk, on_go: &Callback<()>) -> Callback<MouseEvent> {
    let (acts, step) = (desk.live.clone(), desk.step.clone());
    on_go.reform(move |_: MouseEvent| {
        acts.dispatch(Act::Everything(true));
        acts.dispatch(Act::Jump(record));
        step.emit(Step::Traffic);
    })
}

/// The way to where it struck last.
pub(super) fn way(record: RecordId, desk: &Desk, on_go: &Callback<()>) -> Html {
    html! {
        <button class="chip accent" data-testid="fault-show" title="Show where it struck last, in the list of packets" onclick={go(record, desk, on_go)}>{ "Show" }</button>
    }
}

/// Whether what it took away was sent again.
pub(super) fn came_of(row: &FaultRow, desk: &Desk, on_go: &Callback<()>) -> Html {
    match &row.answer {
        Some(answer) => answered(answer, desk, on_go),
        None if row.awaits => html! {
            <span class="says quiet" data-testid="fault-awaits">{ "Nobody has sent it again yet." }</span>
        },
        None => Html::default(),
    }
}

fn answered(answer: &FaultAnswer, desk: &Desk, on_go: &Callback<()>) -> Html {
    let (class, picture, word) = grade(answer.severity);
    html! {
        <span class="says" data-testid="fault-answer">
            <span {class}>{ icon(picture) }<span class="unseen">{ word }</span></span>
            <span>{ &answer.says }</span>
            if let Some(&record) = answer.packets.last() {
                <button class="chip accent" data-testid="fault-packet" title="Show the packet that shows it" onclick={go(record, desk, on_go)}>{ "Show the packet" }</button>
            }
        </span>
    }
}
