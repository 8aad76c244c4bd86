//! Which of two sides is the client.

use super::Side;
use super::plausible::{Class, begins_connect, mqtt, sender};
use crate::reading::Role;

/// What the two sides of a text are.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Roles {
    /// The second side is the client.
    swapped: bool,
    /// The text tells of both sides.
    pub(super) both: bool,
    /// What a side sends shows which it is, or its name does.
    known: bool,
}

impl Roles {
    /// Works it out from the parts: the side that the text tells, and the bytes.
    pub(crate) fn of<B: AsRef<[u8]>>(
        parts: impl Iterator<Item = (Option<Side>, B)>,
        certain: bool,
    ) -> Self {
        let (mut first, mut second) = (false, false);
        let (mut straight, mut swapped) = (0_usize, 0_usize);
        for (side, bytes) in parts {
            let Some(side) = side else { continue };
            first |= side == Side::First;
            second |= side == Side::Second;
            let Some(role) = shown(bytes.as_ref()) else {
                continue;
            };
            if (role == Role::Client) == (side == Side::First) {
                straight = straight.saturating_add(1);
            } else {
                swapped = swapped.saturating_add(1);
            }
        }
        let turned = !certain && swapped > straight;
        Self {
            swapped: turned,
            both: first && second,
            known: certain || straight != swapped,
        }
    }

    /// Who sent a part: as the text tells where that can be relied on, else as its packets show.
    pub(crate) fn role(self, side: Option<Side>, bytes: &[u8]) -> Option<Role> {
        match side.filter(|_| self.both || self.known) {
            Some(side) if (side == Side::First) != self.swapped => Some(Role::Client),
            Some(_) => Some(Role::Server),
            None => shown(bytes),
        }
    }
}

/// Who sends such packets, if these are packets.
fn shown(bytes: &[u8]) -> Option<Role> {
    (mqtt(bytes) >= Class::Framed || begins_connect(bytes))
        .then(|| sender(bytes))
        .flatten()
}
