//! What this client takes, as its CONNECT says.

use mqttscope_protocol::Profile;

use super::super::form::{Kind, Setting, number_text, optional, yes};
use super::is_v5;

pub(super) static SETTINGS: &[Setting<Profile>] = &[
    Setting {
        id: "receive-maximum",
        label: "Receive Maximum",
        hint: "messages; empty: 65,535",
        kind: Kind::Number,
        applies: is_v5,
        get: |p| number_text(p.properties.receive_maximum),
        set: |p, text| {
            p.properties.receive_maximum = optional(text, 1..=u16::MAX)?;
            Ok(())
        },
    },
    Setting {
        id: "maximum-packet-size",
        label: "Maximum Packet Size",
        hint: "bytes; empty: no limit",
        kind: Kind::Number,
        applies: is_v5,
        get: |p| number_text(p.properties.maximum_packet_size),
        set: |p, text| {
            p.properties.maximum_packet_size = optional(text, 1..=u32::MAX)?;
            Ok(())
        },
    },
    Setting {
        id: "topic-alias-maximum",
        label: "Topic Alias Maximum",
        hint: "aliases; empty: none",
        kind: Kind::Number,
        applies: is_v5,
        get: |p| number_text(p.properties.topic_alias_maximum),
        set: |p, text| {
            p.properties.topic_alias_maximum = optional(text, 0..=u16::MAX)?;
            Ok(())
        },
    },
    Setting {
        id: "automatic-alias",
        label: "Send repeated topics by alias",
        hint: "",
        kind: Kind::Check,
        applies: is_v5,
        get: |p| yes(p.automatic_topic_alias),
        set: |p, text| {
            p.automatic_topic_alias = text == "yes";
            Ok(())
        },
    },
];
