//! Strings in quotes among words: escapes of shells and languages, system calls, hex in quotes.

use core::ops::Range;

use super::super::escape::{self, Escapes};
use super::super::notations::caret;
use super::super::output::Output;
use super::super::plausible::{Class, class};
use super::super::scan::{self, Quote, is_blank, quote};
use super::super::{Format, base64};
use super::{Island, Strength};

/// The string whose quote opens at `at`: its body, and where it ends. It ends in its line.
pub(super) fn body(text: &str, at: usize, line_end: usize) -> Option<(Range<usize>, usize)> {
    let rest = text.get(at..line_end)?;
    let first = rest.chars().next()?;
    let kind = quote(first)?;
    let start = at.saturating_add(first.len_utf8());
    let mut escaped = false;
    for (i, c) in text.get(start..line_end)?.char_indices() {
        if quote(c) == Some(kind) && !escaped {
            return Some((
                start..start.saturating_add(i),
                start.saturating_add(i).saturating_add(c.len_utf8()),
            ));
        }
        escaped = c == '\\' && !escaped;
    }
    None
}

/// A string with escapes that make bytes.
pub(super) fn escapes(text: &str, at: usize, body: Range<usize>, end: usize) -> Option<Island> {
    let inside = text.get(body.clone())?;
    let before = scan::tail(text.get(..at)?, 48);
    let line = before.rfind('\n').map_or(before, |nl| {
        before.get(nl.saturating_add(1)..).unwrap_or_default()
    });
    let python = before.ends_with(['b', 'B'])
        && !before
            .trim_end_matches(['b', 'B', 'r', 'R'])
            .ends_with(|c: char| c.is_alphanumeric());
    if !(inside.contains("\\x")
        || inside.contains("\\0")
        || python && inside.contains('\\')
        || has_octal(inside))
    {
        return None;
    }
    let echo = ["echo -e", "echo -n", "printf"]
        .iter()
        .any(|command| line.contains(command));
    let (format, escapes) = if echo {
        (Format::ShellString, Escapes::shell())
    } else if python {
        (Format::PythonLiteral, Escapes::of(Format::PythonLiteral))
    } else {
        (Format::CLiteral, Escapes::of(Format::CLiteral))
    };
    let mut out = Output::default();
    let is_read = escape::decode(&mut out, text, body.clone(), escapes).is_ok();
    let mut format = format;
    if format == Format::CLiteral && escape::may_be_lua(inside, is_read.then_some(out.bytes())) {
        let mut lua = Output::default();
        let escapes = Escapes::of(Format::LuaLiteral);
        let is_lua = escape::decode(&mut lua, text, body, escapes).is_ok();
        if is_lua && class(lua.bytes()) >= Class::Framed {
            (out, format) = (lua, Format::LuaLiteral);
        } else if !is_read {
            return None;
        }
    } else if !is_read {
        return None;
    }
    let strength = if out.len() >= 4 || echo {
        Strength::Strong
    } else {
        Strength::Ordinary
    };
    (out.len() > 0).then(|| Island::new(at..end, format, strength, out))
}

/// Whether a string has an escape of octal digits.
fn has_octal(text: &str) -> bool {
    text.as_bytes()
        .windows(2)
        .any(|pair| matches!(pair, [b'\\', b'0'..=b'9']))
}

/// Calls that a trace shows with what they wrote or read.
const CALLS: [(&str, bool); 10] = [
    ("sendto(", true),
    ("sendmsg(", true),
    ("send(", true),
    ("writev(", true),
    ("write(", true),
    ("recvfrom(", false),
    ("recvmsg(", false),
    ("recv(", false),
    ("readv(", false),
    ("read(", false),
];

/// A line of `strace`: `sendto(3, "\300\0", 2, …) = 2`.
pub(super) fn system_call(text: &str, start: usize, line: &str) -> Option<SystemCall> {
    let head = scan::head(line, 96);
    // Most lines have no call, and need not be searched ten times for one.
    if !head.contains('(') {
        return None;
    }
    let (call, place, sent) = CALLS.iter().find_map(|&(call, sent)| {
        let place = head.find(call)?;
        let before = line.get(..place)?.chars().next_back();
        before
            .is_none_or(|c| !c.is_alphanumeric() && c != '_')
            .then_some((call, place, sent))
    })?;
    let arguments = line.get(place.saturating_add(call.len())..)?;
    if !arguments.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let quote_at = place
        .saturating_add(call.len())
        .saturating_add(scan::head(arguments, 200).find('"').unwrap_or(0));
    let result = line
        .rfind(") = ")
        .and_then(|at| line.get(at.saturating_add(4)..))
        .map(|rest| rest.split(is_blank).next().unwrap_or_default());
    let failed = result.is_some_and(|result| result.starts_with('-') || result == "?");
    let failed = failed || line.contains("EAGAIN");
    if failed || !line.get(quote_at..)?.starts_with('"') {
        return Some(SystemCall::Empty);
    }
    let (body, end) = body(
        text,
        start.saturating_add(quote_at),
        start.saturating_add(line.len()),
    )?;
    let mut out = Output::default();
    escape::decode(&mut out, text, body.clone(), Escapes::of(Format::CLiteral)).ok()?;
    let returned: Option<usize> = result.and_then(|result| result.parse().ok());
    let mut cut = None;
    if let Some(returned) = returned {
        if returned < out.len() {
            out.truncate(returned);
        } else if returned > out.len() {
            cut = Some(Some(returned.saturating_sub(out.len())));
        }
    } else if text.get(end..).is_some_and(|rest| rest.starts_with("...")) {
        cut = Some(None);
    }
    if out.len() == 0 {
        return Some(SystemCall::Empty);
    }
    let mut island = Island::new(
        start.saturating_add(quote_at)..end,
        Format::Strace,
        Strength::Strong,
        out,
    );
    island.cut = cut;
    island.sent = Some(sent);
    Some(SystemCall::Bytes(Box::new(island)))
}

