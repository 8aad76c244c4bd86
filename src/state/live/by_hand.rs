//! Bytes that a person writes to be sent as they are: what they are, what they break, what the server
//! should do about it.

use mqttscope_protocol::BytesSent;
use mqttscope_wire::{
    BrokenPacket, Context, Framed, Framer, PacketType, ProtocolVersion, Rule, Sender, Severity,
    broken_packets, dissect, notation, summary,
};

use super::words;

/// Packets of what is written that are told.
const MOST_PACKETS: usize = 4;

/// What is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The first packets in them.
    pub packets: Vec<Told>,
    /// The beginning of another behind the last packet: how many bytes, and what it breaks already.
    pub rest: (usize, Vec<Broken>),
}

/// A packet of what is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Its type.
    pub packet_type: PacketType,
    /// What it says, in one line.
    pub words: String,
    /// What it breaks.
    pub broken: Vec<Broken>,
}

/// A rule that is broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The rule.
    pub rule: Rule,
    /// What is wrong, in words.
    pub message: String,
}

impl Written {
    /// Reads what is written in the notation of [`notation`], as a client of this version sends it.
    ///
    /// # Errors
    /// A sentence that names the place.
    pub fn read(text: &str, version: ProtocolVersion) -> Result<Self, String> {
        let bytes = notation::parse(text).map_err(|error| error.to_string())?;
        let mut framer = Framer::default();
        framer.push(&bytes);
        let mut packets = Vec::new();
        while let Some(framed) = framer.next_frame() {
            if packets.len() < MOST_PACKETS {
                let (Framed::Packet(packet)
                | Framed::TooLarge { start: packet, .. }
                | Framed::Unframed(packet)) = framed;
                packets.push(described(packet, version));
            }
        }
        let rest = framer.rest();
        let broken = if rest.is_empty() {
            Vec::new()
        } else {
            described(rest, version).broken
        };
        let rest = (rest.len(), broken);
        Ok(Self {
            bytes,
            packets,
            rest,
        })
    }

    /// What the standard asks of a server that gets it, and the statement; none where nothing is broken.
    #[must_use]
    pub fn expected(&self, version: ProtocolVersion) -> Option<(String, Option<&'static str>)> {
        let packets = self.packets.iter().flat_map(|packet| &packet.broken);
        let mut errors = (packets.chain(&self.rest.1))
            .filter(|broken| broken.rule.severity() == Severity::Error);
        let Some(first) = errors.next() else {
            let is_connect = |packet: &Told| packet.packet_type == PacketType::Connect;
            return self.packets.iter().any(is_connect).then(|| {
                let says = "A second CONNECT on a connection: the server has to end it.";
                let statement = (version != ProtocolVersion::V3_1).then_some("MQTT-3.1.0-2");
                (says.to_owned(), statement)
            });
        };
        Some(match version {
            ProtocolVersion::V5 => {
                let code = first.rule.reason();
                let name = code.and_then(|code| code.name(PacketType::Disconnect, version));
                let says = match (code, name) {
                    (Some(code), Some(name)) => format!(
                        "The server has to end the connection, and may say why in a DISCONNECT: 0x{:02X} ({name}).",
                        code.0
                    ),
                    _ => "The server has to end the connection.".to_owned(),
                };
                (says, Some("MQTT-4.13.1-1"))
            }
            ProtocolVersion::V3_1_1 => (
                "The server has to end the connection, without a word: version 3.1.1 has no DISCONNECT of a server."
                    .to_owned(),
                Some("MQTT-4.8.0-1"),
            ),
            ProtocolVersion::V3_1 => (
                "Version 3.1 does not say what a server does with it; most end the connection.".to_owned(),
                None,
            ),
        })
    }
}

fn described(packet: &[u8], version: ProtocolVersion) -> Told {
    let dissection = dissect(packet, Context::new(version).sent_by(Sender::Client));
    let name = dissection.packet_type.name();
    let words = match summary(&dissection, packet) {
        words if words.is_empty() => name.to_owned(),
        words => format!("{name} · {words}"),
    };
    let broken = dissection.diagnostics.iter().map(|diagnostic| Broken {
        rule: diagnostic.rule,
        message: diagnostic.message(packet),
    });
    Told {
        packet_type: dissection.packet_type,
        words,
        broken: broken.collect(),
    }
}

