//! Changes of answers and tables: into the engine, and into what is kept.

use std::rc::Rc;

use mqttscope_answers::{Answer, TableEdit};
use mqttscope_protocol::{Command, ConnectionId, Profile};
use yew::prelude::*;

use crate::pages::live::desk::Desk;
use crate::pages::live::keep;
use crate::state::live::Live;
use crate::state::live::profiles::{ProfileAct, Profiles};

fn put(profile: Profile, profiles: &UseReducerDispatcher<Profiles>) {
    keep::keep(&profile);
    profiles.dispatch(ProfileAct::Put(profile.into()));
}

/// Answers so from now on.
pub(super) fn on_answers(
    connection: ConnectionId,
    profile: &Rc<Profile>,
    desk: &Desk,
) -> Callback<Vec<Answer>> {
    let (profile, desk) = (profile.clone(), desk.clone());
    Callback::from(move |answers: Vec<Answer>| {
        let next = Profile {
            answers: answers.clone(),
            ..(*profile).clone()
        };
        put(next, &desk.profiles);
        desk.talk.emit(Command::Answers(connection, answers));
    })
}

/// Changes a table. The engine, where it has the connection, has the last word: it tells what the table is then.
pub(super) fn on_edit(
    connection: ConnectionId,
    profile: &Rc<Profile>,
    desk: &Desk,
) -> Callback<TableEdit> {
    let (profile, desk) = (profile.clone(), desk.clone());
    Callback::from(move |edit: TableEdit| {
        let mut next = (*profile).clone();
        if !edit.apply(&mut next.tables) {
            return desk.say("The table has no room for this, or has changed meanwhile.");
        }
        put(next, &desk.profiles);
        desk.talk.emit(Command::EditTable(connection, edit.into()));
    })
}

/// Keeps tables that answers have changed.
#[hook]
pub(in crate::pages::live) fn use_kept_tables(
    live: &UseReducerHandle<Live>,
    profiles: &UseReducerHandle<Profiles>,
) {
    let profiles = profiles.clone();
    use_effect_with(live.answers.clone(), move |answers| {
        for (number, view) in answers.iter() {
            let Some((known, tables)) = profiles.get(*number).zip(view.tables.as_ref()) else {
                continue;
            };
            if known.profile.tables != *tables {
                let next = Profile {
                    tables: tables.clone(),
                    ..(*known.profile).clone()
                };
                put(next, &profiles.dispatcher());
            }
        }
    });
}
