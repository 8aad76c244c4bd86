//! When the page is told, and how much at once.
//!
//! While packets pour in, the page has the less time for drawing the more of them there are. It is then
//! told less often, as it says itself how long it draws, and a part at a time, so that no frame has all
//! of it to draw.

use core::time::Duration;

use mqttscope_shared::Instant;

/// Between two reports: faster than the eye, slow enough to leave time for the wire.
const BETWEEN: Duration = Duration::from_millis(50);
/// The least between two reports of the same part in a flood: nobody can read rows that pass so fast,
/// and drawing them takes time from all else.
const IN_FLOOD: Duration = Duration::from_millis(100);
/// The most: numbers that stand still for longer look stuck.
const SLOWEST: Duration = Duration::from_millis(250);
/// Drawing may take one part in so many of the time.
const SHARE: u32 = 4;
/// Packets since rows were reported last that are a flood: more than a screen shows.
const FLOOD: u64 = 256;
/// The time without a packet that ends a flood.
const QUIET: Duration = Duration::from_millis(25);

/// What a report is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// All that is on screen.
    All,
    /// All but the tree of topics.
    Rows,
    /// The tree of topics.
    Tree,
}

/// See [the module](self).
#[derive(Debug)]
pub(super) struct Pace {
    /// The page has drawn what it was told.
    drawn: bool,
    /// When it was told last, and of what.
    told: Option<Instant>,
    part: Part,
    /// The end of the log when it was told of rows last.
    told_end: u64,
    /// When packets came last.
    packets: Option<Instant>,
    /// The time that the page takes to draw, over its last reports.
    takes: Duration,
    /// Something else is on screen since.
    asked: bool,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            drawn: true,
            told: None,
            part: Part::All,
            told_end: 0,
            packets: None,
            takes: Duration::ZERO,
            asked: false,
        }
    }
}

impl Pace {
    /// Packets came.
    pub(super) const fn packets(&mut self, now: Instant) {
        self.packets = Some(now);
    }

    /// The page wants something: it is not kept waiting.
    pub(super) const fn asked(&mut self) {
        self.asked = true;
    }

    /// The page has drawn what it was told.
    pub(super) fn drawn(&mut self, now: Instant) {
        if let Some(told) = self.told.filter(|_| !self.drawn) {
            // One slow frame is not yet a slow page.
            let took = (now - told).min(SLOWEST);
            self.takes = self.takes.saturating_sub(self.takes / 4) + took / 4;
        }
        self.drawn = true;
    }

    /// Whether the page may be told something.
    pub(super) const fn is_drawn(&self) -> bool {
        self.drawn
    }

    /// When the page was told last; none: it was told nothing yet.
    pub(super) const fn told(&self) -> Option<Instant> {
        self.told
    }

    /// When news are due, in a log that ends here.
    pub(super) fn due(&self, end: u64, has_tree: bool) -> Instant {
        let Some(told) = self.told else {
            return Instant::ZERO;
        };
        let soon = told + BETWEEN;
        if !self.is_flood(end) {
            return soon;
        }
        let each = (self.takes * SHARE).clamp(IN_FLOOD, SLOWEST);
        let late = told + if has_tree { each / 2 } else { each };
        // Once it is over, nobody waits for the last of it.
        late.min(soon.max(self.quiet_at()))
    }

    /// When a flood is over, if no packet comes before.
    fn quiet_at(&self) -> Instant {
        self.packets
            .map_or(Instant::ZERO, |packets| packets + QUIET)
    }

    /// What is told now.
    pub(super) fn part(&self, now: Instant, end: u64, has_tree: bool) -> Part {
        if !has_tree || !self.is_flood(end) || now >= self.quiet_at() {
            return Part::All;
        }
        match self.part {
            Part::Tree => Part::Rows,
            Part::All | Part::Rows => Part::Tree,
        }
    }

    /// The page is told this.
    pub(super) const fn tell(&mut self, part: Part, now: Instant, end: u64) {
        self.drawn = false;
        self.asked = false;
        self.told = Some(now);
        self.part = part;
        if !matches!(part, Part::Tree) {
            self.told_end = end;
        }
    }

    const fn is_flood(&self, end: u64) -> bool {
        !self.asked && end.saturating_sub(self.told_end) > FLOOD
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(millis: u64) -> Instant {
        Instant::from_millis(millis)
    }

    /// A flood from 0 on: a report of everything, then packets until now.
    fn flooded(takes: u64, now: u64) -> Pace {
        let mut pace = Pace::default();
        for _ in 0..64 {
            pace.tell(Part::All, ms(0), 0);
            pace.drawn(ms(takes));
        }
        pace.packets(ms(now));
        pace
    }

    #[test]
    fn few_packets_are_told_at_once() {
        let pace = flooded(20, 40);
        assert_eq!(pace.due(FLOOD, true), ms(0) + BETWEEN);
        assert_eq!(pace.part(ms(50), FLOOD, true), Part::All);
    }

    #[test]
    fn a_flood_is_told_a_part_at_a_time() {
        let mut pace = flooded(20, 49);
        assert_eq!(pace.due(9_000, true), ms(0) + IN_FLOOD / 2);
        assert_eq!(pace.part(ms(50), 9_000, true), Part::Tree);
        pace.tell(Part::Tree, ms(50), 9_000);
        pace.packets(ms(99));
        assert_eq!(pace.due(18_000, true), ms(50) + IN_FLOOD / 2);
        assert_eq!(pace.part(ms(100), 18_000, true), Part::Rows);
        pace.tell(Part::Rows, ms(100), 18_000);
        assert_eq!(pace.due(18_001, true), ms(100) + BETWEEN, "not a flood");
    }

    #[test]
    fn where_no_tree_is_shown_rows_are_told_alone() {
        let pace = flooded(20, 99);
        assert_eq!(pace.due(9_000, false), ms(0) + IN_FLOOD);
        assert_eq!(pace.part(ms(100), 9_000, false), Part::All);
    }

    #[test]
    fn a_page_that_draws_slowly_is_told_less_often() {
        let due = |takes| flooded(takes, 400).due(9_000, false).millis();
        assert_eq!(due(25), 100);
        assert_eq!(due(40), 160);
        assert_eq!(ms(due(900)), ms(0) + SLOWEST);
    }

    #[test]
    fn the_end_of_a_flood_is_told_whole_and_soon() {
        let pace = flooded(60, 80);
        assert_eq!(pace.due(9_000, false), ms(80) + QUIET);
        assert_eq!(pace.part(ms(105), 9_000, true), Part::All);
    }

    #[test]
    fn who_asks_in_a_flood_is_answered() {
        let mut pace = flooded(60, 49);
        pace.asked();
        assert_eq!(pace.due(9_000, true), ms(0) + BETWEEN);
        assert_eq!(pace.part(ms(50), 9_000, true), Part::All);
    }
}
