//! The frame of an examination, whoever is examined: a head, verdicts, and beside them one of them or what was found out.

mod list;

use mqttscope_wire::ProtocolVersion;
use yew::prelude::*;

use crate::components::icon::{Icon, icon};
pub(super) use list::{Verdict, VerdictList};

/// The line on top: the way back, the heading, which has the focus when the view opens, and what stands behind it.
pub(super) fn head(
    id: &'static str,
    test: &'static str,
    on_back: Callback<MouseEvent>,
    heading: Html,
    more: Html,
) -> Html {
    html! {
        <div class="head">
            <button class="bare" data-testid={test} onclick={on_back}>{ icon(Icon::Back) }{ "Live" }</button>
            <h1 {id} tabindex="-1">{ heading }</h1>
            { more }
        </div>
    }
}

/// What is shown where there is room for one part only.
pub(super) const fn shows(is_opened: bool, has_facts: bool) -> &'static str {
    match (is_opened, has_facts) {
        (true, _) => "check",
        (false, true) => "card",
        (false, false) => "list",
    }
}

/// Facts, and what turns them on where there is room for one part only.
pub(super) struct Facts<'a> {
    pub(super) heading: &'static str,
    /// Test names of the button and of the facts.
    pub(super) tests: [&'static str; 2],
    pub(super) is_on: &'a UseStateHandle<bool>,
    /// What is told before the facts by version.
    pub(super) first: Html,
    pub(super) card: &'a [(ProtocolVersion, Vec<(String, String)>)],
    /// What stands there while there are none, and below them.
    pub(super) says: [&'static str; 2],
}

/// The list with what stands above it, and beside it one of its verdicts or the facts.
pub(super) fn beside(
    label: &'static str,
    list: Html,
    opened: Option<Html>,
    facts: &Facts<'_>,
) -> Html {
    let turn = {
        let is_on = facts.is_on.clone();
        Callback::from(move |_: MouseEvent| is_on.set(!*is_on))
    };
    html! {
        <div class="examine-results">
            <section class="pane examine-list" aria-label={label}>
                <div class="examine-turn"><button data-testid={facts.tests[0]} aria-pressed={facts.is_on.to_string()} onclick={turn}>{ facts.heading }</button></div>
                { list }
            </section>
            { opened.unwrap_or_else(|| found(facts)) }
        </div>
    }
}

fn found(facts: &Facts<'_>) -> Html {
    html! {
        <section class="pane examine-side" aria-label={facts.heading}>
            <div class="head"><h2>{ facts.heading }</h2></div>
            <div class="card-body" data-testid={facts.tests[1]} tabindex="0" role="region" aria-label={format!("{}: what was found out", facts.heading)}>
                if facts.card.is_empty() { <p class="quiet">{ facts.says[0] }</p> } else { { facts.first.clone() } }
                { for facts.card.iter().map(|(version, facts)| html! {
                    <>
                        <h3>{ format!("MQTT {}", version.name()) }</h3>
                        <dl>{ for facts.iter().map(|(name, value)| html! { <><dt>{ name }</dt><dd>{ value }</dd></> }) }</dl>
                    </>
                }) }
                <p class="quiet">{ facts.says[1] }</p>
            </div>
        </section>
    }
}
