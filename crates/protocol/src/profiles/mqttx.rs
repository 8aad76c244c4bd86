//! Connections that MQTTX exported as JSON.
//!
//! Its file is an array of connections, written from its database: members may be missing or null,
//! and numbers may be text. What a browser cannot do is left out and said.

use mqttscope_wire::ProtocolVersion;
use serde_json::{Map, Value};

use super::{ImportError, Imported};
use crate::{
    ConnectProperties, MessageDraft, MessageProperties, Profile, Reconnect, SubscriptionDraft,
    Target, WillDraft, without_address_secrets,
};

/// As many colours as the page marks filters with.
const COLOURS: usize = 8;

pub(super) fn is_connection(value: &Value) -> bool {
    value.get("host").is_some() && value.get("mqttVersion").is_some()
}

pub(super) fn import(connections: &[Value]) -> Result<Imported, ImportError> {
    let mut imported = Imported {
        profiles: Vec::new(),
        notes: Vec::new(),
    };
    for (index, value) in connections.iter().enumerate() {
        let Value::Object(members) = value else {
            return Err(ImportError::Profile {
                number: index.saturating_add(1),
                cause: "it is no object".into(),
            });
        };
        // Folders stand among the connections.
        if is_connection(value) {
            let profile = connection(&Members(members), &mut imported.notes);
            imported.profiles.push(profile);
        }
    }
    Ok(imported)
}

fn connection(it: &Members<'_>, notes: &mut Vec<String>) -> Profile {
    let name = it.text("name").unwrap_or_else(|| "MQTTX".into());
    let version = match it.text("mqttVersion").as_deref() {
        Some("5.0" | "5") => ProtocolVersion::V5,
        Some("3.1") => ProtocolVersion::V3_1,
        _ => ProtocolVersion::V3_1_1,
    };
    if ["ca", "cert", "key"]
        .iter()
        .any(|member| it.text(member).is_some())
    {
        notes.push(format!(
            "{name}: its certificate files are left out; a browser uses its own certificates."
        ));
    }
    if it
        .list("messages")
        .is_some_and(|messages| !messages.is_empty())
    {
        notes.push(format!("{name}: its messages are left out."));
    }
    if let Some(protocol) = it.text("ALPN") {
        notes.push(format!(
            "{name}: ALPN “{protocol}” is left out; a browser does not let a page set it."
        ));
    }
    if it.flag("rejectUnauthorized") == Some(false) {
        notes.push(format!(
            "{name}: MQTTX does not check the server's certificate here; a browser always does."
        ));
    }
    let client_identifier = it.text("clientId").unwrap_or_default();
    let clean_start = it.flag("clean").unwrap_or(true);
    if it.flag("clientIdWithTime") == Some(true) {
        notes.push(format!(
            "{name}: MQTTX adds the time to the client identifier; here it is always “{client_identifier}”. \
             Two clients with the same identifier disconnect each other."
        ));
    }
    if client_identifier.is_empty() && !clean_start && !version.is_v5() {
        notes.push(format!(
            "{name}: an empty client identifier without a clean session is refused in MQTT 3.1.1 (MQTT-3.1.3-8): \
             enter an identifier."
        ));
    }
    let subscriptions = subscriptions(it, &name, notes);
    Profile {
        target: Target::WebSocket(address(it, &name, notes)),
        version,
        client_identifier,
        clean_start,
        keep_alive: it.number("keepalive").unwrap_or(60),
        user_name: it.text("username"),
        password: it.text("password"),
        will: it.object("will").and_then(|will| self::will(&will)),
        properties: properties(it),
        reconnect: it.flag("reconnect").unwrap_or(false).then(|| {
            let first_ms = it.number("reconnectPeriod").unwrap_or(4000).max(100);
            Reconnect {
                first_ms,
                longest_ms: first_ms.max(30_000),
                attempts: None,
            }
        }),
        subscriptions,
        name,
        ..Profile::default()
    }
}

