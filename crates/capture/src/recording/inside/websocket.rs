//! MQTT in WebSocket frames (RFC 6455): the upgrade, the frames, masks and compression. The messages of a side are
//! one stream: packets do not keep to them.

use super::super::event::{Moment, Transport};
use super::deflate::Deflate;
use super::evidence::{Chain, Goes};
use super::{Inside, Out, named};
use crate::foreign::Protocol;

/// The longest head of a request or an answer.
const LONGEST_HEAD: usize = 64 << 10;

/// What a piece of a side begins with.
pub(super) enum Heading {
    /// A request to open a WebSocket, whole.
    Request,
    /// The answer that agrees, whole.
    Answer,
    /// HTTP whose head is not all there.
    Short,
    /// Other HTTP.
    Other,
    None,
}

/// Looks at the head of a request or an answer.
pub(super) fn heading(bytes: &[u8]) -> Heading {
    const BEGINNINGS: [&[u8]; 8] = [
        b"GET ",
        b"POST ",
        b"PUT ",
        b"HEAD ",
        b"OPTIONS ",
        b"DELETE ",
        b"CONNECT ",
        b"HTTP/1.",
    ];
    let is_common = |beginning: &&&[u8]| {
        let common = beginning.len().min(bytes.len());
        beginning.get(..common) == bytes.get(..common)
    };
    let Some(beginning) = BEGINNINGS.iter().find(is_common) else {
        return Heading::None;
    };
    if bytes.len() < beginning.len() {
        return Heading::Short;
    }
    match head_len(bytes) {
        None if bytes.len() < LONGEST_HEAD => Heading::Short,
        None => Heading::Other,
        Some(len) => {
            let head = bytes.get(..len).unwrap_or_default();
            let line = head.split(|&byte| byte == b'\r').next().unwrap_or_default();
            if !line.windows(5).any(|part| part == b"HTTP/") {
                return Heading::None;
            }
            match (beginning.first(), bytes.get(9..12)) {
                (Some(b'G'), _) if has_upgrade(head) => Heading::Request,
                (Some(b'H'), Some(b"101")) if has_upgrade(head) => Heading::Answer,
                _ => Heading::Other,
            }
        }
    }
}

fn head_len(bytes: &[u8]) -> Option<usize> {
    let within = bytes.get(..bytes.len().min(LONGEST_HEAD))?;
    let end = within.windows(4).position(|part| part == b"\r\n\r\n")?;
    Some(end.saturating_add(4))
}

/// A header's values in a head, in lower case.
fn header(head: &[u8], name: &str) -> String {
    let text = String::from_utf8_lossy(head).to_ascii_lowercase();
    let values = text.split("\r\n").filter_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == name).then(|| value.trim().to_owned())
    });
    values.collect::<Vec<_>>().join(", ")
}

fn has_upgrade(head: &[u8]) -> bool {
    header(head, "upgrade").contains("websocket")
}

/// The number of masked frames that the bytes consist of; 0 when they are anything else, or the first one holds
/// what is no MQTT.
pub(super) fn masked_frames(bytes: &[u8]) -> u32 {
    let mut rest = bytes;
    let mut number = 0_u32;
    while !rest.is_empty() {
        let Header::Frame(frame) = read_header(rest) else {
            return 0;
        };
        let len = usize::try_from(frame.len).unwrap_or(usize::MAX);
        let end = frame.header.saturating_add(len);
        let (Some(payload), Some(mask)) = (rest.get(frame.header..end), frame.mask) else {
            return 0;
        };
        if frame.opcode == 2 && !frame.is_compressed && number == 0 {
            let plain: Vec<u8> = payload
                .iter()
                .zip(mask.iter().cycle())
                .map(|(a, b)| a ^ b)
                .collect();
            let mut budget = plain.len().saturating_mul(2);
            let mut chain = Chain::from(0);
            if chain.extend(&plain, &mut budget) == Goes::Broken {
                return 0;
            }
            // A packet that is whole and fills the frame counts for two.
            number = number.saturating_add(u32::from(chain.whole > 0 && chain.at == plain.len()));
        }
        number = number.saturating_add(1);
        rest = rest.get(end..).unwrap_or_default();
    }
    number
}

struct FrameHeader {
    opcode: u8,
    is_final: bool,
    is_compressed: bool,
    mask: Option<[u8; 4]>,
    header: usize,
    len: u64,
}

enum Header {
    Frame(FrameHeader),
    Short,
    /// No frame begins so.
    Unfair,
}

