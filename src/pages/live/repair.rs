//! What is done about the cause of a lost connection with one press: the connection gets another setting,
//! is kept so, and connects.

use mqttscope_protocol::{Action, Command, Profile};
use yew::prelude::*;

use super::advice::Repair;
use super::desk::Desk;
use super::keep;
use crate::state::live::Act;
use crate::state::live::profiles::{ProfileAct, Profiles};

/// Changes the connection and connects it.
pub(super) fn on_repair(profiles: &Profiles, desk: &Desk) -> Callback<Repair> {
    let (profiles, desk) = (profiles.clone(), desk.clone());
    Callback::from(move |(number, action): Repair| {
        let Some(known) = profiles.get(number) else {
            return;
        };
        let profile = repaired(&known.profile, &action, js_sys::Math::random());
        desk.say(changed(&profile, &action));
        keep::keep(&profile);
        desk.profiles
            .dispatch(ProfileAct::Put(profile.clone().into()));
        desk.live.dispatch(Act::Connection(number));
        desk.talk.emit(Command::Connect(number, profile.into()));
    })
}

/// What is said of it: the settings are other ones from now on.
fn changed(profile: &Profile, action: &Action) -> String {
    let name = profile.shown_name();
    match action {
        Action::UseVersion(version) => {
            format!("“{name}” is set to MQTT {} and connects.", version.name())
        }
        Action::ChangeClientIdentifier => format!(
            "“{name}” is set to the client identifier {} and connects. It starts a new session.",
            profile.client_identifier
        ),
    }
}

/// The settings with another version or client identifier; `random` is from 0 to 1.
fn repaired(profile: &Profile, action: &Action, random: f64) -> Profile {
    let mut profile = profile.clone();
    match action {
        Action::UseVersion(version) => profile.version = *version,
        Action::ChangeClientIdentifier => {
            let base: String = profile.client_identifier.chars().take(17).collect();
            let base = if base.is_empty() { "client" } else { &base };
            profile.client_identifier = format!("{base}-{:04x}", (random * 65_535.0) as u16);
        }
    }
    profile
}

#[cfg(test)]
mod tests {
    use super::*;
    use mqttscope_wire::ProtocolVersion;

    #[test]
    fn another_identifier_still_shows_the_old_one_and_is_short() {
        let profile = Profile {
            client_identifier: "a-very-long-identifier-of-a-sensor".into(),
            ..Profile::default()
        };
        let other = repaired(&profile, &Action::ChangeClientIdentifier, 0.5);
        assert!(other.client_identifier.starts_with("a-very-long-ident-"));
        // The longest that every server of 3.1.1 takes has 23 characters.
        assert!(other.client_identifier.len() <= 23);
        let says = changed(&other, &Action::ChangeClientIdentifier);
        assert!(says.contains(&other.client_identifier), "{says}");
        let older = repaired(&profile, &Action::UseVersion(ProtocolVersion::V3_1_1), 0.5);
        assert_eq!(older.version, ProtocolVersion::V3_1_1);
    }
}
