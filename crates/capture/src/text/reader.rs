//! Reads a text as people have it: finds the bytes in it, wherever they stand, and says how sure that is.
//!
//! Two readers compete. The strict one ([`decode_sides`]) takes the whole text for one format. The
//! other finds islands of bytes among words. Both results are judged by how well their bytes read
//! as MQTT, and by how much of the text they account for; the likelier one is taken.

mod no_bytes;
mod reading;

use core::ops::Range;

use super::chosen::{Choice, choose};
use mqttscope_wire::frame;

use super::clean::clean;
use super::error::TextErrorKind;
use super::output::Output;
use super::plausible::{Class, begins_connect, class, mqtt};
use super::roles::Roles;
use super::times::without_times;
use super::{
    Decoded, Format, MAX_TEXT, Marks, Note, Side, SourceMap, TextError, Turns, byte_lines, columns,
    commented, decode_sides, detect, firmware, follow, hex, islands, names, scan, short,
};
use no_bytes::no_bytes;
pub(super) use no_bytes::tells_of_packets;

use crate::foreign::{self, Examined, Foreign, Protocol};
use crate::json::{self, Json};
use crate::reading::{Other, Part, Role, TextReading};

/// From how many bytes of UTF-8 on a text is not searched for islands where one format accounts for all of it.
const LONG: usize = 256 << 10;

/// The longest text that is searched for islands, in bytes of UTF-8: a longer one is a recording,
/// which one format accounts for.
const MAX_SEARCHED: usize = 8 << 20;

/// A text as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The bytes, and where they stand.
    pub decoded: Decoded,
    /// Whether nothing else is nearly as likely.
    pub sure: bool,
    /// What the bytes are, if not MQTT on its own, and what is inside.
    pub examined: Option<Examined>,
    /// The parts, with what the text tells of each; at least one.
    pub parts: Vec<Piece>,
    /// Other formats that the text may be in, the likeliest first.
    pub alternatives: Vec<Format>,
    /// Where in the text bytes may stand that were left out.
    pub left_out: Vec<Range<usize>>,
}

/// One part of what was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Its place in [`Decoded::bytes`].
    pub bytes: Range<usize>,
    /// Its place in the text, in bytes of UTF-8.
    pub place: Range<usize>,
    /// Who sent it.
    pub from: Option<Role>,
    /// When, in milliseconds; only differences count.
    pub at_ms: Option<u64>,
}

/// Reads a text in the given format, or in what it is likeliest to be.
///
/// # Errors
/// [`TextError`] when there are no bytes to be found, or the given format does not fit.
pub fn read(text: &str, format: Option<Format>, turns: Turns) -> Result<Reading, TextError> {
    if format.is_some() || turns == Turns::Alternating || text.len() > MAX_TEXT {
        return decode_sides(text, format, turns)
            .map(|decoded| Reading::of(text, decoded, Vec::new()));
    }
    let cleaned = clean(text);
    let mut reading = read_clean(cleaned.as_ref(), turns)?;
    if let Some((_, bytes)) = firmware::narrowed(text) {
        reading.decoded.notes.push(Note::SignExtended { bytes });
    }
    if let Some((_, names)) = names::in_numbers(text) {
        reading.decoded.notes.push(Note::NamesRead { names });
    }
    Ok(reading)
}

