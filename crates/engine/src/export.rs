//! Files of what was recorded.

use mqttscope_shared::Instant;
mod csv;
mod link;
mod pcapng;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use mqttscope_answers::rfc3339;
use mqttscope_protocol::{ConnectionId, Export, ExportFormat, Exported, PacketLink, RecordId};
use mqttscope_wire::{Dissector, Field, Sender, mask_passwords, summary};
use serde_json::json;

use self::csv::quoted;
pub(crate) use self::pcapng::{Ended, Known};
use crate::log::{Entry, Index, Record, Wanted, WireLog};
use crate::sieve::Facts;
use crate::topics::Topics;
use crate::view::rows;

/// Writes what the export asks for. `known` tells of the ends of connections. Gives the ports besides by which other tools do
/// not know that a capture holds MQTT.
pub(crate) fn write(
    log: &WireLog,
    topics: &Topics,
    facts: Facts<'_>,
    wanted: &Export,
    known: &impl Known,
) -> (Exported, BTreeSet<u16>) {
    let (index, mut writer) = begin(log, topics, facts, wanted);
    if wanted.format == ExportFormat::WirePcapng {
        let (file, ports) = pcapng::write(&mut writer, &index, known);
        return (exported(wanted.format, file), ports);
    }
    match wanted.format {
        ExportFormat::MessagesCsv => {
            writer.text.push(MARK);
            let head =
                "time,utc,connection,client,direction,topic,qos,retain,dup,payload,encoding\n";
            writer.text.push_str(head);
        }
        ExportFormat::WireCsv => {
            writer.text.push(MARK);
            let head = "number,frame,time,utc,connection,client,direction,type,summary,hex\n";
            writer.text.push_str(head);
        }
        ExportFormat::WireHex if has_several(&index, log) => {
            let says = "packets of several connections, in the order of time: on the Dissect page they would be read as one";
            // A string takes everything.
            let _ = writeln!(writer.text, "> # {says}");
        }
        _ => {}
    }
    for id in index.all(log) {
        match (log.entry(id), wanted.format) {
            (Some(Entry::Packet(record)), ExportFormat::WireHex) => writer.hex(record),
            (Some(Entry::Packet(record)), ExportFormat::WireJsonLines) => writer.packet(id, record),
            (Some(Entry::Packet(record)), ExportFormat::WireCsv) => writer.packet_line(id, record),
            (
                Some(Entry::Packet(record)),
                ExportFormat::MessagesJsonLines | ExportFormat::Recording,
            ) => {
                writer.message(record);
            }
            (Some(Entry::Packet(record)), ExportFormat::MessagesCsv) => writer.line(record),
            (Some(Entry::Packet(_)), ExportFormat::WirePcapng | ExportFormat::WireLink) => {}
            (Some(Entry::Event(record)), format) => writer.event(id, record, format),
            (None, _) => {}
        }
    }
    let file = exported(wanted.format, writer.text.into_bytes());
    (file, BTreeSet::new())
}

/// A link to the packets, or why there is none.
pub(crate) fn link(
    log: &WireLog,
    topics: &Topics,
    facts: Facts<'_>,
    wanted: &Export,
) -> Result<PacketLink, String> {
    let (index, mut writer) = begin(log, topics, facts, wanted);
    link::write(&mut writer, &index)
}

/// What is asked for, found.
fn begin<'a>(
    log: &'a WireLog,
    topics: &'a Topics,
    facts: Facts<'a>,
    wanted: &Export,
) -> (Index, Writer<'a>) {
    let messages = matches!(
        wanted.format,
        ExportFormat::MessagesJsonLines | ExportFormat::MessagesCsv | ExportFormat::Recording
    );
    let mut index = Index::default();
    index.want(Wanted {
        connection: wanted.connection,
        messages,
        search: wanted.search.trim().to_owned(),
        span: wanted.span,
        ..Wanted::default()
    });
    while index.extend(log, topics, facts) {}
    let writer = Writer {
        log,
        topics,
        facts,
        with_secrets: wanted.with_secrets,
        dissector: Dissector::new(),
        text: String::new(),
    };
    (index, writer)
}

/// Whether the packets of a list are of more than one connection.
fn has_several(index: &Index, log: &WireLog) -> bool {
    let packets = index.all(log).filter_map(|id| match log.entry(id) {
        Some(Entry::Packet(record)) => Some(record.connection),
        _ => None,
    });
    let mut packets = packets.peekable();
    let first = packets.peek().copied();
    packets.any(|connection| Some(connection) != first)
}

