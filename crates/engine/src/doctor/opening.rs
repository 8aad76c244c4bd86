//! The WebSocket did not open. Whatever the cause, a browser says no more than 1006.

use core::time::Duration;

use mqttscope_protocol::brokers::{self, BROKERS};
use mqttscope_protocol::without_address_secrets;
use mqttscope_wire::ProtocolVersion;

use super::{Address, AddressError, Guesses, Trouble, listener_lines};

/// A machine that refuses a connection does so at once, even across the world.
const QUICK: Duration = Duration::from_millis(1500);
/// Chromium waits for up to five seconds before it tries an address again that has failed.
const QUICK_AGAIN: Duration = Duration::from_millis(6500);

/// Ports that browsers never connect to, since other protocols live there
/// (fetch.spec.whatwg.org, "bad port").
const BLOCKED: [u16; 82] = [
    1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102,
    103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465,
    512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993,
    995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668,
    6669, 6679, 6697, 10080,
];

/// Ports where web servers are more usual than brokers.
const WEB_PORTS: [u16; 8] = [80, 443, 3000, 4200, 5000, 5173, 8000, 8888];

/// Public brokers, with the addresses that a browser can open.
const PUBLIC: [(&str, &str, &str); 3] = [
    (
        "test.mosquitto.org",
        "ws://test.mosquitto.org:8080/",
        "wss://test.mosquitto.org:8081/",
    ),
    (
        "broker.emqx.io",
        "ws://broker.emqx.io:8083/mqtt",
        "wss://broker.emqx.io:8084/mqtt",
    ),
    (
        "broker.hivemq.com",
        "ws://broker.hivemq.com:8000/mqtt",
        "wss://broker.hivemq.com:8884/mqtt",
    ),
];

/// Ports where brokers speak something else than WebSocket.
const OTHER_PORTS: [(u16, &str); 9] = [
    (1883, "MQTT without WebSocket"),
    (8883, "MQTT over TLS without WebSocket"),
    (5672, "AMQP"),
    (5671, "AMQP over TLS"),
    (15672, "RabbitMQ's management page"),
    (18083, "EMQX's dashboard"),
    (61616, "ActiveMQ's OpenWire"),
    (61613, "STOMP"),
    (8161, "ActiveMQ's web console"),
];

pub(super) fn bad_address(url: &str, error: &AddressError, guesses: &mut Guesses) {
    let public = PUBLIC.iter().find(|(host, ..)| url.contains(host));
    let remedy = match error {
        AddressError::Scheme(_) if let Some((_, plain, secure)) = public => {
            format!("Use {secure}, or {plain} from a page that was loaded over http://.")
        }
        AddressError::Scheme(scheme) if matches!(scheme.as_str(), "mqtt" | "tcp" | "http") => {
            "Use ws:// and the port of the server's WebSocket listener, which is not 1883.".into()
        }
        AddressError::Scheme(scheme)
            if matches!(scheme.as_str(), "mqtts" | "ssl" | "tls" | "https") =>
        {
            "Use wss:// and the port of the server's WebSocket listener, which is not 8883.".into()
        }
        AddressError::NoScheme => {
            // The advice stands in the log.
            let url = without_address_secrets(url.trim());
            format!("Write ws://{url} or wss://{url}.")
        }
        AddressError::UserInfo => {
            "Put the name and the password into the fields of the connection.".into()
        }
        _ => "Write it as ws://host:port/path, such as ws://127.0.0.1:9001/.".to_owned(),
    };
    guesses.add(100, error.to_string(), remedy);
}

pub(super) fn guess(trouble: &Trouble<'_>, address: &Address, guesses: &mut Guesses) {
    if trouble.known.is_address_good() {
        return it_worked(trouble, address, guesses);
    }
    page(trouble, address, guesses);
    port(trouble, address, guesses);
    reach(trouble, address, guesses);
    handshake(trouble, address, guesses);
    if address.is_secure {
        let likelihood = if address.is_local() { 72 } else { 50 };
        guesses.add(
            likelihood,
            "The browser may not trust the server's certificate.",
            format!(
                "Open {} in a tab: if a warning appears, accept it there, or give the server a \
                 certificate for exactly this host name that the browser trusts.",
                address.as_page()
            ),
        );
    }
}

/// The address has worked, so that host, port, TLS, path, subprotocol and origin are right.
fn it_worked(trouble: &Trouble<'_>, address: &Address, guesses: &mut Guesses) {
    let Address { host, port, .. } = address;
    if trouble.known.is_open_elsewhere {
        guesses.add(
            80,
            format!("Another connection to {host}:{port} is open at this moment, so the address is right. The server may limit how many connections one machine opens."),
            "Close the other connection and try again, or look into the server's log.",
        );
        return;
    }
    let Some(until) = &trouble.known.worked_until else {
        return;
    };
    let is_refused = is_quick(trouble);
    guesses.add(
        if is_refused { 90 } else { 70 },
        format!("This address worked until {until}: the server was probably stopped or restarted."),
        format!("Check that the server on port {port} of {host} is running. Its log says why it stopped."),
    );
    guesses.add(
        if is_refused { 40 } else { 80 },
        format!("This address worked until {until}: the network between this machine and {host} may be gone."),
        "Check the network of this machine: sleep, Wi-Fi, VPN.",
    );
}

