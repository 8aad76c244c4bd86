//! The connection was accepted and ended later.

use core::time::Duration;

use mqttscope_protocol::{Action, Target};
use mqttscope_view::digits::duration;
use mqttscope_wire::PacketType;

use super::opened::close_code;
use super::{Doubt, End, Guesses, Phase, Trouble};

/// A connection that ends so soon after it was accepted was hardly ended by the network.
const SOON: Duration = Duration::from_secs(10);
/// An end that follows a packet so closely is probably the answer to it.
pub(super) const CLOSELY: Duration = Duration::from_millis(1500);
/// What many proxies close after, in seconds, when nothing is sent: nginx, load balancers.
const IDLE_LIMIT: Duration = Duration::from_secs(60);
/// Clocks and networks are not exact.
const LEEWAY: Duration = Duration::from_secs(5);
/// Bytes from which on a packet is a suspect for its size.
const LARGE: u32 = 64 << 10;

pub(super) fn guess(trouble: &Trouble<'_>, end: &End, guesses: &mut Guesses) {
    if super::taken_over(trouble, guesses) {
        return;
    }
    match end {
        End::TimedOut(PacketType::Pingresp) => {
            guesses
                .add(
                    80,
                    format!(
                        "The server did not answer a PINGREQ, {} after its last packet: the network is gone, or the server hangs.",
                        seconds(trouble.silence)
                    ),
                    "Check the network. After sleep or a change of network this is normal, and connecting again is enough. If it happens again and again on a good network, the server ignores PINGREQ, which the standard forbids.",
                )
                .statement(trouble.version, "MQTT-3.12.4-1", "MQTT-3.12.4-1");
        }
        End::TimedOut(packet_type) => {
            guesses.add(
                80,
                format!("No {} came in time.", packet_type.name()),
                "Look into the server's log.",
            );
        }
        End::Closed { code, reason } => {
            if matches!(trouble.target, Target::WebSocket(_)) {
                close_code(*code, reason, trouble.known.doubt.as_ref(), guesses);
            }
            closed(trouble, *code, guesses);
        }
        _ => {}
    }
}

fn closed(trouble: &Trouble<'_>, code: u16, guesses: &mut Guesses) {
    let keep_alive = Duration::from_secs(u64::from(trouble.keep_alive));
    let is_quiet = matches!(code, 1000 | 1005 | 1006);
    if is_quiet {
        packet(trouble, guesses);
        takeover(trouble, code, guesses);
    }
    if !keep_alive.is_zero() && trouble.silence >= keep_alive.saturating_add(keep_alive / 2) {
        guesses
            .add(
                94,
                format!(
                    "The Keep Alive ran out: nothing came for {}, longer than one and a half times the Keep Alive of {}. The server has probably missed a PINGREQ.",
                    seconds(trouble.silence),
                    seconds(keep_alive)
                ),
                "If the machine slept or the network was away, connecting again is enough. Otherwise use a longer Keep Alive.",
            )
            .statement(trouble.version, "MQTT-3.1.2-22", "MQTT-3.1.2-24");
    }
    let is_remote = *trouble.target != Target::BuiltIn;
    if is_remote
        && is_quiet
        && trouble.silence.saturating_add(LEEWAY) >= IDLE_LIMIT
        && (keep_alive.is_zero() || keep_alive >= IDLE_LIMIT)
    {
        guesses
            .add(
                70,
                "A proxy or load balancer may have closed the connection because it was idle; many do so after 60 seconds.",
                "Use a Keep Alive of 30 seconds, or give the proxy a longer limit.",
            )
            .configuration("# nginx\nproxy_read_timeout 3600s;\nproxy_send_timeout 3600s;");
    }
    if is_remote && code == 1006 {
        let cause = match trouble.target {
            Target::Socket(_) => {
                "The server was killed or restarted, or something between the two reset the connection: it did not end in order."
            }
            _ => {
                "The server was stopped or restarted, or the network was lost: the connection ended without a close frame."
            }
        };
        guesses.add(
            50,
            cause,
            "Check that the server runs. If it closed the connection itself, its log says why.",
        );
    } else if is_quiet && !(is_remote && code == 1000) {
        guesses.add(
            40,
            "The server closed the connection, or its program ended: it shuts down, it crashed, an administrator ended the session, or a limit was reached.",
            "Its log says why.",
        );
    }
}

