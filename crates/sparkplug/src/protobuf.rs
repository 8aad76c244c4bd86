//! Protobuf's wire format, pulled field by field; no value is built, and nothing is allocated.
//!
//! Source: <https://protobuf.dev/programming-guides/encoding/>.

/// The greatest number of a field (29 bits).
const MAXIMUM_NUMBER: u64 = (1 << 29) - 1;

/// A field as it stands in a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    /// Its number in the schema, 1 or more.
    pub number: u32,
    /// What it holds.
    pub value: Value<'a>,
}

/// What a field holds, by its wire type. Groups are not read: they went out of use before version 2 of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// Wire type 0: a number of 1 to 10 bytes, seven bits each.
    Varint(u64),
    /// Wire type 1: eight bytes, little end first.
    Fixed64(u64),
    /// Wire type 2: text, bytes, a message, or a row of numbers.
    Bytes(&'a [u8]),
    /// Wire type 5: four bytes, little end first.
    Fixed32(u32),
}

/// The fields of a message, in their order. Where the bytes are no message, the last item is `None`.
#[derive(Clone, Debug)]
pub struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    /// The fields of these bytes.
    #[must_use]
    pub const fn of(message: &'a [u8]) -> Self {
        Self { rest: message }
    }

    fn pull(&mut self) -> Option<Field<'a>> {
        let tag = self.varint()?;
        let number = u32::try_from(Some(tag >> 3).filter(|&it| it > 0 && it <= MAXIMUM_NUMBER)?);
        let value = match tag & 7 {
            0 => Value::Varint(self.varint()?),
            1 => Value::Fixed64(u64::from_le_bytes(*self.take::<8>()?)),
            2 => {
                let len = usize::try_from(self.varint()?).ok()?;
                let (bytes, rest) = self.rest.split_at_checked(len)?;
                self.rest = rest;
                Value::Bytes(bytes)
            }
            5 => Value::Fixed32(u32::from_le_bytes(*self.take::<4>()?)),
            _ => return None,
        };
        Some(Field {
            number: number.ok()?,
            value,
        })
    }

    fn take<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        let (bytes, rest) = self.rest.split_first_chunk::<N>()?;
        self.rest = rest;
        Some(bytes)
    }

    fn varint(&mut self) -> Option<u64> {
        let (number, rest) = varint(self.rest)?;
        self.rest = rest;
        Some(number)
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Option<Field<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = self.pull();
        if field.is_none() {
            self.rest = &[];
        }
        Some(field)
    }
}

/// A number of seven bits a byte, the lowest first, and what stands behind it. The tenth byte holds one bit.
#[must_use]
pub fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut number = 0_u64;
    for (at, &byte) in bytes.iter().take(10).enumerate() {
        let bits = u64::from(byte & 0x7f);
        if at == 9 && bits > 1 {
            return None;
        }
        let shift = u32::try_from(at.saturating_mul(7)).ok()?;
        number |= bits.checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some((number, bytes.get(at.saturating_add(1)..)?));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(bytes: &[u8]) -> Option<Vec<(u32, Value<'_>)>> {
        Fields::of(bytes)
            .map(|field| field.map(|field| (field.number, field.value)))
            .collect()
    }

    /// The examples of Protobuf's own page about its encoding.
    #[test]
    fn the_examples_of_its_documentation() {
        assert_eq!(fields(b"\x08\x96\x01").unwrap(), [(1, Value::Varint(150))]);
        assert_eq!(
            fields(b"\x12\x07testing").unwrap(),
            [(2, Value::Bytes(b"testing"))]
        );
        assert_eq!(
            fields(b"\x1a\x03\x08\x96\x01").unwrap(),
            [(3, Value::Bytes(b"\x08\x96\x01"))]
        );
        assert_eq!(
            fields(b"\x08\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01").unwrap(),
            [(1, Value::Varint(-2_i64 as u64))]
        );
        assert_eq!(
            fields(b"\x0d\0\0\x80\x3f\x11\0\0\0\0\0\0\xf0\x3f").unwrap(),
            [
                (1, Value::Fixed32(1.0_f32.to_bits())),
                (2, Value::Fixed64(1.0_f64.to_bits()))
            ]
        );
        assert_eq!(fields(b"").unwrap(), []);
    }

    #[test]
    fn what_is_no_message() {
        for bytes in [
            &b"\x08"[..],
            b"\x08\x80",
            b"\x00\x01",
            b"\x0b\x0c",
            b"\x0e\x01",
            b"\x12\x08testing",
            b"\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
            b"\x0d\0\0\x80",
            b"\x09\0\0\0",
            b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02",
            b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
            b"\xf8\xff\xff\xff\x7f\x01",
        ] {
            assert_eq!(fields(bytes), None, "{bytes:02x?}");
        }
    }
}
