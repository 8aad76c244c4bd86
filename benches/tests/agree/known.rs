//! Where another codec is known to disagree: each case with its reason and a packet that shows it.

use mqttscope_wire::{ControlPacket, ProtocolVersion, ReasonCode};

use crate::peers::Peer::{self, MqttBytes, ProtocolCore, Rumqttc};

/// How it disagrees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// It does not read a valid packet.
    Refuses,
    /// It reads the packet and writes another, or an invalid one.
    Changes,
}

/// A disagreement.
pub(crate) struct Known {
    pub(crate) peers: &'static [Peer],
    pub(crate) versions: &'static [ProtocolVersion],
    pub(crate) how: How,
    /// Why, and who is right.
    pub(crate) why: &'static str,
    /// Whether it shows with a packet of these bytes.
    pub(crate) shows: fn(&ControlPacket<'_>, &[u8]) -> bool,
    /// A packet of the first version that it shows with.
    pub(crate) example: &'static str,
}

impl Known {
    /// Whether it is about this peer and this packet.
    pub(crate) fn is_about(
        &self,
        peer: Peer,
        version: ProtocolVersion,
        packet: &ControlPacket<'_>,
        bytes: &[u8],
    ) -> bool {
        self.peers.contains(&peer)
            && self.versions.contains(&version)
            && (self.shows)(packet, bytes)
    }
}

const BOTH: &[ProtocolVersion] = &[ProtocolVersion::V3_1_1, ProtocolVersion::V5];
const V3_1_1: &[ProtocolVersion] = &[ProtocolVersion::V3_1_1];
const V5: &[ProtocolVersion] = &[ProtocolVersion::V5];
/// The one grew out of the other.
const SIBLINGS: &[Peer] = &[MqttBytes, Rumqttc];

pub(crate) const KNOWN: &[Known] = &[
    Known {
        peers: SIBLINGS,
        versions: BOTH,
        how: How::Refuses,
        why: "they read the password as text; it is binary data",
        shows: |packet, _| {
            matches!(packet, ControlPacket::Connect(connect)
                if connect.password.is_some_and(|data| str::from_utf8(data.as_bytes()).is_err()))
        },
        example: "101300044d51545404c2003c0001630001750001ff",
    },
    Known {
        peers: SIBLINGS,
        versions: BOTH,
        how: How::Changes,
        why: "an empty user name or password is to them as if there were none",
        shows: |packet, _| {
            matches!(packet, ControlPacket::Connect(connect)
                if connect.user_name.is_some_and(|name| name.as_str().is_empty())
                    || connect.password.is_some_and(|data| data.as_bytes().is_empty()))
        },
        example: "101200044d51545404c2003c0001630001750000",
    },
    Known {
        peers: &[ProtocolCore],
        versions: V5,
        how: How::Refuses,
        why: "it keeps the rule of 3.1.1 that a password needs a user name; version 5 lifts it",
        shows: |packet, _| {
            matches!(packet, ControlPacket::Connect(connect)
                if connect.password.is_some() && connect.user_name.is_none())
        },
        example: "101100044d5154540542003c00000163000170",
    },
    Known {
        peers: &[MqttBytes],
        versions: V5,
        how: How::Changes,
        why: "it writes a CONNACK without properties as in 3.1.1; version 5 wants their length of 0",
        shows: |packet, _| {
            matches!(packet, ControlPacket::Connack(connack)
                if connack.properties.into_iter().next().is_none())
        },
        example: "2003000000",
    },
    Known {
        peers: SIBLINGS,
        versions: V5,
        how: How::Refuses,
        why: "a DISCONNECT may leave out its properties, and its Reason Code when that is 0; they \
              do not read such packets, which mqttbytes itself writes",
        shows: |packet, bytes| matches!(packet, ControlPacket::Disconnect(_)) && bytes.len() < 4,
        example: "e000",
    },
    Known {
        peers: &[Rumqttc],
        versions: V5,
        how: How::Changes,
        why: "it writes a DISCONNECT without properties with a Remaining Length of 1 and then a \
              byte more, the properties' length of 0",
        shows: |packet, bytes| {
            matches!(packet, ControlPacket::Disconnect(disconnect)
                if disconnect.reason_code != ReasonCode::SUCCESS
                    && disconnect.properties.into_iter().next().is_none())
                && bytes.len() == 4
        },
        example: "e0020400",
    },
    Known {
        peers: &Peer::ALL,
        versions: V5,
        how: How::Refuses,
        why: "they know no DISCONNECT for a bad authentication method; the standard's table of \
              Reason Codes has it, its chapter on DISCONNECT has not",
        shows: |packet, _| {
            matches!(packet, ControlPacket::Disconnect(disconnect)
                if disconnect.reason_code == ReasonCode(0x8c))
        },
        example: "e0028c00",
    },
    Known {
        peers: SIBLINGS,
        versions: V5,
        how: How::Refuses,
        why: "they do not know the packet type AUTH when they read",
        shows: |packet, _| matches!(packet, ControlPacket::Auth(_)),
        example: "f006190415000161",
    },
    Known {
        peers: &Peer::ALL,
        versions: V3_1_1,
        how: How::Refuses,
        why: "they do not know the protocol level of mosquitto's bridges, which is 4 with the highest bit set",
        shows: |packet, _| matches!(packet, ControlPacket::Connect(connect) if connect.bridge),
        example: "100d00044d5154548402003c000161",
    },
];
