//! Loading what is said about fields and broken rules: nobody needs it before a packet is shown.

use std::cell::RefCell;
use std::rc::Rc;

use mqttscope_view::texts::Texts;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

use super::{assets, browser};

/// The file's name beside the page.
const FILE: &str = "texts.txt";

thread_local! {
    static KEPT: RefCell<Option<Rc<Texts>>> = const { RefCell::new(None) };
}

/// The texts, if they have come.
#[must_use]
pub fn kept() -> Option<Rc<Texts>> {
    KEPT.with_borrow(Clone::clone)
}

/// Keeps texts for all who ask from now on.
pub fn keep(texts: Texts) {
    KEPT.set(Some(Rc::new(texts)));
}

/// The texts, fetched if they have not come yet; `None` when they do not come or are not ours.
pub(crate) async fn load() -> Option<Rc<Texts>> {
    if kept().is_none() {
        keep(Texts::read(&fetch().await.ok()?)?);
    }
    kept()
}

async fn fetch() -> Result<String, JsValue> {
    let window = browser::window().ok_or(JsValue::NULL)?;
    let response: Response = JsFuture::from(window.fetch_with_str(&assets::address(FILE)))
        .await?
        .dyn_into()?;
    let text = JsFuture::from(response.text()?).await?;
    text.as_string().ok_or(JsValue::NULL)
}
