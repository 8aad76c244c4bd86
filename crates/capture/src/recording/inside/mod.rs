//! What a TCP stream carries: worked out from its bytes, on every port, then followed.

mod deflate;
mod evidence;
mod hunt;
mod look;
mod mqtt;
mod reader;
mod websocket;

use super::Limits;
use super::event::{ConnectionId, Moment, Opened, Queue, Transport};
use super::link::Segment;
use super::peer::Peer;
use super::tcp::Around;
use super::tls::{Plain, TlsOpener, TlsSessions};
use crate::foreign::{Confidence, Endpoint, Protocol};
use crate::reading::Role;
use look::{Look, Verdict};
use mqtt::Mqtt;
pub use reader::{FromWebSocket, WebSocketReader};
use websocket::WebSocket;

/// A connection's ends, and what was told of it.
pub(super) struct Head {
    ends: [Peer; 2],
    /// Which of the two is the client.
    client: usize,
    /// A SYN shows who it is.
    has_syn: bool,
    id: Option<ConnectionId>,
    /// Its number among those of TCP.
    stream: Option<u32>,
    first: Moment,
    pub(super) first_fin: Option<(usize, Moment)>,
    /// It was told.
    pub(super) is_fin_told: bool,
    /// No bytes were seen.
    pub(super) is_silent: bool,
}

/// Ports on which brokers listen as a rule.
pub(super) const fn is_brokers_port(port: u16) -> bool {
    matches!(port, 1883 | 1884 | 8883)
}

const fn is_servers_port(port: u16) -> bool {
    is_brokers_port(port) || matches!(port, 80 | 443 | 8080..=8084 | 8443 | 9001)
}

impl Head {
    pub(super) fn new(
        ends: [Endpoint; 2],
        side: usize,
        segment: &Segment<'_>,
        (stream, moment): (u32, Moment),
    ) -> Self {
        let (from, to) = (segment.source.port, segment.destination.port);
        let is_from_client = if segment.has(Segment::SYN) {
            !segment.has(Segment::ACK)
        } else if is_servers_port(from) != is_servers_port(to) {
            is_servers_port(to)
        } else {
            to < from
        };
        Self {
            ends: ends.map(Peer::Address),
            client: if is_from_client {
                side
            } else {
                1_usize.saturating_sub(side)
            },
            has_syn: segment.has(Segment::SYN),
            id: None,
            stream: Some(stream),
            first: moment,
            first_fin: None,
            is_fin_told: false,
            is_silent: true,
        }
    }

    /// Of a recording that names the client first. `begins`: its beginning is there.
    pub(super) const fn named(client: Peer, server: Peer, begins: bool, moment: Moment) -> Self {
        Self {
            ends: [client, server],
            client: 0,
            has_syn: begins,
            id: None,
            stream: None,
            first: moment,
            first_fin: None,
            is_fin_told: false,
            is_silent: true,
        }
    }

    /// The name of an end, which may have been told already.
    pub(super) fn name(&mut self, end: Role, name: &str, queue: &mut Queue) {
        let side = self.side(end);
        if let Some(peer) = self.ends.get_mut(side) {
            *peer = Peer::named(name);
        }
        if let Some(id) = self.id {
            queue.named(id, end, name);
        }
    }

    pub(super) const fn id(&self) -> Option<ConnectionId> {
        self.id
    }

    /// A SYN of either side was seen.
    pub(super) const fn has_syn(&self) -> bool {
        self.has_syn
    }

    /// A SYN of a side was seen.
    pub(super) fn syn(&mut self, side: usize, is_answer: bool) {
        if !self.has_syn && self.id.is_none() {
            self.client = if is_answer {
                1_usize.saturating_sub(side)
            } else {
                side
            };
        }
        self.has_syn = true;
    }

    pub(super) const fn role(&self, side: usize) -> Role {
        if side == self.client {
            Role::Client
        } else {
            Role::Server
        }
    }

    pub(super) const fn side(&self, role: Role) -> usize {
        match role {
            Role::Client => self.client,
            Role::Server => 1_usize.saturating_sub(self.client),
        }
    }

    fn has_brokers_port(&self) -> bool {
        let mut ports = self.ends.iter().filter_map(Peer::port);
        ports.any(is_brokers_port)
    }
}

/// Where what is found goes.
pub(super) struct Out<'o> {
    pub(super) head: &'o mut Head,
    pub(super) queue: &'o mut Queue,
    told: &'o mut u32,
    tls: &'o mut Option<Box<dyn TlsSessions>>,
    limits: &'o Limits,
}

impl<'o> Out<'o> {
    pub(super) fn new(head: &'o mut Head, told: &'o mut u32, around: &'o mut Around<'_>) -> Self {
        Self {
            head,
            queue: around.queue,
            told,
            tls: around.tls,
            limits: around.limits,
        }
    }

    fn opened(&self, connection: ConnectionId) -> Opened {
        let [low, high] = self.head.ends.clone();
        let (client, server) = if self.head.client == 0 {
            (low, high)
        } else {
            (high, low)
        };
        Opened {
            connection,
            client,
            server,
            has_syn: self.head.has_syn,
            at_ns: self.head.first.at_ns,
            frame: self.head.first.frame,
            stream: self.head.stream,
        }
    }

