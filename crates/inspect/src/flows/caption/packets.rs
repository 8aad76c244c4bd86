//! What the arrival of a packet means.

use mqttscope_wire::{PacketType, ProtocolVersion, QoS, Sender};

use super::cited::{self, Statements};
use super::{Beat, sentence};
use crate::flows::packet::Packet;
use crate::flows::run::{Run, What};
use crate::flows::scenario::Act;

impl Run {
    pub(super) fn arrival(&self, index: usize, packet: &Packet, at: u64) -> Beat {
        let (text, statements) = match packet.facts.kind {
            PacketType::Connect => self.connect(packet),
            PacketType::Connack => self.connack(index, packet),
            PacketType::Publish if packet.sender == Sender::Client => self.to_broker(index, packet),
            PacketType::Publish => self.to_client(packet, at),
            _ => self.answer(index, packet),
        };
        Beat {
            at,
            packet: Some(index),
            fault: false,
            text: sentence(&text),
            statements: statements.of(self.scenario.version).to_vec(),
        }
    }

    fn connect(&self, packet: &Packet) -> (String, Statements) {
        let (client, _) = self.ends(packet);
        let word = if self.scenario.version.is_v5() {
            "Clean Start"
        } else {
            "Clean Session"
        };
        if packet.facts.clean_start {
            let text = format!(
                "{client} connects with {word} 1: whatever was remembered of it is dropped."
            );
            (text, cited::NEW_SESSION)
        } else {
            let text = format!(
                "{client} connects with {word} 0: it wants to go on with its session, if there is one."
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
        if packet.facts.reason != 0 {
            let text = format!(
                "The broker refuses {client} with 0x{:02X}.",
                packet.facts.reason
            );
            (text, cited::REFUSED)
        } else if packet.facts.session_present {
            let text = format!(
                "The broker has kept the session of {client}: subscriptions stand, and what was open goes on."
            );
            (text, cited::PRESENT)
        } else if before && self.scenario.version == ProtocolVersion::V3_1 {
            let text = format!(
                "{client} is back. A CONNACK of version 3.1 cannot say whether the session was kept; {client} goes on as if."
            );
            (text, cited::NONE)
        } else if before && session {
            let text = format!(
                "{client} is back, and the broker knows no session of it: subscriptions and open messages are gone."
            );
            (text, cited::NOT_PRESENT)
        } else {
            let text = format!("The broker accepts {client}; the session begins now.");
            (text, cited::ACCEPTED)
        }
    }

    fn to_broker(&self, index: usize, packet: &Packet) -> (String, Statements) {
        let (client, _) = self.ends(packet);
        let facts = &packet.facts;
        let id = facts.identifier.unwrap_or_default();
        match (facts.qos, facts.dup) {
            (Some(QoS::AtLeastOnce), true) => (
                format!("{client} had no PUBACK for {id}, so it sends the message again, marked DUP. The broker cannot tell it from a new one and passes it on."),
                cited::AGAIN,
            ),
            (Some(QoS::ExactlyOnce), true) if self.known(index, packet) => (
                format!("{client} had no PUBREC for {id}, so it sends the message again, marked DUP. The broker knows identifier {id} and does not pass it on twice."),
                cited::QOS_2_AGAIN,
            ),
            (Some(QoS::ExactlyOnce), true) => (
                format!("{client} sends message {id} again, marked DUP. The broker has never seen it and passes it on."),
                cited::AGAIN,
            ),
            _ if facts.alias.is_some() && facts.topic.is_empty() => (
                "The topic is left out: the alias stands for it on this connection.".to_owned(),
                cited::ALIAS_IN,
            ),
            _ if facts.retain => (
                "The broker keeps the message for subscribers that come later, in place of an older one.".to_owned(),
                cited::RETAIN,
            ),
            (Some(QoS::AtLeastOnce), false) => (
                format!("The broker has message {id} and must say PUBACK; until that arrives, {client} keeps the message."),
                cited::QOS_1,
            ),
            (Some(QoS::ExactlyOnce), false) => (
                format!("The broker passes message {id} on, notes the identifier so as to know it again, and says PUBREC."),
                cited::QOS_2,
            ),
            (Some(QoS::AtMostOnce) | None, _) => (
                "The broker has the message. QoS 0: nobody answers, and nobody would notice if it were lost.".to_owned(),
                cited::ANSWER,
            ),
        }
    }

    fn to_client(&self, packet: &Packet, at: u64) -> (String, Statements) {
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
        let limited = self
            .scenario
            .clients
            .get(packet.client)
            .and_then(|station| station.receive_maximum);
        let answer = match facts.qos {
            Some(QoS::AtLeastOnce) => " and says PUBACK",
            Some(QoS::ExactlyOnce) => ", notes the identifier and says PUBREC",
            Some(QoS::AtMostOnce) | None => "",
        };
        match (facts.dup, delivered) {
            (true, None) => (
                format!(
                    "The broker had no PUBREC for {id} and sends the message again. {client} knows the identifier: the application does not get it twice."
                ),
                cited::QOS_2_AGAIN,
            ),
            (true, Some(2..)) => (
                format!(
                    "The broker had no answer for {id} and sends the message again, marked DUP. The application of {client} gets it once more: at least once."
                ),
                cited::AGAIN,
            ),
            (true, Some(_)) => (
                format!(
                    "The broker sends message {id} again, marked DUP; for the application of {client} it is the first time."
                ),
                cited::AGAIN,
            ),
            _ if facts.retain => (
                format!(
                    "{client} came late and gets what the broker had kept for the topic, marked RETAIN."
                ),
                cited::RETAINED,
            ),
            (false, Some(2..)) => (
                format!(
                    "To the broker this was a new message, so the application of {client} gets it a second time."
                ),
                cited::ANSWER,
            ),
            _ if self.downgraded(packet) => (
                format!(
                    "{client} gets the message with QoS {}: the lower of what it was published with and what was granted.",
                    facts.qos.map_or(0, |qos| qos as u8)
                ),
                cited::DOWNGRADE,
            ),
            _ if facts.alias.is_some() && facts.topic.is_empty() => (
                format!("Only the alias comes: {client} knows which topic it stands for."),
                cited::ALIAS_OUT,
            ),
            _ if self.scenario.holds(packet.client, at) => (
                format!(
                    "The application of {client} has the message and holds its acknowledgement back; the broker keeps message {id} so long."
                ),
                cited::ANSWER,
            ),
            _ if limited == Some(1) => (
                format!(
                    "{client} takes the one message it allows at a time{answer}; the next must wait for that."
                ),
                cited::WINDOW,
            ),
            _ => (
                format!(
                    "The application of {client} gets the message; {client} acknowledges as its QoS asks{answer}."
                ),
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
                    "{sender} asks for messages; the broker notes the subscription and must answer."
                ),
                cited::SUBSCRIBE,
            ),
            PacketType::Suback if packet.facts.reason >= 0x80 => (
                format!(
                    "The broker refuses the subscription with 0x{:02X}.",
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
                    "{receiver} has its answer: it forgets message {id}, and the identifier is free."
                ),
                cited::PUBACK,
            ),
            PacketType::Pubrec if packet.facts.reason < 0x80 => (
                format!(
                    "{receiver} knows now that {sender} has message {id}. It forgets the message, keeps the identifier and says PUBREL."
                ),
                cited::PUBREC,
            ),
            PacketType::Pubrel if self.repeated(index, packet) => (
                format!(
                    "{sender} had no PUBCOMP for {id}, so PUBREL comes again, not the message; {receiver} says PUBCOMP."
                ),
                cited::PUBREL_AGAIN,
            ),
            PacketType::Pubrel => (
                format!(
                    "{receiver} lets identifier {id} go: what comes under it from now on is new. It says PUBCOMP."
                ),
                cited::PUBREL,
            ),
            PacketType::Pubcomp => (
                format!("The handshake is over: both sides have forgotten {id}."),
                cited::PUBCOMP,
            ),
            PacketType::Disconnect if packet.sender == Sender::Client => (
                format!("{sender} says good-bye: a will it had is withdrawn."),
                cited::GOODBYE,
            ),
            PacketType::Disconnect if packet.facts.reason == 0x8e => (
                format!(
                    "The broker tells {receiver} that another client connected with its identifier."
                ),
                cited::TAKEN_OVER,
            ),
            kind => (
                format!("{} arrives from {sender}.", kind.name()),
                cited::NONE,
            ),
        }
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
