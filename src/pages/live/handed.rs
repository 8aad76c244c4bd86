//! Bytes that the Dissect page hands over, to be sent on a connection.

use mqttscope_capture::text::{self, Style};
use yew::prelude::*;

use super::desk::Desk;
use super::send_bytes;
use crate::hooks::{Inbox, use_inbox};

thread_local! {
    static BYTES: Inbox<Vec<u8>> = const { Inbox::new() };
}

/// Takes bytes over.
pub(crate) fn hand_over(bytes: Vec<u8>) {
    BYTES.with(|inbox| inbox.put(bytes));
}

/// Puts what is handed over where bytes are sent from.
#[hook]
pub(super) fn use_handed(desk: &Desk) {
    let desk = desk.clone();
    let take = Callback::from(move |bytes: Vec<u8>| {
        send_bytes::open(text::write(&bytes, Style::Hex), &desk);
    });
    use_inbox(&BYTES, &take);
}
