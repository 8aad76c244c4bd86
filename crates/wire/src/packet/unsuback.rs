//! UNSUBACK (v5 and v3.1.1 section 3.11).

use super::ReasonCodes;
use super::subscribe::{identifier_and_properties, list_len, write_list};
use crate::encode::{Encode, EncodeError, Writer, check_codes, check_properties};
use crate::grammar::{Cursor, Read, Sink, codes};
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
    const TYPE: PacketType = PacketType::Unsuback;

    fn check(&self, version: ProtocolVersion) -> Result<(), EncodeError> {
        check_properties(
            version,
            self.properties,
            PropertyOwner::Packet(PacketType::Unsuback),
        )?;
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
            PacketType::Unsuback,
            Rule::UnsubackNoCodes,
            Rule::UnsubackReasonUndefined,
        )
    }

    fn body_len(&self, version: ProtocolVersion) -> usize {
        list_len(version, self.properties, self.reason_codes.as_bytes())
    }

    fn write(&self, version: ProtocolVersion, out: &mut Writer<'_>) {
        write_list(
            version,
            self.packet_identifier,
            self.properties,
            self.reason_codes.as_bytes(),
            out,
        );
    }
}
