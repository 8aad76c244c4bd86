//! A broken rule, beside what it is about.

use mqttscope_wire::{Citation, Diagnostic};
use yew::prelude::*;

use super::look;
use crate::components::icon::icon;

/// Its markup: a button that jumps to the bits that break the rule.
pub(super) fn broken(
    diagnostic: &Diagnostic,
    packet: &[u8],
    on_click: Callback<MouseEvent>,
) -> Html {
    let (class, picture, word) = look::severity(diagnostic.severity());
    let ids = match diagnostic.citation() {
        Citation::Statements(ids) => {
            html! { <>{ for ids.iter().map(|id| html! { <span>{ format!("[{id}]") }</span> }) }</> }
        }
        Citation::Section(section) => html! { <span>{ format!("section {section}") }</span> },
        Citation::None => Html::default(),
    };
    html! {
        <button class={classes!("diagnostic", class)} data-testid="diagnostic" data-rule={diagnostic.rule.name()} tabindex="-1" onclick={on_click}>
            { icon(picture) }
            <span class="says">
                <span class="unseen">{ word }{ ": " }</span>
                { marked(&diagnostic.message(packet)) }
                if let Some(fix) = diagnostic.rule.words().and_then(|words| words.fix) { <span class="fix">{ " " }{ marked(fix) }</span> }
            </span>
            <span class="ids">{ ids }<span class="rule">{ diagnostic.rule.name() }</span></span>
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
