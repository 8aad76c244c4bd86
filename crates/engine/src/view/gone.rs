//! Rows that left a list which is made anew for each report.

use std::collections::HashSet;

use mqttscope_protocol::ConnectionId;

/// Counts them, so that the rows behind them can stay where they are.
#[derive(Debug, Default)]
pub(crate) struct Gone {
    of: (Option<ConnectionId>, String),
    rows: Vec<u64>,
    count: u64,
}

impl Gone {
    /// The list of this connection and this search has these rows now, each known by a number that
    /// stays. Gives how many have left since it was another list.
    pub(crate) fn count(
        &mut self,
        of: Option<ConnectionId>,
        search: &str,
        rows: impl Iterator<Item = u64>,
    ) -> u64 {
        let rows: Vec<u64> = rows.collect();
        if self.of.0 == of && self.of.1 == search {
            let here: HashSet<u64> = rows.iter().copied().collect();
            let left = self.rows.iter().filter(|row| !here.contains(row)).count();
            self.count = self.count.saturating_add(left as u64);
        } else {
            self.of = (of, search.to_owned());
            self.count = 0;
        }
        self.rows = rows;
        self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_leave_are_counted_until_it_is_another_list() {
        let mut gone = Gone::default();
        let mut count = |search, rows: std::ops::Range<u64>| gone.count(None, search, rows);
        assert_eq!(count("", 0..5), 0);
        assert_eq!(count("", 2..9), 2);
        assert_eq!(count("", 20..22), 9);
        assert_eq!(count("a", 21..22), 0);
        assert_eq!(count("a", 22..23), 1);
    }
}
