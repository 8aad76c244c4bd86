//! Numbers as a person reads them.

use core::time::Duration;

use mqttscope_protocol::{CaptureFile, CaptureState, Instant};
/// A whole number, thousands apart.
pub use mqttscope_view::digits::grouped as whole;
use mqttscope_view::digits::short;
/// Numbers of bytes and durations, short.
pub use mqttscope_view::digits::{bytes, duration};

/// A rate: whole where it is large, with a digit behind the point where it is small.
#[must_use]
pub fn rate(number: f64) -> String {
    if number >= 10.0 {
        whole(number.round() as u64)
    } else {
        short(number)
    }
}

/// Microseconds between two packets, with a sign and a unit, in seven characters at most: `+107 ms`, `+7.3 y`.
#[must_use]
pub fn delta(micros: i64) -> String {
    let sign = if micros < 0 { '−' } else { '+' };
    let far = Duration::from_micros(micros.unsigned_abs());
    let says = duration(far);
    // The column is narrow.
    let (number, unit) = says.split_once(' ').unwrap_or((&says, ""));
    let unit = match unit {
        "days" => "d",
        "years" => "y",
        unit => unit,
    };
    format!("{sign}{number} {unit}")
}

/// The time of day of a moment since 1970, where clocks are this many minutes behind UTC.
#[must_use]
pub fn time(at: Instant, minutes_behind: f64) -> String {
    // A recording without times has none.
    if at == Instant::ZERO {
        return String::new();
    }
    let day = local(at, minutes_behind).micros() % 86_400_000_000;
    let whole = day / 1_000_000;
    let (hours, minutes, seconds) = (whole / 3_600, whole / 60 % 60, whole % 60);
    let parts = day / 100 % 10_000;
    format!("{hours:02}:{minutes:02}:{seconds:02}.{parts:04}")
}

/// The day of a moment since 1970, where clocks are this many minutes behind UTC: `2026-11-29`.
#[must_use]
pub fn date(at: Instant, minutes_behind: f64) -> String {
    let text = mqttscope_answers::rfc3339(local(at, minutes_behind).millis());
    text.split('T').next().unwrap_or_default().to_owned()
}

/// Day and time of a moment: `2026-11-29 18:16:18.1234`; empty where a recording has no times.
#[must_use]
pub fn moment(at: Instant, minutes_behind: f64) -> String {
    if at == Instant::ZERO {
        return String::new();
    }
    let day = date(at, minutes_behind);
    format!("{day} {}", time(at, minutes_behind))
}

/// Day and time of a moment in milliseconds since 1970, to the second; empty where it is none.
#[must_use]
pub fn to_the_second(millis: u64, minutes_behind: f64) -> String {
    let at = moment(Instant::from_millis(millis), minutes_behind);
    at.split('.').next().unwrap_or_default().to_owned()
}

/// What rows tell times by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clock {
    /// How many minutes the clocks here are behind UTC.
    pub minutes_behind: f64,
    /// The time now.
    pub now: Instant,
}

impl Clock {
    /// [`time`] by this clock.
    #[must_use]
    pub fn time(self, at: Instant) -> String {
        time(at, self.minutes_behind)
    }

    /// The day of a row where the row before it is of another one, or has no time; `before` is that row's time. Of the first
    /// row the day where it is not today.
    #[must_use]
    pub fn day(self, at: Instant, before: Option<Instant>) -> Option<String> {
        let day = |at| local(at, self.minutes_behind).micros() / 86_400_000_000;
        let is_same = match before {
            Some(before) => before != Instant::ZERO && day(before) == day(at),
            None => day(self.now) == day(at),
        };
        (at != Instant::ZERO && !is_same).then(|| date(at, self.minutes_behind))
    }
}

/// The time before each of these in a list that is drawn in part: of the first it is not known.
pub fn before(
    times: impl Iterator<Item = Option<Instant>>,
) -> impl Iterator<Item = Option<Instant>> {
    let mut last = None;
    times.map(move |at| match at {
        Some(at) => last.replace(at),
        None => last,
    })
}

/// What clocks show that are this many minutes behind UTC, as if it were UTC.
#[must_use]
pub fn local(at: Instant, minutes_behind: f64) -> Instant {
    let behind = (minutes_behind * 6e7) as i64;
    Instant::from_micros(at.micros().saturating_add_signed(behind.saturating_neg()))
}

/// So many of what a noun says.
#[must_use]
pub fn count(number: u64, noun: &str) -> String {
    format!(
        "{} {noun}{}",
        whole(number),
        if number == 1 { "" } else { "s" }
    )
}

/// Behind the number of a list that lost its beginning: that it is the end of `listed` and `left_out`, or of what is narrowed
/// only that there were more.
#[must_use]
pub fn earlier(listed: u64, left_out: u64, is_whole: bool) -> String {
    if is_whole {
        format!(", the last of {}", whole(listed.saturating_add(left_out)))
    } else {
        format!(
            "; {} earlier ones of all connections are not kept",
            whole(left_out)
        )
    }
}