fn read_header(bytes: &[u8]) -> Header {
    let Some((&[first, second], rest)) = bytes.split_first_chunk::<2>() else {
        return Header::Short;
    };
    let opcode = first & 15;
    let is_final = first & 0x80 != 0;
    let is_compressed = first & 0x40 != 0;
    let is_control = opcode >= 8;
    let short = second & 0x7f;
    let is_fair = matches!(opcode, 0..=2 | 8..=10)
        && first & 0x30 == 0
        && (!is_control || is_final && !is_compressed && short < 126);
    if !is_fair {
        return Header::Unfair;
    }
    let wide: usize = match short {
        126 => 2,
        127 => 8,
        _ => 0,
    };
    let Some(length) = rest.get(..wide) else {
        return Header::Short;
    };
    let len = match wide {
        0 => u64::from(short),
        _ => length
            .iter()
            .fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte)),
    };
    if wide == 2 && len < 126 || wide == 8 && (len <= 0xffff || len >> 63 != 0) {
        return Header::Unfair;
    }
    let mut header = wide.saturating_add(2);
    let mask = if second & 0x80 == 0 {
        None
    } else {
        header = header.saturating_add(4);
        match rest.get(wide..).and_then(|rest| rest.first_chunk::<4>()) {
            Some(mask) => Some(*mask),
            None => return Header::Short,
        }
    };
    Header::Frame(FrameHeader {
        opcode,
        is_final,
        is_compressed,
        mask,
        header,
        len,
    })
}

/// A connection that was upgraded, or seems to have been.
pub(in crate::recording) struct WebSocket {
    frames: Frames,
    pub(super) inner: Inside,
}

/// Where it goes what frames carry.
pub(super) trait Carried {
    /// Bytes of a side's messages.
    fn bytes(&mut self, side: usize, bytes: &[u8]);
    /// Bytes of a side's messages are missing.
    fn gap(&mut self, side: usize, len: Option<u64>);
    /// There are messages of text.
    fn text(&mut self);
    fn note(&mut self, note: &'static str);
    /// The other side did not agree to speak WebSocket; why, in words.
    fn refused(&mut self, why: &str);
}

/// The frames of both sides.
pub(super) struct Frames {
    client: usize,
    sides: [Side; 2],
    plain: Vec<u8>,
    /// There were messages of text.
    has_text: bool,
}

struct Side {
    /// The HTTP head is still to come.
    head: Option<Vec<u8>>,
    /// A frame's header that is not all there.
    header: Vec<u8>,
    /// Payload of the frame that is still to come.
    remaining: u64,
    mask: Option<[u8; 4]>,
    masked: usize,
    is_data: bool,
    is_final: bool,
    is_compressed: bool,
    deflate: Option<Box<Deflate>>,
    /// Compressed messages cannot be read any more, as bytes are missing that they build on.
    is_window_lost: bool,
    /// Where the next frame begins is not known.
    is_lost: bool,
}

/// The other side did not agree to speak WebSocket.
pub(super) struct Refused;

impl WebSocket {
    /// `known`: of which sides the first byte is known.
    pub(super) fn new(inner: Inside, client: usize, has_head: bool, known: [bool; 2]) -> Self {
        let inner = match inner {
            Inside::Look(look) if !has_head => Inside::Look(Box::new(look.in_the_middle())),
            inner => inner,
        };
        Self {
            frames: Frames::new(client, has_head, known),
            inner,
        }
    }

    pub(super) fn held(&self) -> usize {
        self.frames.held().saturating_add(self.inner.held())
    }

    pub(super) fn handle(
        &mut self,
        side: usize,
        bytes: &[u8],
        moment: Moment,
        out: &mut Out<'_>,
    ) -> Result<(), Refused> {
        let inner = &mut self.inner;
        let mut carried = Carrier { inner, moment, out };
        self.frames.handle(side, bytes, &mut carried)
    }

    pub(super) fn gap(&mut self, side: usize, len: Option<u64>, out: &mut Out<'_>) {
        let inner = &mut self.inner;
        // A gap has no time.
        let moment = Moment::default();
        let mut carried = Carrier { inner, moment, out };
        self.frames.gap(side, len, &mut carried);
    }

    /// Gives up what takes room: the windows of compressed messages are the largest part.
    pub(super) fn decide(&mut self, out: &mut Out<'_>) {
        self.frames.make_room();
        self.inner.decide(out);
    }
}

/// What is inside of a capture's WebSocket.
struct Carrier<'w, 'o> {
    inner: &'w mut Inside,
    moment: Moment,
    out: &'w mut Out<'o>,
}

impl Carried for Carrier<'_, '_> {
    fn bytes(&mut self, side: usize, bytes: &[u8]) {
        self.inner.handle(side, bytes, self.moment, self.out);
    }

