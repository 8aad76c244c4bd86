//! Why a connection does not work, as far as a browser can know, and what to do about it.

use mqttscope_protocol::{Action, Advice, ConnectionId};
use yew::prelude::*;

use crate::components::dialog::Dialog;
use crate::components::inspector::marked;
use crate::components::rule_chip::rule_chip;

/// What one broker needs is not longer.
const FEW_LINES: usize = 8;

/// What a person wants done about a cause, and for which connection.
pub(super) type Repair = (ConnectionId, Action);

#[derive(Clone, PartialEq, Properties)]
pub(super) struct AdviceWindowProps {
    pub(super) number: ConnectionId,
    /// What the connection is called.
    pub(super) name: AttrValue,
    /// Whether it is connected again.
    pub(super) is_open: bool,
    /// Why it does not work, in a few words; empty while it is tried again.
    pub(super) cause: AttrValue,
    pub(super) advice: Vec<Advice>,
    /// How it stands, in words.
    pub(super) state: AttrValue,
    pub(super) on_repair: Callback<Repair>,
    pub(super) on_close: Callback<()>,
}

/// The window. It keeps what it says through the next attempt, until that has failed for another cause.
#[component]
pub(super) fn AdviceWindow(props: &AdviceWindowProps) -> Html {
    let kept = use_mut_ref(|| (props.cause.clone(), props.advice.clone()));
    if !props.cause.is_empty() && !props.advice.is_empty() {
        *kept.borrow_mut() = (props.cause.clone(), props.advice.clone());
    }
    let (cause, advice) = kept.borrow().clone();
    let on_repair = {
        let (on_repair, on_close) = (props.on_repair.clone(), props.on_close.clone());
        Callback::from(move |repair: Repair| {
            on_repair.emit(repair);
            on_close.emit(());
        })
    };
    let title = if props.is_open {
        format!("Why “{}” was not connected", props.name)
    } else {
        format!("Why “{}” is not connected", props.name)
    };
    html! {
        <Dialog {title} on_close={props.on_close.clone()}>
            <div class="advice" data-testid="advice">
                if !cause.is_empty() { <p class="cause">{ cause }</p> }
                if !props.state.is_empty() { <p class="quiet" role="status" data-testid="advice-state">{ &props.state }</p> }
                if advice.len() > 1 {
                    <p class="quiet">{ "What may be the cause, the likeliest first:" }</p>
                }
                { causes(&advice, props.number, &on_repair) }
            </div>
        </Dialog>
    }
}

/// The causes, each with what to do about it.
pub(super) fn causes(
    advice: &[Advice],
    number: ConnectionId,
    on_repair: &Callback<Repair>,
) -> Html {
    html! {
        <ol>
            { for advice.iter().enumerate().map(|(place, one)| html! {
                <li data-testid="cause">
                    <h3>{ marked(&one.cause) }</h3>
                    <p>{ marked(&one.remedy) }</p>
                    { repair(one, number, on_repair) }
                    { configuration(&one.configuration, place == 0) }
                    if !one.shown.is_empty() {
                        <pre tabindex="0" role="region" aria-label="The server's certificates" data-testid="certificates">{ &one.shown }</pre>
                    }
                    if let Some(statement) = &one.statement { <p class="ids">{ rule_chip(one.version, statement) }</p> }
                </li>
            }) }
        </ol>
    }
}

/// The button that does it.
fn repair(advice: &Advice, number: ConnectionId, on_repair: &Callback<Repair>) -> Html {
    let Some(action) = advice.action.clone() else {
        return Html::default();
    };
    let says = match &action {
        Action::UseVersion(version) => format!("Connect with {}", version.name()),
        Action::ChangeClientIdentifier => "Connect with another identifier".into(),
    };
    let go = on_repair.reform(move |_: MouseEvent| (number, action.clone()));
    html! { <button class="repair" data-testid="repair" onclick={go}>{ says }</button> }
}

/// Example configuration; only that of the likeliest cause is open, and not where it is that of every broker, which would
/// hide the other causes.
fn configuration(lines: &str, is_first: bool) -> Html {
    if lines.is_empty() {
        return Html::default();
    }
    html! {
        <details open={is_first && lines.lines().count() <= FEW_LINES}>
            <summary>{ "Example configuration" }</summary>
            <pre tabindex="0" aria-label="Example configuration">{ lines }</pre>
        </details>
    }
}
