//! Connections as a file: ours, and the one that MQTTX writes.

use mqttscope_engine::protocol::{Profile, SubscriptionDraft, Target, WillDraft};
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Serialize, Deserialize)]
struct File {
    /// The form of this file; one so far.
    mqttscope: u32,
    connections: Vec<Profile>,
}

/// What a file held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// The connections, without ids.
    pub profiles: Vec<Profile>,
    /// What a person should know about them.
    pub notes: Vec<String>,
}

/// The file's content. `with_secrets`: passwords and authentication data are in it.
#[must_use]
pub fn export<'a>(profiles: impl Iterator<Item = &'a Profile>, with_secrets: bool) -> String {
    let connections = profiles
        .cloned()
        .map(|profile| {
            if with_secrets {
                profile
            } else {
                profile.without_secrets()
            }
        })
        .collect();
    serde_json::to_string_pretty(&File {
        mqttscope: 1,
        connections,
    })
    .unwrap_or_default()
}

/// Reads a file.
///
/// # Errors
/// A sentence: no JSON, or JSON that holds no connections.
pub fn import(bytes: &[u8]) -> Result<Imported, String> {
    let value: Value =
        serde_json::from_slice(bytes).map_err(|error| format!("This file is no JSON: {error}."))?;
    if value.get("mqttscope").is_some() {
        let file: File = serde_json::from_value(value)
            .map_err(|error| format!("A connection in this file cannot be read: {error}."))?;
        return Ok(Imported {
            profiles: file.connections,
            notes: Vec::new(),
        });
    }
    let mut imported = Imported::default();
    collect(&value, &mut imported);
    if imported.profiles.is_empty() {
        return Err("This file holds no connections: neither ours nor MQTTX's.".into());
    }
    Ok(imported)
}

/// MQTTX writes a list; collections have their connections in `children`.
fn collect(value: &Value, imported: &mut Imported) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, imported)),
        Value::Object(fields) => {
            if let Some(children) = fields.get("children") {
                collect(children, imported);
            } else if fields.contains_key("host") {
                let (profile, note) = of_mqttx(value);
                imported.profiles.push(profile);
                imported.notes.extend(note);
            }
        }
        _ => {}
    }
}

