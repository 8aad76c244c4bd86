//! The end of connections and sessions.

use core::time::Duration;

use mqttscope_shared::Instant;
use mqttscope_wire::{
    Connack, ControlPacket, Disconnect, PacketType, Properties, PropertiesBuf, Property,
    ProtocolVersion, ReasonCode, Rule, Sender, Utf8EncodedString,
};

use super::connection::{Connection, Phase};
use super::routing::{Filter, Terms};
use super::timers::Timer;
use super::{Broker, Cause, ConnectionId, Event, SessionId};

impl Broker {
    /// Closes a connection for a reason of ours: version 5 is told with a DISCONNECT, or with a
    /// CONNACK if that is still due; before version 5 the transport is just closed.
    pub(super) fn fail(&mut self, id: ConnectionId, reason: ReasonCode, rule: Option<Rule>) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        match connection.phase {
            Phase::AwaitConnect | Phase::Authenticating { .. } => {
                return self.refuse(id, reason, rule);
            }
            Phase::Closing => return,
            Phase::Connected(_) => {}
        }
        //= [MQTT-4.13.1-1] and [MQTT-4.13.2-1] v5, [MQTT-4.8.0-1] v3.1.1: a broken rule closes the connection
        if connection.version.is_v5() {
            tell(
                connection,
                disconnect_code(reason),
                rule,
                |reason_code, properties| {
                    ControlPacket::Disconnect(Disconnect {
                        reason_code,
                        properties,
                    })
                },
            );
        }
        self.close(id, Cause::Broker { reason, rule });
    }

    /// Answers a CONNECT with a refusal and closes.
    pub(super) fn refuse(&mut self, id: ConnectionId, reason: ReasonCode, rule: Option<Rule>) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        if connection.version.is_v5() {
            //= [MQTT-3.2.2-8] v5: a code of the table
            let told = match reason {
                reason
                    if reason.is_error()
                        && reason.is_defined(PacketType::Connack, ProtocolVersion::V5) =>
                {
                    reason
                }
                _ => ReasonCode::UNSPECIFIED_ERROR,
            };
            //= [MQTT-3.2.2-6] v5, [MQTT-3.2.2-4] v3.1.1: a refusal has Session Present 0
            tell(connection, told, rule, |reason_code, properties| {
                ControlPacket::Connack(Connack {
                    session_present: false,
                    reason_code,
                    properties,
                })
            });
        } else if let Some(code) = return_code(reason) {
            connection.write(&ControlPacket::Connack(Connack {
                reason_code: code,
                ..Connack::default()
            }));
        }
        self.event(Event::Refused {
            connection: id,
            reason,
            rule,
        });
        //= [MQTT-3.2.2-7] v5, [MQTT-3.2.2-5] v3.1.1: a refusal closes the connection
        self.close(id, Cause::Broker { reason, rule });
    }

    /// Detaches the session and lets the transport close behind what is still to be sent.
    pub(super) fn close(&mut self, id: ConnectionId, cause: Cause) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        if connection.phase == Phase::Closing {
            return;
        }
        //= [MQTT-3.14.4-1] v5: nothing follows a DISCONNECT, so nothing is written from here on
        let phase = core::mem::replace(&mut connection.phase, Phase::Closing);
        self.input = self
            .input
            .saturating_sub(core::mem::take(&mut connection.framer).rest().len());
        if let Some(at) = connection.timer.take() {
            self.timers.cancel(at, Timer::Silence(id));
        }
        self.options.access.closed(id);
        self.list(id);
        if let Phase::Connected(session) = phase {
            if let Some(session) = self.sessions.get(&session) {
                let client_identifier = session.client_identifier.clone();
                self.event(Event::Disconnected {
                    connection: id,
                    client_identifier,
                    cause,
                });
            }
            self.detach(session);
        }
    }

    /// A session loses its connection.
    pub(super) fn detach(&mut self, id: SessionId) {
        let now = self.now;
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        session.connection = None;
        session.passing.clear();
        if session.expiry == 0 {
            //= [MQTT-4.1.0-2] v5, [MQTT-3.1.2-6] v3.1.1: the session ends with its connection
            return self.end_session(id, now);
        }
        //= [MQTT-3.1.2-23] v5, [MQTT-3.1.2-5] v3.1.1: kept for as long as was agreed
        if session.expiry != u32::MAX {
            let at = now + Duration::from_secs(u64::from(session.expiry));
            session.expires_at = Some(at);
            self.timers.set(at, Timer::SessionExpiry(id));
        }
        self.schedule_will(id, now);
    }

    /// Forgets a session; its will, if one waits, is published first.
    pub(super) fn end_session(&mut self, id: SessionId, now: Instant) {
        //= [MQTT-3.1.2-8] v5: the end of the session makes a delayed will due
        let will = self
            .sessions
            .get_mut(&id)
            .and_then(|session| session.will.take());
        let Some(mut session) = self.sessions.remove(&id) else {
            return;
        };
        self.clients.remove(&session.client_identifier);
        if let Some(at) = session.expires_at {
            self.timers.cancel(at, Timer::SessionExpiry(id));
        }
        if let Some(at) = session.will_at.take() {
            self.timers.cancel(at, Timer::Will(id));
        }
        //= [MQTT-4.8.2-5] v5: what waited here goes to nobody else
        for (filter, terms) in core::mem::take(&mut session.subscriptions) {
            self.remove_route(&filter, terms, id);
        }
        if let Some(will) = will {
            self.publish_will_message(will, session.client_identifier.clone(), id, now);
        }
        self.event(Event::SessionEnded {
            client_identifier: session.client_identifier,
        });
    }

    /// Takes a subscription out of the routes.
    pub(super) fn remove_route(&mut self, filter: &str, terms: Terms, id: SessionId) {
        let filter = Filter::new(filter, terms.sharing);
        if self.routes.unsubscribe(filter, id) && filter.levels.starts_with("$SYS") {
            self.sys_subscriptions = self.sys_subscriptions.saturating_sub(1);
        }
    }
}

