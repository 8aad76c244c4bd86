//! The connection was accepted and was lost later.

use core::time::Duration;

use mqttscope_wire::PacketType;

use super::opened::close_code;
use super::{End, Guesses, Trouble};

/// A connection that is lost so soon after it was made was hardly lost by the network.
const SOON: Duration = Duration::from_secs(5);

/// What many proxies close after, in seconds, when nothing is sent: nginx, load balancers.
const IDLE_LIMIT: Duration = Duration::from_secs(60);

pub(super) fn guess(trouble: &Trouble<'_>, end: &End, guesses: &mut Guesses) {
    match end {
        End::TimedOut(PacketType::Pingresp) => {
            guesses.add(
                80,
                format!(
                    "The server did not answer a PINGREQ, {} after it was last heard: the network is gone, or the server hangs.",
                    seconds(trouble.silence)
                ),
                "Check the network. After sleep or a change of network this is normal, and connecting again is enough.",
            );
        }
        End::TimedOut(packet_type) => {
            guesses.add(
                80,
                format!("No {} came in time.", packet_type.name()),
                "Look into the server's log.",
            );
        }
        End::Closed { code, reason } => {
            close_code(*code, reason, guesses);
            closed(trouble, guesses);
        }
        _ => {}
    }
}

fn closed(trouble: &Trouble<'_>, guesses: &mut Guesses) {
    let keep_alive = Duration::from_secs(u64::from(trouble.keep_alive));
    if !trouble.version.is_v5() {
        guesses
            .add(
                if trouble.lasted <= SOON { 72 } else { 46 },
                "Another client may have connected with the same identifier: the older connection is then closed, without a word before version 5.",
                "Give each client an identifier of its own.",
            )
            .statement(trouble.version, "", "MQTT-3.1.4-2");
    }
    if !keep_alive.is_zero() && trouble.silence >= keep_alive.saturating_add(keep_alive / 2) {
        guesses
            .add(
                78,
                format!(
                    "Nothing came for {}, longer than one and a half times the Keep Alive: the server may have missed a PINGREQ.",
                    seconds(trouble.silence)
                ),
                "If the machine slept or the network was away, connecting again is enough; else use a longer Keep Alive.",
            )
            .statement(trouble.version, "MQTT-3.1.2-22", "MQTT-3.1.2-24");
    }
    if trouble.silence.saturating_add(SOON) >= IDLE_LIMIT
        && (keep_alive.is_zero() || keep_alive >= IDLE_LIMIT)
    {
        guesses
            .add(
                70,
                "A proxy or load balancer may have closed it for being idle; many do so after 60 seconds.",
                "Use a Keep Alive of 30 seconds, or give the proxy a longer limit.",
            )
            .configuration("# nginx\nproxy_read_timeout 3600s;\nproxy_send_timeout 3600s;");
    }
    guesses.add(
        50,
        "The server or something between has dropped the connection: a restart, a crash, the network.",
        "Look whether the server runs; its log says if it closed the connection itself.",
    );
    guesses.add(
        if trouble.lasted <= SOON { 56 } else { 34 },
        "The server may not have liked the last packet: too large, or against its permissions.",
        "Look at the last packets that were sent, and at the server's limits in its CONNACK.",
    );
}

fn seconds(duration: Duration) -> String {
    match duration.as_secs() {
        1 => "1 second".to_owned(),
        seconds => format!("{seconds} seconds"),
    }
}
