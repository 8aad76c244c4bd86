//! Where the page wants to, and where it may go.

use std::path::PathBuf;
use std::str::FromStr;

use mqttscope_protocol::BridgeFailure;

use crate::net::address::Target;

/// An address of the page, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Destination {
    pub(super) place: Place,
    pub(super) is_secure: bool,
    /// The request of a WebSocket, from the slash on; `None`: MQTT without one.
    pub(super) websocket: Option<String>,
}

/// A socket's other end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Tcp(Target),
    Unix(PathBuf),
}

/// A place that the command allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Allowed {
    /// A host, and a port or any.
    Host(String, Option<u16>),
    Unix(PathBuf),
}

const UNIX: &str = "unix://";

impl FromStr for Allowed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix(UNIX) {
            return if path.starts_with('/') {
                Ok(Self::Unix(path.into()))
            } else {
                Err("write a Unix socket with its whole path: unix:///run/broker.sock".into())
            };
        }
        let bare = text
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'));
        let is_v6 = text.parse::<std::net::Ipv6Addr>().is_ok();
        if bare.is_some() || is_v6 || !text.contains(':') {
            let host = bare.unwrap_or(text);
            if host.is_empty() {
                return Err("write HOST or HOST:PORT".into());
            }
            return Ok(Self::Host(host.to_ascii_lowercase(), None));
        }
        let target: Target = text.parse()?;
        Ok(Self::Host(
            target.host.to_ascii_lowercase(),
            Some(target.port),
        ))
    }
}

impl std::fmt::Display for Allowed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Host(host, None) => f.write_str(host),
            Self::Host(host, Some(port)) => Target {
                host: host.clone(),
                port: *port,
            }
            .fmt(f),
            Self::Unix(path) => write!(f, "{UNIX}{}", path.display()),
        }
    }
}

impl Allowed {
    fn allows(&self, place: &Place) -> bool {
        match (self, place) {
            (Self::Host(host, port), Place::Tcp(target)) => {
                host.eq_ignore_ascii_case(&target.host)
                    && port.is_none_or(|port| port == target.port)
            }
            (Self::Unix(path), Place::Unix(wanted)) => path == wanted,
            _ => false,
        }
    }
}

/// Whether the command allows a place: as it is written, not what a name server makes of it.
///
/// # Errors
/// It does not; with what it allows.
pub(super) fn check(allowed: &[Allowed], place: &Place) -> Result<(), BridgeFailure> {
    if allowed.is_empty() || allowed.iter().any(|one| one.allows(place)) {
        return Ok(());
    }
    let all = allowed.iter().map(Allowed::to_string).collect();
    Err(BridgeFailure::NotAllowed(all))
}

impl Destination {
    /// Reads an address.
    ///
    /// # Errors
    /// What is wrong with it, without what stands before its host.
    pub(super) fn of(address: &str) -> Result<Self, BridgeFailure> {
        let wrong = |why: &str| BridgeFailure::Address(why.to_owned());
        let address = address.trim();
        let (scheme, rest) =
            (address.split_once("://")).ok_or_else(|| wrong("it has no scheme"))?;
        let (port, is_secure, is_websocket) = match scheme.to_ascii_lowercase().as_str() {
            "mqtt" => (1883, false, false),
            "mqtts" => (8883, true, false),
            "ws" => (80, false, true),
            "wss" => (443, true, true),
            "unix" if rest.starts_with('/') => {
                return Ok(Self {
                    place: Place::Unix(rest.into()),
                    is_secure: false,
                    websocket: None,
                });
            }
            "unix" => {
                return Err(wrong(
                    "a Unix socket has its whole path: unix:///run/x.sock",
                ));
            }
            _ => {
                return Err(wrong(
                    "it begins with none of mqtt://, mqtts://, ws://, wss://, unix://",
                ));
            }
        };
        let rest = rest.split('#').next().unwrap_or_default();
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at_checked(end).unwrap_or((rest, ""));
        if authority.contains('@') {
            return Err(wrong(
                "a name or password stands in it; they belong into the fields of the connection",
            ));
        }
        if !is_websocket && !matches!(path, "" | "/") {
            return Err(wrong("an address of MQTT over TCP has no path"));
        }
        let place = Place::Tcp(target(authority, port).map_err(BridgeFailure::Address)?);
        let slash = if path.starts_with('/') { "" } else { "/" };
        Ok(Self {
            place,
            is_secure,
            websocket: is_websocket.then(|| format!("{slash}{path}")),
        })
    }
}

