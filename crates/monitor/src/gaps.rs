//! Bytes that a recording lacks, and what is not known because of them.
//!
//! On the connection itself nothing is known any more but its version, and no session is known that it may have gone on with.
//! The missing bytes may have held a message, also one that is retained, a will, or the end of a session: from then on nothing is
//! claimed that rests on all that clients have sent. A gap shows only when bytes behind it come or are acknowledged, and by then
//! the server may have passed on what was in it, so such findings wait for a moment in a recording that may have gaps.

use core::time::Duration;

use mqttscope_shared::Instant;
use mqttscope_wire::Rule;

use super::both::Both;
use super::connection::{Connection, Half};
use super::log::{Judge, Log, MAXIMUM_FINDINGS};
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
        let client = self.client_identifier(connection).unwrap_or_default();
        // A connection that names no client may have gone on with any session.
        for session in self.view.doubt(&client) {
            self.log.finish_all(session.broken_flows());
        }
        self.log.is_incomplete = true;
        self.log.doubtful.clear();
        if let Some(known) = self.connections.get_mut(&connection) {
            let mut judge = judge_of(&mut self.log, known, at);
            known.begin_in_the_middle(&mut judge);
            known.halves.client.is_behind_gap = true;
            known.halves.server.is_behind_gap = true;
        }
    }
}

impl Connection {
    /// Bytes are missing: all that is known from before is the version.
    fn begin_in_the_middle(&mut self, judge: &mut Judge<'_>) {
        if self.closed.is_some() {
            return;
        }
        self.break_flows(judge, FlowState::Unknown);
        judge.log.finish_all(self.session.broken_flows());
        let half = |half: &Half| Half {
            is_foreign: true,
            last_packet: half.last_packet,
            is_behind_gap: half.is_behind_gap,
            ..Half::default()
        };
        *self = Self {
            version: self.version,
            version_is_certain: self.version_is_certain,
            newest: self.newest,
            has_gap: true,
            halves: Both {
                client: half(&self.halves.client),
                server: half(&self.halves.server),
            },
            ..Self::new(self.id)
        };
    }

    /// Whether the packet that arrives stands behind what the other side said later, or may stand before what it said earlier:
    /// behind a gap packets are looked for until it is sure where one begins.
    pub(super) fn is_late(&self, judge: &Judge<'_>) -> bool {
        let other = self.halves.of(judge.from.peer());
        let is_behind = other.last_packet.is_some_and(|last| judge.at <= last);
        self.has_gap && (is_behind || other.is_behind_gap)
    }

    /// What a packet began that came late may be over already.
    pub(super) fn forget_late(&mut self, judge: &mut Judge<'_>) {
        if !self.came_late {
            return;
        }
        let framers = [&mut self.halves.client, &mut self.halves.server]
            .map(|half| core::mem::take(&mut half.framer));
        self.begin_in_the_middle(judge);
        [self.halves.client.framer, self.halves.server.framer] = framers;
    }
}

impl Log {
    /// Whether a finding waits until it is known whether bytes are missing that could explain it, or is none because they are.
    pub(super) fn keep_doubtful(&mut self, finding: &Finding) -> bool {
        let is_doubtful = self.keeps_doubtful && rests_on_others(finding.rule);
        if is_doubtful && !self.is_incomplete && self.doubtful.len() < MAXIMUM_FINDINGS {
            self.doubtful.push_back(*finding);
        }
        is_doubtful
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