/// What the browser itself forbids this page.
fn page(trouble: &Trouble<'_>, address: &Address, guesses: &mut Guesses) {
    if trouble.page_is_secure && !address.is_secure {
        if address.is_loopback() {
            guesses.add(
                30,
                "This page was loaded over HTTPS, and some browsers (Safari) then open no ws:// address, not even on this machine.",
                "Use another browser, or open this page over http:// from this machine.",
            );
        } else {
            guesses.add(
                98,
                "This page was loaded over HTTPS, and browsers open no ws:// address from such a page (mixed content).",
                "Use wss:// and the server's TLS port, or serve this page over http://.",
            );
        }
    }
    if trouble.page_is_secure && address.is_local() {
        guesses.add(
            25,
            "Some browsers ask before a page from the internet may reach your local network, and remember a refusal.",
            "Check the site's permissions, beside the address bar, for access to the local network.",
        );
    }
}

fn port(trouble: &Trouble<'_>, address: &Address, guesses: &mut Guesses) {
    let port = address.port;
    if BLOCKED.contains(&port) {
        guesses.add(
            96,
            format!("Browsers never connect to port {port}: it belongs to another protocol."),
            "Configure the server to listen on another port.",
        );
    }
    if let Some((_, what)) = OTHER_PORTS.iter().find(|&&(other, _)| other == port) {
        guesses
            .add(
                92,
                format!("Port {port} is usually {what}; a browser can only use WebSocket."),
                format!(
                    "Use the port of the server's WebSocket listener: {}.",
                    ports(trouble)
                ),
            )
            .configuration(listener_lines(address));
    }
    let is_of = |secure: bool| {
        BROKERS.iter().any(|broker| {
            port != 443
                && (if secure {
                    broker.secure_port
                } else {
                    broker.port
                }) == Some(port)
        })
    };
    if !address.is_secure && (is_of(true) || port == 443) {
        guesses.add(
            84,
            format!("Port {port} usually expects TLS, but the address begins with ws://."),
            "Use wss:// with this port.",
        );
    }
    if address.is_secure && (is_of(false) || port == 80) {
        guesses.add(
            84,
            format!("Port {port} usually does not use TLS, but the address begins with wss://."),
            "Use ws:// with this port, or the server's TLS port.",
        );
    } else if address.is_secure && !trouble.page_is_secure && !is_of(true) && port != 443 {
        guesses.add(
            if address.is_local() { 71 } else { 45 },
            format!("Port {port} may not use TLS, but the address begins with wss://."),
            "Try ws:// with this port.",
        );
    }
}

/// The ports of the brokers that are known.
fn ports(trouble: &Trouble<'_>) -> String {
    BROKERS
        .iter()
        .filter_map(|broker| {
            let port = if trouble.page_is_secure {
                broker.secure_port
            } else {
                broker.port
            };
            port.map(|port| format!("{port} ({})", broker.name))
        })
        .collect::<Vec<_>>()
        .join(", ")
}

/// Whether the attempt failed as fast as a refusal comes.
fn is_quick(trouble: &Trouble<'_>) -> bool {
    let limit = if trouble.known.failed_before {
        QUICK_AGAIN
    } else {
        QUICK
    };
    trouble.lasted <= limit
}

/// Whether a host is a name, not an IP address.
fn is_name(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    host.parse::<core::net::IpAddr>().is_err()
}

