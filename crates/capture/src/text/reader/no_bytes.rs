//! What a text is in which nothing stands for bytes: a log, a list of packets, or words.

use super::super::error::{Fault, TextErrorKind};
use super::super::{Format, TextError, scan};
use crate::{foreign, recording};

/// There are no bytes here: what the text is instead.
pub(super) fn no_bytes(text: &str) -> TextError {
    let kind = if is_packet_list(text) {
        TextErrorKind::PacketList
    } else if recording::is_log(text.as_bytes()) {
        TextErrorKind::LogInWords
    } else if foreign::is_modem_trace(text) {
        // That it names packets says less: its commands do.
        TextErrorKind::ModemTrace
    } else if has_bytes(text) {
        // They stand there, in a form that is not read.
        TextErrorKind::NoBytesAmongWords
    } else if tells_of_packets(text) && is_prose(text) {
        TextErrorKind::TalkOfPackets
    } else if tells_of_packets(text) {
        TextErrorKind::LogWithoutBytes
    } else {
        TextErrorKind::NoBytesAmongWords
    };
    Fault::at(0, kind).in_text(text, Format::Binary)
}

/// Whether a text has several bytes that are marked as such: `0x10`. A code or two are those of a log.
fn has_bytes(text: &str) -> bool {
    const LEAST: usize = 8;
    let digits = scan::head(text, 64 << 10).split("0x").skip(1);
    let is_byte = |rest: &&str| {
        let len = rest
            .find(|c: char| !c.is_ascii_alphanumeric())
            .unwrap_or(rest.len());
        (1..=2).contains(&len) && rest.get(..len).is_some_and(scan::is_hex)
    };
    digits.filter(is_byte).take(LEAST).count() == LEAST
}

/// Whether lines are those of a list of packets: a number, a time, two addresses, a protocol and a length.
fn is_packet_list(text: &str) -> bool {
    const COLUMNS: [&str; 5] = ["No.", "Time", "Source", "Destination", "Protocol"];
    let is_number = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit());
    let is_address = |word: &str| {
        word.contains(['.', ':'])
            && word
                .chars()
                .all(|c| c.is_ascii_hexdigit() || matches!(c, '.' | ':'))
    };
    scan::head(text, 64 << 10).lines().take(64).any(|line| {
        let words: Vec<&str> = line
            .split(|c: char| scan::is_blank(c) || matches!(c, ',' | '"' | '→'))
            .filter(|word| !word.is_empty() && *word != "->")
            .take(8)
            .collect();
        // The number may be gone, as that of a line, and a date makes the time two words.
        let is_row = |row: &[&str]| {
            matches!(row, [source, destination, protocol, length]
                if is_address(source)
                    && is_address(destination)
                    && protocol.starts_with(|c: char| c.is_ascii_uppercase())
                    && is_number(length))
        };
        words.starts_with(&COLUMNS)
            || words
                .first()
                .is_some_and(|word| word.starts_with(|c: char| c.is_ascii_digit()))
                && words.windows(4).skip(1).any(is_row)
    })
}

/// Whether a text names packets or their fields, as logs and dissectors do.
pub(in crate::text) fn tells_of_packets(text: &str) -> bool {
    const NAMES: [&str; 15] = [
        "CONNECT",
        "CONNACK",
        "PUBLISH",
        "PUBACK",
        "PUBREC",
        "PUBREL",
        "PUBCOMP",
        "SUBSCRIBE",
        "SUBACK",
        "UNSUBACK",
        "PINGREQ",
        "PINGRESP",
        "DISCONNECT",
        "MQ Telemetry",
        "Mid:",
    ];
    let head = scan::head(text, 64 << 10);
    NAMES.iter().any(|name| head.contains(name))
}

/// Whether those lines that name packets are sentences, as a question about MQTT has them.
fn is_prose(text: &str) -> bool {
    let lines = scan::head(text, 64 << 10).lines();
    lines.filter(|line| tells_of_packets(line)).all(|line| {
        let all = scan::words(line).count();
        let is_word = |word: &str| {
            let word = word.trim_matches(|c: char| c.is_ascii_punctuation());
            !word.is_empty() && word.chars().all(|c| c.is_alphabetic() || c == '\'')
        };
        let plain = scan::words(line).filter(|(_, word)| is_word(word)).count();
        let begins = line.trim_start().starts_with(char::is_alphabetic);
        all >= 8 && begins && plain.saturating_mul(4) >= all.saturating_mul(3)
    })
}
