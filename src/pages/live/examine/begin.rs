//! What an examination will do, said before it begins, and what is chosen of it.

use std::rc::Rc;

use mqttscope_protocol::{CheckView, Profile, Target};
use mqttscope_wire::ProtocolVersion;
use yew::prelude::*;

use super::keep;
use crate::pages::live::desk::value_of;
use crate::state::live::examine::{Wanted, all_that_run};
use crate::state::live::{reports, words};

#[derive(Clone, PartialEq, Properties)]
pub(super) struct BeginProps {
    pub(super) checks: Rc<[CheckView]>,
    pub(super) profile: Rc<Profile>,
    /// These checks are to run.
    pub(super) on_begin: Callback<Vec<u32>>,
}

#[component]
pub(super) fn Begin(props: &BeginProps) -> Html {
    let wanted = keep::use_wanted(&reports::broker(&props.profile.target));
    let numbers = wanted.numbers(&props.checks);
    let count = words::whole(all_that_run(&props.checks, &numbers) as u64);
    let is_shared = props.profile.target != Target::BuiltIn;
    let hostile = {
        let all = Wanted {
            hostile: true,
            ..(*wanted).clone()
        };
        let strains = |number: &u32| {
            let mut checks = props.checks.iter();
            checks.any(|check| check.number == *number && check.is_hostile)
        };
        all.numbers(&props.checks)
            .iter()
            .filter(|it| strains(it))
            .count()
    };
    let set = |change: fn(&mut Wanted, String)| {
        let wanted = wanted.clone();
        move |value: String| {
            let mut next = (*wanted).clone();
            change(&mut next, value);
            wanted.set(next);
        }
    };
    let set_hostile = set(|wanted, value| wanted.hostile = !value.is_empty());
    let set_text = set(|wanted, value| wanted.text = value);
    let on_hostile = Callback::from(move |event: Event| set_hostile(value_of(&event)));
    let on_text = Callback::from(move |event: InputEvent| set_text(value_of(&event)));
    let on_submit = {
        let on_begin = props.on_begin.clone();
        let numbers = numbers.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if !numbers.is_empty() {
                on_begin.emit(numbers.clone());
            }
        })
    };
    html! {
        <form class="examine-form" onsubmit={on_submit} data-testid="examine-form">
            <p>{ "Each check is a short conversation with the broker: it leads to a situation of which the standard says what has to happen, and looks at what does. The report says statement by statement what the broker keeps and breaks, with the packets that show it." }</p>
            <ul class="says">
                <li>{ "Up to eight checks run at a time, each over connections of its own; one connection more tells whether the broker is still there. Of this connection’s settings they use the address, the user name and the password." }</li>
                <li>{ "Their client identifiers begin with " }<code>{ "mq" }</code>{ ", their topics with " }<code>{ "mqttscope-" }</code>{ " (behind " }<code>{ "mqttscope/" }</code>{ ", " }<code>{ "$mqttscope/" }</code>{ " and " }<code>{ "/" }</code>{ " too), with a random number each. Sessions and retained messages of theirs are taken away." }</li>
                <li>{ "Some send wrong packets on purpose; a broker closes that connection over them and writes it into its log." }</li>
                <li>{ "Your connections go on, and the list of packets shows nothing of it but messages for those that subscribe to everything; their topics do not stand in the tree." }if is_shared { { " Close by, all of it takes less than a minute." } }</li>
            </ul>
            <fieldset>
                <legend>{ "Versions" }</legend>
                { for ProtocolVersion::ALL.into_iter().enumerate().rev().map(|(at, version)| version_box(at, version, &wanted)) }
            </fieldset>
            <label class="check"><input type="checkbox" data-testid="examine-hostile" checked={wanted.hostile} onchange={on_hostile} />
                <span>{ format!("Also what strains a broker: {hostile} checks with huge topics and lengths. Not for a broker that others use.") }</span></label>
            <label class="only"><span>{ "Only checks that name" }</span>
                <input type="text" data-testid="examine-only" placeholder="all, or such as retain or MQTT-3.3.1" value={wanted.text.clone()} oninput={on_text} /></label>
            <div class="does"><button class="main" type="submit" data-testid="examine-start" disabled={numbers.is_empty()}>{ format!("Start {count} checks") }</button>
                if numbers.is_empty() { <span class="quiet" role="status">{ "No check is left of this choice." }</span> }</div>
        </form>
    }
}

fn version_box(at: usize, version: ProtocolVersion, wanted: &UseStateHandle<Wanted>) -> Html {
    let turn = {
        let wanted = wanted.clone();
        Callback::from(move |_: Event| {
            let mut next = (*wanted).clone();
            if let Some(is_spoken) = next.versions.get_mut(at) {
                *is_spoken = !*is_spoken;
            }
            wanted.set(next);
        })
    };
    html! {
        <label class="check"><input type="checkbox" data-testid={format!("examine-{}", version.name())} checked={wanted.speaks(version)} onchange={turn} />{ format!("MQTT {}", version.name()) }</label>
    }
}
