//! Readable text where bytes of packets are expected: answers of a modem, a log, JSON.

use mqttscope_wire::explain::shown;

use super::sound::{Soundness, begins_with_connect, soundness};
use super::{Confidence, Foreign, Protocol, counted};

/// The shortest text: less may be anything.
const SHORTEST: usize = 6;

/// The most bytes of text before a packet.
const LONGEST_BEFORE: usize = 512;

pub(super) fn recognize(bytes: &[u8]) -> Option<Foreign> {
    let text = readable(bytes)?;
    let shown = shown(text.trim().as_bytes(), 60);
    if is_modem(text) {
        return Some(Foreign::new(
            Protocol::Modem,
            Confidence::Likely,
            format!("AT commands and answers of a modem: “{shown}”"),
            "These are words between the device and its modem. The MQTT packets are what is sent after the modem's `>` \
             and what comes after +IPD, +QIRD or a similar header: copy those bytes.",
        ));
    }
    Some(Foreign::new(
        Protocol::Text,
        Confidence::Likely,
        format!(
            "{} of readable text: “{shown}”",
            counted(bytes.len(), "byte")
        ),
        "MQTT packets are binary. If this is a payload, the packet around it is missing.",
    ))
}

fn readable(bytes: &[u8]) -> Option<&str> {
    let text = core::str::from_utf8(bytes).ok()?;
    let is_readable = |c: char| !c.is_control() || matches!(c, '\r' | '\n' | '\t');
    let letters = text.chars().filter(|c| c.is_alphanumeric()).count();
    let enough = bytes.len() >= SHORTEST && letters.saturating_mul(3) >= bytes.len();
    (enough && text.chars().all(is_readable)).then_some(text)
}

fn is_modem(text: &str) -> bool {
    const ANSWERS: [&str; 12] = [
        "OK",
        "ERROR",
        "CLOSED",
        "CONNECT OK",
        "CONNECT FAIL",
        "ALREADY CONNECT",
        "SEND OK",
        "SEND FAIL",
        "SHUT OK",
        "RECV FROM:",
        "NO CARRIER",
        "CONNECT",
    ];
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.any(|line| {
        ANSWERS.contains(&line)
            || line.starts_with("AT+")
            || line.starts_with("+C")
                && line
                    .chars()
                    .take_while(|c| *c != ':')
                    .all(|c| c == '+' || c.is_ascii_uppercase() || c.is_ascii_digit())
            || line.starts_with("+IPD,")
            || line.starts_with("+Q") && line.contains(':')
    })
}

/// Whether lines of a text are AT commands or the answers of a modem beyond doubt.
pub(crate) fn is_modem_trace(text: &str) -> bool {
    text.lines().map(str::trim_start).any(|line| {
        let answer = line
            .strip_prefix('+')
            .and_then(|line| line.split_once(": "));
        let is_name = |name: &str| {
            name.len() >= 3
                && name
                    .bytes()
                    .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        };
        line.starts_with("AT+") || answer.is_some_and(|(name, _)| is_name(name))
    })
}

/// The length of readable text before a packet that is certain: a CONNECT, or sound packets to the
/// end.
pub(super) fn before_packet(bytes: &[u8]) -> Option<usize> {
    let is_text = |byte: &u8| matches!(byte, b' '..=b'~' | b'\r' | b'\n' | b'\t');
    let reach = bytes
        .iter()
        .take(LONGEST_BEFORE)
        .take_while(|byte| is_text(byte))
        .count();
    if reach < 4 {
        return None;
    }
    // The first byte of a packet can be a character too. A packet follows the end of a word.
    (4..=reach).find(|&at| {
        let before = at.checked_sub(1).and_then(|at| bytes.get(at));
        if !before.is_some_and(|byte| matches!(byte, b'\n' | b'>' | b' ' | b',' | b':' | b'"')) {
            return false;
        }
        let rest = bytes.get(at..).unwrap_or_default();
        let is_packet = rest.len() >= 2 && soundness(rest) == Soundness::Sound;
        begins_with_connect(rest) || is_packet
    })
}
