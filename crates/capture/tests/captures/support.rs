//! What a capture gives, in a form that tests can compare.

use std::collections::BTreeMap;

use mqttscope_capture::foreign::Endpoint;
use mqttscope_capture::reading::Role;
use mqttscope_capture::recording::{
    CaptureReader, ConnectionId, Counts, Ending, Event, Limits, Opened, Peer, Transport,
};
use mqttscope_wire::{PacketType, ProtocolVersion, detect, frame};

/// A stretch of one side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Bytes(Vec<u8>),
    Skipped(Vec<u8>),
    Gap(Option<u64>),
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Connection {
    pub(crate) opened: Option<Opened>,
    pub(crate) transports: Vec<Transport>,
    pub(crate) whys: Vec<String>,
    pub(crate) client: Vec<Part>,
    pub(crate) server: Vec<Part>,
    pub(crate) fin: Option<Role>,
    pub(crate) closed: Option<(Ending, Option<Role>)>,
    pub(crate) sealed: Option<String>,
    pub(crate) times: Vec<Option<u64>>,
    pub(crate) frames: Vec<u64>,
    /// Packets in words.
    pub(crate) said: Vec<(Role, PacketType, String)>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Found {
    pub(crate) connections: BTreeMap<ConnectionId, Connection>,
    pub(crate) notes: Vec<String>,
    pub(crate) key_logs: Vec<Vec<u8>>,
    pub(crate) counts: Counts,
    pub(crate) events: Vec<String>,
    /// Events that were told before the end was.
    pub(crate) before_the_end: usize,
    pub(crate) most_held: usize,
}

impl Found {
    /// The only connection.
    #[track_caller]
    pub(crate) fn only(&self) -> &Connection {
        assert_eq!(self.connections.len(), 1, "{:#?}", self.events);
        self.connections.values().next().unwrap()
    }

    pub(crate) fn number(&self, number: u32) -> &Connection {
        &self.connections[&ConnectionId(number)]
    }

    pub(crate) fn packets(&self) -> usize {
        self.connections
            .values()
            .map(|one| one.packets().len())
            .sum()
    }

    fn take(&mut self, event: &Event<'_>) {
        self.events.push(format!("{event:?}"));
        match event {
            Event::Opened(opened) => {
                let old = self.connections.insert(
                    opened.connection,
                    Connection {
                        opened: Some(opened.clone()),
                        ..Connection::default()
                    },
                );
                assert!(old.is_none(), "opened twice");
            }
            Event::Transport {
                connection,
                transport,
                why,
            } => {
                let one = self.connections.get_mut(connection).unwrap();
                one.transports.push(*transport);
                one.whys.push((*why).to_owned());
            }
            Event::Bytes {
                connection,
                from,
                bytes,
                at_ns,
                frame,
            } => {
                assert!(!bytes.is_empty());
                let one = self.connections.get_mut(connection).unwrap();
                one.times.push(*at_ns);
                one.frames.push(*frame);
                match one.side(*from).last_mut() {
                    Some(Part::Bytes(last)) => last.extend(*bytes),
                    _ => one.side(*from).push(Part::Bytes(bytes.to_vec())),
                }
            }
            Event::Skipped {
                connection,
                from,
                bytes,
                ..
            } => {
                let side = self.connections.get_mut(connection).unwrap().side(*from);
                match side.last_mut() {
                    Some(Part::Skipped(last)) => last.extend(*bytes),
                    _ => side.push(Part::Skipped(bytes.to_vec())),
                }
            }
            Event::Said {
                connection,
                from,
                at_ns,
                frame,
                packet_type,
                words,
                ..
            } => {
                let one = self.connections.get_mut(connection).unwrap();
                one.times.push(*at_ns);
                one.frames.push(*frame);
                one.said.push((*from, *packet_type, (*words).to_owned()));
            }
            Event::Named {
                connection,
                end,
                name,
            } => {
                let one = self.connections.get_mut(connection).unwrap();
                let opened = one.opened.as_mut().unwrap();
                match end {
                    Role::Client => opened.client = Peer::Named((*name).into()),
                    Role::Server => opened.server = Peer::Named((*name).into()),
                }
            }
            Event::Gap {
                connection,
                from,
                bytes,
            } => {
                let side = self.connections.get_mut(connection).unwrap().side(*from);
                side.push(Part::Gap(*bytes));
            }
            Event::Closed {
                connection,
                how,
                from,
                ..
            } => {
                let one = self.connections.get_mut(connection).unwrap();
                assert!(one.closed.is_none(), "closed twice");
                one.closed = Some((*how, *from));
            }
            Event::Fin {
                connection, from, ..
            } => {
                let one = self.connections.get_mut(connection).unwrap();
                assert!(one.fin.is_none() && one.closed.is_none(), "a FIN twice");
                one.fin = Some(*from);
            }
            Event::Client { .. } | Event::Marked { .. } => {}
            Event::KeyLog(text) => self.key_logs.push(text.to_vec()),
            Event::Sealed { connection, why } => {
                let one = self.connections.get_mut(connection).unwrap();
                assert!(
                    one.sealed.is_none() && one.closed.is_none(),
                    "told too late"
                );
                one.sealed = Some((*why).to_owned());
            }
            Event::Note(note) => self.notes.push((*note).to_owned()),
        }
    }
}

impl Connection {
    fn side(&mut self, from: Role) -> &mut Vec<Part> {
        match from {
            Role::Client => &mut self.client,
            Role::Server => &mut self.server,
        }
    }

    pub(crate) fn ends(&self) -> (Endpoint, Endpoint) {
        let opened = self.opened.as_ref().unwrap();
        match (&opened.client, &opened.server) {
            (Peer::Address(client), Peer::Address(server)) => (*client, *server),
            others => panic!("{others:?}"),
        }
    }

    /// The types of the whole packets of both sides, the client's first.
    pub(crate) fn packets(&self) -> Vec<PacketType> {
        let sides = self.client.iter().chain(&self.server);
        sides.flat_map(types).collect()
    }

    pub(crate) fn gaps(&self) -> usize {
        let sides = self.client.iter().chain(&self.server);
        sides.filter(|part| matches!(part, Part::Gap(_))).count()
    }

    pub(crate) fn skipped(&self) -> usize {
        let sides = self.client.iter().chain(&self.server);
        sides
            .map(|part| match part {
                Part::Skipped(bytes) => bytes.len(),
                _ => 0,
            })
            .sum()
    }

    /// The version that a CONNECT names.
    pub(crate) fn version(&self) -> Option<ProtocolVersion> {
        let Some(Part::Bytes(bytes)) = self.client.first() else {
            return None;
        };
        (bytes.first() == Some(&0x10)).then(|| detect(bytes, None).version)
    }

    /// All of a side that was given, where nothing is missing.
    #[track_caller]
    pub(crate) fn whole(&self, from: Role) -> &[u8] {
        let side = if from == Role::Client {
            &self.client
        } else {
            &self.server
        };
        match &side[..] {
            [] => &[],
            [Part::Bytes(bytes)] => bytes,
            other => panic!("{other:?}"),
        }
    }
}

/// The types of the whole packets in bytes that begin one.
fn types(part: &Part) -> Vec<PacketType> {
    let Part::Bytes(bytes) = part else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut rest = &bytes[..];
    while let frame::Header::Complete { len, .. } = frame::header(rest) {
        if len > rest.len() {
            break;
        }
        found.push(PacketType::from_first_byte(rest[0]));
        rest = &rest[len..];
    }
    found
}

pub(crate) fn read(file: &[u8]) -> Found {
    read_with(file, file.len().max(1), Limits::default())
}

pub(crate) fn read_with(file: &[u8], chunk: usize, limits: Limits) -> Found {
    run(CaptureReader::new(limits), file, chunk)
}

/// Feeds a reader in chunks of a size.
pub(crate) fn run(mut reader: CaptureReader, file: &[u8], chunk: usize) -> Found {
    let mut found = Found::default();
    for chunk in file.chunks(chunk) {
        reader.handle_bytes(chunk);
        while let Some(event) = reader.poll_event() {
            found.take(&event);
        }
        found.most_held = found.most_held.max(reader.held());
    }
    found.before_the_end = found.events.len();
    reader.handle_end();
    while let Some(event) = reader.poll_event() {
        found.take(&event);
    }
    assert_eq!(reader.held(), 0, "nothing waits behind the end");
    found.counts = reader.counts();
    found
}

// Packets that tests send.

pub(crate) const CONNECT: &[u8] = b"\x10\x0d\0\x04MQTT\x04\x02\0\x3c\0\x01c";
pub(crate) const CONNACK: &[u8] = &[0x20, 2, 0, 0];
pub(crate) const PINGREQ: &[u8] = &[0xc0, 0];

/// A PUBLISH of QoS 0.
pub(crate) fn publish(topic: &str, payload: &[u8]) -> Vec<u8> {
    let mut body = u16::try_from(topic.len()).unwrap().to_be_bytes().to_vec();
    body.extend(topic.bytes());
    body.extend(payload);
    let mut bytes = vec![0x30];
    let mut len = body.len();
    loop {
        let low = u8::try_from(len & 127).unwrap();
        len >>= 7;
        bytes.push(if len > 0 { low | 128 } else { low });
        if len == 0 {
            break;
        }
    }
    bytes.extend(body);
    bytes
}

impl Part {
    /// Bytes that were given.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Bytes(bytes) | Self::Skipped(bytes) => bytes.len(),
            Self::Gap(_) => 0,
        }
    }
}
