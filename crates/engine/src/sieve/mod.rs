//! What a list is narrowed to: words, or a filter held against packets with all that is known of them.

mod row;
mod said;
mod words;

use std::collections::{BTreeMap, HashMap};

use mqttscope_filter::{Broken, HandshakeState, Matcher, Relies, Search};
use mqttscope_protocol::{
    ConnectionEvent, ConnectionId, EventKind, FindingView, FlowState, RecordId,
};
use mqttscope_wire::Severity;

use crate::captures::Captures;
use crate::connection::Connection;
use crate::log::{Entry, Record, WireLog};
use crate::topics::Topics;
use crate::view::flows;
use crate::watch::Watch;
use row::Row;
use words::{Beside, Words};

/// Packets that go before their findings are let go.
const PRUNED: u64 = 1 << 16;

/// What is known beside the log; none of it where a list asks for nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Facts<'a> {
    pub(crate) connections: Option<&'a BTreeMap<ConnectionId, Connection>>,
    pub(crate) captures: Option<&'a Captures>,
    pub(crate) watch: Option<&'a Watch>,
    /// How far the clocks are behind UTC that rows show times by.
    pub(crate) minutes_behind: f64,
}

impl Facts<'_> {
    /// What happened in a row that is no packet.
    pub(crate) fn event(&self, log: &WireLog, record: &Record) -> Option<ConnectionEvent> {
        match self.captures {
            Some(captures) => captures.event(log, record),
            None => log.event(record),
        }
    }
}

/// What must be judged again.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// Packets to be judged one by one.
    pub(crate) packets: Vec<u64>,
    /// All of these connections from a number on.
    pub(crate) connections: Vec<(ConnectionId, u64)>,
    /// All packets of all connections.
    pub(crate) all: bool,
}

/// What is looked for, as far as it may change, and where that was read to.
#[derive(Debug, Default)]
struct Known {
    is_begun: bool,
    findings: HashMap<u64, Vec<(Broken, Severity)>>,
    /// Findings that were read.
    found: u64,
    /// The same of Sparkplug's.
    found_of_sparkplug: u64,
    /// Those of packets before this number were let go.
    pruned: u64,
    handshakes: HashMap<u64, HandshakeState>,
    /// The clients of our own connections; where words are looked for, what the connections are called.
    clients: BTreeMap<ConnectionId, String>,
    /// What rows call connections, as far as it was asked.
    names: HashMap<ConnectionId, String>,
    /// Changes of the log that were read.
    touched: u64,
    /// The same of names of captured clients.
    renamed: u64,
}

/// See [the module](self).
#[derive(Debug, Default)]
pub(crate) struct Sieve {
    text: String,
    search: Looked,
    /// Whether the list is of one connection, so that no row says whose it is.
    is_of_one: bool,
    known: Known,
}

#[derive(Debug, Default)]
enum Looked {
    #[default]
    All,
    Words(Words),
    Topic(String),
    Hex(String),
    Filter(Box<Matcher>),
}

impl Looked {
    fn read(text: &str) -> Self {
        match Search::read(text) {
            Ok(Search::Nothing) => Self::All,
            Ok(Search::Words(words)) => Self::Words(Words::new(words)),
            Ok(Search::Topic(filter)) => Self::Topic(filter),
            Ok(Search::Hex(digits)) => Self::Hex(digits),
            Ok(Search::Filter(filter)) => match Matcher::new(&filter) {
                Ok(matcher) => Self::Filter(Box::new(matcher)),
                Err(_) => Self::Words(Words::new(text.to_owned())),
            },
            // Whoever takes texts from people asks what is wrong with them before.
            Err(_) => Self::Words(Words::new(text.to_owned())),
        }
    }
}

