//! The recording in plain words, above the findings.

use std::rc::Rc;

use mqttscope_engine::protocol::{ExplanationView, RecordId};
use yew::prelude::*;

use super::desk::Desk;
use super::wire_row::grade;
use crate::components::icon::icon;
use crate::components::inspector::marked;
use crate::element::el;
use crate::state::live::Act;

/// Lines that are shown at first.
const FEW: usize = 4;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct ExplanationsProps {
    /// The most important first; none: they were not told yet.
    pub(super) lines: Option<Rc<Vec<ExplanationView>>>,
}

#[component]
pub(super) fn Explanations(props: &ExplanationsProps) -> Html {
    let all = use_state_eq(|| false);
    let (Some(desk), Some(lines)) = (use_context::<Desk>(), &props.lines) else {
        return Html::default();
    };
    let toggle = {
        let all = all.clone();
        Callback::from(move |_: MouseEvent| all.set(!*all))
    };
    let shown = if *all { lines.len() } else { FEW };
    html! {
        <section class="in-short" aria-labelledby="in-short" data-testid="in-short">
            <div class="title">
                <h2 id="in-short">{ "In short" }</h2>
                if lines.len() > FEW {
                    <button class="link" data-testid="in-short-all" aria-expanded={all.to_string()} onclick={toggle}>
                        { if *all { "show less".into() } else { format!("show all {}", lines.len()) } }
                    </button>
                }
            </div>
            if lines.is_empty() {
                <p class="quiet" data-testid="in-short-nothing">{ "Nothing stands out: no rule is broken, nobody was refused, and nothing was lost." }</p>
            } else {
                <ul tabindex={(*all).then_some("0")}>{ for lines.iter().take(shown).map(|line| explanation(line, &desk)) }</ul>
            }
        </section>
    }
}

fn explanation(line: &ExplanationView, desk: &Desk) -> Html {
    let (class, picture, word) = grade(line.grade);
    let count = line.packets.len();
    html! {
        <li data-testid="explanation">
            <span class={class}>{ icon(picture) }<span class="unseen">{ word }</span></span>
            <span class="says">
                { Html::from(marked(el("span"), &line.text)) }
                if line.count > 1 { <b>{ format!(" ({} times)", line.count) }</b> }
            </span>
            <span class="to">
                if count == 0 { <span class="quiet">{ "no longer in the log" }</span> }
                { for line.packets.iter().zip(1_usize..).map(|(&record, number)| jump(record, number, count, &line.text, desk)) }
            </span>
        </li>
    }
}

/// The way to one of the packets that show it.
fn jump(record: RecordId, number: usize, count: usize, text: &str, desk: &Desk) -> Html {
    let go = {
        let acts = desk.live.clone();
        Callback::from(move |_: MouseEvent| acts.dispatch(Act::Jump(record)))
    };
    let says = if count == 1 {
        "packet".to_owned()
    } else {
        number.to_string()
    };
    html! {
        <button class="chip accent" data-testid="explanation-packet" aria-label={format!("Show packet {number} of {count}: {text}")} title="Show it in the list of packets" onclick={go}>{ says }</button>
    }
}
