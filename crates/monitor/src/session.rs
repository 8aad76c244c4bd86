//! A session: what outlives a connection.

use alloc::boxed::Box;
use alloc::vec::Vec;

use mqttscope_shared::Instant;
use mqttscope_wire::Sender;

use super::both::Both;
use super::subscriptions::Subscriptions;
use super::window::Window;
use super::{Flow, FlowState};

/// What client and server keep under a client identifier.
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) client_identifier: Box<str>,
    /// Its beginning was seen, so what is not known of it is not there.
    pub(super) known: bool,
    /// When it began, where that is known.
    pub(super) begun: Instant,
    pub(super) windows: Both<Window>,
    pub(super) subscriptions: Subscriptions,
    /// What was delivered last, by client, topic and QoS: a place for each mark of these.
    pub(super) delivered: [Delivered; 16],
}

/// The message that was delivered last in a row.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Delivered {
    pub(super) row: u64,
    pub(super) mark: u64,
    /// One before it that was passed over.
    pub(super) skipped: u64,
}

impl Session {
    /// One whose beginning is seen, or not.
    pub(super) fn new(known: bool) -> Self {
        Self {
            client_identifier: Box::default(),
            known,
            begun: Instant::ZERO,
            windows: Both {
                client: Window::new(Sender::Client, known),
                server: Window::new(Sender::Server, known),
            },
            subscriptions: Subscriptions::default(),
            delivered: [Delivered::default(); 16],
        }
    }

    /// It begins anew; what was open in the old one is remembered as lost.
    pub(super) fn begin_anew(old: Option<&Self>, at: Instant) -> Self {
        let mut session = Self {
            begun: at,
            ..Self::new(true)
        };
        session
            .windows
            .client
            .begin_anew(old.map(|old| &old.windows.client));
        session
            .windows
            .server
            .begin_anew(old.map(|old| &old.windows.server));
        session
    }

    /// A new connection goes on with it.
    pub(super) fn resume(&mut self, at: Instant) {
        self.windows.client.resume(at);
        self.windows.server.resume(at);
    }

    /// A packet could not be read: what it changed is not known.
    pub(super) fn doubt(&mut self) {
        self.known = false;
        self.windows.client.doubt();
        self.windows.server.doubt();
    }

    /// Handshakes of messages in flight, as they are where no connection goes on with them, in the order
    /// in which they began.
    pub(super) fn broken_flows(&self) -> Vec<Flow> {
        let windows = [&self.windows.client, &self.windows.server];
        let entries = windows
            .into_iter()
            .flat_map(|window| window.entries.values());
        let broken = entries.map(|entry| Flow {
            state: FlowState::Broken,
            ..entry.flow
        });
        let mut flows: Vec<Flow> = broken.collect();
        flows.sort_by_key(|flow| flow.packets.as_slice().first().copied());
        flows
    }

    /// Whether nothing is in flight.
    pub(super) fn is_idle(&self) -> bool {
        self.windows.client.entries.is_empty() && self.windows.server.entries.is_empty()
    }
}
