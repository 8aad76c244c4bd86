//! Numbers in brackets, and what languages and debuggers put hex between.

use core::ops::Range;

use super::super::escape::{self, Escapes};
use super::super::output::Output;
use super::super::plausible::begins_connect;
use super::super::scan::{self, is_blank, is_hex};
use super::super::{Format, Note, hex};
use super::{Island, Strength};

/// What one element of a list is.
enum Element {
    Byte(u8),
    /// A letter without quotes.
    Letter(u8),
    /// A string in an Erlang binary.
    Text(Range<usize>),
    /// Dots: the rest was left out.
    Dots,
}

/// Reads the list whose bracket opens at `at`. Gives where a search may go on, too: a failed list is
/// not read again from its next bracket on.
pub(super) fn read(text: &str, at: usize) -> Option<Island> {
    let rest = text.get(at..)?;
    let (open, close, format) = if rest.starts_with("<<") {
        ("<<", ">>", Format::ErlangBinary)
    } else if rest.starts_with('[') {
        ("[", "]", Format::NumberList)
    } else if rest.starts_with('{') {
        ("{", "}", Format::CLiteral)
    } else if rest.starts_with('(') {
        ("(", ")", Format::NumberList)
    } else {
        return None;
    };
    let mut out = Output::default();
    let mut place = at.saturating_add(open.len());
    let mut cut = None;
    let (mut count, mut letters) = (0_usize, 0_usize);
    let (mut commas, mut wide, mut zeros, mut prefixed) = (0_usize, false, false, false);
    let end = loop {
        place = skip(text, place);
        let rest = text.get(place..)?;
        if rest.starts_with(close) {
            break place.saturating_add(close.len());
        }
        if rest.is_empty() && count >= 8 {
            cut = Some(None);
            break place;
        }
        if rest.starts_with(',') {
            commas = commas.saturating_add(1);
            place = place.saturating_add(1);
            continue;
        }
        let (element, end) = element(text, place, format)?;
        match element {
            Element::Byte(byte) => {
                let word = text.get(place..end)?;
                wide |= word.len() != 2;
                zeros |= word.len() == 2 && word.starts_with('0');
                prefixed |= word.contains(['x', '-', '\'']);
                out.push(byte, place..end);
                count = count.saturating_add(1);
                place = behind_number(&mut out, text, end)?;
                continue;
            }
            Element::Text(body) => {
                let escapes = Escapes::of(Format::CLiteral);
                escape::decode(&mut out, text, body, escapes).ok()?;
            }
            Element::Letter(letter) => {
                letters = letters.saturating_add(1);
                out.push(letter, place..end);
            }
            Element::Dots => cut = Some(None),
        }
        count = count.saturating_add(1);
        place = end;
    };
    // `(byte)` and `[12]` are no lists; digits in pairs without commas, or with leading zeros, are hex.
    let pairs = !wide && !prefixed && (commas == 0 || zeros);
    let least = if format == Format::ErlangBinary { 1 } else { 2 };
    // A string alone is a name, as `<<"guest">>` is, unless it holds what no name does.
    let holds_controls = format == Format::ErlangBinary && out.bytes().iter().any(|b| *b < 0x20);
    if count < least
        || pairs && format != Format::ErlangBinary
        || commas == 0 && !wide && count < 4 && !holds_controls
    {
        return None;
    }
    // Names of constants are no bytes; `M,Q,T,T` among bytes is what somebody copied without its quotes.
    if letters > 0 {
        if letters.saturating_mul(2) > count || !prefixed || !begins_connect(out.bytes()) {
            return None;
        }
        out.note(Note::BareLetters { letters });
    }
    if open == "(" && commas.saturating_add(1) < count {
        return None;
    }
    let strength = match count {
        _ if format == Format::ErlangBinary => Strength::Strong,
        0..=3 => Strength::Weak,
        4..=7 => Strength::Ordinary,
        _ => Strength::Strong,
    };
    let mut island = Island::new(at..end, format, strength, out);
    island.cut = cut;
    if !wide && !prefixed && commas > 0 && format != Format::ErlangBinary {
        let mut other = Output::default();
        if hex::decode(
            &mut other,
            text,
            at.saturating_add(open.len())..end.saturating_sub(close.len()),
        )
        .is_ok()
        {
            island.otherwise = Some((Format::Hex, other));
        }
    }
    let is_plain = wide && !prefixed && commas > 0 && letters == 0 && format == Format::NumberList;
    if is_plain && let Some(hex) = as_short_hex(text, &island.out) {
        island.otherwise = Some((Format::Hex, hex));
    }
    Some(island)
}

/// Decimals as hex without leading zeros: `[20, 2, 0, 5]`, as Rust's `{:x?}` writes it.
fn as_short_hex(text: &str, numbers: &Output) -> Option<Output> {
    let mut out = Output::default();
    for index in 0..numbers.len() {
        let span = numbers.source().span(index)?;
        let digits = text.get(span.clone()).filter(|digits| digits.len() <= 2)?;
        out.push(u8::from_str_radix(digits, 16).ok()?, span);
    }
    Some(out)
}

