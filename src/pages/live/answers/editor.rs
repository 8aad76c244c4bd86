//! An answer to be changed, in a window.

use std::rc::Rc;

use mqttscope_answers::{Answer, Table, check};
use mqttscope_protocol::Packet;
use yew::prelude::*;

use super::actions::{Among, actions};
use super::conditions::conditions;
use super::fields::{choice, text, with};
use super::replay::replay;
use super::script::{Script, said};
use super::script_trial::ScriptTrial;
use super::timer::{self, Preview};
use super::trial::Trial;
use crate::components::dialog::Dialog;
use crate::pages::live::asking::use_asking;

/// What stands for what in a template.
const PLACES: [(&str, &str); 15] = [
    ("{{topic}}, {{topic.2}}", "the topic, its second level"),
    ("{{payload}}", "the payload"),
    (
        "{{json}}, {{json.a.b[0]}}",
        "the payload's JSON, a value in it",
    ),
    (
        "{{response_topic}}, {{correlation}}",
        "where an answer is wanted, and what ties it to its request",
    ),
    ("{{content_type}}, {{user.NAME}}", "its properties"),
    ("{{qos}}, {{retain}}", "0, 1 or 2; true or false"),
    (
        "{{time}}, {{time.ms}}",
        "now, in UTC; in milliseconds since 1970",
    ),
    (
        "{{number}}",
        "messages of this answer so far, this one among them",
    ),
    ("{{count.NAME}}", "a counter"),
    (
        "{{random}}, {{random 1 6}}",
        "a number from 0 to 1; a whole one",
    ),
    ("{{uuid}}", "a UUID"),
    (
        "{{sine 18 24 60}}",
        "a number from 18 to 24, there and back in 60 seconds; also triangle, sawtooth, square. Each client begins somewhere else; a phase from 0 to 1 behind it, {{sine 18 24 60 0.25}}, is the same for all",
    ),
    (
        "{{walk 0 100 5}}",
        "a number from 0 to 100 that differs by at most 5 from the one before",
    ),
    ("{{client}}", "the Client Identifier of this connection"),
    ("{{row.COLUMN}}", "a cell of the row that was found"),
];

#[derive(Clone, PartialEq, Properties)]
pub(super) struct EditorProps {
    /// As it stands at first.
    pub(super) answer: Rc<Answer>,
    /// Whether it is there already.
    pub(super) is_known: bool,
    pub(super) tables: Vec<Table>,
    /// What a template is told as the Client Identifier.
    pub(super) client: AttrValue,
    /// [`mqttscope_protocol::Profile::id`] of its connection.
    pub(super) profile: AttrValue,
    /// What it said last.
    pub(super) last: AttrValue,
    /// The packet in the inspector.
    pub(super) packet: Option<Rc<Packet>>,
    pub(super) on_save: Callback<Answer>,
    pub(super) on_close: Callback<()>,
}

