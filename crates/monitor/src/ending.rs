//! DISCONNECT, packets that break a rule by themselves, and the end of a connection.

use core::time::Duration;

use mqttscope_shared::Instant;
use mqttscope_wire::{
    Disconnect, Dissection, PacketType, PropertyId, ReasonCode, Rule, Sender, Severity,
};

use super::connection::{BadConnect, Connection};
use super::explain::FactKind;
use super::log::Judge;
use super::remarks::remark_on;
use super::view::{View, WillStep};
use super::wills::PATIENCE;
use super::{ConnectionId, Finding, FlowState, Phase, content};

impl Connection {
    /// DISCONNECT.
    pub(super) fn disconnect(
        &mut self,
        judge: &mut Judge<'_>,
        view: &mut View,
        disconnect: &Disconnect<'_>,
    ) {
        let from = judge.from;
        let code = disconnect.reason_code;
        let half = self.halves.of_mut(from);
        if half.disconnect.is_some() {
            return;
        }
        half.disconnect = Some((judge.number, judge.at));
        if self.phase == Phase::Open || self.phase == Phase::Unknown {
            self.phase = Phase::Ending;
        }
        if from == Sender::Server {
            judge.fact(FactKind::ServerDisconnected, u32::from(code.0));
        } else {
            self.judge_ping(judge, true);
            if let Some(expiry) =
                content::number(disconnect.properties, PropertyId::SESSION_EXPIRY_INTERVAL)
            {
                if expiry != 0 && self.asked.is_some_and(|asked| asked.expiry == 0) {
                    //= v5 section 3.14.2.2.2: what was 0 in the CONNECT stays 0
                    judge.broken(Rule::SessionExpiryAfterZero, expiry);
                }
                self.session_expiry = Some(expiry);
            }
            if code == ReasonCode::SUCCESS
                && let Some(will) = view.will_of(self.id)
            {
                //= [MQTT-3.14.4-3] v5 and v3.1.1: the will is withdrawn
                will.step = WillStep::Withdrawn;
            }
        }
        self.judge_blame(judge, code);
    }

    /// Whether the other side did what the reason code says.
    fn judge_blame(&self, judge: &mut Judge<'_>, code: ReasonCode) {
        let exceeded = self.halves.of(judge.from.peer()).exceeded;
        if !self.begun || exceeded || !self.limits.of(judge.from).known {
            return;
        }
        let rule = match code {
            //= [MQTT-3.3.2-10] and [MQTT-3.3.2-12] v5: every alias up to the maximum is accepted
            ReasonCode::TOPIC_ALIAS_INVALID => Rule::TopicAliasRefused,
            //= [MQTT-3.1.2-25] v5: what would be too large is not sent, and ends nothing
            ReasonCode::PACKET_TOO_LARGE => Rule::TooLargeBlamed,
            //= [MQTT-3.2.2-9] v5
            ReasonCode::QOS_NOT_SUPPORTED
                if judge.from == Sender::Server && !self.limits.server.maximum_qos_is_announced =>
            {
                Rule::MaximumQoSNotAnnounced
            }
            _ => return,
        };
        judge.broken(rule, u32::from(code.0));
    }

