//! Which version a recording is in, when nobody says so.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

use crate::{Context, Dissector, PacketType, ProtocolVersion, Sender, Severity, packets};

/// Packets that are looked at: enough to decide, few enough not to be felt.
const SAMPLE: usize = 2_000;

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
}

/// Why a version was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A CONNECT names it.
    Connect,
    /// Nothing but what all versions write alike is there; the newest is taken.
    Alike,
    /// Read in this version, fewer packets break rules.
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
}

impl core::fmt::Display for Reason {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let broken = |score: &Score| -> String {
            match score.broken {
                0 => "no packet breaks a rule".to_string(),
                1 => "1 packet breaks rules".to_string(),
                n => format!("{n} packets break rules"),
            }
        };
        match self {
            Self::Connect => f.write_str("a CONNECT names its protocol level"),
            Self::Alike => {
                f.write_str("these packets are the same in every version; the newest is taken")
            }
            Self::Fewest(score) => write!(f, "read as {}, {}", score.version.name(), broken(score)),
            Self::Other(score) => write!(f, "read as {}, {}", score.version.name(), broken(score)),
        }
    }
}

/// Works out the version of the recording: a CONNECT in it decides, else each version's reading
/// is scored and the best is taken.
#[must_use]
pub fn detect(bytes: &[u8], sender: Option<Sender>) -> Detection {
    if let Some(version) = connect(bytes) {
        return Detection {
            version,
            reasons: [Reason::Connect].into(),
        };
    }
    // Newest first: a tie goes to it.
    let mut scores = ProtocolVersion::ALL.map(|version| score(bytes, Context { version, sender }));
    scores.reverse();
    scores.sort_by_key(|score| (score.broken, score.odd));
    let [best, others @ ..] = scores;
    if others
        .iter()
        .all(|other| (other.broken, other.odd) == (best.broken, best.odd))
    {
        return Detection {
            version: best.version,
            reasons: [Reason::Alike].into(),
        };
    }
    let reasons = core::iter::once(Reason::Fewest(best))
        .chain(others.into_iter().map(Reason::Other))
        .collect();
    Detection {
        version: best.version,
        reasons,
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
            named(packet)
        })
}

/// The version that a CONNECT's name and level say, whatever else is wrong with it.
fn named(packet: &[u8]) -> Option<ProtocolVersion> {
    let crate::frame::Header::Complete { header_len, .. } = crate::frame::header(packet) else {
        return None;
    };
    let body = packet.get(header_len..)?;
    let (name_len, body) = body.split_first_chunk::<2>()?;
    let (name, body) = body.split_at_checked(usize::from(u16::from_be_bytes(*name_len)))?;
    let version = ProtocolVersion::from_level(*body.first()?)?;
    matches!(name, b"MQTT" | b"MQIsdp").then_some(version)
}

fn score(bytes: &[u8], context: Context) -> Score {
    let mut score = Score {
        version: context.version,
        sound: 0,
        broken: 0,
        odd: 0,
    };
    let mut dissector = Dissector::new();
    for at in packets(bytes, context).take(SAMPLE) {
        let Some(packet) = bytes.get(at.offset..) else {
            break;
        };
        if at.skipped {
            score.broken = score.broken.saturating_add(1);
            continue;
        }
        let dissection = dissector.dissect(packet, context);
        let worst = dissection
            .diagnostics
            .iter()
            .map(crate::Diagnostic::severity)
            .max();
        let count = match worst {
            Some(Severity::Error) => &mut score.broken,
            Some(Severity::Warning) => &mut score.odd,
            _ => &mut score.sound,
        };
        *count = count.saturating_add(1);
    }
    score
}
