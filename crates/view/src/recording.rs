//! The bytes of one paste, as a list of packets.

mod row;

use std::ops::Range;

use mqttscope_wire::{
    Context, Detection, Dissection, Dissector, Limits, PacketAt, PacketType, ProtocolVersion,
    Sender, detect, dissect_within, packets,
};

use crate::lines;
use crate::order::sorted;
use crate::repair::Doubtful;
use crate::sides::{self, Run};
use crate::words;

pub use row::{Family, Row};

/// Bytes and the packets in them. Faults are counted once, in one pass; rows and dissections are
/// made for what is on screen.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    bytes: Vec<u8>,
    detection: Detection,
    /// What the reader chose; a CONNECT is still read by what it names itself.
    chosen: Option<ProtocolVersion>,
    sender: Option<Sender>,
    /// Both sides speak in it.
    has_both: bool,
    /// Where the bytes stood in what was given, in order; empty: there.
    pieces: Vec<PieceAt>,
    /// What was given, and where each side's bytes begin in it, where both sides speak.
    original: Option<(Vec<u8>, Vec<Run>)>,
    /// Where packets begin in what was given, whatever the one before says; empty: where the one before ends.
    cuts: Vec<usize>,
    packets: Vec<Packet>,
    /// What the rows of large packets say, in order: a row is made whenever it is drawn.
    summaries: Vec<(usize, String)>,
}

/// Bytes that stood together in what was given.
#[derive(Clone, Debug, PartialEq, Eq)]
struct PieceAt {
    /// Where they begin in the recording.
    start: usize,
    /// Where they stood in what was given.
    given: Range<usize>,
}

/// Bytes from which on a packet's row is made once.
const LARGE: usize = 4096;

/// Bytes from a packet's first on that may turn out to belong to it.
const MOST_REPAIRED: usize = 1 << 16;

/// The first byte of a CONNECT.
const CONNECT: u8 = 0x10;

/// The largest packet that repairs are looked for in: each is tried out on all of it.
const LARGEST_REPAIRED: usize = 1 << 20;

/// One packet of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet {
    /// Where it stands; `version` is the one it is read in.
    pub at: PacketAt,
    /// Who sent it, where that is known.
    pub from: Option<Sender>,
    /// Its errors.
    pub errors: u32,
    /// Its warnings.
    pub warnings: u32,
}

impl Recording {
    /// Finds the packets in `bytes`. A version that the reader chose overrules what was worked out
    /// and what a CONNECT said about the packets behind it. Where nobody says who sent them, several CONNECT packets
    /// without any packet of a server's are the log of a client that connected again.
    #[must_use]
    pub fn read(bytes: Vec<u8>, version: Option<ProtocolVersion>, sender: Option<Sender>) -> Self {
        Self::read_cut(bytes, &[], version, sender)
    }

    /// Like [`read`](Self::read), where a packet begins at each of the `cuts`, whatever the one before says; none: each
    /// begins where the one before ends.
    #[must_use]
    pub fn read_cut(
        bytes: Vec<u8>,
        cuts: &[usize],
        version: Option<ProtocolVersion>,
        sender: Option<Sender>,
    ) -> Self {
        let detection = detection(&bytes, cuts, sender);
        let context = Context {
            version: version.unwrap_or(detection.version),
            sender,
        };
        let places: Vec<PacketAt> = if cuts.is_empty() {
            packets(&bytes, context).collect()
        } else {
            cut_packets(&bytes, cuts, context)
        };
        let from =
            sender.or_else(|| is_log_of_client(&bytes, places.iter()).then_some(Sender::Client));
        let places = places.into_iter().map(|at| (at, from));
        let (packets, summaries) = judge(&bytes, version, detection.version, places);
        Self {
            bytes,
            detection,
            chosen: version,
            sender,
            has_both: false,
            pieces: Vec::new(),
            original: None,
            cuts: cuts.to_vec(),
            packets,
            summaries,
        }
    }

    /// Finds the packets of both sides: each side's in its own bytes, wherever the runs cut them.
    /// They stand in the order in which they are complete, and so do the bytes.
    /// The first run begins with the first byte.
    #[must_use]
    pub fn of_sides(bytes: &[u8], runs: &[Run], version: Option<ProtocolVersion>) -> Self {
        Self::of_sides_cut(bytes, runs, &[], version)
    }

