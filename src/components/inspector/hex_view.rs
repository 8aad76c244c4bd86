//! The bytes of a packet: selected and changed where they stand.

use mqttscope_view::edit;
use web_sys::HtmlElement;
use yew::prelude::*;

use super::hex_keys::{digit, target};
use super::hex_line::HexLine;
use super::{Edited, Hover, Shown};
use crate::hooks::{ONE_PANE, Resizes, use_narrow, use_virtual_rows};
use crate::services::browser;

/// Height of a line, as in the style sheet.
const LINE: u32 = 24;

/// What 16 bytes and their letters take when they are close, in CSS pixels, as in the style sheet.
const WHOLE_LINES: i32 = 452;

/// What the bytes are given.
#[derive(Clone, PartialEq, Properties)]
pub(super) struct HexViewProps {
    pub(super) shown: Shown,
    /// The field that is looked at.
    pub(super) selected: Option<usize>,
    pub(super) on_select: Callback<usize>,
    /// None where the packet cannot be changed.
    pub(super) on_edit: Option<Callback<Edited>>,
    pub(super) hover: Hover,
}

/// The bytes.
#[component]
pub(super) fn HexView(props: &HexViewProps) -> Html {
    let is_tight = use_state_eq(|| false);
    let is_half = use_narrow(ONE_PANE) || *is_tight;
    let across = if is_half { 8 } else { 16 };
    let shown = &props.shown;
    let len = shown.bytes().len();
    let lines = shown.len_with_missing().div_ceil(across);
    let rows = use_virtual_rows(lines, LINE);
    {
        let (node, is_tight) = (rows.node.clone(), is_tight.setter());
        use_effect_with((), move |()| {
            let told = browser::element_of::<HtmlElement>(&node).and_then(|element| {
                let view = element.clone();
                Resizes::of(&element, move || {
                    is_tight.set(view.client_width() < WHOLE_LINES);
                })
            });
            move || drop(told)
        });
    }
    let range_of = |node: Option<usize>| node.and_then(|node| shown.byte_range(node));
    let (selected, hover) = (range_of(props.selected), range_of(props.hover.node));
    // Where the keys are, and the first digit of a byte that is being typed.
    let at = use_state_eq(|| None::<usize>);
    let first_digit = use_state_eq(|| None::<u8>);
    let cursor = match (&selected, *at) {
        (Some(range), Some(at)) if range.contains(&at) => Some(at),
        (Some(range), _) => Some(range.start),
        (None, _) => None,
    };
    {
        let rows = rows.clone();
        use_effect_with((cursor, across), move |&(cursor, across)| {
            if let Some(line) = cursor.and_then(|cursor| cursor.checked_div(across)) {
                rows.reveal(line);
            }
        });
    }
    {
        let first_digit = first_digit.setter();
        use_effect_with((shown.clone(), cursor), move |_| first_digit.set(None));
    }
    let go = {
        let (shown, on_select, at) = (shown.clone(), props.on_select.clone(), at.setter());
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
                // Only a field brings up the keyboard of a screen.
                if browser::matches("(hover: none)") {
                    browser::focus_quietly("#typed-byte");
                }
            }
        })
    };
    let on_digit = props.on_edit.as_ref().map(|on_edit| {
        let (shown, on_edit, first_digit) = (shown.clone(), on_edit.clone(), first_digit.clone());
        Callback::from(move |digit: u8| match (*first_digit, cursor) {
            (Some(first), Some(cursor)) => {
                at.set(Some(cursor));
                let byte = first << 4 | digit;
                on_edit.emit(Ok(edit::set_byte(shown.bytes(), cursor, byte)));
            }
            _ => first_digit.set(Some(digit)),
        })
    });
    // What a keyboard on the screen types is no key.
    let on_input = on_digit.clone().map(|on_digit| {
        Callback::from(move |event: InputEvent| {
            // Some give again what was typed before.
            let data = event.data().unwrap_or_default();
            if let Some(digit) = data.get(data.len().saturating_sub(1)..).and_then(digit) {
                on_digit.emit(digit);
            }
        })
    });
    let on_key = {
        let (rows, first_digit) = (rows.clone(), first_digit.clone());
        Callback::from(move |event: KeyboardEvent| {
            let last = len.saturating_sub(1);
            let now = cursor.unwrap_or(0);
            let command = event.ctrl_key() || event.meta_key();
            if let (Some(digit), Some(on_digit), false) = (digit(&event.key()), &on_digit, command)
            {
                event.prevent_default();
                return on_digit.emit(digit);
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
    let on_hover = &props.hover.on_hover;
    let on_over = {
        let shown = shown.clone();
        on_hover.reform(move |event: MouseEvent| {
            browser::data_number(&event, "byte").and_then(|byte| shown.node_at(byte))
        })
    };
    let on_out = on_hover.reform(|_: MouseEvent| None);
    let drawn = rows.range.clone().map(|line| {
        html! {
            <HexLine
                key={line}
                shown={shown.clone()}
                {line}
                {across}
                selected={selected.clone()}
                hover={hover.clone()}
                {cursor}
                first_digit={*first_digit}
            />
        }
    });
    html! {
        <>
            <div
                ref={rows.node.clone()}
                class={classes!("hexview", is_half.then_some("half"))}
                id="bytes"
                role="grid"
                tabindex="0"
                data-testid="bytes"
                aria-label="Bytes of the packet"
                aria-rowcount={lines.to_string()}
                aria-activedescendant={cursor.map(|cursor| format!("byte-{cursor}"))}
                onclick={on_click}
                onkeydown={on_key.clone()}
                onmouseover={on_over}
                onmouseleave={on_out}
            >
                { rows.draw(drawn) }
            </div>
            if let Some(on_input) = on_input {
                <input
                    id="typed-byte"
                    class="unseen"
                    tabindex="-1"
                    aria-label="New value of the byte, two hex digits"
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    oninput={on_input}
                    onkeydown={on_key}
                />
            }
        </>
    }
}
