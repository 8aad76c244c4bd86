//! PUBACK, PUBREC, PUBREL and PUBCOMP: one layout (v5 sections 3.4 to 3.7).

use super::fields::reason_code;
use crate::encode::{Encode, EncodeError, Writer, check_properties};
use crate::grammar::{Cursor, Read, Sink};
use crate::{
    Field, PacketIdentifier, PacketType, Properties, PropertyOwner, ProtocolVersion, ReasonCode,
    Rule, property,
};

/// A step of a QoS 1 or QoS 2 handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Acknowledgement<'a> {
    /// That of the PUBLISH it belongs to.
    pub packet_identifier: PacketIdentifier,
    /// Version 5 only; success before.
    pub reason_code: ReasonCode,
    /// Version 5 only.
    pub properties: Properties<'a>,
}

impl Acknowledgement<'_> {
    /// Success, no properties.
    #[must_use]
    pub const fn new(packet_identifier: PacketIdentifier) -> Self {
        Self {
            packet_identifier,
            reason_code: ReasonCode::SUCCESS,
            properties: Properties::NONE,
        }
    }
}

/// The rule that an undefined code breaks.
const fn undefined(packet_type: PacketType) -> Rule {
    match packet_type {
        //= [MQTT-3.5.2-1] v5
        PacketType::Pubrec => Rule::PubrecReasonUndefined,
        //= [MQTT-3.6.2-1] v5
        PacketType::Pubrel => Rule::PubrelReasonUndefined,
        //= [MQTT-3.7.2-1] v5
        PacketType::Pubcomp => Rule::PubcompReasonUndefined,
        //= [MQTT-3.4.2-1] v5
        _ => Rule::PubackReasonUndefined,
    }
}

#[inline]
pub(crate) fn read<'a, S: Sink>(
    c: &mut Cursor<'a, S>,
    packet_type: PacketType,
) -> Read<Acknowledgement<'a>, S> {
    c.group(Field::VariableHeader, |c| {
        let mut acknowledgement = Acknowledgement::new(c.identifier()?);
        // In version 5 what is not there is success without properties.
        if c.is_v5() && c.announced() > 0 {
            acknowledgement.reason_code = reason_code(c, packet_type, undefined(packet_type))?;
            if c.announced() > 0 {
                acknowledgement.properties =
                    property::properties(c, Field::Properties, PropertyOwner::Packet(packet_type))?;
            }
        }
        Ok(acknowledgement)
    })
}

impl Encode for Acknowledgement<'_> {
    fn check(&self, packet_type: PacketType, version: ProtocolVersion) -> Result<(), EncodeError> {
        check_properties(version, self.properties, PropertyOwner::Packet(packet_type))?;
        if !version.is_v5() {
            return if self.reason_code == ReasonCode::SUCCESS {
                Ok(())
            } else {
                Err(EncodeError::NotInVersion)
            };
        }
        if self.reason_code.is_defined(packet_type, version) {
            Ok(())
        } else {
            Err(EncodeError::Breaks(undefined(packet_type)))
        }
    }

    fn write<W: Writer>(&self, version: ProtocolVersion, out: &mut W) {
        out.u16(self.packet_identifier.get());
        out.reason(version, self.reason_code, self.properties);
    }
}
