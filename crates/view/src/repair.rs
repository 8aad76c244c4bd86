//! What somebody who wrote a packet by hand probably meant: a length that is written wrong, and bytes
//! that do not belong to it.
//!
//! Nothing is offered that does not turn the packet into a sound one.

use mqttscope_wire::{Context, Limits, ProtocolVersion, Sender, dissect_within, frame, varint};
use serde::{Deserialize, Serialize};

/// A packet that may be wrong, and what stands behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubtful<'a> {
    /// The packet's bytes and those behind it.
    #[serde(with = "serde_bytes", borrow)]
    pub bytes: &'a [u8],
    /// How many are the packet's.
    pub len: usize,
    /// The version it is read in.
    pub version: ProtocolVersion,
    /// Who sent it.
    pub sender: Option<Sender>,
    /// All `bytes` are known to be one packet: they stood on a line of their own.
    pub is_whole: bool,
}

impl Doubtful<'_> {
    /// The changes that make it sound; none for a sound one, and of the rest only what is likely.
    #[must_use]
    pub fn repairs(&self) -> Vec<Repair> {
        let context = Context {
            version: self.version,
            sender: self.sender,
        };
        let likely = repairs(self.bytes, self.len, context);
        if !self.is_whole {
            return likely;
        }
        let whole = of_whole(self.bytes, self.len, context);
        let is_other = |other: &Repair| {
            whole
                .as_ref()
                .is_none_or(|whole| whole.bytes != other.bytes)
        };
        let others: Vec<_> = likely.into_iter().filter(is_other).collect();
        whole.into_iter().chain(others).collect()
    }
}

/// A change that makes a packet sound.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repair {
    /// What is done.
    pub what: String,
    /// What the packet's bytes become. Those behind it stay, and may then belong to it.
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
    /// What speaks for it.
    pub why: String,
}

/// What a modem's Ctrl-Z and a line end leave behind what was sent through it; the longest first.
const TAILS: [&[u8]; 4] = [b"\x1a\r\n", b"\r\n", b"\x1a", b"\n"];

/// The changes that make the packet sound with which `bytes` begin: its own first `len`, and those
/// behind it. None for a sound one, and of the rest only what is likely.
#[must_use]
fn repairs(bytes: &[u8], len: usize, context: Context) -> Vec<Repair> {
    let packet = bytes.get(..len).unwrap_or(bytes);
    if is_sound(packet, context) {
        return Vec::new();
    }
    let mut found: Vec<Repair> = Vec::new();
    let mut offer = |repair: Option<Repair>| {
        if let Some(repair) = repair
            && !found.iter().any(|other| other.bytes == repair.bytes)
        {
            found.push(repair);
        }
    };
    offer(tail(bytes, len));
    offer(doubled(bytes, len, context));
    for length in lengths(bytes, len) {
        offer(length.repair(bytes, len, context));
    }
    offer(tail_within(packet, context));
    offer(without_property_length(packet, context));
    found
}

/// The length that all `bytes` make, which are known to be one packet; its own first `len` are what is shown as such.
fn of_whole(bytes: &[u8], len: usize, context: Context) -> Option<Repair> {
    let packet = with_length(bytes, bytes.len()).filter(|packet| packet != bytes)?;
    let frame::Header::Complete { header_len, .. } = frame::header(&packet) else {
        return None;
    };
    let body = packet.len().checked_sub(header_len)?;
    let length = packet.get(1..header_len)?;
    // What stands behind the packet now belongs to it then.
    let own = packet.len().checked_sub(bytes.len().checked_sub(len)?)?;
    is_sound(&packet, context).then(|| Repair {
        what: format!("Write the length {body} as {}", hex(length)),
        bytes: packet.get(..own).unwrap_or_default().to_vec(),
        why: format!("{body} bytes follow the length on this line."),
    })
}

/// In the version at hand or, as that may be a guess, in another.
fn is_sound(packet: &[u8], context: Context) -> bool {
    let others = [ProtocolVersion::V3_1_1, ProtocolVersion::V5];
    let others = others
        .into_iter()
        .filter(|version| *version != context.version);
    std::iter::once(context.version)
        .chain(others)
        .any(|version| {
            let context = Context { version, ..context };
            let dissection = dissect_within(packet, context, Limits::COUNTS);
            dissection.missing == 0 && !dissection.has_errors() && dissection.len == packet.len()
        })
}

/// The packet is nothing but what a modem left behind the one before.
fn tail(bytes: &[u8], len: usize) -> Option<Repair> {
    let tail = TAILS.into_iter().find(|&tail| tail == bytes)?;
    (len == bytes.len()).then(|| Repair {
        what: format!("Take {} out", hex(tail)),
        bytes: Vec::new(),
        why: format!("{} is {}, not MQTT.", hex(tail), named(tail)),
    })
}

