//! Generated schedules of cuts, silence and restarts between a publisher, the broker and a
//! subscriber: what arrives, how often, in which order, and that nothing is left behind.
//!
//! `PROPTEST_CASES=10000 cargo test -p mqttscope-session --test schedules` runs more of them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::time::Duration;

use mqttscope_session::broker::{self, Broker, ConnectionId};
use mqttscope_session::client::{
    Cause, Client, Command, Event, Failure, Oddity, Options, Phase, Ticket,
};
use mqttscope_session::common::Message;
use mqttscope_session::network::{Crossing, End, Impairments, World};
use mqttscope_wire::{
    Context, ControlPacket, PacketIdentifier, PacketType, PropertiesBuf, Property, ProtocolVersion,
    QoS, ReasonCode, Sender, StreamDecoder, Subscription, SubscriptionOptions, SubscriptionsBuf,
    TopicFilter, TopicName,
};
use proptest::prelude::*;

const PUBLISHER: usize = 0;
const SUBSCRIBER: usize = 1;
const TOPICS: [&str; 3] = ["t/a", "t/b", "t/c"];

#[derive(Clone, Debug)]
enum Step {
    Publish {
        topic: usize,
        qos: QoS,
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
    Restart {
        client: usize,
    },
    Unreachable {
        client: usize,
        reachable: bool,
    },
    Pass {
        millis: u64,
    },
}

fn qos() -> impl Strategy<Value = QoS> {
    prop_oneof![
        Just(QoS::AtMostOnce),
        Just(QoS::AtLeastOnce),
        Just(QoS::ExactlyOnce)
    ]
}

fn end() -> impl Strategy<Value = End> {
    prop_oneof![Just(End::Client), Just(End::Server)]
}

fn step() -> impl Strategy<Value = Step> {
    let client = 0_usize..2;
    prop_oneof![
        8 => (0_usize..3, qos()).prop_map(|(topic, qos)| Step::Publish { topic, qos }),
        1 => client.clone().prop_map(|client| Step::Cut { client }),
        3 => (client.clone(), end(), 0_usize..80)
            .prop_map(|(client, from, bytes)| Step::CutAfter { client, from, bytes }),
        1 => (client.clone(), end()).prop_map(|(client, end)| Step::Silence { client, end }),
        1 => client.clone().prop_map(|client| Step::Restart { client }),
        1 => (client, any::<bool>()).prop_map(|(client, reachable)| Step::Unreachable { client, reachable }),
        4 => (0_u64..4000).prop_map(|millis| Step::Pass { millis }),
    ]
}

#[derive(Clone, Debug)]
struct Plan {
    /// The publisher's session outlives its connection. If not, only the publisher is disturbed,
    /// and it does not restart.
    lasting: bool,
    versions: [ProtocolVersion; 2],
    receive_maximum: [u16; 2],
    delay: u64,
    split: Option<usize>,
    coalesce: u64,
    aliases: bool,
    manual: bool,
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
        any::<bool>(),
        any::<bool>(),
        proptest::collection::vec(step(), 1..60),
        prop_oneof![3 => Just(true), 1 => Just(false)],
    )
        .prop_map(
            |((a, b), (x, y), delay, split, coalesce, aliases, manual, steps, lasting)| Plan {
                lasting,
                versions: [a, b],
                receive_maximum: [x, y],
                delay,
                split,
                coalesce,
                aliases,
                manual,
                steps,
            },
        )
}

fn options(plan: &Plan, client: usize) -> Options {
    let version = plan.versions[client];
    let lasting = plan.lasting || client == SUBSCRIBER;
    let mut properties = PropertiesBuf::new();
    if version.is_v5() {
        properties
            .push(Property::SessionExpiryInterval(if lasting {
                u32::MAX
            } else {
                0
            }))
            .unwrap();
        properties
            .push(Property::ReceiveMaximum(plan.receive_maximum[client]))
            .unwrap();
        if plan.aliases {
            properties.push(Property::TopicAliasMaximum(2)).unwrap();
        }
    }
    Options {
        clean_start: !lasting,
        keep_alive: 10,
        properties,
        automatic_topic_alias: plan.aliases,
        manual_acknowledgement: plan.manual && client == SUBSCRIBER,
        // A restart may lose the state of a session that the broker already has.
        accept_unknown_session: true,
        seed: client as u64,
        ..Options::new(version, ["publisher", "subscriber"][client])
    }
}

/// What one end of each connection hears, packet by packet.
#[derive(Default)]
struct Ear {
    decoders: BTreeMap<(ConnectionId, bool), StreamDecoder>,
    /// The publisher's identifiers that are in use, by what arrived.
    open: BTreeSet<PacketIdentifier>,
}

