//! Filters to begin with.

/// A filter with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ready {
    /// What it shows.
    pub name: &'static str,
    /// Its text.
    pub filter: &'static str,
}

const fn ready(name: &'static str, filter: &'static str) -> Ready {
    Ready { name, filter }
}

/// Filters to begin with, as people ask for them.
pub const READY: [Ready; 16] = [
    ready("Everything that broke a rule", "finding.severity == error"),
    ready("Warnings and errors", "finding.severity >= warning"),
    ready(
        "Unanswered QoS 1 and 2 messages",
        "mqtt.qos in {1, 2} && answered == false",
    ),
    ready("Unanswered requests of any kind", "answered == false"),
    ready("Slow answers", "round_trip > 500"),
    ready("Messages", "mqtt.msgtype == PUBLISH"),
    ready("Retained messages", "mqtt.retain == true"),
    ready("Messages sent again", "mqtt.dupflag == true"),
    ready("Large packets", "frame.len > 65536"),
    ready("Messages on a topic", "topic_filter \"sensors/+/#\""),
    ready(
        "Refused connections",
        "mqtt.conack.val != 0 || mqtt.connack.reason_code >= 0x80",
    ),
    ready(
        "Refused subscriptions",
        "mqtt.suback.qos == 128 || mqtt.suback.reason_code >= 0x80",
    ),
    ready(
        "Reconnects to a kept session",
        "mqtt.conack.flags.sp == true",
    ),
    ready("Connections with a will", "mqtt.conflag.willflag == true"),
    ready(
        "Disconnects with a reason",
        "mqtt.disconnect.reason_code > 0",
    ),
    ready("Without PING", "!(mqtt.msgtype in {PINGREQ, PINGRESP})"),
];
