//! Files that the Dissect page hands over: they are opened as those that are dropped here.

use std::cell::RefCell;

use js_sys::Array;
use wasm_bindgen::JsCast as _;
use web_sys::File;
use yew::prelude::*;

/// Files for which the page is not there yet, and the page where it is.
type Handed = (Vec<File>, Option<Callback<Vec<File>>>);

thread_local! {
    static HANDED: RefCell<Handed> = const { RefCell::new((Vec::new(), None)) };
}

/// Takes files over; what else is in the list is no file and is left out.
pub(crate) fn hand_over(files: &Array) {
    let files = files.iter().filter_map(|file| file.dyn_into::<File>().ok());
    let files: Vec<File> = files.collect();
    let page = HANDED.with_borrow_mut(|(waiting, page)| {
        if page.is_none() {
            waiting.extend(files.iter().cloned());
        }
        page.clone()
    });
    if let Some(page) = page {
        page.emit(files);
    }
}

/// Opens what is handed over, from the first time that the page is looked at.
#[hook]
pub(super) fn use_handed(on_files: &Callback<Vec<File>>) {
    let on_files = on_files.clone();
    use_effect_with((), move |()| {
        let waiting = HANDED.with_borrow_mut(|(waiting, page)| {
            *page = Some(on_files.clone());
            core::mem::take(waiting)
        });
        if !waiting.is_empty() {
            on_files.emit(waiting);
        }
        || HANDED.with_borrow_mut(|(_, page)| *page = None)
    });
}
