//! Everything that was found, as one list with one count: broken rules, and remarks on what else happened.

use std::collections::HashMap;

use mqttscope_protocol::{ConnectionId, FindingView, RecordId};
use mqttscope_view::conversation::sentence;
use mqttscope_wire::{ProtocolVersion, Sender, Severity};

use super::{Found, MOST_TEXT, Watch, records};
use crate::connection::SocketId;
use crate::view::cut::cut;

/// Remarks that are listed.
const MOST_REMARKS: usize = 2_000;
/// Packets of a remark that are given.
pub(super) const MOST_PACKETS: usize = 6;

/// An entry of the list.
#[derive(Clone, Debug)]
pub(crate) enum Listed<'a> {
    /// A broken rule.
    Found(&'a Found),
    /// Something else that is worth knowing, or that no packet shows.
    Remark(FindingView),
}

impl Listed<'_> {
    /// How bad it is.
    pub(crate) fn severity(&self) -> Severity {
        match self {
            Self::Found(found) => found.finding.severity(),
            Self::Remark(remark) => remark.severity,
        }
    }

    /// As the page shows it.
    pub(crate) fn view(&self) -> FindingView {
        match self {
            Self::Found(found) => found.view(),
            Self::Remark(remark) => remark.clone(),
        }
    }

    /// The finding, where a rule is broken.
    pub(crate) const fn found(&self) -> Option<&Found> {
        match self {
            Self::Found(found) => Some(found),
            Self::Remark(_) => None,
        }
    }

    /// What findings that are one row have in common: whose, which rule, who broke it. None: it is a row by itself.
    pub(crate) fn key(&self) -> Option<(ConnectionId, &str, Sender)> {
        match self {
            Self::Found(found) => {
                let finding = &found.finding;
                Some((found.connection, finding.rule.name(), finding.by))
            }
            Self::Remark(remark) => Some((remark.connection, &*remark.rule, remark.by?)),
        }
    }

    /// The packets that it is about; of many, the last ones.
    pub(crate) fn packets(&self) -> &[RecordId] {
        match self {
            Self::Found(found) => &found.packets,
            Self::Remark(remark) => &remark.packets,
        }
    }

    /// The last packet that it is about.
    pub(crate) fn last(&self) -> RecordId {
        self.packets().last().copied().unwrap_or(RecordId(u64::MAX))
    }
}

impl Watch {
    /// What was found on one connection, or on all, in the order of the packets, and how many remarks there was no
    /// room for. Packets older than `oldest` are not in the log any more. With `together` what happened to several connections
    /// alike is one entry.
    pub(crate) fn listed(
        &self,
        of: Option<ConnectionId>,
        oldest: RecordId,
        together: bool,
    ) -> (Vec<Listed<'_>>, u64) {
        let mut all: Vec<_> = self.findings(of).map(Listed::Found).collect();
        let (remarks, left_out) = self.remarks(of, oldest);
        all.extend(remarks.into_iter().map(Listed::Remark));
        let is_shown = |text: &&FindingView| {
            of.is_none_or(|of| text.connection == of)
                && text
                    .packets
                    .iter()
                    .all(|&it| it.0 >= self.cleared_before[0] && it >= oldest)
        };
        let sparkplug = self.sparkplug.iter().map(|found| &found.view);
        let remarks = self.remarks.iter().chain(sparkplug);
        let remarks = remarks.filter(is_shown).cloned();
        all.extend(remarks.map(Listed::Remark));
        let endings = self.endings.rows(together, |ending| {
            of.is_none_or(|of| ending.connection == of)
                && ending.record.0 >= self.cleared_before[0]
                && ending.record >= oldest
        });
        all.extend(endings.into_iter().map(Listed::Remark));
        // Stable: findings are in their order already.
        all.sort_by_key(Listed::last);
        (all, left_out)
    }

    /// What is worth knowing though no rule is broken.
    fn remarks(&self, of: Option<ConnectionId>, oldest: RecordId) -> (Vec<FindingView>, u64) {
        let mut left_out = 0_u64;
        let mut lines: Vec<FindingView> = Vec::new();
        let mut places: HashMap<(ConnectionId, String), usize> = HashMap::new();
        for server in &self.servers {
            for line in server.monitor.remarks() {
                let Some(&(_, connection)) = self.sockets.get(&SocketId(line.connection.0)) else {
                    continue;
                };
                // What the end of a connection may mean is told by its own line.
                if line.is_end && self.endings.tell(SocketId(line.connection.0)) {
                    continue;
                }
                // What was cleared is not spoken of any more.
                let is_cleared = line
                    .packets
                    .last()
                    .is_none_or(|last| last < self.cleared_before[0]);
                if of.is_some_and(|of| of != connection) || is_cleared {
                    continue;
                }
                // Beside the line stands which connection it is; the monitor's number is nowhere else.
                let number = format!("connection {}", line.connection.0);
                let is_named = server.monitor.client_identifier(line.connection).is_some();
                let text = if is_named {
                    line.text
                } else {
                    line.text.replace(&number, "the connection")
                };
                let kept = |record: &RecordId| *record >= oldest;
                let packets = records(&line.packets).filter(kept);
                // Each time that a connection opens it is another one to the monitor.
                if let Some(same) = places
                    .get(&(connection, text.clone()))
                    .and_then(|&at| lines.get_mut(at))
                {
                    same.count = same.count.saturating_add(1);
                    same.packets.extend(packets);
                    continue;
                }
                if lines.len() >= MOST_REMARKS {
                    left_out = left_out.saturating_add(1);
                    continue;
                }
                places.insert((connection, text.clone()), lines.len());
                lines.push(FindingView {
                    severity: line.severity,
                    connection,
                    rule: String::new(),
                    statement: None,
                    version: ProtocolVersion::V5,
                    by: None,
                    count: 1,
                    message: cut(&sentence(&text), MOST_TEXT),
                    packets: packets.collect(),
                    at: None,
                    of: None,
                    is_open: false,
                    is_part: false,
                    connections: Vec::new(),
                });
            }
        }
        for line in &mut lines {
            line.packets.sort_unstable();
            line.packets.dedup();
            let more = line.packets.len().saturating_sub(MOST_PACKETS);
            line.packets.drain(..more);
        }
        (lines, left_out)
    }
}
