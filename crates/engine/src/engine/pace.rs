//! When the page is told, and how much at once.
//!
//! While packets pour in, the page has the less time for drawing the more of them there are. It is then
//! told less often, as it says itself how long it draws, and a part at a time, so that no frame has all
//! of it to draw.

/// Milliseconds between two reports: faster than the eye, slow enough to leave time for the wire.
const BETWEEN: f64 = 50.0;
/// The least between two reports of the same part in a flood: nobody can read rows that pass so fast,
/// and drawing them takes time from all else.
const IN_FLOOD: f64 = 100.0;
/// The most: numbers that stand still for longer look stuck.
const SLOWEST: f64 = 250.0;
/// Drawing may take one part in so many of the time.
const SHARE: f64 = 4.0;
/// Packets since rows were reported last that are a flood: more than a screen shows.
const FLOOD: u64 = 256;
/// Milliseconds without a packet that end a flood.
const QUIET: f64 = 25.0;

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
    /// When it was told last.
    told_ms: f64,
    /// What it was told last.
    told: Part,
    /// The end of the log when it was told of rows last.
    told_end: u64,
    /// When packets came last.
    packets_ms: f64,
    /// Milliseconds that the page takes to draw, over its last reports.
    takes_ms: f64,
    /// Something else is on screen since.
    asked: bool,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            drawn: true,
            told_ms: f64::NEG_INFINITY,
            told: Part::All,
            told_end: 0,
            packets_ms: f64::NEG_INFINITY,
            takes_ms: 0.0,
            asked: false,
        }
    }
}

impl Pace {
    /// Packets came.
    pub(super) const fn packets(&mut self, now_ms: f64) {
        self.packets_ms = now_ms;
    }

    /// The page wants something: it is not kept waiting.
    pub(super) const fn asked(&mut self) {
        self.asked = true;
    }

    /// The page has drawn what it was told.
    pub(super) fn drawn(&mut self, now_ms: f64) {
        if !self.drawn && self.told_ms.is_finite() {
            // One slow frame is not yet a slow page.
            let took = (now_ms - self.told_ms).clamp(0.0, SLOWEST);
            self.takes_ms += (took - self.takes_ms) / 4.0;
        }
        self.drawn = true;
    }

    /// Whether the page may be told something.
    pub(super) const fn is_drawn(&self) -> bool {
        self.drawn
    }

    /// When the page was told last.
    pub(super) const fn told_ms(&self) -> f64 {
        self.told_ms
    }

    /// When news are due, in a log that ends here.
    pub(super) fn due_ms(&self, end: u64, has_tree: bool) -> f64 {
        let soon = self.told_ms + BETWEEN;
        if !self.is_flood(end) {
            return soon;
        }
        let each = (self.takes_ms * SHARE).clamp(IN_FLOOD, SLOWEST);
        let parts = if has_tree { 2.0 } else { 1.0 };
        let late = self.told_ms + each / parts;
        // Once it is over, nobody waits for the last of it.
        late.min(soon.max(self.packets_ms + QUIET))
    }

    /// What is told now.
    pub(super) fn part(&self, now_ms: f64, end: u64, has_tree: bool) -> Part {
        if !has_tree || !self.is_flood(end) || now_ms >= self.packets_ms + QUIET {
            return Part::All;
        }
        match self.told {
            Part::Tree => Part::Rows,
            Part::All | Part::Rows => Part::Tree,
        }
    }

    /// The page is told this.
    pub(super) const fn tell(&mut self, part: Part, now_ms: f64, end: u64) {
        self.drawn = false;
        self.asked = false;
        self.told_ms = now_ms;
        self.told = part;
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

    /// A flood from 0 on: a report of everything, then packets until now.
    fn flooded(takes_ms: f64, now_ms: f64) -> Pace {
        let mut pace = Pace::default();
        for _ in 0..64 {
            pace.tell(Part::All, 0.0, 0);
            pace.drawn(takes_ms);
        }
        pace.packets(now_ms);
        pace
    }

    #[test]
    fn few_packets_are_told_at_once() {
        let pace = flooded(20.0, 40.0);
        assert_eq!(pace.due_ms(FLOOD, true), BETWEEN);
        assert_eq!(pace.part(50.0, FLOOD, true), Part::All);
    }

    #[test]
    fn a_flood_is_told_a_part_at_a_time() {
        let mut pace = flooded(20.0, 49.0);
        assert_eq!(pace.due_ms(9_000, true), IN_FLOOD / 2.0);
        assert_eq!(pace.part(50.0, 9_000, true), Part::Tree);
        pace.tell(Part::Tree, 50.0, 9_000);
        pace.packets(99.0);
        assert_eq!(pace.due_ms(18_000, true), 50.0 + IN_FLOOD / 2.0);
        assert_eq!(pace.part(100.0, 18_000, true), Part::Rows);
        pace.tell(Part::Rows, 100.0, 18_000);
        assert_eq!(pace.due_ms(18_001, true), 100.0 + BETWEEN, "not a flood");
    }

    #[test]
    fn where_no_tree_is_shown_rows_are_told_alone() {
        let pace = flooded(20.0, 99.0);
        assert_eq!(pace.due_ms(9_000, false), IN_FLOOD);
        assert_eq!(pace.part(100.0, 9_000, false), Part::All);
    }

    #[test]
    fn a_page_that_draws_slowly_is_told_less_often() {
        let due = |takes_ms| flooded(takes_ms, 400.0).due_ms(9_000, false).round();
        assert_eq!(due(25.0), 100.0);
        assert_eq!(due(40.0), 160.0);
        assert_eq!(due(900.0), SLOWEST);
    }

    #[test]
    fn the_end_of_a_flood_is_told_whole_and_soon() {
        let pace = flooded(60.0, 80.0);
        assert_eq!(pace.due_ms(9_000, false), 80.0 + QUIET);
        assert_eq!(pace.part(105.0, 9_000, true), Part::All);
    }

    #[test]
    fn who_asks_in_a_flood_is_answered() {
        let mut pace = flooded(60.0, 49.0);
        pace.asked();
        assert_eq!(pace.due_ms(9_000, true), BETWEEN);
        assert_eq!(pace.part(50.0, 9_000, true), Part::All);
    }
}
