//! The connections that a person keeps.

use std::rc::Rc;

use mqttscope_answers::Answer;
use mqttscope_protocol::profiles::presets;
use mqttscope_protocol::{
    ConnectionId, Profile, SubscriptionDraft, Target, without_address_secrets,
};
use yew::Reducible;

/// A kept connection with the number that the engine knows it by. The number is this page's; what
/// stays is [`Profile::id`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// What the engine calls it.
    pub number: ConnectionId,
    /// Its settings.
    pub profile: Rc<Profile>,
}

/// All of them, in the order of their making.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profiles {
    known: Vec<Known>,
    next: u32,
    /// What was removed last, and where each stood, in order.
    removed: Vec<(usize, Known)>,
}

/// What happens to them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProfileAct {
    /// These were kept.
    Load(Vec<Profile>),
    /// A new one, or new settings of the one with this id.
    Put(Box<Profile>),
    /// Those with these numbers go.
    Remove(Vec<ConnectionId>),
    /// What was removed last comes back, with its numbers, to where it stood.
    Restore,
    /// What was removed last is not wanted back.
    Forget,
}

impl Profiles {
    /// All of them.
    #[must_use]
    pub fn known(&self) -> &[Known] {
        &self.known
    }

    /// The one with this number.
    #[must_use]
    pub fn get(&self, number: ConnectionId) -> Option<&Known> {
        self.known.iter().find(|known| known.number == number)
    }

    /// The one with this id.
    #[must_use]
    pub fn by_id(&self, id: &str) -> Option<&Known> {
        self.known.iter().find(|known| known.profile.id == id)
    }

    /// What was removed last, as long as it can come back.
    pub fn removed(&self) -> impl Iterator<Item = &Known> {
        self.removed.iter().map(|(_, known)| known)
    }

    /// The number that the next new one gets.
    #[must_use]
    pub const fn next_number(&self) -> ConnectionId {
        ConnectionId(self.next)
    }

    /// A name that none has yet: the wanted one, or with a number behind it.
    #[must_use]
    pub fn free_name(&self, wanted: &str) -> String {
        let is_free = |name: &str| self.known.iter().all(|known| known.profile.name != name);
        if is_free(wanted) {
            return wanted.to_owned();
        }
        (2_u32..)
            .map(|number| format!("{wanted} {number}"))
            .find(|name| is_free(name))
            .unwrap_or_default()
    }

    /// A copy of one under another id and name. It is another client, so it has no identifier.
    #[must_use]
    pub fn copy_of(&self, number: ConnectionId, id: String) -> Option<Profile> {
        let known = self.get(number)?;
        Some(Profile {
            id,
            name: self.free_name(&known.profile.name),
            client_identifier: String::new(),
            // Two clients with the same answers would answer each message twice; on a timer each has its own to say.
            answers: (known.profile.answers.iter().cloned())
                .map(|answer| Answer {
                    on: answer.on && answer.is_device(),
                    ..answer
                })
                .collect(),
            ..known.profile.as_ref().clone()
        })
    }

    /// The most copies that are made at once.
    pub const MOST_AT_ONCE: usize = 50;

    /// So many copies of one, at most [`Profiles::MOST_AT_ONCE`], as a fleet of devices has them: each has the name and the
    /// Client Identifier with a number behind it, from 1, and no subscriptions: with `#` each would get what all publish. `id`
    /// gives each its id.
    #[must_use]
    pub fn several_of(
        &self,
        number: ConnectionId,
        count: usize,
        mut id: impl FnMut() -> String,
    ) -> Vec<Profile> {
        let mut known = self.clone();
        let mut made = Vec::new();
        let mut taken = 1_usize;
        while made.len() < count.min(Self::MOST_AT_ONCE) {
            let Some(copy) = known.copy_of(number, id()) else {
                break;
            };
            let original = known.get(number).map(|known| known.profile.clone());
            let Some(original) = original else { break };
            let identifier = match original.client_identifier.as_str() {
                "" => plain(&original.name),
                identifier => identifier.to_owned(),
            };
            // The next number that none has.
            let of = |number: usize| {
                (
                    format!("{} {number}", original.name),
                    format!("{identifier}-{number}"),
                )
            };
            let is_taken = |(name, identifier): &(String, String)| {
                let mut all = known.known.iter().map(|known| &known.profile);
                all.any(|it| it.name == *name || it.client_identifier == *identifier)
            };
            while is_taken(&of(taken)) {
                taken = taken.saturating_add(1);
            }
            let (name, client_identifier) = of(taken);
            let profile = Profile {
                name,
                client_identifier,
                subscriptions: Vec::new(),
                ..copy
            };
            known.put(profile.clone());
            made.push(profile);
        }
        made
    }

