//! The right pane of an inspector: the bytes, the bits of the selected field, the payload.

use mqttscope_view::digits::grouped;
use mqttscope_wire::Section;
use yew::prelude::*;

use super::about::about;
use super::bit_figure::bit_figure;
use super::hex_view::HexView;
use super::payload::Payload;
use super::{Hover, InspectorProps, look};

const LEGEND: [(Section, &str); 4] = [
    (Section::FixedHeader, "fixed header"),
    (Section::VariableHeader, "variable header"),
    (Section::Properties, "properties"),
    (Section::Payload, "payload"),
];

/// The pane; `bit`: the bit that the focus came to last.
pub(super) fn bytes_pane(
    props: &InspectorProps,
    bit: &UseStateHandle<usize>,
    hover: &Hover,
) -> Html {
    let shown = &props.shown;
    let last = shown
        .offset()
        .saturating_add(shown.bytes().len())
        .saturating_sub(1);
    let number = |number: usize| grouped(number as u64);
    let mut place = format!("{}–{}", number(shown.offset()), number(last));
    if let Some(total) = shown.total() {
        place = format!("{place} of {}", number(total));
    }
    let hint = match props.on_edit {
        Some(_) => "select a byte, type its new value",
        None => "select a byte",
    };
    html! {
        <section class="pane bytes-pane" aria-label="Bytes of the packet">
            <div class="head">
                <h2>{ "Bytes" }</h2>
                <span class="sub">{ place }</span>
                <span class="grow"></span>
                <span class="sub quiet">{ hint }</span>
            </div>
            <HexView
                shown={shown.clone()}
                selected={props.selected}
                on_select={props.on_select.clone()}
                on_edit={props.on_edit.clone()}
                hover={hover.clone()}
            />
            <div class="legend" aria-hidden="true">
                { for LEGEND.map(|(section, name)| html! {
                    <span class={look::section(section)}><i></i>{ name }</span>
                }) }
            </div>
            // The focus can go here, so that it scrolls by keys.
            <div class="below" tabindex="0" role="region" aria-label="The selected field">
                { about(shown, props.selected) }
                { bit_figure(props, bit) }
                <Payload shown={shown.clone()} on_schemas={props.on_schemas.clone()} />
            </div>
        </section>
    }
}
