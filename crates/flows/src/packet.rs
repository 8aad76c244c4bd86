//! A packet of a flow: its bytes, what they say, and when they went where.

use mqttscope_wire::{
    Context, ControlPacket, Decoded, PacketType, Property, PropertyId, ProtocolVersion, QoS,
    Sender, decode,
};

/// What became of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is on its way.
    Flying,
    /// It arrived, milliseconds after the beginning.
    Arrived(u64),
    /// It was lost with its connection, milliseconds after the beginning.
    Lost(u64),
}

/// A packet that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    /// Whose connection, as an index of the clients.
    pub client: usize,
    /// Which connection of the run, from 0.
    pub connection: usize,
    /// Who sent it.
    pub sender: Sender,
    /// Milliseconds after the beginning.
    pub sent: u64,
    /// When it arrives if nothing happens, milliseconds after the beginning.
    pub due: u64,
    /// What became of it.
    pub fate: Fate,
    /// All of it.
    pub bytes: Vec<u8>,
    /// What it says.
    pub facts: Facts,
}

impl Packet {
    /// When it arrived, if it did.
    #[must_use]
    pub const fn arrived(&self) -> Option<u64> {
        match self.fate {
            Fate::Arrived(at) => Some(at),
            Fate::Flying | Fate::Lost(_) => None,
        }
    }

    /// When it was lost, if it was.
    #[must_use]
    pub const fn lost(&self) -> Option<u64> {
        match self.fate {
            Fate::Lost(at) => Some(at),
            Fate::Flying | Fate::Arrived(_) => None,
        }
    }
}

/// What a packet says, as far as a flow shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Its type.
    pub kind: PacketType,
    /// Its Packet Identifier.
    pub identifier: Option<u16>,
    /// Of a PUBLISH.
    pub qos: Option<QoS>,
    /// It may have been sent before.
    pub dup: bool,
    /// Of a PUBLISH.
    pub retain: bool,
    /// Of a CONNACK.
    pub session_present: bool,
    /// Of a CONNECT.
    pub clean_start: bool,
    /// The reason code, or the first of several; 0 where there is none.
    pub reason: u8,
    /// Of a PUBLISH; empty under a Topic Alias.
    pub topic: String,
    /// The Response Topic of a PUBLISH.
    pub respond: Option<String>,
    /// The Correlation Data of a PUBLISH, as text.
    pub correlate: Option<String>,
    /// Of a PUBLISH.
    pub payload: Vec<u8>,
    /// Of a PUBLISH.
    pub alias: Option<u16>,
}

impl Facts {
    /// Reads a packet; of one that breaks the rules only the type is known.
    #[must_use]
    pub fn read(bytes: &[u8], version: ProtocolVersion, sender: Sender) -> Self {
        let mut facts = Self {
            kind: PacketType::from_first_byte(bytes.first().copied().unwrap_or_default()),
            identifier: None,
            qos: None,
            dup: false,
            retain: false,
            session_present: false,
            clean_start: false,
            reason: 0,
            topic: String::new(),
            payload: Vec::new(),
            alias: None,
            respond: None,
            correlate: None,
        };
        if let Ok(Decoded::Packet { packet, .. }) =
            decode(bytes, Context::new(version).from(sender))
        {
            facts.add(&packet);
        }
        facts
    }