/// Writes a packet with this code, and with the broken rule as Reason String where that fits.
fn tell(
    connection: &mut Connection,
    reason: ReasonCode,
    rule: Option<Rule>,
    packet: for<'a> fn(ReasonCode, Properties<'a>) -> ControlPacket<'a>,
) {
    //= [MQTT-3.14.2-3] v5: no Reason String beyond the client's Maximum Packet Size
    let text = rule.and_then(|rule| Utf8EncodedString::new(rule.words()?.summary));
    if let Some(text) = text
        && let Ok(properties) = PropertiesBuf::new().with(Property::ReasonString(text))
        && connection.write(&packet(reason, properties.as_properties()))
    {
        return;
    }
    connection.write(&packet(reason, Properties::NONE));
}

/// What a DISCONNECT of a server can say.
fn disconnect_code(reason: ReasonCode) -> ReasonCode {
    //= [MQTT-3.14.2-1] v5: a code of the table
    let sendable = reason.is_defined(PacketType::Disconnect, ProtocolVersion::V5)
        && reason.may_be_sent_by(PacketType::Disconnect, Sender::Server);
    if sendable {
        reason
    } else {
        ReasonCode::UNSPECIFIED_ERROR
    }
}

/// The return code that tells a client of 3.1 or 3.1.1; none when only closing is right.
fn return_code(reason: ReasonCode) -> Option<ReasonCode> {
    Some(ReasonCode(match reason {
        //= [MQTT-3.1.2-2] v3.1.1
        ReasonCode::UNSUPPORTED_PROTOCOL_VERSION => 1,
        //= [MQTT-3.1.3-8] and [MQTT-3.1.3-9] v3.1.1
        ReasonCode::CLIENT_IDENTIFIER_NOT_VALID => 2,
        ReasonCode::BAD_USER_NAME_OR_PASSWORD => 4,
        ReasonCode::NOT_AUTHORIZED | ReasonCode::BANNED | ReasonCode::BAD_AUTHENTICATION_METHOD => {
            5
        }
        //= [MQTT-3.1.4-1] v3.1.1: a CONNECT of the wrong form gets no CONNACK
        //= [MQTT-3.2.2-6] v3.1.1: nor does what no code fits
        ReasonCode::MALFORMED_PACKET
        | ReasonCode::PROTOCOL_ERROR
        | ReasonCode::PACKET_TOO_LARGE => return None,
        ReasonCode::TOPIC_NAME_INVALID | ReasonCode::PAYLOAD_FORMAT_INVALID => return None,
        _ => 3,
    }))
}