    /// Like [`of_sides`](Self::of_sides), with [cuts](Self::read_cut).
    #[must_use]
    pub fn of_sides_cut(
        bytes: &[u8],
        runs: &[Run],
        cuts: &[usize],
        version: Option<ProtocolVersion>,
    ) -> Self {
        let found = sides::find(bytes, runs, cuts);
        let given: Vec<_> = found
            .iter()
            .flat_map(|found| found.pieces.clone())
            .collect();
        let ordered = sides::join(bytes, &given);
        let mut next = 0_usize;
        let pieces = given.into_iter().map(|given| {
            let start = next;
            next = start.saturating_add(given.len());
            PieceAt { start, given }
        });
        let detection = detection(&ordered, cuts, None);
        let speaks = |side| found.iter().any(|found| found.from == side);
        let has_both = speaks(Sender::Client) && speaks(Sender::Server);
        let is_told = has_both
            || is_shown(found.iter().map(|found| (&found.at, found.from)))
            || speaks(Sender::Client)
                && is_log_of_client(&ordered, found.iter().map(|found| &found.at));
        let places = found
            .iter()
            .map(|found| (found.at, Some(found.from).filter(|_| is_told)));
        let (packets, summaries) = judge(&ordered, version, detection.version, places);
        Self {
            bytes: ordered,
            detection,
            chosen: version,
            sender: None,
            has_both,
            pieces: pieces.collect(),
            original: has_both.then(|| (bytes.to_vec(), runs.to_vec())),
            cuts: cuts.to_vec(),
            packets,
            summaries,
        }
    }

    /// All bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The version that was worked out, and why.
    #[must_use]
    pub const fn detection(&self) -> &Detection {
        &self.detection
    }

    /// The version that the reader chose.
    #[must_use]
    pub const fn chosen(&self) -> Option<ProtocolVersion> {
        self.chosen
    }

    /// The version that packets are read in: the chosen one, else the detected one. Behind a
    /// CONNECT of another version, [`PacketAt::version`] says which.
    #[must_use]
    pub fn version(&self) -> ProtocolVersion {
        self.chosen.unwrap_or(self.detection.version)
    }

    /// Who sent it.
    #[must_use]
    pub const fn sender(&self) -> Option<Sender> {
        self.sender
    }

    /// Whether both sides speak in it, so that each packet says who sent it.
    #[must_use]
    pub const fn has_both(&self) -> bool {
        self.has_both
    }

    /// Where each side's bytes begin; empty where it is not known who sent them.
    #[must_use]
    pub fn runs(&self) -> Vec<Run> {
        let starts = self.packets.iter().filter(|_| self.has_both);
        let mut runs: Vec<Run> = starts
            .filter_map(|packet| {
                Some(Run {
                    start: packet.at.offset,
                    from: packet.from?,
                })
            })
            .collect();
        runs.dedup_by_key(|run| run.from);
        runs
    }

    /// Where the bytes of a range stood in what was given: the first and the last of them, and all
    /// between.
    #[must_use]
    pub fn given(&self, range: Range<usize>) -> Range<usize> {
        if self.pieces.is_empty() {
            return range;
        }
        let place = |wanted: usize| {
            let index = self
                .pieces
                .partition_point(|piece| piece.start.saturating_add(piece.given.len()) <= wanted);
            self.pieces.get(index).map_or(wanted, |piece| {
                piece
                    .given
                    .start
                    .saturating_add(wanted.saturating_sub(piece.start))
            })
        };
        let (first, last) = (place(range.start), place(range.end.saturating_sub(1)));
        first.min(last)..first.max(last).saturating_add(1)
    }

    /// The packet with this byte of what was given.
    #[must_use]
    pub fn packet_of(&self, given: usize) -> Option<usize> {
        let piece = self.pieces.iter().find_map(|piece| {
            let into = given.checked_sub(piece.given.start)?;
            (into < piece.given.len()).then(|| piece.start.saturating_add(into))
        });
        let byte = piece.unwrap_or(given);
        self.packets
            .partition_point(|packet| packet.at.offset <= byte)
            .checked_sub(1)
    }

