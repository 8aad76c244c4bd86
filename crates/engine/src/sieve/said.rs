//! The words of the search, as a row of the list says them.

use core::ops::RangeInclusive;
use core::time::Duration;

use mqttscope_shared::Instant;
use mqttscope_view::digits;
use mqttscope_wire::{PacketType, ReasonCode, Sender, dissect, summary};

use super::words::contains;
use crate::log::{Record, WireLog};
use crate::view::rows::{context, publish};

/// Packets above this are not summed up: a row does not do it either.
const SUMMED_UP: usize = 64 << 10;
/// Words of a search that are looked at one by one.
const MOST_WORDS: usize = 24;
/// Microseconds.
const DAY: u64 = 86_400_000_000;

/// A word, or a few, as they stand in a row: read once, so that a packet costs no more than a look at what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// `qos` or `QoS 1`.
    QoS(Option<u8>),
    /// `id` or `id 400`.
    Identifier(Option<u16>),
    /// `alias` or `alias 1`.
    Alias(Option<u16>),
    /// `sent` or `received`.
    Sender(Sender),
    Dup,
    Retain,
    PacketType(PacketType),
    /// `18:16:18`, or another part of a time of day.
    Clock(String),
    /// The day that begins at this time in microseconds: `2026-11-29`.
    Day(u64),
    /// `12 B`, or `empty`: the bytes of packets and of payloads that are written so. A summary rounds down, a column to the nearest.
    Size([RangeInclusive<u64>; 2]),
    /// `107 ms`: the microseconds of round trips that are written so.
    Took(RangeInclusive<u64>),
    /// No word of a row's own: the packet, its connection's name or its event has it.
    Text,
}

/// A word, or a few that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) said: Said,
    text: String,
}

/// What the words say, one by one; nothing where none of them is one of a row's own.
pub(super) fn read(words: &str) -> Vec<Word> {
    let mut said = Vec::new();
    let mut words = (words.split(|c: char| c.is_whitespace() || c == '·'))
        .filter(|word| !word.is_empty())
        .peekable();
    while let Some(word) = words.next() {
        if said.len() >= MOST_WORDS {
            return Vec::new();
        }
        let (one, next) = Said::of(word, words.peek().copied());
        let text = next.map_or_else(|| word.to_owned(), |next| format!("{word} {next}"));
        if next.is_some() {
            words.next();
        }
        said.push(Word { said: one, text });
    }
    // What is cheap decides first.
    said.sort_by_key(|it| it.said == Said::Text);
    if said.first().is_none_or(|it| it.said == Said::Text) {
        said.clear();
    }
    said
}

impl Word {
    /// Whether the row of a packet says so, or of an event that stands for one; `says` looks for a text in it.
    pub(super) fn is_of(
        &self,
        record: &Record,
        log: &WireLog,
        minutes_behind: f64,
        says: impl Fn(&str) -> bool,
    ) -> bool {
        // What may stand elsewhere in a row is looked for there, too: a port like a time, the QoS of a subscription.
        let is_own = matches!(
            self.said,
            Said::QoS(_) | Said::Identifier(_) | Said::Alias(_) | Said::Sender(_)
        );
        self.said.is_of(record, log, minutes_behind)
            || !(is_own && record.packet_type() == PacketType::Publish) && says(&self.text)
    }
}

