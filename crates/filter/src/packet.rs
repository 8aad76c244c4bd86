//! Where the value of a field comes from, and how it is taken from a packet.

use std::net::IpAddr;

use mqttscope_shared::Instant;
use mqttscope_wire::{
    Context, Dissection, Dissector, Field as Part, PacketType, PropertyId, PropertyType, QoS,
    Sender, Severity, Tree, Value, frame, varint,
};

use crate::subject::{Broken, Ends, Subject};
use crate::told;

/// A value of a field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Found<'a> {
    /// A whole number; of what is true or false, 1 or 0.
    Number(u64),
    /// Seconds, milliseconds; of a time of day, microseconds since 1970.
    Real(f64),
    /// A text or bytes.
    Bytes(&'a [u8]),
    /// An address.
    Address(IpAddr),
    /// It is there.
    Nothing,
}

/// What is asked of the subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fact {
    Number,
    Time,
    TimeEpoch,
    TimeRelative,
    TimeDelta,
    Length,
    Connection,
    Sender,
    Version,
    ClientIdentifier,
    Ip,
    Ipv6,
    Tcp,
    Stream,
    Tls,
    WebSocket,
    /// Source, destination, or either: 0, 1, 2; and whether of IPv6.
    Address(u8, bool),
    /// The same.
    Port(u8),
    RoundTrip,
    Answered,
    Handshake,
    Finding,
    FindingRule,
    FindingSeverity,
    FindingStatement,
}

/// A field of the Fixed Header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Header {
    First,
    Type,
    Reserved,
    Dup,
    QoS,
    Retain,
    RemainingLength,
}

/// What is taken of a node of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Take {
    Number,
    Content,
    /// Content, where it is UTF-8.
    Utf8,
    /// The length before it.
    Length,
    Presence,
}

/// Versions that have a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum In {
    All,
    Before5,
    From5,
}

/// Where the value of a field comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Source {
    /// All bytes of the packet.
    Bytes,
    Fact(Fact),
    Header(Header),
    /// The topic of a PUBLISH; else, where that is wanted, the filters of a SUBSCRIBE or UNSUBSCRIBE.
    Topic {
        with_filters: bool,
    },
    /// The payload of a PUBLISH; whether only where it is a text.
    Payload {
        is_text: bool,
    },
    /// Nodes of the tree, in these packet types and versions.
    Parts(&'static [Part], Take, u16, In),
    /// Numbers of properties for which Wireshark has no field of their own.
    PropertyNumbers,
    /// The same of texts; what of them.
    PropertyTexts(Take),
    /// Numbers of properties that no standard has.
    UnknownProperties,
    /// A topic of no characters where there must be one.
    EmptyTopic,
    /// An alias that was never given a topic.
    UnknownAlias,
    Never,
}

/// How much it takes to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cost {
    Record,
    Publish,
    Dissection,
    Conversation,
}

/// The bit of a packet type.
pub(crate) const fn bit(of: PacketType) -> u16 {
    1 << of.nibble()
}

/// Every packet type.
pub(crate) const ANY: u16 = u16::MAX;
pub(crate) const PUBLISH: u16 = bit(PacketType::Publish);
pub(crate) const CONNECT: u16 = bit(PacketType::Connect);
pub(crate) const CONNACK: u16 = bit(PacketType::Connack);
pub(crate) const SUBSCRIBE: u16 = bit(PacketType::Subscribe);
pub(crate) const SUBACK: u16 = bit(PacketType::Suback);
pub(crate) const UNSUBSCRIBE: u16 = bit(PacketType::Unsubscribe);

impl Source {
    /// Packet types that can have it.
    pub(crate) const fn types(self) -> u16 {
        match self {
            Self::Topic { with_filters: true } | Self::EmptyTopic => {
                PUBLISH | SUBSCRIBE | UNSUBSCRIBE
            }
            Self::Topic { .. }
            | Self::Payload { .. }
            | Self::UnknownAlias
            | Self::Header(Header::Dup | Header::QoS | Header::Retain) => PUBLISH,
            Self::Header(Header::Reserved) => ANY & !PUBLISH,
            Self::Parts(_, _, types, _) => types,
            Self::Never => 0,
            _ => ANY,
        }
    }

