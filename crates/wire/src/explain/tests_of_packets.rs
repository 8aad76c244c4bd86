//! Whole packets in words: what [`crate::dissect`] leaves, explained.

use alloc::{format, string::String, vec::Vec};

use super::value;
use crate::ProtocolVersion::{self, V3_1, V3_1_1, V5};
use crate::{Context, Field, Sender};

/// Every line that a page would show for a packet: depth, field, meaning.
fn lines(packet: &[u8], version: ProtocolVersion) -> String {
    let dissection = crate::dissect(packet, Context::new(version));
    let mut out = String::new();
    for (index, node) in dissection.tree.nodes().iter().enumerate() {
        let text = value(&dissection.tree, index, packet, dissection.context()).unwrap_or_default();
        let name = node.field.name_in(dissection.version);
        out.push_str(&format!(
            "{:width$}{name}: {text}\n",
            "",
            width = usize::from(node.depth)
        ));
    }
    out
}

#[test]
fn a_connect_in_words() {
    let packet = b"\x10\x21\x00\x04MQTT\x05\xC6\x00\x3C\x05\x11\x00\x00\x0E\x10\x00\x02c1\x00\x00\x01w\x00\x01!\x00\x01u\x00\x01p";
    assert_eq!(
        lines(packet, V3_1_1),
        "\
Fixed header: 2 bytes
 Packet type: CONNECT, from client to server
 Reserved flags: as they must be
 Remaining Length: 33 bytes follow; written in 1 byte
Variable header: 16 bytes
 Protocol Name: the name of 3.1.1 and 5
  Length: 4 bytes
  Text: 4 bytes
 Protocol Version: MQTT 5
 Connect Flags: user name, password, will, clean start
  User Name Flag: the payload has one
  Password Flag: the payload has one
  Will Retain: the will is not kept
  Will QoS: at most once: not acknowledged, may be lost
  Will Flag: a will is published if the connection breaks
  Clean Start: start a new session; discard a stored one
  Reserved: as it must be
 Keep Alive: at most 60 s between packets; the server closes after 90 s of silence
 Properties: 1 property
  Property Length: 5 bytes of properties
  Session Expiry Interval: the session is kept for 1 h after the connection
   Property Identifier: 0x11, Session Expiry Interval
   Value: the session is kept for 1 h after the connection
Payload: 6 fields
 Client Identifier: 2 bytes
  Length: 2 bytes
  Text: 2 bytes
 Will Properties: none
  Property Length: no properties
 Will Topic: 1 level, 1 byte
  Length: 1 byte
  Text: 1 byte
 Will Payload: 1 byte of text
  Length: 1 byte
  Data: 1 byte
 User Name: 1 byte
  Length: 1 byte
  Text: 1 byte
 Password: 1 byte
  Length: 1 byte
  Data: 1 byte
"
    );
}

#[test]
fn a_subscribe_in_words() {
    let packet = b"\x82\x14\x00\x07\x00\x00\x0E$share/g/a/+/b\x1D";
    assert_eq!(
        lines(packet, V5),
        "\
Fixed header: 2 bytes
 Packet type: SUBSCRIBE, from client to server
 Reserved flags: as they must be
 Remaining Length: 20 bytes follow; written in 1 byte
Variable header: 3 bytes
 Packet Identifier: the SUBACK carries it too
 Properties: none
  Property Length: no properties
Payload: 1 subscription
 Subscription: $share/g/a/+/b, QoS 1
  Topic Filter: one of group g gets each; any one level for each +
   Length: 14 bytes
   $share/: marks a shared subscription
   ShareName: 1 byte
   Separator: the filter begins behind it
   Text: 5 bytes
  Subscription Options: RETAIN as published, not its own messages, QoS 1
   Reserved: as it must be
   Retain Handling: of no effect: no retained message is sent to a shared subscription
   Retain As Published: messages arrive with RETAIN as published
   No Local: the client does not get what it publishes itself
   Maximum QoS: messages come with QoS 0 or 1
"
    );
}

#[test]
fn retain_handling_is_of_one_filter() {
    // The same options behind a filter that is shared and one that is not.
    let packet = b"\x82\x14\x00\x01\x00\x00\x09$share/g/a\x00\x00\x03a/b\x00";
    let text = lines(packet, V5);
    let said: Vec<&str> = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Retain Handling: "))
        .collect();
    assert_eq!(
        said,
        [
            "of no effect: no retained message is sent to a shared subscription",
            "retained messages come at every SUBSCRIBE"
        ]
    );
}

#[test]
fn flags_of_3_1_that_stand_in_a_packet_without_a_message_are_not_read_as_those_of_one() {
    for packet in [
        &b"\x8a\x06\x00\x01\x00\x01a\x00"[..],
        b"\xa2\x05\x00\x01\x00\x01a",
        b"\x62\x02\x00\x01",
    ] {
        let text = lines(packet, V3_1);
        assert!(text.contains("RETAIN: not used in this packet"), "{text}");
        assert!(text.contains("QoS: this packet is acknowledged"), "{text}");
        assert!(
            !text.contains("subscribers") && !text.contains("arrive twice"),
            "{text}"
        );
    }
    let text = lines(b"\x32\x06\x00\x01a\x00\x01x", V3_1);
    assert!(text.contains("at least once"), "{text}");
}

#[test]
fn an_identifier_at_qos_3_is_answered_by_nothing() {
    let text = lines(b"\x36\x06\x00\x01a\x00\x01x", V3_1_1);
    assert!(!text.contains("the PUBACK carries"), "{text}");
}

