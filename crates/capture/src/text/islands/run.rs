//! Runs of hex digits in a line: pairs, `0x` numbers, words of even length, binary digits.

use core::ops::Range;

use super::super::firmware::FILLER;
use super::super::marks::mark;
use super::super::output::Output;
use super::super::plausible::{Class, class};
use super::super::scan::{self, is_blank, is_hex, words};
use super::super::{Format, looks, short};
use super::{Island, Strength};

/// One group of digits.
#[derive(Clone, Copy, Debug)]
struct Group<'a> {
    at: usize,
    /// With its `0x`.
    text: &'a str,
    digits: &'a str,
}

impl Group<'_> {
    fn end(&self) -> usize {
        self.at.saturating_add(self.text.len())
    }

    fn is_prefixed(&self) -> bool {
        self.digits.len() < self.text.len()
    }

    /// Whether it stands for whole bytes.
    fn is_bytes(&self) -> bool {
        if self.is_prefixed() {
            self.digits.len() <= 2 || self.digits.len() > 16 && self.digits.len().is_multiple_of(2)
        } else {
            self.digits.len().is_multiple_of(2)
        }
    }
}

/// What stands between two groups of one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Between {
    Blank,
    Comma,
    Colon,
    Dash,
}

/// Reads the run of hex that begins at `at`, which must be no later than `end`. Gives the island, or
/// none, and where to go on.
pub(super) fn read(text: &str, at: usize, end: usize) -> (Option<Island>, usize) {
    if let Some((island, behind)) = dotted(text, at, end) {
        return (Some(island), behind);
    }
    let Some(first) = group(text, at, end) else {
        return (None, skip_word(text, at, end));
    };
    if let Some((island, behind)) = signed(text, at, end) {
        return (Some(island), behind);
    }
    if let Some((island, behind)) = without_zeros(text, first, end) {
        return (Some(island), behind);
    }
    let mut groups = vec![first];
    let mut between = None;
    let mut tight = true;
    let mut at = first.end();
    while let Some((kind, next)) = separator(text, at, end) {
        let Some(group) = group(text, next, end) else {
            break;
        };
        if between.is_some_and(|between| between != kind) {
            break;
        }
        // Words of another width belong to something else, but for a short last one.
        let last = groups.last().unwrap_or(&first);
        let even = group.is_prefixed() == first.is_prefixed()
            && (first.is_prefixed()
                || group.digits.len() == first.digits.len()
                || is_last_word(text, &group, last, first.digits.len(), end));
        tight &= matches!(kind, Between::Colon | Between::Dash);
        if !even && !tight {
            break;
        }
        between = Some(kind);
        at = group.end();
        groups.push(group);
    }
    (island(text, &groups, between, tight, end), at)
}

/// Reads a word of pairs with full stops between them: `10.0c.00.04`. Addresses, dates and versions are written so, too; what
/// could be one of them is none of ours, and the rest only where it makes packets.
fn dotted(text: &str, at: usize, end: usize) -> Option<(Island, usize)> {
    /// Groups from which on decimal digits alone are no date, version or address.
    const MANY: usize = 7;
    let rest = text.get(at..end)?;
    let is_within = |c: char| c.is_ascii_hexdigit() || c == '.';
    let word = rest.get(..rest.find(|c| !is_within(c)).unwrap_or(rest.len()))?;
    let behind = rest.get(word.len()..)?.chars().next();
    // A full stop may end a sentence.
    let word = word.strip_suffix('.').unwrap_or(word);
    let before = text.get(..at)?.chars().next_back();
    let is_apart = |c: Option<char>| {
        c.is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '.' | '_' | '-' | '/' | '@'))
    };
    let groups: Vec<&str> = word.split('.').collect();
    let fits = groups.len() > 1 && groups.iter().all(|group| group.len() == 2);
    if !fits || !is_apart(behind) || !is_apart(before) {
        return None;
    }
    let has_letter = word.contains(|c: char| c.is_ascii_alphabetic());
    let mut out = Output::default();
    let mut place = at;
    for group in &groups {
        out.push(
            u8::from_str_radix(group, 16).ok()?,
            place..place.saturating_add(2),
        );
        place = place.saturating_add(3);
    }
    let is_packets = class(out.bytes()) >= Class::Framed;
    let is_told = if has_letter {
        is_packets || groups.len() > MANY
    } else {
        // `20.02.00.00` is no address: none has a nought before another digit. Three groups are a date, five a telephone
        // number, but that begins with a nought, as no packet does.
        let has_nought = groups.iter().any(|group| group.starts_with('0'));
        is_packets && (groups.len() >= MANY || groups.len() >= 4 && has_nought)
    };
    if !is_told {
        return None;
    }
    let strength = if groups.len() >= 8 {
        Strength::Strong
    } else {
        Strength::Ordinary
    };
    let range = at..at.saturating_add(word.len());
    let behind = range.end;
    Some((Island::new(range, Format::Hex, strength, out), behind))
}

