//! The list of captured connections, and what is said of all of them together.

use mqttscope_shared::Instant;
use std::cmp::Reverse;
use std::collections::HashSet;

use mqttscope_capture::recording;
use mqttscope_protocol::{CaptureView, CapturedOrder, CapturedRow, ConnectionId, Report, Window};
use mqttscope_wire::{PacketType, ProtocolVersion, Severity};

use super::{Captured, Captures, Reading, What};
use crate::log::Tally;

/// Client Identifiers that are told apart.
const MOST_CLIENTS: usize = 1 << 20;

/// The order, the rows' revision, and that of what the list is narrowed to.
type Made = (CapturedOrder, u64, Option<u64>);

/// Connections with MQTT.
#[derive(Debug, Default)]
pub(super) struct Listed {
    /// Where they stand, in the order in which their first packet was written down.
    places: Vec<usize>,
    /// TLS connections that were not opened, in the order in which they ended.
    sealed: Vec<usize>,
    /// Those with MQTT in another order or without some, and what it was made from.
    sorted: Option<(Made, Vec<usize>)>,
    /// Different whenever a row may be.
    revision: u64,
    /// The last are of QoS 3, which is not allowed.
    messages: [u64; 4],
    versions: [u64; 3],
    clients: HashSet<String>,
    /// Connections with remarks.
    remarked: Vec<usize>,
    times: Option<(Instant, Instant)>,
}

impl Listed {
    /// A TLS connection was not opened.
    pub(super) fn seal(&mut self, place: usize) {
        self.sealed.push(place);
        self.revision = self.revision.wrapping_add(1);
    }
}

impl Captures {
    /// What was not read; of several files, with the file's name.
    fn told(&self, (file, note): &(Option<usize>, String)) -> String {
        let file = file.and_then(|file| self.files.get(file));
        match file.filter(|_| self.files.len() > 1) {
            Some(file) => format!("{}: {note}", file.name),
            None => note.clone(),
        }
    }

    /// Takes the remarks that there are now, with whose each is.
    pub(crate) fn remarked(&mut self, remarks: impl Iterator<Item = (ConnectionId, Severity)>) {
        for place in core::mem::take(&mut self.listed.remarked) {
            if let Some(captured) = self.all.get_mut(place) {
                captured.forget_remarks();
            }
        }
        for (id, severity) in remarks {
            if let Some(&place) = self.of.get(&id)
                && let Some(captured) = self.all.get_mut(place)
            {
                captured.remarked(severity);
                self.listed.remarked.push(place);
            }
        }
        // Only an order by findings depends on it.
        if matches!(self.listed.sorted, Some(((CapturedOrder::Findings, ..), _))) {
            self.listed.sorted = None;
        }
    }

    /// The rows of a window; `found` counts the rows to which the list is narrowed.
    pub(crate) fn report(
        &mut self,
        window: Window,
        order: CapturedOrder,
        found: Option<&Tally>,
    ) -> Report {
        self.sort(order, found);
        let places = match &self.listed.sorted {
            Some((_, places)) => places,
            None => &self.listed.places,
        };
        // Nothing of what is searched for is in what was not opened.
        let sealed: &[usize] = match found {
            Some(_) => &[],
            None => &self.listed.sealed,
        };
        let total = places.len().saturating_add(sealed.len()) as u64;
        let count = u64::from(window.count);
        let first = if window.tail {
            total.saturating_sub(count)
        } else {
            window.first.min(total)
        };
        let skipped = usize::try_from(first).unwrap_or(usize::MAX);
        let shown = places.iter().chain(sealed).skip(skipped);
        let shown = shown.take(window.count as usize);
        let rows: Vec<CapturedRow> = shown
            .filter_map(|&place| {
                let row = self.all.get(place)?.row();
                Some(CapturedRow {
                    found: found.map(|found| found.packets(row.id)),
                    name: self.name(row.id).unwrap_or_default(),
                    ..row
                })
            })
            .collect();
        Report::Captured {
            first,
            total,
            of: found.map(|_| self.listed.places.len() as u64),
            rows,
        }
    }

