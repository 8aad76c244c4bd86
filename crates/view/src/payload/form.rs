//! A payload as a page asks for it: with what its packet says of it, and the packets before it.

use std::collections::HashMap;

use mqttscope_schema::Schemas;
use mqttscope_wire::{
    Context, ControlPacket, Decoded, Dissection, Field, ProtocolVersion, Sender, decode,
};
use serde::{Deserialize, Serialize};

use super::{
    Content, DiffLine, Followed, LineChange, View, by_topic, compare, image_size, sparkplug, views,
};
use crate::recording::Recording;

/// Bytes of a payload that are sent to be read; of a longer one, its beginning is.
const MOST: usize = 4 << 20;
/// Bytes of packets before it that go with it.
const MOST_BEFORE: usize = 1 << 20;

/// One form of a payload, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    /// What its tab is called.
    pub name: String,
    /// The text; of an image, its `data:` address.
    pub text: String,
    /// Whether it is an image, with its width and height in pixels where its header says them.
    pub image: Option<Option<(u32, u32)>>,
    /// What it changed in the payload before it, where this form is that.
    pub changes: Vec<DiffLine>,
}

impl Form {
    /// A form that is text.
    #[must_use]
    pub fn of_text(name: impl Into<String>, text: String) -> Self {
        Self {
            name: name.into(),
            text,
            image: None,
            changes: Vec::new(),
        }
    }

    /// What a payload changed in that of an earlier packet, with its number; `None`: they cannot be compared.
    fn of_changes(changes: Vec<DiffLine>, since: usize) -> Option<Self> {
        let is_other = changes.iter().any(|line| line.change != LineChange::Same);
        let what = match (is_other, changes.is_empty()) {
            (_, true) => return None,
            (true, _) => "Changes since",
            (false, _) => "The same as in",
        };
        let text = format!("{what} packet {since}, the message before it of this topic");
        Some(Self {
            changes,
            ..Self::of_text("changes", text)
        })
    }
}

/// The forms of a payload: those that a person gave before those that are detected, and in their place. What it changed is
/// the last.
#[must_use]
pub fn merged(given: Vec<Form>, detected: Vec<Form>) -> Vec<Form> {
    let mut all = given;
    for form in detected {
        if all.iter().all(|it| it.name != form.name) {
            all.push(form);
        }
    }
    all.sort_by_key(|form| !form.changes.is_empty());
    all
}

/// A payload whose forms are asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked<'a> {
    /// What the message carries.
    #[serde(with = "serde_bytes", borrow)]
    payload: &'a [u8],
    /// What its properties say of it.
    content_type: Option<&'a str>,
    format_indicator: Option<u32>,
    /// The packets up to its own, one behind the other.
    #[serde(with = "serde_bytes", borrow)]
    bytes: &'a [u8],
    /// The length of each, the version that it is read in, and who sent it.
    packets: Vec<(usize, ProtocolVersion, Option<Sender>)>,
    /// How many packets are before them.
    before: usize,
}

/// What the packets up to its own say of a payload.
#[derive(Default)]
struct Around<'a> {
    /// Its topic, also where a Topic Alias stands for it; `None`: it is not known, or its packet is not sound.
    topic: Option<String>,
    /// Sparkplug in them.
    followed: Followed,
    /// The message before it of the same topic, sender and connection.
    earlier: Option<(u64, Content<'a>)>,
}

impl<'a> Asked<'a> {
    /// The payload of a PUBLISH or a will; `None`: there is none, or it is empty.
    #[must_use]
    pub fn of(dissection: &Dissection, packet: &'a [u8]) -> Option<Self> {
        let tree = &dissection.tree;
        let node = payload_of(dissection)?;
        let payload = Some(tree.content(node, packet)).filter(|it| !it.is_empty())?;
        let content_type = tree
            .find(Field::ContentType)
            .and_then(|at| std::str::from_utf8(tree.content(at, packet)).ok());
        Some(Self {
            payload: beginning(payload),
            content_type,
            format_indicator: tree.number(Field::PayloadFormatIndicator),
            bytes: &[],
            packets: Vec::new(),
            before: 0,
        })
    }

    /// The same among the packets of a recording, which may say what is in it.
    #[must_use]
    pub fn among(self, recording: &'a Recording, packet: usize) -> Self {
        let known = recording.packets().get(..=packet).unwrap_or_default();
        let mut room = MOST_BEFORE;
        let is_near = |it: &&_| {
            let it: &crate::recording::Packet = it;
            let left = room.checked_sub(it.at.len);
            room = left.unwrap_or(0);
            left.is_some()
        };
        let near = known.iter().rev().take_while(is_near).count();
        let before = known.len().saturating_sub(near);
        let near = known.get(before..).unwrap_or_default();
        let (Some(first), Some(last)) = (near.first(), near.last()) else {
            return self;
        };
        let end = last.at.offset.saturating_add(last.at.len);
        Self {
            bytes: recording
                .bytes()
                .get(first.at.offset..end)
                .unwrap_or_default(),
            packets: near
                .iter()
                .map(|it| (it.at.len, it.at.version, it.from))
                .collect(),
            before,
            ..self
        }
    }

