//! Tables: what answers look up and change.

use serde::{Deserialize, Serialize};

/// Rows of texts under named columns.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Table {
    /// What actions call it.
    pub name: String,
    /// The columns' names.
    pub columns: Vec<String>,
    /// The cells, a row each; what a row lacks is empty.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// The most tables that a connection has.
    pub const MOST: usize = 20;
    /// The most rows.
    pub const MOST_ROWS: usize = 10_000;
    /// The most columns.
    pub const MOST_COLUMNS: usize = 50;
    /// The most bytes of a cell, and of a name.
    pub const MOST_CELL: usize = 4_096;
    /// The most bytes of all cells.
    pub const MOST_BYTES: usize = 2 << 20;

    /// The place of a column.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == name)
    }

    /// A cell; empty where the row is shorter, none where there is no such row or column.
    #[must_use]
    pub fn cell(&self, row: usize, column: usize) -> Option<&str> {
        let row = self.rows.get(row)?;
        (column < self.columns.len()).then(|| row.get(column).map_or("", String::as_str))
    }

    /// The first row with this text in a column.
    #[must_use]
    pub fn find(&self, column: usize, text: &str) -> Option<usize> {
        (0..self.rows.len()).find(|&row| self.cell(row, column) == Some(text))
    }

    /// Writes a cell. False where there is none, or the text is too long.
    pub fn set(&mut self, row: usize, column: usize, text: &str) -> bool {
        if column >= self.columns.len() || text.len() > Self::MOST_CELL {
            return false;
        }
        let Some(row) = self.rows.get_mut(row) else {
            return false;
        };
        if row.len() <= column {
            row.resize(column.saturating_add(1), String::new());
        }
        if let Some(cell) = row.get_mut(column) {
            text.clone_into(cell);
        }
        true
    }

    /// Adds a row. False where there is no room for it.
    pub fn add(&mut self, cells: Vec<String>) -> bool {
        let fits = self.rows.len() < Self::MOST_ROWS
            && cells.len() <= self.columns.len()
            && cells.iter().all(|cell| cell.len() <= Self::MOST_CELL)
            && self.size().saturating_add(bytes(&cells)) <= Self::MOST_BYTES;
        if fits {
            self.rows.push(cells);
        }
        fits
    }

    fn size(&self) -> usize {
        self.rows.iter().map(|row| bytes(row)).sum()
    }

    /// What is wrong with it, in a sentence without its full stop.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        let mut names = self.columns.clone();
        names.sort_unstable();
        let twice = names.windows(2).find(|two| two.first() == two.get(1));
        let longest = |cells: &[String]| cells.iter().any(|cell| cell.len() > Self::MOST_CELL);
        if self.name.is_empty() {
            Some("a table needs a name".into())
        } else if self.columns.is_empty() {
            Some("a table needs a column".into())
        } else if self.columns.iter().any(String::is_empty) {
            Some("a column needs a name".into())
        } else if let Some(name) = twice.and_then(|two| two.first()) {
            Some(format!("two columns have the name {name}"))
        } else if self.columns.len() > Self::MOST_COLUMNS {
            Some(format!(
                "a table has at most {} columns",
                Self::MOST_COLUMNS
            ))
        } else if self.rows.len() > Self::MOST_ROWS {
            Some(format!("a table has at most {} rows", Self::MOST_ROWS))
        } else if self.rows.iter().any(|row| row.len() > self.columns.len()) {
            Some("a row has more cells than there are columns".into())
        } else if longest(&self.columns)
            || self.name.len() > Self::MOST_CELL
            || self.rows.iter().any(|row| longest(row))
            || self.size() > Self::MOST_BYTES
        {
            Some("a table holds at most 4,096 bytes in a cell and 2 MiB in all".into())
        } else {
            None
        }
    }
}

fn bytes(cells: &[String]) -> usize {
    cells.iter().map(String::len).sum()
}

/// A change that a person makes to tables. It says what stood there, so that a change that an answer made
/// meanwhile is not undone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TableEdit {
    /// A new table, or another one in the place of that with its name.
    Put(Table),
    /// The table with this name goes.
    Remove(String),
    /// A cell.
    Cell {
        /// The table's name.
        table: String,
        /// The row, from 0.
        row: usize,
        /// The column, from 0.
        column: usize,
        /// What stood there.
        was: String,
        /// What stands there now.
        value: String,
    },
    /// A row behind the last one.
    AddRow(String, Vec<String>),
    /// A row goes.
    RemoveRow {
        /// The table's name.
        table: String,
        /// The row, from 0.
        row: usize,
        /// What stood there.
        was: Vec<String>,
    },
}

