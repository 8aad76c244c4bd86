//! Names that numbers have: those of the standard, and Wireshark's where it has others.

use mqttscope_wire::{PacketType, PropertyId, ProtocolVersion, ReasonCode, Rule, Severity};

use crate::subject::HandshakeState;

/// A table of names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// Packet types.
    PacketType,
    /// QoS levels.
    QoS,
    /// Return codes of a CONNACK before version 5.
    Connack,
    /// Return codes of a SUBACK before version 5.
    Suback,
    /// Reason codes of a packet type in version 5.
    Reason(PacketType),
    /// Reason and return codes of any packet.
    AnyReason,
    /// Versions, by their protocol level.
    Version,
    /// Retain Handling.
    RetainHandling,
    /// The names of properties.
    Property,
    /// How bad a finding is.
    Severity,
    /// Client or server.
    Sender,
    /// How far a handshake is.
    Handshake,
    /// Our rules, and Sparkplug's.
    Rule,
}

use PacketType as P;

const WITH_REASON: [PacketType; 9] = [
    P::Connack,
    P::Puback,
    P::Pubrec,
    P::Pubrel,
    P::Pubcomp,
    P::Suback,
    P::Unsuback,
    P::Disconnect,
    P::Auth,
];

/// Wireshark's names of packet types.
const WIRESHARKS_TYPES: [&str; 16] = [
    "Reserved",
    "Connect Command",
    "Connect Ack",
    "Publish Message",
    "Publish Ack",
    "Publish Received",
    "Publish Release",
    "Publish Complete",
    "Subscribe Request",
    "Subscribe Ack",
    "Unsubscribe Request",
    "Unsubscribe Ack",
    "Ping Request",
    "Ping Response",
    "Disconnect Req",
    "Authentication Exchange",
];

const QOS: [(u64, &str); 4] = [
    (0, "At most once delivery (Fire and Forget)"),
    (1, "At least once delivery (Acknowledged deliver)"),
    (2, "Exactly once delivery (Assured Delivery)"),
    (3, "Reserved"),
];

impl Names {
    /// Calls for each number and name, the better name of a number first, until it is told that this was it.
    pub(crate) fn find(
        self,
        mut is_it: impl FnMut(u64, &'static str) -> bool,
    ) -> Option<(u64, &'static str)> {
        let mut see =
            |number: u64, name: &'static str| is_it(number, name).then_some((number, name));
        match self {
            Self::PacketType => {
                let ours = P::ALL.iter().map(|it| (u64::from(it.nibble()), it.name()));
                let theirs = (0..).zip(WIRESHARKS_TYPES);
                ours.chain(theirs)
                    .find_map(|(number, name)| see(number, name))
            }
            Self::QoS => QOS.into_iter().find_map(|(number, name)| see(number, name)),
            Self::Connack => {
                let ours = reasons(P::Connack, ProtocolVersion::V3_1_1);
                ours.into_iter()
                    .find_map(|(number, name)| see(number, name))
            }
            Self::Suback => {
                let failure = core::iter::once((128, "Failure"));
                QOS.into_iter()
                    .chain(failure)
                    .find_map(|(number, name)| see(number, name))
            }
            Self::Reason(of) => {
                let theirs = [
                    (158, "Shared Subscription not supported"),
                    (162, "Wildcard Subscription not supported"),
                ];
                let theirs = theirs
                    .into_iter()
                    .filter(move |_| matches!(of, P::Suback | P::Disconnect));
                reasons(of, ProtocolVersion::V5)
                    .into_iter()
                    .chain(theirs)
                    .find_map(|(number, name)| see(number, name))
            }
            Self::AnyReason => {
                let all = WITH_REASON
                    .into_iter()
                    .flat_map(|of| reasons(of, ProtocolVersion::V5));
                let old = reasons(P::Connack, ProtocolVersion::V3_1_1);
                all.chain(old).find_map(|(number, name)| see(number, name))
            }
            Self::Version => [
                (3, "3.1"),
                (4, "3.1.1"),
                (5, "5.0"),
                (3, "MQTT v3.1"),
                (4, "MQTT v3.1.1"),
                (5, "MQTT v5.0"),
            ]
            .into_iter()
            .find_map(|(number, name)| see(number, name)),
            Self::RetainHandling => [
                (0, "Send msgs at subscription time"),
                (1, "Send msgs if subscription does not exist"),
                (2, "Do not send msgs at subscription time"),
                (3, "Reserved"),
            ]
            .into_iter()
            .find_map(|(number, name)| see(number, name)),
            Self::Property => {
                let ours = PropertyId::ALL
                    .iter()
                    .map(|id| (u64::from(id.0), id.name()));
                let theirs = core::iter::once((2, "Publication Expiry Interval"));
                ours.chain(theirs)
                    .find_map(|(number, name)| see(number, name))
            }
            Self::Severity => [
                (Severity::Error as u64, "error"),
                (Severity::Warning as u64, "warning"),
                (Severity::Note as u64, "note"),
            ]
            .into_iter()
            .find_map(|(number, name)| see(number, name)),
            Self::Sender => [(0, "client"), (1, "server")]
                .into_iter()
                .find_map(|(number, name)| see(number, name)),
            Self::Handshake => HandshakeState::ALL
                .into_iter()
                .find_map(|(state, name)| see(state as u64, name)),
            Self::Rule => {
                let ours = Rule::ALL.iter().map(|rule| rule.name());
                let sparkplugs = mqttscope_sparkplug::Rule::ALL.iter();
                let all = ours.chain(sparkplugs.map(|rule| rule.name()));
                (0..).zip(all).find_map(|(number, name)| see(number, name))
            }
        }
    }

    /// Every number and name, the better name of a number first.
    #[must_use]
    pub fn all(self) -> Vec<(u64, &'static str)> {
        let mut all = Vec::new();
        self.find(|number, name| {
            all.push((number, name));
            false
        });
        all
    }

    /// The name of a number.
    #[must_use]
    pub fn of(self, number: u64) -> Option<&'static str> {
        self.find(|of, _| of == number).map(|(_, name)| name)
    }

