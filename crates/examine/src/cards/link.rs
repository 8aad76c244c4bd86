//! A card in an address: facts as they are, verdicts by a short number of each check, which whoever opens it finds among
//! the checks that it knows.

use alloc::borrow::ToOwned as _;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mqttscope_wire::ProtocolVersion;

use super::{SavedCard, version_of};
use crate::verdict::Verdict;

/// A token that is longer is none of ours.
const LONGEST: usize = 64 << 10;
/// Before all others: how it is read.
const FORM: &str = "1";

impl SavedCard {
    /// The card as a part of an address, of letters, digits, `-` and `_`.
    #[must_use]
    pub fn token(&self) -> String {
        let (at, trip, took) = (self.at, self.round_trip_ms, self.took_ms);
        // Only where it is so: a page of an earlier version reads the others.
        let cut = if self.is_cut { " 1" } else { "" };
        let mut text = format!("{FORM}\n{}\n{at} {trip} {took}{cut}\n", line(&self.url));
        for (version, facts) in &self.facts {
            for (name, value) in facts {
                text.push_str(&format!(
                    "{}\t{}\t{}\n",
                    version.name(),
                    line(name),
                    line(value)
                ));
            }
        }
        let mut bytes = text.into_bytes();
        for verdict in Verdict::ALL {
            bytes.push(b'\n');
            let has_it = self.verdicts.iter().filter(|(_, of)| **of == verdict);
            let numbers: Vec<[u8; 3]> = has_it
                .map(|((id, version), _)| number(id, *version))
                .collect();
            bytes.extend(numbers.len().to_string().bytes());
            bytes.push(b' ');
            bytes.extend(numbers.into_iter().flatten());
        }
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads it; `known` are the checks that there are, by name and version. How many verdicts are of others comes with it.
    ///
    /// # Errors
    /// What is wrong with it, for people.
    pub fn of_token<'a>(
        token: &str,
        known: impl Iterator<Item = (&'a str, ProtocolVersion)>,
    ) -> Result<(Self, usize), String> {
        let wrong = || "this link carries no whole card of a broker".to_owned();
        if token.len() > LONGEST {
            return Err(wrong());
        }
        let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| wrong())?;
        let mut rest = &*bytes;
        let mut next = || {
            let end = rest.iter().position(|byte| *byte == b'\n')?;
            let (line, more) = rest.split_at_checked(end)?;
            rest = more.get(1..)?;
            core::str::from_utf8(line).ok()
        };
        if next() != Some(FORM) {
            return Err(wrong());
        }
        let url = next().ok_or_else(wrong)?;
        let numbers: Vec<u64> = (next().ok_or_else(wrong)?.split(' '))
            .map_while(|text| text.parse().ok())
            .collect();
        let (&[at, round_trip_ms, took_ms] | &[at, round_trip_ms, took_ms, 1]) = &*numbers else {
            return Err(wrong());
        };
        let mut card = Self {
            url: super::without_login(url),
            is_cut: numbers.len() > 3,
            at,
            round_trip_ms,
            took_ms,
            ..Self::default()
        };
        loop {
            let fact = next().ok_or_else(wrong)?;
            if fact.is_empty() {
                break;
            }
            let mut parts = fact.split('\t');
            let (Some(version), Some(name), Some(value)) =
                (parts.next(), parts.next(), parts.next())
            else {
                return Err(wrong());
            };
            card.add_fact(version_of(version)?, name, value);
        }
        let known: BTreeMap<[u8; 3], (&str, ProtocolVersion)> = known
            .map(|place| (number(place.0, place.1), place))
            .collect();
        let mut unknown = 0_usize;
        for (at, verdict) in Verdict::ALL.into_iter().enumerate() {
            if at > 0 {
                rest = rest.strip_prefix(b"\n").ok_or_else(wrong)?;
            }
            let end = rest.iter().position(|byte| *byte == b' ');
            let (count, more) = end
                .and_then(|end| rest.split_at_checked(end))
                .ok_or_else(wrong)?;
            let count = core::str::from_utf8(count).ok();
            let count: usize = count.and_then(|text| text.parse().ok()).ok_or_else(wrong)?;
            let more = more.get(1..).ok_or_else(wrong)?;
            let (numbers, more) = count
                .checked_mul(3)
                .and_then(|len| more.split_at_checked(len))
                .ok_or_else(wrong)?;
            rest = more;
            for found in numbers.as_chunks::<3>().0 {
                match known.get(found) {
                    Some((id, version)) => {
                        card.verdicts.insert(((*id).to_owned(), *version), verdict);
                    }
                    None => unknown = unknown.saturating_add(1),
                }
            }
        }
        if rest.is_empty() {
            Ok((card, unknown))
        } else {
            Err(wrong())
        }
    }
}

/// A text on one line, without the marks that part it.
fn line(text: &str) -> String {
    text.replace(['\n', '\t'], " ")
}

/// Three bytes that stand for a check in a version (FNV-1a, folded).
pub(super) fn number(id: &str, version: ProtocolVersion) -> [u8; 3] {
    let bytes = id.bytes().chain(*b"@").chain(version.name().bytes());
    let hash = bytes.fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    let [high, a, b, c] = hash.to_be_bytes();
    [a ^ high, b, c]
}
