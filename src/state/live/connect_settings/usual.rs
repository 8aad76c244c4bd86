//! Who, where and in which version.

use mqttscope_protocol::{Profile, Target};
use mqttscope_wire::ProtocolVersion;

use super::super::bridge;
use super::super::form::{Kind, Setting, optional_text, yes};
use super::{always, check_address};

/// The address, with what is said of it while it applies.
const fn address(hint: &'static str, applies: fn(&Profile) -> bool) -> Setting<Profile> {
    Setting {
        id: "address",
        label: "Address",
        hint,
        kind: Kind::Text,
        applies,
        get: |p| p.target.address().cloned().unwrap_or_default(),
        set: |p, text| {
            let address = text.trim();
            check_address(address)?;
            p.target = Target::of_address(address);
            Ok(())
        },
    }
}

pub(super) static SETTINGS: &[Setting<Profile>] = &[
    Setting {
        id: "name",
        label: "Name",
        hint: "what you call it",
        kind: Kind::Text,
        applies: always,
        get: |p| p.name.clone(),
        set: |p, text| {
            p.name = text.into();
            Ok(())
        },
    },
    Setting {
        id: "where",
        label: "Broker",
        hint: "",
        applies: always,
        kind: Kind::Choice(&[
            ("built-in", "built into this page"),
            ("websocket", "at an address"),
        ]),
        get: |p| {
            if p.target == Target::BuiltIn {
                "built-in"
            } else {
                "websocket"
            }
            .into()
        },
        set: |p, text| {
            p.target = if text == "built-in" {
                Target::BuiltIn
            } else {
                Target::WebSocket("ws://127.0.0.1:9001".into())
            };
            Ok(())
        },
    },
    address("ws:// or wss://, host, port, path", |p| {
        p.target != Target::BuiltIn && !bridge::is_here()
    }),
    address(
        "mqtt://, mqtts://, ws:// or wss://, host, port; or unix:///path",
        |p| p.target != Target::BuiltIn && bridge::is_here(),
    ),
    Setting {
        id: "version",
        label: "Version",
        hint: "",
        applies: always,
        kind: Kind::Choice(&[
            ("5", "MQTT 5"),
            ("3.1.1", "MQTT 3.1.1"),
            ("3.1", "MQTT 3.1"),
        ]),
        get: |p| p.version.name().to_owned(),
        set: |p, text| {
            p.version = ProtocolVersion::from_name(text)
                .ok_or_else(|| format!("there is no MQTT version {text}"))?;
            Ok(())
        },
    },
    Setting {
        id: "client-identifier",
        label: "Client Identifier",
        hint: "leave empty to let the server assign one",
        kind: Kind::Text,
        applies: always,
        get: |p| p.client_identifier.clone(),
        set: |p, text| {
            p.client_identifier = text.into();
            Ok(())
        },
    },
    Setting {
        id: "user-name",
        label: "User Name",
        hint: "leave empty to send none",
        kind: Kind::Text,
        applies: always,
        get: |p| p.user_name.clone().unwrap_or_default(),
        set: |p, text| {
            p.user_name = optional_text(text);
            Ok(())
        },
    },
    Setting {
        id: "password",
        label: "Password",
        hint: "leave empty to send none",
        kind: Kind::Secret,
        applies: always,
        get: |p| p.password.clone().unwrap_or_default(),
        set: |p, text| {
            p.password = optional_text(text);
            Ok(())
        },
    },
    Setting {
        id: "keep-secrets",
        label: "Keep the secrets in this browser",
        hint: "password, authentication data, a pasted key, and what follows “?” in the address",
        kind: Kind::Check,
        applies: always,
        get: |p| yes(p.keep_secrets),
        set: |p, text| {
            p.keep_secrets = text == "yes";
            Ok(())
        },
    },
];
