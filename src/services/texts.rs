//! Loading what is said about fields and broken rules: nobody needs it before a packet is shown.

use std::cell::RefCell;
use std::rc::Rc;

use super::assets;
use mqttscope_view::texts::Texts;

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
        keep(Texts::read(&assets::text(FILE).await?)?);
    }
    kept()
}
