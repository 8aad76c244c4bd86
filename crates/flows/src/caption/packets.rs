//! What the arrival of a packet means.

use mqttscope_wire::{PacketType, ProtocolVersion, QoS, Sender};

use super::cited::{self, Statements};
use super::{Beat, sentence};
use crate::packet::{Facts, Packet};
use crate::run::{Run, What};
use crate::scenario::Act;

impl Run {
    pub(super) fn arrival(&self, index: usize, packet: &Packet, at: u64) -> Beat {
        let (text, statements) = match packet.facts.kind {
            PacketType::Connect => self.connect(packet, at),
            PacketType::Connack => self.connack(index, packet),
            PacketType::Publish if packet.sender == Sender::Client => self.to_broker(index, packet),
            PacketType::Publish => self.to_client(index, packet, at),
            _ => self.answer(index, packet),
        };
        let text = text + &request(&packet.facts);
        Beat {
            at,
            packet: Some(index),
            fault: false,
            text: sentence(&text),
            statements: statements.of(self.scenario.version).to_vec(),
        }
    }

    fn connect(&self, packet: &Packet, at: u64) -> (String, Statements) {
        let (client, _) = self.ends(packet);
        let word = if self.scenario.version.is_v5() {
            "Clean Start"
        } else {
            "Clean Session"
        };
        if packet.facts.clean_start {
            let identifier = self.scenario.clients.get(packet.client);
            let identifier = identifier.map_or("", |station| station.client_identifier());
            let is_stored = self.memory_before(at).is_some_and(|memory| {
                let mut sessions = memory.sessions.iter();
                sessions.any(|session| session == identifier)
            });
            let text = if is_stored {
                format!("{client} connects with {word} 1: its stored session is discarded.")
            } else {
                format!("{client} connects with {word} 1: it asks for a new session.")
            };
            (text, cited::NEW_SESSION)
        } else {
            let text = format!(
                "{client} connects with {word} 0: it asks to resume its session, if there is one."
            );
            (text, cited::RESUME)
        }
    }

    fn connack(&self, index: usize, packet: &Packet) -> (String, Statements) {
        let (_, client) = self.ends(packet);
        let before =
            self.packets.iter().take(index).any(|other| {
                other.client == packet.client && other.connection != packet.connection
            });
        let session = self
            .scenario
            .clients
            .get(packet.client)
            .is_some_and(|station| station.session);
        let asked_for_new = self.packets.iter().any(|other| {
            other.connection == packet.connection
                && other.facts.kind == PacketType::Connect
                && other.facts.clean_start
        });
        if packet.facts.reason != 0 {
            let text = format!(
                "The broker refuses {client} with 0x{:02X}.",
                packet.facts.reason
            );
            (text, cited::REFUSED)
        } else if packet.facts.session_present {
            let text = format!(
                "The broker has stored the session of {client}: its subscriptions are kept, and unfinished handshakes are resumed."
            );
            (text, cited::PRESENT)
        } else if before && self.scenario.version == ProtocolVersion::V3_1 {
            let text = format!(
                "{client} has reconnected. In MQTT 3.1 a CONNACK does not tell whether the session was stored; {client} assumes that it was."
            );
            (text, cited::NONE)
        } else if before && session && !asked_for_new {
            let text = format!(
                "{client} has reconnected, but the broker has no session for it: subscriptions and unacknowledged messages are gone."
            );
            (text, cited::NOT_PRESENT)
        } else {
            let text = format!("The broker accepts {client} and starts a new session.");
            (text, cited::ACCEPTED)
        }
    }

