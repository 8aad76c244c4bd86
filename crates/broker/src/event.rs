//! What a broker tells its owner.

use alloc::sync::Arc;

use mqttscope_wire::{PacketType, ProtocolVersion, ReasonCode, Rule};

use super::{ConnectionId, Message};

/// Something happened. Events are for show and for logs; the broker does not need them read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A client is connected.
    Connected {
        /// Its connection.
        connection: ConnectionId,
        /// Its identifier, the assigned one if it had none.
        client_identifier: Arc<str>,
        /// The version it speaks.
        version: ProtocolVersion,
        /// Whether a session was resumed.
        session_present: bool,
    },
    /// A CONNECT was refused.
    Refused {
        /// Its connection.
        connection: ConnectionId,
        /// The code of the refusal.
        reason: ReasonCode,
        /// The rule that was broken, if one was.
        rule: Option<Rule>,
    },
    /// A connection with a client ended.
    Disconnected {
        /// The connection.
        connection: ConnectionId,
        /// Who was connected.
        client_identifier: Arc<str>,
        /// Why the connection ended.
        cause: Cause,
    },
    /// A session and all that it held is gone.
    SessionEnded {
        /// Whose it was.
        client_identifier: Arc<str>,
    },
    /// A Will Message was published.
    WillPublished {
        /// Whose it was.
        client_identifier: Arc<str>,
        /// Where it was published.
        topic_name: Arc<str>,
    },
    /// A client's message was accepted, or its Will Message published; told only where
    /// [`super::Options::tell_published`] asks for it.
    Published {
        /// Whose it is.
        client_identifier: Arc<str>,
        /// The message with the QoS and RETAIN flag of its publisher, without its Message Expiry
        /// Interval.
        message: Message,
    },
    /// A message was not delivered to a client, or not accepted from one.
    Dropped {
        /// The client.
        client_identifier: Arc<str>,
        /// Where the message was going.
        topic_name: Arc<str>,
        /// Why it was dropped.
        reason: Dropped,
    },
}

/// Why a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// The client sent a DISCONNECT with this code.
    Client(ReasonCode),
    /// The transport closed.
    Closed,
    /// The broker closed it for this reason.
    Broker {
        /// What a version 5 client is told.
        reason: ReasonCode,
        /// The rule of a single packet that was broken, if one was.
        rule: Option<Rule>,
    },
}

/// Why a message was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Dropped {
    /// Its Message Expiry Interval passed.
    Expired,
    /// It is larger than the client's Maximum Packet Size.
    TooLarge,
    /// The queue of the session is full.
    QueueFull,
    /// No more retained messages are kept.
    RetainedFull,
    /// The broker holds as many bytes of messages as it may.
    Memory,
    /// The client may not publish there.
    NotAuthorized,
    /// The topic has too many levels.
    TooDeep,
}

impl core::fmt::Display for Cause {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Client(code) => {
                write!(f, "the client disconnected: {code}")?;
                named(f, *code)
            }
            Self::Closed => f.write_str("the transport was closed"),
            Self::Broker { reason, rule } => {
                write!(f, "the broker closed it: {reason}")?;
                named(f, *reason)?;
                rule.map_or(Ok(()), |rule| write!(f, ", {rule}"))
            }
        }
    }
}

/// The name of a reason code of a DISCONNECT behind its number.
fn named(f: &mut core::fmt::Formatter<'_>, code: ReasonCode) -> core::fmt::Result {
    match code.name(PacketType::Disconnect, ProtocolVersion::V5) {
        Some(name) => write!(f, " ({name})"),
        None => Ok(()),
    }
}

impl core::fmt::Display for Dropped {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Expired => "it has expired",
            Self::TooLarge => "it is larger than the client's Maximum Packet Size",
            Self::QueueFull => "the queue of the session is full",
            Self::RetainedFull => "no more retained messages are kept",
            Self::Memory => "the broker holds as many bytes of messages as it may",
            Self::NotAuthorized => "the client may not publish there",
            Self::TooDeep => "the topic has too many levels",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn a_cause_in_words() {
        let by_broker = Cause::Broker {
            reason: ReasonCode::MALFORMED_PACKET,
            rule: Some(Rule::PublishQoSReserved),
        };
        assert_eq!(
            by_broker.to_string(),
            "the broker closed it: 0x81 (Malformed Packet), publish-qos-reserved"
        );
        let by_client = Cause::Client(ReasonCode::DISCONNECT_WITH_WILL_MESSAGE);
        assert_eq!(
            by_client.to_string(),
            "the client disconnected: 0x04 (Disconnect with Will Message)"
        );
    }
}