impl TableEdit {
    /// Makes the change. False where it cannot be made: nothing is changed then.
    pub fn apply(&self, tables: &mut Vec<Table>) -> bool {
        let place = |tables: &[Table], name: &str| tables.iter().position(|it| it.name == name);
        match self {
            Self::Put(table) => {
                if table.problem().is_some() {
                    return false;
                }
                let at = place(tables, &table.name);
                if let Some(before) = at.and_then(|at| tables.get_mut(at)) {
                    *before = table.clone();
                } else if tables.len() < Table::MOST {
                    tables.push(table.clone());
                } else {
                    return false;
                }
                true
            }
            Self::Remove(name) => {
                let before = tables.len();
                tables.retain(|table| table.name != *name);
                tables.len() < before
            }
            Self::Cell {
                table,
                row,
                column,
                was,
                value,
            } => (tables.iter_mut().find(|it| it.name == *table)).is_some_and(|table| {
                table.cell(*row, *column) == Some(was) && table.set(*row, *column, value)
            }),
            Self::AddRow(table, cells) => (tables.iter_mut().find(|it| it.name == *table))
                .is_some_and(|table| table.add(cells.clone())),
            Self::RemoveRow { table, row, was } => {
                let table = tables.iter_mut().find(|it| it.name == *table);
                table.is_some_and(|table| {
                    let is_there = table.rows.get(*row) == Some(was);
                    if is_there {
                        table.rows.remove(*row);
                    }
                    is_there
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes() -> Table {
        Table {
            name: "codes".into(),
            columns: vec!["code".into(), "used".into()],
            rows: vec![vec!["a".into()], vec!["b".into(), "true".into()]],
        }
    }

    #[test]
    fn a_row_may_be_shorter_than_its_table() {
        let mut table = codes();
        assert_eq!(
            (table.cell(0, 1), table.cell(0, 2), table.cell(2, 0)),
            (Some(""), None, None)
        );
        assert_eq!((table.find(0, "b"), table.find(1, "")), (Some(1), Some(0)));
        assert!(table.set(0, 1, "true") && !table.set(0, 2, "x") && !table.set(9, 0, "x"));
        assert!(!table.set(0, 0, &"x".repeat(Table::MOST_CELL + 1)));
        assert_eq!(table.cell(0, 1), Some("true"));
        assert_eq!(table.problem(), None);
    }

    #[test]
    fn an_edit_does_not_undo_what_an_answer_did() {
        let mut tables = vec![codes()];
        let cell = |was: &str, value: &str| TableEdit::Cell {
            table: "codes".into(),
            row: 1,
            column: 1,
            was: was.into(),
            value: value.into(),
        };
        assert!(!cell("", "x").apply(&mut tables));
        assert!(cell("true", "").apply(&mut tables));
        let row = |row, was: &[&str]| TableEdit::RemoveRow {
            table: "codes".into(),
            row,
            was: was.iter().map(|&cell| cell.into()).collect(),
        };
        assert!(!row(0, &["b"]).apply(&mut tables) && !row(7, &[]).apply(&mut tables));
        assert!(row(0, &["a"]).apply(&mut tables));
        assert!(TableEdit::AddRow("codes".into(), vec!["c".into()]).apply(&mut tables));
        assert!(!TableEdit::AddRow("codes".into(), vec![String::new(); 3]).apply(&mut tables));
        assert_eq!(
            tables[0].rows,
            [vec!["b".to_owned(), String::new()], vec!["c".into()]]
        );
        assert!(TableEdit::Put(codes()).apply(&mut tables));
        assert_eq!(tables, [codes()]);
        assert!(!TableEdit::Put(Table::default()).apply(&mut tables));
        assert!(TableEdit::Remove("codes".into()).apply(&mut tables) && tables.is_empty());
        assert!(!TableEdit::Remove("codes".into()).apply(&mut tables));
    }

    #[test]
    fn what_is_wrong_with_a_table_is_said() {
        let twice = Table {
            columns: vec!["a".into(), "b".into(), "a".into()],
            ..codes()
        };
        assert_eq!(twice.problem().unwrap(), "two columns have the name a");
        let wide = Table {
            columns: vec!["a".into()],
            ..codes()
        };
        assert_eq!(
            wide.problem().unwrap(),
            "a row has more cells than there are columns"
        );
    }
}