    fn to_broker(&self, index: usize, packet: &Packet) -> (String, Statements) {
        let (client, _) = self.ends(packet);
        let facts = &packet.facts;
        let id = facts.identifier.unwrap_or_default();
        match (facts.qos, facts.dup) {
            (Some(QoS::AtLeastOnce), true) => (
                format!(
                    "{client} received no PUBACK for identifier {id}, so it sends the message again, marked DUP. The broker cannot tell it from a new message and forwards it."
                ),
                cited::AGAIN,
            ),
            (Some(QoS::ExactlyOnce), true) if self.known(index, packet) => (
                format!(
                    "{client} received no PUBREC for identifier {id}, so it sends the message again, marked DUP. The broker has stored identifier {id} and does not forward the message twice."
                ),
                cited::QOS_2_AGAIN,
            ),
            (Some(QoS::ExactlyOnce), true) => (
                format!(
                    "{client} sends the message with identifier {id} again, marked DUP. The broker has not received it before and forwards it."
                ),
                cited::AGAIN,
            ),
            _ if facts.alias.is_some() && facts.topic.is_empty() => (
                format!(
                    "{client} leaves the topic name out: on this connection the alias replaces it."
                ),
                cited::ALIAS_IN,
            ),
            _ if facts.retain && facts.payload.is_empty() => (
                format!(
                    "The broker deletes the retained message of the topic, if there is one: {client}'s message is empty."
                ),
                cited::RETAIN,
            ),
            _ if facts.retain && self.has_retained(index, packet) => (
                format!(
                    "The broker retains {client}'s message for later subscribers. It replaces the one that was retained before."
                ),
                cited::RETAIN,
            ),
            _ if facts.retain => (
                format!("The broker retains {client}'s message for later subscribers."),
                cited::RETAIN,
            ),
            (Some(QoS::AtLeastOnce), false) => (
                format!(
                    "The broker has received the message with identifier {id} and must send PUBACK. Until that arrives, {client} keeps the message stored."
                ),
                cited::QOS_1,
            ),
            (Some(QoS::ExactlyOnce), false) => (
                format!(
                    "The broker forwards {client}'s message with identifier {id}, stores the identifier to recognize a duplicate, and sends PUBREC."
                ),
                cited::QOS_2,
            ),
            (Some(QoS::AtMostOnce) | None, _) => (
                format!(
                    "The broker has received {client}'s message. At QoS 0 there is no acknowledgement, and nobody would notice a loss."
                ),
                cited::ANSWER,
            ),
        }
    }

