//! The files, and how far they are read.

use mqttscope_protocol::{Apart, CaptureFile, CaptureState, Command};
use web_sys::File;
use yew::prelude::*;

use super::opening::Choose;
use crate::components::icon::{Icon, icon};
use crate::pages::live::desk::Desk;
use crate::state::live::words;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct FileListProps {
    pub(super) files: Vec<CaptureFile>,
    /// What is said of files that were open already.
    pub(super) notice: Html,
    pub(super) on_files: Callback<Vec<File>>,
    pub(super) on_close: Callback<()>,
    pub(super) close_one: Callback<usize>,
}

#[component]
pub(super) fn FileList(props: &FileListProps) -> Html {
    let Some(desk) = use_context::<Desk>() else {
        return Html::default();
    };
    let is_reading = props.files.iter().any(is_open);
    let stop = {
        let talk = desk.talk.clone();
        Callback::from(move |_: MouseEvent| talk.emit(Command::StopReading))
    };
    let close = props.on_close.reform(|_: MouseEvent| ());
    html! {
        <section class="capture-files" aria-label="Files">
            <div class="head">
                <h2>{ "Files" }</h2>
                <span class="grow"></span>
                if is_reading { <button data-testid="stop-reading" onclick={stop}>{ "Stop" }</button> }
                <Choose label="Add" on_files={props.on_files.clone()} />
                <button class="bare square" data-testid="close-captures" aria-label="Close all files" title="Close all files" onclick={close}>{ icon(Icon::Cross) }</button>
            </div>
            { props.notice.clone() }
            <ul data-testid="files">
                { for props.files.iter().enumerate().map(|(place, file)| {
                    // The only one is closed by the button above.
                    let close = (props.files.len() > 1)
                        .then(|| props.close_one.reform(move |_: MouseEvent| place));
                    row(file, close)
                }) }
            </ul>
        </section>
    }
}

const fn is_open(file: &CaptureFile) -> bool {
    matches!(
        file.state,
        CaptureState::Waiting | CaptureState::Reading | CaptureState::Awaited
    )
}

/// Why its packets stand behind the others.
const fn apart(why: Apart) -> &'static str {
    match why {
        Apart::NoClock => {
            "has no clock times: its packets are listed after those of files that have"
        }
        Apart::CameLate => "came after later packets were read: its packets are listed after them",
    }
}

/// `close` closes it, where there are others.
fn row(file: &CaptureFile, close: Option<Callback<MouseEvent>>) -> Html {
    let why = file
        .apart
        .filter(|_| close.is_some() && file.connections > 0);
    let read = words::bytes(file.read);
    let size = file.size.map(words::bytes);
    let (says, class) = match &file.state {
        CaptureState::Waiting => (
            size.map_or("waits".into(), |size| format!("{size}, waits")),
            None,
        ),
        CaptureState::Reading => match size {
            Some(size) => (format!("{read} of {size}"), None),
            None => (format!("live, {read} so far"), None),
        },
        CaptureState::Awaited => (
            format!("waits for the companion to run again, {read} so far"),
            Some("is-warning"),
        ),
        CaptureState::Read => match size {
            Some(size) => (size, None),
            None => (format!("ended, {read}"), None),
        },
        CaptureState::Stopped => {
            let of = size.map_or_else(String::new, |size| format!(" of {size}"));
            (format!("stopped at {read}{of}"), Some("is-warning"))
        }
        CaptureState::Failed(why) => (why.clone(), Some("is-error")),
        CaptureState::Keys(1) => ("key log, 1 secret".to_owned(), None),
        CaptureState::Keys(count) => (format!("key log, {} secrets", words::whole(*count)), None),
    };
    let pace = (file.state == CaptureState::Reading).then(|| {
        let packets = format!("{} so far", words::count(file.packets, "packet"));
        // Of what grows it is not known how fast it comes.
        let rate = file.rate.filter(|_| file.size.is_some());
        rate.map_or(packets.clone(), |rate| {
            format!("{}/s · {packets}", words::bytes(rate))
        })
    });
    html! {
        <li data-testid="capture-file">
            <span class="name" title={file.name.clone()}>{ &file.name }</span>
            <span class={classes!("line", class)} data-testid="file-state">{ says }</span>
            if let Some(close) = close {
                <button class="bare square" data-testid="close-file" aria-label={format!("Close {}", file.name)} title="Close this file; the others stay" onclick={close}>{ icon(Icon::Cross) }</button>
            }
            if let Some(why) = why { <span class="line apart" data-testid="file-apart">{ apart(why) }</span> }
            if let Some(pace) = pace { <span class="line pace" data-testid="file-pace">{ pace }</span> }
            if let Some(size) = file.size.filter(|_| is_open(file)) {
                <progress max={size.to_string()} value={file.read.to_string()} aria-label={format!("Reading {}", file.name)}></progress>
            }
        </li>
    }
}
