//! Connections that the companion opens: it knows what a browser hides, so that little is left to guess.

use core::fmt::Write as _;

use mqttscope_protocol::{
    BridgeEnd, BridgeFailure, BridgeOpened, BridgeStep, Certificate, CertificateFault, TlsFailure,
    TlsFault,
};

use super::{End, Guesses, Trouble, opened};

/// Certificates whose place in a chain is told.
const MOST: usize = 10;

/// Why there is no connection, in a few words.
#[must_use]
pub(crate) fn words(failure: &BridgeFailure) -> String {
    match failure {
        BridgeFailure::NoCompanion => "it takes the companion to open this address".into(),
        BridgeFailure::CompanionGone => "the companion does not answer".into(),
        BridgeFailure::NotAllowed(_) => "the companion may not connect there (--bridge-to)".into(),
        BridgeFailure::TooMany(most) => format!("the companion has {most} connections already"),
        BridgeFailure::Misunderstood => "the companion is of another version".into(),
        BridgeFailure::Address(_) => "the address cannot be used".into(),
        BridgeFailure::Given { what, .. } => format!("the {what} cannot be used"),
        BridgeFailure::NameNotFound(host) => format!("no address is known for {host}"),
        BridgeFailure::Refused(_) => "connection refused: nobody listens there".into(),
        BridgeFailure::Unreachable { why, .. } => format!("cannot be reached: {why}"),
        BridgeFailure::TimedOut { step, seconds } => {
            format!("no answer within {seconds} s {}", during(*step))
        }
        BridgeFailure::Closed { step, by_reset } => {
            let how = if *by_reset {
                "reset (RST)"
            } else {
                "closed (FIN)"
            };
            format!("{how} by the other end {}", during(*step))
        }
        BridgeFailure::Proxy(says) => format!("refused by the proxy: {says}"),
        BridgeFailure::Tls(failure) => tls_words(failure),
        BridgeFailure::NoWebSocket { status, why } => match status {
            Some(status) => format!("no WebSocket: HTTP {status} {why}"),
            None => format!("no WebSocket: {why}"),
        },
    }
}

const fn during(step: BridgeStep) -> &'static str {
    match step {
        BridgeStep::Name => "of the name server",
        BridgeStep::Connect => "while connecting",
        BridgeStep::Proxy => "of the proxy",
        BridgeStep::Tls => "during the TLS handshake",
        BridgeStep::WebSocket => "during the WebSocket handshake",
    }
}

fn tls_words(failure: &TlsFailure) -> String {
    match &failure.fault {
        TlsFault::Certificate(says) => match worst(failure) {
            Some((_, fault)) => format!("TLS: certificate {}", fault_words(fault)),
            None => format!("TLS: {says}"),
        },
        TlsFault::ClientCertificateRequired => "TLS: a client certificate is required".into(),
        TlsFault::ClientCertificateRefused(_) => "TLS: the client certificate is refused".into(),
        TlsFault::NotTls => "TLS: the server does not speak it here".into(),
        TlsFault::Nothing(_) => "TLS: no version or cipher in common".into(),
        TlsFault::Alpn => "TLS: no ALPN protocol in common".into(),
        TlsFault::Alert(alert) => format!("TLS: the server's alert {alert}"),
        TlsFault::Other(says) => format!("TLS: {says}"),
    }
}

const fn fault_words(fault: CertificateFault) -> &'static str {
    match fault {
        CertificateFault::Expired => "expired",
        CertificateFault::NotYetValid => "not valid yet",
        CertificateFault::WrongName => "for another name",
        CertificateFault::UnknownIssuer => "by an unknown issuer",
        CertificateFault::SelfSigned => "signed by itself",
        CertificateFault::Unreadable => "not readable",
    }
}

/// The first certificate that something is wrong with, and what.
fn worst(failure: &TlsFailure) -> Option<(&Certificate, CertificateFault)> {
    let faults = failure.chain.iter();
    faults
        .flat_map(|one| one.faults.iter().map(move |&fault| (one, fault)))
        .next()
}

