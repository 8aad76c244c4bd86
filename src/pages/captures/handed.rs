//! Files that the Dissect page hands over: they are opened as those that are dropped here.

use js_sys::Array;
use wasm_bindgen::JsCast as _;
use web_sys::File;
use yew::prelude::*;

use crate::hooks::{Inbox, use_inbox};

thread_local! {
    static FILES: Inbox<Vec<File>> = const { Inbox::new() };
}

/// Takes files over; what else is in the list is no file and is left out.
pub(crate) fn hand_over(files: &Array) {
    let files = files.iter().filter_map(|file| file.dyn_into::<File>().ok());
    FILES.with(|inbox| inbox.put(files.collect()));
}

/// Opens what is handed over, from the first time that the page is looked at.
#[hook]
pub(super) fn use_handed(on_files: &Callback<Vec<File>>) {
    use_inbox(&FILES, on_files);
}
