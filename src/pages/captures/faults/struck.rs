//! What a fault did in a recording: the way to it, and the answer.

use mqttscope_protocol::{FaultAnswer, FaultRow, FaultStrike, RecordId};
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
                        <span>{ format!("Fault {}", row.number) }</span>
                        <span class="quiet">{ times(row.count) }</span>
                        { strikes(row, desk, &Callback::noop()) }
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

/// The newest strikes that are listed, beside those that have an answer or wait for one.
const MOST: usize = 10;

/// What it did each time, the way there, and whether what it took away was sent again.
pub(super) fn strikes(row: &FaultRow, desk: &Desk, on_go: &Callback<()>) -> Html {
    let older = row.strikes.len().saturating_sub(MOST);
    let is_listed = |(at, strike): &(usize, &FaultStrike)| {
        *at >= older || strike.awaits.is_some() || strike.answer.is_some()
    };
    let listed: Vec<&FaultStrike> = (row.strikes.iter().enumerate())
        .filter(is_listed)
        .map(|(_, strike)| strike)
        .collect();
    let more = row.count.saturating_sub(listed.len() as u64);
    html! {
        <ul class="strikes">
            { for listed.into_iter().map(|strike| html! {
                <li key={strike.record.0} data-testid="fault-strike">
                    <span><b>{ &strike.client }</b>{ " " }{ &strike.words }</span>
                    <button class="chip accent" data-testid="fault-show" aria-label={format!("Show where it struck {}", strike.client)} title="Show where it struck, in the list of packets" onclick={go(strike.record, desk, on_go)}>{ "Show" }</button>
                    { came_of(strike, desk, on_go) }
                </li>
            }) }
            if more > 0 { <li key="more" class="quiet" data-testid="fault-strikes-more">{ format!("{} earlier, which the list of packets has.", words::whole(more)) }</li> }
        </ul>
    }
}

/// Whether what it took away was sent again.
fn came_of(strike: &FaultStrike, desk: &Desk, on_go: &Callback<()>) -> Html {
    match (&strike.answer, &strike.awaits) {
        (Some(answer), _) => answered(answer, desk, on_go),
        (None, Some(waits)) => html! {
            <span class="says quiet" data-testid="fault-awaits">{ waits }</span>
        },
        (None, None) => Html::default(),
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
