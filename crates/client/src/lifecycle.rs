//! How a connection begins and ends, and whether another is tried.

use mqttscope_shared::Instant;
use mqttscope_wire::{PacketIdentifier, PacketType, PropertiesBuf, ReasonCode};

use super::connection::Connection;
use super::{Cause, Client, CommandError, Deviation, Event, Phase, ProtocolError};

impl Client {
    pub(super) fn connect(&mut self, now: Instant) -> Result<(), CommandError> {
        match self.phase {
            Phase::Idle | Phase::Waiting(_) => {
                self.accepted = false;
                self.backoff.failures = 0;
                self.open(now);
                Ok(())
            }
            Phase::Opening | Phase::Connecting | Phase::Connected => {
                Err(CommandError::AlreadyConnected)
            }
        }
    }

    pub(super) fn open(&mut self, now: Instant) {
        self.phase = Phase::Opening;
        self.connection = Connection {
            connect_deadline: Some(now + self.options.connect_timeout),
            ..Connection::default()
        };
        self.events.push_back(Event::Open);
    }

    pub(super) fn fault(&mut self, now: Instant, fault: ProtocolError) {
        //= [MQTT-4.13.2-1] v5, [MQTT-4.8.0-1] v3.1.1: a breach of the protocol ends the connection
        self.close(
            now,
            Cause::ProtocolError(fault),
            Some((fault.reason_code(), PropertiesBuf::new())),
        );
    }

    /// An answer came that nothing waits for.
    pub(super) fn odd(&mut self, packet_type: PacketType, identifier: PacketIdentifier) {
        self.events
            .push_back(Event::Deviation(Deviation::UnknownPacketIdentifier(
                packet_type,
                identifier,
            )));
    }

    /// Ends the connection from this side.
    pub(super) fn close(
        &mut self,
        now: Instant,
        cause: Cause,
        say: Option<(ReasonCode, PropertiesBuf)>,
    ) {
        if let Some((reason_code, properties)) = say {
            self.send_disconnect(reason_code, &properties);
        }
        //= [MQTT-3.14.4-2] v5, [MQTT-3.14.4-1] v3.1.1: after the DISCONNECT the connection is closed
        if !matches!(self.phase, Phase::Waiting(_)) {
            self.events.push_back(Event::Close);
        }
        self.end(now, cause);
    }

    /// The connection is no more.
    pub(super) fn end(&mut self, now: Instant, cause: Cause) {
        self.framer.clear();
        self.session.end_connection();
        let expiry = self
            .connection
            .session_expiry_interval
            .unwrap_or(self.options.session_expiry_interval());
        if self.phase == Phase::Connected && expiry == 0 {
            self.session.known = false;
        }
        if let (Some(accepted_at), Some(reconnect)) =
            (self.connection.accepted_at, self.options.reconnect)
            && now - accepted_at >= reconnect.stable
        {
            self.backoff.failures = 0;
        }
        let delay = match self.options.reconnect {
            Some(reconnect) if retries(&cause, self.options.version.is_v5()) => {
                self.backoff.next(reconnect)
            }
            _ => None,
        };
        let retry_at = delay.map(|delay| now + delay);
        self.phase = retry_at.map_or(Phase::Idle, Phase::Waiting);
        self.connection = Connection::default();
        self.events
            .push_back(Event::Disconnected { cause, retry_at });
    }
}

/// Whether trying again can help. It cannot where the server will say the same again, nor where
/// another client with the same identifier has taken over: the two would push each other out.
fn retries(cause: &Cause, v5: bool) -> bool {
    match cause {
        Cause::Requested => false,
        Cause::NotOpened | Cause::Lost | Cause::TimedOut(_) => true,
        Cause::ProtocolError(fault) => !matches!(fault, ProtocolError::UnknownSession),
        // 3: Server unavailable.
        Cause::AnsweredAsV3_1_1 { return_code } => return_code.0 == 3,
        Cause::Refused { reason_code, .. } if !v5 => reason_code.0 == 3,
        Cause::Refused { reason_code, .. } => matches!(
            *reason_code,
            ReasonCode::UNSPECIFIED_ERROR
                | ReasonCode::IMPLEMENTATION_SPECIFIC_ERROR
                | ReasonCode::SERVER_UNAVAILABLE
                | ReasonCode::SERVER_BUSY
                | ReasonCode::QUOTA_EXCEEDED
                | ReasonCode::CONNECTION_RATE_EXCEEDED
        ),
        Cause::ByServer { reason_code, .. } => !matches!(
            *reason_code,
            ReasonCode::NOT_AUTHORIZED
                | ReasonCode::BANNED
                | ReasonCode::SESSION_TAKEN_OVER
                | ReasonCode::USE_ANOTHER_SERVER
                | ReasonCode::SERVER_MOVED
                | ReasonCode::ADMINISTRATIVE_ACTION
        ),
    }
}
