//! What stands in place of the inspector while there is no packet: an invitation.

use std::rc::Rc;

use mqttscope_view::examples;
use yew::prelude::*;

use super::desk::Desk;
use crate::element::{El, el};
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
pub(super) fn empty(desk: &Rc<Desk>) -> El {
    let empty = el("div").class("empty").test("empty");
    let empty = if desk.now.given.is_nothing() {
        let bytes = LESSON.map(|(class, text)| el("span").class(class).text(text));
        let tries = examples::FIRST.into_iter().map(|example| {
            let acts = desk.acts.clone();
            let button = el("button")
                .test("try")
                .text(example.title)
                .child(el("span").text(example.shows));
            let open = move |_: MouseEvent| {
                super::examples::open(&example, &acts);
                // The button goes with the invitation.
                browser::focus_id("main");
            };
            button.on_click(open.into())
        });
        empty
            .child(
                el("div")
                    .class("bytes mono")
                    .attr("aria-hidden", "true")
                    .all(bytes),
            )
            .child(el("h2").text("Every byte of MQTT, explained"))
            .child(el("p").text("Paste a hex dump, a log line or base64, drop a file anywhere on this page, or begin with one of these:"))
            .child(el("div").class("tries").all(tries))
            .child(el("p").class("quiet").text("Versions 3.1, 3.1.1 and 5. The bytes stay in this tab."))
    } else if desk.now.other.is_some() {
        empty
            .child(el("h2").text("No MQTT packets"))
            .child(el("p").text("What these bytes are, and what to do, is said next to them."))
    } else {
        empty.child(el("h2").text("No bytes to show yet")).child(
            el("p")
                .text("The text on the left could not be read as bytes; see the message below it."),
        )
    };
    el("section")
        .class("pane inspector-empty")
        .label("How to begin")
        .child(empty)
}
