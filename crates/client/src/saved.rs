//! A session that outlives its process: plain values, and bytes to keep them in.
//!
//! The bytes are MQTT 5 packets behind a short header, so the codec that reads the network reads
//! them back and holds them to the same rules.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use mqttscope_shared::{IncomingStep, Instant, Message, OutgoingStep, owned_properties};
use mqttscope_wire::{
    Acknowledgement, Context, ControlPacket, Decoded, PacketIdentifier, ProtocolVersion, QoS,
    Subscribe, Utf8EncodedString, decode,
};

use super::session::{Queued, Sent};
use super::{Client, CommandError, KeptSubscription, Options, Ticket};

/// What a client must keep to go on with its session after a restart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SavedSession {
    /// The server may know of the session.
    pub known: bool,
    /// The Client Identifier that the server assigned.
    pub assigned_client_identifier: Option<String>,
    /// The Packet Identifier where the search for a free one begins.
    pub next_identifier: Option<PacketIdentifier>,
    /// Messages that were sent and not seen through, in order.
    pub outgoing: Vec<SavedHandshake>,
    /// QoS 2 messages that were given to the application and whose PUBREL is awaited. One that the
    /// application had not acknowledged is not among them: it comes again.
    pub incoming: Vec<PacketIdentifier>,
    /// Messages that wait to be sent, in order.
    pub queued: Vec<Message>,
    /// What is renewed when the server has no session, in order.
    pub subscriptions: Vec<KeptSubscription>,
}

/// A message that was sent and not seen through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SavedHandshake {
    /// Neither PUBACK nor PUBREC has come.
    Publish(PacketIdentifier, Message),
    /// The PUBREC has come and the PUBCOMP has not.
    Pubrel(PacketIdentifier),
}

/// Bytes that hold no saved session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RestoreError;

impl core::fmt::Display for RestoreError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("these bytes hold no saved session")
    }
}

impl core::error::Error for RestoreError {}

/// Name and version of the format.
const MAGIC: &[u8; 4] = b"MQS\x01";
const VERSION: ProtocolVersion = ProtocolVersion::V5;

impl SavedSession {
    /// The session as bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.push(u8::from(self.known));
        out.extend_from_slice(
            &self
                .next_identifier
                .map_or(0, PacketIdentifier::get)
                .to_be_bytes(),
        );
        let assigned = self
            .assigned_client_identifier
            .as_deref()
            .and_then(Utf8EncodedString::new)
            .unwrap_or_default();
        // At most 65,535 bytes, as the type promises.
        out.extend_from_slice(&(assigned.len() as u16).to_be_bytes());
        out.extend_from_slice(assigned.as_bytes());
        let mut packet = |packet: ControlPacket<'_>| {
            // What was sent or accepted for sending can be written.
            let _ = packet.encode(VERSION, &mut out);
        };
        for handshake in &self.outgoing {
            packet(match handshake {
                // DUP tells what was sent from what waits.
                SavedHandshake::Publish(identifier, message) => {
                    ControlPacket::Publish(message.publish(Some(*identifier), true))
                }
                SavedHandshake::Pubrel(identifier) => {
                    ControlPacket::Pubrel(Acknowledgement::new(*identifier))
                }
            });
        }
        for &identifier in &self.incoming {
            packet(ControlPacket::Pubrec(Acknowledgement::new(identifier)));
        }
        for message in &self.queued {
            let identifier = (message.qos != QoS::AtMostOnce).then_some(PacketIdentifier::MIN);
            packet(ControlPacket::Publish(message.publish(identifier, false)));
        }
        for kept in &self.subscriptions {
            if let Some(subscriptions) = kept.subscriptions() {
                packet(ControlPacket::Subscribe(Subscribe {
                    packet_identifier: PacketIdentifier::MIN,
                    properties: kept.properties.as_properties(),
                    subscriptions: subscriptions.as_subscriptions(),
                }));
            }
        }
        out
    }

    /// Reads what [`SavedSession::to_bytes`] wrote.
    ///
    /// # Errors
    /// When the bytes are something else or damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, RestoreError> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(RestoreError)?;
        let (&[known, next_high, next_low, len_high, len_low], rest) =
            rest.split_first_chunk().ok_or(RestoreError)?;
        let len = usize::from(u16::from_be_bytes([len_high, len_low]));
        let (assigned, mut rest) = rest.split_at_checked(len).ok_or(RestoreError)?;
        let assigned = core::str::from_utf8(assigned)
            .ok()
            .and_then(Utf8EncodedString::new)
            .ok_or(RestoreError)?;
        let mut saved = Self {
            known: known != 0,
            assigned_client_identifier: (!assigned.is_empty()).then(|| assigned.to_string()),
            next_identifier: PacketIdentifier::new(u16::from_be_bytes([next_high, next_low])),
            ..Self::default()
        };
        while !rest.is_empty() {
            let Ok(Decoded::Packet { packet, len }) = decode(rest, Context::new(VERSION)) else {
                return Err(RestoreError);
            };
            rest = rest.get(len..).unwrap_or_default();
            match packet {
                ControlPacket::Publish(publish) if !publish.topic_name.is_empty() => {
                    let message = Message::from_publish(&publish, publish.topic_name.as_str());
                    match publish.packet_identifier {
                        Some(identifier) if publish.dup => {
                            saved
                                .outgoing
                                .push(SavedHandshake::Publish(identifier, message));
                        }
                        _ => saved.queued.push(message),
                    }
                }
                ControlPacket::Pubrel(pubrel) => saved
                    .outgoing
                    .push(SavedHandshake::Pubrel(pubrel.packet_identifier)),
                ControlPacket::Subscribe(subscribe) => {
                    let kept =
                        subscribe
                            .subscriptions
                            .iter()
                            .map(|subscription| KeptSubscription {
                                topic_filter: subscription.topic_filter.to_string(),
                                options: subscription.options,
                                properties: owned_properties(subscribe.properties),
                            });
                    saved.subscriptions.extend(kept);
                }
                ControlPacket::Pubrec(pubrec) => saved.incoming.push(pubrec.packet_identifier),
                _ => return Err(RestoreError),
            }
        }
        Ok(saved)
    }
}

