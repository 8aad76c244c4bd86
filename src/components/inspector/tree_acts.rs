//! What can be done with a row of the field tree: go to it, fold, change or remove it.

use std::collections::BTreeSet;
use std::rc::Rc;

use mqttscope_inspect::edit::{self, EditError, Editable, NewValue};
use mqttscope_inspect::fields::FieldRow;
use yew::prelude::*;

use super::Shown;
use super::tree_keys::Key;
use crate::state::toasts::{ToastAction, Toaster};

/// The tree's rows and what acts on them.
#[derive(Clone)]
pub(super) struct Acts {
    pub(super) shown: Shown,
    pub(super) rows: Rc<Vec<FieldRow>>,
    /// Nodes that are folded the other way than they are at first.
    pub(super) folded: UseStateHandle<BTreeSet<usize>>,
    pub(super) editing: UseStateHandle<Option<usize>>,
    pub(super) on_select: Callback<usize>,
    /// None where the packet cannot be changed.
    pub(super) on_edit: Option<Callback<Rc<[u8]>>>,
    pub(super) toaster: Option<Toaster>,
}

impl Acts {
    /// Does what `key` asks of the row at `at`.
    pub(super) fn act(&self, key: Key, at: Option<usize>) {
        let Some(row) = at.and_then(|at| self.rows.get(at)) else {
            return;
        };
        match key {
            Key::Go(to) => {
                if let Some(row) = self.rows.get(to) {
                    self.on_select.emit(row.node);
                }
            }
            Key::Fold => {
                let mut next = (*self.folded).clone();
                if !next.remove(&row.node) {
                    next.insert(row.node);
                }
                self.folded.set(next);
            }
            _ if self.on_edit.is_none() => {}
            Key::Edit if row.editable == Editable::Flag => self.finish(flip(&self.shown, row)),
            Key::Edit if row.editable != Editable::No => {
                self.on_select.emit(row.node);
                self.editing.set(Some(row.node));
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

    /// Shows the changed packet, or says why there is none.
    fn finish(&self, changed: Result<Vec<u8>, EditError>) {
        match (changed, &self.on_edit, &self.toaster) {
            (Ok(bytes), Some(on_edit), _) => on_edit.emit(bytes.into()),
            (Err(error), _, Some(toaster)) => toaster.dispatch(ToastAction::Say(error.to_string())),
            _ => {}
        }
    }
}

fn flip(shown: &Shown, row: &FieldRow) -> Result<Vec<u8>, EditError> {
    let flipped = u32::from(row.value != "1");
    edit::set(
        shown.bytes(),
        shown.dissection(),
        row.node,
        NewValue::Number(flipped),
    )
}
