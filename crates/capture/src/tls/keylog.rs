//! Key logs: the secrets that a party to TLS connections wrote down (SSLKEYLOGFILE, RFC 9850).

use core::fmt;
use std::collections::BTreeMap;

/// The most connections whose secrets are kept: a browser's log of some years.
const MAX_CONNECTIONS: usize = 1 << 18;

/// The longest secret: a master secret, or a digest of SHA-384.
const LONGEST: usize = 48;

/// Labels whose secrets open no record.
const NOT_NEEDED: &[&[u8]] = &[
    b"EXPORTER_SECRET",
    b"EARLY_EXPORTER_SECRET",
    b"ECH_SECRET",
    b"ECH_CONFIG",
];

/// How the labels begin of secrets behind a KeyUpdate, which are made of the first ones.
const LATER: [&[u8]; 2] = [b"CLIENT_TRAFFIC_SECRET_", b"SERVER_TRAFFIC_SECRET_"];

/// What a secret is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    /// The master secret of TLS 1.2.
    Master,
    ClientEarly,
    ClientHandshake,
    ServerHandshake,
    ClientTraffic,
    ServerTraffic,
}

impl Label {
    fn of(word: &[u8]) -> Option<Self> {
        Some(match word {
            b"CLIENT_RANDOM" => Self::Master,
            b"CLIENT_EARLY_TRAFFIC_SECRET" => Self::ClientEarly,
            b"CLIENT_HANDSHAKE_TRAFFIC_SECRET" => Self::ClientHandshake,
            b"SERVER_HANDSHAKE_TRAFFIC_SECRET" => Self::ServerHandshake,
            b"CLIENT_TRAFFIC_SECRET_0" => Self::ClientTraffic,
            b"SERVER_TRAFFIC_SECRET_0" => Self::ServerTraffic,
            _ => return None,
        })
    }
}

/// A secret. Its `Debug` does not show it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Secret {
    len: usize,
    bytes: [u8; LONGEST],
}

impl Secret {
    /// A secret of at most 48 bytes.
    pub(super) fn new(secret: &[u8]) -> Option<Self> {
        let mut bytes = [0; LONGEST];
        bytes.get_mut(..secret.len())?.copy_from_slice(secret);
        let len = secret.len();
        Some(Self { len, bytes })
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({} bytes)", self.len)
    }
}

/// The secrets of one connection.
#[derive(Clone, Debug, Default)]
pub(super) struct Secrets(Vec<(Label, Secret)>);

impl Secrets {
    pub(super) fn get(&self, label: Label) -> Option<Secret> {
        self.0
            .iter()
            .find(|(of, _)| *of == label)
            .map(|(_, secret)| *secret)
    }

    fn set(&mut self, label: Label, secret: Secret) {
        match self.0.iter_mut().find(|(of, _)| *of == label) {
            Some(entry) => entry.1 = secret,
            None => self.0.push((label, secret)),
        }
    }
}

/// What was found in the text of a key log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Added {
    /// Lines that are a secret in the format, also those of secrets that open no record.
    pub lines: usize,
    /// Lines that are neither that nor empty nor a comment, or that had no room.
    pub ignored: usize,
}

/// Secrets of TLS connections, by client random. Its `Debug` does not show them.
#[derive(Clone, Default)]
pub struct KeyLog {
    connections: BTreeMap<[u8; 32], Secrets>,
    /// How many secrets were ever added: tells whether there is a new one.
    revision: u64,
}

impl KeyLog {
    /// A key log with nothing in it.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the secrets of whole lines: a file, or a Decryption Secrets Block of pcapng. Of two
    /// secrets with the same label and client random the later one counts.
    pub fn add(&mut self, text: &[u8]) -> Added {
        let mut added = Added::default();
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        for line in text.split(|byte| matches!(byte, b'\n' | b'\r')) {
            let line = line.trim_ascii();
            if line.is_empty() || line.starts_with(b"#") {
                continue;
            }
            if self.add_line(line).is_some() {
                added.lines = added.lines.saturating_add(1);
            } else {
                added.ignored = added.ignored.saturating_add(1);
            }
        }
        added
    }

    /// How many connections it has secrets of.
    #[must_use]
    pub fn len(&self) -> usize {
        self.connections.len()
    }

