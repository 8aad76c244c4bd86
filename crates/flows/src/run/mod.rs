//! A scenario carried out: the real client and the real broker, over a simulated network, in
//! virtual time.

mod agenda;
mod application;
mod counts;
mod hear;
mod log;
mod memory;
mod perform;
mod stage;
mod unused;
mod work;

use mqttscope_wire::{PacketType, QoS, Sender};

use super::packet::Packet;

use super::scenario::{Fault, Scenario};
pub use counts::{Counts, Tally};
pub use memory::{Line, Memory, Side};
pub use unused::Unused;

/// The most packets of a run; what would follow is left out and [`Run::complete`] says so.
pub const MAX_PACKETS: usize = 1_000;

/// Milliseconds from a restart to the first sign of life.
pub(crate) const RESTART: u64 = 500;

/// A scenario and all that came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// What was carried out.
    pub scenario: Scenario,
    /// All packets, in the order in which they were sent.
    pub packets: Vec<Packet>,
    /// What happened beside packets, in order.
    pub happenings: Vec<Happening>,
    /// What each side remembers from a moment on, in order; the first is for moment 0.
    pub memories: Vec<(u64, Memory)>,
    /// Times without a connection, in order of their beginnings.
    pub breaks: Vec<Break>,
    /// What arrived where, and how often.
    pub tallies: Vec<Tally>,
    /// What is counted at the end.
    pub counts: Counts,
    /// What is counted from a moment on, in order; packets and bytes are not among it.
    counted: Vec<(u64, Counts)>,
    /// The last moment at which something happened, in milliseconds.
    pub end: u64,
    /// It came to rest by itself.
    pub complete: bool,
    /// Lines of the scenario of which nothing came.
    pub unused: Vec<Unused>,
}

/// A time in which a client that wants a connection has none, or in which it is offline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Break {
    /// The client without a connection.
    pub client: usize,
    /// Milliseconds after the beginning.
    pub from: u64,
    /// When its next CONNECT goes out, if one does; of one that wants no connection: when it could have one again.
    pub to: Option<u64>,
    /// Whether the broker said good-bye, or the client did nothing about it.
    pub why: Why,
}

/// Why a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The link was cut.
    Cut,
    /// The client is away, whether it had a connection before or not.
    Offline,
    /// The client's process died.
    Restart,
    /// The broker died.
    BrokerRestart,
    /// The broker closed it.
    Closed,
    /// The client closed it, because of what the broker sent.
    ClosedByClient,
}

/// Something that happened and is no packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happening {
    /// Milliseconds after the beginning.
    pub at: u64,
    /// What happens.
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The application handed in a message.
    Published {
        /// Whose application.
        client: usize,
        /// Where to.
        topic: String,
        /// Whether it must wait for a connection.
        waits: bool,
    },
    /// The application works on a message, and answers it then.
    Works {
        /// Whose application.
        client: usize,
        /// Where the message was published.
        topic: String,
        /// When it will have answered, in milliseconds after the beginning.
        until: u64,
        /// It acknowledges the message then, and not before.
        holds: bool,
    },
    /// The application handed in an answer.
    Answered {
        /// Whose application.
        client: usize,
        /// Where to.
        topic: String,
        /// Whether it must wait for a connection.
        waits: bool,
    },
    /// The application cannot answer a message.
    Unanswered {
        /// Whose application.
        client: usize,
        /// Why, as a sentence.
        why: String,
    },
    /// What the application was working on died with its process.
    Abandoned {
        /// Whose application.
        client: usize,
        /// How many messages.
        messages: u32,
    },
    /// A message reached the application.
    Delivered {
        /// Whose application.
        client: usize,
        /// Where it was published.
        topic: String,
        /// What it says.
        payload: Vec<u8>,
        /// Which time it is, from 1.
        time: u32,
    },
    /// The link was cut.
    Cut {
        /// The client at its end.
        client: usize,
    },
    /// The client is away.
    Offline {
        /// The client that does it.
        client: usize,
        /// It had a connection, which is lost.
        connected: bool,
    },
    /// The client can connect again.
    Online {
        /// The client that does it.
        client: usize,
    },
    /// The client's process died.
    Restart {
        /// The client that does it.
        client: usize,
        /// It had its session on a disk.
        keeps: bool,
    },
    /// The broker died.
    RestartBroker {
        /// It had its sessions on a disk.
        keeps: bool,
    },
    /// The link became slow.
    Slow {
        /// The client at its end.
        client: usize,
        /// Milliseconds from sending to arriving.
        delay: u32,
    },
    /// The application acknowledges what it had held back.
    Released {
        /// Whose application.
        client: usize,
        /// How many messages.
        messages: usize,
    },
    /// The connection was closed, and not because the client's application asked for it.
    Closed {
        /// The client of the connection.
        client: usize,
        /// The client closed it, because of what the broker sent; else the broker did.
        by_client: bool,
    },
    /// The broker dropped a message.
    Dropped {
        /// For which Client Identifier.
        identifier: String,
        /// Where it was going.
        topic: String,
        /// Its time was over.
        expired: bool,
    },
    /// The broker published a will.
    Will {
        /// Of which Client Identifier.
        identifier: String,
        /// The topic of the will.
        topic: String,
    },
    /// The client gave a message up: nobody can say whether it has arrived.
    GivenUp {
        /// The client that does it.
        client: usize,
    },
    /// The client could not do what it was told.
    Refused {
        /// The client it is about.
        client: usize,
        /// What was wrong.
        why: String,
    },
}

