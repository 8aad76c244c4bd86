//! Clients come in, in TLS or not, as many as there are places for.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::{AlertDescription, Error, InvalidMessage};

use super::connection;
use super::owner::Inputs;
use crate::net::{Stop, Stream};

/// How long a TLS handshake may take.
const OPENING: Duration = Duration::from_secs(10);

/// How long nobody is accepted after that failed, as when there are too many files open.
const AGAIN: Duration = Duration::from_millis(100);

/// Where clients come in.
pub(crate) struct Door {
    pub(crate) listener: TcpListener,
    pub(crate) tls: Option<TlsAcceptor>,
    pub(crate) is_web: bool,
    /// Is told why the last one did not come in, in a sentence.
    pub(crate) trouble: Option<watch::Sender<Option<String>>>,
}

impl Door {
    fn kept_out(&self, from: SocketAddr, why: &str) {
        eprintln!("mqttscope: {from}: TLS handshake: {why}");
        self.say(format!(
            "{from} did not get through the TLS handshake: {why}."
        ));
    }

    fn say(&self, says: String) {
        if let Some(trouble) = &self.trouble {
            trouble.send_replace(Some(says));
        }
    }

    /// Whether a stranger is at a door where whoever comes in is judged: what it speaks breaks no rule of MQTT.
    async fn keeps_out(&self, stream: &TcpStream, from: SocketAddr) -> bool {
        if self.trouble.is_none() || self.is_web {
            return false;
        }
        let mut first = [0; 8];
        let Ok(Ok(len)) = timeout(OPENING, stream.peek(&mut first)).await else {
            return false;
        };
        let Some(what) = first.get(..len).and_then(other_protocol) else {
            return false;
        };
        eprintln!("mqttscope: {from} speaks {what}");
        self.say(format!("{from} speaks {what}, not MQTT over plain TCP."));
        true
    }
}

/// What is spoken that begins so, where that cannot be MQTT.
fn other_protocol(first: &[u8]) -> Option<&'static str> {
    let methods = [
        &b"GET "[..],
        b"HEAD ",
        b"POST ",
        b"PUT ",
        b"OPTIONS ",
        b"PRI ",
    ];
    match first {
        [0x16, 0x03, ..] => Some("TLS"),
        _ if methods.iter().any(|method| first.starts_with(method)) => Some("HTTP"),
        _ => None,
    }
}

/// Why a TLS handshake failed, without a full stop.
fn words(error: &io::Error) -> String {
    let known = error.get_ref().and_then(|error| error.downcast_ref());
    match known {
        Some(Error::AlertReceived(
            AlertDescription::UnknownCA
            | AlertDescription::BadCertificate
            | AlertDescription::CertificateUnknown,
        )) => "it does not trust the certificate".to_owned(),
        Some(Error::InvalidMessage(InvalidMessage::InvalidContentType)) => {
            "it does not speak TLS".to_owned()
        }
        // Many clients send no alert.
        _ if error.kind() == io::ErrorKind::UnexpectedEof => {
            "it closed the connection, as one does that does not trust the certificate".to_owned()
        }
        _ => error.to_string(),
    }
}

/// A connection, with the place that it takes until it is closed.
pub(crate) struct Placed {
    stream: Stream,
    _place: OwnedSemaphorePermit,
}

/// Serves clients over plain streams until it is time to stop and all have ended.
pub(super) async fn serve(door: Door, places: Arc<Semaphore>, inputs: Inputs, stop: Stop) {
    let (send, mut accepted) = mpsc::channel(16);
    let mut connections = JoinSet::new();
    connections.spawn(accept(door, places, send, stop));
    while let Some((stream, _)) = accepted.recv().await {
        connections.spawn(connection::carry(stream, inputs.clone()));
        // Those that have ended need not be kept.
        while connections.try_join_next().is_some() {}
    }
    drop(inputs);
    while connections.join_next().await.is_some() {}
}

/// Accepts clients until it is time to stop.
pub(crate) async fn accept(
    door: Door,
    places: Arc<Semaphore>,
    to: mpsc::Sender<(Placed, SocketAddr)>,
    mut stop: Stop,
) {
    let door = Arc::new(door);
    let asked = stop.asked();
    tokio::pin!(asked);
    let mut refused = 0_u64;
    loop {
        let accepted = tokio::select! {
            accepted = door.listener.accept() => accepted,
            () = &mut asked => return,
        };
        let (stream, from) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                eprintln!("mqttscope: accepting a connection: {error}");
                tokio::time::sleep(AGAIN).await;
                continue;
            }
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            if refused == 0 {
                eprintln!(
                    "mqttscope: {from} and others are closed at once: all places are taken (--max-connections)"
                );
            }
            refused = refused.saturating_add(1);
            continue;
        };
        refused = 0;
        let (door, to) = (Arc::clone(&door), to.clone());
        tokio::spawn(async move {
            if let Err(error) = stream.set_nodelay(true) {
                eprintln!("mqttscope: {from}: {error}");
                return;
            }
            let stream = match &door.tls {
                None if door.keeps_out(&stream, from).await => return,
                None => Stream::Plain(stream),
                Some(acceptor) => match timeout(OPENING, acceptor.accept(stream)).await {
                    Ok(Ok(stream)) => Stream::Server(Box::new(stream)),
                    Ok(Err(error)) => {
                        door.kept_out(from, &words(&error));
                        return;
                    }
                    Err(_) => {
                        door.kept_out(from, &format!("nothing came for {OPENING:?}"));
                        return;
                    }
                },
            };
            let placed = Placed {
                stream,
                _place: place,
            };
            // It stops: nobody is served any more.
            let _ = to.send((placed, from)).await;
        });
    }
}

impl AsyncRead for Placed {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Placed {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}
