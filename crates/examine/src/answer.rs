//! A packet of the other side, read, and the words that it is held against.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use mqttscope_wire::{
    Context, ControlPacket, DecodeError, Decoded, PacketIdentifier, PacketType, Properties,
    PropertyId, PropertyValue, ProtocolVersion, QoS, Sender, decode, decode_tolerant,
};

use crate::words::{KEYS, Names, Variables};

/// What stands in a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) kind: PacketType,
    pub(crate) bytes: Vec<u8>,
    /// Some line of the check took it.
    pub(crate) is_taken: bool,
    pub(crate) identifier: Option<u16>,
    pub(crate) codes: Vec<u8>,
    topic: String,
    payload: Vec<u8>,
    qos: QoS,
    retain: bool,
    dup: bool,
    pub(crate) present: bool,
    clean: bool,
    properties: Vec<(u32, String)>,
    users: Vec<(String, String)>,
}

/// Reads a packet of the other side; a rule that it breaks comes with it, where it can be read all the same.
///
/// # Errors
/// The first rule that hinders the reading.
pub(crate) fn read(
    bytes: &[u8],
    version: ProtocolVersion,
    sender: Sender,
) -> Result<(Answer, Option<DecodeError>), DecodeError> {
    let with = |version| decode(bytes, Context::new(version).sent_by(sender));
    let mut decoded = with(version);
    if decoded.is_err() && bytes.first() == Some(&0x20) {
        // A broker that does not speak the version says so in one that it speaks.
        let other = ProtocolVersion::ALL
            .into_iter()
            .map(with)
            .find(Result::is_ok);
        decoded = other.unwrap_or(decoded);
    }
    let mut broken = None;
    if let Err(error) = decoded {
        let context = Context::new(version).sent_by(sender);
        decoded = decode_tolerant(bytes, context, error.rule);
        broken = Some(error);
    }
    let mut answer = Answer {
        kind: PacketType::from_first_byte(bytes.first().copied().unwrap_or(0)),
        bytes: bytes.to_owned(),
        is_taken: false,
        identifier: None,
        codes: Vec::new(),
        topic: String::new(),
        payload: Vec::new(),
        qos: QoS::AtMostOnce,
        retain: false,
        dup: false,
        present: false,
        clean: false,
        properties: Vec::new(),
        users: Vec::new(),
    };
    if let Decoded::Packet { packet, .. } = decoded? {
        answer.fill(&packet);
    }
    Ok((answer, broken))
}

impl Answer {
    fn fill(&mut self, packet: &ControlPacket<'_>) {
        let number = |identifier: PacketIdentifier| Some(identifier.get());
        match packet {
            ControlPacket::Connack(packet) => {
                self.codes.push(packet.reason_code.0);
                self.present = packet.session_present;
                self.take(packet.properties);
            }
            ControlPacket::Connect(packet) => {
                self.clean = packet.clean_start;
                self.take(packet.properties);
            }
            ControlPacket::Subscribe(packet) => {
                self.identifier = number(packet.packet_identifier);
                self.take(packet.properties);
            }
            ControlPacket::Unsubscribe(packet) => {
                self.identifier = number(packet.packet_identifier);
                self.take(packet.properties);
            }
            ControlPacket::Publish(packet) => {
                self.identifier = packet.packet_identifier.and_then(number);
                self.topic = packet.topic_name.as_str().to_owned();
                self.payload = packet.payload.to_owned();
                self.qos = packet.qos;
                self.retain = packet.retain;
                self.dup = packet.dup;
                self.take(packet.properties);
            }
            ControlPacket::Puback(packet)
            | ControlPacket::Pubrec(packet)
            | ControlPacket::Pubrel(packet)
            | ControlPacket::Pubcomp(packet) => {
                self.identifier = number(packet.packet_identifier);
                self.codes.push(packet.reason_code.0);
                self.take(packet.properties);
            }
            ControlPacket::Suback(packet) => {
                self.identifier = number(packet.packet_identifier);
                self.codes = packet.reason_codes.as_bytes().to_owned();
                self.take(packet.properties);
            }
            ControlPacket::Unsuback(packet) => {
                self.identifier = number(packet.packet_identifier);
                self.codes = packet.reason_codes.as_bytes().to_owned();
                self.take(packet.properties);
            }
            ControlPacket::Disconnect(packet) => {
                self.codes.push(packet.reason_code.0);
                self.take(packet.properties);
            }
            ControlPacket::Auth(packet) => {
                self.codes.push(packet.reason_code.0);
                self.take(packet.properties);
            }
            _ => {}
        }
    }

