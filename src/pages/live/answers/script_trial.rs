//! A script tried with a message: what it would publish, log and change. Nothing is sent, and no table is changed.

use std::cell::RefCell;
use std::rc::Rc;

use mqttscope_answers::{ScriptCall, ScriptNews, ScriptSays, Table};
use mqttscope_protocol::Packet;
use yew::prelude::*;

use super::trial::{message_fields, typed};
use crate::pages::live::scripts::kept;
use crate::services::script::{Begin, Given, Heard, ScriptFrame};

/// Lines that are shown.
const MOST: usize = 50;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct ScriptTrialProps {
    pub(super) script: AttrValue,
    /// The name of its answer, by which it is known what it kept.
    pub(super) name: AttrValue,
    /// The same of its connection.
    pub(super) profile: AttrValue,
    pub(super) tables: Vec<Table>,
    pub(super) packet: Option<Rc<Packet>>,
    /// Where it went wrong.
    pub(super) on_wrong: Callback<Option<(u32, AttrValue)>>,
}

/// What one trial heard so far.
#[derive(Default)]
struct Trial {
    frame: Option<ScriptFrame>,
    filters: Vec<String>,
    /// How often it was done with what it was told.
    answered: u32,
    lines: Vec<String>,
}

#[component]
pub(super) fn ScriptTrial(props: &ScriptTrialProps) -> Html {
    let message = use_state_eq(|| typed("request/x", ""));
    let says = use_state_eq(|| None::<Vec<String>>);
    let trial = use_mut_ref(Trial::default);
    {
        // What was said was said of another text.
        let (trial, says) = (trial.clone(), says.clone());
        use_effect_with(props.script.clone(), move |_| {
            drop(trial.take());
            says.set(None);
        });
    }
    let ask = {
        let (trial, says, props, message) =
            (trial.clone(), says.clone(), props.clone(), message.clone());
        Callback::from(move |_: MouseEvent| {
            drop(trial.take());
            says.set(Some(vec!["…".into()]));
            props.on_wrong.emit(None);
            let begin = Begin {
                code: props.script.to_string(),
                given: Given {
                    tables: props.tables.clone(),
                    edits: 0,
                    state: kept(&props.profile, &props.name),
                },
            };
            let on_heard = {
                let (trial, says) = (Rc::downgrade(&trial), says.clone());
                let (message, on_wrong) = ((*message).clone(), props.on_wrong.clone());
                Callback::from(move |heard: Heard| {
                    if let Some(trial) = trial.upgrade() {
                        take(&trial, heard, &message, &on_wrong);
                        says.set(Some(shown(&trial.borrow())));
                    }
                })
            };
            let frame = ScriptFrame::start(&begin, on_heard);
            if let Some(frame) = &frame {
                frame.ask();
            }
            trial.borrow_mut().frame = frame;
        })
    };
    html! {
        <fieldset class="answer-trial">
            <legend>{ "Test with a message" }</legend>
            { message_fields(&message, props.packet.as_ref(), &Callback::from({ let message = message.clone(); move |to| message.set(to) })) }
            <button type="button" data-testid="try-answer" onclick={ask}>{ "What would happen?" }</button>
            <div role="status" data-testid="trial-says">{ for says.iter().flatten().map(|line| html! { <p>{ line }</p> }) }</div>
        </fieldset>
    }
}

/// What is shown of a trial.
fn shown(trial: &Trial) -> Vec<String> {
    match trial.lines.as_slice() {
        [] if trial.answered < 2 && trial.frame.is_some() => vec!["…".into()],
        [] => vec!["Nothing that can be seen.".into()],
        lines => lines.to_vec(),
    }
}

fn take(
    trial: &RefCell<Trial>,
    heard: Heard,
    message: &ScriptCall,
    on_wrong: &Callback<Option<(u32, AttrValue)>>,
) {
    let mut trial = trial.borrow_mut();
    match heard {
        Heard::Says(all) => {
            for one in all {
                let line = match one {
                    ScriptSays::Filters(filters) => {
                        trial.filters = filters;
                        continue;
                    }
                    ScriptSays::Publish(reply) => format!("{}.", reply.in_words()),
                    ScriptSays::Edit(_) => "Changes a table.".to_owned(),
                    ScriptSays::Log { text, line, .. } => {
                        if line > 0 {
                            on_wrong.emit(Some((line, text.clone().into())));
                        }
                        ScriptSays::logged(&text, line)
                    }
                };
                trial.lines.push(line);
            }
            // Whoever goes on and on has been seen.
            if trial.lines.len() >= MOST {
                trial.lines.truncate(MOST);
                trial.lines.push("…".into());
                trial.frame = None;
            }
        }
        Heard::Answered => {
            trial.answered = trial.answered.saturating_add(1);
            // It has said what it waits for.
            if trial.answered == 1 {
                let filters = ScriptCall::matching(&trial.filters, &message.topic);
                if filters.is_empty() && !trial.filters.is_empty() {
                    trial
                        .lines
                        .push("Nothing: none of its topic filters matches the topic.".into());
                }
                let call = ScriptCall {
                    filters,
                    ..message.clone()
                };
                if let Some(frame) = &trial.frame {
                    frame.tell(&ScriptNews {
                        calls: vec![call],
                        ..ScriptNews::default()
                    });
                    frame.ask();
                }
            }
        }
        Heard::State(_) => {}
        Heard::Ended => trial.frame = None,
        Heard::Silent(says) => {
            trial.lines.push(says.into());
            trial.frame = None;
        }
    }
}
