//! Makes a broker break just what a check is about: stands between the two, and drops, changes or adds packets.
//!
//! ```text
//! a> SUBSCRIBE forge SUBSCRIBE #1 ~/x,q0   the broker gets another packet than the client sent
//! a> PUBLISH#2 deaf                        it does not get the second PUBLISH; #2+ is that and all behind it
//! a> PINGREQ reply PINGRESP                nor this one, and the client gets an answer
//! a> UNSUBSCRIBE also PUBLISH ~/x p        it gets one more behind it
//! a> DISCONNECT cut                        it sees the transport end instead
//! a> PUBLISH twice                         it gets it twice
//! a> PINGREQ answer PINGRESP               it gets it, and the client has an answer already
//! b< PUBLISH drop                          the client does not get what the broker sends
//! b< PUBLISH edit @head=31                 it gets it with other bytes
//! b< PUBLISH replace PUBLISH ~/x other     it gets another packet
//! b< SUBACK then PUBLISH ~/x p             it gets one more behind it
//! b< PUBACK close                          it sees the connection closed instead
//! a stays                                  it does not see the connection closed, and PINGREQ is answered
//! ```

use alloc::borrow::ToOwned as _;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use mqttscope_wire::PacketType;

use crate::words;

/// A way to break a check.
#[derive(Clone, Debug)]
pub struct Mutation {
    lines: Vec<Change>,
    counts: BTreeMap<(String, bool, PacketType), u32>,
    stays: Vec<&'static str>,
    /// Connections that the broker closed, which the client takes for open.
    hidden: BTreeSet<String>,
}

#[derive(Clone, Debug)]
struct Change {
    connection: &'static str,
    from_client: bool,
    kind: &'static str,
    /// Which packets of the type, the first and the last.
    which: (u32, u32),
    what: &'static str,
    words: Vec<&'static str>,
}

/// What goes on in place of a packet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Passed {
    /// To the broker.
    pub to_server: Vec<Vec<u8>>,
    /// To the client.
    pub to_client: Vec<Vec<u8>>,
    /// The broker sees the transport end.
    pub is_cut: bool,
    /// The client sees the connection closed.
    pub is_closed: bool,
}

impl Mutation {
    /// Reads the lines of a mutation.
    ///
    /// # Errors
    /// The line that cannot be read.
    pub fn new(lines: &[&'static str]) -> Result<Self, String> {
        let mut mutation = Self {
            lines: Vec::new(),
            counts: BTreeMap::new(),
            stays: Vec::new(),
            hidden: BTreeSet::new(),
        };
        for line in lines {
            match line.strip_suffix(" stays") {
                Some(connection) => mutation.stays.push(connection),
                None => mutation
                    .lines
                    .push(change(line).ok_or_else(|| format!("no change: {line}"))?),
            }
        }
        Ok(mutation)
    }

    /// A packet of the client; `write` makes the bytes of words.
    pub fn from_client(
        &mut self,
        connection: &str,
        packet: &[u8],
        write: &dyn Fn(&[&str]) -> Option<Vec<u8>>,
    ) -> Passed {
        let mut passed = Passed::default();
        if self.hidden.contains(connection) {
            if packet == [0xc0, 0] {
                passed.to_client.push([0xd0, 0].to_vec());
            }
            return passed;
        }
        passed.to_server.push(packet.to_owned());
        for change in self.changes(connection, true, packet) {
            let other = || write(&change.words).unwrap_or_default();
            match change.what {
                "deaf" => passed.to_server.clear(),
                "forge" => passed.to_server = [other()].to_vec(),
                "also" => passed.to_server.push(other()),
                "twice" => passed.to_server.push(packet.to_owned()),
                "answer" => passed.to_client.push(other()),
                "reply" => {
                    passed.to_server.clear();
                    passed.to_client.push(other());
                }
                "edit" => {
                    for sent in &mut passed.to_server {
                        edit(sent, &change.words);
                    }
                }
                "close" => passed.is_closed = true,
                _ => {
                    passed.to_server.clear();
                    passed.is_cut = true;
                }
            }
        }
        passed
    }

    /// A packet of the broker.
    pub fn from_server(
        &mut self,
        connection: &str,
        packet: &[u8],
        write: &dyn Fn(&[&str]) -> Option<Vec<u8>>,
    ) -> Passed {
        let mut passed = Passed {
            to_client: [packet.to_owned()].to_vec(),
            ..Passed::default()
        };
        for change in self.changes(connection, false, packet) {
            let other = || write(&change.words).unwrap_or_default();
            match change.what {
                "drop" => passed.to_client.clear(),
                "edit" => {
                    for sent in &mut passed.to_client {
                        edit(sent, &change.words);
                    }
                }
                "replace" => passed.to_client = [other()].to_vec(),
                "then" => passed.to_client.push(other()),
                "before" => passed.to_client.insert(0, other()),
                "twice" => passed.to_client.push(packet.to_owned()),
                _ => {
                    passed.to_client.clear();
                    passed.is_closed = true;
                }
            }
        }
        passed
    }

    /// Whether the client learns that the broker closed a connection.
    pub fn passes_close(&mut self, connection: &str) -> bool {
        let stays = self
            .stays
            .iter()
            .any(|name| *name == connection || *name == "*");
        if stays {
            self.hidden.insert(connection.to_owned());
        }
        !stays
    }

    fn changes(&mut self, connection: &str, from_client: bool, packet: &[u8]) -> Vec<Change> {
        let kind = PacketType::from_first_byte(packet.first().copied().unwrap_or(0));
        let count = self
            .counts
            .entry((connection.to_owned(), from_client, kind))
            .or_default();
        *count = count.saturating_add(1);
        let nth = *count;
        let is = |change: &&Change| {
            change.from_client == from_client
                && (change.connection == connection || change.connection == "*")
                && (change.kind == "*" || change.kind == kind.name())
                && (change.which.0..=change.which.1).contains(&nth)
        };
        self.lines.iter().filter(is).cloned().collect()
    }
}

fn edit(packet: &mut [u8], edits: &[&str]) {
    for edit in edits {
        // What the packet does not have stays as it is: the check then says that nothing is broken.
        let _ = words::edited(packet, edit);
    }
}

fn change(line: &'static str) -> Option<Change> {
    let mut parts = line.split_whitespace();
    let first = parts.next()?;
    let (connection, from_client) = match (first.strip_suffix('>'), first.strip_suffix('<')) {
        (Some(connection), _) => (connection, true),
        (_, Some(connection)) => (connection, false),
        _ => return None,
    };
    let packet = parts.next()?;
    let (kind, which) = match packet.split_once('#') {
        Some((kind, which)) => {
            let first = which.trim_end_matches('+').parse().ok()?;
            let last = if which.ends_with('+') {
                u32::MAX
            } else {
                first
            };
            (kind, (first, last))
        }
        None => (packet, (0, u32::MAX)),
    };
    let what = parts.next()?;
    let known: &[&str] = if from_client {
        &[
            "deaf", "forge", "also", "twice", "reply", "answer", "edit", "cut", "close",
        ]
    } else {
        &[
            "drop", "edit", "replace", "then", "before", "twice", "close",
        ]
    };
    known.contains(&what).then_some(Change {
        connection,
        from_client,
        kind,
        which,
        what,
        words: parts.collect(),
    })
}
