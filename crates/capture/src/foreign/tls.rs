//! TLS records: the commonest thing that is pasted as MQTT and is not.

use mqttscope_wire::explain::shown;

use super::{Confidence, Foreign, Protocol, counted};

/// The longest name of a server that is shown.
const LONGEST_NAME: usize = 80;

/// The longest record that any version allows.
const LONGEST: usize = (1 << 14) + 2048;

const ENCRYPTED: &str = "The MQTT packets inside are encrypted. Record them before encryption (a log of the client \
    or of the broker), or let Wireshark decrypt the capture with a TLS key log file and copy the bytes from there.";

/// A record's content type and content, as far as it is there.
struct Record<'a> {
    kind: u8,
    content: &'a [u8],
}

pub(super) fn recognize(bytes: &[u8]) -> Option<Foreign> {
    let records = records(bytes)?;
    let first = records.first()?;
    let is_certain = bytes.len() >= 5;
    let (what, advice) = match (first.kind, first.content) {
        (20, _) => ("TLS change cipher spec".to_owned(), ENCRYPTED.to_owned()),
        (21, &[level, code]) if level == 1 || level == 2 => alert(level, code),
        (21, _) => (
            "a TLS alert that is encrypted".to_owned(),
            ENCRYPTED.to_owned(),
        ),
        (22, content) => handshake(content),
        (23, _) => {
            let of = |record: &&Record<'_>| record.kind == 23;
            let count = records.iter().filter(of).count();
            let what = format!("TLS application data, {}", counted(count, "record"));
            (what, ENCRYPTED.to_owned())
        }
        _ => ("TLS heartbeat".to_owned(), ENCRYPTED.to_owned()),
    };
    let confidence = if is_certain {
        Confidence::Certain
    } else {
        Confidence::Likely
    };
    Some(Foreign::new(Protocol::Tls, confidence, what, advice))
}

/// The records that the bytes begin with; none if they do not begin with one.
fn records(bytes: &[u8]) -> Option<Vec<Record<'_>>> {
    let mut found = Vec::new();
    let mut rest = bytes;
    while let [kind @ 20..=24, 3, minor @ 0..=4, behind @ ..] = rest {
        // In a version before 1.3 all records say the same, and none says 3.4 but drafts.
        let _ = minor;
        let Some((length, content)) = behind.split_first_chunk::<2>() else {
            // The length is not there yet.
            found.push(Record {
                kind: *kind,
                content: &[],
            });
            break;
        };
        let length = usize::from(u16::from_be_bytes(*length));
        if length == 0 && *kind != 23 || length > LONGEST {
            break;
        }
        let there = length.min(content.len());
        let (content, next) = content.split_at_checked(there)?;
        found.push(Record {
            kind: *kind,
            content,
        });
        if found.len() >= 1000 {
            break;
        }
        rest = next;
    }
    (!found.is_empty()).then_some(found)
}

fn alert(level: u8, code: u8) -> (String, String) {
    let level = if level == 1 { "warning" } else { "fatal" };
    let (name, meaning) = match code {
        0 => ("close_notify", "The sender closes the connection in order."),
        10 => (
            "unexpected_message",
            "The other side sent something that is not expected at this point: often it does not speak TLS at all.",
        ),
        20 => (
            "bad_record_mac",
            "A record was changed on its way, or keys differ.",
        ),
        22 => (
            "record_overflow",
            "A record was too long: often the other side does not speak TLS on this port.",
        ),
        40 => (
            "handshake_failure",
            "No common cipher suite or parameters. Compare the TLS versions and cipher suites of both sides, and whether a client certificate is required.",
        ),
        42 => (
            "bad_certificate",
            "The certificate is damaged or could not be verified.",
        ),
        43 => (
            "unsupported_certificate",
            "The type of the certificate is not supported.",
        ),
        44 => ("certificate_revoked", "The certificate was revoked."),
        45 => (
            "certificate_expired",
            "The certificate has expired, or the clock of the device is wrong.",
        ),
        46 => (
            "certificate_unknown",
            "The certificate was not accepted: often the client lacks the CA certificate of the broker.",
        ),
        47 => (
            "illegal_parameter",
            "A field of the handshake has a wrong value.",
        ),
        48 => (
            "unknown_ca",
            "The CA of the certificate is not trusted. Install the broker's CA certificate in the client (or the client's in the broker).",
        ),
        49 => (
            "access_denied",
            "The certificate is valid, but access is not allowed.",
        ),
        50 => ("decode_error", "A message could not be decoded."),
        51 => (
            "decrypt_error",
            "A signature or key of the handshake is wrong.",
        ),
        70 => (
            "protocol_version",
            "No common TLS version: one side allows only newer or older versions.",
        ),
        71 => (
            "insufficient_security",
            "The server requires stronger ciphers.",
        ),
        80 => (
            "internal_error",
            "An internal error of the sender; see its log.",
        ),
        86 => (
            "inappropriate_fallback",
            "The client retried with an older TLS version for no reason.",
        ),
        90 => (
            "user_canceled",
            "The handshake was cancelled by the sender.",
        ),
        109 => ("missing_extension", "A required extension is missing."),
        110 => (
            "unsupported_extension",
            "An extension was sent that was not offered.",
        ),
        112 => (
            "unrecognized_name",
            "The server does not know the host name that the client asked for (SNI).",
        ),
        113 => (
            "bad_certificate_status_response",
            "The OCSP response is not valid.",
        ),
        115 => ("unknown_psk_identity", "The pre-shared key is not known."),
        116 => (
            "certificate_required",
            "The broker requires a client certificate and got none.",
        ),
        120 => (
            "no_application_protocol",
            "The server supports none of the application protocols offered (ALPN).",
        ),
        _ => ("not a known code", "See the log of the sender."),
    };
    let what = format!("a TLS alert: {level}, {name} ({code})");
    let advice = format!("{meaning} The connection failed in TLS, before any MQTT packet.");
    (what, advice)
}

