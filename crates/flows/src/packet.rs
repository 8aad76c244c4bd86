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
    /// Of a PUBLISH; the one that all filters of a SUBSCRIBE ask for, or that a SUBACK grants all of them.
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
            decode(bytes, Context::new(version).sent_by(sender))
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
                let asked = subscribe.subscriptions.iter();
                self.qos = common(asked.map(|one| Some(one.options.maximum_qos)));
            }
            ControlPacket::Suback(suback) => {
                self.identifier = Some(suback.packet_identifier.get());
                self.reason = suback.reason_codes.iter().next().map_or(0, |code| code.0);
                let granted = suback.reason_codes.iter();
                self.qos = common(granted.map(|code| QoS::new(code.0)));
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

    /// What a PUBLISH carries, in so many characters at most: its topic and, in quotation marks, its payload. What is
    /// too long is shortened, the topic first, or left out; nothing of other packets.
    #[must_use]
    pub fn carried(&self, most: usize) -> String {
        if self.kind != PacketType::Publish {
            return String::new();
        }
        let payload = self.said();
        let left = match payload.chars().count() {
            0 => most,
            letters => most.saturating_sub(letters).saturating_sub(1),
        };
        let both = shortened(&self.topic, left).map(|topic| {
            let between = if topic.is_empty() || payload.is_empty() {
                ""
            } else {
                " "
            };
            topic + between + &payload
        });
        let topic = || shortened(&self.topic, most).filter(|topic| !topic.is_empty());
        // The topic that an alias will replace says more than the payload.
        let alone = match self.alias {
            Some(_) => topic().or_else(|| begun(payload.clone(), most)),
            None => begun(payload.clone(), most).or_else(topic),
        };
        both.filter(|both| both.chars().count() <= most)
            .or(alone)
            .unwrap_or_default()
    }

    /// Its payload in quotation marks, or how long it is where it is no line of text; empty where it is.
    fn said(&self) -> String {
        match std::str::from_utf8(&self.payload) {
            Ok("") => String::new(),
            Ok(text) if !text.chars().any(char::is_control) => format!("“{text}”"),
            _ => format!("{} bytes", self.payload.len()),
        }
    }

    /// What stands at its arrow, the parts in order; short: `Q1` is QoS 1, `#1` Packet Identifier 1.
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
            (Some(identifier), true) => part(&format!("#{identifier}")),
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

/// What all of them are; none where they differ.
fn common(mut all: impl Iterator<Item = Option<QoS>>) -> Option<QoS> {
    let first = all.next()??;
    all.all(|other| other == Some(first)).then_some(first)
}

/// The fewest letters of a topic that still tell which one it is.
const LEAST_TOPIC: usize = 8;

/// A topic in so many letters at most, its middle left out: the ends say most. None where so few say nothing.
fn shortened(topic: &str, most: usize) -> Option<String> {
    let count = topic.chars().count();
    if count <= most {
        return Some(topic.to_owned());
    }
    if most < LEAST_TOPIC {
        return None;
    }
    let end = most.saturating_sub(1) / 2;
    let start = most.saturating_sub(1).saturating_sub(end);
    let mut text: String = topic.chars().take(start).collect();
    text.push('…');
    text.extend(topic.chars().skip(count.saturating_sub(end)));
    Some(text)
}

/// A payload in quotation marks in so many letters at most; none where less than the larger part of it has room.
fn begun(payload: String, most: usize) -> Option<String> {
    let count = payload.chars().count();
    if count <= most {
        return Some(payload).filter(|payload| !payload.is_empty());
    }
    // Quotation marks and an ellipsis.
    let seen = most.saturating_sub(3);
    let is_most = payload.starts_with('“') && seen.saturating_mul(2) > count.saturating_sub(2);
    let start = payload.chars().take(seen.saturating_add(1));
    is_most.then(|| start.chain(['…', '”']).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn publish(topic: &str, payload: &str, alias: Option<u16>) -> Facts {
        let mut facts = Facts::read(b"\x31\x00", ProtocolVersion::V5, Sender::Client);
        facts.topic = topic.into();
        facts.payload = payload.into();
        facts.alias = alias;
        facts
    }

    #[test]
    fn a_long_topic_is_shortened_before_it_is_left_out() {
        let long = "building/7/floor/3/t";
        let table = [
            (long, "20", None, 60, "building/7/floor/3/t “20”"),
            (long, "20", None, 20, "buildin…oor/3/t “20”"),
            (long, "20", None, 12, "“20”"),
            (long, "20", Some(1), 20, "buildin…oor/3/t “20”"),
            (long, "20", Some(1), 10, "build…/3/t"),
            (long, "20", Some(1), 5, "“20”"),
            ("", "20", Some(1), 10, "“20”"),
            ("t/a", "", None, 10, "t/a"),
            ("hello/world", "{\"a\":1}", None, 9, "“{\"a\":1}”"),
            ("hello/world", "{\"a\":100}", None, 10, "“{\"a\":10…”"),
            (
                "hello/world",
                "{\"temperature\":100}",
                None,
                10,
                "hello…orld",
            ),
            ("results", "1 by Slow", None, 9, "“1 by S…”"),
            ("hello/world", "{\"a\":100}", None, 4, ""),
            ("t/a", "\n", None, 11, "t/a 1 bytes"),
        ];
        for (topic, payload, alias, most, expected) in table {
            let shown = publish(topic, payload, alias).carried(most);
            assert_eq!(shown, expected, "{topic} {payload} {most}");
            assert!(shown.chars().count() <= most);
        }
    }

    #[test]
    fn a_label_says_what_each_number_is() {
        let label = |bytes: &[u8], short| {
            Facts::read(bytes, ProtocolVersion::V3_1_1, Sender::Client).label(short)
        };
        let publish = b"\x32\x08\x00\x01a\x00\x07hey";
        assert_eq!(label(publish, true), "PUBLISH Q1 #7");
        let subscribe = b"\x82\x06\x00\x01\x00\x01a\x02";
        assert_eq!(label(subscribe, true), "SUBSCRIBE Q2 #1");
        assert_eq!(label(subscribe, false), "SUBSCRIBE · QoS 2 · id 1");
        let both = b"\x82\x0a\x00\x01\x00\x01a\x02\x00\x01b\x01";
        assert_eq!(label(both, false), "SUBSCRIBE · id 1");
        let suback = b"\x90\x03\x00\x01\x01";
        let read = Facts::read(suback, ProtocolVersion::V3_1_1, Sender::Server);
        assert_eq!(read.label(true), "SUBACK Q1 #1");
    }
}