/// How an open connection ended, in a few words.
#[must_use]
pub(crate) fn end_words(end: &BridgeEnd) -> String {
    match end {
        BridgeEnd::Fin => "the server closed the connection (FIN)".into(),
        BridgeEnd::FinWithinTls => {
            "the server closed the connection (FIN), without ending TLS first".into()
        }
        BridgeEnd::Reset => "the connection was reset (RST)".into(),
        BridgeEnd::Lost => "nothing was acknowledged any more: the link is gone".into(),
        BridgeEnd::WebSocket { code, .. } => {
            format!("the server closed the WebSocket with code {code}")
        }
        BridgeEnd::Text => "the server sent text".into(),
        BridgeEnd::Tls(failure) => tls_words(failure),
        BridgeEnd::Other(why) => format!("the connection broke: {why}"),
        BridgeEnd::CompanionEnds => "the companion was ended".into(),
    }
}

/// What an open connection goes over, in a line.
#[must_use]
pub(crate) fn link(opened: &BridgeOpened) -> String {
    let mut line = match (opened.peer.as_str(), opened.is_proxied) {
        ("", _) => "Unix socket".to_owned(),
        (peer, true) => format!("TCP through the proxy {peer}"),
        (peer, false) => format!("TCP to {peer}"),
    };
    if let Some(tls) = &opened.tls {
        // Writing into a String does not fail.
        let _ = write!(line, " · TLS {}, {}", tls.version, tls.suite);
        if !tls.alpn.is_empty() {
            let _ = write!(line, ", ALPN {}", tls.alpn);
        }
        if !tls.is_verified {
            line.push_str(", not verified");
        } else if let Some(own) = tls.chain.first() {
            let _ = write!(line, " · certificate until {} UTC", own.not_after);
        }
    }
    line
}

/// The certificates of a server, a few lines each.
#[must_use]
pub(crate) fn chain(chain: &[Certificate]) -> String {
    let mut lines = String::new();
    for (index, one) in chain.iter().take(MOST).enumerate() {
        let place = index.saturating_add(1);
        // As above.
        let _ = writeln!(lines, "{place}. {}", or_none(&one.subject));
        let _ = writeln!(lines, "   issued by {}", or_none(&one.issuer));
        let _ = writeln!(
            lines,
            "   valid from {} to {} UTC",
            or_none(&one.not_before),
            or_none(&one.not_after)
        );
        if !one.names.is_empty() {
            let _ = writeln!(lines, "   for {}", one.names.join(", "));
        }
        for &fault in &one.faults {
            let _ = writeln!(lines, "   WRONG: {}", fault_words(fault));
        }
    }
    lines.truncate(lines.trim_end().len());
    lines
}

fn or_none(text: &str) -> &str {
    if text.is_empty() { "(empty)" } else { text }
}

