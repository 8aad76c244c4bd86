//! A connection in the list: what it is called, how it stands, and what can be done with it.

use mqttscope_protocol::{Command, ConnectionId, ConnectionState, ConnectionView};
use yew::prelude::*;

use super::connection_state::{cause, overdue, said};
use super::connections::Open;
use super::desk::Desk;
use super::keep;
use crate::components::icon::{Icon, icon};
use crate::components::menu::{Item, Menu};
use crate::services::browser;
use crate::state::live::Act;
use crate::state::live::profiles::{Known, ProfileAct, place};

#[derive(Clone, PartialEq, Properties)]
pub(super) struct ConnectionRowProps {
    pub(super) known: Known,
    /// As the engine has it; none: never opened.
    pub(super) view: Option<ConnectionView>,
    /// Whether it is the one that is looked at.
    pub(super) current: bool,
    pub(super) on_open: Callback<Open>,
    pub(super) on_copy: Callback<ConnectionId>,
}

#[component]
pub(super) fn ConnectionRow(props: &ConnectionRowProps) -> Html {
    let desk = use_context::<Desk>();
    let (number, profile) = (props.known.number, props.known.profile.clone());
    let id = format!("connection-row-{}", number.0);
    {
        let id = id.clone();
        use_effect_with(props.current, move |&current| {
            if current {
                browser::reveal_id(&id);
            }
        });
    }
    let Some(desk) = desk else {
        return Html::default();
    };
    let state = props
        .view
        .as_ref()
        .map_or(ConnectionState::Closed, |view| view.state.clone());
    let is_ended = matches!(
        state,
        ConnectionState::Closed | ConnectionState::Failed { .. }
    );
    let look = {
        let desk = desk.clone();
        Callback::from(move |_: MouseEvent| desk.live.dispatch(Act::Connection(number)))
    };
    let turn = {
        let (desk, profile) = (desk.clone(), profile.clone());
        Callback::from(move |_: MouseEvent| {
            desk.live.dispatch(Act::Connection(number));
            desk.talk.emit(if is_ended {
                Command::Connect(number, Box::new((*profile).clone()))
            } else {
                end(number, 0)
            });
        })
    };
    let retry = {
        let (desk, profile) = (desk.clone(), profile.clone());
        Callback::from(move |_: MouseEvent| {
            desk.talk
                .emit(Command::Connect(number, Box::new((*profile).clone())));
        })
    };
    let is_waiting = matches!(state, ConnectionState::Waiting { .. });
    let is_open = state == ConnectionState::Open;
    let why = props
        .on_open
        .reform(move |_: MouseEvent| Open::Advice(number));
    let on_choose = {
        let (on_open, on_copy, profile) = (
            props.on_open.clone(),
            props.on_copy.clone(),
            profile.clone(),
        );
        Callback::from(move |index: usize| match index {
            0 => on_open.emit(Open::Edit(profile.clone(), AttrValue::default())),
            1 => on_copy.emit(number),
            2 => on_open.emit(Open::Several(number, profile.clone())),
            3 => {
                keep::forget(&profile.id);
                desk.talk.emit(Command::Remove(number));
                desk.profiles.dispatch(ProfileAct::Remove(vec![number]));
            }
            4 => {
                desk.live.dispatch(Act::Connection(number));
                desk.live.dispatch(Act::Examine(Some(number)));
            }
            5 => desk.talk.emit(Command::Cut(number)),
            _ => desk.talk.emit(end(number, WITH_WILL)),
        })
    };
    let items = Callback::from(move |()| {
        let mut items = vec![
            Item::new("Change…", ""),
            Item::new("Duplicate…", "another client"),
            Item::new("Make several…", "as many devices of it"),
            Item::new("Delete", "can be undone"),
            Item::new("Examine this broker…", "what it keeps of the standard"),
        ];
        if is_open {
            items.push(
                Item::new("Cut the link", "no DISCONNECT, as when a cable is pulled")
                    .under("While it is open"),
            );
            items.push(
                Item::new("Disconnect with the Will", "Reason Code 0x04 (MQTT 5)")
                    .under("While it is open"),
            );
        }
        items
    });
    let (dot, says) = said(&state, props.view.as_ref());
    let line = if says.is_empty() {
        format!("{} · MQTT {}", place(&profile), profile.version.name())
    } else if state == ConnectionState::Open {
        let unverified = props.view.as_ref().is_some_and(|view| view.unverified);
        let mark = if unverified { "NOT VERIFIED · " } else { "" };
        format!("{mark}MQTT {} · {says}", profile.version.name())
    } else {
        says
    };
    let has_advice = props
        .view
        .as_ref()
        .is_some_and(|view| !view.advice.is_empty());
    let is_trouble = !cause(&state).is_empty();
    let is_late = overdue(props.view.as_ref()).is_some();
    // It stays while another attempt goes on, and so does the focus on it.
    let lost = props.view.as_ref().map_or("", |view| view.lost.as_str());
    let was_lost = state == ConnectionState::Open && !lost.is_empty();
    let has_why = has_advice && (is_trouble || was_lost || state == ConnectionState::Opening);
    let (why_says, why_title) = if was_lost {
        ("what happened?", "Why it was not connected before")
    } else {
        ("why?", "Why it is not connected")
    };
    html! {
        <li {id} class="connection" aria-current={props.current.then_some("true")} data-testid="connection" data-state={dot}>
            <button class="it" onclick={look} data-testid="look">
                <i class={classes!("dot", dot, is_late.then_some("late"))}></i>
                <span class="name" title={profile.shown_name().to_owned()}>{ profile.shown_name() }<span class="unseen">{ format!(", {dot}") }</span></span>
                <span class={classes!("line", is_trouble.then_some("is-error"), is_late.then_some("is-warning"))} title={line.clone()}>{ line }</span>
            </button>
            <span class="does">
                <span key="more" class="more">
                if is_waiting { <button key="retry" class="link" data-testid="retry" aria-label="Retry now" title="Connect now, without waiting" onclick={retry}>{ icon(Icon::Redo) }</button> }
                if has_why { <button key="why" class="link" data-testid="why-not" title={why_title} onclick={why}>{ why_says }</button> }
                </span>
                <button class={classes!(is_ended.then_some("main"))} data-testid={if is_ended { "connect" } else { "disconnect" }} onclick={turn}>
                    { match state { ConnectionState::Open => "Disconnect", _ if is_ended => "Connect", _ => "Stop" } }
                </button>
                <Menu id={format!("connection-{}", number.0)} class="bare square only-icon" name={format!("More for {}", profile.shown_name())}
                    label={icon(Icon::Dots)} fixed=true {items} {on_choose} />
            </span>
        </li>
    }
}

/// Disconnect with Will Message.
const WITH_WILL: u8 = 0x04;

/// Ends a connection in order.
pub(super) fn end(connection: ConnectionId, reason_code: u8) -> Command {
    Command::Disconnect {
        connection,
        reason_code,
        session_expiry_interval: None,
    }
}