/// Reads a text in which all means something.
fn read_clean(text: &str, turns: Turns) -> Result<Reading, TextError> {
    if let Some(out) = columns::read(text).or_else(|| byte_lines::read(text)) {
        let decoded = out.finish(Format::LogLines, text);
        let decoded = decoded.map_err(|fault| fault.in_text(text, Format::LogLines))?;
        let mut reading = Reading::of(text, decoded, Vec::new());
        // Anything may be measured in bytes.
        reading.sure = class_of(&reading.decoded) >= Class::Known;
        return Ok(reading);
    }
    // What stands behind it would be read as if nothing were missing.
    if let Some(fault) = hex::letter_for_digit(text) {
        return Err(fault.in_text(text, Format::Hex));
    }
    let written = commented::read(text)
        .map(|out| (Format::CLiteral, out))
        .or_else(|| Some((Format::EscapedString, names::controls(text)?)));
    if let Some((format, out)) = written {
        let decoded = out.finish(format, text);
        let decoded = decoded.map_err(|fault| fault.in_text(text, format))?;
        return Ok(Reading::of(text, decoded, Vec::new()));
    }
    // What stands before the bytes tells their time; among the bytes it is none of them.
    let timed = text;
    let plain = without_times(timed);
    let text = plain.as_deref().unwrap_or(timed);
    let mut strict = decode_sides(text, None, turns);
    if is_json(text)
        && strict
            .as_ref()
            .is_ok_and(|decoded| decoded.format.is_literal())
    {
        // Its names and numbers are no bytes.
        strict = Err(no_bytes(timed));
    }
    let is_log = strict
        .as_ref()
        .is_ok_and(|decoded| is_log_of_packets(text, decoded));
    if is_log {
        // Its strings are names and topics; packets may stand in it all the same.
        strict = Err(no_bytes(timed));
    }
    let is_settled = strict
        .as_ref()
        .is_ok_and(|decoded| is_settled(text, decoded));
    let found = if text.len() <= MAX_SEARCHED && !is_settled {
        let may_be_names = is_log || is_json(text);
        choose(timed, islands::find(text))
            .filter(|choice| !may_be_names || choice.class >= Class::Known)
    } else {
        None
    };
    let is_known = strict
        .as_ref()
        .is_ok_and(|decoded| class_of(decoded) >= Class::Known)
        || found
            .as_ref()
            .is_some_and(|choice| choice.class >= Class::Known);
    if !is_known
        && foreign::is_modem_trace(text)
        && strict.as_ref().map_or(true, is_readable)
        && found
            .as_ref()
            .is_none_or(|choice| choice.class == Class::Nothing)
    {
        // Numbers and names of its answers are no bytes.
        return Err(no_bytes(timed));
    }
    if !is_known && let Some(reading) = short_column(text) {
        return Ok(reading);
    }
    // Someone types hex, and its last byte is half there: that is no reason to look for others.
    if let Err(error) = &strict
        && error.kind == TextErrorKind::OddDigits
        && is_slip(text, error)
        && !found.as_ref().is_some_and(Choice::explains_single_digits)
    {
        return Err(error.clone());
    }
    match (strict, found) {
        (Ok(decoded), Some(choice)) if !is_better(text, &decoded, &choice) => {
            let mut reading = {
                let others = alternatives(text, decoded.format);
                Reading::of(text, decoded, others)
            };
            let format = reading.decoded.format;
            reading.alternatives.extend(
                [choice.format]
                    .into_iter()
                    .chain(choice.alternatives)
                    .filter(|other| *other != format),
            );
            reading.tidy();
            Ok(reading)
        }
        (strict, Some(choice)) if choice.is_likely(text) || strict.is_ok() => choice
            .finish(text)
            .map_err(|fault| fault.in_text(text, Format::Binary)),
        (Ok(decoded), None) if is_words(text, &decoded) => http(timed),
        (Ok(decoded), None) => {
            let others = alternatives(text, decoded.format);
            Ok(Reading::of(text, decoded, others))
        }
        (Err(error), _) if is_slip(text, &error) => Err(
            // The quotes and brackets of a log are no literal that breaks off.
            if error.format.is_literal() && logs_packets(text) {
                no_bytes(timed)
            } else {
                error
            },
        ),
        _ => http(timed),
    }
}

/// HTTP as plain text is named as such; any other text is words without bytes.
fn http(text: &str) -> Result<Reading, TextError> {
    let (start, body) = scan::trim(text);
    // Tools mark the lines of both sides.
    let body = body.trim_start_matches(['>', '<', ' ']);
    let start = start.max(
        text.trim_end_matches(scan::is_blank)
            .len()
            .saturating_sub(body.len()),
    );
    let is_http = foreign::recognize(scan::head(body, 4096).as_bytes()).is_some_and(|found| {
        matches!(found.protocol, Protocol::Http | Protocol::WebSocket)
            && found.confidence == foreign::Confidence::Certain
            && found.what.contains("HTTP")
    });
    let all = text.get(start..).filter(|_| is_http);
    let mut out = Output::default();
    for (at, c) in all.unwrap_or_default().char_indices() {
        out.push_char(
            c,
            start.saturating_add(at)..start.saturating_add(at).saturating_add(c.len_utf8()),
        );
    }
    let decoded = out
        .finish(Format::Binary, text)
        .map_err(|_| no_bytes(text))?;
    Ok(Reading::of(text, decoded, Vec::new()))
}

