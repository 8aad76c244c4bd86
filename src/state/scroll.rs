//! A list that may be longer than a browser lets anything be: from rows to places and back.

/// The tallest that a list is made, in CSS pixels. Browsers stop between 17 and 33 million; past
/// this one, a pixel of the scroll bar stands for more than a pixel of rows.
const TALLEST: u64 = 15_000_000;

/// A list of rows that have one height, and the part of it that fits the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scroll {
    /// Rows there are.
    pub total: u64,
    /// Height of one row, in CSS pixels.
    pub row: u32,
    /// Height of what is on screen, in CSS pixels.
    pub shown: u32,
}

impl Scroll {
    /// Height of the whole list, in CSS pixels.
    #[must_use]
    pub fn height(&self) -> u64 {
        self.true_height().min(TALLEST)
    }

    /// Whether a pixel of the scroll bar stands for more than one.
    #[must_use]
    pub fn is_scaled(&self) -> bool {
        self.true_height() > TALLEST
    }

    /// The row at the top of the screen when it is scrolled down by `top`.
    #[must_use]
    pub fn first(&self, top: u64) -> u64 {
        let first = if self.is_scaled() {
            let (pixels, rows) = (self.way(), self.last_first());
            top.min(pixels)
                .saturating_mul(rows)
                .checked_div(pixels)
                .unwrap_or(0)
        } else {
            top.checked_div(self.row_height()).unwrap_or(0)
        };
        first.min(self.total)
    }

    /// How far down to scroll for this row to be the first.
    #[must_use]
    pub fn top_of(&self, row: u64) -> u64 {
        if self.is_scaled() {
            let (pixels, rows) = (self.way(), self.last_first());
            row.min(rows)
                .saturating_mul(pixels)
                .div_ceil(rows.max(1))
                .min(pixels)
        } else {
            row.saturating_mul(self.row_height()).min(self.way())
        }
    }

    /// Where rows from `first` on are drawn, from the top of the list, when it is scrolled down by
    /// `top`.
    #[must_use]
    pub fn offset(&self, first: u64, drawn: u64, top: u64) -> u64 {
        let height = drawn.saturating_mul(self.row_height());
        if !self.is_scaled() {
            first.saturating_mul(self.row_height())
        } else if top >= self.way() && first.saturating_add(drawn) >= self.total {
            self.height().saturating_sub(height)
        } else {
            let above = self
                .first(top)
                .saturating_sub(first)
                .saturating_mul(self.row_height());
            let below = first
                .saturating_sub(self.first(top))
                .saturating_mul(self.row_height());
            top.saturating_add(below)
                .saturating_sub(above)
                .min(self.height().saturating_sub(height))
        }
    }

    /// How far down to scroll for this row to be seen; none: it is.
    #[must_use]
    pub fn reveal(&self, row: u64, top: u64) -> Option<u64> {
        let first = self.first(top.saturating_add(self.row_height()).saturating_sub(1));
        let fits = u64::from(self.shown)
            .checked_div(self.row_height())
            .unwrap_or(0)
            .max(1);
        if row < first {
            Some(self.top_of(row))
        } else if row >= self.first(top).saturating_add(fits) {
            let bottom = row.saturating_add(1).saturating_mul(self.row_height());
            Some(if self.is_scaled() {
                self.top_of(row.saturating_add(1).saturating_sub(fits))
            } else {
                bottom.saturating_sub(u64::from(self.shown))
            })
        } else {
            None
        }
    }

    /// How far down it can be scrolled.
    #[must_use]
    pub fn way(&self) -> u64 {
        self.height().saturating_sub(u64::from(self.shown))
    }

    fn true_height(&self) -> u64 {
        self.total.saturating_mul(self.row_height())
    }

    fn row_height(&self) -> u64 {
        u64::from(self.row.max(1))
    }

    /// The first row on screen when it is scrolled to its end.
    fn last_first(&self) -> u64 {
        let fits = u64::from(self.shown)
            .checked_div(self.row_height())
            .unwrap_or(0);
        self.total.saturating_sub(fits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Scroll = Scroll {
        total: 1000,
        row: 24,
        shown: 480,
    };
    const LONG: Scroll = Scroll {
        total: 5_000_000,
        row: 24,
        shown: 480,
    };

    #[test]
    fn a_short_list_is_as_tall_as_its_rows() {
        assert_eq!(SHORT.height(), 24_000);
        assert_eq!(SHORT.first(0), 0);
        assert_eq!(SHORT.first(240), 10);
        assert_eq!(SHORT.offset(7, 40, 240), 168);
        assert_eq!(SHORT.top_of(2000), SHORT.way());
    }

    #[test]
    fn a_long_list_reaches_both_its_ends() {
        assert_eq!(LONG.height(), 15_000_000);
        assert_eq!(LONG.first(0), 0);
        assert_eq!(LONG.first(LONG.way()), 4_999_980);
        assert_eq!(LONG.top_of(4_999_999), LONG.way());
        assert_eq!(LONG.offset(4_999_970, 30, LONG.way()) + 30 * 24, 15_000_000);
    }

    #[test]
    fn the_first_row_of_a_long_list_is_drawn_at_the_top_of_the_screen() {
        for top in [0, 1, 77, 7_000_000, 14_000_000] {
            let first = LONG.first(top);
            assert_eq!(LONG.offset(first, 40, top), top, "{top}");
            // Every row can be gone to.
            assert_eq!(LONG.first(LONG.top_of(first)), first);
        }
    }

    #[test]
    fn a_row_is_revealed_with_as_little_scrolling_as_can_be() {
        assert_eq!(SHORT.reveal(5, 0), None);
        assert_eq!(SHORT.reveal(20, 0), Some(24));
        assert_eq!(SHORT.reveal(3, 240), Some(72));
        assert_eq!(LONG.reveal(4_999_999, LONG.way()), None);
        assert_eq!(LONG.reveal(0, LONG.way()), Some(0));
    }

    #[test]
    fn an_empty_list_has_no_height() {
        let none = Scroll {
            total: 0,
            row: 24,
            shown: 480,
        };
        assert_eq!((none.height(), none.first(0), none.way()), (0, 0, 0));
    }
}
