//! What the connection is subscribed to.

use std::rc::Rc;

use mqttscope_protocol::{Command, ConnectionId, FilterView, Profile, SubscriptionDraft};
use mqttscope_view::escape::visible;
use yew::prelude::*;

use super::desk::Desk;
use super::keep;
use super::subscribe::Subscribe;
use crate::components::icon::{Icon, icon};
use crate::state::live::Act;
use crate::state::live::profiles::{ProfileAct, subscribed, unsubscribed};
use crate::state::live::subscription_settings::COLOURS;
use crate::state::live::words;

/// What brokers publish about themselves.
const SYSTEM: &str = "$SYS/#";

/// What a subscription's number counts.
const COUNTED: &str = "Messages received with a topic that this filter matches, since you subscribed, also those \
    that were cleared from the lists. A message that several filters match counts with each: only a Subscription \
    Identifier tells which subscription it came for.";

#[derive(Clone, PartialEq, Properties)]
pub(super) struct SubscriptionsProps {
    pub(super) connection: ConnectionId,
    /// Its settings, which remember what it is subscribed to.
    pub(super) profile: Rc<Profile>,
    pub(super) filters: Vec<FilterView>,
    /// Whether one can subscribe now.
    pub(super) is_open: bool,
    pub(super) is_v5: bool,
}

#[component]
pub(super) fn Subscriptions(props: &SubscriptionsProps) -> Html {
    let adding = use_state_eq(|| false);
    let Some(desk) = use_context::<Desk>() else {
        return Html::default();
    };
    let set_adding = |shown: bool| {
        let adding = adding.clone();
        Callback::from(move |()| adding.set(shown))
    };
    let connection = props.connection;
    let on_done = {
        let (desk, adding, profile) = (desk.clone(), adding.clone(), props.profile.clone());
        Callback::from(move |draft: SubscriptionDraft| {
            remember(subscribed(&profile, draft.clone()), &desk);
            desk.talk.emit(Command::Subscribe(connection, vec![draft]));
            adding.set(false);
        })
    };
    let has_system = props
        .filters
        .iter()
        .any(|filter| filter.draft.topic_filter == SYSTEM && !filter.refused);
    let next = u8::try_from(props.filters.len()).unwrap_or(0);
    let colour = next.checked_rem(COLOURS).unwrap_or(0);
    let system = {
        let (desk, profile) = (desk.clone(), props.profile.clone());
        Callback::from(move |_: MouseEvent| {
            let draft = SubscriptionDraft {
                topic_filter: SYSTEM.into(),
                colour,
                ..SubscriptionDraft::default()
            };
            remember(subscribed(&profile, draft.clone()), &desk);
            desk.talk.emit(Command::Subscribe(connection, vec![draft]));
            // The connection, with what the broker says, takes the place of a packet.
            desk.live.dispatch(Act::Select(None));
        })
    };
    let rows = props
        .filters
        .iter()
        .map(|filter| row(filter, connection, &props.profile, &desk));
    let draft = SubscriptionDraft {
        topic_filter: if props.filters.is_empty() { "#" } else { "" }.into(),
        colour,
        ..SubscriptionDraft::default()
    };
    html! {
        <section class="subscriptions" aria-label="Subscriptions">
            <div class="head">
                <h2>{ "Subscriptions" }</h2>
                <span class="grow"></span>
                <button class="bare" data-testid="subscribe-system" title="Subscribe to $SYS/#: what the broker publishes about itself" disabled={!props.is_open || has_system} onclick={system}>{ "$SYS" }</button>
                <button class="bare square" aria-label="Subscribe" title="Subscribe" data-testid="subscribe" data-home="" disabled={!props.is_open}
                    onclick={set_adding(true).reform(|_: MouseEvent| ())}>{ icon(Icon::Plus) }</button>
            </div>
            if props.filters.is_empty() {
                <p class="none">{ if props.is_open { "No subscriptions. Subscribe to receive messages." } else { "Subscriptions appear here after you connect." } }</p>
            }
            <ul data-testid="subscriptions">{ for rows }</ul>
            if *adding { <Subscribe {draft} is_v5={props.is_v5} {on_done} on_close={set_adding(false)} /> }
        </section>
    }
}

fn remember(profile: Profile, desk: &Desk) {
    keep::keep(&profile);
    desk.profiles.dispatch(ProfileAct::Put(profile.into()));
}

fn row(filter: &FilterView, connection: ConnectionId, profile: &Rc<Profile>, desk: &Desk) -> Html {
    let name = filter.draft.topic_filter.clone();
    let mute = {
        let (desk, name, muted) = (desk.clone(), name.clone(), filter.muted);
        Callback::from(move |_: MouseEvent| {
            desk.talk
                .emit(Command::Mute(connection, name.clone(), !muted));
        })
    };
    let end = {
        let (desk, name, profile) = (desk.clone(), name.clone(), profile.clone());
        Callback::from(move |_: MouseEvent| {
            remember(unsubscribed(&profile, &name), &desk);
            desk.talk
                .emit(Command::Unsubscribe(connection, vec![name.clone()]));
        })
    };
    let granted = filter.granted.as_deref().unwrap_or("no answer yet");
    let key = name.clone();
    let name = visible(&name).into_owned();
    html! {
        <li {key} class={classes!("filter", filter.muted.then_some("muted"))} data-testid="subscription" data-colour={filter.draft.colour.to_string()}>
            <i aria-hidden="true"></i>
            <span class="name mono" title={format!("{name} · {granted}")}>{ &name }</span>
            <span class={classes!("granted", filter.refused.then_some("is-error"))} title={granted.to_owned()}>{ granted.strip_prefix("Granted ").unwrap_or(granted) }</span>
            <span class="count" title={COUNTED}>{ words::whole(filter.messages) }<span class="unseen">{ if filter.messages == 1 { " message" } else { " messages" } }</span></span>
            <button class="bare square" aria-pressed={filter.muted.to_string()} aria-label={format!("Hide messages of {name}")} title={if filter.muted { "Show its messages again" } else { "Pause it: its messages are recorded, but not shown" }} data-testid="mute" onclick={mute}>
                { icon(if filter.muted { Icon::Hidden } else { Icon::Eye }) }
            </button>
            <button class="bare square" aria-label={format!("Unsubscribe from {name}")} title="Unsubscribe" data-testid="unsubscribe" onclick={end}>{ icon(Icon::Cross) }</button>
        </li>
    }
}