    fn add(&mut self, packet: &ControlPacket<'_>) {
        match packet {
            ControlPacket::Connect(connect) => self.clean_start = connect.clean_start,
            ControlPacket::Connack(connack) => {
                self.session_present = connack.session_present;
                self.reason = connack.reason_code.0;
            }
            ControlPacket::Publish(publish) => {
                self.identifier = publish.packet_identifier.map(|identifier| identifier.get());
                self.qos = Some(publish.qos);
                self.dup = publish.dup;
                self.retain = publish.retain;
                publish.topic_name.as_str().clone_into(&mut self.topic);
                publish.payload.clone_into(&mut self.payload);
                self.alias = match publish.properties.get(PropertyId::TOPIC_ALIAS) {
                    Some(Property::TopicAlias(alias)) => Some(alias),
                    _ => None,
                };
                self.respond = match publish.properties.get(PropertyId::RESPONSE_TOPIC) {
                    Some(Property::ResponseTopic(topic)) => Some(topic.as_str().to_owned()),
                    _ => None,
                };
                self.correlate = match publish.properties.get(PropertyId::CORRELATION_DATA) {
                    Some(Property::CorrelationData(data)) => {
                        Some(String::from_utf8_lossy(data.as_bytes()).into_owned())
                    }
                    _ => None,
                };
            }
            ControlPacket::Puback(answer)
            | ControlPacket::Pubrec(answer)
            | ControlPacket::Pubrel(answer)
            | ControlPacket::Pubcomp(answer) => {
                self.identifier = Some(answer.packet_identifier.get());
                self.reason = answer.reason_code.0;
            }
            ControlPacket::Subscribe(subscribe) => {
                self.identifier = Some(subscribe.packet_identifier.get());
            }
            ControlPacket::Suback(suback) => {
                self.identifier = Some(suback.packet_identifier.get());
                self.reason = suback.reason_codes.iter().next().map_or(0, |code| code.0);
            }
            ControlPacket::Unsubscribe(unsubscribe) => {
                self.identifier = Some(unsubscribe.packet_identifier.get());
            }
            ControlPacket::Unsuback(unsuback) => {
                self.identifier = Some(unsuback.packet_identifier.get());
            }
            ControlPacket::Disconnect(disconnect) => self.reason = disconnect.reason_code.0,
            ControlPacket::Auth(auth) => self.reason = auth.reason_code.0,
            ControlPacket::Pingreq | ControlPacket::Pingresp => {}
        }
    }

    /// What a PUBLISH carries, in so many characters at most: topic and payload, or the payload alone where
    /// both are too long; nothing where that is, too, and for other packets.
    #[must_use]
    pub fn carried(&self, most: usize) -> String {
        if self.kind != PacketType::Publish {
            return String::new();
        }
        let payload = match std::str::from_utf8(&self.payload) {
            Ok(text) if !text.chars().any(char::is_control) => text.to_owned(),
            _ => format!("{} bytes", self.payload.len()),
        };
        let both = [&*self.topic, &*payload];
        let both = both.into_iter().filter(|part| !part.is_empty());
        let both = both.collect::<Vec<_>>().join(" ");
        let fits = |text: &String| text.chars().count() <= most;
        let shown = Some(both).filter(fits).or(Some(payload).filter(fits));
        shown.unwrap_or_default()
    }

    /// What stands at its arrow, the parts in order.
    #[must_use]
    pub fn label(&self, short: bool) -> String {
        let mut label = self.kind.name().to_owned();
        let mut part = |text: &str| {
            label.push_str(if short { " " } else { " · " });
            label.push_str(text);
        };
        if self.dup {
            part("DUP");
        }
        if self.retain {
            part(if short { "R" } else { "retain" });
        }
        match (self.qos, short) {
            (Some(qos), false) => part(&format!("QoS {}", qos as u8)),
            (Some(qos), true) => part(&format!("Q{}", qos as u8)),
            (None, _) => {}
        }
        match (self.identifier, short) {
            (Some(identifier), false) => part(&format!("id {identifier}")),
            (Some(identifier), true) => part(&identifier.to_string()),
            (None, _) => {}
        }
        if let (Some(alias), false) = (self.alias, short) {
            part(&format!("alias {alias}"));
        }
        if self.kind == PacketType::Connack && self.session_present {
            part(if short { "SP" } else { "session present" });
        }
        if self.kind == PacketType::Connect && self.clean_start && !short {
            part("clean");
        }
        if self.reason >= 0x80 || (self.kind == PacketType::Connack && self.reason != 0) {
            part(&format!("0x{:02X}", self.reason));
        }
        label
    }
}
