//! Blocks of pcapng (draft-ietf-opsawg-pcapng), and the headers of IP and TCP in them.

use core::net::{IpAddr, SocketAddr};

/// Bytes of a TCP header without options.
const TCP_HEADER: usize = 20;
const IPV4_HEADER: usize = 20;
const IPV6_HEADER: usize = 40;

/// Options of blocks.
const COMMENT: u16 = 1;
const USER_APPLICATION: u16 = 4;
const TIME_RESOLUTION: u16 = 9;
pub(super) const DROPPED_BY_INTERFACE: u16 = 5;

/// The longest text of an option: its length has 16 bits.
const LONGEST_TEXT: usize = 1000;

/// A TCP segment.
pub(super) struct Segment<'a> {
    pub(super) source: SocketAddr,
    pub(super) destination: SocketAddr,
    pub(super) sequence: u32,
    pub(super) acknowledged: u32,
    pub(super) flags: u8,
    pub(super) bytes: &'a [u8],
}

/// A segment as a frame of the file.
pub(super) struct Frame<'a> {
    pub(super) segment: Segment<'a>,
    /// Empty for none.
    pub(super) comment: &'a str,
    pub(super) at_ns: u64,
}

/// A Section Header Block of unknown length, little-endian.
pub(super) fn section(application: &str, out: &mut Vec<u8>) {
    block(0x0a0d_0d0a, out, |out| {
        out.extend(0x1a2b_3c4d_u32.to_le_bytes());
        out.extend([1, 0, 0, 0]);
        out.extend([0xff; 8]);
        option(USER_APPLICATION, application.as_bytes(), out);
        option(0, &[], out);
    });
}

/// An Interface Description Block whose times are nanoseconds.
pub(super) fn interface(link_type: u16, out: &mut Vec<u8>) {
    block(1, out, |out| {
        out.extend(link_type.to_le_bytes());
        out.extend([0; 6]);
        option(TIME_RESOLUTION, &[9], out);
        option(0, &[], out);
    });
}

/// An Interface Statistics Block: frames that are not in the file, in all, and why.
pub(super) fn statistics(dropped: u64, comment: &str, at_ns: u64, out: &mut Vec<u8>) {
    block(5, out, |out| {
        out.extend([0; 4]);
        time(at_ns, out);
        option(COMMENT, comment.as_bytes(), out);
        option(DROPPED_BY_INTERFACE, &dropped.to_le_bytes(), out);
        option(0, &[], out);
    });
}

/// Nanoseconds as two words, the high one first.
fn time(at_ns: u64, out: &mut Vec<u8>) {
    let [a, b, c, d, e, f, g, h] = at_ns.to_be_bytes();
    out.extend([d, c, b, a, h, g, f, e]);
}

impl Frame<'_> {
    /// An Enhanced Packet Block.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let len = self.segment.len();
        block(6, out, |out| {
            out.extend([0; 4]);
            time(self.at_ns, out);
            out.extend(len.to_le_bytes());
            out.extend(len.to_le_bytes());
            self.segment.write(out);
            pad(out);
            if !self.comment.is_empty() {
                option(COMMENT, self.comment.as_bytes(), out);
                option(0, &[], out);
            }
        });
    }
}

/// A block: its type, its length before and behind it.
fn block(kind: u32, out: &mut Vec<u8>, body: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend(kind.to_le_bytes());
    out.extend([0; 4]);
    body(out);
    let len = out.len().saturating_sub(start).saturating_add(4);
    let len = u32::try_from(len).unwrap_or(u32::MAX).to_le_bytes();
    if let Some(place) = out.get_mut(start.saturating_add(4)..start.saturating_add(8)) {
        place.copy_from_slice(&len);
    }
    out.extend(len);
}

fn option(code: u16, value: &[u8], out: &mut Vec<u8>) {
    let value = value.get(..LONGEST_TEXT).unwrap_or(value);
    out.extend(code.to_le_bytes());
    out.extend(u16::try_from(value.len()).unwrap_or(0).to_le_bytes());
    out.extend_from_slice(value);
    pad(out);
}