/// Bytes without leading zeros, one a line among lines of words.
fn short_column(text: &str) -> Option<Reading> {
    let (format, out) = short::column(text)?;
    let decoded = out.finish(format, text).ok()?;
    Some(Reading::of(text, decoded, Vec::new()))
}

/// [`read`] for whoever wants the parts alone.
///
/// # Errors
/// As [`read`].
pub fn read_parts(text: &str, format: Option<Format>) -> Result<TextReading, TextError> {
    if let Some(reading) =
        json::read(text).filter(|_| format.is_none_or(|format| format == Format::Json))
    {
        return Ok(of_json(text, reading));
    }
    match read(text, format, Turns::Marked) {
        Ok(reading) => Ok(reading.into_parts()),
        Err(error)
            if matches!(
                error.kind,
                TextErrorKind::LogWithoutBytes
                    | TextErrorKind::ModemTrace
                    | TextErrorKind::LogInWords
                    | TextErrorKind::TalkOfPackets
                    | TextErrorKind::PacketList
            ) =>
        {
            Ok(TextReading {
                format: Format::Binary,
                other: Some(Other::LogWithoutBytes),
                sure: true,
                parts: Vec::new(),
                alternatives: Vec::new(),
                notes: vec![error.to_string()],
            })
        }
        Err(error) => Err(error),
    }
}

/// What a JSON document holds.
fn of_json(text: &str, json: Json) -> TextReading {
    let mut reading = TextReading {
        format: Format::Json,
        other: Some(Other::Protocol(Protocol::Json)),
        sure: true,
        parts: Vec::new(),
        alternatives: Vec::new(),
        notes: Vec::new(),
    };
    match json {
        Json::Named(foreign) => reading.notes.push(said(&foreign)),
        Json::Recording(found) => {
            let mut bytes = Vec::new();
            let mut starts = Vec::new();
            for part in &found.parts {
                starts.push(foreign::Part {
                    start: bytes.len(),
                    is_first: part.from.map(|from| from == Role::Client),
                });
                bytes.extend_from_slice(&part.bytes);
            }
            let examined = foreign::examine(&bytes, &starts, 0);
            let inner = examined.and_then(|examined| examined.foreign);
            reading.other = inner.as_ref().map(|inner| Other::Protocol(inner.protocol));
            reading.notes.push(found.what);
            reading.notes.extend(inner.as_ref().map(said));
            reading.notes.extend(found.notes);
            if found.has_text_frame {
                reading
                    .notes
                    .push("MQTT came in WebSocket text frames, which must be binary".to_owned());
            }
            reading.parts = found.parts;
            for part in &mut reading.parts {
                part.from = part.from.or_else(|| super::plausible::sender(&part.bytes));
                if part.start == part.end {
                    // Somewhere in the document: its string was written with escapes.
                    (part.start, part.end) = (0, text.len());
                }
            }
        }
    }
    reading
}

fn said(foreign: &Foreign) -> String {
    format!("{}. {}", foreign.what, foreign.advice)
}

/// Whether a long text is hex from its beginning to its end, without times, and reads as packets: nothing else in it
/// can be likelier.
fn is_settled(text: &str, strict: &Decoded) -> bool {
    text.len() >= LONG
        && strict.format == Format::Hex
        && accounts_for(text, strict)
        && text.lines().take(64).find_map(islands::line_time).is_none()
        && class_of(strict) == Class::Sound
}

