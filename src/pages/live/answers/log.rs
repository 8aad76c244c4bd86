//! What answers did, line by line.

use mqttscope_answers::Line;
use yew::prelude::*;

use crate::components::dialog::Dialog;
use crate::state::live::words;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct LogProps {
    pub(super) lines: Vec<Line>,
    pub(super) on_close: Callback<()>,
}

#[component]
pub(super) fn Log(props: &LogProps) -> Html {
    // The newest is what a person looks for.
    let rows = props.lines.iter().rev().map(|line| {
        let behind = js_sys::Date::new(&(line.at.millis() as f64).into()).get_timezone_offset();
        html! {
            <li key={line.number.to_string()} data-testid="log-line">
                <span class="mono quiet">{ words::time(line.at, behind) }</span>
                <span class="quiet">{ &line.answer }</span>
                <span class={line.is_problem.then_some("is-error")}>{ &line.text }</span>
            </li>
        }
    });
    html! {
        <Dialog title="What answers did" on_close={props.on_close.clone()}>
            if props.lines.is_empty() { <p class="quiet">{ "Nothing yet. The last 100 lines are listed here, newest first." }</p> }
            <ul class="answer-log" data-testid="log-lines" tabindex="0" aria-label="Lines, the newest first">{ for rows }</ul>
        </Dialog>
    }
}