/// Reads decimals of signed bytes: `-112 3 0 1 -128`.
pub(super) fn signed(text: &str, at: usize, end: usize) -> Option<(Island, usize)> {
    let rest = text.get(at..end)?;
    let is_within = |c: char| c.is_ascii_digit() || matches!(c, '-' | ' ' | '\t' | ',');
    let run = rest.get(..rest.find(|c| !is_within(c)).unwrap_or(rest.len()))?;
    let goes_on_in_word = rest
        .get(run.len()..)?
        .starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | ':' | '/'));
    if !run.contains('-') || goes_on_in_word || goes_on(text, at) {
        return None;
    }
    let mut groups = Vec::new();
    let mut behind = at;
    for (place, word) in words(run) {
        let word = word.trim_end_matches(',');
        let value: i8 = word.parse().ok()?;
        let is_padded =
            word.trim_start_matches('-').len() > 1 && word.trim_start_matches('-').starts_with('0');
        let start = at.saturating_add(place);
        behind = start.saturating_add(word.len());
        groups.push((!is_padded).then_some((value.cast_unsigned(), start..behind))?);
    }
    let out = short::signed(groups)?;
    let mut island = Island::new(at..behind, Format::NumberList, Strength::Ordinary, out);
    island.is_short = true;
    Some((island, behind))
}

/// Reads the run from its first group on as digits without leading zeros, where they make packets.
fn without_zeros(text: &str, first: Group<'_>, end: usize) -> Option<(Island, usize)> {
    if first.is_prefixed() || first.digits.len() > 3 || goes_on(text, first.at) {
        return None;
    }
    let mut groups = vec![(first.at, first.digits)];
    let mut between = None;
    let mut at = first.end();
    while let Some((kind, next)) = separator(text, at, end) {
        let Some(group) = group(text, next, end)
            .filter(|group| !group.is_prefixed() && group.digits.len() <= 3)
            .filter(|_| between.is_none_or(|between| between == kind))
        else {
            break;
        };
        // Who writes `00` once writes it always.
        if group.digits.len() == 2 && group.digits.starts_with('0') {
            return None;
        }
        between = Some(kind);
        at = group.end();
        groups.push((group.at, group.digits));
    }
    // Pairs alone are hex as any other; three digits alone are numbers, with noughts before them as a rule.
    let width = first.digits.len();
    if groups.iter().all(|(_, digits)| digits.len() == width) {
        let out = short::padded(&groups)?;
        let island = Island::new(first.at..at, Format::NumberList, Strength::Ordinary, out);
        return Some((
            Island {
                is_short: true,
                ..island
            },
            at,
        ));
    }
    let is_marked = || {
        // A mark stands near the beginning of its line.
        let before = text.get(..first.at)?;
        let near = scan::searched(scan::tail(before, 256));
        let start = near.rfind(['\n', '\r']).map(|at| at.saturating_add(1));
        let start = start.or((near.len() == before.len()).then_some(0))?;
        mark(near.get(start..)?).is_some().then_some(())
    };
    let (format, out) = short::either(&groups)
        .or_else(|| is_marked().and_then(|()| Some((Format::Hex, short::marked_hex(&groups)?))))?;
    // A few numbers in a sentence may be anything.
    let few = groups.len() < 8;
    if few && !is_closed(text, &(first.at..at), end) {
        return None;
    }
    let mut island = Island::new(first.at..at, format, Strength::Ordinary, out);
    island.is_short = true;
    island.is_decimal = few
        && groups
            .iter()
            .all(|(_, group)| !group.contains(|c: char| c.is_alphabetic()));
    Some((island, at))
}

