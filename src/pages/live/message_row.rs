//! A message in the list.

use mqttscope_protocol::MessageRow;
use yew::prelude::*;

use super::wire_row::{day, direction, grade};
use crate::components::icon::icon;
use crate::state::live::words;

/// Its markup; `number` of `total` in the list. Without a key: in a flood every row is another
/// packet each time, and to change the row that is there costs less than to make a new one.
pub(super) fn message_row(
    row: &MessageRow,
    number: u64,
    total: u64,
    is_selected: bool,
    clock: words::Clock,
) -> Html {
    let id = row.record.0;
    let grade = row.severity.map(grade);
    html! {
        <div id={format!("messages-{id}")} class={classes!("message-row", grade.map(|(class, ..)| class))} role="option" data-row={id.to_string()} data-testid="message-row"
            data-colour={row.colour.map(|colour| colour.to_string())} aria-selected={is_selected.to_string()}
            aria-setsize={total.to_string()} aria-posinset={number.to_string()}>
            <i aria-hidden="true"></i>
            <span class="top">
                { direction(row.sender) }
                if let Some(of) = &row.of { <span class="of">{ of }</span> }
                <b class="topic-name">{ &row.topic }</b>
                <span class="chip">{ "QoS " }{ row.qos }</span>
                if row.retain { <span class="chip accent">{ "retain" }</span> }
                if row.dup { <span class="chip warn">{ "dup" }</span> }
                if row.has_properties { <span class="chip">{ "properties" }</span> }
                if let Some((class, picture, word)) = grade {
                    <span class={classes!("grade", class)}>{ icon(picture) }<span class="unseen">{ word }</span></span>
                }
                if let Some(refused) = &row.refused { <span class="chip warn">{ "refused: " }{ refused }</span> }
            </span>
            <span class="time">{ day(clock.day(row.at, row.before)) }{ clock.time(row.at) }</span>
            <code class="preview">{ if row.size == 0 && row.preview.is_empty() { "(empty)" } else { row.preview.as_str() } }</code>
            <span class="kind">{ &row.kind }{ " · " }{ words::bytes(u64::from(row.size)) }</span>
        </div>
    }
}
