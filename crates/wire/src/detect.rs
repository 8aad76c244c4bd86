//! Which version a recording is in, when nobody says so.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

use crate::{
    Context, Diagnostic, Dissection, Dissector, Limits, PacketType, ProtocolVersion, Rule, Sender,
    Severity, packets,
};

/// Packets that are looked at: enough to decide, few enough not to be felt.
const SAMPLE: usize = 2_000;

/// What is kept of a packet that is looked at: enough to tell two readings apart.
const LIMITS: Limits = Limits {
    nodes: 64,
    diagnostics: 32,
};

/// How well a recording reads in one version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Score {
    /// The version.
    pub version: ProtocolVersion,
    /// Whole packets without an error.
    pub sound: u32,
    /// Packets with an error.
    pub broken: u32,
    /// Packets with a warning only.
    pub odd: u32,
    /// Errors in all of them.
    pub errors: u32,
    /// Warnings in all of them.
    pub warnings: u32,
    /// The first error.
    pub first: Option<FirstError>,
}

/// What a reading has against a recording first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirstError {
    /// First byte of the packet.
    pub offset: usize,
    /// Its bytes.
    pub len: usize,
    /// What is wrong with it.
    pub diagnostic: Diagnostic,
}

impl FirstError {
    /// The error for a person who looks at the recording.
    #[must_use]
    pub fn message(&self, bytes: &[u8]) -> String {
        self.diagnostic.message(self.packet(bytes))
    }

    /// The packet with the error, in the bytes of the recording.
    #[must_use]
    pub fn packet<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        let end = self.offset.saturating_add(self.len);
        bytes.get(self.offset..end).unwrap_or_default()
    }
}

/// Why a version was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// A CONNECT names it.
    Connect,
    /// Read as 3.1.1 and as 5, each bit means the same; the newest is taken.
    Alike,
    /// Read as 3.1.1 and as 5 they mean different things, and neither is more at fault; the newest
    /// is taken.
    Undecided,
    /// How the reading in the chosen version fares, which is at least as well as in the others.
    Fewest(Score),
    /// How another version's reading fares.
    Other(Score),
}

/// The version of a recording, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detection {
    /// The best reading.
    pub version: ProtocolVersion,
    /// Why, the strongest reason first.
    pub reasons: Vec<Reason>,
    /// Other readings that are as good or nearly so, and say something else.
    pub alternatives: Vec<Score>,
}

impl core::fmt::Display for Reason {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let count = |number: u32, noun: &str| -> String {
            match number {
                1 => format!("1 {noun}"),
                n => format!("{n} {noun}s"),
            }
        };
        let fares = |score: &Score| -> String {
            match (score.errors, score.warnings) {
                (0, 0) => "no rule is broken".to_string(),
                (0, warnings) => format!("there is no error and {}", count(warnings, "warning")),
                (errors, _) => format!(
                    "there {} {} in {}",
                    if errors == 1 { "is" } else { "are" },
                    count(errors, "error"),
                    count(score.broken, "packet")
                ),
            }
        };
        match self {
            Self::Connect => f.write_str("a CONNECT names its protocol level"),
            Self::Alike => {
                f.write_str("3.1.1 and 5 write these packets alike; the newest is taken")
            }
            Self::Undecided => f.write_str(
                "3.1.1 and 5 read these packets differently, and both may be meant; the newest is taken",
            ),
            Self::Fewest(score) | Self::Other(score) => {
                write!(f, "read as {}, {}", score.version.name(), fares(score))
            }
        }
    }
}

/// How a version reads the recording.
struct Reading {
    score: Score,
    /// What speaks against it: its errors, those more that leave bytes without a meaning.
    weight: u32,
    /// Bits and their fields, as one number.
    structure: u64,
    /// It has what only MQTT 3.1 has: a flag that says an acknowledgement is sent again.
    is_3_1: bool,
}

impl Reading {
    fn rank(&self) -> (u32, u32) {
        (self.weight, self.score.warnings)
    }
}

