//! What fields hold, and which operators fit.

use crate::expression::Operator;
use crate::names::Names;

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A protocol: it is there or not, and its bytes can be looked into.
    Protocol,
    /// It is there or not.
    Presence,
    /// True or false. Alone it means true.
    Fact,
    /// True or false. Alone it means that the packet has it, as in Wireshark.
    Bool,
    /// A whole number up to this one.
    Number(u64),
    /// A whole number up to this one; some have names.
    Named(u64, Names),
    /// A text.
    Text,
    /// A text of which these are known.
    Known(Names),
    /// Bytes.
    Bytes,
    /// An address of IPv4.
    Ipv4,
    /// An address of IPv6.
    Ipv6,
    /// Seconds, with fractions.
    Seconds,
    /// Milliseconds, with fractions.
    Milliseconds,
    /// A date with a time of day, in UTC.
    Time,
    /// It is compared with a Topic Filter, which matches or does not.
    TopicFilter,
}

use Operator::{
    AllEqual, AnyNotEqual, Contains, Equal, Greater, GreaterEqual, In, Less, LessEqual, Matches,
    NotEqual,
};

const ORDERED: &[Operator] = &[
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterEqual,
    LessEqual,
    In,
    AllEqual,
    AnyNotEqual,
];
const TEXTS: &[Operator] = &[
    Equal,
    NotEqual,
    Contains,
    Matches,
    In,
    Greater,
    Less,
    GreaterEqual,
    LessEqual,
    AllEqual,
    AnyNotEqual,
];
const EQUAL: &[Operator] = &[Equal, NotEqual];
const SETS: &[Operator] = &[Equal, NotEqual, In, AllEqual, AnyNotEqual];

impl Kind {
    /// The operators that fit, those that are used most first.
    #[must_use]
    pub const fn operators(self) -> &'static [Operator] {
        match self {
            Self::Protocol => &[Contains, Matches],
            Self::Presence => &[],
            Self::Fact => EQUAL,
            Self::Bool => &[Equal, NotEqual, AllEqual, AnyNotEqual],
            Self::Number(_) | Self::Named(..) | Self::Seconds | Self::Milliseconds | Self::Time => {
                ORDERED
            }
            Self::Text | Self::Known(_) | Self::Bytes => TEXTS,
            Self::Ipv4 | Self::Ipv6 => SETS,
            Self::TopicFilter => &[Equal, NotEqual, In],
        }
    }

    /// Names that a value can have.
    #[must_use]
    pub const fn names(self) -> Option<Names> {
        match self {
            Self::Named(_, names) | Self::Known(names) => Some(names),
            _ => None,
        }
    }

    /// Whether it is a row of bytes that can be cut and counted.
    pub(crate) const fn is_bytes(self) -> bool {
        matches!(
            self,
            Self::Protocol | Self::Text | Self::Known(_) | Self::Bytes
        )
    }

    /// Whether it is a whole number, whose bits can be looked at.
    pub(crate) const fn is_whole_number(self) -> bool {
        matches!(self, Self::Number(_) | Self::Named(..))
    }

    /// What it is, behind “is”.
    #[must_use]
    pub fn says(self) -> String {
        match self {
            Self::Protocol => "a protocol".to_owned(),
            Self::Presence => "there or not, and has no value".to_owned(),
            Self::Fact | Self::Bool => "true or false".to_owned(),
            Self::Number(most) => format!("a number from 0 to {most}"),
            Self::Named(most, names) if names.are_numbers() => format!("a number from 0 to {most}"),
            Self::Named(_, names) => names.says().to_owned(),
            Self::Text => "a text".to_owned(),
            Self::Known(names) => names.says().to_owned(),
            Self::Bytes => "bytes".to_owned(),
            Self::Ipv4 => "an IPv4 address".to_owned(),
            Self::Ipv6 => "an IPv6 address".to_owned(),
            Self::Seconds => "a number of seconds".to_owned(),
            Self::Milliseconds => "a number of milliseconds".to_owned(),
            Self::Time => "a time such as \"2026-11-29 13:05:00\", in UTC".to_owned(),
            Self::TopicFilter => "compared with a Topic Filter".to_owned(),
        }
    }
}
