//! A connection as it stands: what the server said, and what is counted.

use mqttscope_protocol::{ConnectionState, ConnectionView};
use yew::prelude::*;

use crate::components::glossary::label;
use crate::state::live::words;

/// The card; `name`: what the connection is called.
pub(super) fn connection_card(
    view: Option<&ConnectionView>,
    system: &[(String, String)],
    name: &str,
) -> Html {
    let Some(view) = view.filter(|view| view.state == ConnectionState::Open) else {
        return html! {
            <>
                <div class="head"><h2>{ "Connection" }</h2></div>
                <div class="nothing">
                    <h2>{ if name.is_empty() { "No connection" } else { name } }</h2>
                    <p>{ "When connected, the server's limits and statistics appear here. Select a packet to see its fields instead." }</p>
                </div>
            </>
        };
    };
    let rates = &view.rates;
    let counted = [
        (
            "Messages in",
            format!("{}/s", words::rate(rates.messages_in)),
        ),
        (
            "Messages out",
            format!("{}/s", words::rate(rates.messages_out)),
        ),
        (
            "Bytes in",
            format!("{}/s", words::bytes(rates.bytes_in as u64)),
        ),
        (
            "Bytes out",
            format!("{}/s", words::bytes(rates.bytes_out as u64)),
        ),
        (
            "Last round trip",
            view.round_trip
                .map_or_else(|| "none yet".into(), words::duration),
        ),
        ("Send queue", words::whole(view.queued)),
    ];
    let session = match view.session_present {
        Some(true) => "present: resumed",
        Some(false) => "new",
        None => "not known",
    };
    html! {
        <>
            <div class="head"><h2 title={name.to_owned()}>{ name.to_owned() }</h2><span class="sub" title={view.client_identifier.clone()}>{ &view.client_identifier }</span><span class="grow"></span>{ standing(view) }</div>
            <div class="card-body" data-testid="connection-card" tabindex="0" role="region" aria-label="The connection">
                <h3>{ "Statistics" }<span class="quiet">{ ", averages of the last 3 s" }</span></h3>
                <dl>{ for counted.map(|(name, value)| html! { <><dt>{ name }</dt><dd>{ value }</dd></> }) }</dl>
                if !view.link.is_empty() { <h3>{ "Opened by the companion" }</h3><p data-testid="link">{ &view.link }</p> }
                <h3>{ "Server limits (CONNACK)" }</h3>
                <dl data-testid="limits">
                    <dt>{ "Session" }</dt><dd>{ session }</dd>
                    { for view.limits.iter().map(|limit| html! {
                        <><dt>{ label(&limit.name) }</dt><dd class={classes!(limit.is_default.then_some("quiet"))}>{ &limit.value }if limit.is_default { <small>{ " by default" }</small> }</dd></>
                    }) }
                </dl>
                if !system.is_empty() {
                    <h3>{ "Broker statistics ($SYS)" }</h3>
                    <dl data-testid="system">{ for system.iter().map(|(name, value)| html! { <><dt title={format!("$SYS/{name}")}>{ name }</dt><dd>{ value }</dd></> }) }</dl>
                }
                <p class="quiet">{ "Select a packet or a message to see it here byte by byte." }</p>
            </div>
        </>
    }
}

/// Whether the server does what it owes.
fn standing(view: &ConnectionView) -> Html {
    match &view.overdue {
        Some(overdue) => {
            html! { <span class="chip warn" data-testid="standing">{ overdue }</span> }
        }
        None => html! { <span class="chip ok" data-testid="standing">{ "connected" }</span> },
    }
}
