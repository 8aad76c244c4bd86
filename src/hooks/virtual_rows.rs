//! Long lists: only the rows on screen, and a few around them, are in the document.

use std::ops::Range;
use std::rc::Rc;

use gloo_events::EventListener;
use web_sys::HtmlElement;
use yew::prelude::*;

use super::Resizes;
use crate::services::browser;
use crate::state::row_heights::RowHeights;

/// Rows above and below the screen that are drawn too, so that scrolling shows no gap.
const OVERSCAN: usize = 10;

/// A list of which only a part is drawn.
#[derive(Clone, PartialEq)]
pub struct VirtualRows {
    /// Goes to the element that scrolls.
    pub node: NodeRef,
    /// The rows to draw.
    pub range: Range<usize>,
    heights: Rc<RowHeights>,
    /// How far it is scrolled down, and how much of it is seen, in CSS pixels.
    seen: (u64, u64),
}

impl VirtualRows {
    /// The drawn rows, where they belong in the height of all.
    pub fn draw(&self, rows: impl Iterator<Item = Html>) -> Html {
        let (top, shown) = self.seen;
        let down = self.heights.place_of(self.range.start, top, shown);
        html! {
            <div class="all" role="presentation" style={format!("height:{}px", self.heights.height())}>
                <div class="drawn" role="presentation" style={format!("transform:translateY({down}px)")}>
                    { for rows }
                </div>
            </div>
        }
    }

    /// How many whole rows fit the screen.
    #[must_use]
    pub fn page(&self) -> usize {
        let Some((_, top, shown)) = self.now() else {
            return 1;
        };
        let from = self.heights.pixel_at(top, shown);
        let (first, last) = (
            self.heights.row_at(from),
            self.heights.row_at(from.saturating_add(shown)),
        );
        last.saturating_sub(first).max(1)
    }

    /// Scrolls as little as needed for a row to be seen.
    pub fn reveal(&self, index: usize) {
        if let Some((element, top, shown)) = self.now()
            && let Some(to) = self.heights.reveal(index, top, shown)
        {
            element.set_scroll_top(i32::try_from(to).unwrap_or(i32::MAX));
        }
    }

    fn now(&self) -> Option<(HtmlElement, u64, u64)> {
        let element = browser::element_of::<HtmlElement>(&self.node)?;
        let (top, shown) = look(&element);
        Some((element, top, shown))
    }
}

fn look(element: &HtmlElement) -> (u64, u64) {
    (
        u64::try_from(element.scroll_top()).unwrap_or(0),
        u64::try_from(element.client_height()).unwrap_or(0),
    )
}

/// Follows the scrolling and the size of the element that gets [`VirtualRows::node`].
#[hook]
pub fn use_virtual_rows(count: usize, row: u32) -> VirtualRows {
    use_uneven_rows(Rc::new(RowHeights::even(count, row)))
}

/// The same for rows of which some are taller.
#[hook]
pub fn use_uneven_rows(heights: Rc<RowHeights>) -> VirtualRows {
    let node = use_node_ref();
    let seen = use_state_eq(|| (0_u64, 1000_u64));
    let is_scaled = heights.is_scaled();
    {
        let (seen, node) = (seen.setter(), node.clone());
        // The element may come and go with its first row.
        let is_there = heights.count() > 0;
        use_effect_with((is_there, is_scaled), move |&(_, is_scaled)| {
            let following = browser::element_of::<HtmlElement>(&node)
                .map(|element| follow(element, seen, is_scaled));
            move || drop(following)
        });
    }
    let seen = *seen;
    VirtualRows {
        node,
        range: window_of(&heights, seen),
        heights,
        seen,
    }
}

/// Tells how far the element is scrolled down and how much of it is seen, until what this gives is dropped.
fn follow(
    element: HtmlElement,
    seen: UseStateSetter<(u64, u64)>,
    is_scaled: bool,
) -> (EventListener, Option<Resizes>) {
    let look = {
        let element = element.clone();
        move || {
            let (top, shown) = look(&element);
            // In steps of some rows, so that not every pixel draws the list again.
            let top = if is_scaled { top } else { top & !63 };
            seen.set((top, shown));
        }
    };
    look();
    let scroll = EventListener::new(&element, "scroll", {
        let look = look.clone();
        move |_| look()
    });
    (scroll, Resizes::of(&element, look))
}

/// The rows to draw.
fn window_of(heights: &RowHeights, (top, shown): (u64, u64)) -> Range<usize> {
    let from = heights.pixel_at(top, shown);
    let first = heights.row_at(from).saturating_sub(OVERSCAN);
    // Up to a step further than it was seen to be scrolled.
    let last = heights.row_at(from.saturating_add(shown).saturating_add(64));
    let end = last.saturating_add(OVERSCAN).min(heights.count());
    first.min(end)..end
}

#[cfg(test)]
mod tests {
    use super::{RowHeights, window_of};

    #[test]
    fn the_window_stays_in_the_list() {
        let window = |count, top, shown| window_of(&RowHeights::even(count, 10), (top, shown));
        assert_eq!(window(5, 0, 200), 0..5);
        assert_eq!(window(1000, 0, 200), 0..36);
        assert_eq!(window(1000, 5000, 200), 490..536);
        assert_eq!(window(1000, 9900, 200), 970..1000);
        assert_eq!(
            window(3, 9900, 200),
            0..3,
            "a list that became shorter is shown from what is left"
        );
        assert_eq!(window(0, 0, 0), 0..0);
    }
}
