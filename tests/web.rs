//! Components in a real browser: what a dissection looks like in the document, and what an edit
//! does. Run by `wasm-pack test --headless --chrome`.
#![cfg(target_arch = "wasm32")]

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

#[path = "web/inspector.rs"]
mod inspector;
#[path = "web/page.rs"]
mod page;
#[path = "web/profiles.rs"]
mod profiles;
#[path = "web/stage.rs"]
mod stage;
