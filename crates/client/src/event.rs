//! What a client tells the application.

use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use mqttscope_shared::{Instant, Message};
use mqttscope_wire::{
    DecodeError, PacketIdentifier, PacketType, PropertiesBuf, ProtocolVersion, ReasonCode, Rule,
};

use super::{Delivery, Ticket};

/// What has happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// Open a transport, then call `handle_connected` or `handle_disconnected`.
    Open,
    /// Send what `poll_transmit` still gives, then close the transport. Nothing of it may be
    /// handed in any more.
    Close,
    /// The server has accepted the connection.
    Connected(Connected),
    /// There is no connection, and why. SUBSCRIBE and UNSUBSCRIBE packets without an answer are sent
    /// again on the next connection: do not repeat their commands.
    Disconnected {
        /// Why the connection ended.
        cause: Cause,
        /// When it is tried again, if it is.
        retry_at: Option<Instant>,
    },
    /// A message came.
    Message {
        /// The message; its topic is there also when it came under an alias.
        message: Message,
        /// Its DUP flag.
        dup: bool,
        /// The Topic Alias it came with.
        topic_alias: Option<u16>,
        /// Present when the application must acknowledge it.
        delivery: Option<Delivery>,
    },
    /// A message has reached the server: it was sent (QoS 0) or acknowledged.
    Published {
        /// Of its command.
        ticket: Ticket,
        /// From its PUBACK, PUBREC or PUBCOMP; an error says that the server refused it.
        reason_code: ReasonCode,
        /// From the same packet.
        properties: PropertiesBuf,
    },
    /// A SUBSCRIBE was answered.
    Subscribed {
        /// Of its command.
        ticket: Ticket,
        /// One a topic filter.
        reason_codes: Vec<ReasonCode>,
        /// From the SUBACK.
        properties: PropertiesBuf,
    },
    /// An UNSUBSCRIBE was answered.
    Unsubscribed {
        /// Of its command.
        ticket: Ticket,
        /// One a topic filter; none before version 5.
        reason_codes: Vec<ReasonCode>,
        /// From the UNSUBACK.
        properties: PropertiesBuf,
    },
    /// A command will not be done.
    Failed {
        /// Of the command.
        ticket: Ticket,
        /// What went wrong.
        failure: Failure,
    },
    /// A PINGRESP came.
    Pinged {
        /// Since the PINGREQ.
        round_trip: Duration,
    },
    /// The server asks for a step of the authentication: [`super::Command::Authenticate`].
    Authenticate {
        /// Authentication Data.
        data: Option<Vec<u8>>,
        /// All properties of the AUTH.
        properties: PropertiesBuf,
    },
    /// Authenticating again has succeeded.
    Reauthenticated {
        /// Authentication Data.
        data: Option<Vec<u8>>,
        /// All properties of the AUTH.
        properties: PropertiesBuf,
    },
    /// The server did something odd that the connection survives.
    Deviation(Deviation),
}

/// What the CONNACK said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connected {
    /// The server has kept the session.
    pub session_present: bool,
    /// The identifier in force, the assigned one if the server chose it.
    pub client_identifier: String,
    /// Seconds in force.
    pub keep_alive: u16,
    /// All properties of the CONNACK.
    pub properties: PropertiesBuf,
}

/// Why there is no connection.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// The application asked for it.
    Requested,
    /// The transport could not be opened.
    NotOpened,
    /// The server refused with a CONNACK; a Server Reference stands among the properties.
    Refused {
        /// Why; a Return Code before version 5.
        reason_code: ReasonCode,
        /// From the CONNACK.
        properties: PropertiesBuf,
    },
    /// The server does not speak version 5: it answered the CONNECT in the form of 3.1.1, with a
    /// CONNACK that refuses. Another attempt with version 3.1.1 may succeed.
    AnsweredAsV3_1_1 {
        /// Its Return Code, as [`ReasonCode::name`] names it in version 3.1.1: as a rule 1,
        /// unacceptable protocol version.
        return_code: ReasonCode,
    },
    /// The server ended it with a DISCONNECT.
    ByServer {
        /// The code that the server gave.
        reason_code: ReasonCode,
        /// From the DISCONNECT.
        properties: PropertiesBuf,
    },
    /// The transport is gone without a word.
    Lost,
    /// No CONNACK, or no PINGRESP, came in time.
    TimedOut(PacketType),
    /// The server broke the protocol and the client has closed the connection.
    ProtocolError(ProtocolError),
}

