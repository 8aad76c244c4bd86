//! A broken rule, beside what it is about.

use mqttscope_wire::Diagnostic;
use yew::prelude::*;

use super::{Shown, look};
use crate::components::icon::icon;
use crate::components::rule_chip::rule_chip;
use crate::element::{El, el};

/// Its markup: a button that jumps to the bits that break the rule, and links to the places of the
/// standard. A click beside the button does the same. Until the texts have come it shows the rule's name.
pub(super) fn broken(diagnostic: &Diagnostic, shown: &Shown, on_click: Callback<MouseEvent>) -> El {
    let (class, picture, word) = look::severity(diagnostic.severity());
    let text = shown
        .texts()
        .map(|texts| texts.rule(diagnostic.rule, diagnostic.version))
        .unwrap_or_default();
    let name = diagnostic.rule.name();
    // Statements are told apart; a section is one phrase.
    let between = if text.place.starts_with('[') {
        ' '
    } else {
        '\n'
    };
    let ids = text.place.split(between).filter(|id| {
        let statement = id.trim_matches(['[', ']']);
        !id.is_empty() && shown.dissection().cites(diagnostic, statement)
    });
    let ids = el("span")
        .class("ids")
        .all(ids.map(|id| rule_chip(diagnostic.version, id)));
    let unseen = el("span").class("unseen").text(word).text(": ");
    let message = diagnostic.filled(text.message, shown.bytes());
    let fix = Some(text.fix).filter(|fix| !fix.is_empty());
    let says = el("button").class("says").attr("tabindex", "-1");
    let says = marked(says.child(unseen), &message)
        .maybe(fix.map(|fix| marked(el("span").class("fix").text(" "), fix)));
    el("div")
        .classes(&["diagnostic", class])
        .test("diagnostic")
        .attr("data-rule", name)
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
