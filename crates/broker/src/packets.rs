//! Bytes of a client become packets, and packets find their handler.

use mqttscope_shared::Instant;
use mqttscope_wire::{
    Acknowledgement, Context, ControlPacket, DecodeError, Disconnect, Frame, Framed, PacketType,
    Property, PropertyId, ProtocolVersion, ReasonCode, Sender, decode, frame,
};

use super::connection::Phase;
use super::{Broker, Cause, ConnectionId, SessionId};

impl Broker {
    /// Bytes came from the client, cut anywhere. Hand in what one read of the transport gives, up
    /// to some 64 KiB, and drain [`Broker::poll_transmit`] in between: answers are made at once.
    pub fn handle_bytes(&mut self, now: Instant, id: ConnectionId, bytes: &[u8]) {
        self.advance(now);
        self.counters.bytes_received = self
            .counters
            .bytes_received
            .saturating_add(bytes.len() as u64);
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        //= [MQTT-3.1.4-6] v5, [MQTT-3.1.4-5] v3.1.1: nothing is done behind a refusal
        if connection.phase == Phase::Closing {
            return;
        }
        let mut framer = core::mem::take(&mut connection.framer);
        self.input = self.input.saturating_sub(framer.rest().len());
        framer.push(bytes);
        while self.is_reading(id) {
            match framer.next_frame() {
                Some(Framed::Packet(bytes) | Framed::Unframed(bytes)) => self.frame(id, bytes),
                Some(Framed::TooLarge { start, .. }) => self.beginning(id, start),
                None => {
                    self.beginning(id, framer.rest());
                    break;
                }
            }
        }
        if self.is_reading(id)
            && let Some(connection) = self.connections.get_mut(&id)
        {
            self.input = self.input.saturating_add(framer.rest().len());
            connection.framer = framer;
            if self.input > self.options.limits.input {
                self.fail(id, ReasonCode::QUOTA_EXCEEDED, None);
            }
        }
        self.list(id);
    }

    fn is_reading(&self, id: ConnectionId) -> bool {
        let connection = self.connections.get(&id);
        connection.is_some_and(|connection| connection.phase != Phase::Closing)
    }

    /// Handles a whole packet.
    fn frame(&mut self, id: ConnectionId, bytes: &[u8]) {
        let Some(context) = self.expects(id, bytes) else {
            return;
        };
        let Some(frame) = Frame::read(bytes, context) else {
            return;
        };
        match frame.packet {
            Ok(packet) => {
                self.counters.packets_received = self.counters.packets_received.saturating_add(1);
                if let Some(connection) = self.connections.get_mut(&id) {
                    connection.last_received = self.now;
                }
                self.packet(id, &packet, bytes);
            }
            Err(error) => self.malformed(id, bytes, error),
        }
    }

    /// Looks at what has come of a packet: it may be one that is not taken, or break a rule already.
    fn beginning(&mut self, id: ConnectionId, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        if let Some(context) = self.expects(id, bytes)
            && let Err(error) = decode(bytes, context)
        {
            self.malformed(id, bytes, error);
        }
    }

    /// How to read the packet that `bytes` begin with; none when it is not taken, and then the connection
    /// ends.
    fn expects(&mut self, id: ConnectionId, bytes: &[u8]) -> Option<Context> {
        let connection = self.connections.get(&id)?;
        let first = bytes.first().copied().unwrap_or_default();
        let awaits_connect = connection.phase == Phase::AwaitConnect;
        let context = Context::new(connection.version).sent_by(Sender::Client);
        if awaits_connect && PacketType::from_first_byte(first) != PacketType::Connect {
            //= [MQTT-3.1.0-1] v5 and v3.1.1: the first packet is a CONNECT, else the connection is closed
            self.close(
                id,
                Cause::Broker {
                    reason: ReasonCode::PROTOCOL_ERROR,
                    rule: None,
                },
            );
            return None;
        }
        let limits = &self.options.limits;
        let largest = if awaits_connect {
            limits.packet_size.min(limits.connect_size)
        } else {
            limits.packet_size
        };
        if let frame::Header::Complete { len, .. } = frame::header(bytes)
            && len > largest
        {
            self.fail(id, ReasonCode::PACKET_TOO_LARGE, None);
            return None;
        }
        Some(context)
    }

