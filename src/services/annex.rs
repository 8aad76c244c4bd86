//! Loading the annex: the module with the pages that are not in the first one.

use std::cell::RefCell;

use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::Element;

/// The module's name beside the page, as `Trunk` writes it.
const MODULE: &str = "annex.js";
/// The style sheets of its pages.
const SHEETS: [&str; 4] = ["live.css", "flows.css", "state.css", "conversation.css"];

#[wasm_bindgen(inline_js = "export const load = (address) => import(address);")]
extern "C" {
    /// A module by its whole address: `import` is no function that could be called from outside
    /// of a script.
    #[wasm_bindgen(catch)]
    fn load(address: &str) -> Result<Promise, JsValue>;
}

thread_local! {
    /// The module, once it is there.
    static LOADED: RefCell<JsValue> = const { RefCell::new(JsValue::UNDEFINED) };
}

/// Loads the module and lets it draw into `host`.
///
/// # Errors
/// Why it did not come, in words.
pub(crate) async fn mount(host: &Element) -> Result<(), String> {
    ask(host, "mount", &Array::of1(host)).await.map(drop)
}

/// Loads the module and calls one of its functions. `beside`: any element of the page.
///
/// # Errors
/// Why it did not come, in words.
pub(crate) async fn ask(beside: &Element, name: &str, with: &Array) -> Result<JsValue, String> {
    let asked = async {
        load_all(beside).await?;
        call(name, with)
    };
    asked.await.map_err(|error: JsValue| {
        error
            .dyn_ref::<js_sys::Error>()
            .map_or_else(|| format!("{error:?}"), |error| error.message().into())
    })
}

/// Calls a function of the module if it is there.
pub(crate) fn call(name: &str, with: &Array) -> Result<JsValue, JsValue> {
    let module = LOADED.with_borrow(JsValue::clone);
    let function: Function = Reflect::get(&module, &name.into())?.dyn_into()?;
    function.apply(&JsValue::UNDEFINED, with)
}

async fn load_all(beside: &Element) -> Result<(), JsValue> {
    let base = beside.base_uri()?.unwrap_or_default();
    let address = web_sys::Url::new_with_base(MODULE, &base)?.href();
    let sheets = SHEETS.map(sheet);
    let module = JsFuture::from(load(&address)?).await?;
    for sheet in sheets {
        JsFuture::from(sheet?).await?;
    }
    LOADED.set(module);
    // A second time it does nothing.
    JsFuture::from(Promise::resolve(&call("default", &Array::new())?)).await?;
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
