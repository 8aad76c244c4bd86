//! What can be done with a row of the field tree: go to it, fold, change or remove it.

use std::rc::Rc;

use mqttscope_view::edit::{self, Editable, NewValue};
use mqttscope_view::fields::{FieldList, FieldRow, Toggled};
use yew::prelude::*;

use super::tree_keys::Key;
use super::{Edited, Shown};
use crate::services::browser;

/// The rows of the tree and what acts on them.
pub(super) struct Acts {
    pub(super) shown: Shown,
    pub(super) list: Rc<FieldList>,
    /// Nodes that are folded the other way than they are at first.
    pub(super) folded: UseStateHandle<Toggled>,
    /// The packet and the node that is being changed.
    pub(super) editing: UseStateHandle<Option<(Shown, usize)>>,
    pub(super) on_select: Callback<usize>,
    /// None where the packet cannot be changed.
    pub(super) on_edit: Option<Callback<Edited>>,
}

impl Acts {
    /// The row at `at`, made for the occasion.
    pub(super) fn row(&self, at: usize) -> Option<FieldRow> {
        self.list.row(
            self.shown.dissection(),
            self.shown.bytes(),
            &self.folded,
            at,
        )
    }

    /// Does what `key` asks of the row at `at`.
    pub(super) fn act(&self, key: Key, at: Option<usize>) {
        let Some(row) = at.and_then(|at| self.row(at)) else {
            return;
        };
        match key {
            Key::Go(to) => {
                if let Some(node) = self.list.node(to) {
                    self.on_select.emit(node);
                }
            }
            Key::Fold => {
                let mut next = (*self.folded).clone();
                next.toggle(row.node);
                self.folded.set(next);
            }
            _ if self.on_edit.is_none() => {}
            Key::Edit if row.editable == Editable::Flag => self.finish(flip(&self.shown, &row)),
            Key::Edit if row.editable != Editable::No => {
                self.on_select.emit(row.node);
                self.editing.set(Some((self.shown.clone(), row.node)));
            }
            Key::Remove if row.is_removable => {
                self.finish(edit::remove(
                    self.shown.bytes(),
                    self.shown.dissection(),
                    row.node,
                ));
            }
            Key::Edit | Key::Remove => {}
        }
    }

    /// Does what was clicked: a row says which node it is, a part of it what it does.
    pub(super) fn clicked(&self, event: &MouseEvent) {
        let Some(node) = browser::data_number(event, "node") else {
            return;
        };
        let at = self.list.row_of(self.shown.tree(), node);
        match browser::data_text(event, "does").as_deref() {
            Some("fold") => self.act(Key::Fold, at),
            Some("edit" | "flip") => self.act(Key::Edit, at),
            Some("remove") => self.act(Key::Remove, at),
            _ => {
                let fault = browser::data_number(event, "fault");
                let about = fault.and_then(|fault| self.shown.node_of_diagnostic(fault));
                self.on_select.emit(about.unwrap_or(node));
            }
        }
    }

    fn finish(&self, edited: Edited) {
        if let Some(on_edit) = &self.on_edit {
            on_edit.emit(edited);
        }
    }
}

fn flip(shown: &Shown, row: &FieldRow) -> Edited {
    let flipped = u32::from(row.value != "1");
    edit::set(
        shown.bytes(),
        shown.dissection(),
        row.node,
        NewValue::Number(flipped),
    )
}
