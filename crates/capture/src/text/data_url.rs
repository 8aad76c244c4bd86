//! `data:` addresses, as base64 or percent-encoded.

use percent_encoding::percent_decode_str;

use super::TextErrorKind;
use super::base64;
use super::error::Fault;
use super::output::Output;
use super::scan::{find_ignoring_case, trim};

/// What a data address begins with, in any case.
pub(super) const SCHEME: &str = "data:";

pub(super) fn decode(out: &mut Output, text: &str) -> Result<(), Fault> {
    let (start, url) = trim(text);
    let comma = Fault::over(
        start..start.saturating_add(url.len().min(SCHEME.len())),
        TextErrorKind::NoComma,
    );
    let (head, data) = url.split_once(',').ok_or(comma)?;
    let at = start.saturating_add(head.len()).saturating_add(1);
    if find_ignoring_case(head, ";base64")
        .is_some_and(|i| i.saturating_add(";base64".len()) == head.len())
    {
        // Inside an address even base64's signs may be percent-encoded; that is rare, and then the
        // places of single bytes are lost.
        if data.contains('%') {
            let plain: String = percent_decode_str(data).map(char::from).collect();
            let mut inner = Output::default();
            base64::decode(&mut inner, &plain, 0..plain.len())
                .map_err(|fault| Fault::over(at..at.saturating_add(data.len()), fault.kind))?;
            out.push_all_at(inner, at..at.saturating_add(data.len()));
            return Ok(());
        }
        return base64::decode(out, text, at..at.saturating_add(data.len()));
    }
    let mut place = at;
    for byte in percent_decode_str(data) {
        // The decoder gives back one byte for three characters or for one.
        let hex = data.get(place.saturating_sub(at)..).is_some_and(|rest| {
            rest.strip_prefix('%')
                .and_then(|rest| rest.get(..2))
                .is_some_and(super::scan::is_hex)
        });
        let end = place.saturating_add(if hex { 3 } else { 1 });
        // The bytes of one character all stand where the character stands.
        out.push(
            byte,
            text.floor_char_boundary(place)..text.ceil_char_boundary(end),
        );
        place = end;
    }
    Ok(())
}
