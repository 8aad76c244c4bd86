//! What to do with the client now, how far it is, and what can be done about it.

use mqttscope_protocol::{AskLed, ExaminedStage, LedFormat, LedView};
use yew::prelude::*;

use crate::components::icon::{Icon, icon};
use crate::state::live::led::{counted, now, said};

/// The line with the bar and the buttons. `kept`: it is the report of an earlier visit; what is said of that. `is_reached`: the
/// companion is there to be asked.
pub(super) fn progress(
    view: &LedView,
    kept: Option<&str>,
    is_reached: bool,
    ask: &Callback<AskLed>,
    on_anew: &Callback<MouseEvent>,
) -> Html {
    let is_on = view.stage.is_on();
    let is_paused = view.stage == ExaminedStage::Paused;
    let (done, total) = counted(view);
    let does = |wanted: AskLed| ask.reform(move |_: MouseEvent| wanted.clone());
    let file = |test: &'static str, name: &'static str, title: &'static str, format: LedFormat| {
        html! {
            <button key={test} data-testid={test} {title} onclick={does(AskLed::Export(format))}>{ name }</button>
        }
    };
    html! {
        <div class="examine-progress">
            <p role="status" data-testid="led-state">{ kept.map(|kept| format!("{kept} ")) }{ said(view) }</p>
            <span class="quiet" data-testid="led-done">{ format!("{done} of {total} situations") }</span>
            if is_on { <progress aria-label="Situations that are done" max={total.max(1).to_string()} value={done.to_string()}></progress> }
            if is_reached { <span class="does">
                if is_on {
                    <button key="pause" data-testid="led-pause" onclick={does(AskLed::Pause(!is_paused))}>
                        { icon(if is_paused { Icon::Play } else { Icon::Pause }) }{ if is_paused { "Go on" } else { "Pause" } }
                    </button>
                    <button key="cancel" data-testid="led-cancel" title="Ends it: what the client has not shown is said to be so" onclick={does(AskLed::Cancel)}>{ "End" }</button>
                } else {
                    <button key="anew" data-testid="led-anew" data-home="" onclick={on_anew.clone()}>{ "Examine again…" }</button>
                    if kept.is_none() {
                    { file("led-json", "Save as JSON", "All verdicts with their packets, for programs: as mqttscope examine-client --format json", LedFormat::Json) }
                    { file("led-html", "Save as HTML", "One file with all verdicts and their packets, which any browser shows", LedFormat::Html) }
                    { file("led-text", "Save as text", "What is not kept, with its packets, as lines of text", LedFormat::Text) }
                    }
                }
            </span> }
        </div>
    }
}

/// What to do with the client, in large.
pub(super) fn guide(view: &LedView, ask: &Callback<AskLed>) -> Html {
    if !view.stage.is_on() {
        return Html::default();
    }
    let now = now(view);
    let skip = now.as_ref().map(|now| {
        let number = now.number;
        ask.reform(move |_: MouseEvent| AskLed::Skip(number))
    });
    html! {
        <div class="led-guide">
            <p class="quiet">{ "The client connects to " }<code data-testid="led-address">{ &view.address }</code></p>
            if view.has_authority {
                <button data-testid="led-ca" title="The certificate that the client must trust: it stays the same until the companion ends" onclick={ask.reform(|_: MouseEvent| AskLed::Authority)}>{ "Save ca.pem" }</button>
            }
            <p class="now" role="status" data-testid="led-now">
                if let Some(now) = &now {
                    <b>{ now.says }</b>
                    if let Some(waits_for) = now.waits_for { <span class="quiet">{ " It is led through this now: " }<code>{ waits_for }</code></span> }
                } else if view.stage == ExaminedStage::Paused {
                    <span class="quiet">{ "Nothing is asked of the client while it is paused." }</span>
                } else {
                    <span class="quiet">{ "Nothing can be asked of this client now." }</span>
                }
            </p>
            if let Some(trouble) = &view.trouble { <p class="trouble" role="alert" data-testid="led-trouble">{ icon(Icon::Fault) }{ trouble }</p> }
            if let Some(skip) = skip { <button data-testid="led-skip" title="Leaves this situation out" onclick={skip}>{ "Skip" }</button> }
        </div>
    }
}
