//! A place in the document for the component under test.

use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlElement};
use yew::html::BaseComponent;

/// Draws a component into a place of its own, which goes away with the stage.
pub(crate) struct Stage {
    host: Element,
}

impl Stage {
    /// Draws it and waits until it is drawn.
    pub(crate) async fn show<C: BaseComponent>(props: C::Properties) -> Self {
        let document = web_sys::window().unwrap().document().unwrap();
        let host = document.create_element("div").unwrap();
        document.body().unwrap().append_child(&host).unwrap();
        yew::Renderer::<C>::with_root_and_props(host.clone(), props).render();
        yew::scheduler::flush().await;
        Self { host }
    }

    /// The first element that a selector finds.
    pub(crate) fn find(&self, selector: &str) -> HtmlElement {
        let found = self.host.query_selector(selector).unwrap();
        found.unwrap_or_else(|| panic!("nothing matches {selector}")).dyn_into().unwrap()
    }

    /// How many elements a selector finds.
    pub(crate) fn count(&self, selector: &str) -> u32 {
        self.host.query_selector_all(selector).unwrap().length()
    }

    /// The text of the first element that a selector finds.
    pub(crate) fn text(&self, selector: &str) -> String {
        self.find(selector).text_content().unwrap_or_default()
    }

    /// Clicks an element and waits until what follows is drawn.
    pub(crate) async fn click(&self, selector: &str) {
        self.find(selector).click();
        yew::scheduler::flush().await;
    }

    /// Presses a key on an element and waits until what follows is drawn.
    pub(crate) async fn press(&self, selector: &str, key: &str) {
        let init = web_sys::KeyboardEventInit::new();
        init.set_key(key);
        init.set_bubbles(true);
        init.set_cancelable(true);
        let event = web_sys::KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init).unwrap();
        self.find(selector).dispatch_event(&event).unwrap();
        yew::scheduler::flush().await;
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.host.remove();
    }
}
