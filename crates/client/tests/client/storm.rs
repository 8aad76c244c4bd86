//! Servers that end every connection: how much a client sends them, and how often it comes back.

use std::collections::BTreeMap;
use std::time::Duration;

use mqttscope_client::{Command, Event, Failure, Instant, Options, Phase, Reconnect};
use mqttscope_wire::{
    Connack, Context, ControlPacket, Disconnect, Properties, ProtocolVersion, QoS, ReasonCode,
    ReasonCodes, Sender, StreamDecoder, Suback,
};
use proptest::prelude::*;

use super::peer::{Peer, lasting, options, publish};
use super::subscribe::plain as subscribe;

/// How far a server lets a connection come.
#[derive(Clone, Copy, Debug)]
enum Ends {
    Unopened,
    AtConnect,
    AfterConnack,
    AfterSubscribe,
    AfterRefusedSuback,
    AfterSuback,
    InTheMiddleOfAPublish,
    AfterAPublish,
    WithGarbage,
    WithDisconnect,
}

const ENDS: [Ends; 10] = [
    Ends::Unopened,
    Ends::AtConnect,
    Ends::AfterConnack,
    Ends::AfterSubscribe,
    Ends::AfterRefusedSuback,
    Ends::AfterSuback,
    Ends::InTheMiddleOfAPublish,
    Ends::AfterAPublish,
    Ends::WithGarbage,
    Ends::WithDisconnect,
];

/// What an application does at each [`Event::Connected`].
#[derive(Clone, Copy, Debug, PartialEq)]
enum Application {
    Waits,
    SubscribesAgain,
}

/// What went out on one connection.
#[derive(Debug)]
struct Seen {
    at: Instant,
    subscribed: BTreeMap<String, usize>,
    bytes: usize,
}

struct World {
    peer: Peer,
    application: Application,
    session_present: bool,
    seen: Vec<Seen>,
    superseded: usize,
}

impl World {
    fn new(options: Options, application: Application, session_present: bool) -> Self {
        let mut peer = Peer::new(options);
        peer.command(Command::Connect).unwrap();
        peer.command(subscribe(&["a"])).unwrap();
        peer.command(subscribe(&["b/#", "c"])).unwrap();
        peer.publish("t", "one", QoS::AtLeastOnce);
        peer.publish("t", "two", QoS::ExactlyOnce);
        Self {
            peer,
            application,
            session_present,
            seen: Vec::new(),
            superseded: 0,
        }
    }

    fn events(&mut self) {
        for event in self.peer.events() {
            match event {
                Event::Connected(_) if self.application == Application::SubscribesAgain => {
                    self.peer.command(subscribe(&["a"])).unwrap();
                }
                Event::Failed {
                    failure: Failure::Superseded,
                    ..
                } => self.superseded += 1,
                _ => {}
            }
        }
    }

    /// Reads what the client has sent; gives the identifiers of its SUBSCRIBE packets.
    fn read(&mut self, decoder: &mut StreamDecoder) -> Vec<(u16, usize)> {
        self.events();
        let bytes = self.peer.sent();
        let seen = self.seen.last_mut().unwrap();
        seen.bytes += bytes.len();
        decoder.push(&bytes);
        let mut asked = Vec::new();
        while let Some(packet) = decoder.next_packet().unwrap() {
            if let ControlPacket::Subscribe(subscribe) = packet {
                let filters = subscribe.subscriptions.iter();
                let filters: Vec<_> = filters.map(|one| one.topic_filter.to_string()).collect();
                asked.push((subscribe.packet_identifier.get(), filters.len()));
                for filter in filters {
                    *seen.subscribed.entry(filter).or_default() += 1;
                }
            }
        }
        asked
    }

    fn connection(&mut self, ends: Ends, stays: Duration) {
        self.seen.push(Seen {
            at: self.peer.now,
            subscribed: BTreeMap::new(),
            bytes: 0,
        });
        self.events();
        if !matches!(ends, Ends::Unopened) {
            self.talk(ends, stays);
        }
        if matches!(
            self.peer.client.view().phase,
            Phase::Opening | Phase::Connecting | Phase::Connected
        ) {
            self.peer.client.handle_disconnected(self.peer.now);
        }
        self.events();
    }

    fn talk(&mut self, ends: Ends, stays: Duration) {
        let version = self.peer.version();
        let context = Context::new(version).sent_by(Sender::Client);
        let mut decoder = StreamDecoder::new(context, usize::MAX);
        self.peer.client.handle_connected(self.peer.now);
        self.read(&mut decoder);
        if matches!(ends, Ends::AtConnect) {
            return;
        }
        self.peer.feed(ControlPacket::Connack(Connack {
            session_present: self.session_present && version != ProtocolVersion::V3_1,
            ..Connack::default()
        }));
        let asked = self.read(&mut decoder);
        let code = match ends {
            Ends::AfterConnack | Ends::AfterSubscribe => None,
            // Version 3.1 has no code for a refusal.
            Ends::AfterRefusedSuback if version == ProtocolVersion::V3_1 => None,
            Ends::AfterRefusedSuback => Some(0x80),
            _ => Some(0),
        };
        if let Some(code) = code {
            for (identifier, filters) in asked {
                self.peer.feed(ControlPacket::Suback(Suback {
                    packet_identifier: super::peer::id(identifier),
                    properties: Properties::NONE,
                    reason_codes: ReasonCodes::new(&vec![code; filters]),
                }));
            }
        }
        self.read(&mut decoder);
        self.peer.pass(stays);
        self.read(&mut decoder);
        match ends {
            Ends::InTheMiddleOfAPublish => {
                self.peer
                    .client
                    .handle_bytes(self.peer.now, &[0x30, 9, 0, 1, b'a']);
            }
            Ends::AfterAPublish => {
                let publish = publish("a", "x", QoS::AtLeastOnce, 9);
                self.peer.feed(ControlPacket::Publish(publish));
            }
            Ends::WithGarbage => self
                .peer
                .client
                .handle_bytes(self.peer.now, &[0x36, 3, 0, 1, 0]),
            Ends::WithDisconnect if version.is_v5() => {
                self.peer.feed(ControlPacket::Disconnect(Disconnect {
                    reason_code: ReasonCode::SERVER_SHUTTING_DOWN,
                    ..Disconnect::default()
                }));
            }
            _ => {}
        }
        self.read(&mut decoder);
    }

