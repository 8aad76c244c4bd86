//! No false alarms: our own client against our own broker, on a network that delays, splits, holds
//! and breaks, gives no error in any version.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Duration;

use mqttscope_broker::{self as broker, Broker};
use mqttscope_capture::pcapng::{self, Ends, Writer};
use mqttscope_capture::reading::Role;
use mqttscope_capture::recording::{self, CaptureReader, KeyLogSessions, Limits};
use mqttscope_client::{Client, Command, Event, Options, Phase};
use mqttscope_monitor::{ConnectionId, Monitor, judge};
use mqttscope_shared::{Instant, Message};
use mqttscope_sim::{End, Impairments, World};
use mqttscope_wire::{
    PropertiesBuf, Property, ProtocolVersion, QoS, ReasonCode, Sender, Severity, Subscription,
    SubscriptionOptions, SubscriptionsBuf, TopicFilter, TopicFiltersBuf, TopicName,
};
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
    Publish {
        client: usize,
        topic: usize,
        qos: QoS,
        retain: bool,
    },
    Subscribe {
        client: usize,
        filter: usize,
        options: u8,
    },
    Unsubscribe {
        client: usize,
        filter: usize,
    },
    Leave {
        client: usize,
    },
    Cut {
        client: usize,
    },
    CutAfter {
        client: usize,
        from: End,
        bytes: usize,
    },
    Silence {
        client: usize,
        end: End,
    },
    Pass {
        millis: u64,
    },
}

const TOPICS: [&str; 3] = ["t/a", "t/b", "u"];
const FILTERS: [&str; 4] = ["t/+", "t/a", "#", "$share/g/u"];

fn end() -> impl Strategy<Value = End> {
    prop_oneof![Just(End::Client), Just(End::Server)]
}

fn step() -> impl Strategy<Value = Step> {
    let client = 0_usize..2;
    let qos = prop_oneof![
        Just(QoS::AtMostOnce),
        Just(QoS::AtLeastOnce),
        Just(QoS::ExactlyOnce)
    ];
    prop_oneof![
        8 => (client.clone(), 0_usize..3, qos, any::<bool>())
            .prop_map(|(client, topic, qos, retain)| Step::Publish { client, topic, qos, retain }),
        2 => (client.clone(), 0_usize..4, 0_u8..48)
            .prop_map(|(client, filter, options)| Step::Subscribe { client, filter, options }),
        1 => (client.clone(), 0_usize..4)
            .prop_map(|(client, filter)| Step::Unsubscribe { client, filter }),
        1 => client.clone().prop_map(|client| Step::Leave { client }),
        1 => client.clone().prop_map(|client| Step::Cut { client }),
        3 => (client.clone(), end(), 0_usize..80)
            .prop_map(|(client, from, bytes)| Step::CutAfter { client, from, bytes }),
        1 => (client, end()).prop_map(|(client, end)| Step::Silence { client, end }),
        4 => (0_u64..4000).prop_map(|millis| Step::Pass { millis }),
        // By then the server has sent what it has.
        1 => (20_000_u64..60_000).prop_map(|millis| Step::Pass { millis }),
    ]
}

#[derive(Clone, Debug)]
struct Plan {
    lasting: bool,
    versions: [ProtocolVersion; 2],
    receive_maximum: [u16; 2],
    delay: u64,
    split: Option<usize>,
    coalesce: u64,
    aliases: bool,
    manual: bool,
    wills: bool,
    steps: Vec<Step>,
}

fn plan() -> impl Strategy<Value = Plan> {
    let version = || (0_usize..3).prop_map(|index| ProtocolVersion::ALL[index]);
    let maximum = || 1_u16..=20;
    (
        (version(), version()),
        (maximum(), maximum()),
        0_u64..50,
        proptest::option::of(1_usize..12),
        prop_oneof![Just(0), 1_u64..30],
        any::<[bool; 4]>(),
        proptest::collection::vec(step(), 1..60),
    )
        .prop_map(
            |((a, b), (x, y), delay, split, coalesce, [aliases, manual, lasting, wills], steps)| {
                Plan {
                    lasting,
                    versions: [a, b],
                    receive_maximum: [x, y],
                    delay,
                    split,
                    coalesce,
                    aliases,
                    manual,
                    wills,
                    steps,
                }
            },
        )
}

