//! How the bytes are read: as which version and why, sent by whom, and how many packets they are.

use std::rc::Rc;

use mqttscope_wire::ProtocolVersion;
use wasm_bindgen::JsCast as _;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::act::Acts;
use crate::state::workbench::{Act, Document, Sides};

const VERSIONS: [ProtocolVersion; 3] = [
    ProtocolVersion::V3_1,
    ProtocolVersion::V3_1_1,
    ProtocolVersion::V5,
];
const SIDES: [&str; 5] = [
    "separate packets",
    "from the client",
    "from the server",
    "both sides, marked",
    "both sides, alternating",
];

#[derive(Clone, Properties)]
pub(super) struct ReadingProps {
    pub(super) document: Rc<Document>,
}

impl PartialEq for ReadingProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.document.recording, &other.document.recording)
    }
}

/// The bar between the text and the packets.
#[component]
pub(super) fn Reading(props: &ReadingProps) -> Html {
    let acts = use_context::<Acts>();
    let why = use_state_eq(|| false);
    let document = &props.document;
    let detection = document.recording.detection();
    let choose = move |act: fn(Option<usize>) -> Act| {
        let acts = acts.clone();
        Callback::from(move |event: Event| {
            let select = event
                .target()
                .and_then(|target| target.dyn_into::<HtmlSelectElement>().ok());
            if let (Some(select), Some(acts)) = (select, &acts) {
                // The first is "as it fits".
                acts.dispatch(act(usize::try_from(select.selected_index())
                    .unwrap_or(0)
                    .checked_sub(1)));
            }
        })
    };
    let on_version =
        choose(|index| Act::ReadVersion(index.and_then(|index| VERSIONS.get(index)).copied()));
    let on_sides =
        choose(|index| Act::ReadSides(index.and_then(|index| Sides::ALL.get(index)).copied()));
    let toggle = {
        let why = why.clone();
        Callback::from(move |_: MouseEvent| why.set(!*why))
    };
    let found = match document.version {
        None => format!("MQTT {} · detected", detection.version.name()),
        Some(_) => "detect the version".to_owned(),
    };
    let sides = match (document.sides, document.recording.has_both()) {
        (Some(_), _) => "detect the sides",
        (None, true) => "both sides · detected",
        (None, false) => "separate packets · detected",
    };
    html! {
        <>
            <div class="head reading">
                <select class={classes!("chip", "ok")} data-testid="version" aria-label="Read as version" onchange={on_version}>
                    <option selected={document.version.is_none()}>{ found }</option>
                    { for VERSIONS.iter().map(|version| html! {
                        <option selected={document.version == Some(*version)}>{ format!("MQTT {}", version.name()) }</option>
                    }) }
                </select>
                <button class="chip" data-testid="why" aria-expanded={why.to_string()} aria-controls="reasons" onclick={toggle}>{ "why?" }</button>
                <span class="grow"></span>
                <select class="chip" data-testid="sides" aria-label="Whose packets they are" onchange={on_sides}>
                    <option selected={document.sides.is_none()}>{ sides }</option>
                    { for Sides::ALL.iter().zip(SIDES).map(|(&offered, name)| html! {
                        <option selected={document.sides == Some(offered)}>{ name }</option>
                    }) }
                </select>
            </div>
            if *why {
                <ul class="reasons" id="reasons" data-testid="reasons">
                    if document.version.is_some() { <li>{ "You chose the version. By itself this would be read as MQTT " }{ detection.version.name() }{ ":" }</li> }
                    { for detection.reasons.iter().map(|reason| html! { <li>{ reason.to_string() }</li> }) }
                </ul>
            }
        </>
    }
}

/// A number with its noun, thousands apart.
pub(crate) fn counted(number: usize, noun: &str) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && digits.len().saturating_sub(index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out.push(' ');
    out.push_str(noun);
    if number != 1 {
        out.push('s');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::counted;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(counted(1, "byte"), "1 byte");
        assert_eq!(counted(0, "byte"), "0 bytes");
        assert_eq!(counted(1_048_576, "byte"), "1,048,576 bytes");
        assert_eq!(counted(999, "packet"), "999 packets");
    }
}
