//! Who gets a message: subscriptions by filter, shared ones in turn.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use mqttscope_shared::topic_tree::{TooDeep, TopicTree};
use mqttscope_wire::{QoS, SubscriptionOptions, TopicFilter};

use super::SessionId;

/// How a session is subscribed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Terms {
    pub(crate) options: SubscriptionOptions,
    pub(crate) identifier: Option<u32>,
    /// `$share/` had its meaning when the subscription was made.
    pub(crate) sharing: bool,
}

/// A filter taken apart.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Filter<'a> {
    pub(crate) share_name: Option<&'a str>,
    pub(crate) levels: &'a str,
}

impl<'a> Filter<'a> {
    /// `sharing`: whether `$share/` has its meaning.
    pub(crate) fn new(filter: &'a str, sharing: bool) -> Self {
        // Before version 5 what does not parse as a shared subscription is an ordinary filter.
        match TopicFilter::new(filter)
            .filter(|_| sharing)
            .and_then(TopicFilter::shared)
        {
            Some(shared) => Self {
                share_name: Some(shared.share_name),
                levels: shared.topic_filter.as_str(),
            },
            None => Self {
                share_name: None,
                levels: filter,
            },
        }
    }
}

#[derive(Debug, Default)]
struct Subscribers {
    each: BTreeMap<SessionId, Terms>,
    groups: BTreeMap<Box<str>, Group>,
}

impl Subscribers {
    fn is_empty(&self) -> bool {
        self.each.is_empty() && self.groups.is_empty()
    }
}

/// The members of one shared subscription.
#[derive(Debug, Default)]
struct Group {
    members: Vec<(SessionId, Terms)>,
    /// Whose turn it is.
    next: usize,
}

/// Whether a member of a group can take a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Readiness {
    /// It would be dropped.
    No,
    /// It would wait for the client to come back.
    Kept,
    /// The client is there.
    Connected,
}

/// One copy of a message for one session.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) session: SessionId,
    pub(crate) maximum_qos: QoS,
    pub(crate) retain_as_published: bool,
    pub(crate) identifiers: Vec<u32>,
}

impl Route {
    fn new(session: SessionId, terms: &Terms) -> Self {
        Self {
            session,
            maximum_qos: terms.options.maximum_qos,
            retain_as_published: terms.options.retain_as_published,
            identifiers: terms.identifier.into_iter().collect(),
        }
    }
}

/// All subscriptions of all sessions.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    tree: TopicTree<Subscribers>,
    count: usize,
}

impl Routes {
    /// Subscriptions of all sessions together.
    pub(crate) const fn len(&self) -> usize {
        self.count
    }

    /// Adds or replaces; true when it is new.
    pub(crate) fn subscribe(
        &mut self,
        filter: Filter<'_>,
        session: SessionId,
        terms: Terms,
    ) -> Result<bool, TooDeep> {
        if self.tree.get(filter.levels).is_none() {
            self.tree.insert(filter.levels, Subscribers::default())?;
        }
        let Some(subscribers) = self.tree.get_mut(filter.levels) else {
            return Err(TooDeep);
        };
        let new = match filter.share_name {
            //= [MQTT-3.8.4-3] v5 and v3.1.1: the same filter again replaces the subscription
            None => subscribers.each.insert(session, terms).is_none(),
            Some(name) => {
                let group = subscribers.groups.entry(name.into()).or_default();
                match group.members.iter_mut().find(|member| member.0 == session) {
                    Some(member) => {
                        member.1 = terms;
                        false
                    }
                    None => {
                        group.members.push((session, terms));
                        true
                    }
                }
            }
        };
        self.count = self.count.saturating_add(usize::from(new));
        Ok(new)
    }

    /// Takes a subscription out; false when there was none.
    pub(crate) fn unsubscribe(&mut self, filter: Filter<'_>, session: SessionId) -> bool {
        //= [MQTT-3.10.4-1] v5 and v3.1.1: only the very same filter, character by character
        let Some(subscribers) = self.tree.get_mut(filter.levels) else {
            return false;
        };
        let removed = match filter.share_name {
            None => subscribers.each.remove(&session).is_some(),
            Some(name) => subscribers.groups.get_mut(name).is_some_and(|group| {
                let Some(at) = group.members.iter().position(|member| member.0 == session) else {
                    return false;
                };
                group.members.remove(at);
                if at < group.next {
                    group.next = group.next.saturating_sub(1);
                }
                true
            }),
        };
        subscribers
            .groups
            .retain(|_, group| !group.members.is_empty());
        if subscribers.is_empty() {
            self.tree.remove(filter.levels);
        }
        self.count = self.count.saturating_sub(usize::from(removed));
        removed
    }

