//! What a broker tells its owner.

use alloc::sync::Arc;

use mqttscope_wire::{ProtocolVersion, ReasonCode, Rule};

use super::ConnectionId;

/// Something happened. Events are for show and for logs; the broker does not need them read.
#[derive(Clone, Debug, PartialEq, Eq)]
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
        /// Why.
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
        /// Why.
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
    /// A message was not delivered to a client, or not accepted from one.
    Dropped {
        /// The client.
        client_identifier: Arc<str>,
        /// Where the message was going.
        topic_name: Arc<str>,
        /// Why.
        reason: Dropped,
    },
}

/// Why a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
