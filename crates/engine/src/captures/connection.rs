//! One connection of a capture.

use core::time::Duration;

use mqttscope_capture::foreign::Endpoint;
use mqttscope_capture::mark::{Effect, Tapped};
use mqttscope_capture::reading::Role;
use mqttscope_capture::recording::{Ending, Opened, Peer, Transport};
use mqttscope_protocol::{CapturedRow, ConnectionId};
use mqttscope_shared::Instant;
use mqttscope_wire::{
    ControlPacket, PacketType, Property, PropertyId, ProtocolVersion, Reason, ReasonCode, Sender,
    Severity,
};

use super::held::{Held, Sent};
use crate::connection::SocketId;
use crate::export::Ended;
use crate::stream::{Stream, Written};
use crate::view::cut::cut;

/// Characters of a Client Identifier.
const MOST_IDENTIFIER: usize = 300;

/// The last microsecond since 1970 that a browser has as it is: in the year 2255.
const LATEST_US: u64 = (1 << 53) - 1;

/// A time of a capture; those behind the last that a browser counts exactly are that one.
pub(crate) fn moment(at_ns: Option<u64>) -> Option<Instant> {
    at_ns.map(|at_ns| Instant::from_micros((at_ns / 1_000).min(LATEST_US)))
}

/// A connection, and what was counted of it.
#[derive(Debug)]
pub(crate) struct Captured {
    pub(crate) id: ConnectionId,
    pub(crate) opened: Opened,
    /// Between whom the tap stands that recorded it.
    pub(crate) tapped: Option<Tapped>,
    pub(crate) transport: Transport,
    /// What shows what it carries.
    pub(crate) why: String,
    /// Why its TLS was not opened, the end of a sentence that begins with it; none: it was, or there is none.
    pub(crate) sealed: Option<Box<str>>,
    /// The connection to the monitor.
    pub(crate) socket: SocketId,
    /// Its bytes on their way into the log; none: it ended.
    pub(crate) stream: Option<Box<Stream>>,
    /// What came before its version was known.
    pub(crate) held: Option<Box<Held>>,
    /// The first of its entries in the log.
    pub(crate) first: u64,
    client_identifier: String,
    version: Option<ProtocolVersion>,
    /// What its bytes say for that version.
    reasons: Vec<Reason>,
    is_named: bool,
    /// A log tells of packets in words: what others answer is not known.
    is_told: bool,
    begins_with_connect: bool,
    pub(crate) packets: u64,
    bytes: u64,
    times: Option<(Instant, Instant)>,
    /// The frames of the last bytes of the client and of the server.
    frames: [u64; 2],
    pub(crate) findings: [u64; 3],
    /// The same of remarks: what no rule forbids, and what several connections show.
    remarks: [u64; 3],
    pub(crate) gaps: u64,
    /// Bytes of the client are missing among them.
    pub(crate) lacks_client: bool,
    ended: Option<String>,
    /// It ended because of another connection with its Client Identifier.
    is_taken_over: bool,
    /// A fault of its tap keeps what either side sends from the other.
    is_silent: bool,
    /// A fault of its tap closed it.
    is_cut: bool,
    /// The frame of the file that shows it.
    pub(crate) ended_in: u64,
    /// The same for an export.
    how: Option<Ended>,
    /// The DISCONNECT that came, if any.
    goodbye: Option<Goodbye>,
    refused: Option<String>,
    /// Another file has this connection, too: this one is in the file with this number.
    pub(crate) copy_in: Option<usize>,
}

/// A DISCONNECT, which says why the connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Goodbye {
    /// The server: another connection has the same Client Identifier.
    TakenOver,
    /// Anything else, of either side.
    Other,
}

/// An address and a port: `127.0.0.1:53348`, `[::1]:53348`, and as mosquitto has it `::1:53348`.
fn endpoint(address: &str) -> Option<Endpoint> {
    let (address, port) = address.rsplit_once(':')?;
    let address = address.trim_start_matches('[').trim_end_matches(']');
    Some(Endpoint {
        address: address.parse().ok()?,
        port: port.parse().ok()?,
    })
}

impl Captured {
    pub(crate) fn new(id: ConnectionId, socket: SocketId, opened: Opened) -> Self {
        Self {
            id,
            opened,
            tapped: None,
            transport: Transport::Nothing,
            why: String::new(),
            sealed: None,
            socket,
            stream: None,
            held: Some(Box::default()),
            first: 0,
            client_identifier: String::new(),
            version: None,
            reasons: Vec::new(),
            is_named: false,
            is_told: false,
            begins_with_connect: false,
            packets: 0,
            bytes: 0,
            times: None,
            frames: [0; 2],
            findings: [0; 3],
            remarks: [0; 3],
            gaps: 0,
            lacks_client: false,
            ended: None,
            is_taken_over: false,
            is_silent: false,
            is_cut: false,
            ended_in: 0,
            how: None,
            goodbye: None,
            refused: None,
            copy_in: None,
        }
    }

