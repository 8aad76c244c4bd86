//! One field: its name, value, meaning, what can be done to it, and the rules it breaks.

use std::rc::Rc;

use mqttscope_view::fields::{FieldList, Toggled};
use mqttscope_wire::Severity;
use yew::prelude::*;

use super::broken::broken;
use super::editor::{Editor, EditorProps};
use super::row_parts::{does, label, value};
use super::{Shown, look};
use crate::element::{el, part};

#[derive(Clone, Properties)]
pub(super) struct RowProps {
    pub(super) shown: Shown,
    pub(super) list: Rc<FieldList>,
    pub(super) folded: Rc<Toggled>,
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
        // The list stays the same when the texts arrive; what is shown of it does not.
        self.shown == other.shown
            && Rc::ptr_eq(&self.list, &other.list)
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
    let dissection = props.shown.dissection();
    let (list, packet) = (&props.list, props.shown.bytes());
    let Some(row) = list.row(dissection, packet, &props.folded, props.index) else {
        return Html::default();
    };
    let row = &row;
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
    let value = if props.editing {
        el("span").class("value").html(part::<Editor>(EditorProps {
            shown: props.shown.clone(),
            node,
            on_done: props.on_done.clone(),
        }))
    } else {
        value(row, &props.shown, props.can_edit)
    };
    let does = if props.can_edit && !props.editing {
        does(row)
    } else {
        el("span")
    };
    let faults = row.diagnostics.iter().filter_map(|&at| {
        let fault = dissection.diagnostics.get(at)?;
        let shown = broken(fault, &props.shown, Callback::noop());
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
        .number("aria-setsize", row.siblings)
        .number("aria-posinset", row.position)
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
    let more = (row.more_diagnostics > 0).then(|| {
        let says = format!("and {} more broken rules here", row.more_diagnostics);
        el("div").class("more-faults").string(says)
    });
    item.child(line).all(faults).maybe(more).into()
}
