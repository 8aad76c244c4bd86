//! A JSON document with its strings borrowed from the text, so that each can be found in it.

use core::cell::Cell;
use core::fmt;
use core::ops::Range;
use std::borrow::Cow;

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};

/// The most values that a document may have: each takes some 40 bytes.
const MOST_VALUES: usize = 2_000_000;

/// A value. Members keep their order, and those that have the same name are all kept.
#[derive(Debug)]
pub(super) enum Node<'a> {
    Text(Cow<'a, str>),
    Number(f64),
    List(Vec<Node<'a>>),
    Object(Vec<(Cow<'a, str>, Node<'a>)>),
    /// True, false or null.
    Other,
}

/// Why a text could not be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failure {
    NotJson,
    TooLarge,
}

/// Reads a whole text.
pub(super) fn parse(text: &str) -> Result<Node<'_>, Failure> {
    let left = Cell::new(MOST_VALUES);
    let mut reader = serde_json::Deserializer::from_str(text);
    let node = Seed(&left).deserialize(&mut reader);
    let node = node.and_then(|node| reader.end().map(|()| node));
    node.map_err(|_| {
        if left.get() == 0 {
            Failure::TooLarge
        } else {
            Failure::NotJson
        }
    })
}

impl<'a> Node<'a> {
    /// The first member of this name.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members
                .iter()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value),
            _ => None,
        }
    }

    /// The first member of this name anywhere in it, in the order of the text.
    pub(super) fn find(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members.iter().find_map(|(key, value)| {
                if key == name {
                    Some(value)
                } else {
                    value.find(name)
                }
            }),
            Self::List(items) => items.iter().find_map(|item| item.find(name)),
            _ => None,
        }
    }

    pub(super) fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }

    pub(super) fn text(&self) -> Option<&Cow<'a, str>> {
        match self {
            Self::Text(text) => Some(text),
            // Fields of one packet are lists of one.
            Self::List(items) => items.first()?.text(),
            _ => None,
        }
    }

    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => text.parse().ok(),
            Self::List(items) => items.first()?.number(),
            _ => None,
        }
    }

    /// A number that is a byte.
    pub(super) fn byte(&self) -> Option<u8> {
        match self {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "checked before"
            )]
            Self::Number(number) if number.fract() == 0.0 && (0.0..=255.0).contains(number) => {
                Some(*number as u8)
            }
            _ => None,
        }
    }
}

/// Where a string stands in the text, unless escapes were resolved in it: then it is not a part of it.
pub(super) fn place(whole: &str, part: &str) -> Option<Range<usize>> {
    let start = part.as_ptr().addr().checked_sub(whole.as_ptr().addr())?;
    let end = start.saturating_add(part.len());
    (end <= whole.len()).then_some(start..end)
}

struct Seed<'b>(&'b Cell<usize>);

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Node<'de>;

    fn deserialize<D: serde::Deserializer<'de>>(self, from: D) -> Result<Node<'de>, D::Error> {
        match self.0.get().checked_sub(1) {
            None | Some(0) => {
                self.0.set(0);
                Err(D::Error::custom("too large"))
            }
            Some(left) => {
                self.0.set(left);
                from.deserialize_any(self)
            }
        }
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Node<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Node<'de>, E> {
        Ok(Node::Other)
    }

    fn visit_unit<E>(self) -> Result<Node<'de>, E> {
        Ok(Node::Other)
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "only small numbers and times matter"
    )]
    fn visit_u64<E>(self, number: u64) -> Result<Node<'de>, E> {
        Ok(Node::Number(number as f64))
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "only small numbers and times matter"
    )]
    fn visit_i64<E>(self, number: i64) -> Result<Node<'de>, E> {
        Ok(Node::Number(number as f64))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Node<'de>, E> {
        Ok(Node::Number(number))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Node<'de>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = from.next_element_seed(Seed(self.0))? {
            items.push(item);
        }
        Ok(Node::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Node<'de>, A::Error> {
        let mut members = Vec::new();
        while let Some(key) = from.next_key_seed(Seed(self.0))? {
            let Node::Text(key) = key else {
                return Err(A::Error::custom("a name is no text"));
            };
            members.push((key, from.next_value_seed(Seed(self.0))?));
        }
        Ok(Node::Object(members))
    }
}
