//! What stands in place of the inspector while there is no packet: an invitation.

use std::rc::Rc;

use mqttscope_view::examples::{Example, FIRST};
use yew::prelude::*;

use super::desk::Desk;
use super::examples::open;
use crate::services::browser;

/// A PINGREQ-sized lesson: what a few bytes say.
const LESSON: [(&str, &str); 9] = [
    ("on-fixed", "30"),
    ("on-fixed", "07"),
    ("on-variable", "00"),
    ("on-variable", "01"),
    ("on-variable", "74"),
    ("on-payload", "32"),
    ("on-payload", "31"),
    ("on-payload", "2e"),
    ("on-payload", "35"),
];

/// The invitation; where something was given, it holds no packet.
pub(super) fn empty(desk: &Rc<Desk>) -> Html {
    let says = if desk.now.given.is_nothing() {
        invitation(desk)
    } else if desk.now.other.is_some() {
        html! {
            <>
                <h2>{ "No MQTT packets" }</h2>
                <p>{ "The message with the bytes says what they are, and what to do." }</p>
            </>
        }
    } else {
        html! {
            <>
                <h2>{ "No bytes to show yet" }</h2>
                <p>{ "The text could not be read as bytes: the message below it says why." }</p>
            </>
        }
    };
    html! {
        <section class="pane inspector-empty" aria-label="How to begin">
            <div class="empty" data-testid="empty">{ says }</div>
        </section>
    }
}

fn invitation(desk: &Rc<Desk>) -> Html {
    html! {
        <>
            <div class="bytes mono" aria-hidden="true">
                { for LESSON.map(|(class, text)| html! { <span {class}>{ text }</span> }) }
            </div>
            <h2>{ "Every byte of MQTT, explained" }</h2>
            <p>
                { "Paste a hex dump, a log line or base64, drop a file anywhere on this page, " }
                { "or begin with one of these:" }
            </p>
            <div class="tries">
                { for FIRST.into_iter().map(|example| try_button(example, desk)) }
            </div>
            <p class="quiet">{ "Versions 3.1, 3.1.1 and 5. The bytes stay in this tab." }</p>
        </>
    }
}

fn try_button(example: Example<'static>, desk: &Rc<Desk>) -> Html {
    let (title, shows) = (example.title, example.shows);
    let on_click = {
        let acts = desk.acts.clone();
        Callback::from(move |_: MouseEvent| {
            open(&example, &acts);
            // The button goes with the invitation.
            browser::focus_id("main");
        })
    };
    html! { <button data-testid="try" onclick={on_click}>{ title }<span>{ shows }</span></button> }
}