    fn take(&mut self, properties: Properties<'_>) {
        for property in properties.iter() {
            let text = match property.value() {
                PropertyValue::Number(number) => number.to_string(),
                PropertyValue::Text(text) => text.to_owned(),
                PropertyValue::Data(data) => String::from_utf8_lossy(data).into_owned(),
                PropertyValue::Pair(name, value) => {
                    self.users.push((name.to_owned(), value.to_owned()));
                    continue;
                }
            };
            self.properties.push((property.id().0, text));
        }
    }

    /// The first of its codes.
    pub(crate) fn code(&self) -> Option<u8> {
        self.codes.first().copied()
    }

    /// Its codes in hex.
    pub(crate) fn codes(&self) -> String {
        let codes: Vec<String> = self
            .codes
            .iter()
            .map(|code| format!("{code:02X}"))
            .collect();
        codes.join(" ")
    }

    /// Its properties by their names, for the card.
    pub(crate) fn announced(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.properties
            .iter()
            .map(|(id, text)| (PropertyId(*id).name(), &**text))
    }

    /// Whether it is what the words describe; what it is learned from stands in the variables then.
    ///
    /// # Errors
    /// The first word that it does not keep to.
    pub(crate) fn matches(
        &self,
        words: &[&str],
        names: &Names,
        variables: &mut Variables,
        is_v5: bool,
    ) -> Result<(), String> {
        let Some((name, rest)) = words.split_first() else {
            return Ok(());
        };
        if *name != "*" && self.kind.name() != *name {
            return Err((*name).to_owned());
        }
        let mut learned = Variables::new();
        let mut rest = rest;
        if self.kind == PacketType::Publish {
            for (at, held) in [self.topic.as_bytes(), &self.payload]
                .into_iter()
                .enumerate()
            {
                let Some((word, others)) = rest.split_first() else {
                    break;
                };
                rest = others;
                let wanted = names.filled(word);
                let wanted = if wanted == "-" { "" } else { &*wanted };
                if *word != "*" && wanted.as_bytes() != held {
                    return Err(if at == 0 { "topic" } else { "payload" }.to_owned());
                }
            }
        }
        let codes: Vec<&&str> = rest.iter().filter(|word| is_code(word)).collect();
        let fits = |(word, code): (&&&str, &u8)| code_fits(word, *code);
        let has_codes = is_v5 || !matches!(self.kind, PacketType::Unsuback);
        if !codes.is_empty()
            && has_codes
            && (codes.len() != self.codes.len() || !codes.iter().zip(&self.codes).all(fits))
        {
            return Err("reason code".to_owned());
        }
        let users: Vec<(&str, &str)> = rest
            .iter()
            .filter_map(|word| word.strip_prefix("user:")?.split_once('='))
            .collect();
        let own = |(name, value): &(String, String)| (name.clone(), value.clone());
        let same = users.len() == self.users.len()
            && users
                .iter()
                .zip(self.users.iter().map(own))
                .all(|((name, value), own)| *name == own.0 && *value == own.1);
        if is_v5 && !users.is_empty() && !same {
            return Err("user properties".to_owned());
        }
        for word in rest
            .iter()
            .filter(|word| !is_code(word) && !word.starts_with("user:"))
        {
            if !self.keeps(word, names, variables, &mut learned, is_v5) {
                return Err((*word).to_owned());
            }
        }
        variables.append(&mut learned);
        Ok(())
    }