    fn malformed(&mut self, id: ConnectionId, bytes: &[u8], error: DecodeError) {
        let reason = error.rule.reason().unwrap_or(ReasonCode::MALFORMED_PACKET);
        let phase = self
            .connections
            .get(&id)
            .map(|connection| &connection.phase);
        if phase == Some(&Phase::AwaitConnect) {
            //= [MQTT-3.1.4-1] v5 and v3.1.1: a CONNECT of the wrong form ends the connection
            self.broken_connect(id, bytes, error.rule, reason);
        } else {
            self.fail(id, reason, Some(error.rule));
        }
    }

    fn packet(&mut self, id: ConnectionId, packet: &ControlPacket<'_>, bytes: &[u8]) {
        let Some(connection) = self.connections.get(&id) else {
            return;
        };
        let session = match (&connection.phase, packet) {
            (Phase::AwaitConnect, ControlPacket::Connect(connect)) => {
                return self.handle_connect(id, connect, bytes);
            }
            (Phase::Authenticating { .. } | Phase::Connected(_), ControlPacket::Auth(auth)) => {
                return self.handle_auth(id, auth);
            }
            (Phase::Authenticating { .. }, ControlPacket::Disconnect(disconnect)) => {
                return self.close(id, Cause::Client(disconnect.reason_code));
            }
            (&Phase::Connected(session), _) => session,
            //= [MQTT-3.1.2-30] v5: until the CONNACK only AUTH and DISCONNECT
            _ => return self.fail(id, ReasonCode::PROTOCOL_ERROR, None),
        };
        match packet {
            ControlPacket::Publish(publish) => self.handle_publish(id, session, publish),
            ControlPacket::Puback(ack) => self.handle_puback(id, session, ack),
            ControlPacket::Pubrec(ack) => self.handle_pubrec(id, session, ack),
            ControlPacket::Pubrel(ack) => self.handle_pubrel(id, session, ack),
            ControlPacket::Pubcomp(ack) => self.handle_pubcomp(id, session, ack),
            ControlPacket::Subscribe(subscribe) => self.handle_subscribe(id, session, subscribe),
            ControlPacket::Unsubscribe(unsubscribe) => {
                self.handle_unsubscribe(id, session, unsubscribe)
            }
            //= [MQTT-3.12.4-1] v5 and v3.1.1
            ControlPacket::Pingreq => self.answer(id, &ControlPacket::Pingresp),
            ControlPacket::Disconnect(disconnect) => {
                self.handle_disconnect(id, session, disconnect)
            }
            //= [MQTT-3.1.0-2] v5 and v3.1.1: a second CONNECT is a protocol error
            // Packets that only a server sends do not pass the decoder; AUTH is handled above.
            _ => self.fail(id, ReasonCode::PROTOCOL_ERROR, None),
        }
        self.pump(id);
    }

    //= [MQTT-3.1.2-29], [MQTT-3.4.2-2], [MQTT-3.5.2-2], [MQTT-3.6.2-2], [MQTT-3.7.2-2], [MQTT-3.9.2-1] and
    // [MQTT-3.11.2-1] v5: answers carry no Reason String and no User Properties, whatever the client takes
    /// Sends an answer; when the client is slower than it asks, it is closed.
    pub(super) fn answer(&mut self, id: ConnectionId, packet: &ControlPacket<'_>) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        connection.write(packet);
        if connection.output.len() > self.options.limits.output {
            return self.fail(id, ReasonCode::QUOTA_EXCEEDED, None);
        }
        self.list(id);
    }

    fn handle_puback(&mut self, id: ConnectionId, session: SessionId, ack: &Acknowledgement<'_>) {
        let Some(session) = self.sessions.get_mut(&session) else {
            return;
        };
        match session.outgoing.puback(ack.packet_identifier) {
            //= [MQTT-4.3.2-3] v5: only the PUBACK ends the handshake
            //= [MQTT-4.4.0-2] v5: also when it refuses: the message is not sent again
            //= [MQTT-4.8.2-6] v5: nor to another member of a shared subscription
            Ok(_) => {
                session.identifiers.release(ack.packet_identifier);
            }
            Err(_) => {
                let wrong_kind = session.outgoing.get(ack.packet_identifier).is_some();
                self.out_of_step(id, wrong_kind);
            }
        }
    }

