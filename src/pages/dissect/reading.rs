//! How the bytes are read: as which version and why, from which sides, and how many packets they are.

use std::rc::Rc;

use mqttscope_wire::ProtocolVersion;
use yew::prelude::*;

use super::choice::Choice;
use super::desk::Desk;
use crate::state::workbench::{Act, Document, Sides};

const VERSIONS: [ProtocolVersion; 3] = [
    ProtocolVersion::V3_1,
    ProtocolVersion::V3_1_1,
    ProtocolVersion::V5,
];
const SIDES: [&str; 5] = [
    "unrelated packets",
    "from the client",
    "from the server",
    "both sides, marked",
    "both sides, alternating",
];

/// The bar between the text and the packets; `why`: whether the reasons for the version are shown.
pub(super) fn reading(desk: &Rc<Desk>, why: &UseStateHandle<bool>) -> Html {
    let document = &desk.now;
    let toggle = {
        let why = why.clone();
        Callback::from(move |_: MouseEvent| why.set(!*why))
    };
    let version = document.recording.version().name();
    html! {
        <>
            <div class="head reading">
                { versions(desk) }
                <button
                    class="chip"
                    data-testid="why"
                    aria-expanded={why.to_string()}
                    aria-controls="reasons"
                    onclick={toggle}
                >
                    { "Why " }
                    { format!("MQTT {version}?") }
                </button>
                <span class="grow"></span>
                { sides(desk) }
            </div>
            if **why {
                { reasons(document) }
            }
        </>
    }
}

/// The version: the one that was found, or another.
fn versions(desk: &Desk) -> Html {
    let document = &desk.now;
    let found = match (document.version, document.held) {
        (None, None) => {
            let detected = document.recording.detection().version;
            format!("MQTT {} · detected", detected.name())
        }
        (None, Some(held)) => format!("MQTT {} · kept", held.name()),
        (Some(_), _) => "detect the version".to_owned(),
    };
    let names = VERSIONS.map(|version| {
        let is_it = document.version == Some(version);
        (format!("MQTT {}", version.name()), is_it)
    });
    let on_choose = desk
        .on_choice(|index| Act::ReadVersion(index.and_then(|index| VERSIONS.get(index)).copied()));
    html! {
        <Choice
            class="chip ok"
            test="version"
            label="Read as version"
            {found}
            names={names.to_vec()}
            {on_choose}
        />
    }
}

/// Whose packets they are: as was found, or otherwise.
fn sides(desk: &Desk) -> Html {
    let document = &desk.now;
    let found = match (document.sides, document.recording.has_both()) {
        (Some(_), _) => "as found",
        (None, true) => "both sides",
        (None, false) => "side unknown",
    };
    let names = Sides::ALL.iter().zip(SIDES);
    let names = names.map(|(&offered, name)| (name.to_owned(), document.sides == Some(offered)));
    let on_choose = desk
        .on_choice(|index| Act::ReadSides(index.and_then(|index| Sides::ALL.get(index)).copied()));
    html! {
        <Choice
            class="chip"
            test="sides"
            label="Whose packets they are"
            {found}
            names={names.collect::<Vec<_>>()}
            {on_choose}
        />
    }
}

/// Why the version is what it is.
fn reasons(document: &Document) -> Html {
    let detection = document.recording.detection();
    let chosen = document.version_asked().map(|_| {
        let why = match document.version {
            Some(_) => "You chose the version. ",
            None => "The version stays the same while you edit. ",
        };
        let otherwise = detection.version.name();
        html! { <li>{ why }{ "By itself this would be read as MQTT " }{ otherwise }{ ":" }</li> }
    });
    html! {
        <ul class="reasons" id="reasons" data-testid="reasons">
            { for chosen }
            for reason in detection.reasons.iter() {
                <li>{ reason.to_string() }</li>
            }
        </ul>
    }
}
