//! A packet in the list: what it is, what it says, where it stands, what is wrong with it.

use mqttscope_view::recording::{Family, Row};
use mqttscope_wire::Sender;

use crate::components::icon::{Icon, icon};
use crate::element::{El, el};

/// Its markup.
pub(super) fn packet_row(index: usize, count: usize, row: &Row, selected: bool) -> El {
    let number = index.saturating_add(1);
    let name = if row.skipped {
        "no packet"
    } else {
        row.packet_type.name()
    };
    let kind = el("span")
        .class("kind")
        .maybe(row.from.map(arrow))
        .child(el("i").attr("data-kind", kind(row.family)))
        .text(name)
        .child(
            el("span")
                .class("flags")
                .title("flags")
                .string(format!("{:04b}", row.flags)),
        );
    let missing = (row.missing > 0).then(|| el("span").class("is-warning").text("incomplete"));
    let marks = el("span")
        .class("marks")
        .maybe(mark(row.errors, "is-error", Icon::Fault, "error"))
        .maybe(mark(row.warnings, "is-warning", Icon::Warning, "warning"))
        .maybe(missing);
    let place = format!("{:#06x} · {} B", row.offset, row.len);
    el("div")
        .key(index)
        .made("id", format!("packet-{index}"))
        .class(if row.skipped { "packet rest" } else { "packet" })
        .role("option")
        .number("data-packet", index)
        .test("packet")
        .says("aria-selected", selected)
        .number("aria-setsize", count)
        .number("aria-posinset", number)
        .child(el("span").class("no").string(number.to_string()))
        .child(kind)
        .child(marks)
        .child(el("span").class("line").string(row.summary.to_string()))
        .child(el("span").class("at").string(place))
}

/// Which way it went.
fn arrow(from: Sender) -> El {
    let (class, sign, word) = match from {
        Sender::Client => ("from client", "→", "client to server: "),
        Sender::Server => ("from server", "←", "server to client: "),
    };
    el("span")
        .class(class)
        .test("from")
        .child(el("span").attr("aria-hidden", "true").text(sign))
        .child(el("span").class("unseen").text(word))
}

fn mark(count: u32, class: &'static str, picture: Icon, word: &str) -> Option<El> {
    let plural = if count == 1 { "" } else { "s" };
    let unseen = el("span").class("unseen");
    (count > 0).then(|| {
        el("span")
            .class(class)
            .child(icon(picture))
            .string(count.to_string())
            .child(unseen.string(format!(" {word}{plural}")))
    })
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