    fn handle_pubrec(&mut self, id: ConnectionId, session: SessionId, ack: &Acknowledgement<'_>) {
        let Some(session) = self.sessions.get_mut(&session) else {
            return;
        };
        let identifier = ack.packet_identifier;
        if ack.reason_code.is_error() {
            //= [MQTT-4.4.0-2] v5: a PUBREC that refuses ends the handshake
            if session.outgoing.pubrec_refused(identifier).is_ok() {
                session.identifiers.release(identifier);
            }
            return;
        }
        let reason_code = match session.outgoing.pubrec(identifier) {
            Ok(_) => ReasonCode::SUCCESS,
            Err(_) if session.outgoing.get(identifier).is_some() => {
                return self.out_of_step(id, true);
            }
            // Before version 5 PUBREL cannot say so, but it still lets the client finish.
            Err(_) => self.in_v5(id, ReasonCode::PACKET_IDENTIFIER_NOT_FOUND),
        };
        //= [MQTT-4.3.3-4] v5, [MQTT-4.3.3-1] v3.1.1: PUBREC is answered with PUBREL
        self.answer(
            id,
            &ControlPacket::Pubrel(Acknowledgement {
                reason_code,
                ..Acknowledgement::new(identifier)
            }),
        );
    }

    fn handle_pubcomp(&mut self, id: ConnectionId, session: SessionId, ack: &Acknowledgement<'_>) {
        let Some(session) = self.sessions.get_mut(&session) else {
            return;
        };
        match session.outgoing.pubcomp(ack.packet_identifier) {
            //= [MQTT-4.3.3-5] v5: only the PUBCOMP ends it and frees the identifier
            Ok(()) => {
                session.identifiers.release(ack.packet_identifier);
            }
            Err(_) => {
                let wrong_kind = session.outgoing.get(ack.packet_identifier).is_some();
                self.out_of_step(id, wrong_kind);
            }
        }
    }

    fn handle_pubrel(&mut self, id: ConnectionId, session: SessionId, ack: &Acknowledgement<'_>) {
        let Some(session) = self.sessions.get_mut(&session) else {
            return;
        };
        let identifier = ack.packet_identifier;
        //= [MQTT-4.3.3-12] v5: behind the PUBCOMP the identifier stands for a new message
        let known = session.incoming.release(identifier);
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.received.remove(&identifier);
        }
        let reason_code = if known {
            ReasonCode::SUCCESS
        } else {
            self.in_v5(id, ReasonCode::PACKET_IDENTIFIER_NOT_FOUND)
        };
        //= [MQTT-4.3.3-11] v5, [MQTT-4.3.3-2] v3.1.1: PUBREL is answered with PUBCOMP
        self.answer(
            id,
            &ControlPacket::Pubcomp(Acknowledgement {
                reason_code,
                ..Acknowledgement::new(identifier)
            }),
        );
    }

    /// An acknowledgement for nothing is ignored: it may be late. One of the wrong kind breaks the
    /// handshake that it names.
    fn out_of_step(&mut self, id: ConnectionId, wrong_kind: bool) {
        if wrong_kind {
            self.fail(id, ReasonCode::PROTOCOL_ERROR, None);
        }
    }

    /// A code that the older versions have no place for.
    pub(super) fn in_v5(&self, id: ConnectionId, reason: ReasonCode) -> ReasonCode {
        let v5 = self
            .connections
            .get(&id)
            .is_some_and(|connection| connection.version.is_v5());
        if v5 { reason } else { ReasonCode::SUCCESS }
    }

    /// Whether `$share/` has its meaning in this version.
    pub(super) const fn sharing(&self, version: ProtocolVersion) -> bool {
        version.is_v5() || self.options.shared_before_v5
    }

    fn handle_disconnect(
        &mut self,
        id: ConnectionId,
        session_id: SessionId,
        disconnect: &Disconnect<'_>,
    ) {
        let Some(connection) = self.connections.get(&id) else {
            return;
        };
        let asked = connection.asked_expiry;
        let expiry = match disconnect
            .properties
            .get(PropertyId::SESSION_EXPIRY_INTERVAL)
        {
            Some(Property::SessionExpiryInterval(seconds)) => Some(seconds),
            _ => None,
        };
        if asked == 0 && expiry.is_some_and(|seconds| seconds != 0) {
            // Section 3.14.2.2.2: a session that was to end with its connection stays so.
            return self.fail(id, ReasonCode::PROTOCOL_ERROR, None);
        }
        let limit = self.options.limits.session_expiry;
        let Some(session) = self.sessions.get_mut(&session_id) else {
            return;
        };
        if let Some(seconds) = expiry {
            session.expiry = seconds.min(limit);
        }
        if disconnect.reason_code == ReasonCode::NORMAL_DISCONNECTION {
            //= [MQTT-3.14.4-3] v5 and v3.1.1: a normal end deletes the will
            session.will = None;
        }
        self.close(id, Cause::Client(disconnect.reason_code));
    }
}
