//! A broken rule, beside what it is about.

use mqttscope_wire::Diagnostic;
use yew::prelude::*;

use super::{Shown, look};
use crate::components::icon::icon;

/// Its markup: a button that jumps to the bits that break the rule. Until the texts have come it says
/// only how sure the rule is.
pub(super) fn broken(
    diagnostic: &Diagnostic,
    shown: &Shown,
    on_click: Callback<MouseEvent>,
) -> Html {
    let (class, picture, word) = look::severity(diagnostic.severity());
    let text = shown
        .texts()
        .map(|texts| texts.rule(diagnostic.rule, diagnostic.version))
        .unwrap_or_default();
    // Statements are told apart; sections are one phrase.
    let between = if text.place.starts_with('[') {
        ' '
    } else {
        '\n'
    };
    let ids = text.place.split(between).filter(|id| !id.is_empty());
    html! {
        <button class={classes!("diagnostic", class)} data-testid="diagnostic" data-rule={text.name.to_owned()} tabindex="-1" onclick={on_click}>
            { icon(picture) }
            <span class="says">
                <span class="unseen">{ word }{ ": " }</span>
                { marked(&diagnostic.filled(text.message, shown.bytes())) }
                if !text.fix.is_empty() { <span class="fix">{ " " }{ marked(text.fix) }</span> }
            </span>
            <span class="ids">{ for ids.map(|id| html! { <span>{ id }</span> }) }<span class="rule">{ text.name }</span></span>
        </button>
    }
}

/// What stands between backticks is code.
fn marked(text: &str) -> Html {
    text.split('`')
        .enumerate()
        .map(|(part, text)| match part % 2 {
            0 => html! { text },
            _ => html! { <code>{ text }</code> },
        })
        .collect()
}