fn handshake(content: &[u8]) -> (String, String) {
    let Some(&kind) = content.first() else {
        return (
            "the beginning of a TLS handshake record".to_owned(),
            ENCRYPTED.to_owned(),
        );
    };
    let name = match kind {
        0 => "HelloRequest",
        1 => "ClientHello",
        2 => "ServerHello",
        4 => "NewSessionTicket",
        8 => "EncryptedExtensions",
        11 => "Certificate",
        12 => "ServerKeyExchange",
        13 => "CertificateRequest",
        14 => "ServerHelloDone",
        15 => "CertificateVerify",
        16 => "ClientKeyExchange",
        20 => "Finished",
        22 => "CertificateStatus",
        _ => {
            return (
                "a TLS handshake record that is encrypted".to_owned(),
                ENCRYPTED.to_owned(),
            );
        }
    };
    let mut what = format!("a TLS handshake record: {name}");
    if kind != 1 {
        return (what, ENCRYPTED.to_owned());
    }
    let (name, protocols) = client_hello(content).unwrap_or_default();
    if !name.is_empty() {
        what.push_str(&format!(" for {}", shown(name, LONGEST_NAME)));
    }
    if !protocols.is_empty() {
        what.push_str(&format!(
            ", offering {} (ALPN)",
            shown(protocols, LONGEST_NAME)
        ));
    }
    let advice = format!(
        "A client begins TLS here. A broker that gets this on a port without TLS (usually 1883) cannot read it: \
         use its TLS port (usually 8883), or turn TLS off in the client. {ENCRYPTED}"
    );
    (what, advice)
}

/// The server's name (SNI) and the first protocol (ALPN) of a ClientHello; empty where not said.
fn client_hello(content: &[u8]) -> Option<(&[u8], &[u8])> {
    // Type and length, version, random.
    let rest = content.get(4 + 2 + 32..)?;
    let (_, rest) = prefixed(rest, 1)?;
    let (_, rest) = prefixed(rest, 2)?;
    let (_, rest) = prefixed(rest, 1)?;
    // Extensions are read as far as they are there.
    let mut rest = rest.get(2..)?;
    let (mut name, mut protocol): (&[u8], &[u8]) = (&[], &[]);
    while let Some((kind, behind)) = rest.split_first_chunk::<2>() {
        let Some((body, next)) = prefixed(behind, 2) else {
            break;
        };
        match kind {
            [0, 0] => {
                // A list of one name of type 0.
                let entry = body.get(3..).and_then(|entry| prefixed(entry, 2));
                name = entry.map_or(name, |(found, _)| found);
            }
            [0, 16] => {
                let entry = body.get(2..).and_then(|entry| prefixed(entry, 1));
                protocol = entry.map_or(protocol, |(found, _)| found);
            }
            _ => {}
        }
        rest = next;
    }
    Some((name, protocol))
}

/// A field with a length of `width` bytes before it, and what follows.
fn prefixed(bytes: &[u8], width: usize) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_at_checked(width)?;
    let length = length
        .iter()
        .fold(0_usize, |sum, &byte| (sum << 8) | usize::from(byte));
    rest.split_at_checked(length)
}
