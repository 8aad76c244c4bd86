//! An attempt to connect: what is noted of it, so that the doctor can say why it failed.

use core::time::Duration;

use mqttscope_session::client::Cause;
use mqttscope_wire::{PacketType, PropertiesBuf, Property, PropertyId, ReasonCode};

use crate::connection::Connection;
use crate::doctor::{End, Phase, Trouble, advise};
use crate::engine::Closed;
use crate::protocol::Advice;

/// Times are milliseconds since 1970.
#[derive(Debug)]
pub(crate) struct Attempt {
    phase: Phase,
    /// When the phase began.
    since_ms: f64,
    /// When the server was last heard.
    heard_ms: f64,
    /// How the socket ended.
    end: Option<End>,
}

impl Attempt {
    pub(crate) const fn new(now_ms: f64) -> Self {
        Self {
            phase: Phase::Opening,
            since_ms: now_ms,
            heard_ms: now_ms,
            end: None,
        }
    }

    pub(crate) const fn reached(&mut self, now_ms: f64, phase: Phase) {
        self.phase = phase;
        self.since_ms = now_ms;
        self.heard_ms = now_ms;
    }

    pub(crate) const fn heard(&mut self, now_ms: f64) {
        self.heard_ms = now_ms;
    }

    /// What comes first counts: a text frame closes the socket.
    pub(crate) fn ended(&mut self, end: End) {
        self.end.get_or_insert(end);
    }

    pub(crate) fn closed(&mut self, closed: &Closed) {
        self.ended(End::Closed {
            // 0: the browser did not even try.
            code: if closed.code == 0 { 1006 } else { closed.code },
            reason: closed.reason.clone(),
        });
    }
}

/// Why this connection ended, as far as can be guessed; nothing when it was asked for.
pub(crate) fn advice(
    connection: &Connection,
    cause: &Cause,
    now_ms: f64,
    page_is_secure: bool,
) -> Vec<Advice> {
    let attempt = &connection.attempt;
    let end = match cause {
        Cause::Requested => return Vec::new(),
        Cause::NotOpened | Cause::Lost => attempt.end.clone().unwrap_or(End::Closed {
            code: 1006,
            reason: String::new(),
        }),
        Cause::Refused {
            reason_code,
            properties,
        } => said(PacketType::Connack, *reason_code, properties),
        Cause::ByServer {
            reason_code,
            properties,
        } => said(PacketType::Disconnect, *reason_code, properties),
        Cause::AnsweredAsV3_1_1 { return_code } => {
            let version = mqttscope_wire::ProtocolVersion::V3_1_1;
            let name = return_code.name(PacketType::Connack, version);
            End::AnsweredAsV3_1_1(name.unwrap_or("an unknown return code"))
        }
        Cause::TimedOut(packet_type) => End::TimedOut(*packet_type),
        Cause::Fault(fault) => {
            let code = fault.reason_code();
            let meaning = code.meaning(PacketType::Disconnect, mqttscope_wire::ProtocolVersion::V5);
            End::Fault(meaning.unwrap_or("the protocol was broken.").to_owned())
        }
    };
    let profile = &connection.profile;
    let since = |then: f64| Duration::from_millis((now_ms - then).max(0.0) as u64);
    advise(&Trouble {
        target: &profile.target,
        page_is_secure,
        version: connection.version,
        phase: attempt.phase,
        end,
        lasted: since(attempt.since_ms),
        silence: since(attempt.heard_ms),
        keep_alive: profile.keep_alive,
        has_user_name: profile.user_name.is_some(),
        is_anonymous: profile.client_identifier.is_empty(),
        clean_start: profile.clean_start,
    })
}

fn said(packet_type: PacketType, reason_code: ReasonCode, properties: &PropertiesBuf) -> End {
    let text = |id| match properties.as_properties().get(id) {
        Some(Property::ReasonString(text) | Property::ServerReference(text)) => {
            Some(text.as_str().to_owned())
        }
        _ => None,
    };
    End::Said {
        packet_type,
        reason_code,
        reason: text(PropertyId::REASON_STRING),
        server_reference: text(PropertyId::SERVER_REFERENCE),
    }
}
