//! An arrow as paths, the same on the page and in files.

use super::{Arrow, Diagram};

/// Half of a cross, in pixels.
const CROSS: u32 = 6;
/// Of an arrow's head, in pixels: its length, and how far it reaches above and below its point.
const HEAD: (u32, u32, u32) = (10, 6, 3);

/// An arrow's two parts, each the `d` of an SVG path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// From lane to lane, or to where the packet was lost.
    pub way: String,
    /// The head, which is filled; a cross where the packet was lost.
    pub end: String,
}

impl Diagram {
    /// What an arrow looks like.
    #[must_use]
    pub fn shape(&self, arrow: &Arrow) -> Shape {
        let (from, to) = (self.look.x(arrow.from), self.x_at(arrow, arrow.bottom));
        let (top, bottom) = (arrow.top, arrow.bottom);
        let end = if arrow.lost {
            let (left, right) = (to.saturating_sub(CROSS), to.saturating_add(CROSS));
            let (above, below) = (bottom.saturating_sub(CROSS), bottom.saturating_add(CROSS));
            format!("M{left} {above}L{right} {below}M{right} {above}L{left} {below}")
        } else {
            let (long, over, under) = HEAD;
            let back = if to > from {
                to.saturating_sub(long)
            } else {
                to.saturating_add(long)
            };
            let (above, below) = (bottom.saturating_sub(over), bottom.saturating_add(under));
            format!("M{back} {above}L{to} {bottom}L{back} {below}Z")
        };
        Shape {
            way: format!("M{from} {top}L{to} {bottom}"),
            end,
        }
    }
}
