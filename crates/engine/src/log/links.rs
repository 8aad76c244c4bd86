//! Which packet waits for which answer.

use hashbrown::HashMap;
use mqttscope_protocol::{ConnectionId, RecordId};
use mqttscope_wire::{PacketType, QoS, Sender};

/// Questions that may wait for an answer; beyond, they are not tied to theirs.
const MOST: usize = 100_000;

/// An answer that is waited for: on which connection, which way it will go, its type, its identifier.
type Awaited = (ConnectionId, Sender, u8, u16);

/// What waits for an answer.
#[derive(Debug, Default)]
pub(crate) struct Links(HashMap<Awaited, RecordId>);

impl Links {
    /// Notes a packet; what it answers, if that is known.
    pub(crate) fn note(
        &mut self,
        connection: ConnectionId,
        sender: Sender,
        first: u8,
        packet_identifier: u16,
        record: RecordId,
    ) -> Option<RecordId> {
        let packet_type = PacketType::from_nibble(first >> 4);
        let answer = packet_type.answer(QoS::new((first >> 1) & 3).unwrap_or_default());
        if packet_type == PacketType::Publish && answer.is_none() {
            // The most of a flood: it answers nothing, and nothing answers it.
            return None;
        }
        let asked = self
            .0
            .remove(&(connection, sender, packet_type.nibble(), packet_identifier));
        if let Some(answer) = answer
            && self.0.len() < MOST
        {
            self.0.insert(
                (
                    connection,
                    sender.peer(),
                    answer.nibble(),
                    packet_identifier,
                ),
                record,
            );
        }
        asked
    }

    /// The answers that each connection's server owes, but for PINGRESP, whose identifier tells none from another: what is
    /// asked for, and the packet that asks.
    pub(crate) fn owed(&self) -> impl Iterator<Item = (ConnectionId, PacketType, RecordId)> + '_ {
        let owed = self.0.iter().filter(|((_, sender, answer, _), _)| {
            *sender == Sender::Server && *answer != PacketType::Pingresp.nibble()
        });
        owed.map(|(&(connection, _, answer, _), &asked)| {
            (connection, PacketType::from_nibble(answer), asked)
        })
    }

    /// Forgets what a connection waited for: its link is gone. Handshakes go on with packets that
    /// are sent again.
    pub(crate) fn forget(&mut self, connection: ConnectionId) {
        self.0.retain(|(of, ..), _| *of != connection);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const C: ConnectionId = ConnectionId(1);

    #[test]
    fn a_qos_2_handshake_is_a_chain() {
        let mut links = Links::default();
        let mut note = |sender, first, n| links.note(C, sender, first, 7, RecordId(n));
        assert_eq!(note(Sender::Client, 0x34, 0), None);
        assert_eq!(
            note(Sender::Server, 0x40, 1),
            None,
            "a PUBACK answers no QoS 2"
        );
        assert_eq!(note(Sender::Client, 0x50, 2), None, "the other side's own");
        assert_eq!(note(Sender::Server, 0x50, 3), Some(RecordId(0)));
        assert_eq!(note(Sender::Client, 0x62, 4), Some(RecordId(3)));
        assert_eq!(note(Sender::Server, 0x70, 5), Some(RecordId(4)));
        assert_eq!(note(Sender::Server, 0x70, 6), None);
    }

    #[test]
    fn a_lost_link_leaves_nothing_to_wait_for() {
        let mut links = Links::default();
        links.note(C, Sender::Client, 0xc0, 0, RecordId(0));
        links.forget(C);
        assert_eq!(links.note(C, Sender::Server, 0xd0, 0, RecordId(1)), None);
    }
}
