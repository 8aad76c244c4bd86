//! Whether the broker let a check in: a connection that it did not take says nothing of what was asked.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;

use mqttscope_wire::PacketType;

use super::Talk;
use crate::link::{Link, Phase};
use crate::verdict::Happened;

/// How the broker did not let it in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ShutOut {
    /// A connection could not be opened, or its CONNACK says that the broker has enough to do; in words.
    Refused(String),
    /// A connection was closed, and nothing had come on it.
    Closed,
}

impl Talk<'_> {
    /// Whether the broker closed a connection, or none was to be had.
    pub(crate) fn has_lost_a_connection(&self) -> bool {
        let mut links = self.links.values();
        links.any(|link| matches!(link.phase, Phase::ClosedThere(_) | Phase::Failed))
    }

    /// Whether all connections were closed before anything came.
    pub(crate) fn was_shut_out(&self) -> bool {
        !self.links.is_empty() && self.links.values().all(is_silent)
    }

    /// How the broker kept it out.
    pub(crate) fn shut_out(&self) -> Option<ShutOut> {
        for seen in &self.seen {
            if let Happened::Failed(why) = &seen.what {
                return Some(ShutOut::Refused(why.clone()));
            }
        }
        for (name, link) in &self.links {
            let is_open =
                |seen: &crate::Seen| seen.connection == *name && seen.what == Happened::Opened;
            if !self.seen.iter().any(is_open) {
                return Some(ShutOut::Refused("it took too long to open one".to_owned()));
            }
            if let Some(code) = self.busy(link) {
                return Some(ShutOut::Refused(format!("CONNACK says 0x{code:02X}")));
            }
        }
        let mut links = self.links.values();
        links.any(is_silent).then_some(ShutOut::Closed)
    }

    /// The code of a CONNACK that speaks of too much at present: unavailable, busy, quota or rate exceeded.
    fn busy(&self, link: &Link) -> Option<u8> {
        let first = link.inbox.first()?;
        let code = first.code()?;
        let is_busy =
            matches!(code, 0x88 | 0x89 | 0x97 | 0x9f) || (code == 0x03 && !self.version.is_v5());
        (first.kind == PacketType::Connack && is_busy).then_some(code)
    }
}

fn is_silent(link: &Link) -> bool {
    matches!(link.phase, Phase::ClosedThere(_)) && link.inbox.is_empty() && link.wrong.is_none()
}
