//! How many packets came when: bars over the time of the log, as wide as they have to be.

use mqttscope_protocol::{ConnectionId, Timeline, TimelineBar};
use mqttscope_shared::Instant;
use mqttscope_wire::{PacketType, Severity};

use crate::log::WireLog;
use mqttscope_protocol::RecordId;

/// The most bars: about as many as a screen shows apart.
const BARS: usize = 240;
/// Packets that are looked at in one go.
const SLICE: u64 = 200_000;

/// Counts packets by their times.
#[derive(Debug)]
pub(crate) struct Counting {
    of: Option<ConnectionId>,
    /// The next packet to count.
    next: u64,
    /// Microseconds that a bar is wide: a power of two.
    width: u64,
    /// The first bar's number, counted from 1970 in bars of this width.
    first: u64,
    bars: Vec<TimelineBar>,
    /// When the first and the last of them came.
    ends: Option<(Instant, Instant)>,
}

impl Default for Counting {
    fn default() -> Self {
        Self {
            of: None,
            next: 0,
            width: 1,
            first: 0,
            bars: Vec::new(),
            ends: None,
        }
    }
}

impl Counting {
    /// Counts those of another connection from now on.
    pub(crate) fn want(&mut self, of: Option<ConnectionId>) {
        if self.of != of {
            *self = Self {
                of,
                ..Self::default()
            };
        }
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        *self = Self {
            of: self.of,
            ..Self::default()
        };
    }

    /// Looks at what was added; whether there is more to look at.
    pub(crate) fn extend(&mut self, log: &WireLog) -> bool {
        self.next = self.next.max(log.first());
        let end = log.end().min(self.next.saturating_add(SLICE));
        for number in self.next..end {
            let Some(entry) = log.entry(RecordId(number)) else {
                continue;
            };
            let record = entry.record();
            // What has no time, as in some logs, was at none.
            if !record.is_packet() || record.at == Instant::ZERO {
                continue;
            }
            if self.of.is_some_and(|of| of != record.connection) {
                continue;
            }
            let is_message = record.packet_type() == PacketType::Publish;
            if let Some(bar) = self.bar(record.at.micros()) {
                bar.packets = bar.packets.saturating_add(1);
                bar.messages = bar.messages.saturating_add(is_message.into());
            }
        }
        self.next = end;
        end < log.end()
    }

    /// The bar of a time; it is made where there is none yet.
    fn bar(&mut self, at: u64) -> Option<&mut TimelineBar> {
        let moment = Instant::from_micros(at);
        let (from, to) = self.ends.unwrap_or((moment, moment));
        self.ends = Some((from.min(moment), to.max(moment)));
        if self.bars.is_empty() {
            self.first = at.checked_div(self.width)?;
            self.bars.push(TimelineBar::default());
        }
        loop {
            let number = at.checked_div(self.width)?;
            let last = self.first.saturating_add(self.bars.len() as u64);
            let (from, to) = (self.first.min(number), last.max(number.saturating_add(1)));
            if to.saturating_sub(from) <= BARS as u64 {
                let before = usize::try_from(self.first.saturating_sub(from)).ok()?;
                if before > 0 {
                    let empty = core::iter::repeat_n(TimelineBar::default(), before);
                    self.bars.splice(0..0, empty);
                    self.first = from;
                }
                let place = usize::try_from(number.saturating_sub(self.first)).ok()?;
                if place >= self.bars.len() {
                    let len = place.saturating_add(1);
                    self.bars.resize(len, TimelineBar::default());
                }
                return self.bars.get_mut(place);
            }
            self.widen()?;
        }
    }

    /// Two bars become one.
    fn widen(&mut self) -> Option<()> {
        self.width = self.width.checked_mul(2)?;
        if !self.first.is_multiple_of(2) {
            self.bars.insert(0, TimelineBar::default());
        }
        self.first /= 2;
        let pairs = self.bars.chunks(2).map(|pair| {
            let [a, b] = [pair.first(), pair.get(1)].map(|bar| bar.copied().unwrap_or_default());
            TimelineBar {
                packets: a.packets.saturating_add(b.packets),
                messages: a.messages.saturating_add(b.messages),
                worst: a.worst.max(b.worst),
            }
        });
        self.bars = pairs.collect();
        Some(())
    }

    /// The bars, with what was found at these times marked.
    pub(crate) fn view(&self, found: impl Iterator<Item = (Instant, Severity)>) -> Timeline {
        let mut bars = self.bars.clone();
        for (at, severity) in found {
            let number = at.micros().checked_div(self.width).unwrap_or(0);
            let place = number.checked_sub(self.first);
            let place = place.and_then(|place| usize::try_from(place).ok());
            if let Some(bar) = place.and_then(|place| bars.get_mut(place)) {
                bar.worst = bar.worst.max(Some(severity));
            }
        }
        Timeline {
            from: Instant::from_micros(self.first.saturating_mul(self.width)),
            width_us: self.width,
            ends: self.ends,
            bars,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn counted(times: &[u64]) -> Counting {
        let mut counting = Counting::default();
        for &at in times {
            counting.bar(at).unwrap().packets += 1;
        }
        counting
    }

    #[test]
    fn bars_grow_both_ways_and_wider() {
        let counting = counted(&[1_000, 1_001, 990]);
        let view = counting.view([(Instant::from_millis(1), Severity::Error)].into_iter());
        assert_eq!(
            (view.from.micros(), view.width_us, view.bars.len()),
            (990, 1, 12)
        );
        assert_eq!(view.bars[10].worst, Some(Severity::Error));
        let wide = counted(&[1_000, 1_001, 1_000_000]).view(core::iter::empty());
        assert!(wide.width_us > 1_000);
        // A bar is wider than what came in it.
        let ends = [1_000, 1_000_000].map(Instant::from_micros);
        assert_eq!(wide.ends, Some(ends.into()));
        assert_eq!(wide.bars.iter().map(|bar| bar.packets).sum::<u32>(), 3);
    }

    proptest! {
        #[test]
        fn every_packet_is_in_the_bar_of_its_time(
            times in proptest::collection::vec(prop_oneof![0..5_000_u64, any::<u64>(), 1_700_000_000_000_000..1_700_000_900_000_000_u64], 1..200),
        ) {
            let counting = counted(&times);
            prop_assert!(counting.bars.len() <= BARS);
            let view = counting.view(core::iter::empty());
            for (place, bar) in view.bars.iter().enumerate() {
                let number = view.from.micros() / view.width_us + place as u64;
                let own = times.iter().filter(|&&at| at / view.width_us == number);
                prop_assert_eq!(own.count(), bar.packets as usize);
            }
        }
    }
}