/// Works out the version of the recording: a CONNECT in it decides, else each version's reading is
/// held against the others, and the one with the least against it is taken.
///
/// MQTT 3.1 has fewer rules than the later versions and so always finds less fault; it is taken only
/// for packets that no other version can have.
#[must_use]
pub fn detect(bytes: &[u8], sender: Option<Sender>) -> Detection {
    if let Some(version) = connect(bytes) {
        return Detection {
            version,
            reasons: [Reason::Connect].into(),
            alternatives: Vec::new(),
        };
    }
    let [oldest, older, newest] =
        ProtocolVersion::ALL.map(|version| read(bytes, Context { version, sender }));
    if oldest.is_3_1 && oldest.weight == 0 && older.weight > 0 && newest.weight > 0 {
        return Detection {
            version: oldest.score.version,
            reasons: [
                Reason::Fewest(oldest.score),
                Reason::Other(older.score),
                Reason::Other(newest.score),
            ]
            .into(),
            alternatives: Vec::new(),
        };
    }
    let is_alike = older.structure == newest.structure && older.rank() == newest.rank();
    let is_even = older.rank() == newest.rank();
    let (best, other) = if older.rank() < newest.rank() {
        (older, newest)
    } else {
        (newest, older)
    };
    let why = if is_alike {
        Some(Reason::Alike)
    } else {
        is_even.then_some(Reason::Undecided)
    };
    let scores = [Reason::Fewest(best.score), Reason::Other(other.score)];
    let scores = scores.into_iter().filter(|_| !is_alike);
    // One thing more against it may be the very fault that is looked for.
    let is_near = other.weight <= best.weight.saturating_add(1);
    let alternative = (is_near && !is_alike).then_some(other.score);
    Detection {
        version: best.score.version,
        reasons: why.into_iter().chain(scores).collect(),
        alternatives: alternative.into_iter().collect(),
    }
}

/// The version that the first sound CONNECT names.
fn connect(bytes: &[u8]) -> Option<ProtocolVersion> {
    let context = Context::new(ProtocolVersion::V5);
    packets(bytes, context)
        .take(SAMPLE)
        .filter(|at| at.packet_type == PacketType::Connect && !at.skipped)
        .find_map(|at| {
            let packet = bytes.get(at.offset..at.offset.saturating_add(at.len))?;
            version_named(packet)
        })
}

/// The version that a CONNECT's protocol name and level say, whatever else is wrong with it; `None` where they name none, or
/// where the packet does not come as far. That the packet is a CONNECT is for the caller to know.
#[must_use]
pub fn version_named(packet: &[u8]) -> Option<ProtocolVersion> {
    let crate::frame::Header::Complete { header_len, .. } = crate::frame::header(packet) else {
        return None;
    };
    let body = packet.get(header_len..)?;
    let (name_len, body) = body.split_first_chunk::<2>()?;
    let (name, body) = body.split_at_checked(usize::from(u16::from_be_bytes(*name_len)))?;
    let version = ProtocolVersion::from_level(*body.first()?)?;
    matches!(name, b"MQTT" | b"MQIsdp").then_some(version)
}

fn read(bytes: &[u8], context: Context) -> Reading {
    let mut reading = Reading {
        score: Score {
            version: context.version,
            sound: 0,
            broken: 0,
            odd: 0,
            errors: 0,
            warnings: 0,
            first: None,
        },
        weight: 0,
        structure: 0,
        is_3_1: false,
    };
    let mut dissector = Dissector::within(LIMITS);
    for at in packets(bytes, context).take(SAMPLE) {
        let Some(packet) = bytes.get(at.offset..) else {
            break;
        };
        if at.skipped {
            reading.score.broken = reading.score.broken.saturating_add(1);
            reading.weight = reading.weight.saturating_add(MOST_AGAINST);
            continue;
        }
        reading.add(at.offset, dissector.dissect(packet, context));
        reading.is_3_1 |= is_sent_again(packet);
    }
    reading
}

/// The most that one packet counts against a version: none shall decide for all.
const MOST_AGAINST: u32 = 8;

impl Reading {
    fn add(&mut self, offset: usize, dissection: &Dissection) {
        let score = &mut self.score;
        let counts = dissection.counts;
        score.errors = score.errors.saturating_add(counts.errors);
        score.warnings = score.warnings.saturating_add(counts.warnings);
        let kind = match (counts.errors, counts.warnings) {
            (0, 0) => &mut score.sound,
            (0, _) => &mut score.odd,
            _ => &mut score.broken,
        };
        *kind = kind.saturating_add(1);
        let mut errors = dissection
            .diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity() == Severity::Error);
        let broken_off = errors.clone().any(|error| breaks_off(error.rule));
        score.first = score.first.or_else(|| {
            Some(FirstError {
                offset,
                len: dissection.len,
                diagnostic: *errors.next()?,
            })
        });
        let against = counts.errors.saturating_add(u32::from(broken_off));
        self.weight = self.weight.saturating_add(against.min(MOST_AGAINST));
        for node in dissection.tree.nodes() {
            for part in [node.field as u32, node.span.start, node.span.len] {
                // FNV-1a, a part at a time.
                self.structure = (self.structure ^ u64::from(part)).wrapping_mul(0x100_0000_01b3);
            }
        }
    }
}

