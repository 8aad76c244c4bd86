//! One state in the standard's words: names and values, in fixed groups.

use core::time::Duration;

use mqttscope_monitor::{
    ConnectionState, EndState, HandshakeState, HandshakeStep, Instant, KeepAliveState, Limits,
    Phase, SubscriptionState,
};
use mqttscope_wire::{RetainHandling, Sender};

use crate::digits::grouped;

/// Names and values that belong together.
#[derive(Default)]
pub(super) struct Group {
    pub(super) title: &'static str,
    pub(super) rows: Vec<(String, String)>,
    pub(super) note: String,
    /// See [`super::Group::folds`].
    pub(super) folds: bool,
    /// Shown also when it holds nothing: that nothing is there is worth knowing.
    pub(super) is_kept: bool,
}

/// The groups of each section; in two states the same group has the same place.
#[derive(Default)]
pub(super) struct Facts {
    pub(super) client: Vec<Group>,
    pub(super) server: Vec<Group>,
    pub(super) session: Vec<Group>,
}

impl Facts {
    pub(super) fn of(state: &ConnectionState, at: Instant) -> Self {
        Self {
            client: end(state, Sender::Client),
            server: end(state, Sender::Server),
            session: session(state, at),
        }
    }
}

fn row(name: impl Into<String>, value: impl Into<String>) -> (String, String) {
    (name.into(), value.into())
}

fn end(state: &ConnectionState, sender: Sender) -> Vec<Group> {
    let (this, other) = match sender {
        Sender::Client => (&state.client, &state.server),
        Sender::Server => (&state.server, &state.client),
    };
    let is_v5 = state.version.is_v5();
    let mut in_flight = Vec::new();
    if is_v5 && (this.window_used > 0 || state.phase == Phase::Open) {
        in_flight.push(row("Window used", window(this, &other.limits)));
    }
    in_flight.extend(
        this.in_flight
            .iter()
            .map(|message| handshake(message, sender)),
    );
    let aliases = this.aliases.iter();
    let aliases = aliases.map(|(alias, topic)| row(alias.to_string(), topic.as_str()));
    let mut rest = Vec::new();
    if this.pending > 0 {
        rest.push(row(
            "Bytes of a packet that is not whole",
            grouped(this.pending as u64),
        ));
    }
    vec![
        Group {
            title: match sender {
                Sender::Client => "In flight to the server",
                Sender::Server => "In flight to the client",
            },
            rows: in_flight,
            is_kept: true,
            ..Group::default()
        },
        Group {
            title: "Topic aliases that it set",
            rows: aliases.collect(),
            ..Group::default()
        },
        limits(state, sender),
        Group {
            rows: rest,
            ..Group::default()
        },
    ]
}

fn window(this: &EndState, other: &Limits) -> String {
    if other.known {
        let maximum = grouped(other.receive_maximum.into());
        format!(
            "{} of Receive Maximum {maximum}",
            grouped(this.window_used.into())
        )
    } else {
        format!(
            "{}; the Receive Maximum is not known",
            grouped(this.window_used.into())
        )
    }
}

fn handshake(message: &HandshakeState, sender: Sender) -> (String, String) {
    let (sends, answers) = match sender {
        Sender::Client => ("client", "server"),
        Sender::Server => ("server", "client"),
    };
    let mut value = match message.step {
        HandshakeStep::Puback => format!("QoS 1: the {answers}'s PUBACK is next"),
        HandshakeStep::Pubrec => format!("QoS 2: the {answers}'s PUBREC is next"),
        HandshakeStep::Pubrel => format!("QoS 2: the {sends}'s PUBREL is next"),
        HandshakeStep::Pubcomp => format!("QoS 2: the {answers}'s PUBCOMP is next"),
    };
    if !message.sent_here {
        value.push_str(", from an earlier connection");
    }
    row(format!("Packet Identifier {}", message.identifier), value)
}

/// What an end announced; version 5 only.
fn limits(state: &ConnectionState, sender: Sender) -> Group {
    let mut group = Group {
        title: match sender {
            Sender::Client => "Announced in its CONNECT",
            Sender::Server => "Announced in its CONNACK",
        },
        folds: true,
        ..Group::default()
    };
    if !state.version.is_v5() {
        return group;
    }
    let limits = &state.end(sender).limits;
    if !limits.known {
        if matches!(state.phase, Phase::Unknown | Phase::Open) {
            "Unknown: the capture starts after it.".clone_into(&mut group.note);
        }
        return group;
    }
    let size = match limits.maximum_packet_size {
        Some(bytes) => format!("{} bytes", grouped(bytes.into())),
        None => "no limit".to_owned(),
    };
    let aliases = match limits.topic_alias_maximum {
        0 => "0: takes none".to_owned(),
        maximum => grouped(maximum.into()),
    };
    group.rows = vec![
        row("Receive Maximum", grouped(limits.receive_maximum.into())),
        row("Maximum Packet Size", size),
        row("Topic Alias Maximum", aliases),
    ];
    if sender == Sender::Server {
        let available = |is: bool| if is { "yes" } else { "no" };
        group.rows.extend([
            row("Maximum QoS", (limits.maximum_qos as u8).to_string()),
            row("Retain Available", available(limits.retain_available)),
            row(
                "Wildcard Subscription Available",
                available(limits.wildcard_subscription_available),
            ),
            row(
                "Subscription Identifier Available",
                available(limits.subscription_identifier_available),
            ),
            row(
                "Shared Subscription Available",
                available(limits.shared_subscription_available),
            ),
        ]);
    }
    group
}

