//! A scenario as text, to be changed and run.

use std::rc::Rc;

use mqttscope_inspect::flows::{Run, Scenario};
use wasm_bindgen::JsCast as _;
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use super::act::Acts;
use crate::components::dialog::Dialog;
use crate::state::flows::Act;

/// What can stand on a line.
const LINES: &[(&str, &str)] = &[
    (
        "publisher P session alias receive-maximum 10 as ID",
        "a client left of the broker; the options can be left out",
    ),
    ("subscriber S session", "a client right of the broker"),
    (
        "will P t/gone 1 5 : words",
        "its will: topic, QoS, delay in seconds",
    ),
    (
        "at 0 P connect",
        "what it does at which millisecond: connect, disconnect",
    ),
    ("at 200 S subscribe t/# 1", "topic filter and QoS"),
    (
        "at 400 P publish t/a 2 retain expiry 5 respond t/r : words",
        "topic, QoS, options, what it says",
    ),
    (
        "cut P before PUBREC 1",
        "the first PUBREC on its link is lost; after, or at 700",
    ),
    (
        "restart P at 700 keeping",
        "or forgetting; restart broker, too",
    ),
    ("offline S from 300 to 2000", "no connection"),
    ("slow S at 0 by 400", "milliseconds for each packet"),
    (
        "hold S from 400 until 900",
        "its application does not acknowledge; “hold S until 900” begins at once",
    ),
];

#[derive(Clone, Properties)]
pub(super) struct EditorProps {
    pub(super) run: Rc<Run>,
    pub(super) on_close: Callback<()>,
}

impl PartialEq for EditorProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.run, &other.run)
    }
}

/// The window.
#[component]
pub(super) fn Editor(props: &EditorProps) -> Html {
    let acts = use_context::<Acts>();
    let text = use_state_eq(|| props.run.scenario.to_text());
    let read = Scenario::parse(&text);
    let on_input = {
        let text = text.clone();
        Callback::from(move |event: InputEvent| {
            let field = event
                .target()
                .and_then(|target| target.dyn_into::<HtmlTextAreaElement>().ok());
            if let Some(field) = field {
                text.set(field.value());
            }
        })
    };
    let on_run = {
        let (read, on_close) = (read.clone(), props.on_close.clone());
        Callback::from(move |_: MouseEvent| {
            if let (Ok(scenario), Some(acts)) = (&read, &acts) {
                acts.dispatch(Act::Open(Box::new(scenario.clone())));
                on_close.emit(());
            }
        })
    };
    html! {
        <Dialog title="The scenario, line by line" on_close={props.on_close.clone()}>
            <textarea class="script" aria-label="Scenario" data-testid="script" spellcheck="false" aria-invalid={read.is_err().to_string()}
                aria-describedby="script-says" oninput={on_input} value={(*text).clone()} />
            <p id="script-says" role="status" data-testid="script-says" class={classes!(read.is_err().then_some("is-error"))}>
                { match &read {
                    Ok(scenario) => format!("{}, {}, {}.", counted(scenario.clients.len(), "client"), counted(scenario.steps.len(), "step"), counted(scenario.faults.len(), "fault")),
                    Err(error) => error.to_string(),
                } }
            </p>
            <div><button class="main" data-testid="run" disabled={read.is_err()} onclick={on_run}>{ "Run it" }</button></div>
            <dl class="keys script-help">
                { for LINES.iter().map(|(line, what)| html! { <><dt><code>{ *line }</code></dt><dd>{ *what }</dd></> }) }
            </dl>
        </Dialog>
    }
}

fn counted(count: usize, noun: &str) -> String {
    let end = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{end}")
}
