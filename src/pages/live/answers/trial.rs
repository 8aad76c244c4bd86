//! A message by hand: what an answer would do with it. Nothing is sent, and no table is changed.

use std::rc::Rc;

use mqttscope_answers::{
    Answer, Answering, Incoming, Instant, ScriptCall, Table, includes, topic_filter,
};
use mqttscope_protocol::Packet;
use mqttscope_protocol::schema::Schemas;
use mqttscope_view::payload::{self, Names, by_topic};
use mqttscope_wire::{Context, ControlPacket, Decoded, Property, decode};
use serde_json::Value;
use yew::prelude::*;

use super::fields::{lines, text, with};
use crate::services::schemas;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct TrialProps {
    pub(super) answer: Rc<Answer>,
    pub(super) tables: Vec<Table>,
    pub(super) client: AttrValue,
    /// The packet in the inspector.
    pub(super) packet: Option<Rc<Packet>>,
}

#[component]
pub(super) fn Trial(props: &TrialProps) -> Html {
    // None: one that the filter matches.
    let chosen = use_state_eq(|| None::<ScriptCall>);
    let says = use_state_eq(|| None::<Vec<String>>);
    {
        let (chosen, says) = (chosen.clone(), says.clone());
        let filter = props.answer.filter.clone();
        use_effect_with(filter, move |_| chosen.set(None));
        // What was said was said of another answer.
        let key = (props.answer.clone(), props.tables.clone());
        use_effect_with(key, move |_| says.set(None));
    }
    let message = (*chosen)
        .clone()
        .unwrap_or_else(|| typed(&example(topic_filter(&props.answer.filter)), ""));
    let on_message = {
        let (chosen, says) = (chosen.clone(), says.clone());
        Callback::from(move |message: ScriptCall| {
            chosen.set(Some(message));
            says.set(None);
        })
    };
    let ask = {
        let (props, message, says) = (props.clone(), message.clone(), says.clone());
        Callback::from(move |_: MouseEvent| says.set(Some(tried(&props, &message))))
    };
    html! {
        <fieldset class="answer-trial">
            if props.answer.is_device() {
                <legend>{ "Test it" }</legend>
            } else {
                <legend>{ "Test with a message" }</legend>
                { message_fields(&message, props.packet.as_ref(), &on_message) }
            }
            <button type="button" data-testid="try-answer" onclick={ask}>{ "What would happen?" }</button>
            <div role="status" data-testid="trial-says">{ for says.iter().flatten().map(|line| html! { <p>{ line }</p> }) }</div>
        </fieldset>
    }
}

/// A message of this topic and this text.
pub(super) fn typed(topic: &str, text: &str) -> ScriptCall {
    ScriptCall {
        topic: topic.to_owned(),
        payload: text.into(),
        ..ScriptCall::default()
    }
}

/// The fields of a message that something is tried with, and the way to one that was recorded.
pub(super) fn message_fields(
    message: &ScriptCall,
    packet: Option<&Rc<Packet>>,
    on_message: &Callback<ScriptCall>,
) -> Html {
    let recorded = packet.and_then(|packet| recorded(packet));
    let take = recorded.map(|recorded| {
        let topic = recorded.topic.clone();
        let on_message = on_message.clone();
        let take = Callback::from(move |_: MouseEvent| on_message.emit(recorded.clone()));
        html! { <button type="button" data-testid="trial-take" title={format!("With its properties; its topic is {topic}")} onclick={take}>{ "Take the selected message" }</button> }
    });
    let payload = String::from_utf8_lossy(&message.payload);
    html! { <>
        { text("Topic", "trial-topic", &message.topic, with(message, on_message, |it, to| it.topic = to)) }
        { lines("Payload", "trial-payload", &payload, with(message, on_message, |it, to| it.payload = to.into())) }
        if let Some(take) = take { { take } } else { <p class="quiet">{ "Select a message in a list first to take it instead." }</p> }
    </> }
}

/// The message of a packet; none: it is no PUBLISH.
fn recorded(packet: &Packet) -> Option<ScriptCall> {
    let Ok(Decoded::Packet {
        packet: ControlPacket::Publish(publish),
        ..
    }) = decode(&packet.bytes, Context::new(packet.version))
    else {
        return None;
    };
    let mut call = ScriptCall {
        topic: publish.topic_name.as_str().to_owned(),
        payload: publish.payload.to_vec(),
        qos: publish.qos as u8,
        retain: publish.retain,
        ..ScriptCall::default()
    };
    for property in publish.properties.iter() {
        match property {
            Property::ResponseTopic(topic) => call.response_topic = Some(topic.as_str().to_owned()),
            Property::CorrelationData(data) => {
                call.correlation_data = Some(data.as_bytes().to_vec())
            }
            Property::ContentType(text) => call.content_type = Some(text.as_str().to_owned()),
            Property::UserProperty(name, value) => {
                call.user_properties
                    .push((name.as_str().to_owned(), value.as_str().to_owned()));
            }
            _ => {}
        }
    }
    Some(call)
}

/// A topic that a filter matches.
fn example(filter: &str) -> String {
    let levels = filter.split('/').map(|level| match level {
        "+" | "#" => "x",
        level => level,
    });
    levels.collect::<Vec<_>>().join("/")
}

/// What the payload says, for paths into it, as it is where messages come: but of Sparkplug no birth is known here.
fn value(schemas: &Schemas, call: &ScriptCall) -> Option<Value> {
    let (topic, body) = (&*call.topic, &*call.payload);
    let sparkplug = || payload::sparkplug_value(topic, body, &Names::default());
    by_topic::value(
        schemas,
        topic,
        body,
        call.content_type.as_deref(),
        sparkplug,
    )
}

fn tried(props: &TrialProps, call: &ScriptCall) -> Vec<String> {
    let answer = &props.answer;
    let mut answering = Answering::new(js_sys::Date::now() as u64);
    let on = Answer {
        on: true,
        ..(**answer).clone()
    };
    answering.set_client(&props.client);
    answering.set_answers(vec![on]);
    answering.set_tables(props.tables.clone());
    let pairs = call.user_properties.iter();
    let pairs: Vec<(&str, &str)> = pairs.map(|(name, value)| (&**name, &**value)).collect();
    let message = Incoming {
        topic: &call.topic,
        payload: &call.payload,
        qos: call.qos,
        retain: call.retain,
        response_topic: call.response_topic.as_deref(),
        correlation_data: call.correlation_data.as_deref(),
        content_type: call.content_type.as_deref(),
        user_properties: &pairs,
        ..Incoming::default()
    };
    let known = schemas::known();
    let read = || value(&known.read, call);
    let message = message.read_by(&read);
    answering.take_changed();
    let now = Instant::from_millis(js_sys::Date::now() as u64);
    if answer.is_device() {
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
        let why = if includes(topic_filter(&answer.filter), &call.topic) {
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
