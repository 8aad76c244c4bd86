//! Numbers that are always in sight: how fast, how slow, how full.

use mqttscope_protocol::{Command, ConnectionView};
use yew::prelude::*;

use super::desk::{Desk, value_of};
use super::opening::BUDGET;
use crate::services::storage;
use crate::state::live::words;
use crate::state::live::{Act, Live, Source, Tab};

/// What the log may take, in MiB.
const BUDGETS: [u64; 6] = [16, 64, 128, 256, 512, 1024];
/// Bytes.
const MIB: u64 = 1 << 20;

/// The bar below the tabs.
pub(super) fn strip(live: &Live, desk: &Desk) -> Html {
    let total = match live.tab {
        Tab::Wire => Some((live.packets(), "packet")),
        Tab::Messages => Some((live.messages.total, "message")),
        Tab::Flows => Some((live.flows.total, "handshake")),
        Tab::Findings => Some((live.findings.total, "finding")),
        Tab::Chart => None,
    };
    let everything = {
        let desk = desk.clone();
        Callback::from(move |event: Event| {
            desk.live
                .dispatch(Act::Everything(value_of(&event) == "all"));
        })
    };
    let resume = {
        let desk = desk.clone();
        Callback::from(move |_: MouseEvent| desk.live.dispatch(Act::Pause(false)))
    };
    html! {
        <div class="list-head strip">
            <select class="chip" data-testid="scope" aria-label="Whose packets" onchange={everything}>
                <option value="one" selected={!live.everything}>{ "this connection" }</option>
                <option value="all" selected={live.everything}>{ "all connections" }</option>
            </select>
            if let Some((total, noun)) = total {
                if live.search.is_empty() || live.is_settled() {
                    <span data-testid="total">{ words::whole(total) }{ " " }{ noun }{ if total == 1 { "" } else { "s" } }{ if live.search.is_empty() { "" } else { " found" } }{ of_all(live, total) }</span>
                } else {
                    <span data-testid="total">{ "searching…" }</span>
                }
            }
            if live.paused {
                <button class="chip warn" data-testid="paused" title="Recording goes on. Press to show what came since." onclick={resume}>
                    { "paused" }if live.fresh() > 0 { { " · +" }{ words::whole(live.fresh()) }{ " new" } }
                </button>
            }
            <span class="grow"></span>
            if live.source == Source::Connections {
                { rates(live.current()) }
                { log(live, desk) }
            } else if live.summary.log.dropped > 0 {
                <span class="chip warn" data-testid="dropped" title="The oldest packets made room for newer ones">{ words::whole(live.summary.log.dropped) }{ " dropped" }</span>
            }
        </div>
    }
}

/// How many findings there are, where not all are listed.
fn of_all(live: &Live, listed: u64) -> String {
    let left_out = live.summary.left_out;
    if live.tab == Tab::Findings && live.severity.is_none() && left_out > 0 {
        format!(
            " shown of {}",
            words::whole(listed.saturating_add(left_out))
        )
    } else {
        String::new()
    }
}

fn rates(view: Option<&ConnectionView>) -> Html {
    let Some(view) = view else {
        return Html::default();
    };
    let rates = &view.rates;
    html! {
        <>
            if view.queued > 0 { <span class="chip warn" data-testid="queued">{ words::whole(view.queued) }{ " queued" }</span> }
            <span data-testid="rates" title={format!("{} in, {} out a second", words::bytes(rates.bytes_in as u64), words::bytes(rates.bytes_out as u64))}>
                { words::rate(rates.messages_in) }{ " in · " }{ words::rate(rates.messages_out) }{ " out" }<span class="unit">{ " msg/s" }</span>
            </span>
            if let Some(round_trip) = view.round_trip_ms {
                <span data-testid="round-trip" title="The last round trip: from a packet to its acknowledgement">{ "RTT " }{ words::duration(round_trip) }</span>
            }
        </>
    }
}

/// How full the log is; chosen, how full it may be.
fn log(live: &Live, desk: &Desk) -> Html {
    let log = live.summary.log;
    let chosen = {
        let desk = desk.clone();
        Callback::from(move |event: Event| {
            if let Ok(bytes) = value_of(&event).parse::<u64>() {
                // Where the browser stores nothing, the limit lasts as long as the page.
                let _ = storage::keep(BUDGET, &bytes.to_string());
                desk.talk.emit(Command::Budget(bytes));
            }
        })
    };
    let own = log.budget.checked_div(MIB).unwrap_or(0);
    let mut budgets: Vec<u64> = BUDGETS
        .into_iter()
        .chain([own])
        .filter(|mebibytes| *mebibytes > 0)
        .collect();
    budgets.sort_unstable();
    budgets.dedup();
    html! {
        <>
            if log.dropped > 0 { <span class="chip warn" data-testid="dropped" title="The oldest packets made room for newer ones">{ words::whole(log.dropped) }{ " dropped" }</span> }
            <label class="log"><span data-testid="log-size">{ "Log " }{ words::bytes(log.bytes) }{ ", limit" }</span>
            <select class="chip" data-testid="budget" aria-label="Size limit of the log" title="Size limit of the log; beyond it the oldest packets are dropped" onchange={chosen}>
                { for budgets.into_iter().map(|mebibytes| {
                    let is_own = mebibytes == own;
                    let says = format!("{mebibytes} MiB");
                    let value = if is_own { log.budget } else { mebibytes.saturating_mul(MIB) };
                    html! { <option value={value.to_string()} selected={is_own}>{ says }</option> }
                }) }
            </select></label>
        </>
    }
}
