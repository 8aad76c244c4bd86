//! Two recordings of one connection, one a side, with no order between them.
//!
//! Each packet is taken as soon as what it answers was taken, so that two sides that are in order come
//! out in an order that they may have had. What is claimed holds in every order: what one side shows
//! alone, what belongs together by its identifier or place, and an answer for which the whole other
//! side has no cause. That a side is whole is known only where it ends with a DISCONNECT: else its recording
//! may have been stopped before the other's, and a cause that is not there may have come behind.

use alloc::vec::Vec;
use core::ops::Range;

use mqttscope_shared::Instant;
use mqttscope_wire::{
    Context, ControlPacket, Decoded, PacketType, ProtocolVersion, Rule, Sender, decode, detect,
    frame,
};

use super::causes::{Causes, Standing};
use super::{ConnectionId, Finding, Monitor};

/// The connection of a judgement.
const CONNECTION: ConnectionId = ConnectionId(0);

/// A packet of a judgement: its place in the bytes of its side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// Whose bytes.
    pub from: Sender,
    /// From its first byte.
    pub packet_type: PacketType,
    /// Where in them.
    pub bytes: Range<usize>,
}

/// What [`judge`] found.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// What is broken in whatever order the packets passed. [`Finding::packets`] are places in
    /// `packets`; times say nothing.
    pub findings: Vec<Finding>,
    /// The packets in an order that they may have had.
    pub packets: Vec<Judged>,
    /// Findings that were never written down, see [`Monitor::findings_dropped`].
    pub findings_dropped: u64,
}

/// Judges a connection whose two directions were recorded apart, without times: nobody knows which
/// packet of one side came before which of the other.
///
/// Both must be recordings of the same connection, from its first byte. Either may end before the connection
/// did, at any byte, and before the other: what the missing end may explain is not claimed. Only behind a
/// DISCONNECT nothing is missing. Where the client's does not begin with a CONNECT, or the connection goes on
/// with a session, less is claimed.
///
/// ```
/// use mqttscope_monitor::judge;
/// let client = [
///     &[0x10, 13, 0, 4, b'M', b'Q', b'T', b'T', 4, 2, 0, 0, 0, 1, b'c'][..],
///     &[0x34, 6, 0, 1, b'a', 0, 1, b'x'], // PUBLISH of QoS 2
///     &[0x62, 2, 0, 1],                   // PUBREL
/// ].concat();
/// let server = [0x20, 2, 0, 0, 0x50, 2, 0, 1, 0x70, 2, 0, 1];
/// assert!(judge(&client, &server).findings.is_empty());
/// ```
#[must_use]
pub fn judge(client: &[u8], server: &[u8]) -> Judgement {
    let version = version(client, server);
    let mut sides = [
        Side::new(client, Sender::Client, version),
        Side::new(server, Sender::Server, version),
    ];
    let mut judgement = Judgement {
        findings: Vec::new(),
        packets: Vec::new(),
        findings_dropped: 0,
    };
    let mut monitor = Monitor::new();
    monitor.note_places();
    let mut causes = Causes::new(version);
    let begins = client.first().is_some_and(|first| first >> 4 == 1);
    let mut certain = begins;
    loop {
        let [of_client, of_server] = &sides;
        let (from, is_caused) = match (of_client.next(), of_server.next()) {
            (None, None) => break,
            (client, server) => choose(&causes, client, server),
        };
        let [of_client, of_server] = &mut sides;
        let (side, other) = match from {
            Sender::Client => (of_client, of_server),
            Sender::Server => (of_server, of_client),
        };
        // Where both wait for each other nobody knows who is at fault, nor what comes first.
        let is_over = other.next().is_none();
        let is_whole = is_over && other.has_ended;
        certain &= is_caused || is_over;
        let Some(piece) = side.take() else { break };
        if let Some(packet) = piece.packet {
            causes.take(from, &packet);
        } else {
            certain = false;
        }
        monitor.push(CONNECTION, from, piece.bytes, Instant::ZERO);
        judgement
            .packets
            .extend(monitor.places().iter().map(|place| {
                let start = usize::try_from(place.offset).unwrap_or(usize::MAX);
                Judged {
                    from,
                    packet_type: place.packet_type,
                    bytes: start..start.saturating_add(place.len),
                }
            }));
        let standing = if !certain {
            Standing::Doubtful
        } else if is_caused || !causes.is_fresh() {
            Standing::Caused
        } else if is_whole {
            Standing::Uncaused
        } else {
            Standing::PerhapsMissing
        };
        let mut is_fault = false;
        while let Some(finding) = monitor.poll_finding() {
            if holds(&finding, standing) {
                is_fault |= finding.span.is_none();
                judgement.findings.push(finding);
            }
        }
        // Its cause is behind the end of the other recording, and so may be that of all that follows.
        certain &= is_fault || standing != Standing::PerhapsMissing;
    }
    monitor.close(CONNECTION, Instant::ZERO);
    while let Some(finding) = monitor.poll_finding() {
        if holds(&finding, Standing::Doubtful) {
            judgement.findings.push(finding);
        }
    }
    judgement.findings_dropped = monitor.findings_dropped();
    judgement
}