    /// The packets, in order.
    #[must_use]
    pub fn packets(&self) -> &[Packet] {
        &self.packets
    }

    /// The bytes of a packet; none when there is no such packet.
    #[must_use]
    pub fn bytes_of(&self, packet: usize) -> &[u8] {
        self.packets
            .get(packet)
            .map_or(&[], |packet| slice(&self.bytes, &packet.at))
    }

    /// The time of each packet, of those that were told for places among the bytes as they were given; none: no time
    /// was told up to there.
    #[must_use]
    pub fn times(&self, told: &[(usize, u64)]) -> Vec<Option<u64>> {
        let time = |packet: &Packet| {
            let end = packet.at.offset.saturating_add(packet.at.len);
            let start = self.given(packet.at.offset..end).start;
            let behind = told.partition_point(|(begins, _)| *begins <= start);
            let (_, at) = told.get(behind.checked_sub(1)?)?;
            Some(*at)
        };
        self.packets.iter().map(time).collect()
    }

    /// Every field of a packet; of nothing when there is no such packet.
    #[must_use]
    pub fn dissect(&self, packet: usize) -> Dissection {
        self.dissect_within(packet, Limits::default())
    }

    fn dissect_within(&self, packet: usize, limits: Limits) -> Dissection {
        let (version, sender) = self
            .packets
            .get(packet)
            .map_or((self.version(), self.sender), |packet| {
                (packet.at.version, packet.from)
            });
        let context = Context { version, sender };
        dissect_within(self.bytes_of(packet), context, limits)
    }

