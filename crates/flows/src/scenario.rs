//! A scenario: who takes part, what they do and when, and what goes wrong. Data and no code.

use mqttscope_answers::topic_filter;
use mqttscope_shared::topic_tree;
use mqttscope_wire::{PacketType, ProtocolVersion, QoS};

use crate::behaviour::Behaviour;

/// The most clients of a scenario.
pub const MAX_CLIENTS: usize = 7;
/// The most things that its clients do.
pub const MAX_STEPS: usize = 200;
/// The most ways in which its applications answer.
pub const MAX_BEHAVIOURS: usize = 20;
/// The most things that go wrong in it.
pub const MAX_FAULTS: usize = 20;
/// The last moment that a scenario can name, in milliseconds.
pub const MAX_AT: u64 = 600_000;
/// How long a client is away when nothing else is said, in milliseconds.
const OFFLINE: u64 = 2_000;
/// How long an application holds back when nothing else is said, in milliseconds.
const HELD: u64 = 1_500;
/// How slow a link becomes when nothing else is said, in milliseconds.
const SLOW: u32 = 500;
/// The longest delay of a link, in milliseconds.
pub const MAX_DELAY: u32 = 10_000;

/// Who takes part, what they do and when, and what goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// A few words that name it.
    pub title: String,
    /// What to watch for; may be empty.
    pub watch: String,
    /// The version that all clients speak.
    pub version: ProtocolVersion,
    /// Milliseconds from sending to arriving; at least 1.
    pub delay: u32,
    /// In the order of their declaration.
    pub clients: Vec<Station>,
    /// What they do, in the order in which it was written.
    pub steps: Vec<Step>,
    /// How their applications answer.
    pub behaviours: Vec<Behaviour>,
    /// What goes wrong.
    pub faults: Vec<Fault>,
}

/// A client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Station {
    /// What its lane is called.
    pub name: String,
    /// Which side of the broker its lane stands on: publishers left, subscribers right.
    pub publisher: bool,
    /// It asks for a session that outlives its connections.
    pub session: bool,
    /// Its Client Identifier where that is not its name: two clients can claim the same one.
    pub identifier: Option<String>,
    /// Its Receive Maximum (version 5).
    pub receive_maximum: Option<u16>,
    /// It accepts Topic Aliases and uses them (version 5).
    pub alias: bool,
    /// Published when its connection is lost.
    pub will: Option<Will>,
}

impl Station {
    /// A client without a session and options.
    #[must_use]
    pub fn new(name: impl Into<String>, publisher: bool) -> Self {
        Self {
            name: name.into(),
            publisher,
            session: false,
            identifier: None,
            receive_maximum: None,
            alias: false,
            will: None,
        }
    }

    /// The identifier it connects with.
    #[must_use]
    pub fn client_identifier(&self) -> &str {
        self.identifier.as_deref().unwrap_or(&self.name)
    }
}

/// A Will Message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Will {
    /// Where it is published.
    pub topic: String,
    /// With which QoS.
    pub qos: QoS,
    /// Seconds that it waits (version 5).
    pub delay: u32,
    /// What it says.
    pub payload: String,
}

/// Something that a client does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Milliseconds after the beginning.
    pub at: u64,
    /// Which client, as an index.
    pub client: usize,
    /// What the client does.
    pub act: Act,
}

/// What a client does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Connects, and stays connected: a lost connection is tried again.
    Connect,
    /// Says good-bye.
    Disconnect,
    /// Asks for messages.
    Subscribe {
        /// Which topics.
        filter: String,
        /// With at most this QoS.
        qos: QoS,
    },
    /// Publishes a message.
    Publish(Publication),
}

/// A message of a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// Where to.
    pub topic: String,
    /// How hard to try.
    pub qos: QoS,
    /// To be kept for later subscribers.
    pub retain: bool,
    /// Seconds it is of use (version 5).
    pub expiry: Option<u32>,
    /// Where an answer is wanted (version 5).
    pub respond: Option<String>,
    /// Its Correlation Data (version 5); a request for which none is named has `1`.
    pub correlate: Option<String>,
    /// What it says.
    pub payload: String,
}

/// Something that goes wrong. TCP loses no packet: what is lost is lost with its connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The connection of a client breaks, and both ends learn it.
    Cut {
        /// Which client.
        client: usize,
        /// The moment, or the packet it waits for.
        when: When,
    },
    /// A client's process dies and comes back half a second later.
    Restart {
        /// Which client.
        client: usize,
        /// Milliseconds after the beginning.
        at: u64,
        /// Whether it had its session on a disk.
        keeps: bool,
    },
    /// The broker dies and comes back half a second later.
    RestartBroker {
        /// Milliseconds after the beginning.
        at: u64,
        /// Whether it had its sessions and retained messages on a disk.
        keeps: bool,
    },
    /// A client loses its connection and gets none.
    Offline {
        /// Which client.
        client: usize,
        /// Milliseconds after the beginning.
        from: u64,
        /// Milliseconds after the beginning.
        to: u64,
    },
    /// What is sent on a client's link takes longer from now on.
    Slow {
        /// Which client.
        client: usize,
        /// Milliseconds after the beginning.
        at: u64,
        /// Milliseconds from sending to arriving.
        delay: u32,
    },
    /// A client's application does not acknowledge what it gets in this time before it is over.
    Hold {
        /// Which client.
        client: usize,
        /// Milliseconds after the beginning.
        from: u64,
        /// Milliseconds after the beginning.
        until: u64,
    },
}

