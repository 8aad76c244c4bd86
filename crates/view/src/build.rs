//! Where building a packet begins.

use mqttscope_wire::{PacketType, PropertyId, PropertyOwner, ProtocolVersion, Sender};

/// The packet types that a version has, in the order of their numbers.
pub fn types(version: ProtocolVersion) -> impl Iterator<Item = PacketType> {
    PacketType::ALL.into_iter().filter(move |&kind| {
        kind != PacketType::Reserved && (version.is_v5() || kind != PacketType::Auth)
    })
}

/// The smallest packet of a type that a person can make something of; it breaks no rule, as far as
/// the version has the type at all.
#[must_use]
pub fn template(packet_type: PacketType, version: ProtocolVersion) -> Vec<u8> {
    let v5 = version.is_v5();
    // Where version 5 has properties, none.
    let none: &[u8] = if v5 { &[0] } else { &[] };
    // The flags that 3.1.1 and 5 fix are QoS 1 to version 3.1.
    let (flags, body): (u8, Vec<u8>) = match packet_type {
        PacketType::Connect => {
            let name = version.protocol_name().as_bytes();
            let head = [0, u8::try_from(name.len()).unwrap_or_default()];
            (
                0,
                [
                    &head,
                    name,
                    &[version.level(), 2, 0, 60],
                    none,
                    b"\x00\x06client",
                ]
                .concat(),
            )
        }
        PacketType::Connack => (0, [&[0, 0], none].concat()),
        PacketType::Publish => (0, [b"\x00\x05topic", none, b"payload"].concat()),
        PacketType::Puback | PacketType::Pubrec | PacketType::Pubcomp => (0, vec![0, 1]),
        PacketType::Pubrel => (2, vec![0, 1]),
        PacketType::Subscribe => (2, [&[0, 1], none, b"\x00\x05topic\x00"].concat()),
        PacketType::Suback => (0, [&[0, 1], none, &[0]].concat()),
        PacketType::Unsubscribe => (2, [&[0, 1], none, b"\x00\x05topic"].concat()),
        PacketType::Unsuback => (0, if v5 { vec![0, 1, 0, 0] } else { vec![0, 1] }),
        // Continue authentication, with the method that every AUTH names.
        PacketType::Auth if v5 => (0, b"\x18\x0e\x15\x00\x0bSCRAM-SHA-1".to_vec()),
        PacketType::Reserved
        | PacketType::Pingreq
        | PacketType::Pingresp
        | PacketType::Disconnect
        | PacketType::Auth => (0, Vec::new()),
    };
    let mut out = vec![(packet_type as u8) << 4 | flags];
    out.push(u8::try_from(body.len()).unwrap_or_default());
    out.extend(body);
    out
}

/// The end that sends packets of this type, where only one does.
#[must_use]
pub fn sender_of(packet_type: PacketType) -> Option<Sender> {
    match packet_type {
        PacketType::Connect
        | PacketType::Subscribe
        | PacketType::Unsubscribe
        | PacketType::Pingreq => Some(Sender::Client),
        PacketType::Connack | PacketType::Suback | PacketType::Unsuback | PacketType::Pingresp => {
            Some(Sender::Server)
        }
        _ => None,
    }
}

/// The properties that may stand in a packet or a will, in the order of their identifiers.
#[must_use]
pub fn properties_for(owner: PropertyOwner) -> Vec<PropertyId> {
    PropertyId::ALL
        .into_iter()
        .filter(|id| id.allowed_in(owner))
        .collect()
}