impl Sieve {
    /// One for this text.
    pub(crate) fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            search: Looked::read(text),
            is_of_one: false,
            known: Known::default(),
        }
    }

    /// The same for a list that may be of one connection.
    pub(crate) fn of_one(self, is_of_one: bool) -> Self {
        Self { is_of_one, ..self }
    }

    /// Looks for this text from now on.
    pub(crate) fn want(&mut self, text: &str) {
        if self.text != text {
            *self = Self::new(text);
        }
    }

    /// Whether all passes.
    pub(crate) const fn is_open(&self) -> bool {
        matches!(self.search, Looked::All)
    }

    fn relies(&self) -> Relies {
        match &self.search {
            Looked::Filter(matcher) => matcher.relies(),
            Looked::Words(words) => words.relies(),
            _ => Relies::default(),
        }
    }

    /// Reads what changed since it was asked before.
    pub(crate) fn refresh(&mut self, log: &WireLog, facts: Facts<'_>) -> Changes {
        let relies = self.relies();
        let mut changes = Changes::default();
        if relies == Relies::default() {
            return changes;
        }
        let words = match &self.search {
            Looked::Words(words) => Some(words),
            _ => None,
        };
        let known = &mut self.known;
        if !core::mem::replace(&mut known.is_begun, true) {
            known.touched = log.touched().end();
            known.renamed = facts
                .captures
                .map_or(0, |captures| captures.renamed().end());
        }
        // Words are those of findings, and not of what a packet's record says of these.
        if relies.answers || relies.findings && words.is_none() {
            match log.touched().since(known.touched) {
                Some(touched) => changes.packets.extend(touched),
                None => changes.all = true,
            }
            known.touched = log.touched().end();
        }
        if let Some(watch) = facts.watch {
            if relies.findings {
                known.read_findings(words, watch, log, &mut changes);
            }
            if relies.handshakes {
                known.read_handshakes(watch, log, &mut changes);
            }
        }
        if relies.clients {
            known.read_clients(words.is_some(), self.is_of_one, log, facts, &mut changes);
        }
        changes
    }

    /// Whether a packet passes.
    pub(crate) fn passes(
        &mut self,
        id: RecordId,
        record: &Record,
        log: &WireLog,
        topics: &Topics,
        facts: Facts<'_>,
    ) -> bool {
        match &mut self.search {
            Looked::All => true,
            Looked::Words(words) => {
                let known = &mut self.known;
                known.findings.contains_key(&id.0)
                    || words.are_in(
                        record,
                        log,
                        topics,
                        known.beside(record, facts, self.is_of_one),
                    )
            }
            Looked::Topic(filter) => words::covers_topic(filter, record, log, topics),
            Looked::Hex(digits) => words::contains_hex(log.bytes(record), digits),
            Looked::Filter(matcher) => matcher.matches(&Row {
                id,
                record,
                bytes: log.bytes(record),
                log,
                topics,
                facts,
                known: &self.known,
            }),
        }
    }

    /// Whether the opening or closing of a connection does.
    pub(crate) fn passes_event(
        &mut self,
        id: RecordId,
        record: &Record,
        log: &WireLog,
        topics: &Topics,
        facts: Facts<'_>,
    ) -> bool {
        match &mut self.search {
            Looked::All => true,
            Looked::Filter(matcher) => {
                (record.is_packet() || matcher.is_of_connections())
                    && matcher.matches(&Row {
                        id,
                        record,
                        bytes: &[],
                        log,
                        topics,
                        facts,
                        known: &self.known,
                    })
            }
            Looked::Topic(filter) if words::covers_topic(filter, record, log, topics) => true,
            _ => facts.event(log, record).is_some_and(|event| {
                let (name, chip) = match event.kind {
                    EventKind::Told(_) => (event.reason.as_str(), "from a log "),
                    _ => (event.name(), ""),
                };
                let line = format!("{name} {chip}{} {}", event.row(), event.address);
                let Looked::Words(words) = &self.search else {
                    return words::contains(line.as_bytes(), self.text.as_bytes());
                };
                let beside = self.known.beside(record, facts, self.is_of_one);
                words.are_in_event(record, log, &line, beside)
            }),
        }
    }

    /// Whether a text has the words that are looked for.
    pub(crate) fn is_said_in(&self, text: &str) -> bool {
        matches!(&self.search, Looked::Words(words) if words.are_in_text(text))
    }
}

impl Known {
    fn read_findings(
        &mut self,
        words: Option<&Words>,
        watch: &Watch,
        log: &WireLog,
        changes: &mut Changes,
    ) {
        let is_said =
            |view: &FindingView| words.is_none_or(|words| words.are_in_text(&view.says()));
        let mut add = |packets: &[RecordId], rule: Broken, severity: Severity| {
            for packet in packets {
                let of = self.findings.entry(packet.0).or_default();
                of.push((rule, severity));
                changes.packets.push(packet.0);
            }
        };
        for found in watch.found_since(self.found) {
            self.found = found.number.saturating_add(1);
            if words.is_none() || is_said(&found.view()) {
                add(
                    found.packets(),
                    Broken::Mqtt(found.rule()),
                    found.severity(),
                );
            }
        }
        for found in watch.sparkplug_since(self.found_of_sparkplug) {
            self.found_of_sparkplug = found.number.saturating_add(1);
            if is_said(&found.view) {
                add(&found.view.packets, found.rule, found.view.severity);
            }
        }
        if log.oldest().saturating_sub(self.pruned) > PRUNED {
            self.pruned = log.oldest();
            self.findings.retain(|&packet, _| packet >= log.oldest());
        }
    }

