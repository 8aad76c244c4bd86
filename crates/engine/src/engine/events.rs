//! What a client tells of itself, as the page hears it.

use mqttscope_client::{
    Cause, Command as ClientCommand, Event, Failure, Phase, ProtocolError, Ticket,
};
use mqttscope_protocol::{
    BridgeRequest, BridgeSays, ConnectionId, Notice, Outcome, Profile, Report, Target,
};
use mqttscope_shared::{Instant, Message};
use mqttscope_wire::{
    ControlPacket, Decoded, PacketType, Property, PropertyId, ProtocolVersion, ReasonCode, Rule,
    decode_tolerant,
};

use super::{Bridging, Closed, Engine, SocketId, Transport};
use crate::attempt::Attempt;
use crate::connection::Connection;
use crate::convert;
use crate::doctor;
use crate::log::WireLog;
use crate::states::Turn;
use crate::view::{limits, rows};

/// Topics of messages in doubt that a notice names.
const TOPICS: usize = 5;
/// Characters of a response that is told in a notice.
const ANSWER: usize = 120;

impl Engine {
    pub(super) fn happened(&mut self, now: Instant, id: ConnectionId, event: Event) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        match event {
            Event::Message { message, .. } => {
                // The most of a flood answers nothing.
                if !connection.requests.is_empty() {
                    self.answered(now, id, &message);
                }
                self.respond(now, id, &message);
            }
            event => self.happened_rarely(now, id, event),
        }
    }

    /// Tells which messages may be lost with their session.
    pub(super) fn tell_doubts(&mut self, id: ConnectionId) {
        let topics = match self.connections.get_mut(&id) {
            Some(connection) if !connection.in_doubt.is_empty() => {
                core::mem::take(&mut connection.in_doubt)
            }
            _ => return,
        };
        self.notice(Some(id), true, words_of_doubt(&topics));
    }

    /// All but messages. Apart, so that what is hot in a flood is small: a browser compiles it anew,
    /// for speed, while the flood goes on.
    #[inline(never)]
    fn happened_rarely(&mut self, now: Instant, id: ConnectionId, event: Event) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        match event {
            Event::Open => self.open(now, id),
            Event::Close => self.release(now, id),
            Event::Connected(connected) => {
                connection.attempt.reached(now, doctor::Phase::Connected);
                connection.session_present = Some(connected.session_present);
                connection.limits = limits::of_connack(
                    connection.stream.version,
                    &connected,
                    sent_maximum_qos(&self.log, &connection.attempt),
                );
                self.subscribe_again(now, id, connected.session_present);
                self.start_timers(now, id);
            }
            Event::Disconnected { cause, retry_at } => {
                connection.answering.stop_timers();
                self.ended(now, id, &cause, retry_at);
            }
            Event::Subscribed {
                ticket,
                reason_codes,
                ..
            } => self.subscribed(id, ticket, &reason_codes),
            Event::Published {
                ticket,
                reason_code,
                properties,
            } => {
                connection.open_topics.remove(&ticket);
                let outcome = connection.answer(ticket, reason_code);
                let told = connection.became(ticket, outcome).map(Report::Published);
                self.answers.extend(told);
                if reason_code.is_error() {
                    let name = reason_code.name(PacketType::Puback, connection.stream.version);
                    let said = match properties.as_properties().get(PropertyId::REASON_STRING) {
                        Some(Property::ReasonString(said)) => format!(" ({})", said.as_str()),
                        _ => String::new(),
                    };
                    let name = name.unwrap_or("an unknown reason");
                    let text = format!("The server did not take a message: {name}{said}.");
                    self.notice(Some(id), true, text);
                }
            }
            Event::Failed { ticket, failure } => {
                let said = words_of_failure(failure).trim_end_matches('.');
                let why = said.split_once(": ").map_or(said, |(_, why)| why);
                connection.not_asked(ticket, why);
                let told = connection.became(ticket, Outcome::Failed(said.into()));
                self.answers.extend(told.map(Report::Published));
                let topic = connection.open_topics.remove(&ticket);
                match failure {
                    // The request that took its place is shown.
                    Failure::Superseded => {}
                    // They come one behind the other, and are told together.
                    Failure::SessionLost => connection.in_doubt.push(topic),
                    _ => self.notice(Some(id), true, words_of_failure(failure)),
                }
            }
            // Done by whoever calls, or nothing to do.
            // Of the others the log has the packets.
            _ => {}
        }
    }

    /// Says how long a message took that is the answer to a request.
    #[inline(never)]
    fn answered(&mut self, now: Instant, id: ConnectionId, message: &Message) {
        let data = message.properties.as_properties();
        let Some(Property::CorrelationData(data)) = data.get(PropertyId::CORRELATION_DATA) else {
            return;
        };
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        let answered = connection.requests.iter().position(|request| {
            request.correlation_data == data.as_bytes()
                && request.response_topic == message.topic_name().as_str()
        });
        if let Some(at) = answered {
            let request = connection.requests.swap_remove(at);
            let took = (now - request.sent).as_secs_f64() * 1_000.0;
            let says = rows::preview(&message.payload, ANSWER);
            self.answers.push(Report::Notice(Notice {
                connection: Some(id),
                text: format!("Response after {took:.1} ms: {says}"),
                is_problem: false,
                record: self.answer_record(id, &message.payload),
            }));
        }
    }

    fn open(&mut self, now: Instant, id: ConnectionId) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        self.next_socket = self.next_socket.wrapping_add(1);
        let socket = SocketId(self.next_socket);
        connection.begin(now, socket);
        self.watch.open(&connection.profile.target, socket, id);
        self.turned(now, id, socket, Turn::Opens);
        let Some(connection) = self.connections.get(&id) else {
            return;
        };
        let subprotocol = subprotocol(connection.stream.version);
        let bridge = bridging(&connection.profile, subprotocol, self.bridge.as_ref());
        self.sockets.insert(socket, id);
        self.transport.push_back(Transport::Open {
            socket,
            target: connection.profile.target.clone(),
            subprotocol,
            bridge,
        });
    }

    /// Makes the subscriptions that the server does not know: the profile's at first, all of them
    /// when a session is gone. Those without a SUBACK are not among them: the client itself sends
    /// their SUBSCRIBE again.
    fn subscribe_again(&mut self, now: Instant, id: ConnectionId, session_present: bool) {
        let Some(connection) = self.connections.get(&id) else {
            return;
        };
        let is_new = |filter: &str| !connection.knows_filter(filter);
        let fresh: Vec<_> = connection
            .profile
            .subscriptions
            .iter()
            .filter(|draft| is_new(&draft.topic_filter))
            .cloned()
            .collect();
        let mut drafts = if session_present {
            Vec::new()
        } else {
            connection.answered_drafts()
        };
        drafts.extend(fresh);
        if !drafts.is_empty() {
            self.subscribe(now, id, drafts);
        }
        self.subscribe_for_answers(now, id);
    }

    fn subscribed(&mut self, id: ConnectionId, ticket: Ticket, codes: &[ReasonCode]) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        connection.granted(ticket, codes);
        let version = connection.stream.version;
        if let Some(code) = codes.iter().find(|code| code.is_error()) {
            let name = code.name(PacketType::Suback, version).unwrap_or("Failure");
            self.notice(
                Some(id),
                true,
                format!("The server refused a subscription: {name}."),
            );
        }
    }

    /// Publishes what is due on the timer.
    pub(super) fn repeat(&mut self, now: Instant, id: ConnectionId) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        let is_open = connection.client.view().phase == Phase::Connected;
        let Some(repeating) = &mut connection.repeating else {
            return;
        };
        if repeating.next > now {
            return;
        }
        // Messages that a slow timer missed are not made up for in a burst.
        repeating.next = (repeating.next + repeating.every).max(now);
        if !is_open {
            return;
        }
        let draft = repeating.draft.clone();
        let left = repeating.left.map(|left| left.saturating_sub(1));
        repeating.left = left;
        let is_taken = self.publish(now, id, &draft);
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        if let Some(repeating) = connection.repeating.as_mut().filter(|_| is_taken) {
            repeating.count = repeating.count.saturating_add(1);
        }
        if left == Some(0) {
            connection.stop_repeating(now);
        }
    }

    /// Says which requests nobody answered.
    pub(super) fn give_up_requests(&mut self, now: Instant, id: ConnectionId) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        let before = connection.requests.len();
        connection.requests.retain(|request| request.until > now);
        for _ in connection.requests.len()..before {
            self.notice(Some(id), true, "No response to the request in time.");
        }
    }

    /// Hands a command to a client and says why when it cannot be done.
    pub(super) fn command(
        &mut self,
        now: Instant,
        id: ConnectionId,
        command: ClientCommand,
    ) -> Option<Ticket> {
        let connection: &mut Connection = self.connections.get_mut(&id)?;
        match connection.client.handle_command(now, command) {
            Ok(ticket) => {
                self.settle(now, id);
                Some(ticket)
            }
            Err(misuse) => {
                self.notice(Some(id), true, format!("Not done: {misuse}."));
                None
            }
        }
    }

    pub(super) fn publish(
        &mut self,
        now: Instant,
        id: ConnectionId,
        draft: &mqttscope_protocol::MessageDraft,
    ) -> bool {
        let Some(connection) = self.connections.get(&id) else {
            return false;
        };
        match convert::message(draft, connection.stream.version) {
            Ok((message, topic_alias)) => {
                let command = ClientCommand::Publish {
                    message,
                    topic_alias,
                };
                self.command(now, id, command).is_some()
            }
            Err(why) => {
                self.notice(Some(id), true, format!("Not published: {why}."));
                false
            }
        }
    }
}

