//! SUBACK (v5 and v3.1.1 section 3.9).

use super::ReasonCodes;
use super::fields::codes;
use super::subscribe::{identifier_and_properties, write_list};
use crate::encode::{Encode, EncodeError, Writer, check_codes, check_properties};
use crate::grammar::{Cursor, Read, Sink};
use crate::{PacketIdentifier, PacketType, Properties, PropertyOwner, ProtocolVersion, Rule};

/// The server's answer to a SUBSCRIBE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suback<'a> {
    /// That of the SUBSCRIBE.
    pub packet_identifier: PacketIdentifier,
    /// Version 5 only.
    pub properties: Properties<'a>,
    /// The QoS that is granted, or why not, one a topic filter.
    pub reason_codes: ReasonCodes<'a>,
}

pub(crate) fn read<'a, S: Sink>(c: &mut Cursor<'a, S>) -> Read<Suback<'a>, S> {
    let (packet_identifier, properties) = identifier_and_properties(c, PacketType::Suback)?;
    //= [MQTT-3.9.3-2] v5 and v3.1.1: codes of the table only
    let reason_codes = codes(
        c,
        PacketType::Suback,
        Rule::SubackNoCodes,
        Rule::SubackReasonUndefined,
    )?;
    Ok(Suback {
        packet_identifier,
        properties,
        reason_codes,
    })
}

impl Encode for Suback<'_> {
    fn check(&self, packet_type: PacketType, version: ProtocolVersion) -> Result<(), EncodeError> {
        check_properties(version, self.properties, PropertyOwner::Packet(packet_type))?;
        check_codes(
            version,
            self.reason_codes,
            packet_type,
            Rule::SubackNoCodes,
            Rule::SubackReasonUndefined,
        )
    }

    fn write<W: Writer>(&self, version: ProtocolVersion, out: &mut W) {
        write_list(
            version,
            self.packet_identifier,
            self.properties,
            self.reason_codes.as_bytes(),
            out,
        );
    }
}