    /// Tells of the connection, once.
    pub(super) fn tell(&mut self) -> ConnectionId {
        match self.head.id {
            Some(id) => id,
            None => {
                let id = ConnectionId(*self.told);
                *self.told = self.told.saturating_add(1);
                self.head.id = Some(id);
                let opened = self.opened(id);
                self.queue.opened(opened);
                id
            }
        }
    }

    pub(super) fn transport(&mut self, transport: Transport, why: &str) {
        let id = self.tell();
        self.queue.transport(id, transport, why);
    }

    fn bytes(&mut self, side: usize, moment: Moment, bytes: &[u8]) {
        let id = self.tell();
        let role = self.head.role(side);
        self.queue.bytes(id, role, moment, bytes);
    }

    fn skipped(&mut self, side: usize, moment: Moment, bytes: &[u8]) {
        let id = self.tell();
        let role = self.head.role(side);
        self.queue.skipped(id, role, moment, bytes);
    }

    fn gap(&mut self, side: usize, len: Option<u64>) {
        let id = self.tell();
        let role = self.head.role(side);
        self.queue.gap(id, role, len);
    }
}

/// What stands between TCP and the bytes that are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Within {
    Tcp,
    Tls,
    WebSocket,
    SecureWebSocket,
    /// A log, which says that this is MQTT.
    Log,
}

impl Within {
    pub(super) const fn transport(self) -> Transport {
        match self {
            Self::Tcp => Transport::Tcp,
            Self::Tls => Transport::Tls,
            Self::WebSocket => Transport::WebSocket,
            Self::SecureWebSocket => Transport::SecureWebSocket,
            Self::Log => Transport::Log,
        }
    }

    const fn has_websocket(self) -> bool {
        matches!(self, Self::WebSocket | Self::SecureWebSocket)
    }

    const fn websocket(self) -> Self {
        match self {
            Self::Tcp | Self::WebSocket | Self::Log => Self::WebSocket,
            Self::Tls | Self::SecureWebSocket => Self::SecureWebSocket,
        }
    }
}

/// What shows how a stream was carried, where its recording says so.
const WITHIN: &str = "the recording says so";

/// What is inside a stream of both sides.
pub(super) enum Inside {
    /// Not known yet.
    Look(Box<Look>),
    Mqtt(Box<Mqtt>),
    WebSocket(Box<WebSocket>),
    Tls(Box<Tls>),
    /// Nothing that is read.
    Other(Within),
}

/// TLS that somebody may be able to open.
pub(super) struct Tls {
    opener: Box<dyn TlsOpener>,
    inner: Inside,
}

impl Inside {
    pub(super) fn new() -> Self {
        Self::Look(Box::new(Look::new(Within::Tcp)))
    }

    /// For messages of a recording that has taken off what carried them. `begins`: the first bytes of a side are the first
    /// that it sent.
    pub(super) fn of_messages(within: Within, begins: bool) -> Self {
        let mut look = Look::new(within);
        if begins {
            look.begins(0);
            look.begins(1);
        }
        Self::Look(Box::new(look))
    }

    /// For packets of which their recording says that they are such.
    pub(super) fn of_packets() -> Self {
        Self::Mqtt(Box::new(Mqtt::new([true; 2])))
    }

    /// What carries it is known better now.
    pub(super) fn carried_by(&mut self, within: Within, out: &mut Out<'_>) {
        match self {
            Self::Look(look) => look.carried_by(within),
            Self::Mqtt(_) => out.transport(within.transport(), WITHIN),
            Self::WebSocket(_) | Self::Tls(_) | Self::Other(_) => {}
        }
    }

    /// For a connection that ended.
    pub(super) const fn done() -> Self {
        Self::Other(Within::Tcp)
    }

    /// The first byte of a side that will be given is the first that it sent.
    pub(super) fn begins(&mut self, side: usize) {
        if let Self::Look(look) = self {
            look.begins(side);
        }
    }

    /// Whether MQTT is told as it comes: nothing waits until it is known what it is.
    pub(super) fn is_told(&self) -> bool {
        match self {
            Self::Mqtt(_) => true,
            Self::WebSocket(websocket) => websocket.inner.is_told(),
            Self::Tls(tls) => tls.inner.is_told(),
            Self::Look(_) | Self::Other(_) => false,
        }
    }

    /// Memory of what waits.
    pub(super) fn held(&self) -> usize {
        match self {
            Self::Look(look) => look.held(),
            Self::Mqtt(mqtt) => mqtt.held(),
            Self::WebSocket(websocket) => websocket.held(),
            Self::Tls(tls) => tls.inner.held(),
            Self::Other(_) => 0,
        }
    }

