//! The PROXY protocol, versions 1 and 2: who the client of a load balancer is, before its first bytes.
//!
//! <https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt>

use std::net::{IpAddr, SocketAddr};

use anyhow::{Result, bail};
use clap::ValueEnum;
use tokio::io::{AsyncRead, AsyncReadExt as _};

const SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";
/// The longest line of version 1, its end included.
const LONGEST_LINE: usize = 107;
/// Bytes of a header of version 2 behind its first 16 that are read: addresses, and a few more things.
const LONGEST_BODY: usize = 4096;

/// A version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Version {
    V1,
    V2,
}

/// Client and server as a header names them; `None`: the proxy speaks for itself, or does not know.
pub(crate) type Ends = Option<(SocketAddr, SocketAddr)>;

/// Reads the header that stands before all else, and not a byte more.
///
/// # Errors
/// There is none, or it is broken.
pub(crate) async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Result<Ends> {
    let mut head = [0_u8; 6];
    stream.read_exact(&mut head).await?;
    if head == *b"PROXY " {
        return version_1(stream).await;
    }
    let mut rest = [0_u8; 10];
    let fits = SIGNATURE.starts_with(&head);
    if fits {
        stream.read_exact(&mut rest).await?;
    }
    let [ref signature @ .., command, family, high, low] = rest;
    if !fits || !SIGNATURE.ends_with(signature) || command >> 4 != 2 {
        bail!("no PROXY protocol header stands before its bytes");
    }
    let len = usize::from(u16::from_be_bytes([high, low]));
    if len > LONGEST_BODY {
        bail!("its PROXY protocol header has {len} bytes, more than {LONGEST_BODY}");
    }
    let mut body = vec![0_u8; len];
    stream.read_exact(&mut body).await?;
    match command & 0x0f {
        0 => Ok(None),
        1 => ends(family, &body),
        other => bail!("its PROXY protocol header has the unknown command {other}"),
    }
}

async fn version_1(stream: &mut (impl AsyncRead + Unpin)) -> Result<Ends> {
    let mut line = Vec::with_capacity(LONGEST_LINE);
    while !line.ends_with(b"\r\n") {
        if line.len() >= LONGEST_LINE {
            bail!("its PROXY protocol line has no end");
        }
        line.push(stream.read_u8().await?);
    }
    let text = str::from_utf8(&line)?.trim_end();
    let words: Vec<&str> = text.split(' ').collect();
    match *words.as_slice() {
        ["UNKNOWN", ..] => Ok(None),
        ["TCP4" | "TCP6", from, to, from_port, to_port] => {
            let end = |address: &str, port: &str| -> Result<SocketAddr> {
                Ok(SocketAddr::new(address.parse()?, port.parse()?))
            };
            Ok(Some((end(from, from_port)?, end(to, to_port)?)))
        }
        _ => bail!("its PROXY protocol line is broken"),
    }
}

fn ends(family: u8, body: &[u8]) -> Result<Ends> {
    let parts = match family >> 4 {
        1 => body.first_chunk::<12>().map(|body| {
            let [a, b, c, d, e, f, g, h, from @ .., i, j] = *body;
            let [high, low] = from;
            (
                SocketAddr::new(IpAddr::from([a, b, c, d]), u16::from_be_bytes([high, low])),
                SocketAddr::new(IpAddr::from([e, f, g, h]), u16::from_be_bytes([i, j])),
            )
        }),
        2 => body.first_chunk::<36>().and_then(|body| {
            let (from, rest) = body.split_first_chunk::<16>()?;
            let (to, rest) = rest.split_first_chunk::<16>()?;
            let &[a, b, c, d] = rest.first_chunk::<4>()?;
            Some((
                SocketAddr::new(IpAddr::from(*from), u16::from_be_bytes([a, b])),
                SocketAddr::new(IpAddr::from(*to), u16::from_be_bytes([c, d])),
            ))
        }),
        // Unix sockets and what is not told.
        _ => return Ok(None),
    };
    match parts {
        Some(parts) => Ok(Some(parts)),
        None => bail!("its PROXY protocol header is too short for its addresses"),
    }
}

/// Writes a header.
pub(crate) fn write(version: Version, ends: Ends) -> Vec<u8> {
    let same = ends.filter(|(from, to)| from.is_ipv4() == to.is_ipv4());
    match (version, same) {
        (Version::V1, None) => b"PROXY UNKNOWN\r\n".to_vec(),
        (Version::V1, Some((from, to))) => {
            let family = if from.is_ipv4() { "TCP4" } else { "TCP6" };
            let (a, b, c, d) = (from.ip(), to.ip(), from.port(), to.port());
            format!("PROXY {family} {a} {b} {c} {d}\r\n").into_bytes()
        }
        (Version::V2, ends) => {
            let mut header = SIGNATURE.to_vec();
            let (family, mut body) = match ends.map(|(from, to)| (from.ip(), to.ip())) {
                Some((IpAddr::V4(from), IpAddr::V4(to))) => {
                    (0x11, [from.octets(), to.octets()].concat())
                }
                Some((IpAddr::V6(from), IpAddr::V6(to))) => {
                    (0x21, [from.octets(), to.octets()].concat())
                }
                _ => (0, Vec::new()),
            };
            if let Some((from, to)) = ends {
                body.extend(from.port().to_be_bytes());
                body.extend(to.port().to_be_bytes());
            }
            // Command 1 passes a client on, command 0 says that there is none.
            header.extend([0x20 | u8::from(ends.is_some()), family]);
            header.extend(u16::try_from(body.len()).unwrap_or(0).to_be_bytes());
            header.extend(body);
            header
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(bytes: &[u8]) -> Result<(Ends, Vec<u8>)> {
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        runtime.block_on(async {
            let mut rest = bytes;
            let ends = read(&mut rest).await?;
            Ok((ends, rest.to_vec()))
        })
    }

    #[test]
    fn what_is_written_is_read_and_nothing_behind_it() {
        let v4: Ends = Some((
            "10.0.0.7:50000".parse().unwrap(),
            "10.0.0.1:1883".parse().unwrap(),
        ));
        let v6: Ends = Some((
            "[2001:db8::7]:1".parse().unwrap(),
            "[::1]:65535".parse().unwrap(),
        ));
        for version in [Version::V1, Version::V2] {
            for ends in [v4, v6, None] {
                let mut bytes = write(version, ends);
                bytes.extend(b"\x10\x00");
                assert_eq!(read_all(&bytes).unwrap(), (ends, b"\x10\x00".to_vec()));
            }
        }
        assert_eq!(
            write(Version::V1, v4),
            b"PROXY TCP4 10.0.0.7 10.0.0.1 50000 1883\r\n"
        );
    }

    #[test]
    fn what_is_no_header_is_refused() {
        let wrong: [&[u8]; 6] = [
            b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x3c",
            b"PROXY TCP4 a b c d\r\n",
            b"PROXY TCP4 10.0.0.7",
            &[b'x'; 300],
            b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x04abcd",
            b"\r\n\r\n\0\r\nQUIT\n\x21\x11\xff\xff",
        ];
        for bytes in wrong {
            assert!(read_all(bytes).is_err(), "{bytes:?}");
        }
        let endless = [&b"PROXY "[..], &[b'x'; 300]].concat();
        let error = read_all(&endless).unwrap_err();
        assert!(error.to_string().contains("no end"), "{error}");
    }
}
