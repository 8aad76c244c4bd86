//! What each field is, in one sentence.

use crate::{Field, ProtocolVersion};

/// What a field is for: one sentence. Where versions differ, `version` decides.
#[must_use]
pub const fn field(field: Field, version: ProtocolVersion) -> &'static str {
    if !version.is_v5()
        && let Some(sentence) = before_v5(field, version)
    {
        return sentence;
    }
    match field {
        Field::FixedHeader => {
            "Two to five bytes at the start of every packet: its type, its flags and its length."
        }
        Field::PacketType => "What kind of packet this is: the upper four bits of the first byte.",
        Field::ReservedFlags => {
            "Four bits without a meaning in this packet; the standard fixes their values."
        }
        Field::Dup => {
            "Whether the message may have been sent before, with the same Packet Identifier."
        }
        Field::QoS => "The delivery guarantee for the message.",
        Field::Retain => {
            "To the server: whether to store the message. From it: whether it is stored, sent on subscribing."
        }
        Field::RemainingLength => {
            "How many bytes of the packet follow, in one to four bytes of seven bits each."
        }
        Field::VariableHeader => {
            "The part between fixed header and payload; its fields depend on the packet type."
        }
        Field::Payload => "What the packet carries.",

        Field::ProtocolName => "Always MQTT, so that a server can tell it from other protocols.",
        Field::ProtocolVersion => "Which version of MQTT the client speaks.",
        Field::ConnectFlags => "Which fields the payload has, and how the session begins.",
        Field::UserNameFlag => "Whether the payload has a User Name.",
        Field::PasswordFlag => "Whether the payload has a Password.",
        Field::WillRetain => "Whether the server keeps the will as the last message of its topic.",
        Field::WillQoS => "The delivery guarantee for the will message.",
        Field::WillFlag => {
            "Whether the client leaves a will: a message for the time when it is gone."
        }
        Field::CleanStart => "Whether to start a new session or resume the stored one.",
        Field::ConnectReserved => "A bit without a meaning; it is 0.",
        Field::KeepAlive => {
            "The longest time, in seconds, that the client lets pass without sending a packet."
        }
        Field::ClientIdentifier => "The name by which the server knows the client and its session.",
        Field::WillProperties => {
            "What is said about the will: its delay, and properties of the message itself."
        }
        Field::WillTopic => "The topic that the will is published on.",
        Field::WillPayload => "The message that the server publishes when the connection breaks.",
        Field::UserName => "Who the client is, for the server to check.",
        Field::Password => "What proves who the client is: a password or any other secret.",

        Field::ConnectAcknowledgeFlags => "One flag and seven bits without a meaning.",
        Field::AcknowledgeReserved => "Seven bits without a meaning; they are 0.",
        Field::SessionPresent => {
            "Whether the server still had a session of this client and goes on with it."
        }
        Field::ReasonCode => "How it ended: below 0x80 it went well, from 0x80 on it failed.",

        Field::TopicName => {
            "The channel that the message is published on; subscribers choose by it."
        }
        Field::PacketIdentifier => "A number that ties a packet to the packets that answer it.",
        Field::ApplicationMessage => "What the publisher wants to say; MQTT does not look into it.",

        Field::Subscription => "One topic filter and how its messages are to be delivered.",
        Field::TopicFilter => {
            "Which topics are meant: + stands for any one level, a last # for all below."
        }
        Field::SubscriptionOptions => "How the messages of this filter are to be delivered.",
        Field::OptionsReserved => "Bits without a meaning; they are 0.",
        Field::RetainHandling => {
            "When the server sends the messages that it has kept for these topics."
        }
        Field::RetainAsPublished => {
            "Whether messages arrive with the RETAIN flag that their publisher set."
        }
        Field::NoLocal => "Whether the client is spared its own messages.",
        Field::MaximumQoSOption => "The highest QoS that the client wants for these messages.",

        Field::Properties => {
            "Extras of version 5, each an identifier and a value, behind their common length."
        }
        Field::PropertyLength => "How many bytes of properties follow.",
        Field::PropertyIdentifier => "Which property follows, and so how its value is written.",
        Field::PropertyValue => "The number that the property carries.",
        Field::UserPropertyName => "The name of the pair; it may occur more than once.",
        Field::UserPropertyValue => "The value of the pair.",
        _ => property_or_part(field),
    }
}

