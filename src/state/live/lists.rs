//! The lists of the page, and the rows of them that are on screen.

/// Rows that are on screen, or about to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows<T> {
    /// The row that the first is.
    pub first: u64,
    /// Rows there are.
    pub total: u64,
    /// The rows.
    pub rows: Vec<T>,
}

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Self {
            first: 0,
            total: 0,
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
            Self::Flows => "Flows",
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
}
