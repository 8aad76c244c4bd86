//! Sides of packets that stand behind each other without any mark of who sent them, as far as their types tell.

use mqttscope_wire::frame::{self, Header};
use mqttscope_wire::{Context, PacketAt, PacketType, ProtocolVersion, ReasonCode, Sender, packets};

use crate::sides::Run;

/// Where each side's bytes begin, where the packets are one conversation beyond doubt and the types tell who sent each.
///
/// It begins with the only CONNECT; every answer is one to a question before it, and nothing follows a DISCONNECT. A
/// PUBLISH, its acknowledgements, an AUTH and most DISCONNECT packets of version 5 may be either side's: with one of these
/// nothing is said. Nor is it where something does not fit: packets that were put together from several places are no
/// conversation, and nobody is to be blamed for it.
pub(crate) fn by_types(bytes: &[u8]) -> Option<Vec<Run>> {
    // The version matters little for where packets begin.
    let context = Context::new(ProtocolVersion::V5);
    let mut talk = Talk::default();
    let mut runs: Vec<Run> = Vec::new();
    for at in packets(bytes, context) {
        let from = talk.next(&at, bytes)?;
        if runs.last().is_none_or(|run| run.from != from) {
            runs.push(Run {
                start: at.offset,
                from,
            });
        }
    }
    talk.is_answered.then_some(runs)
}

/// What was asked and not answered yet.
#[derive(Default)]
struct Talk {
    /// The version of the CONNECT; none: it is still to come.
    version: Option<ProtocolVersion>,
    /// A CONNACK came.
    is_answered: bool,
    is_over: bool,
    subscribes: Vec<u16>,
    unsubscribes: Vec<u16>,
    pings: usize,
}

impl Talk {
    /// Who sent the next packet; none: it cannot be told, or does not fit.
    fn next(&mut self, at: &PacketAt, bytes: &[u8]) -> Option<Sender> {
        if at.skipped || at.missing > 0 || self.is_over {
            return None;
        }
        let packet = bytes.get(at.offset..at.offset.checked_add(at.len)?)?;
        let Some(version) = self.version else {
            self.version = Some(at.version);
            return (at.packet_type == PacketType::Connect).then_some(Sender::Client);
        };
        let identifier = || identifier(packet);
        match at.packet_type {
            PacketType::Connack if !self.is_answered => {
                self.is_answered = true;
                Some(Sender::Server)
            }
            PacketType::Subscribe => {
                self.subscribes.push(identifier()?);
                Some(Sender::Client)
            }
            PacketType::Unsubscribe => {
                self.unsubscribes.push(identifier()?);
                Some(Sender::Client)
            }
            PacketType::Pingreq => {
                self.pings = self.pings.saturating_add(1);
                Some(Sender::Client)
            }
            PacketType::Suback => answered(&mut self.subscribes, identifier()?),
            PacketType::Unsuback => answered(&mut self.unsubscribes, identifier()?),
            PacketType::Pingresp => {
                self.pings = self.pings.checked_sub(1)?;
                Some(Sender::Server)
            }
            PacketType::Disconnect => {
                self.is_over = true;
                leaving(packet, version)
            }
            _ => None,
        }
        // A server answers nothing before the CONNECT.
        .filter(|from| self.is_answered || *from == Sender::Client)
    }
}

/// The server's answer to one of these.
fn answered(asked: &mut Vec<u16>, identifier: u16) -> Option<Sender> {
    let at = asked.iter().position(|it| *it == identifier)?;
    asked.remove(at);
    Some(Sender::Server)
}

/// Who sent a DISCONNECT. Before version 5 only a client may; since then its Reason Code may tell, and a server that
/// sends one to a client of another version gives itself away by it.
fn leaving(packet: &[u8], version: ProtocolVersion) -> Option<Sender> {
    // It may end behind its length: then it is a normal one.
    let code = body(packet)?.first().copied();
    if !version.is_v5() && code.is_none() {
        return Some(Sender::Client);
    }
    let code = ReasonCode(code.unwrap_or(0));
    let may_be = |sender| code.may_be_sent_by(PacketType::Disconnect, sender);
    match (may_be(Sender::Client), may_be(Sender::Server)) {
        (true, false) => Some(Sender::Client),
        (false, true) => Some(Sender::Server),
        // A server has no reason to go without one. Nothing is claimed of it that would be wrong of a server.
        _ if code == ReasonCode::NORMAL_DISCONNECTION => Some(Sender::Client),
        _ => None,
    }
}

