//! The stage: drives the world from one moment to the next and writes down what happens.

use core::time::Duration;

use mqttscope_broker::{self as broker, Broker};
use mqttscope_client::{self as client, Client};
use mqttscope_sim::{Impairments, World};
use mqttscope_wire::{PacketType, Sender};

use super::agenda::{Agenda, Todo};
use super::application::{Application, options};
use super::counts::{Book, Counts};
use super::log::Log;
use super::memory::{Does, Memory};
use super::unused::{Unused, unasked, unused};
use super::work::Worker;
use super::{Break, Happening, MAX_PACKETS, Run, What, Why};
use crate::scenario::{Fault, Scenario, When};

/// Milliseconds that a run goes on after the last thing that its scenario names.
const REST: u64 = 120_000;
/// Moments after which a run is ended.
const MAX_MOMENTS: usize = 5_000;

pub(super) struct Stage<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) world: World,
    pub(super) agenda: Agenda,
    pub(super) log: Log,
    pub(super) book: Book,
    pub(super) applications: Vec<Application>,
    pub(super) delays: Vec<u32>,
    /// Cuts that wait for their packet: index of the fault, packets of the type still to come.
    pub(super) traps: Vec<(usize, u32)>,
    pub(super) happenings: Vec<Happening>,
    pub(super) memories: Vec<(u64, Memory)>,
    /// What is counted from a moment on.
    counts: Vec<(u64, Counts)>,
    pub(super) breaks: Vec<Break>,
    /// Why the connection that ends next will have ended.
    pub(super) blame: Vec<Why>,
    /// For how many reasons a client cannot reach the broker; with none it can.
    pub(super) blocks: Vec<u32>,
}

impl<'a> Stage<'a> {
    pub(super) fn new(scenario: &'a Scenario) -> Self {
        let mut world = World::new(Broker::new(broker::Options::new(0)));
        world.record(true);
        let mut applications = Vec::new();
        for (index, station) in scenario.clients.iter().enumerate() {
            let options = options(scenario, station, index, false);
            // A scenario's names and options fit into a CONNECT; where one does not, a client with
            // nothing but its name takes part.
            let client = Client::new(options).or_else(|_| {
                Client::new(client::Options::new(
                    scenario.version,
                    station.client_identifier(),
                ))
            });
            if let Ok(client) = client {
                world.add(client);
            }
            applications.push(Application {
                workers: Worker::all_of(scenario, index),
                ..Application::default()
            });
        }
        let traps = scenario
            .faults
            .iter()
            .enumerate()
            .filter_map(|(index, fault)| match fault {
                Fault::Cut {
                    when: When::Before(nth) | When::After(nth),
                    ..
                } => Some((index, nth.n)),
                _ => None,
            });
        let mut stage = Self {
            world,
            agenda: Agenda::of(scenario),
            log: Log::default(),
            book: Book::new(scenario.shared_filter().is_some()),
            delays: vec![scenario.delay.max(1); scenario.clients.len()],
            blame: vec![Why::Closed; scenario.clients.len()],
            blocks: vec![0; scenario.clients.len()],
            traps: traps.collect(),
            applications,
            happenings: Vec::new(),
            memories: Vec::new(),
            counts: Vec::new(),
            breaks: Vec::new(),
            scenario,
        };
        for client in 0..scenario.clients.len() {
            stage.set_delay(client, scenario.delay.max(1));
        }
        stage
    }

    pub(super) fn run(mut self) -> Run {
        self.note();
        let limit = self.agenda.last.saturating_add(REST);
        let mut complete = false;
        for _ in 0..MAX_MOMENTS {
            let now = self.now();
            let due = [
                self.world.next_due().map(|due| due.millis()),
                self.agenda.next(),
            ];
            let Some(next) = due.into_iter().flatten().min() else {
                complete = true;
                break;
            };
            let next = next.max(now);
            if next > limit || self.log.packets.len() >= MAX_PACKETS {
                break;
            }
            self.world
                .pass(Duration::from_millis(next.saturating_sub(now)));
            self.note();
            while let Some(todo) = self.agenda.take(next) {
                self.perform(todo);
                self.note();
            }
        }
        let ends = self
            .log
            .packets
            .iter()
            .map(|packet| packet.arrived().or(packet.lost()).unwrap_or(packet.sent));
        let end = ends
            .chain(self.happenings.iter().map(|happening| happening.at))
            .max()
            .unwrap_or(0);
        let unsaid = self.scenario.unsaid().into_iter();
        let mut idle: Vec<Unused> = unsaid.map(|text| Unused { text }).collect();
        idle.extend(unused(self.scenario, &self.traps, &self.breaks));
        idle.extend(unasked(
            self.scenario,
            &self.applications,
            self.book.topics(),
        ));
        let mut run = Run {
            unused: idle,
            scenario: self.scenario.clone(),
            counts: Counts::default(),
            counted: self.counts,
            tallies: self.book.tallies(),
            packets: self.log.packets,
            happenings: self.happenings,
            memories: self.memories,
            breaks: self.breaks,
            end,
            complete,
        };
        run.counts = run.counts_at(end);
        run
    }

