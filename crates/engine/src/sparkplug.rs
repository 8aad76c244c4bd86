//! Sparkplug among the messages: what its monitor finds, and payloads with the names of the births before them.

use mqttscope_protocol::{ConnectionId, RecordId};
use mqttscope_sparkplug::{Finding, Message, Monitor, NAMESPACE, Names, Topic};
use mqttscope_view::payload::{self, View};
use mqttscope_wire::{Connect, ControlPacket, Publish, Sender};
use serde_json::Value;

use crate::stream::Written;
use crate::topics::Topics;

/// Bytes of a payload above which a row does not look into it.
const LOOKED_INTO: usize = 16 << 10;
/// Bytes of a payload above which it is not shown so.
const MOST_SHOWN: usize = 1 << 20;

/// See [the module](self).
#[derive(Debug, Default)]
pub(crate) struct Sparkplug {
    monitor: Monitor,
    /// There is a topic of Sparkplug's: one behind a Topic Alias may be another.
    is_used: bool,
    /// Kept for its room.
    topic: String,
    left_out: u64,
}

impl Sparkplug {
    /// A packet is in the log.
    #[inline]
    pub(crate) fn note(
        &mut self,
        connection: ConnectionId,
        sender: Sender,
        written: &Written<'_>,
        topics: &Topics,
    ) {
        let Some(frame) = written.frame else { return };
        match &frame.packet {
            Ok(ControlPacket::Publish(publish)) => {
                let name = publish.topic_name.as_str();
                if name.starts_with(NAMESPACE) || (name.is_empty() && self.is_used) {
                    self.publish(connection, sender, written, topics, publish);
                }
            }
            Ok(ControlPacket::Connect(connect)) => self.connect(connection, written, connect),
            _ => {}
        }
    }

    /// Bytes of a connection are missing.
    pub(crate) fn gap(&mut self, connection: ConnectionId) {
        self.monitor.handle_gap(connection.0);
    }

    /// What was found since.
    pub(crate) fn poll(&mut self) -> Option<Finding> {
        self.monitor.poll_finding()
    }

    /// Findings that were not given since this was asked last.
    pub(crate) fn left_out(&mut self) -> u64 {
        let all = self.monitor.findings_dropped();
        all.saturating_sub(core::mem::replace(&mut self.left_out, all))
    }

    /// A payload as Sparkplug B; `None`: topic and payload do not both fit.
    pub(crate) fn shown(&self, topic: &str, record: RecordId, body: &[u8]) -> Option<String> {
        let names = self.names(topic, record)?;
        let body = Some(body).filter(|body| body.len() <= MOST_SHOWN)?;
        match payload::sparkplug(topic, body, &names)? {
            View::Sparkplug(text) => Some(text),
            _ => None,
        }
    }

    /// The same in one line of so many characters, for a row.
    pub(crate) fn line(
        &self,
        topic: &str,
        record: RecordId,
        body: &[u8],
        most: usize,
    ) -> Option<String> {
        let names = self.names(topic, record)?;
        let body = Some(body).filter(|body| body.len() <= LOOKED_INTO)?;
        payload::sparkplug_line(topic, body, &names, most)
    }

    /// The metrics by their names; `None`: topic and payload do not both fit.
    pub(crate) fn value(&self, topic: &str, record: RecordId, body: &[u8]) -> Option<Value> {
        let names = self.names(topic, record)?;
        let body = Some(body).filter(|body| body.len() <= MOST_SHOWN)?;
        payload::sparkplug_value(topic, body, &names)
    }

    fn names(&self, topic: &str, record: RecordId) -> Option<Names<'_>> {
        match Topic::of(topic)? {
            Topic::Edge(address) => Some(self.monitor.names(&address, record.0)),
            Topic::State { .. } => None,
        }
    }

    #[inline(never)]
    fn publish(
        &mut self,
        connection: ConnectionId,
        from: Sender,
        written: &Written<'_>,
        topics: &Topics,
        publish: &Publish<'_>,
    ) {
        self.topic.clear();
        match (publish.topic_name.as_str(), written.topic) {
            ("", Some((number, _))) => topics.write_topic(number, &mut self.topic),
            (name, _) => self.topic.push_str(name),
        }
        if !self.topic.starts_with(NAMESPACE) {
            return;
        }
        self.is_used = true;
        let (connection, number) = (connection.0, written.record.0);
        let message = Message::of_publish(connection, number, from, &self.topic, publish);
        self.monitor.handle_message(&message);
    }

    #[inline(never)]
    fn connect(&mut self, connection: ConnectionId, written: &Written<'_>, connect: &Connect<'_>) {
        let number = written.record.0;
        let will = connect.will.as_ref();
        let will = will.map(|will| Message::of_will(connection.0, number, will));
        self.monitor
            .handle_connect(connection.0, number, will.as_ref());
    }
}
