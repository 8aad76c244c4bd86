//! Bytes that a recording lacks, and what is not known because of them.
//!
//! On the connection itself nothing is known any more but its version. On others nothing is known of what the missing bytes
//! may have been the cause of: a message, a retained one, a will, the end of a session. A gap shows only when bytes behind it
//! come or are acknowledged, and by then the server may have passed on what was in it. So findings that rest on packets of other
//! connections wait for a moment in a recording that may have gaps.

use core::time::Duration;

use mqttscope_shared::Instant;
use mqttscope_wire::Rule;

use super::log::Log;
use super::session::Session;
use super::{ConnectionId, Finding, FlowState, Monitor, judge_of};

/// Time by which a gap shows: TCP acknowledges within half a second (RFC 9293, section 3.8.6.3).
const SHOWS: Duration = Duration::from_secs(1);

impl Monitor {
    /// For a recording that may lack bytes: findings that rest on packets of other connections come a moment later, as a gap
    /// in those may show by then. Needs [`Monitor::handle_recording_end`].
    #[must_use]
    pub const fn of_recording(mut self) -> Self {
        self.log.keeps_doubtful = true;
        self
    }

    /// Says that the recording is over: what waited for gaps to show is reported.
    pub fn handle_recording_end(&mut self) {
        self.log.settle(Instant::END);
    }

    /// Says that bytes of a connection are missing here, of either side: what they began or ended is not known.
    /// What follows is judged as in a recording that begins in the middle. The missing bytes may have come at any time up
    /// to `at`.
    pub fn handle_gap(&mut self, connection: ConnectionId, at: Instant) {
        let known = self.connections.get(&connection);
        let client = known.map_or("", |known| &*known.session.client_identifier);
        // A connection that names no client may have gone on with any session.
        for session in self.view.doubt(client) {
            self.log.finish_all(session.broken_flows());
        }
        self.log.doubt();
        for (id, known) in &mut self.connections {
            if *id == connection {
                let mut judge = judge_of(&mut self.log, known, at);
                known.begin_in_the_middle(&mut judge);
            } else {
                known.doubt_others();
            }
        }
        for session in self.view.sessions_mut() {
            session.doubt_others();
        }
    }
}

impl super::connection::Connection {
    /// What others sent is not known.
    fn doubt_others(&mut self) {
        self.expected.clear();
        self.session.doubt_others();
    }
}

impl Session {
    fn doubt_others(&mut self) {
        self.delivered = Default::default();
    }
}

impl Log {
    /// Whether a finding waits until it is known whether bytes are missing that could explain it.
    pub(super) fn keep_doubtful(&mut self, finding: &Finding) -> bool {
        let waits = self.keeps_doubtful && rests_on_others(finding.rule);
        if waits && self.doubtful.len() < super::log::MAXIMUM_FINDINGS {
            self.doubtful.push_back(*finding);
        }
        waits
    }

    /// Bytes are missing, which may explain what waits.
    fn doubt(&mut self) {
        self.doubtful.clear();
    }

    /// Reports what waited for long enough.
    pub(super) fn settle(&mut self, now: Instant) {
        while let Some(finding) = self.doubtful.front().copied()
            && finding.at + SHOWS <= now
        {
            self.doubtful.pop_front();
            self.write(finding);
        }
    }

    pub(super) fn finish_all(&mut self, flows: impl IntoIterator<Item = super::Flow>) {
        for flow in flows {
            self.finish(super::Flow {
                state: FlowState::Unknown,
                ..flow
            });
        }
    }
}

/// Whether a rule is judged by what other connections have sent.
const fn rests_on_others(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::AssignedClientIdInUse
            | Rule::DeliveredAbovePublishedQoS
            | Rule::DeliveredBelowQoS
            | Rule::DeliveredTwice
            | Rule::DeliveryAfterUnsubscribe
            | Rule::ExpiredMessageSent
            | Rule::ExpiryNotReduced
            | Rule::ForwardedOutOfOrder
            | Rule::MessageChanged
            | Rule::MessageSkipped
            | Rule::OwnMessageReturned
            | Rule::RetainDroppedOnForward
            | Rule::RetainKeptOnForward
            | Rule::RetainedNotSent
            | Rule::RetainedOutdated
            | Rule::RetainedWithoutFlag
            | Rule::SessionLost
            | Rule::SessionPresentWrongly
            | Rule::SharedMessagePassedOn
            | Rule::TakenOverConnectionServed
            | Rule::WillAfterDisconnect
            | Rule::WillDespiteReturn
            | Rule::WillNotPublished
            | Rule::WillTwice
            | Rule::WillWhileConnected
    )
}
