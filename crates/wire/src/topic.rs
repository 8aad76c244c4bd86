//! Topic names and topic filters (v5 section 4.7, v3.1.1 section 4.7).

use crate::Rule;
use crate::text::{as_text, has_wildcard, has_zero};

/// A name that a message is published to: no wildcard, no U+0000. In version 5 it may be empty
/// where a topic alias stands in for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TopicName<'a>(&'a str);

impl<'a> TopicName<'a> {
    /// Accepts at most 65,535 bytes without `+`, `#` and U+0000; `TopicName::try_from` says which of
    /// them is wrong.
    #[must_use]
    pub fn new(name: &'a str) -> Option<Self> {
        Self::try_from(name).ok()
    }

    #[inline(always)]
    pub(crate) const fn trusted(name: &'a str) -> Self {
        Self(name)
    }

    /// The name.
    #[inline(always)]
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        self.0
    }
}

/// What a subscription asks for: levels, of which `+` stands for any one and a last `#` for all
/// that follow; possibly behind `$share/NAME/`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TopicFilter<'a>(&'a str);

impl<'a> TopicFilter<'a> {
    /// Accepts what every version accepts.
    ///
    /// A filter that begins with `$share/` is held to version 5's rules for shared subscriptions.
    /// `TopicFilter::try_from` accepts the same and says what is wrong with another.
    #[must_use]
    pub fn new(filter: &'a str) -> Option<Self> {
        Self::try_from(filter).ok()
    }

    #[inline(always)]
    pub(crate) const fn trusted(filter: &'a str) -> Self {
        Self(filter)
    }

    /// The filter, with `$share/NAME/` if it has that.
    #[inline(always)]
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        self.0
    }

    /// The share name and the filter behind it, when this is a shared subscription.
    #[must_use]
    pub fn shared(self) -> Option<SharedSubscription<'a>> {
        let (name, filter) = self.0.strip_prefix("$share/")?.split_once('/')?;
        Some(SharedSubscription {
            share_name: name,
            topic_filter: TopicFilter(filter),
        })
    }
}

/// Why a text is no Topic Name or Topic Filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TopicError {
    /// It has more than 65,535 bytes.
    TooLong,
    /// It breaks this rule.
    Breaks(Rule),
}

impl core::fmt::Display for TopicError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::TooLong => f.write_str("a topic has at most 65,535 bytes"),
            Self::Breaks(rule) => write!(f, "{} ({rule})", rule.summary()),
        }
    }
}

impl core::error::Error for TopicError {}

/// What names and filters have in common.
fn check_text(bytes: &[u8]) -> Result<(), TopicError> {
    if bytes.len() > usize::from(u16::MAX) {
        Err(TopicError::TooLong)
    } else if has_zero(bytes) {
        Err(TopicError::Breaks(Rule::StringNull))
    } else {
        Ok(())
    }
}

impl<'a> TryFrom<&'a str> for TopicName<'a> {
    type Error = TopicError;

    fn try_from(name: &'a str) -> Result<Self, TopicError> {
        check_text(name.as_bytes())?;
        if has_wildcard(name.as_bytes()) {
            return Err(TopicError::Breaks(Rule::PublishTopicWildcard));
        }
        Ok(Self(name))
    }
}

impl<'a> TryFrom<&'a str> for TopicFilter<'a> {
    type Error = TopicError;

    fn try_from(filter: &'a str) -> Result<Self, TopicError> {
        check_text(filter.as_bytes())?;
        faults(filter.as_bytes(), true, |fault, _| {
            Err(TopicError::Breaks(fault.rule()))
        })?;
        Ok(Self(filter))
    }
}

/// The two halves of `$share/NAME/FILTER`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SharedSubscription<'a> {
    /// Who shares.
    pub share_name: &'a str,
    /// What is subscribed to.
    pub topic_filter: TopicFilter<'a>,
}

as_text!(TopicName, TopicFilter);

/// What can be wrong with a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FilterFault {
    Empty,
    HashNotLast,
    HashNotAlone,
    PlusNotAlone,
    ShareNameEmpty,
    ShareNameWildcard,
    ShareFilterMissing,
}

/// How a filter divides into share name and filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SharedParts {
    /// Where the share name ends: a `/`, or the end of the whole.
    pub(crate) name_end: usize,
    /// Where the filter begins.
    pub(crate) filter: usize,
}

impl FilterFault {
    /// The rule that names it.
    pub(crate) const fn rule(self) -> Rule {
        match self {
            Self::Empty => Rule::FilterEmpty,
            Self::HashNotLast => Rule::FilterHashNotLast,
            Self::HashNotAlone => Rule::FilterHashNotAlone,
            Self::PlusNotAlone => Rule::FilterPlusNotAlone,
            Self::ShareNameEmpty => Rule::ShareNameEmpty,
            Self::ShareNameWildcard => Rule::ShareNameWildcard,
            Self::ShareFilterMissing => Rule::ShareFilterMissing,
        }
    }
}

