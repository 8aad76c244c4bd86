//! A bounded look at both sides, until it is clear what they speak.

use mqttscope_wire::{Context, ControlPacket, Decoded, ProtocolVersion, Sender, decode};

use super::super::event::Moment;
use super::evidence::{Chain, First, first};
use super::hunt::Hunt;
use super::websocket::{Heading, heading, masked_frames};
use super::{Out, Within, named};
use crate::foreign::{Protocol, proxy_header};

/// Pieces of both sides that are kept.
const MOST_PIECES: usize = 512;

/// What MQTT must prove to be taken for it at once, and when nothing more comes.
const ENOUGH: u32 = 20;
const ENOUGH_AT_THE_END: u32 = 10;

/// The same on a broker's port.
const ENOUGH_ON_PORT: u32 = 10;
const ENOUGH_ON_PORT_AT_THE_END: u32 = 5;

/// Bytes that show that a side whose beginning is there does not speak MQTT.
const ENOUGH_OTHER: usize = 16;

/// A sample that is named.
const SAMPLE: usize = 1 << 12;

/// What a connection carries.
pub(super) enum Verdict {
    Mqtt {
        why: String,
        client: Option<usize>,
    },
    /// `client`: which side is the client; `has_head`: it begins with the HTTP upgrade.
    WebSocket {
        client: usize,
        has_head: bool,
    },
    Tls {
        what: String,
    },
    Other {
        protocol: Option<Protocol>,
        what: String,
    },
}

impl Verdict {
    /// Who the client is, where the bytes tell.
    pub(super) const fn client(&self) -> Option<usize> {
        match self {
            Self::Mqtt { client, .. } => *client,
            Self::WebSocket { client, .. } => Some(*client),
            Self::Tls { .. } | Self::Other { .. } => None,
        }
    }
}

/// What was kept of a side.
pub(super) enum Kept<'a> {
    Bytes(&'a [u8], Moment),
    Gap(Option<u64>),
}

enum Piece {
    Bytes(usize, usize, Moment),
    Gap(usize, Option<u64>),
}

#[derive(Default)]
struct Side {
    hunt: Hunt,
    /// The first byte is the first that it sent.
    is_known: bool,
    has_gap: bool,
    /// A PROXY protocol header before the first byte that counts.
    skip: usize,
    /// Whole masked WebSocket frames that filled segments.
    masked: u32,
}

/// Both sides so far.
pub(in crate::recording) struct Look {
    within: Within,
    sides: [Side; 2],
    pieces: Vec<Piece>,
}

impl Look {
    pub(super) fn new(within: Within) -> Self {
        // Inside of TLS and WebSocket the beginning is known, as theirs was.
        let side = || Side {
            is_known: within != Within::Tcp,
            ..Side::default()
        };
        Self {
            within,
            sides: [side(), side()],
            pieces: Vec::new(),
        }
    }

    /// What carries it is known better now.
    pub(super) const fn carried_by(&mut self, within: Within) {
        self.within = within;
    }

    /// Another look at what was taken for something else, where a segment is MQTT or an upgrade beyond doubt.
    pub(super) fn again(within: Within, bytes: &[u8]) -> Option<Self> {
        let is_packet = || {
            let mut chain = Chain::from(0);
            let mut budget = bytes.len().saturating_mul(2);
            let goes = chain.extend(bytes, &mut budget);
            goes == super::evidence::Goes::On && chain.at == bytes.len() && chain.score >= ENOUGH
        };
        let is_upgrade = bytes.starts_with(b"GET ") && matches!(heading(bytes), Heading::Request);
        let is_likely = is_upgrade || first(bytes) != First::Unfair && is_packet();
        if !is_likely || within.has_websocket() {
            return None;
        }
        let mut look = Self::new(within);
        for side in &mut look.sides {
            side.is_known = is_upgrade;
        }
        Some(look)
    }

