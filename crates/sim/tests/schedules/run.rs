//! A world that does what a plan says.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::time::Duration;

use mqttscope_broker::{self as broker, Broker};
use mqttscope_client::{Client, Command, Delivery, Event, Failure, Options, Phase, Ticket};
use mqttscope_shared::Message;
use mqttscope_sim::{End, Impairments, World};
use mqttscope_wire::{
    PropertiesBuf, Property, ProtocolVersion, QoS, ReasonCode, Subscription, SubscriptionOptions,
    SubscriptionsBuf, TopicFilter, TopicName,
};
use proptest::prelude::*;

use crate::ear::{Ear, orderly};
use crate::plan::{Plan, Step};

/// Its number in the world.
pub(crate) const PUBLISHER: usize = 0;
const SUBSCRIBER: usize = 1;
const TOPICS: [&str; 3] = ["t/a", "t/b", "t/c"];

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
        seed: Some(client as u64),
        ..Options::new(version, ["publisher", "subscriber"][client])
    }
}

fn subscribe() -> Command {
    let mut subscriptions = SubscriptionsBuf::new();
    subscriptions.push(Subscription {
        topic_filter: TopicFilter::new("t/+").unwrap(),
        options: SubscriptionOptions {
            maximum_qos: QoS::ExactlyOnce,
            ..SubscriptionOptions::default()
        },
    });
    Command::Subscribe {
        subscriptions,
        properties: PropertiesBuf::new(),
    }
}

fn options_of_broker(plan: &Plan) -> broker::Options {
    let mut options = broker::Options::new(0);
    options.limits.receive_maximum = plan.receive_maximum[PUBLISHER];
    options
}

struct Run<'a> {
    plan: &'a Plan,
    world: World,
    sent: Vec<(usize, QoS)>,
    tickets: BTreeMap<Ticket, usize>,
    /// Messages that the publisher says it cannot vouch for.
    failed: BTreeSet<usize>,
    arrived: Vec<(usize, usize)>,
    /// The broker lost its sessions, and the subscription is not made anew yet.
    unsubscribed: bool,
    /// How many messages the broker may have lost with its sessions, or had no subscriber for.
    unpromised: usize,
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
                match event {
                    Event::Message {
                        message, delivery, ..
                    } => self.arrived(&message, delivery),
                    Event::Connected(_) if self.unsubscribed => {
                        self.world.command(SUBSCRIBER, subscribe()).unwrap();
                    }
                    Event::Subscribed { .. } => {
                        self.unsubscribed = false;
                        self.unpromised = self.sent.len();
                    }
                    _ => {}
                }
            }
        }
        for event in self.world.events(PUBLISHER) {
            orderly(&event)?;
            if let Event::Failed { ticket, failure } = event {
                prop_assert_eq!(failure, Failure::SessionLost);
                if self.plan.lasting {
                    prop_assert!(self.unsubscribed || self.unpromised > 0, "{:?}", ticket);
                } else {
                    self.failed.insert(self.tickets[&ticket]);
                }
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

    fn arrived(&mut self, message: &Message, delivery: Option<Delivery>) {
        let number = std::str::from_utf8(&message.payload).unwrap();
        let topic = TOPICS
            .iter()
            .position(|&topic| topic == &*message.topic_name());
        self.arrived.push((number.parse().unwrap(), topic.unwrap()));
        if let Some(delivery) = delivery {
            let acknowledge = Command::Acknowledge {
                delivery,
                reason_code: ReasonCode::SUCCESS,
                properties: PropertiesBuf::new(),
            };
            // The connection may be gone by now; then it comes again.
            let _ = self.world.command(SUBSCRIBER, acknowledge);
        }
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
            // A client of version 3.1 is not told that its session is lost, so nothing is promised.
            Step::RestartBroker {
                with_sessions: false,
            } if self.plan.versions.contains(&ProtocolVersion::V3_1) => {}
            Step::RestartBroker { with_sessions } => {
                self.unsubscribed |= !with_sessions;
                self.ear.broker_restarted(with_sessions);
                self.world
                    .restart_broker(options_of_broker(self.plan), with_sessions);
                if !with_sessions {
                    self.reconnect()?;
                }
            }
            Step::Unreachable { client, reachable } => self.world.set_reachable(client, reachable),
            Step::Pass { millis } => self.world.pass(Duration::from_millis(millis)),
        }
        self.take()
    }

    /// Lets both clients learn that their sessions are lost. A client whose first CONNACK after that
    /// does not arrive takes the new session for the old one, and no rule of the standard helps it.
    fn reconnect(&mut self) -> Result<(), TestCaseError> {
        self.reach();
        let connected = |world: &World| {
            [PUBLISHER, SUBSCRIBER]
                .into_iter()
                .all(|client| world.client(client).unwrap().view().phase == Phase::Connected)
        };
        while !connected(&self.world) {
            self.world.pass(Duration::from_secs(1));
            self.take()?;
        }
        Ok(())
    }

    fn reach(&mut self) {
        for client in [PUBLISHER, SUBSCRIBER] {
            self.world.set_reachable(client, true);
            if let Some(link) = self.world.link(client) {
                // A cut that has not come yet would come with some later PINGREQ.
                link.cut_after(End::Client, usize::MAX);
                link.cut_after(End::Server, usize::MAX);
            }
            if self.world.client(client).unwrap().view().phase == Phase::Idle {
                self.world.command(client, Command::Connect).unwrap();
            }
        }
    }

    /// Nobody disturbs any more, and everything comes to its end.
    fn settle(&mut self) -> Result<(), TestCaseError> {
        self.reach();
        for _ in 0..40 {
            self.world.pass(Duration::from_secs(10));
            self.take()?;
        }
        Ok(())
    }
}

/// Plays a plan and holds what arrived to what was promised.
pub(crate) fn run(plan: &Plan) -> Result<(), TestCaseError> {
    let mut world = World::new(Broker::new(options_of_broker(plan)));
    for client in [PUBLISHER, SUBSCRIBER] {
        world.add(Client::new(options(plan, client)).unwrap());
        world.command(client, Command::Connect).unwrap();
    }
    world.command(SUBSCRIBER, subscribe()).unwrap();
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
        unsubscribed: false,
        unpromised: 0,
        ear: Ear::default(),
    };
    for step in &plan.steps {
        run.step(step)?;
    }
    run.settle()?;
    check(&run)
}

fn check(run: &Run<'_>) -> Result<(), TestCaseError> {
    prop_assert!(!run.unsubscribed);
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
            QoS::AtLeastOnce => *count >= 1 || number < run.unpromised,
            QoS::ExactlyOnce => {
                let may_fail = number < run.unpromised || run.failed.contains(&number);
                *count == 1 || *count == 0 && may_fail
            }
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
                .filter(|&&number| number >= run.unpromised && run.sent[number] == (topic, level))
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
