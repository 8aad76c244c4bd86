//! A broken rule, beside what it is about.

use mqttscope_wire::{Citation, Diagnostic};
use yew::prelude::*;

use super::look;
use crate::components::icon::icon;
use crate::element::{El, el};

/// Its markup: a button that jumps to the bits that break the rule.
pub(super) fn broken(diagnostic: &Diagnostic, packet: &[u8], on_click: Callback<MouseEvent>) -> El {
    let (class, picture, word) = look::severity(diagnostic.severity());
    let name = diagnostic.rule.name();
    let ids = el("span").class("ids");
    let ids = match diagnostic.citation() {
        Citation::Statements(statements) => {
            let id = |id| el("span").string(format!("[{id}]"));
            ids.all(statements.iter().map(id))
        }
        Citation::Section(section) => ids.child(el("span").string(format!("section {section}"))),
        Citation::None => ids,
    };
    let unseen = el("span").class("unseen").text(word).text(": ");
    let message = diagnostic.message(packet);
    let fix = diagnostic.rule.words().and_then(|words| words.fix);
    let says = marked(el("span").class("says").child(unseen), &message)
        .maybe(fix.map(|fix| marked(el("span").class("fix").text(" "), fix)));
    el("button")
        .classes(&["diagnostic", class])
        .test("diagnostic")
        .attr("data-rule", name)
        .attr("tabindex", "-1")
        .on_click(on_click)
        .child(icon(picture))
        .child(says)
        .child(ids.child(el("span").class("rule").text(name)))
}

/// Puts a text into an element; what stands between backticks is code.
pub(crate) fn marked(into: El, text: &str) -> El {
    text.split('`')
        .enumerate()
        .fold(into, |into, (part, text)| {
            let text = text.to_owned();
            match part % 2 {
                0 => into.string(text),
                _ => into.child(el("code").string(text)),
            }
        })
}
