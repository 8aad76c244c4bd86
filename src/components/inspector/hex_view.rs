//! The bytes of a packet: selected and changed where they stand.

use mqttscope_view::edit;
use yew::prelude::*;

use super::InspectorProps;
use super::hex_keys::{digit, target};
use super::hex_line::{HexLine, HexLineProps};
use crate::element::{El, el, keyed_part};
use crate::hooks::{use_after, use_kept, use_narrow, use_virtual_rows};
use crate::services::browser;

/// Height of a line, as in the style sheet.
const LINE: u32 = 24;

/// Where 16 bytes and their letters do not fit beside the packets, as in the style sheet.
const HALF_LINES: &str = "(max-width: 919px)";

/// The bytes; `hover`: the node that the pointer is over.
#[hook]
pub(super) fn use_hex_view(
    props: &InspectorProps,
    hover: Option<usize>,
    on_hover: &Callback<Option<usize>>,
) -> El {
    let across = if use_narrow(HALF_LINES) { 8 } else { 16 };
    let shown = &props.shown;
    let len = shown.bytes().len();
    let lines = shown.len_with_missing().div_ceil(across);
    let rows = use_virtual_rows(lines, LINE);
    let range_of = |node: Option<usize>| node.and_then(|node| shown.byte_range(node));
    let (selected, hover) = (range_of(props.selected), range_of(hover));
    // Where the keys are, and the first digit of a byte that is being typed.
    let at = use_kept(Option::<usize>::default);
    let first_digit = use_kept(Option::<u8>::default);
    let cursor = match (&selected, at.get()) {
        (Some(range), Some(at)) if range.contains(&at) => Some(at),
        (Some(range), _) => Some(range.start),
        (None, _) => None,
    };
    let place = cursor.unwrap_or(usize::MAX);
    {
        let rows = rows.clone();
        use_after([place, across], move || {
            rows.reveal(cursor?.checked_div(across)?);
            None
        });
    }
    {
        let first_digit = first_digit.clone();
        use_after([shown.address(), place], move || {
            first_digit.set(None);
            None
        });
    }
    let go = {
        let (shown, on_select, at) = (shown.clone(), props.on_select.clone(), at.clone());
        move |byte: usize| {
            at.set(Some(byte));
            if let Some(node) = shown.node_at(byte) {
                on_select.emit(node);
            }
        }
    };
    let on_click = {
        let go = go.clone();
        Callback::from(move |event: MouseEvent| {
            if let Some(byte) = browser::data_number(&event, "byte") {
                go(byte);
            }
        })
    };
    let on_key = {
        let (shown, on_edit, rows, first_digit) = (
            shown.clone(),
            props.on_edit.clone(),
            rows.clone(),
            first_digit.clone(),
        );
        Callback::from(move |event: KeyboardEvent| {
            let last = len.saturating_sub(1);
            let now = cursor.unwrap_or(0);
            let command = event.ctrl_key() || event.meta_key();
            if let (Some(digit), Some(on_edit), false) = (digit(&event.key()), &on_edit, command) {
                event.prevent_default();
                match (first_digit.get(), cursor) {
                    (Some(first), Some(cursor)) => {
                        at.set(Some(cursor));
                        let byte = first << 4 | digit;
                        on_edit.emit(Ok(edit::set_byte(shown.bytes(), cursor, byte)));
                    }
                    _ => first_digit.set(Some(digit)),
                }
                return;
            }
            if event.key() == "Escape" {
                return first_digit.set(None);
            }
            let page = across.saturating_mul(rows.page());
            let Some(to) = target(&event.key(), command, now, across, page, last) else {
                return;
            };
            event.prevent_default();
            if len > 0 {
                go(to.min(last));
            }
        })
    };
    let on_over = {
        let shown = shown.clone();
        on_hover.reform(move |event: MouseEvent| {
            browser::data_number(&event, "byte").and_then(|byte| shown.node_at(byte))
        })
    };
    let on_out = on_hover.reform(|_: MouseEvent| None);
    let drawn = rows.range.clone().map(|line| {
        let props = HexLineProps {
            shown: shown.clone(),
            line,
            across,
            selected: selected.clone(),
            hover: hover.clone(),
            cursor,
            first_digit: first_digit.get(),
        };
        keyed_part::<HexLine>(line, props)
    });
    let mut view = el("div")
        .node(&rows.node)
        .class("hexview")
        .attr("id", "bytes")
        .role("grid")
        .attr("tabindex", "0")
        .test("bytes")
        .label("Bytes of the packet")
        .number("aria-rowcount", lines)
        .on_click(on_click)
        .on_key(on_key)
        .on_mouse_over(on_over)
        .on_mouse_leave(on_out);
    if let Some(cursor) = cursor {
        view = view.made("aria-activedescendant", format!("byte-{cursor}"));
    }
    view.child(rows.draw(drawn))
}