    /// Takes the next bytes of a side.
    pub(super) fn handle(&mut self, side: usize, bytes: &[u8], moment: Moment, out: &mut Out<'_>) {
        if bytes.is_empty() {
            return;
        }
        out.head.is_silent = false;
        match self {
            Self::Mqtt(mqtt) => mqtt.handle(side, bytes, moment, out),
            Self::Look(look) => {
                look.push(side, bytes, moment);
                if let Some(verdict) = look.verdict(out, false) {
                    self.settle(verdict, out);
                }
            }
            Self::WebSocket(websocket) => {
                if websocket.handle(side, bytes, moment, out).is_err() {
                    *self = Self::Other(Within::WebSocket);
                }
            }
            Self::Tls(tls) => {
                let role = out.head.role(side);
                tls.opener
                    .handle_bytes(role, bytes, moment.at_ns, moment.frame);
                tls.give(out);
            }
            Self::Other(within) => {
                if let Some(look) = Look::again(*within, bytes) {
                    *self = Self::Look(Box::new(look));
                    self.handle(side, bytes, moment, out);
                }
            }
        }
    }

    /// Bytes of a side are missing.
    pub(super) fn gap(&mut self, side: usize, len: Option<u64>, out: &mut Out<'_>) {
        match self {
            Self::Mqtt(mqtt) => mqtt.gap(side, len, out),
            Self::Look(look) => look.gap(side, len),
            Self::WebSocket(websocket) => websocket.gap(side, len, out),
            Self::Tls(tls) => {
                tls.opener.handle_gap(out.head.role(side), len);
                tls.give(out);
            }
            Self::Other(_) => {}
        }
    }

    /// Decides what is inside, for want of room or of more bytes.
    pub(super) fn decide(&mut self, out: &mut Out<'_>) {
        match self {
            Self::Look(look) => {
                if let Some(verdict) = look.verdict(out, true) {
                    self.settle(verdict, out);
                }
            }
            Self::Mqtt(mqtt) => mqtt.decide(out),
            Self::WebSocket(websocket) => websocket.decide(out),
            Self::Tls(tls) => tls.inner.decide(out),
            Self::Other(_) => {}
        }
    }

    /// Nothing more comes.
    pub(super) fn finish(&mut self, out: &mut Out<'_>) {
        if let Self::Tls(tls) = self {
            tls.opener.handle_end();
            tls.give(out);
        }
        self.decide(out);
        match self {
            Self::Mqtt(mqtt) => mqtt.finish(out),
            Self::WebSocket(websocket) => websocket.inner.finish(out),
            Self::Tls(tls) => tls.inner.finish(out),
            Self::Look(_) | Self::Other(_) => {}
        }
    }

    /// Goes on with what is found out, and gives it what was kept.
    fn settle(&mut self, verdict: Verdict, out: &mut Out<'_>) {
        let Self::Look(look) = core::mem::replace(self, Self::done()) else {
            return;
        };
        let within = look.within();
        if let Some(client) = verdict.client()
            && !out.head.has_syn
            && out.head.id.is_none()
        {
            out.head.client = client;
        }
        *self = match verdict {
            Verdict::Mqtt { why, .. } => {
                out.transport(within.transport(), &why);
                Self::Mqtt(Box::new(Mqtt::new(look.known())))
            }
            Verdict::WebSocket { client, has_head } => {
                let inner = Look::new(within.websocket());
                let websocket =
                    WebSocket::new(Self::Look(Box::new(inner)), client, has_head, look.known());
                Self::WebSocket(Box::new(websocket))
            }
            Verdict::Tls { what } => {
                out.transport(Transport::Tls, &what);
                let id = out.tell();
                let opened = out.opened(id);
                match out.tls.as_mut().and_then(|tls| tls.open(&opened)) {
                    Some(opener) => Self::Tls(Box::new(Tls {
                        opener,
                        inner: Self::Look(Box::new(Look::new(Within::Tls))),
                    })),
                    None => Self::Other(Within::Tls),
                }
            }
            Verdict::Other { protocol, what } => {
                out.transport(Transport::Other(protocol), &what);
                Self::Other(within)
            }
        };
        if !matches!(self, Self::Other(_)) {
            look.replay(|side, piece| match piece {
                look::Kept::Bytes(bytes, moment) => self.handle(side, bytes, moment, out),
                look::Kept::Gap(len) => self.gap(side, len, out),
            });
        }
    }
}

impl Tls {
    /// Passes on what was opened.
    fn give(&mut self, out: &mut Out<'_>) {
        while let Some(plain) = self.opener.poll_plain() {
            match plain {
                Plain::Bytes {
                    from,
                    at_ns,
                    frame,
                    bytes,
                } => {
                    let side = out.head.side(from);
                    let moment = Moment { at_ns, frame };
                    self.inner.handle(side, bytes, moment, out);
                }
                Plain::Gap { from } => self.inner.gap(out.head.side(from), None, out),
                Plain::Sealed(why) => {
                    let id = out.tell();
                    out.queue.sealed(id, why);
                }
            }
        }
    }
}

/// A protocol and how it is named, where that is likely.
fn named(bytes: &[u8]) -> Option<(Protocol, String)> {
    let found = crate::foreign::recognize(bytes)?;
    (found.confidence >= Confidence::Likely).then_some((found.protocol, found.what))
}
