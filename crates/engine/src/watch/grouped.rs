//! Findings that are alike as one row: of the same connection, about the same rule, broken by the same side.

use std::cmp::Reverse;
use std::collections::HashMap;

use mqttscope_protocol::{ConnectionId, FindingKey, FindingView};
use mqttscope_wire::Sender;

use super::Listed;

/// The bit that tells the number of one that is listed by itself from that of the row that stands for it.
const PART: u64 = 1 << 63;

/// A row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry<'a> {
    /// The first that it stands for.
    first: &'a Listed<'a>,
    /// The last.
    last: &'a Listed<'a>,
    /// How many.
    count: u32,
    is_open: bool,
    is_part: bool,
}

impl Entry<'_> {
    /// Stands for it as long as it is kept; none: it is no broken rule.
    pub(crate) fn number(&self) -> Option<u64> {
        let number = self.first.found()?.number;
        Some(if self.is_part { number | PART } else { number })
    }

    /// As the page shows it: the last one, with how many there are.
    pub(crate) fn view(&self) -> FindingView {
        let mut view = self.last.view();
        if self.count > 1 {
            view.count = self.count;
        }
        view.is_open = self.is_open;
        view.is_part = self.is_part;
        view
    }
}

/// The rows of a list in its order, where a row stands with the first that it stands for, and stays there. Those of
/// `opened` follow their row one by one. `is_recording`: nothing is added while somebody looks at it, so that the worst
/// come first, in the order of the times that they show.
pub(crate) fn grouped<'a>(
    all: &'a [Listed<'a>],
    opened: Option<&FindingKey>,
    is_recording: bool,
) -> Vec<Entry<'a>> {
    let mut rows: Vec<Entry<'a>> = Vec::new();
    let mut places: HashMap<(ConnectionId, &str, Sender), usize> = HashMap::new();
    let one = |listed: &'a Listed<'a>| Entry {
        first: listed,
        last: listed,
        count: 1,
        is_open: false,
        is_part: false,
    };
    for listed in all {
        let Some(key) = listed.key() else {
            rows.push(one(listed));
            continue;
        };
        match places.get(&key).and_then(|&at| rows.get_mut(at)) {
            Some(row) => {
                row.last = listed;
                row.count = row.count.saturating_add(1);
            }
            None => {
                places.insert(key, rows.len());
                rows.push(one(listed));
            }
        }
    }
    if is_recording {
        rows.sort_by_key(|row| (Reverse(row.last.severity()), row.last.last()));
    }
    let Some(opened) = opened else {
        return rows;
    };
    let key = (opened.connection, opened.rule.as_str(), opened.by);
    if let Some(at) = rows.iter().position(|row| row.first.key() == Some(key))
        && let Some(row) = rows.get_mut(at).filter(|row| row.count > 1)
    {
        row.is_open = true;
        let behind = at.saturating_add(1);
        let parts = all.iter().filter(|listed| listed.key() == Some(key));
        let parts = parts.map(|listed| Entry {
            is_part: true,
            ..one(listed)
        });
        let parts: Vec<Entry<'a>> = parts.collect();
        rows.splice(behind..behind, parts);
    }
    rows
}