    /// The number of a name, whatever stands between its words and in either case.
    #[must_use]
    pub fn number(self, name: &str) -> Option<u64> {
        let is = |known: &str| {
            let bare = |text: &str| -> Vec<u8> {
                let characters = text.bytes().filter(u8::is_ascii_alphanumeric);
                characters.map(|byte| byte.to_ascii_lowercase()).collect()
            };
            known.eq_ignore_ascii_case(name)
                || (bare(known) == bare(name) && !bare(name).is_empty())
        };
        self.find(|_, known| is(known)).map(|(number, _)| number)
    }

    /// Whether people write the numbers rather than the names.
    pub(crate) const fn are_numbers(self) -> bool {
        matches!(self, Self::QoS | Self::Suback | Self::RetainHandling)
    }

    /// What such a value is, behind “is”.
    pub(crate) const fn says(self) -> &'static str {
        match self {
            Self::PacketType => "a packet type such as PUBLISH, or its number from 0 to 15",
            Self::QoS => "a QoS from 0 to 2",
            Self::Connack | Self::Suback => "a return code, by number or name",
            Self::Reason(_) | Self::AnyReason => "a reason code, by number or name",
            Self::Version => "a version: 3.1, 3.1.1 or 5.0, or the protocol level 3, 4 or 5",
            Self::RetainHandling => "a number from 0 to 2",
            Self::Property => "a property, by number or name",
            Self::Severity => "error, warning or note",
            Self::Sender => "client or server",
            Self::Handshake => "waiting, complete, resent, refused, broken or unknown",
            Self::Rule => "the name of a rule",
        }
    }
}

fn reasons(of: PacketType, version: ProtocolVersion) -> Vec<(u64, &'static str)> {
    (0..=u8::MAX)
        .filter_map(|code| Some((code.into(), ReasonCode(code).name(of, version)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_name() {
        for (names, name, number) in [
            (Names::PacketType, "publish", Some(3)),
            (Names::PacketType, "Publish Message", Some(3)),
            (Names::PacketType, "Disconnect Req", Some(14)),
            (Names::Connack, "Connection Accepted", Some(0)),
            (
                Names::Connack,
                "Connection Refused: not authorized",
                Some(5),
            ),
            (Names::Reason(P::Suback), "GRANTED_QOS_2", Some(2)),
            (
                Names::Reason(P::Suback),
                "Shared Subscription not supported",
                Some(158),
            ),
            (Names::Reason(P::Auth), "banned", None),
            (Names::AnyReason, "banned", Some(138)),
            (Names::Version, "3.1.1", Some(4)),
            (Names::Version, "mqtt v5.0", Some(5)),
            (Names::Property, "receive maximum", Some(33)),
            (Names::Handshake, "broken", Some(4)),
            (Names::Severity, "", None),
            (Names::Severity, "-", None),
        ] {
            assert_eq!(names.number(name), number, "{names:?} {name}");
        }
    }
}
