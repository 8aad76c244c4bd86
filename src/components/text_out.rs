//! A text to be copied by hand, where the browser does not let the page do it.

use yew::prelude::*;

use super::dialog::dialog;
use crate::element::{el, list};

/// The window; the whole text is selected when it opens.
pub fn text_out(title: AttrValue, text: AttrValue, on_close: Callback<()>) -> Html {
    let says = "The browser did not let this page write to the clipboard. The text is selected: copy it with Ctrl+C.";
    let field = el("textarea")
        .flag("readonly", true)
        .set("aria-label", title.clone())
        .test("text-out")
        .value(text);
    let content = list(vec![el("p").text(says).into(), field.into()]);
    dialog(title, on_close, content)
}
