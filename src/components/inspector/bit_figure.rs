//! The bits of the selected field, drawn as the standard's figures do; pressed, a bit turns over.

use gloo_timers::callback::Timeout;
use mqttscope_view::bits::{self, BitGroup, BitRow};
use mqttscope_view::digits::counted;
use mqttscope_view::edit;
use yew::prelude::*;

use super::{InspectorProps, bit_keys, look};
use crate::services::browser;

/// The figure, where the selected field, or the packet's beginning, has bits; `focused`: the bit that the focus came
/// to last, which is where the Tab key comes to its row.
pub(super) fn bit_figure(props: &InspectorProps, focused: &UseStateHandle<usize>) -> Html {
    let shown = &props.shown;
    let node = props.selected.unwrap_or(0);
    let figure = bits::figure(shown.dissection(), shown.bytes(), node);
    if figure.rows.is_empty() {
        return Html::default();
    }
    let on_click = {
        let (shown, on_select, on_edit) = (
            shown.clone(),
            props.on_select.clone(),
            props.on_edit.clone(),
        );
        let focused = focused.setter();
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
        let focused = focused.setter();
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
    let many = (figure.rows.len() > 2).then_some("many");
    html! {
        <div
            class={classes!("figure", many)}
            data-testid="bits"
            role="group"
            aria-label="Bits"
            onclick={on_click}
            onkeydown={on_key}
        >
            <>{ for figure.rows.iter().map(|row| octet(row, node, can_edit, **focused)) }</>
            if figure.more > 0 {
                <p class="quiet">{ format!("and {}", counted(figure.more, "more byte")) }</p>
            }
            if let Some(sum) = figure.sum {
                <p class="sum" data-testid="sum">{ sum }</p>
            }
        </div>
    }
}

fn octet(row: &BitRow, selected: usize, can_edit: bool, stop: usize) -> Html {
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
    let bits = row.bits.iter().enumerate().map(|(at, &is_set)| {
        let place = first.saturating_add(at);
        bit(row.offset, at, place, is_set, can_edit, place == stop)
    });
    html! {
        <div key={row.offset} class="octet">
            <div class="which">
                <span>{ format!("byte {}", row.offset) }</span>
                <span class="mono">{ format!("0x{value:02x} · {value}") }</span>
            </div>
            <div class="bits">{ for bits }</div>
            <div class="groups">{ for row.groups.iter().map(|group| name(group, selected)) }</div>
        </div>
    }
}

/// The bit `at` of the byte `offset`, `place` of the packet's; `is_stop`: the Tab key comes to it.
fn bit(
    offset: usize,
    at: usize,
    place: usize,
    is_set: bool,
    can_edit: bool,
    is_stop: bool,
) -> Html {
    let number = 7_usize.saturating_sub(at);
    html! {
        <button
            class={classes!(is_set.then_some("one"))}
            disabled={!can_edit}
            data-bit={place.to_string()}
            id={format!("bit-{place}")}
            tabindex={if is_stop { "0" } else { "-1" }}
            data-testid="bit"
            aria-pressed={is_set.to_string()}
            aria-label={format!("Bit {number} of byte {offset}")}
            title="Flip this bit only"
        >
            { if is_set { "1" } else { "0" } }
            <small>{ number }</small>
        </button>
    }
}

fn name(group: &BitGroup, selected: usize) -> Html {
    let first = 7_u8.saturating_sub(group.from);
    let last = 8_u8.saturating_sub(group.from.saturating_add(group.len));
    let bits = if first == last {
        format!("{first}")
    } else {
        format!("{first}–{last}")
    };
    html! {
        <button
            class={classes!(format!("n{}", group.len), look::ground(group.section))}
            data-bits={bits}
            aria-pressed={(group.node == Some(selected)).to_string()}
            data-group={group.node.map(|node| node.to_string())}
        >
            <span>{ group.name.replace("Continuation", "Continu\u{ad}ation") }</span>
            <b>{ group.value.clone() }</b>
        </button>
    }
}
