//! Loading the annex: the module with the pages that are not in the first one.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::Element;

/// The module's name beside the page, as `Trunk` writes it.
const MODULE: &str = "annex.js";
/// The style sheets of its pages.
const SHEETS: [&str; 3] = ["live.css", "flows.css", "state.css"];

#[wasm_bindgen(inline_js = "export const load = (address) => import(address);")]
extern "C" {
    /// A module by its whole address: `import` is no function that could be called from outside
    /// of a script.
    #[wasm_bindgen(catch)]
    fn load(address: &str) -> Result<Promise, JsValue>;
}

/// Loads the module and lets it draw into `host`.
///
/// # Errors
/// Why it did not come, in words.
pub(crate) async fn mount(host: &Element) -> Result<(), String> {
    try_mount(host).await.map_err(|error| {
        error
            .dyn_ref::<js_sys::Error>()
            .map_or_else(|| format!("{error:?}"), |error| error.message().into())
    })
}

async fn try_mount(host: &Element) -> Result<(), JsValue> {
    let base = host.base_uri()?.unwrap_or_default();
    let address = web_sys::Url::new_with_base(MODULE, &base)?.href();
    let sheets = SHEETS.map(sheet);
    let module = JsFuture::from(load(&address)?).await?;
    for sheet in sheets {
        JsFuture::from(sheet?).await?;
    }
    let call = |name: &str, with: &JsValue| -> Result<JsValue, JsValue> {
        let function: Function = Reflect::get(&module, &name.into())?.dyn_into()?;
        function.call1(&JsValue::UNDEFINED, with)
    };
    JsFuture::from(Promise::resolve(&call("default", &JsValue::UNDEFINED)?)).await?;
    call("mount", host)?;
    Ok(())
}

/// Puts a style sheet into the document; done when it is there, whether or not it was found: a page
/// without its looks is better than none.
fn sheet(name: &str) -> Result<Promise, JsValue> {
    let document = web_sys::window()
        .and_then(|window| window.document())
        .ok_or("no document")?;
    if document
        .query_selector(&format!("link[href='{name}']"))?
        .is_some()
    {
        return Ok(Promise::resolve(&JsValue::NULL));
    }
    let link = document.create_element("link")?;
    link.set_attribute("rel", "stylesheet")?;
    link.set_attribute("href", name)?;
    let loaded = Promise::new(&mut |resolve, _| {
        for end in ["load", "error"] {
            // The name of an event is a text, so it cannot fail.
            let _ = link.add_event_listener_with_callback(end, &resolve);
        }
    });
    document.head().ok_or("no head")?.append_child(&link)?;
    Ok(loaded)
}
