//! Bytes of one direction into packets: framing, the version, and what to do where neither is known.

use mqttscope_wire::{
    Context, ControlPacket, Decoded, Dissection, PacketType, ProtocolVersion, Rule, Sender,
    Severity, decode, decode_tolerant, detect, dissect, frame,
};

use super::Phase;
use super::connection::Connection;
use super::log::{Judge, Log};
use super::view::View;
use crate::common::Instant;

/// Bytes of a packet that are kept until it is whole. A larger packet is counted, not looked into.
const MAXIMUM_PACKET: usize = 1 << 22;
/// Bytes in which the beginning of a packet is looked for, where the recording begins in one.
const MAXIMUM_SEARCH: usize = 1 << 13;

impl Connection {
    /// Takes bytes of one direction.
    pub(super) fn receive(
        &mut self,
        log: &mut Log,
        view: &mut View,
        from: Sender,
        bytes: &[u8],
        at: Instant,
    ) {
        let half = self.halves.of_mut(from);
        if half.lost || self.closed.is_some() {
            return;
        }
        let passed = half.skip.min(bytes.len());
        half.skip = half.skip.saturating_sub(passed);
        half.taken = half.taken.saturating_add(passed as u64);
        let bytes = bytes.get(passed..).unwrap_or_default();
        let mut buffer = core::mem::take(&mut half.buffer);
        let done = if buffer.is_empty() {
            // Whole packets are read where they are; only what is left over is copied.
            let done = self.packets(log, view, from, bytes, at);
            buffer.extend_from_slice(bytes.get(done..).unwrap_or_default());
            done
        } else {
            buffer.extend_from_slice(bytes);
            let done = self.packets(log, view, from, &buffer, at).min(buffer.len());
            buffer.drain(..done);
            done
        };
        let half = self.halves.of_mut(from);
        half.taken = half.taken.saturating_add(done as u64);
        half.buffer = buffer;
    }

    /// Judges the whole packets; gives the bytes that are done.
    fn packets(
        &mut self,
        log: &mut Log,
        view: &mut View,
        from: Sender,
        bytes: &[u8],
        at: Instant,
    ) -> usize {
        if self.is_foreign(log, from, bytes, at) {
            return bytes.len();
        }
        if self.may_be_foreign(from, bytes) {
            return 0;
        }
        let mut done = 0_usize;
        while let Some(rest) = bytes.get(done..).filter(|rest| !rest.is_empty()) {
            if !self.begun && self.halves.of(from).packets == 0 {
                match self.begin(rest, from) {
                    Some(skip) if skip > 0 => {
                        done = done.saturating_add(skip);
                        let half = self.halves.of_mut(from);
                        half.passed = half.passed.saturating_add(skip);
                        let mut judge = self.judge_moment(log, from, at);
                        self.judge_no_packets(&mut judge, from, false);
                        continue;
                    }
                    Some(_) => {}
                    None => break,
                }
            }
            let offset = self.halves.of(from).taken.saturating_add(done as u64);
            let first = rest.first().copied().unwrap_or(0);
            match frame::header(rest) {
                frame::Header::Incomplete { .. } => break,
                frame::Header::TooLong => {
                    log.place(first, offset, rest.len().min(5));
                    self.packet_at(log, view, from, rest.get(..5).unwrap_or(rest), at);
                    // Nobody can know where the next packet begins.
                    self.halves.of_mut(from).lost = true;
                    return bytes.len();
                }
                frame::Header::Complete { len, .. } => {
                    if let Some(packet) = rest.get(..len) {
                        log.place(first, offset, len);
                        self.packet_at(log, view, from, packet, at);
                        done = done.saturating_add(len);
                    } else if len > MAXIMUM_PACKET {
                        log.place(first, offset, len);
                        self.too_large(log, from, rest, len, at);
                        return bytes.len();
                    } else {
                        break;
                    }
                }
            }
        }
        done
    }