impl Ear {
    fn hear(&mut self, plan: &Plan, crossings: Vec<Crossing>) -> Result<(), TestCaseError> {
        for crossing in crossings
            .into_iter()
            .filter(|crossing| crossing.client == PUBLISHER)
        {
            let from_client = crossing.from == End::Client;
            let sender = if from_client {
                Sender::Client
            } else {
                Sender::Server
            };
            let context = Context::new(plan.versions[PUBLISHER]).from(sender);
            let decoder = self
                .decoders
                .entry((crossing.connection, from_client))
                .or_insert_with(|| StreamDecoder::new(context, 1 << 20));
            decoder.push(&crossing.bytes);
            while let Some(packet) = decoder
                .next_packet()
                .expect("both ends write sound packets")
            {
                match packet {
                    ControlPacket::Publish(publish) => {
                        if let Some(identifier) = publish.packet_identifier {
                            let free = self.open.insert(identifier);
                            prop_assert!(
                                free || publish.dup,
                                "{identifier:?} is in use and DUP is 0"
                            );
                        }
                    }
                    ControlPacket::Puback(answer) | ControlPacket::Pubcomp(answer) => {
                        self.open.remove(&answer.packet_identifier);
                    }
                    ControlPacket::Pubrec(answer) => {
                        prop_assert!(!answer.reason_code.is_error());
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }
}

/// Neither end finds fault with the other: not with its windows, aliases, identifiers or packets.
fn orderly(event: &Event) -> Result<(), TestCaseError> {
    match event {
        // A PUBREL whose PUBCOMP was lost comes again and finds nothing; no other answer does.
        Event::Odd(Oddity::UnknownPacketIdentifier(kind, _)) if *kind != PacketType::Pubrel => {
            Err(TestCaseError::fail(format!("{event:?}")))
        }
        Event::Disconnected {
            cause: Cause::Fault(fault),
            ..
        } => Err(TestCaseError::fail(format!("{fault:?}"))),
        Event::Disconnected {
            cause: Cause::ByServer { reason_code, .. },
            ..
        } => {
            let kind = [
                ReasonCode::SESSION_TAKEN_OVER,
                ReasonCode::KEEP_ALIVE_TIMEOUT,
            ];
            prop_assert!(kind.contains(reason_code), "{:?}", reason_code);
            Ok(())
        }
        _ => Ok(()),
    }
}

struct Run<'a> {
    plan: &'a Plan,
    world: World,
    sent: Vec<(usize, QoS)>,
    tickets: BTreeMap<Ticket, usize>,
    /// Messages that the publisher says it cannot vouch for.
    failed: BTreeSet<usize>,
    arrived: Vec<(usize, usize)>,
    ear: Ear,
}

impl Run<'_> {
    fn take(&mut self) -> Result<(), TestCaseError> {
        loop {
            let events = self.world.events(SUBSCRIBER);
            if events.is_empty() {
                break;
            }
            for event in events {
                orderly(&event)?;
                let Event::Message {
                    message, delivery, ..
                } = event
                else {
                    continue;
                };
                let number: usize = std::str::from_utf8(&message.payload)
                    .unwrap()
                    .parse()
                    .unwrap();
                let topic = TOPICS
                    .iter()
                    .position(|&topic| topic == &*message.topic_name())
                    .unwrap();
                self.arrived.push((number, topic));
                if let Some(delivery) = delivery {
                    let reason_code = ReasonCode::SUCCESS;
                    // The connection may be gone by now; then it comes again.
                    let _ = self.world.command(
                        SUBSCRIBER,
                        Command::Acknowledge {
                            delivery,
                            reason_code,
                        },
                    );
                }
            }
        }
        for event in self.world.events(PUBLISHER) {
            orderly(&event)?;
            if let Event::Failed { ticket, failure } = event {
                prop_assert!(
                    !self.plan.lasting && failure == Failure::SessionLost,
                    "{:?}",
                    failure
                );
                self.failed.insert(self.tickets[&ticket]);
            }
        }
        let crossings = self.world.crossings();
        self.ear.hear(self.plan, crossings)?;
        for client in [PUBLISHER, SUBSCRIBER] {
            let view = self.world.client(client).unwrap().view();
            prop_assert_eq!(
                view.identifiers.len(),
                view.outgoing.len() + view.requests.0
            );
        }
        Ok(())
    }

    fn step(&mut self, step: &Step) -> Result<(), TestCaseError> {
        match *step {
            Step::Publish { topic, qos } => {
                let name = TopicName::new(TOPICS[topic]).unwrap();
                let message = Message::new(name, self.sent.len().to_string()).with_qos(qos);
                let ticket = self
                    .world
                    .command(PUBLISHER, Command::publish(message))
                    .unwrap();
                self.tickets.insert(ticket, self.sent.len());
                self.sent.push((topic, qos));
            }
            Step::Cut { client: SUBSCRIBER }
            | Step::CutAfter {
                client: SUBSCRIBER, ..
            }
            | Step::Silence {
                client: SUBSCRIBER, ..
            }
            | Step::Unreachable {
                client: SUBSCRIBER, ..
            }
            | Step::Restart { .. }
                if !self.plan.lasting => {}
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
            Step::Restart { client } => {
                // What the application has not taken yet would die with it.
                self.take()?;
                self.world
                    .restart(client, options(self.plan, client))
                    .unwrap();
                self.world.command(client, Command::Connect).unwrap();
            }
            Step::Unreachable { client, reachable } => self.world.set_reachable(client, reachable),
            Step::Pass { millis } => self.world.pass(Duration::from_millis(millis)),
        }
        self.take()
    }

    /// Nobody disturbs any more, and everything comes to its end.
    fn settle(&mut self) -> Result<(), TestCaseError> {
        for client in [PUBLISHER, SUBSCRIBER] {
            self.world.set_reachable(client, true);
            if self.world.client(client).unwrap().view().phase == Phase::Idle {
                self.world.command(client, Command::Connect).unwrap();
            }
        }
        for _ in 0..40 {
            self.world.pass(Duration::from_secs(10));
            self.take()?;
        }
        Ok(())
    }
}

fn run(plan: &Plan) -> Result<(), TestCaseError> {
    let mut options_of_broker = broker::Options::default();
    options_of_broker.limits.receive_maximum = plan.receive_maximum[PUBLISHER];
    let mut world = World::new(Broker::new(options_of_broker));
    for client in [PUBLISHER, SUBSCRIBER] {
        world.add(Client::new(options(plan, client)).unwrap());
        world.command(client, Command::Connect).unwrap();
    }
    let mut subscriptions = SubscriptionsBuf::new();
    let options = SubscriptionOptions {
        maximum_qos: QoS::ExactlyOnce,
        ..SubscriptionOptions::default()
    };
    subscriptions.push(Subscription {
        topic_filter: TopicFilter::new("t/+").unwrap(),
        options,
    });
    let subscribe = Command::Subscribe {
        subscriptions,
        properties: PropertiesBuf::new(),
    };
    world.command(SUBSCRIBER, subscribe).unwrap();
    let subscribed = world
        .events(SUBSCRIBER)
        .iter()
        .any(|event| matches!(event, Event::Subscribed { .. }));
    prop_assert!(subscribed);
    world.record(true);
    world.set_impairments(Impairments {
        delay: Duration::from_millis(plan.delay),
        split: plan.split.and_then(NonZeroUsize::new),
        coalesce: Duration::from_millis(plan.coalesce),
    });
    let mut run = Run {
        plan,
        world,
        sent: Vec::new(),
        tickets: BTreeMap::new(),
        failed: BTreeSet::new(),
        arrived: Vec::new(),
        ear: Ear::default(),
    };
    for step in &plan.steps {
        run.step(step)?;
    }
    run.settle()?;
    check(&run)
}

fn check(run: &Run<'_>) -> Result<(), TestCaseError> {
    let mut counts = vec![0_usize; run.sent.len()];
    let mut first = Vec::new();
    for &(number, topic) in &run.arrived {
        prop_assert_eq!(run.sent[number].0, topic);
        if counts[number] == 0 {
            first.push(number);
        }
        counts[number] += 1;
    }
    for (number, (count, (_, qos))) in counts.iter().zip(&run.sent).enumerate() {
        let expected = match qos {
            QoS::AtMostOnce => *count <= 1,
            QoS::AtLeastOnce => *count >= 1,
            QoS::ExactlyOnce => *count == 1 || *count == 0 && run.failed.contains(&number),
        };
        prop_assert!(
            expected,
            "message {} of {:?} came {} times",
            number,
            qos,
            count
        );
    }
    for (topic, name) in TOPICS.iter().enumerate() {
        for level in [QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce] {
            let order: Vec<_> = first
                .iter()
                .filter(|&&number| run.sent[number] == (topic, level))
                .collect();
            prop_assert!(order.is_sorted(), "order of {:?} {:?}", name, level);
        }
    }
    for client in [PUBLISHER, SUBSCRIBER] {
        let view = run.world.client(client).unwrap().view();
        prop_assert_eq!(view.phase, Phase::Connected);
        prop_assert!(
            view.outgoing.is_empty() && view.identifiers.is_empty() && view.incoming.is_empty()
        );
        prop_assert_eq!(
            (view.queued, view.unacknowledged, view.requests),
            (0, 0, (0, 0))
        );
    }
    for session in run.world.broker().sessions() {
        prop_assert_eq!(session.unacknowledged().count(), 0);
        prop_assert_eq!(session.received().count(), 0);
        prop_assert_eq!(session.queued().len(), 0);
    }
    prop_assert_eq!(run.world.broker().message_bytes(), 0);
    Ok(())
}

proptest! {
    #[test]
    fn every_message_arrives_as_its_qos_promises(plan in plan()) {
        run(&plan)?;
    }
}