    fn gap(&mut self, side: usize, len: Option<u64>) {
        self.inner.gap(side, len, self.out);
    }

    fn text(&mut self) {
        if matches!(self.inner, Inside::Mqtt(_)) {
            self.note(TEXT);
        }
    }

    fn note(&mut self, note: &'static str) {
        self.out.queue.note(note);
    }

    fn refused(&mut self, why: &str) {
        self.out
            .transport(Transport::Other(Some(Protocol::Http)), why);
    }
}

/// What is said of messages of text.
pub(super) const TEXT: &str =
    "MQTT was sent in WebSocket messages of text, where it must be binary [MQTT-6.0.0-1]";

impl Frames {
    pub(super) fn new(client: usize, has_head: bool, known: [bool; 2]) -> Self {
        let side = |is_known: bool| Side {
            head: (has_head && is_known).then(Vec::new),
            header: Vec::new(),
            remaining: 0,
            mask: None,
            masked: 0,
            is_data: false,
            is_final: true,
            is_compressed: false,
            deflate: None,
            is_window_lost: !has_head,
            is_lost: !(has_head && is_known),
        };
        Self {
            client,
            sides: known.map(side),
            plain: Vec::new(),
            has_text: false,
        }
    }

    fn held(&self) -> usize {
        let held = |side: &Side| {
            let head = side.head.as_ref().map_or(0, Vec::len);
            let deflate = side.deflate.as_ref().map_or(0, |deflate| deflate.held());
            head.saturating_add(deflate)
        };
        self.sides.iter().map(held).sum()
    }

    fn make_room(&mut self) {
        for side in &mut self.sides {
            side.is_window_lost |= side.deflate.take().is_some();
        }
    }

    pub(super) fn handle(
        &mut self,
        side: usize,
        bytes: &[u8],
        to: &mut impl Carried,
    ) -> Result<(), Refused> {
        let Some(own) = self.sides.get_mut(side) else {
            return Ok(());
        };
        // The head may show up where only one side's beginning is known.
        if own.is_lost && (bytes.starts_with(b"HTTP/1.1 101") || bytes.starts_with(b"GET ")) {
            own.is_lost = false;
            own.head = Some(Vec::new());
        }
        let Some(head) = &mut own.head else {
            self.frames(side, bytes, to);
            return Ok(());
        };
        // Its end may be cut as well.
        let from = head.len().saturating_sub(3);
        head.extend_from_slice(bytes);
        let behind = head.get(from..).unwrap_or_default();
        let Some(len) = head_len(behind).map(|len| len.saturating_add(from)) else {
            if head.len() >= LONGEST_HEAD {
                return Err(self.refuse(side, to));
            }
            return Ok(());
        };
        let all = core::mem::take(head);
        let (head, rest) = all.split_at_checked(len).unwrap_or((&all, &[]));
        let is_answer = side != self.client;
        if is_answer && head.get(9..12) != Some(b"101") {
            own.head = Some(all);
            return Err(self.refuse(side, to));
        }
        own.head = None;
        let rest = rest.to_vec();
        self.frames(side, &rest, to);
        Ok(())
    }

    fn refuse(&self, side: usize, to: &mut impl Carried) -> Refused {
        let head = self.sides.get(side).and_then(|side| side.head.as_deref());
        let what = named(head.unwrap_or_default()).map(|(_, what)| what);
        let what = what.unwrap_or_else(|| "HTTP".to_owned());
        let why = format!("a WebSocket was asked for and not opened: {what}");
        to.refused(&why);
        Refused
    }

    fn gap(&mut self, side: usize, len: Option<u64>, to: &mut impl Carried) {
        let Some(own) = self.sides.get_mut(side) else {
            return;
        };
        if own.head.take().is_some() {
            // Where the head ends is not known.
            own.lose();
            to.gap(side, None);
            return;
        }
        let was_compressed = own.is_compressed && own.remaining > 0;
        match len {
            Some(len) if len <= own.remaining && !own.is_lost => {
                own.remaining = own.remaining.saturating_sub(len);
                let shift = usize::try_from(len & 3).unwrap_or(0);
                own.masked = own.masked.wrapping_add(shift);
                let inside = if was_compressed { None } else { Some(len) };
                own.is_window_lost |= was_compressed;
                if own.is_data {
                    to.gap(side, inside);
                }
            }
            _ => {
                own.lose();
                to.gap(side, None);
            }
        }
    }