/// Whether a group stands before `at` in the same run: the run is not tried again from its middle on.
fn goes_on(text: &str, at: usize) -> bool {
    let before = scan::tail(text.get(..at).unwrap_or_default(), 12);
    let bare = before.trim_end_matches(is_blank);
    let is_line = !before
        .get(bare.len()..)
        .unwrap_or_default()
        .contains(['\n', '\r']);
    let tight = bare.len() == before.len();
    let bare = bare
        .strip_suffix([',', ';'])
        .or_else(|| bare.strip_suffix([':', '-']).filter(|_| tight))
        .unwrap_or(bare);
    let word = bare
        .rfind(|c: char| !c.is_ascii_hexdigit())
        .map_or(bare.len(), |at| {
            bare.len().saturating_sub(at).saturating_sub(1)
        });
    is_line && bare.len() < before.len() && (1..=3).contains(&word)
}

/// The bytes of a run, if it stands for any.
fn island(
    text: &str,
    groups: &[Group<'_>],
    between: Option<Between>,
    tight: bool,
    end: usize,
) -> Option<Island> {
    let (first, last) = (groups.first()?, groups.last()?);
    let count = groups.len();
    // A date, a time, a UUID: groups of several widths without a blank.
    let same = groups
        .iter()
        .all(|group| group.digits.len() == first.digits.len());
    let wide = first.digits.len();
    if !groups.iter().all(Group::is_bytes) || tight && count > 1 && (!same || wide != 2) {
        return None;
    }
    let decimal = groups
        .iter()
        .all(|group| group.digits.bytes().all(|b| b.is_ascii_digit()));
    if tight
        && count > 1
        && (count <= 3 && decimal || count == 6 && between == Some(Between::Colon))
    {
        return None;
    }
    let range = first.at..last.end();
    if let Some(island) = nibbles(groups) {
        return Some(island);
    }
    let bits = wide == 8
        && !first.is_prefixed()
        && same
        && groups
            .iter()
            .all(|group| group.digits.bytes().all(|b| matches!(b, b'0' | b'1')));
    let mut out = Output::default();
    for group in groups {
        push_group(&mut out, group);
    }
    let closed = is_closed(text, &range, end);
    let strength = match () {
        () if bits && count > 1 => Strength::Strong,
        () if bits && closed => Strength::Ordinary,
        () if first.is_prefixed() && count >= 4 => Strength::Strong,
        () if wide == 2 && count >= 8 => Strength::Strong,
        () if count == 1 && wide >= 24 && !decimal => Strength::Strong,
        () if first.is_prefixed() && count >= 2 => Strength::Ordinary,
        () if wide == 2 && count >= 4 => Strength::Ordinary,
        () if wide >= 4 && count >= 3 => Strength::Ordinary,
        () if wide >= 16 && !decimal => Strength::Ordinary,
        () if closed && (count > 1 || wide > 2) && !(decimal && count == 1) => Strength::Ordinary,
        () => Strength::Weak,
    };
    // A small number alone is a number.
    if count == 1 && wide <= 2 && !(closed && first.is_prefixed())
        || count == 1 && wide == 4 && (decimal && !is_data(text, first.at) || !closed)
    {
        return None;
    }
    // `cafe`, `decade`, `deadbeef`: words of a sentence, until a digit is in one.
    let are_words = wide >= 4
        && !first.is_prefixed()
        && !closed
        && out.len() < 8
        && groups
            .iter()
            .all(|group| group.digits.bytes().all(|b| b.is_ascii_alphabetic()));
    if are_words {
        return None;
    }
    let mut island = Island::new(range, Format::Hex, strength, out);
    island.is_decimal = decimal && !closed;
    if bits {
        let hex = core::mem::take(&mut island.out);
        for group in groups {
            let value = u8::from_str_radix(group.digits, 2).unwrap_or_default();
            island.out.push(value, group.at..group.end());
        }
        island.format = Format::BinaryDigits;
        island.otherwise = Some((Format::Hex, hex));
    } else if decimal && wide == 2 && count > 1 && !groups.iter().any(|g| g.digits.starts_with('0'))
    {
        let mut numbers = Output::default();
        for group in groups {
            numbers.push(
                group.digits.parse().unwrap_or_default(),
                group.at..group.end(),
            );
        }
        island.otherwise = Some((Format::NumberList, numbers));
    }
    Some(island)
}

/// Whether digits stand behind a label that says that they are bytes: `length: 2  data: 0100`.
fn is_data(text: &str, at: usize) -> bool {
    let before = scan::tail(text.get(..at).unwrap_or_default(), 24);
    let label = before.trim_end_matches(is_blank).to_ascii_lowercase();
    label.ends_with("data:")
}

/// Bytes in groups of four noughts and ones: `0001 0000`.
fn nibbles(groups: &[Group<'_>]) -> Option<Island> {
    /// Groups that are no hex, whatever they make.
    const MANY: usize = 8;
    let (first, last) = (groups.first()?, groups.last()?);
    let is_nibble = |group: &Group<'_>| {
        group.text.len() == 4 && group.text.bytes().all(|digit| matches!(digit, b'0' | b'1'))
    };
    let fits = groups.len() >= 4 && groups.len().is_multiple_of(2);
    if !fits || !groups.iter().all(is_nibble) {
        return None;
    }
    let (mut out, mut hex) = (Output::default(), Output::default());
    for pair in groups.chunks_exact(2) {
        let [high, low] = pair else { return None };
        let digits = high.digits.to_owned() + low.digits;
        out.push(u8::from_str_radix(&digits, 2).ok()?, high.at..low.end());
        push_group(&mut hex, high);
        push_group(&mut hex, low);
    }
    if groups.len() < MANY && class(out.bytes()) < Class::Framed {
        return None;
    }
    let range = first.at..last.end();
    let mut island = Island::new(range, Format::BinaryDigits, Strength::Strong, out);
    island.otherwise = Some((Format::Hex, hex));
    Some(island)
}

fn push_group(out: &mut Output, group: &Group<'_>) {
    let start = group.end().saturating_sub(group.digits.len());
    if group.digits.len() < 2 {
        let value = u8::from_str_radix(group.digits, 16).unwrap_or_default();
        out.push(value, group.at..group.end());
        return;
    }
    let mut at = 0_usize;
    while let Some(pair) = group.digits.get(at..at.saturating_add(2)) {
        let from = if at == 0 {
            group.at
        } else {
            start.saturating_add(at)
        };
        let value = u8::from_str_radix(pair, 16).unwrap_or_default();
        out.push(value, from..start.saturating_add(at).saturating_add(2));
        at = at.saturating_add(2);
    }
}

/// The group of digits at `at`, if one begins there and ends with a word's end.
fn group(text: &str, at: usize, end: usize) -> Option<Group<'_>> {
    let rest = text.get(at..end)?;
    let bare = match rest.as_bytes() {
        [b'0', b'x' | b'X', ..] => rest.get(2..)?,
        _ => rest,
    };
    let len = bare
        .bytes()
        .position(|byte| !byte.is_ascii_hexdigit())
        .unwrap_or(bare.len());
    let digits = bare.get(..len)?;
    let behind = bare.get(len..)?.chars().next();
    if len == 0 || behind.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '/' | '@')) {
        return None;
    }
    // `12.5` and `10.0.0.1` are numbers of another kind; a full stop ends a sentence.
    let mut after = bare.get(len..)?.chars();
    if after.next() == Some('.') && after.next().is_some_and(char::is_alphanumeric) {
        return None;
    }
    let text = rest.get(..rest.len().saturating_sub(bare.len()).saturating_add(len))?;
    Some(Group { at, text, digits })
}