/// Another client with the same identifier: accepted, then closed without a word, again and again.
fn takeover(trouble: &Trouble<'_>, code: u16, guesses: &mut Guesses) {
    let identifier = &trouble.known.client_identifier;
    // An identifier that the server has assigned is nobody else's.
    if identifier.is_empty() || trouble.is_anonymous {
        return;
    }
    let is_soon = trouble.lasted <= SOON;
    let is_repeated = trouble.known.quick_ends >= 2;
    if is_soon && let Some(other) = &trouble.known.ended_as {
        guesses.add(
            91,
            format!("The server accepts this client and closes the connection {} later, under the identifier `{other}` as under `{identifier}`: so it is hardly another client with the same identifier.", duration(trouble.lasted)),
            "The server's log says why. It may be a limit of connections, a permission, the will, or what is sent right after the CONNACK.",
        );
        return;
    }
    // A SUBSCRIBE that nobody answers each time is the likelier cause.
    let is_denied = (trouble.known.doubt.as_ref())
        .is_some_and(|doubt| doubt.packet_type == PacketType::Subscribe && doubt.before <= CLOSELY);
    let likelihood = match (is_soon, is_repeated) {
        (_, true) if is_denied => 45,
        (_, true) => 92,
        // It closed in order, with a close frame: that is no network.
        (true, false) if code != 1006 => 91,
        (true, false) => 74,
        // Before version 5 a takeover comes without a word, at any time.
        (false, false) if !trouble.version.is_v5() => 46,
        (false, false) => 30,
    };
    let cause = if is_repeated && !is_denied {
        format!(
            "Probably another client connects as `{identifier}`: the server accepts the connection and closes it without a word, again and again, this time {} later. The two clients throw each other off.",
            duration(trouble.lasted)
        )
    } else {
        format!(
            "Another client may have connected as `{identifier}`: the server then closes the older connection (session takeover)."
        )
    };
    guesses
        .add(
            likelihood,
            cause,
            "Connect with another identifier to check. Each client needs an identifier of its own.",
        )
        .action(Action::ChangeClientIdentifier)
        .statement(trouble.version, "MQTT-3.1.4-3", "MQTT-3.1.4-2");
}

/// The last packet that was sent: not allowed, or too large.
fn packet(trouble: &Trouble<'_>, guesses: &mut Guesses) {
    let Some(doubt) = &trouble.known.doubt else {
        return;
    };
    let is_close = doubt.before <= CLOSELY;
    match doubt.packet_type {
        PacketType::Subscribe => {
            guesses.add(
                if is_close { 93 } else { 60 },
                format!(
                    "The connection ended right after the SUBSCRIBE of `{}`, which was not answered: this client may not be allowed to subscribe to it. Some servers, AWS IoT among them, then close the connection instead of refusing.",
                    doubt.what
                ),
                "Check the permissions of this client (AWS: iot:Subscribe for the filter, iot:Receive for its topics), or remove the subscription and connect again.",
            );
        }
        PacketType::Publish if is_close => {
            let size = size(doubt);
            if doubt.size >= LARGE {
                guesses.add(
                    92,
                    format!("The connection ended right after a PUBLISH of {size}: it is probably larger than the server accepts."),
                    "Send smaller messages, or raise the server's limit for packets.",
                );
            } else {
                guesses.add(
                    76,
                    format!("The connection ended right after the PUBLISH to `{}` ({size}): this client may not be allowed to publish there.", doubt.what),
                    "Check the permissions of this client, and the server's limits in its CONNACK.",
                );
            }
        }
        _ => {}
    }
    debug_assert!(trouble.phase != Phase::Opening, "nothing was sent before");
}

pub(super) fn size(doubt: &Doubt) -> String {
    format!(
        "{} bytes",
        mqttscope_view::digits::grouped(u64::from(doubt.size))
    )
}

pub(super) fn seconds(duration: Duration) -> String {
    match duration.as_secs() {
        1 => "1 second".to_owned(),
        seconds => format!("{seconds} seconds"),
    }
}