/// A host with a port, or with the usual one.
pub(super) fn target(authority: &str, usual: u16) -> Result<Target, String> {
    let has_port = authority
        .rsplit_once(':')
        .is_some_and(|(_, port)| !port.contains(']'));
    let text = if has_port {
        authority.to_owned()
    } else {
        format!("{authority}:{usual}")
    };
    let target: Target = text.parse()?;
    if target.port == 0
        || target
            .host
            .chars()
            .any(|c| c.is_whitespace() || c.is_control())
    {
        return Err("its host or port cannot be one".into());
    }
    Ok(target)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tcp(host: &str, port: u16) -> Place {
        Place::Tcp(Target {
            host: host.into(),
            port,
        })
    }

    #[test]
    fn addresses_are_taken_apart() {
        for (address, place, is_secure, websocket) in [
            ("mqtt://h", tcp("h", 1883), false, None),
            ("MQTTS://h/", tcp("h", 8883), true, None),
            ("mqtt://[::1]", tcp("::1", 1883), false, None),
            ("mqtt://[::1]:1", tcp("::1", 1), false, None),
            ("ws://h", tcp("h", 80), false, Some("/")),
            ("wss://h:1/p?a=b#c", tcp("h", 1), true, Some("/p?a=b")),
            ("wss://h?a", tcp("h", 443), true, Some("/?a")),
            (
                "unix:///run/b.sock",
                Place::Unix("/run/b.sock".into()),
                false,
                None,
            ),
        ] {
            let wanted = Destination {
                place,
                is_secure,
                websocket: websocket.map(str::to_owned),
            };
            assert_eq!(Destination::of(address), Ok(wanted), "{address}");
        }
        for wrong in [
            "h:1883",
            "http://h",
            "mqtt://",
            "mqtt://u:secret@h",
            "mqtt://h/p",
            "mqtt://h:0",
            "mqtt://h:x",
            "mqtt://::1:2",
            "mqtt://a b",
            "unix://run/b.sock",
        ] {
            let Err(BridgeFailure::Address(why)) = Destination::of(wrong) else {
                panic!("{wrong}")
            };
            assert!(!why.contains("secret"), "{why}");
        }
    }

    #[test]
    fn only_what_the_command_names_is_allowed() {
        let all = |texts: &[&str]| -> Vec<Allowed> {
            texts.iter().map(|text| text.parse().unwrap()).collect()
        };
        let allowed = all(&["Broker.example", "h:1883", "[::1]:1", "unix:///run/a"]);
        for place in [
            tcp("broker.EXAMPLE", 7),
            tcp("h", 1883),
            tcp("::1", 1),
            Place::Unix("/run/a".into()),
        ] {
            assert_eq!(check(&allowed, &place), Ok(()), "{place:?}");
        }
        for place in [
            tcp("x.broker.example", 7),
            tcp("h", 1884),
            tcp("::1", 2),
            Place::Unix("/run/b".into()),
        ] {
            let says = ["broker.example", "h:1883", "[::1]:1", "unix:///run/a"];
            let says = says.map(str::to_owned).to_vec();
            assert_eq!(
                check(&allowed, &place),
                Err(BridgeFailure::NotAllowed(says))
            );
        }
        assert_eq!(check(&[], &tcp("h", 1)), Ok(()));
        assert_eq!(all(&["::1"]), [Allowed::Host("::1".into(), None)]);
        for wrong in ["", "unix://a", "h:x", "[]", "mqtt://h:1"] {
            assert!(wrong.parse::<Allowed>().is_err(), "{wrong}");
        }
    }
}
