//! A WebSocket address, taken apart.

use core::fmt;

/// `ws://host:port/path`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// `wss` rather than `ws`.
    pub is_secure: bool,
    /// In lower case; an IPv6 address without its brackets.
    pub host: String,
    /// 80 or 443 where none is written.
    pub port: u16,
    /// From the slash on, without the query; `/` where none is written.
    pub path: String,
}

/// Why a text is no address that a browser can open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddressError {
    /// There is no `://`.
    NoScheme,
    /// Another scheme than `ws` and `wss`; holds it.
    Scheme(String),
    /// There is no host.
    NoHost,
    /// The port is no number from 1 to 65535; holds it.
    Port(String),
    /// There is a space or a control character at this byte.
    Character(usize),
    /// A name or a password stands before the host; browsers send neither.
    UserInfo,
}

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoScheme => f.write_str("The address does not begin with ws:// or wss://."),
            Self::Scheme(scheme) => write!(
                f,
                "The address begins with {scheme}://, and a browser can only open ws:// and wss://."
            ),
            Self::NoHost => f.write_str("The address names no host."),
            Self::Port(port) => write!(
                f,
                "The port of the address is \"{port}\", and a port is a number from 1 to 65535."
            ),
            Self::Character(at) => write!(
                f,
                "The address has a space or a control character at position {at}."
            ),
            Self::UserInfo => {
                f.write_str("The address holds a name or password, which a browser does not send.")
            }
        }
    }
}

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// When a browser would not open it.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        if let Some(at) = text.find(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(AddressError::Character(at));
        }
        let (scheme, rest) = text.split_once("://").ok_or(AddressError::NoScheme)?;
        let is_secure = match scheme.to_ascii_lowercase().as_str() {
            "ws" => false,
            "wss" => true,
            other => return Err(AddressError::Scheme(other.to_owned())),
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        if authority.contains('@') {
            return Err(AddressError::UserInfo);
        }
        // An IPv6 address has colons of its own, in brackets.
        let (host, port) = match authority.strip_prefix('[') {
            Some(inner) => inner.split_once(']').unwrap_or((inner, "")),
            None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
        };
        if host.is_empty() {
            return Err(AddressError::NoHost);
        }
        let port = match port.strip_prefix(':') {
            Some(port) if !port.is_empty() => match port.parse() {
                Ok(number) if number > 0 => number,
                _ => return Err(AddressError::Port(port.to_owned())),
            },
            _ if is_secure => 443,
            _ => 80,
        };
        let path = path.split(['?', '#']).next().unwrap_or_default();
        Ok(Self {
            is_secure,
            host: host.to_ascii_lowercase(),
            port,
            path: if path.is_empty() { "/" } else { path }.to_owned(),
        })
    }

    /// Whether a page of this origin (`http://host:port`) came from the same host and port.
    #[must_use]
    pub(crate) fn is_of(&self, origin: &str) -> bool {
        // ws:// has the ports of http://, and wss:// those of https://.
        let page = origin.strip_prefix("http").map(|rest| format!("ws{rest}"));
        let page = page.and_then(|page| Self::parse(&page).ok());
        page.is_some_and(|page| {
            let is_same_host = page.host == self.host || page.is_loopback() && self.is_loopback();
            is_same_host && page.port == self.port
        })
    }

    /// Whether it is this very machine; a browser trusts that without TLS.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.host == "localhost"
            || self.host.ends_with(".localhost")
            || self.host == "::1"
            || self.ipv4().is_some_and(|[first, ..]| first == 127)
    }

    /// Whether it is in the network around, where certificates that browsers trust are rare.
    #[must_use]
    pub fn is_local(&self) -> bool {
        let private = self.ipv4().is_some_and(|[a, b, ..]| {
            a == 10
                || (a == 192 && b == 168)
                || (a == 172 && (16..32).contains(&b))
                || (a == 169 && b == 254)
        });
        self.is_loopback()
            || private
            || self.host.ends_with(".local")
            || self.host.starts_with("fe80:")
            || self.host.starts_with("fd") && self.host.contains(':')
            || !self.host.contains(['.', ':'])
    }

    /// `https://host:port/`, where a browser shows what it thinks of the certificate.
    #[must_use]
    pub fn as_page(&self) -> String {
        let host = if self.host.contains(':') {
            format!("[{}]", self.host)
        } else {
            self.host.clone()
        };
        format!("https://{host}:{}/", self.port)
    }

    /// `http://host:port/path`, where a person sees what a web server answers.
    #[must_use]
    pub fn as_web_page(&self) -> String {
        let page = self.as_page();
        let page = page.trim_end_matches('/');
        let page = if self.is_secure {
            page.to_owned()
        } else {
            page.replacen("https://", "http://", 1)
        };
        format!("{page}{}", self.path)
    }

    fn ipv4(&self) -> Option<[u8; 4]> {
        self.host
            .parse::<core::net::Ipv4Addr>()
            .ok()
            .map(|address| address.octets())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_come_apart() {
        let parts = |text: &str| {
            Address::parse(text).map(|a| (a.is_secure, a.host.clone(), a.port, a.path.clone()))
        };
        let ok = |secure, host: &str, port, path: &str| {
            Ok((secure, host.to_owned(), port, path.to_owned()))
        };
        assert_eq!(parts("ws://Example.org"), ok(false, "example.org", 80, "/"));
        assert_eq!(parts("wss://a.b/mqtt?x=1#y"), ok(true, "a.b", 443, "/mqtt"));
        assert_eq!(parts(" ws://[::1]:9001/ws "), ok(false, "::1", 9001, "/ws"));
        assert_eq!(parts("wss://h:/"), ok(true, "h", 443, "/"));
        assert_eq!(parts("example.org:1883"), Err(AddressError::NoScheme));
        assert_eq!(
            parts("mqtt://h"),
            Err(AddressError::Scheme("mqtt".to_owned()))
        );
        assert_eq!(parts("ws:///mqtt"), Err(AddressError::NoHost));
        for port in ["0", "65536", "x", "-1"] {
            assert_eq!(
                parts(&format!("ws://h:{port}/")),
                Err(AddressError::Port(port.to_owned()))
            );
        }
        assert_eq!(parts("ws://a b"), Err(AddressError::Character(6)));
        assert_eq!(parts("ws://u:p@h"), Err(AddressError::UserInfo));
    }

    #[test]
    fn presets_have_addresses() {
        let mut tried = 0;
        for profile in mqttscope_protocol::profiles::presets() {
            if let mqttscope_protocol::Target::WebSocket(url) = profile.target {
                assert!(Address::parse(&url).is_ok(), "{url}");
                tried += 1;
            }
        }
        assert_ne!(tried, 0);
    }

    #[test]
    fn near_and_far() {
        let near = |host: &str| {
            let address = Address::parse(&format!("ws://{host}")).unwrap();
            (address.is_loopback(), address.is_local())
        };
        for host in ["localhost", "127.0.0.1", "[::1]", "a.localhost"] {
            assert_eq!(near(host), (true, true), "{host}");
        }
        for host in [
            "192.168.1.5",
            "10.0.0.1",
            "172.20.1.1",
            "pi.local",
            "broker",
            "[fe80::1]",
        ] {
            assert_eq!(near(host), (false, true), "{host}");
        }
        for host in ["broker.emqx.io", "172.32.0.1", "8.8.8.8", "fd.example.org"] {
            assert_eq!(near(host), (false, false), "{host}");
        }
    }
}
