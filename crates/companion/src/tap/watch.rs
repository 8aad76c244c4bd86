//! Looks at what passed: frames packets, judges them, and gives rows and findings to whoever looks on, and bytes to the
//! recording. It runs on a thread of its own, behind the traffic.

use std::collections::HashMap;
use std::fmt::{self, Write as _};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use mqttscope_capture::mark::{Effect, Mark};
use mqttscope_capture::recording::FromWebSocket;
use mqttscope_monitor::Instant;
use mqttscope_monitor::{ConnectionId as Watched, Finding, Monitor};
use mqttscope_view::escape;
use mqttscope_wire::{
    Context, ControlPacket, Frame, Framed, Framer, ProtocolVersion, Sender, detect,
};

use super::inner::{Inner, sender_of};
use super::keep::Keep;
use super::screen::Screen;
use super::tape::{Closed, ConnectionId, Ends, Entry, Roll, Tape, What};
use crate::arguments::Format;
use crate::paint::Paint;
use crate::report::{self, counted, sender};
use crate::row::{self, Row, Told};

/// The monitor looks for what is late this often, at least.
const TICK: Duration = Duration::from_secs(1);

/// The longest client identifier that stands in a row.
const LONGEST_NAME: usize = 24;

/// How rows are shown.
pub(crate) struct Show {
    pub(crate) screen: Screen,
    pub(crate) format: Format,
    pub(crate) paint: Paint,
}

/// What was seen by the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) connections: u64,
    pub(crate) packets: u64,
    pub(crate) findings: u64,
    /// Rows that nobody had the time to show.
    pub(crate) not_shown: u64,
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}, {}, {}",
            counted(self.connections, "connection"),
            counted(self.packets, "packet"),
            counted(self.findings, "finding"),
        )?;
        if self.not_shown > 0 {
            write!(
                f,
                "; {} not shown at the end",
                counted(self.not_shown, "row")
            )?;
        }
        Ok(())
    }
}

/// Looks at the tape until it ends.
pub(crate) struct Watcher {
    taps: Vec<Watch>,
    connections: HashMap<ConnectionId, Connection>,
    show: Option<Show>,
    keep: Option<Box<dyn Keep>>,
    /// The largest packet that is judged; a larger one passes as any other, and is told as too large.
    largest: usize,
    /// The version that all packets are read as, in place of that of their connection.
    version: Option<ProtocolVersion>,
    /// Lines that are being made.
    lines: Vec<u8>,
    seen: Seen,
}

/// One tap: all its connections are to one server.
#[derive(Default)]
struct Watch {
    monitor: Monitor,
    /// When its first entry came, nanoseconds since 1970.
    since_ns: Option<u64>,
    packets: u64,
}

struct Connection {
    ends: Ends,
    /// What it is called in rows.
    name: String,
    version: ProtocolVersion,
    inner: Inner,
    client: Framer,
    server: Framer,
    packets: u64,
    /// Both sides get what the other sends, or nearly.
    is_judged: bool,
}

impl Watcher {
    pub(crate) fn new(
        taps: usize,
        largest: usize,
        show: Option<Show>,
        keep: Option<Box<dyn Keep>>,
    ) -> Self {
        Self {
            taps: (0..taps).map(|_| Watch::default()).collect(),
            connections: HashMap::new(),
            show,
            keep,
            largest,
            version: None,
            lines: Vec::new(),
            seen: Seen::default(),
        }
    }

    /// What it looks at is a recording, which may lack bytes.
    pub(crate) fn of_recording(mut self) -> Self {
        for watch in &mut self.taps {
            watch.monitor = Monitor::new().of_recording();
        }
        self
    }

    /// The recording is over.
    pub(crate) fn end_recording(&mut self, at_ns: u64) {
        for tap in 0..self.taps.len() {
            let Some(watch) = self.taps.get_mut(tap) else {
                continue;
            };
            watch.monitor.handle_recording_end();
            let at = watch.instant(at_ns);
            self.findings(tap, at);
        }
    }

    /// Reads all packets as this version from now on, in place of that of their connection.
    pub(crate) const fn read_as(&mut self, version: Option<ProtocolVersion>) {
        self.version = version;
    }

    /// What was seen so far.
    pub(crate) const fn seen(&self) -> Seen {
        self.seen
    }

