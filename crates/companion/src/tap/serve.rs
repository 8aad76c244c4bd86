//! Taps: clients are accepted, the broker is reached, and both are carried.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::faulty::Faulty;
use super::health::Health;
use super::relay;
use super::tape::{Closed, ConnectionId, Ends, Place, Tape, What};
use crate::net::address::{Target, plain};
use crate::net::tls::Connector;
use crate::net::{Stop, Stream, proxy};

/// How long a client may take until its first bytes can be carried, and so may the broker.
const OPENING: Duration = Duration::from_secs(10);

/// How long connections may take to end when they are asked to.
const DRAINING: Duration = Duration::from_secs(5);

/// How long nobody is accepted after that failed, as when there are too many files open.
const AGAIN: Duration = Duration::from_millis(100);

/// A tap that listens.
pub(crate) struct Tap {
    pub(crate) index: u16,
    pub(crate) listener: TcpListener,
    pub(crate) listen: SocketAddr,
    pub(crate) target: Target,
    pub(crate) acceptor: Option<TlsAcceptor>,
    pub(crate) connector: Option<Connector>,
    pub(crate) proxy_in: bool,
    pub(crate) proxy_out: Option<proxy::Version>,
    /// Connections at a time.
    pub(crate) most: usize,
    /// What goes wrong on purpose.
    pub(crate) faulty: Option<Arc<Faulty>>,
    pub(crate) health: Arc<Health>,
}

impl fmt::Display for Tap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tls = |is_on| if is_on { " (TLS)" } else { "" };
        write!(
            f,
            "tap {}{} to {}{}",
            self.listen,
            tls(self.acceptor.is_some()),
            self.target,
            tls(self.connector.is_some()),
        )
    }
}

/// Serves all taps until it is told to stop and all connections have ended, or have had time enough to.
pub(crate) async fn all(taps: Vec<Tap>, tape: &Arc<Tape>, stop: &Stop) {
    let numbers = Arc::new(AtomicU32::new(0));
    let mut serving = JoinSet::new();
    for tap in taps {
        serving.spawn(serve(
            tap,
            Arc::clone(tape),
            stop.clone(),
            Arc::clone(&numbers),
        ));
    }
    serving.join_all().await;
}

async fn serve(tap: Tap, tape: Arc<Tape>, mut stop: Stop, numbers: Arc<AtomicU32>) {
    let tap = Arc::new(tap);
    let places = Arc::new(Semaphore::new(tap.most));
    let mut connections = JoinSet::new();
    let mut refused = 0_u64;
    let ending = stop.clone();
    let asked = stop.asked();
    tokio::pin!(asked);
    loop {
        let accepted = tokio::select! {
            accepted = tap.listener.accept() => accepted,
            Some(_) = connections.join_next() => continue,
            () = &mut asked => break,
        };
        let (client, from) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                eprintln!("mqttscope: {tap}: accepting a connection: {error}");
                tap.health
                    .failed(format!("no client is accepted ({error})"));
                tokio::time::sleep(AGAIN).await;
                continue;
            }
        };
        let Ok(kept) = Arc::clone(&places).try_acquire_owned() else {
            if refused == 0 {
                eprintln!(
                    "mqttscope: {tap}: {from} and others are closed at once: {} connections are open \
                     (--max-connections)",
                    tap.most
                );
            }
            refused = refused.saturating_add(1);
            continue;
        };
        if refused > 0 {
            eprintln!("mqttscope: {tap}: {refused} connections were closed at once");
            refused = 0;
        }
        let (tap, tape, stop) = (Arc::clone(&tap), Arc::clone(&tape), ending.clone());
        let number = numbers.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        connections.spawn(async move {
            let place = Place {
                tap: tap.index,
                connection: ConnectionId(number),
            };
            tap.connection(client, from, &tape, place, &stop).await;
            drop(kept);
        });
    }
    let drained = async { while connections.join_next().await.is_some() {} };
    if timeout(DRAINING, drained).await.is_err() {
        eprintln!(
            "mqttscope: {tap}: {} connections would not end and are broken off",
            connections.len()
        );
    }
    // Whatever is not over is told as over before the tape ends.
    connections.shutdown().await;
}

