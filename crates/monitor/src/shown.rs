//! The state of a connection as plain values.

use alloc::string::ToString;
use alloc::vec::Vec;
use core::time::Duration;

use mqttscope_wire::Sender;

use super::connection::Connection;
use super::{
    ConnectionState, EndState, Flow, HandshakeState, KeepAliveState, Phase, SubscriptionState,
};

impl Connection {
    /// What both ends know.
    pub(super) fn state(&self) -> ConnectionState {
        let subscriptions = self.session.subscriptions.all();
        let mut requests: Vec<u16> = self.requests.keys().copied().collect();
        requests.sort_unstable();
        ConnectionState {
            connection: self.id,
            phase: self.phase,
            version: self.version,
            version_is_certain: self.version_is_certain,
            client_identifier: self.session.client_identifier.to_string(),
            clean_start: self.asked.map(|asked| asked.clean_start),
            session_present: self.session_present,
            session_expiry: self.session_expiry,
            keep_alive: self.keep_alive_state(),
            client: self.end(Sender::Client),
            server: self.end(Sender::Server),
            subscriptions: subscriptions
                .into_iter()
                .map(|entry| SubscriptionState {
                    topic_filter: entry.filter.to_string(),
                    options: entry.options,
                    granted: entry.granted,
                    identifier: entry.identifier,
                    packet: entry.packet,
                })
                .collect(),
            subscriptions_are_complete: self.session.known
                && !self.session.subscriptions.overflowed,
            requests,
            pings: self.pings,
        }
    }

    fn keep_alive_state(&self) -> Option<KeepAliveState> {
        let (seconds, by_server) = self.keep_alive?;
        let last_packet = self.halves.client.last_packet?;
        let ends = seconds > 0 && self.phase == Phase::Open;
        let patience = Duration::from_millis(u64::from(seconds).saturating_mul(1500));
        Some(KeepAliveState {
            seconds,
            by_server,
            last_packet,
            closes: ends.then(|| last_packet + patience),
        })
    }

    fn end(&self, sender: Sender) -> EndState {
        let half = self.halves.of(sender);
        let window = self.session.windows.of(sender);
        let mut entries: Vec<_> = window.entries.values().collect();
        entries.sort_unstable_by_key(|entry| entry.sequence);
        EndState {
            limits: *self.limits.of(sender),
            aliases: half
                .aliases
                .iter()
                .map(|(&alias, topic)| (alias, topic.to_string()))
                .collect(),
            in_flight: entries
                .into_iter()
                .map(|entry| HandshakeState {
                    identifier: entry.flow.identifier,
                    step: entry.step,
                    packets: entry.flow.packets,
                    started: entry.flow.started,
                    sent_here: entry.sent_here,
                })
                .collect(),
            window_used: window.in_flight,
            packets: half.packets,
            last_packet: half.last_packet,
            pending: half.framer.rest().len(),
        }
    }

    /// Flows that are not over.
    pub(super) fn open_flows(&self, open: &mut Vec<Flow>) {
        let windows = &self.session.windows;
        let entries = windows.client.entries.values();
        if self.closed.is_none() && self.taken_over.is_none() {
            open.extend(
                entries
                    .chain(windows.server.entries.values())
                    .map(|entry| entry.flow),
            );
        }
        open.extend(self.requests.values().map(|request| request.flow));
        open.extend(self.questions.iter().map(|(_, flow)| *flow));
        open.extend(self.connecting);
        open.extend(self.authenticating);
        open.extend(self.ping);
    }
}
