//! Bytes between the page and a server, both ways, untouched. Nothing is read of either end before what came before
//! has been written to the other: who is slow makes the other wait, and nothing piles up here.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use mqttscope_protocol::{BridgeEnd, BridgeSays, TextMessage as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, ReadHalf, WriteHalf};
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::{self, Error};

use super::failure;
use super::reach::{Carrier, Link, Wire};
use super::secured::Witness;
use crate::net::Stop;

/// Bytes that are carried at a time.
const PIECE: usize = 64 << 10;
/// How long an end may take to read what was last written to it.
const LINGER: Duration = Duration::from_secs(2);
/// How often the page is asked whether it is still there, since nothing is read of it while the server is slow.
const ASKING: Duration = Duration::from_secs(15);

type Page = SplitSink<WebSocket, Message>;
type ServerSocket = WebSocketStream<Box<dyn Wire>>;

/// What is read of a server.
enum From {
    Bytes(ReadHalf<Box<dyn Wire>>),
    WebSocket(SplitStream<ServerSocket>),
}

/// What is written to it.
enum To {
    Bytes(WriteHalf<Box<dyn Wire>>),
    WebSocket(SplitSink<ServerSocket, tungstenite::Message>),
}

/// Why nothing more comes.
enum Over {
    /// The server has ended it.
    Server(BridgeEnd),
    /// The page is gone.
    Page,
}

/// Carries bytes until either end closes the connection.
pub(super) async fn carry(page: WebSocket, link: Link, mut stop: Stop) {
    let (mut page, mut asks) = page.split();
    let (mut from, mut to) = match link.wire {
        Carrier::Bytes(wire) => {
            let (from, to) = tokio::io::split(wire);
            (From::Bytes(from), To::Bytes(to))
        }
        Carrier::WebSocket(socket) => {
            let (to, from) = (*socket).split();
            (From::WebSocket(from), To::WebSocket(to))
        }
    };
    let witness = link.witness;
    let over = {
        let incoming = incoming(&mut from, &mut page, witness.as_ref());
        let outgoing = outgoing(&mut asks, &mut to, witness.as_ref());
        tokio::pin!(incoming, outgoing);
        tokio::select! {
            over = &mut incoming => over,
            over = &mut outgoing => match over {
                Over::Page => Over::Page,
                // Its last words come before its end.
                Over::Server(end) => match timeout(LINGER, incoming).await {
                    Ok(Over::Server(read)) if is_plainer(&read, &end) => Over::Server(read),
                    _ => Over::Server(end),
                },
            },
            () = stop.asked() => Over::Server(BridgeEnd::CompanionEnds),
        }
    };
    match over {
        Over::Page => close(from, to).await,
        Over::Server(end) => {
            let is_ours = end == BridgeEnd::CompanionEnds;
            if let Ok(page) = page.reunite(asks) {
                say_last(page, &BridgeSays::Ended(end)).await;
            }
            if is_ours {
                close(from, to).await;
            }
        }
    }
}

/// Whether what reading tells is to be believed, not what writing told.
const fn is_plainer(read: &BridgeEnd, written: &BridgeEnd) -> bool {
    !matches!(read, BridgeEnd::Other(_)) || matches!(written, BridgeEnd::Other(_))
}

/// From the server to the page.
async fn incoming(from: &mut From, page: &mut Page, witness: Option<&Arc<Witness>>) -> Over {
    let mut asking = interval(ASKING);
    asking.set_missed_tick_behavior(MissedTickBehavior::Delay);
    asking.reset();
    let mut piece = vec![0; PIECE];
    loop {
        let came = tokio::select! {
            came = next(from, &mut piece, witness) => came,
            _ = asking.tick() => {
                if page.send(Message::Ping(Vec::new().into())).await.is_err() {
                    return Over::Page;
                }
                continue;
            }
        };
        let bytes = match came {
            Ok(bytes) => bytes,
            Err(end) => return Over::Server(end),
        };
        for part in bytes.chunks(PIECE) {
            let message = Message::Binary(part.to_vec().into());
            if page.send(message).await.is_err() {
                return Over::Page;
            }
        }
    }
}