/// Blocks begin at multiples of four bytes, and so does all in them.
fn pad(out: &mut Vec<u8>) {
    out.resize(out.len().next_multiple_of(4), 0);
}

impl Segment<'_> {
    fn tcp_len(&self) -> usize {
        self.bytes.len().saturating_add(TCP_HEADER)
    }

    /// Bytes of the whole IP packet.
    fn len(&self) -> u32 {
        let header = if self.source.is_ipv4() {
            IPV4_HEADER
        } else {
            IPV6_HEADER
        };
        u32::try_from(self.tcp_len().saturating_add(header)).unwrap_or(u32::MAX)
    }

    fn write(&self, out: &mut Vec<u8>) {
        let tcp_len = u16::try_from(self.tcp_len()).unwrap_or(u16::MAX);
        let mut sum = Sum::default();
        match (self.source.ip(), self.destination.ip()) {
            (IpAddr::V4(source), IpAddr::V4(destination)) => {
                let addresses = [source.octets(), destination.octets()];
                ipv4(tcp_len, addresses, out);
                addresses.iter().for_each(|address| sum.add(address));
            }
            (source, destination) => {
                let addresses = [source, destination].map(|address| match address {
                    IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
                    IpAddr::V6(address) => address.octets(),
                });
                ipv6(tcp_len, addresses, out);
                addresses.iter().for_each(|address| sum.add(address));
            }
        }
        // The pseudo header (RFC 9293, section 3.1): addresses, protocol, length.
        sum.add(&[0, 6]);
        sum.add(&tcp_len.to_be_bytes());
        let [a, b] = self.source.port().to_be_bytes();
        let [c, d] = self.destination.port().to_be_bytes();
        let [e, f, g, h] = self.sequence.to_be_bytes();
        let [i, j, k, l] = self.acknowledged.to_be_bytes();
        // Five words of header, and a full window.
        let header = [
            a,
            b,
            c,
            d,
            e,
            f,
            g,
            h,
            i,
            j,
            k,
            l,
            5 << 4,
            self.flags,
            0xff,
            0xff,
        ];
        sum.add(&header);
        sum.add(self.bytes);
        out.extend(header);
        out.extend(sum.checksum());
        out.extend([0; 2]);
        out.extend_from_slice(self.bytes);
    }
}

fn ipv4(tcp_len: u16, addresses: [[u8; 4]; 2], out: &mut Vec<u8>) {
    let [high, low] = tcp_len.saturating_add(20).to_be_bytes();
    // Version 4, five words; "do not fragment"; 64 hops; TCP.
    let before = [0x45, 0, high, low, 0, 0, 0x40, 0, 64, 6];
    let mut sum = Sum::default();
    sum.add(&before);
    addresses.iter().for_each(|address| sum.add(address));
    out.extend(before);
    out.extend(sum.checksum());
    out.extend(addresses.as_flattened());
}

fn ipv6(tcp_len: u16, addresses: [[u8; 16]; 2], out: &mut Vec<u8>) {
    let [high, low] = tcp_len.to_be_bytes();
    out.extend([0x60, 0, 0, 0, high, low, 6, 64]);
    out.extend(addresses.as_flattened());
}

/// The checksum of IP and TCP (RFC 1071), over parts of which all but the last have an even length.
#[derive(Default)]
struct Sum(u64);

impl Sum {
    fn add(&mut self, bytes: &[u8]) {
        let (pairs, rest) = bytes.as_chunks::<2>();
        let sum: u64 = pairs
            .iter()
            .map(|pair| u64::from(u16::from_be_bytes(*pair)))
            .sum();
        let last = rest.first().map_or(0, |&byte| u64::from(byte) << 8);
        self.0 = self.0.saturating_add(sum).saturating_add(last);
    }

    fn checksum(&self) -> [u8; 2] {
        let mut sum = self.0;
        while sum > 0xffff {
            sum = (sum & 0xffff).saturating_add(sum >> 16);
        }
        (!u16::try_from(sum).unwrap_or(0)).to_be_bytes()
    }
}
