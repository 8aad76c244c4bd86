//! What fields are and what their values mean, in plain words for a person who looks at a packet.
//!
//! [`field`] says what a field is for; [`value`] says what the value at hand means. Both describe
//! any tree, also that of a broken packet: what a rule forbids is said here in passing, and judged
//! by the diagnostics.

mod connect;
mod escape;
mod field;
mod header;
mod message;
mod parts;
mod property;
mod subscribe;
pub(crate) mod words;

use alloc::{borrow::Cow, format};

pub use escape::escaped;
pub use field::field;
pub use words::shown;

use crate::{Context, Field, Node, PacketType, ProtocolVersion, ReasonCode, Sender, Tree, Value};

/// A meaning: fixed, or made from the value.
type Meaning = Option<Cow<'static, str>>;

/// What the value of the node at `index` means; `None` when the value says it all itself.
///
/// `packet` holds the bytes that `tree` was made from, `context` what it was read by. The text is short, without a full stop, and
/// does not repeat the field's name. Never panics, whatever the tree, index and bytes.
#[must_use]
pub fn value(
    tree: &Tree,
    index: usize,
    packet: &[u8],
    context: Context,
) -> Option<Cow<'static, str>> {
    let brief = brief(tree, index, packet, context)?;
    let sentence = reason_code(tree, index, packet)
        .and_then(|(code, packet_type)| code.meaning(packet_type, context.version));
    Some(match sentence {
        Some(sentence) => format!("{brief}. {sentence}").into(),
        None => brief,
    })
}

/// The same without the sentence that [`ReasonCode::meaning`] has of a reason code: only its name.
/// A program that calls this one need not carry the sentences.
#[must_use]
pub fn brief(
    tree: &Tree,
    index: usize,
    packet: &[u8],
    context: Context,
) -> Option<Cow<'static, str>> {
    let node = tree.get(index)?;
    let at = At {
        tree,
        index,
        node,
        packet,
        version: context.version,
        sender: context.sender,
    };
    if let Some(announced) = missing(tree, index, packet) {
        return Some(format!("cut short: {} were announced", words::bytes(announced)).into());
    }
    header::value(at)
        .or_else(|| connect::value(at))
        .or_else(|| message::value(at))
        .or_else(|| subscribe::value(at))
        .or_else(|| property::value(at, node.field, node.value))
        .or_else(|| parts::value(at))
}

/// The reason code at `index`, and the packet whose it is; `None` when another field stands there.
#[must_use]
pub fn reason_code(tree: &Tree, index: usize, packet: &[u8]) -> Option<(ReasonCode, PacketType)> {
    let node = tree
        .get(index)
        .filter(|node| node.field == Field::ReasonCode)?;
    let code = u8::try_from(number_of(node.value)?).ok()?;
    Some((ReasonCode(code), packet_type(tree, packet)))
}

/// The node that is being explained, and all that surrounds it.
#[derive(Clone, Copy)]
struct At<'a> {
    tree: &'a Tree,
    index: usize,
    node: &'a Node,
    packet: &'a [u8],
    version: ProtocolVersion,
    sender: Option<Sender>,
}

impl<'a> At<'a> {
    /// The node's number, if it has one.
    fn number(self) -> Option<u32> {
        number_of(self.node.value)
    }

    /// The characters or bytes of the node.
    fn content(self) -> &'a [u8] {
        self.tree.content(self.index, self.packet)
    }

    /// The type of the packet, as its first byte names it.
    fn packet_type(self) -> PacketType {
        packet_type(self.tree, self.packet)
    }

    /// The field that the node stands in.
    fn parent(self) -> Option<Field> {
        Some(self.tree.get(self.tree.parent(self.index)?)?.field)
    }

    /// The nodes directly below.
    fn children(self) -> impl Iterator<Item = (usize, &'a Node)> {
        self.tree.children(self.index)
    }

    /// The number of whole bytes the node covers.
    fn byte_len(self) -> usize {
        (self.node.span.len / 8) as usize
    }
}

/// A value's number.
const fn number_of(value: Value) -> Option<u32> {
    match value {
        Value::Number(number) => Some(number),
        _ => None,
    }
}

/// The type of a packet: the number in its tree, else the first byte.
fn packet_type(tree: &Tree, packet: &[u8]) -> PacketType {
    match tree.number(Field::PacketType) {
        Some(number) => PacketType::from_nibble((number & 15) as u8),
        None => packet.first().map_or(PacketType::Reserved, |&byte| {
            PacketType::from_first_byte(byte)
        }),
    }
}

/// The announced length of a string or binary field that is longer than what is there.
pub(crate) fn missing(tree: &Tree, index: usize, packet: &[u8]) -> Option<usize> {
    let (_, length) = tree.length_of(index)?;
    let announced = number_of(length.value)? as usize;
    (tree.content(index, packet).len() < announced).then_some(announced)
}

/// A fixed meaning.
#[expect(
    clippy::unnecessary_wraps,
    reason = "it stands where a Meaning is asked for"
)]
const fn fixed(text: &'static str) -> Meaning {
    Some(Cow::Borrowed(text))
}

#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_of_packets;
