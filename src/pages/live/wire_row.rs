//! A packet in the list: when, how long after the last, which way, what, and what is wrong with it.

use mqttscope_protocol::{EventKind, Fate, Instant, WireRow};
use mqttscope_wire::{Sender, Severity};
use yew::prelude::*;

use crate::components::icon::{Icon, icon};
use crate::state::live::words;

/// Its markup; `list`: what the list is called; `number` of `total` in it. Without a key: in a flood every row is another
/// packet each time, and to change the row that is there costs less than to make a new one.
pub(super) fn wire_row(
    list: &str,
    row: &WireRow,
    number: u64,
    total: u64,
    is_selected: bool,
    is_linked: bool,
    clock: words::Clock,
) -> Html {
    let id = row.record.0;
    if let Some(event) = row.event {
        return event_row(list, row, event, number, total, is_selected, clock);
    }
    let grade = row.severity.map(grade);
    html! {
        <div id={format!("{list}-{id}")} class={classes!("wire-row", is_linked.then_some("linked"), grade.map(|(class, ..)| class), row.fate.map(Fate::name))} role="option"
            data-row={id.to_string()} data-testid="wire-row" data-type={row.name()} aria-selected={is_selected.to_string()}
            aria-setsize={total.to_string()} aria-posinset={number.to_string()}>
            <span class="time">{ clock.time(row.at) }</span>
            <span class="delta">{ row.delta_us.map(words::delta).unwrap_or_default() }</span>
            { for row.of.as_deref().map(whose) }
            { direction(row.sender) }
            <b class="type">{ row.name() }</b>
            <span class="size">{ words::bytes(u64::from(row.size)) }</span>
            { day(clock.day(row.at, before(row))) }
            <span class="says">{ for row.fate.map(fate) }{ &row.summary }if let Some(preview) = &row.preview { <code class="preview">{ preview }</code> }</span>
            <span class="after">
                if let Some((class, picture, word)) = grade { <span class={class}>{ icon(picture) }<span class="unseen">{ word }</span></span> }
                if let Some(round_trip) = row.round_trip { { words::duration(round_trip) } }
            </span>
        </div>
    }
}

/// The row of a connection that opened or closed: it has no direction and no bytes.
fn event_row(
    list: &str,
    row: &WireRow,
    event: EventKind,
    number: u64,
    total: u64,
    is_selected: bool,
    clock: words::Clock,
) -> Html {
    let id = row.record.0;
    let (class, mark) = match event {
        EventKind::Opened => ("opened", "○"),
        EventKind::NotOpened => ("not-opened", "×"),
        EventKind::Closed => ("closed", "×"),
        EventKind::TextFrame => ("text-frame", "←"),
        EventKind::Begins => ("opened", "○"),
        EventKind::Gap => ("gap", "⋯"),
        EventKind::Fault => ("fault", "×"),
        EventKind::Ended => ("ended", "×"),
        EventKind::Told(_) => ("told", ""),
    };
    html! {
        <div id={format!("{list}-{id}")} class={classes!("wire-row", "wire-event", class)} role="option"
            data-row={id.to_string()} data-testid="wire-event" data-type={row.name()} aria-selected={is_selected.to_string()}
            aria-setsize={total.to_string()} aria-posinset={number.to_string()}>
            <span class="time">{ clock.time(row.at) }</span>
            <span class="delta">{ row.delta_us.map(words::delta).unwrap_or_default() }</span>
            { for row.of.as_deref().map(whose) }
            if let EventKind::Told(sender) = event {
                { direction(sender) }
                <b class="type">{ row.name() }</b>
                <span class="chip" title="A log tells of it in words: its bytes are not there">{ "from a log" }</span>
            } else {
                <span class="went" aria-hidden="true">{ mark }</span>
                <b class="type">if !matches!(event, EventKind::TextFrame | EventKind::Fault) { <span class="unseen">{ "connection " }</span> }{ row.name() }</b>
            }
            { day(clock.day(row.at, before(row))) }
            <span class="says" title={row.summary.clone()}>{ &row.summary }</span>
        </div>
    }
}

/// When the packet in the row before was.
fn before(row: &WireRow) -> Option<Instant> {
    let micros = row.at.micros();
    (row.delta_us)
        .map(|since| Instant::from_micros(micros.saturating_add_signed(since.saturating_neg())))
}

/// The day of a row that says it.
pub(super) fn day(day: Option<String>) -> Html {
    html! { if let Some(day) = day { <span class="day" data-testid="day">{ day }</span> } }
}

/// Whose it is. Where a name does not fit, the port stays that tells it from others of the same name.
fn whose(of: &str) -> Html {
    let (name, port) = match of.rsplit_once(" :") {
        Some((name, port)) if port.parse::<u16>().is_ok() => (name, Some(port)),
        _ => (of, None),
    };
    html! {
        <span class="of" title={of.to_owned()}><span>{ name }</span>if let Some(port) = port { <span class="port">{ " :" }{ port }</span> }</span>
    }
}

/// What a fault of a tap made of it.
pub(super) fn fate(fate: Fate) -> Html {
    html! { <span class="chip fate" data-testid="fate" title={fate.says()}>{ fate.name() }</span> }
}

/// Which way it went.
pub(super) fn direction(sender: Sender) -> Html {
    let (class, arrow, says) = match sender {
        Sender::Client => ("out", "→", "sent"),
        Sender::Server => ("in", "←", "received"),
    };
    html! { <span class={classes!("went", class)}><span aria-hidden="true">{ arrow }</span><span class="unseen">{ says }</span></span> }
}

/// The class, the icon and the word of a grade.
pub(in crate::pages) const fn grade(severity: Severity) -> (&'static str, Icon, &'static str) {
    match severity {
        Severity::Error => ("is-error", Icon::Fault, "error"),
        Severity::Warning => ("is-warning", Icon::Warning, "warning"),
        Severity::Note => ("is-note", Icon::Note, "note"),
    }
}
