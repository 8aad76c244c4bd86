//! What the input of a field that is being changed offers: choices, or a hint.

use mqttscope_view::edit::Editable;
use yew::prelude::*;

/// Numbers with what they mean; `now` is the one that the field has.
pub(super) fn choices_of(choices: Vec<(u32, &'static str)>, now: &str) -> Html {
    let options = choices.into_iter().map(|(number, says)| {
        let value = number.to_string();
        let selected = value == now;
        html! { <option {selected} {value}>{ format!("{number} {says}") }</option> }
    });
    options.collect()
}

/// What may be typed.
pub(super) fn hint(kind: &Editable) -> String {
    match kind {
        Editable::Number { max } => format!("0 to {max}; 0x and 0b too"),
        Editable::Text { .. } | Editable::Bytes { .. } => {
            "\\x00, \\n and \\u{fe0f} stand for what they say".to_owned()
        }
        _ => String::new(),
    }
}
