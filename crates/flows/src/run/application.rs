//! The applications behind the clients: what they ask for, and what they make of what they get.

use core::time::Duration;
use mqttscope_client::{Command, Delivery, Options, Reconnect};
use mqttscope_shared::Message;
use mqttscope_wire::{
    BinaryData, PropertiesBuf, Property, ProtocolVersion, QoS, ReasonCode, Subscription,
    SubscriptionOptions, SubscriptionsBuf, TopicFilter, TopicName,
};

use super::counts::Key;
use super::work::Worker;
use crate::scenario::{Fault, Publication, Scenario, Station};

/// The Topic Alias Maximum of a client that uses aliases.
const ALIASES: u16 = 4;

/// What an application remembers.
#[derive(Debug, Default)]
pub(super) struct Application {
    /// What it subscribed to; it does so again when its session is gone.
    pub(super) wanted: Vec<(String, QoS)>,
    /// It was connected before.
    pub(super) connected: bool,
    /// What it has not acknowledged.
    pub(super) held: Vec<Delivery>,
    /// Messages it got.
    pub(super) received: u32,
    /// How it answers.
    pub(super) workers: Vec<Worker>,
    /// Messages that it works on.
    pub(super) working: Vec<Key>,
    /// How often its process has died.
    pub(super) life: u32,
}

/// What a client is told before it connects.
pub(super) fn options(
    scenario: &Scenario,
    station: &Station,
    client: usize,
    forgot: bool,
) -> Options {
    let version = scenario.version;
    // Who holds nothing back leaves it to the client, as most applications do.
    let holds = scenario
        .faults
        .iter()
        .any(|fault| matches!(fault, Fault::Hold { client: who, .. } if *who == client));
    let mut own = scenario.behaviours.iter();
    let holds = holds || own.any(|behaviour| behaviour.client == client && behaviour.hold);
    let mut properties = PropertiesBuf::new();
    if version.is_v5() {
        let mut add = |property| {
            // All of them belong into a CONNECT, in range and once.
            let _ = properties.push(property);
        };
        if station.session {
            add(Property::SessionExpiryInterval(u32::MAX));
        }
        if let Some(maximum) = station.receive_maximum {
            add(Property::ReceiveMaximum(maximum));
        }
        if station.alias {
            add(Property::TopicAliasMaximum(ALIASES));
        }
    }
    let will = station.will.as_ref().and_then(|will| {
        let topic = TopicName::new(&will.topic).unwrap_or_default();
        let message = Message::new(topic, will.payload.as_bytes()).with_qos(will.qos);
        if version.is_v5() && will.delay > 0 {
            message
                .with_property(Property::WillDelayInterval(will.delay))
                .ok()
        } else {
            Some(message)
        }
    });
    Options {
        clean_start: !station.session || forgot,
        keep_alive: 0,
        will,
        properties,
        reconnect: Some(Reconnect {
            first: Duration::from_millis(600),
            longest: Duration::from_millis(1200),
            attempts: None,
            // A scenario lasts seconds.
            stable: Duration::ZERO,
        }),
        manual_acknowledgement: holds,
        // Who takes another's identifier wants its session, too.
        accept_unknown_session: station.identifier.is_some(),
        automatic_topic_alias: station.alias && version.is_v5(),
        seed: Some(client as u64),
        ..Options::new(version, station.client_identifier())
    }
}

pub(super) fn subscribe(filter: &str, qos: QoS) -> Option<Command> {
    let mut subscriptions = SubscriptionsBuf::new();
    subscriptions.push(Subscription {
        topic_filter: TopicFilter::new(filter)?,
        options: SubscriptionOptions {
            maximum_qos: qos,
            ..SubscriptionOptions::default()
        },
    });
    Some(Command::Subscribe {
        subscriptions,
        properties: PropertiesBuf::new(),
    })
}

pub(super) fn publish(publication: &Publication, version: ProtocolVersion) -> Option<Command> {
    let mut message = Message::new(
        TopicName::new(&publication.topic)?,
        publication.payload.as_bytes(),
    )
    .with_qos(publication.qos)
    .with_retain(publication.retain);
    if version.is_v5() {
        if let Some(seconds) = publication.expiry {
            message = message
                .with_property(Property::MessageExpiryInterval(seconds))
                .ok()?;
        }
        if let Some(topic) = &publication.respond {
            message = message
                .with_property(Property::ResponseTopic(TopicName::new(topic)?))
                .ok()?;
        }
        let data = publication.correlate.as_deref();
        let data = data.or_else(|| publication.respond.is_some().then_some("1"));
        if let Some(data) = data.and_then(|data| BinaryData::new(data.as_bytes())) {
            message = message
                .with_property(Property::CorrelationData(data))
                .ok()?;
        }
    }
    Some(Command::publish(message))
}

pub(super) const fn acknowledge(delivery: Delivery) -> Command {
    Command::Acknowledge {
        delivery,
        reason_code: ReasonCode::SUCCESS,
        properties: PropertiesBuf::new(),
    }
}
