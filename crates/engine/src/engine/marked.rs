//! What a fault did on purpose to a connection, of a tap that recorded it or of our own: a row, and no blame for what
//! follows from it.

use mqttscope_capture::mark::{Mark, Tapped};
use mqttscope_capture::recording;
use mqttscope_protocol::{ConnectionId, EventKind, RecordId};
use mqttscope_shared::Instant;
use mqttscope_wire::{Context, Frame, PacketType, ProtocolVersion, Sender, Severity};

use super::capturing::event;
use super::{Engine, SocketId};
use crate::captures::{Answered, Heard, awaited_of, fate_of, named_by};
use crate::log::Record;
use crate::states;

/// Records before a mark among which its packet is looked for.
const LOOKED_AT: u64 = 20_000;

/// A connection that a fault struck.
pub(super) struct Struck {
    pub(super) connection: ConnectionId,
    pub(super) socket: SocketId,
    pub(super) version: ProtocolVersion,
    /// Its Client Identifier.
    pub(super) client: String,
    /// What people call it.
    pub(super) name: String,
}

impl Engine {
    /// A tap did something to a connection.
    pub(super) fn marked(
        &mut self,
        id: recording::ConnectionId,
        at: Instant,
        frame: u64,
        comment: &str,
    ) {
        if let Some(tapped) = Tapped::of_comment(comment)
            && let Some(captured) = self.captures.get_mut(id)
        {
            captured.tapped = Some(tapped);
        }
        let Some(mark) = Mark::of_comment(comment) else {
            return;
        };
        self.flush(id);
        self.captured_at = at;
        let Some(captured) = self.captures.get_mut(id) else {
            return;
        };
        if captured.stream.is_none() {
            return;
        }
        captured.disturb(mark.effect);
        let struck = Struck {
            connection: captured.id,
            socket: captured.socket,
            version: captured.version(),
            client: captured.client_identifier().to_owned(),
            name: String::new(),
        };
        let name = self.captures.name(struck.connection).unwrap_or_default();
        self.log.set_frame(frame);
        self.struck(at, &Struck { name, ..struck }, &mark);
        self.captures.changed();
    }

    /// A fault struck a connection.
    pub(super) fn struck(&mut self, at: Instant, struck: &Struck, mark: &Mark) {
        let &Struck {
            connection: number,
            socket,
            version,
            ..
        } = struck;
        let row = event(EventKind::Fault, mark.words.clone());
        let record = self.log.push_event(at, number, version, &row);
        if mark.effect.disturbs() {
            // What one side sent is not what the other got: nobody is judged by what came before.
            if let Some((id, monitor)) = self.watch.monitor(socket) {
                monitor.handle_gap(id, None, at);
            }
            self.turned(at, number, socket, states::Turn::Gap);
        }
        let sent = awaited_of(mark).and_then(|packet| self.newest(number, packet, record));
        if let Some(fate) = fate_of(mark)
            && let Some(packet) = named_by(mark)
            && let Some(packet) = self.newest(number, packet, record)
        {
            self.log.doom(packet, fate);
        }
        let whose = (number, &*struck.client, struck.name.clone());
        self.captures.note_fault(mark, whose, (record, at), sent);
        let judged = self.watch.take(socket);
        self.judged(judged);
    }

    /// The newest packet of a connection before a record, by who sent it, its type and its Packet Identifier; `None`: there
    /// is none, or there are several that nothing tells from each other.
    fn newest(
        &self,
        connection: ConnectionId,
        (sender, kind, identifier): (Sender, PacketType, u16),
        before: RecordId,
    ) -> Option<RecordId> {
        let first = before.0.saturating_sub(LOOKED_AT);
        let mut alike = (first..before.0).rev().map(RecordId).filter(|record| {
            self.log.get(*record).is_some_and(|it| {
                it.connection == connection
                    && it.sender == sender
                    && it.packet_type() == kind
                    && it.packet_identifier == identifier
            })
        });
        let newest = alike.next()?;
        let frame = |record| self.log.get(record).and_then(Record::frame);
        let is_unclear =
            identifier == 0 && (alike.next()).is_some_and(|other| frame(other) == frame(newest));
        (!is_unclear).then_some(newest)
    }

    /// Packets of a connection from this number of the log on: what a fault made lost may be among them again.
    pub(super) fn hear_captured(&mut self, id: recording::ConnectionId, from: u64) {
        if let Some(captured) = self.captures.get_mut(id) {
            let client = captured.client_identifier().to_owned();
            let (connection, version) = (captured.id, captured.version());
            self.hear_again(connection, version, &client, from);
        }
    }

    /// The same of a connection of our own or of a file, by its number.
    pub(super) fn hear_again(
        &mut self,
        connection: ConnectionId,
        version: ProtocolVersion,
        client: &str,
        from: u64,
    ) {
        for record in (from..self.log.end()).map(RecordId) {
            let Some(entry) = self.log.get(record).filter(|entry| entry.is_packet()) else {
                continue;
            };
            let bytes = self.log.bytes(entry);
            let context = Context::new(version).sent_by(entry.sender);
            let Some(frame) = Frame::read(bytes, context) else {
                continue;
            };
            let heard = Heard {
                connection,
                client,
                record,
                at: entry.at,
                version,
                sender: entry.sender,
                bytes,
                frame: &frame,
            };
            let first = |record| self.log.get(record).map(|entry| self.log.bytes(entry));
            let answered = self.captures.hear(&heard, first);
            self.tell_answers(answered);
        }
    }

    /// A connection is over, or nothing more of it is known.
    pub(super) fn hear_no_more(&mut self, id: recording::ConnectionId) {
        if let Some(number) = self.captures.get_mut(id).map(|captured| captured.id) {
            self.hear_none_of(number);
        }
    }

    /// The same by its number.
    pub(super) fn hear_none_of(&mut self, connection: ConnectionId) {
        let answered = self.captures.hear_no_more(connection);
        self.tell_answers(answered);
    }

    /// What a tap sends grows as time passes, also where nobody sends anything: it is so late.
    pub(super) fn hear_nothing(&mut self, now: Instant) {
        if self.answers_due().is_some_and(|due| due <= now) {
            let at = if self.captures.is_used() {
                self.captured_at + (now - self.read_at)
            } else {
                now
            };
            let answered = self.captures.hear_nothing(at);
            self.tell_answers(answered);
            self.changed = true;
        }
    }

    /// When a packet that a fault took away counts as not sent again, though nothing more comes.
    pub(super) fn answers_due(&self) -> Option<Instant> {
        let due = self.captures.awaits_until()?;
        if !self.captures.is_used() {
            return Some(due);
        }
        if !self.captures.grows() {
            return None;
        }
        Some(self.read_at + (due - self.captured_at))
    }

    /// What became of it is a remark among the findings, unless the monitor has judged the packet: it has one verdict.
    fn tell_answers(&mut self, answered: Vec<Answered>) {
        for mut it in answered {
            let verdict = it.came.and_then(|record| self.watch.verdict(record));
            it.answer.severity = it.answer.severity.max(verdict.unwrap_or(Severity::Note));
            if verdict.is_none() {
                let own = self.connections.get(&it.connection);
                let version = own.map_or_else(
                    || self.captures.version_of(it.connection),
                    |own| own.stream.version,
                );
                self.watch.answer(it.connection, version, &it.answer);
            }
            self.captures.keep_answer(&it);
            self.captures.changed();
        }
    }
}
