//! One line for each packet of a list.

mod line;

use alloc::{borrow::Cow, format, string::String};

use self::line::{Line, list};
use crate::explain::missing;
use crate::explain::words::{duration, shown, size};
use crate::{Dissection, Field, Node, PacketType, ProtocolVersion, ReasonCode, Tree, Value};

/// What a packet says, in one line of at most 100 characters, the most useful first; without the
/// packet type, which a list shows beside it. Empty when there is nothing to say.
///
/// Fields that could not be read are left out. Passwords and authentication data are never shown.
/// Text from the packet has its control characters escaped.
///
/// ```
/// use mqttscope_wire::{Context, ProtocolVersion, dissect, summary};
///
/// let packet = b"\x30\x08\x00\x03a/b21\xC2";
/// let dissection = dissect(packet, Context::new(ProtocolVersion::V3_1_1));
/// assert_eq!(summary(&dissection, packet), "QoS 0 · a/b · 3 B");
/// ```
#[must_use]
pub fn summary(dissection: &Dissection, packet: &[u8]) -> String {
    of(
        &dissection.tree,
        packet,
        dissection.packet_type,
        dissection.version,
    )
}

/// [`summary`] of any tree.
pub(crate) fn of(
    tree: &Tree,
    packet: &[u8],
    packet_type: PacketType,
    version: ProtocolVersion,
) -> String {
    let look = Look {
        tree,
        packet,
        packet_type,
        version,
    };
    let mut line = Line::default();
    match packet_type {
        PacketType::Connect => look.connect(&mut line),
        PacketType::Connack => look.connack(&mut line),
        PacketType::Publish => look.publish(&mut line),
        PacketType::Puback | PacketType::Pubrec | PacketType::Pubrel | PacketType::Pubcomp => {
            look.acknowledgement(&mut line);
        }
        PacketType::Subscribe => {
            look.identifier(&mut line);
            look.subscriptions(&mut line);
        }
        PacketType::Unsubscribe => {
            look.identifier(&mut line);
            look.filters(&mut line);
        }
        PacketType::Suback | PacketType::Unsuback => {
            look.identifier(&mut line);
            look.reason_codes(&mut line);
            look.reason_string(&mut line);
        }
        PacketType::Disconnect if version.is_v5() => look.disconnect(&mut line),
        PacketType::Auth if version.is_v5() => look.auth(&mut line),
        PacketType::Disconnect
        | PacketType::Auth
        | PacketType::Pingreq
        | PacketType::Pingresp
        | PacketType::Reserved => {}
    }
    line.finish()
}

/// A packet that is being summed up.
#[derive(Clone, Copy)]
struct Look<'a> {
    tree: &'a Tree,
    packet: &'a [u8],
    packet_type: PacketType,
    version: ProtocolVersion,
}

impl<'a> Look<'a> {
    fn is_set(self, flag: Field) -> bool {
        self.tree.number(flag).is_some_and(|number| number != 0)
    }

    /// The text of the first such field, cut to about `max` characters.
    fn text(self, field: Field, max: usize) -> Option<String> {
        let index = self.tree.find(field)?;
        if missing(self.tree, index, self.packet).is_some() {
            return None;
        }
        self.tree.content_span(index)?;
        Some(shown(self.tree.content(index, self.packet), max))
    }

    fn connect(self, line: &mut Line) {
        match self.text(Field::ClientIdentifier, 24) {
            Some(client) if client.is_empty() => line.add("no client id"),
            Some(client) => line.add(&format!("client {client}")),
            None => {}
        }
        if self.is_set(Field::CleanStart) {
            line.add(if self.version.is_v5() {
                "clean start"
            } else {
                "clean session"
            });
        }
        match self.tree.number(Field::KeepAlive) {
            Some(0) => line.add("keep alive off"),
            Some(seconds) => line.add(&format!("keep alive {}", duration(seconds))),
            None => {}
        }
        if let Some(topic) = self.text(Field::WillTopic, 24) {
            line.add(&format!("will on {topic}"));
        }
        if let Some(user) = self.text(Field::UserName, 16) {
            line.add(&format!("user {user}"));
        }
        match self.tree.number(Field::SessionExpiryInterval) {
            Some(u32::MAX) => line.add("session for ever"),
            Some(0) | None => {}
            Some(seconds) => line.add(&format!("session {}", duration(seconds))),
        }
    }

