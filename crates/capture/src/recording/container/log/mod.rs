//! Logs that tell of packets, line by line: what brokers and clients write when they are asked for everything.
//!
//! A packet in words has no bytes, and none are made up: what is told of it are the log's own words. EMQX also writes in
//! hex what it receives; these are packets as any other.

mod emqx;
mod mosquitto;
mod paho;
mod tasmota;

use std::collections::{HashMap, HashSet, VecDeque};

use mqttscope_wire::{PacketType, ProtocolVersion};

use super::{Input, Step, Tell};
use crate::reading::Role;
use crate::recording::event::Ending;
use crate::recording::inside::Within;
use crate::recording::peer::Peer;
use crate::recording::streams::{Key, Told};
use crate::text::line_time;

/// How much of a file is looked at for lines that tell of packets.
pub(super) const SAMPLE: usize = 64 << 10;

/// Connections whose names are remembered.
const MOST_NAMES: usize = 1 << 16;

/// The most that is kept of a log's words for one packet.
const MOST_WORDS: usize = 1 << 10;

/// Times before this are those of a clock without a date, in milliseconds.
const FIRST_DATE: u64 = 86_400_000 * 365;

/// A line that tells something.
#[derive(Clone, Debug, PartialEq)]
enum Line<'a> {
    Packet(Packet<'a>),
    /// What EMQX received, in hex.
    Bytes {
        who: Who<'a>,
        hex: &'a str,
    },
    /// A network connection; its port on the server.
    Connection {
        address: &'a str,
        port: &'a str,
    },
    /// A connection is over.
    Over {
        who: Who<'a>,
        how: Ending,
        /// The line, from the first word that is about it.
        words: &'a str,
    },
    /// More words for the packet of the line before.
    More(&'a str),
}

/// A packet in words.
#[derive(Clone, Debug, PartialEq)]
struct Packet<'a> {
    who: Who<'a>,
    from: Role,
    packet_type: PacketType,
    version: Option<ProtocolVersion>,
    words: &'a str,
}

/// Whose connection a line is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Who<'a> {
    /// What tells it from others: empty where the log is of one client.
    key: &'a str,
    /// The Client Identifier, where it is told.
    id: &'a str,
    /// The address of the client, where it is told.
    address: &'a str,
}

/// What stands behind the beginning of a line that a collector of logs writes: `Nov 28 11:02:44 pi mosquitto[712]: ` of journald
/// and syslog, `mosquitto  | ` of Docker Compose.
fn message(text: &str) -> &str {
    const LONGEST: usize = 120;
    let head = text
        .get(..text.floor_char_boundary(LONGEST))
        .unwrap_or_default();
    let is_name = |name: &str| {
        !name.is_empty()
            && name
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))
    };
    let is_process = |name: &str| {
        let number = name
            .strip_suffix(']')
            .and_then(|name| name.rsplit_once('['));
        number.is_some_and(|(program, number)| {
            is_name(program) && number.bytes().all(|b| b.is_ascii_digit())
        }) || name == "mosquitto"
    };
    // The colons of a time have no blank behind them.
    let end = head
        .match_indices(": ")
        .find(|(at, _)| {
            let before = head.get(..*at).unwrap_or_default();
            is_process(before.rsplit([' ', '\t']).next().unwrap_or_default())
        })
        .map(|(at, sign)| at.saturating_add(sign.len()))
        .or_else(|| {
            let (name, _) = head.split_once("| ")?;
            is_name(name.trim_end()).then(|| name.len().saturating_add(2))
        });
    end.and_then(|end| text.get(end..)).unwrap_or(text)
}

/// The time of a line in nanoseconds, where it has a date: that of who wrote it, else that of who collected it.
fn time(text: &str) -> Option<u64> {
    let dated = |text: &str| line_time(text).filter(|at_ms| *at_ms >= FIRST_DATE);
    dated(message(text))
        .or_else(|| dated(text))?
        .checked_mul(1_000_000)
}

/// Reads one line.
fn line(text: &str) -> Option<Line<'_>> {
    let text = message(text);
    emqx::line(text)
        .or_else(|| mosquitto::line(text))
        .or_else(|| paho::line(text))
        .or_else(|| tasmota::line(text))
}

/// The packet type with this name, in capitals.
fn packet_type(name: &str) -> Option<PacketType> {
    let all = (1..=15_u8).map(|number| PacketType::from_first_byte(number << 4));
    all.into_iter().find(|it| it.name() == name)
}

/// The packet type that a text begins with, and what is behind it.
fn typed(text: &str) -> Option<(PacketType, &str)> {
    let len = text
        .find(|c: char| !c.is_ascii_uppercase())
        .unwrap_or(text.len());
    let (name, behind) = text.split_at_checked(len)?;
    Some((packet_type(name)?, behind))
}

/// What stands within the brackets that a text is in, else the text.
fn within_brackets(text: &str) -> &str {
    let text = text.trim();
    text.strip_prefix('(')
        .and_then(|inside| inside.strip_suffix(')'))
        .unwrap_or(text)
}

