//! Lines that hold bytes in a form of their own: assignments, columns, rows of tables.

use super::*;

/// A number with its index: `buf[3] = 0x04`. The index, where the number stands, and what it is.
pub(super) fn assignment(line: &str, bracket: usize) -> Option<(usize, Range<usize>, u8, bool)> {
    let named = line
        .get(..bracket)?
        .ends_with(|c: char| c.is_alphanumeric() || c == '_');
    // An index is short; the bound keeps a line of brackets from being read again and again.
    let near = scan::head(line.get(bracket.saturating_add(1)..)?, 8);
    let index = near.get(..near.find(']')?)?;
    let rest = line.get(bracket.saturating_add(2).saturating_add(index.len())..)?;
    // `buf[ 3]`, as a width pads it.
    let digits = index.trim_start_matches(' ');
    let fits = named && digits.bytes().all(|b| b.is_ascii_digit());
    let index = digits.parse().ok().filter(|_| fits)?;
    let value = rest.trim_start_matches(is_blank).strip_prefix(['=', ':'])?;
    let value = value.trim_start_matches(is_blank);
    let len = value
        .find(|c: char| !c.is_ascii_alphanumeric())
        .unwrap_or(value.len());
    let at = line.len().saturating_sub(value.len());
    let word = value.get(..len)?;
    let hex = word.strip_prefix("0x").or_else(|| word.strip_prefix("0X"));
    let value = match hex {
        Some(digits) => u8::from_str_radix(digits, 16).ok()?,
        None => word.parse().ok()?,
    };
    Some((index, at..at.saturating_add(len), value, hex.is_some()))
}

/// The numbers of a line whose indexes count on, the first index, and whether all are hex. Words may stand
/// before them.
pub(super) fn assignments(start: usize, line: &str) -> Option<(usize, bool, Vec<Entry>)> {
    let mut entries: Vec<Entry> = Vec::new();
    let (mut first, mut all_hex) = (0, true);
    let mut at = 0;
    for (bracket, _) in line.match_indices('[') {
        let found = assignment(line, bracket);
        let Some((index, place, value, is_hex)) = found else {
            if entries.is_empty() {
                continue;
            }
            return None;
        };
        if entries.is_empty() {
            first = index;
        } else if index != first.saturating_add(entries.len())
            || !is_name_only(line.get(at..bracket)?)
        {
            return None;
        }
        all_hex &= is_hex;
        at = place.end;
        entries.push((
            start.saturating_add(place.start)..start.saturating_add(place.end),
            value,
        ));
    }
    let rest = line.get(at..)?.trim_start_matches([' ', '\t', ',', ';']);
    // What it is otherwise: `buf[3] = 0x4D (M)`.
    let is_other = rest.starts_with('(') && rest.ends_with(')') && rest.chars().count() <= 8;
    let ends = rest.is_empty() || rest.starts_with("//") || rest.starts_with("/*") || is_other;
    (ends && !entries.is_empty()).then_some((first, all_hex, entries))
}

/// Whether a text is separators and the name of the next number.
pub(super) fn is_name_only(text: &str) -> bool {
    let name = text.trim_start_matches(|c: char| is_blank(c) || matches!(c, ',' | ';' | '|'));
    name.chars()
        .all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'))
}

/// What stands between two rows, parted where the first one's column of text ends: `|....MQTT|`.
pub(super) fn behind_column(between: &str) -> (&str, &str) {
    let near = scan::head(between, 256);
    let is_column = near
        .trim_start_matches([' ', '\t', '\u{a0}'])
        .starts_with('|');
    let end = near.find(['\n', '\r']).filter(|_| is_column);
    between
        .split_at_checked(end.unwrap_or(0))
        .unwrap_or(("", between))
}

/// `3:   M   77`: an index, perhaps its character, and a byte.
pub(super) fn table_row(start: usize, line: &str) -> Option<(usize, (Range<usize>, u8))> {
    let mut all = words(line);
    let (_, index) = all.next()?;
    let index = index.strip_suffix(':').filter(|index| index.len() <= 6)?;
    let index = index.parse().ok()?;
    let (_, second) = all.next()?;
    let (at, number) = match all.next() {
        Some(third) => third,
        None => words(line).nth(1)?,
    };
    if all.next().is_some() || number.len() > 3 {
        return None;
    }
    let value: u8 = number.parse().ok()?;
    let is_char = number.as_ptr() == second.as_ptr()
        || second.chars().count() == 1
            && second
                .chars()
                .next()
                .is_some_and(|c| u32::from(c) == u32::from(value) || !c.is_ascii());
    let start = start.saturating_add(at);
    is_char.then_some((index, (start..start.saturating_add(number.len()), value)))
}

/// Where the bytes begin behind the count of a modem, at which a word begins: `+IPD,4:20 02 00 00`.
pub(super) fn behind_count(text: &str, at: usize, end: usize) -> Option<usize> {
    let before = text.get(..at)?;
    let before = before.trim_end_matches(|c: char| c.is_ascii_digit() || c == ',');
    if !before.ends_with("+IPD") || at == before.len() {
        return None;
    }
    let rest = text.get(at..end)?;
    let count = rest.find(|c: char| !c.is_ascii_digit())?;
    let is_count = count > 0 && rest.get(count..)?.starts_with(':');
    is_count.then(|| at.saturating_add(count).saturating_add(1))
}
