//! Ways through a proxy: HTTP's CONNECT (RFC 9110 section 9.3.6) and SOCKS5 (RFC 1928, RFC 1929).
//!
//! Both are a question and an answer of a few bytes, read here byte by byte, so that not one of what follows is lost.

use std::io::{Error, ErrorKind};
use std::net::IpAddr;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use mqttscope_protocol::{BridgeFailure, BridgeStep};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::failure;
use super::place::target;
use super::reach::Wire;
use crate::net::address::Target;

/// Bytes of an answer to CONNECT that are read.
const LONGEST: usize = 8 << 10;

/// A proxy, as the settings name it.
pub(super) struct Proxy {
    pub(super) at: Target,
    is_socks: bool,
    /// Name and password.
    user: Option<(String, String)>,
}

impl Proxy {
    /// Reads `http://[name:password@]host:port` or `socks5://…`.
    ///
    /// # Errors
    /// What is wrong with it, without name and password.
    pub(super) fn of(text: &str) -> Result<Self, BridgeFailure> {
        let wrong = |why: String| BridgeFailure::Address(format!("the proxy's: {why}"));
        let (scheme, rest) = text.trim().split_once("://").unwrap_or(("", ""));
        let (is_socks, usual) = match scheme.to_ascii_lowercase().as_str() {
            "http" => (false, 8080),
            "socks5" | "socks5h" => (true, 1080),
            _ => {
                let why = "it begins with http:// or socks5://";
                return Err(wrong(why.into()));
            }
        };
        let rest = rest.trim_end_matches('/');
        let (user, place) = match rest.rsplit_once('@') {
            Some((user, place)) => (Some(user), place),
            None => (None, rest),
        };
        let user = user.map(|user| {
            let (name, password) = user.split_once(':').unwrap_or((user, ""));
            (name.to_owned(), password.to_owned())
        });
        Ok(Self {
            at: target(place, usual).map_err(wrong)?,
            is_socks,
            user,
        })
    }

    /// Asks for a connection to `target`.
    pub(super) async fn ask(
        &self,
        stream: &mut Box<dyn Wire>,
        target: &Target,
    ) -> Result<(), BridgeFailure> {
        let asked = if self.is_socks {
            self.socks(stream, target).await
        } else {
            self.connect(stream, target).await
        };
        asked.map_err(|error| match error.get_ref() {
            // Ours say so; the system's have a kind.
            Some(said) if error.kind() == ErrorKind::Other => {
                BridgeFailure::Proxy(said.to_string())
            }
            _ => failure::of_step(BridgeStep::Proxy, &error),
        })
    }

    async fn connect(&self, stream: &mut Box<dyn Wire>, target: &Target) -> Result<(), Error> {
        let mut request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n");
        if let Some((name, password)) = &self.user {
            let both = BASE64_STANDARD.encode(format!("{name}:{password}"));
            request.push_str(&format!("Proxy-Authorization: Basic {both}\r\n"));
        }
        request.push_str("\r\n");
        stream.write_all(request.as_bytes()).await?;
        stream.flush().await?;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            if head.len() >= LONGEST {
                return Err(Error::other("its answer has no end"));
            }
            head.push(stream.read_u8().await?);
        }
        let head = String::from_utf8_lossy(&head);
        let line = head.lines().next().unwrap_or_default();
        let mut words = line.splitn(3, ' ');
        let is_http = words.next().is_some_and(|word| word.starts_with("HTTP/1."));
        match words.next().filter(|_| is_http) {
            Some(status) if status.starts_with('2') => Ok(()),
            Some(status) => {
                let rest: String = words.next().unwrap_or_default().chars().take(100).collect();
                Err(Error::other(format!("{status} {rest}")))
            }
            None => Err(Error::other("it does not speak HTTP")),
        }
    }

    async fn socks(&self, stream: &mut Box<dyn Wire>, target: &Target) -> Result<(), Error> {
        // No authentication, and name and password where there are any.
        let methods: &[u8] = if self.user.is_some() {
            &[5, 2, 0, 2]
        } else {
            &[5, 1, 0]
        };
        stream.write_all(methods).await?;
        stream.flush().await?;
        let mut chosen = [0; 2];
        stream.read_exact(&mut chosen).await?;
        match (chosen, &self.user) {
            ([5, 0], _) => {}
            ([5, 2], Some((name, password))) => {
                let mut both = vec![1];
                for part in [name, password] {
                    let len = u8::try_from(part.len());
                    both.push(len.map_err(|_| Error::other("name or password are too long"))?);
                    both.extend(part.bytes());
                }
                stream.write_all(&both).await?;
                stream.flush().await?;
                stream.read_exact(&mut chosen).await?;
                if chosen != [1, 0] && chosen != [5, 0] {
                    return Err(Error::other("it does not accept the name or password"));
                }
            }
            ([5, _], _) => return Err(Error::other("it asks for a name and password")),
            _ => return Err(Error::other("it does not speak SOCKS5")),
        }
        let mut request = vec![5, 1, 0];
        match target.host.parse() {
            Ok(IpAddr::V4(ip)) => {
                request.push(1);
                request.extend(ip.octets());
            }
            Ok(IpAddr::V6(ip)) => {
                request.push(4);
                request.extend(ip.octets());
            }
            // The proxy looks the name up.
            Err(_) => {
                let len = u8::try_from(target.host.len());
                request.extend([3, len.map_err(|_| Error::other("the host is too long"))?]);
                request.extend(target.host.bytes());
            }
        }
        request.extend(target.port.to_be_bytes());
        stream.write_all(&request).await?;
        stream.flush().await?;
        let mut answer = [0; 4];
        stream.read_exact(&mut answer).await?;
        let [_, code, _, kind] = answer;
        if code != 0 {
            return Err(Error::other(socks_words(code)));
        }
        let len = match kind {
            1 => 4,
            4 => 16,
            3 => usize::from(stream.read_u8().await?),
            _ => return Err(Error::other("its answer has an unknown kind of address")),
        };
        // The address that it connects from, and the port.
        let mut from = vec![0; len.saturating_add(2)];
        stream.read_exact(&mut from).await?;
        Ok(())
    }
}

