//! Faults on our own connections, as on those of a tap: what goes over a link goes through [`Link`], and the log holds what
//! each side sent.
//!
//! A connection has a link of faults only where there was a fault while it was open, so that all others lose no time.

use mqttscope_faults::{Action, InPlaceOf, Link, Said};
use mqttscope_protocol::{AskFaults, ConnectionId, EventKind, FaultError, Report, TapFaults};
use mqttscope_shared::Instant;
use mqttscope_wire::Sender;

use super::capturing::event;
use super::marked::Struck;
use super::{Engine, SocketId, Transport};
use crate::doctor::End;

impl Engine {
    /// Does what the page asks of the faults, for the connections that are open and those to come.
    pub(super) fn ask_faults(&mut self, now: Instant, ask: AskFaults) {
        let (is_answer, mut errors) = (ask != AskFaults::Tell, Vec::new());
        match ask {
            AskFaults::Tell => {}
            AskFaults::Replace(text, of) => {
                let set = self.faults.set(&text, &InPlaceOf::These(of), now.millis());
                errors = set.err().unwrap_or_default();
            }
            AskFaults::Clear => {
                self.faults.clear(None);
            }
            AskFaults::Remove(number) => {
                self.faults.clear(Some(number));
            }
        }
        if is_answer {
            let all: Vec<ConnectionId> = self.connections.keys().copied().collect();
            for id in all {
                self.renew_faults(now, id);
                self.settle(now, id);
            }
        }
        self.tell_faults(is_answer, errors);
    }

    fn tell_faults(&mut self, is_answer: bool, errors: Vec<FaultError>) {
        let told = TapFaults {
            allowed: true,
            active: self.faults.active(),
            errors,
            ..TapFaults::default()
        };
        let rows = self.captures.fault_rows();
        self.faults_told = (told.active.clone(), rows.clone());
        self.answers.push(Report::Faults {
            told,
            rows,
            is_answer,
        });
    }

    /// Tells the page that faults have struck since it was told last.
    pub(super) fn tell_struck(&mut self) {
        let (active, rows) = &self.faults_told;
        let is_news = !self.captures.is_used()
            && (*active != self.faults.active() || *rows != self.captures.fault_rows());
        if is_news {
            self.tell_faults(false, Vec::new());
        }
    }

    /// There are other faults than before.
    fn renew_faults(&mut self, now: Instant, id: ConnectionId) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        if let Some(link) = &mut connection.faulty {
            link.handle_faults(&self.faults, now.millis());
        } else if connection.socket.is_some()
            && connection.attempt.opened.is_some()
            && !self.faults.is_empty()
        {
            let link = Link::of_open(
                &mut self.faults,
                now.millis(),
                connection.client.view().client_identifier,
                connection.stream.version,
                connection.stream.inwards.rest(),
                !connection.stream.outwards.rest().is_empty(),
            );
            connection.faulty = Some(Box::new(link));
        }
        self.faults_due(now, id);
    }

    /// A socket has opened: what goes over it goes through the faults, where there are any.
    pub(super) fn begin_faults(&mut self, now: Instant, id: ConnectionId) {
        if !self.faults.is_empty()
            && let Some(connection) = self.connections.get_mut(&id)
        {
            connection.faulty = Some(Box::new(Link::new(&self.faults, now.millis())));
        }
    }

    /// Bytes of a client on their way to the server.
    pub(super) fn forward(
        &mut self,
        now: Instant,
        id: ConnectionId,
        socket: SocketId,
        bytes: Vec<u8>,
    ) {
        if self.is_faulty(id) {
            self.through_faults(now, id, Sender::Client, &bytes);
        } else {
            self.transport.push_back(Transport::Send { socket, bytes });
        }
    }

    /// Whether the bytes of a connection go through faults.
    pub(super) fn is_faulty(&self, id: ConnectionId) -> bool {
        (self.connections.get(&id)).is_some_and(|connection| connection.faulty.is_some())
    }

    /// Bytes of either side, which are in the log, on their way to the other where they go through faults.
    pub(super) fn through_faults(
        &mut self,
        now: Instant,
        id: ConnectionId,
        from: Sender,
        bytes: &[u8],
    ) {
        let connection = self.connections.get_mut(&id);
        let Some(link) = connection.and_then(|connection| connection.faulty.as_mut()) else {
            return;
        };
        link.handle_bytes(&mut self.faults, now.millis(), from, bytes);
        // Nobody can be told to send less.
        if link.is_overfull(from) {
            link.handle_stop(now.millis(), "more waits than is kept");
        }
        self.carry(now, id);
    }

    /// It may be time for what faults hold back.
    pub(super) fn faults_due(&mut self, now: Instant, id: ConnectionId) {
        let connection = self.connections.get_mut(&id);
        if let Some(link) = connection.and_then(|connection| connection.faulty.as_mut()) {
            link.handle_timeout(now.millis());
            self.carry(now, id);
        }
    }

    /// A side ends the connection: what waits goes on before.
    pub(super) fn end_faults(&mut self, now: Instant, id: ConnectionId, from: Sender) {
        let connection = self.connections.get_mut(&id);
        if let Some(link) = connection.and_then(|connection| connection.faulty.as_mut()) {
            link.handle_closing(now.millis(), from);
            self.carry(now, id);
        }
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.faulty = None;
        }
    }

    /// Does what a link says. Whoever calls drains the client.
    fn carry(&mut self, now: Instant, id: ConnectionId) {
        while let Some(connection) = self.connections.get_mut(&id)
            && let Some(action) = connection.faulty.as_mut().and_then(|it| it.poll_action())
        {
            let socket = connection.socket;
            match (action, socket) {
                (Action::Send(Sender::Client, bytes), _) => {
                    connection.client.handle_bytes(now, &bytes);
                }
                (Action::Send(Sender::Server, bytes), Some(socket)) => {
                    self.transport.push_back(Transport::Send { socket, bytes });
                }
                (Action::Close(_), Some(socket)) => {
                    // The client is not told, and its connection goes on without a socket.
                    connection.attempt.ended(End::Struck);
                    self.sockets.remove(&socket);
                    self.transport.push_back(Transport::Close { socket });
                }
                (Action::Over { by_fault: true }, _) => self.break_by_fault(now, id),
                (Action::Say(said), Some(socket)) => self.said(now, id, socket, said),
                // Each end is handled where it comes.
                _ => {}
            }
        }
    }

    /// A fault has broken the connection.
    fn break_by_fault(&mut self, now: Instant, id: ConnectionId) {
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.attempt.ended(End::Struck);
            connection.faulty = None;
        }
        self.release(now, id);
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.client.handle_disconnected(now);
        }
    }

    /// What a fault did is a row, and nobody is blamed for what follows from it.
    fn said(&mut self, now: Instant, id: ConnectionId, socket: SocketId, said: Said) {
        let Some(connection) = self.connections.get(&id) else {
            return;
        };
        let struck = Struck {
            connection: id,
            socket,
            version: connection.stream.version,
            client: connection.client.view().client_identifier.to_owned(),
            name: connection.profile.shown_name().to_owned(),
        };
        match said.mark {
            Some(mark) => self.struck(now, &struck, &mark),
            None => {
                let row = event(EventKind::Fault, said.text);
                self.log.push_event(now, id, struck.version, &row);
            }
        }
        self.changed = true;
    }
}