fn options(plan: &Plan, client: usize) -> Options {
    let version = plan.versions[client];
    let mut properties = PropertiesBuf::new();
    if version.is_v5() {
        let expiry = if plan.lasting { u32::MAX } else { 0 };
        let receive_maximum = Property::ReceiveMaximum(plan.receive_maximum[client]);
        properties
            .push(Property::SessionExpiryInterval(expiry))
            .unwrap();
        properties.push(receive_maximum).unwrap();
        if plan.aliases {
            properties.push(Property::TopicAliasMaximum(2)).unwrap();
        }
    }
    Options {
        clean_start: !plan.lasting,
        keep_alive: 10,
        properties,
        automatic_topic_alias: plan.aliases,
        manual_acknowledgement: plan.manual,
        // What others publish, too.
        will: plan.wills.then(|| {
            let topic = TopicName::new(TOPICS[client]).unwrap();
            Message::new(topic, "3").with_qos(QoS::AtLeastOnce)
        }),
        seed: Some(client as u64),
        ..Options::new(version, ["one", "other"][client])
    }
}

struct Run<'a> {
    plan: &'a Plan,
    world: World,
    monitor: Monitor,
    sent: usize,
    open: BTreeSet<ConnectionId>,
    /// The newest connection of each client.
    last: BTreeMap<usize, ConnectionId>,
    /// What each side of a connection sent: the client's, the server's.
    sides: Sides,
    file: File,
}

type Sides = BTreeMap<ConnectionId, [Vec<u8>; 2]>;

impl Run<'_> {
    /// The application takes what comes, and the monitor what has crossed the network.
    fn take(&mut self) -> Result<(), TestCaseError> {
        for client in 0..2 {
            for event in self.world.events(client) {
                let Event::Message {
                    delivery: Some(delivery),
                    ..
                } = event
                else {
                    continue;
                };
                let reason_code = ReasonCode::SUCCESS;
                // The connection may be gone by now; then it comes again.
                let _ = self.world.command(
                    client,
                    Command::Acknowledge {
                        delivery,
                        reason_code,
                        properties: PropertiesBuf::new(),
                    },
                );
            }
        }
        for crossing in self.world.crossings() {
            let id = ConnectionId(crossing.connection.number() as u32);
            let from = match crossing.from {
                End::Client => Sender::Client,
                End::Server => Sender::Server,
            };
            if self.open.insert(id) {
                self.monitor.open(id);
                self.file.open(id, crossing.at);
            }
            // The server has let go of a client's older connection when it answers on a newer one.
            if from == Sender::Server
                && let Some(before) = self.last.insert(crossing.client, id)
                && before < id
            {
                self.monitor.close(before, crossing.at);
                self.file.close(before, crossing.at);
            }
            let [client, server] = self.sides.entry(id).or_default();
            match from {
                Sender::Client => client.extend_from_slice(&crossing.bytes),
                Sender::Server => server.extend_from_slice(&crossing.bytes),
            }
            self.file.bytes(id, from, &crossing.bytes, crossing.at);
            self.monitor.push(id, from, &crossing.bytes, crossing.at);
        }
        for finding in self.monitor.findings() {
            prop_assert!(
                finding.severity() != Severity::Error,
                "{:?}: {}",
                finding,
                finding.message()
            );
        }
        Ok(())
    }

    fn step(&mut self, step: &Step) -> Result<(), TestCaseError> {
        match *step {
            Step::Publish {
                client,
                topic,
                qos,
                retain,
            } => {
                let name = TopicName::new(TOPICS[topic]).unwrap();
                self.sent += 1;
                // Some have the same payload.
                let mut message = Message::new(name, (self.sent % 7).to_string()).with_qos(qos);
                message.retain = retain;
                let _ = self.world.command(client, Command::publish(message));
            }
            Step::Subscribe {
                client,
                filter,
                options,
            } => {
                let v5 = self.plan.versions[client].is_v5();
                let filter = FILTERS[filter];
                let options = if v5 && !filter.starts_with('$') {
                    options
                } else {
                    options & 3
                };
                if let Some(options) = SubscriptionOptions::from_byte(options) {
                    self.subscribe(client, if v5 { filter } else { "t/a" }, options);
                }
            }
            Step::Unsubscribe { client, filter } => {
                let v5 = self.plan.versions[client].is_v5();
                let mut topic_filters = TopicFiltersBuf::new();
                let filter = if v5 { FILTERS[filter] } else { "t/a" };
                topic_filters.push(TopicFilter::new(filter).unwrap());
                let properties = PropertiesBuf::new();
                let unsubscribe = Command::Unsubscribe {
                    topic_filters,
                    properties,
                };
                let _ = self.world.command(client, unsubscribe);
            }
            Step::Leave { client } => {
                let _ = self.world.command(client, Command::disconnect());
                self.take()?;
                let _ = self.world.command(client, Command::Connect);
            }
            Step::Cut { client } => self.world.cut(client),
            Step::CutAfter {
                client,
                from,
                bytes,
            } => {
                if let Some(link) = self.world.link(client) {
                    link.cut_after(from, bytes);
                }
            }
            Step::Silence { client, end } => self.world.cut_unnoticed_by(client, end),
            Step::Pass { millis } => self.world.pass(Duration::from_millis(millis)),
        }
        self.take()
    }

    fn subscribe(&mut self, client: usize, filter: &str, options: SubscriptionOptions) {
        let mut subscriptions = SubscriptionsBuf::new();
        subscriptions.push(Subscription {
            topic_filter: TopicFilter::new(filter).unwrap(),
            options,
        });
        let mut properties = PropertiesBuf::new();
        if self.plan.aliases && self.plan.versions[client].is_v5() {
            let identifier = 1 + u32::from(options.byte());
            let identifier = Property::SubscriptionIdentifier(identifier);
            properties.push(identifier).unwrap();
        }
        let subscribe = Command::Subscribe {
            subscriptions,
            properties,
        };
        let _ = self.world.command(client, subscribe);
    }
}

