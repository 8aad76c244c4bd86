//! An engine whose links to the built-in broker are a broker in the test.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]

use core::time::Duration;

use std::collections::HashMap;

use mqttscope_answers::{ScriptNews, Table};
use mqttscope_broker::{self as broker, Broker, Options, Transmit};
use mqttscope_engine::{Closed, Engine, SocketId, Transport};
use mqttscope_protocol::{
    AnswersView, BytesSent, CaseOffers, CaseView, Chart, CheckView, Command, ConnectionId,
    EventView, ExaminedCheck, ExaminedView, Exported, FaultRow, FindingView, FlowView, History,
    MessageRow, Notice, Packet, Profile, Published, Report, StateAt, Summary, TapFaults, Target,
    TimedPacket, TopicRow, WireRow,
};
use mqttscope_shared::Instant;
use mqttscope_wire::{
    Context, ControlPacket, Decoded, Property, PropertyId, ProtocolVersion, decode,
};

pub(crate) struct World {
    pub(crate) engine: Engine,
    pub(crate) now: Instant,
    /// Sockets that were asked for and are nobody's.
    pub(crate) asked: Vec<Transport>,
    /// Reports that came while time went by.
    reported: Vec<Report>,
    broker: Broker,
    links: HashMap<SocketId, broker::ConnectionId>,
    /// A packet of the broker that begins with this byte does not come.
    pub(crate) lost: Option<u8>,
}

