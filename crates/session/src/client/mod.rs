//! An MQTT client without I/O.
//!
//! Call one `handle_*`, then drain: [`Client::poll_transmit`] until it is empty, then
//! [`Client::poll_event`], then [`Client::poll_timeout`] says when to call
//! [`Client::handle_timeout`] at the latest.
//!
//! ```
//! use mqttscope_session::client::{Client, Command, Event, Options};
//! use mqttscope_session::common::Instant;
//! use mqttscope_wire::ProtocolVersion;
//! let now = Instant::ZERO;
//! let mut client = Client::new(Options::new(ProtocolVersion::V5, "me")).unwrap();
//! client.handle_command(now, Command::Connect).unwrap();
//! assert_eq!(client.poll_event(), Some(Event::Open));
//! client.handle_connected(now); // the transport is there
//! let connect = client.poll_transmit().unwrap();
//! assert_eq!(connect[0], 0x10);
//! client.handle_bytes(now, &[0x20, 3, 0, 0, 0]);
//! assert!(matches!(client.poll_event(), Some(Event::Connected(_))));
//! ```

mod authentication;
mod backoff;
mod command;
mod connection;
mod event;
mod options;
mod receive;
mod saved;
mod send;
mod session;
mod view;
#[cfg(feature = "scram")]
pub mod scram;

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::time::Duration;

use mqttscope_wire::{
    Context, ControlPacket, Disconnect, PacketType, PropertiesBuf, QoS, ReasonCode, Sender, StreamDecoder, Subscribe,
    Unsubscribe,
};

pub use command::{Command, Delivery, Misuse, Ticket};
pub use connection::{Authentication, ServerLimits};
pub use event::{Cause, Connected, Event, Failure, Fault, Oddity};
pub use options::{Limits, Options, Reconnect};
pub use saved::{RestoreError, SavedHandshake, SavedSession};
pub use session::{Queued, Sent};
pub use view::View;

use crate::common::{IncomingAliases, Instant, Message};
use backoff::Backoff;
use connection::Connection;
use session::{Request, Session};

/// PINGREQs that may be without an answer at once.
const PINGS: usize = 64;

/// Where a client stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Phase {
    /// No connection, and none is wanted.
    #[default]
    Idle,
    /// A transport was asked for.
    Opening,
    /// The CONNECT is out.
    Connecting,
    /// The server has accepted.
    Connected,
    /// No connection; another attempt is due at this time.
    Waiting(Instant),
}

/// An MQTT client without I/O; see [the module](self).
#[derive(Clone, Debug)]
pub struct Client {
    options: Options,
    phase: Phase,
    session: Session,
    connection: Connection,
    decoder: Option<StreamDecoder>,
    transmit: Vec<u8>,
    events: VecDeque<Event>,
    backoff: Backoff,
    /// A CONNACK has come since the last [`Command::Connect`].
    accepted: bool,
    tickets: u64,
    deliveries: u64,
}

impl Client {
    /// A client that does nothing yet.
    ///
    /// # Errors
    /// When no CONNECT can be made of the options.
    pub fn new(options: Options) -> Result<Self, Misuse> {
        check(&options)?;
        Ok(Self {
            backoff: Backoff::new(options.seed),
            options,
            phase: Phase::Idle,
            session: Session::default(),
            connection: Connection::default(),
            decoder: None,
            transmit: Vec::new(),
            events: VecDeque::new(),
            accepted: false,
            tickets: 0,
            deliveries: 0,
        })
    }

    /// Other options, from the next CONNECT on: a fresh token, new Authentication Data. The session
    /// stays. They may be set while a transport is being opened, at [`Event::Open`], too.
    ///
    /// # Errors
    /// When there is a connection, or no CONNECT can be made of them.
    pub fn set_options(&mut self, options: Options) -> Result<(), Misuse> {
        if matches!(self.phase, Phase::Connecting | Phase::Connected) {
            return Err(Misuse::AlreadyConnected);
        }
        check(&options)?;
        if options.client_identifier != self.options.client_identifier {
            self.session.assigned = None;
        }
        self.options = options;
        Ok(())
    }

    /// The options in force.
    #[must_use]
    pub const fn options(&self) -> &Options {
        &self.options
    }

