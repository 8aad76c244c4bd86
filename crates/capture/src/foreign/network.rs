//! The headers of a network packet: Ethernet or another link, IP, TCP or UDP.

use core::fmt;
use core::net::IpAddr;
use core::ops::Range;

use etherparse::{
    EtherType, LaxNetSlice, LaxSlicedPacket, TransportSlice, ether_type::IPV4, ether_type::IPV6,
};

use super::{Confidence, Foreign, Protocol, counted};

/// An address and a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Endpoint {
    /// The address.
    pub address: IpAddr,
    /// The port.
    pub port: u16,
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.address {
            IpAddr::V4(address) => write!(f, "{address}:{}", self.port),
            IpAddr::V6(address) => write!(f, "[{address}]:{}", self.port),
        }
    }
}

/// What stands below IP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Link {
    Ethernet,
    /// IP at once.
    Raw,
    /// Four bytes that name the family, in whichever byte order.
    Loopback,
    /// Linux `any` device, 16 bytes.
    Sll,
}

/// A TCP segment or a UDP datagram in a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) source: Endpoint,
    pub(crate) destination: Endpoint,
    /// `None`: UDP.
    pub(crate) tcp: Option<Tcp>,
    /// Where in the frame the payload stands, as far as it is there.
    pub(crate) payload: Range<usize>,
    /// Bytes of the payload that the capture left out.
    pub(crate) missing: usize,
    /// Names and lengths of the headers.
    pub(crate) headers: Vec<(&'static str, usize)>,
}

/// What a TCP header says of the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tcp {
    pub(crate) sequence: u32,
    pub(crate) is_syn: bool,
    pub(crate) is_ack: bool,
}

impl Segment {
    pub(crate) const fn is_tcp(&self) -> bool {
        self.tcp.is_some()
    }
}

/// Reads a frame of a known link.
pub(crate) fn segment(frame: &[u8], link: Link) -> Option<Segment> {
    let (header, skip) = match link {
        Link::Ethernet => ("Ethernet header", 14),
        Link::Raw => ("", 0),
        Link::Loopback => ("loopback header", 4),
        Link::Sll => ("Linux cooked header", 16),
    };
    let packet = frame.get(skip..)?;
    let sliced = match link {
        Link::Ethernet => LaxSlicedPacket::from_ethernet(frame).ok()?,
        Link::Raw | Link::Loopback => LaxSlicedPacket::from_ip(packet).ok()?,
        Link::Sll => LaxSlicedPacket::from_ether_type(ether_type(frame, 14)?, packet),
    };
    let (source, destination, ip_name, ip_payload, missing) = match sliced.net? {
        LaxNetSlice::Ipv4(ip) => {
            let payload = ip.payload().payload;
            let header = ip.header();
            if ip.is_payload_fragmented() && header.fragments_offset().value() > 0 {
                return None;
            }
            let announced = header.payload_len().map_or(0, usize::from);
            (
                IpAddr::V4(header.source_addr()),
                IpAddr::V4(header.destination_addr()),
                "IPv4 header",
                payload,
                announced.saturating_sub(payload.len()),
            )
        }
        LaxNetSlice::Ipv6(ip) => {
            let payload = ip.payload().payload;
            let header = ip.header();
            let announced = usize::from(header.payload_length());
            (
                IpAddr::V6(header.source_addr()),
                IpAddr::V6(header.destination_addr()),
                "IPv6 header",
                payload,
                announced.saturating_sub(payload.len()),
            )
        }
        LaxNetSlice::Arp(_) => return None,
    };
    let (from, to, tcp, payload, name) = match sliced.transport? {
        TransportSlice::Tcp(tcp) => {
            let said = Tcp {
                sequence: tcp.sequence_number(),
                is_syn: tcp.syn(),
                is_ack: tcp.ack(),
            };
            let (from, to) = (tcp.source_port(), tcp.destination_port());
            (from, to, Some(said), tcp.payload(), "TCP header")
        }
        TransportSlice::Udp(udp) => {
            let (from, to) = (udp.source_port(), udp.destination_port());
            (from, to, None, udp.payload(), "UDP header")
        }
        _ => return None,
    };
    let ip_start = place(frame, ip_payload)?;
    let start = place(frame, payload)?;
    // VLAN tags count as part of the link, extensions as part of IP.
    let link_len = if link == Link::Ethernet {
        ip_offset(frame)?
    } else {
        skip
    };
    let mut headers = vec![
        (header, link_len),
        (ip_name, ip_start.saturating_sub(link_len)),
        (name, start.saturating_sub(ip_start)),
    ];
    headers.retain(|(_, len)| *len > 0);
    Some(Segment {
        source: Endpoint {
            address: source,
            port: from,
        },
        destination: Endpoint {
            address: destination,
            port: to,
        },
        tcp,
        payload: start..start.saturating_add(payload.len()),
        missing,
        headers,
    })
}

fn ether_type(frame: &[u8], at: usize) -> Option<EtherType> {
    let bytes = frame.get(at..)?.first_chunk::<2>()?;
    Some(EtherType(u16::from_be_bytes(*bytes)))
}