    /// Where a message goes, at most once to a session for all its ordinary subscriptions, and
    /// once for each shared one whose turn is a session's.
    pub(crate) fn route(
        &mut self,
        topic_name: &str,
        publisher: Option<SessionId>,
        readiness: impl Fn(SessionId, QoS) -> Readiness,
    ) -> Vec<Route> {
        let mut routes: Vec<Route> = Vec::new();
        let mut shared: Vec<Route> = Vec::new();
        self.tree.visit_matching(topic_name, |subscribers| {
            for (&session, terms) in &subscribers.each {
                //= [MQTT-3.8.3-3] v5: No Local keeps a message from the client that published it
                if !(terms.options.no_local && publisher == Some(session)) {
                    routes.push(Route::new(session, terms));
                }
            }
            for group in subscribers.groups.values_mut() {
                shared.extend(
                    group
                        .choose(&readiness)
                        .map(|(session, terms)| Route::new(session, &terms)),
                );
            }
        });
        // A stable sort and a merge: one copy with the highest QoS and every identifier.
        routes.sort_by_key(|route| route.session);
        routes.dedup_by(|later, first| {
            let same = later.session == first.session;
            if same {
                //= [MQTT-3.3.4-2] v5, [MQTT-3.3.5-1] v3.1.1: the highest QoS of all that match
                first.maximum_qos = first.maximum_qos.max(later.maximum_qos);
                first.retain_as_published |= later.retain_as_published;
                //= [MQTT-3.3.4-4] v5: one copy carries the identifiers of all that match
                first.identifiers.append(&mut later.identifiers);
            }
            same
        });
        routes.append(&mut shared);
        routes
    }
}

impl Group {
    /// The next member in turn among those that are most ready.
    fn choose(
        &mut self,
        readiness: impl Fn(SessionId, QoS) -> Readiness,
    ) -> Option<(SessionId, Terms)> {
        let count = self.members.len();
        let mut best: Option<(usize, Readiness)> = None;
        for step in 0..count {
            let at = self.next.checked_add(step)?.checked_rem(count)?;
            let &(session, terms) = self.members.get(at)?;
            let ready = readiness(session, terms.options.maximum_qos);
            if ready != Readiness::No && best.is_none_or(|(_, found)| ready > found) {
                best = Some((at, ready));
            }
            if ready == Readiness::Connected {
                break;
            }
        }
        let (at, _) = best?;
        self.next = at.checked_add(1)?.checked_rem(count)?;
        self.members.get(at).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(qos: QoS, identifier: u32) -> Terms {
        let options = SubscriptionOptions {
            maximum_qos: qos,
            ..SubscriptionOptions::default()
        };
        Terms {
            options,
            identifier: Some(identifier),
            sharing: true,
        }
    }

    fn filter(text: &str) -> Filter<'_> {
        Filter::new(text, true)
    }

    fn connected(_: SessionId, _: QoS) -> Readiness {
        Readiness::Connected
    }

    #[test]
    fn overlapping_subscriptions_make_one_copy() {
        let mut routes = Routes::default();
        assert_eq!(
            routes.subscribe(filter("a/#"), SessionId(1), terms(QoS::AtMostOnce, 10)),
            Ok(true)
        );
        assert_eq!(
            routes.subscribe(filter("a/b"), SessionId(1), terms(QoS::ExactlyOnce, 11)),
            Ok(true)
        );
        assert_eq!(
            routes.subscribe(filter("a/b"), SessionId(2), terms(QoS::AtLeastOnce, 12)),
            Ok(true)
        );
        assert_eq!(
            routes.subscribe(filter("a/b"), SessionId(2), terms(QoS::AtMostOnce, 13)),
            Ok(false)
        );
        let found = routes.route("a/b", None, connected);
        let mut summary: Vec<_> = found
            .into_iter()
            .map(|route| (route.session.0, route.maximum_qos as u8, route.identifiers))
            .collect();
        for entry in &mut summary {
            entry.2.sort_unstable();
        }
        assert_eq!(summary, [(1, 2, [10, 11].into()), (2, 0, [13].into())]);
        assert_eq!(routes.len(), 3);
        assert!(routes.unsubscribe(filter("a/#"), SessionId(1)));
        assert!(!routes.unsubscribe(filter("a/#"), SessionId(1)));
        assert!(
            routes.unsubscribe(filter("a/b"), SessionId(1))
                && routes.unsubscribe(filter("a/b"), SessionId(2))
        );
        assert!(routes.tree.is_empty() && routes.len() == 0);
    }

    #[test]
    fn shared_subscriptions_take_turns() {
        let mut routes = Routes::default();
        for session in 1..=3 {
            routes
                .subscribe(
                    filter("$share/g/a/+"),
                    SessionId(session),
                    terms(QoS::AtLeastOnce, 1),
                )
                .unwrap();
        }
        let turn = |routes: &mut Routes, ready: fn(SessionId, QoS) -> Readiness| {
            let found = routes.route("a/b", None, ready);
            assert_eq!(found.len(), 1);
            found[0].session.0
        };
        assert_eq!(
            [(); 7].map(|()| turn(&mut routes, connected)),
            [1, 2, 3, 1, 2, 3, 1]
        );
        let away = |session: SessionId, _: QoS| {
            if session.0 == 2 {
                Readiness::Kept
            } else {
                Readiness::Connected
            }
        };
        assert_eq!([(); 4].map(|()| turn(&mut routes, away)), [3, 1, 3, 1]);
        assert_eq!(
            [(); 4].map(|()| turn(&mut routes, |_, _| Readiness::Kept)),
            [2, 3, 1, 2]
        );
        assert!(routes.unsubscribe(filter("$share/g/a/+"), SessionId(1)));
        assert_eq!([(); 3].map(|()| turn(&mut routes, connected)), [3, 2, 3]);
        assert_eq!(routes.route("a/b", None, |_, _| Readiness::No), []);
    }
}