    /// Does what the application wants. The ticket names the command in later events.
    ///
    /// # Errors
    /// When it makes no sense; then nothing has changed.
    pub fn handle_command(&mut self, now: Instant, command: Command) -> Result<Ticket, Misuse> {
        let ticket = Ticket(self.tickets.saturating_add(1));
        match command {
            Command::Connect => self.connect(now)?,
            Command::Publish { message, topic_alias } => self.publish(now, ticket, message, topic_alias)?,
            Command::Subscribe { subscriptions, properties } => {
                self.request(Request::Subscribe { ticket, subscriptions, properties })?;
            }
            Command::Unsubscribe { topic_filters, properties } => {
                self.request(Request::Unsubscribe { ticket, topic_filters, properties })?;
            }
            Command::Acknowledge { delivery, reason_code } => self.acknowledge(delivery, reason_code)?,
            Command::Ping => {
                if self.phase != Phase::Connected {
                    return Err(Misuse::NotConnected);
                }
                if self.connection.pings.len() >= PINGS {
                    return Err(Misuse::QueueFull);
                }
                self.ping(now);
            }
            Command::Authenticate { data, properties } => self.authenticate(now, data, properties)?,
            Command::Reauthenticate { data, properties } => self.reauthenticate(now, data, properties)?,
            Command::Disconnect { reason_code, properties } => self.leave(now, reason_code, properties)?,
        }
        self.tickets = ticket.0;
        self.flush(now);
        Ok(ticket)
    }

    /// The transport that [`Event::Open`] asked for is open.
    pub fn handle_connected(&mut self, now: Instant) {
        if self.phase != Phase::Opening {
            return;
        }
        let options = &self.options;
        let clean_start = options.clean_start && !(options.version.is_v5() && self.accepted);
        self.connection = Connection {
            clean_start,
            keep_alive: options.keep_alive,
            incoming_aliases: IncomingAliases::new(options.topic_alias_maximum()),
            connect_deadline: Some(now + options.connect_timeout),
            ..Connection::default()
        };
        let context = Context::new(options.version).from(Sender::Server);
        self.decoder = Some(StreamDecoder::new(context, options.maximum_packet_size()));
        self.transmit.clear();
        self.phase = Phase::Connecting;
        if options.authentication_method().is_some() {
            self.connection.authentication = Authentication::AwaitServer;
        }
        let identifier = self.session.assigned.as_deref().unwrap_or(&options.client_identifier);
        //= [MQTT-3.1.0-1] v5 and v3.1.1: CONNECT comes first
        // The options were checked when they were set, and an assigned identifier was read from a
        // packet, so this cannot fail.
        let _ = options.with_connect(identifier, clean_start, |connect| {
            connect.encode(options.version, &mut self.transmit)
        });
        self.connection.last_sent = now;
    }

    /// The transport is gone, or could not be opened.
    pub fn handle_disconnected(&mut self, now: Instant) {
        match self.phase {
            Phase::Opening => self.end(now, Cause::NotOpened),
            Phase::Connecting | Phase::Connected => self.end(now, Cause::Lost),
            Phase::Idle | Phase::Waiting(_) => {}
        }
    }

    /// Bytes came from the server, cut anywhere.
    pub fn handle_bytes(&mut self, now: Instant, bytes: &[u8]) {
        let Some(mut decoder) = self.decoder.take() else { return };
        decoder.push(bytes);
        loop {
            match decoder.next_packet() {
                Ok(Some(packet)) => {
                    let received = self.receive(now, packet);
                    if let Err(fault) = received {
                        self.fault(now, fault);
                    }
                    if !matches!(self.phase, Phase::Connecting | Phase::Connected) {
                        return;
                    }
                }
                Ok(None) => break,
                Err(error) => return self.fault(now, Fault::Stream(error)),
            }
        }
        self.decoder = Some(decoder);
        self.flush(now);
    }

