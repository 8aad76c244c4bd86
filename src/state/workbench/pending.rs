//! What is large is read aside: until it is read, what was there stays.

use std::rc::Rc;

use super::{Act, Awaiting, Document, LARGE, Workbench};

/// A document that is read aside.
#[derive(Clone)]
pub(super) struct Pending {
    document: Rc<Document>,
    /// It takes the place of what was there, to which there is a way back.
    is_new: bool,
}

impl PartialEq for Pending {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.document, &other.document)
    }
}

/// What an act means for something that is read aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Something was given in place of all there was.
    Gives,
    /// What is there is looked at; what is read aside goes on.
    Looks,
    /// What is there is read in another way, or changed.
    Changes,
}

impl Kind {
    pub(super) const fn of(act: &Act) -> Self {
        match act {
            Act::Type(_) | Act::Open(_) | Act::OpenBytes(_) => Self::Gives,
            Act::Select(_) | Act::SelectNode(_) | Act::ReaderCame => Self::Looks,
            _ => Self::Changes,
        }
    }
}

impl Workbench {
    /// What is read aside, if anything is.
    #[must_use]
    pub fn pending(&self) -> Option<&Rc<Document>> {
        self.pending.as_ref().map(|pending| &pending.document)
    }

    /// Sets a large document aside that waits to be read, and keeps what was there `before` this act. Where that waits
    /// itself there is nothing to keep.
    pub(super) fn wait_aside(&mut self, before: &Self, kind: Kind) {
        if kind != Kind::Looks {
            // Something else is wanted now.
            self.pending = None;
        }
        let now = &self.now;
        let is_large = now.given.weight() >= LARGE && now.awaiting == Awaiting::Reading;
        let stays = before.now.awaiting == Awaiting::Nothing;
        if !is_large || !stays || Rc::ptr_eq(now, &before.now) {
            return;
        }
        self.pending = Some(Pending {
            document: now.clone(),
            is_new: kind == Kind::Gives,
        });
        self.now = before.now.clone();
        self.history = before.history.clone();
        // The text field has what stays.
        self.text_revision = before.text_revision.wrapping_add(1);
    }

    /// Shows what was read aside, if it was.
    pub(super) fn pending_came(&mut self) {
        let Some(pending) = self.pending.take() else {
            return;
        };
        let read = pending.document.awaited(self.read);
        if read.awaiting == Awaiting::Reading {
            self.pending = Some(pending);
        } else if pending.is_new {
            self.go(read);
        } else {
            self.now = Rc::new(read);
            self.text_revision = self.text_revision.wrapping_add(1);
        }
    }
}
