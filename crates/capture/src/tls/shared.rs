//! What both sides of a connection need of each other.

use std::collections::VecDeque;

use super::hello::{ClientHello, EncryptedExtensions, ServerHello};
use super::queue::Place;
use super::state::{About, EarlyData, State, Version};
use super::{Plain, Tag};
use crate::reading::Role;

/// The most handshakes of one connection that are followed.
const MAX_HANDSHAKES: usize = 64;

/// The most places that are remembered at which bytes are missing, while nothing can be opened.
const MAX_MISSING: usize = 1024;

/// A ClientHello and its answer.
#[derive(Default)]
pub(super) struct Hellos {
    pub(super) client: Option<ClientHello>,
    pub(super) server: Option<ServerHello>,
}

impl Hellos {
    /// The version that was negotiated.
    pub(super) fn version(&self) -> Option<Version> {
        self.server.as_ref().map(|server| Version(server.version))
    }

    /// Whether the server asked for another ClientHello.
    pub(super) fn is_retry(&self) -> bool {
        self.server.as_ref().is_some_and(|server| server.is_retry)
    }

    pub(super) fn offers_early_data(&self) -> bool {
        self.client.as_ref().is_some_and(|client| client.early_data)
    }

    fn is_resumed(&self) -> bool {
        let (Some(client), Some(server)) = (&self.client, &self.server) else {
            return false;
        };
        match Version(server.version) {
            Version::TLS_1_3 => server.pre_shared_key,
            _ => !client.session_id.is_empty() && client.session_id == server.session_id,
        }
    }
}

/// What both sides of a connection need of each other.
#[derive(Default)]
pub(super) struct Shared {
    /// The n-th ClientHello and the n-th ServerHello.
    pub(super) hellos: Vec<Hellos>,
    pub(super) about: About,
    /// Why nothing can be opened at all.
    pub(super) refused: Option<State>,
    /// Early data, until it is known whether the server took it.
    held: Vec<(u64, Plain)>,
    held_bytes: usize,
    /// What was opened, with the number of its record.
    pub(super) out: VecDeque<(u64, Plain)>,
    /// How many records came.
    records: u64,
    /// Behind which records bytes are missing, and whose.
    missing: VecDeque<(u64, Role)>,
    /// How many bytes may be deciphered in search of records' numbers.
    pub(super) search: u64,
}

impl Shared {
    /// Nothing known yet, and what may be spent on searching.
    pub(super) fn new(search: u64) -> Self {
        Self {
            search,
            ..Self::default()
        }
    }

    /// The n-th ClientHello. Whether there is room for it.
    pub(super) fn client_hello(&mut self, n: usize, hello: ClientHello) -> bool {
        if n == 0 {
            self.about.sni.clone_from(&hello.sni);
            self.about.offered.clone_from(&hello.alpn);
            if hello.early_data {
                self.about.early_data = EarlyData::Offered;
            }
        }
        let Some(pair) = self.pair(n) else {
            return false;
        };
        pair.client = Some(hello);
        self.compare(n);
        true
    }

    /// The n-th ServerHello. Whether there is room for it.
    pub(super) fn server_hello(&mut self, n: usize, hello: ServerHello) -> bool {
        let version = Version(hello.version);
        self.refused = match () {
            () if version != Version::TLS_1_2 && version != Version::TLS_1_3 => {
                Some(State::UnsupportedVersion(version))
            }
            () if hello.suite.bulk().is_none()
                || hello.suite.is_of_1_3() != (version == Version::TLS_1_3) =>
            {
                Some(State::UnsupportedSuite(hello.suite))
            }
            () if hello.compression != 0 => Some(State::Compressed),
            () => None,
        };
        self.about.version = Some(version);
        self.about.cipher_suite = Some(hello.suite);
        self.about.retried |= hello.is_retry;
        if hello.is_retry {
            self.decide_early_data(false);
        }
        if hello.alpn.is_some() {
            self.about.alpn.clone_from(&hello.alpn);
        }
        let Some(pair) = self.pair(n) else {
            return false;
        };
        pair.server = Some(hello);
        self.compare(n);
        true
    }

    pub(super) fn encrypted_extensions(&mut self, said: EncryptedExtensions) {
        self.about.alpn = said.alpn;
        self.decide_early_data(said.early_data);
    }

    /// Whether the server took the client's early data. The first word counts.
    pub(super) fn decide_early_data(&mut self, accepted: bool) {
        if self.about.early_data != EarlyData::Offered {
            return;
        }
        let held = core::mem::take(&mut self.held);
        self.held_bytes = 0;
        if accepted {
            self.about.early_data = EarlyData::Accepted;
            self.out.extend(held);
        } else {
            self.about.early_data = EarlyData::Rejected;
        }
    }

    /// Gives early data out, or holds it back, or drops it.
    pub(super) fn early(&mut self, order: u64, plain: Plain, room: usize) {
        match self.about.early_data {
            EarlyData::Accepted => self.out.push_back((order, plain)),
            EarlyData::Offered => {
                let bytes = self.held_bytes.saturating_add(plain.bytes.len());
                let bytes = bytes.saturating_add(size_of::<(u64, Plain)>());
                if bytes <= room {
                    self.held_bytes = bytes;
                    self.held.push((order, plain));
                }
            }
            _ => {}
        }
    }

    /// Bytes of a side are missing behind the records so far.
    pub(super) fn miss(&mut self, from: Role) {
        let place = (self.records, from);
        if self.missing.back() != Some(&place) && self.missing.len() < MAX_MISSING {
            self.missing.push_back(place);
        }
    }

    /// Whose bytes are missing before the next that comes out. `is_waiting`: records before it may still come out.
    pub(super) fn poll_gap(&mut self, is_waiting: bool) -> Option<Role> {
        let &(behind, from) = self.missing.front()?;
        let is_here = match self.out.front() {
            Some((order, _)) => *order > behind,
            None => !is_waiting,
        };
        is_here.then(|| self.missing.pop_front())?;
        Some(from)
    }

    /// The place of the next record.
    pub(super) const fn place(&mut self, tag: Tag) -> Place {
        self.records = self.records.saturating_add(1);
        Place {
            tag,
            order: self.records,
        }
    }

    /// Puts what was opened at once, behind so much that was before, in the order in which it came.
    pub(super) fn sort_behind(&mut self, before: usize) {
        if let Some(new) = self.out.make_contiguous().get_mut(before..) {
            new.sort_by_key(|(order, _)| *order);
        }
    }

    /// The memory that held early data takes.
    pub(super) const fn held_bytes(&self) -> usize {
        self.held_bytes
    }

    fn pair(&mut self, n: usize) -> Option<&mut Hellos> {
        if n >= self.hellos.len() && n < MAX_HANDSHAKES {
            self.hellos
                .resize_with(n.saturating_add(1), Hellos::default);
        }
        self.hellos.get_mut(n)
    }

    /// What only both hellos of the first handshake together say.
    fn compare(&mut self, n: usize) {
        let is_first = n == 0 || self.about.retried;
        if let Some(pair) = self.hellos.get(n).filter(|_| is_first) {
            self.about.resumed = pair.is_resumed();
        }
    }
}
