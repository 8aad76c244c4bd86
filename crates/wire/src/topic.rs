//! Topic names and topic filters (v5 section 4.7, v3.1.1 section 4.7).

use crate::text::{as_text, has_wildcard, has_zero};

/// A name that a message is published to: no wildcard, no U+0000. In version 5 it may be empty
/// where a topic alias stands in for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TopicName<'a>(&'a str);

impl<'a> TopicName<'a> {
    /// Accepts at most 65,535 bytes without `+`, `#` and U+0000.
    #[must_use]
    pub fn new(name: &'a str) -> Option<Self> {
        let bytes = name.as_bytes();
        (bytes.len() <= usize::from(u16::MAX) && !has_zero(bytes) && !has_wildcard(bytes))
            .then_some(Self(name))
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
    #[must_use]
    pub fn new(filter: &'a str) -> Option<Self> {
        let bytes = filter.as_bytes();
        let sound = bytes.len() <= usize::from(u16::MAX)
            && !has_zero(bytes)
            && faults(bytes, true).next().is_none();
        sound.then_some(Self(filter))
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

/// The faults of a filter, with the byte that each is at. `shared`: whether the version has shared
/// subscriptions.
pub(crate) fn faults(filter: &[u8], shared: bool) -> impl Iterator<Item = (FilterFault, usize)> {
    let parts = if shared { shared_parts(filter) } else { None };
    let start = parts.map_or(0, |parts| parts.filter);
    let in_share = parts.into_iter().flat_map(move |parts| {
        let name = filter
            .get(SHARE_PREFIX.len()..parts.name_end)
            .unwrap_or_default();
        //= [MQTT-4.8.2-1] v5: a share name has at least one character
        let empty = name
            .is_empty()
            .then_some((FilterFault::ShareNameEmpty, SHARE_PREFIX.len()));
        //= [MQTT-4.8.2-2] v5: no wildcard in it, and a filter behind it
        let wildcard = name
            .iter()
            .position(|&byte| matches!(byte, b'+' | b'#'))
            .map(|at| {
                (
                    FilterFault::ShareNameWildcard,
                    at.saturating_add(SHARE_PREFIX.len()),
                )
            });
        let missing = (parts.filter >= filter.len())
            .then_some((FilterFault::ShareFilterMissing, parts.name_end));
        empty.into_iter().chain(wildcard).chain(missing)
    });
    //= [MQTT-4.7.3-1] v5 and v3.1.1: at least one character
    let empty = filter.is_empty().then_some((FilterFault::Empty, 0));
    // The scan for wildcards is left out where there are none, as in most filters.
    let levels = if has_wildcard(filter) { filter } else { &[] };
    let in_levels = levels
        .iter()
        .enumerate()
        .skip(start)
        .filter_map(move |(at, &byte)| {
            let before =
                at == start || at.checked_sub(1).and_then(|n| filter.get(n)) == Some(&b'/');
            let next = filter.get(at.saturating_add(1));
            match byte {
                b'#' if !before => Some((FilterFault::HashNotAlone, at)),
                b'#' if next.is_some() => Some((FilterFault::HashNotLast, at)),
                b'+' if !before || !matches!(next, None | Some(b'/')) => {
                    Some((FilterFault::PlusNotAlone, at))
                }
                _ => None,
            }
        });
    in_share.chain(empty).chain(in_levels)
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
                faults(bad.as_bytes(), true).next(),
                Some((fault, at)),
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
