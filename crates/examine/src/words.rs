//! Packets in words, made into bytes: `PUBLISH ~/x p q1 #1 user:k=1`, or `raw 30 [ ( "~/x" ) ]`, or behind `bytes` the notation
//! of `mqttscope_wire`: `bytes 30 | "a" {}`.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use mqttscope_wire::{
    Acknowledgement, Auth, BinaryData, Connack, Connect, ControlPacket, Disconnect,
    PacketIdentifier, PropertiesBuf, Property, PropertyId, PropertyType, PropertyValue,
    ProtocolVersion, Publish, QoS, ReasonCode, ReasonCodes, RetainHandling, Suback, Subscribe,
    Subscription, SubscriptionOptions, SubscriptionsBuf, TopicFilter, TopicFiltersBuf, TopicName,
    Unsuback, Unsubscribe, Utf8EncodedString, WillMessage, notation, varint,
};

/// The short names of properties in the notation.
pub(crate) const KEYS: [(&str, u32); 26] = [
    ("format", 1),
    ("lives", 2),
    ("content", 3),
    ("response", 8),
    ("correlation", 9),
    ("sub", 11),
    ("expiry", 17),
    ("assigned", 18),
    ("keepalive", 19),
    ("method", 21),
    ("data", 22),
    ("rpi", 23),
    ("delay", 24),
    ("rri", 25),
    ("info", 26),
    ("reference", 28),
    ("reason", 31),
    ("receive", 33),
    ("aliases", 34),
    ("alias", 35),
    ("maxqos", 36),
    ("retains", 37),
    ("max", 39),
    ("wildcards", 40),
    ("subs", 41),
    ("shares", 42),
];

/// The names that a check goes by at a broker: its own, and nobody else's.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    /// In place of `~`: the first levels of all its topics.
    pub(crate) prefix: String,
    /// Before the client identifiers; digits and plain letters.
    pub(crate) client: String,
    /// Of the target.
    pub(crate) user_name: Option<String>,
    pub(crate) password: Option<Vec<u8>>,
}

/// What was learned from packets: `$1` is the identifier that stood at `#$1`.
pub(crate) type Variables = BTreeMap<String, String>;

impl Names {
    /// `~` is the prefix, `x*3` is `xxx`.
    pub(crate) fn filled(&self, word: &str) -> String {
        let word = word
            .replace('~', &self.prefix)
            .replace("\\ufeff", "\u{feff}")
            .replace("\\u0301", "\u{301}");
        match word.rsplit_once('*') {
            Some((text, times)) => match (text.chars().last(), times.parse::<usize>()) {
                (Some(last), Ok(times)) => {
                    let mut filled = text.to_owned();
                    filled.extend(core::iter::repeat_n(
                        last,
                        times.min(1 << 17).saturating_sub(1),
                    ));
                    filled
                }
                _ => word,
            },
            None => word,
        }
    }

    /// The client identifier of a connection: `a2` is another connection of client `a`.
    pub(crate) fn client(&self, connection: &str) -> String {
        let letters = connection.trim_end_matches(|letter: char| letter.is_ascii_digit());
        format!("{}{letters}", self.client)
    }
}

/// A value as a line writes it, with what variables hold.
pub(crate) fn value(text: &str, variables: &Variables) -> String {
    match text.strip_prefix('$') {
        Some(name) => variables.get(name).cloned().unwrap_or_default(),
        None => text.to_owned(),
    }
}

/// The bytes that a line describes.
///
/// # Errors
/// What cannot be written, for whoever writes checks.
pub(crate) fn packet(
    line: &[&str],
    version: ProtocolVersion,
    connection: &str,
    names: &Names,
    variables: &Variables,
) -> Result<Vec<u8>, String> {
    let (name, rest) = line.split_first().ok_or("no words")?;
    if *name == "raw" {
        return raw(rest, names).ok_or_else(|| "raw bytes".to_owned());
    }
    if *name == "bytes" {
        return notation::parse(&rest.join(" ")).map_err(|error| error.to_string());
    }
    let (edits, rest): (Vec<&str>, Vec<&str>) = rest
        .iter()
        .partition(|word| word.starts_with('@') || word.starts_with("swap="));
    let words = Words {
        words: rest.iter().map(|word| names.filled(word)).collect(),
        variables,
    };
    let mut bytes = words
        .bytes(name, version, connection, names)
        .ok_or_else(|| format!("{name} {rest:?}"))?;
    for edit in edits {
        edited(&mut bytes, edit).ok_or_else(|| format!("edit {edit}"))?;
    }
    Ok(bytes)
}

