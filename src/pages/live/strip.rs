//! Numbers that are always in sight: how fast, how slow, how full.

use mqttscope_filter::topic_filter;
use mqttscope_protocol::SearchView;
use yew::prelude::*;

use super::desk::{Desk, value_of};
use super::log_limit::LogLimit;
use crate::services::used_filters;
use crate::state::live::words;
use crate::state::live::{Act, Live, Source, Tab};

/// The bar below the tabs.
pub(super) fn strip(live: &Live, desk: &Desk) -> Html {
    let found = if live.is_searched() { " found" } else { "" };
    let total = match live.tab {
        // What a search finds are events, too; else only packets count.
        Tab::Wire => {
            let events = if live.is_searched() { live.events() } else { 0 };
            Some(words::rows(live.packets(), events))
        }
        Tab::Messages => Some(words::count(live.messages.total, "message")),
        Tab::Flows => Some(words::count(live.flows.total, "handshake")),
        Tab::Findings => Some(words::count(live.findings_listed, "finding")),
        Tab::Chart => None,
    };
    let everything = {
        let desk = desk.clone();
        Callback::from(move |event: Event| {
            desk.live
                .dispatch(Act::Everything(value_of(&event) == "all"));
        })
    };
    let resume = {
        let desk = desk.clone();
        Callback::from(move |_: MouseEvent| desk.live.dispatch(Act::Pause(false)))
    };
    let log = live.summary.log;
    html! {
        <div class="list-head strip">
            <select class="chip" data-testid="scope" aria-label="Whose packets" onchange={everything}>
                <option value="one" selected={!live.everything}>{ "this connection" }</option>
                <option value="all" selected={live.everything}>{ "all connections" }</option>
            </select>
            if let Some(total) = total {
                if live.search.is_empty() || live.is_settled() {
                    <span data-testid="total">{ total }{ found }{ of_all(live) }{ earlier(live) }</span>
                } else {
                    <span data-testid="total">{ "searching…" }</span>
                }
            }
            { for offered(live).map(|offer| offer.button(desk)) }
            if live.paused {
                <button class="chip warn" data-testid="paused" title="Recording goes on. Press to show what came since." onclick={resume}>
                    { "paused" }if live.fresh() > 0 { { " · +" }{ words::whole(live.fresh()) }{ " new" } }
                </button>
            }
            <span class="grow"></span>
            if log.dropped > 0 { <span class="chip warn" data-testid="dropped" title="The oldest packets made room for newer ones">{ words::whole(log.dropped) }{ " dropped" }</span> }
            if live.source == Source::Connections {
                { rates(live) }
                <LogLimit bytes={log.bytes} budget={log.budget} />
            }
        </div>
    }
}

/// Another search that may be meant by what was typed.
pub(super) struct Offer {
    search: String,
    says: String,
    title: &'static str,
    id: &'static str,
}

/// What may be meant: a filter with its slips mended, or the Topic Filter that the words are, which look for nothing like
/// that.
fn offered(live: &Live) -> Option<Offer> {
    // Beside what is wrong with a filter stands the one that is meant.
    let is_told = matches!(live.summary.search, SearchView::Wrong(_));
    if let Some(offer) = meant(&live.search) {
        return Some(offer).filter(|_| !is_told);
    }
    let is_words = live.summary.search == SearchView::Words;
    let filter = topic_filter(&live.search).filter(|_| is_words)?;
    Some(Offer {
        search: format!("topic:{filter}"),
        says: format!("topic: {filter}"),
        title: "Show what this Topic Filter matches, instead of packets with this text in them",
        id: "search-topic",
    })
}

/// A filter with its slips mended.
pub(super) fn meant(search: &str) -> Option<Offer> {
    let filter = mqttscope_filter::meant(search)?.filter?;
    Some(Offer {
        says: format!("filter: {filter}"),
        search: filter,
        title: "Search for this, which may be meant",
        id: "search-meant",
    })
}

impl Offer {
    pub(super) fn button(self, desk: &Desk) -> Html {
        let (acts, search) = (desk.live.clone(), self.search);
        let go = Callback::from(move |_: MouseEvent| {
            used_filters::note(&search);
            acts.dispatch(Act::Search(search.as_str().into()));
        });
        html! { <button class="chip accent" data-testid={self.id} title={self.title} onclick={go}>{ self.says }</button> }
    }
}

/// How many findings there are, where not all are listed.
fn of_all(live: &Live) -> String {
    let (left_out, listed) = (live.summary.left_out, live.findings_listed);
    let is_whole = live.severity.is_none() && live.summary.found.is_none();
    if live.tab == Tab::Findings && is_whole && left_out > 0 {
        format!(
            " shown of {}",
            words::whole(listed.saturating_add(left_out))
        )
    } else {
        String::new()
    }
}

/// That there were more handshakes than are kept.
fn earlier(live: &Live) -> String {
    let is_whole = live.everything && live.search.is_empty() && live.span.is_none();
    let left_out = live.summary.flows_left_out;
    if live.tab == Tab::Flows && left_out > 0 {
        words::earlier(live.flows.total, left_out, is_whole)
    } else {
        String::new()
    }
}

fn rates(live: &Live) -> Html {
    let Some((rates, queued)) = live.rates() else {
        return Html::default();
    };
    let (whose, view) = if live.everything {
        (" of all connections", None)
    } else {
        ("", live.current())
    };
    html! {
        <>
            if queued > 0 { <span class="chip warn" data-testid="queued">{ words::whole(queued) }{ " queued" }</span> }
            <span data-testid="rates" title={format!("PUBLISH packets{whose} each second, the average of the last 3 seconds; {} in, {} out a second", words::bytes(rates.bytes_in as u64), words::bytes(rates.bytes_out as u64))}>
                { words::rate(rates.messages_in) }{ " in · " }{ words::rate(rates.messages_out) }{ " out" }<span class="unit">{ " msg/s" }</span><span class="unit-short" aria-hidden="true">{ " /s" }</span>
            </span>
            if let Some(round_trip) = view.and_then(|view| view.round_trip) {
                <span data-testid="round-trip" title="The last round trip: from a packet to its acknowledgement">{ "RTT " }{ words::duration(round_trip) }</span>
            }
        </>
    }
}
