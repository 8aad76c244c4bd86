//! The 27 properties of version 5: what each is called, holds and belongs to (section 2.2.2.2).

use crate::{Field, PacketType};

/// A Property Identifier: a Variable Byte Integer. Unknown numbers survive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
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
    /// Whether its value has rules of its own.
    pub(crate) judged: bool,
    /// A dense number from 0 to 26, for sets.
    pub(crate) index: u8,
}

/// All but those whose every value may stand wherever the property may.
const fn is_judged(number: u8) -> bool {
    !matches!(
        number,
        2 | 3 | 8 | 9 | 18 | 19 | 21 | 24 | 26 | 31 | 34 | 38
    )
}

macro_rules! properties {
    ($($number:literal $constant:ident $field:ident $type:ident [$($owner:ident)*] $index:literal $name:literal;)*) => {
        impl PropertyId {
            $(#[doc = $name] pub const $constant: Self = Self($number);)*

            /// Every property of the standard.
            pub const ALL: [Self; 27] = [$(Self::$constant,)*];
        }

        const TABLE: [Option<Definition>; 43] = {
            let mut table = [const { None }; 43];
            $(table[$number] = Some(Definition {
                name: $name,
                field: Field::$field,
                property_type: PropertyType::$type,
                owners: $(owner::$owner)|*,
                judged: is_judged($number),
                index: $index,
            });)*
            table
        };
    };
}

static DEFINITIONS: [Option<Definition>; 43] = TABLE;

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

properties! {
    1 PAYLOAD_FORMAT_INDICATOR PayloadFormatIndicator Byte [Publish Will] 0 "Payload Format Indicator";
    2 MESSAGE_EXPIRY_INTERVAL MessageExpiryInterval FourByteInteger [Publish Will] 1 "Message Expiry Interval";
    3 CONTENT_TYPE ContentType Utf8EncodedString [Publish Will] 2 "Content Type";
    8 RESPONSE_TOPIC ResponseTopic Utf8EncodedString [Publish Will] 3 "Response Topic";
    9 CORRELATION_DATA CorrelationData BinaryData [Publish Will] 4 "Correlation Data";
    11 SUBSCRIPTION_IDENTIFIER SubscriptionIdentifier VariableByteInteger [Publish Subscribe] 5 "Subscription Identifier";
    17 SESSION_EXPIRY_INTERVAL SessionExpiryInterval FourByteInteger [Connect Connack Disconnect] 6 "Session Expiry Interval";
    18 ASSIGNED_CLIENT_IDENTIFIER AssignedClientIdentifier Utf8EncodedString [Connack] 7 "Assigned Client Identifier";
    19 SERVER_KEEP_ALIVE ServerKeepAlive TwoByteInteger [Connack] 8 "Server Keep Alive";
    21 AUTHENTICATION_METHOD AuthenticationMethod Utf8EncodedString [Connect Connack Auth] 9 "Authentication Method";
    22 AUTHENTICATION_DATA AuthenticationData BinaryData [Connect Connack Auth] 10 "Authentication Data";
    23 REQUEST_PROBLEM_INFORMATION RequestProblemInformation Byte [Connect] 11 "Request Problem Information";
    24 WILL_DELAY_INTERVAL WillDelayInterval FourByteInteger [Will] 12 "Will Delay Interval";
    25 REQUEST_RESPONSE_INFORMATION RequestResponseInformation Byte [Connect] 13 "Request Response Information";
    26 RESPONSE_INFORMATION ResponseInformation Utf8EncodedString [Connack] 14 "Response Information";
    28 SERVER_REFERENCE ServerReference Utf8EncodedString [Connack Disconnect] 15 "Server Reference";
    31 REASON_STRING ReasonString Utf8EncodedString [Answers] 16 "Reason String";
    33 RECEIVE_MAXIMUM ReceiveMaximum TwoByteInteger [Connect Connack] 17 "Receive Maximum";
    34 TOPIC_ALIAS_MAXIMUM TopicAliasMaximum TwoByteInteger [Connect Connack] 18 "Topic Alias Maximum";
    35 TOPIC_ALIAS TopicAlias TwoByteInteger [Publish] 19 "Topic Alias";
    36 MAXIMUM_QOS MaximumQoS Byte [Connack] 20 "Maximum QoS";
    37 RETAIN_AVAILABLE RetainAvailable Byte [Connack] 21 "Retain Available";
    38 USER_PROPERTY UserProperty Utf8StringPair [Every] 22 "User Property";
    39 MAXIMUM_PACKET_SIZE MaximumPacketSize FourByteInteger [Connect Connack] 23 "Maximum Packet Size";
    40 WILDCARD_SUBSCRIPTION_AVAILABLE WildcardSubscriptionAvailable Byte [Connack] 24 "Wildcard Subscription Available";
    41 SUBSCRIPTION_IDENTIFIER_AVAILABLE SubscriptionIdentifierAvailable Byte [Connack] 25 "Subscription Identifier Available";
    42 SHARED_SUBSCRIPTION_AVAILABLE SharedSubscriptionAvailable Byte [Connack] 26 "Shared Subscription Available";
}

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

    /// The property that a field of a tree shows.
    #[must_use]
    pub fn of_field(field: Field) -> Option<Self> {
        Self::ALL.into_iter().find(|id| id.field() == Some(field))
    }
}

/// A set of properties.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PropertySet(u32);

impl PropertySet {
    /// Nothing.
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

    /// Whether a property may not stand with this owner.
    #[inline]
    pub(crate) fn has_foreign(self, owner: PropertyOwner) -> bool {
        let allowed = ALLOWED
            .get(owner.bit().trailing_zeros() as usize)
            .copied()
            .unwrap_or(0);
        self.0 & !allowed != 0
    }
}

/// For each owner the set of what may stand with it.
#[expect(
    clippy::indexing_slicing,
    reason = "worked out while compiling, where a wrong index does not compile"
)]
static ALLOWED: [u32; 16] = {
    let mut allowed = [0_u32; 16];
    let mut owner = 0;
    while owner < 16 {
        let mut id = 0;
        while id < TABLE.len() {
            if let Some(definition) = &TABLE[id]
                && definition.owners & (1 << owner) != 0
            {
                allowed[owner] |= 1 << definition.index;
            }
            id += 1;
        }
        owner += 1;
    }
    allowed
};
