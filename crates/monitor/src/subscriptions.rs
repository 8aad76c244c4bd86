//! The subscriptions of a session, as its client and its server know them.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;

use mqttscope_shared::Instant;
use mqttscope_shared::topic_tree::{TopicTree, matches};
use mqttscope_wire::{QoS, RetainHandling, Subscription, SubscriptionOptions, TopicFilter};

use super::content;
use super::matched::Matched;
use super::recall::Recall;

/// Subscriptions of a session that are kept at most; with more, they count as not known.
const MAXIMUM: usize = 10_000;
/// Subscription Identifiers of replaced subscriptions that are remembered.
const IDENTIFIERS: usize = 4;
/// Subscriptions that ended and are remembered.
const MAXIMUM_ENDED: usize = 64;

/// A subscription.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// The filter as it was sent.
    pub(super) filter: Box<str>,
    /// The share and its filter, of a shared subscription.
    share: Option<u64>,
    pub(super) options: SubscriptionOptions,
    pub(super) granted: Option<QoS>,
    pub(super) identifier: Option<u32>,
    pub(super) packet: u64,
    /// When its SUBSCRIBE came.
    since: Instant,
    /// When the first of those that it replaces came.
    first: Instant,
    /// What it replaces: messages that come by that may still be under way.
    before: Option<Before>,
}

/// What the subscriptions with the same filter that came before had in common.
#[derive(Clone, Debug)]
struct Before {
    /// The last of them.
    options: SubscriptionOptions,
    granted: Option<QoS>,
    identifier: Option<u32>,
    highest: QoS,
    /// The identifiers of all, as far as they fit; 0 for none.
    identifiers: [u32; IDENTIFIERS],
    any_retain_as_published: bool,
    all_retain_as_published: bool,
    all_no_local: bool,
    any_retained: bool,
    all_identified: bool,
}

/// A subscription that ended.
#[derive(Clone, Debug)]
struct Ended {
    filter: Box<str>,
    qos: QoS,
    at: Instant,
}

/// The subscriptions of a session.
#[derive(Clone, Debug, Default)]
pub(super) struct Subscriptions {
    tree: TopicTree<Vec<Entry>>,
    len: usize,
    ended: VecDeque<Ended>,
    /// Emptied whenever the tree changes.
    recall: Recall,
    /// Some could not be kept.
    pub(super) overflowed: bool,
}

/// The filter without `$share/NAME/`, and the mark of the share.
fn parts(filter: &str, v5: bool) -> (&str, Option<u64>) {
    let shared = TopicFilter::new(filter)
        .filter(|_| v5)
        .and_then(TopicFilter::shared);
    match shared {
        Some(shared) => (
            shared.topic_filter.as_str(),
            Some(content::of_pair(
                content::of_text(shared.share_name),
                content::of_text(shared.topic_filter.as_str()),
            )),
        ),
        None => (filter, None),
    }
}

impl Subscriptions {
    /// A SUBSCRIBE asks for one. True when there was none with this filter.
    pub(super) fn ask(
        &mut self,
        subscription: Subscription<'_>,
        identifier: Option<u32>,
        v5: bool,
        packet: u64,
        at: Instant,
    ) -> bool {
        self.recall.clear();
        let filter = subscription.topic_filter.as_str();
        let (inner, share) = parts(filter, v5);
        let mut entry = Entry {
            filter: filter.into(),
            share,
            options: subscription.options,
            granted: None,
            identifier,
            packet,
            since: at,
            first: at,
            before: None,
        };
        if let Some(entries) = self.tree.get_mut(inner) {
            if let Some(old) = entries.iter_mut().find(|old| old.filter == entry.filter) {
                entry.before = Some(old.as_before());
                entry.first = old.first;
                *old = entry;
                return false;
            }
            if self.len < MAXIMUM {
                entries.push(entry);
                self.len = self.len.saturating_add(1);
            } else {
                self.overflowed = true;
            }
            return true;
        }
        if self.len >= MAXIMUM || self.tree.insert(inner, [entry].into()).is_err() {
            self.overflowed = true;
        } else {
            self.len = self.len.saturating_add(1);
        }
        true
    }

