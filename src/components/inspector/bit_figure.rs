//! The bits of the selected field, drawn as the standard's figures do; pressed, a bit turns over.

use gloo_timers::callback::Timeout;
use mqttscope_view::bits::{self, BitGroup, BitRow};
use mqttscope_view::edit;
use yew::prelude::*;

use super::{InspectorProps, bit_keys, look};
use crate::element::{El, el};
use crate::hooks::Kept;
use crate::pages::dissect::counted;
use crate::services::browser;

/// The figure, where the selected field, or the packet's beginning, has bits; `focused`: the bit that the focus came
/// to last, which is where the Tab key comes to its row.
pub(super) fn bit_figure(props: &InspectorProps, focused: &Kept<usize>) -> Option<El> {
    let shown = &props.shown;
    let node = props.selected.unwrap_or(0);
    let figure = bits::figure(shown.dissection(), shown.bytes(), node);
    if figure.rows.is_empty() {
        return None;
    }
    let on_click = {
        let (shown, on_select, on_edit) = (
            shown.clone(),
            props.on_select.clone(),
            props.on_edit.clone(),
        );
        let focused = focused.clone();
        Callback::from(move |event: MouseEvent| {
            if let Some(node) = browser::data_number(&event, "group") {
                on_select.emit(node);
            } else if let (Some(place), Some(on_edit)) =
                (browser::data_number(&event, "bit"), &on_edit)
                && let Ok(bit) = u32::try_from(place)
            {
                focused.set(place);
                let is_set = shown
                    .bytes()
                    .get(bit as usize / 8)
                    .is_some_and(|byte| byte & (0x80 >> (bit % 8)) != 0);
                on_edit.emit(Ok(edit::set_bit(shown.bytes(), bit, !is_set)));
                // The rows may be others now, and the button with the focus another bit.
                Timeout::new(0, move || browser::focus_id(&format!("bit-{place}"))).forget();
            }
        })
    };
    let on_key = {
        let first = figure.rows.first().map_or(0, |row| row.offset);
        let (first, count) = (first.saturating_mul(8), figure.rows.len().saturating_mul(8));
        let focused = focused.clone();
        Callback::from(move |event: KeyboardEvent| {
            let place = browser::data_number(&event, "bit");
            if let Some(to) = place.and_then(|at| bit_keys::next(&event.key(), at, first, count)) {
                event.prevent_default();
                focused.set(to);
                browser::focus_id(&format!("bit-{to}"));
            }
        })
    };
    let can_edit = props.on_edit.is_some();
    let stop = focused.get();
    let many = if figure.rows.len() > 2 { "many" } else { "" };
    let more = (figure.more > 0).then(|| {
        let more = format!("and {}", counted(figure.more, "more byte"));
        el("p").class("quiet").string(more)
    });
    let sum = figure.sum;
    let octets = figure
        .rows
        .iter()
        .map(|row| octet(row, node, can_edit, stop));
    Some(
        el("div")
            .classes(&["figure", many])
            .test("bits")
            .role("group")
            .label("Bits")
            .on_click(on_click)
            .on_key(on_key)
            .all(octets)
            .maybe(more)
            .maybe(sum.map(|sum| el("p").class("sum").test("sum").string(sum))),
    )
}

fn octet(row: &BitRow, selected: usize, can_edit: bool, stop: usize) -> El {
    let value = row
        .bits
        .iter()
        .fold(0_u8, |value, &bit| value << 1 | u8::from(bit));
    let first = row.offset.saturating_mul(8);
    // One stop of the Tab key for the row: where the focus was last, else the first bit.
    let stop = if stop.saturating_sub(stop % 8) == first {
        stop
    } else {
        first
    };
    let bit = |(at, &bit): (usize, &bool)| {
        let number = 7_usize.saturating_sub(at);
        let place = first.saturating_add(at);
        el("button")
            .class(if bit { "one" } else { "" })
            .flag("disabled", !can_edit)
            .number("data-bit", place)
            .made("id", format!("bit-{place}"))
            .attr("tabindex", if place == stop { "0" } else { "-1" })
            .test("bit")
            .says("aria-pressed", bit)
            .made("aria-label", format!("Bit {number} of byte {}", row.offset))
            .title("Flip this bit only")
            .text(if bit { "1" } else { "0" })
            .child(el("small").string(number.to_string()))
    };
    let which = el("div")
        .class("which")
        .child(el("span").string(format!("byte {}", row.offset)))
        .child(
            el("span")
                .class("mono")
                .string(format!("0x{value:02x} · {value}")),
        );
    el("div")
        .class("octet")
        .child(which)
        .child(
            el("div")
                .class("bits")
                .all(row.bits.iter().enumerate().map(bit)),
        )
        .child(
            el("div")
                .class("groups")
                .all(row.groups.iter().map(|group| name(group, selected))),
        )
}

fn name(group: &BitGroup, selected: usize) -> El {
    let first = 7_u8.saturating_sub(group.from);
    let last = 8_u8.saturating_sub(group.from.saturating_add(group.len));
    let bits = if first == last {
        format!("{first}")
    } else {
        format!("{first}–{last}")
    };
    let button = el("button")
        .classes(&[&format!("n{}", group.len), look::ground(group.section)])
        .made("data-bits", bits)
        .says("aria-pressed", group.node == Some(selected))
        .child(el("span").string(group.name.replace("Continuation", "Continu\u{ad}ation")))
        .child(el("b").string(group.value.clone()));
    match group.node {
        Some(node) => button.number("data-group", node),
        None => button,
    }
}