/// What stands between one group and the next, and where the next begins.
fn separator(text: &str, at: usize, end: usize) -> Option<(Between, usize)> {
    let rest = text.get(at..end)?;
    let sign = rest.chars().next()?;
    let (kind, len) = match sign {
        ',' | ';' => (Between::Comma, 1),
        ':' => (Between::Colon, 1),
        '-' => (Between::Dash, 1),
        c if is_blank(c) => (Between::Blank, 0),
        _ => return None,
    };
    let behind = rest.get(len..)?;
    let blanks = behind
        .len()
        .saturating_sub(behind.trim_start_matches(is_blank).len());
    let counted = behind.get(..blanks)?.replace(FILLER, "").len();
    let most = if matches!(kind, Between::Blank | Between::Comma) {
        3
    } else {
        1
    };
    let tight = matches!(kind, Between::Colon | Between::Dash);
    (counted <= most && !(tight && blanks > 0))
        .then_some((kind, at.saturating_add(len).saturating_add(blanks)))
}

/// Whether a shorter group is the end of words of several bytes.
fn is_last_word(text: &str, group: &Group<'_>, last: &Group<'_>, width: usize, end: usize) -> bool {
    let short = width >= 4
        && last.digits.len() == width
        && group.digits.len() < width
        && group.digits.len().is_multiple_of(2);
    let behind = text.get(group.end()..end).unwrap_or_default();
    short
        && !behind
            .trim_start_matches(is_blank)
            .starts_with(|c: char| c.is_ascii_alphanumeric())
}