fn session(state: &ConnectionState, at: Instant) -> Vec<Group> {
    let requests = state.requests.iter();
    let mut waiting: Vec<_> = requests
        .map(|identifier| {
            let name = format!("Packet Identifier {identifier}");
            row(name, "the server's SUBACK or UNSUBACK is next")
        })
        .collect();
    if state.pings > 0 {
        waiting.push(row(
            "PINGREQ",
            match state.pings {
                1 => "the server's PINGRESP is next".to_owned(),
                count => format!("{count} wait for a PINGRESP"),
            },
        ));
    }
    vec![
        Group {
            rows: connection(state, at),
            ..Group::default()
        },
        Group {
            title: "Subscriptions",
            rows: state.subscriptions.iter().map(subscription).collect(),
            note: missing_subscriptions(state).to_owned(),
            is_kept: true,
            ..Group::default()
        },
        Group {
            title: "Waits for an answer",
            rows: waiting,
            ..Group::default()
        },
    ]
}

/// Why the subscriptions may not be all; empty: they are.
const fn missing_subscriptions(state: &ConnectionState) -> &'static str {
    match (state.phase, state.clean_start) {
        _ if state.subscriptions_are_complete => "",
        // Whatever the server had kept goes with a clean start.
        (Phase::Connecting, Some(true)) => "",
        (Phase::Connecting, _) => {
            "There may be more: the CONNACK says whether the server has kept a session."
        }
        _ => "There may be more: the session's beginning was not seen.",
    }
}

fn connection(state: &ConnectionState, at: Instant) -> Vec<(String, String)> {
    let v5 = state.version.is_v5();
    let phase = match state.phase {
        Phase::Unknown => "unknown: the capture starts after its CONNECT",
        Phase::Connecting => "CONNECT was sent, CONNACK is next",
        Phase::Open => "open",
        Phase::Refused => "refused by the CONNACK",
        Phase::Ending => "ending",
        Phase::Closed => "closed",
    };
    let mut rows = vec![row("Connection", phase)];
    let version = state.version.name();
    rows.push(row(
        "Version",
        if state.version_is_certain {
            version.to_owned()
        } else {
            format!("{version}, guessed from the packets")
        },
    ));
    if !state.client_identifier.is_empty() {
        rows.push(row("Client Identifier", state.client_identifier.as_str()));
    }
    let yes = |is: bool| if is { "1" } else { "0" };
    if let Some(clean) = state.clean_start {
        let name = if v5 { "Clean Start" } else { "Clean Session" };
        rows.push(row(name, yes(clean)));
    }
    if let Some(present) = state.session_present {
        rows.push(row("Session Present", yes(present)));
    }
    if let Some(expiry) = state.session_expiry {
        rows.push(row(
            if v5 {
                "Session Expiry Interval"
            } else {
                "Session"
            },
            match expiry {
                0 => "ends with the connection".to_owned(),
                u32::MAX => "never ends".to_owned(),
                seconds => format!("{} s", grouped(seconds.into())),
            },
        ));
    }
    if let Some(keep_alive) = &state.keep_alive {
        rows.extend(clock(keep_alive, at));
    }
    rows
}

/// The clock of Keep Alive, as it stands at the packet.
fn clock(keep_alive: &KeepAliveState, at: Instant) -> Vec<(String, String)> {
    let by = if keep_alive.by_server {
        ", as the server wants"
    } else {
        ""
    };
    let value = match keep_alive.seconds {
        0 => "off".to_owned(),
        seconds => format!("{} s", grouped(seconds.into())),
    };
    let mut rows = vec![row("Keep Alive", format!("{value}{by}"))];
    if let Some(closes) = keep_alive.closes {
        let silent = in_words(at - keep_alive.last_packet);
        let allowed = in_words(closes - keep_alive.last_packet);
        rows.push(row("Client idle", format!("{silent} (limit {allowed})")));
    }
    rows
}

fn subscription(subscription: &SubscriptionState) -> (String, String) {
    let options = &subscription.options;
    let asked = options.maximum_qos as u8;
    let mut value = match subscription.granted.map(|granted| granted as u8) {
        Some(granted) if granted == asked => format!("QoS {granted}"),
        Some(granted) => format!("QoS {granted}, asked for {asked}"),
        None => format!("QoS {asked} asked for, SUBACK is next"),
    };
    if options.no_local {
        value.push_str(", No Local");
    }
    if options.retain_as_published {
        value.push_str(", Retain As Published");
    }
    match options.retain_handling {
        RetainHandling::Send => {}
        RetainHandling::SendIfNew => value.push_str(", Retain Handling 1"),
        RetainHandling::DoNotSend => value.push_str(", Retain Handling 2"),
    }
    if let Some(identifier) = subscription.identifier {
        value.push_str(", Subscription Identifier ");
        value.push_str(&identifier.to_string());
    }
    row(subscription.topic_filter.as_str(), value)
}

/// Seconds, with tenths while they are few.
fn in_words(duration: Duration) -> String {
    let tenths = duration.as_millis() / 100;
    match (tenths / 10, tenths % 10) {
        (seconds, 0) => format!("{} s", grouped(u64::try_from(seconds).unwrap_or(u64::MAX))),
        (seconds @ 0..100, tenth) => format!("{seconds}.{tenth} s"),
        (seconds, _) => format!("{} s", grouped(u64::try_from(seconds).unwrap_or(u64::MAX))),
    }
}
