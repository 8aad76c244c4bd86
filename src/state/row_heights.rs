//! Where the rows of a virtual list stand, also of one that is taller than a browser lets anything be.

/// The tallest that a list is made, in CSS pixels. Browsers stop between 17 and 33 million; past
/// this one, a pixel of the scroll bar stands for more than a pixel of rows.
const TALLEST: u64 = 15_000_000;

/// The heights of all rows: most have the same, a few are taller.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowHeights {
    count: usize,
    row: u32,
    /// Rows that are taller, in order, and by how much all rows up to them are.
    taller: Vec<(usize, u64)>,
}

impl RowHeights {
    /// `count` rows of one height, in CSS pixels.
    #[must_use]
    pub fn even(count: usize, row: u32) -> Self {
        Self {
            count,
            row: row.max(1),
            taller: Vec::new(),
        }
    }

    /// The same with some rows taller, each by its number of pixels; they come in order.
    #[must_use]
    pub fn with_taller(mut self, rows: impl IntoIterator<Item = (usize, u32)>) -> Self {
        let mut sum = 0_u64;
        for (row, more) in rows {
            sum = sum.saturating_add(u64::from(more));
            self.taller.push((row, sum));
        }
        self
    }

    /// The number of rows.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// The height of all rows.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.top_of(self.count)
    }

    /// Where a row begins.
    #[must_use]
    pub fn top_of(&self, row: usize) -> u64 {
        let before = self.taller.partition_point(|&(other, _)| other < row);
        let more = before
            .checked_sub(1)
            .and_then(|last| self.taller.get(last))
            .map_or(0, |&(_, sum)| sum);
        (row as u64)
            .saturating_mul(u64::from(self.row))
            .saturating_add(more)
    }

    /// The row that holds a pixel, or the last.
    #[must_use]
    pub fn row_at(&self, pixel: u64) -> usize {
        // The row before the first that begins behind it.
        let (mut low, mut high) = (0_usize, self.count);
        while low < high {
            let middle = low.midpoint(high);
            if self.top_of(middle) <= pixel {
                low = middle.saturating_add(1);
            } else {
                high = middle;
            }
        }
        low.saturating_sub(1)
    }

    /// Height of the list in the page.
    #[must_use]
    pub fn height(&self) -> u64 {
        self.total().min(TALLEST)
    }

    /// Whether a pixel of the scroll bar stands for more than one.
    #[must_use]
    pub fn is_scaled(&self) -> bool {
        self.total() > TALLEST
    }

    /// The pixel of the rows that is at the top of the screen, of which `shown` pixels are seen,
    /// when the list is scrolled down by `top`.
    #[must_use]
    pub fn pixel_at(&self, top: u64, shown: u64) -> u64 {
        let way = self.height().saturating_sub(shown);
        let top = top.min(way);
        if !self.is_scaled() {
            return top;
        }
        top.saturating_mul(self.total().saturating_sub(shown))
            .checked_div(way)
            .unwrap_or(0)
    }

    /// How far down to scroll for a pixel of the rows to be at the top of the screen.
    #[must_use]
    pub fn scroll_to(&self, pixel: u64, shown: u64) -> u64 {
        let way = self.height().saturating_sub(shown);
        if !self.is_scaled() {
            return pixel.min(way);
        }
        let all = self.total().saturating_sub(shown);
        pixel
            .min(all)
            .saturating_mul(way)
            .div_ceil(all.max(1))
            .min(way)
    }

    /// Where a row is drawn in the page when the list is scrolled down by `top`.
    #[must_use]
    pub fn place_of(&self, row: usize, top: u64, shown: u64) -> u64 {
        if !self.is_scaled() {
            return self.top_of(row);
        }
        top.min(self.height().saturating_sub(shown))
            .saturating_add(self.top_of(row))
            .saturating_sub(self.pixel_at(top, shown))
    }

    /// How far down to scroll for a row to be seen, as little as need be; none: it is.
    #[must_use]
    pub fn reveal(&self, row: usize, top: u64, shown: u64) -> Option<u64> {
        let from = self.pixel_at(top, shown);
        let (start, end) = (self.top_of(row), self.top_of(row.saturating_add(1)));
        let wanted = if start < from {
            start
        } else if end > from.saturating_add(shown) {
            end.saturating_sub(shown)
        } else {
            return None;
        };
        // One pixel of the scroll bar may skip several rows: then the row goes to the middle.
        let wanted = if self.is_scaled() {
            start.saturating_sub(shown / 2)
        } else {
            wanted
        };
        Some(self.scroll_to(wanted, shown))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uneven() -> RowHeights {
        RowHeights::even(1000, 26).with_taller([(2, 70), (3, 140), (999, 70)])
    }

    #[test]
    fn rows_stand_where_those_before_them_end() {
        let rows = uneven();
        assert_eq!(rows.top_of(2), 52);
        assert_eq!(rows.top_of(3), 52 + 96);
        assert_eq!(rows.top_of(4), 52 + 96 + 166);
        assert_eq!(rows.total(), 26_000 + 280);
    }

    #[test]
    fn each_pixel_belongs_to_the_row_around_it() {
        let rows = uneven();
        for row in [0, 1, 2, 3, 4, 500, 999] {
            assert_eq!(rows.row_at(rows.top_of(row)), row);
            assert_eq!(rows.row_at(rows.top_of(row + 1) - 1), row);
        }
        assert_eq!(rows.row_at(u64::MAX), 999);
        assert_eq!(RowHeights::even(0, 26).row_at(7), 0);
    }

    #[test]
    fn a_list_that_fits_a_browser_is_as_tall_as_its_rows() {
        let rows = uneven();
        assert!(!rows.is_scaled());
        assert_eq!(rows.height(), rows.total());
        assert_eq!(rows.place_of(3, 9_000, 500), rows.top_of(3));
        assert_eq!(rows.reveal(0, 0, 500), None);
        assert_eq!(rows.reveal(0, 300, 500), Some(0));
        assert_eq!(rows.reveal(999, 0, 500), Some(rows.total() - 500));
    }

    #[test]
    fn a_list_of_millions_reaches_both_its_ends() {
        let rows = RowHeights::even(5_000_000, 46).with_taller([(7, 70)]);
        assert!(rows.is_scaled());
        assert_eq!(rows.height(), 15_000_000);
        let way = rows.height() - 500;
        assert_eq!(rows.pixel_at(way, 500), rows.total() - 500);
        // The last row ends where the list ends.
        assert_eq!(rows.place_of(4_999_999, way, 500) + 46, rows.height());
        assert_eq!(rows.place_of(0, 0, 500), 0);
    }

    #[test]
    fn any_row_of_a_list_of_millions_can_be_seen() {
        let rows = RowHeights::even(5_000_000, 46);
        for row in [0, 1, 1_234_567, 2_500_000, 4_999_998, 4_999_999] {
            let top = rows.reveal(row, 9_999_999, 500).unwrap_or(9_999_999);
            let from = rows.pixel_at(top, 500);
            let start = rows.top_of(row);
            assert!(from <= start && start + 46 <= from + 500, "{row}");
            assert_eq!(rows.reveal(row, top, 500), None, "{row}");
        }
    }
}
