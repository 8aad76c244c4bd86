//! The WebSocket opened, and no CONNACK came.

use mqttscope_protocol::{Action, Target};
use mqttscope_wire::ProtocolVersion;

use super::{Address, Doubt, End, Guesses, Trouble, access_lines};

pub(super) fn guess(trouble: &Trouble<'_>, address: &Address, end: &End, guesses: &mut Guesses) {
    match end {
        End::Closed { code, reason } => {
            close_code(*code, reason, None, guesses);
            closed(trouble, reason, guesses);
        }
        _ => {
            if !trouble.known.is_address_good() {
                guesses.add(
                    60,
                    format!(
                        "What answers at {} may be something other than an MQTT server.",
                        address.path
                    ),
                    "Check the path: a WebSocket opened there, but the CONNECT was never answered.",
                );
            }
            is_busy(guesses);
        }
    }
}

/// What opened carries another protocol than MQTT.
pub(super) fn foreign(target: &Target, protocol: &str, line: Option<&str>, guesses: &mut Guesses) {
    let begins = match line {
        Some(line) if !line.is_empty() => format!(" It begins with `{line}`."),
        _ => String::new(),
    };
    let is_websocket = matches!(target, Target::WebSocket(_));
    let whence = if is_websocket {
        "Inside the WebSocket came"
    } else {
        "The server sent"
    };
    let advice = match protocol {
        "HTTP" if is_websocket => {
            "What opens the WebSocket hands its bytes to a web server. Let it, a proxy as a rule, lead to the port of the \
             broker where MQTT itself is spoken."
        }
        "HTTP" => "A web server answers on this port. Use the port where the broker speaks MQTT.",
        "TLS" => {
            "TLS is spoken where MQTT is expected. Use the port without TLS, or an address with TLS."
        }
        _ => "Check port and path, and what stands between here and the broker.",
    };
    guesses
        .add(
            100,
            format!("{whence} {protocol}, not MQTT, so this client closed the connection.{begins}"),
            advice,
        )
        .certain();
}

pub(super) fn is_busy(guesses: &mut Guesses) {
    guesses.add(
        40,
        "The server may be too busy to answer, or waits for another service that checks the password.",
        "Try again, and look into the server's log.",
    );
}

/// What a close code says (RFC 6455 section 7.4, and the registry that it founds).
pub(super) fn close_code(code: u16, reason: &str, doubt: Option<&Doubt>, guesses: &mut Guesses) {
    let (name, remedy) = match code {
        1000 => (
            "normal closure",
            "The server ended it on purpose: it shuts down, an administrator ended the session, or a limit was reached. Its log says why.",
        ),
        1001 => (
            "going away",
            "The server is shutting down or restarting. Connect again later.",
        ),
        1002 => (
            "protocol error",
            "The server could not accept what was sent. Try another version, and look into its log.",
        ),
        1003 => (
            "unsupported data",
            "The server does not accept binary frames here: check the path.",
        ),
        1007 => (
            "invalid payload data",
            "The server found a packet malformed; look into its log.",
        ),
        1008 => (
            "policy violation",
            "The server's rules forbid it. Check name, password and permissions.",
        ),
        1009 => (
            "message too big",
            "A packet was larger than the server accepts. Send smaller ones, or raise its limit.",
        ),
        1010 => (
            "mandatory extension",
            "Configure the server not to require WebSocket extensions.",
        ),
        1011 => (
            "internal error",
            "The server failed on its side; look into its log.",
        ),
        1012 => (
            "service restart",
            "The server is restarting. Connect again later.",
        ),
        1013 => (
            "try again later",
            "The server is overloaded. Connect again later.",
        ),
        1014 => (
            "bad gateway",
            "A proxy could not reach the server behind it. Check that it runs.",
        ),
        3000..=3999 => ("a registered code", "Look it up in the server's manual."),
        4000..=4999 => (
            "a code of the server's own",
            "Look it up in the server's manual.",
        ),
        // 1005 and 1006 stand for a close that said nothing.
        _ => return,
    };
    let words = if reason.is_empty() {
        String::new()
    } else {
        format!(": \"{reason}\"")
    };
    guesses.add(
        90,
        match doubt {
            Some(doubt) if code == 1009 => format!(
                "The server closed the WebSocket with {code}, {name}{words}, after a {} of {}.",
                doubt.packet_type.name(),
                super::connected::size(doubt)
            ),
            _ => format!("The server closed the WebSocket with {code}, {name}{words}."),
        },
        remedy,
    );
}

pub(super) fn closed(trouble: &Trouble<'_>, reason: &str, guesses: &mut Guesses) {
    let is_v5 = trouble.version.is_v5();
    if trouble.is_anonymous && !trouble.clean_start && !is_v5 {
        guesses
            .add(
                75,
                "A client without identifier must begin a clean session before version 5.",
                "Give the client an identifier, or tick Clean Session.",
            )
            .statement(trouble.version, "", "MQTT-3.1.3-8");
    }
    if !trouble.known.worked_with_version {
        match trouble.version {
            ProtocolVersion::V5 => guesses
                .add(
                    60,
                    "The server may not speak version 5; older ones close without a word.",
                    "Use version 3.1.1.",
                )
                .action(Action::UseVersion(ProtocolVersion::V3_1_1)),
            ProtocolVersion::V3_1 => guesses
                .add(
                    60,
                    "The server may no longer speak version 3.1.",
                    "Use version 3.1.1.",
                )
                .action(Action::UseVersion(ProtocolVersion::V3_1_1)),
            _ => guesses
                .add(
                    20,
                    "The server may not speak version 3.1.1.",
                    "Use version 5.",
                )
                .action(Action::UseVersion(ProtocolVersion::V5)),
        }
        .statement(trouble.version, "MQTT-3.1.2-2", "MQTT-3.1.2-2");
    }
    if let Some(until) = &trouble.known.worked_until {
        guesses.add(
            58,
            format!("This address worked until {until}: the server may be starting, or be too busy to accept clients."),
            "Wait a moment and connect again.",
        );
    }
    let (likelihood, cause) = if reason.contains("auth") {
        // RabbitMQ's "unauthenticated", instead of a CONNACK.
        (
            95,
            "The server does not accept the user name or password: its close frame says so.",
        )
    } else if trouble.has_user_name {
        (
            45,
            "The server may not accept the user name or password; some close without saying so.",
        )
    } else {
        (
            52,
            "The server may ask for a user name and password; some close without saying so.",
        )
    };
    guesses
        .add(
            likelihood,
            cause,
            "Check both, and what the server's log says.",
        )
        .configuration(access_lines(trouble.target))
        .statement(trouble.version, "MQTT-3.1.4-2", "MQTT-3.2.2-6");
    guesses.add(
        30,
        "The server may not accept the client identifier, the will, or a property of the CONNECT.",
        "Try with an identifier of letters and digits, without will and properties.",
    );
    if !trouble.known.is_address_good() {
        guesses.add(
            22,
            "What answers there may be something other than an MQTT server.",
            "Check port and path.",
        );
    }
}
