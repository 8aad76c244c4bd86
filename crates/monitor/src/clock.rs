//! What the passing of time shows: silence, and answers that do not come.

use core::time::Duration;

use mqttscope_wire::{PacketType, Rule, Sender};

use super::connection::Connection;
use super::log::Judge;
use super::{Finding, FlowKind, FlowState, Phase};

/// Time after which an answer is late.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);
/// The same of a PINGRESP where Keep Alive is shorter: networks may be slow.
const LEAST_PATIENCE: Duration = Duration::from_secs(5);
/// What clocks and networks may add to Keep Alive before it counts as passed.
const SLACK: Duration = Duration::from_secs(1);
/// What a server may add, which looks at its clock now and then only.
const SERVER_SLACK: Duration = Duration::from_secs(10);
/// Time in which a connection is closed after a DISCONNECT.
const CLOSING: Duration = Duration::from_secs(10);

fn seconds(duration: Duration) -> u32 {
    u32::try_from(duration.as_secs()).unwrap_or(u32::MAX)
}

impl Connection {
    /// Judges the time since the client's last packet. `now_by_client`: a packet of it ends it.
    pub(super) fn judge_keep_alive(&mut self, judge: &mut Judge<'_>, now_by_client: bool) {
        let Some((keep_alive @ 1.., _)) = self.keep_alive else {
            return;
        };
        let Some(last) = self.halves.client.last_packet else {
            return;
        };
        if self.phase != Phase::Open {
            return;
        }
        let wanted = Duration::from_secs(u64::from(keep_alive));
        // One and a half times: the server closes then.
        let late = Duration::from_millis(u64::from(keep_alive).saturating_mul(1_500));
        let silence = judge.at - last;
        let (mut client, mut server) = self.silence_judged;
        // Until a packet comes, only one and a half times tells a late one from none.
        let allowed = if now_by_client {
            wanted.saturating_add(SLACK)
        } else {
            late
        };
        let finding = |judge: &Judge<'_>, rule, by| Finding {
            by,
            value: seconds(silence),
            limit: u32::from(keep_alive),
            ..judge.found(rule)
        };
        if silence > allowed && !client {
            //= [MQTT-3.1.2-20] v5, [MQTT-3.1.2-23] v3.1.1: a PINGREQ if there is nothing else
            let found = finding(judge, Rule::KeepAliveMissed, Sender::Client);
            judge.report(found);
            client = true;
        }
        if silence > late.saturating_add(SERVER_SLACK) && !server {
            //= [MQTT-3.1.2-22] v5, [MQTT-3.1.2-24] v3.1.1: the server closes the connection
            let found = finding(judge, Rule::KeepAliveNotEnforced, Sender::Server);
            judge.report(found);
            server = true;
        }
        self.silence_judged = (client, server);
    }

    /// Says what is late by now.
    pub(super) fn tick(&mut self, judge: &mut Judge<'_>) {
        if self.closed.is_some() || self.taken_over.is_some() {
            return;
        }
        self.forget_late(judge);
        self.judge_open_after_disconnect(judge);
        if !matches!(self.phase, Phase::Unknown | Phase::Connecting | Phase::Open) {
            // Who is about to leave owes no answer.
            return;
        }
        self.judge_keep_alive(judge, false);
        self.session.windows.client.judge_silence(judge, PATIENCE);
        self.session.windows.server.judge_silence(judge, PATIENCE);
        self.judge_requests(judge);
        self.judge_connect_and_ping(judge);
        self.judge_expected(judge);
    }

    fn judge_requests(&mut self, judge: &mut Judge<'_>) {
        for request in self.requests.values_mut() {
            let waited = judge.at - request.flow.started;
            if waited < PATIENCE || request.reported {
                continue;
            }
            request.reported = true;
            //= [MQTT-3.8.4-1] v5 and v3.1.1, [MQTT-3.10.4-4] v5 and v3.1.1
            let rule = match request.flow.kind {
                FlowKind::Subscribe => Rule::SubscribeUnanswered,
                _ => Rule::UnsubscribeUnanswered,
            };
            let finding = Finding {
                by: Sender::Server,
                packets: request.flow.packets,
                value: u32::from(request.flow.identifier),
                limit: seconds(waited),
                ..judge.found(rule)
            };
            judge.report(finding);
        }
    }

    fn judge_connect_and_ping(&mut self, judge: &mut Judge<'_>) {
        if let Some(flow) = &self.connecting
            && !self.connecting_judged
            && flow.state == FlowState::WaitsFor(PacketType::Connack)
            && judge.at - flow.updated >= PATIENCE
        {
            let finding = Finding {
                by: Sender::Server,
                packets: flow.packets,
                limit: seconds(judge.at - flow.updated),
                ..judge.found(Rule::ConnectUnanswered)
            };
            judge.report(finding);
            self.connecting_judged = true;
        }
        self.judge_ping(judge, false);
    }

    /// A PINGREQ that waits for its answer. The standard says "a reasonable amount of time"
    /// (section 3.1.2.10): here Keep Alive's length, which is when clients give up, within bounds. At the
    /// end of a connection there is no lower bound: who gives up closes it before an answer is late.
    pub(super) fn judge_ping(&mut self, judge: &mut Judge<'_>, ends: bool) {
        let least = if ends { Duration::ZERO } else { LEAST_PATIENCE };
        let patience = match self.keep_alive {
            Some((seconds @ 1.., _)) => {
                Duration::from_secs(u64::from(seconds)).clamp(least, PATIENCE)
            }
            _ => PATIENCE,
        };
        if let Some(flow) = &self.ping
            && !self.ping_judged
            && judge.at - flow.updated >= patience
        {
            //= [MQTT-3.12.4-1] v5 and v3.1.1
            let finding = Finding {
                by: Sender::Server,
                packets: flow.packets,
                value: seconds(judge.at - flow.updated),
                limit: seconds(patience),
                ..judge.found(Rule::PingreqUnanswered)
            };
            judge.report(finding);
            self.ping_judged = true;
        }
    }

    fn judge_expected(&mut self, judge: &mut Judge<'_>) {
        let now = judge.at;
        while let Some(at) = self
            .expected
            .iter()
            .position(|expected| now >= expected.until)
        {
            let expected = self.expected.swap_remove(at);
            let unanswered = self
                .requests
                .values()
                .any(|request| request.flow.packets.last() == Some(expected.subscribe));
            if unanswered {
                continue;
            }
            let (published, since) = expected.published;
            //= [MQTT-3.3.1-9] v5, [MQTT-3.3.1-6] v3.1.1
            let finding = Finding {
                by: Sender::Server,
                packets: super::PacketNumbers::one(published).and(expected.subscribe),
                ..judge.found(Rule::RetainedNotSent)
            };
            judge.log.report(finding, since);
        }
    }

    fn judge_open_after_disconnect(&mut self, judge: &mut Judge<'_>) {
        for sender in [Sender::Client, Sender::Server] {
            let half = self.halves.of_mut(sender);
            if let Some((number, at)) = half.disconnect
                && !half.is_ended
                && !self.has_gap
                && judge.at - at >= CLOSING
                && self.phase == Phase::Ending
            {
                //= [MQTT-3.14.4-2] v5, [MQTT-3.14.4-1] v3.1.1
                let finding = Finding {
                    by: sender,
                    packets: super::PacketNumbers::one(number),
                    value: seconds(judge.at - at),
                    ..judge.found(Rule::OpenAfterDisconnect)
                };
                judge.report(finding);
                self.phase = Phase::Closed;
            }
        }
    }
}
