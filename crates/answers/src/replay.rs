//! A recording that is published again, by a device.

use core::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::answering::Reply;
use crate::template::Template;

/// A recording, and how it is published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Replay {
    /// The messages, in order.
    pub messages: Vec<Replayed>,
    /// How fast, in percent: 100 is as it was recorded, 200 twice as fast.
    pub speed: u32,
    /// What is put before each topic.
    pub prefix: Template,
    /// Whether it begins anew a second after its end.
    pub repeat: bool,
}

impl Default for Replay {
    fn default() -> Self {
        Self {
            messages: Vec::new(),
            speed: 100,
            prefix: Template::default(),
            repeat: false,
        }
    }
}

/// A message of a recording.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Replayed {
    /// Microseconds since the first message.
    pub after: u64,
    /// What is published.
    pub message: Reply,
}

impl Replay {
    /// The most messages of a recording.
    pub const MOST: usize = 5_000;
    /// The most bytes of their topics and payloads.
    pub const MOST_BYTES: usize = 1 << 20;
    /// The highest speed, in percent.
    pub const FASTEST: u32 = 100_000;
    /// From its end to its new beginning.
    pub(crate) const PAUSE: Duration = Duration::from_secs(1);

    /// The time from this message to the next; none: it is the last.
    pub(crate) fn gap(&self, at: usize) -> Option<Duration> {
        let (this, next) = (
            self.messages.get(at)?,
            self.messages.get(at.checked_add(1)?)?,
        );
        Some(self.scaled(next.after.saturating_sub(this.after)))
    }

    /// How long all of it takes.
    #[must_use]
    pub fn length(&self) -> Duration {
        let last = self.messages.last().map_or(0, |last| last.after);
        self.scaled(last)
    }

    fn scaled(&self, micros: u64) -> Duration {
        let scaled = micros.saturating_mul(100).checked_div(self.speed.into());
        Duration::from_micros(scaled.unwrap_or(0))
    }
}

/// Messages of a file, as they may be published again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recording {
    /// Those that servers sent, where there are any; else those that clients sent.
    pub messages: Vec<Replayed>,
    /// Whether servers sent them.
    pub came: bool,
    /// Others: of the other direction, sent a second time, of a server's own topics (`$…`), or beyond what a recording holds.
    pub left_out: usize,
}

/// Reads messages as the page exports them: a JSON object a line.
///
/// # Errors
/// Why there is nothing to publish, in a sentence without its full stop.
pub fn read_recording(text: &str) -> Result<Recording, String> {
    let mut all = Vec::new();
    let mut total = 0_usize;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        total = total.saturating_add(1);
        let value: Value =
            serde_json::from_str(line).map_err(|_| format!("message {total} is not valid JSON"))?;
        let read =
            message(&value).ok_or_else(|| format!("message {total} has no time or topic"))?;
        all.extend(Some(read).filter(|(_, _, reply)| !reply.topic.starts_with('$')));
    }
    let came = all.iter().any(|(came, ..)| *came);
    all.retain(|(is_it, ..)| *is_it == came);
    // What several connections recorded comes by connection.
    all.sort_by_key(|(_, at, _)| *at);
    let first = all.first().map_or(0, |(_, at, _)| *at);
    let mut bytes = 0_usize;
    let fits = |one: &Replayed| {
        let size = one
            .message
            .topic
            .len()
            .saturating_add(one.message.payload.len());
        bytes = bytes.saturating_add(size);
        bytes <= Replay::MOST_BYTES
    };
    let messages: Vec<Replayed> = all
        .into_iter()
        .map(|(_, at, message)| Replayed {
            after: at.saturating_sub(first),
            message,
        })
        .take(Replay::MOST)
        .take_while(fits)
        .collect();
    if messages.is_empty() {
        return Err("there is no message to publish again".into());
    }
    Ok(Recording {
        left_out: total.saturating_sub(messages.len()),
        messages,
        came,
    })
}

