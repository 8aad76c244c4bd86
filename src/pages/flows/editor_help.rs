//! What the lines of a scenario can be.

use yew::prelude::*;

const LINES: &[(&str, &str)] = &[
    (
        "publisher P session alias receive-maximum 10 as ID",
        "a client left of the broker; all options can be left out",
    ),
    ("subscriber S session", "a client right of the broker"),
    (
        "will P t/gone 1 5 : payload",
        "its will: topic, QoS, delay in seconds",
    ),
    (
        "at 0 P connect",
        "what a client does at a millisecond; or disconnect",
    ),
    ("at 200 S subscribe t/# 1", "topic filter and QoS"),
    (
        "at 400 P publish t/a 2 retain expiry 5 respond t/r correlate a : payload",
        "topic and QoS; the options can be left out",
    ),
    (
        "on S t/a reply 1 to t/b after 300 hold : done: {{payload}}",
        "how the application of S answers; without “to” at the Response Topic. “after”: the milliseconds it works on each message. “hold”: it acknowledges when it has answered. The text takes the places of the answers on Live",
    ),
    (
        "cut P before PUBREC 1",
        "the first PUBREC on its connection is lost; also: after PUBREC 1, or at 700",
    ),
    (
        "restart P at 700 keeping",
        "or forgetting its state; also: restart broker",
    ),
    ("offline S from 300 to 2000", "no connection in this time"),
    ("slow S at 0 by 400", "milliseconds for each packet"),
    (
        "hold S from 400 until 900",
        "the application holds back its acknowledgements",
    ),
];

/// The help, folded.
pub(super) fn editor_help() -> Html {
    html! {
        <details class="script-help">
            <summary data-testid="script-help">{ "What a line can be" }</summary>
            <dl class="keys">
                { for LINES.iter().map(|(line, what)| html! { <><dt><code>{ *line }</code></dt><dd>{ *what }</dd></> }) }
            </dl>
        </details>
    }
}

/// A new scenario, to be changed.
pub(super) const TEMPLATE: &str = "title New scenario
watch What to look at
version 5
delay 50
publisher Publisher session
subscriber Subscriber session
at 0 Subscriber connect
at 0 Publisher connect
at 200 Subscriber subscribe t/a 1
at 400 Publisher publish t/a 1 : 21
";

#[cfg(test)]
mod tests {
    use super::*;
    use mqttscope_flows::Scenario;

    #[test]
    fn every_line_of_the_help_can_be_read() {
        let clients = "publisher P\nsubscriber S\n";
        for (line, _) in LINES {
            let text = match line.split_once(' ') {
                Some(("publisher" | "subscriber", _)) => (*line).to_owned(),
                _ => format!("{clients}{line}"),
            };
            assert!(Scenario::parse(&text).is_ok(), "{text}");
        }
        let template = Scenario::parse(TEMPLATE).unwrap();
        assert_eq!(template.to_text(), TEMPLATE);
    }
}
