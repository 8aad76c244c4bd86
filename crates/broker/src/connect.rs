//! CONNECT: who may come in, and with which session (v5 and v3.1.1 sections 3.1.4 and 3.2).

use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use mqttscope_shared::topic_tree::too_deep;
use mqttscope_shared::{IncomingAliases, OutgoingAliases, Random};
use mqttscope_wire::{
    Connect, Context, Field, Property, PropertyId, ProtocolVersion, ReasonCode, Rule, dissect,
};

use super::connack::Accepted;
use super::connection::Phase;
use super::session::Session;
use super::will::Will;
use super::{Broker, Cause, ConnectionId, Credentials, Event, SessionId, Timer};

impl Broker {
    /// A CONNECT that breaks a rule: the version it names decides how it is answered.
    pub(super) fn broken_connect(
        &mut self,
        id: ConnectionId,
        bytes: &[u8],
        rule: Rule,
        reason: ReasonCode,
    ) {
        let dissection = dissect(bytes, Context::new(ProtocolVersion::V3_1_1));
        let level = dissection.tree.number(Field::ProtocolVersion).unwrap_or(0);
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        //= [MQTT-3.1.2-2] v5: a later version is told in the words of version 5
        //= [MQTT-3.1.2-2] v3.1.1: an earlier one gets return code 1
        connection.version = if level > 5 {
            ProtocolVersion::V5
        } else {
            dissection.version
        };
        // A CONNECT that breaks a rule, too, says how large its answer may be.
        if let Some(size) = dissection.tree.number(Field::MaximumPacketSize)
            && size > 0
        {
            connection.maximum_packet_size = usize::try_from(size).unwrap_or(usize::MAX);
        }
        let reason = match rule {
            Rule::ConnectProtocolLevel => ReasonCode::UNSUPPORTED_PROTOCOL_VERSION,
            //= [MQTT-3.1.3-8] v3.1.1: an empty identifier with a kept session is refused with code 2
            Rule::ConnectClientIdEmptyKeptSession
            | Rule::ConnectClientIdEmpty
            | Rule::ConnectClientIdTooLong => ReasonCode::CLIENT_IDENTIFIER_NOT_VALID,
            //= [MQTT-3.1.4-1] v3.1.1: else a CONNECT of the wrong form is closed without CONNACK
            _ if !connection.version.is_v5() => ReasonCode::MALFORMED_PACKET,
            _ => reason,
        };
        self.refuse(id, reason, Some(rule));
    }

    /// A CONNECT that keeps the rules. `bytes` are the packet's own.
    pub(super) fn handle_connect(&mut self, id: ConnectionId, connect: &Connect<'_>, bytes: &[u8]) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        connection.version = connect.version;
        connection.maximum_packet_size = match connect
            .properties
            .get(PropertyId::MAXIMUM_PACKET_SIZE)
        {
            Some(Property::MaximumPacketSize(size)) => usize::try_from(size).unwrap_or(usize::MAX),
            _ => usize::MAX,
        };
        let method = match connect.properties.get(PropertyId::AUTHENTICATION_METHOD) {
            Some(Property::AuthenticationMethod(method)) => Some(method),
            _ => None,
        };
        if let Err(reason) = self.check_connect(connect) {
            return self.refuse(id, reason, None);
        }
        if let Some(method) = method {
            if let Some(connection) = self.connections.get_mut(&id) {
                connection.authentication_method = Some(method.as_str().into());
                connection.phase = Phase::Authenticating {
                    connect: bytes.into(),
                };
            }
            let data = match connect.properties.get(PropertyId::AUTHENTICATION_DATA) {
                Some(Property::AuthenticationData(data)) => data.as_bytes(),
                _ => &[],
            };
            return self.authenticate(id, data, true);
        }
        let credentials = Credentials {
            connection: id,
            version: connect.version,
            client_identifier: connect.client_identifier.as_str(),
            user_name: connect.user_name.map(|name| name.as_str()),
            password: connect.password.map(|password| password.as_bytes()),
        };
        //= [MQTT-3.1.4-2] v5: who fails a check is not let in
        match self.options.access.connect(&credentials) {
            Ok(()) => self.accept(id, connect, None),
            Err(reason) => self.refuse(id, reason, None),
        }
    }

