//! What the companion lends to the page that it serves.

use js_sys::{Array, Reflect};
use mqttscope_protocol::{AskFaults, FaultError, TapFaults};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{RequestInit, Response};

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
        return Err("This is not an address of the companion.".to_owned());
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

/// The method, what stands behind the address, and the body.
fn request(ask: &AskFaults) -> (&'static str, String, Option<&str>) {
    match ask {
        AskFaults::Tell => ("GET", String::new(), None),
        AskFaults::Replace(text, known) => {
            let known: Vec<String> = known.iter().map(u32::to_string).collect();
            ("PUT", format!("?of={}", known.join(",")), Some(text))
        }
        AskFaults::Clear => ("DELETE", String::new(), None),
        AskFaults::Remove(number) => ("DELETE", format!("/{number}"), None),
    }
}

/// The faults that are in force then; `None`: there is no tap.
///
/// # Errors
/// Each line that is wrong; a sentence for the person at line 0 where it is none of a line.
pub async fn faults(token: &str, ask: &AskFaults) -> Result<Option<TapFaults>, Vec<FaultError>> {
    let failed = |message: &str| {
        vec![FaultError {
            line: 0,
            message: message.to_owned(),
            fix: None,
        }]
    };
    let gone = |_: JsValue| failed("The companion cannot be reached: start mqttscope again.");
    let window = browser::window().ok_or_else(|| gone(JsValue::NULL))?;
    let origin = window.location().origin().map_err(gone)?;
    if !is_token(token) {
        return Err(failed("This is not an address of the companion."));
    }
    let (method, behind, body) = request(ask);
    let init = RequestInit::new();
    init.set_method(method);
    if let Some(body) = body {
        init.set_body(&body.into());
    }
    let address = format!("{origin}/companion/{token}/faults{behind}");
    let asked = JsFuture::from(window.fetch_with_str_and_init(&address, &init)).await;
    let response: Response = asked.and_then(JsCast::dyn_into).map_err(gone)?;
    let text = JsFuture::from(response.text().map_err(gone)?).await;
    let text = text.map_err(gone)?.as_string().unwrap_or_default();
    let unread = |_| failed("The companion's answer cannot be read: is it another version?");
    match response.status() {
        200 => {
            let told: Option<TapFaults> = serde_json::from_str(&text).map_err(unread)?;
            match told {
                Some(told) if !told.errors.is_empty() => Err(told.errors),
                told => Ok(told),
            }
        }
        _ => Err(failed(&format!("The companion says: {text}."))),
    }
}
