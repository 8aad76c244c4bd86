//! The walk over a text that finds what may stand for bytes.

mod lines;

use core::ops::Range;

use super::super::low_first::{Words, is_low_first};
use super::super::output::Output;
use super::super::plausible::{Class, class};
use super::super::scan::{self, is_blank, quote, words};
use super::super::{Format, Note};
use super::row::{self, Line, Row};
use lines::{assignments, behind_column, behind_count, table_row};

use super::{Island, Strength, intel, list, quoted, run, strings};

/// Islands that are kept: a text with more is a recording, of which the beginning will do.
const MOST: usize = 1 << 18;

/// All stretches that may stand for bytes, in the order of the text.
pub(in super::super) fn find(text: &str) -> Vec<Island> {
    let mut finder = Finder::new(text);
    for (start, line) in scan::lines(text) {
        let end = start.saturating_add(line.len());
        if finder.islands.len() >= MOST {
            break;
        }
        if end > finder.covered && !line.trim_matches(is_blank).is_empty() {
            finder.line(start.max(finder.covered), start, end);
        }
    }
    finder.close_dump();
    finder.close_table();
    super::cut::mark(text, &mut finder.islands);
    finder.islands
}

/// A number of a table: where it stands, and its value.
type Entry = (Range<usize>, u8);

struct Finder<'a> {
    text: &'a str,
    islands: Vec<Island>,
    /// Up to where a list that spans lines was read.
    covered: usize,
    /// Where the last island ends: words behind it tell of the next.
    last_end: usize,
    dump: Vec<Row>,
    /// A line that is no row stands behind the last row.
    interrupted: bool,
    /// A table of indexes: where each number stands, and its value.
    table: Vec<Entry>,
    /// Where the line of the table's first number begins.
    table_line: usize,
    /// The numbers are hex, or the indexes stand alone: nothing else looks so.
    table_is_sure: bool,
    /// Up to where no closing quote of a kind is found.
    open_until: [usize; 3],
}