/// `@head=36` the first byte, `@9=03` a byte of what follows the fixed header, `@-1=03` one from the end; `|` in place of
/// `=` sets bits, `&` leaves them; `swap=5a5a:c328` the first such bytes.
pub(crate) fn edited(bytes: &mut [u8], edit: &str) -> Option<()> {
    if let Some(swap) = edit.strip_prefix("swap=") {
        let (from, to) = swap.split_once(':')?;
        let (from, to) = (hex(from)?, hex(to)?);
        let at = bytes.windows(from.len()).position(|part| part == from)?;
        let place = bytes.get_mut(at..at.checked_add(from.len())?)?;
        (place.len() == to.len()).then(|| place.copy_from_slice(&to))?;
        return Some(());
    }
    let edit = edit.strip_prefix('@')?;
    let at = edit.find(['=', '|', '&'])?;
    let (place, value) = (edit.get(..at)?, edit.get(at.checked_add(1)?..)?);
    let index = match (place, place.strip_prefix('-')) {
        ("head", _) => 0,
        (_, Some(back)) => bytes.len().checked_sub(back.parse().ok()?)?,
        _ => {
            let lengths = bytes.iter().skip(1).position(|byte| byte & 0x80 == 0)?;
            place
                .parse::<usize>()
                .ok()?
                .checked_add(lengths)?
                .checked_add(2)?
        }
    };
    let value = u8::from_str_radix(value, 16).ok()?;
    let byte = bytes.get_mut(index)?;
    *byte = match edit.get(at..)?.chars().next()? {
        '|' => *byte | value,
        '&' => *byte & value,
        _ => value,
    };
    Some(())
}

pub(crate) fn hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|digit| u8::try_from(digit.to_digit(16)?).ok())
        .collect();
    let digits = digits?;
    let pairs = digits.chunks_exact(2);
    pairs.remainder().is_empty().then_some(())?;
    Some(
        pairs
            .map(|pair| pair.iter().fold(0_u8, |byte, digit| byte << 4 | digit))
            .collect(),
    )
}

/// Hex, `"text"`; `[ … ]` stands behind its length as a Variable Byte Integer, `( … )` behind two bytes of it.
fn raw(words: &[&str], names: &Names) -> Option<Vec<u8>> {
    let mut open: Vec<(bool, Vec<u8>)> = Vec::new();
    let mut all = Vec::new();
    for word in words {
        match *word {
            "[" => open.push((true, core::mem::take(&mut all))),
            "(" => open.push((false, core::mem::take(&mut all))),
            "]" | ")" => {
                let (is_variable, before) = open.pop()?;
                let inner = core::mem::replace(&mut all, before);
                if is_variable {
                    varint::write(u32::try_from(inner.len()).ok()?, &mut all);
                } else {
                    all.extend(u16::try_from(inner.len()).ok()?.to_be_bytes());
                }
                all.extend(inner);
            }
            word => match word.strip_prefix('"') {
                Some(text) => all.extend(names.filled(text.trim_end_matches('"')).bytes()),
                None => all.extend(hex(word)?),
            },
        }
    }
    open.is_empty().then_some(all)
}

struct Words<'a> {
    words: Vec<String>,
    variables: &'a Variables,
}

