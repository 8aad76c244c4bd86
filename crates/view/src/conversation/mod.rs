//! Packets of both sides as text gives them, judged together by the monitor.
//!
//! Rules that rest on time are claimed only where the text gives times, and of one side alone only
//! what that side shows by itself.

mod known;
mod merged;

pub use merged::{Item, MOST, Shown, counts, how_many, merged, sentence};

use std::collections::BTreeSet;
use std::ops::Range;

use mqttscope_monitor::{ConnectionId, Instant, Monitor, shown_by_one_side};
use mqttscope_shared::Recorded;
use mqttscope_wire::frame::{self, Header};
use mqttscope_wire::{PacketType, ProtocolVersion, Rule, Seen, Sender, Severity, version_named};

use crate::payload::Followed;
use crate::states::{Passed, Replay, Source, StateView};

/// Packets that are fed for a state at a time.
const SLICE: u64 = 10_000;

/// Packets in order, each with its sender.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conversation {
    bytes: Vec<u8>,
    packets: Vec<Spoken>,
    has_both: bool,
    /// Packets are missing among those that are there.
    has_gaps: bool,
    /// The text gives the time of the first packet and of later ones.
    has_times: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Spoken {
    range: Range<usize>,
    from: Sender,
    /// The one that its connection's CONNECT names.
    version: ProtocolVersion,
    connection: ConnectionId,
    at: Instant,
}

/// What the monitor says of a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// Rules that only the conversation shows to be broken, in the order in which it does.
    pub findings: Vec<Finding>,
    /// All of it in plain words, the most important first.
    pub explanations: Vec<Explanation>,
    /// Findings that are not among these: of each rule the first 100 are.
    pub left_out: u64,
}

impl Judged {
    /// Errors and warnings of each packet that breaks a rule, for so many packets: two numbers a
    /// packet, and one number more where findings were left out, so that there may be others.
    #[must_use]
    pub fn marks(&self, packets: usize) -> Vec<u32> {
        let mut marks = vec![0_u32; packets.saturating_mul(2)];
        for finding in &self.findings {
            let which = match finding.severity {
                Severity::Error => 0_usize,
                Severity::Warning => 1,
                Severity::Note => continue,
            };
            let place = finding.packets.last();
            let place = place.map(|last| last.saturating_mul(2).saturating_add(which));
            if let Some(mark) = place.and_then(|place| marks.get_mut(place)) {
                *mark = mark.saturating_add(1);
            }
        }
        marks.extend((self.left_out > 0).then_some(1));
        marks
    }
}

/// A rule that a conversation breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Its name.
    pub rule: &'static str,
    /// The nearest statement of the standard, where it has a number.
    pub statement: Option<&'static str>,
    /// The version whose standard has that statement.
    pub version: ProtocolVersion,
    /// How sure it is.
    pub severity: Severity,
    /// Who broke it.
    pub by: Sender,
    /// What is wrong.
    pub message: String,
    /// The packets that show it, from 0, the one that breaks the rule last.
    pub packets: Vec<usize>,
}

/// A line about the whole conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// How bad it is; what is no fault is a note.
    pub severity: Severity,
    /// Whether it puts findings into words, so that it is in the list of those already.
    pub is_finding: bool,
    /// In plain words.
    pub text: String,
    /// Packets that show it, from 0.
    pub packets: Vec<usize>,
}

impl Conversation {
    /// A conversation of packets that stand one behind the other in `bytes`, each with its length.
    ///
    /// A CONNECT behind the end of a connection begins another one, and so does one that the server answers with a
    /// CONNACK, since on the same connection it would close it: nobody connects twice, but a device that was thrown
    /// off connects again, and its log shows both. Of a client alone every CONNECT begins one: its answers are not there.
    #[must_use]
    pub fn new(bytes: Vec<u8>, packets: impl IntoIterator<Item = (usize, Sender)>) -> Self {
        let mut start = 0_usize;
        let packets: Vec<(Range<usize>, PacketType, Sender)> = packets
            .into_iter()
            .map(|(len, from)| {
                let range = start..start.saturating_add(len).min(bytes.len());
                start = range.end;
                let first = bytes.get(range.start).copied().unwrap_or(0);
                (range, PacketType::from_first_byte(first), from)
            })
            .collect();
        let speaks = |side| packets.iter().any(|(.., from)| *from == side);
        let has_both = speaks(Sender::Client) && speaks(Sender::Server);
        let answered = answered_connects(&packets);
        let mut spoken: Vec<Spoken> = Vec::with_capacity(packets.len());
        let (mut is_over, mut is_accepted, mut connection) = (false, false, ConnectionId(0));
        let mut version = ProtocolVersion::V5;
        for (index, (range, kind, from)) in packets.into_iter().enumerate() {
            let packet = bytes.get(range.clone()).unwrap_or_default();
            if kind == PacketType::Connect && from == Sender::Client {
                let is_again = is_accepted && answered.contains(&index);
                if is_over || is_again || !has_both && index > 0 {
                    connection.0 = connection.0.saturating_add(1);
                    (is_over, is_accepted) = (false, false);
                }
                version = version_named(packet).unwrap_or(version);
            }
            is_over |= kind == PacketType::Disconnect || refuses(kind, packet);
            is_accepted |= kind == PacketType::Connack && from == Sender::Server;
            spoken.push(Spoken {
                range,
                from,
                version,
                connection,
                at: Instant::ZERO,
            });
        }
        Self {
            has_both,
            packets: spoken,
            bytes,
            has_times: false,
            has_gaps: false,
        }
    }

