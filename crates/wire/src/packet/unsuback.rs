//! UNSUBACK (v5 and v3.1.1 section 3.11).

use super::ReasonCodes;
use super::fields::codes;
use super::subscribe::{identifier_and_properties, write_list};
use crate::encode::{Encode, EncodeError, Writer, check_codes, check_properties};
use crate::grammar::{Cursor, Read, Sink};
use crate::{PacketIdentifier, PacketType, Properties, PropertyOwner, ProtocolVersion, Rule};

/// The server's answer to an UNSUBSCRIBE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsuback<'a> {
    /// That of the UNSUBSCRIBE.
    pub packet_identifier: PacketIdentifier,
    /// Version 5 only.
    pub properties: Properties<'a>,
    /// Version 5 only: one a topic filter.
    pub reason_codes: ReasonCodes<'a>,
}

pub(crate) fn read<'a, S: Sink>(c: &mut Cursor<'a, S>) -> Read<Unsuback<'a>, S> {
    let (packet_identifier, properties) = identifier_and_properties(c, PacketType::Unsuback)?;
    let reason_codes = if c.is_v5() {
        //= [MQTT-3.11.3-2] v5: codes of the table only
        codes(
            c,
            PacketType::Unsuback,
            Rule::UnsubackNoCodes,
            Rule::UnsubackReasonUndefined,
        )?
    } else {
        ReasonCodes::default()
    };
    Ok(Unsuback {
        packet_identifier,
        properties,
        reason_codes,
    })
}

impl Encode for Unsuback<'_> {
    fn check(&self, packet_type: PacketType, version: ProtocolVersion) -> Result<(), EncodeError> {
        check_properties(version, self.properties, PropertyOwner::Packet(packet_type))?;
        if !version.is_v5() {
            return if self.reason_codes.as_bytes().is_empty() {
                Ok(())
            } else {
                Err(EncodeError::NotInVersion)
            };
        }
        check_codes(
            version,
            self.reason_codes,
            packet_type,
            Rule::UnsubackNoCodes,
            Rule::UnsubackReasonUndefined,
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
