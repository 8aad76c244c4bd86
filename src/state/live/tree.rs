//! Which branches of the topic tree are open, and what the tree is narrowed to.

use std::collections::BTreeSet;
use std::rc::Rc;

use mqttscope_protocol::{TopicRow, Tree};

/// Rows of a topic tree that opens by itself.
const SMALL_TREE: u64 = 12;

/// See [the module](self).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TreeView {
    /// What the engine is asked for.
    pub tree: Rc<Tree>,
    /// Branches that a person opened or closed.
    touched: Rc<BTreeSet<u32>>,
}

/// What happens to the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TreeAct {
    /// Opens a branch, or closes it.
    Fold(u32),
    /// Opens every branch, or closes them all.
    Unfold(bool),
    /// Only topics with this text; empty: all.
    Text(String),
    /// Only topics with a retained message, or all.
    Retained(bool),
}

impl TreeView {
    /// Does what a person asks for.
    pub(super) fn act(&mut self, act: TreeAct) {
        let tree = Rc::make_mut(&mut self.tree);
        match act {
            TreeAct::Fold(number) => {
                Rc::make_mut(&mut self.touched).insert(number);
                let before = tree.toggled.len();
                tree.toggled.retain(|other| *other != number);
                if tree.toggled.len() == before {
                    tree.toggled.push(number);
                }
            }
            TreeAct::Unfold(unfolded) => {
                tree.unfolded = unfolded;
                tree.toggled.clear();
                // A small tree does not open again what was just closed.
                self.touched = Rc::default();
                if !unfolded {
                    Rc::make_mut(&mut self.touched).insert(u32::MAX);
                }
            }
            TreeAct::Text(text) => tree.text = text,
            TreeAct::Retained(retained) => tree.retained = retained,
        }
    }

    /// The log is empty: levels get other numbers.
    pub(super) fn clear(&mut self) {
        let tree = Rc::make_mut(&mut self.tree);
        tree.toggled.clear();
        self.touched = Rc::default();
    }

    /// A small tree opens by itself, but for what a person closed.
    pub(super) fn open_small(&mut self, rows: &[TopicRow], total: u64) {
        if total > SMALL_TREE || self.tree.unfolded || self.touched.contains(&u32::MAX) {
            return;
        }
        let closed: Vec<u32> = rows
            .iter()
            .filter(|row| row.has_children && !row.is_open)
            .map(|row| row.number)
            .filter(|number| !self.touched.contains(number) && !self.tree.toggled.contains(number))
            .collect();
        if !closed.is_empty() {
            Rc::make_mut(&mut self.tree).toggled.extend(closed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(number: u32) -> TopicRow {
        TopicRow {
            number,
            topic: Some("a".into()),
            level: "a".into(),
            depth: 0,
            has_children: true,
            is_open: false,
            received: 1,
            sent: 0,
            last: None,
            last_size: 0,
            last_record: None,
            retained: false,
            retained_below: 0,
        }
    }

    #[test]
    fn a_small_tree_opens_by_itself_but_for_what_was_closed() {
        let mut view = TreeView::default();
        view.open_small(&[row(4)], 90);
        assert!(view.tree.toggled.is_empty());
        view.open_small(&[row(4)], 3);
        assert_eq!(view.tree.toggled, [4]);
        view.act(TreeAct::Fold(4));
        view.open_small(&[row(4)], 3);
        assert!(view.tree.toggled.is_empty());
        view.clear();
        view.open_small(&[row(4)], 3);
        assert_eq!(view.tree.toggled, [4]);
    }

    #[test]
    fn all_branches_open_and_close() {
        let mut view = TreeView::default();
        view.act(TreeAct::Fold(1));
        view.act(TreeAct::Unfold(true));
        assert!(view.tree.unfolded && view.tree.toggled.is_empty());
        view.act(TreeAct::Fold(2));
        assert_eq!(view.tree.toggled, [2]);
        view.act(TreeAct::Unfold(false));
        view.open_small(&[row(4)], 3);
        assert_eq!(*view.tree, Tree::default());
    }
}