/// Whether there is anybody at all.
fn reach(trouble: &Trouble<'_>, address: &Address, guesses: &mut Guesses) {
    let Address { host, port, .. } = address;
    if is_name(host) && !address.is_local() {
        guesses.add(
            if is_quick(trouble) { 54 } else { 60 },
            format!("The name {host} may be misspelt, or unknown to the name server of this machine."),
            format!("Compare it letter by letter, and open {} in a tab: the browser says there whether it finds the name.", address.as_web_page()),
        );
    }
    if trouble.known.is_of_page {
        guesses
            .add(
                92,
                format!("A web server listens on port {port} of {host}, from where this page came, and it may pass no WebSocket on to a broker at the path {}.", address.path),
                format!("Use the port of the broker's own WebSocket listener: {}. Or have the web server pass the path on.", ports(trouble)),
            )
            .configuration(listener_lines(address));
        return;
    }
    if is_quick(trouble) {
        let likelihood = if address.is_local() { 70 } else { 55 };
        guesses
            .add(
                likelihood,
                format!("Nothing may be listening on port {port} of {host}."),
                "Check that the server is running, that its WebSocket listener is enabled, and that host and port are right.",
            )
            .configuration(listener_lines(address));
        guesses
            .add(
                likelihood.saturating_sub(2),
                format!("Port {port} of {host} may be one of MQTT without WebSocket, as 1883 usually is: what listens there closes a connection that does not begin with a CONNECT."),
                format!("Use the port of the server's WebSocket listener: {}.", ports(trouble)),
            )
            .configuration(listener_lines(address));
        web_server(address, guesses);
        return;
    }
    // A machine that is there either refuses at once or accepts; a server that accepts and reads
    // something other than HTTP waits for more.
    let is_near = address.is_local();
    guesses
        .add(
            if is_near { 90 } else { 74 },
            format!("A plain MQTT port never answers a WebSocket: something may listen on port {port} of {host} that speaks MQTT over TCP only."),
            format!("Use the port of the server's WebSocket listener: {}.", ports(trouble)),
        )
        .configuration(listener_lines(address));
    guesses.add(
        if is_near { 60 } else { 76 },
        format!("No answer came from {host}: it may be down, or a firewall drops what is sent to port {port}."),
        "Check the host name, and whether the port can be reached from this machine.",
    );
}

/// A web server that answers with a page, or with an error, and not with a WebSocket. A browser does not
/// tell a page so; but the person can look.
fn web_server(address: &Address, guesses: &mut Guesses) {
    let is_web = WEB_PORTS.contains(&address.port);
    guesses.add(
        if is_web { 73 } else { 47 },
        format!(
            "A web server may answer on port {} with a page, or with an HTTP error, instead of a WebSocket.",
            address.port
        ),
        format!(
            "Open {} in a tab. If a page or an HTTP error appears, a web server answers there: the port or the path is wrong. If the browser cannot connect, nothing is listening.",
            address.as_web_page()
        ),
    );
}

/// The paths that servers use, but for the one that was tried.
fn other_paths(tried: &str) -> String {
    let usual = [
        ("/mqtt", "most servers"),
        ("/ws", "RabbitMQ"),
        ("/", "mosquitto, ActiveMQ"),
    ];
    let others: Vec<_> = usual
        .into_iter()
        .filter(|(path, _)| *path != tried)
        .map(|(path, whose)| format!("{path} ({whose})"))
        .collect();
    format!("Try {}.", others.join(" or "))
}

/// Whether an HTTP server answered, but not with a WebSocket of MQTT.
fn handshake(trouble: &Trouble<'_>, address: &Address, guesses: &mut Guesses) {
    let broker = brokers::guess(&address.host, address.port);
    let path = &address.path;
    match broker.filter(|broker| broker.path != "/") {
        Some(broker) if broker.path != path => guesses.add(
            68,
            format!(
                "The path is {path}, and {} answers at {}.",
                broker.name, broker.path
            ),
            format!("Use the path {}.", broker.path),
        ),
        Some(_) => guesses.add(
            30,
            format!("The server may use a path other than {path}."),
            "Look up the path in the server's settings.",
        ),
        None => guesses.add(
            if path == "/" { 48 } else { 42 },
            format!("The path {path} may be wrong."),
            other_paths(path),
        ),
    };
    if trouble.version == ProtocolVersion::V3_1 {
        guesses.add(
            62,
            "Version 3.1 offers the WebSocket subprotocol mqttv3.1, which few servers know.",
            "Use version 3.1.1, which offers mqtt.",
        );
    } else {
        guesses
            .add(
                45,
                "The server, or a proxy before it, may not answer with the WebSocket subprotocol `mqtt`.",
                "Configure the proxy to pass on Sec-WebSocket-Protocol, Upgrade and Connection; update a server that only knows `mqttv3.1`.",
            )
            .configuration(
                "# nginx\nproxy_http_version 1.1;\nproxy_set_header Upgrade $http_upgrade;\n\
                 proxy_set_header Connection \"upgrade\";\nproxy_read_timeout 3600s;",
            )
            .statement(trouble.version, "MQTT-6.0.0-4", "MQTT-6.0.0-4");
    }
    guesses.add(
        18,
        "The server may accept pages of certain origins only.",
        "Look for a list of allowed origins in the server's WebSocket settings, and add this page's.",
    );
    if broker.is_some_and(|broker| broker.name == "AWS IoT") {
        guesses
            .add(
                74,
                "AWS IoT answers only where the address is signed, the signature is at most five minutes old, and a policy allows it.",
                "Sign the address anew (Signature Version 4) or use a custom authorizer.",
            )
            .configuration(broker.map(|broker| broker.access).unwrap_or_default());
    }
}
