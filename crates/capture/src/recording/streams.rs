//! Connections of recordings that hold messages, not frames of a network: a browser's, a proxy's, a broker's log.

use std::collections::BTreeMap;

use mqttscope_wire::{PacketType, ProtocolVersion};

use super::event::{Ending, Moment};
use super::inside::{Head, Inside, Out, Within};
use super::peer::Peer;
use super::tcp::Around;
use crate::reading::Role;

/// A connection as its container knows it.
pub(super) type Key = u64;

/// What such a recording tells, in its order.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Told {
    /// A connection, told before anything else of it.
    Begins {
        client: Peer,
        server: Peer,
        within: Within,
        /// Its first bytes are there.
        is_begun: bool,
    },
    /// An end has another name.
    Named(Role, String),
    /// What carries it is known better now.
    Carried(Within),
    /// Bytes of one side.
    Message(Role, Vec<u8>),
    /// Bytes of one side that are not kept: there are too many.
    Missing(Role),
    /// A packet in words.
    Said(Role, PacketType, Option<ProtocolVersion>, String),
    /// The Client Identifier and the address of its client.
    Client(String, String),
    /// The connection is over; how, where that is told, and a log's words for it.
    Ends(Option<Ending>, String),
}

struct Stream {
    head: Head,
    inside: Inside,
    within: Within,
    last: Moment,
    counted: usize,
}

/// The connections.
#[derive(Default)]
pub(super) struct Streams {
    open: BTreeMap<Key, Stream>,
    told: u32,
    held: usize,
}

impl Streams {
    /// Memory of what waits.
    pub(super) const fn held(&self) -> usize {
        self.held
    }

    pub(super) fn take(&mut self, key: Key, told: Told, moment: Moment, around: &mut Around<'_>) {
        match told {
            Told::Begins {
                client,
                server,
                within,
                is_begun,
            } => {
                self.finish(key, None, "", around);
                if self.open.len() >= around.limits.connections {
                    self.evict(around);
                }
                let inside = match within {
                    Within::Log => Inside::of_packets(),
                    _ => Inside::of_messages(within, is_begun),
                };
                let stream = Stream {
                    head: Head::named(client, server, is_begun, moment),
                    inside,
                    within,
                    last: moment,
                    counted: 0,
                };
                self.open.insert(key, stream);
            }
            Told::Ends(how, words) => self.finish(key, Some((how, moment)), &words, around),
            _ => {
                let Some(stream) = self.open.get_mut(&key) else {
                    return;
                };
                stream.last = moment;
                let mut out = Out::new(&mut stream.head, &mut self.told, around);
                stream.inside.take(stream.within, told, moment, &mut out);
                let held = stream.inside.held();
                self.held = self
                    .held
                    .saturating_sub(stream.counted)
                    .saturating_add(held);
                stream.counted = held;
                if self.held > around.limits.total {
                    self.make_room(around);
                }
            }
        }
    }

    /// The file ended: what waits will not come. False when there is nothing more.
    pub(super) fn end(&mut self, around: &mut Around<'_>) -> bool {
        let Some(&key) = self.open.keys().next() else {
            return false;
        };
        self.finish(key, None, "", around);
        true
    }

    /// Decides everywhere what the bytes are that wait.
    fn make_room(&mut self, around: &mut Around<'_>) {
        self.held = 0;
        for stream in self.open.values_mut() {
            let mut out = Out::new(&mut stream.head, &mut self.told, around);
            stream.inside.decide(&mut out);
            stream.counted = stream.inside.held();
            self.held = self.held.saturating_add(stream.counted);
        }
    }

    /// Forgets a quarter of the connections: those that have said nothing for longest.
    fn evict(&mut self, around: &mut Around<'_>) {
        let all = self.open.iter();
        let mut all: Vec<(u64, Key)> = all.map(|(key, it)| (it.last.frame, *key)).collect();
        all.sort_unstable();
        let number = all.len().div_ceil(4);
        for (_, key) in all.into_iter().take(number) {
            let last = self
                .open
                .get(&key)
                .map_or_else(Moment::default, |it| it.last);
            self.finish(key, Some((Some(Ending::Evicted), last)), "", around);
        }
    }

    fn finish(
        &mut self,
        key: Key,
        ended: Option<(Option<Ending>, Moment)>,
        words: &str,
        around: &mut Around<'_>,
    ) {
        let Some(mut stream) = self.open.remove(&key) else {
            return;
        };
        self.held = self.held.saturating_sub(stream.counted);
        let mut out = Out::new(&mut stream.head, &mut self.told, around);
        stream.inside.finish(&mut out);
        if let (Some(id), Some((Some(how), moment))) = (stream.head.id(), ended) {
            if words.is_empty() {
                around.queue.closed(id, how, None, moment);
            } else {
                around.queue.said_closed(id, how, moment, words);
            }
        }
    }
}

impl Inside {
    /// Takes what is told of a connection while it is open.
    fn take(&mut self, within: Within, told: Told, moment: Moment, out: &mut Out<'_>) {
        let side = |from: Role| usize::from(from == Role::Server);
        let is_new = out.head.id().is_none();
        if within == Within::Log && is_new && !matches!(told, Told::Named(..)) {
            out.transport(within.transport(), "a log tells of it");
        }
        match told {
            Told::Named(end, name) => out.head.name(end, &name, out.queue),
            Told::Carried(within) => self.carried_by(within, out),
            Told::Message(from, bytes) => self.handle(side(from), &bytes, moment, out),
            Told::Missing(from) => self.gap(side(from), None, out),
            Told::Said(from, packet_type, version, words) => {
                let id = out.tell();
                let what = (packet_type, version);
                out.queue.said(id, from, moment, what, &words);
            }
            Told::Client(identifier, address) => {
                let id = out.tell();
                out.queue.client(id, &identifier, &address);
            }
            Told::Begins { .. } | Told::Ends(..) => {}
        }
    }
}