    /// How much it takes to look.
    pub(crate) const fn cost(self) -> Cost {
        match self {
            Self::Fact(
                Fact::Finding | Fact::FindingRule | Fact::FindingSeverity | Fact::FindingStatement,
            ) => Cost::Conversation,
            Self::Bytes | Self::Fact(_) | Self::Header(_) | Self::Never => Cost::Record,
            Self::Topic { .. } | Self::Payload { .. } => Cost::Publish,
            _ => Cost::Dissection,
        }
    }

    /// Whether openings and closings of connections have it, too.
    pub(crate) const fn is_of_connection(self) -> bool {
        use Fact as F;
        matches!(
            self,
            Self::Fact(
                F::Number
                    | F::Time
                    | F::TimeEpoch
                    | F::TimeRelative
                    | F::TimeDelta
                    | F::Connection
                    | F::Version
                    | F::ClientIdentifier
                    | F::Ip
                    | F::Ipv6
                    | F::Tcp
                    | F::Stream
                    | F::Tls
                    | F::WebSocket
                    | F::Address(2, _)
                    | F::Port(2)
            )
        )
    }
}

/// What is kept from one look at a packet to the next.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    dissector: Dissector,
    is_dissected: bool,
    pub(crate) text: String,
}

impl Scratch {
    /// Another packet is looked at.
    pub(crate) const fn begin(&mut self) {
        self.is_dissected = false;
    }

    fn dissect(&mut self, subject: &impl Subject) -> &Dissection {
        if !self.is_dissected {
            self.is_dissected = true;
            let context = Context::new(subject.packet().version).sent_by(subject.packet().sender);
            self.dissector.dissect(subject.packet().bytes, context);
        }
        self.dissector.dissection()
    }
}

/// Topic and payload of a PUBLISH whose lengths are sound.
fn publish(bytes: &[u8], is_v5: bool) -> Option<(&[u8], &[u8])> {
    let frame::Header::Complete { header_len, len } = frame::header(bytes) else {
        return None;
    };
    let body = bytes.get(header_len..len)?;
    let (topic_len, rest) = body.split_first_chunk::<2>()?;
    let (topic, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*topic_len)))?;
    let qos = bytes.first()? >> 1 & 3;
    let rest = if qos == 0 { rest } else { rest.get(2..)? };
    if qos == 3 {
        return None;
    }
    if !is_v5 {
        return Some((topic, rest));
    }
    let varint::Read::Complete { value, len } = varint::read(rest) else {
        return None;
    };
    let behind = len.checked_add(usize::try_from(value).ok()?)?;
    Some((topic, rest.get(behind..)?))
}