/// How the server broke the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProtocolError {
    /// A packet breaks a rule.
    Malformed(DecodeError),
    /// A packet is larger than this client takes.
    TooLarge {
        /// Its size in bytes.
        len: usize,
    },
    /// A packet that a server does not send, or not now.
    Unexpected(PacketType),
    /// It has a session and this client has none.
    UnknownSession,
    /// More messages are open than this client's Receive Maximum.
    ReceiveMaximumExceeded,
    /// A Topic Alias out of range or not set.
    TopicAliasInvalid,
    /// Another Authentication Method than the CONNECT named, or one where it named none.
    AuthenticationMethod,
    /// As many reason codes as topic filters were due.
    ReasonCodeCount,
}

impl ProtocolError {
    /// The reason code of the DISCONNECT that answers it (version 5).
    #[must_use]
    pub fn reason_code(&self) -> ReasonCode {
        match self {
            Self::Malformed(error) => {
                Rule::reason(error.rule).unwrap_or(ReasonCode::MALFORMED_PACKET)
            }
            Self::TooLarge { .. } => ReasonCode::PACKET_TOO_LARGE,
            Self::ReceiveMaximumExceeded => ReasonCode::RECEIVE_MAXIMUM_EXCEEDED,
            Self::TopicAliasInvalid => ReasonCode::TOPIC_ALIAS_INVALID,
            Self::Unexpected(_)
            | Self::UnknownSession
            | Self::AuthenticationMethod
            | Self::ReasonCodeCount => ReasonCode::PROTOCOL_ERROR,
        }
    }
}

/// Why a command will not be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// The packet is larger than the server's Maximum Packet Size.
    TooLarge,
    /// The QoS is higher than the server's Maximum QoS.
    QoSNotSupported,
    /// The server keeps no retained messages.
    RetainNotSupported,
    /// The server has no wildcard subscriptions.
    WildcardsNotSupported,
    /// The server has no shared subscriptions.
    SharedSubscriptionsNotSupported,
    /// The server has no Subscription Identifiers.
    SubscriptionIdentifiersNotSupported,
    /// Its Message Expiry Interval passed before it could be sent.
    Expired,
    /// Not connected, and messages of QoS 0 do not wait.
    NotConnected,
    /// The server has dropped the session, so nobody can say whether a QoS 2 message has arrived.
    SessionLost,
    /// All 65,535 Packet Identifiers are in use.
    NoPacketIdentifier,
    /// A SUBSCRIBE that waited for a connection: later requests name all of its filters.
    Superseded,
}

/// Something that is not right and that the connection survives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Deviation {
    /// An answer to nothing that was asked.
    UnknownPacketIdentifier(PacketType, PacketIdentifier),
    /// A PINGRESP without a PINGREQ.
    UnaskedPingresp,
    /// The CONNACK has a Maximum QoS of 2 or more, which means what it means to leave it out.
    MaximumQoSValue,
}

impl core::fmt::Display for Cause {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Requested => f.write_str("disconnected on request"),
            Self::NotOpened => f.write_str("the transport could not be opened"),
            Self::Refused { reason_code, .. } => {
                write!(f, "the server refused the connection: {reason_code}")?;
                named(f, *reason_code, PacketType::Connack)
            }
            Self::AnsweredAsV3_1_1 { .. } => f.write_str("the server does not speak version 5"),
            Self::ByServer { reason_code, .. } => {
                write!(f, "the server ended the connection: {reason_code}")?;
                named(f, *reason_code, PacketType::Disconnect)
            }
            Self::Lost => f.write_str("the connection was lost"),
            Self::TimedOut(packet_type) => write!(f, "no {packet_type} came in time"),
            Self::ProtocolError(fault) => write!(f, "the server broke the protocol: {fault}"),
        }
    }
}