fn run(plan: &Plan) -> Result<Sides, TestCaseError> {
    recorded(plan, false).map(|(sides, _)| sides)
}

/// What each side sent, and all of it as a capture.
fn recorded(plan: &Plan, in_websocket: bool) -> Result<(Sides, Vec<Vec<u8>>), TestCaseError> {
    let mut options_of_broker = broker::Options::new(0);
    options_of_broker.limits.receive_maximum = plan.receive_maximum[0];
    let mut world = World::new(Broker::new(options_of_broker));
    world.record(true);
    world.set_impairments(Impairments {
        delay: Duration::from_millis(plan.delay),
        split: plan.split.and_then(NonZeroUsize::new),
        coalesce: Duration::from_millis(plan.coalesce),
    });
    for client in 0..2 {
        world.add(Client::new(options(plan, client)).unwrap());
        world.command(client, Command::Connect).unwrap();
    }
    let mut run = Run {
        plan,
        world,
        monitor: Monitor::new(),
        sent: 0,
        open: BTreeSet::new(),
        last: BTreeMap::new(),
        sides: Sides::new(),
        file: File::new(in_websocket),
    };
    let all = SubscriptionOptions {
        maximum_qos: QoS::ExactlyOnce,
        ..SubscriptionOptions::default()
    };
    run.subscribe(1, "t/+", all);
    run.take()?;
    for step in &plan.steps {
        run.step(step)?;
    }
    for client in 0..2 {
        if run.world.client(client).unwrap().view().phase == Phase::Idle {
            let _ = run.world.command(client, Command::Connect);
        }
    }
    for _ in 0..10 {
        run.world.pass(Duration::from_secs(10));
        run.take()?;
    }
    Ok((run.sides, run.file.frames))
}

/// A capture of a world: blocks of pcapng, a frame each, behind those that begin it.
struct File {
    writer: Writer,
    frames: Vec<Vec<u8>>,
    in_websocket: bool,
}

impl File {
    fn new(in_websocket: bool) -> Self {
        let writer = Writer::new("worlds");
        let mut head = Vec::new();
        writer.begin(&mut head);
        Self {
            writer,
            frames: vec![head],
            in_websocket,
        }
    }

