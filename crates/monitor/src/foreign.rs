//! Bytes that are no MQTT: another protocol at the beginning of a side, or nothing that could be a
//! packet. Both are warnings: a recording may begin inside a packet that carries anything.

use mqttscope_shared::Instant;
use mqttscope_wire::{Context, Decoded, PacketType, ProtocolVersion, Rule, Sender, decode};

use super::Finding;
use super::connection::Connection;
use super::log::{Judge, Log};

/// Bytes without a packet after which it is said that there is none.
const ENOUGH: usize = 1 << 13;
/// Bytes in which the first line of HTTP must end.
const LINE: usize = 1 << 10;

/// Another protocol, as [`Finding::value`] names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Foreign {
    Tls = 1,
    Http = 2,
    Proxy = 3,
}

/// The name of a protocol, by its number.
pub(super) const fn name(number: u32) -> &'static str {
    match number {
        1 => "TLS",
        2 => "HTTP",
        3 => "PROXY protocol",
        _ => "another protocol",
    }
}

/// The protocol whose beginning this is.
fn foreign(bytes: &[u8], from: Sender) -> Option<Foreign> {
    if let [0x16, 3, 0..=4, length_high, _, hello, 0, ..] = *bytes {
        let greets = match from {
            Sender::Client => 1,
            Sender::Server => 2,
        };
        // A record has at most 2^14 bytes and some.
        return (hello == greets && length_high <= 0x48).then_some(Foreign::Tls);
    }
    if bytes.starts_with(b"\r\n\r\n\0\r\nQUIT\n") || bytes.starts_with(b"PROXY ") {
        return Some(Foreign::Proxy);
    }
    let line = bytes.get(..bytes.len().min(LINE))?;
    let end = line.iter().position(|&byte| byte == b'\r')?;
    let line = line.get(..end)?;
    let is_http = match from {
        Sender::Client => line.ends_with(b" HTTP/1.1") || line.ends_with(b" HTTP/1.0"),
        Sender::Server => line.starts_with(b"HTTP/1."),
    };
    is_http.then_some(Foreign::Http)
}

/// Whether these may be the first bytes of a line of HTTP whose end has not come yet.
fn may_be_http(bytes: &[u8], from: Sender) -> bool {
    let starts: &[&[u8]] = match from {
        Sender::Client => &[b"GET ", b"HEAD ", b"POST ", b"PUT ", b"OPTIONS "],
        Sender::Server => &[b"HTTP/1."],
    };
    let is_line = |byte: &u8| matches!(byte, b' '..=b'~');
    bytes.len() < LINE
        && bytes.iter().all(is_line)
        && starts.iter().any(|start| bytes.starts_with(start))
}

impl Connection {
    #[cold]
    fn judge_foreign(&mut self, log: &mut Log, from: Sender, bytes: &[u8], at: Instant) -> bool {
        let Some(protocol) = foreign(bytes, from) else {
            return false;
        };
        let mut judge = self.judge_moment(log, from, at);
        judge.broken(Rule::StreamOfAnotherProtocol, protocol as u32);
        let half = self.halves.of_mut(from);
        half.is_foreign = true;
        half.is_lost = true;
        true
    }

    /// Whether a side begins with another protocol; that is said once, and nothing is read of it.
    #[inline]
    pub(super) fn judge_beginning(
        &mut self,
        log: &mut Log,
        from: Sender,
        bytes: &[u8],
        at: Instant,
    ) -> bool {
        let half = self.halves.of(from);
        let is_start = half.packets == 0 && half.passed == 0 && !half.is_lost && !half.is_foreign;
        is_start && self.judge_foreign(log, from, bytes, at)
    }

    /// Whether more bytes are needed to know if a side begins with another protocol.
    pub(super) fn may_be_foreign(&self, from: Sender, bytes: &[u8]) -> bool {
        let half = self.halves.of(from);
        half.packets == 0 && half.passed == 0 && !self.begun && may_be_http(bytes, from)
    }

    /// Says once that no packet was found in the bytes of a side: when there are many, and at the end
    /// of the connection unless one may have begun with the first; `rest` has come and is not passed over.
    pub(super) fn judge_no_packets(
        &mut self,
        judge: &mut Judge<'_>,
        from: Sender,
        rest: &[u8],
        ends: bool,
    ) {
        let version = self.version;
        let half = self.halves.of_mut(from);
        let bytes = half.passed.saturating_add(rest.len());
        let enough = if ends { 1 } else { ENOUGH };
        if half.packets > 0 || half.is_foreign || half.is_lost || bytes < enough || self.begun {
            return;
        }
        if ends && half.passed == 0 && may_begin(rest, version, from) {
            return;
        }
        half.is_foreign = true;
        let finding = Finding {
            by: from,
            value: u32::try_from(bytes).unwrap_or(u32::MAX),
            ..judge.found(Rule::StreamWithoutPackets)
        };
        judge.report(finding);
    }

    /// Judges a moment at which bytes came that are no packet.
    pub(super) fn judge_moment<'a>(
        &self,
        log: &'a mut Log,
        from: Sender,
        at: Instant,
    ) -> Judge<'a> {
        Judge {
            number: log.packets,
            log,
            connection: self.id,
            version: self.version,
            from,
            packet_type: PacketType::Reserved,
            at,
            since: at,
        }
    }
}

/// Whether the bytes may be the beginning of a packet, in any version.
fn may_begin(bytes: &[u8], version: ProtocolVersion, from: Sender) -> bool {
    let versions = [version].into_iter().chain(ProtocolVersion::ALL);
    versions.into_iter().any(|version| {
        let context = Context::new(version).sent_by(from);
        matches!(decode(bytes, context), Ok(Decoded::Incomplete { .. }))
    })
}
