//! Everything that can be set for a connection: the usual first, the rare folded away.

mod asked;
mod bridged;
mod session;
mod taken;
mod usual;
mod will;

use std::net::Ipv6Addr;

use mqttscope_protocol::Profile;

use super::bridge;
use super::form::Group;

/// All settings of a connection.
pub static CONNECT: [Group<Profile>; 7] = [
    Group {
        title: "",
        folded: false,
        settings: usual::SETTINGS,
    },
    Group {
        title: "TLS to the broker",
        folded: false,
        settings: bridged::TLS,
    },
    Group {
        title: "Proxy, and who opens the connection",
        folded: true,
        settings: bridged::WAY,
    },
    Group {
        title: "Session and reconnecting",
        folded: true,
        settings: session::SETTINGS,
    },
    Group {
        title: "Will: what the server publishes when the connection is lost",
        folded: true,
        settings: will::SETTINGS,
    },
    Group {
        title: "Limits of this client (MQTT 5)",
        folded: true,
        settings: taken::SETTINGS,
    },
    Group {
        title: "Requests to the server (MQTT 5)",
        folded: true,
        settings: asked::SETTINGS,
    },
];

const fn always(_: &Profile) -> bool {
    true
}

fn is_v5(profile: &Profile) -> bool {
    profile.version.is_v5()
}

/// What is wrong with an address, in a sentence.
///
/// # Errors
/// When neither the browser can open it nor the companion, where that is here.
pub fn check_address(address: &str) -> Result<(), String> {
    let lower = address.to_ascii_lowercase();
    let (scheme, rest) = lower.split_once("://").unwrap_or(("", &lower));
    let has_companion = bridge::is_here();
    match scheme {
        "ws" | "wss" => check_authority(rest),
        "mqtt" | "mqtts" if has_companion => check_tcp(rest),
        "unix" if has_companion => {
            if rest.starts_with('/') {
                Ok(())
            } else {
                Err("A Unix socket has its whole path, as in unix:///run/broker.sock.".into())
            }
        }
        "tcp" | "ssl" | "tls" if has_companion => {
            Err("Write mqtt:// for MQTT over TCP, mqtts:// for MQTT over TLS.".into())
        }
        "mqtt" | "mqtts" | "unix" | "tcp" | "ssl" | "tls" => Err(
            "A browser reaches WebSocket only; `mqttscope` (the companion) opens mqtt://, mqtts:// and unix://. \
             Without it, give the broker's WebSocket address, ws:// or wss://."
                .into(),
        ),
        _ if has_companion => Err(
            "The address begins with mqtt://, mqtts://, ws://, wss:// or unix://.".into(),
        ),
        _ => Err("The address begins with ws:// or wss://.".into()),
    }
}

/// The same for what stands behind the scheme of MQTT over TCP.
fn check_tcp(rest: &str) -> Result<(), String> {
    check_authority(rest)?;
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    if authority.contains('@') {
        return Err("Name and password have fields of their own below.".into());
    }
    if !path.is_empty() || rest.contains('?') {
        return Err("MQTT over TCP has no path.".into());
    }
    Ok(())
}

/// The same for what stands behind the scheme.
fn check_authority(rest: &str) -> Result<(), String> {
    if rest.contains([' ', '#']) {
        return Err("An address has neither spaces nor a “#”.".into());
    }
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let place = authority
        .rsplit_once('@')
        .map_or(authority, |(_, place)| place);
    // An IPv6 address stands in brackets, since it has colons of its own.
    let (host, port) = match place.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (place, None),
    };
    if host.is_empty() {
        return Err("The host is missing, as in ws://127.0.0.1:9001.".into());
    }
    let literal = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let is_host = match literal {
        Some(literal) => literal.parse::<Ipv6Addr>().is_ok(),
        None if host.contains(':') => {
            return Err("Put an IPv6 address in brackets, as in ws://[::1]:9001.".into());
        }
        None => !host.contains(NOT_IN_A_HOST),
    };
    if !is_host {
        return Err(format!(
            "“{host}” is neither a host name nor an IP address."
        ));
    }
    match port {
        Some(port) if port.parse::<u16>().is_ok_and(|port| port > 0) => Ok(()),
        Some(_) => Err("The port is a number from 1 to 65535.".into()),
        None => Ok(()),
    }
}

