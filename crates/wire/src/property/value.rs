//! Properties as values, read in place.

use alloc::vec::Vec;

use super::each_property;
use super::{PropertyId, PropertySet};
use crate::encode::Writer as _;
use crate::{BinaryData, TopicName, Utf8EncodedString, text, varint};

/// A property's value without its meaning, for whoever treats all properties alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PropertyValue<'a> {
    /// An integer of any type.
    Number(u32),
    /// A UTF-8 Encoded String, or a Topic Name.
    Text(&'a str),
    /// Binary Data.
    Data(&'a [u8]),
    /// A UTF-8 String Pair.
    Pair(&'a str, &'a str),
}

/// What a part of a row is in Rust.
macro_rules! part_type {
    ($a:lifetime Byte) => { u8 };
    ($a:lifetime TwoByte) => { u16 };
    ($a:lifetime FourByte) => { u32 };
    ($a:lifetime Variable) => { u32 };
    ($a:lifetime Text) => { Utf8EncodedString<$a> };
    ($a:lifetime Topic) => { TopicName<$a> };
    ($a:lifetime Data) => { BinaryData<$a> };
}

/// The next part of a property that is there, since the packet was read before.
macro_rules! read_part {
    ($iter:ident Byte) => {
        $iter.byte()?
    };
    ($iter:ident TwoByte) => {
        $iter.two()?
    };
    ($iter:ident FourByte) => {
        $iter.four()?
    };
    ($iter:ident Variable) => {
        $iter.variable()?
    };
    ($iter:ident Text) => {
        Utf8EncodedString::trusted($iter.string()?)
    };
    ($iter:ident Topic) => {
        TopicName::trusted($iter.string()?)
    };
    ($iter:ident Data) => {
        BinaryData::trusted($iter.data()?)
    };
}

macro_rules! write_part {
    ($out:ident $part:ident Byte) => {
        $out.u8($part)
    };
    ($out:ident $part:ident TwoByte) => {
        $out.u16($part)
    };
    ($out:ident $part:ident FourByte) => {
        $out.u32($part)
    };
    ($out:ident $part:ident Variable) => {
        $out.variable($part)
    };
    ($out:ident $part:ident Text) => {
        $out.string($part.as_str())
    };
    ($out:ident $part:ident Topic) => {
        $out.string($part.as_str())
    };
    ($out:ident $part:ident Data) => {
        $out.data($part.as_bytes())
    };
}

/// The parts of a row as one value.
macro_rules! to_value {
    ($part:ident Text) => {
        PropertyValue::Text($part.as_str())
    };
    ($part:ident Topic) => {
        PropertyValue::Text($part.as_str())
    };
    ($part:ident Data) => {
        PropertyValue::Data($part.as_bytes())
    };
    ($name:ident Text $value:ident Text) => {
        PropertyValue::Pair($name.as_str(), $value.as_str())
    };
    ($part:ident $number:ident) => {
        PropertyValue::Number(u32::from($part))
    };
}

/// The other way round; none where the value is not of that type.
macro_rules! from_value {
    ($variant:ident $from:ident Byte) => { from_value!($variant $from number u8) };
    ($variant:ident $from:ident TwoByte) => { from_value!($variant $from number u16) };
    ($variant:ident $from:ident FourByte) => { from_value!($variant $from number u32) };
    ($variant:ident $from:ident Variable) => { from_value!($variant $from number u32) };
    ($variant:ident $from:ident number $type:ty) => {
        match $from {
            PropertyValue::Number(number) => <$type>::try_from(number).ok().map(Self::$variant),
            _ => None,
        }
    };
    ($variant:ident $from:ident Text) => {
        match $from {
            PropertyValue::Text(text) => Utf8EncodedString::new(text).map(Self::$variant),
            _ => None,
        }
    };
    ($variant:ident $from:ident Topic) => {
        match $from {
            PropertyValue::Text(text) => TopicName::new(text).map(Self::$variant),
            _ => None,
        }
    };
    ($variant:ident $from:ident Data) => {
        match $from {
            PropertyValue::Data(data) => BinaryData::new(data).map(Self::$variant),
            _ => None,
        }
    };
    ($variant:ident $from:ident Text Text) => {
        match $from {
            PropertyValue::Pair(name, value) => Some(Self::$variant(
                Utf8EncodedString::new(name)?,
                Utf8EncodedString::new(value)?,
            )),
            _ => None,
        }
    };
}

macro_rules! property {
    ($($(#[$doc:meta])* $number:literal $getter:ident $constant:ident $name:ident($($part:ident: $kind:ident),+)
        [$($owner:ident)*] $title:literal $rules:expr;)*) => {
        /// One property with its value.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Property<'a> {
            $($(#[$doc])* $name($(part_type!('a $kind)),+),)*
        }

        impl<'a> Property<'a> {
            /// Which property it is.
            #[must_use]
            pub const fn id(&self) -> PropertyId {
                match self {
                    $(Self::$name(..) => PropertyId::$constant,)*
                }
            }

            /// Its value.
            #[must_use]
            pub fn value(&self) -> PropertyValue<'a> {
                match *self {
                    $(Self::$name($($part),+) => to_value!($($part $kind)+),)*
                }
            }

            /// The property with this identifier and value; none for an unknown identifier, and where
            /// the value is not of the property's type: another kind, a number that is too large for
            /// it, text that is too long or no Topic Name where one must be. Whether a number is in
            /// its range [`super::PropertiesBuf::push`] says.
            #[must_use]
            pub fn new(id: PropertyId, value: PropertyValue<'a>) -> Option<Self> {
                match id.0 {
                    $($number => from_value!($name value $($kind)+),)*
                    _ => None,
                }
            }

            /// Appends identifier and value.
            pub(crate) fn write(&self, out: &mut Vec<u8>) {
                match *self {
                    $(Self::$name($($part),+) => {
                        out.u8($number);
                        $(write_part!(out $part $kind);)+
                    })*
                }
            }
        }

        #[allow(unused_parens, reason = "a property of two parts is a pair, one of one is that part")]
        impl<'a> Properties<'a> {$(
            #[doc = concat!("The value of the first ", $title, ", if there is one.")]
            #[must_use]
            pub fn $getter(self) -> Option<($(part_type!('a $kind)),+)> {
                match self.get(PropertyId::$constant)? {
                    Property::$name($($part),+) => Some(($($part),+)),
                    _ => None,
                }
            }
        )*}

        impl<'a> Iter<'a> {
            fn read(&mut self) -> Option<Property<'a>> {
                let iter = self;
                Some(match iter.variable()? {
                    $($number => Property::$name($(read_part!(iter $kind)),+),)*
                    _ => return None,
                })
            }
        }
    };
}

each_property! { property }

/// Properties as they stand in a packet, behind the Property Length: sound, and read on demand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Properties<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) set: PropertySet,
}

impl<'a> Properties<'a> {
    /// No properties.
    pub const NONE: Self = Self {
        bytes: &[],
        set: PropertySet::EMPTY,
    };

    /// Whether there is none.
    #[inline]
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.bytes.is_empty()
    }

    /// Which properties there are.
    #[inline]
    #[must_use]
    pub const fn set(self) -> PropertySet {
        self.set
    }

    /// The encoded bytes, without the Property Length.
    #[inline]
    #[must_use]
    pub const fn as_bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// In the packet's order.
    #[must_use]
    pub const fn iter(self) -> Iter<'a> {
        Iter { rest: self.bytes }
    }

    /// The first property with this identifier.
    #[must_use]
    pub fn get(self, id: PropertyId) -> Option<Property<'a>> {
        // Most look-ups are for what is not there.
        if !self.set.contains(id) {
            return None;
        }
        self.iter().find(|property| property.id() == id)
    }
}

impl<'a> IntoIterator for Properties<'a> {
    type Item = Property<'a>;
    type IntoIter = Iter<'a>;
    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

/// Reads properties one by one.
#[derive(Clone, Debug)]
pub struct Iter<'a> {
    rest: &'a [u8],
}

impl<'a> Iter<'a> {
    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn two(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes(self.take(2)?.try_into().ok()?))
    }

    fn four(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    fn variable(&mut self) -> Option<u32> {
        let varint::Read::Complete { value, len } = varint::read(self.rest) else {
            return None;
        };
        self.take(len)?;
        Some(value)
    }

    fn data(&mut self) -> Option<&'a [u8]> {
        let len = self.two()?;
        self.take(usize::from(len))
    }

    fn string(&mut self) -> Option<&'a str> {
        text::utf8(self.data()?)
    }
}

impl<'a> Iterator for Iter<'a> {
    type Item = Property<'a>;

    fn next(&mut self) -> Option<Property<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        let property = self.read();
        if property.is_none() {
            self.rest = &[];
        }
        property
    }
}
