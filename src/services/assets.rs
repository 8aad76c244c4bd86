//! Where the files are that the page loads later.

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

use super::browser;

/// The address of a file, beside the page. A release build has content hashes in the names of its files and says
/// in a `<meta>` which they are, as `name=hashed-name` with blanks between.
pub(super) fn address(name: &str) -> String {
    let hashed = || {
        let meta = browser::document()?
            .query_selector("meta[name=mqttscope-files]")
            .ok()??;
        let map = meta.get_attribute("content")?;
        map.split(' ')
            .filter_map(|entry| entry.split_once('='))
            .find(|(file, _)| *file == name)
            .map(|(_, hashed)| hashed.to_owned())
    };
    hashed().unwrap_or_else(|| name.to_owned())
}

/// What is in a file; `None` when it does not come.
pub(super) async fn text(name: &str) -> Option<String> {
    let fetched = async {
        let window = browser::window().ok_or(JsValue::NULL)?;
        let response: Response = JsFuture::from(window.fetch_with_str(&address(name)))
            .await?
            .dyn_into()?;
        JsFuture::from(response.text()?).await
    };
    fetched.await.ok()?.as_string()
}
