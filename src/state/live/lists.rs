//! The lists of the page: the rows on screen, and where they end while they stand still.

use std::rc::Rc;

use mqttscope_protocol::Window;

/// Where what is recorded comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// Connections of the page.
    #[default]
    Connections,
    /// Capture files.
    Captures,
}

/// Rows that are on screen, or about to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows<T> {
    /// The row that the first is.
    pub first: u64,
    /// Rows there are.
    pub total: u64,
    /// Rows that stood before row 0 and were dropped.
    pub dropped: u64,
    /// The rows.
    pub rows: Vec<T>,
}

impl<T> Rows<T> {
    /// Rows from `first` on of `total`, behind those that were dropped.
    pub(super) const fn new(first: u64, total: u64, dropped: u64, rows: Vec<T>) -> Self {
        Self {
            first,
            total,
            dropped,
            rows,
        }
    }

    /// Where the list ends, dropped rows counted too.
    const fn end(&self) -> u64 {
        self.dropped.saturating_add(self.total)
    }
}

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Self {
            first: 0,
            total: 0,
            dropped: 0,
            rows: Vec::new(),
        }
    }
}

/// What stands in the middle of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    /// The messages.
    Messages,
    /// Every packet.
    #[default]
    Wire,
    /// The handshakes.
    Flows,
    /// Numbers over time.
    Chart,
    /// Broken rules.
    Findings,
}

impl Tab {
    /// All of them, as they stand.
    pub const ALL: [Self; 5] = [
        Self::Messages,
        Self::Wire,
        Self::Flows,
        Self::Chart,
        Self::Findings,
    ];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Messages => "Messages",
            Self::Wire => "Wire",
            Self::Flows => "Handshakes",
            Self::Chart => "Chart",
            Self::Findings => "Findings",
        }
    }
}

/// A list that scrolls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// The one in the middle.
    Middle,
    /// The tree of topics.
    Topics,
    /// Captured connections.
    Captured,
}

/// Lists that stand still, or not: where each ended when it was first seen since, dropped rows
/// counted, and how many rows came behind that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Still {
    lists: [Option<(u64, u64)>; Tab::ALL.len()],
}

impl Still {
    /// A list stands still from here on, with the rows it has.
    pub(super) fn stand<T>(&mut self, tab: Tab, rows: &Rows<T>) {
        // Of an empty one nobody knows whether its rows have been asked for yet.
        if let Some(list) = self.lists.get_mut(tab as usize).filter(|_| rows.end() > 0) {
            *list = Some((rows.end(), 0));
        }
    }

    /// Rows as they came, without those that came since the list stands still. It begins to with
    /// these, if they are all that it has.
    pub(super) fn cut<T>(&mut self, tab: Tab, mut rows: Rows<T>, is_settled: bool) -> Rc<Rows<T>> {
        if let Some(list) = self.lists.get_mut(tab as usize)
            && (list.is_some() || is_settled && rows.end() > 0)
        {
            let (end, _) = list.unwrap_or((rows.end(), 0));
            *list = Some((end, rows.end().saturating_sub(end)));
            rows.total = rows.total.min(end.saturating_sub(rows.dropped));
            let left = rows.total.saturating_sub(rows.first);
            rows.rows
                .truncate(usize::try_from(left).unwrap_or(usize::MAX));
        }
        rows.into()
    }

    /// Rows up to this one are shown, dropped rows counted: someone goes there.
    pub(super) fn reach(&mut self, tab: Tab, row: u64) {
        let list = self.lists.get_mut(tab as usize).and_then(Option::as_mut);
        if let Some((end, _)) = list {
            *end = row.saturating_add(1).max(*end);
        }
    }

    /// What to ask for: the end of a list that stands still is where it was.
    pub(super) fn window(&self, tab: Tab, window: Window) -> Window {
        match self.lists.get(tab as usize).copied().flatten() {
            Some((end, _)) if window.tail => Window {
                first: end
                    .saturating_sub(window.dropped)
                    .saturating_sub(u64::from(window.count)),
                tail: false,
                ..window
            },
            _ => window,
        }
    }

    /// Rows that came since the list stands still.
    pub(super) fn fresh(&self, tab: Tab) -> u64 {
        let list = self.lists.get(tab as usize).copied().flatten();
        list.map_or(0, |(_, fresh)| fresh)
    }
}
