//! What a row of the table says of a property's value: the numbers it may have, where it may repeat,
//! who may not send it, and the rule that each names.

use core::ops::RangeInclusive;

use crate::{Rule, Sender};

/// The rules of one property. A row begins with [`ANY`] and adds what it needs.
#[derive(Clone, Copy)]
pub(crate) struct Rules {
    /// The least number that it may have, and how many more; for a property that is no number, any.
    least: u32,
    more: u32,
    /// Broken by another number.
    pub(crate) out_of_range: Option<Rule>,
    /// Its value is a Topic Name.
    pub(crate) topic: Option<TopicRules>,
    /// Owners in which it may stand more than once, one bit each.
    pub(crate) repeats: u16,
    /// Who may not send it.
    pub(crate) not_from: Option<NotFrom>,
}

/// The rules of a Topic Name.
#[derive(Clone, Copy)]
pub(crate) struct TopicRules {
    pub(crate) empty: Rule,
    pub(crate) wildcard: Rule,
}

/// One end of a connection that may not send the property, where it stands with these owners.
#[derive(Clone, Copy)]
pub(crate) struct NotFrom {
    pub(crate) sender: Sender,
    /// One bit each.
    pub(crate) owners: u16,
    pub(crate) rule: Rule,
}

/// Every value of the type may be sent, by both ends, once.
pub(crate) const ANY: Rules = Rules {
    least: 0,
    more: u32::MAX,
    out_of_range: None,
    topic: None,
    repeats: 0,
    not_from: None,
};

impl Rules {
    /// The numbers that it may have, and the rule that another breaks.
    pub(super) const fn within(self, range: RangeInclusive<u32>, rule: Rule) -> Self {
        Self {
            least: *range.start(),
            more: range.end().saturating_sub(*range.start()),
            out_of_range: Some(rule),
            ..self
        }
    }

    /// The rules that an empty topic and one with a wildcard break.
    pub(super) const fn topic(self, empty: Rule, wildcard: Rule) -> Self {
        Self {
            topic: Some(TopicRules { empty, wildcard }),
            ..self
        }
    }

    /// Owners in which it may stand more than once.
    pub(super) const fn repeats(self, owners: u16) -> Self {
        Self {
            repeats: owners,
            ..self
        }
    }

    /// The end that may not send it with these owners, and the rule it breaks then.
    pub(super) const fn not_from(self, sender: Sender, owners: u16, rule: Rule) -> Self {
        Self {
            not_from: Some(NotFrom {
                sender,
                owners,
                rule,
            }),
            ..self
        }
    }

    /// Whether it may have this number.
    #[inline(always)]
    pub(crate) const fn allow(&self, number: u32) -> bool {
        number.wrapping_sub(self.least) <= self.more
    }

    /// Owners with which one end may not send it, one bit each.
    pub(super) const fn not_from_both(&self) -> u16 {
        match &self.not_from {
            Some(not_from) => not_from.owners,
            None => 0,
        }
    }
}
