//! PUBACK, PUBREC, PUBREL and PUBCOMP: one layout (v5 sections 3.4 to 3.7).

use crate::encode::{EncodeError, Writer, check_properties, properties_len};
use crate::grammar::{Cursor, Read, Sink, reason_code};
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

impl Acknowledgement<'_> {
    pub(crate) fn check(
        &self,
        packet_type: PacketType,
        version: ProtocolVersion,
    ) -> Result<(), EncodeError> {
        check_properties(version, self.properties, PropertyOwner::Packet(packet_type))?;
        if !version.is_v5() {
            return if self.reason_code == ReasonCode::SUCCESS {
                Ok(())
            } else {
                Err(EncodeError::NotInVersion)
            };
        }
        match self.reason_code.name(packet_type, version) {
            Some(_) => Ok(()),
            None => Err(EncodeError::Breaks(undefined(packet_type))),
        }
    }

    pub(crate) fn body_len(&self, version: ProtocolVersion) -> usize {
        if !self.properties.is_empty() {
            3_usize.saturating_add(properties_len(version, self.properties))
        } else if self.reason_code != ReasonCode::SUCCESS {
            3
        } else {
            2
        }
    }

    pub(crate) fn write(&self, version: ProtocolVersion, out: &mut Writer<'_>) {
        out.u16(self.packet_identifier.get());
        if !self.properties.is_empty() || self.reason_code != ReasonCode::SUCCESS {
            out.u8(self.reason_code.0);
        }
        if !self.properties.is_empty() {
            out.properties(version, self.properties);
        }
    }
}
