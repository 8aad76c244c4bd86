//! Log lines: `12:00:01.123 TX: 10 0c 00 …`.

use super::error::Fault;
use super::output::Output;
use super::scan::{self, is_hex, words};
use super::{Note, TextErrorKind, hex};

/// Where the hex at the end of a line begins, if something else stands before it.
///
/// Read from the end, so that a time or a length in front is not taken for bytes.
pub(super) fn hex_tail(line: &str) -> Option<usize> {
    let mut tail = None;
    for (at, word) in words(line).rev() {
        let bare = word.trim_end_matches([',', ';', ']', '>', ')', '}']);
        let bare = bare.trim_start_matches(['[', '<', '(', '{']);
        let digits = bare.strip_prefix("0x").unwrap_or(bare);
        let pairs = digits.len() % 2 == 0 && is_hex(digits);
        // A last word of pairs with colons or dashes is a whole packet.
        let joined = tail.is_none()
            && digits.len() >= 5
            && [':', '-', ','].iter().any(|sep| {
                digits.contains(*sep)
                    && digits.split(*sep).all(|pair| {
                        is_hex(pair.strip_prefix("0x").unwrap_or(pair)) && pair.len() % 2 == 0
                    })
            });
        if joined {
            return Some(at);
        }
        if !pairs {
            break;
        }
        tail = Some(at);
    }
    tail
}

/// Whether every line ends in hex, and at least one has something before it.
pub(super) fn looks_like_log(text: &str) -> bool {
    let mut prefixed = false;
    for (_, line) in scan::lines(text) {
        let (start, body) = scan::trim(line);
        if body.is_empty() {
            continue;
        }
        match hex_tail(line) {
            // No packet is shorter than two bytes; a word of prose may be.
            Some(at) if at > start && line.get(at..).is_some_and(|tail| tail.trim().len() < 4) => {
                return false;
            }
            Some(at) => prefixed |= at > start,
            None => return false,
        }
    }
    prefixed
}

pub(super) fn decode(out: &mut Output, text: &str) -> Result<(), Fault> {
    let mut prefixes = 0_usize;
    for (start, line) in scan::lines(text) {
        let (indent, body) = scan::trim(line);
        if body.is_empty() {
            continue;
        }
        let Some(at) = hex_tail(line) else {
            let word = words(line)
                .last()
                .map_or(0..0, |(at, word)| at..at.saturating_add(word.len()));
            return Err(Fault::over(
                start.saturating_add(word.start)..start.saturating_add(word.end),
                TextErrorKind::NotHex,
            ));
        };
        // A line that is all hex goes on where the one above broke.
        if at > indent {
            prefixes = prefixes.saturating_add(1);
            out.begin_part(None);
        }
        hex::decode(
            out,
            text,
            start.saturating_add(at)..start.saturating_add(line.len()),
        )?;
    }
    out.note(Note::PrefixesIgnored { lines: prefixes });
    Ok(())
}
