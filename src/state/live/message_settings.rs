//! The properties of a message, as far as its sender chooses them.

use mqttscope_protocol::MessageProperties;
use mqttscope_view::escape::{escape, unescape};
use serde_bytes::ByteBuf;

use super::form::{
    Group, Kind, SAID, Setting, number_text, optional, optional_text, pairs, pairs_text, said,
    said_text,
};

/// The choice of a QoS.
pub const QOS: Kind = Kind::Choice(&[("0", "QoS 0"), ("1", "QoS 1"), ("2", "QoS 2")]);

const fn always(_: &MessageProperties) -> bool {
    true
}

/// All of them.
pub static MESSAGE: [Group<MessageProperties>; 1] = [Group {
    title: "Properties (MQTT 5)",
    folded: true,
    settings: &[
        Setting {
            id: "content-type",
            label: "Content Type",
            hint: "a MIME type, as a rule",
            kind: Kind::Text,
            applies: always,
            get: |m| m.content_type.clone().unwrap_or_default(),
            set: |m, text| {
                m.content_type = optional_text(text);
                Ok(())
            },
        },
        Setting {
            id: "format-indicator",
            label: "Payload is UTF-8 text",
            hint: "Payload Format Indicator",
            kind: SAID,
            applies: always,
            get: |m| said_text(m.payload_format_indicator),
            set: |m, text| {
                m.payload_format_indicator = said(text);
                Ok(())
            },
        },
        Setting {
            id: "message-expiry",
            label: "Message Expiry Interval",
            hint: "seconds",
            kind: Kind::Number,
            applies: always,
            get: |m| number_text(m.message_expiry_interval),
            set: |m, text| {
                m.message_expiry_interval = optional(text, 0..=u32::MAX)?;
                Ok(())
            },
        },
        Setting {
            id: "topic-alias",
            label: "Topic Alias",
            hint: "1 or more",
            kind: Kind::Number,
            applies: always,
            get: |m| number_text(m.topic_alias),
            set: |m, text| {
                m.topic_alias = optional(text, 1..=u16::MAX)?;
                Ok(())
            },
        },
        Setting {
            id: "response-topic",
            label: "Response Topic",
            hint: "where the response is to be sent",
            kind: Kind::Text,
            applies: always,
            get: |m| m.response_topic.clone().unwrap_or_default(),
            set: |m, text| {
                m.response_topic = optional_text(text);
                Ok(())
            },
        },
        Setting {
            id: "correlation-data",
            label: "Correlation Data",
            hint: "text; bytes as \\x00",
            kind: Kind::Text,
            applies: always,
            get: |m| {
                m.correlation_data
                    .as_ref()
                    .map(|data| escape(data))
                    .unwrap_or_default()
            },
            set: |m, text| {
                let data = unescape(text).map_err(|error| error.to_string())?;
                m.correlation_data = (!data.is_empty()).then(|| ByteBuf::from(data));
                Ok(())
            },
        },
        Setting {
            id: "user-properties",
            label: "User Properties",
            hint: "a line each: name = value",
            kind: Kind::Pairs,
            applies: always,
            get: |m| pairs_text(&m.user_properties),
            set: |m, text| {
                m.user_properties = pairs(text)?;
                Ok(())
            },
        },
    ],
}];

/// How many of them are set.
#[must_use]
pub fn count(properties: &MessageProperties) -> usize {
    MESSAGE
        .iter()
        .flat_map(|group| group.settings)
        .filter(|setting| !(setting.get)(properties).is_empty())
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_property_is_written_as_it_is_read() {
        let table = [
            ("content-type", "application/json"),
            ("format-indicator", "yes"),
            ("message-expiry", "60"),
            ("topic-alias", "1"),
            ("response-topic", "answers/me"),
            ("correlation-data", "\\xFF1"),
            ("user-properties", "a = 1\nb = 2"),
        ];
        let mut properties = MessageProperties::default();
        let settings: Vec<_> = MESSAGE.iter().flat_map(|group| group.settings).collect();
        assert_eq!(settings.len(), table.len());
        for (index, (id, text)) in table.into_iter().enumerate() {
            let setting = settings.iter().find(|setting| setting.id == id).unwrap();
            (setting.set)(&mut properties, text).unwrap();
            assert_eq!((setting.get)(&properties), text);
            assert_eq!(count(&properties), index + 1);
        }
    }
}
