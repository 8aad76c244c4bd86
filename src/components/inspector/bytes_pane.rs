//! The right pane of an inspector: the bytes, the bits of the selected field, the payload.

use mqttscope_wire::Section;

use super::InspectorProps;
use super::about::about;
use super::bit_figure::bit_figure;
use super::look;
use crate::element::{El, el, grow};
use crate::hooks::Kept;

const LEGEND: [(Section, &str); 4] = [
    (Section::FixedHeader, "fixed header"),
    (Section::VariableHeader, "variable header"),
    (Section::Properties, "properties"),
    (Section::Payload, "payload"),
];

/// The pane, with what draws the bytes and the payload; `bit`: the bit that the focus came to last.
pub(super) fn bytes_pane(
    props: &InspectorProps,
    bit: &Kept<usize>,
    bytes: El,
    payload: Option<El>,
) -> El {
    let shown = &props.shown;
    let last = shown
        .offset()
        .saturating_add(shown.bytes().len())
        .saturating_sub(1);
    let place = match shown.total() {
        Some(total) => format!("{}–{last} of {total}", shown.offset()),
        None => format!("{}–{last}", shown.offset()),
    };
    let hint = match props.on_edit {
        Some(_) => "click a byte, type its new value",
        None => "click a byte",
    };
    let head = el("div")
        .class("head")
        .child(el("h2").text("Bytes"))
        .child(el("span").class("sub").string(place))
        .child(grow())
        .child(el("span").class("sub quiet").text(hint));
    let legend = LEGEND.map(|(section, name)| {
        el("span")
            .class(look::section(section))
            .child(el("i"))
            .text(name)
    });
    // The focus can go here, so that it scrolls by keys.
    let below = el("div")
        .class("below")
        .attr("tabindex", "0")
        .role("region")
        .label("The selected field")
        .maybe(about(shown, props.selected))
        .maybe(bit_figure(props, bit))
        .maybe(payload);
    el("section")
        .class("pane bytes-pane")
        .label("Bytes of the packet")
        .child(head)
        .child(bytes)
        .child(
            el("div")
                .class("legend")
                .attr("aria-hidden", "true")
                .all(legend),
        )
        .child(below)
}
