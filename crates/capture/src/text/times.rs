//! Clock times that lines begin with, without fractions: `12:30:45 10 0d 00 04` is a time and four bytes, though all of
//! it is digits with what may stand between bytes.

use core::ops::Range;

use super::hex;
use super::output::Output;
use super::plausible::{Class, class};
use super::scan::{self, is_blank, is_hex};

/// A time at the beginning of a line.
struct Stamp {
    /// Where it and what parts it from the rest end, in the line.
    end: usize,
    /// Seconds of the day; of `12:30` those of an hour, which grow alike.
    seconds: u32,
    has_seconds: bool,
    has_date: bool,
}

/// The text with other signs in the times, where bytes may follow them: no hex is written so. Every place stays the same.
pub(super) fn without_times(text: &str) -> Option<String> {
    let (mut lines, mut count, mut bytes) = (0_usize, 0_usize, 0_usize);
    let mut last: Option<Stamp> = None;
    let mut all_seconds = true;
    for (_, line) in scan::lines(text) {
        if line.trim_matches(is_blank).is_empty() {
            continue;
        }
        lines = lines.saturating_add(1);
        let Some(stamp) = stamp(line) else {
            // Most texts have none.
            if lines > 64 && count.saturating_mul(2) < lines {
                return None;
            }
            continue;
        };
        count = count.saturating_add(1);
        bytes = bytes.saturating_add(usize::from(begins_bytes(line.get(stamp.end..)?)));
        all_seconds &= stamp.has_seconds;
        // Times grow, but for midnight and where a date says so.
        let fits = last.as_ref().is_none_or(|last| {
            stamp.has_date
                || stamp.seconds >= last.seconds
                || last.seconds >= 23 * 3600 && stamp.seconds < 3600
        });
        if !fits {
            return None;
        }
        last = Some(stamp);
    }
    let enough = match all_seconds {
        true => count.saturating_mul(2) >= lines,
        false => count == lines,
    };
    if bytes == 0 || !enough || count < 2 && !is_one(text) {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    for (start, line) in scan::lines(text) {
        out.push_str(text.get(out.len()..start)?);
        let head = line.get(..stamp(line).map_or(0, |stamp| stamp.end))?;
        let digits = head.trim_end_matches(|c: char| !c.is_ascii_digit()).len();
        for (at, c) in head.char_indices() {
            match c {
                ':' | '-' | '/' if at < digits => out.push('.'),
                // Bytes follow on what sets them apart.
                _ if at.saturating_add(1) == digits => out.push('='),
                // What parts a time from bytes may part bytes too.
                ',' | ';' | ':' | '-' | '|' | ']' | ')' => out.push(' '),
                _ => out.push(c),
            }
        }
    }
    out.push_str(text.get(out.len()..)?);
    Some(out)
}

/// Whether the only time of a text is one: what follows are packets, and with the time before them they are none.
fn is_one(text: &str) -> bool {
    let class_of = |range: Range<usize>| {
        let mut out = Output::default();
        let is_read = hex::decode(&mut out, text, range).is_ok();
        if is_read {
            class(out.bytes())
        } else {
            Class::Nothing
        }
    };
    let (start, body) = scan::trim(text);
    let Some(stamp) = stamp(body) else {
        return false;
    };
    let all = start..start.saturating_add(body.len());
    let rest = class_of(start.saturating_add(stamp.end)..all.end);
    rest >= Class::Framed && rest > class_of(all)
}

/// Whether a text begins with a group of digits, in brackets or not.
fn begins_bytes(rest: &str) -> bool {
    let rest = rest.trim_start_matches(|c: char| is_blank(c) || "<>[({\"'".contains(c));
    let len = rest.find(|c: char| !c.is_ascii_alphanumeric());
    let word = rest.get(..len.unwrap_or(rest.len())).unwrap_or_default();
    is_hex(word.strip_prefix("0x").unwrap_or(word))
}

/// The time that a line begins with.
fn stamp(line: &str) -> Option<Stamp> {
    let rest = line.trim_start_matches(is_blank);
    let close = match rest.chars().next()? {
        '[' => Some(']'),
        '(' => Some(')'),
        _ => None,
    };
    let rest = rest.get(usize::from(close.is_some())..)?;
    let dated = behind_date(rest);
    let (hours, rest) = number(dated.unwrap_or(rest))?;
    let (minutes, rest) = pair(rest)?;
    let seconds = pair(rest);
    let rest = seconds.map_or(rest, |(_, rest)| rest);
    let second = seconds.map_or(0, |(second, _)| second);
    if hours > 23 || minutes > 59 || second > 60 {
        return None;
    }
    let rest = match close {
        // A terminal may set a colon before the milliseconds: `[11:02:44:001]`.
        Some(close) => behind_millis(rest).strip_prefix(close)?,
        None => rest,
    };
    let apart = rest.strip_prefix([',', ';']).unwrap_or(rest);
    let is_apart = apart.len() < rest.len() || close.is_some();
    let bare = apart.trim_start_matches(is_blank);
    // Milliseconds are read with the time.
    let digits = bare
        .find(|c: char| !c.is_ascii_hexdigit())
        .unwrap_or(bare.len());
    if is_apart && bare.len() == apart.len() && digits == 3 {
        return None;
    }
    let marks = bare.strip_prefix(['|', ':', '-']).unwrap_or(bare);
    let is_marked = marks.len() < bare.len() && marks.starts_with(is_blank);
    let rest = if is_marked {
        marks
    } else if is_apart || bare.len() < apart.len() {
        bare
    } else {
        return None;
    };
    let body = rest.trim_start_matches(is_blank);
    // Hex in groups of two bytes goes on so.
    if body.is_empty() || seconds.is_none() && number(body).is_some_and(|(_, b)| b.starts_with(':'))
    {
        return None;
    }
    let seconds_of = |hours: u32| {
        hours
            .saturating_mul(60)
            .saturating_add(minutes)
            .saturating_mul(60)
    };
    Some(Stamp {
        end: line.len().saturating_sub(body.len()),
        seconds: seconds_of(hours).saturating_add(second),
        has_seconds: seconds.is_some(),
        has_date: dated.is_some(),
    })
}

/// What follows milliseconds behind a colon.
fn behind_millis(rest: &str) -> &str {
    let millis = rest
        .strip_prefix(':')
        .and_then(|rest| rest.split_at_checked(3));
    millis
        .filter(|(digits, _)| digits.bytes().all(|b| b.is_ascii_digit()))
        .map_or(rest, |(_, rest)| rest)
}

/// What follows a date and a blank: `2024-05-01 `, `01.05.2024 `.
fn behind_date(text: &str) -> Option<&str> {
    let word = text.split(is_blank).next()?;
    let mut parts = word.split(['-', '.', '/']);
    let numbers = [parts.next()?, parts.next()?, parts.next()?];
    let is_year = |part: &&&str| part.len() == 4;
    let fits = numbers
        .iter()
        .all(|part| matches!(part.len(), 1 | 2 | 4) && part.bytes().all(|b| b.is_ascii_digit()));
    let rest = text.get(word.len()..)?.trim_start_matches(is_blank);
    (fits && parts.next().is_none() && numbers.iter().filter(is_year).count() <= 1).then_some(rest)
}

/// A number of one or two digits, and what follows.
fn number(text: &str) -> Option<(u32, &str)> {
    let len = text
        .find(|c: char| !c.is_ascii_digit())
        .filter(|len| (1..=2).contains(len))?;
    let (digits, rest) = text.split_at_checked(len)?;
    Some((digits.parse().ok()?, rest))
}

/// `:30` and what follows, which is not another digit.
fn pair(text: &str) -> Option<(u32, &str)> {
    let (digits, rest) = text.strip_prefix(':')?.split_at_checked(2)?;
    let fits = digits.bytes().all(|b| b.is_ascii_digit())
        && !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '.');
    Some((digits.parse().ok().filter(|_| fits)?, rest))
}
