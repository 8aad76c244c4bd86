//! UNSUBSCRIBE (v5 and v3.1.1 section 3.10).

use super::TopicFilters;
use super::subscribe::{check_filter, filter, identifier_and_properties, write_list};
use crate::encode::{Encode, EncodeError, Writer, breaks, check_properties};
use crate::grammar::{Cursor, Read, Sink};
use crate::{
    Field, PacketIdentifier, PacketType, Properties, PropertyOwner, ProtocolVersion, Rule,
};

/// A client asks for no more messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsubscribe<'a> {
    /// Comes back in the UNSUBACK.
    pub packet_identifier: PacketIdentifier,
    /// Version 5 only.
    pub properties: Properties<'a>,
    /// At least one.
    pub topic_filters: TopicFilters<'a>,
}

pub(crate) fn read<'a, S: Sink>(c: &mut Cursor<'a, S>) -> Read<Unsubscribe<'a>, S> {
    let (packet_identifier, properties) = identifier_and_properties(c, PacketType::Unsubscribe)?;
    let bytes = c.rest();
    if bytes.is_empty() {
        //= [MQTT-3.10.3-2] v5 and v3.1.1: at least one filter
        c.absent(Rule::UnsubscribeNoFilters, c.ahead())?;
    } else {
        c.group(Field::Payload, |c| {
            while c.left() > 0 {
                c.sink.entry(c.at);
                filter(c)?;
            }
            Ok(())
        })?;
    }
    Ok(Unsubscribe {
        packet_identifier,
        properties,
        topic_filters: TopicFilters { bytes },
    })
}

impl Encode for Unsubscribe<'_> {
    fn check(&self, packet_type: PacketType, version: ProtocolVersion) -> Result<(), EncodeError> {
        check_properties(version, self.properties, PropertyOwner::Packet(packet_type))?;
        if self.topic_filters.is_empty() {
            return breaks(version, Rule::UnsubscribeNoFilters);
        }
        self.topic_filters
            .iter()
            .try_for_each(|filter| check_filter(version, filter))
    }

    fn write<W: Writer>(&self, version: ProtocolVersion, out: &mut W) {
        write_list(
            version,
            self.packet_identifier,
            self.properties,
            self.topic_filters.bytes,
            out,
        );
    }
}
