//! How the bytes are read: as which version and why, from which sides, and how many packets they are.

use std::rc::Rc;

use mqttscope_wire::ProtocolVersion;
use wasm_bindgen::JsCast as _;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::desk::Desk;
use crate::element::{El, el, grow, list};
use crate::hooks::use_kept;
use crate::state::workbench::{Act, Sides};

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

/// The bar between the text and the packets.
#[hook]
pub(super) fn use_reading(desk: &Rc<Desk>) -> Html {
    let why = use_kept(bool::default);
    let document = &desk.now;
    let detection = document.recording.detection();
    let toggle = {
        let why = why.clone();
        Callback::from(move |_: MouseEvent| why.set(!why.get()))
    };
    let found = match (document.version, document.held) {
        (None, None) => format!("MQTT {} · detected", detection.version.name()),
        (None, Some(held)) => format!("MQTT {} · kept", held.name()),
        (Some(_), _) => "detect the version".to_owned(),
    };
    let versions = VERSIONS.map(|version| {
        let is_it = document.version == Some(version);
        (format!("MQTT {}", version.name()), is_it)
    });
    let versions = choice(desk, "chip ok", found, &versions, |index| {
        Act::ReadVersion(index.and_then(|index| VERSIONS.get(index)).copied())
    });
    let mut names = SIDES.iter();
    let sides = Sides::ALL.map(|offered| {
        let name = names.next().copied().unwrap_or_default();
        (name.to_owned(), document.sides == Some(offered))
    });
    let found = match (document.sides, document.recording.has_both()) {
        (Some(_), _) => "as found",
        (None, true) => "both sides",
        (None, false) => "sender unknown",
    };
    let sides = choice(desk, "chip", found.to_owned(), &sides, |index| {
        Act::ReadSides(index.and_then(|index| Sides::ALL.get(index)).copied())
    });
    let button = el("button")
        .class("chip")
        .test("why")
        .says("aria-expanded", why.get())
        .attr("aria-controls", "reasons")
        .on_click(toggle)
        .text("Why ")
        .string(format!("MQTT {}?", document.recording.version().name()));
    let bar = el("div")
        .class("head reading")
        .child(versions.test("version").label("Read as version"))
        .child(button)
        .child(grow())
        .child(sides.test("sides").label("Whose packets they are"));
    let reasons = why.get().then(|| {
        let chosen = document.version_asked().map(|_| {
            let why = match document.version {
                Some(_) => "You chose the version. ",
                None => "The version stays the same while you edit. ",
            };
            el("li")
                .text(why)
                .text("By itself this would be read as MQTT ")
                .text(detection.version.name())
                .text(":")
        });
        let reasons = detection.reasons.iter();
        el("ul")
            .class("reasons")
            .attr("id", "reasons")
            .test("reasons")
            .all(chosen)
            .all(reasons.map(|reason| el("li").string(reason.to_string())))
    });
    list(vec![
        bar.into(),
        reasons.map_or_else(Html::default, Html::from),
    ])
}

/// A list to choose from: what was found first, then `names`, with whether they were chosen.
pub(super) fn choice(
    desk: &Rc<Desk>,
    class: &'static str,
    found: String,
    names: &[(String, bool)],
    act: fn(Option<usize>) -> Act,
) -> El {
    let acts = desk.acts.clone();
    let on_change = Callback::from(move |event: Event| {
        let select = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlSelectElement>().ok());
        if let Some(select) = select {
            // The first is "as it fits".
            let index = usize::try_from(select.selected_index()).unwrap_or(0);
            acts.dispatch(act(index.checked_sub(1)));
        }
    });
    let is_found = !names.iter().any(|(_, is_it)| *is_it);
    el("select")
        .class(class)
        .on_change(on_change)
        .child(el("option").flag("selected", is_found).string(found))
        .all(
            names
                .iter()
                .map(|(name, is_it)| el("option").flag("selected", *is_it).string(name.clone())),
        )
}
