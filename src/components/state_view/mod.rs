//! What both ends of a connection know around a packet, with a slider over its recording.

mod section;

use std::rc::Rc;

use mqttscope_view::states::StateView;
use wasm_bindgen::JsCast as _;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use section::section;

/// What the pane is given.
#[derive(Clone, PartialEq, Properties)]
pub struct StatePaneProps {
    /// The state; none: it is not known.
    pub view: Option<Rc<StateView>>,
    /// Why there is no state, or why it is another packet's; empty: it is the packet's.
    #[prop_or_default]
    pub says: AttrValue,
    /// Packets before this one.
    pub row: u64,
    /// Packets there are.
    pub total: u64,
    /// The packet in words: its type, which way, and when.
    pub packet: AttrValue,
    /// The slider is drawn to the packet that has so many before it.
    pub on_row: Callback<u64>,
}

/// The pane.
#[component]
pub fn StatePane(props: &StatePaneProps) -> Html {
    let on_input = {
        let on_row = props.on_row.clone();
        Callback::from(move |event: InputEvent| {
            let slider = event
                .target()
                .and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
            if let Some(row) = slider.and_then(|slider| slider.value().parse().ok()) {
                on_row.emit(row);
            }
        })
    };
    let number = props.row.saturating_add(1).min(props.total);
    let place = format!("Packet {number} of {}", props.total);
    let is_old = !props.says.is_empty();
    html! {
        <div class="state-view" data-testid="state-view">
            <div class="state-slider">
                <input type="range" min="0" max={props.total.saturating_sub(1).to_string()} step="1" value={props.row.to_string()} data-testid="state-slider"
                    aria-label="Packet of this connection" aria-valuetext={format!("{place}: {}", props.packet)} title="Arrows: one packet; Home, End: the first, the last" oninput={on_input} />
                <span class="place" data-testid="state-place">{ place }</span>
                <span class="what" data-testid="state-packet">{ &props.packet }</span>
                { changes(props.view.as_deref().filter(|_| !is_old)) }
            </div>
            if is_old { <p class="state-says" role="status" data-testid="state-says">{ &props.says }</p> }
            if let Some(view) = &props.view {
                <div class="state-sections scroll" aria-busy={is_old.to_string()} tabindex="0" role="region" aria-label="What both ends know after this packet">
                    { section(&view.client, "client") }
                    { section(&view.server, "server") }
                    { section(&view.session, "session") }
                </div>
            }
        </div>
    }
}

/// How much the packet changed.
fn changes(view: Option<&StateView>) -> Html {
    let Some(view) = view else {
        return Html::default();
    };
    let (class, says) = match view.changes() {
        0 => ("", "no change".to_owned()),
        1 => ("accent", "1 change".to_owned()),
        count => ("accent", format!("{count} changes")),
    };
    html! { <span class={classes!("chip", class)} data-testid="state-changes">{ says }</span> }
}
