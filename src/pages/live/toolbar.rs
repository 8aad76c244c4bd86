//! Searching, standing still, taking away, beginning anew.

use gloo_timers::callback::Timeout;
use mqttscope_protocol::{Command, ConnectionId, Export, ExportFormat};
use yew::prelude::*;

use super::desk::{Desk, value_of};
use crate::components::icon::{Icon, icon};
use crate::components::menu::{Item, Menu};
use crate::state::live::{Act, Source};

/// Milliseconds from the last letter to the search.
const PATIENCE: u32 = 120;

/// What can be taken away.
const FILES: [(ExportFormat, &str, &str); 6] = [
    (
        ExportFormat::WirePcapng,
        "Packets as pcapng",
        "Wireshark opens it",
    ),
    (
        ExportFormat::WireHex,
        "Packets as hex",
        "the Dissect page reads it",
    ),
    (
        ExportFormat::WireJsonLines,
        "Packets as JSON lines",
        "one object a line",
    ),
    (ExportFormat::WireCsv, "Packets as CSV", "for a spreadsheet"),
    (
        ExportFormat::MessagesJsonLines,
        "Messages as JSON lines",
        "one object a line",
    ),
    (
        ExportFormat::MessagesCsv,
        "Messages as CSV",
        "for a spreadsheet",
    ),
];

/// The name of the button that empties the log, in the document.
pub(super) const CLEAR: &str = "clear-log";

#[derive(Clone, PartialEq, Properties)]
pub(super) struct ToolbarProps {
    pub(super) source: Source,
    /// Only what came between these times.
    pub(super) span: Option<(u64, u64)>,
    pub(super) search: AttrValue,
    pub(super) paused: bool,
    /// Whose packets are shown; none: all.
    pub(super) scope: Option<ConnectionId>,
}

#[component]
pub(super) fn Toolbar(props: &ToolbarProps) -> Html {
    let waiting = use_mut_ref(|| None::<Timeout>);
    let Some(desk) = use_context::<Desk>() else {
        return Html::default();
    };
    let on_search = {
        let desk = desk.clone();
        Callback::from(move |event: InputEvent| {
            let (desk, text) = (desk.clone(), value_of(&event));
            *waiting.borrow_mut() = Some(Timeout::new(PATIENCE, move || {
                desk.live.dispatch(Act::Search(text.into()));
            }));
        })
    };
    let pause = {
        let (desk, paused) = (desk.clone(), props.paused);
        Callback::from(move |_: MouseEvent| desk.live.dispatch(Act::Pause(!paused)))
    };
    let clear = {
        let desk = desk.clone();
        Callback::from(move |_: MouseEvent| {
            desk.talk.emit(Command::Clear);
            desk.live.dispatch(Act::Cleared);
        })
    };
    let items = Callback::from(|()| {
        let secrets = FILES.map(|(_, name, _)| Item::new(name, "").under("Passwords included"));
        FILES
            .iter()
            .map(|&(_, name, more)| Item::new(name, more).under("Passwords hidden"))
            // Only packets hold passwords.
            .chain(secrets.into_iter().take(3))
            .collect()
    });
    let on_choose = {
        let (desk, connection, search) = (desk.clone(), props.scope, props.search.clone());
        let span_us = props.span;
        Callback::from(move |index: usize| {
            let which = index.checked_rem(FILES.len()).unwrap_or(0);
            if let Some(&(format, ..)) = FILES.get(which) {
                desk.talk.emit(Command::Export(Export {
                    connection,
                    format,
                    search: search.to_string(),
                    span_us,
                    with_secrets: index >= FILES.len(),
                }));
            }
        })
    };
    // Nothing comes to what is in a file.
    let is_file = props.source == Source::Captures;
    let pause_says = if props.paused { "Resume" } else { "Pause" };
    html! {
        <>
            <label class="search">
                { icon(Icon::Search) }<span class="unseen">{ "Search" }</span>
                <input type="text" id="search" data-testid="search" placeholder="text or topic:a/#" title="Text in topic, payload or packet; topic:FILTER for a Topic Filter; hex:30 0A for bytes. Key: /"
                    spellcheck="false" autocomplete="off" autocapitalize="off" value={props.search.clone()} oninput={on_search} />
            </label>
            if !is_file {
            <button class="square" data-testid="pause" aria-pressed={props.paused.to_string()} aria-label="Pause" title={pause_says} onclick={pause}>
                { icon(if props.paused { Icon::Play } else { Icon::Pause }) }
            </button>
            }
            <Menu id="export" label={html! { "Export" }} {items} {on_choose} />
            if !is_file { <button id={CLEAR} data-testid="clear" title="Empty the log; this can be undone" onclick={clear}>{ "Clear" }</button> }
        </>
    }
}
