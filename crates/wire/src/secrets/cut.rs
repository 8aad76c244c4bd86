//! The password of a CONNECT whose front is cut off: without its name nothing says for certain that it is one.

use core::ops::Range;

use super::{NAMES, field, skip_properties};
use crate::frame::{self, Header};

/// How far behind the beginning the fields of a CONNECT are looked for.
const FAR: usize = 4096;

/// Which of the bytes are the password of a CONNECT that begins before them, or may be. Bytes that are whole packets begin with
/// none.
pub(super) fn password(bytes: &[u8]) -> Option<Range<usize>> {
    if bytes.is_empty() || is_whole(bytes) {
        return None;
    }
    behind_header(bytes).or_else(|| behind_fields(bytes))
}

/// Whether bytes are whole packets and nothing else.
fn is_whole(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some(&first) = rest.first() {
        let whole = match frame::header(rest) {
            Header::Complete { len, .. } => rest.get(len..),
            _ => None,
        };
        match whole {
            Some(behind) if first >> 4 != 0 => rest = behind,
            _ => return false,
        }
    }
    true
}

/// The password where the beginning is the end of a CONNECT's variable header: a piece of the name, version, flags and Keep
/// Alive, of which the flags at least are there.
fn behind_header(bytes: &[u8]) -> Option<Range<usize>> {
    // From the whole name with the last byte of its length down to the flags alone.
    (3..=11_usize).rev().find_map(|fields| {
        let (flags_at, header) = (fields.checked_sub(3)?, bytes.get(..fields)?);
        let flags = *header.get(flags_at)?;
        let fits = flags & 0x41 == 0x40 && flags & 0x18 != 0x18;
        let version = flags_at.checked_sub(1).and_then(|at| header.get(at));
        let name = header.get(..flags_at.saturating_sub(1)).unwrap_or_default();
        let is_version = version.is_none_or(|version| matches!(version & 0x7f, 3..=5));
        if !fits || !is_version || !NAMES.iter().any(|whole| ends_with(whole, name)) {
            return None;
        }
        let versions: &[bool] = match version {
            Some(version) => &[version & 0x7f == 5],
            None => &[false, true],
        };
        let mut walked = versions
            .iter()
            .filter_map(|&is_v5| walk(bytes, fields, flags, is_v5));
        // Where its name is there, it is a CONNECT, and what cannot be told apart is starred.
        let rest = (!name.is_empty()).then_some(fields..bytes.len());
        walked.next().or(rest)
    })
}

/// Whether a protocol name with the last byte of its length ends so.
fn ends_with(whole: &[u8], end: &[u8]) -> bool {
    match end.split_first() {
        Some((&len, name)) if name == whole => usize::from(len) == whole.len(),
        _ => whole.ends_with(end),
    }
}

/// The password behind the other fields, which begin at `fields`; its end may be cut off, too.
fn walk(bytes: &[u8], fields: usize, flags: u8, is_v5: bool) -> Option<Range<usize>> {
    let mut place = field(bytes, skip_properties(bytes, fields, is_v5)?)?;
    if flags & 0x04 != 0 {
        place = skip_properties(bytes, place, is_v5)?;
        place = field(bytes, field(bytes, place)?)?;
    }
    if flags & 0x80 != 0 {
        place = field(bytes, place)?;
    }
    let start = place.checked_add(2).filter(|start| *start < bytes.len())?;
    let end = field(bytes, place).unwrap_or(bytes.len());
    (end == bytes.len() || is_whole(bytes.get(end..)?)).then_some(start..end)
}

/// The last of the fields that a CONNECT ends with, where more than its header is gone: behind another one, or behind the rest
/// of one. Both are characters.
fn behind_fields(bytes: &[u8]) -> Option<Range<usize>> {
    (0..bytes.len().min(FAR)).find_map(|at| {
        let end = text(bytes, at)?;
        let begun = bytes.get(..at)?;
        let (start, end) = match text(bytes, end) {
            Some(last) => (end, last),
            // Of the field before it only the end is there.
            None if is_rest(begun) => (at, end),
            None => return None,
        };
        let is_end = end == bytes.len() || is_whole(bytes.get(end..)?);
        is_end.then(|| start.saturating_add(2)..end)
    })
}

/// Whether bytes are the end of a field of characters, perhaps with the last byte of its length.
fn is_rest(bytes: &[u8]) -> bool {
    let are_text = |bytes: &[u8]| bytes.iter().all(|byte| *byte >= b' ');
    bytes.split_first().is_some_and(|(first, rest)| {
        are_text(rest) && (*first >= b' ' || usize::from(*first) == rest.len())
    })
}

/// The end of a field of characters, which are one at least.
fn text(bytes: &[u8], at: usize) -> Option<usize> {
    let end = field(bytes, at)?;
    let content = bytes.get(at.checked_add(2)?..end)?;
    let is_text = !content.is_empty() && content.iter().all(|byte| *byte >= b' ');
    is_text.then_some(end)
}
