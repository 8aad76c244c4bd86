//! What a field's line is made of.

use mqttscope_view::edit::Editable;
use mqttscope_view::fields::FieldRow;

use super::Shown;
use crate::components::icon::{Icon, icon};
use crate::element::{El, el};

/// Its name, with what folds it.
pub(super) fn label(row: &FieldRow) -> El {
    let fold = el("span").class("fold");
    let fold = if row.has_children {
        let picture = if row.is_open {
            Icon::Open
        } else {
            Icon::Closed
        };
        fold.attr("data-does", "fold").child(icon(picture))
    } else {
        fold
    };
    el("span")
        .class("label")
        .child(fold)
        .child(el("span").text(row.name))
}

/// Its value and what that means; a flag as a switch where it can be pressed.
pub(super) fn value(row: &FieldRow, shown: &Shown, can_edit: bool) -> El {
    let flag = (can_edit && matches!(row.editable, Editable::Flag)).then(|| {
        el("button")
            .class("flag")
            .role("switch")
            .says("aria-checked", row.value == "1")
            .label(row.name)
            .attr("tabindex", "-1")
            .attr("data-does", "flip")
    });
    let meaning = shown.reason(row.node).unwrap_or(&row.meaning);
    el("span")
        .class("value")
        .child(el("code").string(row.value.to_string()))
        .maybe(flag)
        .maybe((!meaning.is_empty()).then(|| el("small").string(meaning.to_string())))
}

/// What can be done to it.
pub(super) fn does(row: &FieldRow) -> El {
    let does = |what: &'static str, says: &str, title: &'static str, picture: Icon| {
        el("button")
            .attr("tabindex", "-1")
            .attr("data-does", what)
            .made("aria-label", format!("{says} {}", row.name))
            .title(title)
            .child(icon(picture))
    };
    let can_change = !matches!(row.editable, Editable::No | Editable::Flag);
    let change = || does("edit", "Change", "Change (Enter)", Icon::Pencil);
    let remove = || does("remove", "Remove", "Remove (Delete)", Icon::Bin);
    el("span")
        .class("does")
        .maybe(can_change.then(change))
        .maybe(row.is_removable.then(remove))
}
