//! Connections over the files of a series, and their numbers in it.

use super::super::link::Segment;
use super::{Around, Flows, Key, State};

impl Flows {
    /// Whether a segment goes on where an open connection is.
    pub(in crate::recording) fn expects(&self, segment: &Segment<'_>) -> bool {
        let ends = [segment.source, segment.destination];
        let slot = self.map.get(&Key::of(ends, segment.path));
        let connection = slot.and_then(|&slot| self.slots.get(slot)?.as_ref());
        let connection = connection.filter(|it| it.state == State::Open);
        let side = usize::from(segment.source > segment.destination);
        let direction = connection.and_then(|it| it.sides.get(side));
        direction.is_some_and(|it| it.is_seen() && it.is_near(segment.sequence))
    }

    /// Another file goes on with all that is open: a SYN in it begins another connection, whatever its number.
    pub(in crate::recording) fn go_on(&mut self) {
        for connection in self.slots.iter_mut().flatten() {
            connection.is_of_before = !connection.head.is_silent;
        }
    }

    /// The number of a connection that is not known yet, whose first frame may have come before and told nothing.
    pub(super) fn stream_of(&mut self, key: Key, around: &Around<'_>) -> u32 {
        if let Some(&stream) = self.unopened.get(&key) {
            return stream;
        }
        let stream = self.streams;
        self.streams = stream.saturating_add(1);
        if self.unopened.len() < around.limits.connections {
            self.unopened.insert(key, stream);
        }
        stream
    }
}
