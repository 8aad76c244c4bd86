//! What tabs say to each other.

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

/// A tab, by a number that it drew by lot. JavaScript can write it: it is below 2^53.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TabId(u64);

impl TabId {
    /// From a random number; its upper bits are dropped.
    #[must_use]
    pub const fn from_random(random: u64) -> Self {
        Self(random & ((1 << 53) - 1))
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// A connection of a tab to the broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Link {
    /// The tab's number for it.
    pub number: u32,
    /// Another one each time that the number is opened anew, so that what is still on its way to
    /// an earlier one is told apart.
    pub generation: u32,
}

/// What a tab says. All tabs hear it but the one that said it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Who says it.
    pub from: TabId,
    /// Whom it is for; none: for all.
    pub to: Option<TabId>,
    /// What it says.
    pub body: Body,
}

/// What a [`Message`] says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Body {
    /// Who holds the broker?
    Seek,
    /// I hold it.
    Holds,
    /// Opens a link to the broker.
    Open(Link),
    /// The link is open.
    Opened(Link),
    /// Bytes of MQTT, either way.
    Bytes(Link, ByteBuf),
    /// So many bytes have been taken since the last time.
    Taken(Link, u32),
    /// The link is closed, said by either end.
    Close(Link),
}