/// The packet is sound without what a modem left at its end.
fn tail_within(packet: &[u8], context: Context) -> Option<Repair> {
    TAILS.into_iter().find_map(|tail| {
        let rest = packet.strip_suffix(tail)?;
        let bytes = with_length(rest, rest.len())?;
        is_sound(&bytes, context).then(|| Repair {
            what: format!("Take {} out at the end", hex(tail)),
            bytes,
            why: format!(
                "{} is {}; the packet is whole without it.",
                hex(tail),
                named(tail)
            ),
        })
    })
}

/// A CONNECT of version 5 as it was before version 5: without a Property Length, or without that of the
/// Will Properties, or both.
fn without_property_length(packet: &[u8], context: Context) -> Option<Repair> {
    let frame::Header::Complete { header_len, .. } = frame::header(packet) else {
        return None;
    };
    // A field with its length in two bytes before it: where it ends.
    let behind = |at: usize| {
        let len = packet.get(at..)?.first_chunk::<2>()?;
        Some(at.saturating_add(2 + usize::from(u16::from_be_bytes(*len))))
    };
    let level = behind(header_len)?;
    let &[5, flags, ..] = packet.get(level..)? else {
        return None;
    };
    if packet.first()? >> 4 != 1 {
        return None;
    }
    let properties = level.saturating_add(4);
    let will = behind(properties).filter(|_| flags & 4 != 0);
    let will_behind_properties = behind(properties.saturating_add(1)).filter(|_| flags & 4 != 0);
    let places = [
        (Some(properties), None, "behind Keep Alive"),
        (
            Some(properties),
            will,
            "behind Keep Alive and before the Will Topic",
        ),
        (None, will_behind_properties, "before the Will Topic"),
    ];
    places.into_iter().find_map(|(first, second, place)| {
        let at = first.or(second)?;
        let (start, rest) = packet.split_at_checked(at)?;
        let mut bytes = [start, &[0]].concat();
        match (first, second) {
            (Some(first), Some(second)) => {
                let (middle, end) = rest.split_at_checked(second.checked_sub(first)?)?;
                bytes.extend([middle, &[0], end].concat());
            }
            _ => bytes.extend_from_slice(rest),
        }
        let bytes = with_length(&bytes, bytes.len())?;
        is_sound(&bytes, context).then(|| Repair {
            what: format!("Add a Property Length of 0 {place}"),
            bytes,
            why: "Version 5 has a Property Length there, 00 where there are no properties.".into(),
        })
    })
}

/// The fixed header stands there twice.
fn doubled(bytes: &[u8], len: usize, context: Context) -> Option<Repair> {
    let frame::Header::Complete { header_len, .. } = frame::header(bytes) else {
        return None;
    };
    let (header, behind) = bytes.split_at_checked(header_len)?;
    let _ = behind.strip_prefix(header)?;
    is_sound(whole(behind)?, context).then(|| Repair {
        what: format!("Take the second {} out", hex(header)),
        bytes: bytes.get(header_len..len).unwrap_or_default().to_vec(),
        why: format!("The fixed header {} stands there twice.", hex(header)),
    })
}

/// What the length was probably meant to be.
struct Length {
    /// Bytes of the length as it is written.
    written: usize,
    /// The number that was meant.
    meant: usize,
    why: String,
}

impl Length {
    fn repair(self, bytes: &[u8], len: usize, context: Context) -> Option<Repair> {
        let start = self.written.saturating_add(1);
        if start > len {
            // The change would reach into what is another packet now.
            return None;
        }
        let first = *bytes.first()?;
        let mut length = Vec::new();
        varint::write(u32::try_from(self.meant).ok()?, &mut length);
        let body = bytes.get(start..start.saturating_add(self.meant))?;
        let header = || std::iter::once(first).chain(length.iter().copied());
        let packet: Vec<u8> = header().chain(body.iter().copied()).collect();
        if !is_sound(&packet, context) {
            return None;
        }
        let own = bytes.get(start..len).unwrap_or_default();
        Some(Repair {
            what: format!("Write the length {} as {}", self.meant, hex(&length)),
            bytes: header().chain(own.iter().copied()).collect(),
            why: self.why,
        })
    }
}