/// Rules behind whose breach the rest of a packet has no meaning: as a rule a sign that it was not
/// written in this version.
const fn breaks_off(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::BytesLeftOver
            | Rule::PacketTooShort
            | Rule::PropertyLengthMissing
            | Rule::PropertyLengthPastEnd
            | Rule::PropertyPastEnd
            | Rule::PropertyUnknown
            | Rule::StringPastEnd
            | Rule::VbiTooLong
            | Rule::PacketType15
    )
}

/// A PUBREL, SUBSCRIBE or UNSUBSCRIBE with the flags of QoS 1 and DUP, which only 3.1 has.
fn is_sent_again(packet: &[u8]) -> bool {
    matches!(packet.first(), Some(0x6a | 0x8a | 0xaa))
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    const V3_1: ProtocolVersion = ProtocolVersion::V3_1;
    const V3_1_1: ProtocolVersion = ProtocolVersion::V3_1_1;
    const V5: ProtocolVersion = ProtocolVersion::V5;

    fn first_rule(score: &Score) -> Option<Rule> {
        score.first.map(|first| first.diagnostic.rule)
    }

    #[test]
    fn the_reading_with_the_least_against_it_is_taken() {
        let table: [(&[u8], ProtocolVersion); 9] = [
            // Reserved flags of a SUBACK: 3.1 has no rule for them, and nobody speaks it.
            (&[0x92, 3, 0, 5, 2], V3_1_1),
            // QoS 3: one error, where 5 finds three.
            (b"\x36\x0d\0\x04/a/b\0\x0ahello", V3_1_1),
            // An empty topic: one error; in 5 an unknown property and bytes without a meaning.
            (b"\x30\x07\0\0\x05hello", V3_1_1),
            // A SUBACK without codes, and no properties either.
            (&[0x90, 2, 0, 2], V3_1_1),
            // An UNSUBACK with properties and no code.
            (&[0xb0, 3, 0, 2, 0], V5),
            (&[0xf0, 0], V5),
            (&[0x40, 2, 0, 1], V5),
            // Sent again, as only 3.1 has it.
            (b"\x8a\x06\0\x01\0\x01a\x01", V3_1),
            (&[0x30, 7, 0, 4, b'a', 0xf6, 0xff, b'b', b'7'], V3_1_1),
        ];
        for (bytes, version) in table {
            let found = detect(bytes, None);
            assert_eq!(found.version, version, "{bytes:02x?}: {found:?}");
        }
    }

    #[test]
    fn alike_is_said_of_readings_that_are_alike() {
        for bytes in [&[0x40, 2, 0, 1][..], &[0xc0, 0, 0xd0, 0], &[]] {
            let found = detect(bytes, None);
            assert_eq!(found.reasons, [Reason::Alike], "{bytes:02x?}");
            assert!(found.alternatives.is_empty());
        }
        // Both readings are sound: a property length of 0, or a payload that begins with it.
        let found = detect(b"\x30\x05\0\x01a\0b", None);
        assert_eq!(found.version, V5);
        assert_eq!(found.reasons.first(), Some(&Reason::Undecided));
        assert_eq!(found.alternatives.len(), 1);
    }

    #[test]
    fn a_reading_that_is_nearly_as_good_is_offered_with_what_it_would_say() {
        let bytes = b"\x32\x0a\0\x01a\0\x01\x04\x01\0\x01\0";
        let found = detect(bytes, None);
        assert_eq!(found.version, V3_1_1);
        let [other] = &found.alternatives[..] else {
            panic!("{found:?}")
        };
        assert_eq!((other.version, other.errors), (V5, 1));
        assert_eq!(first_rule(other), Some(Rule::PropertyRepeated));
        let says = other.first.map(|first| first.message(bytes));
        assert!(says.is_some_and(|says| says.contains("Payload Format Indicator")));
    }

    #[test]
    fn a_reading_that_makes_no_sense_is_not_offered() {
        let found = detect(b"\x30\x08\0\x01ahello", None);
        assert_eq!((found.version, found.alternatives.len()), (V3_1_1, 0));
    }

    #[test]
    fn one_packet_does_not_outvote_all_others() {
        // A SUBACK of 5 with undefined codes, and PUBLISHes of 3.1.1.
        let mut bytes = vec![0x90, 23, 0, 1, 0];
        bytes.extend([0x77; 20]);
        for _ in 0..9 {
            bytes.extend(b"\x30\x08\0\x01ahello");
        }
        assert_eq!(detect(&bytes, None).version, V3_1_1);
    }
}