    fn put(&mut self, profile: Profile) {
        let profile = Rc::new(profile);
        if let Some(known) = self
            .known
            .iter_mut()
            .find(|known| known.profile.id == profile.id)
        {
            known.profile = profile;
        } else {
            let number = ConnectionId(self.next);
            self.next = self.next.saturating_add(1);
            self.known.push(Known { number, profile });
        }
    }
}

/// A name as a Client Identifier that every server takes: letters and digits (3.1.3.1), and a few of them.
fn plain(name: &str) -> String {
    let signs = name.chars().filter(char::is_ascii_alphanumeric);
    let plain: String = signs.take(16).collect();
    if plain.is_empty() {
        "client".into()
    } else {
        plain.to_lowercase()
    }
}

impl Reducible for Profiles {
    type Action = ProfileAct;

    fn reduce(self: Rc<Self>, act: ProfileAct) -> Rc<Self> {
        let mut next = (*self).clone();
        match act {
            ProfileAct::Load(profiles) => {
                profiles.into_iter().for_each(|profile| next.put(profile))
            }
            ProfileAct::Put(profile) => next.put(*profile),
            ProfileAct::Remove(numbers) => {
                let all = core::mem::take(&mut next.known).into_iter().enumerate();
                let (gone, left): (Vec<_>, Vec<_>) =
                    all.partition(|(_, known)| numbers.contains(&known.number));
                next.removed = gone;
                next.known = left.into_iter().map(|(_, known)| known).collect();
            }
            ProfileAct::Restore => {
                for (at, known) in core::mem::take(&mut next.removed) {
                    next.known.insert(at.min(next.known.len()), known);
                }
            }
            ProfileAct::Forget => next.removed.clear(),
        }
        Rc::new(next)
    }
}

/// What who comes for the first time finds: the broker in the page.
#[must_use]
pub fn first() -> Option<Profile> {
    let built_in = presets().into_iter().next()?;
    // It stands before all others.
    Some(begin(built_in, "0".into()))
}

/// A preset as a new connection. In the page's own broker, where little goes on, all of it is shown
/// at once.
#[must_use]
pub fn begin(preset: Profile, id: String) -> Profile {
    let is_built_in = preset.target == Target::BuiltIn;
    Profile {
        id,
        subscriptions: if is_built_in {
            // At the highest QoS, so that all that happens to a message shows on both its ways.
            vec![SubscriptionDraft {
                qos: 2,
                ..SubscriptionDraft::default()
            }]
        } else {
            preset.subscriptions
        },
        ..preset
    }
}

/// The connection with this subscription, in the place of one to the same filter.
#[must_use]
pub fn subscribed(profile: &Profile, draft: SubscriptionDraft) -> Profile {
    let mut next = unsubscribed(profile, &draft.topic_filter);
    next.subscriptions.push(draft);
    next
}

/// The connection without the subscription to this filter.
#[must_use]
pub fn unsubscribed(profile: &Profile, filter: &str) -> Profile {
    let mut next = profile.clone();
    next.subscriptions
        .retain(|draft| draft.topic_filter != filter);
    next
}

