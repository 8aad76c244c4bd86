//! The filters that were used last, for Live and Captures, in this browser.

use super::storage;
use crate::state::live::used_filters;

const NAME: &str = "filters";

/// Keeps what was searched for, if it is a filter.
pub fn note(text: &str) {
    if let Some(all) = used_filters::with(&kept(), text) {
        storage::set(NAME, &all);
    }
}

/// Those that go on from a text, the last one first.
pub fn starting_with(text: &str) -> impl Iterator<Item = String> {
    let kept = kept();
    let going_on = used_filters::read(&kept).filter(|used| used.starts_with(text) && *used != text);
    let owned: Vec<String> = going_on.map(str::to_owned).collect();
    owned.into_iter()
}

fn kept() -> String {
    storage::get(NAME).unwrap_or_default()
}
