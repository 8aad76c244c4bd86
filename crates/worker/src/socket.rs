//! A WebSocket that carries MQTT.

use std::time::Duration;

use std::collections::VecDeque;

use gloo_events::EventListener;
use js_sys::{ArrayBuffer, JsString, Uint8Array};
use mqttscope_engine::{Bridging, Closed, SocketId};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{BinaryType, CloseEvent, MessageEvent, WebSocket};

use super::{Handle, News, bridged};

/// Bytes that the browser may hold for a socket; the rest waits here.
const BUFFERED: u32 = 1 << 20;
/// The time until what waits is tried again.
pub(super) const RETRY: Duration = Duration::from_millis(10);

/// Bytes of a message to the companion, which passes on what has come whole.
const BRIDGED: usize = 64 << 10;

/// Bytes from which on a message is freed by hand.
const LARGE: usize = 4 << 10;

/// Characters of a text frame that are told.
const TEXT: u32 = 1_000;

/// What is done when a socket has something to say.
type Act = Box<dyn Fn(&Handle, &web_sys::Event)>;

/// Copies what the browser received, and lets a large buffer go at once: its collector frees it only
/// when it likes, and until then a flood takes tens of megabytes that nobody needs.
pub(super) fn copy(buffer: &ArrayBuffer, into: &mut Vec<u8>) {
    let bytes = Uint8Array::new(buffer);
    into.resize(bytes.length() as usize, 0);
    bytes.copy_to(into);
    if into.len() >= LARGE {
        // A browser that does not know how leaves it to its collector.
        let _ = buffer.transfer_with_length(0);
    }
}

/// What is told of a text frame, however long it is.
fn news_of_text(text: &JsValue) -> News {
    let Some(text) = text.dyn_ref::<JsString>() else {
        return News::Text(String::new(), 0);
    };
    News::Text(text.slice(0, TEXT).into(), text.length().into())
}

/// An open or opening WebSocket. It is closed when it goes.
pub(super) struct Socket {
    socket: WebSocket,
    waiting: VecDeque<Vec<u8>>,
    /// Bytes of the longest message that is sent; none: as long as what is handed in.
    longest: Option<usize>,
    /// Nobody listens any more once it goes.
    _listeners: [EventListener; 3],
}

impl Socket {
    /// Opens a socket with one subprotocol, as MQTT wants it ([MQTT-6.0.0-3] in version 5).
    ///
    /// # Errors
    /// An address that the browser does not take, as a socket that closed at once.
    pub(super) fn open(
        handle: &Handle,
        id: SocketId,
        address: &str,
        subprotocol: &str,
    ) -> Result<Self, Closed> {
        let socket = WebSocket::new_with_str(address, subprotocol).map_err(|error| Closed {
            code: 0,
            reason: error
                .dyn_ref::<js_sys::Error>()
                .map_or_else(String::new, |error| error.message().into()),
            was_open: false,
            ..Closed::default()
        })?;
        socket.set_binary_type(BinaryType::Arraybuffer);
        let listen = |kind: &'static str, act: Act| {
            let handle = handle.clone();
            EventListener::new(&socket, kind, move |event| act(&handle, event))
        };
        let was_open = std::rc::Rc::new(std::cell::Cell::new(false));
        let opened = was_open.clone();
        let listeners = [
            listen(
                "open",
                Box::new(move |handle, _| {
                    opened.set(true);
                    handle.news(id, News::Open);
                }),
            ),
            listen(
                "message",
                Box::new(move |handle, event| {
                    let Some(event) = event.dyn_ref::<MessageEvent>() else {
                        return;
                    };
                    match event.data().dyn_into::<ArrayBuffer>() {
                        Ok(buffer) => handle.news(id, News::Buffer(buffer)),
                        Err(text) => handle.news(id, news_of_text(&text)),
                    }
                }),
            ),
            listen(
                "close",
                Box::new(move |handle, event| {
                    let Some(event) = event.dyn_ref::<CloseEvent>() else {
                        return;
                    };
                    handle.news(
                        id,
                        News::Closed(Closed {
                            code: event.code(),
                            reason: event.reason(),
                            was_open: was_open.get(),
                            ..Closed::default()
                        }),
                    );
                }),
            ),
        ];
        Ok(Self {
            socket,
            waiting: VecDeque::new(),
            longest: None,
            _listeners: listeners,
        })
    }

    /// Has the companion open a connection.
    ///
    /// # Errors
    /// As in [`Socket::open`].
    pub(super) fn bridged(
        handle: &Handle,
        id: SocketId,
        bridging: &Bridging,
    ) -> Result<Self, Closed> {
        let (socket, listeners) = bridged::open(handle, id, bridging)?;
        Ok(Self {
            socket,
            waiting: VecDeque::new(),
            longest: Some(BRIDGED),
            _listeners: listeners,
        })
    }

    /// Sends bytes, as one message where that is not too long, or keeps them until the browser has room.
    pub(super) fn send(&mut self, bytes: Vec<u8>) {
        match self.longest {
            Some(longest) if bytes.len() > longest => {
                let parts = bytes.chunks(longest).map(<[u8]>::to_vec);
                self.waiting.extend(parts);
            }
            _ => self.waiting.push_back(bytes),
        }
        self.flush();
    }

    /// Sends what waits; whether something still does.
    pub(super) fn flush(&mut self) -> bool {
        // Mostly nothing waits, and to ask the browser takes longer.
        while !self.waiting.is_empty() {
            if self.socket.buffered_amount() >= BUFFERED {
                return true;
            }
            if let Some(bytes) = self.waiting.pop_front() {
                // It fails only while the socket opens, when nothing is sent.
                let _ = self.socket.send_with_u8_array(&bytes);
            }
        }
        false
    }

    /// Sends the rest and closes.
    pub(super) fn close(mut self) {
        for bytes in self.waiting.drain(..) {
            // As above; what is left is a DISCONNECT at most, unless the socket is very slow.
            let _ = self.socket.send_with_u8_array(&bytes);
        }
        // Without a code it cannot fail.
        let _ = self.socket.close();
    }
}
