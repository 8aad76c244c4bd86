//! WebSocket frames (RFC 6455).

use core::ops::Range;

use super::peel::{Peeled, Piece};
use super::sound::{Soundness, begins_with_connect, soundness};
use super::{Confidence, Foreign, Protocol, counted};

/// The most frames that are told apart: each takes some 50 bytes.
const MOST_FRAMES: usize = 500_000;

/// A frame's header and where its payload stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) opcode: u8,
    pub(super) is_final: bool,
    pub(super) mask: Option<[u8; 4]>,
    /// Length of the header.
    pub(super) header: usize,
    /// The payload, as far as it is there.
    pub(super) payload: Range<usize>,
    /// Bytes of the payload that are not there.
    pub(super) missing: usize,
}

/// The frames that the bytes consist of; none unless all of them are frames, the last perhaps cut
/// short in its payload.
pub(super) fn frames(bytes: &[u8], from: usize) -> Option<Vec<Frame>> {
    let mut found = Vec::new();
    let mut at = from;
    let mut is_open = false;
    while at < bytes.len() {
        let frame = frame(bytes, at)?;
        match (frame.opcode, is_open) {
            // A fragment goes on from one before it, which may stand before the recording.
            (0, false) if !found.is_empty() => return None,
            (1 | 2, true) => return None,
            (0..=2, _) => is_open = !frame.is_final,
            _ => {}
        }
        at = frame.payload.end;
        found.push(frame);
        if found.len() > MOST_FRAMES {
            return None;
        }
    }
    (!found.is_empty()).then_some(found)
}

fn frame(bytes: &[u8], at: usize) -> Option<Frame> {
    let rest = bytes.get(at..)?;
    let (&[first, second], rest) = rest.split_first_chunk::<2>()?;
    let opcode = first & 0x0f;
    let is_final = first & 0x80 != 0;
    let has_reserved_bits = first & 0x70 != 0;
    let (length, wide) = match second & 0x7f {
        126 => {
            let wide = u16::from_be_bytes(*rest.first_chunk::<2>()?);
            (usize::from(wide), 2_usize)
        }
        127 => {
            let wide = u64::from_be_bytes(*rest.first_chunk::<8>()?);
            (usize::try_from(wide).ok()?, 8)
        }
        short => (usize::from(short), 0),
    };
    // The shortest form of the length is required.
    let is_shortest = match wide {
        2 => length > 125,
        8 => length > 0xffff,
        _ => true,
    };
    let is_control = opcode >= 8;
    let is_fair = matches!(opcode, 0..=2 | 8..=10)
        && !has_reserved_bits
        && is_shortest
        && (!is_control || is_final && length <= 125);
    if !is_fair {
        return None;
    }
    let mut header = wide.saturating_add(2);
    let mask = if second & 0x80 != 0 {
        header = header.saturating_add(4);
        Some(*rest.get(wide..)?.first_chunk::<4>()?)
    } else {
        None
    };
    let start = at.saturating_add(header);
    let there = length.min(bytes.len().saturating_sub(start));
    Some(Frame {
        opcode,
        is_final,
        mask,
        header,
        payload: start..start.saturating_add(there),
        missing: length.saturating_sub(there),
    })
}

/// The payload of a frame without its mask.
fn unmasked(bytes: &[u8], frame: &Frame) -> Vec<u8> {
    let payload = bytes.get(frame.payload.clone()).unwrap_or_default();
    match frame.mask {
        None => payload.to_vec(),
        Some(mask) => {
            let mask = mask.iter().cycle();
            payload.iter().zip(mask).map(|(a, b)| a ^ b).collect()
        }
    }
}

/// Adds what the frames carry to `peeled`.
pub(super) fn unwrap(bytes: &[u8], frames: &[Frame], peeled: &mut Peeled) {
    let mut headers = 0_usize;
    for frame in frames {
        headers = headers.saturating_add(frame.header);
        if frame.opcode < 8 {
            peeled.pieces.push(Piece {
                given: frame.payload.clone(),
                at: peeled.bytes.len(),
            });
            peeled.bytes.extend(unmasked(bytes, frame));
        } else {
            let said = control(bytes, frame);
            if peeled.notes.len() < 20 && !peeled.notes.contains(&said) {
                peeled.notes.push(said);
            }
        }
        if frame.opcode == 1 {
            peeled.has_text_frame = true;
        }
    }
    let masked = frames.iter().any(|frame| frame.mask.is_some());
    let name = if masked {
        "WebSocket frame header and mask"
    } else {
        "WebSocket frame header"
    };
    peeled.add_layer(name, frames.len(), headers);
}

