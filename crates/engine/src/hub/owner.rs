//! The tab that holds the broker: the broker, and whose its connections are.

use std::collections::{BTreeMap, BTreeSet};

use mqttscope_broker::{Broker, ConnectionId, Limits, Options, Transmit};
use mqttscope_shared::Instant;

use super::{Link, REPORT_AFTER, TabId, WINDOW};

/// The broker with its links to all tabs, the own one included.
#[derive(Debug)]
pub(super) struct Owner {
    broker: Broker,
    links: BTreeMap<(TabId, Link), State>,
    names: BTreeMap<ConnectionId, (TabId, Link)>,
    watched: BTreeSet<TabId>,
}

#[derive(Debug)]
struct State {
    connection: ConnectionId,
    /// Bytes sent that the tab has not taken yet.
    on_their_way: usize,
    is_congested: bool,
    /// Bytes taken from the tab that it has not been told of.
    untold: usize,
}

impl Owner {
    pub(super) fn new(seed: u64) -> Self {
        let limits = Limits {
            connections: 1000,
            sessions: 1000,
            message_bytes: 64 << 20,
            input: 64 << 20,
            events: 1,
            ..Limits::default()
        };
        Self {
            broker: Broker::new(Options {
                limits,
                ..Options::new(seed)
            }),
            links: BTreeMap::new(),
            names: BTreeMap::new(),
            watched: BTreeSet::new(),
        }
    }

    pub(super) fn handle_open(&mut self, now: Instant, tab: TabId, link: Link) {
        let connection = self.broker.handle_open(now);
        self.names.insert(connection, (tab, link));
        let state = State {
            connection,
            on_their_way: 0,
            is_congested: false,
            untold: 0,
        };
        if let Some(before) = self.links.insert((tab, link), state) {
            self.names.remove(&before.connection);
            self.broker.handle_closed(now, before.connection);
        }
    }

    /// Whether the tab is seen for the first time, and is to be watched.
    pub(super) fn watch(&mut self, tab: TabId) -> bool {
        self.watched.insert(tab)
    }

    /// Returns how many bytes the tab is to be told of as taken, if it is time to.
    pub(super) fn handle_bytes(
        &mut self,
        now: Instant,
        tab: TabId,
        link: Link,
        bytes: &[u8],
    ) -> Option<u32> {
        let state = self.links.get_mut(&(tab, link))?;
        state.untold = state.untold.saturating_add(bytes.len());
        let told = (state.untold >= REPORT_AFTER).then(|| core::mem::take(&mut state.untold));
        let connection = state.connection;
        self.broker.handle_bytes(now, connection, bytes);
        told.map(|told| u32::try_from(told).unwrap_or(u32::MAX))
    }

    pub(super) fn handle_taken(&mut self, now: Instant, tab: TabId, link: Link, bytes: u32) {
        let Some(state) = self.links.get_mut(&(tab, link)) else {
            return;
        };
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        state.on_their_way = state.on_their_way.saturating_sub(bytes);
        if state.is_congested && state.on_their_way <= WINDOW / 2 {
            state.is_congested = false;
            self.broker.handle_congestion(now, state.connection, false);
        }
    }

    pub(super) fn handle_close(&mut self, now: Instant, tab: TabId, link: Link) {
        if let Some(state) = self.links.remove(&(tab, link)) {
            self.names.remove(&state.connection);
            self.broker.handle_closed(now, state.connection);
        }
    }

    pub(super) fn handle_tab_gone(&mut self, now: Instant, tab: TabId) {
        self.watched.remove(&tab);
        let gone: Vec<Link> = self
            .links
            .keys()
            .filter(|&&(of, _)| of == tab)
            .map(|&(_, link)| link)
            .collect();
        for link in gone {
            self.handle_close(now, tab, link);
        }
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) {
        self.broker.handle_timeout(now);
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.broker.poll_timeout()
    }

    /// What goes to a tab next. To `own`, the tab itself, nothing is ever congested.
    pub(super) fn poll(&mut self, now: Instant, own: TabId) -> Option<(TabId, Link, Transmit)> {
        while let Some((connection, transmit)) = self.broker.poll_transmit() {
            let Some(&(tab, link)) = self.names.get(&connection) else {
                continue;
            };
            match &transmit {
                Transmit::Close => {
                    self.names.remove(&connection);
                    self.links.remove(&(tab, link));
                }
                Transmit::Bytes(bytes) if tab != own => {
                    if let Some(state) = self.links.get_mut(&(tab, link)) {
                        state.on_their_way = state.on_their_way.saturating_add(bytes.len());
                        if state.on_their_way >= WINDOW && !state.is_congested {
                            state.is_congested = true;
                            self.broker.handle_congestion(now, connection, true);
                        }
                    }
                }
                Transmit::Bytes(_) => {}
            }
            return Some((tab, link, transmit));
        }
        None
    }
}
