//! What the page does and which keys it knows.

use yew::prelude::*;

use super::dialog::dialog;
use super::not_loaded::not_loaded;
use crate::element::{el, list};
use crate::hooks::TextsStage;
use crate::route::Page;

/// The help of a page, until it is closed.
pub fn help_window(page: Page, texts: &TextsStage, on_close: &Callback<()>) -> Html {
    let content = match texts {
        TextsStage::Coming => el("p").text("The help is on its way.").into(),
        TextsStage::Failed(again) => not_loaded(again).into(),
        TextsStage::Here(texts) => {
            let mut said = texts.help(page as usize).map(str::to_owned);
            let about = el("p").string(said.next().unwrap_or_default());
            let mut all = el("dl").class("keys");
            while let (Some(keys), Some(what)) = (said.next(), said.next()) {
                let keys = keys.split(' ').map(|key| el("kbd").string(key.to_owned()));
                all = all.child(el("dt").all(keys)).child(el("dd").string(what));
            }
            list(vec![about.into(), all.into()])
        }
    };
    dialog("Help and keys".into(), on_close.clone(), content)
}
