//! Bytes that a recording lacks, and what is not known because of them.
//!
//! On the connection itself nothing is known any more but its version, and no session is known that it may have gone on with.
//! Bytes of a client may have held a message, also one that is retained, a will, or the end of a session. So nothing is claimed
//! that rests on all that clients have sent, as far as what is missing could explain it: what the server sends now is explained
//! by a message that was sent when bytes are missing, unless the subscriber's session began later, or had nothing left to come
//! since. A gap shows only when bytes behind it come or are acknowledged, and by then the server may have passed on what was in
//! it, so such findings wait for a moment in a recording that may have gaps.

use alloc::collections::BTreeSet;
use core::time::Duration;

use mqttscope_shared::Instant;
use mqttscope_wire::{Rule, Sender};

use super::both::Both;
use super::connection::{Connection, Half};
use super::log::{Judge, Log, MAXIMUM_FINDINGS};
use super::messages::Message;
use super::view::{View, WillStep};
use super::wills::PATIENCE as WILL;
use super::{ConnectionId, Finding, FlowState, Monitor, judge_of};

/// Time by which a gap shows: TCP acknowledges within half a second (RFC 9293, section 3.8.6.3).
const SHOWS: Duration = Duration::from_secs(1);
/// Time by which packets of two connections may reach the server in another order than the monitor.
pub(super) const SLACK: Duration = Duration::from_secs(1);
/// Time by which a server has sent on what it has for a client that takes it.
const PATIENCE: Duration = Duration::from_secs(20);

/// What clients may have sent that is missing.
#[derive(Clone, Debug, Default)]
pub(super) struct Gaps {
    /// When the newest of it was sent, at the latest.
    until: Option<Instant>,
    /// Open connections whose CONNECT may be missing, and with it a will, which comes when they end.
    without_connect: BTreeSet<ConnectionId>,
}

impl Gaps {
    pub(super) const fn are_any(&self) -> bool {
        self.until.is_some()
    }

    /// Whether something that was sent at `since` or later may be missing.
    pub(super) fn explain(&self, since: Instant) -> bool {
        let until = self.until.map(|until| until + SLACK);
        !self.without_connect.is_empty() || until.is_some_and(|until| since <= until)
    }

    fn note(&mut self, until: Instant) {
        self.until = self.until.max(Some(until));
    }

    /// A connection ends: a will of it that is not known comes now, or after a delay that is not known either.
    pub(super) fn end(&mut self, connection: &Connection, at: Instant) {
        if self.without_connect.remove(&connection.id) {
            self.note(if connection.is_v5() {
                Instant::END
            } else {
                at + WILL
            });
        }
    }

    /// When a connection ends is not seen.
    pub(super) fn forget_connection(&mut self, connection: ConnectionId) {
        if self.without_connect.remove(&connection) {
            self.note(Instant::END);
        }
    }
}

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

    /// Says that bytes of a connection are missing here, of one side, or of either where `from` is `None`: what they began or
    /// ended is not known. What follows is judged as in a recording that begins in the middle. The missing bytes may have come
    /// at any time up to `at`.
    pub fn handle_gap(&mut self, connection: ConnectionId, from: Option<Sender>, at: Instant) {
        self.connection(connection);
        let Self {
            connections,
            view,
            log,
            ..
        } = self;
        let Some(known) = connections.get_mut(&connection) else {
            return;
        };
        log.has_gap = true;
        log.doubtful.retain(|finding| !is_of_will(finding.rule));
        log.finish_all(known.doubt_view(view));
        if from == Some(Sender::Server) {
            log.doubtful.retain(|finding| {
                finding.connection != connection && finding.rule != Rule::MessageSkipped
            });
        } else {
            log.miss(at);
            view.doubt_wills();
            if !known.is_past_connect {
                // A connection that names no client may have gone on with any session.
                let sessions = view.doubt_all(at);
                log.finish_all(sessions.flat_map(|session| session.broken_flows()));
                log.gaps.without_connect.insert(connection);
                if known.closed.is_some() {
                    log.gaps.end(known, at);
                }
            }
        }
        let mut judge = judge_of(log, known, at);
        known.begin_in_the_middle(&mut judge);
        known.halves.client.is_behind_gap = true;
        known.halves.server.is_behind_gap = true;
    }
}

impl Connection {
    /// Forgets what bytes of this connection may have changed, and gives handshakes that they may have ended.
    fn doubt_view(&self, view: &mut View) -> impl Iterator<Item = super::Flow> + use<> {
        view.traces.doubt(self.client_mark());
        if let Some(will) = view.will_of(self.id) {
            // It is armed with the CONNACK, which may be missing.
            if self.connack.is_none() {
                will.step = WillStep::Unknown(Instant::END);
            }
            will.doubt();
        }
        let session = view.doubt(&self.session.client_identifier);
        session.into_iter().flat_map(|it| it.broken_flows())
    }

    /// The server has nothing to send where nothing is on its way to the client, and it is silent.
    #[inline]
    pub(super) fn note_rest(&mut self, at: Instant) {
        let served = self.halves.server.last_packet.unwrap_or(at);
        if !self.session.windows.server.entries.is_empty() {
            self.busy = at;
        } else if at - served.max(self.busy) >= SLACK {
            self.rested = Some(at);
        }
    }

    /// The earliest moment at which a message may have been published that the server sends to this client now.
    #[cold]
    pub(super) fn reach(&self, view: &View, message: &Message<'_>) -> Instant {
        if !self.session.known {
            return Instant::ZERO;
        }
        let served = self.accepted.zip(self.rested);
        let reach = served
            .filter(|(accepted, rested)| *rested >= *accepted + PATIENCE)
            .map_or(self.session.begun, |(_, rested)| {
                let sent = Instant::ZERO + (rested - (Instant::ZERO + PATIENCE));
                sent.max(self.session.begun)
            });
        if !message.publish.retain {
            return reach;
        }
        // What a topic retains may be old; what it retained before the newest that is known may still be on its way.
        view.retained(message.topic_mark)
            .map(|retained| retained.at)
            .filter(|at| *at < reach)
            .unwrap_or_default()
    }

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
            is_past_connect: self.is_past_connect,
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
    /// A message that a client sent until then is missing, or stands where it should not.
    pub(super) fn miss(&mut self, until: Instant) {
        self.gaps.note(until);
        self.doubtful.clear();
    }

    /// Whether a finding waits until it is known whether bytes are missing that could explain it, or is none because they are.
    pub(super) fn keep_doubtful(&mut self, finding: &Finding, since: Instant) -> bool {
        if !rests_on_others(finding.rule) {
            return false;
        }
        let is_explained = self.gaps.explain(since) || self.has_gap && is_of_will(finding.rule);
        if self.keeps_doubtful && !is_explained && self.doubtful.len() < MAXIMUM_FINDINGS {
            self.doubtful.push_back(*finding);
        }
        self.keeps_doubtful || is_explained
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

/// Whether a rule is of when a will comes. That depends on when the server learnt of the end of a connection, and what became of its
/// client since: whichever bytes are missing may have told it.
const fn is_of_will(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::WillAfterDisconnect
            | Rule::WillDespiteReturn
            | Rule::WillNotPublished
            | Rule::WillTwice
            | Rule::WillWhileConnected
    )
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