/// What a WebSocket is asked for that carries this version.
pub(super) fn subprotocol(version: ProtocolVersion) -> &'static str {
    if version == ProtocolVersion::V3_1 {
        "mqttv3.1"
    } else {
        "mqtt"
    }
}

/// How the companion is asked; none: there is no companion, or the browser is to open it.
pub(super) fn bridging(
    profile: &Profile,
    subprotocol: &str,
    companion: Option<&String>,
) -> Option<Box<Bridging>> {
    let address = match &profile.target {
        Target::BuiltIn => return None,
        Target::WebSocket(_) if profile.bridged.by_browser => return None,
        Target::WebSocket(address) | Target::Socket(address) => address,
    };
    Some(Box::new(Bridging {
        address: companion?.clone(),
        request: BridgeRequest {
            address: address.clone(),
            subprotocol: subprotocol.to_owned(),
            how: profile.bridged.clone(),
        },
    }))
}

/// What a socket's end means, in words.
pub(super) fn words_of(closed: &Closed) -> String {
    match closed.bridged.as_deref() {
        Some(BridgeSays::Failed(failure)) => return doctor::bridged::words(failure),
        Some(BridgeSays::Ended(end)) => return doctor::bridged::end_words(end),
        Some(BridgeSays::Opened(_)) | None => {}
    }
    let said = if closed.reason.is_empty() {
        String::new()
    } else {
        format!(" and said {:?}", closed.reason)
    };
    if !closed.was_open {
        return "could not connect".into();
    }
    match closed.code {
        1000 => format!("the server closed it in order{said}"),
        1001 => format!("the server is going away{said}"),
        1002 => format!("the server saw a WebSocket protocol error{said}"),
        1003 => format!("closed over data of the wrong kind{said}"),
        1006 => "connection lost".into(),
        1007 => format!("the server could not read what it got{said}"),
        1008 => format!("the server's policy forbids it{said}"),
        1009 => format!("a message was too big for the server{said}"),
        1011 => format!("the server failed{said}"),
        code => format!("the server closed it with code {code}{said}"),
    }
}

