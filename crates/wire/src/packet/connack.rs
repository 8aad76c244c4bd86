//! CONNACK (v5 and v3.1.1 section 3.2).

use super::fields::reason_code;
use crate::encode::{Encode, EncodeError, Writer, check_properties};
use crate::grammar::{Cursor, Read, Sink};
use crate::{
    Field, PacketType, Properties, PropertyOwner, ProtocolVersion, ReasonCode, Rule, Span, Value,
    property,
};

/// The server's answer to a CONNECT.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Connack<'a> {
    /// The server has kept the session. Not in version 3.1.
    pub session_present: bool,
    /// Success or why not; before version 5 a Return Code, 0 to 5.
    pub reason_code: ReasonCode,
    /// Version 5 only.
    pub properties: Properties<'a>,
}

pub(crate) fn read<'a, S: Sink>(c: &mut Cursor<'a, S>) -> Read<Connack<'a>, S> {
    c.group(Field::VariableHeader, |c| {
        let (flags, span) = c.valued(Field::ConnectAcknowledgeFlags, |c| {
            let flags = c.raw_u8(Field::ConnectAcknowledgeFlags)?;
            c.bits(Field::AcknowledgeReserved, flags, 0, 7);
            c.bits(Field::SessionPresent, flags, 7, 1);
            Ok(((flags, c.behind(1)), Value::Number(u32::from(flags))))
        })?;
        if c.version() == ProtocolVersion::V3_1 {
            // The whole byte is reserved and not used.
            if flags != 0 {
                c.fault_value(Rule::UnusedBitsSet, span, u32::from(flags))?;
            }
        } else if flags > 1 {
            //= [MQTT-3.2.2-1] v5: bits 7 to 1 are 0
            c.fault_value(
                Rule::ConnackFlagsReserved,
                Span {
                    start: span.start,
                    len: 7,
                },
                u32::from(flags),
            )?;
        }
        if let Some(code) = refusal_of_v3_1_1(c, flags) {
            // Judged as version 5, and read from here on as what it is.
            //= [MQTT-3.2.2-8] v5: one of the table's codes
            let span = c.ahead();
            c.fault_value(Rule::ConnackOfV311, span, u32::from(code))?;
            c.context.version = ProtocolVersion::V3_1_1;
        }
        //= [MQTT-3.2.2-8] v5: one of the table's codes
        let reason_code = reason_code(c, PacketType::Connack, Rule::ConnackReasonUndefined)?;
        let session_present = flags & 1 != 0 && c.version() != ProtocolVersion::V3_1;
        if session_present && reason_code != ReasonCode::SUCCESS {
            //= [MQTT-3.2.2-6] v5, [MQTT-3.2.2-4] v3.1.1: a refusal has Session Present 0
            let bit = Span {
                start: span.start.saturating_add(7),
                len: 1,
            };
            c.fault(Rule::ConnackSessionPresentRefused, bit)?;
        }
        let properties = if c.is_v5() {
            property::properties(
                c,
                Field::Properties,
                PropertyOwner::Packet(PacketType::Connack),
            )?
        } else {
            Properties::NONE
        };
        Ok(Connack {
            session_present,
            reason_code,
            properties,
        })
    })
}

/// The Return Code, where a server that speaks no version 5 refuses in its own form: two bytes, and a
/// code that version 5 does not have.
fn refusal_of_v3_1_1<S: Sink>(c: &Cursor<'_, S>, flags: u8) -> Option<u8> {
    if !c.is_v5() || flags != 0 || c.left() != 1 || c.incomplete {
        return None;
    }
    let code = c.bytes.get(c.at).copied()?;
    (1..=5).contains(&code).then_some(code)
}

impl Encode for Connack<'_> {
    fn check(&self, packet_type: PacketType, version: ProtocolVersion) -> Result<(), EncodeError> {
        check_properties(version, self.properties, PropertyOwner::Packet(packet_type))?;
        if self.session_present && version == ProtocolVersion::V3_1 {
            return Err(EncodeError::NotInVersion);
        }
        if self.session_present && self.reason_code != ReasonCode::SUCCESS {
            return Err(EncodeError::Breaks(Rule::ConnackSessionPresentRefused));
        }
        if self.reason_code.is_defined(packet_type, version) {
            Ok(())
        } else {
            Err(EncodeError::Breaks(Rule::ConnackReasonUndefined))
        }
    }

    fn write<W: Writer>(&self, version: ProtocolVersion, out: &mut W) {
        out.u8(u8::from(self.session_present));
        out.u8(self.reason_code.0);
        out.properties(version, self.properties);
    }
}