/// Whose packet comes next, and whether what it answers was taken.
fn choose(
    causes: &Causes,
    client: Option<&Piece<'_>>,
    server: Option<&Piece<'_>>,
) -> (Sender, bool) {
    let may = |from, piece: &Piece<'_>| match &piece.packet {
        Some(packet) => causes.allow(from, packet),
        None => true,
    };
    let client_may = client.is_some_and(|piece| may(Sender::Client, piece));
    let server_may = server.is_some_and(|piece| may(Sender::Server, piece));
    match (client_may, server_may) {
        (true, false) => (Sender::Client, true),
        (false, true) => (Sender::Server, true),
        (false, false) if client.is_some() => (Sender::Client, false),
        (false, false) => (Sender::Server, false),
        (true, true) => {
            let leaves = client.is_some_and(|piece| {
                matches!(
                    piece.packet,
                    Some(ControlPacket::Disconnect(_) | ControlPacket::Unsubscribe(_))
                )
            });
            let brings = server.is_some_and(|piece| {
                matches!(
                    piece.packet,
                    Some(ControlPacket::Publish(_) | ControlPacket::Disconnect(_))
                )
            });
            // What a server sends on of its own accord rests as a rule on what the client sent before.
            if brings && !leaves {
                (Sender::Client, true)
            } else {
                (Sender::Server, true)
            }
        }
    }
}

/// Whether a finding holds in every order.
fn holds(finding: &Finding, standing: Standing) -> bool {
    let rule = finding.rule;
    finding.span.is_some()
        || shown_by_one_side(rule)
        || match standing {
            Standing::Doubtful => false,
            Standing::Caused => shown_by_a_pair(rule),
            // What is open under the identifier stays open, whatever comes behind.
            Standing::PerhapsMissing => rule == Rule::AcknowledgementWrong,
            Standing::Uncaused => shown_by_a_pair(rule) || shown_by_no_cause(rule),
        }
}

/// Whether a conversation rule is broken whatever the other side sent, and when.
#[must_use]
pub const fn shown_by_one_side(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::SecondConnect
            | Rule::SecondConnack
            | Rule::SentAfterRefusal
            | Rule::PacketAfterDisconnect
            | Rule::TopicAliasUnknown
            | Rule::AuthMethodChanged
            | Rule::AuthWithoutMethodByClient
            | Rule::StreamOfAnotherProtocol
            | Rule::StreamWithoutPackets
    )
}

/// Whether a rule compares a packet with the one that it answers, of which there is one only.
const fn shown_by_a_pair(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::SubackCount
            | Rule::UnsubackCount
            | Rule::SubackQoSAboveRequest
            | Rule::SessionPresentAfterCleanStart
            | Rule::AssignedClientIdMissing
            | Rule::ResponseInformationUnasked
            | Rule::ClientIdRefused
            | Rule::UnknownProtocolAccepted
            | Rule::UnknownLevelRefusalCode
            | Rule::MalformedConnectAnswered
            | Rule::MalformedConnectAccepted
            | Rule::EmptyClientIdRefusalCode
            | Rule::WillQoSAccepted
            | Rule::WillRetainAccepted
    )
}

/// Whether a rule is about a packet that answers nothing, or that another one should have ended before.
const fn shown_by_no_cause(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::AcknowledgementUnknown
            | Rule::AcknowledgementWrong
            | Rule::PubrelWithoutPubrec
            | Rule::PubcompWithoutPubrel
            | Rule::SubackUnknown
            | Rule::UnsubackUnknown
            | Rule::PingrespUnasked
            | Rule::IdentifierInUse
    )
}

/// The version of the connection: the CONNECT's, else what both sides read best in.
fn version(client: &[u8], server: &[u8]) -> ProtocolVersion {
    if client.is_empty() {
        detect(server, Some(Sender::Server)).version
    } else {
        detect(client, Some(Sender::Client)).version
    }
}

/// A packet, or the bytes behind the last whole one.
struct Piece<'a> {
    bytes: &'a [u8],
    packet: Option<ControlPacket<'a>>,
}

/// The packets of one side.
struct Side<'a> {
    bytes: &'a [u8],
    at: usize,
    context: Context,
    next: Option<Piece<'a>>,
    /// A DISCONNECT was taken: nothing of this side is missing.
    has_ended: bool,
}

impl<'a> Side<'a> {
    fn new(bytes: &'a [u8], from: Sender, version: ProtocolVersion) -> Self {
        let mut side = Self {
            bytes,
            at: 0,
            context: Context::new(version).sent_by(from),
            next: None,
            has_ended: false,
        };
        side.next = side.read();
        side
    }

    const fn next(&self) -> Option<&Piece<'a>> {
        self.next.as_ref()
    }

    fn take(&mut self) -> Option<Piece<'a>> {
        let taken = self.next.take();
        let packet = taken.as_ref().and_then(|piece| piece.packet.as_ref());
        self.has_ended |= matches!(packet, Some(ControlPacket::Disconnect(_)));
        self.next = self.read();
        taken
    }

    fn read(&mut self) -> Option<Piece<'a>> {
        let rest = self.bytes.get(self.at..).filter(|rest| !rest.is_empty())?;
        let len = match frame::header(rest) {
            frame::Header::Complete { len, .. } => len.min(rest.len()),
            _ => rest.len(),
        };
        self.at = self.at.saturating_add(len);
        let bytes = rest.get(..len)?;
        let packet = match decode(bytes, self.context) {
            Ok(Decoded::Packet { packet, .. }) => Some(packet),
            _ => None,
        };
        if let Some(ControlPacket::Connect(connect)) = &packet {
            self.context.version = connect.version;
        }
        Some(Piece { bytes, packet })
    }
}
