//! Several clients of the settings of one, as a fleet of devices is.

use std::rc::Rc;

use mqttscope_protocol::{Command, ConnectionId, Profile};
use yew::prelude::*;

use super::desk::{Desk, value_of};
use super::keep;
use crate::components::dialog::Dialog;
use crate::state::live::profiles::{ProfileAct, Profiles};

#[derive(Clone, PartialEq, Properties)]
pub(super) struct SeveralProps {
    pub(super) number: ConnectionId,
    pub(super) profile: Rc<Profile>,
    pub(super) profiles: Profiles,
    pub(super) on_close: Callback<()>,
}

/// Asks how many, makes them, and connects them where that is wanted.
#[component]
pub(super) fn Several(props: &SeveralProps) -> Html {
    let desk = use_context::<Desk>();
    let typed = use_state_eq(|| "10".to_owned());
    let most = Profiles::MOST_AT_ONCE;
    let count = typed
        .trim()
        .parse()
        .ok()
        .filter(|count| (1..=most).contains(count));
    let make = |connects: bool| {
        let (desk, props) = (desk.clone(), props.clone());
        move || {
            let (Some(desk), Some(count)) = (&desk, count) else {
                return;
            };
            let mut number = props.profiles.next_number();
            // They are loaded in the order of these.
            let (together, mut made) = (keep::new_id(), 0);
            let id = || {
                made += 1;
                format!("{together}-{made:02}")
            };
            for profile in props.profiles.several_of(props.number, count, id) {
                keep::keep(&profile);
                desk.profiles
                    .dispatch(ProfileAct::Put(profile.clone().into()));
                if connects {
                    desk.talk.emit(Command::Connect(number, profile.into()));
                }
                number = ConnectionId(number.0.saturating_add(1));
            }
            props.on_close.emit(());
        }
    };
    let on_input = {
        let typed = typed.clone();
        Callback::from(move |event: InputEvent| typed.set(value_of(&event)))
    };
    let on_submit = {
        let make = make(true);
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            make();
        })
    };
    let only_make = make(false);
    let first = props.profiles.several_of(props.number, 1, String::new);
    let example = first.first().map(|first| {
        html! { <p class="quiet">{ "The first is “" }{ &first.name }{ "”, with the Client Identifier " }<code>{ &first.client_identifier }</code>{ ". What is published on a timer names it as {{client}}; answers to messages and scripts are turned off in all of them, and they subscribe to nothing." }</p> }
    });
    html! {
        <Dialog title={format!("Several of “{}”", props.profile.shown_name())} on_close={props.on_close.clone()}>
            <form class="edit" data-testid="several-form" onsubmit={on_submit}>
                <label class="answer-field"><span>{ "How many clients" }</span>
                    <input type="text" inputmode="numeric" data-testid="several-count" data-first="" value={(*typed).clone()} oninput={on_input} />
                </label>
                { for example }
                <div class="acts">
                    <div class="grow">if count.is_none() { <p class="is-error" role="alert" data-testid="several-fault">{ format!("Enter a number from 1 to {most}.") }</p> }</div>
                    <button type="button" data-testid="several-make" disabled={count.is_none()} onclick={Callback::from(move |_: MouseEvent| only_make())}>{ "Create" }</button>
                    <button type="submit" class="main" data-testid="several-connect" disabled={count.is_none()}>{ "Create and connect" }</button>
                </div>
            </form>
        </Dialog>
    }
}
