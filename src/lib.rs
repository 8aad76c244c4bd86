//! The mqttscope page: the only place that knows the browser.
//!
//! What MQTT means is in `mqttscope-wire`; what a page shows of it is in `mqttscope-view`. Here
//! are components that draw it, reducers that hold what a person did, and small types around the
//! browser's own interfaces.

pub mod annex;
mod app;
pub mod components;
pub mod hooks;
pub mod pages;
pub mod route;
pub mod services;
pub mod state;

pub use annex::Annex;
pub use app::App;

/// Puts the app into the page's `#app`, or into its body when there is none.
pub fn run() {
    services::failure::report_panics();
    let host = services::browser::document().and_then(|document| document.get_element_by_id("app"));
    match host {
        Some(host) => yew::Renderer::<App>::with_root(host).render(),
        None => yew::Renderer::<App>::new().render(),
    };
}
