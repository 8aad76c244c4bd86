//! What a key does in the tree of fields.

use mqttscope_inspect::fields::FieldRow;

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

/// Rows that PageUp and PageDown skip.
const PAGE: usize = 12;

/// The row of a node, or of the closest node around it that has one.
pub(super) fn row_of(rows: &[FieldRow], node: usize) -> Option<usize> {
    // Rows stand in the order of their nodes, and a folded node's parts come right behind it.
    rows.partition_point(|row| row.node <= node).checked_sub(1)
}

/// What `name` does when the row `at` is selected.
pub(super) fn key(name: &str, rows: &[FieldRow], at: Option<usize>) -> Option<Key> {
    let last = rows.len().checked_sub(1)?;
    let Some(at) = at else {
        // Nothing is selected: whichever way, the first row is next.
        return matches!(name, "ArrowDown" | "ArrowUp" | "Home" | "ArrowRight")
            .then_some(Key::Go(0));
    };
    let row = rows.get(at)?;
    Some(match name {
        "ArrowDown" => Key::Go(at.saturating_add(1).min(last)),
        "ArrowUp" => Key::Go(at.saturating_sub(1)),
        "PageDown" => Key::Go(at.saturating_add(PAGE).min(last)),
        "PageUp" => Key::Go(at.saturating_sub(PAGE)),
        "Home" => Key::Go(0),
        "End" => Key::Go(last),
        "ArrowRight" if row.has_children && !row.is_open => Key::Fold,
        "ArrowRight" if row.has_children => Key::Go(at.saturating_add(1).min(last)),
        "ArrowLeft" if row.has_children && row.is_open => Key::Fold,
        "ArrowLeft" => Key::Go(
            rows.get(..at)?
                .iter()
                .rposition(|other| other.depth < row.depth)?,
        ),
        "Enter" | "F2" | " " => Key::Edit,
        "Delete" | "Backspace" => Key::Remove,
        "n" => Key::Go(
            rows.iter()
                .enumerate()
                .skip(at.saturating_add(1))
                .find(|(_, row)| is_faulty(row))?
                .0,
        ),
        "N" => Key::Go(rows.get(..at)?.iter().rposition(is_faulty)?),
        _ => return None,
    })
}

fn is_faulty(row: &FieldRow) -> bool {
    !row.diagnostics.is_empty()
}
