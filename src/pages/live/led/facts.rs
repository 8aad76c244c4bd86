//! What was found out about the client beside the verdicts.

use mqttscope_protocol::LedView;
use yew::prelude::*;

/// The facts, by version.
pub(super) fn facts(view: &LedView) -> Html {
    html! {
        <section class="pane examine-side" aria-label="The client">
            <div class="head"><h2>{ "The client" }</h2></div>
            <div class="card-body" data-testid="led-card" tabindex="0" role="region" aria-label="What was found out about the client">
                if view.card.is_empty() {
                    <p class="quiet">{ "What its CONNECT says and what was measured of it stands here once it has connected." }</p>
                }
                { for view.card.iter().map(|(version, facts)| html! {
                    <>
                        <h3>{ format!("MQTT {}", version.name()) }</h3>
                        <dl>{ for facts.iter().map(|(name, value)| html! { <><dt>{ name }</dt><dd>{ value }</dd></> }) }</dl>
                    </>
                }) }
                <p class="quiet">{ "Select a situation to see what its statements ask, and every packet that shows its verdict." }</p>
            </div>
        </section>
    }
}