    /// Goes on with one way of ending after the other until the time is over.
    fn run(&mut self, ends: &[(Ends, Duration)], until: Duration) {
        for &(ends, stays) in ends.iter().cycle() {
            self.connection(ends, stays);
            let Phase::Waiting(due) = self.peer.client.view().phase else {
                panic!("it gave up");
            };
            if due - Instant::ZERO > until {
                return;
            }
            self.peer.now = due;
            self.peer.client.handle_timeout(due);
        }
    }

    /// Most connections within any minute.
    fn most_in_a_minute(&self) -> usize {
        let within = |from: Instant| {
            let minute = |seen: &&Seen| seen.at >= from && seen.at - from < Duration::from_secs(60);
            self.seen.iter().filter(minute).count()
        };
        self.seen
            .iter()
            .map(|seen| within(seen.at))
            .max()
            .unwrap_or(0)
    }
}

proptest! {
    #[test]
    fn what_a_client_sends_is_bounded(
        ends in prop::collection::vec((0..ENDS.len(), prop::sample::select(vec![0_u64, 10, 1_000, 29_000, 31_000])), 1..6),
        version in prop::sample::select(ProtocolVersion::ALL.to_vec()),
        keeps in any::<bool>(),
        renews in any::<bool>(),
        session_present in any::<bool>(),
        again in any::<bool>(),
    ) {
        let application = if again { Application::SubscribesAgain } else { Application::Waits };
        let mut options = if keeps { lasting(version) } else { options(version) };
        options.renew_subscriptions = renews;
        options.accept_unknown_session = true;
        let mut world = World::new(options, application, keeps && session_present);
        let ends: Vec<_> = ends.iter().map(|&(end, stays)| (ENDS[end], Duration::from_millis(stays))).collect();
        world.run(&ends, Duration::from_secs(900));
        for seen in &world.seen {
            // What an application asks for on an open connection is its own affair.
            let own = |filter: &String| usize::from(again && filter == "a");
            for (filter, times) in &seen.subscribed {
                prop_assert!(*times <= 1 + own(filter), "{filter} {times} times");
            }
            prop_assert!(seen.bytes < 400, "{seen:?}");
        }
        prop_assert!(world.most_in_a_minute() <= 12, "{}", world.most_in_a_minute());
    }
}

/// Two clients with one Client Identifier, on servers that say nothing when they close: the delay
/// grows although each connection is accepted and its SUBSCRIBE answered.
#[test]
fn a_takeover_is_not_fought_at_full_speed() {
    for ends in [Ends::AfterConnack, Ends::AfterSubscribe, Ends::AfterSuback] {
        let mut world = World::new(options(ProtocolVersion::V5), Application::Waits, false);
        world.run(&[(ends, Duration::from_secs(2))], Duration::from_secs(3600));
        let longest = Reconnect::default().longest;
        let [.., before, last] = &world.seen[..] else {
            panic!()
        };
        assert!(last.at - before.at >= longest / 2, "{ends:?}");
        assert!(world.seen.len() < 130, "{ends:?}: {}", world.seen.len());
    }
}

#[test]
fn a_connection_that_lasted_makes_the_next_delay_the_first_again() {
    let mut world = World::new(options(ProtocolVersion::V5), Application::Waits, false);
    let short = (Ends::AfterSuback, Duration::from_secs(1));
    let lasting = (Ends::AfterSuback, Reconnect::default().stable);
    world.run(
        &[short, short, short, short, lasting],
        Duration::from_secs(600),
    );
    let longest = world.seen.windows(2).map(|two| two[1].at - two[0].at).max();
    // The fourth delay is the longest, and the delay after the lasting one the first.
    assert!(
        longest.unwrap() <= Duration::from_secs(8 + 31),
        "{longest:?}"
    );
    assert_eq!(world.superseded, 0);
}

#[test]
fn a_subscribe_that_waits_is_superseded_by_a_later_one_for_its_filters() {
    let mut peer = Peer::new(options(ProtocolVersion::V5));
    peer.command(Command::Connect).unwrap();
    let first = peer.command(subscribe(&["a"])).unwrap();
    peer.command(subscribe(&["b", "a"])).unwrap();
    let third = peer.command(subscribe(&["b"])).unwrap();
    peer.command(subscribe(&["c"])).unwrap();
    peer.accept(false, &[]);
    let failed: Vec<_> = peer
        .events()
        .into_iter()
        .filter_map(|event| match event {
            Event::Failed { ticket, failure } => Some((ticket, failure)),
            _ => None,
        })
        .collect();
    assert_eq!(failed, [(first, Failure::Superseded)]);
    assert_ne!(first, third);
    assert_eq!(peer.client.view().requests, (3, 0));
}
