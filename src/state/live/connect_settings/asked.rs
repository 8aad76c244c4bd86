//! What is asked of the server, and who the client says it is.

use mqttscope_protocol::Profile;
use mqttscope_view::escape::{escape, unescape};
use serde_bytes::ByteBuf;

use super::super::form::{Kind, SAID, Setting, optional_text, pairs, pairs_text, said, said_text};
use super::is_v5;

pub(super) static SETTINGS: &[Setting<Profile>] = &[
    Setting {
        id: "request-response",
        label: "Request Response Information",
        hint: "",
        kind: SAID,
        applies: is_v5,
        get: |p| said_text(p.properties.request_response_information),
        set: |p, text| {
            p.properties.request_response_information = said(text);
            Ok(())
        },
    },
    Setting {
        id: "request-problem",
        label: "Request Problem Information",
        hint: "",
        kind: SAID,
        applies: is_v5,
        get: |p| said_text(p.properties.request_problem_information),
        set: |p, text| {
            p.properties.request_problem_information = said(text);
            Ok(())
        },
    },
    Setting {
        id: "authentication-method",
        label: "Authentication Method",
        hint: "SCRAM-SHA-256 uses name and password",
        kind: Kind::Text,
        applies: is_v5,
        get: |p| {
            p.properties
                .authentication_method
                .clone()
                .unwrap_or_default()
        },
        set: |p, text| {
            p.properties.authentication_method = optional_text(text);
            Ok(())
        },
    },
    Setting {
        id: "authentication-data",
        label: "Authentication Data",
        hint: "text; bytes as \\x00",
        kind: Kind::Secret,
        applies: |p| is_v5(p) && p.properties.authentication_method.is_some(),
        get: |p| {
            p.properties
                .authentication_data
                .as_ref()
                .map(|data| escape(data))
                .unwrap_or_default()
        },
        set: |p, text| {
            let data = unescape(text).map_err(|error| error.to_string())?;
            p.properties.authentication_data = (!data.is_empty()).then(|| ByteBuf::from(data));
            Ok(())
        },
    },
    Setting {
        id: "user-properties",
        label: "User Properties",
        hint: "a line each: name = value",
        kind: Kind::Pairs,
        applies: is_v5,
        get: |p| pairs_text(&p.properties.user_properties),
        set: |p, text| {
            p.properties.user_properties = pairs(text)?;
            Ok(())
        },
    },
];
