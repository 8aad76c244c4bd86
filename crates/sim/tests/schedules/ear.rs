//! What the broker and the publisher hear of each other, packet by packet.

use std::collections::{BTreeMap, BTreeSet};

use mqttscope_broker::ConnectionId;
use mqttscope_client::{Cause, Deviation, Event};
use mqttscope_sim::{Crossing, End};
use mqttscope_wire::{
    Context, ControlPacket, PacketIdentifier, PacketType, ReasonCode, Sender, StreamDecoder,
};
use proptest::prelude::*;

use crate::plan::Plan;
use crate::run::PUBLISHER;

/// What one end of each connection hears, packet by packet.
#[derive(Default)]
pub(crate) struct Ear {
    decoders: BTreeMap<(ConnectionId, bool), StreamDecoder>,
    /// The publisher's identifiers that are in use, by what arrived.
    open: BTreeSet<PacketIdentifier>,
}

impl Ear {
    /// The broker has died: connections are numbered anew, and without its sessions so are packets.
    pub(crate) fn broker_restarted(&mut self, with_sessions: bool) {
        self.decoders.clear();
        if !with_sessions {
            self.open.clear();
        }
    }

    pub(crate) fn hear(
        &mut self,
        plan: &Plan,
        crossings: Vec<Crossing>,
    ) -> Result<(), TestCaseError> {
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
            let context = Context::new(plan.versions[PUBLISHER]).sent_by(sender);
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
pub(crate) fn orderly(event: &Event) -> Result<(), TestCaseError> {
    match event {
        // A PUBREL whose PUBCOMP was lost comes again and finds nothing; no other answer does.
        Event::Deviation(Deviation::UnknownPacketIdentifier(kind, _))
            if *kind != PacketType::Pubrel =>
        {
            Err(TestCaseError::fail(format!("{event:?}")))
        }
        Event::Disconnected {
            cause: Cause::ProtocolError(fault),
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
