//! One field: its name, value, meaning, what can be done to it, and the rules it breaks.

use std::rc::Rc;

use mqttscope_inspect::edit::Editable;
use mqttscope_inspect::fields::FieldRow;
use mqttscope_wire::Severity;
use yew::prelude::*;

use super::broken::broken;
use super::editor::{Editor, EditorProps};
use super::{Shown, look};
use crate::components::element::{El, el, part};
use crate::components::icon::{Icon, icon};

#[derive(Clone, Properties)]
pub(super) struct RowProps {
    pub(super) shown: Shown,
    pub(super) rows: Rc<Vec<FieldRow>>,
    pub(super) index: usize,
    pub(super) selected: bool,
    pub(super) hovered: bool,
    /// Whether anything can be changed.
    pub(super) can_edit: bool,
    /// Whether this field is being changed.
    pub(super) editing: bool,
    pub(super) on_done: Callback<Option<Vec<u8>>>,
}

impl PartialEq for RowProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.rows, &other.rows)
            && (
                self.index,
                self.selected,
                self.hovered,
                self.can_edit,
                self.editing,
            ) == (
                other.index,
                other.selected,
                other.hovered,
                other.can_edit,
                other.editing,
            )
    }
}

/// A row of the tree. Its events are the tree's: see `data-node` and `data-does`.
#[component]
pub(super) fn Row(props: &RowProps) -> Html {
    let Some(row) = props.rows.get(props.index) else {
        return Html::default();
    };
    let dissection = props.shown.dissection();
    let worst = row
        .diagnostics
        .iter()
        .filter_map(|&at| dissection.diagnostics.get(at))
        .map(|fault| fault.severity())
        .max();
    let mark = match worst {
        Some(Severity::Error) => "faulty",
        Some(Severity::Warning) => "doubtful",
        _ => "",
    };
    let is_section = row.depth == 0;
    let begins = !is_section && row.field.section().is_some();
    let classes = [
        "node",
        look::section(row.section),
        if is_section { "section" } else { "" },
        if begins { "begins" } else { "" },
        if props.hovered { "hover" } else { "" },
        mark,
    ];
    let node = row.node;
    let value = el("span").class("value");
    let value = if props.editing {
        value.html(part::<Editor>(EditorProps {
            shown: props.shown.clone(),
            node,
            on_done: props.on_done.clone(),
        }))
    } else {
        value_of(value, props, row)
    };
    let does = if props.can_edit && !props.editing {
        does(row)
    } else {
        el("span")
    };
    let faults = row.diagnostics.iter().filter_map(|&at| {
        let fault = dissection.diagnostics.get(at)?;
        let shown = broken(fault, props.shown.bytes(), Callback::noop());
        Some(el("div").number("data-fault", at).child(shown))
    });
    let item = el("div")
        .class("item")
        .role("treeitem")
        .made("id", format!("node-{node}"))
        .number("data-node", node)
        .number("data-depth", row.depth.min(5).into())
        .test("field")
        .attr("data-name", row.name)
        .number("aria-level", usize::from(row.depth).saturating_add(1))
        .says("aria-selected", props.selected);
    let item = if row.has_children {
        item.says("aria-expanded", row.is_open)
    } else {
        item
    };
    let line = el("div")
        .classes(&classes)
        .child(label(row))
        .child(value)
        .child(does);
    item.child(line).all(faults).into()
}

fn label(row: &FieldRow) -> El {
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

fn value_of(holder: El, props: &RowProps, row: &FieldRow) -> El {
    let flag = matches!(row.editable, Editable::Flag).then(|| {
        el("button")
            .class("flag")
            .role("switch")
            .says("aria-checked", row.value == "1")
            .label(row.name)
            .attr("tabindex", "-1")
            .flag("disabled", !props.can_edit)
            .attr("data-does", "flip")
    });
    let meaning = &row.meaning;
    holder
        .child(el("code").string(row.value.to_string()))
        .maybe(flag)
        .maybe((!meaning.is_empty()).then(|| el("small").string(meaning.to_string())))
}

fn does(row: &FieldRow) -> El {
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
