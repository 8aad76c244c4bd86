//! What the companion lends to the page that it serves.

use js_sys::{Array, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

use super::browser;

/// The list of what is lent, as the worker takes it: name, address, and size or null of each.
///
/// # Errors
/// A sentence for the person: there is no companion any more, or it knows another page.
pub async fn sources(token: &str) -> Result<Array, String> {
    let gone = |_: JsValue| "The companion cannot be reached: start mqttscope again.".to_owned();
    let window = browser::window().ok_or_else(|| gone(JsValue::NULL))?;
    let origin = window.location().origin().map_err(gone)?;
    // A token is hexadecimal; what else stands in an address leads nowhere.
    if !token.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err("This is no address of the companion.".to_owned());
    }
    let base = format!("{origin}/companion/{token}");
    let asked = JsFuture::from(window.fetch_with_str(&format!("{base}/sources"))).await;
    let response: Response = asked.and_then(JsCast::dyn_into).map_err(gone)?;
    if !response.ok() {
        return Err(
            "The companion does not know this address: open the one that it says now.".to_owned(),
        );
    }
    let json = response.json().map_err(gone)?;
    let list: Array = (JsFuture::from(json).await)
        .and_then(JsCast::dyn_into)
        .map_err(gone)?;
    let all = list.iter().enumerate().map(|(number, source)| {
        let of = |name: &str| Reflect::get(&source, &name.into()).unwrap_or(JsValue::NULL);
        let address = format!("{base}/source/{number}");
        Array::of3(&of("name"), &address.into(), &of("size"))
    });
    Ok(all.collect())
}
