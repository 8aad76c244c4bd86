//! The connections: those that are kept, each as it stands, and how to make another.

use std::rc::Rc;

use mqttscope_protocol::{Command, ConnectionId, ConnectionState, Profile, Summary};
use yew::prelude::*;

use super::advice::AdviceWindow;
use super::all_menu::AllMenu;
use super::connection_row::ConnectionRow;
use super::connection_state::cause;
use super::desk::Desk;
use super::edit::Edit;
use super::faults::FaultsButton;
use super::keep;
use super::new_menu::NewMenu;
use super::paste::use_pasted_address;
use super::repair::on_repair;
use super::several::Several;
use super::undo::Undo;
use crate::state::live::Act;
use crate::state::live::faults::Faults;
use crate::state::live::profiles::{ProfileAct, Profiles};

#[derive(Clone, PartialEq, Properties)]
pub(super) struct ConnectionsProps {
    pub(super) profiles: Profiles,
    pub(super) summary: Rc<Summary>,
    pub(super) current: Option<ConnectionId>,
    pub(super) faults: Rc<Faults>,
}

/// What is open above the page.
#[derive(Clone, PartialEq)]
pub(super) enum Open {
    /// The settings of this one, and the lines of configuration that its broker needs.
    Edit(Rc<Profile>, AttrValue),
    /// Why this one does not work.
    Advice(ConnectionId),
    /// How many clients there shall be of it.
    Several(ConnectionId, Rc<Profile>),
}

#[component]
pub(super) fn Connections(props: &ConnectionsProps) -> Html {
    let desk = use_context::<Desk>();
    let open = use_state_eq(|| None::<Open>);
    let on_open = {
        let open = open.clone();
        use_callback((), move |what: Open, ()| open.set(Some(what)))
    };
    use_pasted_address(&props.profiles, &on_open);
    let Some(desk) = desk else {
        return Html::default();
    };
    let on_close = {
        let open = open.clone();
        Callback::from(move |()| open.set(None))
    };
    let on_done = {
        let (desk, open, profiles) = (desk.clone(), open.clone(), props.profiles.clone());
        Callback::from(move |(mut profile, connect): (Profile, bool)| {
            // They may have changed while the window was open.
            if let Some(known) = profiles.by_id(&profile.id) {
                profile.answers.clone_from(&known.profile.answers);
                profile.tables.clone_from(&known.profile.tables);
            }
            let number = profiles
                .by_id(&profile.id)
                .map_or(profiles.next_number(), |known| known.number);
            keep::keep(&profile);
            desk.profiles
                .dispatch(ProfileAct::Put(profile.clone().into()));
            desk.live.dispatch(Act::Connection(number));
            if connect {
                desk.talk.emit(Command::Connect(number, profile.into()));
            }
            open.set(None);
        })
    };
    let on_copy = {
        let (open, profiles) = (open.clone(), props.profiles.clone());
        Callback::from(move |number: ConnectionId| {
            if let Some(copy) = profiles.copy_of(number, keep::new_id()) {
                open.set(Some(Open::Edit(copy.into(), AttrValue::default())));
            }
        })
    };
    let view = |number: ConnectionId| {
        props
            .summary
            .connections
            .iter()
            .find(|view| view.id == number)
            .cloned()
    };
    let window = match &*open {
        None => Html::default(),
        Some(Open::Edit(profile, note)) => html! {
            <Edit profile={profile.clone()} is_known={props.profiles.by_id(&profile.id).is_some()} note={note.clone()} {on_done} {on_close} />
        },
        Some(Open::Several(number, profile)) => html! {
            <Several number={*number} profile={profile.clone()} profiles={props.profiles.clone()} {on_close} />
        },
        Some(Open::Advice(number)) => {
            let name = props
                .profiles
                .get(*number)
                .map(|known| AttrValue::from(known.profile.shown_name()))
                .unwrap_or_default();
            let view = view(*number);
            let is_open = (view.as_ref()).is_some_and(|view| view.state == ConnectionState::Open);
            let why = view
                .as_ref()
                .map(|view| {
                    if is_open {
                        &view.lost
                    } else {
                        cause(&view.state)
                    }
                    .to_owned()
                })
                .unwrap_or_default();
            // What it waits for is said in its row; here only that it is tried, or works again.
            let state = match view.as_ref().filter(|_| is_open || why.is_empty()) {
                Some(_) if is_open => "connected again",
                Some(_) => "trying again…",
                None => "",
            };
            html! {
                <AdviceWindow number={*number} {name} {is_open} cause={why} advice={view.map(|view| view.advice).unwrap_or_default()} {state}
                    on_repair={on_repair(&props.profiles, &desk)} on_close={on_close.clone()} />
            }
        }
    };
    html! {
        <section class="connections" aria-label="Connections">
            <div class="head">
                <h2>{ "Connections" }</h2>
                <span class="grow"></span>
                <FaultsButton faults={props.faults.clone()} />
                if props.profiles.known().len() > 1 { <AllMenu profiles={props.profiles.clone()} summary={props.summary.clone()} /> }
                <NewMenu profiles={props.profiles.clone()} on_open={on_open.clone()} />
            </div>
            <ul data-testid="connections">
                { for props.profiles.known().iter().map(|known| html! {
                    <ConnectionRow key={known.number.0} known={known.clone()} view={view(known.number)} current={props.current == Some(known.number)}
                        on_open={on_open.clone()} on_copy={on_copy.clone()} />
                }) }
            </ul>
            if let Some(first) = props.profiles.removed().next() { <Undo key={first.number.0} known={props.profiles.removed().cloned().collect::<Vec<_>>()} /> }
            { window }
        </section>
    }
}