impl<'a> Finder<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            islands: Vec::new(),
            covered: 0,
            last_end: 0,
            dump: Vec::new(),
            interrupted: false,
            table: Vec::new(),
            table_line: 0,
            table_is_sure: false,
            open_until: [0; 3],
        }
    }

    fn line(&mut self, from: usize, start: usize, end: usize) {
        let line = self.text.get(start..end).unwrap_or_default();
        if from == start {
            if let Some((index, entry)) = table_row(start, line)
                && (index == 0 || index == self.table.len())
            {
                self.close_dump();
                if index == 0 {
                    self.close_table();
                    (self.table_line, self.table_is_sure) = (entry.0.start, true);
                }
                self.table.push(entry);
                return;
            }
            if let Some((index, is_hex, entries)) = assignments(start, line)
                && (index == 0 || index == self.table.len())
            {
                self.close_dump();
                if index == 0 {
                    self.close_table();
                    (self.table_line, self.table_is_sure) = (start, is_hex);
                }
                self.table.extend(entries);
                return;
            }
            match row::line(start, line) {
                Some(Line::Frame) => return,
                Some(Line::Row(row)) => return self.row(start, row),
                Some(Line::End(digits)) if self.end_dump(&digits) => return,
                _ => {}
            }
        }
        self.close_table();
        if self.dump.is_empty() {
        } else if self.is_counted() {
            self.interrupted = true;
        } else {
            self.close_dump();
        }
        let before = self.islands.len();
        if from == start
            && let Some(cells) = row::cells(start, line)
            && let Some(island) = self.table_of_cells(&cells)
        {
            self.close_dump();
            return self.push(start, island);
        }
        match quoted::system_call(self.text, start, line).filter(|_| from == start) {
            Some(quoted::SystemCall::Bytes(island)) => self.push(start, *island),
            Some(quoted::SystemCall::Empty) => {}
            None => self.scan(from, start, end),
        }
        // Bytes of another kind end a dump; its place in the text is before them.
        if self.islands.len() > before && !self.dump.is_empty() {
            let others = self.islands.split_off(before);
            self.close_dump();
            self.islands.extend(others);
        }
    }

    /// Whether rows behind a foreign line may still belong to the dump.
    fn is_counted(&self) -> bool {
        self.dump.last().is_some_and(|row| row.prefix_len() > 0)
    }

    /// Adds an island whose line begins at `line`.
    fn push(&mut self, line: usize, island: Island) {
        let Some(mut island) = self.go_on(island) else {
            return;
        };
        let own = line.max(self.last_end).min(island.range.start);
        let before = self.text.get(own..island.range.start).unwrap_or_default();
        let before = scan::tail(before, 400).trim_end_matches("0x");
        let has_words = before.chars().any(char::is_alphabetic)
            || before.contains(['>', '<', '+', '-', '→', '←']);
        let from = if has_words {
            own
        } else {
            self.last_end.min(own)
        };
        island.words = from..island.range.start;
        if island.strength > Strength::Weak {
            self.last_end = island.range.end;
        }
        self.islands.push(island);
    }

    /// Adds digits to the island that ends in the line above, where both stand alone there. Gives
    /// back an island that begins anew.
    fn go_on(&mut self, island: Island) -> Option<Island> {
        let wraps = matches!(
            island.format,
            Format::Hex | Format::Base64 | Format::BinaryDigits
        );
        let Some(last) = self
            .islands
            .last_mut()
            .filter(|last| wraps && last.format == island.format)
        else {
            return Some(island);
        };
        let between = self
            .text
            .get(last.range.end..island.range.start)
            .unwrap_or_default();
        // A log that dumps bytes may have a column of text beside them, between bars.
        let (column, gap) = behind_column(between);
        let is_break = gap.len() <= 64
            && column.len() <= 128
            && gap.chars().all(|c| is_blank(c) || c == ',')
            && matches!(
                between
                    .matches('\n')
                    .count()
                    .max(between.matches('\r').count()),
                1
            );
        let short = island.format == Format::Base64 && last.range.len() < 32;
        if !is_break
            || short
            || self.text.get(island.range.end..).is_some_and(|rest| {
                let rest = rest
                    .get(..rest.find(['\n', '\r']).unwrap_or(rest.len()))
                    .unwrap_or_default();
                let has_column = rest.trim_start_matches(is_blank).starts_with('|');
                !has_column && !rest.chars().all(|c| is_blank(c) || c == ',')
            })
        {
            return Some(island);
        }
        last.range.end = island.range.end;
        last.out.append(island.out, self.text, 0);
        let enough = last.out.len() >= 8 && last.format != Format::Base64;
        last.strength = last.strength.max(if enough {
            Strength::Strong
        } else {
            island.strength
        });
        last.is_decimal &= island.is_decimal;
        last.otherwise = match (last.otherwise.take(), island.otherwise) {
            (Some((format, mut first)), Some((_, second))) => {
                first.append(second, self.text, 0);
                Some((format, first))
            }
            _ => None,
        };
        self.last_end = self.last_end.max(last.range.end);
        None
    }

    /// Looks at what brackets, quotes and words of a line hold.
    fn scan(&mut self, from: usize, line: usize, end: usize) {
        let mut at = from;
        while at < end {
            let Some(c) = self.text.get(at..end).and_then(|rest| rest.chars().next()) else {
                return;
            };
            let next = at.saturating_add(c.len_utf8());
            at = match c {
                '<' | '[' | '{' | '(' => match self.bracket(at) {
                    Some(island) => self.take(line, island),
                    None => next,
                },
                '\\' => {
                    let (island, behind) = quoted::bare(self.text, at, end);
                    if let Some(island) = island {
                        self.push(line, island);
                    }
                    behind
                }
                '%' | '^' => {
                    let (island, behind) = quoted::percent(self.text, at, end);
                    if let Some(island) = island {
                        self.push(line, island);
                    }
                    behind
                }
                _ if quote(c).is_some() => self.quote(at, c, line, end).unwrap_or(next),
                '-' if self.opens_number(at) => match run::signed(self.text, at, end) {
                    Some((island, _)) => self.take(line, island),
                    None => next,
                },
                _ if c.is_ascii_alphanumeric() || c == '+' || c == '/' => self.word(at, line, end),
                _ if c.is_alphanumeric() || c == '_' => run::skip_word(self.text, at, end),
                _ => next,
            };
        }
        self.covered = self.covered.max(at);
    }

    /// Whether what stands before the sign at `at` lets it be that of a number.
    fn opens_number(&self, at: usize) -> bool {
        let before = self.text.get(..at).unwrap_or_default();
        !before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '-' | '_'))
    }

    fn table_of_cells(&self, cells: &[Range<usize>]) -> Option<Island> {
        let range = cells.first()?.start..cells.last()?.end;
        let mut out = Output::default();
        for cell in cells {
            let value = u8::from_str_radix(self.text.get(cell.clone())?, 16).ok()?;
            out.push(value, cell.clone());
        }
        let strength = if cells.len() >= 8 {
            Strength::Strong
        } else {
            Strength::Ordinary
        };
        Some(Island::new(range, Format::Hex, strength, out))
    }

    fn bracket(&self, at: usize) -> Option<Island> {
        list::node_buffer(self.text, at)
            .or_else(|| list::described(self.text, at))
            .or_else(|| list::read(self.text, at))
            .or_else(|| strings::read(self.text, at))
            .or_else(|| list::angle(self.text, at))
    }

    fn take(&mut self, line: usize, island: Island) -> usize {
        let end = island.range.end;
        self.push(line, island);
        end
    }

    /// A string; without escapes its inside is looked at as any other text.
    fn quote(&mut self, at: usize, c: char, line: usize, end: usize) -> Option<usize> {
        let kind = quote(c)? as usize;
        if let Some(island) = strings::bare(self.text, at) {
            return Some(self.take(line, island));
        }
        if !quoted::opens(self.text, at, c)
            || self.open_until.get(kind).is_some_and(|until| at < *until)
        {
            return None;
        }
        let Some((body, close)) = quoted::body(self.text, at, end) else {
            if let Some(until) = self.open_until.get_mut(kind) {
                *until = end;
            }
            return None;
        };
        let island = quoted::escapes(self.text, at, body.clone(), close).or_else(|| {
            let word = run::base64(self.text, body.start, body.end)?;
            let mut island = (word == body).then(|| quoted::base64_word(self.text, word))??;
            if self.text.get(body.clone())?.ends_with('=') {
                island.strength = Strength::Ordinary;
            }
            Some(island)
        })?;
        Some(self.take(line, island))
    }

    /// A word: digits, base64, or nothing.
    fn word(&mut self, at: usize, line: usize, end: usize) -> usize {
        if let Some(behind) = behind_count(self.text, at, end) {
            return behind;
        }
        if let Some((island, behind)) = intel::read(self.text, at) {
            self.push(line, island);
            return behind;
        }
        let (island, behind) = run::read(self.text, at, end);
        if let Some(island) = island {
            let island = self.without_first(island, line);
            self.push(line, island);
            return self.behind_gutter(behind, end);
        }
        if let Some(rest) = self.last_line_of_digits(at, line, end) {
            return rest;
        }
        if behind > at
            && self
                .text
                .get(at..behind)
                .is_some_and(|read| read.bytes().all(|b| b.is_ascii_digit()))
        {
            return behind;
        }
        let word = run::base64(self.text, at, end);
        if let Some(island) = word.and_then(|word| quoted::base64_word(self.text, word))
            && class(island.bytes()) >= Class::Possible
        {
            return self.take(line, island);
        }
        // What is long and no base64 is nothing else either.
        let long = run::base64_len(self.text, at, end);
        if long >= 64 {
            return at.saturating_add(long);
        }
        behind.max(run::skip_word(self.text, at, end))
    }

    /// The few digits that are left for the last line of wrapped hex: alone they would be a number.
    fn last_line_of_digits(&mut self, at: usize, line: usize, end: usize) -> Option<usize> {
        // Asked first, as most words have others before them: the line is not searched for each of its words.
        if !self.text.get(line..at)?.chars().all(is_blank) {
            return None;
        }
        // A column of text may follow.
        let word = scan::searched(self.text.get(at..end)?).split('|').next()?;
        let word = word.trim_matches(is_blank);
        if !scan::is_hex(word) || word.len() > 4 {
            return None;
        }
        let range = at..at.saturating_add(word.len());
        let mut out = Output::default();
        super::super::hex::decode(&mut out, self.text, range.clone()).ok()?;
        let island = Island::new(range.clone(), Format::Hex, Strength::Weak, out);
        self.go_on(island)
            .is_none()
            .then(|| self.behind_gutter(range.end, end))
    }

    /// Where a sentence goes over into bytes, its last word or number may look like the first byte.
    fn without_first(&self, island: Island, line: usize) -> Island {
        let before = self.text.get(line..island.range.start).unwrap_or_default();
        let behind_word = scan::tail(before, 8)
            .trim_end()
            .ends_with(|c: char| c.is_alphabetic());
        let bytes = island.bytes();
        if !behind_word || bytes.len() < 3 || class(bytes) >= Class::Framed {
            return island;
        }
        let less = bytes.get(1..).unwrap_or_default();
        let Some(start) = island.out.source().span(1).map(|span| span.start) else {
            return island;
        };
        if class(less) < Class::Sound {
            return island;
        }
        match run::read(self.text, start, island.range.end) {
            (Some(shorter), _) => shorter,
            _ => island,
        }
    }

    /// Where a line goes on behind the text column between bars that follows bytes.
    fn behind_gutter(&self, at: usize, end: usize) -> usize {
        let rest = self.text.get(at..end).unwrap_or_default();
        let body = rest.trim_start_matches(is_blank);
        if body.starts_with('|') { end } else { at }
    }

    /// Adds a row to the dump, or begins another.
    fn row(&mut self, line: usize, row: Row) {
        self.close_table();
        if !self.goes_on(line, &row) {
            self.close_dump();
        }
        self.interrupted = false;
        let mut row = row;
        row.line = line;
        self.dump.push(row);
    }

    fn value(&self, row: &Row, radix: u32) -> Option<u64> {
        let digits = self.text.get(row.offset.clone())?;
        u64::from_str_radix(digits, radix).ok()
    }

    /// Whether a row follows on the last one.
    fn goes_on(&self, line: usize, row: &Row) -> bool {
        let (Some(first), Some(last)) = (self.dump.first(), self.dump.last()) else {
            return true;
        };
        let letters = |line: usize, row: &Row| -> String {
            let prefix = self.text.get(line..row.prefix).unwrap_or_default();
            scan::tail(prefix, 200)
                .chars()
                .filter(|c| c.is_alphabetic())
                .collect()
        };
        if first.framed != row.framed
            || first.colon != row.colon
            || first.prefixed != row.prefixed
            || first.offset.len() != row.offset.len()
            || letters(last.line, last) != letters(line, row)
        {
            return false;
        }
        let all: usize = self
            .dump
            .iter()
            .rev()
            .take(1)
            .map(|row| row::count(self.text, row))
            .sum();
        let step = |radix| {
            self.value(row, radix)?
                .checked_sub(self.value(last, radix)?)
        };
        let exact = [16, 10, 8]
            .iter()
            .any(|&radix| step(radix) == Some(all as u64));
        let counted = step(16) == Some(1) && all > 1;
        let near = step(16).is_some_and(|step| (1..=256).contains(&step));
        exact || !self.interrupted && (counted || near)
    }

    /// An offset without bytes ends a dump and says how many there are.
    fn end_dump(&mut self, digits: &Range<usize>) -> bool {
        let Some(first) = self.dump.first() else {
            return false;
        };
        if first.offset.len() != digits.len() {
            return false;
        }
        let text = self.text.get(digits.clone()).unwrap_or_default();
        let all: usize = self.dump.iter().map(|row| row::count(self.text, row)).sum();
        let said = [8, 16, 10].into_iter().find_map(|radix| {
            let end = u64::from_str_radix(text, radix).ok()?;
            let said = usize::try_from(end.checked_sub(self.value(first, radix)?)?).ok()?;
            (said <= all && all.saturating_sub(said) <= 1).then_some(said)
        });
        self.finish_dump(said);
        true
    }

    fn close_dump(&mut self) {
        self.finish_dump(None);
    }

    fn finish_dump(&mut self, said: Option<usize>) {
        let rows = core::mem::take(&mut self.dump);
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
            return;
        };
        let width = first.words.first().map_or(0, Range::len);
        let is_hexdump = !first.colon && !first.framed && first.offset.len() == 7 && width == 4;
        let is_turned = first.colon && !first.prefixed && self.is_low_first(&rows);
        let low_first = is_hexdump || is_turned;
        let mut out = Output::default();
        for (row, next) in rows.iter().zip(rows.iter().skip(1).map(Some).chain([None])) {
            let step =
                next.and_then(|next| self.value(next, 16)?.checked_sub(self.value(row, 16)?));
            let most = step
                .filter(|step| (2..=64).contains(step))
                .and_then(|step| usize::try_from(step).ok());
            row::push(
                &mut out,
                self.text,
                row,
                low_first,
                most.unwrap_or(usize::MAX),
            );
        }
        if let Some(said) = said {
            out.truncate(said);
        }
        if is_turned {
            out.note(Note::LittleEndianWords);
        }
        let plain = first.prefix_len() == 0 && !first.framed && !first.prefixed;
        // tcpdump alone has `0x` before its offsets and words of two bytes.
        let tcpdump = plain
            && first.colon
            && width == 4
            && first.offset.len() == 4
            && self
                .text
                .get(..first.offset.start)
                .is_some_and(|before| before.ends_with("0x"));
        let format = match () {
            () if tcpdump => Format::TcpdumpX,
            () if is_hexdump => Format::Hexdump,
            () if plain && first.colon => Format::Xxd,
            () if plain && !first.colon => Format::WiresharkHex,
            () => Format::LogDump,
        };
        let strength = match () {
            () if rows.len() > 1 || first.framed => Strength::Strong,
            () if out.len() >= 4 || first.colon && first.offset.len() >= 4 => Strength::Ordinary,
            () => Strength::Weak,
        };
        let (line, range) = (
            first.line,
            first.offset.start..last.words.last().map_or(last.offset.end, |w| w.end),
        );
        self.push(line, Island::new(range, format, strength, out));
    }

    /// Whether the words behind colons have their low byte first.
    fn is_low_first(&self, rows: &[Row]) -> bool {
        let words = |row: &Row| {
            // The colon stands behind the offset.
            let start = row.offset.end.saturating_add(1);
            let rest = self.text.get(start..)?;
            let within = |word: &Range<usize>| {
                word.start.saturating_sub(start)..word.end.saturating_sub(start)
            };
            Some(Words {
                line: rest.split(['\n', '\r']).next()?,
                words: row.words.iter().map(within).collect(),
            })
        };
        let words: Option<Vec<_>> = rows.iter().take(64).map(words).collect();
        words.is_some_and(|words| is_low_first(&words).is_some())
    }

    fn close_table(&mut self) {
        let table = core::mem::take(&mut self.table);
        let (Some((first, _)), Some((last, _))) = (table.first(), table.last()) else {
            return;
        };
        let (range, line) = (first.start..last.end, self.table_line);
        let strength = if table.len() >= 4 && self.table_is_sure {
            Strength::Strong
        } else {
            Strength::Weak
        };
        let mut out = Output::default();
        for (span, value) in table {
            out.push(value, span);
        }
        self.push(line, Island::new(range, Format::IndexTable, strength, out));
    }
}

#[cfg(test)]
mod tests;
