//! One packet, wherever it comes from: its fields, its bytes and the bits of the selected field,
//! linked both ways.

mod about;
mod add;
mod bit_figure;
mod broken;
mod bytes_pane;
mod editor;
mod faults;
mod field_row;
mod field_tree;
mod fields_pane;
mod hex_line;
mod hex_view;
mod look;
mod payload;
mod shown;
mod tree_acts;
mod tree_keys;

use std::rc::Rc;

use mqttscope_inspect::payload::Reader;
use yew::prelude::*;

pub(crate) use look::severity;
pub use shown::Shown;

use bytes_pane::bytes_pane;
use fields_pane::fields_pane;

/// What the inspector is given.
#[derive(Clone, PartialEq, Properties)]
pub struct InspectorProps {
    /// The packet.
    pub shown: Shown,
    /// Which forms of payloads are told apart.
    pub reader: Reader,
    /// The field that is looked at, as an index in its tree.
    pub selected: Option<usize>,
    /// Another field is to be looked at.
    pub on_select: Callback<usize>,
    /// The packet has other bytes now; without it nothing can be changed.
    #[prop_or_default]
    pub on_edit: Option<Callback<Rc<[u8]>>>,
}

/// The inspector: two panes beside each other, or one below the other.
#[component]
pub fn Inspector(props: &InspectorProps) -> Html {
    // What the pointer is over, as an index in the tree. It is nobody's business but ours.
    let hover = use_state_eq(|| None::<usize>);
    let on_hover = {
        let hover = hover.clone();
        use_callback((), move |node: Option<usize>, ()| hover.set(node))
    };
    // A node of the packet before may not exist in this one.
    let hovered = (*hover).filter(|&node| props.shown.tree().get(node).is_some());
    let props = InspectorProps {
        selected: props
            .selected
            .filter(|&node| props.shown.tree().get(node).is_some()),
        ..props.clone()
    };
    let listed = use_state_eq(|| false);
    html! {
        <div class="inspector">
            { fields_pane(&props, hovered, &on_hover, &listed) }
            { bytes_pane(&props, hovered, &on_hover) }
        </div>
    }
}
