//! What a key does in the tree of fields.

use mqttscope_view::fields::FieldList;
use mqttscope_wire::Tree;

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// Select the row with this index.
    Go(usize),
    /// Open or close the row.
    Fold,
    /// Change the row's field, or switch it.
    Edit,
    /// Take the row's field out.
    Remove,
}

/// The row that keys act on: its place, and whether it has parts and shows them.
#[derive(Clone, Copy)]
pub(super) struct At {
    pub(super) row: usize,
    pub(super) has_children: bool,
    pub(super) is_open: bool,
}

/// What `name` does when the row `at` is selected; `page` rows fit the screen.
pub(super) fn key(
    name: &str,
    list: &FieldList,
    tree: &Tree,
    at: Option<At>,
    page: usize,
) -> Option<Key> {
    let last = list.len().checked_sub(1)?;
    let Some(at) = at else {
        // Nothing is selected: whichever way, the first row is next.
        return matches!(name, "ArrowDown" | "ArrowUp" | "Home" | "ArrowRight")
            .then_some(Key::Go(0));
    };
    let row = at.row;
    let next = row.saturating_add(1).min(last);
    Some(match name {
        "ArrowDown" => Key::Go(next),
        "ArrowUp" => Key::Go(row.saturating_sub(1)),
        "PageDown" => Key::Go(row.saturating_add(page).min(last)),
        "PageUp" => Key::Go(row.saturating_sub(page)),
        "Home" => Key::Go(0),
        "End" => Key::Go(last),
        "ArrowRight" if at.has_children && !at.is_open => Key::Fold,
        "ArrowRight" if at.has_children => Key::Go(next),
        "ArrowLeft" if at.has_children && at.is_open => Key::Fold,
        "ArrowLeft" => Key::Go(list.row_of(tree, tree.parent(list.node(row)?)?)?),
        "Enter" | "F2" | " " => Key::Edit,
        "Delete" | "Backspace" => Key::Remove,
        "n" => Key::Go(list.fault_behind(row)?),
        "N" => Key::Go(list.fault_before(row)?),
        _ => return None,
    })
}
