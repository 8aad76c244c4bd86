//! What stands in place of texts that did not come.

use yew::prelude::*;

use crate::element::{El, el};

/// Says so, with a button that asks for them again.
pub(crate) fn not_loaded(again: &Callback<()>) -> El {
    let again = again.clone();
    let again = Callback::from(move |_: MouseEvent| again.emit(()));
    el("p")
        .role("alert")
        .text("The explanations could not be loaded. ")
        .child(
            el("button")
                .test("texts-again")
                .on_click(again)
                .text("Try again"),
        )
}
