//! Which packet may come after those that were taken: what answers something comes behind it, and an
//! identifier is used again only when it is free.
//!
//! A packet that may be taken stays so whatever the other side sends, so the order in which the two
//! sides are taken does not matter: where neither may go on, there is no order that is right.

use alloc::collections::BTreeMap;

use mqttscope_wire::{ControlPacket, PacketIdentifier, ProtocolVersion, QoS, Sender};

use super::both::Both;

/// What can be said of a packet's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// What it answers was taken before it.
    Caused,
    /// Nothing of the whole other side is its cause.
    Uncaused,
    /// Nothing of the other side is its cause, as far as that was recorded.
    PerhapsMissing,
    /// Nobody knows.
    Doubtful,
}

/// What an open message waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Puback,
    Pubrec,
    Pubrel,
    Pubcomp,
}

/// What was taken and is not over.
pub(super) struct Causes {
    version: ProtocolVersion,
    messages: Both<BTreeMap<PacketIdentifier, Step>>,
    /// SUBSCRIBE and UNSUBSCRIBE packets without an answer; true: SUBSCRIBE.
    requests: BTreeMap<PacketIdentifier, bool>,
    pings: u32,
    connect: bool,
    clean_start: bool,
    /// The CONNACK, and whether it says that the session is new.
    connack: Option<bool>,
}

impl Causes {
    pub(super) fn new(version: ProtocolVersion) -> Self {
        Self {
            version,
            messages: Both::default(),
            requests: BTreeMap::new(),
            pings: 0,
            connect: false,
            clean_start: false,
            connack: None,
        }
    }

    /// Whether nothing of an older session can be open.
    pub(super) fn is_fresh(&self) -> bool {
        self.connack == Some(true)
    }

    /// Whether the packet may come now.
    pub(super) fn allow(&self, from: Sender, packet: &ControlPacket<'_>) -> bool {
        let own = self.messages.of(from);
        let others = self.messages.of(from.peer());
        match packet {
            ControlPacket::Connack(_) => self.connect,
            ControlPacket::Publish(publish) => match publish.packet_identifier {
                Some(identifier) => publish.dup || !self.is_open(from, identifier),
                None => true,
            },
            ControlPacket::Puback(answer) => {
                others.get(&answer.packet_identifier) == Some(&Step::Puback)
            }
            ControlPacket::Pubrec(answer) => others
                .get(&answer.packet_identifier)
                .is_some_and(|step| *step != Step::Puback),
            ControlPacket::Pubrel(answer) => matches!(
                own.get(&answer.packet_identifier),
                Some(Step::Pubrel | Step::Pubcomp)
            ),
            ControlPacket::Pubcomp(answer) => {
                others.get(&answer.packet_identifier) == Some(&Step::Pubcomp)
            }
            ControlPacket::Subscribe(request) => !self.is_open(from, request.packet_identifier),
            ControlPacket::Unsubscribe(request) => !self.is_open(from, request.packet_identifier),
            ControlPacket::Suback(answer) => {
                self.requests.get(&answer.packet_identifier) == Some(&true)
            }
            ControlPacket::Unsuback(answer) => {
                self.requests.get(&answer.packet_identifier) == Some(&false)
            }
            ControlPacket::Pingresp => self.pings > 0,
            ControlPacket::Connect(_)
            | ControlPacket::Pingreq
            | ControlPacket::Disconnect(_)
            | ControlPacket::Auth(_) => true,
        }
    }

    fn is_open(&self, from: Sender, identifier: PacketIdentifier) -> bool {
        self.messages.of(from).contains_key(&identifier)
            || from == Sender::Client && self.requests.contains_key(&identifier)
    }

    /// The packet has come.
    pub(super) fn take(&mut self, from: Sender, packet: &ControlPacket<'_>) {
        match packet {
            ControlPacket::Connect(connect) => {
                self.connect = true;
                self.clean_start = connect.clean_start;
                self.version = connect.version;
            }
            ControlPacket::Connack(connack) => {
                // Version 3.1 does not say whether there is a session.
                let is_new = match self.version {
                    ProtocolVersion::V3_1 => self.clean_start,
                    _ => !connack.session_present,
                };
                self.connack.get_or_insert(is_new && self.connect);
            }
            ControlPacket::Publish(publish) => {
                if let Some(identifier) = publish.packet_identifier {
                    let step = if publish.qos == QoS::ExactlyOnce {
                        Step::Pubrec
                    } else {
                        Step::Puback
                    };
                    let open = self.messages.of_mut(from);
                    if !(publish.dup && open.contains_key(&identifier)) {
                        open.insert(identifier, step);
                    }
                }
            }
            ControlPacket::Puback(answer) | ControlPacket::Pubcomp(answer) => {
                self.messages
                    .of_mut(from.peer())
                    .remove(&answer.packet_identifier);
            }
            ControlPacket::Pubrec(answer) => {
                let open = self.messages.of_mut(from.peer());
                if answer.reason_code.is_error() {
                    open.remove(&answer.packet_identifier);
                } else if let Some(step @ Step::Pubrec) = open.get_mut(&answer.packet_identifier) {
                    *step = Step::Pubrel;
                }
            }
            ControlPacket::Pubrel(answer) => {
                let open = self.messages.of_mut(from);
                open.insert(answer.packet_identifier, Step::Pubcomp);
            }
            ControlPacket::Subscribe(request) => {
                self.requests.insert(request.packet_identifier, true);
            }
            ControlPacket::Unsubscribe(request) => {
                self.requests.insert(request.packet_identifier, false);
            }
            ControlPacket::Suback(answer) => {
                self.requests.remove(&answer.packet_identifier);
            }
            ControlPacket::Unsuback(answer) => {
                self.requests.remove(&answer.packet_identifier);
            }
            ControlPacket::Pingreq => self.pings = self.pings.saturating_add(1),
            ControlPacket::Pingresp => self.pings = self.pings.saturating_sub(1),
            ControlPacket::Disconnect(_) | ControlPacket::Auth(_) => {}
        }
    }
}
