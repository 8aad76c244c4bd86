//! What the words before bytes tell: who sent them, when, how many there are.

use core::ops::Range;

use super::super::Side;
use super::super::marks::{Marks, head, meaning, sign_of_tool};
use super::super::scan::{self, words};

/// What the words around an island tell of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Context {
    /// Who sent it, and what says so.
    pub(in super::super) side: Option<(Side, Marks)>,
    /// When, in milliseconds.
    pub(in super::super) at_ms: Option<u64>,
    /// The words say that this is what somebody expected, not what was sent.
    pub(in super::super) expected: bool,
    /// The words say that these bytes are a part of others: a payload, a topic.
    pub(in super::super) partial: bool,
}

/// Reads the words before an island: the last ones first. `record` is what the record says that it stands in.
pub(in super::super) fn line_context(
    text: &str,
    range: Range<usize>,
    record: Option<(Side, Marks)>,
) -> Context {
    let all = scan::searched(scan::tail(text.get(range).unwrap_or_default(), 1000));
    let last_line = all
        .trim_end()
        .rfind('\n')
        .map_or(all, |at| all.get(at.saturating_add(1)..).unwrap_or(all));
    let at_ms = all.lines().rev().find_map(time);
    let lower = all.to_ascii_lowercase();
    let has = |list: &[&str]| list.iter().any(|word| lower.contains(word));
    Context {
        side: record.or_else(|| side(last_line)).or_else(|| {
            // Rulers and fences are no headings.
            let is_word = |word: &str| word.chars().filter(|c| c.is_alphabetic()).count() >= 2;
            let heading = all
                .lines()
                .rev()
                .map(str::trim)
                .find(|line| line.split(' ').any(is_word))?;
            side(heading)
        }),
        at_ms,
        expected: has(&[
            "expected",
            "should be",
            "should have been",
            "supposed to be",
            "supposed to have been",
            "instead of",
            "rather than",
            "erwartet",
            "attendu",
            "esperado",
            "esperaba",
            "not return",
            "n't return",
            "never return",
            "没有返回",
            "没返回",
            "没有收到",
            "应该",
            "应为",
        ]),
        partial: has(&[
            "payload",
            "message:",
            "message.data",
            "topic:",
            "password",
            "body is",
        ]),
    }
}

/// Names under which records say which way something went.
pub(crate) const WAYS: [&str; 8] = [
    "dir",
    "direction",
    "way",
    "side",
    "from",
    "sender",
    "event",
    "type",
];

/// The lines of a text that are records, asked in the order of the text: `{"ts":1,"dir":"tx","hex":"c000"}`. A line is read
/// once, however many places in it are asked for.
pub(in super::super) struct Records<'a> {
    text: &'a str,
    /// The line that was read last, and what it says.
    line: Range<usize>,
    side: Option<(Side, Marks)>,
}

impl<'a> Records<'a> {
    pub(in super::super) fn of(text: &'a str) -> Self {
        Self {
            text,
            line: 0..0,
            side: None,
        }
    }

    /// Who sent what stands at a place, as the record around it says.
    pub(in super::super) fn side(&mut self, at: usize) -> Option<(Side, Marks)> {
        if self.line.is_empty() || !(self.line.start..=self.line.end).contains(&at) {
            self.line = self.line_at(at);
            let line = scan::searched(self.text.get(self.line.clone()).unwrap_or_default());
            self.side = side_of_record(line);
        }
        self.side
    }

    fn line_at(&self, at: usize) -> Range<usize> {
        let is_break = |c: char| matches!(c, '\n' | '\r');
        // What was read before lies before it.
        let from = self.line.end.min(at);
        let before = self.text.get(from..at).unwrap_or_default();
        let start = match before.rfind(is_break) {
            Some(last) => from.saturating_add(last).saturating_add(1),
            None => self.line.start.min(at),
        };
        let behind = self.text.get(at..).unwrap_or_default();
        let len = behind.find(is_break).unwrap_or(behind.len());
        start..at.saturating_add(len)
    }
}

/// Who sent what stands in a line, if it is a record and says so.
fn side_of_record(line: &str) -> Option<(Side, Marks)> {
    if !line.trim_start().starts_with(['{', '[', ',']) || line.len() > 64 << 10 {
        return None;
    }
    WAYS.iter().find_map(|way| {
        let (_, behind) = line.split_once(&*format!("\"{way}\""))?;
        let value = behind.trim_start().strip_prefix(':')?.trim_start();
        way_of(value.strip_prefix('"')?.split_once('"')?.0)
    })
}