/// How the words of a connection that a DISCONNECT ended begin.
pub(super) const ENDED_BY_SERVER: &str = "ended by the server: ";

pub(super) fn words(
    cause: &Cause,
    version: ProtocolVersion,
    socket: &str,
    phase: doctor::Phase,
) -> String {
    let name = |packet_type, code: ReasonCode| {
        code.name(packet_type, version)
            .map_or_else(|| format!("0x{:02X}", code.0), str::to_owned)
    };
    match cause {
        Cause::Requested => String::new(),
        Cause::NotOpened if socket.is_empty() => "could not connect".into(),
        Cause::Lost if socket.is_empty() => "connection lost".into(),
        Cause::NotOpened | Cause::Lost => socket.to_owned(),
        Cause::Refused { reason_code, .. } => {
            let name = name(PacketType::Connack, *reason_code);
            // Before version 5 each name begins so.
            let name = name.strip_prefix("Connection Refused, ").unwrap_or(&name);
            format!("refused: {name}")
        }
        Cause::AnsweredAsV3_1_1 { return_code } => {
            let name = return_code.name(PacketType::Connack, ProtocolVersion::V3_1_1);
            let name = name.unwrap_or("an unknown code");
            let name = name.strip_prefix("Connection Refused, ").unwrap_or(name);
            format!("the server does not speak version 5: it answered as 3.1.1 ({name})")
        }
        Cause::ByServer { reason_code, .. } => {
            format!(
                "{ENDED_BY_SERVER}{}",
                name(PacketType::Disconnect, *reason_code)
            )
        }
        Cause::TimedOut(_) if phase == doctor::Phase::Opening => "it did not open in time".into(),
        Cause::TimedOut(PacketType::Connack) => "the server did not answer the CONNECT".into(),
        Cause::TimedOut(packet_type) => format!("no {} came in time", packet_type.name()),
        Cause::ProtocolError(ProtocolError::TooLarge { len }) => {
            format!("a packet came that is larger than this client takes ({len} bytes)")
        }
        // Before version 5 no code says how.
        Cause::ProtocolError(_) if !version.is_v5() => "the server broke the protocol".into(),
        Cause::ProtocolError(fault) => format!(
            "the server broke the protocol ({})",
            name(PacketType::Disconnect, fault.reason_code())
        ),
        other => format!("the connection ended: {other}"),
    }
}

