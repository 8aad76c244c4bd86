//! What a tap did on purpose to a connection, as it stands in a recording: the comment of a frame.
//!
//! ```
//! use mqttscope_capture::mark::{Effect, Mark, MarkedPacket};
//! use mqttscope_capture::reading::Role;
//! use mqttscope_wire::PacketType;
//!
//! let mark = Mark {
//!     fault: 3,
//!     effect: Effect::Cut,
//!     packet: Some(MarkedPacket {
//!         packet_type: PacketType::Puback,
//!         identifier: Some(7),
//!         from: Role::Server,
//!         goes_on: false,
//!     }),
//!     words: "fault 3: cut before PUBACK 1; 4 bytes did not go on".to_owned(),
//! };
//! let comment = "mqttscope fault 3 cut PUBACK 7 from server: fault 3: cut before PUBACK 1; 4 bytes did not go on";
//! assert_eq!(mark.to_string(), comment);
//! assert_eq!(Mark::of_comment(comment), Some(mark));
//! assert_eq!(Mark::of_comment("a comment of somebody else"), None);
//! ```

use core::fmt;
use core::net::SocketAddr;

use mqttscope_wire::PacketType;

use crate::reading::Role;

/// With what such a comment begins.
const BEGINNING: &str = "mqttscope fault ";

/// The most bytes of its words.
const LONGEST: usize = 600;

/// What a fault did.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Mark {
    /// The fault's number among those of its tap.
    pub fault: u32,
    /// What became of the connection.
    pub effect: Effect,
    /// The packet that it was about, where there is one.
    pub packet: Option<MarkedPacket>,
    /// The same for people.
    pub words: String,
}

/// What becomes of a connection by a fault: what its recording does not show, since it holds what each side sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Nothing: what was to be done could not be done.
    Nothing,
    /// The other side gets it later.
    Late,
    /// Something that was sent is not received.
    Lost,
    /// Both sides are closed; what had not gone on is not received.
    Cut,
    /// The other side receives another packet than was sent.
    Changed,
    /// The other side receives it twice.
    Twice,
    /// From here on nothing goes on either way, and the client is not told.
    Silent,
}

/// A packet that a fault is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MarkedPacket {
    /// Its type.
    pub packet_type: PacketType,
    /// Its Packet Identifier, if it has one.
    pub identifier: Option<u16>,
    /// Who sent it.
    pub from: Role,
    /// The fault struck behind it: the other side gets it.
    pub goes_on: bool,
}

impl Effect {
    const ALL: [Self; 7] = [
        Self::Nothing,
        Self::Late,
        Self::Lost,
        Self::Cut,
        Self::Changed,
        Self::Twice,
        Self::Silent,
    ];

    /// Whether the other side does not get what was sent: it is not to be judged by that.
    #[must_use]
    pub const fn disturbs(self) -> bool {
        !matches!(self, Self::Nothing | Self::Late)
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Late => "late",
            Self::Lost => "lost",
            Self::Cut => "cut",
            Self::Changed => "changed",
            Self::Twice => "twice",
            Self::Silent => "silent",
        }
    }
}

impl fmt::Display for Mark {
    /// The comment.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (fault, effect) = (self.fault, self.effect.word());
        write!(f, "{BEGINNING}{fault} {effect}")?;
        if let Some(packet) = self.packet {
            let behind = if packet.goes_on { " behind" } else { "" };
            write!(f, "{behind} {}", packet.packet_type.name())?;
            if let Some(identifier) = packet.identifier {
                write!(f, " {identifier}")?;
            }
            write!(f, " from {}", packet.from.name())?;
        }
        write!(f, ": {}", shortened(&self.words))
    }
}

impl Mark {
    /// Reads a comment; `None`: it is no mark.
    #[must_use]
    pub fn of_comment(comment: &str) -> Option<Self> {
        let rest = comment.strip_prefix(BEGINNING)?;
        let (head, words) = rest.split_once(": ")?;
        let mut head = head.split(' ');
        let fault = head.next()?.parse().ok()?;
        let effect = head.next()?;
        let effect = Effect::ALL.into_iter().find(|it| it.word() == effect)?;
        let mut next = head.next();
        let goes_on = next == Some("behind");
        if goes_on {
            next = Some(head.next()?);
        }
        let packet = match next {
            None => None,
            Some(name) => {
                let packet_type = (1..16_u8)
                    .map(|nibble| PacketType::from_first_byte(nibble << 4))
                    .find(|kind| kind.name() == name)?;
                let (identifier, from) = match head.next()? {
                    "from" => (None, head.next()?),
                    number => {
                        let number = number.parse().ok()?;
                        (head.next()? == "from").then_some(())?;
                        (Some(number), head.next()?)
                    }
                };
                let from = [Role::Client, Role::Server]
                    .into_iter()
                    .find(|role| role.name() == from)?;
                Some(MarkedPacket {
                    packet_type,
                    identifier,
                    from,
                    goes_on,
                })
            }
        };
        head.next().is_none().then(|| Self {
            fault,
            effect,
            packet,
            words: shortened(words).to_owned(),
        })
    }
}

