//! The other codecs, each as a function that reads a packet and writes it again.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::BytesMut;
use mqtt_protocol_core::mqtt::packet as core;
use mqttscope_wire::{ProtocolVersion, frame};

const MAXIMUM: u32 = 1 << 20;

/// Another codec.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Peer {
    MqttBytes,
    Rumqttc,
    ProtocolCore,
}

/// What it makes of a packet.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// It reads the packet, and writes it so.
    Wrote(Vec<u8>),
    /// It does not read the packet, or not all of it; why, in its words.
    Refused(String),
    /// It read the packet and could not write it; why, in its words.
    NotWritten(String),
    /// It panicked.
    Panicked,
}

impl Peer {
    pub(crate) const ALL: [Self; 3] = [Self::MqttBytes, Self::Rumqttc, Self::ProtocolCore];

    /// Lets it read one packet of 3.1.1 or 5, and write what it read.
    pub(crate) fn again(self, packet: &[u8], version: ProtocolVersion) -> Answer {
        let v5 = version.is_v5();
        let run = || match (self, v5) {
            (Self::MqttBytes, false) => mqttbytes_v4(packet),
            (Self::MqttBytes, true) => mqttbytes_v5(packet),
            (Self::Rumqttc, false) => rumqttc_v4(packet),
            (Self::Rumqttc, true) => rumqttc_v5(packet),
            (Self::ProtocolCore, false) => core_v3_1_1(packet),
            (Self::ProtocolCore, true) => core_v5(packet),
        };
        catch_unwind(AssertUnwindSafe(run)).unwrap_or(Answer::Panicked)
    }
}

fn answer<E: std::fmt::Debug, F: std::fmt::Debug>(
    written: Result<Result<BytesMut, F>, E>,
) -> Answer {
    match written {
        Err(error) => Answer::Refused(format!("{error:?}")),
        Ok(Err(error)) => Answer::NotWritten(format!("{error:?}")),
        Ok(Ok(bytes)) => Answer::Wrote(bytes.to_vec()),
    }
}

fn mqttbytes_v4(packet: &[u8]) -> Answer {
    use mqttbytes::v4::{Disconnect, Packet, PingReq, PingResp, read};
    let mut out = BytesMut::new();
    answer(
        read(&mut BytesMut::from(packet), MAXIMUM as usize).map(|packet| {
            match packet {
                Packet::Connect(packet) => packet.write(&mut out),
                Packet::ConnAck(packet) => packet.write(&mut out),
                Packet::Publish(packet) => packet.write(&mut out),
                Packet::PubAck(packet) => packet.write(&mut out),
                Packet::PubRec(packet) => packet.write(&mut out),
                Packet::PubRel(packet) => packet.write(&mut out),
                Packet::PubComp(packet) => packet.write(&mut out),
                Packet::Subscribe(packet) => packet.write(&mut out),
                Packet::SubAck(packet) => packet.write(&mut out),
                Packet::Unsubscribe(packet) => packet.write(&mut out),
                Packet::UnsubAck(packet) => packet.write(&mut out),
                Packet::PingReq => PingReq.write(&mut out),
                Packet::PingResp => PingResp.write(&mut out),
                Packet::Disconnect => Disconnect.write(&mut out),
            }
            .map(|_| out)
        }),
    )
}

fn mqttbytes_v5(packet: &[u8]) -> Answer {
    use mqttbytes::v5::{Packet, PingReq, PingResp, read};
    let mut out = BytesMut::new();
    answer(
        read(&mut BytesMut::from(packet), MAXIMUM as usize).map(|packet| {
            match packet {
                Packet::Connect(packet) => packet.write(&mut out),
                Packet::ConnAck(packet) => packet.write(&mut out),
                Packet::Publish(packet) => packet.write(&mut out),
                Packet::PubAck(packet) => packet.write(&mut out),
                Packet::PubRec(packet) => packet.write(&mut out),
                Packet::PubRel(packet) => packet.write(&mut out),
                Packet::PubComp(packet) => packet.write(&mut out),
                Packet::Subscribe(packet) => packet.write(&mut out),
                Packet::SubAck(packet) => packet.write(&mut out),
                Packet::Unsubscribe(packet) => packet.write(&mut out),
                Packet::UnsubAck(packet) => packet.write(&mut out),
                Packet::PingReq => PingReq.write(&mut out),
                Packet::PingResp => PingResp.write(&mut out),
                Packet::Disconnect(packet) => packet.write(&mut out),
            }
            .map(|_| out)
        }),
    )
}

fn rumqttc_v4(packet: &[u8]) -> Answer {
    let mut out = BytesMut::new();
    answer(
        rumqttc::mqttbytes::v4::Packet::read(&mut BytesMut::from(packet), MAXIMUM as usize)
            .map(|packet| packet.write(&mut out, MAXIMUM as usize).map(|_| out)),
    )
}

fn rumqttc_v5(packet: &[u8]) -> Answer {
    let mut out = BytesMut::new();
    answer(
        rumqttc::v5::mqttbytes::v5::Packet::read(&mut BytesMut::from(packet), Some(MAXIMUM))
            .map(|packet| packet.write(&mut out, Some(MAXIMUM)).map(|_| out)),
    )
}

/// It is given what follows the fixed header, and says how much of that it read.
macro_rules! core {
    ($module:ident, $packet:ident, [$($nibble:literal $name:ident,)*]) => {{
        let frame::Header::Complete { header_len, .. } = frame::header($packet) else {
            return Answer::Refused("no whole header".to_owned());
        };
        let (first, body) = ($packet[0], &$packet[header_len..]);
        let read = match first >> 4 {
            3 => core::$module::Publish::parse(first & 15, body.into())
                .map(|(packet, len)| (packet.to_continuous_buffer(), len)),
            $($nibble => core::$module::$name::parse(body)
                .map(|(packet, len)| (packet.to_continuous_buffer(), len)),)*
            _ => return Answer::Refused("no such type".to_owned()),
        };
        match read {
            Ok((bytes, len)) if len == body.len() => Answer::Wrote(bytes),
            Ok((_, len)) => Answer::Refused(format!("{len} bytes of {}", body.len())),
            Err(error) => Answer::Refused(format!("{error:?}")),
        }
    }};
}

fn core_v3_1_1(packet: &[u8]) -> Answer {
    core!(
        v3_1_1,
        packet,
        [
            1 Connect, 2 Connack, 4 Puback, 5 Pubrec, 6 Pubrel, 7 Pubcomp, 8 Subscribe, 9 Suback,
            10 Unsubscribe, 11 Unsuback, 12 Pingreq, 13 Pingresp, 14 Disconnect,
        ]
    )
}

fn core_v5(packet: &[u8]) -> Answer {
    core!(
        v5_0,
        packet,
        [
            1 Connect, 2 Connack, 4 Puback, 5 Pubrec, 6 Pubrel, 7 Pubcomp, 8 Subscribe, 9 Suback,
            10 Unsubscribe, 11 Unsuback, 12 Pingreq, 13 Pingresp, 14 Disconnect, 15 Auth,
        ]
    )
}