    /// The time that [`Client::poll_timeout`] named has come; calling it early does no harm.
    pub fn handle_timeout(&mut self, now: Instant) {
        match self.phase {
            Phase::Waiting(due) if due <= now => self.open(now),
            Phase::Opening | Phase::Connecting if self.connection.connect_deadline.is_some_and(|due| due <= now) => {
                self.close(now, Cause::TimedOut(PacketType::Connack), None);
            }
            Phase::Connected => {
                if self.ping_deadline().is_some_and(|due| due <= now) {
                    let say = (ReasonCode::UNSPECIFIED_ERROR, PropertiesBuf::new());
                    return self.close(now, Cause::TimedOut(PacketType::Pingresp), Some(say));
                }
                //= [MQTT-3.1.2-20] v5, [MQTT-3.1.2-23] v3.1.1: a PINGREQ when nothing else was sent
                if self.keep_alive_deadline().is_some_and(|due| due <= now) {
                    self.ping(now);
                }
                self.flush(now);
            }
            _ => {}
        }
    }

    /// Bytes for the transport; none when there are no more.
    pub fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        (!self.transmit.is_empty()).then(|| core::mem::take(&mut self.transmit))
    }

    /// What has happened; none when there is no more.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// When to call [`Client::handle_timeout`] at the latest.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        match self.phase {
            Phase::Idle => None,
            Phase::Waiting(due) => Some(due),
            Phase::Opening | Phase::Connecting => self.connection.connect_deadline,
            Phase::Connected => [self.ping_deadline(), self.keep_alive_deadline()].into_iter().flatten().min(),
        }
    }

    fn ping_deadline(&self) -> Option<Instant> {
        self.connection.pings.front().map(|&sent| sent + self.options.ping_timeout)
    }

    /// A fifth before the Keep Alive is over, so that a late timer still keeps the promise.
    fn keep_alive_deadline(&self) -> Option<Instant> {
        let millis = u64::from(self.connection.keep_alive).saturating_mul(800);
        (millis > 0 && self.connection.pings.len() < PINGS)
            .then(|| self.connection.last_sent + Duration::from_millis(millis))
    }

    fn connect(&mut self, now: Instant) -> Result<(), Misuse> {
        match self.phase {
            Phase::Idle | Phase::Waiting(_) => {
                self.accepted = false;
                self.backoff.failures = 0;
                self.open(now);
                Ok(())
            }
            Phase::Opening | Phase::Connecting | Phase::Connected => Err(Misuse::AlreadyConnected),
        }
    }

    fn open(&mut self, now: Instant) {
        self.phase = Phase::Opening;
        self.connection = Connection {
            connect_deadline: Some(now + self.options.connect_timeout),
            ..Connection::default()
        };
        self.events.push_back(Event::Open);
    }

    fn publish(
        &mut self,
        now: Instant,
        ticket: Ticket,
        message: Message,
        topic_alias: Option<u16>,
    ) -> Result<(), Misuse> {
        if message.topic_name().is_empty() {
            return Err(Misuse::NoTopic);
        }
        //= [MQTT-2.2.1-2] v5, [MQTT-2.3.1-5] v3.1.1: no identifier with QoS 0
        let identifier = (message.qos != QoS::AtMostOnce).then_some(mqttscope_wire::PacketIdentifier::MIN);
        let publish = message.publish(identifier, false);
        //= [MQTT-3.3.4-6] v5: a client sends no Subscription Identifier
        if publish.properties.set().contains(mqttscope_wire::PropertyId::SUBSCRIPTION_IDENTIFIER) {
            return Err(Misuse::Encode(mqttscope_wire::EncodeError::Breaks(
                mqttscope_wire::Rule::PublishSubscriptionIdentifierFromClient,
            )));
        }
        ControlPacket::Publish(publish).encoded_len(self.options.version)?;
        if let Some(alias) = topic_alias {
            if self.phase != Phase::Connected {
                return Err(Misuse::NotConnected);
            }
            //= [MQTT-3.2.2-17] and [MQTT-3.3.2-8] v5: 1 up to the server's Topic Alias Maximum
            if alias == 0 || alias > self.connection.server.topic_alias_maximum {
                return Err(Misuse::TopicAlias);
            }
        }
        let limits = self.options.limits;
        let bytes = self.session.queued_bytes.saturating_add(message.size());
        if self.session.queue.len() >= limits.queued || bytes > limits.queued_bytes {
            return Err(Misuse::QueueFull);
        }
        if self.phase != Phase::Connected && message.qos == QoS::AtMostOnce && !self.options.queue_qos_0 {
            self.events.push_back(Event::Failed { ticket, failure: Failure::NotConnected });
            return Ok(());
        }
        self.session.push(Queued { ticket, message, topic_alias, since: now });
        Ok(())
    }

    fn request(&mut self, request: Request) -> Result<(), Misuse> {
        let packet_identifier = mqttscope_wire::PacketIdentifier::MIN;
        let packet = match &request {
            Request::Subscribe { subscriptions, properties, .. } => ControlPacket::Subscribe(Subscribe {
                packet_identifier,
                properties: properties.as_properties(),
                subscriptions: subscriptions.as_subscriptions(),
            }),
            Request::Unsubscribe { topic_filters, properties, .. } => ControlPacket::Unsubscribe(Unsubscribe {
                packet_identifier,
                properties: properties.as_properties(),
                topic_filters: topic_filters.as_topic_filters(),
            }),
        };
        packet.encoded_len(self.options.version)?;
        if self.session.requests.len() >= self.options.limits.queued {
            return Err(Misuse::QueueFull);
        }
        self.session.requests.push_back(request);
        Ok(())
    }

    fn leave(&mut self, now: Instant, reason_code: ReasonCode, properties: PropertiesBuf) -> Result<(), Misuse> {
        let disconnect = Disconnect { reason_code, properties: properties.as_properties() };
        ControlPacket::Disconnect(disconnect).encoded_len(self.options.version)?;
        if !reason_code.may_be_sent_by(PacketType::Disconnect, Sender::Client) {
            return Err(Misuse::Encode(mqttscope_wire::EncodeError::Breaks(
                mqttscope_wire::Rule::DisconnectReasonDirection,
            )));
        }
        let prolongs = options::session_expiry_interval(properties.as_properties()).is_some_and(|seconds| seconds > 0);
        if prolongs && self.options.session_expiry_interval() == 0 {
            return Err(Misuse::SessionExpiry);
        }
        match self.phase {
            Phase::Idle => return Err(Misuse::NotConnected),
            Phase::Waiting(_) | Phase::Opening | Phase::Connecting | Phase::Connected => {
                if let Some(seconds) = options::session_expiry_interval(properties.as_properties()) {
                    self.session.known &= seconds > 0;
                }
                self.close(now, Cause::Requested, Some((reason_code, properties)));
            }
        }
        Ok(())
    }

    fn fault(&mut self, now: Instant, fault: Fault) {
        //= [MQTT-4.13.2-1] v5, [MQTT-4.8.0-1] v3.1.1: a breach of the protocol ends the connection
        self.close(now, Cause::Fault(fault), Some((fault.reason_code(), PropertiesBuf::new())));
    }

    /// Ends the connection from this side.
    fn close(&mut self, now: Instant, cause: Cause, say: Option<(ReasonCode, PropertiesBuf)>) {
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
    fn end(&mut self, now: Instant, cause: Cause) {
        self.decoder = None;
        self.session.end_connection();
        let expiry = self.connection.session_expiry_interval.unwrap_or(self.options.session_expiry_interval());
        if self.phase == Phase::Connected && expiry == 0 {
            self.session.known = false;
        }
        let delay = match self.options.reconnect {
            Some(reconnect) if retries(&cause, self.options.version.is_v5()) => self.backoff.next(reconnect),
            _ => None,
        };
        let retry_at = delay.map(|delay| now + delay);
        self.phase = retry_at.map_or(Phase::Idle, Phase::Waiting);
        self.connection = Connection::default();
        self.events.push_back(Event::Disconnected { cause, retry_at });
    }

}

fn check(options: &Options) -> Result<(), Misuse> {
    options.check().map_err(|error| error.map_or(Misuse::TooLong, Misuse::Encode))
}

/// Whether trying again can help. It cannot where the server will say the same again, nor where
/// another client with the same identifier has taken over: the two would push each other out.
fn retries(cause: &Cause, v5: bool) -> bool {
    match cause {
        Cause::Requested => false,
        Cause::NotOpened | Cause::Lost | Cause::TimedOut(_) => true,
        Cause::Fault(fault) => !matches!(fault, Fault::UnknownSession),
        // 3: Server unavailable.
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