impl Said {
    /// A word, and the next one where it belongs to it.
    fn of<'a>(word: &str, next: Option<&'a str>) -> (Self, Option<&'a str>) {
        let is = |name: &str| word.eq_ignore_ascii_case(name);
        let number = || next.and_then(|next| next.parse::<u16>().ok());
        if is("qos") {
            let qos = number().and_then(|qos| u8::try_from(qos).ok());
            return (Self::QoS(qos), next.filter(|_| qos.is_some()));
        }
        if is("id") {
            return (
                Self::Identifier(number()),
                next.filter(|_| number().is_some()),
            );
        }
        if is("alias") {
            return (Self::Alias(number()), next.filter(|_| number().is_some()));
        }
        if let Some(measured) = next.and_then(|unit| Self::measured(word, unit)) {
            return (measured, next);
        }
        let one = if is("sent") {
            Self::Sender(Sender::Client)
        } else if is("received") {
            Self::Sender(Sender::Server)
        } else if is("dup") {
            Self::Dup
        } else if is("retain") {
            Self::Retain
        } else if is("empty") {
            Self::Size([0..=0, 0..=0])
        } else if let Some(packet_type) = PacketType::ALL.into_iter().find(|it| is(it.name())) {
            Self::PacketType(packet_type)
        } else if is_of_a_clock(word) {
            Self::Clock(word.to_owned())
        } else if let Some(day) = mqttscope_filter::moment(word).filter(|_| word.len() == 10) {
            Self::Day(day)
        } else {
            Self::Text
        };
        (one, None)
    }

    /// A number with a unit, as rows write them.
    fn measured(number: &str, unit: &str) -> Option<Self> {
        let tenths = tenths(number)?;
        let size = match unit {
            "B" | "b" => Some(1),
            _ if unit.eq_ignore_ascii_case("kB") => Some(1_000),
            _ if unit.eq_ignore_ascii_case("MB") => Some(1_000_000),
            _ if unit.eq_ignore_ascii_case("GB") => Some(1_000_000_000_u64),
            _ => None,
        };
        if let Some(size) = size {
            let from = tenths.checked_mul(size)? / 10;
            let below = from.checked_add((size / 10).max(1))?.checked_sub(1)?;
            let is = |bytes: u64| is_written(&digits::bytes(bytes), number, unit);
            return Some(Self::Size([from..=below, all_that(from, size, is)]));
        }
        let unit_of = match unit {
            "ms" => 1_000,
            "s" => 1_000_000,
            "min" => 60_000_000,
            "h" => 3_600_000_000,
            "days" => DAY,
            _ => return None,
        };
        let at = tenths.checked_mul(unit_of)? / 10;
        let is = |micros: u64| {
            is_written(
                &digits::duration(Duration::from_micros(micros)),
                number,
                unit,
            )
        };
        Some(Self::Took(all_that(at, unit_of, is)))
    }

    fn is_of(&self, record: &Record, log: &WireLog, minutes_behind: f64) -> bool {
        let packet_type = record.is_packet().then(|| record.packet_type());
        let is_publish = packet_type == Some(PacketType::Publish);
        let has = |flag: u8| is_publish && record.first & flag != 0;
        match self {
            Self::QoS(qos) => is_publish && qos.is_none_or(|qos| qos == (record.first >> 1) & 3),
            Self::Identifier(id) => {
                let own = record.packet_identifier;
                own != 0 && id.is_none_or(|id| id == own)
            }
            Self::Alias(alias) => {
                let own = || publish(log, record)?.properties.topic_alias();
                is_publish && own().is_some_and(|own| alias.is_none_or(|alias| alias == own))
            }
            Self::Sender(sender) => packet_type.is_some() && *sender == record.sender,
            Self::Dup => has(8),
            Self::Retain => has(1),
            Self::PacketType(of) => packet_type == Some(*of),
            Self::Clock(part) => clock(record.at, minutes_behind)
                .is_some_and(|clock| contains(&clock, part.as_bytes())),
            Self::Day(day) => local(record.at, minutes_behind)
                .checked_sub(*day)
                .is_some_and(|since| record.at != Instant::ZERO && since < DAY),
            Self::Size([below, near]) => {
                let payload = || Some(publish(log, record)?.payload.len() as u64);
                let is_of = |len: u64| below.contains(&len) || near.contains(&len);
                near.contains(&u64::from(record.size()))
                    || is_publish && payload().is_some_and(is_of)
            }
            Self::Took(took) => {
                let own = record.round_trip().map(|it| it.as_micros());
                let own = own.and_then(|it| u64::try_from(it).ok());
                own.is_some_and(|it| took.contains(&it))
            }
            Self::Text => false,
        }
    }
}

/// Whether this is a number and a unit as they are written.
fn is_written(written: &str, number: &str, unit: &str) -> bool {
    let parts = written.split_once(' ');
    parts.is_some_and(|(of, in_unit)| of == number && in_unit.eq_ignore_ascii_case(unit))
}

/// `12` and `1.5` in tenths.
fn tenths(number: &str) -> Option<u64> {
    let (whole, tenth) = number.split_once('.').unwrap_or((number, "0"));
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !are_digits(whole) || !are_digits(tenth) || tenth.len() != 1 {
        return None;
    }
    let tenth = tenth.parse::<u64>().ok()?;
    whole
        .parse::<u64>()
        .ok()?
        .checked_mul(10)?
        .checked_add(tenth)
}

/// The numbers around this one, less than a unit away, of which something holds; it holds of neighbours only.
fn all_that(at: u64, unit: u64, is: impl Fn(u64) -> bool) -> RangeInclusive<u64> {
    if !is(at) {
        return RangeInclusive::new(1, 0);
    }
    let last = |way: &dyn Fn(u64) -> u64| {
        let (mut inside, mut outside) = (0_u64, unit);
        while outside.saturating_sub(inside) > 1 {
            let middle = inside.midpoint(outside);
            if is(way(middle)) {
                inside = middle;
            } else {
                outside = middle;
            }
        }
        way(inside)
    };
    last(&|by| at.saturating_sub(by))..=last(&|by| at.saturating_add(by))
}