    fn to_client(&self, index: usize, packet: &Packet, at: u64) -> (String, Statements) {
        let (_, client) = self.ends(packet);
        let facts = &packet.facts;
        let id = facts.identifier.unwrap_or_default();
        let delivered = self
            .happenings
            .iter()
            .find_map(|happening| match &happening.what {
                What::Delivered {
                    client,
                    time,
                    payload,
                    ..
                } if *client == packet.client
                    && happening.at == at
                    && *payload == facts.payload =>
                {
                    Some(*time)
                }
                _ => None,
            });
        let station = self.scenario.clients.get(packet.client);
        let limited = station.and_then(|station| station.receive_maximum);
        let limited = limited.filter(|_| self.scenario.version.is_v5());
        let answer = match facts.qos {
            Some(QoS::AtLeastOnce) => " and sends PUBACK",
            Some(QoS::ExactlyOnce) => ", stores the identifier and sends PUBREC",
            Some(QoS::AtMostOnce) | None => "",
        };
        let answered = match facts.qos {
            Some(QoS::AtLeastOnce) => format!(". {client} sends PUBACK, as QoS 1 requires"),
            Some(QoS::ExactlyOnce) => {
                format!(". {client} stores the identifier and sends PUBREC, as QoS 2 requires")
            }
            Some(QoS::AtMostOnce) | None => String::new(),
        };
        match (facts.dup, delivered) {
            (true, None) => (
                format!(
                    "The broker received no PUBREC for identifier {id} and sends the message again. {client} has stored the identifier: its application does not receive the message twice."
                ),
                cited::QOS_2_AGAIN,
            ),
            (true, Some(2..)) => (
                format!(
                    "The broker received no acknowledgement for identifier {id} and sends the message again, marked DUP. The application of {client} receives it a second time{}.",
                    match facts.qos {
                        Some(QoS::ExactlyOnce) => ", as it had not let the first be acknowledged",
                        _ => ": at least once",
                    }
                ),
                cited::AGAIN,
            ),
            (true, Some(_)) => (
                format!(
                    "The broker sends the message with identifier {id} again, marked DUP. The application of {client} receives it for the first time."
                ),
                cited::AGAIN,
            ),
            _ if facts.retain => (
                format!(
                    "{client} has just subscribed and receives the retained message of the topic, marked RETAIN."
                ),
                cited::RETAINED,
            ),
            (false, Some(2..)) => (
                format!(
                    "To the broker this was a new message, so the application of {client} receives it a second time."
                ),
                cited::ANSWER,
            ),
            _ if self.downgraded(packet) => (
                format!(
                    "{client} receives the message at QoS {}: the lower of the QoS it was published with and the QoS granted.",
                    facts.qos.map_or(0, |qos| qos as u8)
                ),
                cited::DOWNGRADE,
            ),
            _ if facts.alias.is_some() && facts.topic.is_empty() => (
                format!("Only the alias is sent: {client} has stored which topic it replaces."),
                cited::ALIAS_OUT,
            ),
            _ if self.scenario.holds(packet.client, at) => (
                format!(
                    "The application of {client} has received the message and holds back its acknowledgement. Until then, the broker keeps the message with identifier {id} stored."
                ),
                cited::ANSWER,
            ),
            _ if facts.qos != Some(QoS::AtMostOnce)
                && (self.scenario).holds_until_answered(packet.client, &facts.topic) =>
            {
                (
                    format!(
                        "The application of {client} receives the message, and does not acknowledge it before it has answered it. Until then, the broker keeps the message with identifier {id} stored."
                    ),
                    cited::ANSWER,
                )
            }
            _ if limited == Some(1) => (
                format!(
                    "{client} receives the one message it allows at a time{answer}.{}",
                    if self.waits_for(index, packet) {
                        " The next message has to wait for that."
                    } else {
                        ""
                    }
                ),
                cited::WINDOW,
            ),
            _ => (
                format!("The application of {client} receives the message{answered}."),
                cited::ANSWER,
            ),
        }
    }

    fn answer(&self, index: usize, packet: &Packet) -> (String, Statements) {
        let (sender, receiver) = self.ends(packet);
        let id = packet.facts.identifier.unwrap_or_default();
        match packet.facts.kind {
            PacketType::Subscribe => (
                format!(
                    "{sender} subscribes. The broker stores the subscription and must send SUBACK."
                ),
                cited::SUBSCRIBE,
            ),
            PacketType::Suback if packet.facts.reason >= 0x80 => (
                format!(
                    "The broker refuses {receiver} the subscription with 0x{:02X}.",
                    packet.facts.reason
                ),
                cited::SUBACK,
            ),
            PacketType::Suback => (
                format!(
                    "The broker grants {receiver} at most QoS {}.",
                    packet.facts.reason
                ),
                cited::SUBACK,
            ),
            PacketType::Puback => (
                format!(
                    "{receiver} has received {sender}'s acknowledgement: it deletes the message with identifier {id}, and the identifier is free."
                ),
                cited::PUBACK,
            ),
            PacketType::Pubrec if packet.facts.reason < 0x80 => (
                format!(
                    "{receiver} now knows that {sender} has the message with identifier {id}. It deletes the message, keeps the identifier and sends PUBREL."
                ),
                cited::PUBREC,
            ),
            PacketType::Pubrel if self.repeated(index, packet) => (
                format!(
                    "{sender} received no PUBCOMP for identifier {id}, so it sends PUBREL again, not the message. {} sends PUBCOMP.",
                    sentence(&receiver)
                ),
                cited::PUBREL_AGAIN,
            ),
            PacketType::Pubrel => (
                format!(
                    "{receiver} frees packet identifier {id} of {sender}: its next use is a new message. It sends PUBCOMP."
                ),
                cited::PUBREL,
            ),
            PacketType::Pubcomp => (
                format!(
                    "The handshake of {receiver}'s message with identifier {id} is complete: {receiver} and {sender} have deleted the identifier."
                ),
                cited::PUBCOMP,
            ),
            PacketType::Disconnect if packet.sender == Sender::Client => (
                format!("{sender} disconnects in order: its will, if it has one, is discarded."),
                cited::GOODBYE,
            ),
            PacketType::Disconnect if packet.facts.reason == 0x8e => (
                format!(
                    "The broker tells {receiver} that another client has connected with its Client Identifier."
                ),
                cited::TAKEN_OVER,
            ),
            kind => (
                format!("{} arrives from {sender}.", kind.name()),
                cited::NONE,
            ),
        }
    }