/// The mistakes that are made with a length of more than 127.
fn lengths(bytes: &[u8], len: usize) -> Vec<Length> {
    let mut found = Vec::new();
    let (one, two) = (bytes.get(1).copied(), bytes.get(2).copied());
    let Some(one) = one.map(usize::from) else {
        return found;
    };
    if one >= 0x80 {
        found.push(Length {
            written: 1,
            meant: one,
            why: format!(
                "{one:02X} is {one} as a plain byte. A length above 127 takes two bytes, and the second is missing."
            ),
        });
    }
    if let Some(two) = two.map(usize::from) {
        if one >= 0x80 && two == 0 {
            found.push(Length {
                written: 2,
                meant: one,
                why: format!(
                    "{one:02X} 00 says {}; {one} is written {}.",
                    one & 0x7f,
                    varint_hex(one)
                ),
            });
        }
        if one == 0x80 {
            found.push(Length {
                written: 2,
                meant: two.saturating_add(128),
                why: format!(
                    "80 {two:02X} says {}; 128 and {two} are {}, written {}.",
                    two.saturating_mul(128),
                    two.saturating_add(128),
                    varint_hex(two.saturating_add(128))
                ),
            });
        }
        // The most significant part first, as other numbers of MQTT have it.
        if two >= 0x80 && one < 0x80 {
            let meant = one.saturating_mul(128).saturating_add(two & 0x7f);
            found.push(Length {
                written: 2,
                meant,
                why: format!(
                    "{one:02X} {two:02X} has the two bytes of {meant} in the wrong order."
                ),
            });
        }
        // Two bytes as other numbers of MQTT have them.
        let plain = one.saturating_mul(256).saturating_add(two);
        if one < 0x80 && plain > 0x7f {
            found.push(Length {
                written: 2,
                meant: plain,
                why: format!(
                    "{one:02X} {two:02X} is {plain} as a Two Byte Integer; a length is written {}.",
                    varint_hex(plain)
                ),
            });
        }
    }
    // The second byte is missing, whatever it was: all that is here belongs to the packet.
    if one >= 0x80 {
        for tail in TAILS.into_iter().chain([&[][..]]) {
            let meant = bytes
                .strip_suffix(tail)
                .map_or(0, <[u8]>::len)
                .saturating_sub(2);
            if meant & 0x7f == one & 0x7f && meant <= varint::MAX as usize && len <= bytes.len() {
                found.push(Length {
                    written: 1,
                    meant,
                    why: format!(
                        "{} bytes follow, whose length is written {}: bytes of it are missing.",
                        meant,
                        varint_hex(meant)
                    ),
                });
            }
        }
    }
    found
}

/// The first packet of some bytes, if it is all there.
fn whole(bytes: &[u8]) -> Option<&[u8]> {
    match frame::header(bytes) {
        frame::Header::Complete { len, .. } => bytes.get(..len),
        _ => None,
    }
}

/// A packet with the length that its bytes have.
fn with_length(packet: &[u8], end: usize) -> Option<Vec<u8>> {
    let frame::Header::Complete { header_len, .. } = frame::header(packet) else {
        return None;
    };
    let body = packet.get(header_len..end)?;
    let mut out = vec![*packet.first()?];
    varint::write(u32::try_from(body.len()).ok()?, &mut out);
    out.extend_from_slice(body);
    Some(out)
}

fn hex(bytes: &[u8]) -> String {
    let bytes: Vec<String> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    bytes.join(" ")
}

fn varint_hex(number: usize) -> String {
    let mut out = Vec::new();
    varint::write(
        u32::try_from(number)
            .unwrap_or(varint::MAX)
            .min(varint::MAX),
        &mut out,
    );
    hex(&out)
}