/// Whether it may be a part of a time of day with more than one number: `18:16`, `16:18.02`.
fn is_of_a_clock(word: &str) -> bool {
    let (clock, fraction) = word.split_once('.').unwrap_or((word, ""));
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (head, tail) = clock.split_once(':').unwrap_or_default();
    let is_number = |text: &str| text.len() <= 2 && are_digits(text);
    !head.is_empty() && is_number(head) && tail.split(':').all(is_number) && are_digits(fraction)
}

/// Microseconds since 1970 that a clock shows.
fn local(at: Instant, minutes_behind: f64) -> u64 {
    let behind = (minutes_behind * 6e7) as i64;
    at.micros().saturating_add_signed(behind.saturating_neg())
}

/// The time of day as a row shows it, `18:16:18.0000`; none: a recording without times has none.
fn clock(at: Instant, minutes_behind: f64) -> Option<[u8; 13]> {
    if at == Instant::ZERO {
        return None;
    }
    let mut text = *b"00:00:00.0000";
    let of_day = local(at, minutes_behind) % DAY;
    let seconds = of_day / 1_000_000;
    let parts = [seconds / 3_600, seconds / 60 % 60, seconds % 60];
    for (part, places) in parts.into_iter().zip(text.chunks_mut(3)) {
        write(places.get_mut(..2)?, part);
    }
    write(text.get_mut(9..)?, of_day / 100 % 10_000);
    Some(text)
}

/// Writes a number in decimal digits, as many as there is room for.
fn write(places: &mut [u8], mut number: u64) {
    for place in places.iter_mut().rev() {
        *place = b'0'.saturating_add((number % 10) as u8);
        number /= 10;
    }
}

/// Whether these words stand in what a row says of its packet. What there may be a flood of is not taken apart for it:
/// a PUBLISH says nothing else in words than its bytes do, and an acknowledgement little more than its Reason Code.
pub(super) fn are_in_summary(words: &str, record: &Record, log: &WireLog) -> bool {
    let bytes = log.bytes(record);
    let packet_type = record.packet_type();
    match packet_type {
        PacketType::Publish | PacketType::Pingreq | PacketType::Pingresp | PacketType::Reserved => {
            false
        }
        PacketType::Puback | PacketType::Pubrec | PacketType::Pubrel | PacketType::Pubcomp => {
            let &[_, 3..=127, _, _, code, ..] = bytes else {
                return false;
            };
            let is_it = |name: &str| contains(name.as_bytes(), words.as_bytes());
            match ReasonCode(code).name(packet_type, record.version) {
                _ if code == 0 => false,
                Some(name) => is_it(name),
                None => is_it(&format!("0x{code:02X} (not defined)")),
            }
        }
        _ if bytes.len() > SUMMED_UP => false,
        _ => {
            let says = summary(&dissect(bytes, context(record)), bytes);
            contains(says.as_bytes(), words.as_bytes())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_as_rows_write_them() {
        use Said::*;
        for (words, said) in [
            ("QoS 1 · id 2", vec![QoS(Some(1)), Identifier(Some(2))]),
            ("alias 3", vec![Alias(Some(3))]),
            ("alias", vec![Alias(None)]),
            ("18:16:18", vec![Clock("18:16:18".into())]),
            ("1970-01-02", vec![Day(DAY)]),
            ("12 B", vec![Size([12..=12, 12..=12])]),
            ("1.2 kB", vec![Size([1_200..=1_299, 1_150..=1_249])]),
            ("12 KB", vec![Size([12_000..=12_099, 11_500..=12_499])]),
            (
                "plant/a publish",
                vec![PacketType(super::PacketType::Publish), Text],
            ),
            ("some text", vec![]),
            ("12", vec![]),
            ("", vec![]),
            ("12:", vec![Clock("12:".into())]),
            (":40002 10.0.0.1:40002", vec![]),
            ("1970-02-31", vec![]),
        ] {
            let read: Vec<_> = read(words).into_iter().map(|it| it.said).collect();
            assert_eq!(read, said, "{words}");
        }
        let took = read("107 ms").remove(0).said;
        let Took(took) = took else {
            panic!("no round trip");
        };
        for micros in [*took.start(), *took.end()] {
            assert_eq!(digits::duration(Duration::from_micros(micros)), "107 ms");
        }
        assert_ne!(
            digits::duration(Duration::from_micros(took.end() + 1)),
            "107 ms"
        );
    }

    #[test]
    fn a_clock_is_written_as_rows_do() {
        let at = Instant::from_micros(1_700_000_000_480_250);
        assert_eq!(clock(at, 0.0).as_ref(), Some(b"22:13:20.4802"));
        assert_eq!(clock(at, -60.0).as_ref(), Some(b"23:13:20.4802"));
        assert_eq!(clock(Instant::ZERO, 0.0), None);
    }
}
