//! One field: its name, value, meaning, what can be done to it, and the rules it breaks.

use std::rc::Rc;

use mqttscope_inspect::edit::Editable;
use mqttscope_inspect::fields::FieldRow;
use mqttscope_wire::Severity;
use yew::prelude::*;

use super::broken::broken;
use super::editor::Editor;
use super::{Shown, look};
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
    let class = classes!(
        "node",
        look::section(row.section),
        is_section.then_some("section"),
        (!is_section && row.field.section().is_some()).then_some("begins"),
        props.hovered.then_some("hover"),
        mark
    );
    let depth = row.depth.min(5);
    let has_children = row.has_children;
    let node = row.node;
    html! {
        <div class="item" role="treeitem" id={format!("node-{node}")} data-node={node.to_string()} data-depth={depth.to_string()}
            data-testid="field" data-name={row.name}
            aria-level={(u32::from(row.depth) + 1).to_string()} aria-selected={props.selected.to_string()}
            aria-expanded={has_children.then(|| row.is_open.to_string())}>
            <div {class}>
                <span class="label">
                    <span class="fold" data-does={has_children.then_some("fold")}>
                        if has_children { { icon(if row.is_open { Icon::Open } else { Icon::Closed }) } }
                    </span>
                    <span>{ row.name }</span>
                </span>
                <span class="value">
                    if props.editing {
                        <Editor shown={props.shown.clone()} {node} on_done={props.on_done.clone()} />
                    } else {
                        { value(props, row) }
                    }
                </span>
                if props.can_edit && !props.editing { { does(row) } } else { <span></span> }
            </div>
            { for row.diagnostics.iter().filter_map(|&at| dissection.diagnostics.get(at).map(|fault| (at, fault))).map(|(at, fault)| html! {
                <div data-fault={at.to_string()}>{ broken(fault, &props.shown, Callback::noop()) }</div>
            }) }
        </div>
    }
}

fn value(props: &RowProps, row: &FieldRow) -> Html {
    let flag = matches!(row.editable, Editable::Flag).then(|| {
        let on = row.value == "1";
        html! {
            <button class="flag" role="switch" aria-checked={on.to_string()} aria-label={row.name} tabindex="-1"
                disabled={!props.can_edit} data-does="flip"></button>
        }
    });
    html! {
        <>
            <code>{ &row.value }</code>
            { flag }
            if !row.meaning.is_empty() { <small>{ &row.meaning }</small> }
        </>
    }
}

fn does(row: &FieldRow) -> Html {
    let can_change = !matches!(row.editable, Editable::No | Editable::Flag);
    let can_remove = row.is_removable;
    html! {
        <span class="does">
            if can_change {
                <button tabindex="-1" data-does="edit" aria-label={format!("Change {}", row.name)} title="Change (Enter)">{ icon(Icon::Pencil) }</button>
            }
            if can_remove {
                <button tabindex="-1" data-does="remove" aria-label={format!("Remove {}", row.name)} title="Remove (Delete)">{ icon(Icon::Bin) }</button>
            }
        </span>
    }
}
