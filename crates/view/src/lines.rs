//! Packets on lines of their own, one of which has a wrong Remaining Length: as one stream, all that stands behind it
//! would be cut in the wrong places. Then each line is a packet, or several whole ones.

use mqttscope_capture::text::{Format, SourceMap};
use mqttscope_wire::frame::{self, Header};
use mqttscope_wire::{Context, PacketAt, PacketType, Sender, packets, varint};

use crate::recording::Recording;
use crate::sides::Run;

/// The most bytes of a text whose lines are looked at.
const MOST: usize = 4 << 20;

/// Lines that are named.
const NAMED: usize = 3;

/// Lines that are packets of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lines {
    /// Where each line's bytes begin.
    pub(crate) cuts: Vec<usize>,
    /// What is wrong with which line, without a full stop.
    pub(crate) says: String,
}

/// The bytes of a line.
struct Line<'a> {
    start: usize,
    /// From 1.
    number: usize,
    bytes: &'a [u8],
}

/// The lines, where they are packets of their own: each begins as a packet does, most are whole packets, and one that is
/// not has others behind it. What the lines show by themselves decides, as a wrong length may happen to fit the line
/// behind it; where they show too little, that reading each on its own leaves fewer bytes in packets at fault.
pub(crate) fn of_text(
    text: &str,
    format: Format,
    source: &SourceMap,
    bytes: &[u8],
    runs: &[Run],
) -> Option<Lines> {
    if bytes.len() > MOST || !may_have_packets(format) {
        return None;
    }
    let lines = lines(text, source, bytes)?;
    let broken: Vec<&Line<'_>> = lines.iter().filter(|line| !is_whole(line.bytes)).collect();
    let is_last = |line: &Line<'_>| lines.last().is_some_and(|last| last.start == line.start);
    let fits = broken.iter().any(|line| !is_last(line))
        && broken.len().saturating_mul(2) <= lines.len()
        && broken.iter().all(|line| may_begin(line.bytes));
    if !fits {
        return None;
    }
    let cuts: Vec<usize> = lines.iter().map(|line| line.start).collect();
    if are_packets(&lines, runs) {
        return Some(Lines {
            says: says(&broken),
            cuts,
        });
    }
    let read = |cuts: &[usize]| {
        if runs.is_empty() {
            Recording::read_cut(bytes.to_vec(), cuts, None, None)
        } else {
            Recording::of_sides_cut(bytes, runs, cuts, None)
        }
    };
    (at_fault(&read(&cuts)) < at_fault(&read(&[]))).then(|| Lines {
        says: says(&broken),
        cuts,
    })
}

/// Whether a line in this format may be a packet: a line of a dump is what fits in its width.
const fn may_have_packets(format: Format) -> bool {
    matches!(
        format,
        Format::Hex
            | Format::LogLines
            | Format::Base64
            | Format::Base64Url
            | Format::NumberList
            | Format::PythonLiteral
            | Format::JsLiteral
            | Format::JavaLiteral
            | Format::NodeBuffer
            | Format::EscapedString
    )
}

/// The lines with bytes; none where there is only one, or the bytes stand in another order.
fn lines<'a>(text: &str, source: &SourceMap, bytes: &'a [u8]) -> Option<Vec<Line<'a>>> {
    let mut starts: Vec<(usize, usize)> = Vec::new();
    let (mut at, mut number) = (0_usize, 1_usize);
    for index in 0..bytes.len() {
        let place = source.span(index)?.start;
        let breaks = text.get(at..place)?.bytes().filter(|byte| *byte == b'\n');
        let breaks = breaks.count();
        at = place;
        number = number.saturating_add(breaks);
        if breaks > 0 || starts.is_empty() {
            starts.push((index, number));
        }
    }
    let ends = starts.iter().skip(1).map(|&(start, _)| start);
    let ends: Vec<usize> = ends.chain([bytes.len()]).collect();
    let lines = starts.iter().zip(ends).map(|(&(start, number), end)| {
        Some(Line {
            start,
            number,
            bytes: bytes.get(start..end)?,
        })
    });
    let lines: Vec<_> = lines.collect::<Option<_>>()?;
    (lines.len() > 1).then_some(lines)
}

/// Whether lines show by themselves that each is a packet: two of three are whole, they are no rows of one width, and
/// none that is no whole packet goes on in another such line of its side, as a packet in several pieces does.
fn are_packets(lines: &[Line<'_>], runs: &[Run]) -> bool {
    let widths = || lines.iter().map(|line| line.bytes.len());
    let width = widths().next().unwrap_or_default();
    let are_rows = widths().rev().skip(1).all(|other| other == width)
        && widths().next_back().is_some_and(|last| last <= width);
    let side = |line: &Line<'_>| {
        let run = runs.partition_point(|run| run.start <= line.start);
        run.checked_sub(1).and_then(|run| Some(runs.get(run)?.from))
    };
    let mut broken = 0_usize;
    // Whether the line before was broken, of the client and of the server; without sides all are one's.
    let mut before = [false; 2];
    let mut goes_on = false;
    for line in lines {
        let [client, server] = &mut before;
        let before = match side(line) {
            Some(Sender::Server) => server,
            _ => client,
        };
        let is_broken = !is_whole(line.bytes);
        goes_on |= is_broken && *before;
        *before = is_broken;
        broken = broken.saturating_add(usize::from(is_broken));
    }
    !are_rows && !goes_on && broken.saturating_mul(3) <= lines.len()
}

