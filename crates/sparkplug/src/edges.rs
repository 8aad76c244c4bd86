//! What is remembered of edge nodes: where each stands on each connection, and what its births said.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, VecDeque};
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use mqttscope_wire::Sender;

use crate::birth::Birth;

/// Edge nodes that are remembered.
const MOST_EDGES: usize = 2_000;
/// Connections that an edge node is followed on, each direction by itself.
const MOST_SIDES: usize = 32;
/// Devices of an edge node that are remembered.
const MOST_DEVICES: usize = 2_000;
/// Births of one device that are remembered, as far as they differ.
const MOST_BIRTHS: usize = 4;
/// What all births take at most, in bytes.
const MOST_MEMORY: usize = 16 << 20;
/// What one birth takes at most.
pub(crate) const MOST_OF_BIRTH: usize = 4 << 20;
/// What a device, or an edge node on a connection, takes beside its births.
const COST: usize = 160;

/// All edge nodes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Edges {
    /// By group and name, with a `/` between, which neither has.
    all: BTreeMap<Box<str>, Edge>,
    /// Kept for its room.
    key: String,
    memory: usize,
}

/// An edge node.
#[derive(Clone, Debug, Default)]
pub(crate) struct Edge {
    sides: Vec<Side>,
    /// What its births said, the newest last, by device; its own under the empty name.
    births: BTreeMap<Box<str>, VecDeque<(u64, Arc<Birth>)>>,
    touched: u64,
}

/// An edge node in one direction of one connection.
#[derive(Clone, Debug)]
pub(crate) struct Side {
    connection: u32,
    from: Sender,
    touched: u64,
    /// The NDEATH in the CONNECT: its packet and `bdSeq`. Who has it is the edge node itself.
    pub(crate) will: Option<(u64, Option<u64>)>,
    /// The `seq` that comes next, as far as the one before is known.
    pub(crate) next: Option<u8>,
    /// The latest message, so that a copy of it is known.
    pub(crate) mark: Option<u64>,
    /// The NBIRTH; none: there was none, or an NDEATH since.
    pub(crate) birth: Option<Arc<Birth>>,
    /// The packet of the NBIRTH and its `bdSeq`.
    pub(crate) bd_seq: Option<(u64, u64)>,
    /// All messages since the NBIRTH are known.
    pub(crate) is_whole: bool,
    /// That data comes before a birth was said.
    pub(crate) is_told: bool,
    /// Devices with their DBIRTH since the NBIRTH.
    pub(crate) devices: BTreeMap<Box<str>, Arc<Birth>>,
    /// The device whose missing birth was said last.
    pub(crate) told_device: Option<Box<str>>,
}

impl Side {
    const fn new(connection: u32, from: Sender) -> Self {
        Self {
            connection,
            from,
            touched: 0,
            will: None,
            next: None,
            mark: None,
            birth: None,
            bd_seq: None,
            is_whole: false,
            is_told: false,
            devices: BTreeMap::new(),
            told_device: None,
        }
    }

    /// Messages may be missing here.
    pub(crate) const fn lose(&mut self) {
        self.next = None;
        self.mark = None;
        self.is_whole = false;
    }

    /// A device is there; what it says is forgotten where there are too many.
    pub(crate) fn add_device(&mut self, device: &str, birth: Arc<Birth>) {
        if self.devices.len() >= MOST_DEVICES && !self.devices.contains_key(device) {
            self.is_whole = false;
        } else {
            self.devices.insert(device.into(), birth);
        }
    }

    /// Whether it is the edge node's own connection.
    pub(crate) const fn is_own(&self) -> bool {
        self.will.is_some()
    }
}

impl Edges {
    /// Where an edge node stands in one direction of a connection. `true`: others were forgotten to make room.
    pub(crate) fn side(
        &mut self,
        (group, name): (&str, &str),
        connection: u32,
        from: Sender,
        number: u64,
    ) -> Option<(&mut Side, bool)> {
        let forgets = self.make_room();
        self.set_key(group, name);
        if !self.all.contains_key(self.key.as_str()) {
            self.all.insert(self.key.as_str().into(), Edge::default());
            self.memory = self.memory.saturating_add(COST);
        }
        let edge = self.all.get_mut(self.key.as_str())?;
        edge.touched = number;
        Some((edge.bring_forward(connection, from, number)?, forgets))
    }

