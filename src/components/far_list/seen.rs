//! What is on screen of a list.

use mqttscope_protocol::Window;

use super::FarListProps;
use crate::state::scroll::Scroll;

/// What is on screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    /// How far down it is scrolled, in CSS pixels; in steps. 0 while the end is followed: where that
    /// is, the list knows without looking, and is not drawn again because of it.
    pub(super) top: u64,
    /// Height of what is on screen, in CSS pixels.
    pub(super) shown: u32,
    /// Whether the end is followed.
    pub(super) tail: bool,
    /// Rows that had been dropped then; 0 while the end is followed.
    pub(super) dropped: u64,
}

impl Seen {
    pub(super) const fn scroll(&self, props: &FarListProps) -> Scroll {
        Scroll {
            total: props.total,
            row: props.row,
            shown: self.shown,
        }
    }

    /// How far down it is scrolled now that it is drawn.
    pub(super) fn top(&self, scroll: Scroll) -> u64 {
        if self.tail { scroll.way() } else { self.top }
    }

    /// The rows that are wanted.
    pub(super) fn window(&self, props: &FarListProps) -> Window {
        let fits = u64::from(self.shown.div_ceil(props.row.max(1)));
        let (first, count) = if self.tail {
            (0, fits.saturating_add(2))
        } else {
            let top = self.scroll(props).first(self.top);
            let first = top.saturating_sub(props.overscan);
            let above = top.saturating_sub(first);
            let count = fits.saturating_add(above).saturating_add(props.overscan);
            (first, count)
        };
        Window {
            first,
            count: u32::try_from(count).unwrap_or(u32::MAX),
            tail: self.tail,
            dropped: self.dropped,
        }
    }
}
