//! Deadlines: keep alive, sessions that end, wills that are due, `$SYS`.

use alloc::collections::BTreeSet;
use core::time::Duration;

use mqttscope_shared::Instant;
use mqttscope_wire::ReasonCode;

use super::connection::Phase;
use super::{Broker, Cause, ConnectionId, SessionId};

/// What a deadline is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Timer {
    /// The CONNECT must have come, or a packet within one and a half times the Keep Alive.
    Silence(ConnectionId),
    /// A Will Delay Interval ends.
    Will(SessionId),
    /// A Session Expiry Interval ends.
    SessionExpiry(SessionId),
    /// `$SYS` messages are due.
    Sys,
}

/// Deadlines, the next one first.
#[derive(Debug, Default)]
pub(crate) struct Timers(BTreeSet<(Instant, Timer)>);

impl Timers {
    pub(crate) fn set(&mut self, at: Instant, timer: Timer) {
        self.0.insert((at, timer));
    }

    pub(crate) fn cancel(&mut self, at: Instant, timer: Timer) {
        self.0.remove(&(at, timer));
    }

    pub(crate) fn next(&self) -> Option<Instant> {
        self.0.first().map(|&(at, _)| at)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (Instant, Timer)> + '_ {
        self.0.iter().copied()
    }

    fn due(&mut self, now: Instant) -> Option<Timer> {
        let &(at, timer) = self.0.first().filter(|&&(at, _)| at <= now)?;
        self.0.remove(&(at, timer));
        Some(timer)
    }
}

impl Broker {
    /// Does what is due at `now`. Call it when [`Broker::poll_timeout`] says so; earlier does no
    /// harm.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.advance(now);
        while let Some(timer) = self.timers.due(self.now) {
            match timer {
                Timer::Silence(id) => self.check_silence(id),
                Timer::Will(id) => self.publish_will(id, self.now),
                //= [MQTT-4.1.0-2] v5: a session ends when its expiry interval has passed
                Timer::SessionExpiry(id) => self.end_session(id, self.now),
                Timer::Sys => self.sys_due(),
            }
        }
    }

    /// When [`Broker::handle_timeout`] is to be called next, if nothing else happens before.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.timers.next()
    }

    /// Sets the deadline by which the client must be heard. It is not moved with each packet:
    /// when it comes, it is seen whether the client was heard meanwhile.
    pub(super) fn watch_silence(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        if let Some(at) = connection.timer.take() {
            self.timers.cancel(at, Timer::Silence(id));
        }
        if connection.silence > 0 {
            let at = connection.last_received + Duration::from_millis(connection.silence);
            connection.timer = Some(at);
            self.timers.set(at, Timer::Silence(id));
        }
    }

    fn check_silence(&mut self, id: ConnectionId) {
        let now = self.now;
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        connection.timer = None;
        if connection.last_received + Duration::from_millis(connection.silence) > now {
            return self.watch_silence(id);
        }
        match connection.phase {
            //= [MQTT-3.1.2-22] v5, [MQTT-3.1.2-24] v3.1.1: silent for 1.5 times the Keep Alive
            Phase::Connected(_) => self.fail(id, ReasonCode::KEEP_ALIVE_TIMEOUT, None),
            // Section 3.1.4: a client that does not send its CONNECT in time is closed.
            Phase::AwaitConnect | Phase::Authenticating { .. } => self.close(id, Cause::Closed),
            // The transport did not close in time either; there is nothing left to wait for.
            Phase::Closing => {}
        }
    }
}
