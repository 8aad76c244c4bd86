//! What a share link carries in the URL's fragment: bytes, version, sender, and what is selected.
//!
//! The token is base64url without padding, so nothing in it needs escaping. Inside: one byte of
//! flags, the selection and the number of bytes as Variable Byte Integers, where both sides speak the
//! lengths of their turns, where packets begin at lines of a text the lengths of these, then the bytes as they are or
//! packed as an LZ4 block, whichever is shorter. The number of bytes bounds what is unpacked, and tells a link that was
//! cut off from a whole one.
//!
//! LZ4 rather than deflate: the links are longer by half, but the page is smaller by a fifteenth.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use mqttscope_wire::{ProtocolVersion, Sender, varint};
use serde::{Deserialize, Serialize};

use crate::sides::Run;

/// The most bytes that a link carries.
pub const MAX_BYTES: usize = 1 << 20;

/// The longest token that is made of packets of a list: some programs cut longer addresses.
pub const LONGEST_LINK: usize = 32 * 1024;

/// The longest token that is looked at: [`MAX_BYTES`] in base64 and the little before them.
const MAX_TOKEN: usize = MAX_BYTES / 3 * 4 + 64;

/// What a link shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shared {
    /// The recording.
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
    /// The version it is read in; `None`: worked out.
    pub version: Option<ProtocolVersion>,
    /// Who sent it.
    pub sender: Option<Sender>,
    /// Where each side's bytes begin, where both speak; then there is no one sender.
    pub runs: Vec<Run>,
    /// Where packets begin among the bytes, whatever the one before says; none: as their lengths say.
    pub cuts: Vec<usize>,
    /// The selected packet, from 0.
    pub packet: u32,
    /// The selected node of its tree.
    pub node: Option<u32>,
}

/// Why a link cannot be made or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ShareError {
    /// More than [`MAX_BYTES`].
    TooLarge,
    /// Not a token of this page: the link ends too early, or something in it is another.
    Damaged,
}

impl fmt::Display for ShareError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLarge => "A link carries at most 1 MB.",
            Self::Damaged => "This link is damaged: part of it is missing or changed.",
        })
    }
}

impl std::error::Error for ShareError {}

/// The version of the token itself, in the flags' three high bits.
const FORMAT: u8 = 1 << 5;
/// The same with cuts behind the turns: only links that have some, so that all others open in older pages.
const FORMAT_CUT: u8 = 2 << 5;
const FORMAT_BITS: u8 = 0xe0;
const PACKED: u8 = 0x10;
/// Both sides speak.
const BOTH: u8 = 0x0c;

/// Writes a token.
///
/// # Errors
/// There are more than [`MAX_BYTES`].
pub fn encode(shared: &Shared) -> Result<String, ShareError> {
    let len = u32::try_from(shared.bytes.len())
        .ok()
        .filter(|_| shared.bytes.len() <= MAX_BYTES);
    let len = len.ok_or(ShareError::TooLarge)?;
    let packed = lz4_flex::block::compress(&shared.bytes);
    let (mark, body) = if packed.len() < shared.bytes.len() {
        (PACKED, packed.as_slice())
    } else {
        (0, shared.bytes.as_slice())
    };
    let version = match shared.version {
        None => 0,
        Some(ProtocolVersion::V3_1) => 1,
        Some(ProtocolVersion::V3_1_1) => 2,
        Some(ProtocolVersion::V5) => 3,
    };
    let sender = match shared.sender {
        _ if !shared.runs.is_empty() => BOTH,
        None => 0,
        Some(Sender::Client) => 1 << 2,
        Some(Sender::Server) => 2 << 2,
    };
    let format = if shared.cuts.is_empty() {
        FORMAT
    } else {
        FORMAT_CUT
    };
    let mut out = vec![format | mark | sender | version];
    varint::write(shared.packet.min(varint::MAX), &mut out);
    varint::write(
        shared
            .node
            .map_or(0, |node| node.saturating_add(1).min(varint::MAX)),
        &mut out,
    );
    varint::write(len, &mut out);
    if let Some(first) = shared.runs.first() {
        // They take turns, so what is left to say is who begins and how much each sends.
        let begins = u32::from(first.from == Sender::Server);
        let count = u32::try_from(shared.runs.len()).unwrap_or(0);
        varint::write(count.saturating_mul(2).saturating_add(begins), &mut out);
        let mut before = 0;
        for run in shared.runs.iter().skip(1) {
            let sent = u32::try_from(run.start.saturating_sub(before)).unwrap_or(0);
            varint::write(sent, &mut out);
            before = run.start;
        }
    }
    if !shared.cuts.is_empty() {
        let count = u32::try_from(shared.cuts.len()).unwrap_or(0);
        varint::write(count, &mut out);
        let mut before = 0;
        for &cut in &shared.cuts {
            let between = u32::try_from(cut.saturating_sub(before)).unwrap_or(0);
            varint::write(between, &mut out);
            before = cut;
        }
    }
    out.extend_from_slice(body);
    let token = URL_SAFE_NO_PAD.encode(out);
    if token.len() > MAX_TOKEN {
        return Err(ShareError::TooLarge);
    }
    Ok(token)
}