/// What the companion says is known.
pub(super) fn guess(failure: &BridgeFailure, guesses: &mut Guesses) {
    let (cause, remedy) = match failure {
        BridgeFailure::Tls(failure) => return tls(failure, guesses),
        BridgeFailure::NoCompanion => (
            "A browser reaches WebSocket only; `mqttscope` (the companion) opens mqtt://, mqtts:// and unix:// addresses, and this page was not opened by it.".to_owned(),
            "Start `mqttscope`, open the address that it prints, and connect from there. Or use the server's WebSocket address, ws:// or wss://.".to_owned(),
        ),
        BridgeFailure::CompanionGone => (
            "The companion does not answer, or it was started again and does not know this page any more.".to_owned(),
            "Start `mqttscope`, or open the address that it printed last.".to_owned(),
        ),
        BridgeFailure::NotAllowed(allowed) => (
            format!("The companion was started for connections to {} only (--bridge-to).", allowed.join(", ")),
            "Start it with a further --bridge-to, if you want to connect there.".to_owned(),
        ),
        BridgeFailure::TooMany(most) => (
            format!("The companion has {most} connections open, as many as it takes."),
            "Close some.".to_owned(),
        ),
        BridgeFailure::Misunderstood => (
            "The companion does not understand this page: the two are of different versions.".to_owned(),
            "Reload the page.".to_owned(),
        ),
        BridgeFailure::Address(why) => (
            format!("The address cannot be used: {why}."),
            "Write it as mqtt://host:1883, mqtts://host:8883, ws://host:port/path, wss://host:port/path or unix:///path.".to_owned(),
        ),
        BridgeFailure::Given { what, why } => (
            format!("The {what} in the connection's settings cannot be used: {why}."),
            "A certificate or key is the path of a PEM file on the companion's machine, or the text of one.".to_owned(),
        ),
        BridgeFailure::NameNotFound(host) => (
            format!("No address is known for the name {host}: the name server does not know it, or cannot be reached."),
            "Compare the name letter by letter. A name of a private network takes its network: VPN, Wi-Fi.".to_owned(),
        ),
        BridgeFailure::Refused(tried) => (
            format!("The machine is there and refused the connection: nobody listens at {}.", tried.join(" and ")),
            "Check that the server runs, listens at this port, and not only at another address of its machine. MQTT over TCP is usually at 1883, with TLS at 8883.".to_owned(),
        ),
        BridgeFailure::Unreachable { tried, why } => (
            format!("{} cannot be reached: {why}.", if tried.is_empty() { "The server".to_owned() } else { tried.join(" and ") }),
            "Check the network of this machine (VPN, Wi-Fi), and the path of a Unix socket.".to_owned(),
        ),
        BridgeFailure::TimedOut { step, seconds } => timed_out(*step, *seconds),
        BridgeFailure::Closed { step, by_reset } => closed(*step, *by_reset),
        BridgeFailure::Proxy(says) => (
            format!("The proxy refuses the connection: {says}."),
            "Check the proxy's address, its name and password, and whether it lets this port through.".to_owned(),
        ),
        BridgeFailure::NoWebSocket { status: Some(status), why } => (
            format!("A web server answers there, and not with a WebSocket: HTTP {status} {why}."),
            "Check the path: /mqtt (most servers), /ws (RabbitMQ), / (mosquitto, ActiveMQ).".to_owned(),
        ),
        BridgeFailure::NoWebSocket { status: None, why } => (
            format!("What answers there makes no WebSocket: {why}."),
            "Check the port: plain MQTT (mqtt://) is usually at 1883, WebSocket at another one.".to_owned(),
        ),
    };
    guesses.add(100, cause, remedy).certain();
}

fn timed_out(step: BridgeStep, seconds: u32) -> (String, String) {
    let (cause, remedy) = match step {
        BridgeStep::Name => (
            "The name server did not answer",
            "Check the network of this machine.",
        ),
        BridgeStep::Connect => (
            "Nothing came back from the server",
            "The machine may be down, or a firewall drops what is sent to this port. Check host and port, and the network between.",
        ),
        BridgeStep::Proxy => (
            "The proxy accepted the connection and did not answer",
            "Check the port of the proxy, and whether it is one for HTTP or for SOCKS5.",
        ),
        BridgeStep::Tls => (
            "The server accepted the connection and did not answer the TLS handshake",
            "The port may not use TLS: try mqtt:// or ws://, or the server's TLS port, usually 8883.",
        ),
        BridgeStep::WebSocket => (
            "The server accepted the connection and did not answer the WebSocket's request",
            "A plain MQTT port does not: try mqtt://, or the port of the WebSocket listener.",
        ),
    };
    (
        format!("{cause} within {seconds} seconds."),
        remedy.to_owned(),
    )
}

fn closed(step: BridgeStep, by_reset: bool) -> (String, String) {
    let how = if by_reset {
        "reset the connection (RST)"
    } else {
        "closed the connection (FIN)"
    };
    let (whom, when, remedy) = match step {
        BridgeStep::Tls => (
            "The server",
            "during the TLS handshake",
            "The port may not use TLS: try mqtt:// or ws://. Some servers close so where they want a client certificate or a server name (SNI). The server's log says why.",
        ),
        BridgeStep::WebSocket => (
            "The server",
            "when it was asked for a WebSocket",
            "The port may be one of plain MQTT: try mqtt://. The server's log says why.",
        ),
        BridgeStep::Proxy => (
            "The proxy",
            "when it was asked for a way",
            "Check the port of the proxy, and whether it is one for HTTP or for SOCKS5.",
        ),
        BridgeStep::Name | BridgeStep::Connect => ("The server", "at once", "Its log says why."),
    };
    (format!("{whom} {how} {when}."), remedy.to_owned())
}

