//! A connection that the companion opens: a WebSocket to the companion, over which it is asked, and then bytes pass.

use std::cell::Cell;
use std::rc::Rc;

use gloo_events::EventListener;
use js_sys::ArrayBuffer;
use mqttscope_engine::{Bridging, Closed, SocketId};
use mqttscope_protocol::{BridgeFailure, BridgeSays, TextMessage as _};
use wasm_bindgen::JsCast as _;
use web_sys::{BinaryType, MessageEvent, WebSocket};

use super::{Handle, News};

/// How far it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The companion was not reached, or has not answered.
    Asking,
    Open,
    /// It is over, and the engine knows.
    Over,
}

/// Asks the companion. The socket, and who listens to it.
///
/// # Errors
/// The browser does not take the companion's address.
pub(super) fn open(
    handle: &Handle,
    id: SocketId,
    bridging: &Bridging,
) -> Result<(WebSocket, [EventListener; 3]), Closed> {
    let gone = || BridgeSays::Failed(BridgeFailure::CompanionGone);
    let socket = WebSocket::new(&bridging.address).map_err(|_| Closed::by_bridge(gone(), false))?;
    socket.set_binary_type(BinaryType::Arraybuffer);
    let stage = Rc::new(Cell::new(Stage::Asking));
    let asks = {
        let (socket, request) = (socket.clone(), bridging.request.to_text());
        EventListener::new(&socket.clone(), "open", move |_| {
            // It is open; whether it stays so is heard.
            let _ = socket.send_with_str(&request);
        })
    };
    let hears = {
        let (handle, stage) = (handle.clone(), stage.clone());
        EventListener::new(&socket, "message", move |event| {
            let Some(event) = event.dyn_ref::<MessageEvent>() else {
                return;
            };
            match event.data().dyn_into::<ArrayBuffer>() {
                Ok(bytes) => handle.news(id, News::Buffer(bytes)),
                Err(text) => {
                    let text = text.as_string().unwrap_or_default();
                    said(&handle, id, &stage, &text);
                }
            }
        })
    };
    let ends = {
        let handle = handle.clone();
        EventListener::new(&socket, "close", move |_| {
            over(&handle, id, &stage, gone());
        })
    };
    Ok((socket, [asks, hears, ends]))
}

/// What the companion says, beside bytes.
fn said(handle: &Handle, id: SocketId, stage: &Cell<Stage>, text: &str) {
    match BridgeSays::of_text(text) {
        Some(BridgeSays::Opened(opened)) => {
            stage.set(Stage::Open);
            handle.news(id, News::Bridged(Box::new(opened)));
        }
        Some(says) => over(handle, id, stage, says),
        None => over(
            handle,
            id,
            stage,
            BridgeSays::Failed(BridgeFailure::Misunderstood),
        ),
    }
}

/// It is over, whatever comes behind that.
fn over(handle: &Handle, id: SocketId, stage: &Cell<Stage>, says: BridgeSays) {
    let before = stage.replace(Stage::Over);
    if before == Stage::Over {
        return;
    }
    let closed = Closed::by_bridge(says, before == Stage::Open);
    // The engine lets go of the socket, and of the listener that is running.
    let handle = handle.clone();
    wasm_bindgen_futures::spawn_local(async move {
        handle.news(id, News::Closed(closed));
    });
}
