//! One connection of a check.

use alloc::string::String;
use alloc::vec::Vec;

use mqttscope_shared::Instant;
use mqttscope_wire::{Framed, Framer, PacketType, ProtocolVersion, Rule, Sender};

use crate::ConnectionId;
use crate::answer::{self, Answer};

/// How far its transport is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Opening,
    Open,
    ClosedHere,
    ClosedThere(Instant),
    Failed,
}

#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) id: ConnectionId,
    pub(crate) phase: Phase,
    framer: Framer,
    /// Packets that came, oldest first.
    pub(crate) inbox: Vec<Answer>,
    /// What the first packet breaks that cannot be read.
    pub(crate) wrong: Option<String>,
    /// What the first other wrong packet breaks.
    pub(crate) remark: Option<String>,
    /// All that packets break, each packet one.
    pub(crate) breaks: Vec<Rule>,
    pub(crate) last_sent: Instant,
    /// When its CONNECT went out, until the CONNACK is there.
    pub(crate) connecting: Option<Instant>,
    /// The client that its CONNECT named, if the session may outlive it.
    pub(crate) is_connected: bool,
}

/// A packet larger than any check asks for is not kept.
const LARGEST: usize = 1 << 20;

impl Link {
    pub(crate) fn new(id: ConnectionId, now: Instant) -> Self {
        Self {
            id,
            phase: Phase::Opening,
            framer: Framer::new(LARGEST),
            inbox: Vec::new(),
            wrong: None,
            remark: None,
            breaks: Vec::new(),
            last_sent: now,
            connecting: None,
            is_connected: false,
        }
    }

    /// Takes in what came; gives the packets of it.
    pub(crate) fn push(&mut self, bytes: &[u8], version: ProtocolVersion) -> Vec<Vec<u8>> {
        self.framer.push(bytes);
        let mut packets = Vec::new();
        while let Some(framed) = self.framer.next_frame() {
            let packet = match framed {
                Framed::Packet(packet) | Framed::TooLarge { start: packet, .. } => packet,
                Framed::Unframed(rest) => rest,
            };
            packets.push(packet.to_vec());
            match answer::read(packet, version, Sender::Server) {
                Ok((answer, broken)) => {
                    self.inbox.push(answer);
                    if let Some(error) = broken {
                        self.breaks.push(error.rule);
                        self.remark.get_or_insert(alloc::format!("{error}"));
                    }
                }
                Err(error) => {
                    let said = alloc::format!("{error}");
                    self.breaks.push(error.rule);
                    self.wrong.get_or_insert(said);
                }
            }
        }
        packets
    }

    pub(crate) const fn is_closed(&self) -> bool {
        matches!(
            self.phase,
            Phase::ClosedHere | Phase::ClosedThere(_) | Phase::Failed
        )
    }

    /// Packets that no line took, oldest first: of one type, or of all.
    pub(crate) fn untaken(
        &mut self,
        kind: Option<PacketType>,
    ) -> impl Iterator<Item = &mut Answer> {
        let is = move |answer: &&mut Answer| {
            !answer.is_taken && kind.is_none_or(|kind| answer.kind == kind)
        };
        self.inbox.iter_mut().filter(is)
    }
}
