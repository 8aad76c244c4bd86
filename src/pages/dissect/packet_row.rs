//! A packet in the list: what it is, what it says, where it stands, what is wrong with it.

use mqttscope_view::digits;
use mqttscope_view::recording::{Family, Row};
use mqttscope_wire::Sender;
use yew::prelude::*;

use crate::components::icon::{Icon, icon};

/// Its markup.
pub(super) fn packet_row(index: usize, count: usize, row: &Row, selected: bool) -> Html {
    let number = index.saturating_add(1);
    let name = if row.skipped {
        "no packet"
    } else {
        row.packet_type.name()
    };
    html! {
        <div
            key={index}
            id={format!("packet-{index}")}
            class={classes!("packet", row.skipped.then_some("rest"))}
            role="option"
            data-packet={index.to_string()}
            data-testid="packet"
            aria-selected={selected.to_string()}
            aria-setsize={count.to_string()}
            aria-posinset={number.to_string()}
        >
            <span class="no">{ number }</span>
            <span class="kind">
                { for row.from.map(arrow) }
                <i data-kind={kind(row.family)}></i>
                { name }
                <span class="flags" title="flags">{ format!("{:04b}", row.flags) }</span>
            </span>
            <span class="marks">
                { mark(row.errors, "is-error", Icon::Fault, "error") }
                { mark(row.warnings, "is-warning", Icon::Warning, "warning") }
                if row.missing > 0 {
                    <span class="is-warning">{ "incomplete" }</span>
                }
            </span>
            <span class="line">{ row.summary.to_string() }</span>
            <span class="at">{ format!("{:#06x} · {}", row.offset, digits::bytes(row.len as u64)) }</span>
        </div>
    }
}

/// Which way it went.
fn arrow(from: Sender) -> Html {
    let (class, sign, word) = match from {
        Sender::Client => ("from client", "→", "client to server: "),
        Sender::Server => ("from server", "←", "server to client: "),
    };
    html! {
        <span {class} data-testid="from">
            <span aria-hidden="true">{ sign }</span>
            <span class="unseen">{ word }</span>
        </span>
    }
}

/// How many faults of one severity it has; nothing where there are none.
fn mark(count: u32, class: &'static str, picture: Icon, word: &str) -> Html {
    if count == 0 {
        return Html::default();
    }
    let plural = if count == 1 { "" } else { "s" };
    html! {
        <span {class}>
            { icon(picture) }
            { count }
            <span class="unseen">{ format!(" {word}{plural}") }</span>
        </span>
    }
}

/// The family's name in the style sheets.
const fn kind(family: Family) -> &'static str {
    match family {
        Family::Connection => "connect",
        Family::Message => "publish",
        Family::Acknowledgement => "acknowledge",
        Family::Subscription => "subscribe",
        Family::Ping => "ping",
        Family::None => "none",
    }
}