    fn write(&mut self, write: impl FnOnce(&mut Writer, &mut Vec<u8>)) {
        let mut blocks = Vec::new();
        write(&mut self.writer, &mut blocks);
        let mut rest = &blocks[..];
        while !rest.is_empty() {
            let len = u32::from_le_bytes(rest[4..8].try_into().unwrap()) as usize;
            assert_eq!(pcapng::whole_blocks(&rest[..len]), len);
            self.frames.push(rest[..len].to_vec());
            rest = &rest[len..];
        }
    }

    fn open(&mut self, id: ConnectionId, at: Instant) {
        let port = 10_000 + u16::try_from(id.0).unwrap();
        let ends = Ends {
            client: ([10, 0, 0, 7], port).into(),
            server: ([10, 0, 0, 1], 1883).into(),
        };
        self.write(|writer, out| writer.open(id.0, ends, "", nanos(at), out));
        if self.in_websocket {
            let up = b"GET /mqtt HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n";
            let down = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ICX+Yqv66kxgM0FcWaLWlFLwTAI=\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n";
            self.write(|writer, out| writer.bytes(id.0, Role::Client, up, nanos(at), out));
            self.write(|writer, out| writer.bytes(id.0, Role::Server, down, nanos(at), out));
        }
    }

    fn bytes(&mut self, id: ConnectionId, from: Sender, bytes: &[u8], at: Instant) {
        let role = match from {
            Sender::Client => Role::Client,
            Sender::Server => Role::Server,
        };
        let mut frame = Vec::new();
        if self.in_websocket {
            frame.push(0x82);
            let mask = if from == Sender::Client { 0x80 } else { 0 };
            match u8::try_from(bytes.len()).ok().filter(|len| *len < 126) {
                Some(len) => frame.push(mask | len),
                None => {
                    frame.push(mask | 126);
                    frame.extend(u16::try_from(bytes.len()).unwrap().to_be_bytes());
                }
            }
            if mask != 0 {
                frame.extend([0; 4]);
            }
        }
        frame.extend(bytes);
        self.write(|writer, out| writer.bytes(id.0, role, &frame, nanos(at), out));
        // TCP acknowledges it.
        self.write(|writer, out| writer.mark(id.0, "", nanos(at), out));
        if role == Role::Client
            && let Some(frame) = self.frames.last_mut()
        {
            // The other way: addresses, ports, and both numbers change places.
            for (one, other, len) in [(12, 16, 4), (20, 22, 2), (24, 28, 4)] {
                for at in 28..28 + len {
                    frame.swap(at + one, at + other);
                }
            }
        }
    }

    fn close(&mut self, id: ConnectionId, at: Instant) {
        self.write(|writer, out| writer.close(id.0, nanos(at), out));
    }
}

/// A time of a world, some time after 1970.
fn nanos(at: Instant) -> u64 {
    1_700_000_000_000_000_000 + at.micros() * 1000
}

/// What is found in a capture, but for notes: how often each rule is broken, and by whom.
fn found(frames: &[&Vec<u8>], keys: &[u8]) -> (BTreeMap<String, usize>, Vec<String>) {
    let mut monitor = Monitor::new().of_recording();
    let sessions = Box::new(KeyLogSessions::new(keys));
    let mut reader = CaptureReader::new(Limits::default()).with_tls(sessions);
    for frame in frames {
        reader.handle_bytes(frame);
    }
    reader.handle_end();
    let mut last = Instant::ZERO;
    let mut told = Vec::new();
    let id = |it: recording::ConnectionId| ConnectionId(it.0);
    let sender = |role| match role {
        Role::Client => Sender::Client,
        Role::Server => Sender::Server,
    };
    let instant =
        |ns: Option<u64>| Instant::from_micros(ns.unwrap() / 1000 - 1_700_000_000_000_000);
    while let Some(event) = reader.poll_event() {
        told.push(format!("{event:02x?}"));
        match event {
            recording::Event::Opened(opened) if opened.has_syn => {
                monitor.open(id(opened.connection));
            }
            recording::Event::Bytes {
                connection,
                from,
                at_ns,
                bytes,
                ..
            } => {
                last = instant(at_ns);
                monitor.push(id(connection), sender(from), bytes, last);
            }
            recording::Event::Gap {
                connection, from, ..
            }
            | recording::Event::Skipped {
                connection, from, ..
            } => {
                monitor.handle_gap(id(connection), Some(sender(from)), last);
            }
            recording::Event::Closed {
                connection, at_ns, ..
            } => monitor.close(id(connection), instant(at_ns)),
            _ => {}
        }
    }
    monitor.handle_recording_end();
    let mut counts = BTreeMap::new();
    for finding in monitor.findings() {
        if finding.severity() != Severity::Note {
            told.push(format!("{:?} {}", finding.rule, finding.message()));
            *counts
                .entry(format!("{} by {:?}", finding.rule.name(), finding.by))
                .or_insert(0) += 1;
        }
    }
    (counts, told)
}

