//! The message that a person writes, until it is published.

use std::rc::Rc;

use mqttscope_protocol::schema::Form as SchemaForm;
use mqttscope_protocol::{MessageDraft, MessageProperties, Repeat};
use mqttscope_view::payload::by_topic;
use yew::Reducible;

use super::form::{Form, FormAct};
use super::message_settings::MESSAGE;
use super::payload_text::Written;
use super::schemas::Known;

/// What stands in the form.
#[derive(Clone, Debug, PartialEq)]
pub struct Publishing {
    /// The Topic Name.
    pub topic: String,
    /// 0, 1 or 2.
    pub qos: u8,
    /// RETAIN.
    pub retain: bool,
    /// How the payload is written.
    pub written: Written,
    /// The payload as it is written.
    pub typed: String,
    /// A chosen file: its name and its bytes.
    pub file: Option<(String, Rc<[u8]>)>,
    /// Its properties.
    pub properties: Rc<Form<MessageProperties>>,
    /// Milliseconds between two, and how many; as typed.
    pub repeat: (String, String),
    /// Milliseconds to wait for an answer, as typed.
    pub timeout: String,
    /// Bytes that are sent as they are.
    pub by_hand: ByHand,
    /// The schemas that payloads of topics have.
    pub schemas: Known,
}

/// Bytes that are sent as they are, until they are.
#[derive(Clone, Debug, PartialEq)]
pub struct ByHand {
    /// As they are written.
    pub text: String,
    /// Whether their form is open.
    pub is_shown: bool,
    /// Whether the focus is to go there.
    pub wants_focus: bool,
    /// Whether they were sent as they stand.
    pub is_sent: bool,
}

/// What happens to the form.
pub enum PublishingAct {
    /// The topic is this.
    Topic(String),
    /// The QoS is this.
    Qos(u8),
    /// RETAIN is this.
    Retain(bool),
    /// The payload is written so.
    Write(Written),
    /// The payload is this.
    Type(String),
    /// The payload is this file.
    File(String, Rc<[u8]>),
    /// Something of the properties.
    Property(FormAct<MessageProperties>),
    /// Milliseconds between two.
    Every(String),
    /// How many.
    Times(String),
    /// Milliseconds to wait for an answer.
    Timeout(String),
    /// Bytes that are sent as they are, as written.
    Bytes(String),
    /// The same; their form opens and gets the focus.
    OpenBytes(String),
    /// Whether their form is open.
    ShowBytes(bool),
    /// They were sent.
    SentBytes,
    /// Their form has got the focus.
    FocusedBytes,
    /// All of it, as a message that was published or kept.
    Again(MessageDraft),
    /// Payloads have these schemas.
    Schemas(Known),
}

impl Default for Publishing {
    fn default() -> Self {
        Self {
            topic: "hello/world".into(),
            qos: 1,
            retain: false,
            written: Written::Json,
            typed: "{\"greeting\": \"hello\"}".into(),
            file: None,
            properties: Rc::default(),
            repeat: ("1000".into(), String::new()),
            timeout: "5000".into(),
            by_hand: ByHand {
                text: "c0 00  # PINGREQ".into(),
                is_shown: false,
                wants_focus: false,
                is_sent: false,
            },
            schemas: Known::default(),
        }
    }
}

impl Publishing {
    /// What is wrong with the topic.
    #[must_use]
    pub fn topic_fault(&self) -> Option<&'static str> {
        if self.topic.is_empty() && self.properties.value.topic_alias.is_none() {
            Some("Enter a topic.")
        } else if self.topic.contains(['+', '#']) {
            Some("A Topic Name has no wildcards: + and # are for filters.")
        } else if self.topic.contains('\0') {
            Some("A Topic Name has no null character.")
        } else if self.topic.len() > usize::from(u16::MAX) {
            Some("A Topic Name has at most 65,535 bytes.")
        } else {
            None
        }
    }

    /// The payload's bytes.
    ///
    /// # Errors
    /// A sentence that names the place.
    pub fn payload(&self) -> Result<Vec<u8>, String> {
        match (self.written, &self.file) {
            (Written::File, Some((_, bytes))) => Ok(bytes.to_vec()),
            (Written::File, None) => Err("No file is chosen.".into()),
            (Written::Schema, _) => self.of_topic(),
            (written, _) => written.bytes(&self.typed),
        }
    }

    /// What is typed in the form that was given for the topic.
    fn of_topic(&self) -> Result<Vec<u8>, String> {
        let schemas = &self.schemas.read;
        let form = (schemas.form(&self.topic)).map_or_else(String::new, SchemaForm::name);
        let written = by_topic::encode(schemas, &self.topic, &self.typed);
        let written =
            written.ok_or("No form is given for this topic: see Schemas above the list.")?;
        written.map_err(|fault| format!("Cannot be written as {form}: {fault}."))
    }

    /// Bytes as they can be written so; `None`: they cannot, or need not.
    fn retyped(&self, written: Written, payload: &[u8]) -> Option<String> {
        match written {
            Written::Schema => by_topic::typed(&self.schemas.read, &self.topic, payload),
            _ => written.binary()?.to_json(payload),
        }
    }

    /// The message.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn draft(&self) -> Result<MessageDraft, String> {
        if let Some(fault) = self.topic_fault() {
            return Err(fault.into());
        }
        if !self.properties.is_right(&MESSAGE) {
            return Err("Check the property marked in red.".into());
        }
        Ok(MessageDraft {
            topic: self.topic.clone(),
            payload: self.payload()?,
            qos: self.qos,
            retain: self.retain,
            properties: self.properties.value.clone(),
        })
    }

    /// How it is repeated.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn repeat(&self) -> Result<Repeat, String> {
        let every_ms = self.repeat.0.trim().parse::<u32>().ok();
        let every_ms = every_ms
            .filter(|every| *every > 0)
            .ok_or("Enter the milliseconds between two messages.")?;
        let times = match self.repeat.1.trim() {
            "" => None,
            times => Some(
                times
                    .parse()
                    .map_err(|_| "The number of times is a whole number; leave it empty to repeat until stopped.")?,
            ),
        };
        Ok(Repeat { every_ms, times })
    }

    /// Milliseconds to wait for an answer.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn timeout(&self) -> Result<u32, String> {
        let timeout = self.timeout.trim().parse::<u32>().ok();
        timeout
            .filter(|timeout| *timeout > 0)
            .ok_or_else(|| "Enter how many milliseconds to wait for the response.".into())
    }
}

