//! Both directions of one connection, as bytes become packets of the log.

use core::time::Duration;

use hashbrown::HashMap;

use mqttscope_monitor::{self as monitor, Monitor};
use mqttscope_protocol::{ConnectionId, RecordId};
use mqttscope_shared::Instant;
use mqttscope_wire::{
    Context, ControlPacket, Frame, Framed, Framer, Properties, Property, PropertyId,
    ProtocolVersion, Sender, Severity,
};

use crate::log::{Links, New, Record, WireLog};
use crate::topics::{self, Noted, Topics};

/// What is known of a connection from the bytes that went over it.
#[derive(Debug)]
pub(crate) struct Stream {
    pub(crate) id: ConnectionId,
    /// The version that its packets are read in.
    pub(crate) version: ProtocolVersion,
    pub(crate) outwards: Framer,
    pub(crate) inwards: Framer,
    /// Topics by alias, of each direction.
    aliases: [HashMap<u16, u32>; 2],
    pub(crate) round_trip: Option<Duration>,
    /// Nobody has looked whether the server speaks MQTT at all.
    may_be_foreign: bool,
}

impl Stream {
    pub(crate) fn new(id: ConnectionId, version: ProtocolVersion) -> Self {
        Self {
            id,
            version,
            outwards: Framer::default(),
            inwards: Framer::default(),
            aliases: Default::default(),
            round_trip: None,
            may_be_foreign: false,
        }
    }

    /// The same to a server that may speak another protocol.
    pub(crate) const fn of_unknown_server(mut self) -> Self {
        self.may_be_foreign = true;
        self
    }

    /// What finds the packets of one direction.
    pub(crate) const fn framer(&mut self, sender: Sender) -> &mut Framer {
        match sender {
            Sender::Client => &mut self.outwards,
            Sender::Server => &mut self.inwards,
        }
    }

    /// A new link begins: nothing of the one before is left in the pipes.
    pub(crate) fn begin(&mut self) {
        self.outwards = Framer::default();
        self.inwards = Framer::default();
        self.aliases = Default::default();
    }

    /// Topics have other numbers now: here is what each became.
    pub(crate) fn move_topics(&mut self, mut to: impl FnMut(u32) -> u32) {
        for topic in self.aliases.iter_mut().flat_map(HashMap::values_mut) {
            *topic = to(*topic);
        }
    }
}

/// A packet that is in the log now.
pub(crate) struct Written<'a> {
    pub(crate) record: RecordId,
    /// The first byte: packet type and flags.
    pub(crate) first: u8,
    /// The topic of a PUBLISH: its number, and its name as it stands in the packet.
    pub(crate) topic: Option<(u32, &'a str)>,
    /// Bytes that are no whole packet have none.
    pub(crate) frame: Option<&'a Frame<'a>>,
    pub(crate) bytes: &'a [u8],
}

impl<'a> Written<'a> {
    /// The properties of a sound PUBLISH.
    pub(crate) fn properties(&self) -> Option<Properties<'a>> {
        match self.frame?.packet {
            Ok(ControlPacket::Publish(publish)) => Some(publish.properties),
            _ => None,
        }
    }
}

/// Where bytes of a stream are written down.
pub(crate) struct Recorder<'a> {
    pub(crate) log: &'a mut WireLog,
    pub(crate) links: &'a mut Links,
    pub(crate) topics: &'a mut Topics,
    /// Who judges them, and what the connection is called there.
    pub(crate) monitor: Option<(monitor::ConnectionId, &'a mut Monitor)>,
    pub(crate) now: Instant,
}

