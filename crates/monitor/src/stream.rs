//! Bytes of one direction into packets: where they begin, the version, and what to do where neither is known.

use mqttscope_shared::Instant;
use mqttscope_wire::{
    Context, ControlPacket, Decoded, Dissection, Frame, Framed, Framer, PacketType,
    ProtocolVersion, Rule, Sender, Severity, decode, decode_tolerant, detect, dissect, frame,
};

use super::Phase;
use super::connection::Connection;
use super::log::{Judge, Log};
use super::view::View;

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
        if half.is_lost || self.closed.is_some() {
            return;
        }
        let mut framer = core::mem::take(&mut half.framer);
        framer.push(bytes);
        self.frames(log, view, from, &mut framer, at);
        self.halves.of_mut(from).framer = framer;
    }

    /// Judges all frames that are there.
    fn frames(
        &mut self,
        log: &mut Log,
        view: &mut View,
        from: Sender,
        framer: &mut Framer,
        at: Instant,
    ) {
        if self.judge_beginning(log, from, framer.rest(), at) {
            return framer.clear();
        }
        if self.may_be_foreign(from, framer.rest()) || !self.find_packets(log, from, framer, at) {
            return;
        }
        loop {
            let offset = framer.offset();
            match framer.next_frame() {
                Some(Framed::Packet(bytes)) => {
                    log.place(bytes, offset, bytes.len());
                    self.packet_at(log, view, from, bytes, at);
                }
                Some(Framed::TooLarge { start, len }) => {
                    log.place(start, offset, len);
                    self.too_large(log, from, start, len, at);
                }
                Some(Framed::Unframed(bytes)) => {
                    self.unframed(log, view, from, bytes, offset, at);
                }
                None => return,
            }
        }
    }

    /// Judges what is no whole packet, where somebody else has framed.
    #[cold]
    pub(super) fn receive_unread(
        &mut self,
        log: &mut Log,
        view: &mut View,
        from: Sender,
        framed: Framed<'_>,
        at: Instant,
    ) {
        if self.closed.is_some() || self.halves.of(from).is_lost {
            return;
        }
        match framed {
            Framed::Packet(bytes) => self.packet_at(log, view, from, bytes, at),
            Framed::TooLarge { start, len } => self.too_large(log, from, start, len, at),
            Framed::Unframed(bytes) => self.unframed(log, view, from, bytes, 0, at),
        }
    }

    /// Behind a Fixed Header that is wrong nothing is read: the header is judged, as the last packet of its
    /// side.
    #[cold]
    fn unframed(
        &mut self,
        log: &mut Log,
        view: &mut View,
        from: Sender,
        bytes: &[u8],
        offset: u64,
        at: Instant,
    ) {
        self.halves.of_mut(from).is_lost = true;
        let header = bytes.get(..5).unwrap_or(bytes);
        log.place(header, offset, header.len());
        let context = Context::new(self.version).sent_by(from);
        if let Some(frame) = Frame::read(header, context) {
            self.frame(log, view, from, &frame, at);
        } else {
            let first = header.first().copied().unwrap_or_default();
            let mut judge = self.judge(log, from, first, at);
            self.malformed_at(&mut judge, view, header);
        }
    }

    /// Passes over what comes before the first packet, where the recording may begin in the middle. False
    /// while there is too little to tell.
    #[inline]
    fn find_packets(
        &mut self,
        log: &mut Log,
        from: Sender,
        framer: &mut Framer,
        at: Instant,
    ) -> bool {
        while !self.begun && self.halves.of(from).packets == 0 && !framer.rest().is_empty() {
            match self.begin(framer.rest(), from) {
                Some(0) => break,
                Some(skip) => {
                    framer.skip(skip);
                    let half = self.halves.of_mut(from);
                    half.passed = half.passed.saturating_add(skip);
                    let mut judge = self.judge_moment(log, from, at);
                    self.judge_no_packets(&mut judge, from, &[], false);
                }
                None => return false,
            }
        }
        true
    }

    /// Judges a frame that somebody else has read, under the number that it has there.
    pub(super) fn receive_frame(
        &mut self,
        log: &mut Log,
        view: &mut View,
        from: Sender,
        frame: &Frame<'_>,
        at: Instant,
    ) {
        if self.closed.is_some() || self.halves.of(from).is_lost {
            return;
        }
        if frame.context.version == self.version {
            self.frame(log, view, from, frame, at);
        } else {
            self.packet_at(log, view, from, frame.bytes, at);
        }
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
            begins_here(candidate, Context::new(version).sent_by(from))
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
        log.newest = number;
        log.packets = number.saturating_add(1);
        Judge {
            log,
            connection: self.id,
            version: self.version,
            from,
            packet_type: PacketType::from_first_byte(first),
            number,
            at,
            since: at,
        }
    }

    /// Reads one packet in the version that is known so far, and judges it.
    fn packet_at(
        &mut self,
        log: &mut Log,
        view: &mut View,
        from: Sender,
        bytes: &[u8],
        at: Instant,
    ) {
        if let Some(frame) = Frame::read(bytes, Context::new(self.version).sent_by(from)) {
            self.frame(log, view, from, &frame, at);
        }
    }

    /// Judges a packet that was read in the version that is known so far.
    fn frame(
        &mut self,
        log: &mut Log,
        view: &mut View,
        from: Sender,
        frame: &Frame<'_>,
        at: Instant,
    ) {
        let bytes = frame.bytes;
        let other;
        let decoded = match &frame.packet {
            Err(_) if !self.version_is_certain => {
                other = self.other_version(bytes, from);
                other.as_ref()
            }
            decoded => decoded.as_ref().ok(),
        };
        if let Some(ControlPacket::Connect(connect)) = decoded
            && self.asked.is_none()
        {
            self.version = connect.version;
            self.version_is_certain = true;
        }
        let first = bytes.first().copied().unwrap_or(0);
        let mut judge = self.judge(log, from, first, at);
        match decoded {
            Some(packet) => {
                self.arrive(&mut judge, bytes.len());
                self.remark(&mut judge, bytes, packet);
                self.packet(&mut judge, view, packet);
            }
            None => self.malformed_at(&mut judge, view, bytes),
        }
    }

    /// A packet that breaks a rule.
    #[cold]
    fn malformed_at(&mut self, judge: &mut Judge<'_>, view: &mut View, bytes: &[u8]) {
        let from = judge.from;
        let dissection = dissect(bytes, Context::new(self.version).sent_by(from));
        if judge.packet_type == PacketType::Connect && self.asked.is_none() {
            self.version = dissection.version;
            // A level that does not exist leaves the version open.
            self.version_is_certain = dissection
                .diagnostics
                .iter()
                .all(|diagnostic| diagnostic.rule != Rule::ConnectProtocolLevel);
            judge.version = dissection.version;
        }
        self.arrive(judge, bytes.len());
        let claimed = self.begun || self.version_is_certain;
        let certain = claimed
            || dissection
                .diagnostics
                .iter()
                .any(|diagnostic| diagnostic.severity() == Severity::Error);
        if certain {
            self.malformed(judge, &dissection);
        }
        if judge.packet_type == PacketType::Connack && from == Sender::Server {
            self.odd_connack(judge, view, bytes, &dissection);
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
        let context = Context::new(dissection.version).sent_by(Sender::Server);
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
    fn other_version<'b>(&mut self, bytes: &'b [u8], from: Sender) -> Option<ControlPacket<'b>> {
        ProtocolVersion::ALL.into_iter().rev().find_map(|version| {
            let frame = Frame::read(bytes, Context::new(version).sent_by(from))?;
            let packet = frame.packet.ok()?;
            self.version = version;
            Some(packet)
        })
    }

    /// A packet that is too large to be kept.
    #[cold]
    fn too_large(&mut self, log: &mut Log, from: Sender, start: &[u8], len: usize, at: Instant) {
        let first = start.first().copied().unwrap_or(0);
        let mut judge = self.judge(log, from, first, at);
        self.arrive(&mut judge, len);
        let half = self.halves.of_mut(from);
        // Its topic alias and identifier are not known, so what follows from them is not claimed.
        half.exceeded = true;
        self.doubtful = true;
        self.session.doubt();
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