    /// Looks until nothing comes any more.
    pub(crate) fn run(mut self, tape: &Arc<Tape>) -> Result<Seen> {
        let mut roll = Roll::default();
        while tape.take(&mut roll, TICK) {
            let mut start = 0_usize;
            for entry in &roll.entries {
                let len = match entry.what {
                    What::Bytes(_, len) => len,
                    _ => 0,
                };
                let end = start.saturating_add(len);
                self.entry(entry, roll.bytes.get(start..end).unwrap_or_default());
                start = end;
            }
            roll.clear();
            self.pass_time(super::tape::now_ns());
        }
        if let Some(show) = &self.show {
            self.seen.not_shown = self.seen.not_shown.saturating_add(show.screen.left_out());
        }
        if let Some(keep) = &mut self.keep {
            keep.finish()?;
        }
        Ok(self.seen)
    }

    fn pass_time(&mut self, now_ns: u64) {
        for tap in 0..self.taps.len() {
            let at = match self.taps.get_mut(tap) {
                Some(watch) if watch.since_ns.is_some() => {
                    let at = watch.instant(now_ns);
                    watch.monitor.handle_time(at);
                    at
                }
                _ => continue,
            };
            self.findings(tap, at);
        }
        self.show_lines();
        if let Some(keep) = &mut self.keep {
            keep.flush(now_ns);
        }
    }

    /// Takes what happened, with the bytes of a piece.
    pub(crate) fn entry(&mut self, entry: &Entry, bytes: &[u8]) {
        let (tap, id, at_ns) = (usize::from(entry.tap), entry.connection, entry.at_ns);
        let Some(watch) = self.taps.get_mut(tap) else {
            return;
        };
        let at = watch.instant(at_ns);
        match &entry.what {
            What::Opened(ends) => {
                self.seen.connections = self.seen.connections.saturating_add(1);
                if ends.begins {
                    watch.monitor.open(Watched(id.0));
                }
                if let Some(keep) = &mut self.keep {
                    keep.opened(id, ends, at_ns);
                }
                self.connections
                    .insert(id, Connection::new(id, **ends, self.largest));
                let verb = if ends.begins {
                    "connected to"
                } else {
                    "is connected to"
                };
                let text = format!("{} {verb} {}", ends.client, ends.tap);
                self.tell("opened", id, at_ns, &text);
            }
            What::Bytes(from, _) => {
                if let Some(keep) = &mut self.keep {
                    keep.bytes(id, *from, bytes, at_ns);
                }
                self.inside(tap, id, *from, bytes, at_ns);
            }
            What::Gap(from) => self.gap(tap, id, *from, at_ns),
            What::Ended(from) => {
                if let Some(keep) = &mut self.keep {
                    keep.ended(id, *from, at_ns);
                }
            }
            What::Closed(how) => {
                if let Some(keep) = &mut self.keep {
                    keep.closed(id, how, at_ns);
                }
                self.undecided(tap, id, at_ns);
                self.closed(tap, id, how, at, at_ns);
            }
            What::Did(said) => {
                if let Some(mark) = &said.mark {
                    self.marked(tap, id, mark, at_ns);
                }
                self.tell("fault", id, at_ns, &said.text);
            }
        }
        self.findings(tap, at);
    }

