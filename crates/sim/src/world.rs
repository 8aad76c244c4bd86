//! Clients and a broker on a simulated network, in one virtual time.

mod carry;

use alloc::vec::Vec;
use core::time::Duration;

use mqttscope_broker::{self as broker, Broker, ConnectionId};
use mqttscope_client::{Client, Command, CommandError, Event, Options, Ticket};
use mqttscope_shared::Instant;

use super::{End, Impairments, Link};

/// Bytes that were sent or arrived at one end of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crossing {
    /// When it happens, in the time of the simulation.
    pub at: Instant,
    /// Which client's connection.
    pub client: usize,
    /// Which of the broker's connections.
    pub connection: ConnectionId,
    /// Who sent them.
    pub from: End,
    /// The bytes, cut as they were sent or as they arrived.
    pub bytes: Vec<u8>,
}

/// A client in the world.
#[derive(Debug)]
struct Station {
    client: Client,
    /// The connection it uses.
    connection: Option<ConnectionId>,
    events: Vec<Event>,
    reachable: bool,
    /// Of its own connections, where they differ from the world's.
    impairments: Option<Impairments>,
}

/// A connection, perhaps one that only the broker still believes in.
#[derive(Debug)]
struct Wire {
    client: usize,
    connection: ConnectionId,
    link: Link,
}

/// Clients and a broker on a simulated network.
///
/// ```
/// use mqttscope_broker::{self as broker, Broker};
/// use mqttscope_client::{Client, Command, Event, Options};
/// use mqttscope_sim::World;
/// use mqttscope_wire::ProtocolVersion;
/// let mut world = World::new(Broker::new(broker::Options::new(0)));
/// let me = world.add(Client::new(Options::new(ProtocolVersion::V5, "me")).unwrap());
/// world.command(me, Command::Connect).unwrap();
/// assert!(matches!(world.events(me)[..], [Event::Connected(_)]));
/// world.cut(me);
/// assert!(matches!(world.events(me)[..], [Event::Disconnected { .. }]));
/// world.pass(core::time::Duration::from_secs(2));
/// assert!(matches!(world.events(me)[..], [Event::Connected(_)]));
/// ```
#[derive(Debug)]
pub struct World {
    now: Instant,
    broker: Broker,
    stations: Vec<Station>,
    wires: Vec<Wire>,
    impairments: Impairments,
    crossings: Vec<Crossing>,
    sendings: Vec<Crossing>,
    recording: bool,
}

impl World {
    /// A broker and nobody else.
    #[must_use]
    pub const fn new(broker: Broker) -> Self {
        Self {
            now: Instant::ZERO,
            broker,
            stations: Vec::new(),
            wires: Vec::new(),
            impairments: Impairments {
                delay: Duration::ZERO,
                split: None,
                coalesce: Duration::ZERO,
            },
            crossings: Vec::new(),
            sendings: Vec::new(),
            recording: false,
        }
    }

    /// Keeps what arrives for [`World::crossings`] and what is sent for [`World::sendings`], or stops
    /// that.
    pub const fn record(&mut self, recording: bool) {
        self.recording = recording;
    }

    /// What has arrived anywhere since the last call, while recording.
    pub fn crossings(&mut self) -> Vec<Crossing> {
        core::mem::take(&mut self.crossings)
    }

    /// What was sent by anyone since the last call, while recording; also what a connection that is
    /// already gone will never carry.
    pub fn sendings(&mut self) -> Vec<Crossing> {
        core::mem::take(&mut self.sendings)
    }

    /// Bytes of a connection that are on their way from an end; none when the connection is gone.
    #[must_use]
    pub fn in_flight(&self, connection: ConnectionId, from: End) -> usize {
        self.wires
            .iter()
            .find(|wire| wire.connection == connection)
            .map_or(0, |wire| wire.link.in_flight(from))
    }

    /// Impairments of all connections that are there and of new ones, for what is sent from now on.
    pub fn set_impairments(&mut self, impairments: Impairments) {
        self.impairments = impairments;
        for station in &mut self.stations {
            station.impairments = None;
        }
        for wire in &mut self.wires {
            wire.link.set_impairments(impairments);
        }
    }

    /// The same for the connections of one client.
    pub fn set_impairments_of(&mut self, number: usize, impairments: Impairments) {
        if let Some(station) = self.stations.get_mut(number) {
            station.impairments = Some(impairments);
        }
        for wire in self.wires.iter_mut().filter(|wire| wire.client == number) {
            wire.link.set_impairments(impairments);
        }
    }

    /// The virtual time.
    #[must_use]
    pub const fn now(&self) -> Instant {
        self.now
    }

    /// The broker.
    #[must_use]
    pub const fn broker(&self) -> &Broker {
        &self.broker
    }

    /// Does something with the broker, and carries what follows.
    pub fn with_broker<T>(&mut self, act: impl FnOnce(&mut Broker, Instant) -> T) -> T {
        let result = act(&mut self.broker, self.now);
        self.carry();
        result
    }