/// What comes next of a server; it can be asked anew when it was not waited for.
async fn next<'a>(
    from: &mut From,
    piece: &'a mut [u8],
    witness: Option<&Arc<Witness>>,
) -> Result<Came<'a>, BridgeEnd> {
    match from {
        From::Bytes(from) => match from.read(piece).await {
            Ok(0) => Err(BridgeEnd::Fin),
            Ok(len) => Ok(Came::Piece(piece.get(..len).unwrap_or_default())),
            Err(error) => Err(end_of(&error, witness)),
        },
        From::WebSocket(from) => loop {
            match from.next().await {
                Some(Ok(tungstenite::Message::Binary(bytes))) => {
                    return Ok(Came::Message(bytes.into()));
                }
                //= [MQTT-6.0.0-1] v5 and v3.1.1: binary frames only
                Some(Ok(tungstenite::Message::Text(_))) => return Err(BridgeEnd::Text),
                Some(Ok(tungstenite::Message::Close(frame))) => {
                    let (code, reason) = frame.map_or((1005, String::new()), |frame| {
                        (frame.code.into(), frame.reason.to_string())
                    });
                    return Err(BridgeEnd::WebSocket { code, reason });
                }
                Some(Ok(_)) => {}
                None => return Err(BridgeEnd::Fin),
                Some(Err(error)) => return Err(end_of_websocket(error, witness)),
            }
        },
    }
}

/// What came of a server.
enum Came<'a> {
    Piece(&'a [u8]),
    Message(Vec<u8>),
}

impl std::ops::Deref for Came<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Piece(piece) => piece,
            Self::Message(bytes) => bytes,
        }
    }
}

/// From the page to the server.
async fn outgoing(
    asks: &mut SplitStream<WebSocket>,
    to: &mut To,
    witness: Option<&Arc<Witness>>,
) -> Over {
    while let Some(Ok(message)) = asks.next().await {
        let bytes = match message {
            Message::Binary(bytes) => bytes,
            Message::Ping(_) | Message::Pong(_) => continue,
            Message::Text(_) | Message::Close(_) => break,
        };
        let written = match to {
            To::Bytes(to) => {
                let write = async {
                    to.write_all(&bytes).await?;
                    to.flush().await
                };
                let write: io::Result<()> = write.await;
                write.map_err(|error| end_of(&error, witness))
            }
            To::WebSocket(to) => {
                let sent = to.send(tungstenite::Message::Binary(bytes)).await;
                sent.map_err(|error| end_of_websocket(error, witness))
            }
        };
        if let Err(end) = written {
            return Over::Server(end);
        }
    }
    Over::Page
}

fn end_of(error: &io::Error, witness: Option<&Arc<Witness>>) -> BridgeEnd {
    let tls = witness.and_then(|witness| witness.failed(error));
    tls.map_or_else(|| failure::of_end(error), BridgeEnd::Tls)
}

fn end_of_websocket(error: Error, witness: Option<&Arc<Witness>>) -> BridgeEnd {
    match error {
        Error::Io(error) => end_of(&error, witness),
        Error::ConnectionClosed
        | Error::AlreadyClosed
        | Error::Protocol(tungstenite::error::ProtocolError::ResetWithoutClosingHandshake) => {
            BridgeEnd::Fin
        }
        other => BridgeEnd::Other(other.to_string()),
    }
}

/// Closes a connection in order, so that the server can read what the page sent last.
async fn close(from: From, to: To) {
    let end = async {
        match (from, to) {
            (From::Bytes(mut from), To::Bytes(mut to)) => {
                to.shutdown().await?;
                let mut unread = vec![0; PIECE];
                while from.read(&mut unread).await? > 0 {}
            }
            (From::WebSocket(mut from), To::WebSocket(mut to)) => {
                to.close().await.map_err(io::Error::other)?;
                while let Some(Ok(_)) = from.next().await {}
            }
            _ => {}
        }
        io::Result::Ok(())
    };
    // It failed or it took too long: either way the socket goes.
    let _ = timeout(LINGER, end).await;
}

/// The last that the page hears.
pub(super) async fn say_last(mut page: WebSocket, says: &BridgeSays) {
    let last = async {
        page.send(Message::Text(says.to_text().into())).await?;
        page.send(Message::Close(None)).await?;
        // Whoever closes at once may take the words back with a reset.
        while let Some(Ok(_)) = page.next().await {}
        Ok::<(), axum::Error>(())
    };
    // A page that is gone is told nothing.
    let _ = timeout(LINGER, last).await;
}
