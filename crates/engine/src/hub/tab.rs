//! A tab's end: it holds the broker, or reaches the tab that does.

use core::time::Duration;
use std::collections::{BTreeMap, VecDeque};

use mqttscope_broker::Transmit;
use mqttscope_shared::Instant;

use super::owner::Owner;
use super::{Body, Link, Message, REPORT_AFTER, TabId};

/// How long a link waits for a tab that holds the broker.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a tab's worker is to do, and what its links bring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Say this to the other tabs.
    Post(Message),
    /// Notice when that tab is gone.
    Watch(TabId),
    /// The link of this number is open.
    Opened(u32),
    /// Bytes came over it.
    Bytes(u32, Vec<u8>),
    /// It is closed, and why in words.
    Closed(u32, &'static str),
}

/// One tab.
#[derive(Debug)]
pub struct Tab {
    id: TabId,
    seed: u64,
    now: Instant,
    role: Role,
    links: BTreeMap<u32, OwnLink>,
    generation: u32,
    output: VecDeque<Output>,
}

#[derive(Debug)]
enum Role {
    /// Nobody is known to hold the broker.
    Seeking,
    /// Another tab holds it.
    Member(TabId),
    /// This one does.
    Owner(Box<Owner>),
}

#[derive(Debug)]
struct OwnLink {
    generation: u32,
    state: State,
    /// Bytes sent that the broker has not taken yet.
    on_their_way: usize,
    /// Bytes taken that the broker's tab has not been told of.
    untold: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// It is asked for as soon as it is known whom to ask.
    Waiting(Instant),
    /// It is asked for.
    Opening(Instant),
    Open,
}

impl Tab {
    /// A tab that knows no other. `seed` makes the identifiers that its broker gives out hard to
    /// guess.
    #[must_use]
    pub fn new(id: TabId, seed: u64) -> Self {
        Self {
            id,
            seed,
            now: Instant::ZERO,
            role: Role::Seeking,
            links: BTreeMap::new(),
            generation: 0,
            output: VecDeque::new(),
        }
    }

    /// Whether it holds the broker.
    #[must_use]
    pub const fn holds_broker(&self) -> bool {
        matches!(self.role, Role::Owner(_))
    }

    /// Bytes of a link that the broker has not taken yet, as a socket's `bufferedAmount`. Less
    /// than 128 KiB may stay: what is taken is told in steps of that size.
    #[must_use]
    pub fn buffered(&self, number: u32) -> usize {
        self.links.get(&number).map_or(0, |link| link.on_their_way)
    }

    /// Opens a link; one that is open under this number is closed before, without a word about it.
    pub fn handle_open(&mut self, now: Instant, number: u32) {
        self.handle_close(now, number);
        self.generation = self.generation.wrapping_add(1);
        let link = OwnLink {
            generation: self.generation,
            state: State::Waiting(self.now),
            on_their_way: 0,
            untold: 0,
        };
        self.links.insert(number, link);
        if matches!(self.role, Role::Seeking) {
            self.post(None, Body::Seek);
        } else {
            self.ask(number);
        }
    }

    /// Sends bytes over a link that is open; else they are dropped.
    pub fn handle_bytes(&mut self, now: Instant, number: u32, bytes: &[u8]) {
        self.advance(now);
        let Some(link) = self.links.get_mut(&number) else {
            return;
        };
        if link.state != State::Open {
            return;
        }
        let name = Link {
            number,
            generation: link.generation,
        };
        match &mut self.role {
            Role::Owner(owner) => {
                owner.handle_bytes(self.now, self.id, name, bytes);
            }
            Role::Member(to) => {
                link.on_their_way = link.on_their_way.saturating_add(bytes.len());
                let to = *to;
                self.post(Some(to), Body::Bytes(name, bytes.to_vec().into()));
            }
            Role::Seeking => {}
        }
    }