/// Says that a connection is over, also when its task is dropped.
struct Over<'a> {
    tape: &'a Tape,
    place: Place,
    how: Option<Closed>,
}

impl Drop for Over<'_> {
    fn drop(&mut self) {
        let dropped = || Closed::ByTap("it would not end".into());
        let how = self.how.take().unwrap_or_else(dropped);
        self.tape.say(self.place, What::Closed(how));
    }
}

impl Tap {
    /// The same with the name that its health has.
    pub(crate) fn named(self) -> Self {
        let health = Arc::new(Health::new(self.to_string()));
        Self { health, ..self }
    }

    async fn connection(
        &self,
        client: TcpStream,
        from: SocketAddr,
        tape: &Tape,
        place: Place,
        stop: &Stop,
    ) {
        let mut ends = Ends {
            client: plain(from),
            tap: client.local_addr().map_or(self.listen, plain),
            broker: (Ipv4Addr::UNSPECIFIED, self.target.port).into(),
            begins: true,
        };
        let mut asked = stop.clone();
        let opened = tokio::select! {
            opened = self.open(client, &mut ends) => opened,
            () = asked.asked() => Err(anyhow!("it was asked to end")),
        };
        tape.say(place, What::Opened(Box::new(ends)));
        let mut over = Over {
            tape,
            place,
            how: None,
        };
        over.how = Some(match opened {
            Ok((client, broker)) => match &self.faulty {
                None => relay::carry(client, broker, tape, place, stop).await,
                Some(faulty) => faulty.carry(client, broker, tape, place, stop).await,
            },
            Err(error) => Closed::ByTap(format!("{error:#}").into()),
        });
    }

    /// Both ends, ready to be carried.
    async fn open(&self, client: TcpStream, ends: &mut Ends) -> Result<(Stream, Stream)> {
        let client = timeout(OPENING, self.accept(client, ends))
            .await
            .map_err(|_| anyhow!("the client took more than {OPENING:?} to begin"))??;
        let reached = timeout(OPENING, self.reach(ends))
            .await
            .unwrap_or_else(|_| {
                let target = &self.target;
                Err(anyhow!("{target} took more than {OPENING:?} to answer"))
            });
        match &reached {
            Ok(_) => self.health.well(),
            Err(error) => {
                let why = format!("the broker cannot be reached ({error:#})");
                self.health.failed(why);
            }
        }
        Ok((client, reached?))
    }

    async fn accept(&self, mut client: TcpStream, ends: &mut Ends) -> Result<Stream> {
        client.set_nodelay(true)?;
        if self.proxy_in
            && let Some((from, _)) = proxy::read(&mut client).await.context("the client")?
        {
            ends.client = plain(from);
        }
        let Some(acceptor) = &self.acceptor else {
            return Ok(Stream::Plain(client));
        };
        let client = acceptor.accept(client).await;
        let client = client.context("the client's TLS handshake")?;
        Ok(Stream::Server(Box::new(client)))
    }

    async fn reach(&self, ends: &mut Ends) -> Result<Stream> {
        use tokio::io::AsyncWriteExt as _;
        let mut broker = self.target.connect().await?;
        ends.broker = plain(broker.peer_addr()?);
        if let Some(version) = self.proxy_out {
            let header = proxy::write(version, Some((ends.client, ends.tap)));
            broker.write_all(&header).await?;
        }
        let Some(connector) = &self.connector else {
            return Ok(Stream::Plain(broker));
        };
        let tls = connector.tls.connect(connector.name.clone(), broker).await;
        let tls = tls.with_context(|| format!("the TLS handshake with {}", self.target))?;
        Ok(Stream::Client(Box::new(tls)))
    }
}
