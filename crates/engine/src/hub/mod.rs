//! The broker in the page, shared by all tabs of a browser.
//!
//! One tab holds the broker; the others reach it by messages that every tab hears (a
//! BroadcastChannel). Which tab holds it is decided by a lock that the browser gives to one tab at
//! a time (Web Locks) and takes back when the tab is gone, however it went; the next one in the
//! queue then begins with an empty broker, and clients connect again.
//!
//! This is the part without a browser. Its owner, a worker for each tab, does the rest:
//!
//! 1. It takes the lock [`tab_lock`] of its own [`TabId`] and keeps it, so that others notice when
//!    it is gone. Only then it makes a [`Tab`].
//! 2. It asks for the lock [`LOCK`], calls [`Tab::handle_elected`] once it has it, and keeps it. A
//!    browser without locks makes each tab hold a broker of its own: it calls it at once and needs
//!    no channel.
//! 3. It hands in what comes over the channel [`CHANNEL`], and posts [`Output::Post`] there.
//! 4. For [`Output::Watch`] it asks for that tab's [`tab_lock`], and calls
//!    [`Tab::handle_tab_gone`] once it has it, and gives it back.
//!
//! As everywhere: call one `handle_*`, then drain [`Tab::poll_output`], then look at
//! [`Tab::poll_timeout`].

mod message;
mod owner;
mod tab;

pub use message::{Body, Link, Message, TabId};
pub(crate) use tab::BROKER_CLOSED;
pub use tab::{Output, Tab};

/// The name of the channel that all tabs share. Its number changes when [`Message`] does, so that
/// tabs with different versions of this page leave each other alone.
pub const CHANNEL: &str = "mqttscope.broker.1";

/// The lock of the tab that holds the broker.
pub const LOCK: &str = "mqttscope.broker.1";

/// The lock that a tab keeps for as long as it lives.
#[must_use]
pub fn tab_lock(tab: TabId) -> String {
    format!("mqttscope.tab.{}", tab.number())
}

/// Bytes that may be on their way over a link before its receiver has taken them.
const WINDOW: usize = 1 << 20;

/// A receiver says what it has taken when it is as much as this.
const REPORT_AFTER: usize = WINDOW / 8;

#[cfg(test)]
mod tests;
