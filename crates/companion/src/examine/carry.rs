//! One connection to the broker that is examined: opened, and its bytes carried both ways.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use futures_util::{SinkExt as _, StreamExt as _};
use mqttscope_examine::ConnectionId;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::Message;

use super::url::Url;
use crate::net::Stream;
use crate::net::tls::Connector;

/// How long opening may take, with TLS and WebSocket.
const OPENING: Duration = Duration::from_secs(10);

/// What a connection tells.
pub(super) enum Told {
    Opened,
    Failed(String),
    Bytes(Vec<u8>),
    Closed,
}

/// How the broker is reached.
#[derive(Clone)]
pub(super) struct Way {
    pub(super) url: Url,
    pub(super) connector: Option<Connector>,
}

type Tell = mpsc::Sender<(ConnectionId, Told)>;

/// Opens a connection and carries until either end closes it; the channel's end is ours.
pub(super) async fn carry(
    way: Way,
    id: ConnectionId,
    mut out: mpsc::UnboundedReceiver<Vec<u8>>,
    tell: Tell,
) {
    let stream = match timeout(OPENING, way.open()).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => {
            // Whoever asked may be gone; then nobody waits for it.
            let _ = tell.send((id, Told::Failed(format!("{error:#}")))).await;
            return;
        }
        Err(_) => {
            let late = format!("no connection within {} s", OPENING.as_secs());
            let _ = tell.send((id, Told::Failed(late))).await;
            return;
        }
    };
    let Some(path) = way.url.path.clone() else {
        bytes(stream, id, &mut out, &tell).await;
        return;
    };
    match timeout(OPENING, websocket(stream, id, &way, &path, &mut out, &tell)).await {
        Ok(Ok(carried)) => carried.await,
        Ok(Err(error)) => {
            let _ = tell.send((id, Told::Failed(format!("{error:#}")))).await;
        }
        Err(_) => {
            let _ = tell
                .send((
                    id,
                    Told::Failed("no answer to the WebSocket handshake".into()),
                ))
                .await;
        }
    }
}

impl Way {
    /// The transport, without WebSocket.
    pub(super) async fn open(&self) -> Result<Stream> {
        let stream = self.url.target.connect().await?;
        let Some(connector) = &self.connector else {
            return Ok(Stream::Plain(stream));
        };
        let secured = connector.tls.connect(connector.name.clone(), stream).await;
        let secured = secured.with_context(|| format!("TLS with {}", self.url.target))?;
        Ok(Stream::Client(Box::new(secured)))
    }
}

async fn bytes(
    stream: Stream,
    id: ConnectionId,
    out: &mut mpsc::UnboundedReceiver<Vec<u8>>,
    tell: &Tell,
) {
    let (mut reader, mut writer) = tokio::io::split(stream);
    if tell.send((id, Told::Opened)).await.is_err() {
        return;
    }
    let reads = async {
        let mut buffer = vec![0_u8; 16 << 10];
        while let Ok(len @ 1..) = reader.read(&mut buffer).await {
            let read = buffer.get(..len).unwrap_or_default().to_vec();
            if tell.send((id, Told::Bytes(read))).await.is_err() {
                break;
            }
        }
    };
    let writes = async {
        while let Some(bytes) = out.recv().await {
            if writer.write_all(&bytes).await.is_err() {
                // The reader learns of the end, too.
                std::future::pending::<()>().await;
            }
        }
        // What is left in the socket goes out before the end does.
        let _ = writer.shutdown().await;
    };
    tokio::select! {
        () = reads => {
            let _ = tell.send((id, Told::Closed)).await;
        }
        () = writes => {}
    }
}

async fn websocket<'a>(
    stream: Stream,
    id: ConnectionId,
    way: &Way,
    path: &str,
    out: &'a mut mpsc::UnboundedReceiver<Vec<u8>>,
    tell: &'a Tell,
) -> Result<impl Future<Output = ()> + use<'a>> {
    let scheme = if way.url.is_tls { "wss" } else { "ws" };
    let mut request = format!("{scheme}://{}{path}", way.url.target).into_client_request()?;
    let protocol = HeaderValue::from_static("mqtt");
    request
        .headers_mut()
        .insert("Sec-WebSocket-Protocol", protocol);
    let (socket, answer) = tokio_tungstenite::client_async(request, stream)
        .await
        .with_context(|| format!("WebSocket with {}", way.url.shown))?;
    let named = answer.headers().get("Sec-WebSocket-Protocol");
    if named.is_none_or(|name| name != "mqtt") {
        bail!("the server does not name the subprotocol mqtt");
    }
    Ok(async move {
        let (mut sink, mut source) = socket.split();
        if tell.send((id, Told::Opened)).await.is_err() {
            return;
        }
        let reads = async {
            while let Some(Ok(message)) = source.next().await {
                let Message::Binary(bytes) = message else {
                    continue;
                };
                if tell.send((id, Told::Bytes(bytes.to_vec()))).await.is_err() {
                    break;
                }
            }
        };
        let writes = async {
            while let Some(bytes) = out.recv().await {
                if sink.send(Message::Binary(bytes.into())).await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
            let _ = sink.close().await;
        };
        tokio::select! {
            () = reads => {
                let _ = tell.send((id, Told::Closed)).await;
            }
            () = writes => {}
        }
    })
}
