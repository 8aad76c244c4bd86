//! Answers of a connection: what is done when a message comes, on a timer, or by a script.

mod actions;
mod change;
mod conditions;
mod editor;
mod fields;
mod gallery;
mod grid;
mod kinds;
mod log;
mod publishing;
mod replay;
mod script;
mod script_trial;
mod tables;
mod timer;
mod trial;
mod undo;

use std::rc::Rc;

use mqttscope_answers::{Answer, Recording, Tally, check};
use mqttscope_protocol::{AnswersView, ConnectionId, Packet, Profile};
use mqttscope_view::escape::visible;
use yew::prelude::*;

pub(super) use change::use_kept_tables;

use super::desk::Desk;
use super::replay::{RECORDED, device, left_out};
use crate::components::icon::{Icon, icon};
use crate::hooks::use_inbox;
use crate::state::live::words;
use undo::Removed;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct AnswersProps {
    pub(super) connection: ConnectionId,
    /// Its settings, which keep its answers and tables.
    pub(super) profile: Rc<Profile>,
    /// What they have done; none: nothing yet.
    pub(super) view: Option<Rc<AnswersView>>,
    /// What the inspector shows: a message may be tried with it.
    pub(super) packet: Option<Rc<Packet>>,
    pub(super) is_v5: bool,
}

/// What is open above the page.
#[derive(Clone, PartialEq)]
enum Open {
    Gallery,
    /// This one; none: a new one.
    Edit(Option<usize>, Rc<Answer>),
    Tables,
    Log,
}

#[component]
pub(super) fn Answers(props: &AnswersProps) -> Html {
    let open = use_state_eq(|| None::<Open>);
    let removed = use_state_eq(|| None::<Removed>);
    let desk = use_context::<Desk>();
    let on_recorded = {
        let (open, desk) = (open.clone(), desk.clone());
        Callback::from(move |recording: Recording| {
            if let (Some(desk), Some(says)) = (&desk, left_out(&recording)) {
                desk.say(says);
            }
            open.set(Some(Open::Edit(None, device(recording).into())));
        })
    };
    use_inbox(&RECORDED, &on_recorded);
    let Some(desk) = desk else {
        return Html::default();
    };
    let (connection, profile) = (props.connection, &props.profile);
    let opens = |what: Open| {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(Some(what.clone())))
    };
    let on_close = {
        let open = open.clone();
        Callback::from(move |()| open.set(None))
    };
    let on_answer = {
        let open = open.clone();
        Callback::from(move |answer: Answer| open.set(Some(Open::Edit(None, answer.into()))))
    };
    let on_answers = change::on_answers(connection, profile, &desk);
    let on_edit = change::on_edit(connection, profile, &desk);
    let on_save = {
        let (answers, open, on_answers) =
            (profile.answers.clone(), open.clone(), on_answers.clone());
        Callback::from(move |answer: Answer| {
            let mut answers = answers.clone();
            match &*open {
                Some(Open::Edit(Some(at), _)) => {
                    if let Some(place) = answers.get_mut(*at) {
                        *place = answer;
                    }
                }
                _ => answers.push(answer),
            }
            on_answers.emit(answers);
            open.set(None);
        })
    };
    let window = match &*open {
        None => Html::default(),
        Some(Open::Gallery) => {
            html! { <gallery::Gallery {on_answer} on_edit={on_edit.clone()} tables={profile.tables.clone()} {on_close} /> }
        }
        Some(Open::Edit(at, answer)) => {
            let tally = at.and_then(|at| props.view.as_ref()?.tallies.get(at));
            let last = tally
                .map(|tally| AttrValue::from(tally.last.clone()))
                .unwrap_or_default();
            html! { <editor::Editor answer={answer.clone()} is_known={at.is_some()} tables={profile.tables.clone()} client={client(profile)} profile={profile.id.clone()} {last} packet={props.packet.clone()} {on_save} {on_close} /> }
        }
        Some(Open::Tables) => {
            html! { <tables::Tables tables={profile.tables.clone()} {on_edit} {on_close} /> }
        }
        Some(Open::Log) => {
            html! { <log::Log lines={props.view.as_ref().map(|view| view.lines.clone()).unwrap_or_default()} {on_close} /> }
        }
    };
    let undone = (*removed)
        .as_ref()
        .map(|it| undo::answer(it, &removed, profile, &on_answers));
    let rows = profile.answers.iter().enumerate().map(|(at, answer)| {
        let tally = props.view.as_ref().and_then(|view| view.tallies.get(at));
        let edit = opens(Open::Edit(Some(at), answer.clone().into()));
        row(at, profile, tally, edit, &removed, &on_answers)
    });
    let is_full = profile.answers.len() >= Answer::MOST;
    html! {
        <section class="answers" aria-label="Answers">
            <div class="head">
                <h2>{ "Answers" }</h2>
                <span class="grow"></span>
                <button class="bare" data-testid="answer-tables" title="What answers look up and change" onclick={opens(Open::Tables)}>{ "Tables" }</button>
                <button class="bare" data-testid="answer-log" title="What answers did, line by line" onclick={opens(Open::Log)}>{ "Log" }</button>
                <button class="bare square" aria-label="Add an answer" title="Add an answer" data-testid="add-answer" data-home="" disabled={is_full} onclick={opens(Open::Gallery)}>{ icon(Icon::Plus) }</button>
            </div>
            if profile.answers.is_empty() {
                <p class="none">{ "Let this connection reply by itself (send a request back, look a code up in a table, count), or publish on a timer as a device does. Add an answer to begin." }</p>
            }
            <ul data-testid="answers">{ for rows }</ul>
            { for undone }
            { window }
        </section>
    }
}