    /// Makes the list, where it is another one or something has changed: those of which something was found, in order.
    fn sort(&mut self, order: CapturedOrder, found: Option<&Tally>) {
        let Listed {
            places,
            sorted,
            revision,
            ..
        } = &mut self.listed;
        if order == CapturedOrder::Begin && found.is_none() {
            *sorted = None;
            return;
        }
        let made = (order, *revision, found.map(Tally::revision));
        if matches!(sorted, Some((of, _)) if *of == made) {
            return;
        }
        let packets = |it: &Captured| found.map_or(it.packets, |found| found.packets(it.id));
        let mut all: Vec<(usize, &Captured)> = places
            .iter()
            .filter_map(|&place| Some((place, self.all.get(place)?)))
            .filter(|(_, it)| found.is_none_or(|found| found.has(it.id)))
            .collect();
        // Stable: equal ones stay in the order of the file.
        match order {
            CapturedOrder::Begin => {}
            CapturedOrder::Client => {
                all.sort_by_key(|(_, it)| {
                    (it.client_identifier().is_empty(), it.client_identifier())
                });
            }
            CapturedOrder::Packets => all.sort_by_key(|(_, it)| Reverse(packets(it))),
            CapturedOrder::Duration => {
                all.sort_by_key(|(_, it)| Reverse(it.lasts()));
            }
            CapturedOrder::Findings => all.sort_by_key(|(_, it)| Reverse(it.found())),
        }
        let places = all.into_iter().map(|(place, _)| place).collect();
        *sorted = Some((made, places));
    }

    fn frames_so_far(&self) -> u64 {
        let of = |reading: &Reading| match &reading.what {
            What::Capture(reader) => reader.counts().frames,
            What::Keys(_) => 0,
        };
        let read = self.readings.values().map(of);
        read.fold(self.frames, u64::saturating_add)
    }

    /// What is said of all of it.
    pub(crate) fn view(&self, findings: [u64; 3]) -> Option<Box<CaptureView>> {
        if !self.is_used() {
            return None;
        }
        Some(Box::new(CaptureView {
            files: self.files.clone(),
            frames: self.frames_so_far(),
            connections: self.listed.places.len() as u64,
            others: self.others,
            sealed: self.sealed,
            clients: self.listed.clients.len() as u64,
            versions: self.listed.versions,
            messages: self.listed.messages,
            told: self.in_words,
            findings,
            gaps: self.gaps,
            times: self.listed.times,
            notes: self.notes.iter().map(|note| self.told(note)).collect(),
            gone: self.gone,
            faults: self.faulted.rows(),
        }))
    }

    /// Counts a packet of a connection: its first byte, and when it came.
    pub(crate) fn count(&mut self, id: recording::ConnectionId, at: Instant, first: u8) {
        let Some(captured) = self
            .places
            .get(&(self.at, id))
            .and_then(|&at| self.all.get(at))
        else {
            return;
        };
        let listed = &mut self.listed;
        let (from, to) = listed.times.unwrap_or((at, at));
        listed.times = Some((from.min(at), to.max(at)));
        match PacketType::from_first_byte(first) {
            PacketType::Publish => {
                let qos = usize::from(first >> 1 & 3);
                if let Some(count) = listed.messages.get_mut(qos) {
                    *count = count.saturating_add(1);
                }
            }
            PacketType::Connect | PacketType::Connack => {
                let name = captured.client_identifier();
                if listed.clients.len() < MOST_CLIENTS && !name.is_empty() {
                    listed.clients.insert(name.to_owned());
                }
            }
            _ => {}
        }
    }

    /// The version of a connection is known, and its first packet comes.
    pub(crate) fn list(&mut self, id: recording::ConnectionId) {
        let Some(&place) = self.places.get(&(self.at, id)) else {
            return;
        };
        self.listed.places.push(place);
        self.counts_in_file();
        let version = self.all.get(place).and_then(Captured::known_version);
        let at = ProtocolVersion::ALL
            .iter()
            .position(|it| Some(*it) == version);
        if let Some(count) = at.and_then(|at| self.listed.versions.get_mut(at)) {
            *count = count.saturating_add(1);
        }
    }

    /// Something came of a connection at this time, of which no more is known.
    pub(crate) fn pass(&mut self, at: Instant) {
        let (from, to) = self.listed.times.unwrap_or((at, at));
        self.listed.times = Some((from.min(at), to.max(at)));
    }

    /// Something in the rows has changed.
    pub(crate) fn changed(&mut self) {
        self.listed.revision = self.listed.revision.wrapping_add(1);
    }
}
