//! Property Identifiers, sets of properties, and what the table makes of its rows for both.

use super::rules::{ANY, Rules};
use super::table::each_property;
use crate::{Field, PacketType, Rule, Sender, varint};

/// A Property Identifier: a Variable Byte Integer. Unknown numbers survive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
pub struct PropertyId(pub u32);

/// How a property's value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PropertyType {
    /// One byte.
    Byte,
    /// Two Byte Integer.
    TwoByteInteger,
    /// Four Byte Integer.
    FourByteInteger,
    /// Variable Byte Integer.
    VariableByteInteger,
    /// UTF-8 Encoded String.
    Utf8EncodedString,
    /// Binary Data.
    BinaryData,
    /// UTF-8 String Pair.
    Utf8StringPair,
}

/// Where properties stand: in a packet of some type, or in the will of a CONNECT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PropertyOwner {
    /// The variable header of a packet.
    Packet(PacketType),
    /// The Will Properties.
    Will,
}

impl PropertyOwner {
    /// A bit of its own for each owner.
    #[inline]
    pub(crate) const fn bit(self) -> u16 {
        match self {
            Self::Will => 1,
            Self::Packet(packet_type) => 1 << (packet_type as u8 & 15),
        }
    }
}

pub(crate) struct Definition {
    pub(crate) name: &'static str,
    pub(crate) field: Field,
    pub(crate) property_type: PropertyType,
    /// One bit an owner.
    pub(crate) owners: u16,
    /// Those of them with which both ends may send it, so that nobody need know who did.
    pub(crate) owners_from_both: u16,
    pub(crate) rules: Rules,
    /// A dense number from 0, for sets.
    pub(crate) index: u8,
}

/// How the parts of a row are written as a whole.
macro_rules! property_type {
    (Byte) => {
        PropertyType::Byte
    };
    (TwoByte) => {
        PropertyType::TwoByteInteger
    };
    (FourByte) => {
        PropertyType::FourByteInteger
    };
    (Variable) => {
        PropertyType::VariableByteInteger
    };
    (Text) => {
        PropertyType::Utf8EncodedString
    };
    (Topic) => {
        PropertyType::Utf8EncodedString
    };
    (Data) => {
        PropertyType::BinaryData
    };
    (Text Text) => {
        PropertyType::Utf8StringPair
    };
}

macro_rules! definitions {
    ($($(#[$doc:meta])* $number:literal $getter:ident $constant:ident $name:ident($($part:ident: $kind:ident),+)
        [$($owner:ident)*] $title:literal $rules:expr;)*) => {
        impl PropertyId {
            $(#[doc = $title] pub const $constant: Self = Self($number);)*

            /// Every property of the standard.
            pub const ALL: [Self; COUNT] = [$(Self::$constant,)*];
        }

        const IDENTIFIERS: &[usize] = &[$($number,)*];

        /// The rows in order, for a dense number each.
        #[derive(Clone, Copy)]
        enum Index {
            $($name,)*
        }

        const TABLE: [Option<Definition>; LAST + 1] = {
            let mut table = [const { None }; LAST + 1];
            $(table[$number] = Some(Definition {
                name: $title,
                field: Field::$name,
                property_type: property_type!($($kind)+),
                owners: $(owner::$owner)|*,
                owners_from_both: ($(owner::$owner)|*) & !{ $rules }.not_from_both(),
                rules: $rules,
                index: Index::$name as u8,
            });)*
            table
        };
    };
}

/// How many properties there are.
const COUNT: usize = IDENTIFIERS.len();

/// The greatest identifier; the rows are in order.
const LAST: usize = match IDENTIFIERS.last() {
    Some(&last) => last,
    None => 0,
};

// A set has a bit for each.
const _: () = assert!(COUNT <= 32);

static DEFINITIONS: [Option<Definition>; LAST + 1] = TABLE;

#[expect(
    non_upper_case_globals,
    reason = "they are spelled as packet types are"
)]
mod owner {
    pub(super) const Will: u16 = 1;
    pub(super) const Connect: u16 = 1 << 1;
    pub(super) const Connack: u16 = 1 << 2;
    pub(super) const Publish: u16 = 1 << 3;
    pub(super) const Puback: u16 = 1 << 4;
    pub(super) const Pubrec: u16 = 1 << 5;
    pub(super) const Pubrel: u16 = 1 << 6;
    pub(super) const Pubcomp: u16 = 1 << 7;
    pub(super) const Subscribe: u16 = 1 << 8;
    pub(super) const Suback: u16 = 1 << 9;
    pub(super) const Unsubscribe: u16 = 1 << 10;
    pub(super) const Unsuback: u16 = 1 << 11;
    pub(super) const Disconnect: u16 = 1 << 14;
    pub(super) const Auth: u16 = 1 << 15;
    pub(super) const Every: u16 = Will
        | Connect
        | Connack
        | Publish
        | Puback
        | Pubrec
        | Pubrel
        | Pubcomp
        | Subscribe
        | Suback
        | Unsubscribe
        | Unsuback
        | Disconnect
        | Auth;
    pub(super) const Answers: u16 =
        Connack | Puback | Pubrec | Pubrel | Pubcomp | Suback | Unsuback | Disconnect | Auth;
}