/// MQTTX speaks TCP too; a browser does not, so the WebSocket port of the same broker is guessed.
fn address(it: &Members<'_>, name: &str, notes: &mut Vec<String>) -> String {
    let host = it.text("host").unwrap_or_default();
    let port = it.number::<u16>("port").unwrap_or(1883);
    let protocol = it.text("protocol").unwrap_or_default();
    let protocol = protocol.trim_end_matches("://");
    let is_secure = matches!(protocol, "wss" | "mqtts") || it.flag("ssl") == Some(true);
    let scheme = if is_secure { "wss" } else { "ws" };
    let path = it.text("path").unwrap_or_else(|| "/mqtt".into());
    let slash = if path.starts_with('/') { "" } else { "/" };
    if matches!(protocol, "ws" | "wss") {
        return format!("{scheme}://{host}:{port}{slash}{path}");
    }
    let port = match port {
        1883 => 8083,
        8883 => 8084,
        other => other,
    };
    let url = format!("{scheme}://{host}:{port}{slash}{path}");
    notes.push(format!(
        "{name}: it used {protocol}://, which a browser cannot open; {} is a guess, check it.",
        without_address_secrets(&url)
    ));
    url
}

fn will(it: &Members<'_>) -> Option<WillDraft> {
    let topic = it.text("lastWillTopic")?;
    let more = it.object("properties");
    // Older files have the properties among the rest.
    let more = more.as_ref().unwrap_or(it);
    Some(WillDraft {
        message: MessageDraft {
            topic,
            payload: it.text("lastWillPayload").unwrap_or_default().into_bytes(),
            qos: qos(it.number("lastWillQos")),
            retain: it.flag("lastWillRetain").unwrap_or(false),
            properties: MessageProperties {
                payload_format_indicator: more.flag("payloadFormatIndicator"),
                message_expiry_interval: more.number("messageExpiryInterval"),
                content_type: more.text("contentType"),
                response_topic: more.text("responseTopic"),
                correlation_data: more
                    .text("correlationData")
                    .map(|text| text.into_bytes().into()),
                topic_alias: None,
                user_properties: more.pairs("userProperties"),
            },
        },
        delay_interval: more.number("willDelayInterval"),
    })
}

fn properties(it: &Members<'_>) -> ConnectProperties {
    let more = it.object("properties");
    let more = more.as_ref().unwrap_or(it);
    ConnectProperties {
        session_expiry_interval: more.number("sessionExpiryInterval"),
        receive_maximum: more.number("receiveMaximum").filter(|&most: &u16| most > 0),
        maximum_packet_size: more
            .number("maximumPacketSize")
            .filter(|&most: &u32| most > 0),
        topic_alias_maximum: more.number("topicAliasMaximum"),
        request_response_information: more.flag("requestResponseInformation"),
        request_problem_information: more.flag("requestProblemInformation"),
        user_properties: more.pairs("userProperties"),
        authentication_method: more.text("authenticationMethod"),
        authentication_data: more
            .text("authenticationData")
            .map(|text| text.into_bytes().into()),
    }
}

fn subscriptions(it: &Members<'_>, name: &str, notes: &mut Vec<String>) -> Vec<SubscriptionDraft> {
    let members = it.list("subscriptions").into_iter().flatten();
    let enabled = members
        .filter_map(Value::as_object)
        .map(Members)
        .filter(|it| it.flag("disabled") != Some(true));
    let mut drafts = Vec::new();
    for it in enabled {
        let topics = it.text("topic").unwrap_or_default();
        // One line of MQTTX can hold several filters.
        for filter in topics.split(',').map(str::trim).filter(|it| !it.is_empty()) {
            let is_shared = filter.starts_with("$share/");
            let no_local = it.flag("nl").unwrap_or(false);
            if is_shared && no_local {
                notes.push(format!(
                    "{name}: No Local of the shared subscription “{filter}” is turned off; it is not allowed there \
                     (MQTT-3.8.3-4)."
                ));
            }
            drafts.push(SubscriptionDraft {
                topic_filter: filter.to_owned(),
                qos: qos(it.number("qos")),
                no_local: no_local && !is_shared,
                retain_as_published: it.flag("rap").unwrap_or(false),
                retain_handling: it.number::<u8>("rh").unwrap_or(0).min(2),
                subscription_identifier: it
                    .number("subscriptionIdentifier")
                    .filter(|id| (1..=268_435_455).contains(id)),
                user_properties: Vec::new(),
                colour: u8::try_from(drafts.len() % COLOURS).unwrap_or(0),
            });
        }
    }
    drafts
}