/// The 27 properties, and the pieces that fields are made of.
const fn property_or_part(field: Field) -> &'static str {
    match field {
        Field::PayloadFormatIndicator => "Whether the message is UTF-8 text or just bytes.",
        Field::MessageExpiryInterval => "How many seconds the message is worth delivering.",
        Field::ContentType => {
            "What kind of data the message is, often a MIME type; publisher and subscriber agree on it."
        }
        Field::ResponseTopic => "The topic that a reply is expected on: this message is a request.",
        Field::CorrelationData => {
            "A mark that the reply repeats, so that the requester knows what it answers."
        }
        Field::SubscriptionIdentifier => {
            "A number for a subscription; the server puts it into the messages that match."
        }
        Field::SessionExpiryInterval => {
            "How many seconds the server keeps the session after the connection has closed."
        }
        Field::AssignedClientIdentifier => {
            "The Client Identifier that the server chose, as the client sent none."
        }
        Field::ServerKeepAlive => {
            "The Keep Alive that the server wants used instead of the client's."
        }
        Field::AuthenticationMethod => {
            "The name of the extended authentication, such as SCRAM-SHA-256."
        }
        Field::AuthenticationData => "What the authentication method exchanges at this step.",
        Field::RequestProblemInformation => {
            "Whether the server may send explanations with packets that report a problem."
        }
        Field::WillDelayInterval => {
            "How many seconds the server waits before it publishes the will."
        }
        Field::RequestResponseInformation => {
            "Whether the client asks for a base for its response topics."
        }
        Field::ResponseInformation => "What the client may build its response topics from.",
        Field::ServerReference => "Another server that the client may use.",
        Field::ReasonString => "The reason in words, for people and logs.",
        Field::ReceiveMaximum => {
            "How many QoS 1 and 2 messages the sender of this takes before it has acknowledged them."
        }
        Field::TopicAliasMaximum => "The highest topic alias that the sender of this accepts.",
        Field::TopicAlias => {
            "A number that stands for the topic, so that later messages need not repeat it."
        }
        Field::MaximumQoS => "The highest QoS that the server serves.",
        Field::RetainAvailable => "Whether the server keeps retained messages.",
        Field::UserProperty => "A name and a value that application or server give a meaning.",
        Field::MaximumPacketSize => {
            "The size in bytes of the largest packet that the sender of this accepts."
        }
        Field::WildcardSubscriptionAvailable => {
            "Whether the server accepts + and # in topic filters."
        }
        Field::SubscriptionIdentifierAvailable => {
            "Whether the server accepts Subscription Identifiers."
        }
        Field::SharedSubscriptionAvailable => "Whether the server accepts shared subscriptions.",

        Field::Length => "How many bytes follow: two bytes, the high one first.",
        Field::Text => "The characters, in UTF-8.",
        Field::Data => "The bytes themselves.",
        Field::SharePrefix => "The mark of a shared subscription.",
        Field::ShareName => "The group among whose members the messages are dealt out.",
        Field::ShareSeparator => "The slash between the share name and the filter.",
        Field::Unread => {
            "Bytes that were not read because something before them is wrong or missing."
        }
        Field::Omitted => "More entries of the list than are shown; they were read and judged.",
        Field::LeftOver => "Bytes behind the last field of the packet, still within its length.",
        _ => "A part of the packet.",
    }
}

/// What is different before version 5.
const fn before_v5(field: Field, version: ProtocolVersion) -> Option<&'static str> {
    Some(match field {
        Field::ProtocolName if matches!(version, ProtocolVersion::V3_1) => {
            "Always MQIsdp in 3.1, so that a server can tell it from other protocols."
        }
        Field::CleanStart => "Whether the session ends with the connection and begins empty.",
        Field::UserName => "Who the client is, for the server to check.",
        Field::Password => "What proves who the client is.",
        Field::ReasonCode => "How it ended; 0 to 2 in a SUBACK and 0 in a CONNACK mean success.",
        Field::SubscriptionOptions => {
            "The QoS that the client asks for, and six bits without a meaning."
        }
        Field::MaximumQoSOption => "The highest QoS that the client wants for these messages.",
        Field::SessionPresent if matches!(version, ProtocolVersion::V3_1) => {
            "A bit that 3.1.1 gave a meaning; in 3.1 it has none."
        }
        Field::ConnectAcknowledgeFlags if matches!(version, ProtocolVersion::V3_1) => {
            "A byte without a meaning in 3.1."
        }
        Field::Dup => {
            "Whether the packet may have been sent before, with the same Packet Identifier."
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_has_a_sentence_of_its_own() {
        for version in ProtocolVersion::ALL {
            for &name in Field::ALL {
                let sentence = field(name, version);
                assert!(
                    sentence.ends_with('.') && sentence.len() <= 100,
                    "{name:?}: {sentence}"
                );
                assert_ne!(sentence, "A part of the packet.", "{name:?}");
            }
        }
    }

    #[test]
    fn versions_differ_where_their_fields_do() {
        for name in [
            Field::CleanStart,
            Field::ReasonCode,
            Field::SubscriptionOptions,
        ] {
            assert_ne!(
                field(name, ProtocolVersion::V5),
                field(name, ProtocolVersion::V3_1_1),
                "{name:?}"
            );
        }
        assert!(field(Field::ProtocolName, ProtocolVersion::V3_1).contains("MQIsdp"));
    }
}