    /// The forms that it can be read in, the likeliest first; hex is always there.
    #[must_use]
    pub fn forms(&self) -> Vec<Form> {
        let around = self.around();
        let views = views(self.payload, self.content_type, self.format_indicator);
        let form = |view: View| Form {
            image: matches!(view, View::Image(_)).then(|| image_size(self.payload)),
            ..Form::of_text(view.name(), view.into_content())
        };
        let sparkplug = self.sparkplug(&around, self.number(), self.payload);
        let sparkplug = sparkplug.map(|text| Form::of_text("Sparkplug B", text));
        let changes = self.changes(&around, |number, payload| {
            self.sparkplug(&around, number, payload)
        });
        (sparkplug.into_iter())
            .chain(views.into_iter().map(form))
            .chain(changes)
            .collect()
    }

    /// The form that a person gave for its topic, and what it changed in that form; nothing where nobody gave one.
    #[must_use]
    pub fn by_topic(&self, schemas: &Schemas) -> Vec<Form> {
        let around = self.around();
        let read = |payload: &[u8]| by_topic::decode(schemas, around.topic.as_deref()?, payload);
        let Some(shown) = read(self.payload) else {
            return Vec::new();
        };
        let changes = self.changes(&around, |_, payload| read(payload)?.text.ok());
        let shown = Form::of_text(shown.tab(), shown.in_words());
        [shown].into_iter().chain(changes).collect()
    }

    /// What it changed in the message before it of its topic; `text` makes of the payload of the packet with this number
    /// what is compared.
    fn changes(
        &self,
        around: &Around<'_>,
        text: impl Fn(u64, &[u8]) -> Option<String>,
    ) -> Option<Form> {
        let (number, earlier) = around.earlier.as_ref()?;
        let now = Content {
            payload: self.payload,
            content_type: self.content_type,
            format_indicator: self.format_indicator,
        };
        let told = || text(*number, earlier.payload).zip(text(self.number(), self.payload));
        let since = usize::try_from(*number).ok()?.saturating_add(self.before);
        Form::of_changes(compare(earlier, &now, told), since.saturating_add(1))
    }

    /// The number of its own packet, the last one.
    fn number(&self) -> u64 {
        self.packets.len().saturating_sub(1) as u64
    }

    fn around(&self) -> Around<'a> {
        let mut around = Around::default();
        let (mut aliases, mut latest) = (HashMap::new(), HashMap::new());
        let mut rest = self.bytes;
        for (number, &(len, version, from)) in (0..).zip(&self.packets) {
            let Some((bytes, behind)) = rest.split_at_checked(len) else {
                return Around::default();
            };
            rest = behind;
            let sender = from.unwrap_or(Sender::Client);
            (around.followed).push(0, number, sender, version, bytes);
            let context = Context {
                version,
                sender: from,
            };
            let packet = match decode(bytes, context) {
                Ok(Decoded::Packet { packet, .. }) => Some(packet),
                _ => None,
            };
            around.topic =
                (packet.as_ref()).and_then(|packet| topic_of(packet, from, &mut aliases));
            around.earlier = match (packet, &around.topic) {
                (Some(ControlPacket::Publish(publish)), Some(topic)) => {
                    let now = (number, Content::of(&publish));
                    latest.insert((from, topic.clone()), now)
                }
                (Some(ControlPacket::Connect(_)), _) => {
                    // What came before is of another connection.
                    latest.clear();
                    None
                }
                _ => None,
            };
        }
        around
    }

    /// As Sparkplug B, where its topic is one of those: names and types are those of the births before.
    fn sparkplug(&self, around: &Around<'_>, number: u64, payload: &[u8]) -> Option<String> {
        let topic = around.topic.as_deref()?;
        let names = around.followed.names(topic, number)?;
        Some(sparkplug(topic, payload, &names)?.into_content())
    }
}

/// The topic of a PUBLISH or of a will, and what its alias stands for from now on.
fn topic_of(
    packet: &ControlPacket<'_>,
    from: Option<Sender>,
    aliases: &mut HashMap<(Option<Sender>, u16), String>,
) -> Option<String> {
    match packet {
        ControlPacket::Connect(connect) => {
            // Aliases end with their connection.
            aliases.clear();
            Some(connect.will.as_ref()?.topic_name.as_str().to_owned())
        }
        ControlPacket::Publish(publish) => {
            let of = publish.properties.topic_alias().map(|alias| (from, alias));
            let name = publish.topic_name.as_str();
            if name.is_empty() {
                return aliases.get(&of?).cloned();
            }
            if let Some(of) = of {
                aliases.insert(of, name.to_owned());
            }
            Some(name.to_owned())
        }
        _ => None,
    }
}