    /// What the births before a packet said of this device, or of the edge node itself.
    pub(crate) fn birth_before(
        &self,
        (group, name): (&str, &str),
        device: &str,
        number: u64,
    ) -> Option<(u64, &Birth)> {
        let key = alloc::format!("{group}/{name}");
        let births = self.all.get(key.as_str())?.births.get(device)?;
        let found = births.iter().rev().find(|(at, _)| *at <= number)?;
        Some((found.0, &found.1))
    }

    /// Remembers a birth.
    pub(crate) fn keep(
        &mut self,
        (group, name): (&str, &str),
        device: &str,
        number: u64,
        birth: Birth,
    ) -> Arc<Birth> {
        self.set_key(group, name);
        let Some(edge) = self.all.get_mut(self.key.as_str()) else {
            return Arc::new(birth);
        };
        if edge.births.len() > MOST_DEVICES && !edge.births.contains_key(device) {
            return Arc::new(birth);
        }
        let births = edge.births.entry(device.into()).or_default();
        if let Some((_, last)) = births.back().filter(|(_, it)| it.is_like(&birth)) {
            return last.clone();
        }
        let cost = birth.cost().saturating_add(COST);
        self.memory = self.memory.saturating_add(cost);
        let birth = Arc::new(birth);
        births.push_back((number, birth.clone()));
        if births.len() > MOST_BIRTHS
            && let Some((_, gone)) = births.pop_front()
        {
            self.memory = self.memory.saturating_sub(gone.cost().saturating_add(COST));
        }
        birth
    }

    /// What a connection showed does not go on: it begins anew, or bytes of it are missing.
    pub(crate) fn lose(&mut self, connection: u32, begins: bool) {
        for side in self.all.values_mut().flat_map(|edge| &mut edge.sides) {
            if side.connection == connection {
                side.lose();
                if begins {
                    *side = Side {
                        touched: side.touched,
                        ..Side::new(side.connection, side.from)
                    };
                }
            }
        }
    }

    /// Forgets the half that was heard of longest ago, where there is no room.
    fn make_room(&mut self) -> bool {
        if self.all.len() < MOST_EDGES && self.memory < MOST_MEMORY {
            return false;
        }
        let mut touched: Vec<u64> = self.all.values().map(|edge| edge.touched).collect();
        touched.sort_unstable();
        let middle = touched.get(touched.len() / 2).copied().unwrap_or(u64::MAX);
        self.all.retain(|_, edge| edge.touched > middle);
        self.memory = self.all.values().map(Edge::memory).sum();
        true
    }

    fn set_key(&mut self, group: &str, name: &str) {
        self.key.clear();
        self.key.push_str(group);
        self.key.push('/');
        self.key.push_str(name);
    }
}

impl Edge {
    /// One direction of one connection, which is the first in the list now.
    fn bring_forward(&mut self, connection: u32, from: Sender, number: u64) -> Option<&mut Side> {
        let is_it = |side: &Side| side.connection == connection && side.from == from;
        let at = self.sides.iter().position(is_it).unwrap_or_else(|| {
            if self.sides.len() >= MOST_SIDES {
                let oldest = (self.sides.iter().enumerate()).min_by_key(|(_, it)| it.touched);
                if let Some((at, _)) = oldest {
                    self.sides.swap_remove(at);
                }
            }
            self.sides.push(Side::new(connection, from));
            self.sides.len().saturating_sub(1)
        });
        if at < self.sides.len() {
            self.sides.swap(0, at);
        }
        let side = self.sides.first_mut()?;
        side.touched = number;
        Some(side)
    }

    fn memory(&self) -> usize {
        let births = self.births.values().flatten();
        let births = births.map(|(_, birth)| birth.cost().saturating_add(COST));
        births.fold(COST, usize::saturating_add)
    }
}
