//! The recording in plain words, for the connections that are looked at.

use std::collections::HashMap;

use super::{MOST_TEXT, Watch, grade};
use crate::connection::SocketId;
use crate::protocol::{ConnectionId, ExplanationView, RecordId};
use crate::view::cut::cut;

/// Lines that are given: a short list.
const MOST_LINES: usize = 30;

impl Watch {
    /// What is worth knowing of one connection, or of all, the most important first. Packets older
    /// than `oldest` are not in the log any more.
    pub(crate) fn explanations(
        &self,
        of: Option<ConnectionId>,
        oldest: RecordId,
    ) -> Vec<ExplanationView> {
        let mut lines: Vec<ExplanationView> = Vec::new();
        let mut places: HashMap<(ConnectionId, String), usize> = HashMap::new();
        for server in &self.servers {
            for line in server.monitor.explanations() {
                let Some(&(_, connection)) = self.sockets.get(&SocketId(line.connection.0)) else {
                    continue;
                };
                // What was cleared is not spoken of any more.
                let is_cleared = line.packets.last().is_none_or(|last| last < server.cleared);
                if of.is_some_and(|of| of != connection) || is_cleared {
                    continue;
                }
                let kept = |record: &RecordId| *record >= oldest;
                let packets = server.records(&line.packets).filter(kept);
                // Each time that a connection opens it is another one to the monitor.
                if let Some(same) = places
                    .get(&(connection, line.text.clone()))
                    .and_then(|&at| lines.get_mut(at))
                {
                    same.count = same.count.saturating_add(1);
                    same.packets.extend(packets);
                    continue;
                }
                places.insert((connection, line.text.clone()), lines.len());
                lines.push(ExplanationView {
                    grade: grade(line.severity),
                    connection,
                    count: 1,
                    text: cut(&line.text, MOST_TEXT),
                    packets: packets.collect(),
                });
            }
        }
        // Stable: each server's lines stay in their order.
        lines.sort_by_key(|line| core::cmp::Reverse(line.grade));
        lines.truncate(MOST_LINES);
        for line in &mut lines {
            line.packets.sort_unstable();
            line.packets.dedup();
            line.packets.truncate(MOST_PACKETS);
        }
        lines
    }
}

/// Packets of a line that are given.
const MOST_PACKETS: usize = 6;
