//! AUTH (v5 section 3.15).

use super::fields::reason_code;
use crate::encode::{Encode, EncodeError, Writer, check_properties};
use crate::grammar::{Cursor, Read, Sink};
use crate::{
    Field, PacketType, Properties, PropertyId, PropertyOwner, ProtocolVersion, ReasonCode, Rule,
    property,
};

/// A step of an authentication that goes beyond user name and password.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Auth<'a> {
    /// Success, continue, or authenticate again.
    pub reason_code: ReasonCode,
    /// With the Authentication Method.
    pub properties: Properties<'a>,
}

pub(crate) fn read<'a, S: Sink>(c: &mut Cursor<'a, S>) -> Read<Auth<'a>, S> {
    // Success without properties may be left out as a whole.
    if c.announced() == 0 {
        return Ok(Auth::default());
    }
    c.group(Field::VariableHeader, |c| {
        //= [MQTT-3.15.2-1] v5: one of the table's codes
        let reason_code = reason_code(c, PacketType::Auth, Rule::AuthReasonUndefined)?;
        let code = c.behind(1);
        if let Some(sender) = c.context.sender
            && reason_code.is_defined(PacketType::Auth, c.version())
            && !reason_code.may_be_sent_by(PacketType::Auth, sender)
        {
            c.fault_value(Rule::AuthReasonDirection, code, u32::from(reason_code.0))?;
        }
        let properties = if c.announced() > 0 {
            property::properties(
                c,
                Field::Properties,
                PropertyOwner::Packet(PacketType::Auth),
            )?
        } else {
            Properties::NONE
        };
        if !properties.set().contains(PropertyId::AUTHENTICATION_METHOD) {
            // Section 3.15.2.2.2 makes it a Protocol Error to leave it out.
            c.absent(Rule::AuthMethodMissing, code)?;
        }
        Ok(Auth {
            reason_code,
            properties,
        })
    })
}

impl Encode for Auth<'_> {
    fn check(&self, packet_type: PacketType, version: ProtocolVersion) -> Result<(), EncodeError> {
        if !version.is_v5() {
            return Err(EncodeError::NotInVersion);
        }
        check_properties(version, self.properties, PropertyOwner::Packet(packet_type))?;
        if !self.reason_code.is_defined(packet_type, version) {
            return Err(EncodeError::Breaks(Rule::AuthReasonUndefined));
        }
        let bare = self.reason_code == ReasonCode::SUCCESS && self.properties.is_empty();
        if !bare
            && !self
                .properties
                .set()
                .contains(PropertyId::AUTHENTICATION_METHOD)
        {
            return Err(EncodeError::Breaks(Rule::AuthMethodMissing));
        }
        Ok(())
    }

    fn write<W: Writer>(&self, version: ProtocolVersion, out: &mut W) {
        out.reason(version, self.reason_code, self.properties);
    }
}
