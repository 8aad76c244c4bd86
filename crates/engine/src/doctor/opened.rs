//! The WebSocket opened, and no CONNACK came.

use mqttscope_wire::ProtocolVersion;

use super::{Address, End, Guesses, Trouble, access_lines};

pub(super) fn guess(trouble: &Trouble<'_>, address: &Address, end: &End, guesses: &mut Guesses) {
    match end {
        End::Closed { code, reason } => {
            close_code(*code, reason, guesses);
            closed(trouble, reason, guesses);
        }
        _ => {
            guesses.add(
                60,
                format!("What answers at {} may be something else than an MQTT server.", address.path),
                "Check the path: the server opened a WebSocket there, but never answered the CONNECT.",
            );
            guesses.add(
                40,
                "The server may be too busy to answer, or waits for another service that checks the password.",
                "Try again, and look into the server's log.",
            );
        }
    }
}

/// What a close code says (RFC 6455 section 7.4, and the registry that it founds).
pub(super) fn close_code(code: u16, reason: &str, guesses: &mut Guesses) {
    let (name, remedy) = match code {
        1000 => (
            "normal closure",
            "The server ended it on purpose; its log says why.",
        ),
        1001 => (
            "going away",
            "The server shuts down or restarts. Connect again later.",
        ),
        1002 => (
            "protocol error",
            "The server could not accept what was sent. Try another version, and look into its log.",
        ),
        1003 => (
            "unsupported data",
            "The server does not take binary frames here: check the path.",
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
            "A packet was larger than the server takes. Send smaller ones, or raise its limit.",
        ),
        1010 => (
            "mandatory extension",
            "Let the server do without WebSocket extensions.",
        ),
        1011 => (
            "internal error",
            "The server failed on its side; look into its log.",
        ),
        1012 => (
            "service restart",
            "The server restarts. Connect again later.",
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
        format!("The server closed the WebSocket with {code}, {name}{words}."),
        remedy,
    );
}

fn closed(trouble: &Trouble<'_>, reason: &str, guesses: &mut Guesses) {
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
    match trouble.version {
        ProtocolVersion::V5 => guesses.add(
            60,
            "The server may not speak version 5; older ones close without a word.",
            "Use version 3.1.1.",
        ),
        ProtocolVersion::V3_1 => guesses.add(
            60,
            "The server may not speak version 3.1 any more.",
            "Use version 3.1.1.",
        ),
        _ => guesses.add(
            20,
            "The server may not speak version 3.1.1.",
            "Use version 5.",
        ),
    }
    .statement(trouble.version, "MQTT-3.1.2-2", "MQTT-3.1.2-2");
    let (likelihood, cause) = if reason.contains("auth") {
        // RabbitMQ's "unauthenticated", instead of a CONNACK.
        (
            95,
            "The server says that it does not accept the user name or password.",
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
    guesses.add(
        22,
        "What answers there may be something else than an MQTT server.",
        "Check port and path.",
    );
}
