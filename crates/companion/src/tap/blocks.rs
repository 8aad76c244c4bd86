//! What passes a tap as blocks of pcapng, for a file or for a page.

use std::net::SocketAddr;

use mqttscope_capture::mark::{Mark, Tapped};
use mqttscope_capture::pcapng::{self, Writer};
use mqttscope_wire::Sender;

use super::inner::role_of;
use super::tape::{Closed, ConnectionId, Ends};

/// The port by which other tools know MQTT. What is written is not encrypted, whatever the broker's port.
const MQTT_PORT: u16 = 1883;

/// Blocks that are made and not taken yet.
pub(crate) struct Blocks {
    writer: Writer,
    pub(crate) made: Vec<u8>,
}

impl Default for Blocks {
    fn default() -> Self {
        let version = env!("CARGO_PKG_VERSION");
        Self {
            writer: Writer::new(&format!("mqttscope {version}")),
            made: Vec::new(),
        }
    }
}

impl Blocks {
    /// The beginning of a file.
    pub(crate) fn begin(&mut self) {
        self.writer.begin(&mut self.made);
    }

    /// The beginning of the next file, in which connections go on.
    pub(crate) fn go_on(&mut self, at_ns: u64) {
        self.writer.go_on(at_ns, &mut self.made);
    }

    /// A connection begins.
    pub(crate) fn opened(&mut self, id: ConnectionId, ends: &Ends, at_ns: u64) {
        let comment = Tapped {
            client: ends.client,
            broker: ends.broker,
            tap: ends.tap,
        }
        .to_string();
        let ends = pcapng::Ends {
            client: ends.client,
            server: SocketAddr::new(ends.broker.ip(), MQTT_PORT),
        };
        self.writer
            .open(id.0, ends, &comment, at_ns, &mut self.made);
    }

    /// A side sent bytes.
    pub(crate) fn bytes(&mut self, id: ConnectionId, from: Sender, bytes: &[u8], at_ns: u64) {
        self.writer
            .bytes(id.0, role_of(from), bytes, at_ns, &mut self.made);
    }

    /// A side is done.
    pub(crate) fn ended(&mut self, id: ConnectionId, from: Sender, at_ns: u64) {
        self.writer.end(id.0, role_of(from), at_ns, &mut self.made);
    }

    /// A fault did something to the connection.
    pub(crate) fn marked(&mut self, id: ConnectionId, mark: &Mark, at_ns: u64) {
        self.writer
            .mark(id.0, &mark.to_string(), at_ns, &mut self.made);
    }

    /// The connection is over.
    pub(crate) fn closed(&mut self, id: ConnectionId, how: &Closed, at_ns: u64) {
        match how {
            Closed::Broken(by, _) => self.writer.reset(id.0, role_of(*by), at_ns, &mut self.made),
            Closed::Done | Closed::ByTap(_) => self.writer.close(id.0, at_ns, &mut self.made),
        }
    }
}