    /// Nothing is known of where sides begin, as in the middle of a WebSocket connection.
    pub(super) fn in_the_middle(mut self) -> Self {
        for side in &mut self.sides {
            side.is_known = false;
        }
        self
    }

    pub(super) const fn within(&self) -> Within {
        self.within
    }

    /// Of which sides the first byte is the first that they sent.
    pub(super) fn known(&self) -> [bool; 2] {
        let [low, high] = &self.sides;
        [low, high].map(|side| side.is_known)
    }

    pub(super) fn begins(&mut self, side: usize) {
        if let Some(side) = self.sides.get_mut(side) {
            side.is_known = side.hunt.is_empty() && !side.has_gap;
        }
    }

    pub(super) fn held(&self) -> usize {
        let pieces = self.pieces.len().saturating_mul(size_of::<Piece>());
        let held = self.sides.iter().map(|side| side.hunt.held());
        held.sum::<usize>().saturating_add(pieces)
    }

    pub(super) fn push(&mut self, side: usize, bytes: &[u8], moment: Moment) {
        self.pieces.push(Piece::Bytes(side, bytes.len(), moment));
        if let Some(side) = self.sides.get_mut(side) {
            if !self.within.has_websocket() {
                side.masked = side.masked.saturating_add(masked_frames(bytes));
            }
            side.hunt.push(bytes, moment);
        }
    }

    pub(super) fn gap(&mut self, side: usize, len: Option<u64>) {
        self.pieces.push(Piece::Gap(side, len));
        if let Some(side) = self.sides.get_mut(side) {
            if side.hunt.is_empty() {
                side.is_known = false;
            }
            side.has_gap = true;
            side.hunt.part();
        }
    }

    /// What it is, once that is clear; `is_final`: no more comes.
    pub(super) fn verdict(&mut self, out: &Out<'_>, is_final: bool) -> Option<Verdict> {
        if self.pieces.is_empty() {
            return None;
        }
        let is_full = self.held() > out.limits.look || self.pieces.len() >= MOST_PIECES;
        let is_final = is_final || is_full;
        let mut must_wait = false;
        for side in 0..2 {
            match self.beginning(side, is_final) {
                Beginning::Is(verdict) => return Some(verdict),
                Beginning::Wait => must_wait = true,
                Beginning::Unclear => {}
            }
        }
        if must_wait && !is_final {
            return None;
        }
        // Frames first: a mask of zeros shows packets that seem to be sent without frames.
        self.masked()
            .or_else(|| self.mqtt(out, is_final))
            .or_else(|| self.other(is_final))
    }

    /// What the first bytes of a side show.
    fn beginning(&mut self, number: usize, is_final: bool) -> Beginning {
        let within = self.within;
        let Some(side) = self.sides.get_mut(number) else {
            return Beginning::Unclear;
        };
        if side.skip == 0
            && let Some(len) = proxy_header(side.hunt.bytes())
        {
            side.skip = len;
        }
        let bytes = side.hunt.bytes().get(side.skip..).unwrap_or_default();
        if bytes.is_empty() {
            return Beginning::Unclear;
        }
        if !within.has_websocket() {
            match heading(bytes) {
                Heading::Request => {
                    return Beginning::Is(Verdict::WebSocket {
                        client: number,
                        has_head: true,
                    });
                }
                Heading::Answer => {
                    return Beginning::Is(Verdict::WebSocket {
                        client: 1_usize.saturating_sub(number),
                        has_head: true,
                    });
                }
                Heading::Short if !is_final => return Beginning::Wait,
                Heading::Short | Heading::Other => {
                    let what = named(bytes.get(..bytes.len().min(SAMPLE)).unwrap_or_default());
                    let (_, what) = what.unwrap_or((Protocol::Http, "HTTP".to_owned()));
                    return Beginning::Is(Verdict::Other {
                        protocol: Some(Protocol::Http),
                        what,
                    });
                }
                Heading::None => {}
            }
        }
        if within == Within::Tcp {
            match tls(bytes, side.is_known) {
                Some(true) => {
                    let sample = bytes.get(..bytes.len().min(SAMPLE)).unwrap_or_default();
                    let (_, what) = named(sample).unwrap_or((Protocol::Tls, "TLS".to_owned()));
                    let what = if matches!(bytes, [22, _, _, _, _, 1 | 2, ..]) {
                        what
                    } else {
                        format!("it begins inside TLS: {what}")
                    };
                    return Beginning::Is(Verdict::Tls { what });
                }
                None if !is_final => return Beginning::Wait,
                _ => {}
            }
        }
        Beginning::Unclear
    }

