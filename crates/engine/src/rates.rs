//! Counts of the last seconds.

use mqttscope_protocol::Rates;
use mqttscope_shared::Instant;

/// Seconds that are looked back.
const SECONDS: usize = 3;

#[derive(Clone, Copy, Debug, Default)]
struct Second {
    number: u64,
    messages: [u64; 2],
    bytes: [u64; 2],
}

/// Counts what goes each way, second by second.
#[derive(Debug, Default)]
pub(crate) struct Meter([Second; SECONDS + 1]);

impl Meter {
    /// Counts bytes, and messages among them. `inwards`: from the server.
    pub(crate) fn note(&mut self, now: Instant, inwards: bool, messages: u64, bytes: u64) {
        let number = second(now);
        let way = usize::from(inwards);
        let Some(slot) = self.0.get_mut(number as usize % (SECONDS + 1)) else {
            return;
        };
        if slot.number != number {
            *slot = Second {
                number,
                ..Second::default()
            };
        }
        if let Some(count) = slot.messages.get_mut(way) {
            *count = count.saturating_add(messages);
        }
        if let Some(count) = slot.bytes.get_mut(way) {
            *count = count.saturating_add(bytes);
        }
    }

    /// Averages over the last whole seconds.
    pub(crate) fn rates(&self, now: Instant) -> Rates {
        let now = second(now);
        let past = self
            .0
            .iter()
            .filter(|slot| slot.number < now && now.saturating_sub(slot.number) <= SECONDS as u64);
        let mut sum = [0_u64; 4];
        for slot in past {
            let [out, into] = slot.messages;
            let [bytes_out, bytes_in] = slot.bytes;
            for (sum, count) in sum.iter_mut().zip([into, out, bytes_in, bytes_out]) {
                *sum = sum.saturating_add(count);
            }
        }
        let [messages_in, messages_out, bytes_in, bytes_out] =
            sum.map(|sum| sum as f64 / SECONDS as f64);
        Rates {
            messages_in,
            messages_out,
            bytes_in,
            bytes_out,
        }
    }
}

fn second(now: Instant) -> u64 {
    now.micros() / 1_000_000
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(millis: u64) -> Instant {
        Instant::from_millis(millis)
    }

    #[test]
    fn the_last_whole_seconds_count() {
        let mut meter = Meter::default();
        meter.note(ms(1_000), true, 30, 3_000);
        meter.note(ms(3_999), true, 60, 600);
        meter.note(ms(3_500), false, 3, 30);
        meter.note(ms(4_100), true, 1_000, 9);
        let rates = meter.rates(ms(4_200));
        assert_eq!((rates.messages_in, rates.bytes_in), (30.0, 1_200.0));
        assert_eq!((rates.messages_out, rates.bytes_out), (1.0, 10.0));
        assert_eq!(meter.rates(ms(60_000)), Rates::default());
    }
}
