//! One field: its name, value, meaning, what can be done to it, and the rules it breaks.

use std::rc::Rc;

use mqttscope_view::fields::{FieldList, Toggled};
use mqttscope_wire::Severity;
use yew::prelude::*;

use super::broken::broken;
use super::editor::Editor;
use super::row_parts::{does, label, value};
use super::{Shown, look};

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
    let classes = classes!(
        "node",
        look::section(row.section),
        is_section.then_some("section"),
        begins.then_some("begins"),
        props.hovered.then_some("hover"),
        mark,
    );
    let node = row.node;
    let faults = row.diagnostics.iter().filter_map(|&at| {
        let fault = dissection.diagnostics.get(at)?;
        let shown = broken(fault, &props.shown, Callback::noop());
        Some(html! { <div key={at} data-fault={at.to_string()}>{ shown }</div> })
    });
    html! {
        <div
            class="item"
            role="treeitem"
            id={format!("node-{node}")}
            data-node={node.to_string()}
            data-depth={row.depth.min(5).to_string()}
            data-testid="field"
            data-name={row.name}
            aria-level={usize::from(row.depth).saturating_add(1).to_string()}
            aria-setsize={row.siblings.to_string()}
            aria-posinset={row.position.to_string()}
            aria-selected={props.selected.to_string()}
            aria-expanded={row.has_children.then(|| row.is_open.to_string())}
        >
            <div class={classes}>
                { label(row) }
                if props.editing {
                    <span class="value">
                        <Editor shown={props.shown.clone()} {node} on_done={props.on_done.clone()} />
                    </span>
                } else {
                    { value(row, &props.shown, props.can_edit) }
                }
                if props.can_edit && !props.editing {
                    { does(row) }
                } else {
                    <span></span>
                }
            </div>
            <>{ for faults }</>
            if row.more_diagnostics > 0 {
                <div class="more-faults">
                    { format!("and {} more broken rules here", row.more_diagnostics) }
                </div>
            }
        </div>
    }
}
