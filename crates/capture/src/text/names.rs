//! Names in place of bytes: packet types of C, `MQTT_CTRL_CONNECT << 4`, and control characters as terminals show them,
//! `<DLE><FF><NUL>`.

use core::ops::Range;

use super::output::Output;
use super::plausible::{Class, class};
use super::scan::{self, is_blank};

/// Packet types by their numbers, from 1.
const TYPES: [&str; 15] = [
    "CONNECT",
    "CONNACK",
    "PUBLISH",
    "PUBACK",
    "PUBREC",
    "PUBREL",
    "PUBCOMP",
    "SUBSCRIBE",
    "SUBACK",
    "UNSUBSCRIBE",
    "UNSUBACK",
    "PINGREQ",
    "PINGRESP",
    "DISCONNECT",
    "AUTH",
];

/// The control characters of ASCII by their numbers, and DEL.
const CONTROLS: [&str; 33] = [
    "NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "HT", "LF", "VT", "FF", "CR",
    "SO", "SI", "DLE", "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB", "ESC",
    "FS", "GS", "RS", "US", "DEL",
];

/// The text with the first byte of a packet in place of `MQTT_CTRL_CONNECT << 4`, and how many there are.
pub(super) fn in_numbers(text: &str) -> Option<(String, usize)> {
    // In Erlang the sign begins a binary.
    if !text.contains("<<") || text.contains(">>") {
        return None;
    }
    let mut out = String::new();
    let mut count = 0_usize;
    for (at, _) in text.match_indices("<<") {
        let Some((range, byte)) =
            first_byte(text, at).filter(|(range, _)| range.start >= out.len())
        else {
            continue;
        };
        out.push_str(text.get(out.len()..range.start)?);
        let number = format!("{byte:#04x}");
        out.push_str(&number);
        out.extend(core::iter::repeat_n(
            ' ',
            range.len().saturating_sub(number.len()),
        ));
        count = count.saturating_add(1);
    }
    if count == 0 {
        return None;
    }
    out.push_str(text.get(out.len()..)?);
    Some((out, count))
}

/// The first byte of a packet around the sign at `at`, and where it stands, with the brackets around it.
fn first_byte(text: &str, at: usize) -> Option<(Range<usize>, u8)> {
    let (before, behind) = text.split_at_checked(at)?;
    let before = before.trim_end_matches([' ', '\t']);
    let is_within = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let name = before
        .rfind(|c: char| !is_within(c))
        .map_or(before, |last| {
            before.get(last.saturating_add(1)..).unwrap_or_default()
        });
    let upper = scan::tail(name, 32).to_ascii_uppercase();
    let number = TYPES.iter().rposition(|own| {
        let rest = upper.strip_suffix(own);
        // `MQTTCONNECT`, but SUBSCRIBE is no end of UNSUBSCRIBE.
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('_') || rest.ends_with("MQTT"))
    })?;
    let behind = behind.strip_prefix("<<")?.trim_start_matches([' ', '\t']);
    let behind = behind
        .strip_prefix('4')
        .filter(|behind| !behind.starts_with(is_within))?;
    let flags = behind.trim_start_matches([' ', '\t']).strip_prefix('|');
    let (flags, behind) = match flags.map(|flags| flags.trim_start_matches([' ', '\t'])) {
        Some(flags) => {
            let digits = flags.strip_prefix("0x").unwrap_or(flags);
            let len = digits.find(|c: char| !is_within(c))?;
            let (digits, behind) = digits.split_at_checked(len)?;
            (
                u8::from_str_radix(digits, 16)
                    .ok()
                    .filter(|flags| *flags < 16)?,
                behind,
            )
        }
        None => (0, behind),
    };
    let start = before.len().saturating_sub(name.len());
    let end = text.len().saturating_sub(behind.len());
    let in_brackets = text.get(..start)?.ends_with('(') && behind.starts_with(')');
    let range = match in_brackets {
        true => start.saturating_sub(1)..end.saturating_add(1),
        false => start..end,
    };
    let byte = u8::try_from(number).ok()?.checked_add(1)?.checked_mul(16)?;
    Some((range, byte | flags))
}

/// Reads a text of characters in which those that cannot be seen stand as their names: `<DLE><FF><NUL><EOT>MQTT`.
pub(super) fn controls(text: &str) -> Option<Output> {
    /// Names that must be there: one alone may be an element of a document.
    const LEAST: usize = 3;
    let mut out = Output::default();
    let mut names = 0_usize;
    let mut at = 0_usize;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let first = rest.chars().next()?;
        let (byte, len) = match control(rest) {
            Some(found) => {
                names = names.saturating_add(1);
                found
            }
            // The end of a line is the terminal's.
            None if matches!(first, '\n' | '\r') => {
                at = at.saturating_add(1);
                continue;
            }
            None => {
                let byte = u8::try_from(first).ok().filter(u8::is_ascii)?;
                let is_seen = byte.is_ascii_graphic() || is_blank(first);
                (is_seen.then_some(byte)?, 1)
            }
        };
        out.push(byte, at..at.saturating_add(len));
        at = at.saturating_add(len);
        // Words without names are most texts.
        if names == 0 && at > 256 {
            return None;
        }
    }
    (names >= LEAST && class(out.bytes()) >= Class::Known).then_some(out)
}

/// The control character whose name a text begins with, and how long that is.
fn control(text: &str) -> Option<(u8, usize)> {
    let body = text.strip_prefix('<')?;
    let name = scan::head(body, 4);
    let name = name.get(..name.find('>')?)?;
    let number = CONTROLS.iter().position(|own| *own == name)?;
    let byte = if name == "DEL" {
        0x7f
    } else {
        u8::try_from(number).ok()?
    };
    Some((byte, name.len().saturating_add(2)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packet_types_are_numbers_in_their_places() {
        for (text, wanted) in [
            ("{ MQTT_CTRL_CONNECT << 4, 12 }", "{ 0x10 , 12 }"),
            ("(UNSUBSCRIBE<<4 | 2), 5", "0xa2 , 5"),
            ("MQTTSUBSCRIBE << 4 | 0x02;", "0x82 ;"),
        ] {
            let (numbers, count) = in_numbers(text).unwrap_or_else(|| panic!("{text}"));
            let squeezed: Vec<&str> = scan::words(&numbers).map(|(_, word)| word).collect();
            assert_eq!((squeezed.join(" ").as_str(), count), (wanted, 1), "{text}");
            assert_eq!(numbers.len(), text.len(), "{text}");
        }
        for text in [
            "CONNECT",
            "RECONNECT << 4, 1",
            "CONNECT << 44",
            "CONNECT << 4 | FLAGS, 1",
            "Bin = <<4, 5>>, CONNECT << 4",
            "mqtt << 4",
        ] {
            assert_eq!(in_numbers(text), None, "{text}");
        }
    }

    #[test]
    fn names_of_controls_are_bytes_in_their_places() {
        let text = "<DLE><FF><NUL><EOT>MQTT<EOT><STX>\r\n<NUL><<NUL><NUL>";
        let out = controls(text).unwrap();
        assert_eq!(out.bytes(), b"\x10\x0c\0\x04MQTT\x04\x02\0<\0\0");
        assert_eq!(out.source().span(4), Some(19..20));
        assert_eq!(out.source().span(10), Some(35..40));
        for text in [
            "",
            "<NUL>",
            "<b><BS></b>",
            "<DLE><FF><NUL>",
            "a <SUB> <SUB> <SUB> <SUP>",
        ] {
            assert!(controls(text).is_none(), "{text}");
        }
    }
}