    fn connack(self, line: &mut Line) {
        self.reason(line, self.tree.number(Field::ReasonCode));
        if self.is_set(Field::SessionPresent) && self.version != ProtocolVersion::V3_1 {
            line.add("session present");
        }
        if let Some(client) = self.text(Field::AssignedClientIdentifier, 24) {
            line.add(&format!("client {client}"));
        }
        if let Some(seconds) = self.tree.number(Field::ServerKeepAlive) {
            line.add(&format!("keep alive {}", duration(seconds)));
        }
        self.reason_string(line);
        self.server(line);
    }

    fn publish(self, line: &mut Line) {
        if let Some(qos) = self.tree.number(Field::QoS) {
            line.add(&format!("QoS {qos}"));
        }
        self.identifier(line);
        if self.is_set(Field::Dup) {
            line.add("dup");
        }
        if self.is_set(Field::Retain) {
            line.add("retain");
        }
        let alias = self.tree.number(Field::TopicAlias);
        match self.text(Field::TopicName, 48) {
            Some(topic) if topic.is_empty() && alias.is_none() => line.add("no topic"),
            Some(topic) => line.add(&topic),
            None => {}
        }
        if let Some(alias) = alias {
            line.add(&format!("alias {alias}"));
        }
        self.payload(line);
    }

    /// The size of the message; of one that is still arriving, how much of it is here.
    fn payload(self, line: &mut Line) {
        let Some(start) = self.payload_start() else {
            return;
        };
        let here = self
            .node(Field::ApplicationMessage)
            .map_or(0, |node| (node.span.len / 8) as usize);
        let header = self
            .node(Field::RemainingLength)
            .map_or(0, |node| node.span.bytes().1);
        let whole = self
            .tree
            .number(Field::RemainingLength)
            .and_then(|length| header.saturating_add(length as usize).checked_sub(start))
            .unwrap_or(here);
        match (here, whole) {
            (0, 0) => line.add("empty"),
            _ if here < whole => line.add(&format!("{} of {}", size(here), size(whole))),
            _ => line.add(&size(here)),
        }
    }

    /// The byte that the payload begins at; an empty payload has no node, so it begins behind a
    /// variable header that lacks nothing.
    fn payload_start(self) -> Option<usize> {
        if let Some(payload) = self.node(Field::Payload) {
            return Some(payload.span.bytes().0);
        }
        let topic = self.tree.find(Field::TopicName)?;
        let identified =
            self.tree.number(Field::QoS)? == 0 || self.node(Field::PacketIdentifier).is_some();
        let announced = self.tree.number(Field::PropertyLength);
        let extended = !self.version.is_v5() || announced.is_some();
        let sound =
            missing(self.tree, topic, self.packet).is_none() && self.node(Field::Unread).is_none();
        let end = self.node(Field::VariableHeader)?.span.bytes().1;
        (identified && extended && sound && end <= self.packet.len()).then_some(end)
    }

    fn acknowledgement(self, line: &mut Line) {
        self.identifier(line);
        // Success is what one expects; only the rest is worth the room.
        self.reason(
            line,
            self.tree
                .number(Field::ReasonCode)
                .filter(|&code| code != 0),
        );
        self.reason_string(line);
    }

    fn subscriptions(self, line: &mut Line) {
        let entries = self.payload_fields(Field::Subscription);
        line.add(&list(entries, self.omitted(), |index| {
            let filter = self.filter_below(index).unwrap_or_default();
            let inside = self
                .tree
                .nodes()
                .get(index..self.tree.end_of(index))
                .unwrap_or_default();
            let qos = inside
                .iter()
                .find(|node| node.field == Field::MaximumQoSOption)
                .map(|node| node.value);
            match qos {
                Some(Value::Number(qos)) => format!("{filter} (QoS {qos})"),
                _ => filter,
            }
        }));
    }

