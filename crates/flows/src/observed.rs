//! A handshake that was seen live, as a scenario that can be changed.

use mqttscope_shared::Recorded;
use mqttscope_wire::{PacketType, QoS, Sender, TopicName};

use super::packet::Facts;
use super::scenario::{Act, Fault, Nth, Publication, Scenario, Station, Step, When};

/// The longest payload that is taken over, in bytes.
const MAX_PAYLOAD: usize = 200;
/// When the scenario subscribes and publishes, in milliseconds.
const SUBSCRIBE_AT: u64 = 200;
const PUBLISH_AT: u64 = 400;

impl Scenario {
    /// The scenario of the first PUBLISH among packets that were seen at one end of a connection: the
    /// same topic, QoS and version, with an invented client at the other side of the broker. Where
    /// the handshake stopped, the link is cut there. None when there is no PUBLISH that can be
    /// written as a scenario: an alias without its topic, or a topic with spaces.
    #[must_use]
    pub fn of_packets(packets: &[Recorded<'_>]) -> Option<Self> {
        let read = |seen: &Recorded<'_>| Facts::read(seen.bytes, seen.version, seen.sender);
        let (at, published) = packets
            .iter()
            .map(read)
            .enumerate()
            .find(|(_, facts)| facts.kind == PacketType::Publish)?;
        let &Recorded {
            sender, version, ..
        } = packets.get(at)?;
        let topic = TopicName::new(&published.topic)?.as_str().to_owned();
        if topic.is_empty() || topic.contains(char::is_whitespace) {
            return None;
        }
        let qos = published.qos.unwrap_or_default();
        let mut scenario = Self::new(version);
        scenario.title = format!("Seen live: {topic}");
        let publishes = sender == Sender::Client;
        let (publisher, subscriber) = (
            if publishes { "Client" } else { "Publisher" },
            if publishes { "Subscriber" } else { "Client" },
        );
        let made_up = if publishes { subscriber } else { publisher };
        scenario.watch = format!(
            "Built after what Live has seen: {made_up}, all connecting and subscribing, and identifiers are made up. Add a fault and compare"
        );
        for (name, publisher) in [(publisher, true), (subscriber, false)] {
            scenario.clients.push(Station {
                session: true,
                ..Station::new(name, publisher)
            });
        }
        let publication = Publication {
            topic: topic.clone(),
            qos,
            retain: published.retain && publishes,
            expiry: None,
            respond: None,
            correlate: None,
            payload: said(&published.payload),
        };
        let subscribe = Act::Subscribe { filter: topic, qos };
        for (at, client, act) in [
            (0, 1, Act::Connect),
            (0, 0, Act::Connect),
            (SUBSCRIBE_AT, 1, subscribe),
            (PUBLISH_AT, 0, Act::Publish(publication)),
        ] {
            scenario.steps.push(Step { at, client, act });
        }
        let seen: Vec<PacketType> = packets
            .iter()
            .skip(at)
            .map(read)
            .filter(|facts| facts.identifier == published.identifier)
            .map(|facts| facts.kind)
            .collect();
        if let Some(kind) = missing(qos, &seen) {
            scenario.faults.push(Fault::Cut {
                client: usize::from(!publishes),
                when: When::Before(Nth { kind, n: 1 }),
            });
        }
        Some(scenario)
    }
}

/// The first packet of a handshake that was not seen.
fn missing(qos: QoS, seen: &[PacketType]) -> Option<PacketType> {
    let handshake: &[PacketType] = match qos {
        QoS::AtMostOnce => &[],
        QoS::AtLeastOnce => &[PacketType::Puback],
        QoS::ExactlyOnce => &[PacketType::Pubrec, PacketType::Pubrel, PacketType::Pubcomp],
    };
    handshake.iter().copied().find(|kind| !seen.contains(kind))
}

/// A payload as a line of a scenario can say it.
fn said(payload: &[u8]) -> String {
    core::str::from_utf8(payload)
        .ok()
        .map(str::trim)
        .filter(|text| text.len() <= MAX_PAYLOAD && !text.contains(char::is_control))
        .map_or_else(|| format!("{} bytes", payload.len()), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Run;
    use mqttscope_shared::Instant;
    use mqttscope_wire::ProtocolVersion;

    const fn seen(sender: Sender, bytes: &[u8]) -> Recorded<'_> {
        Recorded {
            connection: 0,
            sender,
            version: ProtocolVersion::V3_1_1,
            at: Instant::ZERO,
            bytes,
        }
    }

    #[test]
    fn a_handshake_that_stopped_is_cut_where_it_stopped() {
        let publish = seen(Sender::Client, b"\x34\x08\x00\x01a\x00\x07hey");
        let pubrec = seen(Sender::Server, b"\x50\x02\x00\x07");
        let found = Scenario::of_packets(&[publish, pubrec]).unwrap();
        let text = found.to_text();
        assert!(text.contains("at 400 Client publish a 2 : hey"), "{text}");
        assert!(text.ends_with("cut Client before PUBREL 1\n"), "{text}");
        assert_eq!(Scenario::parse(&text), Ok(found.clone()));
        assert_eq!(Run::of(&found).counts.delivered, 1);
        let told = "Subscriber, all connecting and subscribing, and identifiers are made up";
        assert!(found.watch.contains(told), "{}", found.watch);
    }

    #[test]
    fn what_came_to_the_client_has_another_publisher() {
        let publish = seen(Sender::Server, b"\x32\x08\x00\x01a\x00\x07hey");
        let puback = seen(Sender::Client, b"\x40\x02\x00\x07");
        let found = Scenario::of_packets(&[publish, puback]).unwrap();
        assert!(found.faults.is_empty());
        assert!(found.to_text().contains("subscriber Client session"));
        assert!(found.watch.contains("seen: Publisher, "), "{}", found.watch);
    }

    #[test]
    fn what_cannot_be_written_is_none() {
        assert_eq!(
            Scenario::of_packets(&[seen(Sender::Client, b"\xc0\x00")]),
            None
        );
        let spaced = seen(Sender::Client, b"\x30\x06\x00\x03a bx");
        assert_eq!(Scenario::of_packets(&[spaced]), None);
        let bytes = seen(Sender::Client, b"\x30\x05\x00\x01a\xff\x00");
        assert!(
            Scenario::of_packets(&[bytes])
                .unwrap()
                .to_text()
                .contains(": 2 bytes")
        );
    }
}
