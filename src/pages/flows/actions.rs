//! Add a fault, compare, and back to one run.

use std::rc::Rc;

use mqttscope_flows::{Fault, Run, seconds};
use yew::prelude::*;

use super::act::Acts;
use super::player::Player;
use crate::components::menu::{Item, Menu};
use crate::services::browser;
use crate::state::flows::{Act, Column, Mode};
use crate::state::playback::Playback;

#[derive(Clone, Properties)]
pub(super) struct ActionsProps {
    pub(super) column: Column,
    pub(super) mode: Mode,
    /// A scenario is being written: nothing else can be done with it.
    pub(super) is_preview: bool,
    pub(super) player: Rc<Player>,
}

impl PartialEq for ActionsProps {
    fn eq(&self, other: &Self) -> bool {
        self.column == other.column
            && self.mode == other.mode
            && self.is_preview == other.is_preview
    }
}

/// The buttons behind the time line.
#[component]
pub(super) fn Actions(props: &ActionsProps) -> Html {
    let acts = use_context::<Acts>();
    // The moment when the menu was opened: playing may go on under it.
    let at = use_mut_ref(|| 0_u64);
    let run = props.column.run.clone();
    let items = {
        let (run, at, player) = (run.clone(), at.clone(), props.player.clone());
        Callback::from(move |()| {
            player.act(Playback::pause);
            *at.borrow_mut() = player.moment();
            let moment = player.moment();
            let faults = run.faults_at(moment);
            let item = |fault: &Fault| {
                let (name, means) = words(&run, fault, moment);
                Item::new(name, means).under(format!(
                    "At {}: {}",
                    seconds(moment),
                    whose(&run, fault)
                ))
            };
            faults.iter().map(item).collect::<Vec<_>>()
        })
    };
    let on_choose = {
        let (run, at, acts) = (run.clone(), at.clone(), acts.clone());
        Callback::from(move |index: usize| {
            let fault = run.faults_at(*at.borrow()).into_iter().nth(index);
            if let (Some(fault), Some(acts)) = (fault, &acts) {
                acts.dispatch(Act::Fork(fault));
                // The menu's button is drawn anew; from here Space plays.
                browser::focus_quietly("[data-testid=room]");
            }
        })
    };
    let on = |act: Act| {
        let acts = acts.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(acts) = &acts {
                acts.dispatch(act.clone());
            }
        })
    };
    html! {
        <>
            <Menu id="fork" label={html! { <>{ "Add a fault" }<span class="at-length">{ " here" }</span></> }} disabled={props.is_preview} items={items} on_choose={on_choose} />
            if props.mode == Mode::Compare {
                <button data-testid="alone" title="Back to the scenario (a)" onclick={on(Act::Alone)}>{ "Close" }<span class="at-length">{ " comparison" }</span></button>
            } else {
                <button data-testid="compare" title="The same scenario at QoS 0, 1 and 2 (c)" disabled={props.is_preview} onclick={on(Act::Compare)}>{ "Compare" }<span class="at-length">{ " QoS 0, 1, 2" }</span></button>
            }
            if props.mode == Mode::Fork {
                <button data-testid="alone" title="Show only the run in focus (a)" onclick={on(Act::Alone)}>{ "Close" }<span class="at-length">{ " comparison" }</span></button>
            }
        </>
    }
}

/// At whom it happens.
fn whose<'a>(run: &'a Run, fault: &Fault) -> &'a str {
    let client = match *fault {
        Fault::RestartBroker { .. } => return "the broker",
        Fault::Cut { client, .. }
        | Fault::Offline { client, .. }
        | Fault::Restart { client, .. }
        | Fault::Slow { client, .. }
        | Fault::Hold { client, .. } => client,
    };
    let station = run.scenario.clients.get(client);
    station.map_or("", |station| station.name.as_str())
}

/// What a fault is called, and what it does.
fn words(run: &Run, fault: &Fault, moment: u64) -> (String, String) {
    let (name, means) = match fault {
        Fault::Cut { .. } => (
            "Cut the connection".to_owned(),
            "packets in transit are lost".to_owned(),
        ),
        Fault::Offline { from, to, .. } => (
            format!("Go offline for {}", seconds(to.saturating_sub(*from))),
            "the connection is lost, and reconnecting fails until then".to_owned(),
        ),
        Fault::Restart { keeps: true, .. } => (
            "Restart, state kept".to_owned(),
            "the client resumes its session".to_owned(),
        ),
        Fault::Restart { keeps: false, .. } => (
            "Restart, state lost".to_owned(),
            "the client starts a new session".to_owned(),
        ),
        Fault::RestartBroker { keeps: true, .. } => (
            "Restart, state kept".to_owned(),
            "sessions and retained messages are on disk".to_owned(),
        ),
        Fault::RestartBroker { keeps: false, .. } => (
            "Restart, state lost".to_owned(),
            "all sessions and messages are gone".to_owned(),
        ),
        Fault::Slow { delay, .. } => (
            "Slow down the link".to_owned(),
            format!("every packet takes {delay} ms"),
        ),
        Fault::Hold { client, .. } => (
            "Hold back acknowledgements".to_owned(),
            match run.next_acknowledged(*client, moment) {
                Some(kind) => format!("the application delays {}", kind.name()),
                None => "the application does not acknowledge".to_owned(),
            },
        ),
    };
    (name, means)
}
