//! A message by hand: what an answer would do with it. Nothing is sent, and no table is changed.

use std::rc::Rc;

use mqttscope_answers::{Answer, Answering, Incoming, Instant, Table, includes, topic_filter};
use yew::prelude::*;

use super::fields::{lines, text};

#[derive(Clone, PartialEq, Properties)]
pub(super) struct TrialProps {
    pub(super) answer: Rc<Answer>,
    pub(super) tables: Vec<Table>,
    pub(super) client: AttrValue,
}

#[component]
pub(super) fn Trial(props: &TrialProps) -> Html {
    // None: one that the filter matches.
    let typed = use_state_eq(|| None::<String>);
    let payload = use_state_eq(String::new);
    let says = use_state_eq(|| None::<Vec<String>>);
    {
        let (typed, says) = (typed.clone(), says.clone());
        let filter = props.answer.filter.clone();
        use_effect_with(filter, move |_| typed.set(None));
        // What was said was said of another answer.
        let key = (props.answer.clone(), props.tables.clone());
        use_effect_with(key, move |_| says.set(None));
    }
    let topic = (*typed)
        .clone()
        .unwrap_or_else(|| example(topic_filter(&props.answer.filter)));
    let set_topic = {
        let (typed, says) = (typed.clone(), says.clone());
        Callback::from(move |text: String| {
            typed.set(Some(text));
            says.set(None);
        })
    };
    let set_payload = {
        let (payload, says) = (payload.clone(), says.clone());
        Callback::from(move |text: String| {
            payload.set(text);
            says.set(None);
        })
    };
    let ask = {
        let (props, topic, payload, says) =
            (props.clone(), topic.clone(), payload.clone(), says.clone());
        Callback::from(move |_: MouseEvent| {
            says.set(Some(tried(&props, &topic, &payload)));
        })
    };
    html! {
        <fieldset class="answer-trial">
            if props.answer.every_ms.is_some() {
                <legend>{ "Test it" }</legend>
            } else {
                <legend>{ "Test with a message" }</legend>
                { text("Topic", "trial-topic", &topic, set_topic) }
                { lines("Payload", "trial-payload", &payload, set_payload) }
            }
            <button type="button" data-testid="try-answer" onclick={ask}>{ "What would happen?" }</button>
            <div role="status" data-testid="trial-says">{ for says.iter().flatten().map(|line| html! { <p>{ line }</p> }) }</div>
        </fieldset>
    }
}

/// A topic that a filter matches.
fn example(filter: &str) -> String {
    let levels = filter.split('/').map(|level| match level {
        "+" | "#" => "x",
        level => level,
    });
    levels.collect::<Vec<_>>().join("/")
}

fn tried(props: &TrialProps, topic: &str, payload: &str) -> Vec<String> {
    let answer = &props.answer;
    let mut answering = Answering::new(js_sys::Date::now() as u64);
    let on = Answer {
        on: true,
        ..(**answer).clone()
    };
    answering.set_client(&props.client);
    answering.set_answers(vec![on]);
    answering.set_tables(props.tables.clone());
    let message = Incoming {
        topic,
        payload: payload.as_bytes(),
        ..Incoming::default()
    };
    answering.take_changed();
    let now = Instant::from_millis(js_sys::Date::now() as u64);
    if answer.every_ms.is_some() {
        answering.start_timers(now);
        answering.handle_timers(now, |_| 0);
    } else {
        answering.handle(now, &message, |_| 0);
    }
    let Some(tally) = answering.tallies().first() else {
        return Vec::new();
    };
    if !tally.problem.is_empty() {
        return vec![format!("It does not work yet: {}.", tally.problem)];
    }
    if tally.matched == 0 {
        let why = if includes(topic_filter(&answer.filter), topic) {
            "a condition does not hold"
        } else {
            "the topic filter does not match the topic"
        };
        return vec![format!("Nothing: {why}.")];
    }
    let mut says: Vec<String> = answering.lines().map(|line| line.text.clone()).collect();
    if answering.take_changed() {
        says.push("Changes a table.".into());
    }
    if says.is_empty() {
        says.push("Nothing that can be seen.".into());
    }
    says
}