    /// The recording may begin in the middle: looks for the first packet and the version. Gives the
    /// bytes to pass over; none while there is too little to tell.
    #[cold]
    fn begin(&mut self, bytes: &[u8], from: Sender) -> Option<usize> {
        if from == Sender::Client && is_connect(bytes)? {
            self.begun = true;
            return Some(0);
        }
        let begins = |start: usize, version: ProtocolVersion| {
            let candidate = bytes.get(start..).unwrap_or_default();
            begins_here(candidate, Context::new(version).from(from))
        };
        let may_begin = |start| {
            ProtocolVersion::ALL
                .iter()
                .any(|&version| begins(start, version).is_none())
        };
        let search = bytes.len().min(MAXIMUM_SEARCH);
        if search < MAXIMUM_SEARCH && may_begin(0) && begins(0, self.version) != Some(true) {
            return None;
        }
        if !self.version_is_certain
            && self.halves.client.packets == 0
            && self.halves.server.packets == 0
        {
            self.version = detect(bytes, Some(from)).version;
        }
        let mut first = None;
        for start in 0..search {
            let mut versions = [self.version].into_iter().chain(ProtocolVersion::ALL);
            if let Some(version) = versions.find(|&version| begins(start, version) == Some(true)) {
                if !self.version_is_certain {
                    self.version = version;
                }
                return Some(start);
            }
            if first.is_none() && may_begin(start) {
                first = Some(start);
            }
        }
        // What begins no packet now begins none with more bytes behind it.
        match first {
            Some(0) if search < MAXIMUM_SEARCH => None,
            Some(start @ 1..) => Some(start),
            _ => Some(search),
        }
    }

    fn judge<'a>(&self, log: &'a mut Log, from: Sender, first: u8, at: Instant) -> Judge<'a> {
        let number = log.packets;
        log.packets = log.packets.saturating_add(1);
        Judge {
            log,
            connection: self.id,
            version: self.version,
            from,
            packet_type: PacketType::from_first_byte(first),
            number,
            at,
        }
    }

    /// Judges one packet.
    fn packet_at(
        &mut self,
        log: &mut Log,
        view: &mut View,
        from: Sender,
        bytes: &[u8],
        at: Instant,
    ) {
        let context = Context::new(self.version).from(from);
        let first = bytes.first().copied().unwrap_or(0);
        let mut decoded = decode(bytes, context);
        if decoded.is_err() && !self.version_is_certain {
            decoded = self.other_version(bytes, from).unwrap_or(decoded);
        }
        if let Ok(Decoded::Packet { packet, .. }) = &decoded
            && let ControlPacket::Connect(connect) = packet
            && self.asked.is_none()
        {
            self.version = connect.version;
            self.version_is_certain = true;
        }
        let mut judge = self.judge(log, from, first, at);
        match decoded {
            Ok(Decoded::Packet { packet, .. }) => {
                self.arrive(&mut judge, bytes.len());
                self.remark(&mut judge, bytes, &packet);
                self.packet(&mut judge, view, &packet);
            }
            // A whole frame is never incomplete.
            Ok(Decoded::Incomplete { .. }) => {}
            Err(_) => {
                let dissection = dissect(bytes, Context::new(self.version).from(from));
                if judge.packet_type == PacketType::Connect && self.asked.is_none() {
                    self.version = dissection.version;
                    // A level that does not exist leaves the version open.
                    self.version_is_certain = dissection
                        .diagnostics
                        .iter()
                        .all(|diagnostic| diagnostic.rule != Rule::ConnectProtocolLevel);
                    judge.version = dissection.version;
                }
                self.arrive(&mut judge, bytes.len());
                let claimed = self.begun || self.version_is_certain;
                let certain = claimed
                    || dissection
                        .diagnostics
                        .iter()
                        .any(|diagnostic| diagnostic.severity() == Severity::Error);
                if certain {
                    self.malformed(&mut judge, &dissection);
                }
                if judge.packet_type == PacketType::Connack && from == Sender::Server {
                    self.odd_connack(&mut judge, view, bytes, &dissection);
                }
            }
        }
    }

    /// A CONNACK that breaks a rule: what it says is plain in two cases, and in others at least that
    /// it was the CONNACK.
    #[cold]
    fn odd_connack(
        &mut self,
        judge: &mut Judge<'_>,
        view: &mut View,
        bytes: &[u8],
        dissection: &Dissection,
    ) {
        let context = Context::new(dissection.version).from(Sender::Server);
        let is_of_v3_1_1 = |rule| rule == Rule::ConnackOfV311;
        let decoded = if dissection.diagnostics.iter().any(|d| is_of_v3_1_1(d.rule)) {
            decode(bytes, context)
        } else {
            decode_tolerant(bytes, context, Rule::MaximumQoSValue)
        };
        if let Ok(Decoded::Packet {
            packet: packet @ ControlPacket::Connack(_),
            ..
        }) = decoded
        {
            judge.version = dissection.version;
            self.packet(judge, view, &packet);
        } else if self.phase == Phase::Connecting {
            self.phase = Phase::Unknown;
            self.connecting = None;
        }
    }

    /// Reads a packet in another version, where none is certain.
    #[cold]
    fn other_version<'b>(
        &mut self,
        bytes: &'b [u8],
        from: Sender,
    ) -> Option<Result<Decoded<'b>, mqttscope_wire::DecodeError>> {
        ProtocolVersion::ALL.into_iter().rev().find_map(|version| {
            let decoded = decode(bytes, Context::new(version).from(from));
            decoded.is_ok().then(|| {
                self.version = version;
                decoded
            })
        })
    }

    /// A packet that is too large to be kept.
    #[cold]
    fn too_large(&mut self, log: &mut Log, from: Sender, rest: &[u8], len: usize, at: Instant) {
        let first = rest.first().copied().unwrap_or(0);
        let mut judge = self.judge(log, from, first, at);
        self.arrive(&mut judge, len);
        let half = self.halves.of_mut(from);
        // Its topic alias and identifier are not known, so what follows from them is not claimed.
        half.exceeded = true;
        self.doubtful = true;
        self.session.doubt();
        let half = self.halves.of_mut(from);
        half.skip = len.saturating_sub(rest.len());
    }
}

