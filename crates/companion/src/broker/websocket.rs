//! Clients over WebSocket: MQTT in binary messages (v5 section 6).

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::IntoResponse;
use axum::routing::any;
use axum::serve::Listener;
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;

use super::accept::{Door, Placed, accept};
use super::connection::{LINGER, Served};
use super::owner::{Input, Inputs};
use crate::net::Stop;

/// What a handler needs.
#[derive(Clone)]
struct Here {
    inputs: Inputs,
    /// Bytes of the largest message.
    largest: usize,
    /// Held by each WebSocket for as long as it is open: the server counts it as done when it is upgraded.
    open: mpsc::Sender<()>,
}

/// Streams that were accepted, TLS and all.
struct Accepted {
    streams: mpsc::Receiver<(Placed, SocketAddr)>,
    at: SocketAddr,
}

impl Listener for Accepted {
    type Io = Placed;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Placed, SocketAddr) {
        match self.streams.recv().await {
            Some(accepted) => accepted,
            // Nobody comes any more; the server ends by being told to.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        Ok(self.at)
    }
}

/// Serves clients over WebSocket, at any path, until it is time to stop and all have ended.
pub(super) async fn serve(
    door: Door,
    places: Arc<Semaphore>,
    inputs: Inputs,
    stop: Stop,
    largest: usize,
) {
    let Ok(at) = door.listener.local_addr() else {
        return;
    };
    let (send, streams) = mpsc::channel(16);
    let (open, mut ended) = mpsc::channel(1);
    let accepting = tokio::spawn(accept(door, places, send, stop.clone()));
    let app = Router::new().fallback(any(upgrade)).with_state(Here {
        inputs,
        largest,
        open,
    });
    let mut ending = stop;
    let served = axum::serve(Accepted { streams, at }, app)
        .with_graceful_shutdown(async move { ending.asked().await });
    if let Err(error) = served.await {
        eprintln!("mqttscope: WebSocket at {at}: {error}");
    }
    accepting.abort();
    // Nobody sends anything: it ends when all have let go of it.
    while ended.recv().await.is_some() {}
}

async fn upgrade(State(here): State<Here>, upgrade: WebSocketUpgrade) -> impl IntoResponse {
    //= [MQTT-6.0.0-3] and [MQTT-6.0.0-4] v5, v3.1.1: the subprotocol is mqtt; 3.1's clients ask for mqttv3.1
    upgrade
        .protocols(["mqtt", "mqttv3.1"])
        .max_message_size(here.largest.saturating_mul(2))
        .max_frame_size(here.largest.saturating_mul(2))
        .on_upgrade(async move |socket| {
            carry(socket, here.inputs).await;
            drop(here.open);
        })
}

/// Carries a WebSocket until one end closes it.
async fn carry(socket: WebSocket, inputs: Inputs) {
    let Some(mut served) = Served::new(inputs).await else {
        return;
    };
    let (mut to, mut from) = socket.split();
    let (id, inputs, waiting) = (served.id, served.inputs.clone(), served.waiting());
    let reading = async {
        while let Some(Ok(message)) = from.next().await {
            match message {
                Message::Binary(bytes) => {
                    if !Served::received(&inputs, id, bytes.into()).await {
                        return;
                    }
                }
                //= [MQTT-6.0.0-1] v5 and v3.1.1: anything but binary frames closes the connection
                Message::Text(_) | Message::Close(_) => return,
                Message::Ping(_) | Message::Pong(_) => {}
            }
        }
    };
    let writing = async {
        while let Some(bytes) = served.outgoing.recv().await {
            let len = bytes.len();
            if to
                .send(Message::Binary(Bytes::from_owner(bytes)))
                .await
                .is_err()
            {
                return;
            }
            Served::written(&waiting, &inputs, id, len).await;
        }
        // A socket that is gone is closed already.
        let _ = to.send(Message::Close(None)).await;
    };
    tokio::pin!(reading, writing);
    tokio::select! {
        () = &mut reading => {
            // Without the broker there is nobody to tell.
            let _ = inputs.send(Input::Closed(id)).await;
            let _ = timeout(LINGER, writing).await;
        }
        () = &mut writing => {
            let _ = timeout(LINGER, reading).await;
            let _ = inputs.send(Input::Closed(id)).await;
        }
    }
}