/// The packets of a list, and the rows between them that are none: where connections begin and end.
#[must_use]
pub fn rows(packets: u64, events: u64) -> String {
    match (packets, events) {
        (_, 0) => count(packets, "packet"),
        (0, _) => count(events, "event"),
        _ => format!("{}, {}", count(packets, "packet"), count(events, "event")),
    }
}

/// What stands beside a topic, and what that counts: of files all that the list of messages has of it, of a connection
/// what came, or else what was sent.
#[must_use]
pub fn topic_count(received: u64, sent: u64, is_file: bool) -> (String, String) {
    let all = received.saturating_add(sent);
    if is_file {
        let says = format!(
            "{}, as in the list of messages: {} by clients, {} by servers",
            count(all, "message"),
            whole(sent),
            whole(received)
        );
        return (whole(all), says);
    }
    let says = format!(
        "{} received, {} sent; a message counts once for each connection that it came over, and each time that it came",
        whole(received),
        whole(sent)
    );
    if received > 0 || sent == 0 {
        (whole(received), says)
    } else {
        (format!("→{}", whole(sent)), says)
    }
}

/// A count, or how many of how many where some are left out: `3 of 40`.
#[must_use]
pub fn of(some: u64, all: Option<u64>) -> String {
    match all {
        Some(all) => format!("{} of {}", whole(some), whole(all)),
        None => whole(some),
    }
}

/// The title and the words that stand where a search is kept and nothing is recorded yet.
#[must_use]
pub fn nothing_yet(search: &str) -> (&'static str, String) {
    let says = format!("The filter “{search}” is kept: it applies to what comes.");
    ("No packet recorded yet", says)
}

/// The same where a search, or a time that is chosen, leaves nothing.
#[must_use]
pub fn nothing_found(search: &str, in_span: bool, is_live: bool) -> (&'static str, String) {
    let mut says = "No recorded packet is what you look for".to_owned();
    says.push_str(if in_span {
        ", in the time that is chosen."
    } else {
        "."
    });
    if let Some(meant) = mqttscope_filter::meant(search).filter(|meant| meant.is_words) {
        says.push_str(" Searched as text.");
        if let Some(filter) = meant.filter {
            says.push_str(" For the field, write ");
            says.push_str(&filter);
            says.push('.');
        }
    }
    if is_live && asks_addresses(search) {
        says.push_str(
            " A browser tells no addresses: here only the server's is known, as it stands in the address of the connection or as the \
             companion tells it.",
        );
    }
    ("Nothing matches", says)
}

/// Why a list of connections is empty, `found` of which a search left out, and what to do next.
#[must_use]
pub fn no_connection(found: Option<u64>, files: &[CaptureFile]) -> &'static str {
    let is_keys = |file: &CaptureFile| matches!(file.state, CaptureState::Keys(_));
    let is_read = |file: &CaptureFile| file.state == CaptureState::Read;
    let are_empty = || {
        files
            .iter()
            .all(|file| file.frames == 0 && (is_keys(file) || is_read(file)))
    };
    match found {
        Some(1..) => "Nothing of a connection matches the filter and the stretch of time.",
        _ if files.is_empty() => "No connection with MQTT so far.",
        _ if files.iter().all(is_keys) => {
            "A key log opens TLS and holds no packets: open the capture that it belongs to as well."
        }
        _ if files
            .iter()
            .any(|file| file.size.is_none() && !is_read(file)) =>
        {
            "Waiting for the first connection: let a client connect through what is recorded here."
        }
        _ if are_empty() => {
            "Nothing was recorded: no frame is in it. Record while a client connects, and open that."
        }
        _ => "No connection with MQTT so far.",
    }
}

