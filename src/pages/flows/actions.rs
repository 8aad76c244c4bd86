//! Break it here, compare, and back to one run.

use std::rc::Rc;

use mqttscope_inspect::flows::{Fault, Run};
use yew::prelude::*;

use super::act::Acts;
use super::player::Player;
use crate::components::menu::{Item, Menu};
use crate::state::flows::{Act, Column, Mode};
use crate::state::playback::Playback;

#[derive(Clone, Properties)]
pub(super) struct ActionsProps {
    pub(super) column: Column,
    pub(super) mode: Mode,
    pub(super) player: Rc<Player>,
}

impl PartialEq for ActionsProps {
    fn eq(&self, other: &Self) -> bool {
        self.column == other.column && self.mode == other.mode
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
                Item::new(run.scenario.fault_text(fault), means(&run, fault, moment))
                    .under(format!("From here on: {}", whose(&run, fault)))
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
            <Menu id="fork" label={html! { "Fork here" }} items={items} on_choose={on_choose} />
            if props.mode != Mode::Compare {
                <button data-testid="compare" title="The same at QoS 0, 1 and 2 (c)" onclick={on(Act::Compare)}>{ "Compare 0 · 1 · 2" }</button>
            }
            if props.mode != Mode::One {
                <button data-testid="alone" title="Only the chosen run (a)" onclick={on(Act::Alone)}>{ "Only this" }</button>
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

/// What a fault is, in a few words.
fn means(run: &Run, fault: &Fault, moment: u64) -> String {
    match fault {
        Fault::Cut { .. } => "the link breaks; what is on its way is lost".into(),
        Fault::Offline { .. } => "no connection for a while".into(),
        Fault::Restart { keeps: true, .. } => "it comes back with its session".into(),
        Fault::Restart { keeps: false, .. } => "it comes back and knows nothing".into(),
        Fault::RestartBroker { keeps: true, .. } => "it comes back with all sessions".into(),
        Fault::RestartBroker { keeps: false, .. } => "all sessions are gone".into(),
        Fault::Slow { delay, .. } => format!("every packet takes {delay} ms"),
        Fault::Hold { client, .. } => match run.next_acknowledged(*client, moment) {
            Some(kind) => format!("its application keeps {} back", kind.name()),
            None => "its application does not acknowledge".into(),
        },
    }
}