    /// Whether both sides together prove to be MQTT.
    fn mqtt(&mut self, out: &Out<'_>, is_final: bool) -> Option<Verdict> {
        let [low, high] = &mut self.sides;
        // A large message of which only the beginning is there.
        let mut begun = 0_u32;
        for side in [&mut *low, &mut *high] {
            let _ = side.hunt.best();
            let likely = side.hunt.likely().filter(|_| is_final);
            begun = begun.max(likely.map_or(0, |(_, score)| score));
        }
        let none = Chain::default();
        let a = low.hunt.best().unwrap_or(&none);
        let b = high.hunt.best().unwrap_or(&none);
        // What begins in the middle of bytes may be so by chance.
        let worth = |side_known: bool, chain: &Chain| {
            let is_placed = chain.start == 0 || side_known || chain.whole >= 3;
            if is_placed {
                chain.score
            } else {
                chain.score.saturating_sub(6)
            }
        };
        let sum = worth(low.is_known, a)
            .saturating_add(worth(high.is_known, b))
            .saturating_add(a.agreement(b))
            .saturating_add(begun);
        let is_on_port = out.head.has_brokers_port() || self.within.has_websocket();
        let needed = match (is_on_port, is_final) {
            (true, true) => ENOUGH_ON_PORT_AT_THE_END,
            (true, false) => ENOUGH_ON_PORT,
            (false, true) => ENOUGH_AT_THE_END,
            (false, false) => ENOUGH,
        };
        let votes = a.votes.saturating_sub(b.votes);
        let client = match votes {
            1.. => Some(0),
            0 => None,
            _ => Some(1),
        };
        let has_connect = a.has_connect || b.has_connect;
        if sum >= needed {
            let number = a.whole.saturating_add(b.whole);
            let why = if has_connect {
                "a CONNECT".to_owned()
            } else {
                let plural = if number == 1 { "" } else { "s" };
                format!("its bytes are MQTT: {number} sound packet{plural}")
            };
            return Some(Verdict::Mqtt { why, client });
        }
        // A CONNECT that breaks a rule is one, and so is a first packet on a broker's port that is framed.
        for (side, own) in [&*low, &*high].into_iter().enumerate() {
            let bytes = own.hunt.bytes().get(own.skip..).unwrap_or_default();
            if crate::foreign::begins_with_connect(bytes) {
                return Some(Verdict::Mqtt {
                    why: "a CONNECT".to_owned(),
                    client: Some(side),
                });
            }
            if is_final && own.is_known && is_connack(bytes) {
                return Some(Verdict::Mqtt {
                    why: "a CONNACK".to_owned(),
                    client: Some(1_usize.saturating_sub(side)),
                });
            }
            let is_first =
                own.is_known && is_on_port && matches!(first(bytes), First::Packet { .. });
            if is_final && is_first {
                return Some(Verdict::Mqtt {
                    why: "its port, and a first packet that can be framed".to_owned(),
                    client: None,
                });
            }
        }
        None
    }

    /// A WebSocket connection that began before: segments of nothing but masked frames.
    fn masked(&self) -> Option<Verdict> {
        let side = self
            .sides
            .iter()
            .position(|side| side.masked >= 2 && !side.is_known)?;
        (self.within == Within::Tcp || self.within == Within::Tls).then_some(Verdict::WebSocket {
            client: side,
            has_head: false,
        })
    }