    /// Adds a client; the number names it.
    pub fn add(&mut self, client: Client) -> usize {
        self.stations.push(Station {
            client,
            connection: None,
            events: Vec::new(),
            reachable: true,
            impairments: None,
        });
        self.stations.len().saturating_sub(1)
    }

    /// A client; none when there is no such number.
    #[must_use]
    pub fn client(&self, number: usize) -> Option<&Client> {
        self.stations.get(number).map(|station| &station.client)
    }

    /// The connection that a client uses.
    pub fn link(&mut self, number: usize) -> Option<&mut Link> {
        let connection = self.stations.get(number)?.connection?;
        self.wires
            .iter_mut()
            .find(|wire| wire.connection == connection)
            .map(|wire| &mut wire.link)
    }

    /// Gives a client a command and carries what follows without time passing.
    ///
    /// # Errors
    /// As [`Client::handle_command`]; not connected when there is no such client.
    pub fn command(&mut self, number: usize, command: Command) -> Result<Ticket, CommandError> {
        let station = self
            .stations
            .get_mut(number)
            .ok_or(CommandError::NotConnected)?;
        let ticket = station.client.handle_command(self.now, command)?;
        self.carry();
        Ok(ticket)
    }

    /// What a client has told its application since the last call. Requests for a transport are
    /// seen to and not among them.
    pub fn events(&mut self, number: usize) -> Vec<Event> {
        self.stations
            .get_mut(number)
            .map(|station| core::mem::take(&mut station.events))
            .unwrap_or_default()
    }

    /// Whether a client's attempts to connect get through.
    pub fn set_reachable(&mut self, number: usize, reachable: bool) {
        if let Some(station) = self.stations.get_mut(number) {
            station.reachable = reachable;
        }
    }

    /// Breaks a client's connection; both ends learn it.
    pub fn cut(&mut self, number: usize) {
        if let Some(link) = self.link(number) {
            link.cut();
        }
        self.carry();
    }

    /// The same, so that one end does not learn it.
    pub fn cut_unnoticed_by(&mut self, number: usize, end: End) {
        if let Some(link) = self.link(number) {
            link.cut_unnoticed_by(end);
        }
        self.carry();
    }

    /// Stops a client as if its process had died, and starts it with what it had saved. Its
    /// application must connect it again.
    ///
    /// # Errors
    /// When no CONNECT can be made of the options.
    pub fn restart(&mut self, number: usize, options: Options) -> Result<(), CommandError> {
        let Some(station) = self.stations.get(number) else {
            return Ok(());
        };
        let client = Client::restore(options, station.client.save(), self.now)?;
        self.replace(number, client);
        Ok(())
    }

    /// Stops a client as if its process had died, with another in its place: one that knows
    /// nothing, for example.
    pub fn replace(&mut self, number: usize, client: Client) {
        if let Some(link) = self.link(number) {
            link.cut_unnoticed_by(End::Client);
        }
        if let Some(station) = self.stations.get_mut(number) {
            station.client = client;
            station.connection = None;
        }
        self.carry();
    }

    /// Breaks all connections, as a broker's restart does.
    pub fn cut_all(&mut self) {
        for wire in &mut self.wires {
            wire.link.cut();
        }
        self.carry();
    }

    /// Breaks all connections and puts another broker in the place of the one there was.
    pub fn replace_broker(&mut self, broker: Broker) {
        self.cut_all();
        self.wires.clear();
        for station in &mut self.stations {
            station.connection = None;
        }
        self.broker = broker;
    }

    /// Stops the broker as if its process had died, and starts it with what it had saved, or with
    /// nothing. Every connection breaks.
    pub fn restart_broker(&mut self, options: broker::Options, with_sessions: bool) {
        self.broker = if with_sessions {
            let saved = self.broker.save(self.now);
            Broker::restore(options, saved, self.now, Duration::ZERO)
        } else {
            Broker::new(options)
        };
        self.wires.clear();
        for station in &mut self.stations {
            if station.connection.take().is_some() {
                station.client.handle_disconnected(self.now);
            }
        }
        self.carry();
    }

    /// Lets time pass, with everything that is due in it.
    pub fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        self.carry();
        while let Some(due) = self.next_due().filter(|&due| due <= end) {
            self.now = self.now.max(due);
            self.tick();
            self.carry();
        }
        self.now = end;
        self.tick();
        self.carry();
    }

    /// When something happens next.
    #[must_use]
    pub fn next_due(&self) -> Option<Instant> {
        let clients = self
            .stations
            .iter()
            .filter_map(|station| station.client.poll_timeout());
        let links = self
            .wires
            .iter()
            .filter_map(|wire| wire.link.next_arrival(self.now));
        clients.chain(links).chain(self.broker.poll_timeout()).min()
    }

    fn tick(&mut self) {
        for station in &mut self.stations {
            if station
                .client
                .poll_timeout()
                .is_some_and(|due| due <= self.now)
            {
                station.client.handle_timeout(self.now);
            }
        }
        if self
            .broker
            .poll_timeout()
            .is_some_and(|due| due <= self.now)
        {
            self.broker.handle_timeout(self.now);
        }
    }
}