    fn read_handshakes(&mut self, watch: &Watch, log: &WireLog, changes: &mut Changes) {
        let mut states: HashMap<u64, HandshakeState> = HashMap::new();
        for flow in watch.flows(None, RecordId(log.first())) {
            let state = match flows::state(&flow, log) {
                FlowState::Complete => HandshakeState::Complete,
                FlowState::Waiting => HandshakeState::Waiting,
                FlowState::Resent => HandshakeState::Resent,
                FlowState::Refused => HandshakeState::Refused,
                FlowState::Broken => HandshakeState::Broken,
                FlowState::Unknown => HandshakeState::Unknown,
            };
            for packet in flow.packets() {
                // A request's message has a handshake of its own, which counts.
                if flow.is_request() {
                    states.entry(packet.0).or_insert(state);
                } else {
                    states.insert(packet.0, state);
                }
            }
        }
        let differs = |(packet, state): (&u64, &HandshakeState), other: &HashMap<_, _>| {
            (other.get(packet) != Some(state)).then_some(*packet)
        };
        let new = states.iter().filter_map(|it| differs(it, &self.handshakes));
        changes.packets.extend(new);
        let gone = self.handshakes.iter().filter_map(|it| differs(it, &states));
        changes.packets.extend(gone);
        self.handshakes = states;
    }

    fn read_clients(
        &mut self,
        is_of_rows: bool,
        is_of_one: bool,
        log: &WireLog,
        facts: Facts<'_>,
        changes: &mut Changes,
    ) {
        if let Some(captures) = facts.captures {
            match captures.renamed().since(self.renamed) {
                Some(renamed) => {
                    for &(id, first) in renamed {
                        self.names.remove(&id);
                        changes.connections.push((id, first));
                    }
                }
                None => {
                    self.names.clear();
                    changes.all = true;
                }
            }
            self.renamed = captures.renamed().end();
        }
        for (id, connection) in facts.connections.into_iter().flatten() {
            let name = if is_of_rows {
                row_name(*id, facts, is_of_one).unwrap_or_default()
            } else {
                connection.client.view().client_identifier.to_owned()
            };
            if self.clients.get(id) != Some(&name) {
                self.names.remove(id);
                self.clients.insert(*id, name);
                changes.connections.push((*id, log.first()));
            }
        }
    }

    /// What the row of a packet says beside it.
    fn beside(&mut self, record: &Record, facts: Facts<'_>, is_of_one: bool) -> Beside<'_> {
        let id = record.connection;
        let name = (self.names.entry(id))
            .or_insert_with(|| row_name(id, facts, is_of_one).unwrap_or_default());
        Beside {
            name,
            minutes_behind: facts.minutes_behind,
        }
    }
}

/// What the row of a packet calls its connection, where it says it.
fn row_name(id: ConnectionId, facts: Facts<'_>, is_of_one: bool) -> Option<String> {
    if let Some(name) = facts.captures.and_then(|captures| captures.name(id)) {
        return Some(name);
    }
    let own = facts
        .connections
        .filter(|own| own.len() > 1 && !is_of_one)?;
    Some(own.get(&id)?.profile.shown_name())
}

impl Changes {
    /// Whether there is any.
    pub(crate) fn is_any(&self) -> bool {
        self.all || !self.packets.is_empty() || !self.connections.is_empty()
    }

    /// Every entry below `end` that it is about, each once.
    pub(crate) fn entries(&mut self, log: &WireLog, end: u64) -> Vec<u64> {
        let mut entries = core::mem::take(&mut self.packets);
        for &(connection, from) in &self.connections {
            let numbers = from.max(log.first())..end;
            entries.extend(numbers.filter(|&number| {
                let entry = log.entry(RecordId(number));
                entry.is_some_and(|entry: Entry<'_>| entry.record().connection == connection)
            }));
        }
        entries.retain(|&number| number < end && number >= log.first());
        entries.sort_unstable();
        entries.dedup();
        entries
    }
}
