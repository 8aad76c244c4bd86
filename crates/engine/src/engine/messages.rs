//! Where the packets of messages are that the page is told about.

use mqttscope_client::{Command as ClientCommand, Phase};
use mqttscope_protocol::{
    BytesSent, ConnectionId, MessageDraft, Outcome, Published, RecordId, Report,
};
use mqttscope_shared::Instant;
use mqttscope_wire::{PacketType, Sender};

use super::Engine;
use crate::by_hand::ByHand;
use crate::connection::Handed;
use crate::convert;
use crate::view::cut::cut;
use crate::view::rows;

/// Packets among which that of a response is looked for.
const LOOKED_BACK: u64 = 5_000;
/// Characters of the topic of a message that was sent.
const SENT_TOPIC: usize = 120;

/// QoS 2 messages without their last acknowledgement whose topics are kept, and characters of each topic.
const MOST_OPEN: usize = 1_000;
const OPEN_TOPIC: usize = 60;

impl Engine {
    /// The packet of a message that has just come.
    pub(super) fn answer_record(&self, id: ConnectionId, payload: &[u8]) -> Option<RecordId> {
        let end = self.log.end();
        let is_it = |record: &RecordId| {
            self.log.get(*record).is_some_and(|record| {
                record.connection == id
                    && record.sender == Sender::Server
                    && rows::publish(&self.log, record).is_some_and(|it| it.payload == payload)
            })
        };
        // What came with it in the same bytes is recorded too.
        (end.saturating_sub(LOOKED_BACK)..end)
            .rev()
            .map(RecordId)
            .find(is_it)
    }

    /// Sends bytes as they are. They are in the log and judged like everything that goes over the wire; the
    /// connection's client knows nothing of them.
    pub(super) fn send_bytes(&mut self, now: Instant, id: ConnectionId, bytes: Vec<u8>) {
        let open = self.connections.get(&id).filter(|connection| {
            connection.client.view().phase == Phase::Connected && !bytes.is_empty()
        });
        let Some(socket) = open.and_then(|connection| connection.socket) else {
            return self.notice(Some(id), true, "Not sent: this connection is not open.");
        };
        let before = self.log.end();
        self.record(now, id, Sender::Client, &bytes);
        let record = (before < self.log.end()).then_some(RecordId(before));
        if let Some(connection) = self.connections.get_mut(&id) {
            let sent = BytesSent {
                connection: id,
                size: bytes.len(),
                record,
                followed: Vec::new(),
                ended_after: None,
            };
            connection.by_hand = Some(ByHand::new(now, sent));
        }
        self.tell_bytes_sent(id);
        self.forward(now, id, socket, bytes);
        self.settle(now, id);
    }

    /// Tells the page what followed the bytes that it sent, where that is news.
    pub(super) fn tell_bytes_sent(&mut self, id: ConnectionId) {
        let by_hand = self
            .connections
            .get_mut(&id)
            .and_then(|connection| connection.by_hand.as_mut());
        let news = by_hand.and_then(ByHand::news);
        self.answers.extend(news.map(Report::BytesSent));
    }

    /// Publishes what a person asked for, and says what became of it.
    pub(super) fn publish_once(&mut self, now: Instant, id: ConnectionId, draft: &MessageDraft) {
        let before = self.log.end();
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        let mut published = Published {
            connection: id,
            number: connection.handed_count,
            topic: cut(&draft.topic, SENT_TOPIC),
            record: None,
            outcome: Outcome::Waits,
        };
        connection.handed_count = connection.handed_count.wrapping_add(1);
        let asked =
            convert::message(draft, connection.stream.version).and_then(|(message, alias)| {
                let command = ClientCommand::Publish {
                    message,
                    topic_alias: alias,
                };
                let asked = connection.client.handle_command(now, command);
                asked.map_err(|misuse| misuse.to_string())
            });
        let ticket = match asked {
            Ok(ticket) => ticket,
            Err(why) => {
                let said = format!("Not published: {why}");
                self.notice(Some(id), true, format!("{said}."));
                if let Some(connection) = self.connections.get_mut(&id) {
                    connection.handed = None;
                }
                published.outcome = Outcome::Failed(said);
                self.answers.push(Report::Published(published));
                return;
            }
        };
        // It must be known before its answer is: that may come while the command is done.
        if draft.qos == 2 && connection.open_topics.len() < MOST_OPEN {
            connection
                .open_topics
                .insert(ticket, cut(&draft.topic, OPEN_TOPIC));
        }
        connection.handed = Some(Handed {
            ticket,
            qos: draft.qos,
            is_told: false,
            published,
        });
        self.settle(now, id);
        let is_sent = |record: &RecordId| {
            self.log.get(*record).is_some_and(|record| {
                record.connection == id && record.packet_type() == PacketType::Publish
            })
        };
        let record = (before..self.log.end()).map(RecordId).find(is_sent);
        let handed = self
            .connections
            .get_mut(&id)
            .and_then(|it| it.handed.as_mut());
        if let Some(handed) = handed {
            handed.published.record = record;
            if record.is_some() && handed.published.outcome == Outcome::Waits {
                handed.published.outcome = Outcome::Sent;
            }
            handed.is_told = true;
            let published = handed.published.clone();
            self.answers.push(Report::Published(published));
        }
    }
}