/// Whether the islands account for the text better than one format for all of it does.
fn is_better(text: &str, strict: &Decoded, choice: &Choice) -> bool {
    let (ours, theirs) = (choice.class, class_of(strict));
    let all = choice.len();
    let is_all_digits = match strict.format {
        Format::Hex | Format::Base64 | Format::Base64Url | Format::DataUrl => true,
        // Lines of words among those with escapes are no bytes of a string.
        Format::EscapedString => text
            .lines()
            .all(|line| line.contains(['\\', '%']) || scan::trim(line).1.is_empty()),
        _ => false,
    };
    if !choice.is_likely(text) {
        return false;
    }
    // Of a line's words the strict reader takes the last bytes alone: `received 20 02 00 05 (expected 20 02 00 00)`.
    let ignores_starts = strict
        .notes
        .iter()
        .any(|note| matches!(note, Note::PrefixesIgnored { .. }));
    if ignores_starts && choice.has_packets_outside(&strict.source) {
        return true;
    }
    // Of both sides, what stands around the packets is known too: nothing of it may be left out.
    if strict.marks.is_some() && strict.bytes.len() >= all && holds_packets(strict) {
        return false;
    }
    // Marked hex from the beginning to the end: a packet at fault in it is one of it all the same.
    if strict.marks.is_some()
        && is_all_digits
        && accounts_for(text, strict)
        && strict.bytes.len() > all
    {
        return false;
    }
    let ignores = strict
        .notes
        .iter()
        .any(|note| matches!(note, Note::LinesIgnored { .. }));
    if choice.bytes().starts_with(&strict.bytes) && strict.format.is_literal() && theirs >= ours {
        return false;
    }
    if choice.has_times() && ours >= theirs && all >= strict.bytes.len() {
        return true;
    }
    // Numbers that their indexes count are one packet, not one in each line.
    if choice.format == Format::IndexTable
        && choice.parts() < strict.parts.len()
        && all == strict.bytes.len()
    {
        return true;
    }
    // An Erlang binary says what it is; strings in quotes around it are the words of a crash report.
    if choice.format == Format::ErlangBinary && strict.format.is_literal() && ours >= theirs {
        return true;
    }
    // Groups of eight noughts and ones are bits; brackets around hex are those of a tool.
    if choice.format == Format::BinaryDigits && all >= 2
        || choice.format == Format::NsData && choice.parts() > 1 && all == strict.bytes.len()
    {
        return true;
    }
    if is_all_digits && strict.marks.is_none() && accounts_for(text, strict) {
        return choice.is_other_digits() && ours > theirs;
    }
    if strict.format == Format::WiresharkFollow {
        return false;
    }
    match ours.cmp(&theirs) {
        core::cmp::Ordering::Greater => true,
        core::cmp::Ordering::Less => false,
        core::cmp::Ordering::Equal => {
            all > strict.bytes.len() || ignores && all == strict.bytes.len() && choice.has_sides()
        }
    }
}

/// Whether packets are found inside something else, such as WebSocket frames, beyond doubt.
fn holds_packets(strict: &Decoded) -> bool {
    let parts = strict.parts.iter().map(|part| foreign::Part {
        start: part.start,
        is_first: part.side.map(|side| side == Side::First),
    });
    let parts: Vec<_> = parts.collect();
    foreign::examine(&strict.bytes, &parts, 0).is_some_and(|examined| examined.is_sure)
}

/// Whether nearly all letters and digits of a text stand for the bytes.
fn accounts_for(text: &str, decoded: &Decoded) -> bool {
    let signs = text.bytes().filter(u8::is_ascii_alphanumeric).count();
    let per_byte = match decoded.format {
        Format::Base64 | Format::Base64Url | Format::DataUrl => 1,
        _ => 2,
    };
    decoded
        .bytes
        .len()
        .saturating_mul(per_byte)
        .saturating_mul(10)
        >= signs.saturating_mul(8)
}

/// Whether all bytes are characters of words.
fn is_readable(decoded: &Decoded) -> bool {
    decoded.format.is_literal()
        && decoded
            .bytes
            .iter()
            .all(|byte| matches!(byte, b' '..=b'~' | 0x80..))
}

/// Whether a text is JSON with names in it, not a list of numbers.
fn is_json(text: &str) -> bool {
    let (_, body) = scan::trim(text);
    let head = scan::head(body, 4096);
    let opens = head.starts_with('{')
        || head
            .strip_prefix('[')
            .is_some_and(|rest| rest.trim_start().starts_with('{'));
    opens && head.contains("\":") && body.ends_with(['}', ']'])
}

/// Whether a line says that a packet was sent or received.
fn logs_packets(text: &str) -> bool {
    let tells = |line: &str| {
        let mut words = scan::words(line).map(|(_, word)| word.trim_end_matches([':', ',']));
        let verb = |word: &str| {
            let word = word.rsplit([':', ']']).next().unwrap_or(word);
            ["sending", "received", "sent", "receiving"]
                .iter()
                .any(|verb| verb.eq_ignore_ascii_case(word))
        };
        words.any(verb) && words.next().is_some_and(tells_of_packets)
    };
    scan::head(text, 64 << 10).lines().any(tells)
}

