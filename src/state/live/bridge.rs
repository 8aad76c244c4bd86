//! Whether the companion opens connections for this page: known once the page is open, and the same until it is left.

use std::cell::RefCell;

thread_local! {
    /// The address of its WebSocket.
    static ADDRESS: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// The companion's bridge is here.
pub fn set(address: Option<String>) {
    ADDRESS.set(address);
}

/// Its address, if it is here.
#[must_use]
pub fn address() -> Option<String> {
    ADDRESS.with_borrow(Clone::clone)
}

/// Whether it is here.
#[must_use]
pub fn is_here() -> bool {
    ADDRESS.with_borrow(Option::is_some)
}