/// Reads a token, whoever made it.
///
/// # Errors
/// It is none, damaged, or longer than any that is made.
pub fn decode(token: &str) -> Result<Shared, ShareError> {
    if token.len() > MAX_TOKEN {
        return Err(ShareError::TooLarge);
    }
    let bytes = URL_SAFE_NO_PAD
        .decode(token.trim())
        .map_err(|_| ShareError::Damaged)?;
    let (&flags, rest) = bytes.split_first().ok_or(ShareError::Damaged)?;
    // Nothing tells a newer format from a token whose first letter is another.
    let is_cut = match flags & FORMAT_BITS {
        FORMAT => false,
        FORMAT_CUT => true,
        _ => return Err(ShareError::Damaged),
    };
    let version = match flags & 3 {
        0 => None,
        1 => Some(ProtocolVersion::V3_1),
        2 => Some(ProtocolVersion::V3_1_1),
        _ => Some(ProtocolVersion::V5),
    };
    let sender = match flags & BOTH {
        4 => Some(Sender::Client),
        8 => Some(Sender::Server),
        _ => None,
    };
    let (packet, rest) = number(rest)?;
    let (node, rest) = number(rest)?;
    let (len, body) = number(rest)?;
    let len = len as usize;
    if len > MAX_BYTES {
        return Err(ShareError::TooLarge);
    }
    let (runs, body) = match flags & BOTH {
        BOTH => runs(body, len)?,
        _ => (Vec::new(), body),
    };
    let (cuts, body) = if is_cut {
        cuts(body, len)?
    } else {
        (Vec::new(), body)
    };
    let bytes = if flags & PACKED != 0 {
        // Nothing larger than promised is ever allocated.
        lz4_flex::block::decompress(body, len).map_err(|_| ShareError::Damaged)?
    } else {
        body.to_vec()
    };
    if bytes.len() != len {
        return Err(ShareError::Damaged);
    }
    Ok(Shared {
        bytes,
        version,
        sender,
        runs,
        cuts,
        packet,
        node: node.checked_sub(1),
    })
}

/// Where the sides' bytes begin, and what follows.
fn runs(body: &[u8], len: usize) -> Result<(Vec<Run>, &[u8]), ShareError> {
    let (head, mut rest) = number(body)?;
    let mut from = match head % 2 {
        0 => Sender::Client,
        _ => Sender::Server,
    };
    let mut start = 0_usize;
    let mut runs = vec![Run { start, from }];
    for _ in 1..head / 2 {
        let (sent, behind) = number(rest)?;
        rest = behind;
        start = start.saturating_add(sent as usize);
        from = match from {
            Sender::Client => Sender::Server,
            Sender::Server => Sender::Client,
        };
        runs.push(Run { start, from });
    }
    match head {
        2.. if start <= len => Ok((runs, rest)),
        _ => Err(ShareError::Damaged),
    }
}

/// Where packets begin, and what follows.
fn cuts(body: &[u8], len: usize) -> Result<(Vec<usize>, &[u8]), ShareError> {
    let (count, mut rest) = number(body)?;
    let mut cuts = Vec::new();
    let mut place = 0_usize;
    for _ in 0..count {
        let (between, behind) = number(rest)?;
        rest = behind;
        place = place.saturating_add(between as usize);
        let is_next = cuts.last().is_none_or(|&last| last < place);
        if place > len || !is_next {
            return Err(ShareError::Damaged);
        }
        cuts.push(place);
    }
    match count {
        0 => Err(ShareError::Damaged),
        _ => Ok((cuts, rest)),
    }
}