/// Which way the value of a field says: `tx`, `out`, `client`.
pub(crate) fn way_of(value: &str) -> Option<(Side, Marks)> {
    if value.len() > 16 || value.contains(' ') {
        return None;
    }
    // What stands in a field is marked by that.
    meaning(&format!("{value}:"))
}

/// Who sends, as the words of a line say; the last mark in it counts.
fn side(line: &str) -> Option<(Side, Marks)> {
    if let Some((side, kind, _)) = sign_of_tool(line) {
        return Some((side, kind));
    }
    let count = words(line).count();
    let mut found = None;
    // Ruby's signs are rulers around a heading, too.
    let mut ruler = None;
    for (n, (_, word)) in words(line).enumerate() {
        if let Some(side) = ruby(word) {
            ruler = ruler.or(Some((side, Marks::Verbs)));
            continue;
        }
        // A word in a sentence tells less than a mark: only the last ones of a short line count.
        let near = count.saturating_sub(n) <= 3;
        // `C:10 0c`, `sendto(3,`: the mark ends within the word.
        let head = head(word);
        let marked =
            head.ends_with([':', '：', '=']) || head.starts_with(['[', '(', '<', '>', '-', '+']);
        if let Some(mark) = meaning(head).or_else(|| tag(head)) {
            if marked || near || n < 3 || mark.1 == Marks::Arrows {
                found = Some(mark);
            }
        } else if let Some(side) = verb(head).filter(|_| near || marked || count <= 8) {
            found = Some((side, Marks::Verbs));
        }
    }
    found.or(ruler)
}

/// Ruby's `---` and `+++`.
fn ruby(word: &str) -> Option<Side> {
    match word {
        "---" => Some(Side::First),
        "+++" => Some(Side::Second),
        _ => None,
    }
}

/// Words of programs for what they do, beside those that [`meaning`] knows.
fn verb(word: &str) -> Option<Side> {
    let bare = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    let is = |list: &[&str]| list.iter().any(|verb| verb.eq_ignore_ascii_case(bare));
    if is(&[
        "sends", "writing", "wrote", "written", "transmit", "tx_data", "request",
    ]) {
        Some(Side::First)
    } else if is(&[
        "reply", "replies", "response", "answer", "answers", "receives", "receive", "got",
        "returns", "returned", "rx_data",
    ]) {
        Some(Side::Second)
    } else {
        None
    }
}

/// The tag of a logger: `mqtt_tx:`, `uart.rx`.
fn tag(word: &str) -> Option<(Side, Marks)> {
    // What a modem says before the bytes that came.
    if word.starts_with("+IPD,") {
        return Some((Side::Second, Marks::Verbs));
    }
    let bare = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    let last = bare.rsplit(['_', '.', '-']).next()?;
    if last.len() == bare.len() {
        return None;
    }
    let is = |list: &[&str]| list.iter().any(|end| end.eq_ignore_ascii_case(last));
    if is(&["tx", "send", "sent", "out", "write"]) {
        Some((Side::First, Marks::Verbs))
    } else if is(&["rx", "recv", "received", "in", "read"]) {
        Some((Side::Second, Marks::Verbs))
    } else {
        None
    }
}

/// The time that a line begins with, in milliseconds, with the distance of its zone from UTC taken off where it says it:
/// `2025-09-30T14:55:11.168985+02:00`.
pub(crate) fn line_time(line: &str) -> Option<u64> {
    let at = time(line)?;
    let word = line.trim_start_matches(['[', '"', ' ', '{']);
    let zone = word
        .get(19..)
        .filter(|_| word.as_bytes().get(10) == Some(&b'T'));
    let zone = zone.and_then(|rest| {
        let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ','));
        let is_ahead = rest.starts_with('+');
        let (hours, behind) = rest.strip_prefix(['+', '-'])?.split_at_checked(2)?;
        let minutes = behind.trim_start_matches(':').get(..2)?;
        let minutes: u64 = (hours.parse::<u64>().ok()?)
            .saturating_mul(60)
            .saturating_add(minutes.parse::<u64>().ok()?);
        Some((is_ahead, minutes.saturating_mul(60_000)))
    });
    Some(match zone {
        Some((true, distance)) => at.saturating_sub(distance),
        Some((false, distance)) => at.saturating_add(distance),
        None => at,
    })
}

