//! The way back and forth between documents, bounded in steps and in memory.

use std::rc::Rc;

use super::Document;

/// The most steps that can be taken back.
const STEPS: usize = 200;
/// The most memory that the steps hold on to, in bytes.
const WEIGHT: usize = 64 << 20;

/// Documents before and after the one that is shown.
#[derive(Clone, Default)]
pub struct History {
    past: Vec<Rc<Document>>,
    future: Vec<Rc<Document>>,
    revision: u32,
}

impl History {
    /// Keeps a document as the last one; what was taken back cannot be done again.
    pub fn push(&mut self, document: Rc<Document>) {
        self.revision = self.revision.wrapping_add(1);
        self.future.clear();
        self.past.push(document);
        let mut weight = self
            .past
            .iter()
            .map(|document| document.weight())
            .fold(0, usize::saturating_add);
        let mut surplus = self.past.len().saturating_sub(STEPS);
        for document in self.past.iter().take(self.past.len().saturating_sub(1)) {
            if weight <= WEIGHT {
                break;
            }
            weight = weight.saturating_sub(document.weight());
            surplus = surplus.saturating_add(1);
        }
        // The last one is always kept: one step back is a promise.
        surplus = surplus.min(self.past.len().saturating_sub(1));
        self.past.drain(..surplus);
    }

    /// The document before `now`, which becomes what can be done again.
    pub fn undo(&mut self, now: &Rc<Document>) -> Option<Rc<Document>> {
        let before = self.past.pop()?;
        self.revision = self.revision.wrapping_add(1);
        self.future.push(now.clone());
        Some(before)
    }

    /// The document that was taken back last; `now` becomes what can be taken back.
    pub fn redo(&mut self, now: &Rc<Document>) -> Option<Rc<Document>> {
        let after = self.future.pop()?;
        self.revision = self.revision.wrapping_add(1);
        self.past.push(now.clone());
        Some(after)
    }

    /// A history with these documents, the ones next to the present last.
    pub(super) fn of(past: Vec<Rc<Document>>, future: Vec<Rc<Document>>) -> Self {
        Self {
            past,
            future,
            revision: 0,
        }
    }

    /// What can be undone and redone, the ones next to the present last.
    pub(super) fn documents(&self) -> (&[Rc<Document>], &[Rc<Document>]) {
        (&self.past, &self.future)
    }

    /// Another one after each change.
    #[must_use]
    pub fn revision(&self) -> u32 {
        self.revision
    }

    /// Whether there is something to take back, and something to do again.
    #[must_use]
    pub fn can(&self) -> (bool, bool) {
        (!self.past.is_empty(), !self.future.is_empty())
    }
}
