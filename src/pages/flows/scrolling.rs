//! Scrolling sideways, where the diagrams are wider than their room: by hand, and with the step that plays.

use mqttscope_flows::Reach;
use web_sys::HtmlElement;
use yew::prelude::*;

use crate::services::browser;
use crate::state::playback::Playback;

/// The part of the way that is gone in a frame while it plays.
const GLIDE: f64 = 0.2;

/// Scrolls sideways by most of the room, and at the end back to the beginning.
pub(super) fn scroll_on(room: &NodeRef) {
    if let Some(room) = browser::element_of::<HtmlElement>(room) {
        let (left, wide) = (room.scroll_left(), room.client_width());
        let is_end = left.saturating_add(wide).saturating_add(2) >= room.scroll_width();
        let by = wide.saturating_mul(3) / 4;
        room.set_scroll_left(if is_end { 0 } else { left.saturating_add(by) });
    }
}

/// What is followed. The room is scrolled once for each arrow, so that who scrolls by hand stays there until the next.
#[derive(Default)]
pub(super) struct Follow {
    column: usize,
    /// Begin at the left.
    anew: bool,
    /// The arrow that was brought into view.
    shown: Option<Reach>,
    /// Where the room is on its way to.
    aim: Option<i32>,
}

impl Follow {
    pub(super) const fn column(&self) -> usize {
        self.column
    }

    /// Follows another diagram; `anew`: from the left.
    pub(super) fn change(&mut self, column: usize, anew: bool) {
        if anew || self.column != column {
            (self.shown, self.aim) = (None, None);
        }
        self.column = column;
        self.anew |= anew;
    }

    /// Scrolls the room so that the arrow of the present step is seen, in a diagram that begins at `left` on the screen.
    pub(super) fn show(&mut self, room: &HtmlElement, left: f64, zoom: f64, playback: &Playback) {
        let wide = room.client_width();
        if wide <= 0 {
            // Another part of the page is shown.
            return;
        }
        let before = room.scroll_left();
        if std::mem::take(&mut self.anew) {
            room.set_scroll_left(0);
        }
        let now = room.scroll_left();
        let reach = playback.reach();
        if reach != self.shown {
            self.shown = reach;
            self.aim = reach.map(|reach| {
                let edge = room.get_bounding_client_rect().left() + f64::from(room.client_left());
                // Of the diagram, in the room that scrolls.
                let start = left - edge + f64::from(before);
                let seen = (f64::from(now) - start) / zoom;
                let from = reach.seen_from(seen as i64, (f64::from(wide) / zoom) as u32);
                if from == seen as i64 {
                    now
                } else {
                    (start + from as f64 * zoom) as i32
                }
            });
        }
        let Some(aim) = self.aim.take().filter(|&aim| aim != now) else {
            return;
        };
        let way = f64::from(aim.saturating_sub(now)) * GLIDE;
        if playback.shown().playing && way.abs() >= 1.0 {
            self.aim = Some(aim);
            room.set_scroll_left(now.saturating_add(way as i32));
        } else {
            room.set_scroll_left(aim);
        }
    }
}
