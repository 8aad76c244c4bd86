//! Files in which no MQTT was found: which, why, and what to do instead, where the packets would stand.

use mqttscope_protocol::{CaptureFile, CaptureState, CaptureView};
use mqttscope_view::conversation::sentence;
use web_sys::File;
use yew::prelude::*;

use super::opening::Choose;
use crate::components::icon::{Icon, icon};
use crate::state::live::words;

/// Files that are named one by one where nothing else is there, and within what is folded.
const MOST: usize = 5;
const MOST_FOLDED: usize = 200;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct UnreadProps {
    pub(super) files: Vec<CaptureFile>,
    /// Whether there is nothing else to look at.
    pub(super) is_all: bool,
    pub(super) on_files: Callback<Vec<File>>,
}

/// The files in which nothing was found.
pub(super) fn unread(capture: &CaptureView) -> Vec<CaptureFile> {
    let is_unread = |file: &&CaptureFile| {
        let is_over = matches!(file.state, CaptureState::Read | CaptureState::Failed(_));
        is_over && file.connections == 0
    };
    capture.files.iter().filter(is_unread).cloned().collect()
}

/// Whether nothing else is there or comes.
pub(super) fn is_all(capture: &CaptureView) -> bool {
    let may_have = |file: &CaptureFile| {
        let comes = matches!(
            file.state,
            CaptureState::Waiting | CaptureState::Reading | CaptureState::Awaited
        );
        comes || file.connections > 0
    };
    !capture.files.iter().any(may_have)
}

#[component]
pub(super) fn Unread(props: &UnreadProps) -> Html {
    let closed = use_state_eq(|| 0_usize);
    let count = props.files.len();
    if count == 0 || !props.is_all && *closed >= count {
        return Html::default();
    }
    let close = {
        let closed = closed.setter();
        Callback::from(move |_: MouseEvent| closed.set(count))
    };
    let is_folded = !props.is_all && count > 1;
    let most = if is_folded { MOST_FOLDED } else { MOST };
    let more = count.saturating_sub(most);
    let list = html! {
        <>
            <ul>
                { for props.files.iter().take(most).map(|file| html! {
                    <li>
                        <b class="name">{ &file.name }</b>
                        { for why(file).into_iter().map(|why| html! { <p>{ why }</p> }) }
                        <p class="instead">{ instead(file) }</p>
                    </li>
                }) }
            </ul>
            if more > 0 { <p>{ format!("And {} more, which the list of files has.", words::whole(more as u64)) }</p> }
        </>
    };
    html! {
        <section class={classes!("unread", props.is_all.then_some("all"))} data-testid="unread" aria-label="Files without MQTT" role="status">
            if props.is_all {
                <h2>{ if count == 1 { "No MQTT was found in this file" } else { "No MQTT was found in these files" } }</h2>
            }
            if is_folded {
                <details>
                    <summary data-testid="unread-files">{ format!("{} files without MQTT that can be read", words::whole(count as u64)) }</summary>
                    <div class="folded" tabindex="0" role="region" aria-label="Files without MQTT">{ list }</div>
                </details>
            } else {
                { list }
            }
            if props.is_all {
                <Choose class="main" label="Add files" test={("open-instead", "files-instead")} on_files={props.on_files.clone()} />
            } else {
                <button class="bare square" data-testid="close-unread" aria-label="Hide the note on files without MQTT" title="Hide" onclick={close}>{ icon(Icon::Cross) }</button>
            }
        </section>
    }
}

/// Why there is nothing.
fn why(file: &CaptureFile) -> Vec<String> {
    if let CaptureState::Failed(why) = &file.state {
        return vec![format!("The file could not be read: {why}.")];
    }
    if file.read == 0 {
        return vec!["The file is empty.".to_owned()];
    }
    let mut all = Vec::new();
    if file.frames > 0 {
        let others = match file.others {
            0 => "none of them with TCP that is followed".to_owned(),
            1 => "with 1 connection, which carries no MQTT that can be read".to_owned(),
            count => format!(
                "with {} connections, none of which carries MQTT that can be read",
                words::whole(count)
            ),
        };
        all.push(format!("{} frames, {others}.", words::whole(file.frames)));
    }
    let said = file.unreached.iter().chain(&file.notes);
    all.extend(said.map(|note| sentence(note)));
    all
}

/// What to do instead.
fn instead(file: &CaptureFile) -> &'static str {
    let says = |part: &str| file.notes.iter().any(|note| note.contains(part));
    if matches!(file.state, CaptureState::Failed(_)) {
        "Look whether it is still there and may be read, then open it again."
    } else if file.unreached.iter().any(|it| it.contains("refused")) {
        "Nothing listens there: start the broker, or look at the address and port that its clients have, then record again."
    } else if !file.unreached.is_empty() {
        "No answer came, or none was recorded: look at the address that the clients have, and for a firewall on the way, then \
         record both directions."
    } else if file.sealed > 0 {
        "Its TLS connections are encrypted: add the key log (SSLKEYLOGFILE) of a client or the server beside it."
    } else if says("save it as pcapng") || says("unpack it first") || says("of MQTT-SN") {
        "Then open what came of it."
    } else if file.frames == 0 {
        "What can be read: pcap and pcapng, also gzipped; HAR files with WebSocket messages; flows of mitmproxy; logs of mosquitto, \
         its clients, paho, EMQX and Tasmota. Single packets in hex or base64 are for the Dissect page."
    } else {
        "Record between the client and the broker, with all bytes of each frame: tcpdump -s 0 -i any -w mqtt.pcap port 1883"
    }
}
