//! Searching, standing still, taking away, beginning anew.

use gloo_timers::callback::Timeout;
use mqttscope_filter::{READY, complete};
use mqttscope_protocol::{
    Command, ConnectionId, Export, ExportFormat, Instant, SearchProblem, SearchView,
};
use yew::prelude::*;

use super::desk::{Desk, value_of};
use super::schemas::SchemasButton;
use super::strip;
use crate::components::icon::{Icon, icon};
use crate::components::menu::{Item, Menu};
use crate::services::used_filters;
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
        "of one connection, the Dissect page reads it",
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

/// How many of them hold passwords: those of packets, but for their last.
const SECRETS: usize = 3;

/// The name of the button that empties the log, in the document.
pub(super) const CLEAR: &str = "clear-log";

#[derive(Clone, PartialEq, Properties)]
pub(super) struct ToolbarProps {
    /// What the search is taken for.
    pub(super) read: SearchView,
    pub(super) source: Source,
    /// Only what came between these times.
    pub(super) span: Option<(Instant, Instant)>,
    pub(super) search: AttrValue,
    pub(super) paused: bool,
    /// Whose packets are shown; none: all.
    pub(super) scope: Option<ConnectionId>,
}

#[component]
pub(super) fn Toolbar(props: &ToolbarProps) -> Html {
    let waiting = use_mut_ref(|| None::<Timeout>);
    // What is typed and not searched for yet: the field must not show the last search again meanwhile.
    let typed = use_state_eq(|| None::<AttrValue>);
    let Some(desk) = use_context::<Desk>() else {
        return Html::default();
    };
    let on_search = {
        let (desk, typed) = (desk.clone(), typed.clone());
        Callback::from(move |event: InputEvent| {
            let (desk, text) = (desk.clone(), AttrValue::from(value_of(&event)));
            // Cleared is cleared: it is in the address at once, and a reload does not bring it back.
            if text.is_empty() {
                *waiting.borrow_mut() = None;
                typed.set(None);
                return desk.live.dispatch(Act::Search("".into()));
            }
            typed.set(Some(text.clone()));
            let typed = typed.clone();
            *waiting.borrow_mut() = Some(Timeout::new(PATIENCE, move || {
                desk.live.dispatch(Act::Search(text.as_str().into()));
                typed.set(None);
            }));
        })
    };
    // Typed to the end: on Enter, or when the field is left. Half a filter is then said to be one.
    let ended = use_state_eq(|| None::<AttrValue>);
    let on_use = {
        let ended = ended.clone();
        Callback::from(move |event: Event| {
            let text = value_of(&event);
            used_filters::note(&text);
            ended.set(Some(text.into()));
        })
    };
    // The same text once more is no change.
    let on_key = {
        let ended = ended.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Enter" {
                ended.set(Some(value_of(&event).into()));
            }
        })
    };
    let is_ended = ended.as_ref() == Some(&props.search);
    let shown = (*typed).clone().unwrap_or_else(|| props.search.clone());
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
            .chain(secrets.into_iter().take(SECRETS))
            .chain([
                Item::new("Replay as a device…", "publishes these messages again")
                    .under("Live page"),
                Item::new("Link to these packets", "passwords hidden").under("Dissect page"),
            ])
            .collect()
    });
    let on_choose = {
        let (desk, connection, search) = (desk.clone(), props.scope, props.search.clone());
        let span = props.span;
        Callback::from(move |index: usize| {
            let which = index.checked_rem(FILES.len()).unwrap_or(0);
            let behind_files = index.checked_sub(FILES.len().saturating_add(SECRETS));
            if let Some(&(format, ..)) = FILES.get(which) {
                let format = match behind_files {
                    Some(0) => ExportFormat::Recording,
                    Some(_) => ExportFormat::WireLink,
                    None => format,
                };
                desk.talk.emit(Command::Export(Export {
                    connection,
                    format,
                    search: search.to_string(),
                    span,
                    with_secrets: index >= FILES.len() && format != ExportFormat::WireLink,
                }));
            }
        })
    };
    // Nothing comes to what is in a file.
    let is_file = props.source == Source::Captures;
    let (wrong, class) = match &props.read {
        SearchView::Wrong(problem) => (Some(problem), "search-wrong"),
        SearchView::Unfinished(problem) if is_ended => (Some(problem), "search-wrong ended"),
        // Whoever still types knows it.
        SearchView::Unfinished(problem) => (Some(problem), "search-wrong unfinished"),
        _ => (None, ""),
    };
    let is_wrong = matches!(props.read, SearchView::Wrong(_));
    let is_unfinished = matches!(props.read, SearchView::Unfinished(_));
    let role = if is_wrong || is_ended {
        "alert"
    } else {
        "note"
    };
    let begins = if is_unfinished {
        "This filter is unfinished: "
    } else {
        ""
    };
    let wrong = wrong.map(|problem| {
        let says = problem_at(&props.search, problem);
        (format!("{begins}{says}. "), stands(problem))
    });
    let pause_says = if props.paused { "Resume" } else { "Pause" };
    html! {
        <>
            <label class="search" onchange={on_use}>
                { icon(Icon::Search) }<span class="unseen">{ "Search" }</span>
                <input type="text" id="search" data-testid="search" placeholder="text or filter" title="Text in topic, payload or packet, or what a row says (QoS 1, id 400, received); topic:a/# for a Topic Filter; hex:30 0A for bytes; or a filter as in Wireshark: mqtt.qos == 1 && !answered. Key: /"
                    spellcheck="false" autocomplete="off" autocapitalize="off" value={shown.clone()} oninput={on_search} onkeydown={on_key}
                    list="search-offers" aria-invalid={is_wrong.to_string()} aria-describedby={wrong.is_some().then_some("search-wrong")} />
                <datalist id="search-offers">{ for offers(&shown).into_iter().map(|(text, says)| html! { <option value={text}>{ says }</option> }) }</datalist>
                if let Some((wrong, stands)) = wrong {
                    <span id="search-wrong" {class} {role} data-testid="search-wrong">{ wrong }<span class="stands" data-testid="search-stands">{ stands }</span>{ for strip::meant(&props.search).filter(|_| is_wrong).map(|offer| offer.button(&desk)) }</span>
                }
            </label>
            if !is_file {
            <button class="square" data-testid="pause" aria-pressed={props.paused.to_string()} aria-label="Pause" title={pause_says} onclick={pause}>
                { icon(if props.paused { Icon::Play } else { Icon::Pause }) }
            </button>
            }
            <Menu id="export" label={html! { "Export" }} {items} {on_choose} />
            <SchemasButton />
            // The log is one: what is not shown is emptied with what is.
            if !is_file { <button id={CLEAR} data-testid="clear" title="Clears packets, messages, topics and findings of all connections, also of those that are not shown. Undo brings them back." onclick={clear}>{ "Clear all" }</button> }
        </>
    }
}

