//! `$SYS`: what the broker tells of itself, in the topics that other brokers use too. They are
//! made while somebody is subscribed to them.

use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

use mqttscope_shared::Message;
use mqttscope_wire::TopicName;

use super::message::Stored;
use super::{Broker, Timer};

impl Broker {
    /// Brings the kept `$SYS` messages up to date and sees to it that they stay so.
    pub(super) fn refresh_sys(&mut self) {
        for stored in self.sys_messages() {
            // The broker's own few messages do not count against the limit.
            let _ = self.retained.set(&stored, usize::MAX, self.now);
        }
        if !self.sys_armed && self.sys_subscriptions > 0 {
            self.sys_armed = true;
            let at = self.now + Duration::from_millis(self.options.sys_interval.max(100));
            self.timers.set(at, Timer::Sys);
        }
    }

    pub(super) fn sys_due(&mut self) {
        self.sys_armed = false;
        if self.sys_subscriptions == 0 {
            return;
        }
        for stored in self.sys_messages() {
            self.distribute(&stored, None, self.now);
        }
        self.refresh_sys();
    }

    fn sys_messages(&self) -> Vec<Arc<Stored>> {
        let limit = usize::MAX;
        let messages = self.sys_values().into_iter().filter_map(|(topic, value)| {
            let message = Message::new(TopicName::new(topic)?, value).with_retain(true);
            Stored::new(message, topic.into(), None, self.now, &self.held, limit)
        });
        messages.collect()
    }

    fn sys_values(&self) -> [(&'static str, String); 15] {
        let connected = self
            .sessions
            .values()
            .filter(|session| session.connection.is_some())
            .count();
        let total = self.sessions.len();
        let uptime = (self.now - self.started).as_secs();
        let c = &self.counters;
        [
            (
                "$SYS/broker/version",
                concat!("mqttscope ", env!("CARGO_PKG_VERSION")).into(),
            ),
            ("$SYS/broker/uptime", alloc::format!("{uptime} seconds")),
            ("$SYS/broker/clients/connected", connected.to_string()),
            (
                "$SYS/broker/clients/disconnected",
                total.saturating_sub(connected).to_string(),
            ),
            ("$SYS/broker/clients/total", total.to_string()),
            (
                "$SYS/broker/subscriptions/count",
                self.routes.len().to_string(),
            ),
            (
                "$SYS/broker/retained messages/count",
                self.retained.len().to_string(),
            ),
            (
                "$SYS/broker/messages/received",
                c.packets_received.to_string(),
            ),
            (
                "$SYS/broker/publish/messages/received",
                c.messages_received.to_string(),
            ),
            (
                "$SYS/broker/publish/messages/sent",
                c.messages_sent.to_string(),
            ),
            (
                "$SYS/broker/publish/messages/dropped",
                c.messages_dropped.to_string(),
            ),
            ("$SYS/broker/bytes/received", c.bytes_received.to_string()),
            ("$SYS/broker/bytes/sent", c.bytes_sent.to_string()),
            (
                "$SYS/broker/store/messages/bytes",
                self.held.bytes().to_string(),
            ),
            (
                "$SYS/broker/connections/count",
                self.connections.len().to_string(),
            ),
        ]
    }
}
