//! An attempt to connect: what is noted of it, so that the doctor can say why it failed and the log
//! can show how it ended.

use mqttscope_protocol::{
    BridgeEnd, BridgeFailure, BridgeOpened, BridgeSays, LastPacket, RecordId,
};
use mqttscope_shared::Instant;
use mqttscope_wire::{PacketType, Sender};

use crate::connection::SocketId;
use crate::doctor::{End, Phase};
use crate::engine::Closed;

/// A packet that went or came.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Noted {
    pub(crate) record: RecordId,
    pub(crate) at: Instant,
    first: u8,
}

impl Noted {
    pub(crate) const fn packet_type(&self) -> PacketType {
        PacketType::from_nibble(self.first >> 4)
    }

    pub(crate) fn before(self, now: Instant) -> LastPacket {
        LastPacket {
            record: self.record,
            packet_type: self.packet_type(),
            before: now - self.at,
        }
    }
}

#[derive(Debug)]
pub(crate) struct Attempt {
    pub(crate) phase: Phase,
    /// Its link.
    pub(crate) socket: Option<SocketId>,
    /// Whether it has not ended yet, as far as the log knows.
    pub(crate) is_live: bool,
    /// When it began.
    pub(crate) began: Instant,
    /// When its socket opened.
    pub(crate) opened: Option<Instant>,
    /// When the phase began.
    pub(crate) since: Instant,
    /// When the server was last heard.
    pub(crate) heard: Instant,
    /// How it ended, where that is known before its client says so.
    pub(crate) end: Option<End>,
    /// What the socket said when it closed.
    pub(crate) closed: Option<Closed>,
    /// What the companion said when it had opened it.
    pub(crate) link: Option<Box<BridgeOpened>>,
    pub(crate) last_sent: Option<Noted>,
    pub(crate) last_received: Option<Noted>,
    /// The CONNACK.
    pub(crate) connack: Option<RecordId>,
    /// The last SUBSCRIBE, while no SUBACK has come.
    pub(crate) subscribing: Option<Noted>,
}

impl Attempt {
    /// One that begins now.
    pub(crate) const fn new(now: Instant) -> Self {
        Self {
            phase: Phase::Opening,
            socket: None,
            is_live: true,
            began: now,
            opened: None,
            since: now,
            heard: now,
            end: None,
            closed: None,
            link: None,
            last_sent: None,
            last_received: None,
            connack: None,
            subscribing: None,
        }
    }

    /// None yet.
    pub(crate) const fn none() -> Self {
        let mut none = Self::new(Instant::ZERO);
        none.is_live = false;
        none
    }

    pub(crate) const fn reached(&mut self, now: Instant, phase: Phase) {
        if matches!(phase, Phase::Opened) {
            self.opened = Some(now);
        }
        self.phase = phase;
        self.since = now;
        self.heard = now;
    }

    pub(crate) const fn heard(&mut self, now: Instant) {
        self.heard = now;
    }

    pub(crate) const fn packet(
        &mut self,
        at: Instant,
        sender: Sender,
        first: u8,
        record: RecordId,
    ) {
        let noted = Noted { record, at, first };
        match sender {
            Sender::Client => {
                self.last_sent = Some(noted);
                if matches!(noted.packet_type(), PacketType::Subscribe) {
                    self.subscribing = Some(noted);
                }
            }
            Sender::Server => {
                self.last_received = Some(noted);
                match noted.packet_type() {
                    PacketType::Connack => self.connack = Some(record),
                    PacketType::Suback => self.subscribing = None,
                    _ => {}
                }
            }
        }
    }

    /// What comes first counts: a text frame closes the socket.
    pub(crate) fn ended(&mut self, end: End) {
        self.end.get_or_insert(end);
    }

    pub(crate) fn closed(&mut self, closed: &Closed) {
        self.ended(match closed.bridged.as_deref() {
            Some(BridgeSays::Failed(failure)) => End::Bridge(failure.clone()),
            Some(BridgeSays::Ended(BridgeEnd::Tls(failure))) => {
                End::Bridge(BridgeFailure::Tls(failure.clone()))
            }
            Some(BridgeSays::Ended(BridgeEnd::Text)) => End::TextFrame(None),
            Some(BridgeSays::Ended(BridgeEnd::CompanionEnds)) => {
                End::Bridge(BridgeFailure::CompanionGone)
            }
            _ => End::Closed {
                // 0: the browser did not even try.
                code: if closed.code == 0 { 1006 } else { closed.code },
                reason: closed.reason.clone(),
            },
        });
        self.closed = Some(closed.clone());
    }
}