/// Whether a file is such a log, by its beginning.
pub(super) fn begins(bytes: &[u8]) -> bool {
    let sample = bytes.get(..bytes.len().min(SAMPLE)).unwrap_or_default();
    if sample.contains(&0) {
        return false;
    }
    let text = String::from_utf8_lossy(sample);
    let (mut packets, mut others, mut lines) = (0_usize, 0_usize, 0_usize);
    for text in text.lines() {
        lines = lines.saturating_add(usize::from(!text.trim().is_empty()));
        let count = match line(text) {
            Some(Line::Packet(_) | Line::Bytes { .. }) => &mut packets,
            Some(Line::Connection { .. } | Line::Over { .. }) => &mut others,
            _ => continue,
        };
        *count = count.saturating_add(1);
    }
    // One line among many is a quotation, and so are two that tell of no packet.
    let told = packets.saturating_add(others);
    packets > 1 || packets == 1 && lines <= 3 || told > 1 && told.saturating_mul(2) >= lines
}

/// A connection that a log tells of.
#[derive(Debug)]
struct Open {
    key: Key,
    id: String,
    /// Of the client: its bytes are in the log, so that its packets in words are the same again.
    has_bytes: bool,
    /// The last CONNECT in words; EMQX writes it twice.
    connect: Option<String>,
}

/// The reader.
#[derive(Debug, Default)]
pub(super) struct Log {
    /// Bytes of the next line that have no end in them.
    scanned: usize,
    /// The line is too long, and passed over.
    is_passing: bool,
    number: u64,
    keys: Key,
    open: HashMap<String, Open>,
    /// The ports of the server, by the address of the client.
    ports: HashMap<String, String>,
    /// The last new connection, of which nothing else is told yet.
    newest: Option<String>,
    /// Clients that have had a connection.
    seen: HashSet<String>,
    /// The last packet in words, to which the next line may add.
    pending: Option<Tell>,
    told: VecDeque<Tell>,
    /// Lines that were too long.
    too_long: u64,
    is_told: bool,
}

impl Log {
    /// So many bytes of a line are kept.
    pub(super) fn step(&mut self, input: &mut Input, longest: usize) -> Step {
        if let Some(told) = self.told.pop_front() {
            return Step::Tell(told);
        }
        let rest = input.rest();
        let unseen = rest.get(self.scanned..).unwrap_or_default();
        let end = unseen.iter().position(|&byte| byte == b'\n');
        let len = match end {
            Some(end) => self.scanned.saturating_add(end),
            None if input.is_ended => rest.len(),
            None => {
                self.scanned = rest.len();
                if rest.len() > longest {
                    // Of a line that is too long nothing is kept.
                    self.is_passing = true;
                    self.scanned = 0;
                    return Step::Skip(rest.len() as u64);
                }
                return Step::More;
            }
        };
        if rest.is_empty() {
            return self.end();
        }
        let whole = len.saturating_add(usize::from(end.is_some()));
        self.scanned = 0;
        self.number = self.number.saturating_add(1);
        if core::mem::take(&mut self.is_passing) || len > longest {
            self.too_long = self.too_long.saturating_add(1);
            return Step::Skip(whole as u64);
        }
        let text = String::from_utf8_lossy(rest.get(..len).unwrap_or_default()).into_owned();
        self.line(text.trim_end_matches('\r'));
        Step::Skip(whole as u64)
    }

    fn end(&mut self) -> Step {
        if let Some(pending) = self.pending.take() {
            return Step::Tell(pending);
        }
        if self.too_long > 0 && !self.is_told {
            self.is_told = true;
            return Step::Note(
                format!("{} lines of the log are too long to be read", self.too_long),
                0,
            );
        }
        Step::More
    }

    fn line(&mut self, text: &str) {
        let Some(line) = line(text) else {
            self.flush();
            return;
        };
        let at_ns = time(text);
        match line {
            Line::More(words) => {
                if let Some(Told::Said(_, packet_type, _, said)) =
                    self.pending.as_mut().map(|tell| &mut tell.told)
                    && matches!(packet_type, PacketType::Subscribe | PacketType::Unsubscribe)
                    && said.len() < MOST_WORDS
                {
                    if !said.is_empty() {
                        said.push_str(", ");
                    }
                    said.push_str(cut(words));
                }
            }
            Line::Connection { address, port } => {
                self.flush();
                if self.ports.len() < MOST_NAMES {
                    self.ports.insert(address.to_owned(), port.to_owned());
                }
                self.newest = Some(address.to_owned());
            }
            Line::Over { who, how, words } => {
                self.flush();
                self.begin_unseen(who, how, at_ns);
                if let Some(open) = self.open.remove(who.key) {
                    self.push(
                        open.key,
                        at_ns,
                        Told::Ends(Some(how), cut(words).to_owned()),
                    );
                }
            }
            Line::Bytes { who, hex } => {
                self.flush();
                if let Some(bytes) = unhexed(hex) {
                    let begins = bytes.first() == Some(&0x10);
                    let key = self.connection(who, begins, at_ns);
                    if let Some(open) = self.open.get_mut(who.key) {
                        open.has_bytes = true;
                    }
                    self.push(key, at_ns, Told::Message(Role::Client, bytes));
                }
            }
            Line::Packet(packet) => {
                self.flush();
                self.packet(&packet, at_ns);
            }
        }
    }