/// What a traced system call holds.
pub(super) enum SystemCall {
    Bytes(Box<Island>),
    /// It failed, or moved nothing.
    Empty,
}

/// Escapes outside quotes: `\x10\x0c`, up to the blank that ends them; `\x100c…` of Postgres.
pub(super) fn bare(text: &str, at: usize, line_end: usize) -> (Option<Island>, usize) {
    let rest = text.get(at..line_end).unwrap_or_default();
    if !rest.starts_with("\\x") {
        return (None, at.saturating_add(1));
    }
    // A word whose escapes are broken is passed over as a whole, so that no part is read again.
    let len = rest.find(is_blank).unwrap_or(rest.len());
    let island = rest.get(..len).and_then(|word| bare_word(text, at, word));
    let end = island
        .as_ref()
        .map_or(at.saturating_add(len), |island| island.range.end);
    (island, end)
}

/// Percent signs as in addresses, which some modems take for bytes: `%10%3e%00%04MQTT`; or carets as terminals show
/// control characters: `^P^M^@^DMQTT`. Addresses and topics have them too, so the bytes must read as packets, or as
/// another protocol.
pub(super) fn percent(text: &str, at: usize, line_end: usize) -> (Option<Island>, usize) {
    let rest = text.get(at..line_end).unwrap_or_default();
    // What begins with no byte is passed over sign by sign, what does is read but once.
    let is_caret = caret(rest).is_some();
    if !is_caret && !rest.get(1..3).is_some_and(scan::is_hex) {
        return (None, at.saturating_add(1));
    }
    // Among carets a blank is a byte.
    let len = rest
        .find(|c: char| !is_caret && is_blank(c) || matches!(c, '"' | '`'))
        .unwrap_or(rest.len());
    let word = rest.get(..len).unwrap_or_default();
    let mut out = Output::default();
    let mut escapes = 0_usize;
    let mut place = 0;
    while let Some(c) = word.get(place..).and_then(|rest| rest.chars().next()) {
        let digits = word
            .get(place.saturating_add(1)..place.saturating_add(3))
            .filter(|_| c == '%');
        let (value, width) = if is_caret {
            (word.get(place..).and_then(caret), 2)
        } else {
            let digits = digits.filter(|digits| scan::is_hex(digits));
            let value = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
            (value, 3)
        };
        let next = place.saturating_add(value.map_or(c.len_utf8(), |_| width));
        match value {
            Some(byte) => {
                escapes = escapes.saturating_add(1);
                out.push(byte, at.saturating_add(place)..at.saturating_add(next));
            }
            None => out.push_char(c, at.saturating_add(place)..at.saturating_add(next)),
        }
        place = next;
    }
    let is_taken = escapes >= 2 && class(out.bytes()) >= Class::Known;
    let island = is_taken.then(|| {
        Island::new(
            at..at.saturating_add(len),
            Format::EscapedString,
            Strength::Strong,
            out,
        )
    });
    (island, at.saturating_add(len.max(1)))
}

fn bare_word(text: &str, at: usize, word: &str) -> Option<Island> {
    let word = word.trim_end_matches(['\'', '"', '`', ',', ')', ';']);
    let range = at..at.saturating_add(word.len());
    let mut out = Output::default();
    let digits = word.strip_prefix("\\x")?;
    if scan::is_hex(digits) && digits.len() > 2 && digits.len().is_multiple_of(2) {
        super::super::hex::decode(&mut out, text, at.saturating_add(2)..range.end).ok()?;
        let strength = if digits.len() >= 16 {
            Strength::Strong
        } else {
            Strength::Ordinary
        };
        return Some(Island::new(range, Format::Bytea, strength, out));
    }
    if word.matches("\\x").count() < 2 {
        return None;
    }
    escape::decode(
        &mut out,
        text,
        range.clone(),
        Escapes::of(Format::EscapedString),
    )
    .ok()?;
    Some(Island::new(
        range,
        Format::EscapedString,
        Strength::Strong,
        out,
    ))
}

/// A word of base64.
pub(super) fn base64_word(text: &str, range: Range<usize>) -> Option<Island> {
    let mut out = Output::default();
    base64::decode(&mut out, text, range.clone()).ok()?;
    out.forget_notes();
    (out.len() > 0).then(|| Island::new(range, Format::Base64, Strength::Weak, out))
}

/// Whether a quote may open a string here: an apostrophe within a word does not.
pub(super) fn opens(text: &str, at: usize, c: char) -> bool {
    let before = text.get(..at).and_then(|before| before.chars().next_back());
    quote(c) != Some(Quote::Single)
        || before.is_none_or(|before| !before.is_alphanumeric() || matches!(before, 'b' | 'B'))
}