/// What a Close, Ping or Pong says.
fn control(bytes: &[u8], frame: &Frame) -> String {
    let payload = unmasked(bytes, frame);
    match frame.opcode {
        8 => match payload.split_first_chunk::<2>() {
            Some((code, reason)) => {
                let code = u16::from_be_bytes(*code);
                let reason = mqttscope_wire::explain::shown(reason, 120);
                let reason = if reason.is_empty() {
                    String::new()
                } else {
                    format!(", reason “{reason}”")
                };
                format!(
                    "WebSocket Close, code {code} ({}){reason}",
                    close_code(code)
                )
            }
            None => "WebSocket Close without a code".to_owned(),
        },
        9 => format!("WebSocket Ping, {}", counted(payload.len(), "byte")),
        _ => format!("WebSocket Pong, {}", counted(payload.len(), "byte")),
    }
}

fn close_code(code: u16) -> &'static str {
    match code {
        1000 => "normal closure",
        1001 => "going away",
        1002 => "protocol error",
        1003 => "unsupported data",
        1007 => "invalid data",
        1008 => "policy violation",
        1009 => "message too big",
        1010 => "extension required",
        1011 => "internal error",
        1012 => "service restart",
        1013 => "try again later",
        1014 => "bad gateway",
        3000..=3999 => "registered code",
        4000..=4999 => "private code",
        _ => "not a valid code",
    }
}

fn is_valid_close(bytes: &[u8], frame: &Frame) -> bool {
    let payload = unmasked(bytes, frame);
    frame.opcode == 8
        && match payload.split_first_chunk::<2>() {
            None => payload.is_empty(),
            Some((code, reason)) => {
                matches!(u16::from_be_bytes(*code), 1000..=1003 | 1007..=1014 | 3000..=4999)
                    && core::str::from_utf8(reason).is_ok()
            }
        }
}

pub(super) fn recognize(bytes: &[u8]) -> Option<Foreign> {
    let frames = frames(bytes, 0)?;
    let confidence = confidence(bytes, &frames)?;
    let data = frames.iter().filter(|frame| frame.opcode < 8).count();
    let controls: Vec<String> = frames
        .iter()
        .filter(|frame| frame.opcode >= 8)
        .map(|frame| control(bytes, frame))
        .take(3)
        .collect();
    let masked = frames.iter().any(|frame| frame.mask.is_some());
    let (what, advice) = if data == 0 {
        let closes = frames.iter().any(|frame| frame.opcode == 8);
        let advice = if closes {
            "The WebSocket was closed without an MQTT packet. Code 1000 soon after a CONNACK often means that another \
             client took over the client identifier."
        } else {
            "This belongs to the WebSocket connection and carries no MQTT."
        };
        (controls.join("; "), advice)
    } else {
        let sender = if masked { ", masked by the client" } else { "" };
        let mut what = format!("{}{sender}", counted(frames.len(), "WebSocket frame"));
        if !controls.is_empty() {
            what.push_str(&format!(" ({})", controls.join("; ")));
        }
        (
            what,
            "The MQTT packets are the payload of the frames: unwrap them.",
        )
    };
    Some(Foreign::new(Protocol::WebSocket, confidence, what, advice))
}

/// How sure it is that these are frames and no packets.
pub(super) fn confidence(bytes: &[u8], frames: &[Frame]) -> Option<Confidence> {
    let mut inside = Peeled::default();
    unwrap(bytes, frames, &mut inside);
    let is_sound = soundness(&inside.bytes) == Soundness::Sound;
    let closes = frames.iter().any(|frame| is_valid_close(bytes, frame));
    if is_sound || begins_with_connect(&inside.bytes) {
        return Some(Confidence::Certain);
    }
    if inside.bytes.is_empty() && closes {
        return Some(Confidence::Likely);
    }
    let is_masked = frames.iter().all(|frame| frame.mask.is_some());
    let is_whole = frames.iter().all(|frame| frame.missing == 0);
    let is_packet = soundness(bytes) >= Soundness::Framed;
    let inside = soundness(&inside.bytes);
    match (is_packet, is_masked, inside) {
        (false, true, Soundness::Framed | Soundness::Short) => Some(Confidence::Likely),
        (false, _, Soundness::Framed) => Some(Confidence::Likely),
        (false, true, _) if is_whole && frames.len() > 1 => Some(Confidence::Likely),
        (false, true, _) if is_whole => Some(Confidence::Possible),
        (true, _, Soundness::Framed) => Some(Confidence::Possible),
        _ => None,
    }
}
