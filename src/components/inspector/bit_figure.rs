//! The bits of the selected field, drawn as the standard's figures do; pressed, a bit turns over.

use std::rc::Rc;

use mqttscope_inspect::bits::{self, BitGroup, BitRow};
use mqttscope_inspect::edit;
use yew::prelude::*;

use super::{Shown, look};
use crate::pages::dissect::counted;
use crate::services::browser;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct BitFigureProps {
    pub(super) shown: Shown,
    pub(super) node: usize,
    pub(super) on_select: Callback<usize>,
    pub(super) on_edit: Option<Callback<Rc<[u8]>>>,
}

#[component]
pub(super) fn BitFigure(props: &BitFigureProps) -> Html {
    let shown = &props.shown;
    let figure = bits::figure(shown.dissection(), shown.bytes(), props.node);
    let on_click = {
        let (shown, on_select, on_edit) = (
            shown.clone(),
            props.on_select.clone(),
            props.on_edit.clone(),
        );
        Callback::from(move |event: MouseEvent| {
            if let Some(node) = browser::data_number(&event, "group") {
                on_select.emit(node);
            } else if let (Some(bit), Some(on_edit)) =
                (browser::data_number(&event, "bit"), &on_edit)
                && let Ok(bit) = u32::try_from(bit)
            {
                let is_set = shown
                    .bytes()
                    .get(bit as usize / 8)
                    .is_some_and(|byte| byte & (0x80 >> (bit % 8)) != 0);
                on_edit.emit(edit::set_bit(shown.bytes(), bit, !is_set).into());
            }
        })
    };
    if figure.rows.is_empty() {
        return Html::default();
    }
    let can_edit = props.on_edit.is_some();
    html! {
        <div class={classes!("figure", (figure.rows.len() > 2).then_some("many"))} data-testid="bits" role="group" aria-label="Bits" onclick={on_click}>
            { for figure.rows.iter().map(|row| octet(row, props.node, can_edit)) }
            if figure.more > 0 { <p class="quiet">{ format!("and {}", counted(figure.more, "more byte")) }</p> }
            if let Some(sum) = &figure.sum { <p class="sum" data-testid="sum">{ sum }</p> }
        </div>
    }
}

fn octet(row: &BitRow, selected: usize, can_edit: bool) -> Html {
    let value = row
        .bits
        .iter()
        .fold(0_u8, |value, &bit| value << 1 | u8::from(bit));
    html! {
        <div class="octet">
            <div class="which"><span>{ format!("byte {}", row.offset) }</span><span class="mono">{ format!("0x{value:02x} · {value}") }</span></div>
            <div class="bits">
                { for row.bits.iter().enumerate().map(|(at, &bit)| {
                    let number = 7_usize.saturating_sub(at);
                    let place = row.offset.saturating_mul(8).saturating_add(at);
                    html! {
                        <button class={bit.then_some("one")} disabled={!can_edit} data-bit={place.to_string()} data-testid="bit"
                            aria-pressed={bit.to_string()} aria-label={format!("Bit {number} of byte {}", row.offset)} title="Turn this bit over, and nothing else">
                            { u8::from(bit) }<small>{ number }</small>
                        </button>
                    }
                }) }
            </div>
            <div class="groups">{ for row.groups.iter().map(|group| name(group, selected)) }</div>
        </div>
    }
}

fn name(group: &BitGroup, selected: usize) -> Html {
    let class = classes!(format!("n{}", group.len), look::ground(group.section));
    html! {
        <button {class} data-group={group.node.map(|node| node.to_string())} aria-pressed={(group.node == Some(selected)).to_string()}>
            <span>{ group.name.replace("Continuation", "Continu\u{ad}ation") }</span><b>{ &group.value }</b>
        </button>
    }
}
