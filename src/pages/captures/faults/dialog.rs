//! The window in which the faults of a tap, or of live connections, are set.

use mqttscope_flows::Fix;
use mqttscope_protocol::{ActiveFault, AskFaults, FAULT_CHOICES, FaultError, FaultRow};
use yew::prelude::*;

use super::lines::Draft;
use super::state::Asked;
use super::struck::{strikes, times};
use crate::components::dialog::Dialog;
use crate::components::icon::{Icon, icon};
use crate::components::inspector::marked;
use crate::components::menu::{Item, Menu};
use crate::pages::flows::problems::corrected;
use crate::pages::live::desk::{Desk, value_of};
use crate::services::browser;

/// The id of the text.
const TEXT: &str = "faults-text";

#[derive(Clone, PartialEq, Properties)]
pub(in crate::pages) struct FaultsDialogProps {
    /// Its title, and the last sentence of what it says of the lines.
    pub(in crate::pages) says: (&'static str, &'static str),
    pub(in crate::pages) faults: Asked,
    /// What the recording tells of them.
    pub(in crate::pages) rows: Vec<FaultRow>,
    pub(in crate::pages) on_close: Callback<()>,
}

#[component]
pub(in crate::pages) fn FaultsDialog(props: &FaultsDialogProps) -> Html {
    let told = props.faults.told.clone().unwrap_or_default();
    let draft = use_state_eq(|| Draft::of(&told));
    {
        let draft = draft.clone();
        use_effect_with(told.clone(), move |told| draft.set(draft.follow(told)));
    }
    let Some(desk) = use_context::<Desk>() else {
        return Html::default();
    };
    let items = use_callback((), |(), ()| {
        let item = |choice: &mqttscope_protocol::FaultChoice| {
            Item::new(choice.name, choice.more).under(choice.group)
        };
        FAULT_CHOICES.iter().map(item).collect::<Vec<_>>()
    });
    let take = {
        let draft = draft.clone();
        Callback::from(move |at: usize| {
            if let Some(choice) = FAULT_CHOICES.get(at) {
                draft.set(draft.with_line(choice.line));
                browser::focus_id(TEXT);
            }
        })
    };
    let write = {
        let draft = draft.clone();
        Callback::from(move |event: InputEvent| {
            draft.set(draft.with_text(value_of(event.as_ref())));
        })
    };
    let apply = {
        let (ask, draft) = (props.faults.ask.clone(), draft.clone());
        Callback::from(move |_: MouseEvent| {
            ask.emit(AskFaults::Replace(draft.text.clone(), draft.numbers()));
        })
    };
    let clear = {
        let (ask, draft) = (props.faults.ask.clone(), draft.clone());
        Callback::from(move |_: MouseEvent| {
            draft.set(draft.with_text(String::new()));
            ask.emit(AskFaults::Clear);
        })
    };
    let (title, last) = props.says;
    let errors = &props.faults.errors;
    let count = told.active.len();
    let says = match count {
        _ if !errors.is_empty() => "Nothing has changed.",
        0 if props.faults.is_done => "No fault is in force any more.",
        0 => "No fault is in force.",
        _ if props.faults.is_done => "They are in force.",
        _ => "",
    };
    let earlier = props.rows.iter().filter(|row| {
        let mut active = told.active.iter();
        !active.any(|active| active.number == row.number)
    });
    let earlier: Vec<&FaultRow> = earlier.collect();
    html! {
        <Dialog title={title} on_close={props.on_close.clone()}>
            <div class="tap-faults">
                <p id="faults-help">{ "Each line breaks something on purpose, for the connections that are open and those to come; " }<code>{ "*" }</code>{ " is each client, else its client identifier stands there. Packets and milliseconds are counted from Apply on; a line that is in force stays as it is. " }{ last }</p>
                if told.allowed {
                    <div class="bar-line">
                        <Menu id="fault-choices" label={html! { "Add a fault" }} {items} on_choose={take} />
                    </div>
                    <textarea id={TEXT} class="mono" data-testid="faults-text" aria-label="Faults, a line each" aria-describedby="faults-help faults-errors" rows="5" wrap="off" spellcheck="false" autocapitalize="off"
                        placeholder="cut * before PUBACK 1 from server" aria-invalid={(!errors.is_empty()).then_some("true")} value={draft.text.clone()} oninput={write} />
                } else {
                    <p data-testid="faults-closed">{ "The tap was started with --no-page-faults: the lines can only be seen here." }</p>
                }
                <div id="faults-errors" class="problems" role="status" data-testid="faults-says">
                    if !says.is_empty() { <p class="quiet">{ says }</p> }
                    if !errors.is_empty() {
                        <ul>{ for errors.iter().map(|error| problem(error, &draft)) }</ul>
                    }
                </div>
                if count > 0 {
                    <h3>{ "In force" }</h3>
                    <ul class="struck" data-testid="faults">
                        { for told.active.iter().map(|active| row(active, told.allowed, props, &desk)) }
                    </ul>
                }
                if !earlier.is_empty() {
                    <h3>{ "Earlier" }</h3>
                    <ul class="struck" data-testid="faults-earlier">
                        { for earlier.into_iter().map(|row| html! {
                            <li data-testid="fault-earlier"><span>{ format!("Fault {}", row.number) }</span><span class="quiet">{ times(row.count) }</span>{ strikes(row, &desk, &props.on_close) }</li>
                        }) }
                    </ul>
                }
            </div>
            if told.allowed {
                <div class="acts">
                    <span class="grow"></span>
                    <button type="button" data-testid="faults-clear" disabled={count == 0} onclick={clear}>{ "Clear" }</button>
                    <button type="button" class="main" data-testid="faults-apply" onclick={apply}>{ "Apply" }</button>
                </div>
            }
        </Dialog>
    }
}

/// A line that is wrong, and what was probably meant.
fn problem(error: &FaultError, draft: &UseStateHandle<Draft>) -> Html {
    let fix = error.fix.as_ref().map(|fix| {
        let right = Fix {
            wrong: fix.wrong.clone(),
            right: fix.right.clone(),
        };
        let (draft, line) = (draft.clone(), error.line);
        let correct = Callback::from(move |_: MouseEvent| {
            draft.set(draft.with_text(corrected(&draft.text, line, &right)));
        });
        html! { <>{ " " }<button data-testid="fault-fix" onclick={correct}>{ format!("Use {}", fix.right) }</button></> }
    });
    html! {
        <li class="is-error" data-testid="fault-error">
            if error.line > 0 { { format!("Line {}: ", error.line) } }{ marked(&error.message) }{ for fix }
        </li>
    }
}

/// A fault that is in force: how often it has struck, where, and what came of it.
fn row(active: &ActiveFault, allowed: bool, props: &FaultsDialogProps, desk: &Desk) -> Html {
    let recorded = props.rows.iter().find(|row| row.number == active.number);
    let remove = {
        let (ask, number) = (props.faults.ask.clone(), active.number);
        Callback::from(move |_: MouseEvent| ask.emit(AskFaults::Remove(number)))
    };
    html! {
        <li key={active.number} data-testid="fault-row">
            <code>{ &active.line }</code>
            <span class="quiet" data-testid="fault-struck">{ "struck " }{ times(active.struck) }</span>
            <span class="bar-line">
                if allowed {
                    <button class="bare square" data-testid="fault-remove" aria-label={format!("Remove {}", active.line)} title="Take this fault away; the others stay" onclick={remove}>{ icon(Icon::Cross) }</button>
                }
            </span>
            if let Some(recorded) = recorded { { strikes(recorded, desk, &props.on_close) } }
        </li>
    }
}
