//! What stands on the page before a file is opened.

use wasm_bindgen_futures::spawn_local;
use web_sys::File;
use yew::prelude::*;

use super::before::Before;
use super::opening::{Choose, hint};
use crate::pages::live::desk::Desk;
use crate::services::{browser, files};
use crate::state::live::Act;

/// A capture to begin with: paho and mosquitto, by tcpdump.
const SAMPLE: &str = "sample.pcap";

/// The first thing to press on the page.
pub(super) const FIRST: &str = ".captures-empty .acts button";

/// What can be read.
const KINDS: [(&str, &str); 6] = [
    (
        "Captures",
        "pcap and pcapng, also gzipped: from tcpdump, Wireshark, dumpcap, a router or a gateway.",
    ),
    (
        "Browsers and proxies",
        "A HAR file of the browser's network panel, with its WebSocket messages; mitmproxy's flows.",
    ),
    (
        "Logs",
        "Those of mosquitto, its clients, paho and Tasmota, in words; EMQX traces, with the packets' bytes.",
    ),
    (
        "Any port",
        "MQTT is found by its bytes: over TCP, in WebSocket and in TLS, from the beginning or from the middle.",
    ),
    (
        "TLS",
        "Drop the SSLKEYLOGFILE beside the capture, before or after it. A pcapng may hold its own keys.",
    ),
    (
        "Gaps",
        "What the capture lost is shown where it is missing, and is not counted as a fault.",
    ),
];

/// The page; `stopped`: why the worker has stopped. `search`: the filter that what is opened will have.
pub(super) fn empty(
    stopped: Option<AttrValue>,
    search: &str,
    is_over: bool,
    on_files: &Callback<Vec<File>>,
    desk: &Desk,
) -> Html {
    let sample = {
        let (on_files, desk) = (on_files.clone(), desk.clone());
        Callback::from(move |_: MouseEvent| {
            let (on_files, desk) = (on_files.clone(), desk.clone());
            spawn_local(async move {
                match files::fetch(SAMPLE).await {
                    Ok(file) => on_files.emit(vec![file]),
                    Err(why) => desk.say(why),
                }
            });
        })
    };
    html! {
        <main id="main" tabindex="-1" class="captures-empty">
            <h1>{ "Every packet of a capture" }</h1>
            if let Some(why) = stopped {
                <p role="alert" class="stopped">{ why }{ " Open the files again." }</p>
            }
            <p class="lead">{ "Drop capture files anywhere on this page. They are read in this tab, and nothing is uploaded." }</p>
            <div class="acts">
                <Choose class="main" label="Open capture files" on_files={on_files.clone()} />
                <button data-testid="sample" onclick={sample}>{ "Try a sample" }</button>
            </div>
            if !search.is_empty() { { kept_filter(search, desk) } }
            <Before on_files={on_files.clone()} />
            <dl>{ for KINDS.iter().map(|(name, says)| html! { <div><dt>{ *name }</dt><dd>{ *says }</dd></div> }) }</dl>
            <p class="how">{ "To record one: " }<code>{ "tcpdump -i any -w mqtt.pcap port 1883" }</code></p>
            if is_over { { hint() } }
        </main>
    }
}

/// The filter that an address or the files of before have left.
fn kept_filter(search: &str, desk: &Desk) -> Html {
    let acts = desk.live.clone();
    let clear = Callback::from(move |_: MouseEvent| {
        browser::focus_quietly(FIRST);
        acts.dispatch(Act::Search("".into()));
    });
    html! {
        <p class="kept-filter" data-testid="kept-filter">
            { "Filter kept for what you open: " }<code>{ search.to_owned() }</code>
            <button data-testid="clear-kept-filter" aria-label="Clear the filter" onclick={clear}>{ "Clear" }</button>
        </p>
    }
}