fn number(bytes: &[u8]) -> Result<(u32, &[u8]), ShareError> {
    match varint::read(bytes) {
        varint::Read::Complete { value, len } => Ok((value, bytes.get(len..).unwrap_or_default())),
        _ => Err(ShareError::Damaged),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shared() -> impl Strategy<Value = Shared> {
        (
            prop_oneof![
                proptest::collection::vec(any::<u8>(), 0..300),
                (any::<u8>(), 0..5000_usize).prop_map(|(byte, len)| vec![byte; len]),
            ],
            prop_oneof![
                Just(None),
                proptest::sample::select(&ProtocolVersion::ALL[..]).prop_map(Some)
            ],
            prop_oneof![
                Just(None),
                Just(Some(Sender::Client)),
                Just(Some(Sender::Server))
            ],
            0..60_000_u32,
            proptest::option::of(0..70_000_u32),
            proptest::option::of((
                any::<bool>(),
                proptest::collection::btree_set(1..300_usize, 0..9),
            )),
            proptest::collection::btree_set(0..300_usize, 0..9),
        )
            .prop_map(|(bytes, version, sender, packet, node, turns, cuts)| {
                let cuts = cuts.into_iter().filter(|&cut| cut <= bytes.len());
                let cuts = cuts.collect();
                let runs: Vec<Run> = turns.map_or_else(Vec::new, |(server_begins, starts)| {
                    let within = starts.into_iter().filter(|&start| start < bytes.len());
                    let starts = core::iter::once(0).chain(within);
                    let from =
                        |n| [Sender::Client, Sender::Server][(n + usize::from(server_begins)) % 2];
                    starts
                        .enumerate()
                        .map(|(n, start)| Run {
                            start,
                            from: from(n),
                        })
                        .collect()
                });
                Shared {
                    bytes,
                    version,
                    sender: sender.filter(|_| runs.is_empty()),
                    runs,
                    cuts,
                    packet,
                    node,
                }
            })
    }

    proptest! {
        #[test]
        fn what_is_shared_is_opened(shared in shared()) {
            let token = encode(&shared).unwrap();
            prop_assert!(token.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
            prop_assert_eq!(decode(&token), Ok(shared));
        }

        #[test]
        fn a_link_that_was_cut_is_noticed(shared in shared(), keep in 0.0..1.0_f64) {
            let token = encode(&shared).unwrap();
            let kept = (token.len() as f64 * keep) as usize;
            prop_assert!(kept == token.len() || decode(&token[..kept]).is_err());
        }

        #[test]
        fn no_token_panics(token in "[A-Za-z0-9_-]{0,200}", bytes: Vec<u8>) {
            let _ = decode(&token);
            let _ = decode(&URL_SAFE_NO_PAD.encode(bytes));
        }
    }

    #[test]
    fn repetition_is_packed() {
        let shared = Shared {
            bytes: vec![0xc0; 4000],
            ..Shared::default()
        };
        assert!(encode(&shared).unwrap().len() < 60);
    }

    #[test]
    fn a_bomb_stays_small() {
        let body = lz4_flex::block::compress(&vec![0; MAX_BYTES * 4]);
        let with_len = |len| {
            let mut bytes = vec![FORMAT | PACKED, 0, 0];
            varint::write(len, &mut bytes);
            bytes.extend_from_slice(&body);
            decode(&URL_SAFE_NO_PAD.encode(bytes))
        };
        assert_eq!(with_len(1000), Err(ShareError::Damaged));
        assert_eq!(with_len(MAX_BYTES as u32 * 4), Err(ShareError::TooLarge));
        assert_eq!(
            encode(&Shared {
                bytes: vec![0; MAX_BYTES + 1],
                ..Shared::default()
            }),
            Err(ShareError::TooLarge)
        );
    }

    #[test]
    fn links_that_were_made_before_cuts_open() {
        let shared = decode("JAEAAsAA").unwrap();
        let before = Shared {
            bytes: vec![0xc0, 0x00],
            sender: Some(Sender::Client),
            packet: 1,
            ..Shared::default()
        };
        assert_eq!(shared, before);
        // Without cuts they are written as they were.
        assert_eq!(encode(&before).as_deref(), Ok("JAEAAsAA"));
    }

    #[test]
    fn cuts_that_no_page_writes_are_refused() {
        let token = |cuts: &[u8]| {
            let bytes = [&[FORMAT_CUT, 0, 0, 2][..], cuts, &[0xc0, 0]].concat();
            decode(&URL_SAFE_NO_PAD.encode(bytes))
        };
        assert_eq!(token(&[1, 1]).map(|shared| shared.cuts), Ok(vec![1]));
        for cuts in [&[0][..], &[1, 3], &[2, 1, 0], &[0x7f]] {
            assert_eq!(token(cuts), Err(ShareError::Damaged), "{cuts:?}");
        }
    }

    #[test]
    fn foreign_tokens_are_refused() {
        let tokens = ["", "hello world", "zzzz", "IAASFBASAARNUVRUBAIA", "QAAA"];
        for token in tokens {
            let error = decode(token).unwrap_err().to_string();
            let says = "This link is damaged: part of it is missing or changed.";
            assert_eq!(error, says, "{token}");
        }
        assert_eq!(
            decode(&URL_SAFE_NO_PAD.encode([FORMAT | BOTH, 0, 0, 0])),
            Err(ShareError::Damaged)
        );
    }
}