fn of_mqttx(value: &Value) -> (Profile, Option<String>) {
    let text = |name: &str| {
        value
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let filled = |name: &str| Some(text(name)).filter(|text| !text.is_empty());
    let protocol = filled("protocol").unwrap_or_else(|| "mqtt".into());
    let is_secure = matches!(protocol.as_str(), "wss" | "mqtts")
        || value.get("ssl").and_then(Value::as_bool) == Some(true);
    let is_tcp = protocol.starts_with("mqtt");
    let port = value
        .get("port")
        .and_then(Value::as_u64)
        .map(|port| format!(":{port}"));
    let path = text("path");
    let slash = if path.is_empty() || path.starts_with('/') {
        ""
    } else {
        "/"
    };
    let address = format!(
        "{}://{}{}{slash}{path}",
        if is_secure { "wss" } else { "ws" },
        text("host"),
        port.unwrap_or_default()
    );
    let name = filled("name").unwrap_or_else(|| address.clone());
    let note = is_tcp.then(|| {
        format!("“{name}” used plain TCP, which no browser opens: set its broker's WebSocket port.")
    });
    let properties = value.get("properties").unwrap_or(&Value::Null);
    let mut profile = Profile {
        name,
        target: Target::WebSocket(address),
        version: match text("mqttVersion").as_str() {
            "3.1" => "3.1",
            "3.1.1" => "3.1.1",
            _ => "5",
        }
        .into(),
        client_identifier: text("clientId"),
        clean_start: value.get("clean").and_then(Value::as_bool).unwrap_or(true),
        keep_alive: number(value, "keepalive").unwrap_or(60),
        user_name: filled("username"),
        password: filled("password"),
        will: will_of_mqttx(value.get("will").unwrap_or(&Value::Null)),
        subscriptions: subscriptions_of_mqttx(value.get("subscriptions").unwrap_or(&Value::Null)),
        ..Profile::default()
    };
    if value.get("reconnect").and_then(Value::as_bool) == Some(false) {
        profile.reconnect = None;
    }
    // Older files have the properties beside the rest.
    let either = |name: &str| {
        Some(properties)
            .filter(|of| of.get(name).is_some())
            .unwrap_or(value)
    };
    let own = &mut profile.properties;
    own.session_expiry_interval = number(either("sessionExpiryInterval"), "sessionExpiryInterval");
    own.receive_maximum = number(either("receiveMaximum"), "receiveMaximum");
    own.maximum_packet_size = number(either("maximumPacketSize"), "maximumPacketSize");
    own.topic_alias_maximum = number(either("topicAliasMaximum"), "topicAliasMaximum");
    own.request_response_information = either("requestResponseInformation")
        .get("requestResponseInformation")
        .and_then(Value::as_bool);
    own.request_problem_information = either("requestProblemInformation")
        .get("requestProblemInformation")
        .and_then(Value::as_bool);
    (profile, note)
}

fn will_of_mqttx(will: &Value) -> Option<WillDraft> {
    let topic = will.get("lastWillTopic")?.as_str()?;
    if topic.is_empty() {
        return None;
    }
    let mut draft = WillDraft::default();
    topic.clone_into(&mut draft.message.topic);
    draft.message.payload = will
        .get("lastWillPayload")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .into();
    draft.message.qos = number(will, "lastWillQos").unwrap_or(0);
    draft.message.retain = will.get("lastWillRetain").and_then(Value::as_bool) == Some(true);
    let properties = will.get("properties").unwrap_or(&Value::Null);
    draft.delay_interval = number(properties, "willDelayInterval");
    draft.message.properties.message_expiry_interval = number(properties, "messageExpiryInterval");
    draft.message.properties.content_type = properties
        .get("contentType")
        .and_then(Value::as_str)
        .map(str::to_owned);
    Some(draft)
}

fn subscriptions_of_mqttx(subscriptions: &Value) -> Vec<SubscriptionDraft> {
    let list = subscriptions
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let drafts = list.iter().enumerate().filter_map(|(index, one)| {
        let flag = |name: &str| one.get(name).and_then(Value::as_bool) == Some(true);
        Some(SubscriptionDraft {
            topic_filter: one.get("topic")?.as_str()?.to_owned(),
            qos: number(one, "qos").unwrap_or(0),
            no_local: flag("nl"),
            retain_as_published: flag("rap"),
            retain_handling: number(one, "rh").unwrap_or(0),
            subscription_identifier: number(one, "subscriptionIdentifier"),
            user_properties: Vec::new(),
            colour: u8::try_from(index).unwrap_or(0),
        })
    });
    drafts.collect()
}

fn number<N: TryFrom<u64>>(value: &Value, name: &str) -> Option<N> {
    value.get(name)?.as_u64()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MQTTX: &str = r#"[
      {"id": "1", "name": "EMQX", "clientId": "mqttx_1", "clean": false, "protocol": "wss", "host": "b.example",
       "port": 8084, "path": "mqtt", "ssl": true, "mqttVersion": "5.0", "keepalive": 30, "reconnect": false,
       "username": "u", "password": "p", "messages": [{"topic": "t"}],
       "subscriptions": [{"topic": "a/#", "qos": 1, "nl": true, "rap": false, "rh": 2, "color": "\#fff"}],
       "will": {"lastWillTopic": "gone", "lastWillPayload": "bye", "lastWillQos": 2, "lastWillRetain": true,
                "properties": {"willDelayInterval": 5}},
       "properties": {"sessionExpiryInterval": 300, "receiveMaximum": null}},
      {"name": "old", "children": [{"name": "plain", "host": "h", "port": 1883, "protocol": "mqtt", "mqttVersion": "3.1.1"}]}
    ]"#;

    #[test]
    fn what_mqttx_exports_is_read() {
        let imported = import(MQTTX.replace("\\#", "#").as_bytes()).unwrap();
        let [emqx, plain] = &imported.profiles[..] else {
            panic!("two connections");
        };
        assert_eq!(
            emqx.target,
            Target::WebSocket("wss://b.example:8084/mqtt".into())
        );
        assert_eq!((emqx.version.as_str(), emqx.keep_alive), ("5", 30));
        assert!(!emqx.clean_start && emqx.reconnect.is_none());
        assert_eq!(emqx.password.as_deref(), Some("p"));
        assert_eq!(emqx.properties.session_expiry_interval, Some(300));
        assert_eq!(emqx.properties.receive_maximum, None);
        let will = emqx.will.as_ref().unwrap();
        assert_eq!((will.message.qos, will.delay_interval), (2, Some(5)));
        let subscription = &emqx.subscriptions[0];
        assert!(subscription.no_local && subscription.retain_handling == 2);
        assert_eq!(plain.target, Target::WebSocket("ws://h:1883".into()));
        assert_eq!(plain.version, "3.1.1");
        assert_eq!(imported.notes.len(), 1);
    }

    #[test]
    fn our_own_file_comes_back_and_keeps_secrets_out() {
        let profile = Profile {
            name: "a".into(),
            password: Some("p-4711".into()),
            ..Profile::default()
        };
        let open = export([&profile].into_iter(), true);
        assert_eq!(import(open.as_bytes()).unwrap().profiles, [profile.clone()]);
        let closed = export([&profile].into_iter(), false);
        assert!(!closed.contains("p-4711"));
        assert_eq!(
            import(closed.as_bytes()).unwrap().profiles,
            [profile.without_secrets()]
        );
    }

    #[test]
    fn what_is_no_such_file_is_refused_with_a_reason() {
        assert!(import(b"{").unwrap_err().contains("no JSON"));
        assert!(import(b"[1]").unwrap_err().contains("no connections"));
        assert!(
            import(br#"{"mqttscope": 1, "connections": [{"keep_alive": "x"}]}"#)
                .unwrap_err()
                .contains("cannot be read")
        );
    }
}
