//! Whether two packets say the same, however they put it.

use mqttscope_wire::{
    Context, ControlPacket, Decoded, Properties, Property, ProtocolVersion, decode,
};

/// What a packet says: two packets are the same exactly when this is the same.
///
/// The standard gives properties no order, except among several of one kind, so they are sorted by
/// kind and kept in order within it.
pub(crate) fn said(packet: &ControlPacket<'_>) -> String {
    let mut packet = *packet;
    let mut lists = Vec::new();
    if let ControlPacket::Connect(connect) = &mut packet
        && let Some(will) = &mut connect.will
    {
        lists.push(take(&mut will.properties));
    }
    if let Some(properties) = properties(&mut packet) {
        lists.push(take(properties));
    }
    format!("{packet:?} with {lists:?}")
}

fn take<'a>(properties: &mut Properties<'a>) -> Vec<Property<'a>> {
    let mut list: Vec<_> = core::mem::take(properties).into_iter().collect();
    list.sort_by_key(|property| property.id().0);
    list
}

fn properties<'p, 'a>(packet: &'p mut ControlPacket<'a>) -> Option<&'p mut Properties<'a>> {
    Some(match packet {
        ControlPacket::Connect(packet) => &mut packet.properties,
        ControlPacket::Connack(packet) => &mut packet.properties,
        ControlPacket::Publish(packet) => &mut packet.properties,
        ControlPacket::Puback(packet)
        | ControlPacket::Pubrec(packet)
        | ControlPacket::Pubrel(packet)
        | ControlPacket::Pubcomp(packet) => &mut packet.properties,
        ControlPacket::Subscribe(packet) => &mut packet.properties,
        ControlPacket::Suback(packet) => &mut packet.properties,
        ControlPacket::Unsubscribe(packet) => &mut packet.properties,
        ControlPacket::Unsuback(packet) => &mut packet.properties,
        ControlPacket::Disconnect(packet) => &mut packet.properties,
        ControlPacket::Auth(packet) => &mut packet.properties,
        ControlPacket::Pingreq | ControlPacket::Pingresp => return None,
    })
}

/// Reads exactly one packet.
pub(crate) fn only_packet(bytes: &[u8], context: Context) -> Result<ControlPacket<'_>, String> {
    match decode(bytes, context) {
        Ok(Decoded::Packet { packet, len }) if len == bytes.len() => Ok(packet),
        Ok(other) => Err(format!("not one packet: {other:?}")),
        Err(error) => Err(error.to_string()),
    }
}

/// What our encoder makes of it.
#[allow(dead_code, reason = "not every test writes")]
pub(crate) fn encoded(packet: &ControlPacket<'_>, version: ProtocolVersion) -> Vec<u8> {
    let mut out = Vec::new();
    packet
        .encode(version, &mut out)
        .unwrap_or_else(|error| panic!("{error}: {packet:?}"));
    out
}

/// The bytes of a row of hex digits.
pub(crate) fn hex(digits: &str) -> Vec<u8> {
    assert!(digits.len().is_multiple_of(2), "{digits}");
    (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap())
        .collect()
}
