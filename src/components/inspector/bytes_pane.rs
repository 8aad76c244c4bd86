//! The right pane of an inspector: the bytes, the bits of the selected field, the payload.

use mqttscope_wire::Section;
use yew::prelude::*;

use super::InspectorProps;
use super::about::about;
use super::bit_figure::BitFigure;
use super::hex_view::HexView;
use super::look;
use super::payload::Payload;

const LEGEND: [(Section, &str); 4] = [
    (Section::FixedHeader, "fixed header"),
    (Section::VariableHeader, "variable header"),
    (Section::Properties, "properties"),
    (Section::Payload, "payload"),
];

/// The pane.
pub(super) fn bytes_pane(
    props: &InspectorProps,
    hover: Option<usize>,
    on_hover: &Callback<Option<usize>>,
) -> Html {
    let shown = &props.shown;
    let last = shown
        .offset()
        .saturating_add(shown.bytes().len())
        .saturating_sub(1);
    html! {
        <section class="pane bytes-pane" aria-label="Bytes of the packet">
            <div class="head">
                <h2>{ "Bytes" }</h2>
                <span class="sub">{ format!("{} to {last} of all", shown.offset()) }</span>
                <span class="grow"></span>
                <span class="sub quiet">{ if props.on_edit.is_some() { "click a byte, type its new value" } else { "click a byte" } }</span>
            </div>
            <HexView shown={shown.clone()} selected={props.selected} {hover} on_select={props.on_select.clone()}
                on_hover={on_hover.clone()} on_edit={props.on_edit.clone()} />
            <div class="legend" aria-hidden="true">
                { for LEGEND.iter().map(|&(section, name)| html! { <span class={look::section(section)}><i></i>{ name }</span> }) }
            </div>
            // The focus can go here, so that it scrolls by keys.
            <div class="below" tabindex="0" role="region" aria-label="The selected field">
                { about(shown, props.selected) }
                <BitFigure shown={shown.clone()} node={props.selected.unwrap_or(0)} on_select={props.on_select.clone()} on_edit={props.on_edit.clone()} />
                <Payload shown={shown.clone()} reader={props.reader} />
            </div>
        </section>
    }
}