fn exported(format: ExportFormat, bytes: Vec<u8>) -> Exported {
    let (name, mime) = match format {
        ExportFormat::WirePcapng => ("wire.pcapng", "application/vnd.tcpdump.pcap"),
        ExportFormat::WireHex | ExportFormat::WireLink => ("wire.txt", "text/plain"),
        ExportFormat::WireJsonLines => ("wire.jsonl", "application/jsonl"),
        ExportFormat::WireCsv => ("wire.csv", "text/csv"),
        ExportFormat::MessagesJsonLines => ("messages.jsonl", "application/jsonl"),
        ExportFormat::MessagesCsv => ("messages.csv", "text/csv"),
        ExportFormat::Recording => ("recording.jsonl", "application/jsonl"),
    };
    Exported {
        name: format!("mqttscope-{name}"),
        mime: mime.into(),
        bytes,
    }
}

/// By this a spreadsheet knows that a table is UTF-8.
const MARK: char = '\u{feff}';

struct Writer<'a> {
    log: &'a WireLog,
    topics: &'a Topics,
    facts: Facts<'a>,
    with_secrets: bool,
    dissector: Dissector,
    text: String,
}

impl Writer<'_> {
    /// The packet's bytes, with stars for passwords and authentication data unless they are wanted.
    fn bytes(&mut self, record: &Record) -> Vec<u8> {
        let mut bytes = self.log.bytes(record).to_vec();
        if self.with_secrets {
            return bytes;
        }
        let dissection = self.dissector.dissect(&bytes, rows::context(record));
        let secrets: Vec<_> = dissection
            .tree
            .nodes()
            .iter()
            .filter(|node| node.field == Field::AuthenticationData)
            .map(|node| node.span.bytes())
            .collect();
        mask_passwords(&mut bytes);
        for (start, end) in secrets {
            // The first two bytes are the length.
            if let Some(secret) = bytes.get_mut(start.saturating_add(2)..end) {
                secret.fill(b'*');
            }
        }
        bytes
    }

    /// Counted from 0 since the log was last cleared.
    fn number(&self, id: RecordId) -> u64 {
        id.0.saturating_sub(self.log.floor())
    }

    /// Whose packet it is: the Client Identifier of its connection, or what else that is called.
    fn client(&self, id: ConnectionId) -> String {
        let captured = self.facts.captures.and_then(|captures| captures.name(id));
        captured.unwrap_or_else(|| {
            let own = self.facts.connections.and_then(|own| own.get(&id));
            let Some(own) = own else { return String::new() };
            match own.client.view().client_identifier {
                "" => own.profile.shown_name().to_owned(),
                name => name.to_owned(),
            }
        })
    }

    /// When and whose: the same columns of every line.
    fn begin(&mut self, record: &Record) {
        let client = self.client(record.connection);
        // Writing into a String does not fail.
        let _ = write!(
            self.text,
            "{},{},{},{}",
            time(record.at),
            rfc3339(record.at.millis()),
            record.connection.0,
            quoted(&client),
        );
    }

    /// The number of a packet, and the frame of its capture.
    fn begin_numbered(&mut self, id: RecordId, record: &Record) {
        let frame = record.frame().map_or_else(String::new, |it| it.to_string());
        // As above.
        let _ = write!(self.text, "{},{frame},", self.number(id));
        self.begin(record);
    }

    fn hex(&mut self, record: &Record) {
        let arrow = match record.sender {
            Sender::Client => '>',
            Sender::Server => '<',
        };
        self.text.push(arrow);
        for byte in self.bytes(record) {
            // As above.
            let _ = write!(self.text, " {byte:02x}");
        }
        self.text.push('\n');
    }

    fn packet(&mut self, id: RecordId, record: &Record) {
        let bytes = self.bytes(record);
        let summary = summary(
            self.dissector.dissect(&bytes, rows::context(record)),
            &bytes,
        );
        let hex = hex(&bytes).concat();
        let line = json!({
            "number": self.number(id),
            "frame": record.frame(),
            "time": time(record.at),
            "utc": rfc3339(record.at.millis()),
            "connection": record.connection.0,
            "client": self.client(record.connection),
            "direction": direction(record),
            "version": record.version.name(),
            "type": record.packet_type().name(),
            "summary": summary,
            "answers": self.log.linked(id).filter(|other| other.0 < id.0).map(|other| self.number(other)),
            "hex": hex,
        });
        self.json(&line);
    }

    fn packet_line(&mut self, id: RecordId, record: &Record) {
        let bytes = self.bytes(record);
        let context = rows::context(record);
        let summary = summary(self.dissector.dissect(&bytes, context), &bytes);
        let hex = hex(&bytes).concat();
        self.begin_numbered(id, record);
        // As above.
        let _ = writeln!(
            self.text,
            ",{},{},{},{hex}",
            direction(record),
            record.packet_type().name(),
            quoted(&summary),
        );
    }

    /// A connection that opened or closed: a comment between lines of hex, an object or a line else.
    fn event(&mut self, id: RecordId, record: &Record, format: ExportFormat) {
        let Some(event) = self.facts.event(self.log, record) else {
            return;
        };
        match format {
            ExportFormat::WireHex => {
                // Behind a mark as all lines are, so that who sent what is still read.
                let one_line = event.line().replace(['\r', '\n'], " ");
                let _ = writeln!(
                    self.text,
                    "> # connection {} {} {one_line}",
                    record.connection.0,
                    event.name(),
                );
            }
            ExportFormat::WireJsonLines => {
                let line = json!({
                    "number": self.number(id),
                    "frame": record.frame(),
                    "time": time(record.at),
                    "utc": rfc3339(record.at.millis()),
                    "connection": record.connection.0,
                    "client": self.client(record.connection),
                    "version": record.version.name(),
                    "event": event.name(),
                    "address": event.address,
                    "after_ms": event.after.as_secs_f64() * 1_000.0,
                    "by": event.by.map(|_| event.by_whom()),
                    "code": event.code,
                    "reason": event.reason,
                    "cause": event.cause,
                    "summary": event.line(),
                });
                self.json(&line);
            }
            ExportFormat::WireCsv => {
                self.begin_numbered(id, record);
                let _ = writeln!(self.text, ",,{},{},", event.name(), quoted(&event.line()),);
            }
            // A list of messages has messages only, and a capture is written by itself.
            ExportFormat::WirePcapng
            | ExportFormat::WireLink
            | ExportFormat::MessagesJsonLines
            | ExportFormat::MessagesCsv
            | ExportFormat::Recording => {}
        }
    }

    fn message(&mut self, record: &Record) {
        let Some(publish) = rows::publish(self.log, record) else {
            return;
        };
        let mut line = json!({
            "frame": record.frame(),
            "time": time(record.at),
            "utc": rfc3339(record.at.millis()),
            "connection": record.connection.0,
            "client": self.client(record.connection),
            "direction": direction(record),
            "topic": rows::topic_of(self.log, self.topics, record).unwrap_or_default(),
            "qos": publish.qos as u8,
            "retain": publish.retain,
            "dup": publish.dup,
        });
        let (key, payload) = match std::str::from_utf8(publish.payload) {
            Ok(text) => ("payload", text.to_owned()),
            Err(_) => ("payload_hex", hex(publish.payload).concat()),
        };
        if let Some(members) = line.as_object_mut() {
            members.insert(key.into(), payload.into());
        }
        self.json(&line);
    }

    fn json(&mut self, line: &serde_json::Value) {
        // As above.
        let _ = writeln!(self.text, "{line}");
    }

    fn line(&mut self, record: &Record) {
        let Some(publish) = rows::publish(self.log, record) else {
            return;
        };
        let topic = rows::topic_of(self.log, self.topics, record).unwrap_or_default();
        // With spaces, so that no spreadsheet takes `00e180` for a number.
        let (payload, encoding) = match std::str::from_utf8(publish.payload) {
            Ok(text) => (quoted(text), "utf-8"),
            Err(_) => (quoted(&hex(publish.payload).join(" ")), "hex"),
        };
        self.begin(record);
        // As above.
        let _ = writeln!(
            self.text,
            ",{},{},{},{},{},{payload},{encoding}",
            direction(record),
            quoted(&topic),
            publish.qos as u8,
            publish.retain,
            publish.dup,
        );
    }
}

/// Two digits for each byte.
fn hex(bytes: &[u8]) -> Vec<String> {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

const fn direction(record: &Record) -> &'static str {
    match record.sender {
        Sender::Client => "out",
        Sender::Server => "in",
    }
}

/// Seconds since 1970, to the microsecond.
fn time(at: Instant) -> String {
    let micros = at.micros();
    format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}
