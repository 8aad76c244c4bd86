//! Enhanced authentication, at the CONNECT and later anew (v5 section 4.12).

use alloc::vec::Vec;

use mqttscope_wire::{
    Auth, BinaryData, Context, ControlPacket, Decoded, PropertiesBuf, Property, PropertyId,
    ProtocolVersion, ReasonCode, Sender, Utf8EncodedString, decode,
};

use super::connection::Phase;
use super::{Authentication, Broker, ConnectionId};

impl Broker {
    /// An AUTH of the client.
    pub(super) fn handle_auth(&mut self, id: ConnectionId, auth: &Auth<'_>) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        let method = match auth.properties.get(PropertyId::AUTHENTICATION_METHOD) {
            Some(Property::AuthenticationMethod(method)) => method.as_str(),
            _ => "",
        };
        //= [MQTT-4.12.0-7] v5: no AUTH where the CONNECT named no method
        //= [MQTT-4.12.1-1] v5: and always the method that it named
        if connection.authentication_method.as_deref() != Some(method) {
            return self.fail(id, ReasonCode::PROTOCOL_ERROR, None);
        }
        let in_connect = matches!(connection.phase, Phase::Authenticating { .. });
        //= [MQTT-4.12.0-3] v5: an exchange that is open goes on with Continue authentication
        let allowed = match auth.reason_code {
            ReasonCode::CONTINUE_AUTHENTICATION => in_connect || connection.reauthenticating,
            ReasonCode::RE_AUTHENTICATE => !in_connect,
            _ => false,
        };
        if !allowed {
            return self.fail(id, ReasonCode::PROTOCOL_ERROR, None);
        }
        let first = auth.reason_code == ReasonCode::RE_AUTHENTICATE;
        connection.reauthenticating |= first;
        let data = match auth.properties.get(PropertyId::AUTHENTICATION_DATA) {
            Some(Property::AuthenticationData(data)) => data.as_bytes(),
            _ => &[],
        };
        self.authenticate(id, data, first);
    }

    /// One step of the method that the CONNECT named.
    pub(super) fn authenticate(&mut self, id: ConnectionId, data: &[u8], first: bool) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        let Some(method) = connection.authentication_method.clone() else {
            return;
        };
        match self.options.access.authenticate(id, &method, data, first) {
            //= [MQTT-4.12.0-2] v5: more is asked with AUTH, Continue authentication
            Authentication::Continue(data) => {
                self.write_auth(
                    id,
                    ReasonCode::CONTINUE_AUTHENTICATION,
                    &method,
                    Some(&data),
                );
            }
            //= [MQTT-4.12.0-1] and [MQTT-4.12.0-4] v5: a CONNACK refuses, and the connection is closed
            //= [MQTT-4.12.1-2] v5: later a DISCONNECT does
            Authentication::Refuse(reason) => self.fail(id, reason, None),
            Authentication::Accept(data) => {
                let connection = self.connections.get_mut(&id);
                match connection.map(|connection| {
                    core::mem::replace(&mut connection.phase, Phase::AwaitConnect)
                }) {
                    Some(Phase::Authenticating { connect }) => self.accept_kept(id, &connect, data),
                    Some(phase) => {
                        if let Some(connection) = self.connections.get_mut(&id) {
                            connection.phase = phase;
                            connection.reauthenticating = false;
                        }
                        self.write_auth(id, ReasonCode::SUCCESS, &method, data.as_deref());
                    }
                    None => {}
                }
            }
        }
    }

    /// Goes on with the CONNECT that was kept for the time of the exchange.
    fn accept_kept(&mut self, id: ConnectionId, connect: &[u8], data: Option<Vec<u8>>) {
        let context = Context::new(ProtocolVersion::V5).sent_by(Sender::Client);
        if let Ok(Decoded::Packet {
            packet: ControlPacket::Connect(connect),
            ..
        }) = decode(connect, context)
        {
            self.accept(id, &connect, data);
        }
    }

    fn write_auth(
        &mut self,
        id: ConnectionId,
        reason_code: ReasonCode,
        method: &str,
        data: Option<&[u8]>,
    ) {
        let mut properties = PropertiesBuf::new();
        //= [MQTT-4.12.0-5] v5: every AUTH names the method
        let method = Utf8EncodedString::new(method).map(Property::AuthenticationMethod);
        let data = data
            .and_then(BinaryData::new)
            .map(Property::AuthenticationData);
        for property in method.into_iter().chain(data) {
            // Each is there once and has no range.
            let _ = properties.push(property);
        }
        let packet = ControlPacket::Auth(Auth {
            reason_code,
            properties: properties.as_properties(),
        });
        let written = self
            .connections
            .get_mut(&id)
            .is_some_and(|connection| connection.write(&packet));
        if written {
            self.list(id);
        } else {
            self.fail(id, ReasonCode::PACKET_TOO_LARGE, None);
        }
    }
}