    /// The SUBACK of this SUBSCRIBE grants it or, with none, refuses it.
    pub(super) fn answer(
        &mut self,
        filter: &str,
        v5: bool,
        subscribe: Option<u64>,
        granted: Option<QoS>,
        at: Instant,
    ) {
        self.recall.clear();
        if let Some(entry) = self.find_mut(filter, v5)
            && Some(entry.packet) != subscribe
        {
            // A later SUBSCRIBE has replaced it already.
            if let (Some(before), Some(granted)) = (&mut entry.before, granted) {
                before.highest = granted.max(before.highest);
            }
            return;
        }
        let Some(granted) = granted else {
            // What it should have replaced stays.
            let stays = self.find_mut(filter, v5).is_some_and(|entry| {
                let Some(before) = &entry.before else {
                    return false;
                };
                entry.options = before.options;
                entry.granted = before.granted;
                entry.identifier = before.identifier;
                true
            });
            if !stays {
                self.end(filter, v5, subscribe.unwrap_or(0), at);
            }
            return;
        };
        if let Some(entry) = self.find_mut(filter, v5) {
            entry.granted = Some(granted);
        }
    }

    fn find_mut(&mut self, filter: &str, v5: bool) -> Option<&mut Entry> {
        let (inner, _) = parts(filter, v5);
        let entries = self.tree.get_mut(inner)?;
        entries.iter_mut().find(|entry| *entry.filter == *filter)
    }

    /// Whether there is one with exactly this filter.
    pub(super) fn has(&self, filter: &str, v5: bool) -> bool {
        let (inner, _) = parts(filter, v5);
        self.tree
            .get(inner)
            .is_some_and(|entries| entries.iter().any(|entry| *entry.filter == *filter))
    }

    /// The packet `by` ends it: an UNSUBSCRIBE, or the SUBSCRIBE that was refused.
    pub(super) fn end(&mut self, filter: &str, v5: bool, by: u64, at: Instant) {
        self.recall.clear();
        let (inner, _) = parts(filter, v5);
        let Some(entries) = self.tree.get_mut(inner) else {
            return;
        };
        let Some(place) = entries.iter().position(|entry| *entry.filter == *filter) else {
            return;
        };
        if entries.get(place).is_some_and(|entry| entry.packet > by) {
            // It was made anew behind the request that ends it.
            return;
        }
        let entry = entries.swap_remove(place);
        let is_empty = entries.is_empty();
        self.len = self.len.saturating_sub(1);
        if self.ended.len() >= MAXIMUM_ENDED {
            self.ended.pop_front();
        }
        self.ended.push_back(Ended {
            filter: inner.into(),
            qos: entry.highest(),
            at,
        });
        if is_empty {
            self.tree.remove(inner);
        }
    }

    /// What the subscriptions that match the topic have in common; none when none does. `mark` is
    /// the topic's.
    #[inline]
    pub(super) fn matching(&mut self, mark: u64, topic: &str) -> Option<Matched> {
        if let Some(known) = self.recall.get(mark, topic) {
            return known;
        }
        let found = self.look_up(topic);
        self.recall.set(mark, topic, found);
        found
    }

    fn look_up(&mut self, topic: &str) -> Option<Matched> {
        let mut found: Option<Matched> = None;
        self.tree.visit_matching(topic, |entries| {
            for entry in entries.iter() {
                let one = entry.matched();
                found = Some(found.map_or(one, |all| all.with(one)));
            }
        });
        found
    }

    /// Nothing is delivered for a while: what topics matched is not kept.
    pub(super) fn forget_topics(&mut self) {
        self.recall = Recall::default();
    }

    /// Whether a subscription that matches the topic has this identifier, or had it lately.
    pub(super) fn has_identifier(&mut self, topic: &str, identifier: u32) -> bool {
        let mut found = false;
        self.tree.visit_matching(topic, |entries| {
            found |= entries.iter().any(|entry| {
                entry.identifier == Some(identifier)
                    || entry
                        .before
                        .as_ref()
                        .is_some_and(|before| before.had(identifier))
            });
        });
        found
    }

