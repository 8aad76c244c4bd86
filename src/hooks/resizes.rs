//! Changes of an element's size.

use wasm_bindgen::closure::Closure;
use web_sys::{HtmlElement, ResizeObserver};

use crate::services::browser;

/// Tells of every change of an element's size, its first appearance included, until it is dropped.
pub struct Resizes {
    observer: ResizeObserver,
    _told: Closure<dyn Fn()>,
}

impl Resizes {
    /// Begins to tell; none: the browser would not.
    pub fn of(element: &HtmlElement, tell: impl Fn() + 'static) -> Option<Self> {
        let told = Closure::<dyn Fn()>::new(tell);
        let observer = ResizeObserver::new(browser::function_of(told.as_ref())?).ok()?;
        observer.observe(element);
        Some(Self {
            observer,
            _told: told,
        })
    }
}

impl Drop for Resizes {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
