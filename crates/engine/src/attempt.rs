//! An attempt to connect: what is noted of it, so that the doctor can say why it failed and the log
//! can show how it ended.

use mqttscope_protocol::{
    BridgeEnd, BridgeFailure, BridgeOpened, BridgeSays, LastPacket, RecordId,
};
use mqttscope_wire::{PacketType, Sender};

use crate::doctor::{End, Phase};
use crate::engine::Closed;

/// A packet that went or came.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Noted {
    pub(crate) record: RecordId,
    pub(crate) at_ms: f64,
    first: u8,
}

impl Noted {
    pub(crate) const fn packet_type(&self) -> PacketType {
        PacketType::from_nibble(self.first >> 4)
    }

    pub(crate) fn before(self, now_ms: f64) -> LastPacket {
        LastPacket {
            record: self.record,
            packet_type: self.packet_type().name().to_owned(),
            before_ms: (now_ms - self.at_ms).max(0.0),
        }
    }
}

/// Times are milliseconds since 1970.
#[derive(Debug)]
pub(crate) struct Attempt {
    pub(crate) phase: Phase,
    /// Whether it has not ended yet, as far as the log knows.
    pub(crate) is_live: bool,
    /// When it began.
    pub(crate) began_ms: f64,
    /// When its socket opened.
    pub(crate) opened_ms: Option<f64>,
    /// When the phase began.
    pub(crate) since_ms: f64,
    /// When the server was last heard.
    pub(crate) heard_ms: f64,
    /// How it ended, where that is known before its client says so.
    pub(crate) end: Option<End>,
    /// What the socket said when it closed.
    pub(crate) closed: Option<Closed>,
    /// What the companion said when it had opened it.
    pub(crate) link: Option<Box<BridgeOpened>>,
    pub(crate) last_sent: Option<Noted>,
    pub(crate) last_received: Option<Noted>,
    /// The last SUBSCRIBE, while no SUBACK has come.
    pub(crate) subscribing: Option<Noted>,
}

impl Attempt {
    /// One that begins now.
    pub(crate) const fn new(now_ms: f64) -> Self {
        Self {
            phase: Phase::Opening,
            is_live: true,
            began_ms: now_ms,
            opened_ms: None,
            since_ms: now_ms,
            heard_ms: now_ms,
            end: None,
            closed: None,
            link: None,
            last_sent: None,
            last_received: None,
            subscribing: None,
        }
    }

    /// None yet.
    pub(crate) const fn none() -> Self {
        let mut none = Self::new(0.0);
        none.is_live = false;
        none
    }

    pub(crate) const fn reached(&mut self, now_ms: f64, phase: Phase) {
        if matches!(phase, Phase::Opened) {
            self.opened_ms = Some(now_ms);
        }
        self.phase = phase;
        self.since_ms = now_ms;
        self.heard_ms = now_ms;
    }

    pub(crate) const fn heard(&mut self, now_ms: f64) {
        self.heard_ms = now_ms;
    }

    pub(crate) const fn packet(&mut self, at_ms: f64, sender: Sender, first: u8, record: RecordId) {
        let noted = Noted {
            record,
            at_ms,
            first,
        };
        match sender {
            Sender::Client => {
                self.last_sent = Some(noted);
                if matches!(noted.packet_type(), PacketType::Subscribe) {
                    self.subscribing = Some(noted);
                }
            }
            Sender::Server => {
                self.last_received = Some(noted);
                if matches!(noted.packet_type(), PacketType::Suback) {
                    self.subscribing = None;
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
            Some(BridgeSays::Ended(BridgeEnd::Text)) => End::TextFrame,
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
