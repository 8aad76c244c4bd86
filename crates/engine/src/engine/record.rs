//! Bytes of either direction into the log.

use mqttscope_wire::{
    Context, ControlPacket, Frame, Framed, Property, PropertyId, Sender, Severity, dissect,
};

use super::{Engine, instant};
use crate::connection::{Connection, SocketId};
use crate::log::{Links, New, WireLog};
use crate::topics::{self, Noted, Topics};
use crate::unfinished;
use mqttscope_protocol::{ConnectionId, RecordId};

impl Engine {
    /// Takes bytes of either direction. Each packet that they complete is framed once and read once; the
    /// log numbers it, and under that number the watch judges it and, where it is a server's, the client
    /// answers it.
    pub(super) fn record(&mut self, now_ms: f64, id: ConnectionId, sender: Sender, bytes: &[u8]) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        let now = instant(now_ms);
        let socket = connection.socket;
        let inwards = sender == Sender::Server;
        let context = Context::new(connection.version).from(sender);
        let mut framer = core::mem::take(connection.framer(sender));
        framer.push(bytes);
        let mut monitor = socket.and_then(|socket| self.watch.monitor(socket));
        if inwards
            && framer.offset() == 0
            && let Some((id, monitor)) = &mut monitor
        {
            // Another protocol may begin here.
            monitor.handle_beginning(*id, self.log.end(), sender, framer.rest(), now);
        }
        let mut recorder = Recorder {
            log: &mut self.log,
            links: &mut self.links,
            topics: &mut self.topics,
            connection,
            now_ms,
            sender,
            messages: 0,
        };
        while let Some(framed) = framer.next_frame() {
            if let Framed::Packet(bytes) = framed
                && let Some(frame) = Frame::read(bytes, context)
            {
                let record = recorder.packet(&frame);
                if let Some((id, monitor)) = &mut monitor {
                    monitor.handle_frame(*id, record.0, &frame, now);
                }
                if inwards {
                    recorder.connection.client.handle_frame(now, &frame);
                }
            } else {
                let record = recorder.unread(framed);
                if let Some((id, monitor)) = &mut monitor {
                    monitor.handle_unread(*id, record.0, sender, framed, now);
                }
                if inwards {
                    (recorder.connection.client).handle_rest(now, bytes_of(framed));
                }
            }
        }
        let messages = recorder.messages;
        if inwards {
            connection.client.handle_rest(now, framer.rest());
        }
        *connection.framer(sender) = framer;
        if inwards {
            connection.note_unfinished(now_ms);
        }
        connection
            .meter
            .note(now_ms, inwards, messages, bytes.len() as u64);
        self.pace.packets(now_ms);
        if let Some(socket) = socket {
            let judged = self.watch.take(socket);
            self.judged(judged);
        }
    }

    /// A socket is gone: what came of the server's next packet is written down as it is. Only what is wrong in its
    /// Fixed Header is anybody's fault.
    pub(super) fn record_rest(&mut self, now_ms: f64, id: ConnectionId, socket: SocketId) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        let framer = core::mem::take(&mut connection.inwards);
        let rest = framer.rest();
        connection.half = None;
        if rest.is_empty() {
            return;
        }
        let sender = Sender::Server;
        let context = Context::new(connection.version).from(sender);
        let header = rest.get(..MAXIMUM_HEADER).unwrap_or(rest);
        let is_faulty = dissect(header, context).has_errors();
        let mut recorder = Recorder {
            log: &mut self.log,
            links: &mut self.links,
            topics: &mut self.topics,
            connection,
            now_ms,
            sender,
            messages: 0,
        };
        let framed = Framed::Unframed(rest);
        if is_faulty {
            let record = recorder.unread(framed);
            if let Some((id, monitor)) = self.watch.monitor(socket) {
                monitor.handle_unread(id, record.0, sender, framed, instant(now_ms));
            }
        } else {
            recorder.note(rest, &Read::default());
            connection.half = unfinished::words(rest);
        }
    }
}

/// The most bytes of a Fixed Header (section 2.1): one, and a Remaining Length of four.
const MAXIMUM_HEADER: usize = 5;

/// The bytes that are there.
const fn bytes_of(framed: Framed<'_>) -> &[u8] {
    match framed {
        Framed::Packet(bytes) | Framed::Unframed(bytes) => bytes,
        Framed::TooLarge { start, .. } => start,
    }
}