    /// Whether the broker sends another message as soon as this one is acknowledged.
    fn waits_for(&self, index: usize, packet: &Packet) -> bool {
        let of_client = || {
            let later = self.packets.iter().skip(index);
            later.filter(|other| other.connection == packet.connection)
        };
        let acknowledged = of_client().find_map(|other| {
            let is_last = matches!(other.facts.kind, PacketType::Puback | PacketType::Pubcomp);
            let is_own =
                other.sender == Sender::Client && other.facts.identifier == packet.facts.identifier;
            other.arrived().filter(|_| is_last && is_own)
        });
        acknowledged.is_some_and(|at| {
            let mut next = of_client().filter(|other| other.sender == Sender::Server);
            next.any(|other| other.facts.kind == PacketType::Publish && other.sent == at)
        })
    }

    /// Whether the broker retains a message of the same topic already.
    fn has_retained(&self, index: usize, packet: &Packet) -> bool {
        let at = packet.arrived().unwrap_or(packet.sent);
        let topic = &packet.facts.topic;
        let before = self.memory_before(at);
        let mut together = self.packets.iter().take(index);
        before.is_some_and(|memory| memory.retained.contains(topic))
            || together.any(|other| {
                other.sender == Sender::Client
                    && other.arrived() == Some(at)
                    && other.facts.retain
                    && other.facts.topic == *topic
            })
    }

    /// Whether the broker knows the identifier of a QoS 2 message from before.
    fn known(&self, index: usize, packet: &Packet) -> bool {
        let at = packet.arrived().unwrap_or(packet.sent);
        let forgot = self.happenings.iter().rev().find_map(|happening| {
            let forgetting = matches!(
                happening.what,
                What::RestartBroker { keeps: false } | What::Restart { keeps: false, .. }
            );
            (forgetting && happening.at < at).then_some(happening.at)
        });
        self.packets.iter().take(index).any(|other| {
            other.client == packet.client
                && other.sender == packet.sender
                && other.facts.kind == PacketType::Publish
                && other.facts.identifier == packet.facts.identifier
                && other
                    .arrived()
                    .is_some_and(|arrived| forgot.is_none_or(|forgot| arrived > forgot))
        })
    }

    /// Whether the same was sent before under the same identifier, on another connection.
    fn repeated(&self, index: usize, packet: &Packet) -> bool {
        self.packets.iter().take(index).any(|other| {
            other.client == packet.client
                && other.sender == packet.sender
                && other.connection != packet.connection
                && other.facts.kind == packet.facts.kind
                && other.facts.identifier == packet.facts.identifier
        })
    }

    /// Whether a message was published to this topic with a higher QoS.
    fn downgraded(&self, packet: &Packet) -> bool {
        self.scenario.steps.iter().any(|step| match &step.act {
            Act::Publish(publication) => {
                publication.topic == packet.facts.topic && Some(publication.qos) > packet.facts.qos
            }
            Act::Connect | Act::Disconnect | Act::Subscribe { .. } => false,
        })
    }
}

/// What a message says of a request: where its response is wanted, and which request it belongs to.
fn request(facts: &Facts) -> String {
    match (&facts.respond, &facts.correlate) {
        (None, None) => String::new(),
        (Some(topic), None) => format!(" The response is wanted at {topic}."),
        (Some(topic), Some(data)) => {
            format!(" The response is wanted at {topic}, with Correlation Data “{data}”.")
        }
        (None, Some(data)) => format!(" Correlation Data “{data}” names the request it answers."),
    }
}
