//! The fields of a packet as a tree: with keys, folds, and changes in place.

use std::rc::Rc;

use mqttscope_view::edit::Editable;
use mqttscope_view::fields::{FieldList, Toggled};
use yew::prelude::*;

use super::field_row::Row;
use super::tree_acts::Acts;
use super::tree_keys::{At, Key, key};
use super::{Edited, Hover, Shown};
use crate::hooks::{ONE_PANE, use_narrow, use_uneven_rows};
use crate::services::browser;
use crate::state::row_heights::RowHeights;

/// Rows that are drawn whole, each as tall as it likes. A longer tree is a virtual list, whose rows
/// have the heights of the style sheet.
const DRAWN_WHOLE: usize = 300;

/// Heights of `.dense` rows: of a field, on a narrow page of a field, of a fault below it, and of the line that
/// counts further faults.
const FIELD: u32 = 26;
const NARROW_FIELD: u32 = 34;
const FAULT: u32 = 84;
const MORE_FAULTS: u32 = 24;

/// Where the rows of a virtual tree stand.
fn heights(list: &FieldList, narrow: bool) -> RowHeights {
    let faulty = list.faulty().into_iter().map(|(row, faults)| {
        let beside = u32::try_from(faults.beside).unwrap_or(0);
        let more = if faults.more > 0 { MORE_FAULTS } else { 0 };
        (row, beside.saturating_mul(FAULT).saturating_add(more))
    });
    let field = if narrow { NARROW_FIELD } else { FIELD };
    RowHeights::even(list.len(), field).with_taller(faulty)
}

/// What the tree is given.
#[derive(Clone, PartialEq, Properties)]
pub(super) struct FieldTreeProps {
    pub(super) shown: Shown,
    /// The field that is looked at.
    pub(super) selected: Option<usize>,
    pub(super) on_select: Callback<usize>,
    /// None where the packet cannot be changed.
    pub(super) on_edit: Option<Callback<Edited>>,
    /// The nodes that are folded the other way than they are at first.
    pub(super) folded: UseStateHandle<Toggled>,
    pub(super) hover: Hover,
}

/// The tree.
#[component]
pub(super) fn FieldTree(props: &FieldTreeProps) -> Html {
    // The packet and the node that is being changed.
    let editing = use_state_eq(|| None::<(Shown, usize)>);
    let narrow = use_narrow(ONE_PANE);
    let folded = Rc::new((*props.folded).clone());
    let list = use_memo((props.shown.clone(), folded.clone()), |(shown, folded)| {
        FieldList::new(shown.dissection(), folded)
    });
    let heights = use_memo(
        (props.shown.clone(), folded.clone(), narrow),
        |&(.., narrow)| heights(&list, narrow),
    );
    let dense = list.len() > DRAWN_WHOLE;
    let virtual_rows = use_uneven_rows(heights);
    // A field that is selected inside of a folded one is shown by the row that holds it.
    let selected_row = props
        .selected
        .and_then(|node| list.row_of(props.shown.tree(), node));
    let node = selected_row.and_then(|row| list.node(row));
    {
        let (editing, rows) = (editing.clone(), virtual_rows.clone());
        let (shown, selected) = (props.shown.clone(), props.selected);
        let key = (shown.clone(), selected, selected_row, node);
        use_effect_with(key, move |_| {
            // This may run after a change has begun in the very row that was selected: only a
            // change of another row is left.
            let is_here =
                |(of, node): &(Shown, usize)| of.is_packet_of(&shown) && Some(*node) == selected;
            if !editing.as_ref().is_none_or(is_here) {
                editing.set(None);
            }
            if dense {
                selected_row.into_iter().for_each(|row| rows.reveal(row));
            } else if let Some(node) = node {
                browser::reveal_id(&format!("node-{node}"));
            }
        });
    }
    let acts = Rc::new(Acts {
        shown: props.shown.clone(),
        list: list.clone(),
        folded: props.folded.clone(),
        editing: editing.clone(),
        on_select: props.on_select.clone(),
        on_edit: props.on_edit.clone(),
    });
    let on_key = {
        let (acts, rows) = (acts.clone(), virtual_rows.clone());
        Callback::from(move |event: KeyboardEvent| {
            if browser::is_typing(&event) {
                return;
            }
            let at = selected_row.and_then(|row| {
                let made = acts.row(row)?;
                Some(At {
                    row,
                    has_children: made.has_children,
                    is_open: made.is_open,
                })
            });
            let tree = acts.shown.tree();
            if let Some(key) = key(&event.key(), &acts.list, tree, at, rows.page()) {
                event.prevent_default();
                acts.act(key, selected_row.or(Some(0)));
            }
        })
    };
    let on_click = {
        let acts = acts.clone();
        Callback::from(move |event: MouseEvent| acts.clicked(&event))
    };
    let on_twice = Callback::from(move |event: MouseEvent| {
        if browser::data_text(&event, "does").is_none()
            && let Some(node) = browser::data_number(&event, "node")
        {
            let row = acts.list.row_of(acts.shown.tree(), node);
            let is_flag = row
                .and_then(|row| acts.row(row))
                .is_some_and(|row| row.editable == Editable::Flag);
            acts.act(Key::Edit, row.filter(|_| !is_flag));
        }
    });
    let (hover, on_hover) = (props.hover.node, &props.hover.on_hover);
    let on_over = on_hover.reform(|event: MouseEvent| browser::data_number(&event, "node"));
    let on_out = on_hover.reform(|_: MouseEvent| None);
    let on_done = {
        let (editing, on_edit) = (editing.setter(), props.on_edit.clone());
        Callback::from(move |bytes: Option<Vec<u8>>| {
            editing.set(None);
            if let (Some(bytes), Some(on_edit)) = (bytes, &on_edit) {
                on_edit.emit(Ok(bytes));
            }
            browser::focus_id("fields");
        })
    };
    let changing = editing
        .as_ref()
        .filter(|(of, _)| of.is_packet_of(&props.shown))
        .map(|&(_, node)| node);
    let range = if dense {
        virtual_rows.range.clone()
    } else {
        0..list.len()
    };
    // Only what is in the document can be pointed at.
    let active = node.filter(|_| selected_row.is_some_and(|row| range.contains(&row)));
    let rows = range.filter_map(|index| {
        let node = list.node(index)?;
        Some(html! {
            <Row
                key={node}
                shown={props.shown.clone()}
                list={list.clone()}
                folded={folded.clone()}
                {index}
                selected={selected_row == Some(index)}
                hovered={hover == Some(node)}
                can_edit={props.on_edit.is_some()}
                editing={changing == Some(node)}
                on_done={on_done.clone()}
            />
        })
    });
    html! {
        <div ref={virtual_rows.node.clone()} class="scroll">
            <div
                class={classes!("tree", dense.then_some("dense"))}
                id="fields"
                role="tree"
                tabindex="0"
                aria-label="Fields"
                aria-activedescendant={active.map(|node| format!("node-{node}"))}
                data-testid="fields"
                onkeydown={on_key}
                onclick={on_click}
                ondblclick={on_twice}
                onmouseover={on_over}
                onmouseleave={on_out}
            >
                if dense {
                    { virtual_rows.draw(rows) }
                } else {
                    { for rows }
                }
            </div>
        </div>
    }
}
