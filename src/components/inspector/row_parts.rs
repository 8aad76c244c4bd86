//! What a field's line is made of.

use mqttscope_view::edit::Editable;
use mqttscope_view::fields::FieldRow;
use yew::prelude::*;

use super::Shown;
use crate::components::icon::{Icon, icon};

/// Its name, with what folds it.
pub(super) fn label(row: &FieldRow) -> Html {
    let picture = if row.is_open {
        Icon::Open
    } else {
        Icon::Closed
    };
    html! {
        <span class="label">
            if row.has_children {
                <span class="fold" data-does="fold">{ icon(picture) }</span>
            } else {
                <span class="fold"></span>
            }
            <span>{ row.name }</span>
        </span>
    }
}

/// Its value and what that means; a flag as a switch where it can be pressed.
pub(super) fn value(row: &FieldRow, shown: &Shown, can_edit: bool) -> Html {
    let meaning = shown.reason(row.node).unwrap_or(&row.meaning);
    html! {
        <span class="value">
            <code>{ row.value.to_string() }</code>
            if can_edit && matches!(row.editable, Editable::Flag) {
                <button
                    class="flag"
                    role="switch"
                    aria-checked={(row.value == "1").to_string()}
                    aria-label={row.name}
                    tabindex="-1"
                    data-does="flip"
                ></button>
            }
            if !meaning.is_empty() {
                // Without it a screen reader reads the two as one number.
                { " " }
                <small>{ meaning.to_string() }</small>
            }
        </span>
    }
}

/// What can be done to it.
pub(super) fn does(row: &FieldRow) -> Html {
    let can_change = !matches!(row.editable, Editable::No | Editable::Flag);
    html! {
        <span class="does">
            if can_change {
                { act(row, "edit", "Change", "Change (Enter)", Icon::Pencil) }
            }
            if row.is_removable {
                { act(row, "remove", "Remove", "Remove (Delete)", Icon::Bin) }
            }
        </span>
    }
}

fn act(row: &FieldRow, does: &'static str, says: &str, title: &'static str, picture: Icon) -> Html {
    html! {
        <button tabindex="-1" data-does={does} aria-label={format!("{says} {}", row.name)} {title}>
            { icon(picture) }
        </button>
    }
}
