//! A payload as a page asks for it: with what its packet says of it, and the packets before it.

use std::collections::HashMap;

use mqttscope_wire::{
    Context, ControlPacket, Decoded, Dissection, Field, ProtocolVersion, Sender, decode,
};
use serde::{Deserialize, Serialize};

use super::{View, image_size, sparkplug, views};
use crate::payload::Followed;
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
}

impl Form {
    /// A form that is text.
    #[must_use]
    pub fn of_text(name: impl Into<String>, text: String) -> Self {
        Self {
            name: name.into(),
            text,
            image: None,
        }
    }
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
        let near = known
            .get(known.len().saturating_sub(near)..)
            .unwrap_or_default();
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
            ..self
        }
    }

    /// The forms that it can be read in, the likeliest first; hex is always there.
    #[must_use]
    pub fn forms(&self) -> Vec<Form> {
        let views = views(self.payload, self.content_type, self.format_indicator);
        let form = |view: View| Form {
            image: matches!(view, View::Image(_)).then(|| image_size(self.payload)),
            name: view.name().to_owned(),
            text: view.into_content(),
        };
        (self.sparkplug().into_iter().chain(views))
            .map(form)
            .collect()
    }

    /// What the message carries.
    #[must_use]
    pub const fn payload(&self) -> &[u8] {
        self.payload
    }

    /// The Topic Name of the message, or of the will; one that a Topic Alias stands for is that of a packet before. `None`:
    /// it is not known, or the packet is not sound.
    #[must_use]
    pub fn topic(&self) -> Option<String> {
        let mut aliases = HashMap::new();
        let (mut rest, mut found) = (self.bytes, None);
        for &(len, version, from) in &self.packets {
            let (packet, behind) = rest.split_at_checked(len)?;
            rest = behind;
            let context = Context {
                version,
                sender: from,
            };
            found = match decode(packet, context) {
                Ok(Decoded::Packet { packet, .. }) => topic_of(&packet, from, &mut aliases),
                _ => None,
            };
        }
        found
    }

    /// As Sparkplug B, where its topic is one of those: names and types are those of the births before.
    fn sparkplug(&self) -> Option<View> {
        let (mut followed, mut rest) = (Followed::default(), self.bytes);
        let mut topic = None;
        for (number, &(len, version, from)) in (0..).zip(&self.packets) {
            let (packet, behind) = rest.split_at_checked(len)?;
            rest = behind;
            topic = followed.push(0, number, from.unwrap_or(Sender::Client), version, packet);
        }
        let number = self.packets.len().saturating_sub(1) as u64;
        let topic = topic?;
        sparkplug(&topic, self.payload, &followed.names(&topic, number)?)
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
        };
        asked.topic()
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
}
