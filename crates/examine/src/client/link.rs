//! A connection of a client: what its packets say of it.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use mqttscope_broker::{self as broker, Message};
use mqttscope_wire::{
    Context, ControlPacket, Decoded, Framer, PropertyId, ProtocolVersion, QoS, Sender, TopicName,
    decode,
};

use crate::answer;

/// A packet larger than any situation asks for.
const LARGEST: usize = 1 << 20;

#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) behind: broker::ConnectionId,
    pub(crate) from_client: Framer,
    pub(crate) from_broker: Framer,
    /// The Client Identifier of the CONNECT; empty before it.
    pub(crate) client: String,
    pub(crate) version: ProtocolVersion,
}

/// A filter that a client has subscribed to.
#[derive(Clone, Debug)]
pub(crate) struct Subscribed {
    pub(crate) filter: String,
    pub(crate) qos: QoS,
}

/// What a CONNECT says.
pub(crate) struct Connected {
    pub(crate) has_session: bool,
    pub(crate) takes_aliases: bool,
    pub(crate) facts: Vec<(&'static str, String)>,
}

impl Link {
    pub(crate) fn new(behind: broker::ConnectionId) -> Self {
        Self {
            behind,
            from_client: Framer::new(LARGEST),
            from_broker: Framer::new(LARGEST),
            client: String::new(),
            version: ProtocolVersion::V5,
        }
    }

    /// Who it is, from a CONNECT.
    pub(crate) fn learn(&mut self, packet: &[u8]) {
        let context = Context::new(self.version).sent_by(Sender::Client);
        if let Ok(Decoded::Packet {
            packet: ControlPacket::Connect(connect),
            ..
        }) = decode(packet, context)
        {
            self.client = connect.client_identifier.as_str().to_owned();
            self.version = connect.version;
        }
    }

    fn read<'a>(&self, packet: &'a [u8]) -> Option<ControlPacket<'a>> {
        match decode(packet, Context::new(self.version).sent_by(Sender::Client)) {
            Ok(Decoded::Packet { packet, .. }) => Some(packet),
            _ => None,
        }
    }

    pub(crate) fn connected(&self, packet: &[u8]) -> Option<Connected> {
        let Some(ControlPacket::Connect(connect)) = self.read(packet) else {
            return None;
        };
        let expiry = connect.properties.session_expiry_interval().unwrap_or(0);
        let has_session = if connect.version.is_v5() {
            expiry > 0
        } else {
            !connect.clean_start
        };
        let mut facts = [
            (
                "Client Identifier",
                connect.client_identifier.as_str().to_owned(),
            ),
            ("Keep Alive", format!("{} s", connect.keep_alive)),
            (
                if connect.version.is_v5() {
                    "Clean Start"
                } else {
                    "Clean Session"
                },
                u8::from(connect.clean_start).to_string(),
            ),
            (
                "Will Message",
                connect.will.map_or_else(
                    || "none".to_owned(),
                    |will| {
                        let (topic, qos) = (will.topic_name.as_str(), will.qos as u8);
                        format!("{topic}, QoS {qos}")
                    },
                ),
            ),
        ]
        .to_vec();
        for property in connect.properties.iter() {
            let id: PropertyId = property.id();
            if let mqttscope_wire::PropertyValue::Number(number) = property.value() {
                facts.push((id.name(), number.to_string()));
            }
        }
        Some(Connected {
            has_session,
            takes_aliases: connect.properties.topic_alias_maximum().unwrap_or(0) > 0,
            facts,
        })
    }

    pub(crate) fn subscribed(&self, packet: &[u8]) -> Vec<Subscribed> {
        let Some(ControlPacket::Subscribe(subscribe)) = self.read(packet) else {
            return Vec::new();
        };
        let all = subscribe.subscriptions.iter();
        all.map(|subscription| Subscribed {
            filter: subscription.topic_filter.as_str().to_owned(),
            qos: subscription.options.maximum_qos,
        })
        .collect()
    }
}

/// The broker's CONNACK with more in it: `present`, and properties.
pub(crate) fn limited(
    connack: &[u8],
    version: ProtocolVersion,
    limits: &[&'static str],
) -> Option<Vec<u8>> {
    let (own, _) = answer::read(connack, version, Sender::Server).ok()?;
    let assigned = own.property("assigned").map(|id| format!("assigned={id}"));
    let mut line = ["CONNACK", "00"].to_vec();
    line.extend(limits);
    line.extend(assigned.as_deref());
    if own.present && !limits.contains(&"present") {
        line.push("present");
    }
    super::written(&line, version)
}

/// A message that reaches a client with these subscriptions: `q1 PAYLOAD`.
pub(crate) fn message(all: &[Subscribed], words: &[&str]) -> Option<Message> {
    let (qos, payload) = (words.first()?, words.get(1)?);
    let qos = match *qos {
        "q0" => QoS::AtMostOnce,
        "q1" => QoS::AtLeastOnce,
        _ => QoS::ExactlyOnce,
    };
    let enough = |subscribed: &&Subscribed| subscribed.qos >= qos;
    let filter = &all.iter().rev().find(enough)?.filter;
    let topic = topic(filter);
    Some(Message::new(TopicName::new(&topic)?, payload.as_bytes()).with_qos(qos))
}

/// A topic that matches a filter.
fn topic(filter: &str) -> String {
    let shared = filter.strip_prefix("$share/");
    let filter = shared
        .and_then(|rest| rest.split_once('/'))
        .map_or(filter, |(_, filter)| filter);
    let levels: Vec<&str> = filter
        .split('/')
        .map(|level| match level {
            "+" | "#" => "mqttscope",
            level => level,
        })
        .collect();
    levels.join("/")
}
