//! What can be done with all connections at once, as a fleet of devices wants it.

use std::rc::Rc;

use mqttscope_protocol::{Command, ConnectionState, Summary};
use yew::prelude::*;

use super::connection_row::end;
use super::desk::Desk;
use super::keep;
use crate::components::icon::{Icon, icon};
use crate::components::menu::{Item, Menu};
use crate::state::live::profiles::{Known, ProfileAct, Profiles};

#[derive(Clone, PartialEq, Properties)]
pub(super) struct AllMenuProps {
    pub(super) profiles: Profiles,
    pub(super) summary: Rc<Summary>,
}

/// The menu beside the heading of the connections.
#[component]
pub(super) fn AllMenu(props: &AllMenuProps) -> Html {
    let desk = use_context::<Desk>();
    let Some(desk) = desk else {
        return Html::default();
    };
    let (ended, begun) = parted(&props.profiles, &props.summary);
    let items = {
        let (ended, begun) = (ended.len(), begun.len());
        Callback::from(move |()| {
            let of = |count: usize| format!("{count} of {}", ended.saturating_add(begun));
            vec![
                Item::new("Connect all", of(ended)),
                Item::new("Disconnect all", of(begun)),
                Item::new("Delete all that are not connected", of(ended)),
            ]
        })
    };
    let on_choose = Callback::from(move |index: usize| match index {
        0 => {
            for known in &ended {
                let profile = Box::new((*known.profile).clone());
                desk.talk.emit(Command::Connect(known.number, profile));
            }
        }
        1 => {
            for known in &begun {
                desk.talk.emit(end(known.number, 0));
            }
        }
        // Without one it would leave nothing to undo.
        _ if ended.is_empty() => {}
        _ => {
            for known in &ended {
                keep::forget(&known.profile.id);
                desk.talk.emit(Command::Remove(known.number));
            }
            let numbers = ended.iter().map(|known| known.number);
            desk.profiles
                .dispatch(ProfileAct::Remove(numbers.collect()));
        }
    });
    html! {
        <Menu id="all-connections" class="bare square only-icon" name="All connections" label={icon(Icon::Dots)} fixed=true {items} {on_choose} />
    }
}

/// Those that are not connected and do not try it, and the others.
fn parted(profiles: &Profiles, summary: &Summary) -> (Vec<Known>, Vec<Known>) {
    profiles.known().iter().cloned().partition(|known| {
        let view = (summary.connections.iter()).find(|view| view.id == known.number);
        view.is_none_or(|view| {
            matches!(
                view.state,
                ConnectionState::Closed | ConnectionState::Failed { .. }
            )
        })
    })
}