    fn keeps(
        &self,
        word: &str,
        names: &Names,
        variables: &Variables,
        learned: &mut Variables,
        is_v5: bool,
    ) -> bool {
        match word {
            "q0" => return self.qos == QoS::AtMostOnce,
            "q1" => return self.qos == QoS::AtLeastOnce,
            "q2" => return self.qos == QoS::ExactlyOnce,
            "dup" => return self.dup,
            "!dup" => return !self.dup,
            "retain" => return self.retain,
            "!retain" => return !self.retain,
            "present" => return self.present,
            "!present" => return !self.present,
            "clean" => return self.clean,
            "!clean" => return !self.clean,
            "!user" => return self.users.is_empty(),
            _ => {}
        }
        if let Some(wanted) = word.strip_prefix('#') {
            let Some(held) = self.identifier else {
                return false;
            };
            return is_value(wanted, &held.to_string(), names, variables, learned);
        }
        if let Some(name) = word.strip_prefix("qos=?") {
            let granted = match self.code() {
                Some(code @ ..=2) => code.to_string(),
                Some(code) => format!("refused with 0x{code:02X}"),
                None => return false,
            };
            learned.insert(name.to_owned(), granted);
            return true;
        }
        if !is_v5 {
            return true;
        }
        if let Some(key) = word.strip_prefix('!') {
            return self.property(key).is_none();
        }
        if let Some(most) = word.strip_prefix("size<=") {
            return most
                .parse()
                .is_ok_and(|most: usize| self.bytes.len() <= most);
        }
        if let Some((key, least)) = word.split_once(">=") {
            let held = self.property(key).and_then(|text| text.parse::<u64>().ok());
            let both = held.zip(least.parse().ok());
            return both.is_some_and(|(held, least)| held >= least);
        }
        if let Some((key, most)) = word.split_once("<=") {
            let held = self.property(key).and_then(|text| text.parse::<u64>().ok());
            return held
                .zip(most.parse().ok())
                .is_none_or(|(held, most)| held <= most);
        }
        match word.split_once('=') {
            Some((key, wanted)) => match (self.property(key), wanted.strip_prefix('?')) {
                (Some(held), Some(name)) => {
                    learned.insert(name.to_owned(), held.to_owned());
                    true
                }
                (None, Some(_)) => true,
                // A property may stand there several times.
                (Some(_), None) => self
                    .all(key)
                    .any(|held| is_value(wanted, held, names, variables, learned)),
                (None, None) => false,
            },
            None => false,
        }
    }

    fn all(&self, key: &str) -> impl Iterator<Item = &str> {
        let id = KEYS
            .into_iter()
            .find(|(known, _)| *known == key)
            .map(|(_, id)| id);
        let is = move |(own, _): &&(u32, String)| Some(*own) == id;
        self.properties.iter().filter(is).map(|(_, text)| &**text)
    }

    pub(crate) fn property(&self, key: &str) -> Option<&str> {
        self.all(key).next()
    }
}

/// `$x` is learned where it is not known yet.
fn is_value(
    wanted: &str,
    held: &str,
    names: &Names,
    variables: &Variables,
    learned: &mut Variables,
) -> bool {
    match wanted.strip_prefix('$') {
        Some(name) => match variables.get(name) {
            Some(known) => known == held,
            None => {
                learned.insert(name.to_owned(), held.to_owned());
                true
            }
        },
        None => names.filled(wanted) == held,
    }
}

/// `00`, `8x` for any from 0x80, `0x` for any below, `00|10` for either.
fn is_code(word: &str) -> bool {
    word.split('|').all(|code| {
        code.len() == 2 && (matches!(code, "8x" | "0x") || u8::from_str_radix(code, 16).is_ok())
    })
}

fn code_fits(word: &str, code: u8) -> bool {
    word.split('|').any(|wanted| match wanted {
        "8x" => code >= 0x80,
        "0x" => code < 0x80,
        wanted => u8::from_str_radix(wanted, 16) == Ok(code),
    })
}