    pub(super) fn now(&self) -> u64 {
        self.world.now().millis()
    }

    pub(super) fn set_delay(&mut self, client: usize, delay: u32) {
        if let Some(slot) = self.delays.get_mut(client) {
            *slot = delay;
        }
        let impairments = Impairments {
            delay: Duration::from_millis(u64::from(delay)),
            ..Impairments::default()
        };
        self.world.set_impairments_of(client, impairments);
    }

    pub(super) fn blame(&mut self, client: usize, why: Why) {
        if let Some(slot) = self.blame.get_mut(client) {
            *slot = why;
        }
    }

    pub(super) fn happen(&mut self, what: What) {
        let at = self.now();
        self.happenings.push(Happening { at, what });
    }

    /// Writes down what the world has to tell, until applications have nothing more to do.
    pub(super) fn note(&mut self) {
        loop {
            let mut quiet = true;
            for client in 0..self.scenario.clients.len() {
                for event in self.world.events(client) {
                    quiet = false;
                    self.hear(client, event);
                }
            }
            if quiet {
                break;
            }
        }
        while let Some(event) = self.world.with_broker(|broker, _| broker.poll_event()) {
            self.hear_broker(event);
        }
        let delays = &self.delays;
        let delay = |client: usize| delays.get(client).copied().map_or(0, u64::from);
        let sent = self
            .log
            .follow(&mut self.world, self.scenario.version, delay);
        self.spring(&sent);
        let does: Vec<Does> = self
            .applications
            .iter()
            .map(|application| Does {
                received: application.received,
                working: application.working.len(),
            })
            .collect();
        let memory = Memory::of(&self.world, self.scenario, &does);
        let now = self.now();
        let clients = self.scenario.clients.len();
        let counts = self.book.counts(&self.log.packets, &self.world, clients);
        keep(&mut self.memories, now, memory);
        keep(&mut self.counts, now, counts);
    }

    /// Cuts that waited for one of these packets.
    fn spring(&mut self, sent: &[usize]) {
        for &index in sent {
            let Some(packet) = self.log.packets.get(index) else {
                continue;
            };
            if packet.facts.kind == PacketType::Connect && packet.sender == Sender::Client {
                let open = self
                    .breaks
                    .iter_mut()
                    .filter(|open| open.client == packet.client && open.to.is_none());
                open.for_each(|open| open.to = Some(packet.sent));
                // What was cut where there was no connection is not why this one will end.
                if let Some(slot) = self.blame.get_mut(packet.client) {
                    *slot = Why::Closed;
                }
            }
            for (fault, left) in &mut self.traps {
                let Some(Fault::Cut {
                    client,
                    when: When::Before(nth) | When::After(nth),
                }) = self.scenario.faults.get(*fault)
                else {
                    continue;
                };
                if *client != packet.client || nth.kind != packet.facts.kind || *left == 0 {
                    continue;
                }
                *left = left.saturating_sub(1);
                if *left == 0 {
                    let before = matches!(
                        self.scenario.faults.get(*fault),
                        Some(Fault::Cut {
                            when: When::Before(_),
                            ..
                        })
                    );
                    let at = if before {
                        packet
                            .sent
                            .saturating_add(packet.due.saturating_sub(packet.sent) / 2)
                    } else {
                        packet.due.saturating_add(1)
                    };
                    self.agenda.add(at, Todo::Cut(*client));
                }
            }
        }
    }

    pub(super) fn begin_break(&mut self, client: usize) {
        let at = self.now();
        let open = self
            .breaks
            .iter()
            .any(|open| open.client == client && open.to.is_none());
        if !open {
            let why = self.blame.get(client).copied().unwrap_or(Why::Closed);
            self.breaks.push(Break {
                client,
                from: at,
                to: None,
                why,
            });
        }
        self.blame(client, Why::Closed);
    }
}

/// Writes down what is so from now on, unless it was so before.
fn keep<T: PartialEq>(list: &mut Vec<(u64, T)>, now: u64, value: T) {
    match list.last_mut() {
        Some((_, last)) if *last == value => {}
        Some((at, last)) if *at == now => *last = value,
        _ => list.push((now, value)),
    }
}
