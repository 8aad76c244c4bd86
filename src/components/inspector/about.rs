//! What the selected field is, in a sentence, and what its value means.

use mqttscope_wire::{Field, explain};
use yew::prelude::*;

use super::Shown;
use crate::components::not_loaded::NotLoaded;
use crate::hooks::TextsStage;

/// Until something is selected it is about where every packet begins.
pub(super) fn about(shown: &Shown, node: Option<usize>) -> Html {
    let (tree, context) = (shown.tree(), shown.dissection().context());
    let index = node.unwrap_or(0);
    let Some(node) = tree.get(index) else {
        return Html::default();
    };
    html! {
        <div class="about" data-testid="about">
            <h3>
                { node.field.name_in(context.version) }
                <small>{ place(node.span.start, node.span.len) }</small>
            </h3>
            { sentence(shown, node.field) }
            if let Some(value) = explain::brief(tree, index, shown.bytes(), context) {
                <p class="value">
                    { "Here: " }
                    { value.into_owned() }
                    if let Some(reason) = shown.reason(index) {
                        { format!(". {reason}") }
                    }
                </p>
            }
        </div>
    }
}

/// What the field is for, once that has come.
fn sentence(shown: &Shown, field: Field) -> Html {
    match shown.stage() {
        TextsStage::Coming => html! { <p></p> },
        TextsStage::Here(texts) => {
            let sentence = texts.field(field, shown.dissection().version);
            html! { <p>{ sentence.to_owned() }</p> }
        }
        TextsStage::Failed(again) => html! { <NotLoaded again={again.clone()} /> },
    }
}

/// Where bits stand, in words.
fn place(start: u32, len: u32) -> String {
    let (byte, bit) = (start / 8, start % 8);
    let last = start.saturating_add(len).saturating_sub(1);
    match (bit, len) {
        (_, 0) => format!("no bytes, before byte {byte}"),
        (0, 8) => format!("byte {byte}"),
        (0, _) if len.is_multiple_of(8) => format!("bytes {byte} to {}", last / 8),
        (_, 1) => format!("byte {byte}, bit {}", 7 - bit),
        _ if last / 8 == byte => format!("byte {byte}, bits {} to {}", 7 - bit, 7 - last % 8),
        _ => format!("bytes {byte} to {}", last / 8),
    }
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn places_in_words() {
        let table = [
            ((0, 8), "byte 0"),
            ((16, 16), "bytes 2 to 3"),
            ((0, 4), "byte 0, bits 7 to 4"),
            ((7, 1), "byte 0, bit 0"),
            ((5, 2), "byte 0, bits 2 to 1"),
            ((24, 0), "no bytes, before byte 3"),
        ];
        for ((start, len), words) in table {
            assert_eq!(place(start, len), words);
        }
    }
}
