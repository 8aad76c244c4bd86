//! How long a session lasts, and when a lost connection is opened again.

use mqttscope_protocol::{Profile, Reconnect};

use super::super::form::{Kind, Setting, number_text, optional, yes};
use super::{always, is_v5};

pub(super) static SETTINGS: &[Setting<Profile>] = &[
    Setting {
        id: "clean-start",
        label: "Clean Start",
        hint: "on Connect; without it the session goes on: it takes the same Client Identifier and, in MQTT 5, a Session Expiry Interval",
        kind: Kind::Check,
        applies: always,
        get: |p| yes(p.clean_start),
        set: |p, text| {
            p.clean_start = text == "yes";
            Ok(())
        },
    },
    Setting {
        id: "session-expiry",
        label: "Session Expiry Interval",
        hint: "seconds; empty: ends with the connection",
        kind: Kind::Number,
        applies: is_v5,
        get: |p| number_text(p.properties.session_expiry_interval),
        set: |p, text| {
            p.properties.session_expiry_interval = optional(text, 0..=u32::MAX)?;
            Ok(())
        },
    },
    Setting {
        id: "keep-alive",
        label: "Keep Alive",
        hint: "seconds; 0: off",
        kind: Kind::Number,
        applies: always,
        get: |p| p.keep_alive.to_string(),
        set: |p, text| {
            p.keep_alive = optional(text, 0..=u16::MAX)?.unwrap_or(0);
            Ok(())
        },
    },
    Setting {
        id: "reconnect",
        label: "Reconnect when the connection is lost",
        hint: "",
        kind: Kind::Check,
        applies: always,
        get: |p| yes(p.reconnect.is_some()),
        set: |p, text| {
            p.reconnect = (text == "yes").then_some(RECONNECT);
            Ok(())
        },
    },
    Setting {
        id: "reconnect-first",
        label: "First retry after",
        hint: "milliseconds, from 500; each further wait is longer",
        kind: Kind::Number,
        applies: |p| p.reconnect.is_some(),
        get: |p| number_text(p.reconnect.map(|again| again.first_ms)),
        set: |p, text| {
            let first = optional(text, Reconnect::SHORTEST_FIRST_MS..=u32::MAX)?
                .unwrap_or(RECONNECT.first_ms);
            if let Some(again) = &mut p.reconnect {
                again.first_ms = first;
            }
            Ok(())
        },
    },
    Setting {
        id: "reconnect-longest",
        label: "Retry at most every",
        hint: "milliseconds, from 2000",
        kind: Kind::Number,
        applies: |p| p.reconnect.is_some(),
        get: |p| number_text(p.reconnect.map(|again| again.longest_ms)),
        set: |p, text| {
            let longest = optional(text, Reconnect::SHORTEST_LONGEST_MS..=u32::MAX)?
                .unwrap_or(RECONNECT.longest_ms);
            if let Some(again) = &mut p.reconnect {
                again.longest_ms = longest;
            }
            Ok(())
        },
    },
    Setting {
        id: "reconnect-attempts",
        label: "Give up after",
        hint: "attempts; empty: never",
        kind: Kind::Number,
        applies: |p| p.reconnect.is_some(),
        get: |p| number_text(p.reconnect.and_then(|again| again.attempts)),
        set: |p, text| {
            let attempts = optional(text, 1..=u32::MAX)?;
            if let Some(again) = &mut p.reconnect {
                again.attempts = attempts;
            }
            Ok(())
        },
    },
];

/// How it is opened again, when a person does not say.
const RECONNECT: Reconnect = Reconnect {
    first_ms: 1000,
    longest_ms: 30_000,
    attempts: None,
};