    fn packet(&mut self, packet: &Packet<'_>, at_ns: Option<u64>) {
        let is_connect = packet.packet_type == PacketType::Connect;
        if let Some(open) = self.open.get_mut(packet.who.key) {
            let is_again = is_connect && open.connect.as_deref() == Some(packet.words);
            if packet.from == Role::Client && open.has_bytes || is_again && open.id.is_empty() {
                // The name is new, though the packet is not.
                self.connection(packet.who, false, at_ns);
                return;
            }
        }
        let key = self.connection(packet.who, is_connect, at_ns);
        if is_connect && let Some(open) = self.open.get_mut(packet.who.key) {
            open.connect = Some(packet.words.to_owned());
        }
        self.pending = Some(Tell {
            key,
            at_ns,
            frame: self.number,
            told: Told::Said(
                packet.from,
                packet.packet_type,
                packet.version,
                cut(packet.words).to_owned(),
            ),
        });
    }

    /// Begins the connection that a line says the end of, where nothing was told of it before: it was refused, or the log begins
    /// later than it.
    fn begin_unseen(&mut self, who: Who<'_>, how: Ending, at_ns: Option<u64>) {
        let is_known = self.open.contains_key(who.key) || self.seen.contains(who.key);
        // Whoever takes a connection over has a new one of his own.
        let newest = self.newest.take_if(|_| how != Ending::TakenOver);
        if is_known && (newest.is_none() || self.open.contains_key(who.key))
            || who.key.starts_with('<')
        {
            return;
        }
        let who = Who {
            id: who.key,
            address: newest.as_deref().unwrap_or_default(),
            ..who
        };
        self.connection(who, false, at_ns);
    }

    /// The connection that a line is about, and what is new of it. `begins`: the line is its first.
    fn connection(&mut self, who: Who<'_>, begins: bool, at_ns: Option<u64>) -> Key {
        let is_known = self.open.contains_key(who.key);
        if is_known
            && begins
            && let Some(open) = self.open.remove(who.key)
        {
            self.push(open.key, at_ns, Told::Ends(None, String::new()));
        }
        if let Some(open) = self.open.get_mut(who.key) {
            let key = open.key;
            if open.id.is_empty() && !who.id.is_empty() {
                who.id.clone_into(&mut open.id);
                self.push(key, at_ns, Told::Named(Role::Client, named(who)));
                self.identify(key, who, at_ns);
            }
            return key;
        }
        if self.open.len() >= MOST_NAMES {
            // Their connections go on under another number, as those do that are forgotten elsewhere.
            self.open.clear();
        }
        self.keys = self.keys.saturating_add(1);
        if self.seen.len() < MOST_NAMES {
            self.seen.insert(who.key.to_owned());
        }
        self.newest.take_if(|newest| newest == who.address);
        let port = self.ports.remove(who.address);
        let server = port.map_or_else(String::new, |port| format!("port {port}"));
        let open = Open {
            key: self.keys,
            id: who.id.to_owned(),
            has_bytes: false,
            connect: None,
        };
        self.open.insert(who.key.to_owned(), open);
        let begins = Told::Begins {
            client: Peer::named(&named(who)),
            server: Peer::named(&server),
            within: Within::Log,
            is_begun: begins,
        };
        self.push(self.keys, at_ns, begins);
        self.identify(self.keys, who, at_ns);
        self.keys
    }

    /// Tells who the client is.
    fn identify(&mut self, key: Key, who: Who<'_>, at_ns: Option<u64>) {
        if !who.id.is_empty() {
            let client = Told::Client(cut(who.id).to_owned(), cut(who.address).to_owned());
            self.push(key, at_ns, client);
        }
    }

    fn flush(&mut self) {
        self.told.extend(self.pending.take());
    }

    fn push(&mut self, key: Key, at_ns: Option<u64>, told: Told) {
        self.told.push_back(Tell {
            key,
            at_ns,
            frame: self.number,
            told,
        });
    }
}

/// A client as it is shown.
fn named(who: Who<'_>) -> String {
    match (who.id.is_empty(), who.address.is_empty()) {
        (false, false) => format!("{} ({})", who.id, who.address),
        (false, true) => who.id.to_owned(),
        _ => who.address.to_owned(),
    }
}

fn cut(words: &str) -> &str {
    words
        .get(..words.floor_char_boundary(MOST_WORDS))
        .unwrap_or_default()
}

fn unhexed(hex: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = hex.as_bytes().as_chunks::<2>();
    let digit = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .and_then(|it| u8::try_from(it).ok())
    };
    let bytes = pairs
        .iter()
        .map(|&[high, low]| Some(digit(high)? << 4 | digit(low)?));
    rest.is_empty().then(|| bytes.collect())?
}

#[cfg(test)]
mod tests;