    /// Whether a filter that begins with a wildcard would match if it reached topics with $.
    pub(super) fn would_match_without_dollar(&self, topic: &str) -> bool {
        // A $ cannot be a wildcard's level for these, so any other first level does as well.
        let Some(rest) = topic.strip_prefix('$') else {
            return false;
        };
        let mut found = false;
        self.tree.visit(|entries| {
            found |= entries.iter().any(|entry| {
                let filter = &*entry.filter;
                filter.starts_with(['+', '#']) && matches(filter, rest)
            });
        });
        found
    }

    /// The QoS of a subscription that matched the topic and ended.
    pub(super) fn ended(&self, topic: &str) -> Option<QoS> {
        self.ended
            .iter()
            .filter(|ended| matches(&ended.filter, topic))
            .map(|ended| ended.qos)
            .max()
    }

    /// When the last subscription that matched the topic ended.
    pub(super) fn ended_at(&self, topic: &str) -> Option<Instant> {
        self.ended
            .iter()
            .rev()
            .find(|ended| matches(&ended.filter, topic))
            .map(|ended| ended.at)
    }

    /// All of them.
    pub(super) fn all(&self) -> Vec<&Entry> {
        let mut all = Vec::new();
        self.tree.visit(|entries| all.extend(entries));
        all
    }
}

impl Before {
    /// Whether one of them had the identifier, or may have had it.
    fn had(&self, identifier: u32) -> bool {
        self.identifiers.contains(&identifier) || !self.identifiers.contains(&0)
    }
}

fn asks(options: SubscriptionOptions) -> bool {
    options.retain_handling != RetainHandling::DoNotSend
}

impl Entry {
    fn highest(&self) -> QoS {
        let now = self.granted.unwrap_or(self.options.maximum_qos);
        let before = self.before.as_ref();
        before.map_or(now, |before| now.max(before.highest))
    }

    /// The same as one that is replaced.
    fn as_before(&self) -> Before {
        let matched = self.matched();
        let mut identifiers = self
            .before
            .as_ref()
            .map_or([0; IDENTIFIERS], |before| before.identifiers);
        if let Some(identifier) = self.identifier
            && let Some(slot) = identifiers
                .iter_mut()
                .find(|slot| **slot == 0 || **slot == identifier)
        {
            *slot = identifier;
        }
        Before {
            options: self.options,
            granted: self.granted,
            identifier: self.identifier,
            highest: matched.highest,
            identifiers,
            any_retain_as_published: matched.any_retain_as_published,
            all_retain_as_published: matched.all_retain_as_published,
            all_no_local: matched.all_no_local,
            any_retained: !matched.no_retained,
            all_identified: matched.all_identified,
        }
    }

    fn matched(&self) -> Matched {
        let options = self.options;
        let before = self.before.as_ref();
        Matched {
            count: 1,
            plain: u32::from(self.share.is_none()),
            share: self.share,
            highest: self.highest(),
            granted: self.granted.unwrap_or(QoS::AtMostOnce),
            levels: self.granted.map_or(0, |granted| 1 << granted as u8),
            settled: self.granted.is_some() && before.is_none(),
            any_retain_as_published: options.retain_as_published
                || before.is_some_and(|before| before.any_retain_as_published),
            all_retain_as_published: options.retain_as_published
                && before.is_none_or(|before| before.all_retain_as_published),
            all_no_local: options.no_local && before.is_none_or(|before| before.all_no_local),
            no_retained: !asks(options) && before.is_none_or(|before| !before.any_retained),
            all_identified: self.identifier.is_some()
                && before.is_none_or(|before| before.all_identified),
            asks_only_if_new: before.is_some()
                && options.retain_handling == RetainHandling::SendIfNew,
            newest: self.since,
            oldest: self.first,
        }
    }
}
