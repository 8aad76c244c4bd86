//! The broker's card: what was found out about it beside the verdicts.

use mqttscope_protocol::ExaminedView;
use yew::prelude::*;

use crate::state::live::words;

/// The card, by version.
pub(super) fn card(view: &ExaminedView) -> Html {
    html! {
        <section class="pane examine-side" aria-label="The broker’s card">
            <div class="head"><h2>{ "The broker’s card" }</h2></div>
            <div class="card-body" data-testid="broker-card" tabindex="0" role="region" aria-label="What was found out about the broker">
                if view.card.is_empty() {
                    <p class="quiet">{ "What the broker announces and what was measured of it stands here once it has answered." }</p>
                } else {
                    <dl><dt>{ "Longest round trip" }</dt><dd>{ words::duration(view.round_trip) }</dd></dl>
                }
                { for view.card.iter().map(|(version, facts)| html! {
                    <>
                        <h3>{ format!("MQTT {}", version.name()) }</h3>
                        <dl>{ for facts.iter().map(|(name, value)| html! { <><dt>{ name }</dt><dd>{ value }</dd></> }) }</dl>
                    </>
                }) }
                <p class="quiet">{ "Select a check to see what was expected, and every packet that shows its verdict." }</p>
            </div>
        </section>
    }
}