/// RFC 1928 section 6.
fn socks_words(code: u8) -> String {
    let words = match code {
        1 => "general failure",
        2 => "its rules do not allow the connection",
        3 => "the network cannot be reached",
        4 => "the host cannot be reached",
        5 => "the connection was refused",
        6 => "it took too long (TTL expired)",
        7 => "it does not know the command",
        8 => "it does not know this kind of address",
        _ => return format!("code {code}"),
    };
    format!("{words} (code {code})")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(
        proxy: &str,
        to: &str,
        talk: &'static [(&'static [u8], &'static [u8])],
    ) -> Result<(), BridgeFailure> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(async {
            let (near, mut far) = tokio::io::duplex(1 << 16);
            let server = tokio::spawn(async move {
                for (wanted, answer) in talk {
                    let mut came = vec![0; wanted.len()];
                    far.read_exact(&mut came).await.unwrap();
                    assert_eq!(&came, wanted);
                    far.write_all(answer).await.unwrap();
                }
            });
            let mut near: Box<dyn Wire> = Box::new(near);
            let asked = Proxy::of(proxy)
                .unwrap()
                .ask(&mut near, &to.parse().unwrap())
                .await;
            server.await.unwrap();
            asked
        })
    }

    #[test]
    fn connect_asks_as_http_does() {
        assert_eq!(
            run(
                "http://u:p@proxy:3128",
                "broker:1883",
                &[(
                    b"CONNECT broker:1883 HTTP/1.1\r\nHost: broker:1883\r\nProxy-Authorization: Basic dTpw\r\n\r\n",
                    b"HTTP/1.1 200 Connection established\r\nX: y\r\n\r\n"
                )]
            ),
            Ok(())
        );
        for (answer, says) in [
            (
                &b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"[..],
                "407 Proxy Authentication Required",
            ),
            (b"\x15\x03\x01\r\n\r\n", "it does not speak HTTP"),
        ] {
            let talk: &'static [_] = Box::leak(Box::new([(
                &b"CONNECT broker:1 HTTP/1.1\r\nHost: broker:1\r\n\r\n"[..],
                answer,
            )]));
            let failed = run("http://proxy", "broker:1", talk);
            assert_eq!(failed, Err(BridgeFailure::Proxy(says.into())));
        }
        assert_eq!(
            run("http://proxy", "b:1", &[(b"CONNECT", b"HTTP/1.1 2")]),
            Err(BridgeFailure::Closed {
                step: BridgeStep::Proxy,
                by_reset: false
            })
        );
    }

    #[test]
    fn socks5_asks_with_a_name_or_an_address() {
        const BOUND: &[u8] = b"\x05\0\0\x01\0\0\0\0\0\0";
        const REFUSED: &[u8] = b"\x05\x05\0\x01\0\0\0\0\0\0";
        assert_eq!(
            run(
                "socks5://proxy",
                "broker:1883",
                &[
                    (b"\x05\x01\0", b"\x05\0"),
                    (
                        b"\x05\x01\0\x03\x06broker\x07\x5b",
                        b"\x05\0\0\x03\x01x\0\0"
                    )
                ]
            ),
            Ok(())
        );
        assert_eq!(
            run(
                "socks5://u:pw@proxy",
                "192.0.2.1:1",
                &[
                    (b"\x05\x02\0\x02", b"\x05\x02"),
                    (b"\x01\x01u\x02pw", b"\x01\0"),
                    (b"\x05\x01\0\x01\xc0\0\x02\x01\0\x01", BOUND)
                ]
            ),
            Ok(())
        );
        let no_method = run("socks5://p", "h:1", &[(b"\x05\x01\0", b"\x05\xff")]);
        assert_eq!(
            no_method,
            Err(BridgeFailure::Proxy(
                "it asks for a name and password".into()
            ))
        );
        assert_eq!(
            run(
                "socks5://p",
                "[::1]:1",
                &[
                    (b"\x05\x01\0", b"\x05\0"),
                    (
                        b"\x05\x01\0\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\x01",
                        REFUSED
                    )
                ]
            ),
            Err(BridgeFailure::Proxy(
                "the connection was refused (code 5)".into()
            ))
        );
    }

    #[test]
    fn proxies_are_read_and_their_passwords_never_told() {
        let proxy = Proxy::of("socks5://u:a:b@[::1]").unwrap();
        assert_eq!((proxy.at.host.as_str(), proxy.at.port), ("::1", 1080));
        assert_eq!(proxy.user, Some(("u".into(), "a:b".into())));
        for wrong in [
            "",
            "proxy:1",
            "https://secret@h",
            "http://u:secret@",
            "http://u:secret@h:x",
        ] {
            let Err(BridgeFailure::Address(why)) = Proxy::of(wrong) else {
                panic!("{wrong}")
            };
            assert!(!why.contains("secret"), "{why}");
        }
    }
}