    /// What the broker cannot or will not do for this CONNECT.
    fn check_connect(&mut self, connect: &Connect<'_>) -> Result<(), ReasonCode> {
        let identifier = connect.client_identifier.as_str();
        if !self.clients.contains_key(identifier)
            && self.sessions.len() >= self.options.limits.sessions
        {
            return Err(ReasonCode::QUOTA_EXCEEDED);
        }
        let Some(will) = &connect.will else {
            return Ok(());
        };
        if will.qos > self.options.maximum_qos {
            //= [MQTT-3.2.2-12] v5: a will of a higher QoS than there is
            return Err(ReasonCode::QOS_NOT_SUPPORTED);
        }
        if will.retain && !self.options.retain_available {
            //= [MQTT-3.2.2-13] v5: a will to be retained where nothing is
            return Err(ReasonCode::RETAIN_NOT_SUPPORTED);
        }
        if too_deep(will.topic_name.as_str()) {
            return Err(ReasonCode::TOPIC_NAME_INVALID);
        }
        if !self.may_publish(identifier, will.topic_name.as_str()) {
            return Err(ReasonCode::NOT_AUTHORIZED);
        }
        Ok(())
    }

    /// Lets a client in whose credentials are good.
    pub(super) fn accept(
        &mut self,
        id: ConnectionId,
        connect: &Connect<'_>,
        authentication_data: Option<Vec<u8>>,
    ) {
        let assigned = connect.client_identifier.is_empty();
        let client_identifier: Arc<str> = if assigned {
            self.new_identifier()
        } else {
            connect.client_identifier.as_str().into()
        };
        let (session_id, session_present) = self.session_for(&client_identifier, connect);
        let asked_expiry = asked_expiry(connect);
        let limits = self.options.limits;
        //= [MQTT-3.2.2-21] v5: what CONNACK says replaces the client's Keep Alive
        //= [MQTT-3.2.2-22] v5: without that the client's own holds
        let server_keep_alive = self
            .options
            .server_keep_alive
            .filter(|_| connect.version.is_v5());
        let keep_alive = server_keep_alive.unwrap_or(connect.keep_alive);
        let Some(session) = self.sessions.get_mut(&session_id) else {
            return;
        };
        session.version = connect.version;
        session.expiry = asked_expiry.min(limits.session_expiry);
        //= [MQTT-3.1.2-7] v5, [MQTT-3.1.2-8] v3.1.1: the will is kept with the session
        session.will = connect.will.as_ref().map(Will::new);
        session.begin_connection(id);
        let expiry = session.expiry;
        let accepted = Accepted {
            session_present,
            assigned: assigned.then_some(&*client_identifier),
            expiry: (expiry != asked_expiry).then_some(expiry),
            server_keep_alive,
            session: session_id,
            authentication_data,
        };
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        connection.phase = Phase::Connected(session_id);
        connection.asked_expiry = asked_expiry;
        //= [MQTT-3.1.2-22] v5, [MQTT-3.1.2-24] v3.1.1: one and a half times the Keep Alive
        connection.silence = u64::from(keep_alive).saturating_mul(1500);
        connection.window = number(connect, PropertyId::RECEIVE_MAXIMUM)
            .unwrap_or(u16::MAX)
            .min(limits.in_flight)
            .max(1);
        //= [MQTT-3.3.2-7] v5: aliases begin anew with each connection
        connection.aliases_in = IncomingAliases::new(limits.topic_alias_maximum);
        //= [MQTT-3.1.2-26] and [MQTT-3.1.2-27] v5: aliases up to the client's maximum, none without
        let aliases = number(connect, PropertyId::TOPIC_ALIAS_MAXIMUM)
            .unwrap_or(0)
            .min(limits.topic_aliases_out);
        connection.aliases_out = OutgoingAliases::new(aliases);
        if !self.write_connack(id, connect, &accepted) {
            //= [MQTT-3.14.0-1] v5: without a CONNACK, which the client does not take, there is no DISCONNECT
            return self.close(
                id,
                Cause::Broker {
                    reason: ReasonCode::PACKET_TOO_LARGE,
                    rule: None,
                },
            );
        }
        self.event(Event::Connected {
            connection: id,
            client_identifier,
            version: connect.version,
            session_present,
        });
        self.watch_silence(id);
        self.pump(id);
        self.list(id);
    }