    /// A packet and what of the recording says what was probably meant by it, where it is wrong: of two sides, only what a
    /// packet itself shows. None where it is too large, or no packet.
    #[must_use]
    pub fn doubtful(&self, packet: usize) -> Option<Doubtful<'_>> {
        let may_be = |it: &&Packet| !it.at.skipped && it.at.len <= LARGEST_REPAIRED;
        let Packet { at, from, .. } = self.packets.get(packet).filter(may_be)?;
        let is_whole = !self.cuts.is_empty();
        let len = if is_whole {
            // Of a packet on a line of its own, what belongs to it is known: all of the line.
            let rest = self.packets.get(packet.saturating_add(1));
            let rest = rest.filter(|rest| rest.at.skipped);
            at.len.saturating_add(rest.map_or(0, |rest| rest.at.len))
        } else if self.has_both {
            at.len
        } else {
            at.len.max(MOST_REPAIRED)
        };
        let end = at.offset.saturating_add(len).min(self.bytes.len());
        Some(Doubtful {
            bytes: self.bytes.get(at.offset..end)?,
            len: at.len,
            version: at.version,
            sender: *from,
            is_whole,
        })
    }

    /// The packet that a byte of the recording belongs to.
    #[must_use]
    pub fn packet_at(&self, offset: usize) -> Option<usize> {
        let place = self
            .packets
            .partition_point(|packet| packet.at.offset <= offset)
            .checked_sub(1)?;
        let at = self.packets.get(place)?.at;
        (offset < at.offset.saturating_add(at.len)).then_some(place)
    }

    /// All bytes in the order in which they were given, and where each side's begin there.
    #[must_use]
    pub fn as_given(&self) -> (&[u8], Vec<Run>) {
        match &self.original {
            Some((bytes, runs)) => (bytes, runs.clone()),
            None => (&self.bytes, self.runs()),
        }
    }

    /// The pieces of a packet in what was given, those beside each other as one.
    fn pieces_of(&self, at: &PacketAt) -> Vec<Range<usize>> {
        let end = at.offset.saturating_add(at.len);
        let whole = at.offset..end;
        if self.original.is_none() {
            return vec![whole];
        }
        let first = self.pieces.partition_point(|piece| piece.start < at.offset);
        let all = self.pieces.get(first..).unwrap_or_default().iter();
        let mut pieces: Vec<Range<usize>> = Vec::new();
        for piece in all.take_while(|piece| whole.contains(&piece.start)) {
            match pieces.last_mut() {
                Some(last) if last.end == piece.given.start => last.end = piece.given.end,
                _ => pieces.push(piece.given.clone()),
            }
        }
        pieces
    }

    /// What both sides sent, in the order in which it was given: who sent each piece, and its bytes. A packet that
    /// stands in several has the other side's bytes between them.
    #[must_use]
    pub fn pieces(&self) -> Vec<(Option<Sender>, &[u8])> {
        let (bytes, _) = self.as_given();
        let packets = self.packets.iter();
        let pieces: Vec<_> = packets
            .flat_map(|packet| {
                let pieces = self.pieces_of(&packet.at).into_iter();
                pieces.map(|piece| (packet.from.filter(|_| self.has_both), piece))
            })
            .collect();
        sorted(&pieces, |(_, piece)| (piece.start, piece.end))
            .into_iter()
            .filter_map(|(from, piece)| Some((*from, bytes.get(piece.clone())?)))
            .collect()
    }

    /// Where packets begin in what was given, whatever the one before says; none: where the one before ends.
    #[must_use]
    pub fn cuts(&self) -> &[usize] {
        &self.cuts
    }

    /// The cuts of what [`with`](Self::with) gives.
    #[must_use]
    pub fn cuts_with(&self, packet: usize, bytes: &[u8]) -> Vec<usize> {
        let Some(Packet { at, .. }) = self.packets.get(packet) else {
            return self.cuts.clone();
        };
        // With cuts a packet stands in one piece.
        let place = self.given(at.offset..at.offset.saturating_add(at.len));
        let mut cuts: Vec<usize> = (self.cuts.iter())
            .map(|&cut| {
                if cut < place.end {
                    cut
                } else {
                    cut.saturating_sub(place.len()).saturating_add(bytes.len())
                }
            })
            .collect();
        cuts.dedup();
        cuts
    }

    /// All bytes, in the order in which they were given, with one packet replaced, and where each side's begin; none
    /// takes it out. The bytes of a packet that stands in several pieces stay in them, so that a length that is wrong
    /// for a while, and swallows what follows, moves nothing for good.
    #[must_use]
    pub fn with(&self, packet: usize, bytes: &[u8]) -> (Vec<u8>, Vec<Run>) {
        let (given, mut runs) = self.as_given();
        let mut out = Vec::with_capacity(given.len().saturating_add(bytes.len()));
        let (mut from, mut rest) = (0_usize, bytes);
        let moved = self.moved(packet, bytes.len());
        for &Moved {
            piece: (start, end),
            to,
        } in &moved
        {
            out.extend_from_slice(given.get(from..start).unwrap_or_default());
            let (here, behind) = rest.split_at(to.saturating_sub(out.len()).min(rest.len()));
            out.extend_from_slice(here);
            (from, rest) = (end, behind);
        }
        out.extend_from_slice(given.get(from..).unwrap_or_default());
        for run in &mut runs {
            run.start = Moved::place(&moved, run.start);
        }
        (out, runs)
    }

    /// The places of times among the bytes that [`with`](Self::with) gives; what stood behind the last byte is left out.
    #[must_use]
    pub fn times_with(
        &self,
        packet: usize,
        bytes: &[u8],
        times: &[(usize, u64)],
    ) -> Vec<(usize, u64)> {
        let moved = self.moved(packet, bytes.len());
        let len = Moved::place(&moved, self.bytes.len());
        let times = times
            .iter()
            .map(|&(place, at)| (Moved::place(&moved, place), at));
        times.filter(|&(place, _)| place < len).collect()
    }

    /// What becomes of the pieces of a packet when it has so many bytes.
    fn moved(&self, packet: usize, len: usize) -> Vec<Moved> {
        let Some(Packet { at, .. }) = self.packets.get(packet) else {
            return Vec::new();
        };
        let pieces = self.pieces_of(at);
        let (mut from, mut now, mut rest) = (0_usize, 0_usize, len);
        let mut moved = Vec::with_capacity(pieces.len());
        for (index, piece) in pieces.iter().enumerate() {
            let is_last = index.saturating_add(1) == pieces.len();
            let kept = if is_last { rest } else { piece.len().min(rest) };
            let before = piece.start.saturating_sub(from);
            now = now.saturating_add(before).saturating_add(kept);
            (from, rest) = (piece.end, rest.saturating_sub(kept));
            moved.push(Moved {
                piece: (piece.start, piece.end),
                to: now,
            });
        }
        moved
    }
}

