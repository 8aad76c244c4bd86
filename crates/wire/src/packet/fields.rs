//! Fields that several packets have: Reason Codes and payloads.

use crate::grammar::{Cursor, Read, Sink};
use crate::{
    Field, PacketType, Properties, Property, PropertyId, ReasonCode, ReasonCodes, Rule, Span, Value,
};

/// The codes of a SUBACK or UNSUBACK: every byte that is left is one.
pub(super) fn codes<'a, S: Sink>(
    c: &mut Cursor<'a, S>,
    packet_type: PacketType,
    none: Rule,
    undefined: Rule,
) -> Read<ReasonCodes<'a>, S> {
    let codes = c.rest();
    if codes.is_empty() {
        c.absent(none, c.ahead())?;
        return Ok(ReasonCodes::new(codes));
    }
    c.group(Field::Payload, |c| {
        while c.left() > 0 {
            c.sink.entry(c.at);
            let code = c.u8(Field::ReasonCode)?;
            if !ReasonCode(code).is_defined(packet_type, c.version()) {
                c.fault_value(undefined, c.behind(1), u32::from(code))?;
            }
        }
        Ok(())
    })?;
    Ok(ReasonCodes::new(codes))
}

/// A Reason Code that the packet type must define.
#[inline]
pub(super) fn reason_code<S: Sink>(
    c: &mut Cursor<'_, S>,
    packet_type: PacketType,
    undefined: Rule,
) -> Read<ReasonCode, S> {
    let code = ReasonCode(c.u8(Field::ReasonCode)?);
    if !code.is_defined(packet_type, c.version()) {
        c.fault_value(undefined, c.behind(1), u32::from(code.0))?;
    }
    Ok(code)
}

/// The application message's or will's bytes must be UTF-8 when Payload Format Indicator says so.
#[inline]
pub(super) fn payload_format<S: Sink>(
    c: &mut Cursor<'_, S>,
    properties: Properties<'_>,
    payload: &[u8],
    rule: Rule,
) -> Read<(), S> {
    if properties.set().is_empty() || c.incomplete {
        return Ok(());
    }
    let says_utf8 = matches!(
        properties.get(PropertyId::PAYLOAD_FORMAT_INDICATOR),
        Some(Property::PayloadFormatIndicator(1))
    );
    if says_utf8 && let Err(error) = core::str::from_utf8(payload) {
        let start =
            c.at.saturating_sub(payload.len())
                .saturating_add(error.valid_up_to());
        let len = error.error_len().unwrap_or(1);
        c.fault(rule, Span::of_bytes(start, start.saturating_add(len)))?;
    }
    Ok(())
}

/// Makes a leaf of `payload`, which ends at the cursor.
#[inline(always)]
pub(super) fn payload_leaf<S: Sink>(c: &mut Cursor<'_, S>, payload: &[u8]) {
    if S::RECORDS && !payload.is_empty() {
        let span = c.behind(payload.len());
        let mark = c
            .sink
            .open(Field::Payload, c.at.saturating_sub(payload.len()));
        c.sink.leaf(Field::ApplicationMessage, Value::Bytes, span);
        c.sink.close(mark, Value::Group, c.at);
    }
}