    /// Whether there is MQTT in it.
    pub(crate) fn is_mqtt(&self) -> bool {
        self.packets > 0
            || self.held.as_ref().is_some_and(|held| !held.is_empty())
            || matches!(
                self.transport,
                Transport::Tcp | Transport::WebSocket | Transport::SecureWebSocket | Transport::Log
            )
    }

    /// When its first frame was, where the file has its time.
    pub(crate) fn opened_at(&self) -> Option<Instant> {
        moment(self.opened.at_ns)
    }

    pub(crate) fn begin(&mut self, version: ProtocolVersion, reasons: Vec<Reason>) {
        self.version = Some(version);
        self.reasons = reasons;
        self.stream = Some(Box::new(Stream::new(self.id, version)));
    }

    /// Notes a packet that is in the log now.
    pub(crate) fn note(&mut self, sent: Sent, written: &Written<'_>) {
        self.packets = self.packets.saturating_add(1);
        self.bytes = self.bytes.saturating_add(written.bytes.len() as u64);
        self.pass(sent.at);
        let Some(Ok(packet)) = written.frame.map(|frame| &frame.packet) else {
            return;
        };
        match packet {
            ControlPacket::Connect(connect) => {
                self.is_named = true;
                self.client_identifier = cut(connect.client_identifier.as_str(), MOST_IDENTIFIER);
            }
            ControlPacket::Connack(connack) => {
                if let Some(Property::AssignedClientIdentifier(assigned)) = connack
                    .properties
                    .get(PropertyId::ASSIGNED_CLIENT_IDENTIFIER)
                {
                    self.client_identifier = cut(assigned.as_str(), MOST_IDENTIFIER);
                }
                if connack.reason_code != ReasonCode::SUCCESS {
                    let name = (connack.reason_code).name(PacketType::Connack, self.version());
                    let number = || format!("0x{:02X}", connack.reason_code.0);
                    self.refused = Some(name.map_or_else(number, str::to_owned));
                }
            }
            ControlPacket::Disconnect(disconnect) => {
                let is_takeover = sent.sender == Sender::Server
                    && disconnect.reason_code == ReasonCode::SESSION_TAKEN_OVER;
                self.goodbye = Some(if is_takeover {
                    Goodbye::TakenOver
                } else {
                    Goodbye::Other
                });
            }
            _ => {}
        }
    }

    /// A log tells who the client is. Whether that is another name.
    pub(crate) fn identify(&mut self, identifier: &str, address: &str) -> bool {
        if let Some(end) = endpoint(address) {
            self.opened.client = Peer::Address(end);
        } else if !address.is_empty() {
            self.opened.client = Peer::Named(address.into());
        }
        let identifier = cut(identifier, MOST_IDENTIFIER);
        let is_new = self.client_identifier != identifier;
        self.client_identifier = identifier;
        is_new
    }

    pub(crate) const fn is_refused(&self) -> bool {
        self.refused.is_some()
    }

    /// Whether the server may have closed it because another connection came with its Client Identifier.
    fn may_be_taken_over(&self) -> bool {
        !self.client_identifier.is_empty() && self.goodbye != Some(Goodbye::Other)
    }

    /// Bytes of one side ended in a frame.
    pub(crate) const fn pass_frame(&mut self, sent: Sent) {
        let [client, server] = &mut self.frames;
        match sent.sender {
            Sender::Client => *client = sent.frame,
            Sender::Server => *server = sent.frame,
        }
    }

    /// The frame in which the last bytes of one side ended.
    pub(crate) const fn last_frame(&self, sender: Sender) -> u64 {
        let [client, server] = self.frames;
        match sender {
            Sender::Client => client,
            Sender::Server => server,
        }
    }

    pub(crate) fn pass(&mut self, at: Instant) {
        let (first, last) = self.times.unwrap_or((at, at));
        self.times = Some((first.min(at), last.max(at)));
    }

    pub(crate) fn judged(&mut self, severity: Severity) {
        add(&mut self.findings, severity);
    }

    pub(crate) fn remarked(&mut self, severity: Severity) {
        add(&mut self.remarks, severity);
    }

    pub(crate) const fn forget_remarks(&mut self) {
        self.remarks = [0; 3];
    }

