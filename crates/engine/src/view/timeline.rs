//! How many packets came when: bars over the time of the log, as wide as they have to be.

use mqttscope_protocol::{ConnectionId, Timeline, TimelineBar};
use mqttscope_shared::Instant;
use mqttscope_wire::{PacketType, Severity};

use crate::log::{Record, WireLog};
use mqttscope_protocol::RecordId;

/// The most bars: about as many as a screen shows apart.
const BARS: usize = 240;
/// Packets that are looked at in one go.
const SLICE: u64 = 200_000;

/// Packets by their times.
#[derive(Clone, Debug)]
pub(crate) struct Bars {
    /// Microseconds that a bar is wide: a power of two.
    width: u64,
    /// The first bar's number, counted from 1970 in bars of this width.
    first: u64,
    bars: Vec<TimelineBar>,
    /// When the first and the last of them came.
    ends: Option<(Instant, Instant)>,
}

impl Default for Bars {
    fn default() -> Self {
        Self {
            width: 1,
            first: 0,
            bars: Vec::new(),
            ends: None,
        }
    }
}

/// Counts packets by their times.
#[derive(Debug, Default)]
pub(crate) struct Counting {
    of: Option<ConnectionId>,
    /// The next packet to count.
    next: u64,
    bars: Bars,
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
            if self.of.is_none_or(|of| of == record.connection) {
                self.bars.add(record);
            }
        }
        self.next = end;
        end < log.end()
    }

    /// The bars, with what a filter leaves of them, and with what was found at these times marked.
    pub(crate) fn view(
        &self,
        left: Option<&Bars>,
        found: impl Iterator<Item = (Instant, Severity)>,
    ) -> Timeline {
        let Bars {
            width, first, ends, ..
        } = self.bars;
        let mut bars = self.bars.bars.clone();
        let place = |at: u64| {
            let number = at.checked_div(width).unwrap_or(0);
            number
                .checked_sub(first)
                .and_then(|place| usize::try_from(place).ok())
        };
        for (at, severity) in found {
            if let Some(bar) = place(at.micros()).and_then(|place| bars.get_mut(place)) {
                bar.worst = bar.worst.max(Some(severity));
            }
        }
        // Its bars are as wide as these, or narrower.
        for (at, own) in left.into_iter().flat_map(Bars::each) {
            if let Some(bar) = place(at).and_then(|place| bars.get_mut(place)) {
                bar.left = bar.left.saturating_add(own.packets);
            }
        }
        Timeline {
            from: Instant::from_micros(first.saturating_mul(width)),
            width_us: width,
            ends,
            is_narrowed: left.is_some(),
            bars,
        }
    }
}

impl Bars {
    /// Counts a packet. What has no time, as in some logs, was at none.
    pub(crate) fn add(&mut self, record: &Record) {
        if !record.is_packet() || record.at == Instant::ZERO {
            return;
        }
        let is_message = record.packet_type() == PacketType::Publish;
        if let Some(bar) = self.bar(record.at.micros()) {
            bar.packets = bar.packets.saturating_add(1);
            bar.messages = bar.messages.saturating_add(is_message.into());
        }
    }

    /// A packet that was counted is none of them any more.
    pub(crate) fn remove(&mut self, record: &Record) {
        if !record.is_packet() || record.at == Instant::ZERO {
            return;
        }
        let is_message = record.packet_type() == PacketType::Publish;
        if let Some(bar) = self.bar(record.at.micros()) {
            bar.packets = bar.packets.saturating_sub(1);
            bar.messages = bar.messages.saturating_sub(is_message.into());
        }
    }

    /// Each bar with the time at which it begins.
    fn each(&self) -> impl Iterator<Item = (u64, &TimelineBar)> {
        let bars = (self.first..).zip(&self.bars);
        bars.map(|(number, bar)| (number.saturating_mul(self.width), bar))
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
                left: a.left.saturating_add(b.left),
                worst: a.worst.max(b.worst),
            }
        });
        self.bars = pairs.collect();
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn counted(times: &[u64]) -> Counting {
        let mut counting = Counting::default();
        for &at in times {
            counting.bars.bar(at).unwrap().packets += 1;
        }
        counting
    }

    #[test]
    fn bars_grow_both_ways_and_wider() {
        let counting = counted(&[1_000, 1_001, 990]);
        let view = counting.view(
            None,
            [(Instant::from_millis(1), Severity::Error)].into_iter(),
        );
        assert_eq!(
            (view.from.micros(), view.width_us, view.bars.len()),
            (990, 1, 12)
        );
        assert_eq!(view.bars[10].worst, Some(Severity::Error));
        let wide = counted(&[1_000, 1_001, 1_000_000]).view(None, core::iter::empty());
        assert!(wide.width_us > 1_000);
        // A bar is wider than what came in it.
        let ends = [1_000, 1_000_000].map(Instant::from_micros);
        assert_eq!(wide.ends, Some(ends.into()));
        assert_eq!(wide.bars.iter().map(|bar| bar.packets).sum::<u32>(), 3);
    }

    #[test]
    fn what_a_filter_leaves_stands_in_the_same_bars() {
        let all = counted(&[1_000, 1_001, 1_900, 1_000_000]);
        let left = counted(&[1_001, 1_000_000]).bars;
        let view = all.view(Some(&left), core::iter::empty());
        assert!(view.is_narrowed && !all.view(None, core::iter::empty()).is_narrowed);
        let (first, last) = (view.bars[0], view.bars[view.bars.len() - 1]);
        assert_eq!((first.packets, first.left), (3, 1));
        assert_eq!((last.packets, last.left), (1, 1));
        assert_eq!(view.bars.iter().map(|bar| bar.left).sum::<u32>(), 2);
    }

    proptest! {
        #[test]
        fn every_packet_is_in_the_bar_of_its_time(
            times in proptest::collection::vec(prop_oneof![0..5_000_u64, any::<u64>(), 1_700_000_000_000_000..1_700_000_900_000_000_u64], 1..200),
        ) {
            let counting = counted(&times);
            prop_assert!(counting.bars.bars.len() <= BARS);
            let view = counting.view(None, core::iter::empty());
            for (place, bar) in view.bars.iter().enumerate() {
                let number = view.from.micros() / view.width_us + place as u64;
                let own = times.iter().filter(|&&at| at / view.width_us == number);
                prop_assert_eq!(own.count(), bar.packets as usize);
            }
        }
    }
}
