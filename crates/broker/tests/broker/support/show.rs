//! A packet of the broker becomes a line of text.

use mqttscope_wire::{
    Acknowledgement, ControlPacket, PacketIdentifier, Properties, Property, ReasonCodes,
};

fn line(parts: impl IntoIterator<Item = String>) -> String {
    parts
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn flag(set: bool, name: &str) -> String {
    if set { name.into() } else { String::new() }
}

fn properties(properties: Properties<'_>) -> impl Iterator<Item = String> + '_ {
    properties.iter().map(|property| match property {
        Property::PayloadFormatIndicator(n) => format!("format={n}"),
        Property::MessageExpiryInterval(n) => format!("lives={n}"),
        Property::ContentType(text) => format!("content={text}"),
        Property::ResponseTopic(topic) => format!("response={topic}"),
        Property::CorrelationData(data) => {
            format!("correlation={}", String::from_utf8_lossy(data.as_bytes()))
        }
        Property::SubscriptionIdentifier(n) => format!("sub={n}"),
        Property::SessionExpiryInterval(n) => format!("expiry={n}"),
        Property::AssignedClientIdentifier(text) => format!("assigned={text}"),
        Property::ServerKeepAlive(n) => format!("keep={n}"),
        Property::AuthenticationMethod(text) => format!("method={text}"),
        Property::AuthenticationData(data) => {
            format!("data={}", String::from_utf8_lossy(data.as_bytes()))
        }
        Property::ResponseInformation(text) => format!("response-information={text}"),
        // The text is for people; that there is one is enough here.
        Property::ReasonString(_) => "why".into(),
        Property::ReceiveMaximum(n) => format!("receive={n}"),
        Property::TopicAliasMaximum(n) => format!("aliases={n}"),
        Property::TopicAlias(n) => format!("alias={n}"),
        Property::MaximumQoS(n) => format!("qos={n}"),
        Property::RetainAvailable(n) => format!("retain={n}"),
        Property::UserProperty(name, value) => format!("user:{name}={value}"),
        Property::MaximumPacketSize(n) => format!("max={n}"),
        Property::WildcardSubscriptionAvailable(n) => format!("wildcard={n}"),
        Property::SubscriptionIdentifierAvailable(n) => format!("identifiers={n}"),
        Property::SharedSubscriptionAvailable(n) => format!("shared={n}"),
        other => format!("{other:?}"),
    })
}

fn acknowledgement(name: &str, ack: &Acknowledgement<'_>) -> String {
    let code = if ack.reason_code.0 == 0 {
        String::new()
    } else {
        format!("{:02x}", ack.reason_code.0)
    };
    line(
        [name.into(), number(ack.packet_identifier), code]
            .into_iter()
            .chain(properties(ack.properties)),
    )
}

fn number(identifier: PacketIdentifier) -> String {
    format!("#{}", identifier.get())
}

fn codes(codes: ReasonCodes<'_>) -> String {
    codes
        .iter()
        .map(|code| format!("{:02x}", code.0))
        .collect::<Vec<_>>()
        .join(" ")
}

/// One line, in the words that `read` takes.
pub(crate) fn packet(packet: &ControlPacket<'_>) -> String {
    let name = packet.packet_type().name();
    match packet {
        ControlPacket::Connack(p) => line(
            [
                name.into(),
                format!("{:02x}", p.reason_code.0),
                flag(p.session_present, "present"),
            ]
            .into_iter()
            .chain(properties(p.properties)),
        ),
        ControlPacket::Publish(p) => line(
            [
                name.into(),
                if p.topic_name.is_empty() {
                    "\"\"".into()
                } else {
                    p.topic_name.to_string()
                },
                String::from_utf8_lossy(p.payload).into_owned(),
                ["", "q1", "q2"][p.qos as usize].into(),
                p.packet_identifier.map(number).unwrap_or_default(),
                flag(p.dup, "dup"),
                flag(p.retain, "retain"),
            ]
            .into_iter()
            .chain(properties(p.properties)),
        ),
        ControlPacket::Puback(p)
        | ControlPacket::Pubrec(p)
        | ControlPacket::Pubrel(p)
        | ControlPacket::Pubcomp(p) => acknowledgement(name, p),
        ControlPacket::Suback(p) => line(
            [
                name.into(),
                number(p.packet_identifier),
                codes(p.reason_codes),
            ]
            .into_iter()
            .chain(properties(p.properties)),
        ),
        ControlPacket::Unsuback(p) => line(
            [
                name.into(),
                number(p.packet_identifier),
                codes(p.reason_codes),
            ]
            .into_iter()
            .chain(properties(p.properties)),
        ),
        ControlPacket::Disconnect(p) => line(
            [name.into(), format!("{:02x}", p.reason_code.0)]
                .into_iter()
                .chain(properties(p.properties)),
        ),
        ControlPacket::Auth(p) => line(
            [name.into(), format!("{:02x}", p.reason_code.0)]
                .into_iter()
                .chain(properties(p.properties)),
        ),
        other => other.packet_type().name().into(),
    }
}