impl Words<'_> {
    fn value(&self, key: &str) -> Option<String> {
        let is = |word: &String| {
            word.strip_prefix(key)?
                .strip_prefix('=')
                .map(ToOwned::to_owned)
        };
        self.words
            .iter()
            .find_map(is)
            .map(|text| value(&text, self.variables))
    }
    fn number<T: core::str::FromStr>(&self, key: &str) -> Option<T> {
        self.value(key)?.parse().ok()
    }
    fn has(&self, flag: &str) -> bool {
        self.words.iter().any(|word| word == flag)
    }
    fn identifier(&self) -> Option<PacketIdentifier> {
        let is = |word: &String| {
            let text = value(word.strip_prefix('#')?, self.variables);
            PacketIdentifier::new(text.parse().ok()?)
        };
        self.words.iter().find_map(is)
    }
    fn codes(&self) -> Vec<u8> {
        let two = self.words.iter().filter(|word| word.len() == 2);
        two.filter_map(|word| u8::from_str_radix(word, 16).ok())
            .collect()
    }
    /// Words that are filters.
    fn filters(&self) -> impl Iterator<Item = &str> {
        let plain = |word: &&str| {
            !word.contains('=')
                && (!word.starts_with('#') || *word == "#" || word.starts_with("#,"))
        };
        self.words.iter().map(String::as_str).filter(plain)
    }

    fn properties(&self, prefix: &str, version: ProtocolVersion) -> Option<PropertiesBuf> {
        let mut properties = PropertiesBuf::new();
        if !version.is_v5() {
            return Some(properties);
        }
        for word in &self.words {
            let Some(word) = word.strip_prefix(prefix) else {
                continue;
            };
            let Some((key, text)) = word.split_once('=') else {
                continue;
            };
            if let Some(name) = key.strip_prefix("user:") {
                let pair = (Utf8EncodedString::new(name)?, Utf8EncodedString::new(text)?);
                properties
                    .push(Property::UserProperty(pair.0, pair.1))
                    .ok()?;
                continue;
            }
            let Some((_, id)) = KEYS.into_iter().find(|(known, _)| *known == key) else {
                continue;
            };
            let id = PropertyId(id);
            let text = value(text, self.variables);
            let value = match id.property_type()? {
                PropertyType::Utf8EncodedString => PropertyValue::Text(&text),
                PropertyType::BinaryData => PropertyValue::Data(text.as_bytes()),
                _ => PropertyValue::Number(text.parse().ok()?),
            };
            properties.push(Property::new(id, value)?).ok()?;
        }
        Some(properties)
    }

    fn connect(
        &self,
        version: ProtocolVersion,
        connection: &str,
        names: &Names,
    ) -> Option<Vec<u8>> {
        // `id` is that of the connection's client unless the line says another.
        let id = match self.value("id").as_deref() {
            None => names.client(connection),
            Some("-") => String::new(),
            Some("long") => format!("{:z<23}", names.client(connection)),
            Some(other) if other.starts_with(char::is_lowercase) && other.len() <= 2 => {
                names.client(other)
            }
            Some(other) => other.to_owned(),
        };
        let (own, will) = (
            self.properties("", version)?,
            self.properties("will.", version)?,
        );
        let text = self.value("will");
        let message = match text.as_deref().and_then(|text| text.split_once(':')) {
            Some((topic, payload)) => Some(WillMessage {
                qos: QoS::new(self.number("willq").unwrap_or(0))?,
                retain: self.has("willretain"),
                properties: will.as_properties(),
                topic_name: TopicName::new(topic)?,
                payload: BinaryData::new(payload.as_bytes())?,
            }),
            None => None,
        };
        let user_name = self.value("name").or_else(|| names.user_name.clone());
        let password = self.value("password").map(String::into_bytes);
        let password = password.or_else(|| names.password.clone());
        encoded(
            &ControlPacket::Connect(Connect {
                version,
                bridge: false,
                clean_start: !self.has("resume"),
                keep_alive: self.number("keep").unwrap_or(60),
                properties: own.as_properties(),
                client_identifier: Utf8EncodedString::new(&id)?,
                will: message,
                user_name: user_name.as_deref().and_then(Utf8EncodedString::new),
                password: password.as_deref().and_then(BinaryData::new),
            }),
            version,
        )
    }

    fn bytes(
        &self,
        name: &str,
        version: ProtocolVersion,
        connection: &str,
        names: &Names,
    ) -> Option<Vec<u8>> {
        let properties = self.properties("", version)?;
        let properties = properties.as_properties();
        let codes = self.codes();
        let reason_code = ReasonCode(codes.first().copied().unwrap_or(0));
        let ack = || {
            Some(Acknowledgement {
                packet_identifier: self.identifier()?,
                reason_code,
                properties,
            })
        };
        let mut subscriptions = SubscriptionsBuf::new();
        let mut filters = TopicFiltersBuf::new();
        let word = |at: usize| self.words.get(at).map(String::as_str);
        let packet = match name {
            "CONNECT" => return self.connect(version, connection, names),
            "CONNACK" => ControlPacket::Connack(Connack {
                session_present: self.has("present"),
                reason_code,
                properties,
            }),
            "PUBLISH" => ControlPacket::Publish(Publish {
                dup: self.has("dup"),
                qos: qos(self.words.iter().skip(2).map(String::as_str)),
                retain: self.words.iter().skip(2).any(|word| word == "retain"),
                topic_name: TopicName::new(word(0)?.trim_matches('-'))?,
                packet_identifier: self.identifier(),
                properties,
                payload: word(1).filter(|word| *word != "-").unwrap_or("").as_bytes(),
            }),
            "PUBACK" => ControlPacket::Puback(ack()?),
            "PUBREC" => ControlPacket::Pubrec(ack()?),
            "PUBREL" => ControlPacket::Pubrel(ack()?),
            "PUBCOMP" => ControlPacket::Pubcomp(ack()?),
            "SUBSCRIBE" => {
                for word in self.filters() {
                    subscriptions.push(subscription(word)?);
                }
                ControlPacket::Subscribe(Subscribe {
                    packet_identifier: self.identifier()?,
                    properties,
                    subscriptions: subscriptions.as_subscriptions(),
                })
            }
            "SUBACK" => ControlPacket::Suback(Suback {
                packet_identifier: self.identifier()?,
                properties,
                reason_codes: ReasonCodes::new(&codes),
            }),
            "UNSUBSCRIBE" => {
                for word in self.filters() {
                    filters.push(TopicFilter::new(word)?);
                }
                ControlPacket::Unsubscribe(Unsubscribe {
                    packet_identifier: self.identifier()?,
                    properties,
                    topic_filters: filters.as_topic_filters(),
                })
            }
            "UNSUBACK" => ControlPacket::Unsuback(Unsuback {
                packet_identifier: self.identifier()?,
                properties,
                reason_codes: ReasonCodes::new(if version.is_v5() { &codes } else { &[] }),
            }),
            "PINGREQ" => ControlPacket::Pingreq,
            "PINGRESP" => ControlPacket::Pingresp,
            "DISCONNECT" => ControlPacket::Disconnect(Disconnect {
                reason_code,
                properties,
            }),
            "AUTH" => ControlPacket::Auth(Auth {
                reason_code,
                properties,
            }),
            _ => return None,
        };
        encoded(&packet, version)
    }
}