    /// What is neither, once enough was seen.
    fn other(&mut self, is_final: bool) -> Option<Verdict> {
        let is_no_packet = self.sides.iter_mut().any(|side| {
            let bytes = side.hunt.bytes().get(side.skip..).unwrap_or_default();
            let is_unfair = bytes.len() >= ENOUGH_OTHER && first(bytes) == First::Unfair;
            side.is_known && !side.has_gap && is_unfair
        });
        if !is_final && !is_no_packet {
            return None;
        }
        let mut found = None;
        for side in &self.sides {
            let bytes = side.hunt.bytes();
            let sample = bytes.get(..bytes.len().min(SAMPLE)).unwrap_or_default();
            // Nothing that holds MQTT: that would have been found.
            let name = named(sample).filter(|(protocol, _)| {
                !matches!(
                    protocol,
                    Protocol::Network | Protocol::Capture | Protocol::Proxy
                )
            });
            found = found.or(name);
        }
        let (protocol, what) = match found {
            Some((protocol, what)) => (Some(protocol), what),
            None if self.sides.iter().any(|side| side.hunt.may_be()) => (
                None,
                "its bytes may be MQTT, but are too few to tell".to_owned(),
            ),
            None => (None, "its bytes are nothing that is known here".to_owned()),
        };
        let (protocol, what) = if self.within.has_websocket() {
            let what = format!("WebSocket messages that are no MQTT: {what}");
            (Some(Protocol::WebSocket), what)
        } else {
            (protocol, what)
        };
        Some(Verdict::Other { protocol, what })
    }

    /// Gives all that was kept, in the order of the file.
    pub(super) fn replay(&self, mut take: impl FnMut(usize, Kept<'_>)) {
        let mut at = [0_usize; 2];
        for piece in &self.pieces {
            match *piece {
                Piece::Gap(side, len) => take(side, Kept::Gap(len)),
                Piece::Bytes(side, len, moment) => {
                    let (Some(own), Some(place)) = (self.sides.get(side), at.get_mut(side)) else {
                        continue;
                    };
                    let end = place.saturating_add(len);
                    let from = own.skip.clamp(*place, end);
                    let bytes = own.hunt.bytes().get(from..end).unwrap_or_default();
                    *place = end;
                    take(side, Kept::Bytes(bytes, moment));
                }
            }
        }
    }
}

/// Whether these bytes are a right CONNACK, with whatever behind it.
fn is_connack(bytes: &[u8]) -> bool {
    let is_of = |version| {
        let context = Context::new(version).sent_by(Sender::Server);
        let decoded = decode(bytes, context);
        matches!(
            decoded,
            Ok(Decoded::Packet {
                packet: ControlPacket::Connack(_),
                ..
            })
        )
    };
    ProtocolVersion::ALL.into_iter().any(is_of)
}

enum Beginning {
    Is(Verdict),
    /// More bytes may show it.
    Wait,
    Unclear,
}

/// Whether TLS records begin here; `None`: too few bytes to know.
fn tls(bytes: &[u8], is_known: bool) -> Option<bool> {
    let mut rest = bytes;
    for number in 0..2 {
        match rest {
            [20..=23, 3, 0..=4, high, low, content @ ..] => {
                let len = usize::from(u16::from_be_bytes([*high, *low]));
                if len == 0 || len > (1 << 14) + 2048 {
                    return Some(false);
                }
                match (rest.first(), content.first()) {
                    // A hello is no other thing.
                    (Some(22), Some(1 | 2)) if number == 0 => return Some(true),
                    (Some(22), None) if number == 0 => return None,
                    _ => {}
                }
                match content.get(len..) {
                    Some([]) | None => return Some(number > 0 || !is_known || content.len() > 64),
                    Some(behind) => rest = behind,
                }
            }
            [] => return None,
            [20..=23] | [20..=23, 3] | [20..=23, 3, 0..=4] | [20..=23, 3, 0..=4, _] => return None,
            _ => return Some(false),
        }
    }
    Some(true)
}
