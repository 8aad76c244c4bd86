//! The input of a field that is being changed: a list of choices, or text.

use mqttscope_view::edit::Editable;
use yew::prelude::*;

use crate::element::{El, el};

/// A list of numbers with what they mean; `now` is the one that the field has.
pub(super) fn choice_field(choices: Vec<(u32, &'static str)>, now: &str) -> El {
    let options = choices.into_iter().map(|(number, says)| {
        let value = number.to_string();
        el("option")
            .flag("selected", value == now)
            .made("value", value)
            .string(format!("{number} {says}"))
    });
    el("select").class("field").all(options)
}

/// A line of text.
pub(super) fn text_field(kind: &Editable, value: AttrValue, is_refused: bool) -> El {
    let field = el("input")
        .attr("type", "text")
        .value(value)
        .made("title", hint(kind))
        .attr("spellcheck", "false")
        .attr("autocomplete", "off");
    if is_refused {
        return field
            .attr("aria-invalid", "true")
            .attr("aria-describedby", "edit-why");
    }
    field
}

fn hint(kind: &Editable) -> String {
    match kind {
        Editable::Number { max } => format!("0 to {max}; 0x and 0b too"),
        Editable::Text { .. } | Editable::Bytes { .. } => {
            "\\x00, \\n and \\u{fe0f} stand for what they say".to_owned()
        }
        _ => String::new(),
    }
}