/// Whether a run is set apart: alone in quotes, behind a colon or an equals sign, or to a line's end.
fn is_closed(text: &str, range: &Range<usize>, end: usize) -> bool {
    let before = scan::tail(text.get(..range.start).unwrap_or_default(), 24);
    let line = before.rfind('\n').map_or(0, |at| at.saturating_add(1));
    let before = before
        .get(line..)
        .unwrap_or_default()
        .trim_end_matches(is_blank);
    let behind = scan::head(text.get(range.end..end).unwrap_or_default(), 24);
    let opens = before.is_empty()
        || before.ends_with([':', '=', '>', '<', '`', '"', '\'', '(', '[', '|', '→', '←']);
    let ends = behind
        .trim_start_matches(is_blank)
        .chars()
        .next()
        .is_none_or(|c| matches!(c, '`' | '"' | '\'' | '|' | ')' | ']' | '>' | ';' | ','));
    opens && ends
}

/// Where the word at `at` ends, so that no part of it is taken for digits.
pub(super) fn skip_word(text: &str, at: usize, end: usize) -> usize {
    let rest = text.get(at..end).unwrap_or_default();
    let len = rest
        .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '/' | '@')))
        .unwrap_or(rest.len());
    at.saturating_add(len.max(rest.chars().next().map_or(1, char::len_utf8)))
}

/// Whether a word may be base64 and is no word of a language: both cases, digits or padding.
pub(super) fn base64(text: &str, at: usize, end: usize) -> Option<Range<usize>> {
    let len = base64_len(text, at, end);
    let rest = text.get(at..end)?;
    let word = rest.get(..len)?;
    let padded = word.ends_with('=');
    (len >= 8 || len == 4 && padded).then_some(())?;
    (looks::Looks::of(word, word.len()).base64 && !is_hex(word))
        .then_some(at..at.saturating_add(len))
}

/// How long what stands at `at` is, if it is all of base64's alphabet.
pub(super) fn base64_len(text: &str, at: usize, end: usize) -> usize {
    let rest = text.get(at..end).unwrap_or_default();
    rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '-' | '_' | '=')))
        .unwrap_or(rest.len())
}
