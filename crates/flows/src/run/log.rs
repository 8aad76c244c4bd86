//! The packets of a run: cut out of what was sent, followed until they arrive or are lost.

use std::collections::BTreeMap;

use mqttscope_broker::ConnectionId;
use mqttscope_sim::{Crossing, End, World};
use mqttscope_wire::frame::{Header, header};
use mqttscope_wire::{ProtocolVersion, Sender};

use crate::packet::{Facts, Fate, Packet};

/// One way of a connection.
#[derive(Debug)]
struct Way {
    id: ConnectionId,
    /// The connection's number in this run.
    connection: usize,
    from: End,
    sent: usize,
    arrived: usize,
    /// Packets on their way, with the offset at which each is whole.
    flying: Vec<(usize, usize)>,
}

/// All packets so far.
#[derive(Debug, Default)]
pub(super) struct Log {
    pub(super) packets: Vec<Packet>,
    ways: Vec<Way>,
    connections: BTreeMap<(usize, ConnectionId), usize>,
    /// Counts brokers: each numbers its connections anew.
    broker: usize,
    count: usize,
}

impl Log {
    /// A broker that knows nothing takes over.
    pub(super) fn next_broker(&mut self) {
        self.broker = self.broker.saturating_add(1);
        self.ways.clear();
    }

    /// Takes in what the world has to tell; gives the indexes of packets that were sent.
    pub(super) fn follow(
        &mut self,
        world: &mut World,
        version: ProtocolVersion,
        delay: impl Fn(usize) -> u64,
    ) -> Vec<usize> {
        let mut sent = Vec::new();
        for sending in world.sendings() {
            let due = sending.at.millis().saturating_add(delay(sending.client));
            self.send(&sending, due, version, &mut sent);
        }
        for crossing in world.crossings() {
            self.arrive(&crossing);
        }
        self.lose(world);
        sent
    }

    fn send(
        &mut self,
        sending: &Crossing,
        due: u64,
        version: ProtocolVersion,
        new: &mut Vec<usize>,
    ) {
        let key = (self.broker, sending.connection);
        let connection = *self.connections.entry(key).or_insert_with(|| {
            let number = self.count;
            self.count = self.count.saturating_add(1);
            number
        });
        let (sender, from) = (sender_of(sending.from), sending.from);
        let way = match self
            .ways
            .iter()
            .position(|way| way.id == sending.connection && way.from == from)
        {
            Some(index) => self.ways.get_mut(index),
            None => {
                self.ways.push(Way {
                    id: sending.connection,
                    connection,
                    from,
                    sent: 0,
                    arrived: 0,
                    flying: Vec::new(),
                });
                self.ways.last_mut()
            }
        };
        let Some(way) = way else { return };
        let mut rest = sending.bytes.as_slice();
        while !rest.is_empty() {
            let len = match header(rest) {
                Header::Complete { len, .. } => len.min(rest.len()),
                Header::Incomplete { .. } | Header::TooLong => rest.len(),
            };
            let (bytes, behind) = rest.split_at(len);
            rest = behind;
            way.sent = way.sent.saturating_add(len);
            way.flying.push((self.packets.len(), way.sent));
            new.push(self.packets.len());
            self.packets.push(Packet {
                client: sending.client,
                connection: way.connection,
                sender,
                sent: sending.at.millis(),
                due,
                fate: Fate::Flying,
                bytes: bytes.to_vec(),
                facts: Facts::read(bytes, version, sender),
            });
        }
    }

    fn arrive(&mut self, crossing: &Crossing) {
        let way = self
            .ways
            .iter_mut()
            .find(|way| way.id == crossing.connection && way.from == crossing.from);
        let Some(way) = way else { return };
        way.arrived = way.arrived.saturating_add(crossing.bytes.len());
        let arrived = way.arrived;
        way.flying.retain(|&(index, whole)| {
            if whole > arrived {
                return true;
            }
            if let Some(packet) = self.packets.get_mut(index) {
                packet.fate = Fate::Arrived(crossing.at.millis());
            }
            false
        });
    }

    /// What was sent and neither arrived nor is on its way is lost.
    fn lose(&mut self, world: &World) {
        let now = world.now().millis();
        for way in &mut self.ways {
            let open = way.sent.saturating_sub(way.arrived);
            if open > world.in_flight(way.id, way.from) {
                for (index, _) in way.flying.drain(..) {
                    if let Some(packet) = self.packets.get_mut(index) {
                        packet.fate = Fate::Lost(now);
                    }
                }
                way.arrived = way.sent;
            }
        }
    }
}

const fn sender_of(end: End) -> Sender {
    match end {
        End::Client => Sender::Client,
        End::Server => Sender::Server,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::time::Duration;
    use mqttscope_broker::{self as broker, Broker};
    use mqttscope_client::{Client, Command, Options};
    use mqttscope_sim::Impairments;

    const DELAY: u64 = 20;

    /// A client connects, is cut while its second CONNECT is on its way, and connects again.
    fn play(mut each: impl FnMut(&mut World)) {
        let mut world = World::new(Broker::new(broker::Options::new(0)));
        world.record(true);
        world.set_impairments(Impairments {
            delay: Duration::from_millis(DELAY),
            ..Impairments::default()
        });
        let me = world.add(Client::new(Options::new(ProtocolVersion::V5, "me")).unwrap());
        world.command(me, Command::Connect).unwrap();
        for millis in 0..4000 {
            if [500, 1200].contains(&millis) {
                world.command(me, Command::Ping).unwrap_or_default();
                world.pass(Duration::from_millis(5));
                world.cut(me);
            }
            world.pass(Duration::from_millis(1));
            each(&mut world);
        }
    }

    #[test]
    fn what_arrived_is_what_crossed_byte_for_byte() {
        let mut log = Log::default();
        play(|world| {
            log.follow(world, ProtocolVersion::V5, |_| DELAY);
        });
        let (mut to_server, mut to_client) = (Vec::new(), Vec::new());
        play(|world| {
            for crossing in world.crossings() {
                match crossing.from {
                    End::Client => to_server.extend(crossing.bytes),
                    End::Server => to_client.extend(crossing.bytes),
                }
            }
        });
        let arrived = |sender: Sender| -> Vec<u8> {
            let packets = log.packets.iter();
            packets
                .filter(|packet| packet.sender == sender && packet.arrived().is_some())
                .flat_map(|packet| packet.bytes.clone())
                .collect()
        };
        assert_eq!(arrived(Sender::Client), to_server);
        assert_eq!(arrived(Sender::Server), to_client);
        assert!(log.packets.iter().any(|packet| packet.lost().is_some()));
        assert!(log.packets.iter().all(|packet| packet.fate != Fate::Flying));
    }
}