/// Where a connection leads, for its row; without secrets, as others may see the page.
#[must_use]
pub fn place(profile: &Profile) -> String {
    match &profile.target {
        Target::BuiltIn => "in this browser".to_owned(),
        Target::WebSocket(address) | Target::Socket(address) => without_address_secrets(address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(id: &str, name: &str) -> Profile {
        Profile {
            id: id.into(),
            name: name.into(),
            client_identifier: "c".into(),
            ..Profile::default()
        }
    }

    fn boxed(id: &str, name: &str) -> Box<Profile> {
        Box::new(named(id, name))
    }

    fn after(acts: impl IntoIterator<Item = ProfileAct>) -> Rc<Profiles> {
        acts.into_iter()
            .fold(Rc::default(), |profiles: Rc<Profiles>, act| {
                profiles.reduce(act)
            })
    }

    #[test]
    fn who_comes_first_finds_the_built_in_broker() {
        let profiles = after([ProfileAct::Load(first().into_iter().collect())]);
        assert_eq!(profiles.known().len(), 1);
        assert_eq!(profiles.known()[0].profile.target, Target::BuiltIn);
        assert_eq!(
            profiles.known()[0].profile.subscriptions[0].topic_filter,
            "#"
        );
        let profiles = after([ProfileAct::Load(vec![named("a", "mine")])]);
        assert_eq!(profiles.known()[0].profile.name, "mine");
    }

    #[test]
    fn numbers_stay_and_are_never_given_twice() {
        let profiles = after([
            ProfileAct::Put(boxed("a", "A")),
            ProfileAct::Put(boxed("b", "B")),
            ProfileAct::Remove(vec![ConnectionId(0)]),
            ProfileAct::Put(boxed("c", "C")),
            ProfileAct::Put(boxed("b", "B changed")),
        ]);
        let numbers: Vec<_> = profiles
            .known()
            .iter()
            .map(|known| (known.number.0, known.profile.name.as_str()))
            .collect();
        assert_eq!(numbers, [(1, "B changed"), (2, "C")]);
    }

    #[test]
    fn what_was_removed_comes_back_as_it_was() {
        let before = after([
            ProfileAct::Put(boxed("a", "A")),
            ProfileAct::Put(boxed("b", "B")),
        ]);
        let gone = before
            .clone()
            .reduce(ProfileAct::Remove(vec![ConnectionId(0)]));
        assert_eq!(gone.removed().next().unwrap().profile.name, "A");
        let back = gone.clone().reduce(ProfileAct::Restore);
        assert_eq!(back, before);
        let forgotten = gone.reduce(ProfileAct::Forget).reduce(ProfileAct::Restore);
        assert_eq!(
            (forgotten.known().len(), forgotten.removed().count()),
            (1, 0)
        );
    }

    #[test]
    fn many_go_and_come_back_to_where_they_stood() {
        let before = after(["a", "b", "c", "d"].map(|id| ProfileAct::Put(boxed(id, id))));
        let gone = [0, 2, 3].map(ConnectionId).to_vec();
        let gone = before.clone().reduce(ProfileAct::Remove(gone));
        assert_eq!((gone.known().len(), gone.removed().count()), (1, 3));
        assert_eq!(gone.reduce(ProfileAct::Restore), before);
    }

    #[test]
    fn a_connection_remembers_what_it_is_subscribed_to() {
        let draft = |filter: &str, qos| SubscriptionDraft {
            topic_filter: filter.into(),
            qos,
            ..SubscriptionDraft::default()
        };
        let profile = subscribed(&named("a", "A"), draft("x", 0));
        let profile = subscribed(&subscribed(&profile, draft("y", 1)), draft("x", 2));
        assert_eq!(profile.subscriptions, [draft("y", 1), draft("x", 2)]);
        assert_eq!(unsubscribed(&profile, "y").subscriptions, [draft("x", 2)]);
    }

    #[test]
    fn a_copy_does_not_answer_what_is_answered_already() {
        let profile = Profile {
            answers: vec![Answer::default()],
            ..named("a", "A")
        };
        let profiles = after([ProfileAct::Put(profile.into())]);
        let copy = profiles.copy_of(ConnectionId(0), "b".into()).unwrap();
        let is_on = |profile: &Profile| profile.answers[0].on;
        assert!(is_on(&profiles.known()[0].profile) && !is_on(&copy));
    }

    #[test]
    fn a_fleet_has_numbers() {
        let sensor = Profile {
            answers: vec![Answer {
                every_ms: Some(1000),
                ..Answer::default()
            }],
            subscriptions: vec![SubscriptionDraft::default()],
            ..named("a", "My sensor")
        };
        let profiles = after([
            ProfileAct::Put(sensor.into()),
            ProfileAct::Put(boxed("b", "My sensor 2")),
        ]);
        let mut ids = 0;
        let id = || {
            ids += 1;
            format!("id{ids}")
        };
        let several = profiles.several_of(ConnectionId(0), 3, id);
        let told: Vec<_> = several
            .iter()
            .map(|it| (&*it.id, &*it.name, &*it.client_identifier, it.answers[0].on))
            .collect();
        assert_eq!(
            told,
            [
                ("id1", "My sensor 1", "c-1", true),
                ("id2", "My sensor 3", "c-3", true),
                ("id3", "My sensor 4", "c-4", true),
            ]
        );
        assert_eq!(
            (&*plain("Küche: Sensor 7"), &*plain("…")),
            ("kchesensor7", "client")
        );
        assert!(several.iter().all(|it| it.subscriptions.is_empty()));
        let many = profiles.several_of(ConnectionId(0), 1000, String::new);
        assert!(many.len() <= Profiles::MOST_AT_ONCE);
        assert!(
            profiles
                .several_of(ConnectionId(7), 3, String::new)
                .is_empty()
        );
    }

    #[test]
    fn a_copy_is_another_client_with_another_name() {
        let profiles = after([
            ProfileAct::Put(boxed("a", "A")),
            ProfileAct::Put(boxed("b", "A 2")),
        ]);
        let copy = profiles.copy_of(ConnectionId(0), "c".into()).unwrap();
        assert_eq!(
            (
                copy.id.as_str(),
                copy.name.as_str(),
                copy.client_identifier.as_str()
            ),
            ("c", "A 3", "")
        );
    }
}
