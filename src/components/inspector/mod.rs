//! One packet, wherever it comes from: its fields, its bytes and the bits of the selected field,
//! linked both ways.

mod about;
mod add;
mod bit_figure;
mod bit_keys;
mod broken;
mod bytes_pane;
mod editor;
mod editor_field;
mod faults;
mod field_row;
mod field_tree;
mod fields_pane;
mod hex_keys;
mod hex_line;
mod hex_view;
mod look;
mod payload;
mod repairs;
mod row_parts;
mod shown;
mod shown_texts;
mod tree_acts;
mod tree_keys;

use mqttscope_view::edit::EditError;
use mqttscope_view::fields::Toggled;
use yew::prelude::*;

use crate::hooks::use_texts;
pub(crate) use broken::{marked, unmarked};
pub(crate) use look::severity;
pub use shown::Shown;

use bytes_pane::bytes_pane;
use fields_pane::fields_pane;

/// The bytes of a packet after a change, or why it could not be made.
pub type Edited = Result<Vec<u8>, EditError>;

/// What the inspector is given.
#[derive(Clone, PartialEq, Properties)]
pub struct InspectorProps {
    /// The packet.
    pub shown: Shown,
    /// The field that is looked at, as an index in its tree.
    pub selected: Option<usize>,
    /// Another field is to be looked at.
    pub on_select: Callback<usize>,
    /// The packet was changed; without it nothing can be changed.
    #[prop_or_default]
    pub on_edit: Option<Callback<Edited>>,
    /// Schemas of payloads are to be given; without it that is done elsewhere.
    #[prop_or_default]
    pub on_schemas: Option<Callback<()>>,
}

/// What the pointer is over, as an index in the tree, and what says that it is over something else. It is nobody's
/// business but the inspector's.
#[derive(Clone, PartialEq)]
struct Hover {
    node: Option<usize>,
    on_hover: Callback<Option<usize>>,
}

/// The inspector: two panes beside each other, or one below the other.
#[component]
pub fn Inspector(props: &InspectorProps) -> Html {
    // A node of the packet before may not exist in this one.
    let known = |node: &usize| props.shown.tree().get(*node).is_some();
    let hovered = use_state_eq(|| None::<usize>);
    let on_hover = use_callback((), {
        let hovered = hovered.setter();
        move |node: Option<usize>, ()| hovered.set(node)
    });
    let hover = Hover {
        node: hovered.filter(known),
        on_hover,
    };
    let props = InspectorProps {
        shown: props.shown.clone().with(use_texts(true)),
        selected: props.selected.filter(known),
        ..props.clone()
    };
    let listed = use_state_eq(|| false);
    let folded = use_state_eq(Toggled::default);
    let bit = use_state_eq(|| 0);
    html! {
        <div class="inspector">
            { fields_pane(&props, &listed, &folded, &hover) }
            { bytes_pane(&props, &bit, &hover) }
        </div>
    }
}