/// What may be typed on: filters that were used before, and the whole text with each suggestion in its place. Where nothing
/// stands yet, whole filters.
fn offers(typed: &str) -> Vec<(String, String)> {
    /// A list that is longer is not read.
    const MOST: usize = 12;
    let used = used_filters::starting_with(typed).map(|used| (used, "used before".to_owned()));
    if typed.is_empty() {
        let ready = READY.iter();
        return used
            .chain(ready.map(|ready| (ready.filter.to_owned(), ready.name.to_owned())))
            .collect();
    }
    let completion = complete(typed, typed.len());
    let before = typed.get(..completion.start).unwrap_or_default();
    let suggestions = completion.suggestions.into_iter().take(MOST);
    used.chain(suggestions.map(|one| (format!("{before}{}", one.text), one.says)))
        .collect()
}

/// What the lists show as long as the text is no filter.
fn stands(problem: &SearchProblem) -> String {
    if problem.stands.is_empty() {
        "The list is not filtered.".to_owned()
    } else {
        format!("The list is still filtered by: {}", problem.stands)
    }
}

/// The problem, with the place in the text that it is about.
fn problem_at(text: &str, problem: &SearchProblem) -> String {
    let place = text.get(problem.start as usize..problem.end as usize);
    match place.map(str::trim).filter(|place| !place.is_empty()) {
        Some(place) => format!("“{place}”: {}", problem.says),
        None => problem.says.clone(),
    }
}
