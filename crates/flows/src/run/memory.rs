//! What each side remembers at a moment, in words.

use mqttscope_broker::SessionView;
use mqttscope_client::{Client, Phase};
use mqttscope_shared::OutgoingStep;
use mqttscope_sim::World;

use crate::scenario::{Scenario, Station};

/// How many of a kind are told one by one.
const SHOWN: usize = 8;

/// What a client's application has done and does.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Does {
    /// Messages that it got.
    pub(super) received: u32,
    /// Messages that it works on.
    pub(super) working: usize,
}

/// What all sides remember.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// The broker.
    pub broker: Side,
    /// The clients, in the order of the scenario.
    pub clients: Vec<Side>,
    /// The Client Identifiers of the sessions that the broker has.
    pub sessions: Vec<String>,
    /// The topics with a retained message.
    pub retained: Vec<String>,
}

/// What one side remembers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Side {
    /// One thing a line.
    pub lines: Vec<Line>,
    /// A handshake is open here, or a message waits.
    pub busy: bool,
}

/// One thing that is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What is remembered, in words.
    pub text: String,
    /// It belongs to a handshake that is not over, or to a message that waits.
    pub open: bool,
}

impl Side {
    fn say(&mut self, text: impl Into<String>) {
        self.lines.push(Line {
            text: text.into(),
            open: false,
        });
    }

    fn open(&mut self, text: impl Into<String>) {
        self.busy = true;
        self.lines.push(Line {
            text: text.into(),
            open: true,
        });
    }

    /// The first of them, and how many more there are: `prefix` stands before that.
    fn open_some(&mut self, prefix: &str, lines: impl Iterator<Item = String>) {
        let mut lines = lines.fuse();
        for text in lines.by_ref().take(SHOWN) {
            self.open(text);
        }
        let more = lines.count();
        if more > 0 {
            self.open(format!("{prefix}and {more} more"));
        }
    }
}

impl Memory {
    /// What is remembered now; `does` says what each client's application does.
    pub(super) fn of(world: &World, scenario: &Scenario, does: &[Does]) -> Self {
        let clients = scenario.clients.iter().enumerate().map(|(index, station)| {
            let does = does.get(index).copied().unwrap_or_default();
            world
                .client(index)
                .map(|client| client_side(client, station, does))
                .unwrap_or_default()
        });
        let sessions = world.broker().sessions();
        let retained = retained(world);
        Self {
            clients: clients.collect(),
            broker: broker_side(world, &retained),
            sessions: sessions
                .map(|session| session.client_identifier().to_owned())
                .collect(),
            retained,
        }
    }
}

fn client_side(client: &Client, station: &Station, does: Does) -> Side {
    let mut side = Side::default();
    let view = client.view();
    side.say(match view.phase {
        Phase::Idle => "not connected",
        Phase::Opening | Phase::Connecting => "connecting",
        Phase::Connected => "connected",
        Phase::Waiting(_) => "disconnected, reconnecting",
    });
    let outgoing = view.outgoing.iter();
    let outgoing =
        outgoing.map(|(identifier, entry)| waits(&format!("id {}", identifier.get()), entry.step));
    side.open_some("", outgoing);
    let incoming = view.incoming.iter().map(|(identifier, _)| identifier.get());
    let seen = incoming.map(|id| format!("id {id}, received: waiting for PUBREL"));
    side.open_some("", seen);
    let requested = client.requested().map(|identifier| identifier.get());
    side.open_some(
        "",
        requested.map(|id| format!("id {id}, SUBSCRIBE sent: waiting for SUBACK")),
    );
    let queued = client.queue().map(|queued| {
        let (qos, topic) = (queued.message.qos as u8, queued.message.topic_name());
        format!("QoS {qos} message to {}: queued", topic.as_str())
    });
    side.open_some("", queued);
    if view.unacknowledged > 0 {
        side.open(format!(
            "{} received, not acknowledged",
            view.unacknowledged
        ));
    }
    if let Some(maximum) = station.receive_maximum
        && client.options().version.is_v5()
        && view.phase == Phase::Connected
    {
        side.say(format!(
            "Receive Maximum: {} of {maximum} free",
            view.receive_quota.min(maximum)
        ));
    }
    for (alias, topic) in view.outgoing_aliases.iter() {
        side.say(format!("alias {alias}, sent: {topic}"));
    }
    for (alias, topic) in view.incoming_aliases.iter() {
        side.say(format!("alias {alias}, received: {topic}"));
    }
    if does.received > 0 {
        side.say(format!("application received {}", does.received));
    }
    if does.working > 0 {
        side.open(format!("application works on {}", does.working));
    }
    side
}

/// The topics with a retained message, without the broker's own.
fn retained(world: &World) -> Vec<String> {
    let mut topics = Vec::new();
    world.broker().visit_retained(|found| {
        if !found.topic_name().starts_with('$') {
            topics.push(found.topic_name().to_owned());
        }
    });
    topics
}

fn broker_side(world: &World, retained: &[String]) -> Side {
    let mut side = Side::default();
    let broker = world.broker();
    for session in broker.sessions() {
        session_lines(&mut side, &session);
    }
    for topic in retained {
        side.say(format!("retained message for {topic}"));
    }
    if side.lines.is_empty() {
        side.say("nothing");
    }
    side
}

fn session_lines(side: &mut Side, session: &SessionView<'_>) {
    let name = session.client_identifier();
    side.say(match session.connection() {
        Some(_) => format!("{name}: session, client connected"),
        None => format!("{name}: session stored, client offline"),
    });
    for subscription in session.subscriptions() {
        side.say(format!(
            "{name}: subscription to {}, QoS {}",
            subscription.topic_filter, subscription.options.maximum_qos as u8
        ));
    }
    if let Some((topic, due)) = session.will() {
        side.say(format!(
            "{name}: will for {topic}{}",
            if due.is_some() { ", delay running" } else { "" }
        ));
    }
    let prefix = format!("{name}: ");
    let received = session.received().map(|identifier| {
        let id = identifier.get();
        format!("{prefix}id {id}, received: waiting for PUBREL")
    });
    side.open_some(&prefix, received);
    let unacknowledged = session.unacknowledged().map(|entry| {
        let id = entry.packet_identifier.get();
        waits(&format!("{prefix}id {id}"), entry.step)
    });
    side.open_some(&prefix, unacknowledged);
    let queued = session.queued();
    let queued =
        queued.map(|(topic, qos)| format!("{prefix}QoS {} message to {topic}: queued", qos as u8));
    side.open_some(&prefix, queued);
}

fn waits(what: &str, step: OutgoingStep) -> String {
    match step {
        OutgoingStep::Puback => format!("{what}, message stored: waiting for PUBACK"),
        OutgoingStep::Pubrec => format!("{what}, message stored: waiting for PUBREC"),
        OutgoingStep::Pubcomp => format!("{what}, PUBREL sent: waiting for PUBCOMP"),
    }
}