/// The time that a line begins with, in milliseconds: of the day, of the date, or since a start.
pub(super) fn time(line: &str) -> Option<u64> {
    let head = scan::head(line, 80);
    clock(head).or_else(|| ticks(head)).or_else(|| epoch(head))
}

/// `2021-03-09 22:23:42.010`, `[00:00:27.859,000]`
fn clock(head: &str) -> Option<u64> {
    let bytes = head.as_bytes();
    let digit = |at: usize| {
        bytes
            .get(at)
            .filter(|b| b.is_ascii_digit())
            .map(|b| u64::from((*b).saturating_sub(b'0')))
    };
    let pair = |at: usize| {
        Some(
            digit(at)?
                .saturating_mul(10)
                .saturating_add(digit(at.saturating_add(1))?),
        )
    };
    let colon = |at: usize| bytes.get(at) == Some(&b':');
    // A terminal's `[11:02:44:001]`.
    let has_millis = |at: usize| {
        let digits = at.saturating_add(9)..at.saturating_add(12);
        digits.clone().all(|place| digit(place).is_some())
            && matches!(bytes.get(digits.end), Some(b']' | b')'))
    };
    let at = (0..bytes.len()).find(|&at| {
        pair(at).is_some()
            && colon(at.saturating_add(2))
            && pair(at.saturating_add(3)).is_some()
            && colon(at.saturating_add(5))
            && pair(at.saturating_add(6)).is_some()
            && !at.checked_sub(1).is_some_and(|before| {
                bytes
                    .get(before)
                    .is_some_and(|b| b.is_ascii_hexdigit() || *b == b':')
            })
            && digit(at.saturating_add(8)).is_none()
            // mosquitto sets a colon and a blank behind its times; more pairs are a list of bytes.
            && (!colon(at.saturating_add(8))
                || bytes.get(at.saturating_add(9)) == Some(&b' ')
                || has_millis(at))
    })?;
    let (hours, minutes, seconds) = (
        pair(at)?,
        pair(at.saturating_add(3))?,
        pair(at.saturating_add(6))?,
    );
    if hours > 23 || minutes > 59 || seconds > 60 {
        return None;
    }
    let mut millis = 0_u64;
    if matches!(bytes.get(at.saturating_add(8)), Some(b'.' | b',' | b':')) {
        let mut unit = 100_u64;
        for place in at.saturating_add(9)..at.saturating_add(12) {
            let Some(value) = digit(place) else { break };
            millis = millis.saturating_add(value.saturating_mul(unit));
            unit /= 10;
        }
    }
    let days = date(head.get(..at)?).unwrap_or(0);
    Some(
        days.saturating_mul(24)
            .saturating_add(hours)
            .saturating_mul(60)
            .saturating_add(minutes)
            .saturating_mul(60)
            .saturating_add(seconds)
            .saturating_mul(1000)
            .saturating_add(millis),
    )
}

/// The days of a date with the year first, whatever stands between its numbers.
fn date(before: &str) -> Option<u64> {
    let mut numbers = before
        .split(|c: char| !c.is_ascii_digit())
        .filter(|part| !part.is_empty())
        .map(|part| (part.len(), part.parse::<u64>().unwrap_or(u64::MAX)))
        .skip_while(|(len, _)| *len != 4);
    let (year, month, day) = (numbers.next()?.1, numbers.next()?.1, numbers.next()?.1);
    if !(1970..=2200).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Days since 1970, with the year beginning in March so that a leap day comes last.
    let (y, m) = if month > 2 {
        (year, month.saturating_sub(3))
    } else {
        (year.saturating_sub(1), month.saturating_add(9))
    };
    Some(
        y.saturating_mul(365)
            .saturating_add(y / 4)
            .saturating_sub(y / 100)
            .saturating_add(y / 400)
            .saturating_add(m.saturating_mul(153).saturating_add(2) / 5)
            .saturating_add(day)
            .saturating_sub(719_469),
    )
}