/// Whether a filter asks for an address or a port of a connection.
fn asks_addresses(search: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_');
    let mut names = search.split(|c| !is_part(c));
    names.any(|name| {
        name.starts_with("ip.")
            || name.starts_with("ipv6.")
            || name.starts_with("tcp.") && name.ends_with("port")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_list_of_connections_says_what_to_do() {
        let file = |state, size, frames| CaptureFile {
            state,
            size,
            frames,
            ..CaptureFile::default()
        };
        let keys = file(CaptureState::Keys(4), Some(9), 0);
        let empty = file(CaptureState::Read, Some(24), 0);
        let full = file(CaptureState::Read, Some(900), 7);
        let tap = file(CaptureState::Reading, None, 0);
        let says = |files: &[CaptureFile]| no_connection(None, files);
        assert!(says(core::slice::from_ref(&keys)).starts_with("A key log opens TLS"));
        assert!(says(&[keys.clone(), empty.clone()]).starts_with("Nothing was recorded"));
        assert!(says(&[keys, tap]).starts_with("Waiting for the first connection"));
        assert_eq!(
            says(&[empty.clone(), full]),
            "No connection with MQTT so far."
        );
        assert!(no_connection(Some(3), &[empty]).contains("matches the filter"));
    }

    #[test]
    fn a_list_that_lost_its_beginning_says_so() {
        assert_eq!(earlier(10_000, 123_478, true), ", the last of 133,478");
        assert_eq!(
            earlier(7, 1_000, false),
            "; 1,000 earlier ones of all connections are not kept"
        );
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(
            (rate(0.0), rate(1.25), rate(1203.6)),
            ("0".into(), "1.2".into(), "1,204".into())
        );
        assert_eq!(
            [440, 107_000, 12_000_000, -440, 0].map(delta),
            ["+0.4 ms", "+107 ms", "+12 s", "−0.4 ms", "+0 ms"]
        );
        // None is wider than its column.
        for micros in [999_960, 1_000_000, 86_400_000_000, 32_832_000_000_000] {
            assert!(delta(micros).chars().count() <= 8, "{}", delta(micros));
        }
        assert_eq!(
            [1_000_000, 32_832_000_000_000, 230_000_000_000_000].map(delta),
            ["+1 s", "+380 d", "+7.3 y"]
        );
    }

    #[test]
    fn the_time_of_day_is_the_place_s() {
        let noon = Instant::from_micros(1_700_000_000_480_250);
        assert_eq!(time(noon, 0.0), "22:13:20.4802");
        assert_eq!(time(noon, -60.0), "23:13:20.4802");
    }

    #[test]
    fn a_row_says_its_day_where_that_is_another_one() {
        let hour = |hours: u64| Instant::from_millis(1_700_000_000_000 + hours * 3_600_000);
        let clock = |minutes_behind, now| Clock {
            minutes_behind,
            now,
        };
        let utc = clock(0.0, hour(48));
        // 22:13 of the 14th.
        assert_eq!(utc.day(hour(0), None).as_deref(), Some("2023-11-14"));
        assert_eq!(utc.day(hour(1), Some(hour(0))), None);
        assert_eq!(
            utc.day(hour(2), Some(hour(1))).as_deref(),
            Some("2023-11-15")
        );
        // Also where times go back, and behind rows without a time.
        assert_eq!(
            utc.day(hour(1), Some(hour(2))).as_deref(),
            Some("2023-11-14")
        );
        assert!(utc.day(hour(1), Some(Instant::ZERO)).is_some());
        assert_eq!(utc.day(Instant::ZERO, Some(hour(2))), None);
        // What began today need not say so, until it is another day.
        assert_eq!(clock(0.0, hour(1)).day(hour(0), None), None);
        assert!(clock(0.0, hour(2)).day(hour(0), None).is_some());
        // Midnight is that of the place.
        let east = clock(-60.0, hour(48));
        assert!(east.day(hour(1), Some(hour(0))).is_some());
        assert_eq!(east.day(hour(2), Some(hour(1))), None);
    }

    #[test]
    fn a_topic_of_a_file_counts_as_the_list_of_messages_does() {
        let (counted, says) = topic_count(2, 1, true);
        assert_eq!(counted, "3");
        assert_eq!(
            says,
            "3 messages, as in the list of messages: 1 by clients, 2 by servers"
        );
        let (counted, says) = topic_count(2, 1, false);
        assert_eq!(counted, "2");
        assert!(says.starts_with("2 received, 1 sent; "));
        assert_eq!(topic_count(0, 1, false).0, "→1");
        assert_eq!(topic_count(0, 0, false).0, "0");
    }

    #[test]
    fn rows_that_are_no_packets_are_counted_too() {
        for (packets, events, says) in [
            (0, 0, "0 packets"),
            (1, 0, "1 packet"),
            (0, 1, "1 event"),
            (1_200, 2, "1,200 packets, 2 events"),
        ] {
            assert_eq!(rows(packets, events), says);
        }
    }

    #[test]
    fn nothing_found_says_what_was_looked_for() {
        assert!(nothing_yet("hello").1.contains("“hello” is kept"));
        const NONE: &str = "No recorded packet is what you look for";
        assert_eq!(nothing_found("hello", false, true).1, format!("{NONE}."));
        assert_eq!(
            nothing_found("hello", true, true).1,
            format!("{NONE}, in the time that is chosen.")
        );
        assert_eq!(
            nothing_found("qos>=1", false, true).1,
            format!("{NONE}. Searched as text. For the field, write mqtt.qos >= 1.")
        );
        // Of what is a filter already, and a wrong one, the search field speaks.
        assert_eq!(
            nothing_found("mqtt.qos=1", false, true).1,
            format!("{NONE}.")
        );
        assert_eq!(
            nothing_found("size > 20", false, true).1,
            format!("{NONE}. Searched as text.")
        );
        let no_client = "ip.addr == 10.0.0.9";
        assert!(
            nothing_found(no_client, false, true)
                .1
                .contains("tells no addresses")
        );
        assert_eq!(nothing_found(no_client, false, false).1, format!("{NONE}."));
    }
}
