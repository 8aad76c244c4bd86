//! Every field that a filter can name.

mod network;
mod ours;
mod properties;
mod values;
mod wireshark;

use core::fmt;

use crate::kind::Kind;
use crate::packet::Source;
pub use values::Names;

/// A field and what is known of it.
pub(crate) struct Described {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) source: Source,
    pub(crate) says: &'static str,
}

/// A row of a table.
pub(crate) const fn row(
    name: &'static str,
    kind: Kind,
    source: Source,
    says: &'static str,
) -> Described {
    Described {
        name,
        kind,
        source,
        says,
    }
}

/// Tables in the order in which completion offers their fields.
static TABLES: [&[Described]; 4] = [
    ours::TABLE,
    wireshark::TABLE,
    network::TABLE,
    properties::TABLE,
];

/// Names of Wireshark's that have no meaning here, with what to do instead.
static ABSENT: &[(&str, &str)] = &[
    (
        "mqtt.msg_decoded_as",
        "no other protocol is looked for in payloads here",
    ),
    (
        "mqtt.unknown_version",
        "the version of each connection is worked out here: see version",
    ),
    (
        "tcp.len",
        "this list has packets of MQTT, not segments: frame.len is a packet's size",
    ),
    ("tcp.flags", "this list has packets of MQTT, not segments"),
    (
        "tcp.analysis",
        "this list has packets of MQTT, not segments",
    ),
    ("vlan.id", "VLANs are not kept"),
    ("udp", "MQTT is not sent in UDP"),
    (
        "http",
        "of HTTP only the WebSocket that carries MQTT is read: see websocket",
    ),
];

/// A field that a filter can name.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Field(u16);

impl fmt::Debug for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Field {
    /// Every field, in the order in which completion offers them.
    pub fn all() -> impl Iterator<Item = Self> {
        let count: usize = TABLES.iter().map(|table| table.len()).sum();
        (0..u16::try_from(count).unwrap_or(u16::MAX)).map(Self)
    }

    /// The field of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|field| field.name() == name)
    }

    pub(crate) fn described(self) -> &'static Described {
        static NONE: Described = row("", Kind::Presence, Source::Never, "");
        TABLES
            .iter()
            .flat_map(|table| table.iter())
            .nth(self.0.into())
            .unwrap_or(&NONE)
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.described().name
    }

    /// What it holds.
    #[must_use]
    pub fn kind(self) -> Kind {
        self.described().kind
    }

    /// What it is, in a line.
    #[must_use]
    pub fn says(self) -> &'static str {
        self.described().says
    }

    /// Whether Wireshark has a field of this name.
    #[must_use]
    pub fn is_wiresharks(self) -> bool {
        let ours = ours::TABLE.len();
        let count = wireshark::TABLE.len().saturating_add(network::TABLE.len());
        let wireshark = ours..ours.saturating_add(count);
        wireshark.contains(&self.0.into())
    }
}

/// Why a name that Wireshark has is no field here.
pub(crate) fn absent(name: &str) -> Option<&'static str> {
    let is = |known: &str| {
        name.strip_prefix(known)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    ABSENT
        .iter()
        .find(|(known, _)| is(known))
        .map(|(_, why)| *why)
}

/// Whether a dotted name can only be meant as a field's: there are fields whose names begin as it does up to the first
/// full stop.
pub(crate) fn is_like_a_field(word: &str) -> bool {
    let Some((head, _)) = word.split_once('.') else {
        return false;
    };
    let has_head = |name: &str| name.split_once('.').is_some_and(|(first, _)| first == head);
    Field::all().any(|field| has_head(field.name())) || absent(word).is_some()
}

/// The field whose name is nearest, if any is near.
pub(crate) fn nearest(word: &str) -> Option<Field> {
    let lower = word.to_ascii_lowercase();
    if let Some(field) = Field::named(&lower) {
        return Some(field);
    }
    let ends = |field: &Field| field.name().rsplit('.').next() == lower.rsplit('.').next();
    let near = |field: &Field| is_near(field.name(), &lower, 2);
    Field::all().find(near).or_else(|| Field::all().find(ends))
}

/// Whether a word is a name with so many letters at most changed, and half of its own at least in their place: any two
/// letters are two away from any one.
pub(crate) fn is_near(name: &str, word: &str, most: usize) -> bool {
    let distance = distance(name, word);
    distance <= most && distance.saturating_mul(2) <= word.len()
}

/// Letters to change, add or take away between two short words; 99 where one is long.
pub(crate) fn distance(a: &str, b: &str) -> usize {
    const MOST: usize = 64;
    if a.len() > MOST || b.len() > MOST {
        return 99;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (line, x) in a.bytes().enumerate() {
        let mut corner = line;
        let mut left = line.saturating_add(1);
        for (cell, y) in row.iter_mut().skip(1).zip(b.bytes()) {
            let changed = corner.saturating_add(usize::from(x != y));
            corner = *cell;
            left = changed
                .min(corner.saturating_add(1))
                .min(left.saturating_add(1));
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = line.saturating_add(1);
        }
    }
    row.last().copied().unwrap_or(99)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart_and_found() {
        let mut names: Vec<_> = Field::all().map(Field::name).collect();
        assert!(names.len() > 120, "{}", names.len());
        for field in Field::all() {
            assert_eq!(Field::named(field.name()), Some(field));
            assert!(
                !field.says().is_empty() && !field.says().ends_with('.'),
                "{field:?}"
            );
        }
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn the_nearest_name_is_near() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(nearest("mqtt.qso").map(Field::name), Some("mqtt.qos"));
        assert_eq!(nearest("MQTT.Topic").map(Field::name), Some("mqtt.topic"));
        assert_eq!(nearest("mqtt.nothing.of.this"), None);
    }
}
