//! The text of a script, with the numbers of its lines, and what it can call.

use yew::prelude::*;

use crate::pages::live::desk::value_of;

/// What a script can call: each with what it does.
const CALLS: [(&str, &str); 9] = [
    (
        "onMessage(\"a/+\", (message) => …)",
        "for each message that the topic filter matches: topic, text, json, payload (bytes), qos, retain, responseTopic, correlationData, contentType, userProperties",
    ),
    (
        "publish(topic, payload, options)",
        "text, bytes, or anything else as JSON; options: qos, retain, contentType, correlationData, userProperties",
    ),
    (
        "table(\"codes\").find(\"code\", value)",
        "the first row with this value in a column, as an object of texts, or undefined; rows and columns are all of them",
    ),
    (
        "table(\"codes\").set(row, \"used\", \"true\")",
        "writes into a row that was looked up",
    ),
    ("table(\"codes\").add({ code: \"A\" })", "adds a row"),
    ("table(\"codes\").remove(row)", "removes one"),
    (
        "every(1000, () => …)",
        "again and again after so many milliseconds; what it gives, called, ends that",
    ),
    (
        "state.count = 1",
        "an object that is still there when the script starts again, as long as the page is open",
    ),
    ("log(\"so\", 1)", "a line of the log"),
];

#[derive(Clone, PartialEq, Properties)]
pub(super) struct ScriptProps {
    pub(super) text: AttrValue,
    /// A line, from 1, and what went wrong in it.
    pub(super) wrong: Option<(u32, AttrValue)>,
    pub(super) on_change: Callback<String>,
}

#[component]
pub(super) fn Script(props: &ScriptProps) -> Html {
    let on_input = props.on_change.reform(|event: InputEvent| value_of(&event));
    // The field is as high as its text, so that numbers and lines scroll together.
    let lines = props.text.split('\n').count();
    let wrong = props.wrong.as_ref().map_or(0, |(line, _)| *line);
    let numbers = (1..=lines).map(|line| {
        let is_wrong = u32::try_from(line) == Ok(wrong);
        html! { <span class={is_wrong.then_some("is-error")}>{ line }</span> }
    });
    let says = props.wrong.as_ref().map(|(line, text)| {
        html! { <p id="script-wrong" class="is-error" role="alert" data-testid="script-wrong">{ format!("Line {line}: {text}") }</p> }
    });
    html! {
        <>
            <div class="script-edit">
                <div class="script-lines" aria-hidden="true" data-testid="script-lines">{ for numbers }</div>
                <textarea rows={lines.max(6).to_string()} wrap="off" aria-label="Script" data-testid="script-text" spellcheck="false" autocapitalize="off" autocomplete="off"
                    aria-invalid={(wrong > 0).to_string()} aria-describedby={(wrong > 0).then_some("script-wrong")} value={props.text.clone()} oninput={on_input} />
            </div>
            { for says }
            <details class="settings-group" data-testid="script-calls">
                <summary>{ "What a script can call" }</summary>
                <dl class="answer-places">{ for CALLS.map(|(call, does)| html! { <><dt class="mono">{ call }</dt><dd>{ does }</dd></> }) }</dl>
                <p class="quiet">{ "It is JavaScript in a sandbox: no network, no storage, no way to this page. It is stopped when it does not answer for 2 seconds. It may publish as many messages in a second as stands above, and is not told what it published itself." }</p>
            </details>
        </>
    }
}

/// The line of a script that its last line in the log names.
pub(super) fn said(last: &str) -> Option<(u32, AttrValue)> {
    let (line, text) = last.strip_prefix("Line ")?.split_once(": ")?;
    Some((line.parse().ok()?, text.to_owned().into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use mqttscope_answers::ScriptSays;

    #[test]
    fn the_line_that_the_log_names_is_found() {
        let text = ScriptSays::logged("Error: a: b", 12);
        assert_eq!(said(&text), Some((12, "Error: a: b".into())));
        assert_eq!(said("Publishes Line 3: x"), None);
    }
}
