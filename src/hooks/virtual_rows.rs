//! Long lists: only the rows on screen, and a few around them, are in the document.

use std::ops::Range;

use gloo_events::EventListener;
use web_sys::HtmlElement;
use yew::prelude::*;

use super::Resizes;
use super::kept::{use_after, use_kept};
use crate::element::{El, el};
use crate::services::browser;

/// Rows above and below the screen that are drawn too, so that scrolling shows no gap.
const OVERSCAN: usize = 10;

/// A list of rows that have one height.
#[derive(Clone, PartialEq)]
pub struct VirtualRows {
    /// Goes to the element that scrolls.
    pub node: NodeRef,
    /// The rows to draw.
    pub range: Range<usize>,
    /// Height of one row, in CSS pixels.
    pub row: u32,
    /// Height of all rows, in CSS pixels.
    pub height: u64,
}

impl VirtualRows {
    /// How far down the first drawn row begins, in CSS pixels.
    #[must_use]
    pub fn offset(&self) -> u64 {
        height_of(self.range.start, self.row)
    }

    /// The drawn rows, where they belong in the height of all.
    pub fn draw(&self, rows: impl Iterator<Item = Html>) -> El {
        let down = format!("transform:translateY({}px)", self.offset());
        let drawn = el("div")
            .class("drawn")
            .role("presentation")
            .made("style", down);
        el("div")
            .class("all")
            .role("presentation")
            .made("style", format!("height:{}px", self.height))
            .child(rows.fold(drawn, El::html))
    }

    /// How many whole rows fit the screen.
    #[must_use]
    pub fn page(&self) -> usize {
        let shown = browser::element_of::<HtmlElement>(&self.node)
            .map_or(0, |element| element.client_height());
        (usize::try_from(shown).unwrap_or(0) / self.row.max(1) as usize).max(1)
    }

    /// Scrolls as little as needed for a row to be seen.
    pub fn reveal(&self, index: usize) {
        let Some(element) = browser::element_of::<HtmlElement>(&self.node) else {
            return;
        };
        let top = i32::try_from(height_of(index, self.row)).unwrap_or(i32::MAX);
        let bottom = top.saturating_add(self.row.try_into().unwrap_or(0));
        let (from, shown) = (element.scroll_top(), element.client_height());
        if top < from {
            element.set_scroll_top(top);
        } else if bottom > from.saturating_add(shown) {
            element.set_scroll_top(bottom.saturating_sub(shown));
        }
    }
}

/// Follows the scrolling and the size of the element that gets [`VirtualRows::node`].
#[hook]
pub fn use_virtual_rows(count: usize, row: u32) -> VirtualRows {
    let node = use_node_ref();
    let seen = use_kept(|| (0_usize, 40_usize));
    {
        let (seen, node) = (seen.clone(), node.clone());
        // The element may come and go with its first row.
        use_after([usize::from(count > 0)], move || {
            let element = browser::element_of::<HtmlElement>(&node)?;
            let look = {
                let element = element.clone();
                move || {
                    let row = row.max(1) as usize;
                    let top = usize::try_from(element.scroll_top()).unwrap_or(0);
                    let shown = usize::try_from(element.client_height()).unwrap_or(0);
                    // In steps, so that not every pixel draws the list again.
                    let first = (top / row) & !3;
                    seen.set((first, shown.div_ceil(row).saturating_add(4)));
                }
            };
            look();
            let scroll = EventListener::new(&element, "scroll", {
                let look = look.clone();
                move |_| look()
            });
            let resize = Resizes::of(&element, look);
            Some(Box::new(move || drop((scroll, resize))))
        });
    }
    let (first, shown) = seen.get();
    VirtualRows {
        node,
        range: window_of(first, shown, count),
        row,
        height: height_of(count, row),
    }
}

/// The rows to draw when `shown` rows from `first` on are on screen.
#[must_use]
pub fn window_of(first: usize, shown: usize, count: usize) -> Range<usize> {
    let end = first
        .saturating_add(shown)
        .saturating_add(OVERSCAN)
        .min(count);
    let start = first
        .saturating_sub(OVERSCAN)
        .min(end.saturating_sub(shown.min(end)));
    start..end
}

fn height_of(rows: usize, row: u32) -> u64 {
    (rows as u64).saturating_mul(u64::from(row))
}

#[cfg(test)]
mod tests {
    use super::window_of;

    #[test]
    fn the_window_stays_in_the_list() {
        assert_eq!(window_of(0, 20, 5), 0..5);
        assert_eq!(window_of(0, 20, 1000), 0..30);
        assert_eq!(window_of(500, 20, 1000), 490..530);
        assert_eq!(window_of(990, 20, 1000), 980..1000);
        assert_eq!(
            window_of(990, 20, 3),
            0..3,
            "a list that became shorter is shown from what is left"
        );
        assert_eq!(window_of(0, 0, 0), 0..0);
    }
}