    /// The same packets, of which the text left some out: what rests on the other side's packets is not claimed then.
    #[must_use]
    pub const fn with_gaps(mut self, has_gaps: bool) -> Self {
        self.has_gaps = has_gaps;
        self
    }

    /// The same packets with their times in milliseconds, as far as the text has them. A packet
    /// without one has that of the packet before it. Times that go back are none.
    #[must_use]
    pub fn with_times(mut self, times: &[Option<u64>]) -> Self {
        let mut told = times.iter().flatten();
        let goes_on = times.iter().flatten().is_sorted();
        let (Some(Some(first)), true) = (times.first(), goes_on) else {
            return self;
        };
        let mut now = 0;
        for (packet, at) in self.packets.iter_mut().zip(times) {
            now = at.map_or(now, |at| at.saturating_sub(*first));
            packet.at = Instant::from_millis(now);
        }
        self.has_times = told.any(|at| at > first);
        self
    }

    /// Whether a client promised a Keep Alive that nothing can be said of, as the text has no times.
    #[must_use]
    pub fn leaves_keep_alive_open(&self) -> bool {
        let asks = |packet: &Spoken| {
            let bytes = self.bytes.get(packet.range.clone()).unwrap_or_default();
            // Keep Alive stands behind name, level and flags, whatever else is wrong.
            let Some(level) = level_of(bytes) else {
                return false;
            };
            let keep_alive = level.get(2..4);
            PacketType::from_first_byte(bytes.first().copied().unwrap_or(0)) == PacketType::Connect
                && keep_alive.is_some_and(|seconds| seconds != [0, 0])
        };
        !self.has_times && self.has_both && self.packets.iter().any(asks)
    }