/// The packets that break one rule each and that a client of this version can send on an open connection,
/// by their types.
#[must_use]
pub fn offers(version: ProtocolVersion) -> Vec<(PacketType, Vec<BrokenPacket>)> {
    let mut offers: Vec<(PacketType, Vec<BrokenPacket>)> = Vec::new();
    for broken in broken_packets().filter(|broken| broken.context.version == version) {
        let bytes = broken.bytes();
        let of = PacketType::from_nibble(bytes.first().copied().unwrap_or_default() >> 4);
        let dissection = dissect(&bytes, Context::new(version).sent_by(Sender::Client));
        let mut rules = dissection.diagnostics.iter().map(|it| it.rule);
        // A CONNECT is the first packet of a connection: here it would break another rule.
        let breaks_just_it = rules.next() == Some(broken.rule) && rules.next().is_none();
        if of == PacketType::Connect || !breaks_just_it {
            continue;
        }
        match offers.iter_mut().find(|(it, _)| *it == of) {
            Some((_, group)) => group.push(broken),
            None => offers.push((of, vec![broken])),
        }
    }
    offers.sort_by_key(|(of, _)| of.nibble());
    offers
}

/// What followed bytes that were sent, in words.
#[must_use]
pub fn followed(sent: &BytesSent) -> String {
    let mut parts = Vec::new();
    for packet in &sent.followed {
        parts.push(format!(
            "{} came {} later",
            packet.packet_type.name(),
            words::duration(packet.after)
        ));
    }
    if let Some(after) = sent.ended_after {
        parts.push(format!(
            "the connection ended {} later",
            words::duration(after)
        ));
    }
    if parts.is_empty() {
        "nothing came from the server since".to_owned()
    } else {
        parts.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_told() {
        let written = Written::read("30 | \"a\" {} 'hi'\nc1 00\n82", ProtocolVersion::V5).unwrap();
        let Told { words, broken, .. } = &written.packets[0];
        assert_eq!(
            (words.as_str(), broken.len()),
            ("PUBLISH · QoS 0 · a · 2 B", 0)
        );
        let broken = &written.packets[1].broken;
        assert_eq!(broken[0].rule.name(), "header-flags-reserved");
        assert!(broken[0].message.contains("0001"), "{broken:?}");
        assert_eq!((written.packets.len(), written.rest.0), (2, 1));
        assert_eq!(written.rest.1, [], "nothing is wrong yet");
        let (says, statement) = written.expected(ProtocolVersion::V5).unwrap();
        assert!(says.contains("0x81 (Malformed Packet)"), "{says}");
        assert_eq!(statement, Some("MQTT-4.13.1-1"));
        let half = Written::read("00 31 32", ProtocolVersion::V5).unwrap();
        assert_eq!(half.rest.1[0].rule.name(), "packet-type-0");
        assert!(half.expected(ProtocolVersion::V5).is_some());
        let connect = "10 | \"MQTT\" 04 02 003c \"c\"";
        let connect = Written::read(connect, ProtocolVersion::V3_1_1).unwrap();
        let (says, statement) = connect.expected(ProtocolVersion::V3_1_1).unwrap();
        assert!(says.contains("second CONNECT"), "{says}");
        assert_eq!(statement, Some("MQTT-3.1.0-2"));
        assert!(
            Written::read("3", ProtocolVersion::V5)
                .unwrap_err()
                .starts_with("Line 1, character 1")
        );
    }

    #[test]
    fn what_is_offered_breaks_what_it_says() {
        for version in ProtocolVersion::ALL {
            let offers = offers(version);
            assert!(offers.len() > 5, "{version:?}");
            for broken in offers.iter().flat_map(|(_, group)| group) {
                let written = Written::read(broken.notation, version).unwrap();
                let rules: Vec<_> = written.packets.iter().flat_map(|it| &it.broken).collect();
                // A length that says more than there is has no packet yet.
                if !rules.is_empty() {
                    assert_eq!(rules[0].rule, broken.rule, "{}", broken.notation);
                }
            }
        }
    }
}