#[test]
fn a_publish_that_is_still_arriving() {
    let packet = b"\x32\x20\x00\x03a/b\x00\x07\x03\x23\x00\x04{\"t\":";
    let text = lines(packet, V5);
    for line in [
        "Remaining Length: 32 bytes follow, 16 of them here; written in 1 byte",
        "Packet Identifier: the PUBACK carries it too",
        "Topic Alias: from now on 4 stands for a/b",
        "Application Message: 5 bytes of text",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let cut = lines(b"\x30\x20\x00\x0Aabc", V5);
    assert!(
        cut.contains("Topic Name: cut short: 10 bytes were announced"),
        "{cut}"
    );
    assert!(
        cut.contains("Unread bytes: 3 bytes; the rest of the packet is not here"),
        "{cut}"
    );
}

/// Packets of every kind, with each byte changed and each end cut off.
#[test]
fn broken_packets_are_explained_too() {
    #[rustfmt::skip] // One fact a line.
    let packets: [&[u8]; 12] = [
        b"\x10\x21\x00\x04MQTT\x05\xC6\x00\x3C\x05\x11\x00\x00\x0E\x10\x00\x02c1\x00\x00\x01w\x00\x01!\x00\x01u\x00\x01p",
        b"\x10\x0F\x00\x06MQIsdp\x03\x02\x00\x0A\x00\x01c",
        b"\x20\x0A\x01\x00\x07\x12\x00\x01x\x13\x00\x1E",
        b"\x20\x02\x01\x05",
        b"\x3D\x10\x00\x03a/b\x00\x07\x03\x23\x00\x04hello",
        b"\x40\x0B\x00\x01\x97\x07\x1F\x00\x04full",
        b"\x82\x14\x00\x07\x00\x00\x0E$share/g/a/+/b\x1D",
        b"\x90\x05\x00\x07\x00\x01\x87",
        b"\xA2\x06\x00\x09\x00\x00\x01#",
        b"\xB0\x04\x00\x09\x00\x11",
        b"\xE0\x0B\x9D\x09\x1C\x00\x06b:8883",
        b"\xF0\x0B\x18\x09\x15\x00\x01M\x16\x00\x02\x00\xFF",
    ];
    for packet in packets {
        for version in ProtocolVersion::ALL {
            for cut in 0..=packet.len() {
                check(&packet[..cut], version);
            }
            for place in 0..packet.len() {
                for byte in [0, 1, 2, 0x7F, 0x80, 0xFF, packet[place] ^ 0x10] {
                    let mut changed = packet.to_vec();
                    changed[place] = byte;
                    check(&changed, version);
                }
            }
        }
    }
}

fn check(packet: &[u8], version: ProtocolVersion) {
    let dissection = crate::dissect(packet, Context::new(version));
    let line = crate::summary(&dissection, packet);
    assert!(
        line.chars().count() <= 100 && !line.contains(char::is_control),
        "{line}"
    );
    for index in 0..dissection.tree.nodes().len() {
        let Some(text) = value(&dissection.tree, index, packet, dissection.context()) else {
            continue;
        };
        assert!(
            !text.is_empty() && text.chars().count() <= 130 && !text.contains(char::is_control),
            "{:?}: {text}",
            dissection.tree.nodes()[index]
        );
    }
}

#[test]
fn properties_that_cannot_be_read_are_not_called_none() {
    let text = lines(b"\x30\x06\x00\x01a\x02\x7e\x00", V5);
    assert!(
        text.contains("Properties: none that can be read\n"),
        "{text}"
    );
    assert!(lines(b"\x30\x04\x00\x01a\x00", V5).contains("Properties: none\n"));
}

#[test]
fn retain_means_another_thing_from_a_client_than_from_a_server() {
    let says = |first: u8, payload: &[u8], context: Context| {
        let mut packet = alloc::vec![first, 0, 0, 1, b'a'];
        packet.extend(context.version.is_v5().then_some(0));
        packet.extend_from_slice(payload);
        packet[1] = packet.len() as u8 - 2;
        let dissection = crate::dissect(&packet, context);
        let index = dissection.tree.find(Field::Retain).unwrap();
        value(&dissection.tree, index, &packet, dissection.context()).unwrap()
    };
    for version in [V3_1_1, V5] {
        let any = Context::new(version);
        let (client, server) = (any.sent_by(Sender::Client), any.sent_by(Sender::Server));
        assert_eq!(says(0x30, b"x", client), "not to be stored");
        assert_eq!(
            says(0x31, b"x", client),
            "to be stored for later subscribers"
        );
        assert_eq!(
            says(0x31, b"", client),
            "removes the stored message of its topic"
        );
        // A message that was retained comes with RETAIN 0 to who had subscribed before.
        let new = says(0x30, b"x", server);
        assert!(
            new.starts_with("no stored message sent on subscribing; "),
            "{new}"
        );
        assert!(new.ends_with("it may be stored all the same"), "{new}");
        let stored = says(0x31, b"x", server);
        assert!(
            stored.starts_with("a stored message, sent on subscribing"),
            "{stored}"
        );
        for text in [new, stored] {
            assert_eq!(
                text.contains("Retain As Published"),
                version.is_v5(),
                "{text}"
            );
        }
        for first in [0x30, 0x31] {
            let both = says(first, b"x", any);
            assert!(
                both.contains("from a client: ") && both.contains("from a server: "),
                "{both}"
            );
        }
    }
}