impl Reducible for Publishing {
    type Action = PublishingAct;

    fn reduce(self: Rc<Self>, act: PublishingAct) -> Rc<Self> {
        let mut next = (*self).clone();
        match act {
            PublishingAct::Topic(topic) => next.topic = topic,
            PublishingAct::Qos(qos) => next.qos = qos.min(2),
            PublishingAct::Retain(retain) => next.retain = retain,
            PublishingAct::Write(written) => {
                // What stands there as bytes is shown as what they say.
                let is_bytes =
                    matches!(self.written, Written::Hex | Written::Base64 | Written::File);
                if is_bytes
                    && let Ok(payload) = self.payload()
                    && let Some(text) = self.retyped(written, &payload)
                {
                    next.typed = text;
                }
                next.written = written;
            }
            PublishingAct::Type(typed) => next.typed = typed,
            PublishingAct::File(name, bytes) => {
                next.file = Some((name, bytes));
                next.written = Written::File;
            }
            PublishingAct::Property(act) => next.properties = next.properties.reduce(act),
            PublishingAct::Every(every) => next.repeat.0 = every,
            PublishingAct::Times(times) => next.repeat.1 = times,
            PublishingAct::Timeout(timeout) => next.timeout = timeout,
            PublishingAct::Bytes(text) => {
                next.by_hand.text = text;
                next.by_hand.is_sent = false;
            }
            PublishingAct::SentBytes => next.by_hand.is_sent = true,
            PublishingAct::OpenBytes(text) => {
                next.by_hand = ByHand {
                    text,
                    is_shown: true,
                    wants_focus: true,
                    is_sent: false,
                };
            }
            PublishingAct::ShowBytes(is_shown) => next.by_hand.is_shown = is_shown,
            PublishingAct::FocusedBytes => next.by_hand.wants_focus = false,
            PublishingAct::Schemas(known) => next.schemas = known,
            PublishingAct::Again(message) => {
                next.topic = message.topic;
                (next.written, next.typed) = match next.retyped(Written::Schema, &message.payload) {
                    Some(text) => (Written::Schema, text),
                    None => Written::of_bytes(&message.payload),
                };
                (next.qos, next.retain) = (message.qos, message.retain);
                next.properties = Rc::new(Form::new(message.properties));
            }
        }
        Rc::new(next)
    }
}

#[cfg(test)]
mod tests {
    use mqttscope_protocol::schema::{File, Plain, Rule as SchemaRule};

    use super::*;

    fn after(acts: impl IntoIterator<Item = PublishingAct>) -> Rc<Publishing> {
        acts.into_iter()
            .fold(Rc::default(), |form: Rc<Publishing>, act| form.reduce(act))
    }

    #[test]
    fn what_stands_there_at_first_can_be_published() {
        let draft = Publishing::default().draft().unwrap();
        assert_eq!((draft.topic.as_str(), draft.qos), ("hello/world", 1));
    }

    #[test]
    fn what_no_server_takes_is_not_sent() {
        let long = "x".repeat(65_536);
        for (topic, says) in [
            ("", "Enter a topic"),
            ("a/+", "wildcards"),
            ("a\0", "null"),
            (&long, "at most"),
        ] {
            let form = after([PublishingAct::Topic(topic.into())]);
            assert!(form.draft().unwrap_err().contains(says));
        }
        let form = after([PublishingAct::Type("{".into())]);
        assert!(form.draft().unwrap_err().contains("Not valid JSON"));
        let form = after([PublishingAct::Write(Written::File)]);
        assert!(form.draft().unwrap_err().contains("No file"));
        let alias = &MESSAGE[0].settings[3];
        let form = after([
            PublishingAct::Topic(String::new()),
            PublishingAct::Property(FormAct::Type(alias, "1".into())),
        ]);
        assert_eq!(form.draft().unwrap().properties.topic_alias, Some(1));
    }