/// How many bytes stand in packets that are wrong, not whole or none.
fn at_fault(recording: &Recording) -> usize {
    let packets = recording.packets().iter();
    packets
        .filter(|packet| packet.errors > 0 || packet.at.missing > 0 || packet.at.skipped)
        .map(|packet| packet.at.len)
        .sum()
}

/// What is wrong with the lines that are no whole packets.
fn says(broken: &[&Line<'_>]) -> String {
    let mut says: Vec<String> = broken
        .iter()
        .take(NAMED)
        .filter_map(|line| {
            let Header::Complete { header_len, len } = frame::header(line.bytes) else {
                return Some(format!(
                    "line {} has no whole Remaining Length",
                    line.number
                ));
            };
            Some(format!(
                "line {} says {}, and {} follow it",
                line.number,
                len.checked_sub(header_len)?,
                line.bytes.len().checked_sub(header_len)?
            ))
        })
        .collect();
    let more = broken.len().saturating_sub(says.len());
    if more > 0 {
        says.push(format!("and {more} more"));
    }
    format!(
        "each line is read as a packet of its own, as a Remaining Length is wrong: {}. Choose the format to read them as one stream",
        says.join("; ")
    )
}

/// Whether bytes are whole packets and nothing else. One alone may have flags that are wrong: its length is right all the same.
fn is_whole(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while !rest.is_empty() {
        let Header::Complete { len, .. } = frame::header(rest) else {
            return false;
        };
        let is_packet = may_begin(rest)
            || len == bytes.len()
                && rest
                    .first()
                    .map(|&first| PacketType::from_first_byte(first))
                    != Some(PacketType::Reserved);
        match rest.get(len..) {
            Some(behind) if is_packet => rest = behind,
            _ => return false,
        }
    }
    true
}

/// Whether the first byte is that of a packet.
fn may_begin(bytes: &[u8]) -> bool {
    let Some(&first) = bytes.first() else {
        return false;
    };
    let flags = first & 15;
    match PacketType::from_first_byte(first) {
        PacketType::Reserved => false,
        PacketType::Publish => flags & 6 != 6,
        PacketType::Pubrel | PacketType::Subscribe | PacketType::Unsubscribe => flags == 2,
        _ => flags == 0,
    }
}

/// The packets of a line: all where they are whole; else the first, and the rest of it as no packet.
pub(crate) fn packets_of(line: &[u8], context: Context) -> Vec<PacketAt> {
    let mut all = packets(line, context);
    if is_whole(line) {
        return all.collect();
    }
    let Some(first) = all.next() else {
        return Vec::new();
    };
    let rest = line.get(first.len..).unwrap_or_default();
    let rest = rest.first().map(|&byte| PacketAt {
        offset: first.len,
        len: rest.len(),
        missing: 0,
        packet_type: PacketType::from_first_byte(byte),
        skipped: true,
        ..first
    });
    [first].into_iter().chain(rest).collect()
}

/// The lines as they would be if each had the length that it has: what tells the version.
pub(crate) fn put_right(bytes: &[u8], cuts: &[usize]) -> Vec<u8> {
    let mut all = Vec::with_capacity(bytes.len());
    for line in pieces(0..bytes.len(), cuts).filter_map(|line| bytes.get(line)) {
        match (frame::header(line), line.split_first()) {
            _ if is_whole(line) => all.extend_from_slice(line),
            (Header::Complete { header_len, .. }, Some((&first, _))) => {
                let body = line.get(header_len..).unwrap_or_default();
                let Ok(len) = u32::try_from(body.len()) else {
                    continue;
                };
                all.push(first);
                varint::write(len, &mut all);
                all.extend_from_slice(body);
            }
            _ => {}
        }
    }
    all
}

/// A range cut into pieces, where cuts are in it.
pub(crate) fn pieces(
    range: core::ops::Range<usize>,
    cuts: &[usize],
) -> impl Iterator<Item = core::ops::Range<usize>> {
    let first = cuts.partition_point(|cut| *cut <= range.start);
    let within = cuts.get(first..).unwrap_or_default();
    let within = within
        .iter()
        .copied()
        .take_while(move |cut| *cut < range.end);
    let starts = core::iter::once(range.start).chain(within.clone());
    starts
        .zip(within.chain([range.end]))
        .map(|(start, end)| start..end)
        .filter(|piece| !piece.is_empty())
}
