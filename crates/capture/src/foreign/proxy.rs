//! The PROXY protocol, versions 1 and 2: what a load balancer writes before the client's bytes.

use core::net::{Ipv4Addr, Ipv6Addr};

use super::{Confidence, Foreign, Protocol};

const SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";

/// The longest line of version 1.
const LONGEST_LINE: usize = 107;

const ADVICE: &str = "A load balancer puts it before the client's first bytes. A broker that does not expect it reads it as a \
    packet before CONNECT: turn the PROXY protocol on in the broker's listener, or off in the load balancer.";

/// A header, its length, and what it says.
pub(super) struct Header {
    pub(super) len: usize,
    pub(super) says: String,
}

pub(super) fn recognize(bytes: &[u8]) -> Option<Foreign> {
    let header = header(bytes)?;
    Some(Foreign::new(
        Protocol::Proxy,
        Confidence::Certain,
        header.says,
        ADVICE,
    ))
}

pub(super) fn header(bytes: &[u8]) -> Option<Header> {
    version_1(bytes).or_else(|| version_2(bytes))
}

fn version_1(bytes: &[u8]) -> Option<Header> {
    let head = bytes.get(..bytes.len().min(LONGEST_LINE))?;
    let end = head.windows(2).position(|part| part == b"\r\n")?;
    let line = core::str::from_utf8(head.get(..end)?).ok()?;
    let mut words = line.split(' ');
    if words.next() != Some("PROXY") {
        return None;
    }
    let len = end.saturating_add(2);
    let says = match (
        words.next()?,
        words.next(),
        words.next(),
        words.next(),
        words.next(),
    ) {
        ("UNKNOWN", ..) => {
            "a PROXY protocol header, version 1, of an unknown connection".to_owned()
        }
        ("TCP4" | "TCP6", Some(source), Some(destination), Some(from), Some(to))
            if from.parse::<u16>().is_ok() && to.parse::<u16>().is_ok() =>
        {
            let source = endpoint(source, from);
            let destination = endpoint(destination, to);
            format!("a PROXY protocol header, version 1: from {source} to {destination}")
        }
        _ => return None,
    };
    Some(Header { len, says })
}

fn endpoint(address: &str, port: &str) -> String {
    let address = mqttscope_wire::explain::shown(address.as_bytes(), 60);
    if address.contains(':') {
        format!("[{address}]:{port}")
    } else {
        format!("{address}:{port}")
    }
}

fn version_2(bytes: &[u8]) -> Option<Header> {
    let rest = bytes.strip_prefix(&SIGNATURE)?;
    let Some((&[command, family, high, low], body)) = rest.split_first_chunk::<4>() else {
        return Some(Header {
            len: bytes.len(),
            says: "a PROXY protocol header, version 2, cut short".to_owned(),
        });
    };
    let length = usize::from(u16::from_be_bytes([high, low]));
    let len = length.saturating_add(16);
    let addresses = body.get(..length).and_then(|body| addresses(family, body));
    let says = match (command & 0x0f, addresses) {
        _ if body.len() < length => {
            "a PROXY protocol header, version 2, cut short".to_owned()
        }
        (0, _) => "a PROXY protocol header, version 2, of a connection of the proxy itself (such as a health check)".to_owned(),
        (_, Some(addresses)) => format!("a PROXY protocol header, version 2: {addresses}"),
        (_, None) => "a PROXY protocol header, version 2".to_owned(),
    };
    Some(Header {
        len: len.min(bytes.len()),
        says,
    })
}

fn addresses(family: u8, body: &[u8]) -> Option<String> {
    match family >> 4 {
        1 => {
            let (source, rest) = body.split_first_chunk::<4>()?;
            let (destination, rest) = rest.split_first_chunk::<4>()?;
            let (from, to) = ports(rest)?;
            let (source, destination) = (Ipv4Addr::from(*source), Ipv4Addr::from(*destination));
            Some(format!("from {source}:{from} to {destination}:{to}"))
        }
        2 => {
            let (source, rest) = body.split_first_chunk::<16>()?;
            let (destination, rest) = rest.split_first_chunk::<16>()?;
            let (from, to) = ports(rest)?;
            let (source, destination) = (Ipv6Addr::from(*source), Ipv6Addr::from(*destination));
            Some(format!("from [{source}]:{from} to [{destination}]:{to}"))
        }
        3 => Some("between Unix sockets".to_owned()),
        _ => None,
    }
}

fn ports(bytes: &[u8]) -> Option<(u16, u16)> {
    let &[a, b, c, d] = bytes.first_chunk::<4>()?;
    Some((u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])))
}