pub(crate) const SHARE_PREFIX: &[u8] = b"$share/";

/// The parts of a shared subscription; none for any other filter.
pub(crate) fn shared_parts(filter: &[u8]) -> Option<SharedParts> {
    let behind = filter.strip_prefix(SHARE_PREFIX)?;
    let name = behind
        .iter()
        .position(|&byte| byte == b'/')
        .unwrap_or(behind.len());
    let name_end = SHARE_PREFIX.len().saturating_add(name);
    Some(SharedParts {
        name_end,
        filter: name_end.saturating_add(1).min(filter.len()),
    })
}

/// Tells the faults of a filter, with the byte that each is at, until `tell` gives an error. `shared`:
/// whether the version has shared subscriptions.
#[inline]
pub(crate) fn faults<E>(
    filter: &[u8],
    shared: bool,
    mut tell: impl FnMut(FilterFault, usize) -> Result<(), E>,
) -> Result<(), E> {
    let mut start = 0;
    if shared && let Some(parts) = shared_parts(filter) {
        start = parts.filter;
        faults_of_share(filter, parts, &mut tell)?;
    }
    //= [MQTT-4.7.3-1] v5 and v3.1.1: at least one character
    if filter.is_empty() {
        tell(FilterFault::Empty, 0)?;
    }
    // The scan for wildcards is left out where there are none, as in most filters.
    if !has_wildcard(filter) {
        return Ok(());
    }
    let mut is_level_start = true;
    for (at, &byte) in filter.iter().enumerate().skip(start) {
        let next = filter.get(at.saturating_add(1));
        match byte {
            b'#' if !is_level_start => tell(FilterFault::HashNotAlone, at)?,
            b'#' if next.is_some() => tell(FilterFault::HashNotLast, at)?,
            b'+' if !is_level_start || !matches!(next, None | Some(b'/')) => {
                tell(FilterFault::PlusNotAlone, at)?;
            }
            _ => {}
        }
        is_level_start = byte == b'/';
    }
    Ok(())
}

fn faults_of_share<E>(
    filter: &[u8],
    parts: SharedParts,
    tell: &mut impl FnMut(FilterFault, usize) -> Result<(), E>,
) -> Result<(), E> {
    let name = filter
        .get(SHARE_PREFIX.len()..parts.name_end)
        .unwrap_or_default();
    //= [MQTT-4.8.2-1] v5: a share name has at least one character
    if name.is_empty() {
        tell(FilterFault::ShareNameEmpty, SHARE_PREFIX.len())?;
    }
    //= [MQTT-4.8.2-2] v5: no wildcard in it, and a filter behind it
    if let Some(at) = name.iter().position(|byte| matches!(byte, b'+' | b'#')) {
        let at = at.saturating_add(SHARE_PREFIX.len());
        tell(FilterFault::ShareNameWildcard, at)?;
    }
    if parts.filter >= filter.len() {
        tell(FilterFault::ShareFilterMissing, parts.name_end)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters() {
        for good in [
            "a",
            "/",
            "#",
            "+",
            "a/#",
            "+/+",
            "/+",
            "a//b",
            "$SYS/#",
            "$share/g/#",
            "$share/g//",
            "a b",
            "$share",
            "$shared/x",
        ] {
            assert!(TopicFilter::new(good).is_some(), "{good}");
        }
        for (bad, fault, at) in [
            ("", FilterFault::Empty, 0),
            ("a#", FilterFault::HashNotAlone, 1),
            ("a/#/b", FilterFault::HashNotLast, 2),
            ("#/", FilterFault::HashNotLast, 0),
            ("a+", FilterFault::PlusNotAlone, 1),
            ("+a/b", FilterFault::PlusNotAlone, 0),
            ("$share//a", FilterFault::ShareNameEmpty, 7),
            ("$share/", FilterFault::ShareNameEmpty, 7),
            ("$share/g", FilterFault::ShareFilterMissing, 8),
            ("$share/g/", FilterFault::ShareFilterMissing, 8),
            ("$share/+/a", FilterFault::ShareNameWildcard, 7),
            ("$share/g/a#", FilterFault::HashNotAlone, 10),
        ] {
            assert_eq!(
                faults(bad.as_bytes(), true, |fault, at| Err((fault, at))),
                Err((fault, at)),
                "{bad}"
            );
            assert!(TopicFilter::new(bad).is_none());
        }
    }

    #[test]
    fn shared_subscription_has_two_halves() {
        let shared = TopicFilter::new("$share/grp/a/#")
            .and_then(TopicFilter::shared)
            .unwrap();
        assert_eq!(
            (shared.share_name, shared.topic_filter.as_str()),
            ("grp", "a/#")
        );
        assert_eq!(TopicFilter::new("a/b").unwrap().shared(), None);
    }
}