/// What templates are told as the Client Identifier, before a server has given one.
fn client(profile: &Profile) -> AttrValue {
    match profile.client_identifier.as_str() {
        "" => "client".into(),
        identifier => identifier.to_owned().into(),
    }
}

fn row(
    at: usize,
    profile: &Rc<Profile>,
    tally: Option<&Tally>,
    edit: Callback<MouseEvent>,
    removed: &UseStateHandle<Option<Removed>>,
    on_answers: &Callback<Vec<Answer>>,
) -> Html {
    let Some(answer) = profile.answers.get(at) else {
        return Html::default();
    };
    let turn = {
        let (profile, on_answers) = (profile.clone(), on_answers.clone());
        move || {
            let mut answers = profile.answers.clone();
            if let Some(answer) = answers.get_mut(at) {
                answer.on = !answer.on;
            }
            on_answers.emit(answers);
        }
    };
    let remove = {
        let (profile, on_answers, removed) = (profile.clone(), on_answers.clone(), removed.clone());
        move || {
            let mut answers = profile.answers.clone();
            if at < answers.len() {
                removed.set(Some(Removed {
                    at,
                    answer: answers.remove(at),
                }));
            }
            on_answers.emit(answers);
        }
    };
    let name = visible(&answer.name).into_owned();
    let problem = check(answer, Some(&profile.tables)).into_iter().next();
    let (answered, stopped) = tally.map_or((0, 0), |tally| (tally.answered, tally.stopped));
    let says = match (&problem, tally) {
        (Some(problem), _) => format!("Does not work: {problem}."),
        (None, Some(tally)) => tally.last.clone(),
        (None, None) => String::new(),
    };
    let matched = tally.map_or(0, |tally| tally.matched);
    let (was, did, verb) = if answer.replay.is_some() {
        ("Reached", "published", "Run")
    } else if answer.every_ms.is_some() {
        ("Timer ran out", "published", "Run")
    } else if answer.script.is_some() {
        ("Told of", "published", "Run")
    } else {
        ("Matched", "answered", "Answer")
    };
    let whose = match (&answer.script, &answer.replay, answer.every_ms) {
        (Some(_), ..) => "script".to_owned(),
        (_, Some(replay), _) => format!("{} messages", words::whole(replay.messages.len() as u64)),
        (.., Some(every)) => timer::every(every),
        _ => visible(&answer.filter).into_owned(),
    };
    let title = format!("{was} {matched}, {did} {answered}, stopped {stopped}");
    html! {
        <li key={at} class={classes!("answer", (!answer.on).then_some("off"))} data-testid="answer">
            <input type="checkbox" aria-label={format!("{verb} {name}")} title={if answer.on { "Turn it off" } else { "Turn it on" }} data-testid="answer-on" checked={answer.on} onchange={Callback::from(move |_: Event| turn())} />
            <button class="it" data-testid="edit-answer" title="Change it" onclick={edit}>
                <span class="name">{ &name }</span>{ " " }<span class={classes!("mono", "quiet", answer.is_device().then_some("every"))}>{ whose }</span>
            </button>
            <span class="count" {title} data-testid="answer-count">{ words::whole(answered) }<span class="unseen">{ " " }{ did }</span>
                if stopped > 0 { <span class="is-error">{ format!(" · {} stopped", words::whole(stopped)) }</span> }</span>
            <button class="bare square" aria-label={format!("Remove {name}")} title="Remove it" data-testid="remove-answer" onclick={Callback::from(move |_: MouseEvent| remove())}>{ icon(Icon::Cross) }</button>
            if !says.is_empty() { <span class={classes!("last", problem.is_some().then_some("is-error"))} title={says.clone()} data-testid="answer-last">{ says.clone() }</span> }
        </li>
    }
}