fn encoded(packet: &ControlPacket<'_>, version: ProtocolVersion) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    packet.encode(version, &mut bytes).ok()?;
    Some(bytes)
}

fn qos<'a>(mut words: impl Iterator<Item = &'a str>) -> QoS {
    match words.find(|word| matches!(*word, "q0" | "q1" | "q2")) {
        Some("q1") => QoS::AtLeastOnce,
        Some("q2") => QoS::ExactlyOnce,
        _ => QoS::AtMostOnce,
    }
}

/// `a/+,q1,nl,rap,rh2`.
fn subscription(word: &str) -> Option<Subscription<'_>> {
    let mut parts = word.split(',');
    let topic_filter = TopicFilter::new(parts.next()?)?;
    let mut options = SubscriptionOptions {
        maximum_qos: qos(word.split(',').skip(1)),
        ..SubscriptionOptions::default()
    };
    for part in parts {
        match part {
            "q0" | "q1" | "q2" => {}
            "nl" => options.no_local = true,
            "rap" => options.retain_as_published = true,
            "rh1" => options.retain_handling = RetainHandling::SendIfNew,
            "rh2" => options.retain_handling = RetainHandling::DoNotSend,
            _ => return None,
        }
    }
    Some(Subscription {
        topic_filter,
        options,
    })
}

/// Bytes as people read them, and at most so many of them.
pub(crate) fn shown(bytes: &[u8], most: usize) -> String {
    let mut text = String::new();
    for byte in bytes.iter().take(most) {
        text.push_str(&format!("{byte:02x}"));
    }
    if bytes.len() > most {
        text.push_str("… (");
        text.push_str(&bytes.len().to_string());
        text.push_str(" bytes)");
    }
    text
}