    /// Takes bytes as they passed: MQTT, or a WebSocket with MQTT inside.
    fn inside(&mut self, tap: usize, id: ConnectionId, from: Sender, bytes: &[u8], at_ns: u64) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        if matches!(connection.inner, Inner::Plain) {
            return self.bytes(tap, id, from, bytes, at_ns);
        }
        let mut inner = std::mem::replace(&mut connection.inner, Inner::Plain);
        if let Some(held) = inner.settle(from, bytes) {
            self.bytes(tap, id, Sender::Client, &held, at_ns);
            return self.bytes(tap, id, from, bytes, at_ns);
        }
        if inner.handle(from, bytes) {
            self.tell(
                "websocket",
                id,
                at_ns,
                "is a WebSocket, whose messages are read",
            );
        }
        while let Some(found) = inner.poll() {
            match found {
                FromWebSocket::Bytes(from, bytes) => {
                    self.bytes(tap, id, sender_of(from), bytes, at_ns);
                }
                FromWebSocket::Gap(from) => self.gap(tap, id, sender_of(from), at_ns),
                FromWebSocket::Note(note) => self.tell("websocket", id, at_ns, note),
                FromWebSocket::Refused(why) => self.tell("websocket", id, at_ns, &why),
            }
        }
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.inner = inner;
        }
    }

    /// What it was is not known, and nothing more comes.
    fn undecided(&mut self, tap: usize, id: ConnectionId, at_ns: u64) {
        let connection = self.connections.get_mut(&id);
        if let Some(Inner::Unknown(held)) =
            connection.map(|it| std::mem::replace(&mut it.inner, Inner::Plain))
        {
            self.bytes(tap, id, Sender::Client, &held, at_ns);
        }
    }

    fn gap(&mut self, tap: usize, id: ConnectionId, from: Sender, at_ns: u64) {
        let (Some(watch), Some(connection)) =
            (self.taps.get_mut(tap), self.connections.get_mut(&id))
        else {
            return;
        };
        let at = watch.instant(at_ns);
        watch.monitor.handle_gap(Watched(id.0), Some(from), at);
        connection.framer(from).clear();
        let text = format!("bytes of the {} are missing here", sender(from));
        self.tell("gap", id, at_ns, &text);
    }

    fn bytes(&mut self, tap: usize, id: ConnectionId, from: Sender, bytes: &[u8], at_ns: u64) {
        let (Some(watch), Some(connection)) =
            (self.taps.get_mut(tap), self.connections.get_mut(&id))
        else {
            return;
        };
        let at = watch.instant(at_ns);
        let watched = Watched(id.0);
        let mut framer = std::mem::take(connection.framer(from));
        framer.push(bytes);
        if connection.packets == 0 && !connection.ends.begins {
            connection.version = detect(framer.rest(), Some(from)).version;
        }
        if let Some(version) = self.version {
            connection.version = version;
        }
        let is_judged = connection.is_judged;
        if framer.offset() == 0 && is_judged {
            // Another protocol may begin here.
            (watch.monitor).handle_beginning(watched, watch.packets, from, framer.rest(), at);
        }
        while let Some(framed) = framer.next_frame() {
            let number = watch.packets;
            watch.packets = watch.packets.saturating_add(1);
            connection.packets = connection.packets.saturating_add(1);
            self.seen.packets = self.seen.packets.saturating_add(1);
            let context = Context::new(connection.version).sent_by(from);
            let what = match framed {
                Framed::Packet(packet) => {
                    if let Some(frame) = Frame::read(packet, context) {
                        connection.learn(id, &frame, self.version);
                        if is_judged {
                            watch.monitor.handle_frame(watched, number, &frame, at);
                        }
                    }
                    row::What::Packet(packet)
                }
                Framed::TooLarge { start, len } => {
                    if is_judged {
                        let monitor = &mut watch.monitor;
                        monitor.handle_unread(watched, number, from, framed, at);
                    }
                    row::What::TooLarge(start, len)
                }
                Framed::Unframed(rest) => {
                    if is_judged {
                        let monitor = &mut watch.monitor;
                        monitor.handle_unread(watched, number, from, framed, at);
                    }
                    row::What::Foreign(rest)
                }
            };
            let Some(show) = &self.show else {
                continue;
            };
            if show.screen.has_room() {
                let row = Row {
                    connection: Some(&connection.name),
                    number: number.saturating_add(1),
                    at_ms: Some(at_ns / 1_000_000),
                    from: Some(from),
                    version: connection.version,
                    what,
                };
                // Writing to memory does not fail.
                let _ = match show.format {
                    Format::Text => row.text(show.paint, &mut self.lines),
                    Format::Json => row.json(&mut self.lines),
                };
            }
            // What is found stands below the packet that shows it.
            while let Some(finding) = watch.monitor.poll_finding() {
                self.seen.findings = self.seen.findings.saturating_add(1);
                tell_finding(show, &connection.name, &finding, at_ns, &mut self.lines);
            }
            if self.lines.len() > CHUNK {
                show.screen.add(&mut self.lines, left_out(show.format));
            }
        }
        *connection.framer(from) = framer;
    }

    /// A fault took something away or changed it: what follows is not judged by what came before, since the other side
    /// did not get that.
    fn marked(&mut self, tap: usize, id: ConnectionId, mark: &Mark, at_ns: u64) {
        if let Some(keep) = &mut self.keep {
            keep.marked(id, mark, at_ns);
        }
        let (Some(watch), Some(connection)) =
            (self.taps.get_mut(tap), self.connections.get_mut(&id))
        else {
            return;
        };
        if mark.effect.disturbs() {
            let at = watch.instant(at_ns);
            watch.monitor.handle_gap(Watched(id.0), None, at);
        }
        connection.is_judged &= mark.effect != Effect::Silent;
    }

    fn closed(&mut self, tap: usize, id: ConnectionId, how: &Closed, at: Instant, at_ns: u64) {
        let Some(connection) = self.connections.get(&id) else {
            return;
        };
        if let Some(watch) = self.taps.get_mut(tap) {
            for (from, framer) in [
                (Sender::Client, &connection.client),
                (Sender::Server, &connection.server),
            ] {
                watch
                    .monitor
                    .handle_rest(Watched(id.0), from, framer.rest());
            }
            watch.monitor.close(Watched(id.0), at);
        }
        let mut text = match how {
            Closed::Done => "closed".to_owned(),
            Closed::Broken(from, why) => format!("broken off by the {}: {why}", sender(*from)),
            Closed::ByTap(why) => format!("closed by the tap: {why}"),
        };
        // Writing to a string does not fail.
        let _ = write!(text, ", {}", counted(connection.packets, "packet"));
        self.tell("closed", id, at_ns, &text);
        self.findings(tap, at);
        self.connections.remove(&id);
    }

    /// Says what the monitor has found at last, of whichever connection.
    fn findings(&mut self, tap: usize, at: Instant) {
        let Some(watch) = self.taps.get_mut(tap) else {
            return;
        };
        let since_ns = watch.since_ns.unwrap_or(0);
        let at_ns = since_ns.saturating_add(at.micros().saturating_mul(1_000));
        while let Some(finding) = watch.monitor.poll_finding() {
            self.seen.findings = self.seen.findings.saturating_add(1);
            let name = match self.connections.get(&ConnectionId(finding.connection.0)) {
                Some(connection) => connection.name.clone(),
                None => format!("#{}", finding.connection.0),
            };
            if let Some(show) = &self.show {
                tell_finding(show, &name, &finding, at_ns, &mut self.lines);
            }
        }
    }

    /// A line about a connection.
    fn tell(&mut self, kind: &'static str, id: ConnectionId, at_ns: u64, text: &str) {
        let Some(connection) = self.connections.get(&id) else {
            return;
        };
        let Some(show) = &self.show else {
            // What the tap does is told, whoever looks on.
            if kind == "fault" {
                eprintln!("mqttscope: {} {kind}: {text}", connection.name);
            }
            return;
        };
        let told = Told {
            kind,
            connection: &connection.name,
            at_ms: at_ns / 1_000_000,
            text,
        };
        // Writing to memory does not fail.
        let _ = match show.format {
            Format::Text => told.text(true, show.paint, &mut self.lines),
            Format::Json => told.json(&mut self.lines),
        };
    }

    /// Hands on the lines that are made.
    pub(crate) fn show_lines(&mut self) {
        if let Some(show) = &self.show {
            show.screen.add(&mut self.lines, left_out(show.format));
        }
    }
}

