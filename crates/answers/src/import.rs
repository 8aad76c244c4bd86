//! Tables from CSV and JSON, and to CSV.

use serde_json::Value;

use crate::path;
use crate::table::Table;

/// Reads a table from CSV (RFC 4180: a line of names, then rows; commas, semicolons or tabs between cells) or
/// from JSON: an array of objects, or of arrays whose first has the names.
///
/// # Errors
/// Why it cannot be read, in a sentence without its full stop.
pub fn read_table(name: &str, text: &str) -> Result<Table, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).trim_start();
    if text.len() > Table::MOST_BYTES.saturating_mul(2) {
        return Err("the text is longer than 4 MiB".into());
    }
    if text.is_empty() {
        return Err("there is nothing to read".into());
    }
    let (columns, rows) = if text.starts_with('[') {
        json(text)?
    } else {
        csv(text)?
    };
    let table = Table {
        name: name.to_owned(),
        columns,
        rows,
    };
    table.problem().map_or(Ok(table), Err)
}

/// A table as CSV, which [`read_table`] reads.
#[must_use]
pub fn write_csv(table: &Table) -> String {
    let cell = |text: &str| {
        let is_plain = !text.contains(['"', ',', ';', '\t', '\n', '\r']) && text.trim() == text;
        if is_plain && !text.is_empty() && !text.starts_with(['[', '\u{feff}']) {
            text.to_owned()
        } else {
            format!("\"{}\"", text.replace('"', "\"\""))
        }
    };
    let line = |cells: Vec<&str>| {
        let cells: Vec<String> = cells.into_iter().map(cell).collect();
        cells.join(",") + "\n"
    };
    let mut out = line(table.columns.iter().map(String::as_str).collect());
    for row in 0..table.rows.len() {
        let cells =
            (0..table.columns.len()).map(|column| table.cell(row, column).unwrap_or_default());
        out += &line(cells.collect());
    }
    out
}

type Cells = (Vec<String>, Vec<Vec<String>>);

fn csv(text: &str) -> Result<Cells, String> {
    let first = text.lines().next().unwrap_or_default();
    let count = |mark: char| first.matches(mark).count();
    let mark = [',', ';', '\t']
        .into_iter()
        .rev()
        .max_by_key(|&mark| count(mark));
    let mark = mark.unwrap_or(',');
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut row = Vec::new();
    let mut cell = String::new();
    let mut is_quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(next) = chars.next() {
        if is_quoted {
            match next {
                '"' if chars.peek() == Some(&'"') => {
                    chars.next();
                    cell.push('"');
                }
                '"' => is_quoted = false,
                other => cell.push(other),
            }
            continue;
        }
        match next {
            '"' if cell.is_empty() => is_quoted = true,
            '\r' if chars.peek() == Some(&'\n') => {}
            '\n' => {
                row.push(core::mem::take(&mut cell));
                rows.push(core::mem::take(&mut row));
                if rows.len() > Table::MOST_ROWS.saturating_add(1) {
                    return Err(format!("a table has at most {} rows", Table::MOST_ROWS));
                }
            }
            other if other == mark => row.push(core::mem::take(&mut cell)),
            other => cell.push(other),
        }
    }
    if is_quoted {
        return Err("a quotation mark is not closed".into());
    }
    row.push(cell);
    rows.push(row);
    let mut rows = rows.into_iter();
    let columns: Vec<String> = rows.next().unwrap_or_default();
    let columns = columns
        .into_iter()
        .map(|name| name.trim().to_owned())
        .collect();
    // An empty line is no row.
    let is_row = |row: &Vec<String>| row.iter().any(|cell| !cell.is_empty());
    Ok((columns, rows.filter(is_row).collect()))
}

fn json(text: &str) -> Result<Cells, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        format!("it is not valid JSON: line {line}, column {column}")
    })?;
    let Value::Array(items) = value else {
        return Err("the JSON is no array".into());
    };
    if items.len() > Table::MOST_ROWS.saturating_add(1) {
        return Err(format!("a table has at most {} rows", Table::MOST_ROWS));
    }
    let cell = |value: &Value| match value {
        Value::Null => String::new(),
        other => path::text(other),
    };
    if items.iter().all(Value::is_array) {
        let mut rows = items.iter().filter_map(Value::as_array);
        let mut next = || Some(rows.next()?.iter().map(cell).collect::<Vec<_>>());
        let columns = next().unwrap_or_default();
        return Ok((columns, core::iter::from_fn(next).collect()));
    }
    let mut columns: Vec<String> = Vec::new();
    for item in &items {
        let Some(object) = item.as_object() else {
            return Err("the JSON has something that is no object".into());
        };
        for name in object.keys() {
            if !columns.contains(name) {
                columns.push(name.clone());
            }
        }
        if columns.len() > Table::MOST_COLUMNS {
            return Err(format!(
                "a table has at most {} columns",
                Table::MOST_COLUMNS
            ));
        }
    }
    let row = |item: &Value| {
        columns
            .iter()
            .map(|name| item.get(name).map_or_else(String::new, cell))
            .collect()
    };
    let rows = items.iter().map(row).collect();
    Ok((columns, rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|&cell| cell.to_owned()).collect()
    }

    #[test]
    fn csv_is_read_as_people_have_it() {
        for text in [
            "code,used\nA,false\n\"B, \"\"b\"\"\",\n",
            "\u{feff}code;used\r\nA;false\r\n\"B, \"\"b\"\"\";\r\n\r\n",
            "code\tused\nA\tfalse\n\"B, \"\"b\"\"\"\t",
        ] {
            let table = read_table("t", text).unwrap();
            assert_eq!(table.columns, ["code", "used"], "{text:?}");
            assert_eq!(
                table.rows,
                [strings(&["A", "false"]), strings(&["B, \"b\"", ""])]
            );
        }
        assert_eq!(
            read_table("t", "a\n\"x").unwrap_err(),
            "a quotation mark is not closed"
        );
        assert_eq!(
            read_table("t", "a,a\n1,2").unwrap_err(),
            "two columns have the name a"
        );
        assert!(read_table("t", " ").is_err());
    }

    #[test]
    fn json_is_read_as_objects_or_arrays() {
        let table =
            read_table("t", r#"[{"code":"A","used":false},{"code":"B","n":1.50}]"#).unwrap();
        assert_eq!(table.columns.len(), 3);
        let cell = |row, column: &str| table.cell(row, table.column(column).unwrap());
        assert_eq!(
            (cell(0, "used"), cell(1, "used")),
            (Some("false"), Some(""))
        );
        assert_eq!(cell(1, "n"), Some("1.5"));
        let table = read_table("t", r#"[["a","b"],[1,null]]"#).unwrap();
        assert_eq!(
            (table.columns, table.rows),
            (strings(&["a", "b"]), vec![strings(&["1", ""])])
        );
        for text in ["[1]", "[", "[{\"a\":1},2]"] {
            assert!(read_table("t", text).is_err(), "{text}");
        }
    }
}