/// Calls for each value, until it is told to stop.
pub(crate) fn each<S: Subject>(
    source: Source,
    subject: &S,
    scratch: &mut Scratch,
    see: &mut dyn FnMut(Found<'_>) -> bool,
) {
    let bytes = subject.packet().bytes;
    match source {
        Source::Never => {}
        Source::Fact(fact) => self::fact(fact, subject, scratch, see),
        Source::Bytes => {
            if subject.packet_type().is_some() {
                see(Found::Bytes(bytes));
            }
        }
        Source::Header(Header::Type) => {
            if let Some(of) = subject.packet_type() {
                see(Found::Number(of.nibble().into()));
            }
        }
        _ if bytes.is_empty() => told::each(source, subject, scratch, see),
        Source::Header(header) => self::header(header, bytes, see),
        Source::Topic { .. } if bytes.first().is_some_and(|first| first >> 4 == 3) => {
            topic(subject, scratch, see);
        }
        Source::Topic { .. } => parts(&[Part::TopicFilter], Take::Content, subject, scratch, see),
        Source::Payload { is_text } => match publish(bytes, subject.packet().version.is_v5()) {
            Some((_, payload)) => {
                if !is_text || core::str::from_utf8(payload).is_ok() {
                    see(Found::Bytes(payload));
                }
            }
            None => {
                let take = if is_text { Take::Utf8 } else { Take::Content };
                parts(&[Part::ApplicationMessage], take, subject, scratch, see);
            }
        },
        Source::Parts(wanted, take, _, versions) => {
            let is_v5 = subject.packet().version.is_v5();
            // A CONNECT says itself which version it is.
            let is_connect = bytes.first().is_some_and(|first| first >> 4 == 1);
            match versions {
                In::Before5 if is_v5 && !is_connect => {}
                In::From5 if !is_v5 && !is_connect => {}
                _ => parts(wanted, take, subject, scratch, see),
            }
        }
        Source::PropertyNumbers => {
            property_numbers(&scratch.dissect(subject).tree, see);
        }
        Source::PropertyTexts(take) => {
            property_texts(&scratch.dissect(subject).tree, take, bytes, see);
        }
        Source::UnknownProperties => {
            let tree = &scratch.dissect(subject).tree;
            let is_known = |number: u32| PropertyId::ALL.iter().any(|id| id.0 == number);
            for node in tree.nodes() {
                if let (Part::PropertyIdentifier, Value::Number(number)) = (node.field, node.value)
                    && !is_known(number)
                    && see(Found::Number(number.into()))
                {
                    return;
                }
            }
        }
        Source::EmptyTopic => {
            let tree = &scratch.dissect(subject).tree;
            let has_alias = tree.find(Part::TopicAlias).is_some();
            let mut nodes = tree.nodes().iter().enumerate();
            let is_empty = nodes.any(|(index, node)| match node.field {
                Part::TopicName => tree.content(index, bytes).is_empty() && !has_alias,
                Part::TopicFilter => tree.content(index, bytes).is_empty(),
                _ => false,
            });
            if is_empty {
                see(Found::Nothing);
            }
        }
        Source::UnknownAlias => {
            let tree = &scratch.dissect(subject).tree;
            let is_alias_alone = tree.find(Part::TopicAlias).is_some()
                && tree
                    .find(Part::TopicName)
                    .is_some_and(|at| tree.content(at, bytes).is_empty());
            scratch.text.clear();
            if is_alias_alone {
                subject.aliased_topic(&mut scratch.text);
                if scratch.text.is_empty() {
                    see(Found::Nothing);
                }
            }
        }
    }
}

/// The topic of a PUBLISH.
fn topic<S: Subject>(subject: &S, scratch: &mut Scratch, see: &mut dyn FnMut(Found<'_>) -> bool) {
    let bytes = subject.packet().bytes;
    let name = match publish(bytes, subject.packet().version.is_v5()) {
        Some((topic, _)) => Some(topic),
        None => {
            let tree = &scratch.dissect(subject).tree;
            tree.find(Part::TopicName).map(|at| tree.content(at, bytes))
        }
    };
    match name {
        Some([]) => {
            scratch.text.clear();
            subject.aliased_topic(&mut scratch.text);
            see(Found::Bytes(scratch.text.as_bytes()));
        }
        Some(topic) => {
            see(Found::Bytes(topic));
        }
        None => {}
    }
}

pub(crate) fn header(header: Header, bytes: &[u8], see: &mut dyn FnMut(Found<'_>) -> bool) {
    let Some(&first) = bytes.first() else { return };
    let is_publish = first >> 4 == 3;
    let number = match header {
        Header::First => first,
        Header::Reserved if !is_publish => first & 15,
        Header::Dup if is_publish => first >> 3 & 1,
        Header::QoS if is_publish => first >> 1 & 3,
        Header::Retain if is_publish => first & 1,
        Header::RemainingLength => {
            if let Some(varint::Read::Complete { value, .. }) = bytes.get(1..).map(varint::read) {
                see(Found::Number(value.into()));
            }
            return;
        }
        _ => return,
    };
    see(Found::Number(number.into()));
}

fn parts<S: Subject>(
    wanted: &[Part],
    take: Take,
    subject: &S,
    scratch: &mut Scratch,
    see: &mut dyn FnMut(Found<'_>) -> bool,
) {
    let tree = &scratch.dissect(subject).tree;
    let Some(first) = wanted.iter().filter_map(|&part| tree.find(part)).min() else {
        return;
    };
    for (index, node) in tree.nodes().iter().enumerate().skip(first) {
        if wanted.contains(&node.field) && taken(tree, index, take, subject.packet().bytes, see) {
            return;
        }
    }
}

/// Whether to stop.
fn taken(
    tree: &Tree,
    index: usize,
    take: Take,
    bytes: &[u8],
    see: &mut dyn FnMut(Found<'_>) -> bool,
) -> bool {
    let found = match take {
        Take::Number => match tree.get(index).map(|node| node.value) {
            Some(Value::Number(number)) => Found::Number(number.into()),
            _ => return false,
        },
        Take::Content => Found::Bytes(tree.content(index, bytes)),
        Take::Utf8 => {
            let content = tree.content(index, bytes);
            if core::str::from_utf8(content).is_err() {
                return false;
            }
            Found::Bytes(content)
        }
        Take::Length => match tree.length_of(index).map(|(_, node)| node.value) {
            Some(Value::Number(number)) => Found::Number(number.into()),
            _ => return false,
        },
        Take::Presence => Found::Nothing,
    };
    see(found)
}

fn property_numbers(tree: &Tree, see: &mut dyn FnMut(Found<'_>) -> bool) {
    for (index, node) in tree.nodes().iter().enumerate() {
        let Value::Number(number) = node.value else {
            continue;
        };
        let of = tree.parent(index).and_then(|parent| tree.get(parent));
        let has_own = of.is_some_and(|of| matches!(of.field, Part::MaximumQoS | Part::TopicAlias));
        if node.field == Part::PropertyValue && !has_own && see(Found::Number(number.into())) {
            return;
        }
    }
}

fn property_texts(tree: &Tree, take: Take, bytes: &[u8], see: &mut dyn FnMut(Found<'_>) -> bool) {
    for (index, node) in tree.nodes().iter().enumerate() {
        let of = PropertyId::of_field(node.field).and_then(PropertyId::property_type);
        let is_text = matches!(
            of,
            Some(PropertyType::Utf8EncodedString | PropertyType::BinaryData)
        );
        if is_text && node.field != Part::ContentType && taken(tree, index, take, bytes, see) {
            return;
        }
    }
}

/// Seconds since an earlier moment; below 0 where that lies ahead.
fn seconds(at: Instant, earlier: Instant) -> f64 {
    at.micros_since(earlier) as f64 / 1e6
}

fn fact<S: Subject>(
    fact: Fact,
    subject: &S,
    scratch: &mut Scratch,
    see: &mut dyn FnMut(Found<'_>) -> bool,
) {
    let found = match fact {
        Fact::Number => Some(Found::Number(subject.number())),
        Fact::Time => Some(Found::Real(subject.packet().at.micros() as f64)),
        Fact::TimeEpoch => Some(Found::Real(subject.packet().at.micros() as f64 / 1e6)),
        Fact::TimeRelative => Some(Found::Real(seconds(
            subject.packet().at,
            subject.first_at(),
        ))),
        Fact::TimeDelta => {
            let before = subject.before();
            before.map(|before| Found::Real(seconds(subject.packet().at, before)))
        }
        Fact::Length => {
            let len = subject.packet().bytes.len() as u64;
            (len > 0).then_some(Found::Number(len))
        }
        Fact::Connection => Some(Found::Number(subject.packet().connection.into())),
        Fact::Sender => Some(Found::Number(
            (subject.packet().sender == Sender::Server).into(),
        )),
        Fact::Version => Some(Found::Number((subject.packet().version.level() & 7).into())),
        Fact::ClientIdentifier => subject
            .client_identifier()
            .map(|name| Found::Bytes(name.as_bytes())),
        Fact::Ip | Fact::Ipv6 => {
            let server = subject.ends().server;
            let is = server.is_some_and(|server| Ends::is_v6(server) == (fact == Fact::Ipv6));
            is.then_some(Found::Nothing)
        }
        Fact::Stream => (subject.ends().stream).map(|stream| Found::Number(stream.into())),
        Fact::Tcp => {
            let [source, destination] = subject.ends().ports(Sender::Client);
            source.or(destination).map(|_| Found::Nothing)
        }
        Fact::Tls => subject.ends().tls.then_some(Found::Nothing),
        Fact::WebSocket => subject.ends().websocket.then_some(Found::Nothing),
        Fact::Address(which, is_v6) => {
            let (source, destination) = subject.ends().of(subject.packet().sender);
            let of_version = |address: &std::net::SocketAddr| Ends::is_v6(*address) == is_v6;
            if which != 1
                && let Some(source) = source.filter(of_version)
                && see(Found::Address(source.ip()))
            {
                return;
            }
            let destination = destination.filter(of_version).filter(|_| which != 0);
            destination.map(|destination| Found::Address(destination.ip()))
        }
        Fact::Port(which) => {
            let [source, destination] = subject.ends().ports(subject.packet().sender);
            if which != 1
                && let Some(source) = source
                && see(Found::Number(source.into()))
            {
                return;
            }
            let destination = destination.filter(|_| which != 0);
            destination.map(|destination| Found::Number(destination.into()))
        }
        Fact::RoundTrip => subject
            .round_trip()
            .map(|it| Found::Real(it.as_micros() as f64 / 1e3)),
        Fact::Answered => {
            let first = subject.first_byte().unwrap_or_default();
            let qos = QoS::new(first >> 1 & 3).unwrap_or_default();
            let is_due = PacketType::from_first_byte(first).answer(qos).is_some();
            is_due.then(|| Found::Number(subject.is_answered().into()))
        }
        Fact::Handshake => subject.handshake().map(|state| Found::Number(state as u64)),
        Fact::Finding | Fact::FindingRule | Fact::FindingSeverity | Fact::FindingStatement => {
            findings(fact, subject, scratch, see);
            None
        }
    };
    if let Some(found) = found {
        see(found);
    }
}

/// What the conversation shows, and then what the packet itself does.
fn findings<S: Subject>(
    fact: Fact,
    subject: &S,
    scratch: &mut Scratch,
    see: &mut dyn FnMut(Found<'_>) -> bool,
) {
    let version = subject.packet().version;
    let (mut is_done, mut is_any) = (false, false);
    let mut tell = |rule: Option<Broken>, severity: Severity| {
        is_any = true;
        if is_done {
            return;
        }
        is_done = match (fact, rule) {
            (Fact::FindingSeverity, _) => see(Found::Number(severity as u64)),
            (Fact::FindingRule, Some(rule)) => see(Found::Bytes(rule.name().as_bytes())),
            (Fact::FindingStatement, Some(rule)) => {
                rule.breaks(version, |statement| see(Found::Bytes(statement.as_bytes())))
            }
            (Fact::Finding, _) => see(Found::Number(1)),
            _ => false,
        };
    };
    subject.findings(&mut tell);
    if !subject.packet().bytes.is_empty() {
        for diagnostic in &scratch.dissect(subject).diagnostics {
            tell(Some(Broken::Mqtt(diagnostic.rule)), diagnostic.severity());
        }
        if fact == Fact::Finding && !is_any {
            see(Found::Number(0));
        }
    }
}
