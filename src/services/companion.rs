//! What the companion lends to the page that it serves.

use js_sys::{Array, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

use yew::AttrValue;

use super::{browser, storage};
use crate::route::Route;

/// Under what the tab keeps the token of the companion that opens connections.
const BRIDGE: &str = "companion.bridge";

/// The address of the companion's bridge: of the companion that the page's address names, or of the one that it has named
/// before in this tab.
#[must_use]
pub fn bridge(route: &Route) -> Option<AttrValue> {
    if let Some(token) = route.value("companion") {
        let token = route.value("bridge").map(|_| token);
        // Without storage it is known as long as the address names it.
        let _ = storage::set_session(BRIDGE, token.as_deref());
        return address(&token?);
    }
    address(&storage::session(BRIDGE)?)
}

fn address(token: &str) -> Option<AttrValue> {
    let host = browser::window()?.location().host().ok()?;
    let is_token = is_token(token) && !host.is_empty();
    is_token.then(|| format!("ws://{host}/companion/{token}/bridge").into())
}

/// A token is hexadecimal; what else stands in an address leads nowhere.
fn is_token(token: &str) -> bool {
    token.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// The list of what is lent, as the worker takes it: name, address, and size or null of each.
///
/// # Errors
/// A sentence for the person: there is no companion any more, or it knows another page.
pub async fn sources(token: &str) -> Result<Array, String> {
    let gone = |_: JsValue| "The companion cannot be reached: start mqttscope again.".to_owned();
    let window = browser::window().ok_or_else(|| gone(JsValue::NULL))?;
    let origin = window.location().origin().map_err(gone)?;
    if !is_token(token) {
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