impl Run {
    /// Carries a scenario out.
    #[must_use]
    pub fn of(scenario: &Scenario) -> Self {
        stage::Stage::new(scenario).run()
    }

    /// What each side remembers at a moment.
    #[must_use]
    pub fn memory_at(&self, at: u64) -> Option<&Memory> {
        in_force(&self.memories, at)
    }

    /// What each side remembered right before a moment.
    #[must_use]
    pub(super) fn memory_before(&self, at: u64) -> Option<&Memory> {
        in_force(&self.memories, at.checked_sub(1)?)
    }

    /// What can go wrong from a moment on, in the order in which it is offered.
    #[must_use]
    pub fn faults_at(&self, at: u64) -> Vec<Fault> {
        let holds = |client: usize| self.next_acknowledged(client, at).is_some();
        self.scenario.faults_at(at, holds)
    }

    /// The packet that acknowledges the next message that reaches a client after a moment; none
    /// where no message does that is acknowledged.
    #[must_use]
    pub fn next_acknowledged(&self, client: usize, at: u64) -> Option<PacketType> {
        let comes = |packet: &&Packet| {
            packet.client == client
                && packet.sender == Sender::Server
                && packet.facts.kind == PacketType::Publish
                && packet.arrived().is_some_and(|arrived| arrived >= at)
        };
        let mut messages = self.packets.iter().filter(comes);
        messages.find_map(|packet| match packet.facts.qos? {
            QoS::AtMostOnce => None,
            QoS::AtLeastOnce => Some(PacketType::Puback),
            QoS::ExactlyOnce => Some(PacketType::Pubrec),
        })
    }

    /// The moments at which something went wrong, for marks on a time line.
    #[must_use]
    pub fn faults(&self) -> Vec<u64> {
        let wrong = |what: &What| {
            matches!(
                what,
                What::Cut { .. }
                    | What::Offline { .. }
                    | What::Restart { .. }
                    | What::RestartBroker { .. }
            )
        };
        self.happenings
            .iter()
            .filter(|happening| wrong(&happening.what))
            .map(|happening| happening.at)
            .collect()
    }

    /// What is counted up to a moment.
    #[must_use]
    pub fn counts_at(&self, at: u64) -> Counts {
        let mut counts = in_force(&self.counted, at).copied().unwrap_or_default();
        for packet in self.packets.iter().filter(|packet| packet.sent <= at) {
            counts.packets = counts.packets.saturating_add(1);
            counts.bytes = counts.bytes.saturating_add(packet.bytes.len());
        }
        counts
    }

    /// The same scenario, its cuts named by moments and no longer by packets, so that they are the
    /// same for other QoS.
    #[must_use]
    pub fn with_moments(&self) -> Scenario {
        use super::scenario::When;
        let mut scenario = self.scenario.clone();
        scenario.faults.retain(|fault| {
            !matches!(
                fault,
                Fault::Cut {
                    when: When::Before(_) | When::After(_),
                    ..
                }
            )
        });
        let named: Vec<(usize, u64)> = scenario
            .faults
            .iter()
            .filter_map(|fault| match fault {
                Fault::Cut {
                    client,
                    when: When::At(at),
                } => Some((*client, *at)),
                _ => None,
            })
            .collect();
        for happening in &self.happenings {
            if let What::Cut { client } = happening.what
                && !named.contains(&(client, happening.at))
            {
                scenario.faults.push(Fault::Cut {
                    client,
                    when: When::At(happening.at),
                });
            }
        }
        scenario
    }
}

/// The one that holds at a moment, of those that hold from a moment on.
fn in_force<T>(list: &[(u64, T)], at: u64) -> Option<&T> {
    let after = list.partition_point(|(from, _)| *from <= at);
    let (_, found) = list.get(after.checked_sub(1)?)?;
    Some(found)
}