    /// Errors, warnings and notes.
    pub(crate) fn found(&self) -> [u64; 3] {
        let [a, b, c] = self.findings;
        let [x, y, z] = self.remarks;
        [
            a.saturating_add(x),
            b.saturating_add(y),
            c.saturating_add(z),
        ]
    }

    /// The connection ended. `rival`: where a connection came from that has its Client Identifier, and was opened to
    /// the same server while this one was there. With the words of a log for it, these are all that is known.
    pub(crate) fn end(
        &mut self,
        (how, from, words): (Ending, Option<Role>, &str),
        at: Instant,
        rival: Option<String>,
    ) {
        if self.packets > 0 {
            self.pass(at);
        }
        self.how = match (how, from) {
            (Ending::Fin, Some(from)) => Some(Ended::Half(from, None)),
            (Ending::Fin, None) => Some(Ended::Closed(None)),
            (Ending::Reset, Some(by)) => Some(Ended::Reset(by)),
            // Nobody saw it end.
            (Ending::Reset, None) | (Ending::Reused | Ending::Evicted, _) => None,
            (Ending::TakenOver | Ending::TimedOut | Ending::Failed, _) => {
                Some(Ended::Closed(Some(Role::Server)))
            }
        };
        let is_told = self.goodbye == Some(Goodbye::TakenOver);
        let is_closed = matches!(how, Ending::Fin | Ending::Reset);
        // A client that closes the old connection itself was not thrown off.
        let may_be = is_told || is_closed && from == Some(Role::Server) && self.may_be_taken_over();
        let taken_over = match rival.filter(|_| may_be) {
            Some(rival) => format!("taken over by the connection from {rival}; "),
            None if is_told => "taken over by a connection that is not in the capture; ".to_owned(),
            None => String::new(),
        };
        if self.is_cut {
            self.ended = Some("cut by a fault of the tap".to_owned());
            return;
        }
        if !words.is_empty() {
            self.ended = Some(cut(words, MOST_IDENTIFIER));
            return;
        }
        let how = match (how, from) {
            (Ending::Fin, Some(Role::Client)) => "the client closed it (FIN)",
            (Ending::Fin, Some(Role::Server)) => "the server closed it (FIN)",
            (Ending::Fin, None) => "closed (FIN)",
            (Ending::Reset, Some(Role::Client)) => "the client reset it (RST)",
            (Ending::Reset, Some(Role::Server)) => "the server reset it (RST)",
            (Ending::Reset, None) => "reset (RST)",
            (Ending::Reused, _) => "its ports were used again",
            (Ending::Evicted, _) => "not followed further: too many connections at once",
            (Ending::TakenOver, _) => "taken over",
            (Ending::TimedOut, _) => "the client was silent for too long",
            (Ending::Failed, _) => "broken off",
        };
        self.is_taken_over = !taken_over.is_empty();
        self.ended = Some(format!("{taken_over}{how}"));
    }

    /// A fault of its tap did this to it.
    pub(crate) const fn disturb(&mut self, effect: Effect) {
        match effect {
            Effect::Silent => self.is_silent = true,
            Effect::Cut => self.is_cut = true,
            Effect::Nothing | Effect::Late | Effect::Lost | Effect::Changed | Effect::Twice => {}
        }
    }

    /// Whether a fault of its tap keeps what either side sends from the other.
    pub(crate) const fn is_silent(&self) -> bool {
        self.is_silent
    }

    /// Whether it ended because of another connection with its Client Identifier.
    pub(crate) const fn is_taken_over(&self) -> bool {
        self.is_taken_over
    }

    /// The second side closed its half, or broke it off.
    pub(crate) fn end_other(&mut self, how: Ending, at: Instant) {
        if let Some(Ended::Half(_, other)) = &mut self.how
            && how == Ending::Fin
        {
            *other = Some(at);
        }
    }

    /// How it ended, as the packets of TCP would show it.
    pub(crate) const fn how(&self) -> Option<Ended> {
        self.how
    }

    pub(crate) fn ended(&self) -> Option<&str> {
        self.ended.as_deref()
    }

    /// Whether it was open at a time, as far as is known.
    pub(crate) fn is_open_at(&self, at_ns: Option<u64>) -> bool {
        let micros = at_ns.unwrap_or(0) / 1_000;
        self.ended.is_none()
            || self
                .times
                .is_some_and(|(_, last)| micros <= last.micros() && at_ns.is_some())
    }

    pub(crate) fn begins(&self) -> Instant {
        let first = self.times.map(|(first, _)| first);
        first.or(self.opened_at()).unwrap_or_default()
    }

    pub(crate) fn lasts(&self) -> Duration {
        self.times
            .map_or(Duration::ZERO, |(first, last)| last - first)
    }