/// What is said of QoS 2 messages whose session the server did not keep, with their topics as far as they are known.
fn words_of_doubt(topics: &[Option<String>]) -> String {
    let lead = "The server did not keep the session";
    let named: Vec<&str> = topics
        .iter()
        .flatten()
        .take(TOPICS)
        .map(String::as_str)
        .collect();
    let more = match topics.len().saturating_sub(named.len()) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let to = named.join(", ");
    match (topics.len(), named.is_empty()) {
        (1, true) => words_of_failure(Failure::SessionLost).to_owned(),
        (1, false) => format!("{lead}: the QoS 2 message to {to} may not have arrived."),
        (count, true) => format!("{lead}: {count} QoS 2 messages may not have arrived."),
        (count, false) => {
            format!("{lead}: {count} QoS 2 messages may not have arrived, to {to}{more}.")
        }
    }
}

const fn words_of_failure(failure: Failure) -> &'static str {
    match failure {
        Failure::TooLarge => "Not sent: the packet is larger than the server accepts.",
        Failure::QoSNotSupported => "Not sent: the server does not support this QoS.",
        Failure::RetainNotSupported => "Not sent: the server keeps no retained messages.",
        Failure::WildcardsNotSupported => "Not subscribed: the server supports no wildcards.",
        Failure::SharedSubscriptionsNotSupported => {
            "Not subscribed: the server supports no shared subscriptions."
        }
        Failure::SubscriptionIdentifiersNotSupported => {
            "Not subscribed: the server supports no Subscription Identifiers."
        }
        Failure::Expired => "A message expired before it could be sent.",
        Failure::NotConnected => "Not sent: the connection was lost first.",
        Failure::SessionLost => {
            "The server did not keep the session: a QoS 2 message may not have arrived."
        }
        Failure::NoPacketIdentifier => "Not sent: every Packet Identifier is in use.",
        Failure::Superseded => "Not sent: a later request is for the same filters.",
        _ => "Not done.",
    }
}

/// The Maximum QoS in the CONNACK, also where the standard does not allow it: then the client keeps none.
fn sent_maximum_qos(log: &WireLog, attempt: &Attempt) -> Option<u8> {
    let record = log.get(attempt.connack?)?;
    let decoded = decode_tolerant(
        log.bytes(record),
        rows::context(record),
        Rule::MaximumQoSValue,
    );
    let Ok(Decoded::Packet {
        packet: ControlPacket::Connack(connack),
        ..
    }) = decoded
    else {
        return None;
    };
    match connack.properties.get(PropertyId::MAXIMUM_QOS)? {
        Property::MaximumQoS(level) => Some(level),
        _ => None,
    }
}