    /// Closes a link. Nothing more comes from it.
    pub fn handle_close(&mut self, now: Instant, number: u32) {
        self.advance(now);
        let Some(link) = self.links.remove(&number) else {
            return;
        };
        let name = Link {
            number,
            generation: link.generation,
        };
        self.output.retain(|output| {
            !matches!(output, Output::Opened(n) | Output::Bytes(n, _) | Output::Closed(n, _) if *n == number)
        });
        match &mut self.role {
            Role::Owner(owner) => owner.handle_close(self.now, self.id, name),
            Role::Member(to) => {
                let to = *to;
                self.post(Some(to), Body::Close(name));
            }
            Role::Seeking => {}
        }
    }

    /// The browser has given this tab the lock: it holds the broker from now on.
    pub fn handle_elected(&mut self, now: Instant) {
        self.advance(now);
        if self.holds_broker() {
            return;
        }
        self.change_role(Role::Owner(Box::new(Owner::new(self.seed))));
        self.post(None, Body::Holds);
    }

    /// A tab that was to be watched is gone.
    pub fn handle_tab_gone(&mut self, now: Instant, tab: TabId) {
        self.advance(now);
        if let Role::Owner(owner) = &mut self.role {
            owner.handle_tab_gone(self.now, tab);
        }
    }

    /// Another tab said something.
    pub fn handle_message(&mut self, now: Instant, message: Message) {
        self.advance(now);
        let Message { from, to, body } = message;
        if from == self.id || to.is_some_and(|to| to != self.id) {
            return;
        }
        match &mut self.role {
            Role::Owner(_) => self.heard_as_owner(from, body),
            Role::Member(owner) if *owner == from => self.heard_from_owner(body),
            Role::Member(_) | Role::Seeking => {
                if body == Body::Holds {
                    self.change_role(Role::Member(from));
                }
            }
        }
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.advance(now);
        if let Role::Owner(owner) = &mut self.role {
            owner.handle_timeout(self.now);
        }
        let now = self.now;
        self.close_where(
            |state| matches!(state, State::Waiting(since) | State::Opening(since) if since + PATIENCE <= now),
            "the tab that holds the built-in broker does not answer",
        );
    }