/// Where the number that ends at `at` is passed with what gdb writes behind it: its character, and how often it stands there.
fn behind_number(out: &mut Output, text: &str, at: usize) -> Option<usize> {
    let mut end = at;
    let is_number = text
        .get(..at)?
        .ends_with(|c: char| c.is_ascii_alphanumeric());
    let rest = text.get(at..)?.trim_start_matches(is_blank);
    if let Some(character) = rest.strip_prefix('\'').filter(|_| is_number) {
        let near = scan::head(character, 8);
        // `'\''` holds a quote.
        let close = near
            .get(1..)?
            .rfind('\'')
            .filter(|_| near.starts_with("\\'"));
        let len = close.map_or_else(|| near.find('\''), |len| Some(len.saturating_add(1)))?;
        let behind = character.get(len.saturating_add(1)..)?;
        end = text.len().saturating_sub(behind.len());
    }
    let rest = text.get(end..)?.trim_start_matches(is_blank);
    if !rest.starts_with("<repeats") {
        return Some(end);
    }
    out.repeat_last(text, text.len().saturating_sub(rest.len()))
}

/// Passes over blanks, and over comments as C has them.
fn skip(text: &str, mut at: usize) -> usize {
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let trimmed = rest.trim_start_matches(is_blank);
        at = at.saturating_add(rest.len().saturating_sub(trimmed.len()));
        // A remark is short; the bound keeps a text of openings from being read again and again.
        let near = scan::head(trimmed, 4096);
        let len = if trimmed.starts_with("//") {
            near.find('\n').unwrap_or(near.len())
        } else if trimmed.starts_with("/*") {
            near.find("*/")
                .map_or(near.len(), |end| end.saturating_add(2))
        } else {
            return at;
        };
        at = at.saturating_add(len);
    }
}

/// How long a string is whose opening quote was passed.
fn string_len(body: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in body.char_indices() {
        if c == '"' && !escaped {
            return Some(at);
        }
        escaped = c == '\\' && !escaped;
    }
    None
}

/// The element at `at`, and where it ends.
fn element(text: &str, at: usize, format: Format) -> Option<(Element, usize)> {
    let rest = text.get(at..)?;
    if let Some(dots) = rest.strip_prefix("...") {
        return Some((Element::Dots, text.len().saturating_sub(dots.len())));
    }
    if rest.starts_with('…') {
        return Some((Element::Dots, at.saturating_add('…'.len_utf8())));
    }
    if format == Format::ErlangBinary && rest.starts_with('"') {
        let body = rest.get(1..)?;
        let len = string_len(body)?;
        let behind = body.get(len.saturating_add(1)..)?;
        // `<<"…"/utf8>>`
        let kind = if behind.starts_with("/utf8") { 5 } else { 0 };
        return Some((
            Element::Text(at.saturating_add(1)..at.saturating_add(1).saturating_add(len)),
            at.saturating_add(len)
                .saturating_add(2)
                .saturating_add(kind),
        ));
    }
    if let Some(character) = rest.strip_prefix('\'') {
        let c = character.chars().next()?;
        let behind = character.get(c.len_utf8()..)?;
        let end = text.len().saturating_sub(behind.strip_prefix('\'')?.len());
        return Some((Element::Byte(u8::try_from(c).ok()?), end));
    }
    let (negative, digits_at) = match rest.strip_prefix('-') {
        Some(_) => (true, at.saturating_add(1)),
        None => (false, at),
    };
    let rest = text.get(digits_at..)?;
    let len = rest
        .find(|c: char| !c.is_ascii_alphanumeric())
        .unwrap_or(rest.len());
    let word = rest.get(..len)?;
    let erlang_hex = word == "16" && rest.get(len..)?.starts_with('#');
    if erlang_hex {
        let digits = rest.get(len.saturating_add(1)..)?;
        let count = digits
            .find(|c: char| !c.is_ascii_hexdigit())
            .unwrap_or(digits.len());
        let byte = u8::from_str_radix(digits.get(..count)?, 16).ok()?;
        return Some((
            Element::Byte(byte),
            digits_at
                .saturating_add(len)
                .saturating_add(1)
                .saturating_add(count),
        ));
    }
    if !negative
        && format == Format::CLiteral
        && let &[letter @ (b'A'..=b'Z' | b'a'..=b'z')] = word.as_bytes()
    {
        return Some((Element::Letter(letter), digits_at.saturating_add(len)));
    }
    let value = if let Some(hex) = word.strip_prefix("0x").or_else(|| word.strip_prefix("0X")) {
        u32::from_str_radix(hex, 16).ok()?
    } else if let Some(bits) = word.strip_prefix("0b") {
        u32::from_str_radix(bits, 2).ok()?
    } else {
        word.parse().ok()?
    };
    let byte = if negative {
        i8::try_from(i64::from(value).saturating_neg())
            .ok()?
            .cast_unsigned()
    } else {
        u8::try_from(value).ok()?
    };
    Some((Element::Byte(byte), digits_at.saturating_add(len)))
}