fn qos(number: Option<u8>) -> u8 {
    number.unwrap_or(0).min(2)
}

/// The members of an object, read leniently.
struct Members<'a>(&'a Map<String, Value>);

impl<'a> Members<'a> {
    /// A text that is not empty.
    fn text(&self, name: &str) -> Option<String> {
        let text = self.0.get(name)?.as_str()?;
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn number<N: TryFrom<u64>>(&self, name: &str) -> Option<N> {
        let number = match self.0.get(name)? {
            Value::Number(number) => number.as_u64()?,
            Value::String(text) => text.trim().parse().ok()?,
            _ => return None,
        };
        N::try_from(number).ok()
    }

    fn flag(&self, name: &str) -> Option<bool> {
        match self.0.get(name)? {
            Value::Bool(flag) => Some(*flag),
            Value::Number(number) => Some(number.as_u64()? != 0),
            _ => None,
        }
    }

    fn object(&self, name: &str) -> Option<Self> {
        self.0.get(name)?.as_object().map(Members)
    }

    fn list(&self, name: &str) -> Option<&'a Vec<Value>> {
        self.0.get(name)?.as_array()
    }

    /// User Properties: a name's value is a text, or a list of them where the name comes again.
    fn pairs(&self, name: &str) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        for (name, value) in self
            .0
            .get(name)
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            match value {
                Value::String(text) => pairs.push((name.clone(), text.clone())),
                Value::Array(texts) => pairs.extend(
                    texts
                        .iter()
                        .filter_map(Value::as_str)
                        .map(|text| (name.clone(), text.to_owned())),
                ),
                _ => {}
            }
        }
        pairs
    }
}

#[cfg(test)]
mod tests {
    use super::super::import;
    use super::*;

