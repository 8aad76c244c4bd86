//! What payloads say beyond their bytes: by the schemas that a person gave, and as Sparkplug B.

use mqttscope_protocol::{PayloadForm, RecordId};
use mqttscope_schema::{Form, Plain, Schemas, Shown};
use mqttscope_view::escape;
use mqttscope_view::payload::by_topic;
use serde_json::Value;

use crate::sparkplug::Sparkplug;
use crate::view::rows;

/// Bytes of a payload above which a row does not look into it.
const LOOKED_INTO: usize = 16 << 10;

/// See [the module](self).
#[derive(Debug, Default)]
pub(crate) struct Payloads {
    pub(crate) sparkplug: Sparkplug,
    pub(crate) schemas: Schemas,
}

impl Payloads {
    /// The forms of a payload, the likeliest first: what a person said of its topic, then what its topic says by itself.
    pub(crate) fn forms(&self, topic: &str, record: RecordId, body: &[u8]) -> Vec<PayloadForm> {
        let given = by_topic::decode(&self.schemas, topic, body).map(|shown| PayloadForm {
            name: shown.tab().to_owned(),
            text: shown.in_words(),
        });
        let sparkplug = self.sparkplug.shown(topic, record, body);
        let sparkplug = sparkplug.map(|text| PayloadForm {
            name: "Sparkplug B".to_owned(),
            text,
        });
        given.into_iter().chain(sparkplug).collect()
    }

    /// The likeliest of them in one line of so many characters, and what it is.
    pub(crate) fn line(
        &self,
        topic: &str,
        record: RecordId,
        body: &[u8],
        most: usize,
    ) -> Option<(&'static str, String)> {
        // No bytes are a message of Protobuf, too, but here they clear what is retained.
        let small = Some(body).filter(|body| (1..=LOOKED_INTO).contains(&body.len()));
        if let Some(shown) = small.and_then(|body| by_topic::decode(&self.schemas, topic, body)) {
            let text = match (&shown.text, &shown.form) {
                (Ok(_), Form::Plain(Plain::Text)) => escape::escape_start(body, most),
                (Ok(_), Form::Plain(Plain::Hex)) => rows::in_hex(body, most),
                (Ok(text), _) => escape::escape_start(one_line(text).as_bytes(), most),
                (Err(fault), form) => {
                    let text = match form {
                        Form::Plain(plain) => format!("is no {}: {fault}", plain.name()),
                        _ => format!("does not fit its schema: {fault}"),
                    };
                    escape::escape_start(text.as_bytes(), most)
                }
            };
            return Some((kind(&shown), text));
        }
        let line = self.sparkplug.line(topic, record, body, most);
        line.map(|line| ("Sparkplug B", line))
    }

    /// The likeliest of them that fits, one value a line.
    pub(crate) fn text(&self, topic: &str, record: RecordId, body: &[u8]) -> Option<String> {
        let given = by_topic::decode(&self.schemas, topic, body);
        let given = given.and_then(|shown| shown.text.ok());
        given.or_else(|| self.sparkplug.shown(topic, record, body))
    }

    /// What a payload says, for paths into it: in the form that a person gave for its topic, as Sparkplug B with the metrics
    /// by their names, or as it is detected.
    pub(crate) fn value(
        &self,
        topic: &str,
        record: RecordId,
        body: &[u8],
        content_type: Option<&str>,
    ) -> Option<Value> {
        by_topic::value(&self.schemas, topic, body, content_type, || {
            self.sparkplug.value(topic, record, body)
        })
    }
}

fn kind(shown: &Shown) -> &'static str {
    match shown.form {
        Form::Avro(..) => "Avro",
        Form::Json(_) => "JSON",
        Form::Numbers(_) => "numbers",
        Form::Plain(plain) => plain.name(),
        _ => "Protobuf",
    }
}

fn one_line(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    lines.join(" ")
}
