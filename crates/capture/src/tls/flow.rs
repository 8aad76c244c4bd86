//! One side of a connection: where it stands, and what it has said that cannot be opened yet.

use super::framer::{Framer, Lost};
use super::keylog::{KeyLog, Label, Secret, Secrets};
use super::messages::Messages;
use super::opener::{Master, Opener};
use super::queue::Queue;
use super::readers::{Epoch, Reader, Readers};
use super::shared::{Hellos, Shared};
use super::state::{EarlyData, Side, Version};
use crate::reading::Role;

/// How often all kept records of an epoch are tried again because there is another secret.
const MAX_REWINDS: u32 = 16;

/// Where a side stands.
pub(super) enum Stage {
    /// Before the first record that is sealed.
    Clear,
    /// Records are sealed.
    Sealed(Readers),
    /// Nothing more can be read.
    Over,
}

/// What the key log has for a side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keys {
    NotAsked,
    None,
    /// Secrets, but none for this.
    Missing,
    /// Secrets, of the wrong length for the suite.
    Misfit,
    There,
}

/// One side of a connection.
pub(super) struct Flow {
    pub(super) from: Role,
    pub(super) framer: Framer,
    pub(super) messages: Messages,
    pub(super) queue: Queue,
    pub(super) stage: Stage,
    /// How many hellos it said.
    pub(super) hellos: usize,
    pub(super) keys: Keys,
    rewinds: u32,
    /// Whether plaintext is missing before the next that comes.
    pub(super) after_gap: bool,
    /// What is missing of the records before the first that is sealed.
    pub(super) lost: Lost,
    /// How many records did not open, one behind the other.
    pub(super) failing: u32,
    pub(super) counts: Side,
    /// Whether plaintext came out.
    pub(super) spoke: bool,
    /// Whether the first bytes that were seen are not those that a connection begins with.
    pub(super) began_inside: bool,
}

impl Flow {
    pub(super) fn new(from: Role) -> Self {
        Self {
            from,
            framer: Framer::default(),
            messages: Messages::default(),
            queue: Queue::default(),
            stage: Stage::Clear,
            hellos: 0,
            keys: Keys::NotAsked,
            rewinds: 0,
            after_gap: false,
            lost: Lost::default(),
            failing: 0,
            counts: Side::default(),
            spoke: false,
            began_inside: false,
        }
    }

    /// The hellos of the handshake that this side's last hello began.
    pub(super) fn pair<'a>(&self, shared: &'a Shared) -> Option<&'a Hellos> {
        shared.hellos.get(self.hellos.checked_sub(1)?)
    }

    /// From here on records are sealed with the keys of the last handshake.
    pub(super) fn seal(&mut self, version: Version) {
        let floor = match (version, self.from) {
            (Version::TLS_1_3, Role::Client) => Epoch::Early,
            (Version::TLS_1_3, Role::Server) => Epoch::Handshake,
            _ => Epoch::Application,
        };
        self.messages.cut();
        self.failing = 0;
        self.keys = Keys::NotAsked;
        self.rewinds = 0;
        let lost = core::mem::take(&mut self.lost);
        self.stage = Stage::Sealed(Readers::new(floor, lost));
    }

    /// Nothing more can be read.
    pub(super) fn end(&mut self) {
        self.stage = Stage::Over;
        self.queue.clear();
    }

    /// Records are missing here.
    pub(super) fn lose(&mut self, lost: Lost) {
        self.after_gap = true;
        self.counts.lost = self.counts.lost.saturating_add(lost.records);
        match &mut self.stage {
            Stage::Clear => self.lost = self.lost.and(lost),
            Stage::Sealed(readers) => {
                readers.lose(lost);
                self.messages.cut();
            }
            Stage::Over => {}
        }
    }

    /// Looks up the keys for the next record. Whether there are new ones.
    pub(super) fn look_up(&mut self, shared: &Shared, log: &KeyLog) -> bool {
        let Some(pair) = self
            .hellos
            .checked_sub(1)
            .and_then(|at| shared.hellos.get(at))
        else {
            return false;
        };
        let Stage::Sealed(readers) = &mut self.stage else {
            return false;
        };
        let Some(client) = &pair.client else {
            return false;
        };
        let Some(secrets) = log.secrets(&client.random) else {
            if self.keys == Keys::NotAsked {
                self.keys = Keys::None;
            }
            return false;
        };
        let mut is_new = false;
        let mut is_any = false;
        for (epoch, label, secret) in wanted(self.from, pair, shared.about.early_data, secrets) {
            is_any |= epoch >= readers.floor;
            is_new |= readers.put(
                secret,
                || reader(self.from, pair, epoch, label, secret),
                epoch,
            );
        }
        self.keys = match is_any {
            true if readers.is_empty() => Keys::Misfit,
            true if lacks_none(self.from, pair, readers.floor, secrets) => Keys::There,
            _ => Keys::Missing,
        };
        if is_new && self.rewinds < MAX_REWINDS {
            self.rewinds = self.rewinds.saturating_add(1);
            self.queue.rewind();
        }
        is_new
    }
}

/// What a side's secrets are called, in the order of their use.
fn labels(from: Role, pair: &Hellos) -> &'static [(Epoch, Label)] {
    match (pair.version() == Some(Version::TLS_1_3), from) {
        (false, _) => &[(Epoch::Application, Label::Master)],
        (true, Role::Client) => &[
            (Epoch::Early, Label::ClientEarly),
            (Epoch::Handshake, Label::ClientHandshake),
            (Epoch::Application, Label::ClientTraffic),
        ],
        (true, Role::Server) => &[
            (Epoch::Handshake, Label::ServerHandshake),
            (Epoch::Application, Label::ServerTraffic),
        ],
    }
}

/// The secrets of a side that there are, in the order of their use.
fn wanted(
    from: Role,
    pair: &Hellos,
    early: EarlyData,
    secrets: &Secrets,
) -> Vec<(Epoch, Label, Secret)> {
    let may_be = |epoch: Epoch| {
        epoch != Epoch::Early || pair.offers_early_data() && early != EarlyData::Rejected
    };
    labels(from, pair)
        .iter()
        .filter(|(epoch, _)| may_be(*epoch))
        .filter_map(|(epoch, label)| Some((*epoch, *label, secrets.get(*label)?)))
        .collect()
}

/// Whether all secrets are there that a side always has from an epoch on.
fn lacks_none(from: Role, pair: &Hellos, floor: Epoch, secrets: &Secrets) -> bool {
    labels(from, pair)
        .iter()
        .filter(|(epoch, _)| *epoch >= floor && *epoch != Epoch::Early)
        .all(|(_, label)| secrets.get(*label).is_some())
}

fn reader(from: Role, pair: &Hellos, epoch: Epoch, label: Label, secret: Secret) -> Option<Reader> {
    let (client, server) = (pair.client.as_ref()?, pair.server.as_ref()?);
    if label != Label::Master {
        return Reader::of_1_3(epoch, server.suite, secret);
    }
    let master = Master {
        secret: &secret,
        client_random: &client.random,
        server_random: &server.random,
        encrypt_then_mac: server.encrypt_then_mac,
    };
    let opener = Opener::of_1_2(server.suite, &master, from)?;
    Some(Reader::of_1_2(opener, secret))
}