/// Without these frames nobody is accused of what nobody was accused of with them.
fn without(
    frames: &[Vec<u8>],
    keys: &[u8],
    is_lost: impl Fn(usize) -> bool,
) -> Result<(), TestCaseError> {
    let all: Vec<_> = frames.iter().collect();
    let (clean, _) = found(&all, keys);
    let lossy: Vec<_> = (0..frames.len())
        .filter(|at| *at < 1 || !is_lost(*at))
        .map(|at| &frames[at])
        .collect();
    let (dirty, told) = found(&lossy, keys);
    for (what, count) in dirty {
        prop_assert!(
            count <= clean.get(&what).copied().unwrap_or(0),
            "{what:?} {count} {}",
            told.join("\n")
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(300), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn our_client_and_our_broker_break_nothing(plan in plan()) {
        run(&plan)?;
    }

    /// One file a side, each stopped where it happened to be.
    #[test]
    fn of_recordings_that_end_early_nothing_is_claimed_that_the_end_explains(
        plan in plan(),
        cuts in proptest::collection::vec(any::<[prop::sample::Index; 2]>(), 8),
    ) {
        for [client, server] in run(&plan)?.values() {
            for [of_client, of_server] in &cuts {
                let client = &client[..of_client.index(client.len() + 1)];
                let server = &server[..of_server.index(server.len() + 1)];
                for finding in judge(client, server).findings {
                    prop_assert!(
                        finding.severity() != Severity::Error,
                        "{}: client {client:02x?}, server {server:02x?}",
                        finding.message()
                    );
                }
            }
        }
    }

    /// A capture that lacks any one frame, or some of all, shows no fault of anybody.
    #[test]
    fn nobody_is_accused_of_what_a_capture_lacks(
        plan in plan(),
        in_websocket in any::<bool>(),
        one in any::<prop::sample::Index>(),
        some in proptest::collection::vec(any::<prop::sample::Index>(), 0..4),
    ) {
        let (_, frames) = recorded(&plan, in_websocket)?;
        let one = one.index(frames.len());
        without(&frames, &[], |at| at == one)?;
        let some: Vec<usize> = some.iter().map(|it| it.index(frames.len())).collect();
        without(&frames, &[], |at| some.contains(&at))?;
    }
}

/// mosquitto and paho, as tcpdump saw them, over TCP, TLS and WebSocket.
#[test]
fn nobody_is_accused_of_a_frame_that_a_recording_lacks() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../capture/tests/captures/recorded");
    let mut seen = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let file = file.unwrap().path();
        if file.extension().is_none_or(|it| it != "pcap") {
            continue;
        }
        let keys = std::fs::read(file.with_extension("keys")).unwrap_or_default();
        let bytes = std::fs::read(&file).unwrap();
        let (head, mut rest) = bytes.split_at(24);
        let mut frames = vec![head.to_vec()];
        while !rest.is_empty() {
            let len = 16 + u32::from_le_bytes(rest[8..12].try_into().unwrap()) as usize;
            let (frame, behind) = rest.split_at(len);
            frames.push(frame.to_vec());
            rest = behind;
        }
        seen += usize::from(!keys.is_empty());
        for one in 1..frames.len() {
            without(&frames, &keys, |at| at == one)
                .unwrap_or_else(|error| panic!("{} without frame {one}: {error}", file.display()));
        }
    }
    assert!(seen >= 3);
}
