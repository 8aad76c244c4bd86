//! A message that an answer publishes, as fields.

use mqttscope_answers::{Publish, Template};
use yew::prelude::*;

use super::fields::{QOS, choice, lines, text, tick, with};
use crate::components::late_field::LateField;

/// Its fields; `path` names them. Without a message there is no Response Topic.
pub(super) fn publishing(
    publish: &Publish,
    path: &str,
    has_message: bool,
    change: &Callback<Publish>,
) -> Html {
    let test = |name: &str| format!("{path}-{name}");
    let pairs: Vec<String> = (publish.user_properties.iter())
        .map(|(name, value)| format!("{name}={}", value.0))
        .collect();
    let set_pairs = with(publish, change, |it, to| {
        let pair = |line: &str| {
            let (name, value) = line.split_once('=').unwrap_or((line, ""));
            (name.trim().to_owned(), Template(value.trim().to_owned()))
        };
        it.user_properties = to
            .lines()
            .filter(|line| !line.trim().is_empty())
            .map(pair)
            .collect();
    });
    html! { <>
        { text("Topic", test("topic"), &publish.topic.0, with(publish, change, |it, to| it.topic = Template(to))) }
        { choice("QoS", test("qos"), &QOS, &publish.qos.to_string(), with(publish, change, |it, to| it.qos = to.parse().unwrap_or(0))) }
        { lines("Payload", test("payload"), &publish.payload.0, with(publish, change, |it, to| it.payload = Template(to))) }
        if has_message { { tick("To the message's Response Topic, with its Correlation Data, where it has them", test("respond"), publish.respond, with(publish, change, |it, to| it.respond = to == "yes")) } }
        { tick("Retain", test("retain"), publish.retain, with(publish, change, |it, to| it.retain = to == "yes")) }
        <details data-testid={test("more")}>
            <summary>{ "Properties (MQTT 5)" }</summary>
            { text("Content Type", test("content-type"), &publish.content_type.0, with(publish, change, |it, to| it.content_type = Template(to))) }
            <label class="answer-field wide"><span>{ "User Properties, a line each: name=value" }</span>
                <LateField test={test("user")} value={pairs.join("\n")} on_change={set_pairs} has_lines=true />
            </label>
        </details>
    </> }
}