    /// As MQTTX writes it, with made-up values.
    const FILE: &str = r##"[
      { "clientId": "mqttx_1", "name": "office", "clean": false, "protocol": "wss", "host": "broker.example",
        "keepalive": 30, "connectTimeout": 10, "reconnect": true, "reconnectPeriod": 4000, "username": "u",
        "password": "p", "path": "/mqtt", "port": 8084, "ssl": true, "certType": "server",
        "rejectUnauthorized": true, "ca": "", "cert": "", "key": "", "mqttVersion": "5.0",
        "subscriptions": [
          { "topic": "a/#", "qos": 1, "nl": true, "rap": true, "rh": 2, "color": "#fff", "subscriptionIdentifier": 7 },
          { "topic": "off", "qos": 0, "disabled": true },
          { "topic": "b", "qos": 2, "subscriptionIdentifier": null } ],
        "messages": [], "unreadMessageCount": 0, "id": "1-2", "isCollection": false, "orderId": 1,
        "will": { "lastWillTopic": "gone", "lastWillPayload": "bye", "lastWillQos": 1, "lastWillRetain": true,
          "properties": { "willDelayInterval": 5, "payloadFormatIndicator": true, "contentType": "text/plain",
            "correlationData": "c", "messageExpiryInterval": null } },
        "properties": { "sessionExpiryInterval": 4294967295, "receiveMaximum": "20", "topicAliasMaximum": 5,
          "userProperties": { "k": "v", "l": ["1", "2"] }, "authenticationMethod": null } },
      { "id": "f", "name": "folder", "isCollection": true, "children": [] },
      { "clientId": "", "name": "lab", "clean": true, "protocol": "mqtt", "host": "10.0.0.2", "port": 1883,
        "path": null, "mqttVersion": "3.1.1", "reconnect": false, "ca": "ca.pem", "messages": [{}],
        "will": { "lastWillTopic": "", "lastWillPayload": "" } }
    ]"##;

    #[test]
    fn connections_become_profiles() {
        let read = import(FILE).unwrap();
        let [office, lab] = &read.profiles[..] else {
            panic!("two connections: {:#?}", read.profiles)
        };
        let subscription = |topic: &str, qos, colour| SubscriptionDraft {
            topic_filter: topic.into(),
            qos,
            colour,
            ..SubscriptionDraft::default()
        };
        assert_eq!(
            *office,
            Profile {
                name: "office".into(),
                target: Target::WebSocket("wss://broker.example:8084/mqtt".into()),
                client_identifier: "mqttx_1".into(),
                clean_start: false,
                keep_alive: 30,
                user_name: Some("u".into()),
                password: Some("p".into()),
                will: Some(WillDraft {
                    message: MessageDraft {
                        topic: "gone".into(),
                        payload: b"bye".to_vec(),
                        qos: 1,
                        retain: true,
                        properties: MessageProperties {
                            payload_format_indicator: Some(true),
                            content_type: Some("text/plain".into()),
                            correlation_data: Some(b"c".to_vec().into()),
                            ..MessageProperties::default()
                        },
                    },
                    delay_interval: Some(5),
                }),
                properties: ConnectProperties {
                    session_expiry_interval: Some(u32::MAX),
                    receive_maximum: Some(20),
                    topic_alias_maximum: Some(5),
                    user_properties: [("k", "v"), ("l", "1"), ("l", "2")]
                        .map(|(a, b)| (a.into(), b.into()))
                        .into(),
                    ..ConnectProperties::default()
                },
                reconnect: Some(Reconnect {
                    first_ms: 4000,
                    longest_ms: 30_000,
                    attempts: None,
                }),
                subscriptions: vec![
                    SubscriptionDraft {
                        no_local: true,
                        retain_as_published: true,
                        retain_handling: 2,
                        subscription_identifier: Some(7),
                        ..subscription("a/#", 1, 0)
                    },
                    subscription("b", 2, 1),
                ],
                ..Profile::default()
            }
        );
        assert_eq!(
            *lab,
            Profile {
                name: "lab".into(),
                target: Target::WebSocket("ws://10.0.0.2:8083/mqtt".into()),
                version: ProtocolVersion::V3_1_1,
                reconnect: None,
                ..Profile::default()
            }
        );
        let first_words: Vec<_> = read.notes.iter().map(|note| &note[..25]).collect();
        assert_eq!(
            first_words,
            [
                "lab: its certificate file",
                "lab: its messages are lef",
                "lab: it used mqtt://, whi",
                "Passwords and other secre",
            ]
        );
    }

    /// A whole export of two connections in a folder, with all that a browser cannot do.
    #[test]
    fn an_export_tells_all_that_is_left_out() {
        let file = include_str!("../../../../tests/corpus/inputs/48-mqttx-export.json");
        let read = import(file).unwrap();
        let [hall, bench] = &read.profiles[..] else {
            panic!("two connections: {:#?}", read.profiles)
        };
        let filters = hall.subscriptions.iter();
        let filters: Vec<_> = filters
            .map(|it| (it.topic_filter.as_str(), it.no_local))
            .collect();
        assert_eq!(
            filters,
            [
                ("hall/#", false),
                ("lab/#", false),
                ("$share/g1/work/+", false)
            ]
        );
        assert_eq!(bench.keep_alive, 30);
        assert_eq!(
            bench.target,
            Target::WebSocket("ws://192.0.2.10:9001/mqtt".into())
        );
        assert!(bench.will.is_none() && bench.client_identifier.is_empty());
        for said in [
            "certificate files",
            "messages are left out",
            "ALPN “x-amzn-mqtt-ca”",
            "does not check the server's certificate",
            "adds the time",
            "MQTT-3.8.3-4",
            "MQTT-3.1.3-8",
            "it used mqtts://",
            "Passwords and other secrets",
        ] {
            let notes = read.notes.iter();
            assert_eq!(
                notes.filter(|note| note.contains(said)).count(),
                1,
                "{said}"
            );
        }
    }

    #[test]
    fn odd_values_do_no_harm() {
        let text = r#"[{"host":5,"mqttVersion":[],"port":-1,"keepalive":1e9,"subscriptions":[1,{"topic":"t","qos":9}],"properties":[],"will":"x"}]"#;
        let read = import(text).unwrap();
        assert_eq!(read.profiles[0].keep_alive, 60);
        assert_eq!(read.profiles[0].subscriptions[0].qos, 2);
        assert!(import(r#"[{"host":"h","mqttVersion":"5.0"},3]"#).is_err());
    }
}
