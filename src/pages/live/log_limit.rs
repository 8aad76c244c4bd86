//! How full the log is, and how full it may be. A lower limit than what is there drops packets, so it asks first.

use mqttscope_protocol::Command;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::desk::{Desk, value_of};
use super::opening::BUDGET;
use crate::components::dialog::Dialog;
use crate::services::{browser, storage};
use crate::state::live::words;

/// What the log may take, in MB.
const BUDGETS: [u64; 6] = [16, 64, 128, 256, 512, 1_000];
/// Bytes.
const MB: u64 = 1_000_000;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct LogLimitProps {
    /// Bytes that the log has.
    pub(super) bytes: u64,
    /// Bytes that it may have.
    pub(super) budget: u64,
}

#[component]
pub(super) fn LogLimit(props: &LogLimitProps) -> Html {
    let asked = use_state_eq(|| None::<u64>);
    let select = use_node_ref();
    {
        // The browser keeps what was chosen last, whatever the options say: a limit that is not taken goes back.
        let (select, was_asked) = (select.clone(), use_mut_ref(|| false));
        use_effect_with((*asked, props.budget), move |&(asked, budget)| {
            if let Some(select) = browser::element_of::<HtmlSelectElement>(&select) {
                select.set_value(&asked.unwrap_or(budget).to_string());
            }
            // While the window is there, nothing else takes the focus.
            if was_asked.replace(asked.is_some()) && asked.is_none() {
                browser::focus_quietly("[data-testid=budget]");
            }
        });
    }
    let Some(desk) = use_context::<Desk>() else {
        return Html::default();
    };
    let set = Callback::from(move |bytes: u64| {
        // Where the browser stores nothing, the limit lasts as long as the page.
        let _ = storage::keep(BUDGET, &bytes.to_string());
        desk.talk.emit(Command::Budget(bytes));
    });
    let chosen = {
        let (asked, set, has) = (asked.clone(), set.clone(), props.bytes);
        Callback::from(move |event: Event| match value_of(&event).parse::<u64>() {
            Ok(bytes) if bytes < has => asked.set(Some(bytes)),
            Ok(bytes) => set.emit(bytes),
            Err(_) => {}
        })
    };
    let mut budgets: Vec<u64> = BUDGETS.map(|megabytes| megabytes.saturating_mul(MB)).into();
    budgets.push(props.budget);
    budgets.retain(|bytes| *bytes > 0);
    budgets.sort_unstable();
    budgets.dedup();
    let options = budgets.into_iter().map(|value| {
        // While it is asked, the list shows what is asked for.
        let selected = asked.unwrap_or(props.budget) == value;
        html! { <option value={value.to_string()} {selected}>{ words::bytes(value) }</option> }
    });
    let answer = {
        let asked = asked.clone();
        Callback::from(move |yes: bool| {
            if let Some(bytes) = (*asked).filter(|_| yes) {
                set.emit(bytes);
            }
            asked.set(None);
        })
    };
    html! {
        <>
            <label class="log">
                <span class="log-size" data-testid="log-size" title="Memory that the log of packets takes, of what it may take; it is taken in blocks, so a few packets have a whole one">{ "Log: " }{ words::bytes(props.bytes) }{ " of at most" }</span>
                <span class="log-short" aria-hidden="true">{ "Log limit" }</span>
                <select ref={select} class="chip" data-testid="budget" aria-label="Size limit of the log" title="Size limit of the log; beyond it the oldest packets are dropped" onchange={chosen}>{ for options }</select>
            </label>
            if let Some(bytes) = *asked { { ask(props.bytes, bytes, &answer) } }
        </>
    }
}

fn ask(has: u64, limit: u64, on_answer: &Callback<bool>) -> Html {
    let (too_much, limit) = (words::bytes(has.saturating_sub(limit)), words::bytes(limit));
    let answer = |yes: bool| on_answer.reform(move |_: MouseEvent| yes);
    html! {
        <Dialog title="Lower the limit of the log?" on_close={on_answer.reform(|()| false)}>
            <p>{ format!("The log has {} now. With a limit of {limit} its oldest packets, about {too_much}, are dropped at once. This cannot be undone.", words::bytes(has)) }</p>
            <div class="acts">
                <span class="grow"></span>
                <button type="button" onclick={answer(false)}>{ "Cancel" }</button>
                <button type="button" class="main" data-testid="lower-limit" onclick={answer(true)}>{ "Drop the oldest packets" }</button>
            </div>
        </Dialog>
    }
}