/// Where IP begins behind an Ethernet header with its VLAN tags.
fn ip_offset(frame: &[u8]) -> Option<usize> {
    let mut at = 12_usize;
    for _ in 0..4 {
        let kind = ether_type(frame, at)?;
        at = at.saturating_add(2);
        match kind.0 {
            0x8100 | 0x88a8 | 0x9100 => at = at.saturating_add(2),
            _ => break,
        }
    }
    Some(at)
}

/// Where a part of a slice begins in it.
fn place(whole: &[u8], part: &[u8]) -> Option<usize> {
    let at = part.as_ptr().addr().checked_sub(whole.as_ptr().addr())?;
    (at.saturating_add(part.len()) <= whole.len()).then_some(at)
}

/// Reads bytes that nobody says the link of, where the headers prove themselves.
pub(super) fn guess(bytes: &[u8]) -> Option<Segment> {
    if is_ip(bytes) {
        return segment(bytes, Link::Raw);
    }
    let at = ip_offset(bytes)?;
    let kind = ether_type(bytes, at.checked_sub(2)?)?;
    let is_known = kind == IPV4 || kind == IPV6;
    if is_known && is_ip(bytes.get(at..)?) {
        return segment(bytes, Link::Ethernet);
    }
    // The links of a capture: their headers are followed by IP at a fixed place.
    let family = matches!(
        bytes.first_chunk::<4>(),
        Some([2 | 10 | 24 | 28 | 30, 0, 0, 0] | [0, 0, 0, 2 | 10 | 24 | 28 | 30])
    );
    if family && is_ip(bytes.get(4..)?) {
        return segment(bytes, Link::Loopback);
    }
    let kind = ether_type(bytes, 14)?;
    if (kind == IPV4 || kind == IPV6) && is_ip(bytes.get(16..)?) {
        return segment(bytes, Link::Sll);
    }
    None
}

/// Ports of MQTT.
const PORTS: [u16; 2] = [1883, 8883];

/// Whether an IP packet with TCP that a capture cut short begins here: with a port of MQTT, and headers that are whole.
fn is_cut(ip: &[u8], header: usize) -> bool {
    let tcp = ip.get(header..).unwrap_or_default();
    let &[a, b, c, d, _, _, _, _, _, _, _, _, offset, flags, ..] = tcp else {
        return false;
    };
    let has_port = [[a, b], [c, d]]
        .map(u16::from_be_bytes)
        .iter()
        .any(|port| PORTS.contains(port));
    let len = usize::from(offset >> 4).saturating_mul(4);
    has_port && offset & 15 == 0 && flags & 0x3f != 0 && len >= 20 && len <= tcp.len()
}

/// Whether an IP packet with TCP or UDP begins here: a whole one, or one that proves itself.
fn is_ip(bytes: &[u8]) -> bool {
    match bytes {
        [0x45..=0x4f, _, high, low, _, _, _, _, _, 6 | 17, ..] => {
            let total = usize::from(u16::from_be_bytes([*high, *low]));
            // Ethernet pads short packets; a capture may cut them short.
            let fits = bytes.len() == total || (bytes.len() > total && bytes.len() <= 46);
            let words = usize::from(bytes.first().copied().unwrap_or(0) & 15);
            let is_cut = || total > bytes.len() && is_cut(bytes, words.saturating_mul(4));
            total >= 28 && (fits || has_checksum(bytes) || is_cut())
        }
        [0x60..=0x6f, _, _, _, high, low, 6 | 17, ..] if bytes.len() >= 48 => {
            let payload = usize::from(u16::from_be_bytes([*high, *low]));
            payload.saturating_add(40) == bytes.len()
                || (payload.saturating_add(40) < bytes.len() && bytes.len() <= 64)
                || payload.saturating_add(40) > bytes.len() && is_cut(bytes, 40)
        }
        _ => false,
    }
}

fn has_checksum(bytes: &[u8]) -> bool {
    let words = usize::from(bytes.first().copied().unwrap_or(0) & 15).saturating_mul(4);
    let Some(header) = bytes.get(..words) else {
        return false;
    };
    let (pairs, _) = header.as_chunks::<2>();
    let sum = pairs.iter().fold(0_u32, |sum, pair| {
        sum.saturating_add(u16::from_be_bytes(*pair).into())
    });
    let folded = (sum & 0xffff).saturating_add(sum >> 16);
    let folded = (folded & 0xffff).saturating_add(folded >> 16);
    folded == 0xffff
}

pub(super) fn recognize(bytes: &[u8]) -> Option<Foreign> {
    let segment = guess(bytes)?;
    let names: Vec<&str> = segment
        .headers
        .iter()
        .map(|(name, _)| name.trim_end_matches(" header"))
        .collect();
    let inside = bytes.get(segment.payload.clone()).unwrap_or_default();
    let len = counted(inside.len(), "byte");
    let mut what = format!(
        "a network packet ({}) from {} to {} with {len} of payload",
        names.join(", "),
        segment.source,
        segment.destination
    );
    let found = super::recognize_payload(inside);
    let advice = match &found {
        _ if inside.is_empty() => {
            "This packet carries no data (it only opens, acknowledges or closes the connection)."
                .to_owned()
        }
        Some(found) => {
            what.push_str(&format!(": {}", found.what));
            found.advice.clone()
        }
        None => "MQTT comes after the headers: skip them.".to_owned(),
    };
    let protocol = found.map_or(Protocol::Network, |found| found.protocol);
    Some(Foreign::new(protocol, Confidence::Certain, what, advice))
}