    /// When [`Tab::handle_timeout`] is to be called next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let broker = match &self.role {
            Role::Owner(owner) => owner.poll_timeout(),
            _ => None,
        };
        let links = self.links.values().filter_map(|link| match link.state {
            State::Waiting(since) | State::Opening(since) => Some(since + PATIENCE),
            State::Open => None,
        });
        links.chain(broker).min()
    }

    /// What is to be done next.
    pub fn poll_output(&mut self) -> Option<Output> {
        loop {
            if let Some(output) = self.output.pop_front() {
                return Some(output);
            }
            let Role::Owner(owner) = &mut self.role else {
                return None;
            };
            let (tab, link, transmit) = owner.poll(self.now, self.id)?;
            if tab != self.id {
                let body = match transmit {
                    Transmit::Bytes(bytes) => Body::Bytes(link, bytes.into_vec().into()),
                    Transmit::Close => Body::Close(link),
                };
                self.post(Some(tab), body);
                continue;
            }
            if self.own(link).is_none() {
                continue;
            }
            match transmit {
                Transmit::Bytes(bytes) => {
                    return Some(Output::Bytes(link.number, bytes.into_vec()));
                }
                Transmit::Close => {
                    self.links.remove(&link.number);
                    return Some(Output::Closed(link.number, BROKER_CLOSED));
                }
            }
        }
    }

    fn heard_as_owner(&mut self, from: TabId, body: Body) {
        let Role::Owner(owner) = &mut self.role else {
            return;
        };
        let now = self.now;
        match body {
            Body::Seek => self.post(Some(from), Body::Holds),
            Body::Open(link) => {
                owner.handle_open(now, from, link);
                if owner.watch(from) {
                    self.output.push_back(Output::Watch(from));
                }
                self.post(Some(from), Body::Opened(link));
            }
            Body::Bytes(link, bytes) => {
                if let Some(taken) = owner.handle_bytes(now, from, link, &bytes) {
                    self.post(Some(from), Body::Taken(link, taken));
                }
            }
            Body::Taken(link, bytes) => owner.handle_taken(now, from, link, bytes),
            Body::Close(link) => owner.handle_close(now, from, link),
            // The lock makes two owners impossible; without locks there is no channel.
            Body::Holds | Body::Opened(_) => {}
        }
    }

    fn heard_from_owner(&mut self, body: Body) {
        match body {
            Body::Opened(link) => {
                if let Some(own) = self.own(link) {
                    own.state = State::Open;
                    self.output.push_back(Output::Opened(link.number));
                }
            }
            Body::Bytes(link, bytes) => {
                let Some(own) = self.own(link) else {
                    return;
                };
                own.untold = own.untold.saturating_add(bytes.len());
                if own.untold >= REPORT_AFTER {
                    let taken = u32::try_from(core::mem::take(&mut own.untold));
                    let body = Body::Taken(link, taken.unwrap_or(u32::MAX));
                    if let Role::Member(to) = self.role {
                        self.post(Some(to), body);
                    }
                }
                self.output
                    .push_back(Output::Bytes(link.number, bytes.into_vec()));
            }
            Body::Taken(link, bytes) => {
                if let Some(own) = self.own(link) {
                    let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
                    own.on_their_way = own.on_their_way.saturating_sub(bytes);
                }
            }
            Body::Close(link) => {
                if self.own(link).is_some() {
                    self.links.remove(&link.number);
                    self.output
                        .push_back(Output::Closed(link.number, BROKER_CLOSED));
                }
            }
            Body::Seek | Body::Holds | Body::Open(_) => {}
        }
    }

    /// Another tab holds the broker now: what hung on the one before is lost, what waited goes on.
    fn change_role(&mut self, role: Role) {
        self.close_where(
            |state| !matches!(state, State::Waiting(_)),
            "the tab that held the built-in broker was closed",
        );
        self.role = role;
        let waiting: Vec<u32> = self.links.keys().copied().collect();
        for number in waiting {
            self.ask(number);
        }
    }

    /// Asks for a link that waits.
    fn ask(&mut self, number: u32) {
        let now = self.now;
        let Some(own) = self.links.get_mut(&number) else {
            return;
        };
        let link = Link {
            number,
            generation: own.generation,
        };
        match &mut self.role {
            Role::Owner(owner) => {
                own.state = State::Open;
                owner.handle_open(now, self.id, link);
                self.output.push_back(Output::Opened(number));
            }
            Role::Member(to) => {
                own.state = State::Opening(now);
                let to = *to;
                self.post(Some(to), Body::Open(link));
            }
            Role::Seeking => {}
        }
    }

    fn close_where(&mut self, which: impl Fn(State) -> bool, why: &'static str) {
        let closed: Vec<u32> = self
            .links
            .iter()
            .filter(|(_, link)| which(link.state))
            .map(|(&number, _)| number)
            .collect();
        for number in closed {
            self.handle_close(self.now, number);
            self.output.push_back(Output::Closed(number, why));
        }
    }

    /// The own link of that name, unless it was closed or opened anew meanwhile.
    fn own(&mut self, link: Link) -> Option<&mut OwnLink> {
        self.links
            .get_mut(&link.number)
            .filter(|own| own.generation == link.generation)
    }

    fn post(&mut self, to: Option<TabId>, body: Body) {
        self.output.push_back(Output::Post(Message {
            from: self.id,
            to,
            body,
        }));
    }

    /// Time does not go back, whatever the caller says.
    fn advance(&mut self, now: Instant) {
        self.now = self.now.max(now);
    }
}

pub(crate) const BROKER_CLOSED: &str = "the built-in broker closed the connection";