/// `<82060005 00012302>`, as NSData says itself.
pub(super) fn angle(text: &str, at: usize) -> Option<Island> {
    let rest = text.get(at..)?.strip_prefix('<')?;
    let len =
        rest.find(|c: char| !(c.is_ascii_hexdigit() || is_blank(c) || c == '.' || c == '…'))?;
    let body = rest.get(..len)?;
    let behind = rest.get(len..)?.strip_prefix('>')?;
    // `<` and `>` at the beginnings of lines are marks of who sent what.
    let last = body.rfind(['\n', '\r']).and_then(|at| body.get(at..));
    let is_mark = last.is_some_and(|last| last.chars().all(is_blank));
    let goes_on = behind.split(['\n', '\r']).next();
    if is_mark && goes_on.is_some_and(|line| !line.trim_matches(is_blank).is_empty()) {
        return None;
    }
    let end = text.len().saturating_sub(behind.len());
    let dots = behind.starts_with("...") || behind.starts_with('…');
    let mut island = words_of(
        text,
        at.saturating_add(1)..at.saturating_add(1).saturating_add(len),
    )?;
    island.range = at..end;
    island.strength = if body.len() >= 4 {
        Strength::Strong
    } else {
        Strength::Weak
    };
    if dots && island.cut.is_none() {
        // NSLog writes dots behind whole data, too: the length before it tells.
        let said = said_length(text, at);
        let all = island.bytes().len();
        island.cut = said
            .filter(|said| *said > all)
            .map(|said| Some(said.saturating_sub(all)));
    }
    Some(island)
}

/// `{length = 31, bytes = 0x821d0002 … 74657300 }`
pub(super) fn described(text: &str, at: usize) -> Option<Island> {
    let rest = text.get(at..)?;
    let head = scan::head(rest, 64);
    let digits = head
        .strip_prefix("{length = ")
        .or_else(|| head.strip_prefix("{ length = "))?;
    let said: usize = digits
        .get(..digits.find(|c: char| !c.is_ascii_digit())?)?
        .parse()
        .ok()?;
    let start = at
        .saturating_add(head.find("bytes = 0x")?)
        .saturating_add("bytes = 0x".len());
    let body = text.get(start..)?;
    let len =
        body.find(|c: char| !(c.is_ascii_hexdigit() || is_blank(c) || c == '.' || c == '…'))?;
    body.get(len..)?.starts_with('}').then_some(())?;
    let mut island = words_of(text, start..start.saturating_add(len))?;
    let all = island.bytes().len();
    island.range = at..start.saturating_add(len).saturating_add(1);
    island.strength = Strength::Strong;
    if island.cut.is_some() || said > all {
        island.cut = Some(said.checked_sub(all));
    }
    Some(island)
}

/// Words of hex with blanks between, and dots where bytes were left out.
fn words_of(text: &str, range: Range<usize>) -> Option<Island> {
    let mut out = Output::default();
    let mut cut = None;
    for (place, word) in scan::words(text.get(range.clone())?) {
        if matches!(word, "..." | "…" | "....") {
            cut = Some(None);
            continue;
        }
        if !is_hex(word) || !word.len().is_multiple_of(2) {
            return None;
        }
        let at = range.start.saturating_add(place);
        hex::decode(&mut out, text, at..at.saturating_add(word.len())).ok()?;
    }
    if out.len() == 0 {
        return None;
    }
    let mut island = Island::new(range, Format::NsData, Strength::Ordinary, out);
    island.cut = cut;
    Some(island)
}

/// `(8)=` before the data.
fn said_length(text: &str, at: usize) -> Option<usize> {
    let before = scan::tail(text.get(..at)?, 24).trim_end_matches(['=', ' ', ':']);
    let digits = before.strip_suffix(')')?;
    digits
        .get(digits.rfind('(')?.saturating_add(1)..)?
        .parse()
        .ok()
}

/// `<Buffer 10 0c ... 19 more bytes>`
pub(super) fn node_buffer(text: &str, at: usize) -> Option<Island> {
    let body = text.get(at..)?.strip_prefix("<Buffer")?;
    let len = body.find(['<', '>', '\n'])?;
    body.get(len..)?.starts_with('>').then_some(())?;
    let end = at
        .saturating_add("<Buffer".len())
        .saturating_add(len)
        .saturating_add(1);
    let inside = body.get(..len)?;
    let dots = inside.find("...").or_else(|| inside.find('…'));
    let start = end.saturating_sub(1).saturating_sub(len);
    let mut out = Output::default();
    hex::decode(
        &mut out,
        text,
        start..start.saturating_add(dots.unwrap_or(len)),
    )
    .ok()?;
    let mut island = Island::new(at..end, Format::NodeBuffer, Strength::Strong, out);
    island.cut = dots.map(|dots| {
        let said = inside.get(dots..).unwrap_or_default();
        said.split(|c: char| !c.is_ascii_digit())
            .find_map(|digits| digits.parse().ok())
    });
    Some(island)
}