    /// The session that the client goes on with, and whether it is an old one.
    fn session_for(
        &mut self,
        client_identifier: &Arc<str>,
        connect: &Connect<'_>,
    ) -> (SessionId, bool) {
        let connected = self
            .clients
            .get(client_identifier)
            .and_then(|id| self.sessions.get(id)?.connection);
        if let Some(other) = connected {
            //= [MQTT-3.1.4-3] v5, [MQTT-3.1.4-2] v3.1.1: the older connection of this client is closed
            self.fail(other, ReasonCode::SESSION_TAKEN_OVER, None);
        }
        // A session without expiry ended with that connection.
        //= [MQTT-3.1.3-2] v5 and v3.1.1: the identifier alone finds the session
        //= [MQTT-3.1.4-4] v5, [MQTT-3.1.4-3] v3.1.1: then Clean Start is looked at
        match self.clients.get(client_identifier).copied() {
            Some(id) if connect.clean_start => {
                //= [MQTT-3.1.2-4] v5, [MQTT-3.1.2-6] v3.1.1: what was there before is forgotten
                self.end_session(id, self.now);
            }
            Some(id) => {
                //= [MQTT-3.1.2-5] v5, [MQTT-3.1.2-4] v3.1.1: the session goes on
                //= [MQTT-3.1.3-9] v5: a new connection in time stops a delayed will
                self.cancel_will(id);
                if let Some(session) = self.sessions.get_mut(&id)
                    && let Some(at) = session.expires_at.take()
                {
                    self.timers.cancel(at, Timer::SessionExpiry(id));
                }
                return (id, true);
            }
            None => {}
        }
        //= [MQTT-3.1.2-6] v5: where there is no session, a new one begins
        let id = SessionId(self.number());
        self.sessions
            .insert(id, Session::new(client_identifier.clone(), connect.version));
        self.clients.insert(client_identifier.clone(), id);
        (id, false)
    }

    /// An identifier that no session has.
    fn new_identifier(&mut self) -> Arc<str> {
        //= [MQTT-3.1.3-6] v5 and v3.1.1, [MQTT-3.2.2-16] v5: a new identifier that is in no use
        loop {
            let number = Random::new(self.number()).next_u64();
            let mixed = Random::new(self.options.seed ^ number).next_u64();
            let identifier: String = format!("auto-{mixed:016x}");
            if !self.clients.contains_key(identifier.as_str()) {
                return identifier.into();
            }
        }
    }
}

fn number(connect: &Connect<'_>, id: PropertyId) -> Option<u16> {
    match connect.properties.get(id)? {
        Property::ReceiveMaximum(number) | Property::TopicAliasMaximum(number) => Some(number),
        _ => None,
    }
}

/// Session Expiry Interval, or what the older versions mean by Clean Session.
fn asked_expiry(connect: &Connect<'_>) -> u32 {
    match connect.properties.get(PropertyId::SESSION_EXPIRY_INTERVAL) {
        Some(Property::SessionExpiryInterval(seconds)) => seconds,
        _ if connect.version.is_v5() || connect.clean_start => 0,
        //= [MQTT-3.1.2-5] v3.1.1: without Clean Session it is kept
        _ => u32::MAX,
    }
}
