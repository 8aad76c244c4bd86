//! A packet of the log, as a filter sees it.

use core::time::Duration;

use mqttscope_shared::{Instant, Recorded};
use std::net::{IpAddr, SocketAddr};

use mqttscope_capture::recording::{Peer, Transport};
use mqttscope_filter::{Broken, Ends, HandshakeState, Subject};
use mqttscope_protocol::{RecordId, Target};
use mqttscope_wire::{PacketType, Severity};

use super::{Facts, Known};
use crate::connection::Connection;
use crate::log::{Record, WireLog};
use crate::topics::Topics;

pub(super) struct Row<'a> {
    pub(super) id: RecordId,
    pub(super) record: &'a Record,
    /// None: it is no packet.
    pub(super) bytes: &'a [u8],
    pub(super) log: &'a WireLog,
    pub(super) topics: &'a Topics,
    pub(super) facts: Facts<'a>,
    pub(super) known: &'a Known,
}

/// The ends of a connection of this page. Of the server the companion tells the address; a browser does not, so that it is
/// known only where it stands in the connection's own.
fn ends_of(own: &Connection) -> Ends {
    let target = &own.profile.target;
    let (host, server_port) = target.host_and_port().unzip();
    let link = own.attempt.link.as_deref();
    let peer = link.filter(|link| !link.is_proxied);
    let peer = peer.and_then(|link| link.peer.parse().ok());
    let written = || {
        let host: IpAddr = host?.parse().ok()?;
        Some(SocketAddr::new(host, server_port?))
    };
    Ends {
        client: None,
        server: peer.or_else(written),
        server_port,
        stream: None,
        tls: target.is_secure(),
        websocket: matches!(target, Target::WebSocket(_)),
    }
}

impl Subject for Row<'_> {
    fn number(&self) -> u64 {
        let row = || self.id.0.saturating_sub(self.log.floor()).saturating_add(1);
        self.record.frame().map_or_else(row, u64::from)
    }

    fn packet(&self) -> Recorded<'_> {
        Recorded {
            connection: self.record.connection.0,
            sender: self.record.sender,
            version: self.record.version,
            at: self.record.at,
            bytes: self.bytes,
        }
    }

    fn first_at(&self) -> Instant {
        self.log.begins()
    }

    fn before(&self) -> Option<Instant> {
        let before = self.id.0.checked_sub(1)?;
        Some(self.log.entry(RecordId(before))?.record().at)
    }

    fn packet_type(&self) -> Option<PacketType> {
        let is_packet = !self.bytes.is_empty() || self.record.is_packet();
        is_packet.then(|| self.record.packet_type())
    }

    fn first_byte(&self) -> Option<u8> {
        self.packet_type().map(|_| self.record.first)
    }

    fn packet_identifier(&self) -> Option<u16> {
        Some(self.record.packet_identifier).filter(|identifier| *identifier != 0)
    }

    fn ends(&self) -> Ends {
        let id = self.record.connection;
        let captured = self
            .facts
            .captures
            .and_then(|captures| captures.by_number(id));
        if let Some(captured) = captured {
            let address = |peer: &Peer| match peer {
                Peer::Address(end) => Some(SocketAddr::new(end.address, end.port)),
                Peer::Named(_) => None,
            };
            return Ends {
                client: address(&captured.opened.client),
                server: address(&captured.opened.server),
                server_port: None,
                stream: captured.opened.stream,
                tls: matches!(
                    captured.transport,
                    Transport::Tls | Transport::SecureWebSocket
                ),
                websocket: matches!(
                    captured.transport,
                    Transport::WebSocket | Transport::SecureWebSocket
                ),
            };
        }
        let own = self
            .facts
            .connections
            .and_then(|connections| connections.get(&id));
        own.map_or_else(Ends::default, ends_of)
    }

    fn client_identifier(&self) -> Option<&str> {
        let id = self.record.connection;
        let captured = self
            .facts
            .captures
            .and_then(|captures| captures.by_number(id));
        let name = match captured {
            Some(captured) => captured.client_identifier(),
            None => self.known.clients.get(&id)?,
        };
        (!name.is_empty()).then_some(name)
    }

    fn aliased_topic(&self, into: &mut String) {
        self.topics.write_topic(self.record.topic, into);
    }

    fn round_trip(&self) -> Option<Duration> {
        self.record.round_trip()
    }

    fn is_answered(&self) -> bool {
        self.record.is_answered()
    }

    fn handshake(&self) -> Option<HandshakeState> {
        self.known.handshakes.get(&self.id.0).copied()
    }

    fn findings(&self, each: &mut dyn FnMut(Option<Broken>, Severity)) {
        let found = self.known.findings.get(&self.id.0);
        for &(rule, severity) in found.into_iter().flatten() {
            each(Some(rule), severity);
        }
        // Of a packet whose findings were let go the severity is known.
        let is_told =
            |severity: &Severity| found.is_some_and(|it| it.iter().any(|it| it.1 == *severity));
        if let Some(severity) = self.record.severity.filter(|it| !is_told(it)) {
            each(None, severity);
        }
    }
}