/// Lines that are handed on at once.
const CHUNK: usize = 16 << 10;

fn left_out(format: Format) -> impl FnOnce(u64) -> String {
    move |rows| match format {
        Format::Text => format!("      … {rows} rows were not shown: nobody reads them as fast\n"),
        Format::Json => format!("{{\"kind\":\"leftOut\",\"rows\":{rows}}}\n"),
    }
}

fn tell_finding(show: &Show, name: &str, finding: &Finding, at_ns: u64, lines: &mut Vec<u8>) {
    let packets = finding.packets.as_slice().iter();
    let found = report::Finding {
        rule: finding.rule.name(),
        statement: finding.statement(),
        severity: finding.severity(),
        by: Some(finding.by),
        packets: packets
            .map(|&number| usize::try_from(number).unwrap_or(usize::MAX))
            .collect(),
        frame: None,
        at_ms: Some(at_ns / 1_000_000),
        message: finding.message(),
        connection: Some(name.to_owned()),
    };
    // Writing to memory does not fail.
    let _ = match show.format {
        Format::Text => row::finding(&found, show.paint, lines),
        Format::Json => found.json("tap", lines),
    };
}

impl Watch {
    /// The time that the monitor counts in: from the first entry on.
    fn instant(&mut self, at_ns: u64) -> Instant {
        let since = *self.since_ns.get_or_insert(at_ns);
        Instant::from_micros(at_ns.saturating_sub(since) / 1_000)
    }
}

impl Connection {
    fn new(id: ConnectionId, ends: Ends, largest: usize) -> Self {
        Self {
            ends,
            name: format!("#{} {}", id.0, ends.client),
            version: ProtocolVersion::V5,
            inner: Inner::of(&ends),
            client: Framer::new(largest),
            server: Framer::new(largest),
            packets: 0,
            is_judged: true,
        }
    }

    const fn framer(&mut self, from: Sender) -> &mut Framer {
        match from {
            Sender::Client => &mut self.client,
            Sender::Server => &mut self.server,
        }
    }

    /// A CONNECT names the version and the client.
    fn learn(&mut self, id: ConnectionId, frame: &Frame<'_>, version: Option<ProtocolVersion>) {
        if let Ok(ControlPacket::Connect(connect)) = &frame.packet {
            self.version = version.unwrap_or(connect.version);
            let name = connect.client_identifier.as_str();
            self.name = if name.is_empty() {
                format!("#{} {}", id.0, self.ends.client)
            } else {
                let short: String = name.chars().take(LONGEST_NAME).collect();
                format!("#{} {}", id.0, escape::visible(&short))
            };
        }
    }
}
