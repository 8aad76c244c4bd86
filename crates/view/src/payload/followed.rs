//! Sparkplug among packets: which births there were, and what is wrong.

use std::collections::HashMap;

use mqttscope_sparkplug::{Finding, Message, Monitor, NAMESPACE, Names, Topic};
use mqttscope_wire::{
    Context, ControlPacket, Decoded, PacketType, ProtocolVersion, Sender, decode,
};

/// Follows the packets of connections, and Sparkplug in them.
#[derive(Debug, Default)]
pub struct Followed {
    monitor: Monitor,
    /// The topics of Sparkplug that Topic Aliases stand for, of each direction of a connection.
    aliases: HashMap<(u32, Sender, u16), String>,
}

impl Followed {
    /// The next packet, with its number; gives the topic of a message of Sparkplug's, or of such a will.
    pub fn push(
        &mut self,
        connection: u32,
        number: u64,
        from: Sender,
        version: ProtocolVersion,
        packet: &[u8],
    ) -> Option<String> {
        let kind = PacketType::from_first_byte(*packet.first()?);
        if !matches!(kind, PacketType::Publish | PacketType::Connect) {
            return None;
        }
        let context = Context::new(version).sent_by(from);
        let Ok(Decoded::Packet { packet, .. }) = decode(packet, context) else {
            return None;
        };
        match packet {
            ControlPacket::Connect(connect) => {
                self.aliases.retain(|of, _| of.0 != connection);
                let will = connect.will.as_ref();
                let will = will.map(|will| Message::of_will(connection, number, will));
                self.monitor
                    .handle_connect(connection, number, will.as_ref());
                let topic = will.map(|will| will.topic.to_owned());
                topic.filter(|topic| topic.starts_with(NAMESPACE))
            }
            ControlPacket::Publish(publish) => {
                let alias = publish.properties.topic_alias();
                let of = alias.map(|alias| (connection, from, alias));
                let topic = self.topic(publish.topic_name.as_str(), of)?;
                self.monitor.handle_message(&Message::of_publish(
                    connection, number, from, &topic, &publish,
                ));
                Some(topic)
            }
            _ => None,
        }
    }

    /// The names behind aliases around a packet; `None`: its topic is no edge node's.
    #[must_use]
    pub fn names(&self, topic: &str, number: u64) -> Option<Names<'_>> {
        match Topic::of(topic)? {
            Topic::Edge(address) => Some(self.monitor.names(&address, number)),
            Topic::State { .. } => None,
        }
    }

    /// What was found since.
    pub fn poll_finding(&mut self) -> Option<Finding> {
        self.monitor.poll_finding()
    }

    /// Findings that were never given.
    #[must_use]
    pub fn left_out(&self) -> u64 {
        self.monitor.findings_dropped()
    }

    /// The topic of a message of Sparkplug's, and what its alias stands for from now on.
    fn topic(&mut self, name: &str, of: Option<(u32, Sender, u16)>) -> Option<String> {
        if name.is_empty() {
            return self.aliases.get(&of?).cloned();
        }
        let topic = name.starts_with(NAMESPACE).then(|| name.to_owned());
        match (of, &topic) {
            (Some(of), Some(topic)) => drop(self.aliases.insert(of, topic.clone())),
            (Some(of), None) => drop(self.aliases.remove(&of)),
            (None, _) => {}
        }
        topic
    }
}
