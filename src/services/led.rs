//! The WebSocket over which the companion examines a client for this page.

use gloo_events::EventListener;
use mqttscope_protocol::{AskLed, LedSays, TextMessage as _};
use wasm_bindgen::JsCast as _;
use web_sys::{MessageEvent, WebSocket};
use yew::Callback;

/// What is heard of the companion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// It is there.
    Open,
    /// It says this.
    Says(LedSays),
    /// It is gone, or says what this page does not understand.
    Gone,
}

/// The connection, until this is dropped; the examination ends with it.
pub struct LedSocket {
    socket: WebSocket,
    _listeners: [EventListener; 3],
}

impl LedSocket {
    /// Opens it, at the companion whose bridge is there; none: the browser makes no WebSocket. `on_heard` is called later,
    /// never from within this.
    #[must_use]
    pub fn open(bridge: &str, on_heard: Callback<Heard>) -> Option<Self> {
        let address = format!("{}client", bridge.strip_suffix("bridge")?);
        let socket = WebSocket::new(&address).ok()?;
        let (on_open, on_close) = (on_heard.clone(), on_heard.clone());
        let listeners = [
            EventListener::new(&socket, "open", move |_| on_open.emit(Heard::Open)),
            EventListener::new(&socket, "message", move |event| {
                let text = event.dyn_ref::<MessageEvent>();
                let text = text.and_then(|event| event.data().as_string());
                let says = text.and_then(|text| LedSays::of_text(&text));
                on_heard.emit(says.map_or(Heard::Gone, Heard::Says));
            }),
            EventListener::new(&socket, "close", move |_| on_close.emit(Heard::Gone)),
        ];
        Some(Self {
            socket,
            _listeners: listeners,
        })
    }

    /// Asks the companion for something; nothing happens while it is not there.
    pub fn ask(&self, ask: &AskLed) {
        // It tells by itself that it is gone.
        let _ = self.socket.send_with_str(&ask.to_text());
    }
}

impl Drop for LedSocket {
    fn drop(&mut self) {
        // It may be closed already.
        let _ = self.socket.close();
    }
}