    #[test]
    fn a_message_comes_back_as_it_was_published() {
        let message = MessageDraft {
            topic: "a/b".into(),
            payload: vec![0xff, 0],
            qos: 2,
            retain: true,
            properties: MessageProperties {
                content_type: Some("x".into()),
                ..MessageProperties::default()
            },
        };
        let form = after([PublishingAct::Again(message.clone())]);
        assert_eq!(form.draft(), Ok(message));
    }

    #[test]
    fn a_payload_is_written_by_the_schema_of_its_topic() {
        let known = Known::default().with_files([File {
            name: "m.proto".into(),
            bytes: b"syntax = 'proto3'; message M { int32 a = 1; }".into(),
        }]);
        let form = |acts: Vec<PublishingAct>| {
            let topic = PublishingAct::Topic("m/1".into());
            after(
                [topic, PublishingAct::Schemas(known.with_rule())]
                    .into_iter()
                    .chain(acts),
            )
        };
        let by_schema = || PublishingAct::Write(Written::Schema);
        let written = form(vec![
            by_schema(),
            PublishingAct::Type("{\"a\": 150}".into()),
        ]);
        assert_eq!(written.draft().unwrap().payload, b"\x08\x96\x01");
        let wrong = form(vec![by_schema(), PublishingAct::Type("{\"b\": 1}".into())]);
        assert_eq!(
            wrong.draft().unwrap_err(),
            "Cannot be written as Protobuf M: field b: M has no such field."
        );
        // Bytes that stand there become JSON, and so does a message that comes back.
        let hex = PublishingAct::Write(Written::Hex);
        let turned = form(vec![
            hex,
            PublishingAct::Type("08 96 01".into()),
            by_schema(),
        ]);
        assert_eq!(turned.typed, "{\n  \"a\": 150\n}");
        let again = form(vec![PublishingAct::Again(written.draft().unwrap())]);
        assert_eq!(
            (again.written, &again.typed),
            (Written::Schema, &turned.typed)
        );
        let none = after([by_schema()]);
        assert!(none.draft().unwrap_err().starts_with("No form is given"));
    }

    #[test]
    fn json_becomes_cbor_and_comes_back() {
        let write = |written, typed: &str| {
            let acts = [
                PublishingAct::Write(Written::Text),
                PublishingAct::Type(typed.into()),
                PublishingAct::Write(written),
            ];
            after(acts)
        };
        let form = write(Written::Cbor, "{\"t\": 21.5}");
        assert_eq!(form.payload().unwrap(), b"\xa1\x61t\xf9\x4d\x60");
        // Bytes that stand there become what they say.
        let hex = form.reduce(PublishingAct::Write(Written::Hex));
        let hex = hex.reduce(PublishingAct::Type("81 a1 74 07".into()));
        let back = hex.reduce(PublishingAct::Write(Written::MessagePack));
        assert_eq!(back.typed, "{\n  \"t\": 7\n}");
        // By what was said of the topic, also when a message comes back.
        let known = Known::default().with_rule();
        let rule = SchemaRule {
            topic_filter: "c".into(),
            form: SchemaForm::Plain(Plain::Cbor),
        };
        let topic = PublishingAct::Schemas(known.with_rule_at(0, Some(rule)));
        let message = MessageDraft {
            topic: "c".into(),
            payload: b"\xa1\x61t\x07".to_vec(),
            ..MessageDraft::default()
        };
        let again = after([topic, PublishingAct::Again(message.clone())]);
        assert_eq!(again.written, Written::Schema);
        assert_eq!(again.typed, "{\n  \"t\": 7\n}");
        assert_eq!(again.payload().unwrap(), message.payload);
        let wrong = again.reduce(PublishingAct::Type("{".into()));
        let fault = wrong.payload().unwrap_err();
        assert!(
            fault.starts_with("Cannot be written as CBOR: it is no JSON"),
            "{fault}"
        );
    }

    #[test]
    fn repeating_and_waiting_need_numbers() {
        let form = after([
            PublishingAct::Every("250".into()),
            PublishingAct::Times("3".into()),
        ]);
        assert_eq!(
            form.repeat(),
            Ok(Repeat {
                every_ms: 250,
                times: Some(3)
            })
        );
        assert!(after([PublishingAct::Every("0".into())]).repeat().is_err());
        assert!(after([PublishingAct::Times("x".into())]).repeat().is_err());
        assert_eq!(form.timeout(), Ok(5000));
        assert!(
            after([PublishingAct::Timeout(String::new())])
                .timeout()
                .is_err()
        );
    }
}
