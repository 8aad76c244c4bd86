//! Trees and the bytes they stand for, put together by hand.

use alloc::vec::Vec;

use crate::{Field, Span, Tree, Value};

/// A packet that grows field by field.
#[derive(Default)]
pub(crate) struct Sample {
    pub(crate) tree: Tree,
    pub(crate) packet: Vec<u8>,
}

impl Sample {
    fn bit(&self) -> u32 {
        Span::of_bytes(0, self.packet.len()).len
    }

    fn push(&mut self, field: Field, value: Value, bytes: &[u8]) {
        let start = self.bit();
        self.packet.extend_from_slice(bytes);
        let span = Span {
            start,
            len: self.bit() - start,
        };
        self.tree.leaf(field, value, span);
    }

    /// A field with parts, which `parts` adds.
    pub(crate) fn group(self, field: Field, parts: impl FnOnce(Self) -> Self) -> Self {
        self.valued(field, Value::Group, parts)
    }

    /// A field with parts and a value of its own.
    pub(crate) fn valued(
        mut self,
        field: Field,
        value: Value,
        parts: impl FnOnce(Self) -> Self,
    ) -> Self {
        let mark = self.tree.open(field, self.packet.len());
        let mut done = parts(self);
        done.tree.close(mark, value, done.packet.len());
        done
    }

    /// A number in one byte.
    pub(crate) fn u8(mut self, field: Field, number: u8) -> Self {
        self.push(field, Value::Number(number.into()), &[number]);
        self
    }

    /// A number in two bytes.
    pub(crate) fn u16(mut self, field: Field, number: u16) -> Self {
        self.push(field, Value::Number(number.into()), &number.to_be_bytes());
        self
    }

    /// A number in four bytes.
    pub(crate) fn u32(mut self, field: Field, number: u32) -> Self {
        self.push(field, Value::Number(number), &number.to_be_bytes());
        self
    }

    /// Bytes that stand for themselves.
    pub(crate) fn raw(mut self, field: Field, bytes: &[u8]) -> Self {
        self.push(field, Value::Bytes, bytes);
        self
    }

    /// A byte of flags: field, number, width in bits.
    pub(crate) fn bits(mut self, fields: &[(Field, u8, u32)]) -> Self {
        let mut start = self.bit();
        let mut byte = 0_u8;
        for &(field, number, len) in fields {
            byte = byte << (len & 7) | number;
            self.tree
                .leaf(field, Value::Number(number.into()), Span { start, len });
            start += len;
        }
        self.packet.push(byte);
        self
    }

    /// A string or binary data with its length.
    pub(crate) fn prefixed(self, field: Field, content: &[u8]) -> Self {
        self.valued(field, Value::Text, |s| s.prefix(content))
    }

    fn prefix(mut self, content: &[u8]) -> Self {
        let length = u16::try_from(content.len()).unwrap();
        self.push(
            Field::Length,
            Value::Number(length.into()),
            &length.to_be_bytes(),
        );
        if !content.is_empty() {
            self.push(Field::Text, Value::Text, content);
        }
        self
    }

    /// A property with a number, in as many bytes as `bytes` has.
    pub(crate) fn property(self, field: Field, id: u8, number: u32, bytes: &[u8]) -> Self {
        self.valued(field, Value::Number(number), |s| {
            let mut s = s.u8(Field::PropertyIdentifier, id);
            s.push(Field::PropertyValue, Value::Number(number), bytes);
            s
        })
    }

    /// A property with a string.
    pub(crate) fn text_property(self, field: Field, id: u8, content: &[u8]) -> Self {
        self.valued(field, Value::Text, |s| {
            s.u8(Field::PropertyIdentifier, id).prefix(content)
        })
    }

    /// Fixed header: type, flags as one number, Remaining Length in one byte.
    pub(crate) fn header(packet_type: u8, flags: u8, remaining: u8) -> Self {
        Self::default().group(Field::FixedHeader, |s| {
            let s = if packet_type == 3 {
                s.bits(&[
                    (Field::PacketType, 3, 4),
                    (Field::Dup, flags >> 3, 1),
                    (Field::QoS, flags >> 1 & 3, 2),
                    (Field::Retain, flags & 1, 1),
                ])
            } else {
                s.bits(&[
                    (Field::PacketType, packet_type, 4),
                    (Field::ReservedFlags, flags, 4),
                ])
            };
            s.u8(Field::RemainingLength, remaining)
        })
    }
}
