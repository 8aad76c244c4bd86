//! A broken rule, beside what it is about.

use mqttscope_wire::Diagnostic;
use yew::prelude::*;

use super::{Shown, look};
use crate::components::icon::icon;
use crate::components::rule_chip::rule_chip;

/// Its markup: a button that jumps to the bits that break the rule, and links to the places of the
/// standard. A click beside the button does the same. Until the texts have come it shows the rule's name.
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
    let name = diagnostic.rule.name();
    // Statements are told apart; a section is one phrase.
    let between = if text.place.starts_with('[') {
        ' '
    } else {
        '\n'
    };
    let ids = text.place.split(between).filter(|id| {
        let statement = id.trim_matches(['[', ']']);
        !id.is_empty() && shown.dissection().cites(diagnostic, statement)
    });
    let ids = ids.map(|id| rule_chip(diagnostic.version, id));
    html! {
        <div
            class={classes!("diagnostic", class)}
            data-testid="diagnostic"
            data-rule={name}
            onclick={on_click}
        >
            { icon(picture) }
            <button class="says" tabindex="-1">
                <span class="unseen">{ word }{ ": " }</span>
                { marked(&diagnostic.filled(text.message, shown.bytes())) }
                if !text.fix.is_empty() {
                    <span class="fix">{ " " }{ marked(text.fix) }</span>
                }
            </button>
            <span class="ids">
                { for ids }
                <span class="rule">{ name }</span>
            </span>
        </div>
    }
}

/// A text for where nothing can be drawn as code, such as a tooltip: without backticks.
pub(crate) fn unmarked(text: &str) -> String {
    text.replace('`', "")
}

/// A text; what stands between backticks is code.
pub(crate) fn marked(text: &str) -> Html {
    let parts = text.split('`').enumerate();
    let parts = parts.map(|(part, text)| {
        let text = text.to_owned();
        match part % 2 {
            0 => html! { { text } },
            _ => html! { <code>{ text }</code> },
        }
    });
    parts.collect()
}