/// The field that is the payload.
#[must_use]
pub fn payload_of(dissection: &Dissection) -> Option<usize> {
    let find = |field| dissection.tree.find(field);
    find(Field::ApplicationMessage).or_else(|| find(Field::WillPayload))
}

/// As much of a payload as is sent; a character that would be cut is left out.
fn beginning(payload: &[u8]) -> &[u8] {
    let Some(mut beginning) = payload.get(..MOST).filter(|_| payload.len() > MOST) else {
        return payload;
    };
    while let [rest @ .., 0x80..=0xbf] = beginning {
        beginning = rest;
    }
    match beginning {
        [rest @ .., 0xc0..=0xff] => rest,
        whole => whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mqttscope_schema::{Given, Plain, Rule};

    /// The topic of the last of these packets of version 5.
    fn topic(packets: &[&[u8]]) -> Option<String> {
        let asked = Asked {
            payload: b"",
            content_type: None,
            format_indicator: None,
            bytes: &packets.concat(),
            packets: (packets.iter())
                .map(|packet| (packet.len(), ProtocolVersion::V5, Some(Sender::Client)))
                .collect(),
            before: 0,
        };
        asked.around().topic
    }

    #[test]
    fn a_topic_is_its_own_or_that_of_its_alias() {
        let connect = b"\x10\x0d\0\x04MQTT\x05\x02\0\x3c\0\0\0";
        let named = b"\x30\x0a\0\x03m/1\x03\x23\0\x07a";
        let alias = b"\x30\x07\0\0\x03\x23\0\x07b";
        assert_eq!(topic(&[named]).as_deref(), Some("m/1"));
        assert_eq!(topic(&[named, alias]).as_deref(), Some("m/1"));
        // The alias of another connection, or none at all.
        assert_eq!(topic(&[named, connect, alias]), None);
        assert_eq!(topic(&[alias]), None);
        assert_eq!(topic(&[]), None);
        let will = b"\x10\x15\0\x04MQTT\x05\x06\0\x3c\0\0\0\0\0\x01w\0\x02hi";
        assert_eq!(topic(&[will]).as_deref(), Some("w"));
    }

    fn asked<'a>(bytes: &'a [u8], packets: &[&[u8]], payload: &'a [u8], from: Sender) -> Asked<'a> {
        Asked {
            payload,
            content_type: None,
            format_indicator: None,
            bytes,
            packets: (packets.iter())
                .map(|packet| (packet.len(), ProtocolVersion::V5, Some(from)))
                .collect(),
            before: 4,
        }
    }

    fn changed(
        packets: &[&[u8]],
        payload: &[u8],
        schemas: &Schemas,
    ) -> Option<(String, Vec<String>)> {
        let bytes = packets.concat();
        let asked = asked(&bytes, packets, payload, Sender::Client);
        let forms = merged(asked.by_topic(schemas), asked.forms());
        let names = forms
            .iter()
            .map(|form| &form.name)
            .collect::<std::collections::HashSet<_>>();
        assert_eq!(names.len(), forms.len());
        let changes = forms.last().filter(|form| form.name == "changes")?;
        let lines = changes
            .changes
            .iter()
            .filter(|line| line.change != LineChange::Same);
        let lines = lines.map(|line| line.text.clone()).collect();
        Some((changes.text.clone(), lines))
    }

    #[test]
    fn a_payload_is_compared_with_the_one_before_it_of_its_topic() {
        let connect = b"\x10\x0d\0\x04MQTT\x05\x02\0\x3c\0\0\0";
        let one = b"\x30\x11\0\x01a\0{\"t\":1,\"u\":2}";
        let other = b"\x30\x05\0\x01b\0x";
        let two = b"\x30\x11\0\x01a\0{\"t\":1,\"u\":3}";
        let none = Schemas::default();
        let (one, two) = (&one[..], &two[..]);
        let body = &two[6..];
        let (said, lines) = changed(&[one, other, two], body, &none).unwrap();
        assert_eq!(
            said,
            "Changes since packet 5, the message before it of this topic"
        );
        assert_eq!(lines, ["  \"u\": 2", "  \"u\": 3"]);
        let (said, lines) = changed(&[one, other, one], &one[6..], &none).unwrap();
        assert!(said.starts_with("The same as in packet 5"), "{said}");
        assert_eq!(lines, Vec::<String>::new());
        // The first of its topic, and of its connection.
        assert_eq!(changed(&[other, two], body, &none), None);
        assert_eq!(changed(&[one, connect, two], body, &none), None);
        // In the form that a person gave.
        let text = Schemas::read(&Given {
            files: Vec::new(),
            rules: vec![Rule {
                topic_filter: "a".to_owned(),
                form: mqttscope_schema::Form::Plain(Plain::Text),
            }],
        });
        let (_, lines) = changed(&[one, two], body, &text).unwrap();
        assert_eq!(lines, ["{\"t\":1,\"u\":2}", "{\"t\":1,\"u\":3}"]);
    }
}
