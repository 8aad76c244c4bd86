//! The banner over the packets: what the bytes are where they are not MQTT on their own, and what to do.

use std::rc::Rc;

use mqttscope_view::reader::{Other, Shown, Taking};
use wasm_bindgen::JsCast as _;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::desk::Desk;
use super::to_captures;
use crate::components::icon::{Icon, icon};
use crate::components::inspector::marked;
use crate::state::workbench::Act;

/// The banner, where there is something to say.
pub(super) fn banner(desk: &Rc<Desk>) -> Html {
    let Some(other) = desk.now.other.as_deref() else {
        return Html::default();
    };
    let is_refused = other.shown == Shown::Nothing;
    let sign = if is_refused {
        Icon::Warning
    } else {
        Icon::Note
    };
    let details = other
        .details
        .iter()
        .map(|detail| html! { <p>{ marked(detail) }</p> });
    html! {
        <section
            class={classes!("foreign", is_refused.then_some("refused"))}
            aria-label="What these bytes are"
            data-testid="foreign"
        >
            <p class="headline" aria-live="polite">{ icon(sign) }<span>{ marked(&other.headline) }</span></p>
            { for details }
            { for other.has_text_frame.then(text_frame) }
            { streams(desk, other) }
            if other.streams.len() > 1 {
                { to_captures::button(desk) }
            }
            { buttons(desk, other) }
        </section>
    }
}

fn text_frame() -> Html {
    html! {
        <p class="is-error">
            { "MQTT was sent in WebSocket text frames. Only binary frames are allowed; a server closes the connection. " }
            <code>{ "MQTT-6.0.0-1" }</code>
        </p>
    }
}

/// The connections of a capture, to choose one from.
fn streams(desk: &Rc<Desk>, other: &Other) -> Html {
    if other.streams.len() < 2 {
        return Html::default();
    }
    let acts = desk.acts.clone();
    let on_change = Callback::from(move |event: Event| {
        let select = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlSelectElement>().ok());
        let index = select.and_then(|select| usize::try_from(select.selected_index()).ok());
        if let Some(index) = index {
            acts.dispatch(Act::Stream(index));
        }
    });
    let options = other.streams.iter().enumerate().map(|(index, name)| {
        html! { <option selected={index == other.stream}>{ name.clone() }</option> }
    });
    html! {
        <label class="streams">
            <span>{ format!("{} connections carry MQTT; shown:", other.streams.len()) }</span>
            <select class="chip" onchange={on_change}>{ for options }</select>
        </label>
    }
}

fn buttons(desk: &Rc<Desk>, other: &Other) -> Html {
    let button = |taking: Taking, text: String| {
        let on_click = desk.on_press(Act::Take(taking));
        html! { <button type="button" onclick={on_click}>{ text }</button> }
    };
    let unwrap = other
        .unwrap
        .clone()
        .filter(|_| other.shown != Shown::Inside)
        .map(|text| button(Taking::Inside, text));
    let rest = match other.shown {
        _ if !other.may_take_all => None,
        Shown::Nothing => Some(button(Taking::AsTheyAre, "Read as MQTT anyway".to_owned())),
        Shown::Inside => Some(button(
            Taking::AsTheyAre,
            "Read all bytes as MQTT".to_owned(),
        )),
        Shown::All if desk.now.taking == Taking::AsTheyAre => {
            Some(button(Taking::Found, "Do not read as MQTT".to_owned()))
        }
        Shown::All => None,
    };
    if unwrap.is_none() && rest.is_none() {
        return Html::default();
    }
    html! { <div class="acts">{ for unwrap }{ for rest }</div> }
}