#[component]
pub(super) fn Editor(props: &EditorProps) -> Html {
    let edited = use_state_eq(|| props.answer.clone());
    let answer = (*edited).clone();
    // A script that was written is not lost by a choice.
    let written = use_mut_ref(|| None::<String>);
    // The line in which a trial went wrong; none: none was made of this text.
    let wrong = use_state_eq(|| None::<(u32, AttrValue)>);
    let on_change = {
        let edited = edited.clone();
        Callback::from(move |answer: Answer| edited.set(answer.into()))
    };
    let problems = check(&answer, Some(&props.tables));
    let asking = use_asking(
        !props.is_known || *answer != *props.answer,
        &props.on_close,
        "This answer is not saved.",
        "[data-testid=answer-name]",
    );
    let on_submit = {
        let (on_save, answer, is_right) =
            (props.on_save.clone(), answer.clone(), problems.is_empty());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if is_right {
                on_save.emit((*answer).clone());
            }
        })
    };
    let on_conditions = {
        let (answer, on_change) = (answer.clone(), on_change.clone());
        Callback::from(move |conditions| {
            on_change.emit(Answer {
                conditions,
                ..(*answer).clone()
            })
        })
    };
    let on_actions = {
        let (answer, on_change) = (answer.clone(), on_change.clone());
        Callback::from(move |actions| {
            on_change.emit(Answer {
                actions,
                ..(*answer).clone()
            })
        })
    };
    let on_replay = {
        let (answer, on_change) = (answer.clone(), on_change.clone());
        Callback::from(move |replay| {
            on_change.emit(Answer {
                replay: Some(replay),
                ..(*answer).clone()
            })
        })
    };
    let on_script = {
        let (answer, on_change, wrong) = (answer.clone(), on_change.clone(), wrong.clone());
        Callback::from(move |script: String| {
            wrong.set(None);
            on_change.emit(Answer {
                script: Some(script),
                ..(*answer).clone()
            });
        })
    };
    let on_wrong = {
        let wrong = wrong.clone();
        use_callback((), move |it: Option<(u32, AttrValue)>, ()| wrong.set(it))
    };
    let title = if props.is_known {
        "Change answer"
    } else {
        "New answer"
    };
    let most = answer.most_a_second.to_string();
    // None: it is done when a message comes.
    let every = answer.every_ms.map(|every| every.to_string());
    html! {
        <Dialog {title} on_close={asking.on_close}>
            <form class="edit answer-edit" data-testid="answer-form" onsubmit={on_submit} oninput={asking.on_input}>
                <div class="answer-part">
                    { text("Name", "answer-name", &answer.name, with(&*answer, &on_change, |it, to| it.name = to)) }
                    if answer.replay.is_none() { { choice("When", "answer-when", &timer::WHEN, timer::when(&answer), with(&*answer, &on_change, move |it, to| timer::set_when(it, &to, &mut written.borrow_mut()))) } }
                    if let Some(it) = &answer.replay {
                        { replay(it, &on_replay) }
                    } else if answer.script.is_some() {
                    } else if let Some(every) = &every {
                        { text("Every, in ms", "answer-every", every, with(&*answer, &on_change, |it, to| it.every_ms = Some(to.trim().parse().unwrap_or(0)))) }
                    } else {
                        { text("Topic filter", "answer-filter", &answer.filter, with(&*answer, &on_change, |it, to| it.filter = to)) }
                    }
                    { text("At most, per second", "answer-most", &most, with(&*answer, &on_change, |it, to| it.most_a_second = to.trim().parse().unwrap_or(0))) }
                </div>
                if let Some(script) = &answer.script {
                    <Script text={script.clone()} wrong={(*wrong).clone().or_else(|| said(&props.last).filter(|_| *answer == *props.answer))} on_change={on_script} />
                    <ScriptTrial script={script.clone()} name={answer.name.clone()} profile={props.profile.clone()} tables={props.tables.clone()} packet={props.packet.clone()} {on_wrong} />
                } else {
                    if answer.replay.is_none() {
                        if every.is_none() || !answer.conditions.is_empty() {
                            <h3>{ "Only if all of these hold" }</h3>
                            { conditions(&answer.conditions, &on_conditions) }
                        }
                        <h3>{ "Then do" }</h3>
                        { actions(&answer.actions, "action", if every.is_some() { "each time" } else { "for each message" }, Among { tables: &props.tables, has_message: every.is_none() }, &on_actions) }
                    }
                    if answer.is_device() { <Preview answer={answer.clone()} client={props.client.clone()} /> }
                    <details class="settings-group" data-testid="answer-places">
                        <summary>{ "What {{…}} stands for" }</summary>
                        <dl class="answer-places">{ for PLACES.map(|(place, means)| html! { <><dt class="mono">{ place }</dt><dd>{ means }</dd></> }) }</dl>
                    </details>
                    <Trial answer={answer.clone()} tables={props.tables.clone()} client={props.client.clone()} packet={props.packet.clone()} />
                }
                if let Some(bar) = asking.bar {
                    { bar }
                } else {
                    <div key="done" class="acts">
                        // Here it is seen wherever the fields are scrolled to.
                        <div class="grow answer-problems">
                            if !problems.is_empty() {
                                <div class="is-error" role="alert" data-testid="answer-problems">{ for problems.iter().map(|problem| html! { <p>{ format!("This does not work yet: {problem}.") }</p> }) }</div>
                            }
                        </div>
                        <button type="submit" class="main" data-testid="save-answer" disabled={!problems.is_empty()}>{ "Save" }</button>
                    </div>
                }
            </form>
        </Dialog>
    }
}
