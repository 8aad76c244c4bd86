//! The way to a server, step by step, each with its own limit of time and its own failures.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;

use mqttscope_protocol::{BridgeFailure, BridgeOpened, BridgeRequest, BridgeStep};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;

use super::place::{Destination, Place, check};
use super::proxy::Proxy;
use super::secured::{Tls, Witness};
use super::{Bridge, Patience, websocket};
use crate::net::address::Target;

/// A stream of any kind.
pub(super) trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

/// An open connection.
pub(super) struct Link {
    pub(super) wire: Carrier,
    /// Where TLS is spoken: it knows what an error means.
    pub(super) witness: Option<Arc<Witness>>,
}

/// What carries MQTT.
pub(super) enum Carrier {
    Bytes(Box<dyn Wire>),
    WebSocket(Box<WebSocketStream<Box<dyn Wire>>>),
}

/// Goes the whole way.
pub(super) async fn reach(
    request: &BridgeRequest,
    bridge: &Bridge,
) -> Result<(Link, BridgeOpened), BridgeFailure> {
    let destination = Destination::of(&request.address)?;
    check(&bridge.allowed, &destination.place)?;
    let proxy = match (request.how.proxy.trim(), &destination.place) {
        ("", _) | (_, Place::Unix(_)) => None,
        (text, Place::Tcp(_)) => Some(Proxy::of(text)?),
    };
    if let Some(proxy) = &proxy {
        check(&bridge.allowed, &Place::Tcp(proxy.at.clone()))?;
    }
    let patience = bridge.patience;
    let mut opened = BridgeOpened {
        is_proxied: proxy.is_some(),
        ..BridgeOpened::default()
    };
    let target = match &destination.place {
        Place::Unix(path) => {
            let wire = unix(path, patience).await?;
            let link = Link {
                wire: Carrier::Bytes(wire),
                witness: None,
            };
            return Ok((link, opened));
        }
        Place::Tcp(target) => target,
    };
    // What cannot be used is told before anybody is bothered.
    let tls = match destination.is_secure {
        true => Some(Tls::new(&target.host, &request.how.tls)?),
        false => None,
    };
    let near = proxy.as_ref().map_or(target, |proxy| &proxy.at);
    let (stream, peer) = connect(near, patience).await?;
    opened.peer = peer.to_string();
    let mut wire: Box<dyn Wire> = Box::new(stream);
    if let Some(proxy) = &proxy {
        within(patience, BridgeStep::Proxy, proxy.ask(&mut wire, target)).await?;
    }
    if let Some(tls) = &tls {
        let (stream, facts) = within(patience, BridgeStep::Tls, tls.connect(wire)).await?;
        opened.tls = Some(facts);
        wire = Box::new(stream);
    }
    let wire = match &destination.websocket {
        None => Carrier::Bytes(wire),
        Some(path) => {
            let open = websocket::open(wire, &destination, target, path, &request.subprotocol);
            let socket = within(patience, BridgeStep::WebSocket, open).await?;
            Carrier::WebSocket(Box::new(socket))
        }
    };
    let witness = tls.map(|tls| tls.witness);
    Ok((Link { wire, witness }, opened))
}

/// A step within its time.
async fn within<T>(
    patience: Patience,
    step: BridgeStep,
    act: impl Future<Output = Result<T, BridgeFailure>>,
) -> Result<T, BridgeFailure> {
    match timeout(patience.duration(), act).await {
        Ok(done) => done,
        Err(_) => Err(BridgeFailure::TimedOut {
            step,
            seconds: patience.0,
        }),
    }
}

/// The first address of the name that answers.
async fn connect(
    target: &Target,
    patience: Patience,
) -> Result<(TcpStream, SocketAddr), BridgeFailure> {
    let unknown = || BridgeFailure::NameNotFound(target.host.clone());
    let named = within(patience, BridgeStep::Name, async {
        let found = lookup_host((&*target.host, target.port)).await;
        found
            .map(Iterator::collect::<Vec<_>>)
            .map_err(|_| unknown())
    });
    let addresses = named.await?;
    if addresses.is_empty() {
        return Err(unknown());
    }
    within(patience, BridgeStep::Connect, async {
        let mut failed = Vec::new();
        for address in addresses {
            match TcpStream::connect(address).await {
                Ok(stream) => {
                    // Without it packets only wait a little.
                    let _ = stream.set_nodelay(true);
                    return Ok((stream, address));
                }
                Err(error) => failed.push((address, error)),
            }
        }
        Err(of_connect(failed))
    })
    .await
}

fn of_connect(failed: Vec<(SocketAddr, std::io::Error)>) -> BridgeFailure {
    let tried = failed.iter().map(|(at, _)| at.to_string()).collect();
    let is_refused = |error: &std::io::Error| error.kind() == std::io::ErrorKind::ConnectionRefused;
    match failed.iter().find(|(_, error)| !is_refused(error)) {
        None => BridgeFailure::Refused(tried),
        Some((_, error)) => BridgeFailure::Unreachable {
            tried,
            why: error.to_string(),
        },
    }
}

#[cfg(unix)]
async fn unix(path: &std::path::Path, patience: Patience) -> Result<Box<dyn Wire>, BridgeFailure> {
    within(patience, BridgeStep::Connect, async {
        let tried = vec![path.display().to_string()];
        match tokio::net::UnixStream::connect(path).await {
            Ok(stream) => Ok(Box::new(stream) as Box<dyn Wire>),
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
                Err(BridgeFailure::Refused(tried))
            }
            Err(error) => Err(BridgeFailure::Unreachable {
                tried,
                why: error.to_string(),
            }),
        }
    })
    .await
}

#[cfg(not(unix))]
async fn unix(_: &std::path::Path, _: Patience) -> Result<Box<dyn Wire>, BridgeFailure> {
    Err(BridgeFailure::Address(
        "this system has no Unix sockets that can be opened here".into(),
    ))
}
