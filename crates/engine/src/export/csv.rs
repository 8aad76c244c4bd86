//! Fields of a CSV file that no spreadsheet runs.
//!
//! Topics and payloads are anybody's, and a spreadsheet takes a cell that begins with `=` or a sign for
//! a formula. Where it splits at `;` or at tabs, as it does where people write decimals with a comma, a
//! field is several cells and its line breaks begin rows. So every place where a cell might begin is
//! looked at.

/// Begin a formula; the full-width forms are taken for the same where Chinese or Japanese is written.
const SIGNS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
/// Begin a cell inside of a field where fields are not split at commas.
const SEPARATORS: [char; 4] = [';', '\t', '\r', '\n'];

/// A field (RFC 4180), with an apostrophe before whatever might be run: a cell that begins with it is
/// text. A field that is a number stays as it is.
pub(super) fn quoted(text: &str) -> String {
    let mut field = String::with_capacity(text.len().saturating_add(2));
    field.push('"');
    let mut left = text;
    let is_number = is_number(text);
    let mut is_first = true;
    loop {
        let (cell, separator) = match left.find(SEPARATORS) {
            Some(at) => left.split_at(at),
            None => (left, ""),
        };
        // A whole field must not begin with a tab or a break. Further in these are what they are in any
        // text, and what stands behind them is looked at by itself.
        let begins_with_break =
            is_first && separator.starts_with(['\t', '\r', '\n']) && cell.chars().all(is_blank);
        if (begins_with_break || is_run(cell, is_first)) && !is_number {
            field.push('\'');
        }
        field.push_str(&cell.replace('"', "\"\""));
        let mut rest = separator.chars();
        let Some(separator) = rest.next() else {
            break;
        };
        field.push(separator);
        left = rest.as_str();
        is_first = false;
    }
    field.push('"');
    field
}

/// Whether a spreadsheet might run a cell of this text.
fn is_run(cell: &str, is_first: bool) -> bool {
    // Further in, a quotation mark may begin a quoted cell, and the first cell is quoted as a whole.
    let begins = cell.trim_start_matches(|c| is_blank(c) || (c == '"' && !is_first));
    begins.starts_with(SIGNS)
}

/// Whether nothing of it is seen.
fn is_blank(c: char) -> bool {
    let is_unseen = matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}');
    c.is_whitespace() || c.is_control() || is_unseen
}

fn is_number(cell: &str) -> bool {
    let cell = cell.trim_matches(' ');
    // Words such as "inf" are numbers to Rust only.
    let is_plain = |c: char| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-');
    cell.chars().all(is_plain) && cell.parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn fields_are_quoted_and_no_formula() {
        for (text, expected) in [
            ("a", "\"a\""),
            ("", "\"\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("=1+1", "\"'=1+1\""),
            ("-4.5", "\"-4.5\""),
            ("-4.5e+3", "\"-4.5e+3\""),
            ("-inf", "\"'-inf\""),
            ("  =1", "\"'  =1\""),
            ("\u{a0}@a", "\"'\u{a0}@a\""),
            ("\t=1", "\"'\t'=1\""),
            ("\r\n=1", "\"'\r\n'=1\""),
            ("\tx", "\"'\tx\""),
            ("＝1", "\"'＝1\""),
            ("＠a", "\"'＠a\""),
            ("x;=HYPERLINK(1)", "\"x;'=HYPERLINK(1)\""),
            ("x; \"=1\"", "\"x;' \"\"=1\"\"\""),
            ("x;-5;+", "\"x;'-5;'+\""),
            ("a\n=1", "\"a\n'=1\""),
            ("\"-x\"", "\"\"\"-x\"\"\""),
            ("a=1, b-2", "\"a=1, b-2\""),
        ] {
            assert_eq!(quoted(text), expected, "{text:?}");
        }
    }

    /// The cells of a line that a spreadsheet splits at this sign.
    fn cells(line: &str, separator: char) -> Vec<String> {
        let mut cells = vec![String::new()];
        let mut chars = line.chars().peekable();
        // Whether a cell has begun, and whether it is within quotation marks.
        let (mut has_begun, mut is_quoted) = (false, false);
        while let Some(c) = chars.next() {
            let cell = cells.last_mut().unwrap();
            if is_quoted {
                match c {
                    '"' if chars.peek() == Some(&'"') => {
                        chars.next();
                        cell.push('"');
                    }
                    '"' => is_quoted = false,
                    c => cell.push(c),
                }
            } else if c == '"' && !has_begun {
                (has_begun, is_quoted) = (true, true);
            } else if c == separator || c == '\n' || c == '\r' {
                cells.push(String::new());
                has_begun = false;
            } else {
                // Blanks before a quotation mark are skipped by some.
                has_begun |= c != ' ';
                cell.push(c);
            }
        }
        cells
    }

    fn is_harmless(cell: &str) -> bool {
        let blank = |c: char| c.is_whitespace() || c.is_control() || c == '\u{feff}';
        is_number(cell) || !cell.trim_start_matches(blank).starts_with(SIGNS)
    }

    proptest! {
        #[test]
        fn no_cell_is_run_wherever_a_spreadsheet_splits(
            text in "[a1 ;,\"'=+@＝＋－＠\\-\\t\\r\\n\u{a0}\u{feff}]{0,16}",
        ) {
            let line = format!("1.5,in,{},0", quoted(&text));
            // At commas, it is one field, and says the same but for the marks.
            let split = cells(&line, ',');
            prop_assert_eq!(split.len(), 4, "{:?}", line);
            prop_assert_eq!(split[2].replace('\'', ""), text.replace('\'', ""));
            let begins = split[2].trim_start_matches([' ', '\u{a0}', '\u{feff}']);
            prop_assert!(!begins.starts_with(['\t', '\r', '\n']), "{:?}", line);
            for separator in [',', ';', '\t'] {
                for cell in cells(&line, separator) {
                    prop_assert!(is_harmless(&cell), "{:?} of {:?}", cell, line);
                }
            }
        }
    }
}