    /// Takes frames, wherever they are cut.
    fn frames(&mut self, side: usize, bytes: &[u8], to: &mut impl Carried) {
        let must_mask = side == self.client;
        let mut rest = bytes;
        loop {
            let Some(own) = self.sides.get_mut(side) else {
                return;
            };
            if own.remaining > 0 {
                let len = usize::try_from(own.remaining)
                    .unwrap_or(usize::MAX)
                    .min(rest.len());
                let (payload, behind) = rest.split_at_checked(len).unwrap_or((rest, &[]));
                own.remaining = own.remaining.saturating_sub(len as u64);
                rest = behind;
                self.payload(side, payload, to);
                if rest.is_empty() {
                    return;
                }
                continue;
            }
            if rest.is_empty() {
                return;
            }
            if own.is_lost && !own.is_found(rest, must_mask) {
                return;
            }
            own.is_lost = false;
            let known = own.header.len();
            let room = 14_usize.saturating_sub(known).min(rest.len());
            own.header
                .extend_from_slice(rest.get(..room).unwrap_or_default());
            match read_header(&own.header) {
                Header::Short => return,
                Header::Frame(frame) if frame.mask.is_some() == must_mask => {
                    rest = rest
                        .get(frame.header.saturating_sub(known)..)
                        .unwrap_or_default();
                    own.begin(&frame);
                    self.has_text |= frame.opcode == 1;
                    if frame.len == 0 {
                        self.payload(side, &[], to);
                    }
                }
                Header::Frame(_) | Header::Unfair => {
                    own.lose();
                    to.note("bytes of a WebSocket connection are no frames: the next frame is looked for");
                    to.gap(side, None);
                    return;
                }
            }
        }
    }

    /// Takes payload of the frame that is being read.
    fn payload(&mut self, side: usize, bytes: &[u8], to: &mut impl Carried) {
        let Some(own) = self.sides.get_mut(side) else {
            return;
        };
        if !own.is_data {
            return;
        }
        self.plain.clear();
        match own.mask {
            None => self.plain.extend_from_slice(bytes),
            Some(mask) => {
                let mask = mask.iter().cycle().skip(own.masked & 3);
                self.plain
                    .extend(bytes.iter().zip(mask).map(|(a, b)| a ^ b));
                own.masked = own.masked.wrapping_add(bytes.len());
            }
        }
        let is_end = own.is_final && own.remaining == 0;
        if !own.is_compressed {
            to.bytes(side, &self.plain);
            if self.has_text {
                to.text();
            }
            return;
        }
        if own.is_window_lost {
            to.note(
                "compressed WebSocket messages are not read whose beginning is not in the file",
            );
            if is_end {
                to.gap(side, None);
            }
            return;
        }
        let deflate = own.deflate.get_or_insert_with(|| Box::new(Deflate::new()));
        let mut inflated = Vec::new();
        if deflate.inflate(&self.plain, is_end, &mut inflated).is_err() {
            own.is_window_lost = true;
            own.deflate = None;
            to.note("a compressed WebSocket message is damaged or far too large: those of its side are not read any more");
        }
        to.bytes(side, &inflated);
    }
}

impl Side {
    fn begin(&mut self, frame: &FrameHeader) {
        self.header.clear();
        self.remaining = frame.len;
        self.mask = frame.mask;
        self.masked = 0;
        self.is_data = frame.opcode < 8;
        if self.is_data {
            // Fragments are compressed as the first one says.
            if frame.opcode != 0 {
                self.is_compressed = frame.is_compressed;
            }
            self.is_final = frame.is_final;
        }
    }

    /// Where the next frame begins is not known any more.
    fn lose(&mut self) {
        self.header.clear();
        self.remaining = 0;
        self.is_lost = true;
        self.is_window_lost = true;
        self.is_compressed = false;
        self.deflate = None;
    }

    /// Whether frames begin at the beginning of a segment.
    fn is_found(&self, bytes: &[u8], must_mask: bool) -> bool {
        let mut rest = bytes;
        let mut number = 0_usize;
        while !rest.is_empty() {
            let Header::Frame(frame) = read_header(rest) else {
                return number > 1;
            };
            if frame.mask.is_some() != must_mask {
                return false;
            }
            number = number.saturating_add(1);
            let len = usize::try_from(frame.len).unwrap_or(usize::MAX);
            match rest.get(frame.header.saturating_add(len)..) {
                Some(behind) => rest = behind,
                None => return must_mask || number > 1,
            }
        }
        true
    }
}
