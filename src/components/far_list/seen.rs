//! What is on screen of a list.

use mqttscope_engine::protocol::Window;

use super::FarListProps;
use crate::state::live::scroll::Scroll;

/// Rows above and below the screen that are drawn too, so that scrolling shows no gap.
const OVERSCAN: u64 = 16;

/// What is on screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    /// How far down it is scrolled, in CSS pixels; in steps.
    pub(super) top: u64,
    /// Height of what is on screen, in CSS pixels.
    pub(super) shown: u32,
    /// Whether the end is followed.
    pub(super) tail: bool,
    /// Rows that had been dropped then.
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

    /// The rows that are wanted.
    pub(super) fn window(&self, props: &FarListProps) -> Window {
        let fits = u64::from(self.shown.div_ceil(props.row.max(1)));
        let (first, count) = if self.tail {
            (0, fits.saturating_add(2))
        } else {
            (
                self.scroll(props).first(self.top).saturating_sub(OVERSCAN),
                fits.saturating_add(OVERSCAN.saturating_mul(2)),
            )
        };
        Window {
            first,
            count: u32::try_from(count).unwrap_or(u32::MAX),
            tail: self.tail,
            dropped: self.dropped,
        }
    }
}
