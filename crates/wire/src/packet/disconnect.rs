//! DISCONNECT (v5 and v3.1.1 section 3.14).

use super::fields::reason_code;
use crate::encode::{Encode, EncodeError, Writer, check_properties};
use crate::grammar::{Cursor, Read, Sink};
use crate::{
    Field, PacketType, Properties, PropertyOwner, ProtocolVersion, ReasonCode, Rule, property,
};

/// The last packet of a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Disconnect<'a> {
    /// Version 5 only; normal disconnection before.
    pub reason_code: ReasonCode,
    /// Version 5 only.
    pub properties: Properties<'a>,
}

pub(crate) fn read<'a, S: Sink>(c: &mut Cursor<'a, S>) -> Read<Disconnect<'a>, S> {
    if c.announced() == 0 {
        return Ok(Disconnect::default());
    }
    if !c.is_v5() {
        if let Some(code) = reason_of_v5(c) {
            c.fault_value(Rule::DisconnectOfV5, c.ahead(), u32::from(code.0))?;
            c.skip(Field::LeftOver);
        }
        return Ok(Disconnect::default());
    }
    c.group(Field::VariableHeader, |c| {
        //= [MQTT-3.14.2-1] v5: one of the table's codes
        let reason_code = reason_code(c, PacketType::Disconnect, Rule::DisconnectReasonUndefined)?;
        if let Some(sender) = c.context.sender
            && reason_code.is_defined(PacketType::Disconnect, c.version())
            && !reason_code.may_be_sent_by(PacketType::Disconnect, sender)
        {
            c.fault_value(
                Rule::DisconnectReasonDirection,
                c.behind(1),
                u32::from(reason_code.0),
            )?;
        }
        let properties = if c.announced() > 0 {
            property::properties(
                c,
                Field::Properties,
                PropertyOwner::Packet(PacketType::Disconnect),
            )?
        } else {
            Properties::NONE
        };
        Ok(Disconnect {
            reason_code,
            properties,
        })
    })
}

/// The reason code of a DISCONNECT of version 5, with no properties or as many as it says: before that version it has
/// none, and a server sends no DISCONNECT at all.
fn reason_of_v5<S: Sink>(c: &Cursor<'_, S>) -> Option<ReasonCode> {
    let body = c.rest();
    let (&code, properties) = body.split_first().filter(|_| !c.incomplete)?;
    let code = ReasonCode(code);
    let is_whole = match properties {
        [] => true,
        [len, rest @ ..] => usize::from(*len) == rest.len(),
    };
    let is_known = code
        .name(PacketType::Disconnect, ProtocolVersion::V5)
        .is_some();
    (is_known && is_whole).then_some(code)
}

impl Encode for Disconnect<'_> {
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
            Err(EncodeError::Breaks(Rule::DisconnectReasonUndefined))
        }
    }

    fn write<W: Writer>(&self, version: ProtocolVersion, out: &mut W) {
        out.reason(version, self.reason_code, self.properties);
    }
}
