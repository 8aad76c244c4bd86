//! What the server publishes when the connection is lost.

use mqttscope_protocol::{Profile, WillDraft};

use super::super::form::{Kind, Setting, number_text, optional, optional_text, yes};
use super::super::message_settings::QOS;
use super::{always, is_v5};

pub(super) static SETTINGS: &[Setting<Profile>] = &[
    Setting {
        id: "will",
        label: "Send a Will Message",
        hint: "",
        kind: Kind::Check,
        applies: always,
        get: |p| yes(p.will.is_some()),
        set: |p, text| {
            p.will = (text == "yes").then(WillDraft::default);
            Ok(())
        },
    },
    Setting {
        id: "will-topic",
        label: "Will Topic",
        hint: "",
        kind: Kind::Text,
        applies: has_will,
        get: |p| of_will(p, |will| will.message.topic.clone()),
        set: |p, text| {
            if text.is_empty() {
                return Err("A Will Message needs a topic.".into());
            }
            if text.contains(['+', '#']) {
                return Err("A Will Topic has no wildcards.".into());
            }
            will(p, |will| will.message.topic = text.into());
            Ok(())
        },
    },
    Setting {
        id: "will-payload",
        label: "Will Payload",
        hint: "text",
        kind: Kind::Lines,
        applies: has_will,
        get: |p| {
            of_will(p, |will| {
                String::from_utf8_lossy(&will.message.payload).into_owned()
            })
        },
        set: |p, text| {
            will(p, |will| will.message.payload = text.as_bytes().to_vec());
            Ok(())
        },
    },
    Setting {
        id: "will-qos",
        label: "Will QoS",
        hint: "",
        kind: QOS,
        applies: has_will,
        get: |p| of_will(p, |will| will.message.qos).to_string(),
        set: |p, text| {
            let qos = optional(text, 0..=2)?.unwrap_or(0);
            will(p, |will| will.message.qos = qos);
            Ok(())
        },
    },
    Setting {
        id: "will-retain",
        label: "Retain the Will Message",
        hint: "",
        kind: Kind::Check,
        applies: has_will,
        get: |p| yes(of_will(p, |will| will.message.retain)),
        set: |p, text| {
            will(p, |will| will.message.retain = text == "yes");
            Ok(())
        },
    },
    Setting {
        id: "will-delay",
        label: "Will Delay Interval",
        hint: "seconds",
        kind: Kind::Number,
        applies: has_will_v5,
        get: |p| number_text(of_will(p, |will| will.delay_interval)),
        set: |p, text| {
            let delay = optional(text, 0..=u32::MAX)?;
            will(p, |will| will.delay_interval = delay);
            Ok(())
        },
    },
    Setting {
        id: "will-expiry",
        label: "Message Expiry Interval",
        hint: "seconds",
        kind: Kind::Number,
        applies: has_will_v5,
        get: |p| {
            number_text(of_will(p, |will| {
                will.message.properties.message_expiry_interval
            }))
        },
        set: |p, text| {
            let expiry = optional(text, 0..=u32::MAX)?;
            will(p, |will| {
                will.message.properties.message_expiry_interval = expiry
            });
            Ok(())
        },
    },
    Setting {
        id: "will-content-type",
        label: "Content Type",
        hint: "",
        kind: Kind::Text,
        applies: has_will_v5,
        get: |p| {
            of_will(p, |will| will.message.properties.content_type.clone()).unwrap_or_default()
        },
        set: |p, text| {
            will(p, |will| {
                will.message.properties.content_type = optional_text(text)
            });
            Ok(())
        },
    },
];

fn has_will(profile: &Profile) -> bool {
    profile.will.is_some()
}

fn has_will_v5(profile: &Profile) -> bool {
    has_will(profile) && is_v5(profile)
}

/// Sets something of the will, if there is one.
fn will(profile: &mut Profile, set: impl FnOnce(&mut WillDraft)) {
    if let Some(will) = &mut profile.will {
        set(will);
    }
}

fn of_will<V: Default>(profile: &Profile, get: impl FnOnce(&WillDraft) -> V) -> V {
    profile.will.as_ref().map(get).unwrap_or_default()
}
