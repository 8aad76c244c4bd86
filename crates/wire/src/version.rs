//! What a packet does not say of itself: the version it is written in and who sent it.

/// The version of the protocol, with the Protocol Level (v5: Protocol Version) byte as its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[repr(u8)]
pub enum ProtocolVersion {
    /// MQTT 3.1, protocol name `MQIsdp`.
    V3_1 = 3,
    /// MQTT 3.1.1.
    V3_1_1 = 4,
    /// MQTT 5.0.
    V5 = 5,
}

impl ProtocolVersion {
    /// Every version, oldest first.
    pub const ALL: [Self; 3] = [Self::V3_1, Self::V3_1_1, Self::V5];

    /// The version that the Protocol Level byte of a CONNECT names. 131 and 132 are 3 and 4 with the
    /// bit that the bridges of mosquitto and other brokers set (0x80).
    #[must_use]
    pub const fn from_level(level: u8) -> Option<Self> {
        match level {
            3 | 0x83 => Some(Self::V3_1),
            4 | 0x84 => Some(Self::V3_1_1),
            5 => Some(Self::V5),
            _ => None,
        }
    }

    /// The Protocol Level byte.
    #[must_use]
    pub const fn level(self) -> u8 {
        self as u8
    }

    /// The protocol name that its CONNECT carries.
    #[must_use]
    pub const fn protocol_name(self) -> &'static str {
        match self {
            Self::V3_1 => "MQIsdp",
            Self::V3_1_1 | Self::V5 => "MQTT",
        }
    }

    /// How people write it: `3.1`, `3.1.1`, `5`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::V3_1 => "3.1",
            Self::V3_1_1 => "3.1.1",
            Self::V5 => "5",
        }
    }

    /// The version that is written so; see [`ProtocolVersion::name`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|version| version.name() == name)
    }

    /// Whether packets carry properties and reason codes.
    #[inline]
    #[must_use]
    pub const fn is_v5(self) -> bool {
        matches!(self, Self::V5)
    }
}

impl core::fmt::Display for ProtocolVersion {
    /// As people write it: `3.1.1`.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(self.name())
    }
}

/// A text that names no version of MQTT; see [`ProtocolVersion::name`] for those that do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownVersion;

impl core::fmt::Display for UnknownVersion {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("a version of MQTT is 3.1, 3.1.1 or 5")
    }
}

impl core::error::Error for UnknownVersion {}

impl core::str::FromStr for ProtocolVersion {
    type Err = UnknownVersion;

    fn from_str(name: &str) -> Result<Self, UnknownVersion> {
        Self::from_name(name).ok_or(UnknownVersion)
    }
}

/// Which end of the connection sent a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Sender {
    /// The end that opened the connection.
    Client,
    /// The broker.
    Server,
}

impl Sender {
    /// The other end.
    #[inline]
    #[must_use]
    pub const fn peer(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }
}

impl core::fmt::Display for Sender {
    /// `client` or `server`.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(match self {
            Self::Client => "client",
            Self::Server => "server",
        })
    }
}

/// What a reader must know beforehand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Context {
    /// The connection's version. A CONNECT is read by the version that it names itself.
    pub version: ProtocolVersion,
    /// Who sent the packet; `None` when unknown, and then no rule about direction is applied.
    pub sender: Option<Sender>,
}

impl Context {
    /// A version, sender unknown.
    #[must_use]
    pub const fn new(version: ProtocolVersion) -> Self {
        Self {
            version,
            sender: None,
        }
    }

    /// The same with a known sender.
    #[must_use]
    pub const fn sent_by(self, sender: Sender) -> Self {
        Self {
            sender: Some(sender),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_they_are_written() {
        for version in ProtocolVersion::ALL {
            assert_eq!(version.to_string().parse(), Ok(version));
        }
        assert_eq!("4".parse::<ProtocolVersion>(), Err(UnknownVersion));
        assert_eq!(format!("{:>6}", Sender::Client.peer()), "server");
    }
}