/// The Packet Identifier of a packet that begins with it.
fn identifier(packet: &[u8]) -> Option<u16> {
    let first = body(packet)?.first_chunk::<2>().copied();
    first.map(u16::from_be_bytes)
}

/// What stands behind the Fixed Header.
fn body(packet: &[u8]) -> Option<&[u8]> {
    match frame::header(packet) {
        Header::Complete { header_len, .. } => packet.get(header_len..),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `>` for each packet of the client's, `<` for one of the server's; none where nothing is said.
    fn sides(packets: &[&[u8]]) -> Option<String> {
        let runs = by_types(&packets.concat())?;
        let mut at = 0_usize;
        let signs = packets.iter().map(|packet| {
            let run = runs.iter().rfind(|run| run.start <= at).unwrap();
            at += packet.len();
            if run.from == Sender::Client { '>' } else { '<' }
        });
        Some(signs.collect())
    }

    const V3: &[u8] = b"\x10\x0d\0\x04MQTT\x04\x02\0\x3c\0\x01a";
    const V5: &[u8] = b"\x10\x0e\0\x04MQTT\x05\x02\0\x3c\0\0\x01a";
    const CONNACK: &[u8] = b"\x20\x02\0\0";
    const CONNACK5: &[u8] = b"\x20\x03\0\0\0";
    const SUBSCRIBE: &[u8] = b"\x82\x06\0\x01\0\x01a\x01";
    const SUBACK: &[u8] = b"\x90\x03\0\x01\x01";
    const PINGREQ: &[u8] = b"\xc0\0";
    const PINGRESP: &[u8] = b"\xd0\0";

    #[test]
    fn types_tell_both_sides_of_a_conversation() {
        let unsubscribe: &[u8] = b"\xa2\x05\0\x02\0\x01a";
        let told: [(&[&[u8]], &str); 8] = [
            (&[V3, CONNACK], "><"),
            (&[V3, CONNACK, SUBSCRIBE, SUBACK], "><><"),
            // Nobody has to wait for an answer.
            (
                &[V3, SUBSCRIBE, PINGREQ, CONNACK, SUBACK, PINGRESP],
                ">>><<<",
            ),
            (
                &[V3, CONNACK, unsubscribe, b"\xb0\x02\0\x02", b"\xe0\0"],
                "><><>",
            ),
            (&[V5, CONNACK5, b"\xe0\0"], "><>"),
            (&[V5, CONNACK5, b"\xe0\x01\x04"], "><>"),
            (&[V5, CONNACK5, b"\xe0\x01\x8e"], "><<"),
            // Only a server takes a session over, whatever version it believes in.
            (&[V3, CONNACK, b"\xe0\x01\x8e"], "><<"),
        ];
        for (packets, signs) in told {
            assert_eq!(sides(packets).as_deref(), Some(signs));
        }
    }

    #[test]
    fn nothing_is_said_where_a_packet_may_be_either_side_s_or_does_not_fit() {
        let publish: &[u8] = b"\x30\x03\0\x01a";
        let left: [&[&[u8]]; 14] = [
            &[],
            &[V3],
            &[V3, SUBSCRIBE],
            &[CONNACK, SUBSCRIBE, SUBACK],
            // Whose message it is, nobody knows.
            &[V3, CONNACK, publish],
            &[V3, CONNACK, SUBSCRIBE, SUBACK, b"\x40\x02\0\x01"],
            &[V5, CONNACK5, b"\xe0\x01\x82"],
            &[V5, b"\xf0\0", CONNACK5],
            // These were put together from several places.
            &[V3, CONNACK, V3, CONNACK],
            &[V3, CONNACK, CONNACK],
            &[V3, CONNACK, SUBSCRIBE, b"\x90\x03\0\x07\x01"],
            &[V3, CONNACK, PINGRESP, PINGREQ],
            &[V3, SUBSCRIBE, SUBACK, CONNACK],
            &[V3, CONNACK, b"\xe0\0", PINGREQ],
        ];
        for packets in left {
            assert_eq!(sides(packets), None, "{packets:?}");
        }
        // A packet that is not whole, and bytes that are no packet.
        assert_eq!(by_types(&[V3, &CONNACK[..3]].concat()), None);
        assert_eq!(by_types(&[V3, CONNACK, &[0, 0]].concat()), None);
    }
}
