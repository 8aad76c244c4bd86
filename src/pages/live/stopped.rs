//! The line that says that the engine has stopped, with the way to start it again.

use std::rc::Rc;

use mqttscope_protocol::Command;
use yew::prelude::*;

use super::desk::Desk;
use crate::components::icon::{Icon, icon};
use crate::state::live::profiles::Profiles;
use crate::state::live::{Act, Stopped, words};

#[derive(Clone, PartialEq, Properties)]
pub(super) struct StoppedLineProps {
    pub(super) stopped: Rc<Stopped>,
    pub(super) profiles: Profiles,
}

/// It stays until it is pressed.
#[component]
pub(super) fn StoppedLine(props: &StoppedLineProps) -> Html {
    let Some(desk) = use_context::<Desk>() else {
        return Html::default();
    };
    let stopped = &props.stopped;
    let again = {
        let (desk, stopped, profiles) = (desk.clone(), stopped.clone(), props.profiles.clone());
        Callback::from(move |_: MouseEvent| {
            desk.live.dispatch(Act::Restarted);
            desk.begin.emit(());
            if stopped.budget > 0 {
                desk.talk.emit(Command::Budget(stopped.budget));
            }
            // Their subscriptions are part of what is kept of them.
            for known in stopped.connected.iter().filter_map(|&id| profiles.get(id)) {
                let profile = Box::new(known.profile.as_ref().clone());
                desk.talk.emit(Command::Connect(known.number, profile));
            }
        })
    };
    let lost = match stopped.connected.len() {
        0 => "No connection was open.".to_owned(),
        1 => "The connection is lost.".to_owned(),
        count => format!("{count} connections are lost."),
    };
    let gone = match stopped.packets {
        0 => String::new(),
        1 => " The recorded packet is gone.".to_owned(),
        count => format!(" The {} recorded packets are gone.", words::whole(count)),
    };
    html! {
        <div class="stopped" role="alert" data-testid="stopped">
            { icon(Icon::Fault) }
            <p>{ &*stopped.why }{ " " }{ lost }{ gone }{ " Your connections, subscriptions and messages are kept." }</p>
            <button class="main" data-testid="start-again" onclick={again}>
                { if stopped.connected.is_empty() { "Start again" } else { "Start again and reconnect" } }
            </button>
        </div>
    }
}