each_property! { definitions }

impl PropertyId {
    #[inline]
    pub(crate) fn definition(self) -> Option<&'static Definition> {
        DEFINITIONS.get(self.0 as usize)?.as_ref()
    }

    /// The standard's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.definition()
            .map_or("unknown property", |definition| definition.name)
    }

    /// The field of a tree that shows it; none for an unknown number.
    #[must_use]
    pub fn field(self) -> Option<Field> {
        self.definition().map(|definition| definition.field)
    }

    /// How its value is written; none for an unknown number.
    #[must_use]
    pub fn property_type(self) -> Option<PropertyType> {
        self.definition().map(|definition| definition.property_type)
    }

    /// Whether it may stand there.
    #[must_use]
    pub fn allowed_in(self, owner: PropertyOwner) -> bool {
        self.definition()
            .is_some_and(|definition| definition.owners & owner.bit() != 0)
    }

    /// Whether it may stand there more than once.
    #[must_use]
    pub fn may_repeat_in(self, owner: PropertyOwner) -> bool {
        self.definition()
            .is_some_and(|definition| definition.rules.repeats & owner.bit() != 0)
    }

    /// The property that a field of a tree shows.
    #[must_use]
    pub fn of_field(field: Field) -> Option<Self> {
        Self::ALL.into_iter().find(|id| id.field() == Some(field))
    }
}

impl core::fmt::Display for PropertyId {
    /// The standard's name, or the number of an unknown property.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self.definition() {
            Some(definition) => f.pad(definition.name),
            None => write!(f, "property 0x{:02X}", self.0),
        }
    }
}

/// A set of properties.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PropertySet(u32);

impl PropertySet {
    /// A set without properties.
    pub const EMPTY: Self = Self(0);

    /// Whether the property is in it.
    #[inline]
    #[must_use]
    pub fn contains(self, id: PropertyId) -> bool {
        id.definition()
            .is_some_and(|definition| self.has(definition))
    }

    /// Whether nothing is in it.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    #[inline(always)]
    pub(crate) const fn has(self, definition: &Definition) -> bool {
        self.0 & (1 << (definition.index & 31)) != 0
    }

    #[inline(always)]
    pub(crate) const fn add(&mut self, definition: &Definition) {
        self.0 |= 1 << (definition.index & 31);
    }

    /// Whether one of them holds text of its sender's choosing: a string, topic or pair.
    #[inline]
    #[must_use]
    pub const fn has_text(self) -> bool {
        self.0 & TEXTS != 0
    }

    /// Whether a property may not stand with this owner.
    #[inline]
    pub(crate) fn has_foreign(self, owner: PropertyOwner) -> bool {
        self.0 & !of_owner(&ALLOWED, owner) != 0
    }

    /// Those that may repeat elsewhere and not with this owner.
    #[inline]
    pub(crate) fn once_in(self, owner: PropertyOwner) -> Self {
        Self(self.0 & of_owner(&ONCE, owner))
    }

    /// Whether what says more about another property stands without it, which its owner forbids
    /// (v5 section 3.1.2.11.10).
    #[inline(always)]
    pub(crate) fn has_data_alone(self, owner: PropertyOwner) -> bool {
        owner == PropertyOwner::Packet(PacketType::Connect)
            && self.contains(PropertyId::AUTHENTICATION_DATA)
            && !self.contains(PropertyId::AUTHENTICATION_METHOD)
    }
}

/// A set for each owner, found by the number of the owner's bit.
type OfOwners = [u32; 16];

#[inline(always)]
fn of_owner(sets: &OfOwners, owner: PropertyOwner) -> u32 {
    sets.get(owner.bit().trailing_zeros() as usize)
        .copied()
        .unwrap_or(0)
}

/// What may stand with an owner.
static ALLOWED: OfOwners = sets().0;

/// What may stand with an owner once, and with another more often.
static ONCE: OfOwners = sets().1;

/// Properties that hold text.
const TEXTS: u32 = sets().2;

#[expect(
    clippy::indexing_slicing,
    reason = "worked out while compiling, where a wrong index does not compile"
)]
#[allow(
    clippy::arithmetic_side_effects,
    reason = "worked out while compiling, where an overflow does not compile"
)]
const fn sets() -> (OfOwners, OfOwners, u32) {
    let (mut allowed, mut once, mut texts) = ([0_u32; 16], [0_u32; 16], 0_u32);
    let mut id = 0;
    while id < TABLE.len() {
        if let Some(definition) = &TABLE[id] {
            let bit = 1 << definition.index;
            let mut owner = 0;
            while owner < allowed.len() {
                if definition.owners & (1 << owner) != 0 {
                    allowed[owner] |= bit;
                    if definition.rules.repeats != 0 && definition.rules.repeats & (1 << owner) == 0
                    {
                        once[owner] |= bit;
                    }
                }
                owner += 1;
            }
            if matches!(
                definition.property_type,
                PropertyType::Utf8EncodedString | PropertyType::Utf8StringPair
            ) {
                texts |= bit;
            }
        }
        id += 1;
    }
    (allowed, once, texts)
}