    fn filters(self, line: &mut Line) {
        let entries = self.payload_fields(Field::TopicFilter);
        line.add(&list(entries, self.omitted(), |index| {
            self.shown_filter(index)
        }));
    }

    /// Entries of the payload that have no nodes.
    fn omitted(self) -> usize {
        self.payload_fields(Field::Omitted)
            .filter_map(|index| match self.tree.get(index)?.value {
                Value::Number(number) => Some(number as usize),
                _ => None,
            })
            .sum()
    }

    fn filter_below(self, index: usize) -> Option<String> {
        let (filter, _) = self
            .tree
            .children(index)
            .find(|(_, node)| node.field == Field::TopicFilter)?;
        Some(self.shown_filter(filter))
    }

    fn shown_filter(self, index: usize) -> String {
        shown(self.tree.content(index, self.packet), 32)
    }

    /// Reason codes, equal neighbours counted.
    fn reason_codes(self, line: &mut Line) {
        let mut codes = self
            .payload_fields(Field::ReasonCode)
            .filter_map(|index| match self.tree.get(index)?.value {
                Value::Number(code) => Some(code),
                _ => None,
            })
            .peekable();
        let runs = core::iter::from_fn(|| {
            let code = codes.next()?;
            let mut count = 1_usize;
            while codes.next_if_eq(&code).is_some() {
                count = count.saturating_add(1);
            }
            Some((code, count))
        });
        line.add(&list(runs, self.omitted(), |(code, count)| {
            let name = self.name(code);
            if count == 1 {
                name.into_owned()
            } else {
                format!("{name} ×{count}")
            }
        }));
    }

    fn disconnect(self, line: &mut Line) {
        self.reason_or_none(line);
        self.reason_string(line);
        self.server(line);
    }

    fn auth(self, line: &mut Line) {
        self.reason_or_none(line);
        if let Some(method) = self.text(Field::AuthenticationMethod, 32) {
            line.add(&method);
        }
        self.reason_string(line);
    }

    /// A reason code that may be left out, and is 0 then.
    fn reason_or_none(self, line: &mut Line) {
        let absent = self.tree.number(Field::RemainingLength) == Some(0);
        self.reason(
            line,
            self.tree.number(Field::ReasonCode).or(absent.then_some(0)),
        );
    }

    fn reason(self, line: &mut Line, code: Option<u32>) {
        if let Some(code) = code {
            line.add(&self.name(code));
        }
    }

    fn name(self, code: u32) -> Cow<'static, str> {
        let name = u8::try_from(code)
            .ok()
            .and_then(|code| ReasonCode(code).name(self.packet_type, self.version));
        match name {
            Some(name) => Cow::Borrowed(name),
            None => format!("0x{code:02X} (not defined)").into(),
        }
    }

    fn reason_string(self, line: &mut Line) {
        if let Some(reason) = self.text(Field::ReasonString, 40) {
            line.add(&reason);
        }
    }

    fn server(self, line: &mut Line) {
        if let Some(server) = self.text(Field::ServerReference, 32) {
            line.add(&format!("use {server}"));
        }
    }

    fn identifier(self, line: &mut Line) {
        if let Some(identifier) = self.tree.number(Field::PacketIdentifier) {
            line.add(&format!("id {identifier}"));
        }
    }

    fn node(self, field: Field) -> Option<&'a Node> {
        self.tree.find(field).and_then(|index| self.tree.get(index))
    }

    /// The fields of a kind that stand directly in the payload.
    fn payload_fields(self, field: Field) -> impl Iterator<Item = usize> + use<'a> {
        let payload = self.tree.find(Field::Payload).unwrap_or(usize::MAX);
        self.tree
            .children(payload)
            .filter(move |(_, node)| node.field == field)
            .map(|(index, _)| index)
    }
}

#[cfg(test)]
mod tests;
