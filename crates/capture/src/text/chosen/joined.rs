//! Packets that stand in several pieces of a text.

use super::super::islands::Strength;
use super::super::plausible::{Class, missing, mqtt, sender};
use super::{Kept, MOST_CHUNKS};

/// Sees where a packet goes on in the next chunks: both are then as good as the whole.
pub(super) fn join(text: &str, all: &mut [Kept]) {
    let mut at = 0;
    while at < all.len() {
        let Some(first) = all.get(at) else { return };
        let mut whole = first.bytes();
        let is_open = first.class < Class::Framed || missing(&whole).is_some();
        if !is_open
            || missing(&whole).is_none()
            || first.island.strength == Strength::Weak && first.class < Class::Possible
            || first.island.cut.is_some()
            || !first.may_break_off(text)
        {
            at = at.saturating_add(1);
            continue;
        }
        let (format, side, shape) = (first.island.format, first.context.side, first.shape.clone());
        let mut end = at.saturating_add(1);
        let mut found = None;
        while let Some(next) = all.get(end) {
            // What somebody expected is no piece of what was sent.
            let fits = next.island.format == format
                && !first.context.expected
                && !next.context.expected
                && next.may_break_off(text)
                && next.context.side.map(|s| s.0) == side.map(|s| s.0)
                && !next.island.is_behind_cut
                && next.header.is_empty();
            // A packet of its own is no piece of another.
            if !fits
                || end.saturating_sub(at) >= MOST_CHUNKS
                || next.class == Class::Sound
                    && next.shape == shape
                    && next.island.bytes().len() >= 4
            {
                break;
            }
            whole.extend_from_slice(next.island.bytes());
            end = end.saturating_add(1);
            if missing(&whole).is_none() {
                found = Some(mqtt(&whole)).filter(|class| *class >= Class::Framed);
                break;
            }
        }
        let Some(class) = found else {
            at = at.saturating_add(1);
            continue;
        };
        for (n, kept) in all
            .get_mut(at..end)
            .unwrap_or_default()
            .iter_mut()
            .enumerate()
        {
            kept.class = kept.class.max(class);
            kept.goes_on = n > 0;
            kept.sender = sender(&whole);
        }
        at = end;
    }
}
