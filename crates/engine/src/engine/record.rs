//! Bytes of our own connections into the log.

use mqttscope_client::Phase;
use mqttscope_faults::Link;
use mqttscope_protocol::{ConnectionId, Fate, RecordId};
use mqttscope_shared::Instant;
use mqttscope_wire::{Context, Sender, dissect};

use super::Engine;
use crate::connection::SocketId;
use crate::stream::{Recorder, Stream};
use crate::unfinished;

impl Engine {
    /// Takes bytes of either direction, see [`Recorder::record`]; what a server sent, the client answers.
    pub(super) fn record(&mut self, now: Instant, id: ConnectionId, sender: Sender, bytes: &[u8]) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        let socket = connection.socket;
        let inwards = sender == Sender::Server;
        // Its client gets what faults let through, see `through_faults`.
        let link = connection.faulty.as_deref();
        let is_heard = inwards && link.is_none();
        // Nobody gets what is sent here, and nobody is judged by it.
        let is_silent = link.is_some_and(Link::is_silent);
        let before = self.log.end();
        let empty = Stream::new(id, connection.stream.version);
        let mut stream = core::mem::replace(&mut connection.stream, empty);
        let mut messages = 0_u64;
        let mut recorder = Recorder {
            log: &mut self.log,
            links: &mut self.links,
            topics: &mut self.topics,
            monitor: socket
                .filter(|_| !is_silent)
                .and_then(|socket| self.watch.monitor(socket)),
            now,
        };
        recorder.record(&mut stream, sender, bytes, |written, topics| {
            let attempt = &mut connection.attempt;
            attempt.packet(now, sender, written.first, written.record);
            self.payloads.sparkplug.note(id, sender, written, topics);
            if let Some((topic, name)) = written.topic {
                messages = messages.saturating_add(1);
                if inwards {
                    connection.count(topic, name, topics, written.properties());
                }
            }
            if inwards {
                if let Some(by_hand) = &mut connection.by_hand {
                    by_hand.followed(now, written.record, written.first);
                }
                match written.frame {
                    _ if !is_heard => {}
                    Some(frame) => connection.client.handle_frame(now, frame),
                    None => connection.client.handle_rest(now, written.bytes),
                }
            }
        });
        if is_heard {
            connection.client.handle_rest(now, stream.inwards.rest());
        }
        connection.stream = stream;
        if inwards {
            connection.note_unfinished(now);
        }
        let phase = connection.client.view().phase;
        let is_given_up = is_heard && !matches!(phase, Phase::Connecting | Phase::Connected);
        connection
            .meter
            .note(now, inwards, messages, bytes.len() as u64);
        self.pace.packets(now);
        if is_given_up && let Some(socket) = socket {
            // The client has ended the connection over these bytes: they stand before what it says to that.
            self.record_rest(now, id, socket);
        }
        self.tell_bytes_sent(id);
        if let Some(socket) = socket {
            let judged = self.watch.take(socket);
            self.judged(judged);
        }
        self.judge_sparkplug();
        if is_silent {
            for record in (before..self.log.end()).map(RecordId) {
                self.log.doom(record, Fate::Lost);
            }
        }
        if self.captures.awaits()
            && let Some(connection) = self.connections.get(&id)
        {
            let client = connection.client.view().client_identifier.to_owned();
            self.hear_again(id, connection.stream.version, &client, before);
        }
    }

    /// A socket is gone: what there was of each side's next packet is written down as it is. Only what is wrong in its
    /// Fixed Header is anybody's fault.
    pub(super) fn record_rest(&mut self, now: Instant, id: ConnectionId, socket: SocketId) {
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.half = None;
        }
        // A client's packets are whole, but not all that a person sends.
        for sender in [Sender::Client, Sender::Server] {
            self.record_rest_of(now, id, socket, sender);
        }
    }

    fn record_rest_of(&mut self, now: Instant, id: ConnectionId, socket: SocketId, sender: Sender) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        let framer = core::mem::take(connection.stream.framer(sender));
        let rest = framer.rest();
        if rest.is_empty() {
            return;
        }
        let context = Context::new(connection.stream.version).sent_by(sender);
        let header = rest.get(..MAXIMUM_HEADER).unwrap_or(rest);
        let is_faulty = dissect(header, context).has_errors();
        let mut recorder = Recorder {
            log: &mut self.log,
            links: &mut self.links,
            topics: &mut self.topics,
            monitor: self.watch.monitor(socket),
            now,
        };
        let written = recorder.rest(&mut connection.stream, sender, rest, is_faulty);
        let attempt = &mut connection.attempt;
        attempt.packet(now, sender, written.first, written.record);
        if sender == Sender::Server && !is_faulty {
            connection.half = unfinished::words(rest);
        }
    }
}

/// The most bytes of a Fixed Header (section 2.1): one, and a Remaining Length of four.
const MAXIMUM_HEADER: usize = 5;