/// Whether this is a CONNECT, sound or not; none while it cannot be told. Flags that no CONNECT has
/// need the protocol's name behind them.
fn is_connect(bytes: &[u8]) -> Option<bool> {
    let first = *bytes.first()?;
    if PacketType::from_first_byte(first) != PacketType::Connect {
        return Some(false);
    }
    match frame::header(bytes) {
        frame::Header::Complete { header_len, .. } => {
            let (len, name) = bytes.get(header_len..)?.split_first_chunk::<2>()?;
            let len = usize::from(u16::from_be_bytes(*len));
            if !(4..=6).contains(&len) {
                return Some(false);
            }
            let name = name.get(..len).unwrap_or(name);
            let is_name = if first & 15 == 0 {
                name.iter().all(u8::is_ascii_alphabetic)
            } else {
                b"MQTT".starts_with(name) || b"MQIsdp".starts_with(name)
            };
            match is_name {
                true if name.len() < len && first & 15 != 0 => None,
                is_name => Some(is_name),
            }
        }
        frame::Header::Incomplete { .. } => None,
        frame::Header::TooLong => Some(false),
    }
}

/// Whether packets begin here: sound ones up to the end, or several; none while it cannot be told.
fn begins_here(mut bytes: &[u8], context: Context) -> Option<bool> {
    for sound in 0..4 {
        match decode(bytes, context) {
            _ if bytes.is_empty() && sound > 0 => return Some(true),
            Ok(Decoded::Packet { len, .. }) => bytes = bytes.get(len..).unwrap_or_default(),
            Ok(Decoded::Incomplete { .. }) if sound > 1 => return Some(true),
            Ok(Decoded::Incomplete { .. }) => return None,
            Err(_) => return Some(false),
        }
    }
    Some(true)
}