    pub(crate) fn client_identifier(&self) -> &str {
        &self.client_identifier
    }

    /// The version that its packets are read in.
    pub(crate) fn version(&self) -> ProtocolVersion {
        self.version.unwrap_or(ProtocolVersion::V5)
    }

    /// The same, where anything tells it.
    pub(crate) const fn known_version(&self) -> Option<ProtocolVersion> {
        self.version
    }

    pub(crate) const fn is_told(&self) -> bool {
        self.is_told
    }

    /// Notes a packet of which a log has only words. Whether it is the first.
    pub(crate) fn told(&mut self, version: Option<ProtocolVersion>, at: Instant) -> bool {
        if version.is_some() {
            (self.version, self.reasons) = (version, Vec::new());
            self.is_named = true;
        }
        self.packets = self.packets.saturating_add(1);
        self.pass(at);
        !core::mem::replace(&mut self.is_told, true)
    }

    /// Why it is this version.
    fn known_by(&self) -> String {
        let reasons = self.reasons.iter().map(Reason::to_string);
        let reasons: Vec<String> = reasons.collect();
        match self.version {
            None => String::new(),
            Some(_) if !reasons.is_empty() => reasons.join("; "),
            Some(_) if self.is_named && self.is_told => "the log names it".to_owned(),
            Some(_) => "no packet tells it; the newest is taken".to_owned(),
        }
    }

    /// The version, and why it is this one, for the card of its beginning.
    pub(crate) fn says_version(&self) -> String {
        let version = self.version.map(ProtocolVersion::name);
        version.map_or_else(String::new, |name| {
            format!("MQTT {name}: {}", self.known_by())
        })
    }

    /// Whether it was there before the file: neither a SYN nor a CONNECT begins it.
    const fn was_open(&self) -> bool {
        !self.opened.has_syn && !self.begins_with_connect
    }

    /// Its first packet is of this type.
    pub(crate) fn begins_with(&mut self, first: PacketType) -> bool {
        self.begins_with_connect = first == PacketType::Connect;
        self.was_open()
    }

    /// Its ends and what carries it, for the row of its beginning.
    pub(crate) fn says_beginning(&self) -> String {
        let since = if !self.was_open() {
            ""
        } else {
            " · it was open before the capture"
        };
        format!("{} · {}{since}", self.ends(), self.carrier())
    }

    const fn carrier(&self) -> &'static str {
        match self.transport {
            Transport::Tls => "TLS",
            Transport::WebSocket => "WebSocket",
            Transport::SecureWebSocket => "WebSocket in TLS",
            Transport::Log => "from a log",
            _ => "TCP",
        }
    }

    /// Where it leads, for people.
    pub(crate) fn ends(&self) -> String {
        format!("{} to {}", self.client(), self.server())
    }

    fn client(&self) -> String {
        let tapped = self.tapped.map(|tapped| tapped.client.to_string());
        tapped.unwrap_or_else(|| self.opened.client.to_string())
    }

    /// The broker, which other connections may lead to as well.
    pub(crate) fn broker(&self) -> String {
        let tapped = self.tapped.map(|tapped| tapped.broker.to_string());
        tapped.unwrap_or_else(|| self.opened.server.to_string())
    }

    /// The other end: of the address of a WebSocket the host, as it is of no interest how the address goes on.
    fn server(&self) -> String {
        if let Some(Tapped { broker, tap, .. }) = self.tapped {
            return format!("{broker} through the tap {tap}");
        }
        let server = self.opened.server.to_string();
        let host = server.split_once("://").and_then(|(_, rest)| {
            let authority = rest.split('/').next()?;
            let host = authority.rsplit('@').next()?;
            (!host.is_empty()).then(|| host.to_owned())
        });
        host.unwrap_or(server)
    }

    pub(crate) fn row(&self) -> CapturedRow {
        CapturedRow {
            id: self.id,
            client_identifier: self.client_identifier.clone(),
            name: String::new(),
            client: self.client(),
            server: self.server(),
            transport: self.carrier().to_owned(),
            version: self.version,
            is_named: self.is_named,
            known_by: self.known_by(),
            begins: self.begins(),
            lasts: self.lasts(),
            packets: self.packets,
            found: None,
            bytes: self.bytes,
            findings: self.found(),
            gaps: self.gaps,
            ended: self.ended.clone(),
            refused: self.refused.clone(),
            sealed: self.sealed.as_deref().map(str::to_owned),
        }
    }
}

fn add([errors, warnings, notes]: &mut [u64; 3], severity: Severity) {
    let count = match severity {
        Severity::Error => errors,
        Severity::Warning => warnings,
        Severity::Note => notes,
    };
    *count = count.saturating_add(1);
}