/// The moment of a cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Milliseconds after the beginning.
    At(u64),
    /// While a packet is on its way: it is lost.
    Before(Nth),
    /// When a packet has arrived: what answers it is lost.
    After(Nth),
}

/// The n-th packet of a type on a client's link, whichever way it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nth {
    /// Its type.
    pub kind: PacketType,
    /// From 1.
    pub n: u32,
}

impl Scenario {
    /// Nobody and nothing.
    #[must_use]
    pub fn new(version: ProtocolVersion) -> Self {
        Self {
            title: String::new(),
            watch: String::new(),
            version,
            delay: 50,
            clients: Vec::new(),
            steps: Vec::new(),
            behaviours: Vec::new(),
            faults: Vec::new(),
        }
    }

    /// The same with another fault.
    #[must_use]
    pub fn with_fault(&self, fault: Fault) -> Self {
        let mut next = self.clone();
        if next.faults.len() < MAX_FAULTS {
            next.faults.push(fault);
        }
        next
    }

    /// The same in another version; what the version cannot say is left out when it runs.
    #[must_use]
    pub fn with_version(&self, version: ProtocolVersion) -> Self {
        Self {
            version,
            ..self.clone()
        }
    }

    /// The same with every message published with this QoS.
    #[must_use]
    pub fn with_publish_qos(&self, level: QoS) -> Self {
        let mut next = self.clone();
        for step in &mut next.steps {
            if let Act::Publish(publication) = &mut step.act {
                publication.qos = level;
            }
        }
        for behaviour in &mut next.behaviours {
            behaviour.qos = level;
        }
        next
    }

    /// The same with every subscription asking for this QoS.
    #[must_use]
    pub fn with_subscribe_qos(&self, level: QoS) -> Self {
        let mut next = self.clone();
        for step in &mut next.steps {
            if let Act::Subscribe { qos, .. } = &mut step.act {
                *qos = level;
            }
        }
        next
    }

    /// The highest QoS that is published with, and the highest that is asked for; none where
    /// nothing is.
    #[must_use]
    pub fn qos(&self) -> (Option<QoS>, Option<QoS>) {
        let mut both = (None, None);
        for step in &self.steps {
            match &step.act {
                Act::Publish(publication) => both.0 = both.0.max(Some(publication.qos)),
                Act::Subscribe { qos, .. } => both.1 = both.1.max(Some(*qos)),
                Act::Connect | Act::Disconnect => {}
            }
        }
        for behaviour in &self.behaviours {
            both.0 = both.0.max(Some(behaviour.qos));
        }
        both
    }

    /// Whether not all is published at one QoS, and whether not all is subscribed to at one.
    #[must_use]
    pub fn mixes_qos(&self) -> (bool, bool) {
        let (published, subscribed) = self.qos();
        let mut answers = self.behaviours.iter();
        let mut both = (answers.any(|answer| Some(answer.qos) != published), false);
        for step in &self.steps {
            match &step.act {
                Act::Publish(publication) => both.0 |= Some(publication.qos) != published,
                Act::Subscribe { qos, .. } => both.1 |= Some(*qos) != subscribed,
                Act::Connect | Act::Disconnect => {}
            }
        }
        both
    }

    /// Whether a client's application holds acknowledgements back at a moment.
    #[must_use]
    pub fn holds(&self, client: usize, at: u64) -> bool {
        self.faults.iter().any(|fault| match *fault {
            Fault::Hold {
                client: who,
                from,
                until,
            } => who == client && (from..until).contains(&at),
            _ => false,
        })
    }

    /// Whether a client's application acknowledges a message with this topic only when it has answered it.
    #[must_use]
    pub fn holds_until_answered(&self, client: usize, topic: &str) -> bool {
        self.behaviours.iter().any(|behaviour| {
            let filter = topic_filter(&behaviour.filter);
            behaviour.client == client && behaviour.hold && topic_tree::matches(filter, topic)
        })
    }

    /// What can go wrong at a moment, in the order in which it is offered. `holds` says whether a
    /// client has something that it can hold back.
    pub(super) fn faults_at(&self, at: u64, holds: impl Fn(usize) -> bool) -> Vec<Fault> {
        let mut faults = Vec::new();
        for client in 0..self.clients.len() {
            faults.push(Fault::Cut {
                client,
                when: When::At(at),
            });
            faults.push(Fault::Offline {
                client,
                from: at,
                to: at.saturating_add(OFFLINE).min(MAX_AT),
            });
            for keeps in [true, false] {
                faults.push(Fault::Restart { client, at, keeps });
            }
            faults.push(Fault::Slow {
                client,
                at,
                delay: SLOW,
            });
            if holds(client) {
                faults.push(Fault::Hold {
                    client,
                    from: at,
                    until: at.saturating_add(HELD).min(MAX_AT),
                });
            }
        }
        for keeps in [true, false] {
            faults.push(Fault::RestartBroker { at, keeps });
        }
        faults
    }
}