/// `I (4156) tag:`, milliseconds since the start as ESP-IDF has them; `[   12.345678]` of a kernel;
/// `536.293: DEBUG` of CircuitPython.
fn ticks(head: &str) -> Option<u64> {
    let body = head.trim_start();
    if let Some((number, rest)) = body.split_once(": ")
        && number.len() <= 12
        && rest.starts_with(|c: char| c.is_ascii_uppercase())
        && let Some(at) = seconds(number)
    {
        return Some(at);
    }
    if let Some(rest) = body.strip_prefix(['I', 'D', 'W', 'E', 'V'])
        && let Some(number) = rest.trim_start().strip_prefix('(')
    {
        return number.split(')').next()?.trim().parse().ok();
    }
    let inside = body.strip_prefix('[')?.split(']').next()?.trim();
    seconds(inside)
}

/// `1534347568: `, `1534347568.250 `
fn epoch(head: &str) -> Option<u64> {
    let word = head.split([' ', '\t']).next()?.trim_end_matches(':');
    let whole = word.split('.').next()?;
    if whole.len() != 10 || !whole.starts_with(['1', '2']) {
        return None;
    }
    if word.len() == 10 {
        return word.parse::<u64>().ok()?.checked_mul(1000);
    }
    seconds(word)
}

/// `12.345678` in milliseconds.
fn seconds(word: &str) -> Option<u64> {
    let (whole, part) = word.split_once('.')?;
    let digits = |text: &str| {
        !text.is_empty() && text.len() <= 12 && text.bytes().all(|b| b.is_ascii_digit())
    };
    if !digits(whole) || !digits(part) {
        return None;
    }
    let millis: u64 = format!("{part:0<3}").get(..3)?.parse().ok()?;
    whole
        .parse::<u64>()
        .ok()?
        .checked_mul(1000)?
        .checked_add(millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_taken_off() {
        let utc = line_time("2025-09-30T12:55:11.168985Z x");
        assert_eq!(utc, Some(1_759_236_911_168));
        for line in [
            "2025-09-30T14:55:11.168985+02:00 [debug]",
            "2025-09-30T09:25:11.168-03:30 x",
            "2025-09-30 12:55:11,168 x",
        ] {
            assert_eq!(line_time(line), utc, "{line}");
        }
    }

    #[test]
    fn times_at_the_beginning_of_lines() {
        let day = 24 * 3_600_000;
        assert_eq!(time("1970-01-02 00:00:01.5 x"), Some(day + 1500));
        assert_eq!(
            time("[2018-08-28-11:16:42.128] x").map(|ms| ms % 1000),
            Some(128)
        );
        assert_eq!(time("2000-03-01 00:00:00"), Some(11_017 * day));
        assert_eq!(time("[00:00:27.859,000] <dbg>"), Some(27_859));
        assert_eq!(time("I (4156) mqtt_tx: 10"), Some(4156));
        assert_eq!(time("1534347568: Received"), Some(1_534_347_568_000));
        assert_eq!(time("[   12.345678] uart"), Some(12_345));
        assert_eq!(time("536.293: DEBUG - Fixed Header: "), Some(536_293));
        // mosquitto's `log_timestamp_format`, with its colon behind it.
        assert_eq!(
            time("1970-01-02T00:00:01: Sending SUBACK to x"),
            Some(day + 1000)
        );
        assert_eq!(time("12.5: c0 00"), None);
        assert_eq!(time("10:13:00:04:4d"), None);
        assert_eq!(time("c0 00"), None);
    }

    #[test]
    fn words_that_tell_the_sender() {
        for (line, wanted) in [
            ("sent: ", Some(Side::First)),
            ("reply: ", Some(Side::Second)),
            ("I (4156) mqtt_tx: ", Some(Side::First)),
            ("R:/127.0.0.1:1883] READ: 4B", Some(Side::Second)),
            (
                "2022.05.26 21:31:32.723  --- CONNECT flags: 0  ",
                Some(Side::First),
            ),
            ("send to Serial Bridge > ", Some(Side::First)),
            ("recv from Serial Bridge < ", Some(Side::Second)),
            (
                "[MQTTCFSocketEncoder] buffer to write (8)=",
                Some(Side::First),
            ),
            ("The server returns data is ", Some(Side::Second)),
            ("produces the bytes ", None),
        ] {
            assert_eq!(side(line).map(|(side, _)| side), wanted, "{line}");
        }
    }
}