/// A piece of a packet that is replaced, and where its new bytes end.
struct Moved {
    piece: (usize, usize),
    to: usize,
}

impl Moved {
    /// Where a place is when these pieces are replaced; one within a piece stays within it.
    fn place(all: &[Self], place: usize) -> usize {
        let before = all.partition_point(|moved| moved.piece.1 <= place);
        let (end, now) = before
            .checked_sub(1)
            .and_then(|last| all.get(last))
            .map_or((0, 0), |moved| (moved.piece.1, moved.to));
        let to = now.saturating_add(place.saturating_sub(end));
        match all.get(before) {
            Some(next) if place > next.piece.0 => to.min(next.to),
            _ => to,
        }
    }
}

/// The version; of lines, as they tell it where their lengths are put right: other readings have no places in them then.
fn detection(bytes: &[u8], cuts: &[usize], sender: Option<Sender>) -> Detection {
    if cuts.is_empty() {
        return detect(bytes, sender);
    }
    let mut detection = detect(&lines::put_right(bytes, cuts), sender);
    detection.alternatives.clear();
    detection
}

fn cut_packets(bytes: &[u8], cuts: &[usize], context: Context) -> Vec<PacketAt> {
    let lines = lines::pieces(0..bytes.len(), cuts);
    let packets = lines.flat_map(|line| {
        let own = bytes.get(line.clone()).unwrap_or_default();
        let packets = lines::packets_of(own, context).into_iter();
        packets.map(move |at| PacketAt {
            offset: at.offset.saturating_add(line.start),
            ..at
        })
    });
    packets.collect()
}

/// Whether packets that are all of a client show by themselves that they are: a CONNECT is among them.
fn is_shown<'a>(mut packets: impl Iterator<Item = (&'a PacketAt, Sender)>) -> bool {
    packets.any(|(at, from)| {
        from == Sender::Client && at.packet_type == PacketType::Connect && !at.skipped
    })
}

/// Whether packets of which nobody says who sent them are a client's alone: it connects more than once, which is
/// answered nowhere. What has flags that no CONNECT has is none: bytes behind a wrong length read as one at times.
fn is_log_of_client<'a>(bytes: &[u8], packets: impl Iterator<Item = &'a PacketAt>) -> bool {
    let is_connect = |at: &PacketAt| bytes.get(at.offset) == Some(&CONNECT);
    let mut connects = 0_usize;
    for at in packets {
        if at.skipped || !at.packet_type.sent_by(at.version).allows(Sender::Client) {
            return false;
        }
        connects = connects.saturating_add(usize::from(is_connect(at)));
    }
    connects > 1
}

/// Reads each packet once: what is wrong with it, and what the rows of large ones say.
fn judge(
    bytes: &[u8],
    chosen: Option<ProtocolVersion>,
    detected: ProtocolVersion,
    places: impl Iterator<Item = (PacketAt, Option<Sender>)>,
) -> (Vec<Packet>, Vec<(usize, String)>) {
    let mut dissector = Dissector::within(row::ROW);
    let mut version = chosen.unwrap_or(detected);
    let mut found = Vec::new();
    let mut summaries = Vec::new();
    for (mut at, from) in places {
        if at.packet_type == PacketType::Connect && !at.skipped {
            version = chosen.unwrap_or(at.version);
        }
        at.version = version;
        let (mut errors, mut warnings) = (u32::from(at.skipped), 0);
        if !at.skipped {
            let packet = slice(bytes, &at);
            let context = Context {
                version,
                sender: from,
            };
            let dissection = dissector.dissect(packet, context);
            (errors, warnings) = (dissection.counts.errors, dissection.counts.warnings);
            if at.len >= LARGE {
                summaries.push((found.len(), words::summary(dissection, packet)));
            }
        }
        found.push(Packet {
            at,
            from,
            errors,
            warnings,
        });
    }
    (found, summaries)
}

fn slice<'a>(bytes: &'a [u8], at: &PacketAt) -> &'a [u8] {
    bytes
        .get(at.offset..at.offset.saturating_add(at.len))
        .unwrap_or_default()
}