fn named(tail: &[u8]) -> &'static str {
    match tail {
        b"\x1a\r\n" => "a modem's Ctrl-Z and a line end",
        b"\x1a" => "a modem's Ctrl-Z",
        _ => "a line end",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::Recording;

    fn bytes(text: &str) -> Vec<u8> {
        let digits: String = text.split_whitespace().collect();
        (0..digits.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap())
            .collect()
    }

    /// A CONNECT without its fixed header: 3.1.1, or as these sizes have it.
    fn connect(client: usize, user: usize, password: usize) -> Vec<u8> {
        let mut out = b"\0\x04MQTT\x04\xc2\0\x3c".to_vec();
        for len in [client, user, password] {
            out.extend(u16::try_from(len).unwrap().to_be_bytes());
            out.extend(b"x".repeat(len));
        }
        out
    }

    /// Repairs the first packet and gives what is offered, and the packets that are then there.
    fn repaired(bytes: &[u8]) -> Vec<(String, Vec<usize>)> {
        let recording = Recording::read(bytes.to_vec(), None, None);
        let offered = recording
            .doubtful(0)
            .map(|it| it.repairs())
            .unwrap_or_default();
        let after = |repair: Repair| {
            let (bytes, _) = recording.with(0, &repair.bytes);
            let recording = Recording::read(bytes, None, None);
            let sound = recording
                .packets()
                .iter()
                .take_while(|packet| packet.errors == 0 && packet.at.missing == 0);
            (repair.what, sound.map(|packet| packet.at.len).collect())
        };
        offered.into_iter().map(after).collect()
    }

    #[test]
    fn a_length_as_one_plain_byte() {
        // 152 bytes behind 98, and behind 98 00.
        let body = connect(50, 40, 46);
        assert_eq!(body.len(), 152);
        for header in [&[0x10, 0x98][..], &[0x10, 0x98, 0]] {
            let all = [header, &body, &[0xc0, 0]].concat();
            assert_eq!(
                repaired(&all),
                [("Write the length 152 as 98 01".to_owned(), vec![155, 2])]
            );
        }
    }

    #[test]
    fn a_connect_of_version_5_without_property_lengths() {
        let offered = |body: &[u8]| {
            let all = [&[0x10, u8::try_from(body.len()).unwrap()][..], body].concat();
            repaired(&all)
        };
        let plain = b"\0\x04MQTT\x05\x02\0\x3c\0\x07devices";
        let what = "Add a Property Length of 0 behind Keep Alive";
        assert_eq!(offered(plain), [(what.to_owned(), vec![22])]);
        let will = b"\0\x04MQTT\x05\x06\0\x3c\0\x01c\0\x01t\0\x03off";
        let both = format!("{what} and before the Will Topic");
        assert_eq!(offered(will), [(both, vec![25])]);
        let only_will = b"\0\x04MQTT\x05\x06\0\x3c\0\0\x01c\0\x01t\0\x03off";
        let what = "Add a Property Length of 0 before the Will Topic";
        assert_eq!(offered(only_will), [(what.to_owned(), vec![25])]);
        // What is sound, and what is no better with it.
        assert_eq!(offered(b"\0\x04MQTT\x05\x02\0\x3c\0\0\x01c"), []);
        assert_eq!(offered(b"\0\x04MQTT\x05\x02\0\x3c\0\x02\xff\xff"), []);
    }

    #[test]
    fn digits_in_the_wrong_place_and_a_modem_behind_it() {
        let body = connect(22, 40, 62);
        assert_eq!(body.len(), 140);
        for header in [&[0x10, 0x80, 0x0c][..], &[0x10, 0x8c], &[0x10, 0x01, 0x8c]] {
            let all = [header, &body, b"\x1a\r\n"].concat();
            let found = repaired(&all);
            assert_eq!(
                found.first(),
                Some(&("Write the length 140 as 8C 01".to_owned(), vec![143])),
                "{header:02x?}: {found:?}"
            );
        }
    }

    #[test]
    fn what_a_modem_leaves_behind_a_packet() {
        let all = bytes("c0 00 1a 0d 0a");
        let recording = Recording::read(all, Some(ProtocolVersion::V3_1_1), None);
        assert!(
            recording
                .doubtful(0)
                .map(|it| it.repairs())
                .unwrap_or_default()
                .is_empty()
        );
        let found = recording
            .doubtful(1)
            .map(|it| it.repairs())
            .unwrap_or_default();
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].what.as_str(), &found[0].bytes[..]),
            ("Take 1A 0D 0A out", &[][..])
        );
        // Within the packet, counted by its length.
        let body = [&connect(3, 4, 5)[..], b"\x1a\r\n"].concat();
        let all = [&[0x10, u8::try_from(body.len()).unwrap()][..], &body].concat();
        assert_eq!(
            repaired(&all),
            [(
                "Take 1A 0D 0A out at the end".to_owned(),
                vec![all.len() - 3]
            )]
        );
    }

    #[test]
    fn a_fixed_header_twice() {
        let all = bytes("32 0a 32 0a 00 01 61 00 01 68 65 6c 6c 6f c0 00");
        let found = repaired(&all);
        assert_eq!(
            found,
            [("Take the second 32 0A out".to_owned(), vec![12, 2])]
        );
    }

    #[test]
    fn nothing_is_offered_for_what_is_sound_or_only_cut_off() {
        for text in [
            "c0 00",
            "30 05 00 01 61 62 63",
            "30 50 00 01 61 62 63",
            "10 98 01 00 04 4d 51 54 54 04 02",
            "",
            "10",
            "10 80",
        ] {
            assert_eq!(repaired(&bytes(text)), [], "{text}");
        }
    }
}
