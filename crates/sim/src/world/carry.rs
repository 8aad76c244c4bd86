//! Moves bytes between clients, links and broker.

use mqttscope_broker::Transmit;
use mqttscope_client::Event;

use super::{Crossing, Wire, World};
use crate::{Arrival, End, Link};

/// Rounds without time passing after which something must be wrong.
const ROUNDS: usize = 100_000;

impl World {
    /// Carries everything that moves without time passing.
    pub(super) fn carry(&mut self) {
        for _ in 0..ROUNDS {
            let mut moved = false;
            for number in 0..self.stations.len() {
                moved |= self.drain_client(number);
            }
            moved |= self.drain_broker();
            moved |= self.deliver();
            if !moved {
                break;
            }
        }
    }

    fn drain_client(&mut self, number: usize) -> bool {
        let mut moved = false;
        loop {
            let now = self.now;
            let Some(station) = self.stations.get_mut(number) else {
                return moved;
            };
            let connection = station.connection;
            if let Some(bytes) = station.client.poll_transmit() {
                if let Some(wire) = self
                    .wires
                    .iter_mut()
                    .find(|wire| Some(wire.connection) == connection)
                {
                    wire.link.send(now, End::Client, &bytes);
                    if self.recording {
                        self.sendings.push(Crossing {
                            at: now,
                            client: number,
                            connection: wire.connection,
                            from: End::Client,
                            bytes,
                        });
                    }
                }
            } else if let Some(event) = station.client.poll_event() {
                match event {
                    Event::Open if station.reachable => {
                        let connection = self.broker.handle_open(now);
                        station.connection = Some(connection);
                        station.client.handle_connected(now);
                        self.wires.push(Wire {
                            client: number,
                            connection,
                            link: Link::new(station.impairments.unwrap_or(self.impairments)),
                        });
                    }
                    Event::Open => station.client.handle_disconnected(now),
                    Event::Close => {
                        station.connection = None;
                        if let Some(wire) = self
                            .wires
                            .iter_mut()
                            .find(|wire| Some(wire.connection) == connection)
                        {
                            wire.link.close(now, End::Client);
                        }
                    }
                    event => station.events.push(event),
                }
            } else {
                return moved;
            }
            moved = true;
        }
    }

    fn drain_broker(&mut self) -> bool {
        let mut moved = false;
        while let Some((connection, transmit)) = self.broker.poll_transmit() {
            moved = true;
            let Some(wire) = self
                .wires
                .iter_mut()
                .find(|wire| wire.connection == connection)
            else {
                continue;
            };
            match transmit {
                Transmit::Bytes(bytes) => {
                    wire.link.send(self.now, End::Server, &bytes);
                    if self.recording {
                        // A packet may come as two chunks; here it was sent in one piece.
                        match self.sendings.last_mut() {
                            Some(last)
                                if last.connection == connection
                                    && last.from == End::Server
                                    && last.at == self.now =>
                            {
                                last.bytes.extend_from_slice(&bytes);
                            }
                            _ => self.sendings.push(Crossing {
                                at: self.now,
                                client: wire.client,
                                connection,
                                from: End::Server,
                                bytes: bytes.into_vec(),
                            }),
                        }
                    }
                }
                Transmit::Close => wire.link.close(self.now, End::Server),
            }
        }
        moved
    }

    /// One arrival at each end of each connection.
    fn deliver(&mut self) -> bool {
        let now = self.now;
        let mut moved = false;
        for wire in &mut self.wires {
            for at in [End::Server, End::Client] {
                let Some(arrival) = wire.link.receive(now, at) else {
                    continue;
                };
                moved = true;
                if self.recording
                    && let Arrival::Bytes(bytes) = &arrival
                {
                    let (client, connection, from) = (wire.client, wire.connection, at.peer());
                    self.crossings.push(Crossing {
                        at: now,
                        client,
                        connection,
                        from,
                        bytes: bytes.clone(),
                    });
                }
                match (at, arrival) {
                    (End::Server, Arrival::Bytes(bytes)) => {
                        self.broker.handle_bytes(now, wire.connection, &bytes)
                    }
                    (End::Server, Arrival::Closed) => {
                        self.broker.handle_closed(now, wire.connection)
                    }
                    (End::Client, arrival) => {
                        let station = self.stations.get_mut(wire.client);
                        let Some(station) =
                            station.filter(|station| station.connection == Some(wire.connection))
                        else {
                            continue;
                        };
                        match arrival {
                            Arrival::Bytes(bytes) => station.client.handle_bytes(now, &bytes),
                            Arrival::Closed => {
                                station.connection = None;
                                station.client.handle_disconnected(now);
                            }
                        }
                    }
                }
                // What one arrival brings about comes before the next arrival.
                break;
            }
        }
        let stations = &self.stations;
        self.wires.retain(|wire| {
            let used = stations
                .get(wire.client)
                .is_some_and(|station| station.connection == Some(wire.connection));
            used || wire.link.is_open_at(End::Server)
        });
        moved
    }
}