/// What was reported.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) summary: Summary,
    /// The rows of the packets.
    pub(crate) wire: Vec<WireRow>,
    /// Connections that opened and closed, among the packets.
    pub(crate) events: Vec<WireRow>,
    pub(crate) inspected: Vec<EventView>,
    pub(crate) revealed: Option<u64>,
    pub(crate) messages: Vec<MessageRow>,
    pub(crate) topics: Vec<TopicRow>,
    pub(crate) flows: Vec<FlowView>,
    pub(crate) findings: Vec<FindingView>,
    /// Findings that its rows stand for.
    pub(crate) listed: u64,
    pub(crate) state: Option<StateAt>,
    pub(crate) history: Option<History>,
    pub(crate) chart: Option<Chart>,
    pub(crate) notices: Vec<Notice>,
    pub(crate) packets: Vec<Packet>,
    pub(crate) handshake: Vec<TimedPacket>,
    pub(crate) files: Vec<Exported>,
    pub(crate) published: Vec<Published>,
    pub(crate) bytes_sent: Vec<BytesSent>,
    pub(crate) answers: Vec<AnswersView>,
    pub(crate) tables: Vec<Vec<Table>>,
    pub(crate) scripts: Vec<ScriptNews>,
    pub(crate) recordings: Vec<Vec<u8>>,
    pub(crate) checks: Vec<CheckView>,
    pub(crate) examination: Vec<ExaminedView>,
    pub(crate) examined: Vec<ExaminedCheck>,
    pub(crate) offers: Vec<CaseOffers>,
    pub(crate) cases: Vec<CaseView>,
    /// With whether it is an answer.
    pub(crate) faults: Vec<(TapFaults, bool)>,
    pub(crate) fault_rows: Vec<FaultRow>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self {
            engine: Engine::new(1),
            now: Instant::from_millis(1_000_000),
            asked: Vec::new(),
            reported: Vec::new(),
            broker: Broker::new(Options::new(0)),
            links: HashMap::new(),
            lost: None,
        }
    }

    pub(crate) fn command(&mut self, command: Command) {
        self.engine.handle_command(self.now, command);
        self.settle();
    }

    /// Lets time go by.
    pub(crate) fn pass(&mut self, millis: u64) {
        let end = self.now + Duration::from_millis(millis);
        while let Some(due) = self.engine.poll_timeout().filter(|due| *due <= end) {
            self.now = due.max(self.now + Duration::from_millis(1));
            self.engine.handle_timeout(self.now);
            self.settle();
            // The page draws at once.
            let reports = self.engine.reports(self.now);
            self.reported.extend(reports);
            self.engine.handle_command(self.now, Command::Drawn);
        }
        self.now = end;
    }

    /// The same where what the broker does by itself counts: keep alive, expiry, wills.
    pub(crate) fn pass_at_both_ends(&mut self, millis: u64) {
        let end = self.now + Duration::from_millis(millis);
        loop {
            let due = self.engine.poll_timeout().into_iter();
            let due = due.chain(self.broker.poll_timeout()).min();
            let Some(due) = due.filter(|due| *due <= end) else {
                break;
            };
            self.now = due.max(self.now + Duration::from_millis(1));
            self.broker.handle_timeout(self.now);
            self.settle();
            self.engine.handle_timeout(self.now);
            self.settle();
            let reports = self.engine.reports(self.now);
            self.reported.extend(reports);
            self.engine.handle_command(self.now, Command::Drawn);
        }
        self.now = end;
    }

    /// What the page is told once all is quiet.
    pub(crate) fn look(&mut self) -> Seen {
        self.now += Duration::from_millis(1_001);
        let mut seen = Seen::default();
        let mut reports = core::mem::take(&mut self.reported);
        reports.extend(self.engine.reports(self.now));
        for report in reports {
            match report {
                Report::Summary(summary) => seen.summary = *summary,
                Report::Wire { rows, revealed, .. } => {
                    (seen.events, seen.wire) =
                        rows.into_iter().partition(|row| row.event.is_some());
                    seen.revealed = revealed.map(|(_, row)| row);
                }
                Report::Messages { rows, .. } => seen.messages = rows,
                Report::Topics { rows, .. } => seen.topics = rows,
                Report::Notice(notice) => seen.notices.push(notice),
                Report::Packet(packet) => seen.packets.push(packet),
                Report::Handshake(packets) => seen.handshake = packets,
                Report::Exported(file) => seen.files.push(file),
                Report::Flows { rows, .. } => seen.flows = rows,
                Report::Findings { rows, findings, .. } => {
                    (seen.findings, seen.listed) = (rows, findings);
                }
                Report::State(state) => seen.state = state.map(|state| *state),
                Report::History(history) => seen.history = Some(history),
                Report::Event(event) => seen.inspected.push(*event),
                Report::Published(published) => seen.published.push(published),
                Report::BytesSent(sent) => seen.bytes_sent.push(sent),
                Report::Answers(view) => {
                    seen.tables.extend(view.tables.clone());
                    seen.answers.push(*view);
                }
                Report::Recording(text) => seen.recordings.push(text),
                Report::Script(_, news) => seen.scripts.push(*news),
                Report::Checks(checks) => seen.checks = checks,
                Report::Examination(view) => seen.examination.push(*view),
                Report::Faults {
                    told,
                    rows,
                    is_answer,
                } => {
                    seen.faults.push((told, is_answer));
                    seen.fault_rows = rows;
                }
                Report::CaseOffers(offers) => seen.offers.push(*offers),
                Report::Case(case) => seen.cases.push(*case),
                Report::Examined(check) | Report::Led(check) => seen.examined.push(*check),
                Report::Chart(chart) => seen.chart = Some(chart),
                Report::Captured { .. } | Report::Timeline(_) | Report::Link(_) => {}
            }
        }
        self.engine.handle_command(self.now, Command::Drawn);
        seen
    }

    /// The socket that was asked for last and is nobody's.
    pub(crate) fn socket_asked_for(&mut self) -> SocketId {
        let Some(Transport::Open { socket, .. }) = self.asked.pop() else {
            panic!("no socket is asked for");
        };
        socket
    }

    /// Connection 1, whose server is the test: its socket is open, and the CONNECT has no answer.
    pub(crate) fn connect_to_the_test(&mut self) -> SocketId {
        let profile = Profile {
            target: Target::WebSocket("ws://127.0.0.1:1".into()),
            ..Profile::default()
        };
        self.command(Command::Connect(ConnectionId(1), Box::new(profile)));
        let socket = self.socket_asked_for();
        self.engine.handle_open(self.now, socket);
        socket
    }

    pub(crate) fn socket_of_first(&self) -> SocketId {
        *self.links.keys().min().unwrap()
    }

    /// What the broker still holds: sessions and retained messages.
    pub(crate) fn left_at_broker(&self) -> (usize, usize) {
        let mut retained = 0;
        self.broker.visit_retained(|_| retained += 1);
        (self.broker.sessions().count(), retained)
    }

    fn settle(&mut self) {
        let now = self.now;
        loop {
            if let Some(transport) = self.engine.poll_transport() {
                match transport {
                    Transport::Open {
                        socket,
                        target: Target::BuiltIn,
                        ..
                    } => {
                        self.links.insert(socket, self.broker.handle_open(now));
                        self.engine.handle_open(self.now, socket);
                    }
                    open @ Transport::Open { .. } => self.asked.push(open),
                    Transport::Send { socket, bytes } => {
                        if let Some(&link) = self.links.get(&socket) {
                            self.broker.handle_bytes(now, link, &bytes);
                        }
                    }
                    Transport::Close { socket } => {
                        if let Some(link) = self.links.remove(&socket) {
                            self.broker.handle_closed(now, link);
                        }
                    }
                }
            } else if let Some((link, transmit)) = self.broker.poll_transmit() {
                let Some(socket) = self
                    .links
                    .iter()
                    .find(|(_, of)| **of == link)
                    .map(|(s, _)| *s)
                else {
                    continue;
                };
                match transmit {
                    Transmit::Bytes(bytes) if bytes.first().copied() == self.lost => {}
                    Transmit::Bytes(bytes) => self.engine.handle_bytes(self.now, socket, &bytes),
                    Transmit::Close => {
                        self.links.remove(&socket);
                        self.engine
                            .handle_closed(self.now, socket, &Closed::default());
                    }
                }
            } else {
                return;
            }
        }
    }
}

/// Response Topic and Correlation Data of a PUBLISH.
pub(crate) fn properties_of(packet: &Packet) -> (String, Vec<u8>) {
    let Ok(Decoded::Packet {
        packet: ControlPacket::Publish(publish),
        ..
    }) = decode(&packet.bytes, Context::new(ProtocolVersion::V5))
    else {
        panic!("no PUBLISH");
    };
    let find = |id| publish.properties.get(id);
    match (
        find(PropertyId::RESPONSE_TOPIC),
        find(PropertyId::CORRELATION_DATA),
    ) {
        (Some(Property::ResponseTopic(topic)), Some(Property::CorrelationData(data))) => {
            (topic.as_str().to_owned(), data.as_bytes().to_vec())
        }
        other => panic!("{other:?}"),
    }
}