/// Whether a text is a log of packets, and what was read only the names in it: `client_id=b'sensor1'`.
fn is_log_of_packets(text: &str, decoded: &Decoded) -> bool {
    // Codes such as `(0, 5)` are lists of numbers too, but short ones.
    let is_name = |bytes: &[u8]| {
        bytes.len() <= 3
            || bytes
                .iter()
                .all(|byte| matches!(byte, b' '..=b'~' | 0x80..))
    };
    let ends = decoded.parts.iter().skip(1).map(|part| part.start);
    let mut parts = decoded.parts.iter().zip(ends.chain([decoded.bytes.len()]));
    let are_names = if decoded.parts.is_empty() {
        is_name(&decoded.bytes)
    } else {
        parts.all(|(part, end)| is_name(decoded.bytes.get(part.start..end).unwrap_or_default()))
    };
    decoded.format.is_literal()
        && class_of(decoded) <= Class::Possible
        && are_names
        && logs_packets(text)
}

/// Whether a strict reading is prose taken for base64 or the like.
fn is_words(text: &str, decoded: &Decoded) -> bool {
    let guessed = matches!(
        decoded.format,
        Format::Base64 | Format::Base64Url | Format::EscapedString
    );
    let few = detect(text)
        .first()
        .is_none_or(|best| best.confidence == super::Confidence::Possible);
    guessed
        && few
        && class_of(decoded) < Class::Framed
        && scan::words(text).count() > 0
        && text
            .bytes()
            .all(|b| b.is_ascii_alphabetic() || b.is_ascii_whitespace())
        || decoded.format == Format::CLiteral
            && !text.contains('\\')
            && !text.contains(|c: char| c.is_ascii_digit())
}

/// Whether a text is in the format that the error names, but for a slip of the finger.
fn is_slip(text: &str, error: &TextError) -> bool {
    // A time before other things is that of a log.
    if islands::line_time(&error.found).is_some() {
        return false;
    }
    if matches!(
        error.kind,
        TextErrorKind::Unrecognised | TextErrorKind::NoBytes
    ) {
        return text.chars().all(scan::is_blank);
    }
    let digits = text.bytes().filter(u8::is_ascii_hexdigit).count();
    let letters = text.chars().filter(|c| c.is_alphanumeric()).count();
    let words = scan::words(text)
        .filter(|(_, word)| {
            word.chars()
                .filter(|c| c.is_alphabetic() && !c.is_ascii_hexdigit())
                .count()
                >= 3
        })
        .count();
    // A quote among many words is that of a log, no literal that lost its end.
    if error.kind == TextErrorKind::Unterminated && words > 8 && !text.contains("\\x") {
        return false;
    }
    digits.saturating_mul(4) >= letters.saturating_mul(3) && words <= 1
        || !matches!(error.format, Format::Hex | Format::LogLines)
}

/// What a text may be instead: all but the likeliest, unless another than that was read.
fn alternatives(text: &str, read: Format) -> Vec<Format> {
    let formats: Vec<Format> = detect(text)
        .iter()
        .map(|candidate| candidate.format)
        .collect();
    let is_other = read == Format::Hex && formats.first() == Some(&Format::NumberList);
    formats.into_iter().skip(usize::from(!is_other)).collect()
}

/// How well a strict reading's bytes read, each side on its own.
fn class_of(decoded: &Decoded) -> Class {
    let sides = [Some(Side::First), Some(Side::Second)];
    let whole = class(&decoded.bytes);
    if decoded.marks.is_none() {
        return whole;
    }
    sides
        .iter()
        .map(|side| side_bytes(decoded, *side))
        .filter(|bytes| !bytes.is_empty())
        .map(|bytes| class(&bytes))
        .min()
        .unwrap_or(whole)
}

fn side_bytes(decoded: &Decoded, side: Option<Side>) -> Vec<u8> {
    let ends = decoded.parts.iter().skip(1).map(|part| part.start);
    let parts = decoded.parts.iter().zip(ends.chain([decoded.bytes.len()]));
    parts
        .filter(|(part, _)| part.side == side)
        .filter_map(|(part, end)| decoded.bytes.get(part.start..end))
        .collect::<Vec<_>>()
        .concat()
}

fn ends(starts: &[(usize, Option<Side>)], all: usize) -> Vec<usize> {
    starts
        .iter()
        .skip(1)
        .map(|(start, _)| *start)
        .chain([all])
        .collect()
}

/// The side that a role is shown as.
pub(super) const fn side_of(role: Role) -> Side {
    match role {
        Role::Client => Side::First,
        Role::Server => Side::Second,
    }
}

#[cfg(test)]
mod tests;