impl Recorder<'_> {
    /// Takes bytes of either direction. Each packet that they complete is framed once and read once; the log
    /// numbers it, and under that number the monitor judges it and `hear` is told of it.
    pub(crate) fn record(
        &mut self,
        stream: &mut Stream,
        sender: Sender,
        bytes: &[u8],
        mut hear: impl FnMut(&Written<'_>, &Topics),
    ) {
        let now = self.now;
        let context = Context::new(stream.version).sent_by(sender);
        let mut framer = core::mem::take(stream.framer(sender));
        framer.push(bytes);
        if stream.may_be_foreign
            && sender == Sender::Server
            && framer.offset() == 0
            && let Some((id, monitor)) = &mut self.monitor
        {
            monitor.handle_beginning(*id, self.log.end(), sender, framer.rest(), now);
        }
        while let Some(framed) = framer.next_frame() {
            if let Framed::Packet(bytes) = framed
                && let Some(frame) = Frame::read(bytes, context)
            {
                let read = self.read(stream, sender, &frame);
                let written = self.write(stream, sender, frame.bytes, &read, Some(&frame));
                if let Some((id, monitor)) = &mut self.monitor {
                    monitor.handle_frame(*id, written.record.0, &frame, now);
                }
                hear(&written, self.topics);
            } else {
                let read = Read::faulty();
                let written = self.write(stream, sender, bytes_of(framed), &read, None);
                if let Some((id, monitor)) = &mut self.monitor {
                    monitor.handle_unread(*id, written.record.0, sender, framed, now);
                }
                hear(&written, self.topics);
            }
        }
        *stream.framer(sender) = framer;
    }

    /// Writes down bytes that are no whole packet as they are. With `is_faulty` it is somebody's fault.
    pub(crate) fn rest<'b>(
        &mut self,
        stream: &mut Stream,
        sender: Sender,
        rest: &'b [u8],
        is_faulty: bool,
    ) -> Written<'b> {
        if !is_faulty {
            return self.write(stream, sender, rest, &Read::default(), None);
        }
        let written = self.write(stream, sender, rest, &Read::faulty(), None);
        if let Some((id, monitor)) = &mut self.monitor {
            let now = self.now;
            monitor.handle_unread(*id, written.record.0, sender, Framed::Unframed(rest), now);
        }
        written
    }

    fn write<'b>(
        &mut self,
        stream: &mut Stream,
        sender: Sender,
        bytes: &'b [u8],
        read: &Read<'b>,
        frame: Option<&'b Frame<'b>>,
    ) -> Written<'b> {
        let topic = read.topic.unwrap_or(topics::NONE);
        let record = self.log.push(
            New {
                at: self.now,
                connection: stream.id,
                sender,
                version: stream.version,
                packet_identifier: read.packet_identifier,
                topic,
                severity: read.is_faulty.then_some(Severity::Error),
            },
            bytes,
        );
        let first = bytes.first().copied().unwrap_or_default();
        let asked = (self.links).note(stream.id, sender, first, read.packet_identifier, record);
        if let Some(asked) = asked {
            self.log.link(asked, record);
            if sender == Sender::Server {
                let record = self.log.get(record);
                stream.round_trip = record.and_then(Record::round_trip);
            }
        }
        if read.topic.is_some() {
            self.topics.note(
                topic,
                Noted {
                    connection: stream.id,
                    sender,
                    record,
                    size: read.payload,
                    retain: read.retain,
                },
            );
        }
        Written {
            record,
            first,
            topic: read.topic.map(|topic| (topic, read.name)),
            frame,
            bytes,
        }
    }

    fn read<'b>(&mut self, stream: &mut Stream, sender: Sender, frame: &Frame<'b>) -> Read<'b> {
        let Ok(packet) = &frame.packet else {
            return Read::faulty();
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
            let [outwards, inwards] = &mut stream.aliases;
            let aliases = match sender {
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

/// The bytes that are there.
const fn bytes_of(framed: Framed<'_>) -> &[u8] {
    match framed {
        Framed::Packet(bytes) | Framed::Unframed(bytes) => bytes,
        Framed::TooLarge { start, .. } => start,
    }
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

impl Read<'_> {
    fn faulty() -> Self {
        Self {
            is_faulty: true,
            ..Self::default()
        }
    }
}