/// What no host may contain (WHATWG URL, "forbidden domain code point"), as far as it can be typed.
const NOT_IN_A_HOST: [char; 9] = ['<', '>', '[', ']', '\\', '^', '|', '%', '@'];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::live::form::Setting;
    use crate::state::live::form::{Form, FormAct};
    use mqttscope_protocol::Target;
    use std::rc::Rc;
    use yew::Reducible as _;

    fn setting(id: &str) -> &'static Setting<Profile> {
        let mut all = CONNECT.iter().flat_map(|group| group.settings);
        all.find(|setting| setting.id == id).unwrap()
    }

    fn typed(pairs: &[(&str, &str)]) -> Rc<Form<Profile>> {
        pairs.iter().fold(
            Rc::new(Form::new(Profile::default())),
            |form, (id, text)| form.reduce(FormAct::Type(setting(id), (*text).into())),
        )
    }

    #[test]
    fn an_address_that_no_browser_opens_is_named() {
        for address in [
            "ws://127.0.0.1:9001",
            "WSS://Broker.Example/mqtt?x=a:b@c",
            "ws://[::1]:9001/ws",
            "ws://[fe80::1]",
            "ws://user:p@host:1",
            "wss://bücher.example",
        ] {
            assert_eq!(check_address(address), Ok(()), "{address}");
        }
        for (address, part) in [
            ("ws://", "host is missing"),
            ("ws://:9001", "host is missing"),
            ("ws:///mqtt", "host is missing"),
            ("ws://host:99999", "1 to 65535"),
            ("ws://host:0", "1 to 65535"),
            ("ws://host:port/mqtt", "1 to 65535"),
            ("ws://host:", "1 to 65535"),
            ("ws://a<b:1", "“a<b” is neither a host name"),
            ("ws://[::zz]:1", "nor an IP address"),
            ("ws://::1:9001", "in brackets"),
            ("ws://a b", "spaces"),
            ("mqtt://host", "the companion) opens mqtt://"),
            ("unix:///run/b", "the companion) opens mqtt://"),
            ("tcp://host", "the companion) opens mqtt://"),
            ("http://host", "begins with ws://"),
        ] {
            let said = check_address(address).unwrap_err();
            assert!(said.contains(part), "{address}: {said}");
        }
    }

    #[test]
    fn every_setting_is_written_as_it_is_read() {
        let table = [
            ("name", "bench"),
            ("version", "3.1.1"),
            ("client-identifier", "c"),
            ("user-name", "u"),
            ("password", "p"),
            ("keep-secrets", "yes"),
            ("clean-start", ""),
            ("session-expiry", "4294967295"),
            ("keep-alive", "10"),
            ("reconnect-first", "500"),
            ("reconnect-longest", "2000"),
            ("reconnect-attempts", "3"),
            ("receive-maximum", "20"),
            ("maximum-packet-size", "1000"),
            ("topic-alias-maximum", "7"),
            ("automatic-alias", "yes"),
            ("request-response", "yes"),
            ("request-problem", "no"),
            ("authentication-method", "SCRAM-SHA-256"),
            ("authentication-data", "a\\0b"),
            ("user-properties", "a = 1"),
        ];
        for (id, text) in table {
            let form = typed(&[(id, text)]);
            assert_eq!((setting(id).get)(&form.value), text, "{id}");
            assert!(form.is_right(&CONNECT), "{id}");
        }
        for (id, text) in [
            ("will-topic", "gone"),
            ("will-payload", "bye"),
            ("will-qos", "2"),
            ("will-retain", "yes"),
            ("will-delay", "5"),
            ("will-expiry", "6"),
            ("will-content-type", "text/plain"),
        ] {
            let form = typed(&[("will", "yes"), (id, text)]);
            assert_eq!((setting(id).get)(&form.value), text, "{id}");
        }
    }

    #[test]
    fn with_the_companion_there_are_more_addresses_and_settings() {
        bridge::set(Some("ws://127.0.0.1:8437/companion/0/bridge".into()));
        for address in [
            "mqtt://h",
            "MQTTS://h:8883/",
            "mqtt://[::1]:1883",
            "ws://h/mqtt?x=y",
            "unix:///run/b.sock",
        ] {
            assert_eq!(check_address(address), Ok(()), "{address}");
        }
        for (address, part) in [
            ("mqtt://", "host is missing"),
            ("mqtt://h:0", "1 to 65535"),
            ("mqtt://u:p@h", "fields of their own"),
            ("mqtt://h/path", "no path"),
            ("mqtt://h?x", "no path"),
            ("tcp://h", "Write mqtt://"),
            ("unix://run", "whole path"),
            ("h", "begins with mqtt://"),
        ] {
            let said = check_address(address).unwrap_err();
            assert!(said.contains(part), "{address}: {said}");
        }
        let to = |address: &str| typed(&[("where", "websocket"), ("address", address)]);
        let applies = |id: &str, address: &str| (setting(id).applies)(&to(address).value);
        assert_eq!(
            to("mqtt://h").value.target,
            Target::Socket("mqtt://h".into())
        );
        for (id, text) in [
            ("tls-ca", "/etc/ca.pem"),
            ("tls-certificate", "/etc/cert.pem"),
            ("tls-key", "-----BEGIN PRIVATE KEY-----"),
            ("tls-name", "broker.test"),
            ("tls-alpn", "mqtt, x-amzn-mqtt-ca"),
            ("tls-version", "1.3"),
            ("tls-unverified", "yes"),
        ] {
            let form = to("mqtts://h").reduce(FormAct::Type(setting(id), text.into()));
            assert_eq!((setting(id).get)(&form.value), text, "{id}");
            assert!(form.is_right(&CONNECT), "{id}");
            assert!(applies(id, "mqtts://h") && applies(id, "wss://h"), "{id}");
            assert!(!applies(id, "mqtt://h") && !applies(id, "ws://h"), "{id}");
        }
        assert!(applies("by-browser", "ws://h") && !applies("by-browser", "mqtt://h"));
        assert!(applies("proxy", "mqtt://h") && !applies("proxy", "unix:///h"));
        let browser = to("wss://h").reduce(FormAct::Type(setting("by-browser"), "yes".into()));
        assert!(!(setting("tls-ca").applies)(&browser.value));
        for (proxy, is_right) in [
            ("", true),
            ("http://u:p@h:3128", true),
            ("socks5://[::1]:1080", true),
            ("https://h", false),
            ("socks5://h:0", false),
        ] {
            let form = to("mqtt://h").reduce(FormAct::Type(setting("proxy"), proxy.into()));
            assert_eq!(form.is_right(&CONNECT), is_right, "{proxy}");
        }
        bridge::set(None);
        assert!(!applies("tls-ca", "wss://h") && !applies("proxy", "ws://h"));
    }

    #[test]
    fn retries_have_a_shortest_wait() {
        for (id, text) in [("reconnect-first", "499"), ("reconnect-longest", "1")] {
            assert!(!typed(&[(id, text)]).is_right(&CONNECT), "{id}");
        }
    }

    #[test]
    fn an_address_that_no_browser_opens_is_refused_with_a_reason() {
        for (address, says) in [
            ("mqtt://127.0.0.1:1883", "WebSocket only"),
            ("127.0.0.1:9001", "begins with"),
            ("ws://", "host is missing"),
            ("ws://:9001", "host is missing"),
            ("ws://a b", "spaces"),
        ] {
            let form = typed(&[("where", "websocket"), ("address", address)]);
            assert!(
                form.fault(setting("address")).unwrap().contains(says),
                "{address}"
            );
        }
        let form = typed(&[("where", "websocket"), ("address", " wss://b:8084/mqtt ")]);
        assert_eq!(
            form.value.target,
            Target::WebSocket("wss://b:8084/mqtt".into())
        );
    }

    #[test]
    fn what_does_not_apply_is_never_wrong() {
        let form = typed(&[("receive-maximum", "0")]);
        assert!(!form.is_right(&CONNECT));
        let form = form.reduce(FormAct::Type(setting("version"), "3.1.1".into()));
        assert!(form.is_right(&CONNECT));
    }
}
