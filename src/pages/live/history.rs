//! Earlier messages of a topic, and what the selected one changed.

use mqttscope_protocol::{History, HistoryRow, Instant, LineChange};
use mqttscope_wire::PacketType;
use yew::prelude::*;

use super::desk::Desk;
use super::wire_list::clock;
use super::wire_row::day;
use crate::components::diff::diff_lines;
use crate::state::live::words;

/// The list; none: the selected packet, of this type, is not a message, or its history is still to come.
pub(super) fn history(history: Option<&History>, packet: PacketType, desk: &Desk) -> Html {
    let Some(history) = history else {
        return html! { <div class="nothing"><p>{ packet.name() }{ ": only a PUBLISH with a known topic has a history." }</p></div> };
    };
    let is_changed = history
        .diff
        .iter()
        .any(|line| line.change != LineChange::Same);
    let clock = clock();
    html! {
        <div class="history" data-testid="history" tabindex="0" role="region" aria-label="History of the topic">
            <h3>{ "Changes since the message before" }</h3>
            if history.rows.len() < 2 {
                <p class="quiet">{ "No earlier message of this topic is in the log." }</p>
            } else if history.diff.is_empty() {
                <p class="quiet">{ "These payloads are empty or too large to be compared." }</p>
            } else if !is_changed {
                <p class="quiet" data-testid="unchanged">{ "The payload is the same." }</p>
            } else {
                <pre class="diff" data-testid="diff">{ diff_lines(&history.diff) }</pre>
            }
            <h3>{ "Messages of this topic" }</h3>
            <ol>{ for history.rows.iter().zip(words::before(history.rows.iter().map(|row| Some(row.at)))).map(|(row, before)| {
                message(row, row.record == history.record, (clock, before), desk)
            }) }</ol>
        </div>
    }
}

fn message(
    row: &HistoryRow,
    is_shown: bool,
    (clock, before): (words::Clock, Option<Instant>),
    desk: &Desk,
) -> Html {
    let (acts, record) = (desk.clone(), row.record);
    let go = Callback::from(move |_: MouseEvent| acts.inspect(record));
    let time = clock.time(row.at);
    html! {
        <li key={record.0} data-testid="history-row">
            <button class="bare" aria-current={is_shown.then_some("true")} onclick={go}>
                { day(clock.day(row.at, before)) }
                <span class="time">{ time.get(..12).unwrap_or_default().to_owned() }</span>
                <code>{ if row.size == 0 { "(empty)" } else { row.preview.as_str() } }</code>
            </button>
        </li>
    }
}