    /// Whether it has no secret.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.connections.is_empty()
    }

    pub(super) const fn revision(&self) -> u64 {
        self.revision
    }

    pub(super) fn secrets(&self, client_random: &[u8; 32]) -> Option<&Secrets> {
        self.connections.get(client_random)
    }

    fn add_line(&mut self, line: &[u8]) -> Option<()> {
        let mut words = line
            .split(u8::is_ascii_whitespace)
            .filter(|word| !word.is_empty());
        let (label, random, secret) = (words.next()?, words.next()?, words.next()?);
        if words.next().is_some() {
            return None;
        }
        if label == b"RSA" {
            // A premaster secret, by the first bytes of what hides it on the wire.
            return (unhex::<8>(random)?.0 == 8 && unhex::<LONGEST>(secret)?.0 == 48).then_some(());
        }
        let random: [u8; 32] = unhex::<32>(random)
            .filter(|(len, _)| *len == 32)
            .map(|(_, bytes)| bytes)?;
        let is_later = LATER.iter().any(|later| label.starts_with(later));
        let Some(label) = Label::of(label) else {
            return (is_later || NOT_NEEDED.contains(&label)).then_some(());
        };
        let (len, bytes) = unhex::<LONGEST>(secret)?;
        let fits = match label {
            Label::Master => len == 48,
            _ => len == 32 || len == 48,
        };
        let is_new = !self.connections.contains_key(&random);
        if !fits || is_new && self.connections.len() >= MAX_CONNECTIONS {
            return None;
        }
        self.connections
            .entry(random)
            .or_default()
            .set(label, Secret { len, bytes });
        self.revision = self.revision.saturating_add(1);
        Some(())
    }
}

impl fmt::Debug for KeyLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyLog({} connections)", self.connections.len())
    }
}

/// Hex digits as bytes, at most `N`, and how many they are.
fn unhex<const N: usize>(digits: &[u8]) -> Option<(usize, [u8; N])> {
    let (pairs, []) = digits.as_chunks::<2>() else {
        return None;
    };
    let mut bytes = [0; N];
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        let digit = |of: &u8| {
            char::from(*of)
                .to_digit(16)
                .and_then(|d| u8::try_from(d).ok())
        };
        *byte = digit(high)? << 4 | digit(low)?;
    }
    (pairs.len() <= N).then_some((pairs.len(), bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RANDOM: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1E1F";

    fn random() -> [u8; 32] {
        core::array::from_fn(|index| u8::try_from(index).unwrap())
    }

    #[test]
    fn secrets_are_found_by_client_random() {
        let mut log = KeyLog::new();
        let text = format!(
            "\u{feff}# a comment\r\n\r\nCLIENT_RANDOM {RANDOM} {}\r\n  SERVER_TRAFFIC_SECRET_0\t{RANDOM}  {}",
            "ab".repeat(48),
            "cd".repeat(32)
        );
        let found = log.add(text.as_bytes());
        assert_eq!((found.lines, found.ignored), (2, 0));
        assert_eq!((log.len(), log.is_empty()), (1, false));
        let secrets = log.secrets(&random()).unwrap();
        assert_eq!(secrets.get(Label::Master).unwrap().bytes(), [0xab; 48]);
        assert_eq!(
            secrets.get(Label::ServerTraffic).unwrap().bytes(),
            [0xcd; 32]
        );
        assert_eq!(secrets.get(Label::ClientTraffic), None);
        assert!(log.secrets(&[0; 32]).is_none());
    }

    #[test]
    fn what_is_not_a_secret_is_counted() {
        let mut log = KeyLog::new();
        let secret = "ab".repeat(32);
        for line in [
            format!("CLIENT_RANDOM {RANDOM} {secret}"),
            format!("CLIENT_TRAFFIC_SECRET_0 {RANDOM} {secret}a"),
            format!("CLIENT_TRAFFIC_SECRET_0 {RANDOM} {secret}zz"),
            format!("CLIENT_TRAFFIC_SECRET_0 {RANDOM} {secret} more"),
            format!("CLIENT_TRAFFIC_SECRET_0 {RANDOM}00 {secret}"),
            format!("CLIENT_TRAFFIC_SECRET_0 00 {secret}"),
            format!("CLIENT_TRAFFIC_SECRET_0 {RANDOM}"),
            format!("CLIENT_SECRET_1 {RANDOM} {secret}"),
            format!("RSA 0001020304050607 {}", "ab".repeat(47)),
            "-----BEGIN PRIVATE KEY-----".to_owned(),
        ] {
            let found = log.add(line.as_bytes());
            assert_eq!((found.lines, found.ignored), (0, 1), "{line}");
        }
        assert!(log.is_empty());
        for line in [
            format!("EXPORTER_SECRET {RANDOM} {secret}"),
            format!("CLIENT_TRAFFIC_SECRET_N {RANDOM} {secret}"),
            format!("RSA 0001020304050607 {}", "ab".repeat(48)),
        ] {
            let found = log.add(line.as_bytes());
            assert_eq!((found.lines, found.ignored), (1, 0), "{line}");
        }
        assert!(log.is_empty());
    }

    #[test]
    fn the_later_of_two_secrets_counts() {
        let mut log = KeyLog::new();
        for digits in ["11", "22"] {
            log.add(format!("CLIENT_RANDOM {RANDOM} {}", digits.repeat(48)).as_bytes());
        }
        let secrets = log.secrets(&random()).unwrap();
        assert_eq!(secrets.get(Label::Master).unwrap().bytes(), [0x22; 48]);
    }

    #[test]
    fn no_secret_is_shown() {
        let mut log = KeyLog::new();
        log.add(format!("CLIENT_RANDOM {RANDOM} {}", "ab".repeat(48)).as_bytes());
        let shown = format!("{log:?} {:?}", log.secrets(&random()));
        assert!(!shown.contains("171") && !shown.contains("ab"), "{shown}");
    }
}