impl Client {
    /// The session to go on with after a restart. It is right until the next call of a `handle_*`;
    /// what happens later and is not saved can cost a message or double it.
    #[must_use]
    pub fn save(&self) -> SavedSession {
        let session = &self.session;
        let outgoing = session.outgoing.iter().filter_map(|(identifier, entry)| {
            match (&entry.message, entry.step) {
                (_, OutgoingStep::Pubcomp) => Some(SavedHandshake::Pubrel(identifier)),
                (Some(sent), _) => Some(SavedHandshake::Publish(identifier, sent.message.clone())),
                (None, _) => None,
            }
        });
        let released = session
            .incoming
            .iter()
            .filter(|(_, step)| *step == IncomingStep::Pubrel);
        SavedSession {
            known: session.known,
            assigned_client_identifier: session.assigned.clone(),
            next_identifier: Some(session.identifiers.next()),
            outgoing: outgoing.collect(),
            incoming: released.map(|(identifier, _)| identifier).collect(),
            queued: session
                .queue
                .iter()
                .map(|queued| queued.message.clone())
                .collect(),
            subscriptions: session.subscriptions.clone(),
        }
    }

    /// A client that goes on with a saved session. Messages get new tickets, from 1 on: first those
    /// that were sent, then those that wait. Of two handshakes under one identifier the first counts.
    ///
    /// # Errors
    /// When no CONNECT can be made of the options.
    pub fn restore(
        options: Options,
        saved: SavedSession,
        now: Instant,
    ) -> Result<Self, CommandError> {
        let mut client = Self::new(options)?;
        let session = &mut client.session;
        session.known = saved.known;
        session.assigned = saved.assigned_client_identifier;
        session.subscriptions = saved.subscriptions;
        let mut tickets = 0_u64;
        let mut ticket = || {
            tickets = tickets.saturating_add(1);
            Ticket(tickets)
        };
        for handshake in saved.outgoing {
            match handshake {
                SavedHandshake::Publish(identifier, message) => {
                    if message.qos == QoS::AtMostOnce || !session.identifiers.reserve(identifier) {
                        continue;
                    }
                    let exactly_once = message.qos == QoS::ExactlyOnce;
                    let step = if exactly_once {
                        OutgoingStep::Pubrec
                    } else {
                        OutgoingStep::Puback
                    };
                    session.outgoing.restore(
                        identifier,
                        step,
                        Some(Sent {
                            ticket: ticket(),
                            message,
                        }),
                    );
                }
                SavedHandshake::Pubrel(identifier) => {
                    if session.identifiers.reserve(identifier) {
                        session.releasing.insert(identifier, ticket());
                        session
                            .outgoing
                            .restore(identifier, OutgoingStep::Pubcomp, None);
                    }
                }
            }
        }
        for identifier in saved.incoming {
            session.incoming.publish(identifier, IncomingStep::Pubrel);
        }
        for message in saved.queued {
            session.push(Queued {
                ticket: ticket(),
                message,
                topic_alias: None,
                since: now,
            });
        }
        if let Some(next) = saved.next_identifier {
            session.identifiers.set_next(next);
        }
        client.tickets = tickets;
        Ok(client)
    }
}