/// Whether it came, when, and what is to be published; a copy has a topic of the server's own.
fn message(value: &Value) -> Option<(bool, u64, Reply)> {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let flag = |name: &str| value.get(name).and_then(Value::as_bool).unwrap_or(false);
    let (seconds, behind) = text("time")?.split_once('.')?;
    let micros: u64 = behind.get(..6)?.parse().ok()?;
    let at = seconds
        .parse::<u64>()
        .ok()?
        .checked_mul(1_000_000)?
        .checked_add(micros)?;
    let payload = match (text("payload"), text("payload_hex")) {
        (Some(payload), _) => payload.as_bytes().to_vec(),
        (None, Some(hex)) => unhex(hex)?,
        (None, None) => return None,
    };
    let topic = if flag("dup") { "$" } else { text("topic")? };
    let qos = value.get("qos").and_then(Value::as_u64).unwrap_or(0);
    let reply = Reply {
        topic: topic.to_owned(),
        payload,
        qos: u8::try_from(qos.min(2)).unwrap_or(0),
        retain: flag("retain"),
        ..Reply::default()
    };
    Some((text("direction")? == "in", at, reply))
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |sign: &u8| char::from(*sign).to_digit(16);
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let bytes = pairs.iter().map(|[high, low]| {
        let byte = digit(high)?.checked_mul(16)?.checked_add(digit(low)?)?;
        u8::try_from(byte).ok()
    });
    bytes.collect::<Option<_>>().filter(|_| rest.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(direction: &str, time: &str, topic: &str, payload: &str, more: &str) -> String {
        format!(
            "{{\"time\":\"{time}\",\"direction\":\"{direction}\",\"topic\":\"{topic}\",{payload},\"qos\":1{more}}}\n"
        )
    }

    #[test]
    fn what_came_is_published_again_with_its_times() {
        let text = line("out", "10.000000", "a", "\"payload\":\"x\"", "")
            + &line(
                "in",
                "12.500000",
                "b",
                "\"payload_hex\":\"00fF\"",
                ",\"retain\":true",
            )
            + "\n"
            + &line("in", "10.250000", "a", "\"payload\":\"ä\"", "")
            + &line("in", "11.000000", "a", "\"payload\":\"x\"", ",\"dup\":true")
            + &line("in", "11.000000", "$SYS/x", "\"payload\":\"x\"", "");
        let read = read_recording(&text).unwrap();
        let told: Vec<_> = (read.messages.iter())
            .map(|it| {
                (
                    it.after,
                    it.message.topic.as_str(),
                    it.message.payload.as_slice(),
                    it.message.retain,
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                (0, "a", "ä".as_bytes(), false),
                (2_250_000, "b", &[0, 255][..], true)
            ]
        );
        assert_eq!((read.came, read.left_out), (true, 3));
        assert_eq!(read.messages[0].message.qos, 1);
        let replay = Replay {
            messages: read.messages,
            speed: 50,
            ..Replay::default()
        };
        assert_eq!(replay.length(), Duration::from_millis(4500));
        // Where nothing came, it is what was sent.
        let sent = read_recording(&line("out", "10.000000", "a", "\"payload\":\"x\"", "")).unwrap();
        assert_eq!((sent.came, sent.messages.len()), (false, 1));
    }

    #[test]
    fn what_is_no_recording_is_said() {
        for (text, says) in [
            ("", "there is no message to publish again"),
            ("{", "message 1 is not valid JSON"),
            ("{}", "message 1 has no time or topic"),
        ] {
            assert_eq!(read_recording(text).unwrap_err(), says);
        }
        for payload in ["\"payload_hex\":\"0\"", "\"payload_hex\":\"äb\"", "\"x\":1"] {
            assert!(read_recording(&line("in", "1.000000", "a", payload, "")).is_err());
        }
    }

    #[test]
    fn a_recording_is_bounded() {
        let one = line("in", "1.000000", "a", "\"payload\":\"x\"", "");
        let read = read_recording(&one.repeat(Replay::MOST + 7)).unwrap();
        assert_eq!((read.messages.len(), read.left_out), (Replay::MOST, 7));
        let large = format!("\"payload\":\"{}\"", "x".repeat(400_000));
        let read = read_recording(&line("in", "1.000000", "a", &large, "").repeat(4)).unwrap();
        assert_eq!((read.messages.len(), read.left_out), (2, 2));
    }
}
