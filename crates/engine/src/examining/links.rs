//! The sockets of an examination.

use std::collections::{HashMap, VecDeque};

use mqttscope_examine::{Command, ConnectionId};
use mqttscope_shared::Instant;
use mqttscope_wire::ProtocolVersion;

use super::{Examining, REACHING};
use crate::connection::SocketId;

/// What is to be done with a socket.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Open it, for a connection in this version.
    Open(SocketId, ProtocolVersion),
    /// Send this, now that it is open.
    Send(SocketId, Vec<u8>),
    /// Close it.
    Close(SocketId),
}

/// A connection of a check.
#[derive(Debug)]
struct Link {
    id: ConnectionId,
    is_open: bool,
    /// What is to be sent once it is open.
    waiting: VecDeque<Vec<u8>>,
}

#[derive(Debug, Default)]
pub(super) struct Links {
    links: HashMap<SocketId, Link>,
    asked: VecDeque<Asked>,
}

impl Links {
    pub(super) fn has(&self, socket: SocketId) -> bool {
        self.links.contains_key(&socket)
    }

    pub(super) fn id(&self, socket: SocketId) -> Option<ConnectionId> {
        self.links.get(&socket).map(|link| link.id)
    }

    /// Sends what waited.
    pub(super) fn opened(&mut self, socket: SocketId) -> Option<ConnectionId> {
        let link = self.links.get_mut(&socket)?;
        link.is_open = true;
        let waiting = link.waiting.drain(..);
        self.asked
            .extend(waiting.map(|bytes| Asked::Send(socket, bytes)));
        Some(link.id)
    }

    /// Whose it was, and whether it was open.
    pub(super) fn closed(&mut self, socket: SocketId) -> Option<(ConnectionId, bool)> {
        let link = self.links.remove(&socket)?;
        Some((link.id, link.is_open))
    }

    /// Closes what is left of another examination: its connections have the numbers that those of the next one have.
    pub(super) fn close_all(&mut self) {
        let left = self.links.drain();
        self.asked
            .extend(left.map(|(socket, _)| Asked::Close(socket)));
    }

    fn socket_of(&self, id: ConnectionId) -> Option<SocketId> {
        let mut links = self.links.iter();
        links.find_map(|(socket, link)| (link.id == id).then_some(*socket))
    }

    pub(super) fn take(&mut self, command: Command, version: ProtocolVersion, next: &mut u32) {
        match command {
            Command::Open(id) => {
                let socket = next_socket(next);
                let link = Link {
                    id,
                    is_open: false,
                    waiting: VecDeque::new(),
                };
                self.links.insert(socket, link);
                self.asked.push_back(Asked::Open(socket, version));
            }
            Command::Send(id, bytes) => {
                let Some(socket) = self.socket_of(id) else {
                    return;
                };
                match self.links.get_mut(&socket) {
                    Some(link) if !link.is_open => link.waiting.push_back(bytes),
                    _ => self.asked.push_back(Asked::Send(socket, bytes)),
                }
            }
            Command::Close(id) => {
                if let Some(socket) = self.socket_of(id) {
                    self.links.remove(&socket);
                    self.asked.push_back(Asked::Close(socket));
                }
            }
        }
    }
}

fn next_socket(next: &mut u32) -> SocketId {
    *next = next.wrapping_add(1);
    SocketId(*next)
}

impl Examining {
    /// The next that a socket is to do; `next` counts sockets.
    pub(crate) fn poll_asked(&mut self, now: Instant, next: &mut u32) -> Option<Asked> {
        if let Some(asked) = self.links.asked.pop_front() {
            return Some(asked);
        }
        match (self.trial, &self.wanted) {
            (None, Some(wanted)) => {
                let socket = next_socket(next);
                let first = wanted.versions.first();
                self.trial = Some((socket, now + REACHING));
                return Some(Asked::Open(
                    socket,
                    first.copied().unwrap_or(ProtocolVersion::V5),
                ));
            }
            // It has shown what it is for, or nobody wants to know it any more.
            (Some((socket, _)), None) => {
                self.trial = None;
                return Some(Asked::Close(socket));
            }
            _ => {}
        }
        let examination = self.examination.as_mut()?;
        while let Some(command) = examination.poll_command() {
            let of = match &command {
                Command::Open(id) => examination.connection(*id).map(|(_, version, _)| version),
                _ => None,
            };
            self.links
                .take(command, of.unwrap_or(ProtocolVersion::V5), next);
        }
        self.links.asked.pop_front()
    }
}