/// What a packet is written down with.
struct Recorder<'a> {
    log: &'a mut WireLog,
    links: &'a mut Links,
    topics: &'a mut Topics,
    connection: &'a mut Connection,
    now_ms: f64,
    sender: Sender,
    messages: u64,
}

/// What the log wants to know of a packet.
#[derive(Default)]
struct Read<'a> {
    packet_identifier: u16,
    topic: Option<u32>,
    /// The Topic Name as it stands in the packet.
    name: &'a str,
    payload: u32,
    retain: bool,
    is_faulty: bool,
}

impl Recorder<'_> {
    fn packet(&mut self, frame: &Frame<'_>) -> RecordId {
        let read = self.read(frame);
        self.note(frame.bytes, &read)
    }

    /// Bytes that are no whole packet.
    fn unread(&mut self, framed: Framed<'_>) -> RecordId {
        let read = Read {
            is_faulty: true,
            ..Read::default()
        };
        self.note(bytes_of(framed), &read)
    }

    fn note(&mut self, packet: &[u8], read: &Read<'_>) -> RecordId {
        let version = self.connection.version;
        let topic = read.topic.unwrap_or(topics::NONE);
        let record = self.log.push(
            New {
                at_ms: self.now_ms,
                connection: self.connection.id,
                sender: self.sender,
                version,
                packet_identifier: read.packet_identifier,
                topic,
                severity: read.is_faulty.then_some(Severity::Error),
            },
            packet,
        );
        let first = packet.first().copied().unwrap_or_default();
        (self.connection.attempt).packet(self.now_ms, self.sender, first, record);
        let asked = self.links.note(
            self.connection.id,
            self.sender,
            first,
            read.packet_identifier,
            record,
        );
        if let Some(asked) = asked {
            self.log.link(asked, record);
            if self.sender == Sender::Server {
                self.connection.round_trip_ms = self
                    .log
                    .get(record)
                    .map(|record| record.round_trip_ms.into());
            }
        }
        if read.topic.is_some() {
            self.messages = self.messages.saturating_add(1);
            self.topics.note(
                topic,
                Noted {
                    connection: self.connection.id,
                    sender: self.sender,
                    record,
                    size: read.payload,
                    retain: read.retain,
                },
            );
            if self.sender == Sender::Server {
                self.connection.count(topic, read.name, self.topics);
            }
        }
        record
    }

    fn read<'a>(&mut self, frame: &Frame<'a>) -> Read<'a> {
        let Ok(packet) = &frame.packet else {
            return Read {
                is_faulty: true,
                ..Read::default()
            };
        };
        let identifier = match packet {
            ControlPacket::Publish(publish) => publish.packet_identifier,
            ControlPacket::Puback(packet)
            | ControlPacket::Pubrec(packet)
            | ControlPacket::Pubrel(packet)
            | ControlPacket::Pubcomp(packet) => Some(packet.packet_identifier),
            ControlPacket::Subscribe(packet) => Some(packet.packet_identifier),
            ControlPacket::Suback(packet) => Some(packet.packet_identifier),
            ControlPacket::Unsubscribe(packet) => Some(packet.packet_identifier),
            ControlPacket::Unsuback(packet) => Some(packet.packet_identifier),
            _ => None,
        };
        let mut read = Read {
            packet_identifier: identifier.map_or(0, |identifier| identifier.get()),
            ..Read::default()
        };
        if let ControlPacket::Publish(publish) = packet {
            let alias = match publish.properties.get(PropertyId::TOPIC_ALIAS) {
                Some(Property::TopicAlias(alias)) => Some(alias),
                _ => None,
            };
            let [outwards, inwards] = &mut self.connection.aliases;
            let aliases = match self.sender {
                Sender::Client => outwards,
                Sender::Server => inwards,
            };
            let name = publish.topic_name.as_str();
            read.name = name;
            read.topic = Some(if name.is_empty() {
                alias
                    .and_then(|alias| aliases.get(&alias).copied())
                    .unwrap_or(topics::NONE)
            } else {
                let topic = self.topics.number(name);
                if let Some(alias) = alias {
                    aliases.insert(alias, topic);
                }
                topic
            });
            read.payload = u32::try_from(publish.payload.len()).unwrap_or(u32::MAX);
            read.retain = publish.retain;
        }
        read
    }
}