    /// How many packets it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.packets.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.packets.is_empty()
    }

    /// A packet's type and who sent it.
    #[must_use]
    pub fn packet(&self, packet: usize) -> Option<(PacketType, Sender)> {
        let spoken = self.packets.get(packet)?;
        let first = self.bytes.get(spoken.range.start).copied().unwrap_or(0);
        Some((PacketType::from_first_byte(first), spoken.from))
    }

    /// What it breaks, and what else is worth knowing.
    #[must_use]
    pub fn judge(&self) -> Judged {
        let (mut monitor, mut followed) = (Monitor::new(), Followed::default());
        // The monitor counts packets that are whole and readable.
        let mut places: Vec<usize> = Vec::new();
        for place in 0..self.packets.len() {
            let number = place as u64;
            self.lead_in(number, &mut monitor);
            let Some(packet) = Source::packet(self, number) else {
                continue;
            };
            let connection = ConnectionId(packet.connection);
            let numbers = monitor.push(connection, packet.sender, packet.bytes, packet.at);
            places.extend(numbers.map(|_| place));
            let (sender, version) = (packet.sender, packet.version);
            followed.push(connection.0, number, sender, version, packet.bytes);
        }
        let place = |number: &u64| places.get(usize::try_from(*number).ok()?).copied();
        let places = |numbers: &[u64]| numbers.iter().filter_map(place).collect();
        let findings = monitor.findings().iter();
        let mut findings: Vec<Finding> = findings
            .filter(|finding| finding.rule.seen() == Seen::Conversation && self.shows(finding.rule))
            .map(|finding| Finding {
                rule: finding.rule.name(),
                statement: finding.statement(),
                version: finding.version,
                severity: finding.severity(),
                by: finding.by,
                message: finding.message(),
                packets: places(finding.packets.as_slice()),
            })
            .collect();
        let left_out = monitor
            .findings_left_out()
            .filter(|(_, rule, _)| rule.seen() == Seen::Conversation && self.shows(*rule))
            .map(|(_, _, more)| u64::from(more))
            .sum();
        while let Some(finding) = followed.poll_finding() {
            let last = finding.packets.last();
            let spoken = last.and_then(|last| self.packets.get(usize::try_from(*last).ok()?));
            findings.push(Finding {
                rule: finding.rule.name(),
                statement: finding.statement(),
                version: spoken.map_or(ProtocolVersion::V5, |spoken| spoken.version),
                severity: finding.severity(),
                by: finding.by,
                message: finding.message(),
                packets: (finding.packets.iter())
                    .filter_map(|&number| usize::try_from(number).ok())
                    .collect(),
            });
        }
        let left_out = u64::saturating_add(left_out, followed.left_out());
        let explanations = monitor.explanations().into_iter();
        let explanations = explanations
            .filter(|line| line.rule.map_or(self.has_both, |rule| self.shows(rule)))
            .map(|line| Explanation {
                severity: line.severity,
                is_finding: line.rule.is_some(),
                text: line.text,
                packets: places(line.packets.as_slice()),
            })
            .collect();
        Judged {
            findings,
            explanations,
            left_out,
        }
    }

    /// Whether these packets can show that a rule is broken.
    fn shows(&self, rule: Rule) -> bool {
        (!known::rests_on_time(rule) || self.has_times && known::shown_by_times(rule))
            && (self.has_both && !self.has_gaps || shown_by_one_side(rule))
            && !known::speaks_of_stream(rule)
    }

    /// What both ends know around a packet; none where it is no packet.
    pub fn state(&self, replay: &mut Replay, packet: usize) -> Option<StateView> {
        loop {
            match replay.look(self, packet as u64, SLICE) {
                Passed::More(_) => {}
                Passed::Gone => return None,
                Passed::There(mut around) => {
                    // The clock of Keep Alive needs times.
                    let has_times = self.has_times;
                    let before = around
                        .before
                        .as_mut()
                        .and_then(|state| state.keep_alive.as_mut());
                    let clocks = before.into_iter().chain(around.after.keep_alive.as_mut());
                    clocks
                        .filter(|_| !has_times)
                        .for_each(|clock| clock.closes = None);
                    return Some(StateView::of(
                        around.before.as_ref(),
                        &around.after,
                        around.at,
                    ));
                }
            }
        }
    }
}

/// The places of each CONNECT that the server answers: its next packet is a CONNACK. Of several before one CONNACK, the
/// last is answered.
fn answered_connects(packets: &[(Range<usize>, PacketType, Sender)]) -> BTreeSet<usize> {
    let mut answered = BTreeSet::new();
    let mut is_answer = false;
    for (index, (_, kind, from)) in packets.iter().enumerate().rev() {
        match (kind, from) {
            (_, Sender::Server) => is_answer = *kind == PacketType::Connack,
            (PacketType::Connect, Sender::Client) if is_answer => {
                answered.insert(index);
                is_answer = false;
            }
            _ => {}
        }
    }
    answered
}

/// What a CONNECT says behind its protocol name: level, flags, Keep Alive, …
fn level_of(connect: &[u8]) -> Option<&[u8]> {
    let Header::Complete { header_len, .. } = frame::header(connect) else {
        return None;
    };
    let body = connect.get(header_len..).unwrap_or_default();
    let name = body
        .first_chunk::<2>()
        .map_or(0, |len| usize::from(u16::from_be_bytes(*len)));
    body.get(name.saturating_add(2)..)
}

/// Whether a packet is a CONNACK that refuses.
fn refuses(kind: PacketType, packet: &[u8]) -> bool {
    let code = match packet {
        [_, 0..=0x7f, _, code, ..] | [_, _, 0..=0x7f, _, code, ..] => *code,
        _ => 0,
    };
    kind == PacketType::Connack && code != 0
}

impl Source for Conversation {
    fn packets(&self) -> Range<u64> {
        0..self.packets.len() as u64
    }

    fn packet(&self, number: u64) -> Option<Recorded<'_>> {
        let packet = self.packets.get(usize::try_from(number).ok()?)?;
        Some(Recorded {
            connection: packet.connection.0,
            sender: packet.from,
            version: packet.version,
            at: packet.at,
            bytes: self.bytes.get(packet.range.clone())?,
        })
    }

    fn lead_in(&self, number: u64, monitor: &mut Monitor) {
        let place = usize::try_from(number).unwrap_or(usize::MAX);
        let connection = |place: usize| self.packets.get(place).map(|packet| packet.connection);
        let before = place.checked_sub(1).and_then(connection);
        if let Some(ended) = before.filter(|_| before != connection(place)) {
            let at = self
                .packets
                .get(place)
                .map_or(Instant::ZERO, |packet| packet.at);
            monitor.close(ended, at);
        }
    }
}
