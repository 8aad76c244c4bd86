//! What was passed over, filled in or guessed while reading a text.

use core::fmt;

use super::Marks;

/// Something a person should know about how their text was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Note {
    /// The column of readable text beside a dump was passed over.
    AsciiColumnIgnored,
    /// `*` lines stood for bytes that repeat the line above; they were filled in.
    RepeatsFilled {
        /// How many bytes were filled in.
        bytes: usize,
    },
    /// A `*` line with no offset after it: how much it stood for is not known.
    RepeatsUnknown,
    /// Lines that hold no bytes were passed over.
    LinesIgnored {
        /// How many lines.
        lines: usize,
    },
    /// What stood before the bytes in each line of a log was passed over.
    PrefixesIgnored {
        /// How many lines.
        lines: usize,
    },
    /// The bytes come from both sides of a connection, in the order in which they stood.
    BothSides {
        /// What tells them apart.
        marks: Marks,
    },
    /// Several packets, arrays or strings were joined in order.
    Joined {
        /// How many.
        parts: usize,
    },
    /// Each word was taken low byte first.
    LittleEndianWords,
    /// A line's offset is not where the bytes before it end.
    OffsetMismatch {
        /// The line, from 1.
        line: usize,
        /// The offset that would follow.
        expected: u64,
        /// The offset that stands there.
        found: u64,
    },
    /// The bytes begin with an IP packet, so MQTT comes after its headers.
    IpPacket {
        /// 4 or 6.
        version: u8,
    },
    /// The bytes begin with an Ethernet frame, so MQTT comes after its headers.
    EthernetFrame,
    /// The text itself says that bytes were left out at its end.
    CutShort {
        /// How many, where it says so.
        bytes: Option<usize>,
    },
    /// The text itself says that it leaves out bytes of a packet.
    LeavesOut {
        /// How many, where it says so.
        bytes: Option<usize>,
        /// In which line, from 1.
        line: usize,
    },
    /// A line has an odd number of hex digits, so none of it was read.
    OddDigits {
        /// How many digits.
        digits: usize,
        /// The line, from 1.
        line: usize,
    },
    /// Names of packet types were read as their numbers.
    NamesRead {
        /// How many.
        names: usize,
    },
    /// Base64 came without its padding.
    PaddingMissing,
    /// Words around the bytes were passed over.
    WordsIgnored,
    /// Of the words around the bytes something was used, and the rest passed over.
    WordsUsed {
        /// When the parts were sent.
        times: bool,
        /// Who sent them.
        sides: bool,
    },
    /// More in the text may be bytes, and was left out: repeated, or in another notation.
    LeftOut {
        /// How many stretches of the text.
        runs: usize,
        /// The line of the first, from 1.
        line: usize,
    },
    /// The log gives the packets' bodies; their fixed headers were made from its words.
    HeadersAdded {
        /// How many packets.
        packets: usize,
    },
    /// Hex digits stood alone and were read as bytes, as Arduino prints them.
    SingleDigits,
    /// Letters stood in a list of bytes without quotes, and were taken as their bytes.
    BareLetters {
        /// How many.
        letters: usize,
    },
    /// Bytes stood there as negative numbers of more than one byte, and were taken as one each.
    SignExtended {
        /// How many.
        bytes: usize,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::AsciiColumnIgnored => f.write_str("the text column was ignored"),
            Self::RepeatsFilled { bytes } => {
                write!(f, "`*` line: {bytes} repeated bytes were filled in")
            }
            Self::RepeatsUnknown => {
                f.write_str("`*` line with no offset after it: the repeated bytes are missing")
            }
            Self::LinesIgnored { lines: 1 } => f.write_str("1 line without bytes was ignored"),
            Self::LinesIgnored { lines } => write!(f, "{lines} lines without bytes were ignored"),
            Self::PrefixesIgnored { lines: 1 } => f.write_str("the start of 1 line was ignored"),
            Self::PrefixesIgnored { lines } => {
                write!(f, "the start of {lines} lines was ignored")
            }
            Self::BothSides { marks } => write!(f, "bytes of both sides, {marks}"),
            Self::Joined { parts } => write!(f, "{parts} parts were joined in order"),
            Self::LittleEndianWords => f.write_str("each word was read low byte first, as hexdump, od and xxd -e print them"),
            Self::OffsetMismatch {
                line,
                expected,
                found,
            } => write!(
                f,
                "line {line} says offset {found:#x}, but {expected:#x} would follow: bytes may be missing"
            ),
            Self::IpPacket { version } => {
                write!(
                    f,
                    "this begins with an IPv{version} packet: MQTT comes after its headers"
                )
            }
            Self::EthernetFrame => {
                f.write_str("this begins with an Ethernet frame: MQTT comes after its headers")
            }
            Self::CutShort { bytes: Some(bytes) } => {
                write!(f, "the text was cut short: {bytes} more bytes are missing")
            }
            Self::CutShort { bytes: None } => {
                f.write_str("the text was cut short: bytes are missing")
            }
            Self::LeavesOut { bytes: Some(bytes), line } => write!(
                f,
                "the text leaves {bytes} bytes out in line {line}: the packet there is not whole, which says nothing of its sender"
            ),
            Self::LeavesOut { bytes: None, line } => write!(
                f,
                "the text leaves bytes out in line {line}: the packet there is not whole, which says nothing of its sender"
            ),
            Self::OddDigits { digits, line } => write!(
                f,
                "line {line} has {digits} hex digits, an odd number: one is missing or too many, so the line was left out"
            ),
            Self::NamesRead { names: 1 } => f.write_str(
                "1 name of a packet type was read as its number, `CONNECT << 4` as 10",
            ),
            Self::NamesRead { names } => write!(
                f,
                "{names} names of packet types were read as their numbers, `CONNECT << 4` as 10"
            ),
            Self::PaddingMissing => f.write_str("the base64 padding was missing"),
            Self::WordsIgnored => f.write_str("the words around the bytes were ignored"),
            Self::WordsUsed { times, sides } => {
                let used = match (times, sides) {
                    (true, true) => "times and sides",
                    (true, false) => "times",
                    (false, _) => "sides",
                };
                write!(
                    f,
                    "{used} were read from the words around the bytes, which are ignored otherwise"
                )
            }
            Self::LeftOut { runs: 1, line } => write!(
                f,
                "1 other stretch of the text may be bytes and was left out, in line {line}"
            ),
            Self::LeftOut { runs, line } => write!(
                f,
                "{runs} other stretches of the text may be bytes and were left out, the first in line {line}"
            ),
            Self::SingleDigits => {
                f.write_str("single hex digits were read as bytes: `0` as 00")
            }
            Self::BareLetters { letters } => write!(
                f,
                "{letters} letters stand in the list without quotes: they were read as their bytes, and numbers as numbers"
            ),
            Self::SignExtended { bytes: 1 } => f.write_str(
                "1 byte was printed as a negative number: `FFFFFFC2` was read as C2, as a cast to unsigned char makes it",
            ),
            Self::SignExtended { bytes } => write!(
                f,
                "{bytes} bytes were printed as negative numbers: `FFFFFFC2` was read as C2, as a cast to unsigned char makes it"
            ),
            Self::HeadersAdded { packets: 1 } => f.write_str(
                "the log gives the body of a packet: its first bytes were made from the words before it",
            ),
            Self::HeadersAdded { packets } => write!(
                f,
                "the log gives the bodies of {packets} packets: their first bytes were made from the words before them"
            ),
        }
    }
}
