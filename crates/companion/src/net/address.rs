//! Addresses as people write them on a command line.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;

use anyhow::{Context as _, Result, bail};

/// Where to listen: a port is one of this machine only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Listen(pub(crate) SocketAddr);

impl FromStr for Listen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(port) = text.parse() {
            return Ok(Self((Ipv4Addr::LOCALHOST, port).into()));
        }
        text.parse().map(Self).map_err(|_| {
            "write a port (of 127.0.0.1), or an address with a port: 0.0.0.0:1883, [::1]:1883"
                .into()
        })
    }
}

/// Whom to connect to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// A name or an address, without brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.contains("://") {
            return Err("write HOST:PORT, without a scheme; --tls asks for TLS".into());
        }
        let what = || "write HOST:PORT, such as broker.example:1883 or [::1]:1883".to_owned();
        let (host, port) = text.rsplit_once(':').ok_or_else(what)?;
        let port = port.parse().map_err(|_| what())?;
        let bare = host
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'));
        let host = bare.unwrap_or(host);
        if host.is_empty() || (bare.is_none() && host.contains(':')) {
            return Err(what());
        }
        Ok(Self {
            host: host.to_owned(),
            port,
        })
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

impl Target {
    /// Opens a connection: the first address of the name that answers.
    ///
    /// # Errors
    /// Which step failed: the name, or the connection to each address.
    pub(crate) async fn connect(&self) -> Result<tokio::net::TcpStream> {
        let addresses = tokio::net::lookup_host((&*self.host, self.port)).await;
        let addresses: Vec<SocketAddr> = addresses
            .with_context(|| format!("no address is known for {}", self.host))?
            .collect();
        let mut failed = Vec::new();
        for address in addresses {
            match tokio::net::TcpStream::connect(address).await {
                Ok(stream) => {
                    stream.set_nodelay(true)?;
                    return Ok(stream);
                }
                Err(error) => failed.push(format!("{address}: {error}")),
            }
        }
        bail!("connecting to {self}: {}", failed.join("; "))
    }
}

/// The same address in one spelling, whichever socket it came from: IPv4 in IPv6 is IPv4.
pub(crate) const fn plain(address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
            Some(ip) => SocketAddr::new(IpAddr::V4(ip), address.port()),
            None => address,
        },
        IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_alone_is_loopback() {
        let listen = |text: &str| text.parse::<Listen>().map(|listen| listen.0.to_string());
        assert_eq!(listen("1883").unwrap(), "127.0.0.1:1883");
        assert_eq!(listen("0.0.0.0:1883").unwrap(), "0.0.0.0:1883");
        assert_eq!(listen("[::]:1").unwrap(), "[::]:1");
        for wrong in ["", "x", "70000", "1.2.3.4", ":1883", "broker:1883"] {
            assert!(listen(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn targets_are_names_or_addresses_with_a_port() {
        for (text, host, port) in [
            ("broker.example:8883", "broker.example", 8883),
            ("127.0.0.1:1", "127.0.0.1", 1),
            ("[::1]:1883", "::1", 1883),
        ] {
            let target: Target = text.parse().unwrap();
            assert_eq!((&*target.host, target.port), (host, port));
            assert_eq!(target.to_string(), text);
        }
        for wrong in [
            "",
            "broker",
            "broker:",
            ":1883",
            "::1:1883",
            "mqtt://a:1",
            "a:99999",
        ] {
            assert!(wrong.parse::<Target>().is_err(), "{wrong}");
        }
    }
}
