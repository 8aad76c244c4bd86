//! What payloads say beyond their bytes: by the schemas that a person gave, and as Sparkplug B.

use mqttscope_protocol::{PayloadForm, RecordId};
use mqttscope_schema::{Form, Schemas, Shown};
use mqttscope_view::{escape, payload};
use serde_json::Value;

use crate::sparkplug::Sparkplug;

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
        let by_schema = self.schemas.decode(topic, body).map(|shown| PayloadForm {
            name: "by schema".to_owned(),
            text: shown.in_words(),
        });
        let sparkplug = self.sparkplug.shown(topic, record, body);
        let sparkplug = sparkplug.map(|text| PayloadForm {
            name: "Sparkplug B".to_owned(),
            text,
        });
        by_schema.into_iter().chain(sparkplug).collect()
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
        if let Some(shown) = small.and_then(|body| self.schemas.decode(topic, body)) {
            let text = match &shown.text {
                Ok(text) => one_line(text),
                Err(fault) => format!("does not fit its schema: {fault}"),
            };
            return Some((kind(&shown), escape::escape_start(text.as_bytes(), most)));
        }
        let line = self.sparkplug.line(topic, record, body, most);
        line.map(|line| ("Sparkplug B", line))
    }

    /// The likeliest of them that fits, one value a line.
    pub(crate) fn text(&self, topic: &str, record: RecordId, body: &[u8]) -> Option<String> {
        let by_schema = self.by_schema(topic, body);
        by_schema.or_else(|| self.sparkplug.shown(topic, record, body))
    }

    /// What a payload says, for paths into it: by the schema of its topic, as Sparkplug B with the metrics by their names,
    /// or as it is detected.
    pub(crate) fn value(
        &self,
        topic: &str,
        record: RecordId,
        body: &[u8],
        content_type: Option<&str>,
    ) -> Option<Value> {
        let by_schema = || serde_json::from_str(&self.by_schema(topic, body)?).ok();
        let by_topic = || self.sparkplug.value(topic, record, body);
        let detected = || payload::value(body, content_type);
        by_schema().or_else(by_topic).or_else(detected)
    }

    /// As JSON, where a schema says what it is, and it fits.
    fn by_schema(&self, topic: &str, body: &[u8]) -> Option<String> {
        self.schemas.decode(topic, body)?.text.ok()
    }
}

fn kind(shown: &Shown) -> &'static str {
    match shown.form {
        Form::Avro(..) => "Avro",
        Form::Json(_) => "JSON",
        Form::Numbers(_) => "numbers",
        _ => "Protobuf",
    }
}

fn one_line(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    lines.join(" ")
}