    /// A packet that breaks rules by itself.
    #[cold]
    pub(super) fn malformed(&mut self, judge: &mut Judge<'_>, dissection: &Dissection) {
        let errors = dissection
            .diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity() == Severity::Error);
        // How a packet of an unknown version goes on, nobody knows.
        let last = errors
            .clone()
            .position(|diagnostic| diagnostic.rule == Rule::ConnectProtocolLevel)
            .map_or(usize::MAX, |at| at.saturating_add(1));
        self.doubtful = true;
        self.session.doubt();
        let mut bad_connect = None;
        let mut ends = false;
        for diagnostic in errors.take(last) {
            let finding = Finding {
                version: diagnostic.version,
                span: Some(diagnostic.span),
                value: diagnostic.value,
                ..judge.found(diagnostic.rule)
            };
            judge.report(finding);
            let bad = match diagnostic.rule {
                Rule::ConnectProtocolName => BadConnect::UnknownName,
                Rule::ConnectProtocolLevel => BadConnect::UnknownLevel,
                Rule::ConnectClientIdEmptyKeptSession => BadConnect::EmptyIdentifier,
                _ => BadConnect::Malformed,
            };
            bad_connect = bad_connect.or(Some(bad));
            // A receiver need not look into the payload.
            ends |= !matches!(
                diagnostic.rule,
                Rule::PublishPayloadNotUtf8 | Rule::WillPayloadNotUtf8
            );
        }
        if judge.log.has_notes && last == usize::MAX {
            remark_on(judge, dissection);
        }
        // An alias that it may have set is not known either.
        self.halves.of_mut(judge.from).exceeded = true;
        if judge.from != Sender::Client {
            return;
        }
        if ends {
            self.breach = self.breach.or(Some(judge.number));
        }
        if judge.packet_type == PacketType::Connect && self.asked.is_none() {
            self.begun = true;
            self.phase = Phase::Connecting;
            self.bad_connect = bad_connect;
        }
    }

    /// A side will send no more.
    pub(super) fn leave(&mut self, judge: &mut Judge<'_>, from: Sender) {
        if self.closed.is_some() {
            return;
        }
        self.forget_late(judge);
        self.judge_keep_alive(judge, false);
        self.halves.of_mut(from).is_ended = true;
        if matches!(self.phase, Phase::Open | Phase::Unknown) {
            self.phase = Phase::Ending;
        }
    }

    /// The connection is closed.
    pub(super) fn close(&mut self, judge: &mut Judge<'_>, view: &mut View) {
        if self.closed.is_some() {
            return;
        }
        self.forget_late(judge);
        self.judge_keep_alive(judge, false);
        self.judge_ping(judge, true);
        for from in [Sender::Client, Sender::Server] {
            let framer = core::mem::take(&mut self.halves.of_mut(from).framer);
            self.judge_no_packets(judge, from, framer.rest(), true);
            let half = self.halves.of(from);
            // Where no packet was found yet, nobody knows whether one begins there.
            let at_boundary = self.begun || half.packets > 0;
            if at_boundary && framer.rest().first().is_some_and(|first| first >> 4 == 0) {
                // No more bytes could have made a packet of it.
                let finding = Finding {
                    by: from,
                    ..judge.found(Rule::PacketType0)
                };
                judge.report(finding);
            }
        }
        self.closed = Some(judge.at);
        self.phase = Phase::Closed;
        let by_client = self.halves.client.disconnect.is_some();
        let is_silent = self.halves.client.packets == 0 && self.halves.server.packets == 0;
        let by_server = self.halves.server.disconnect.is_some() || self.refused.is_some();
        // A takeover says already why it ended.
        let is_explained = self.taken_over.is_some() || self.is_thrown_off;
        // Where nothing was ever said, as behind an address that nobody answers, nothing ended.
        if !by_client && !by_server && !is_silent && !is_explained {
            judge.fact(FactKind::ConnectionLost, 0);
        }
        if let Some(will) = view.will_of(self.id) {
            will.step = match will.step {
                //= [MQTT-3.1.2-8] v5 and v3.1.1
                WillStep::Armed => {
                    let delay = Duration::from_secs(u64::from(will.delay));
                    WillStep::Due(judge.at + delay)
                }
                WillStep::Early(_) => WillStep::Settled,
                WillStep::Unknown(_) => {
                    let delay = Duration::from_secs(u64::from(will.delay));
                    WillStep::Unknown(judge.at + delay + PATIENCE)
                }
                step => step,
            };
        }
        let open = self.session.windows.client.entries.len();
        let open = open.saturating_add(self.session.windows.server.entries.len());
        for _ in 0..open.min(1000) {
            judge.fact(FactKind::LeftUnacknowledged, 0);
        }
        self.break_flows(judge, FlowState::Broken);
        // What a session keeps may go on with another connection.
        if !self.leave_session(view, judge.at) && self.taken_over.is_none() {
            for flow in self.session.broken_flows() {
                judge.log.finish(flow);
            }
        }
        for half in [&mut self.halves.client, &mut self.halves.server] {
            half.aliases.clear();
        }
    }

    /// The session stays, or ends with the connection. Whether it stays.
    pub(super) fn leave_session(&self, view: &mut View, at: Instant) -> bool {
        if self.taken_over.is_some() || self.connack.is_none() || self.refused.is_some() {
            return false;
        }
        let ends = match self.session_expiry {
            None => return false,
            Some(u32::MAX) => None,
            Some(seconds) => Some(at + Duration::from_secs(u64::from(seconds))),
        };
        view.keep_session(self.session.clone(), self.accepted, ends)
    }

    /// Whether another connection with this client identifier takes over.
    pub(super) fn is_rival(&self, newer: ConnectionId, name: &str) -> bool {
        self.id != newer
            && self.closed.is_none()
            && self.taken_over.is_none()
            && matches!(self.phase, Phase::Open | Phase::Ending)
            && *self.session.client_identifier == *name
    }
}