/// Between whom a tap stands, as it is written at the beginning of a connection: the frames of its recording have the port by
/// which other tools know MQTT.
///
/// ```
/// use mqttscope_capture::mark::Tapped;
///
/// let comment = "127.0.0.1:50000 to 127.0.0.1:1884 through the tap 127.0.0.1:1883";
/// let tapped = Tapped::of_comment(comment).unwrap();
/// assert_eq!(tapped.broker.port(), 1884);
/// assert_eq!(tapped.to_string(), comment);
/// assert_eq!(Tapped::of_comment(&format!("{comment} (a remark)")), Some(tapped));
/// assert_eq!(Tapped::of_comment("from here to there"), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tapped {
    /// The client's end of its connection to the tap.
    pub client: SocketAddr,
    /// Where the tap's own connection leads.
    pub broker: SocketAddr,
    /// The tap's end of the client's connection.
    pub tap: SocketAddr,
}

/// What stands between client and broker, and between broker and tap.
const TO: &str = " to ";
const THROUGH: &str = " through the tap ";

impl fmt::Display for Tapped {
    /// The comment.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            client,
            broker,
            tap,
        } = self;
        write!(f, "{client}{TO}{broker}{THROUGH}{tap}")
    }
}

impl Tapped {
    /// Reads a comment, behind which more may stand; `None`: it is another.
    #[must_use]
    pub fn of_comment(comment: &str) -> Option<Self> {
        let (client, rest) = comment.split_once(TO)?;
        let (broker, tap) = rest.split_once(THROUGH)?;
        Some(Self {
            client: client.parse().ok()?,
            broker: broker.parse().ok()?,
            tap: tap.split(' ').next()?.parse().ok()?,
        })
    }
}

/// What a tap says of frames that it has no more for a slow reader, behind their number: the comment of statistics of the
/// interface.
///
/// A reader of captures tells it as a note.
pub const NOT_KEPT: &str = " frames before this place are not kept for this reader";

/// Whether a comment may be one of a tap.
pub(crate) fn is_of_tap(comment: &[u8]) -> bool {
    comment.starts_with(BEGINNING.as_bytes())
        || core::str::from_utf8(comment).is_ok_and(|it| Tapped::of_comment(it).is_some())
}

fn shortened(words: &str) -> &str {
    let end = words.floor_char_boundary(LONGEST);
    words.get(..end).unwrap_or(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_effect_with_and_without_a_packet_comes_back() {
        let identifiers = [None, Some(7)];
        for effect in Effect::ALL {
            for identifier in identifiers {
                for (from, goes_on) in [
                    (Role::Client, false),
                    (Role::Server, false),
                    (Role::Client, true),
                ] {
                    let packet = MarkedPacket {
                        packet_type: PacketType::Publish,
                        identifier,
                        from,
                        goes_on,
                    };
                    for packet in [None, Some(packet)] {
                        let mark = Mark {
                            fault: 12,
                            effect,
                            packet,
                            words: "line 2: what: it did".to_owned(),
                        };
                        assert_eq!(Mark::of_comment(&mark.to_string()), Some(mark));
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_none_is_not_taken_for_one() {
        for comment in [
            "",
            "mqttscope fault",
            "mqttscope fault x lost: a",
            "mqttscope fault 1 lot: a",
            "mqttscope fault 1 lost",
            "mqttscope fault 1 lost PUBAK 1 from server: a",
            "mqttscope fault 1 lost PUBACK 1 server: a",
            "mqttscope fault 1 lost PUBACK 70000 from server: a",
            "mqttscope fault 1 lost PUBACK 1 from nobody: a",
            "mqttscope fault 1 lost PUBACK 1 from server now: a",
            "mqttscope fault 1 cut behind: a",
        ] {
            assert_eq!(Mark::of_comment(comment), None, "{comment}");
        }
    }

    #[test]
    fn long_words_are_cut_between_characters() {
        let mark = Mark {
            fault: 1,
            effect: Effect::Late,
            packet: None,
            words: "ä".repeat(LONGEST),
        };
        let read = Mark::of_comment(&mark.to_string());
        assert_eq!(read.map(|it| it.words), Some("ä".repeat(LONGEST / 2)));
    }
}