impl core::error::Error for Cause {}

/// The name of a reason code behind its number: version 5's, or a Return Code's of 3.1.1.
fn named(
    f: &mut core::fmt::Formatter<'_>,
    code: ReasonCode,
    packet_type: PacketType,
) -> core::fmt::Result {
    let mut versions = [ProtocolVersion::V5, ProtocolVersion::V3_1_1].into_iter();
    match versions.find_map(|version| code.name(packet_type, version)) {
        Some(name) => write!(f, " ({name})"),
        None => Ok(()),
    }
}

impl core::fmt::Display for ProtocolError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Malformed(error) => return error.fmt(f),
            Self::TooLarge { len } => {
                return write!(f, "a packet of {len} bytes is more than is accepted");
            }
            Self::Unexpected(packet_type) => {
                return write!(f, "a server does not send {packet_type}, or not now");
            }
            Self::UnknownSession => "it has a session and this client has none",
            Self::ReceiveMaximumExceeded => {
                "more messages are open than this client's Receive Maximum"
            }
            Self::TopicAliasInvalid => "a Topic Alias is out of range or not set",
            Self::AuthenticationMethod => "another Authentication Method than the CONNECT named",
            Self::ReasonCodeCount => "not as many reason codes as topic filters",
        })
    }
}

impl core::error::Error for ProtocolError {}

impl core::fmt::Display for Failure {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::TooLarge => "the packet is larger than the server's Maximum Packet Size",
            Self::QoSNotSupported => "the QoS is higher than the server's Maximum QoS",
            Self::RetainNotSupported => "the server keeps no retained messages",
            Self::WildcardsNotSupported => "the server has no wildcard subscriptions",
            Self::SharedSubscriptionsNotSupported => "the server has no shared subscriptions",
            Self::SubscriptionIdentifiersNotSupported => {
                "the server has no Subscription Identifiers"
            }
            Self::Expired => "the message expired before it could be sent",
            Self::NotConnected => "not connected",
            Self::SessionLost => "the server dropped the session; the message may have arrived",
            Self::NoPacketIdentifier => "all Packet Identifiers are in use",
            Self::Superseded => "later requests name all of its topic filters",
        })
    }
}

impl core::error::Error for Failure {}

impl core::fmt::Display for Deviation {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::UnknownPacketIdentifier(packet_type, identifier) => {
                write!(
                    f,
                    "{packet_type} {identifier} answers nothing that was asked"
                )
            }
            Self::UnaskedPingresp => f.write_str("a PINGRESP without a PINGREQ"),
            Self::MaximumQoSValue => f.write_str("the CONNACK has a Maximum QoS of 2 or more"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn a_cause_in_words() {
        let refused = |code| Cause::Refused {
            reason_code: ReasonCode(code),
            properties: PropertiesBuf::new(),
        };
        for (cause, words) in [
            (
                refused(0x87),
                "the server refused the connection: 0x87 (Not authorized)",
            ),
            (
                refused(4),
                "the server refused the connection: 0x04 (Connection Refused, bad user name or password)",
            ),
            (refused(0xff), "the server refused the connection: 0xFF"),
            (
                Cause::TimedOut(PacketType::Connack),
                "no CONNACK came in time",
            ),
            (
                Cause::ProtocolError(ProtocolError::Unexpected(PacketType::Subscribe)),
                "the server broke the protocol: a server does not send SUBSCRIBE, or not now",
            ),
        ] {
            assert_eq!(cause.to_string(), words);
        }
        let odd = Deviation::UnknownPacketIdentifier(PacketType::Puback, PacketIdentifier::MIN);
        assert_eq!(odd.to_string(), "PUBACK 1 answers nothing that was asked");
    }
}
