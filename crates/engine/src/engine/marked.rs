//! What a tap did on purpose to a connection that it recorded: a row, and no blame for what follows from it.

use mqttscope_capture::mark::{Effect, Mark};
use mqttscope_capture::recording;
use mqttscope_protocol::{EventKind, RecordId};
use mqttscope_shared::Instant;
use mqttscope_wire::{Context, Frame};

use super::Engine;
use super::capturing::event;
use crate::captures::{Answered, Heard, awaited_of};
use crate::states;

/// Records before a mark among which its packet is looked for.
const LOOKED_AT: u64 = 20_000;

impl Engine {
    /// A tap did something to a connection.
    pub(super) fn marked(
        &mut self,
        id: recording::ConnectionId,
        at: Instant,
        frame: u64,
        comment: &str,
    ) {
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
        let (number, version, socket) = (captured.id, captured.version(), captured.socket);
        let client = captured.client_identifier().to_owned();
        self.log.set_frame(frame);
        let row = event(EventKind::Fault, mark.words.clone());
        let record = self.log.push_event(at, number, version, &row);
        if mark.effect != Effect::Late {
            // What one side sent is not what the other got: nobody is judged by what came before.
            if let Some((id, monitor)) = self.watch.monitor(socket) {
                monitor.handle_gap(id, at);
            }
            self.turned(at, number, socket, states::Turn::Gap);
        }
        let sent = awaited_of(&mark).and_then(|(sender, kind, identifier)| {
            let first = record.0.saturating_sub(LOOKED_AT);
            (first..record.0).rev().map(RecordId).find(|record| {
                self.log.get(*record).is_some_and(|it| {
                    it.is_packet()
                        && it.connection == number
                        && it.sender == sender
                        && it.packet_type() == kind
                        && it.packet_identifier == identifier
                })
            })
        });
        self.captures
            .note_fault(&mark, (number, &client), (record, at), sent);
        self.captures.changed();
        let judged = self.watch.take(socket);
        self.judged(judged);
    }

    /// Packets of a connection from this number of the log on: what a fault made lost may be among them again.
    pub(super) fn hear_again(&mut self, id: recording::ConnectionId, from: u64) {
        let Some(captured) = self.captures.get_mut(id) else {
            return;
        };
        let (connection, version) = (captured.id, captured.version());
        let client = captured.client_identifier().to_owned();
        for record in (from..self.log.end()).map(RecordId) {
            let Some(entry) = self.log.get(record).filter(|entry| entry.is_packet()) else {
                continue;
            };
            let bytes = self.log.bytes(entry);
            let context = Context::new(version).from(entry.sender);
            let Some(frame) = Frame::read(bytes, context) else {
                continue;
            };
            let heard = Heard {
                connection,
                client: &client,
                record,
                at: entry.at,
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
            let answered = self.captures.hear_no_more(number);
            self.tell_answers(answered);
        }
    }

    /// What became of it is a remark among the findings.
    fn tell_answers(&mut self, answered: Vec<Answered>) {
        for Answered { connection, answer } in answered {
            let version = self.captures.version_of(connection);
            self.watch.answer(connection, version, &answer);
            self.captures.changed();
        }
    }
}
