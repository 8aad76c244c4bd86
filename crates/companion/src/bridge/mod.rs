//! The bridge: connections of the page that this program opens, since a browser reaches WebSocket only.
//!
//! The page's worker sends a request and then bytes; see `mqttscope_protocol::BridgeRequest`. Nothing is opened but what the
//! page of this program's token asks for, and of that only what the command allows.

mod carry;
mod chain;
mod failure;
pub(crate) mod given;
mod place;
mod proxy;
mod reach;
mod secured;
mod websocket;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket};
use clap::Args;
use futures_util::StreamExt as _;
use mqttscope_protocol::{BridgeFailure, BridgeRequest, BridgeSays, TextMessage as _};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::examine::page::Leading;
use crate::net::Stop;
use place::Allowed;

/// What of a bridge can be asked for on the command line.
#[derive(Args, Clone, Debug)]
#[group(id = "bridge")]
pub(crate) struct Options {
    /// Open connections of the page to this host only, at any port or at this one, or to this Unix socket
    /// (unix:///PATH); may be given several times.
    #[arg(long, value_name = "HOST[:PORT]")]
    bridge_to: Vec<Allowed>,
    /// Open no connections of the page, and listen for no client that it examines.
    #[arg(long, conflicts_with = "bridge_to")]
    no_bridge: bool,
    /// Seconds that each step of opening may take: the name, TCP, a proxy, TLS, WebSocket.
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=300))]
    bridge_patience: u32,
    /// Connections of the page at a time.
    #[arg(long, value_name = "NUMBER", default_value_t = 1000)]
    bridge_connections: u16,
}

/// See [the module](self).
#[derive(Clone)]
pub(crate) struct Bridge {
    /// Empty: to everywhere.
    allowed: Arc<[Allowed]>,
    patience: Patience,
    places: Arc<Semaphore>,
    /// How many of these there are.
    most: u16,
    /// The examination of a client, once a page has asked for it.
    leading: Arc<OnceLock<Leading>>,
    stop: Stop,
}

/// How long a step may take.
#[derive(Clone, Copy)]
struct Patience(u32);

impl Patience {
    const fn duration(self) -> Duration {
        Duration::from_secs(self.0 as u64)
    }
}

impl Options {
    /// The bridge; `None`: it is turned off.
    pub(crate) fn bridge(&self, stop: Stop) -> Option<Bridge> {
        (!self.no_bridge).then(|| Bridge {
            allowed: self.bridge_to.clone().into(),
            patience: Patience(self.bridge_patience),
            places: Arc::new(Semaphore::new(usize::from(self.bridge_connections))),
            most: self.bridge_connections,
            leading: Arc::default(),
            stop,
        })
    }
}

impl Bridge {
    /// Serves one connection of the page until either end closes it.
    pub(crate) async fn serve(self, mut page: WebSocket) {
        let asked = timeout(self.patience.duration(), request(&mut page));
        let request = match asked.await {
            Ok(Ok(request)) => request,
            Ok(Err(failure)) => return refuse(page, failure).await,
            // Nobody who asks for nothing is answered.
            Err(_) => return,
        };
        let Ok(_place) = Arc::clone(&self.places).try_acquire_owned() else {
            return refuse(page, BridgeFailure::TooMany(u32::from(self.most))).await;
        };
        let reached = {
            // Whoever leaves meanwhile wants it no more.
            let gone = async { while let Some(Ok(_)) = page.next().await {} };
            let mut stop = self.stop.clone();
            tokio::select! {
                reached = reach::reach(&request, &self) => reached,
                () = gone => return,
                () = stop.asked() => return,
            }
        };
        // It holds secrets.
        drop(request);
        match reached {
            Ok((link, opened)) => {
                let opened = BridgeSays::Opened(opened).to_text();
                if page.send(Message::Text(opened.into())).await.is_ok() {
                    carry::carry(page, link, self.stop).await;
                }
            }
            Err(failure) => refuse(page, failure).await,
        }
    }

    /// Tells a page of the client that is examined, until the page is gone.
    pub(crate) async fn examine_client(self, page: WebSocket) {
        let Ok(_place) = Arc::clone(&self.places).try_acquire_owned() else {
            return;
        };
        let leading = (self.leading).get_or_init(|| Leading::start(self.stop.clone()));
        leading.serve(page, self.stop.clone()).await;
    }

    /// Comes back when no connection is open any more, or when that takes longer than `patience`. A server of HTTP does
    /// not wait for what has become a WebSocket: without this the program would end before each page has heard of it.
    pub(crate) async fn ended(&self, patience: Duration) {
        let all = self.places.acquire_many(u32::from(self.most));
        // Whoever does not read within it is left.
        let _ = timeout(patience, all).await;
    }
}

/// The page's first message.
async fn request(page: &mut WebSocket) -> Result<BridgeRequest, BridgeFailure> {
    while let Some(Ok(message)) = page.next().await {
        match message {
            Message::Text(text) => {
                return BridgeRequest::of_text(&text).ok_or(BridgeFailure::Misunderstood);
            }
            Message::Ping(_) | Message::Pong(_) => {}
            Message::Binary(_) | Message::Close(_) => break,
        }
    }
    Err(BridgeFailure::Misunderstood)
}

async fn refuse(page: WebSocket, failure: BridgeFailure) {
    carry::say_last(page, &BridgeSays::Failed(failure)).await;
}
