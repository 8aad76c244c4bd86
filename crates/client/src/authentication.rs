//! AUTH packets (v5 section 4.12): the server asks, the application answers.

use alloc::vec::Vec;

use mqttscope_shared::{Instant, owned_properties};
use mqttscope_wire::{
    Auth, BinaryData, ControlPacket, Properties, PropertiesBuf, Property, PropertyId, ReasonCode,
    Utf8EncodedString,
};

use super::{Authentication, Client, CommandError, Event, Phase, ProtocolError};

impl Client {
    /// An answer to [`Event::Authenticate`].
    pub(super) fn authenticate(
        &mut self,
        now: Instant,
        data: Option<Vec<u8>>,
        properties: PropertiesBuf,
    ) -> Result<(), CommandError> {
        if self.connection.authentication != Authentication::AwaitApplication {
            return Err(CommandError::NotAuthenticating);
        }
        //= [MQTT-4.12.0-3] v5: the answer to an AUTH is an AUTH that continues
        self.send_auth(now, ReasonCode::CONTINUE_AUTHENTICATION, data, properties)
    }

    /// Begins anew on an open connection.
    pub(super) fn reauthenticate(
        &mut self,
        now: Instant,
        data: Option<Vec<u8>>,
        properties: PropertiesBuf,
    ) -> Result<(), CommandError> {
        if self.phase != Phase::Connected {
            return Err(CommandError::NotConnected);
        }
        if self.connection.authentication != Authentication::None {
            return Err(CommandError::NotAuthenticating);
        }
        //= [MQTT-4.12.1-1] v5: with the method of the CONNECT
        self.send_auth(now, ReasonCode::RE_AUTHENTICATE, data, properties)
    }

    fn send_auth(
        &mut self,
        now: Instant,
        reason_code: ReasonCode,
        data: Option<Vec<u8>>,
        properties: PropertiesBuf,
    ) -> Result<(), CommandError> {
        //= [MQTT-4.12.0-7] v5: no AUTH where the CONNECT named no method
        let method = self
            .options
            .authentication_method()
            .ok_or(CommandError::NotAuthenticating)?;
        let repeated = |_| {
            CommandError::Encode(mqttscope_wire::EncodeError::Breaks(
                mqttscope_wire::Rule::PropertyRepeated,
            ))
        };
        let method = Utf8EncodedString::new(method).ok_or(CommandError::TooLong)?;
        //= [MQTT-4.12.0-5] v5: every AUTH names it
        let mut essential = PropertiesBuf::new();
        essential
            .push(Property::AuthenticationMethod(method))
            .map_err(repeated)?;
        if let Some(data) = &data {
            let data = BinaryData::new(data).ok_or(CommandError::TooLong)?;
            essential
                .push(Property::AuthenticationData(data))
                .map_err(repeated)?;
        }
        let mut full = essential.clone();
        for property in properties.as_properties() {
            full.push(property).map_err(repeated)?;
        }
        let auth = |properties| {
            ControlPacket::Auth(Auth {
                reason_code,
                properties,
            })
        };
        auth(full.as_properties()).encoded_len(self.options.version)?;
        //= [MQTT-3.15.2-2] and [MQTT-3.15.2-3] v5: no Reason String or User Property that makes it too large
        if !self.write(now, auth(full.as_properties()))
            && !self.write(now, auth(essential.as_properties()))
        {
            return Err(CommandError::TooLarge);
        }
        self.connection.authentication = Authentication::AwaitServer;
        Ok(())
    }

    pub(super) fn receive_auth(
        &mut self,
        now: Instant,
        auth: Auth<'_>,
    ) -> Result<(), ProtocolError> {
        let unexpected = ProtocolError::Unexpected(mqttscope_wire::PacketType::Auth);
        if self.connection.authentication != Authentication::AwaitServer {
            //= [MQTT-4.12.0-6] v5: no AUTH where the CONNECT named no method
            return Err(unexpected);
        }
        self.check_method(auth.properties)?;
        let data = match auth.properties.get(PropertyId::AUTHENTICATION_DATA) {
            Some(Property::AuthenticationData(data)) => Some(data.as_bytes().to_vec()),
            _ => None,
        };
        let properties = owned_properties(auth.properties);
        match auth.reason_code {
            ReasonCode::CONTINUE_AUTHENTICATION => {
                self.connection.authentication = Authentication::AwaitApplication;
                if self.connection.connect_deadline.is_some() {
                    self.connection.connect_deadline = Some(now + self.options.connect_timeout);
                }
                self.events
                    .push_back(Event::Authenticate { data, properties });
                Ok(())
            }
            ReasonCode::SUCCESS if self.phase == Phase::Connected => {
                self.connection.authentication = Authentication::None;
                self.events
                    .push_back(Event::Reauthenticated { data, properties });
                Ok(())
            }
            _ => Err(unexpected),
        }
    }

    /// A method that the server names is that of the CONNECT.
    pub(super) fn check_method(&self, properties: Properties<'_>) -> Result<(), ProtocolError> {
        let named = match properties.get(PropertyId::AUTHENTICATION_METHOD) {
            Some(Property::AuthenticationMethod(method)) => Some(method),
            _ => None,
        };
        let ours = self.options.authentication_method();
        //= [MQTT-4.12.0-5] v5: the server names the method of the CONNECT
        match named {
            Some(method) if ours != Some(method.as_str()) => {
                Err(ProtocolError::AuthenticationMethod)
            }
            _ => Ok(()),
        }
    }
}