fn tls(failure: &TlsFailure, guesses: &mut Guesses) {
    let name = &failure.server_name;
    let (cause, remedy) = match &failure.fault {
        TlsFault::Certificate(says) => match worst(failure) {
            None => (
                format!("The server's certificate is not trusted: {says}."),
                "The certificates below are what it has shown.".to_owned(),
            ),
            Some((one, fault)) => certificate(one, fault, name),
        },
        TlsFault::ClientCertificateRequired => (
            "The server requires a client certificate, and none is set.".to_owned(),
            "Set the client certificate and its key in the connection's settings, under TLS.".to_owned(),
        ),
        TlsFault::ClientCertificateRefused(alert) => (
            format!("The server does not accept the client certificate: it answered with the TLS alert {alert}."),
            "Check that it is signed by the CA that the server trusts, with its whole chain, that its time is not over, and that it is the one for this device.".to_owned(),
        ),
        TlsFault::NotTls => (
            "What listens there does not speak TLS: its answer was something else.".to_owned(),
            "Use mqtt:// or ws:// with this port, or the server's TLS port, usually 8883.".to_owned(),
        ),
        TlsFault::Nothing(says) => (
            format!("The two ends have no TLS version or cipher suite in common: {says}."),
            "The companion speaks TLS 1.2 and 1.3; older versions are broken and not spoken here. Lower the minimum version in the settings, or update the server.".to_owned(),
        ),
        TlsFault::Alpn => (
            "The server knows none of the offered application protocols (ALPN).".to_owned(),
            "Leave ALPN empty, or set what the server wants: `mqtt`, or `x-amzn-mqtt-ca` for AWS IoT at port 443.".to_owned(),
        ),
        TlsFault::Alert(alert) => (
            format!("The server broke the TLS handshake off with the alert {alert}."),
            format!("It was asked for the server name {name}. Some servers answer other names so; the server's log says why."),
        ),
        TlsFault::Other(says) => (
            format!("TLS failed: {says}."),
            "The server's log may say more.".to_owned(),
        ),
    };
    guesses
        .add(100, cause, remedy)
        .certain()
        .shown(chain(&failure.chain));
}

fn certificate(one: &Certificate, fault: CertificateFault, name: &str) -> (String, String) {
    let subject = or_none(&one.subject);
    match fault {
        CertificateFault::Expired => (
            format!(
                "The certificate of {subject} has expired: it was valid until {} UTC.",
                one.not_after
            ),
            "Renew it on the server, or set the clock of this machine.".into(),
        ),
        CertificateFault::NotYetValid => (
            format!(
                "The certificate of {subject} is not valid yet: it is from {} UTC on.",
                one.not_before
            ),
            "Check the clocks of both machines.".into(),
        ),
        CertificateFault::WrongName => (
            format!(
                "The server's certificate is not for {name}, but for {}.",
                if one.names.is_empty() {
                    "no name at all".to_owned()
                } else {
                    one.names.join(", ")
                }
            ),
            "Connect to a name that it is for, or set that as the server name under TLS in the settings.".into(),
        ),
        CertificateFault::SelfSigned => (
            format!("The certificate of {subject} has signed itself, and is not among those that are trusted."),
            "If it is the server's, set it as the CA under TLS in the connection's settings.".into(),
        ),
        CertificateFault::UnknownIssuer => (
            format!(
                "The certificate of {subject} is signed by {}, which is not trusted.",
                or_none(&one.issuer)
            ),
            "Set the certificate of that CA under TLS in the connection's settings. A server that leaves out the certificates between its own and the CA has to send them, too.".into(),
        ),
        CertificateFault::Unreadable => (
            "One of the server's certificates cannot be read.".into(),
            "Look into the server's configuration.".into(),
        ),
    }
}

/// MQTT over TCP, where no CONNACK came.
pub(super) fn no_connack(trouble: &Trouble<'_>, guesses: &mut Guesses) {
    match &trouble.end {
        End::Closed { reason, .. } => opened::closed(trouble, reason, guesses),
        _ => {
            guesses.add(
                60,
                "What answers at this port may be something other than an MQTT server, or one that waits for TLS.",
                "Check the port: mqtt:// is usually at 1883, mqtts:// at 8883.",
            );
            opened::is_busy(guesses);
        }
    }
}
