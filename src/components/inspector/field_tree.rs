//! The fields of a packet as a tree: with keys, folds, and changes in place.

use std::rc::Rc;

use mqttscope_inspect::edit::Editable;
use mqttscope_inspect::fields::{self, FieldRow, Toggled};
use yew::prelude::*;

use super::field_row::{Row, RowProps};
use super::tree_acts::Acts;
use super::tree_keys::{Key, key, row_of};
use super::{InspectorProps, Shown};
use crate::element::{El, el, keyed_part};
use crate::hooks::{use_after, use_kept, use_made};
use crate::services::browser;

/// Rows that are drawn at first; a packet may have tens of thousands.
const AT_FIRST: usize = 300;

/// The tree; `hover`: the node that the pointer is over.
#[hook]
pub(super) fn use_field_tree(
    props: &InspectorProps,
    hover: Option<usize>,
    on_hover: &Callback<Option<usize>>,
) -> El {
    // Nodes that are folded the other way than they are at first.
    let folded = use_kept(Toggled::default);
    let most = use_kept(|| AT_FIRST);
    let editing = use_kept(Option::<(Shown, usize)>::default);
    let unlike = folded.get();
    let numbers = std::iter::once(props.shown.address()).chain(unlike.nodes().iter().copied());
    let rows = use_made(numbers.collect(), || {
        fields::rows(props.shown.dissection(), props.shown.bytes(), &unlike)
    });
    // A field that is selected inside of a folded one is shown by the row that holds it.
    let selected_row = props.selected.and_then(|node| row_of(&rows, node));
    let node = selected_row
        .and_then(|row| rows.get(row))
        .map(|row| row.node);
    {
        let (most, editing) = (most.clone(), editing.clone());
        let (shown, selected) = (props.shown.clone(), props.selected);
        let none = usize::MAX;
        let numbers = [
            shown.address(),
            selected.unwrap_or(none),
            selected_row.unwrap_or(none),
            node.unwrap_or(none),
        ];
        use_after(numbers, move || {
            // This may run after a change has begun in the very row that was selected: only a
            // change of another row is left.
            let is_here = |(of, node): (Shown, usize)| {
                of.address() == shown.address() && Some(node) == selected
            };
            if !editing.get().is_none_or(is_here) {
                editing.set(None);
            }
            most.set(most.get().max(selected_row?.saturating_add(AT_FIRST / 2)));
            browser::reveal_id(&format!("node-{}", node?));
            None
        });
    }
    let acts = Rc::new(Acts {
        shown: props.shown.clone(),
        rows: rows.clone(),
        folded,
        editing: editing.clone(),
        on_select: props.on_select.clone(),
        on_edit: props.on_edit.clone(),
    });
    let on_key = {
        let acts = acts.clone();
        Callback::from(move |event: KeyboardEvent| {
            if browser::is_typing(&event) {
                return;
            }
            if let Some(key) = key(&event.key(), &acts.rows, selected_row) {
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
            let is_it = |row: &FieldRow| row.node == node && row.editable != Editable::Flag;
            acts.act(Key::Edit, acts.rows.iter().position(is_it));
        }
    });
    let on_over = on_hover.reform(|event: MouseEvent| browser::data_number(&event, "node"));
    let on_out = on_hover.reform(|_: MouseEvent| None);
    let on_done = {
        let (editing, on_edit) = (editing.clone(), props.on_edit.clone());
        Callback::from(move |bytes: Option<Vec<u8>>| {
            editing.set(None);
            if let (Some(bytes), Some(on_edit)) = (bytes, &on_edit) {
                on_edit.emit(Ok(bytes));
            }
            browser::focus_id("fields");
        })
    };
    let left = rows.len().saturating_sub(most.get());
    let changing = editing
        .get()
        .filter(|(of, _)| of.address() == props.shown.address())
        .map(|(_, node)| node);
    let mut tree = el("div")
        .class("tree")
        .attr("id", "fields")
        .role("tree")
        .attr("tabindex", "0")
        .label("Fields")
        .test("fields")
        .on_key(on_key)
        .on_click(on_click)
        .on_double_click(on_twice)
        .on_mouse_over(on_over)
        .on_mouse_leave(on_out);
    if let Some(node) = node {
        tree = tree.made("aria-activedescendant", format!("node-{node}"));
    }
    for (index, row) in rows.iter().enumerate().take(most.get()) {
        let props = RowProps {
            shown: props.shown.clone(),
            rows: rows.clone(),
            index,
            selected: selected_row == Some(index),
            hovered: hover == Some(row.node),
            can_edit: props.on_edit.is_some(),
            editing: changing == Some(row.node),
            on_done: on_done.clone(),
        };
        tree = tree.html(keyed_part::<Row>(row.node, props));
    }
    let more = (left > 0).then(|| {
        let most = most.clone();
        let more = Callback::from(move |_: MouseEvent| most.set(most.get().saturating_mul(4)));
        let button = el("button").on_click(more);
        let says = format!("Show more: {left} fields are left");
        el("div").class("more").child(button.string(says))
    });
    el("div").class("scroll").child(tree).maybe(more)
}
