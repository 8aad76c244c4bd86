//! Links in virtual time.

use std::collections::VecDeque;

use mqttscope_capture::mark::Mark;
use mqttscope_wire::Sender::{Client, Server};
use mqttscope_wire::{Framed, Framer, Sender};
use proptest::prelude::*;

use super::plan::parse;
use super::{Action, Faults, Link};

pub(super) const CONNECT: &[u8] = b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x3c\x00\x01a";
pub(super) const CONNACK: &[u8] = &[0x20, 2, 0, 0];
pub(super) const PINGREQ: &[u8] = &[0xc0, 0];
const PINGRESP: &[u8] = &[0xd0, 0];

pub(super) fn puback(id: u8) -> Vec<u8> {
    vec![0x40, 2, 0, id]
}

/// A PUBLISH of QoS 1 to the topic `t`.
pub(super) fn publish(id: u8, payload: &[u8]) -> Vec<u8> {
    let len = u8::try_from(payload.len() + 5).unwrap();
    [&[0x32, len, 0, 1, b't', 0, id], payload].concat()
}

/// What a link did so far.
#[derive(Default)]
pub(super) struct Done {
    pub(super) to_client: Vec<u8>,
    pub(super) to_server: Vec<u8>,
    /// When what was sent to each was, and how much of it.
    times: Vec<(u64, Sender, usize)>,
    pub(super) ended: Vec<Sender>,
    pub(super) closed: Vec<Sender>,
    pub(super) is_over: bool,
    pub(super) said: Vec<String>,
    pub(super) marks: Vec<Mark>,
}

pub(super) struct World {
    pub(super) faults: Faults,
    pub(super) link: Link,
    pub(super) now: u64,
    pub(super) done: Done,
}

impl World {
    pub(super) fn new(text: &str) -> Self {
        let faults = Faults::new(parse(text).unwrap());
        let link = Link::new(&faults, 0);
        Self {
            faults,
            link,
            now: 0,
            done: Done::default(),
        }
    }

    /// The client connects again.
    pub(super) fn again(&mut self, now: u64) {
        self.now = now;
        self.link = Link::new(&self.faults, now);
        self.done = Done::default();
    }

    pub(super) fn drain(&mut self) {
        while let Some(action) = self.link.poll_action() {
            let done = &mut self.done;
            assert!(!done.is_over, "{action:?} after the end");
            match action {
                Action::Send(to, bytes) => {
                    assert!(
                        !done.ended.contains(&to) && !done.closed.contains(&to),
                        "after its end"
                    );
                    done.times.push((self.now, to, bytes.len()));
                    match to {
                        Client => done.to_client.extend(bytes),
                        Server => done.to_server.extend(bytes),
                    }
                }
                Action::End(to) => done.ended.push(to),
                Action::Close(side) => done.closed.push(side),
                Action::Over { .. } => done.is_over = true,
                Action::Say(said) => {
                    done.said.push(said.text);
                    done.marks.extend(said.mark);
                }
            }
        }
    }

    pub(super) fn send(&mut self, from: Sender, bytes: &[u8]) {
        self.link
            .handle_bytes(&mut self.faults, self.now, from, bytes);
        self.drain();
    }

    fn end(&mut self, from: Sender) {
        self.link.handle_end(self.now, from);
        self.drain();
    }

    /// Time passes, and what is due on the way is done when it is due.
    pub(super) fn wait(&mut self, until: u64) {
        while let Some(at) = self.link.poll_timeout().filter(|&at| at <= until) {
            assert!(at >= self.now || at == 0 || self.link.poll_timeout() == Some(at));
            self.now = self.now.max(at);
            self.link.handle_timeout(self.now);
            self.drain();
            assert_ne!(self.link.poll_timeout(), Some(at), "time stands still");
        }
        self.now = until;
        self.link.handle_timeout(self.now);
        self.drain();
    }

    pub(super) fn connect(&mut self) {
        self.send(Client, CONNECT);
        self.send(Server, CONNACK);
    }
}

#[test]
fn a_cut_before_a_packet_loses_it_once() {
    let mut world = World::new("cut a before PUBACK 1");
    world.connect();
    world.send(Client, &publish(1, b"x"));
    world.send(Server, &puback(1));
    assert!(world.done.is_over);
    assert_eq!(world.done.to_client, CONNACK);
    assert_eq!(world.done.to_server, [CONNECT, &publish(1, b"x")].concat());
    assert_eq!(
        world.done.said,
        ["line 1: cut before PUBACK 1; 4 bytes did not go on"]
    );
    assert!(!world.link.wants(Client) && !world.link.wants(Server));
    // The second PUBACK is on the second connection, and passes.
    world.again(500);
    world.connect();
    world.send(Server, &puback(1));
    assert_eq!(world.done.to_client, [CONNACK, &puback(1)].concat());
    assert!(!world.done.is_over);
}

#[test]
fn a_cut_behind_a_packet_lets_it_arrive_and_nothing_else() {
    let mut world = World::new("cut * after PUBLISH 2 from client");
    world.connect();
    world.send(Server, &publish(9, b"theirs"));
    let both = [publish(1, b"x"), publish(2, b"y"), publish(3, b"z")].concat();
    world.send(Client, &both);
    let arrived = [CONNECT, &publish(1, b"x"), &publish(2, b"y")].concat();
    assert_eq!(world.done.to_server, arrived);
    assert!(world.done.is_over);
    assert_eq!(world.link.lost(), 8);
}

#[test]
fn faults_are_for_their_client_only() {
    let mut world = World::new("cut b before PUBACK 1");
    world.connect();
    world.send(Server, &puback(1));
    assert_eq!(world.done.to_client, [CONNACK, &puback(1)].concat());
}

#[test]
fn acknowledgements_are_held_back_in_their_order_while_the_rest_goes_on() {
    let mut world = World::new("hold * from 100 until 900");
    world.connect();
    world.wait(100);
    for id in [1, 2] {
        world.send(Client, &puback(id));
    }
    world.send(Client, PINGREQ);
    assert_eq!(world.done.to_server, [CONNECT, PINGREQ].concat());
    world.end(Client);
    assert_eq!(world.done.ended, []);
    world.wait(899);
    assert_eq!(world.done.to_server, [CONNECT, PINGREQ].concat());
    world.wait(900);
    let all = [CONNECT, PINGREQ, &puback(1), &puback(2)].concat();
    assert_eq!(world.done.to_server, all);
    assert_eq!(world.done.ended, [Server]);
    assert!(world.done.said[0].contains("PUBACK is held back for 800 ms"));
}

#[test]
fn a_cut_behind_what_is_held_back_waits_for_it() {
    let mut world = World::new("hold * until 900\ncut * after PUBACK 1");
    world.connect();
    world.send(Client, &puback(1));
    world.send(Client, PINGREQ);
    assert!(!world.done.is_over);
    world.wait(1000);
    assert!(world.done.is_over);
    assert_eq!(
        world.done.to_server,
        [CONNECT, PINGREQ, &puback(1)].concat()
    );
}

#[test]
fn a_slow_link_delays_and_keeps_the_order() {
    let mut world = World::new("slow * at 50 by 400");
    world.connect();
    assert_eq!(world.done.to_server, CONNECT);
    world.wait(50);
    world.send(Client, PINGREQ);
    world.wait(449);
    assert_eq!(world.done.to_server, CONNECT);
    world.wait(450);
    assert_eq!(world.done.to_server, [CONNECT, PINGREQ].concat());
}

#[test]
fn a_throttled_link_has_so_many_bytes_a_second() {
    let mut world = World::new("throttle * at 0 to 100");
    world.connect();
    let packet = publish(1, &[b'x'; 93]);
    let start = world.now;
    world.send(Client, &packet);
    world.wait(start + 500);
    let half = world.done.to_server.len();
    assert!((40..=60).contains(&half), "{half}");
    world.wait(start + 1200);
    assert_eq!(world.done.to_server, [CONNECT, &packet].concat());
}

#[test]
fn a_half_open_link_leaves_the_client_alone_and_counts_what_it_sends() {
    let mut world = World::new("half-open * after PUBLISH 1");
    world.connect();
    world.send(Client, &publish(1, b"x"));
    assert_eq!(world.done.closed, [Server]);
    assert!(world.link.wants(Client) && !world.link.wants(Server));
    world.send(Client, PINGREQ);
    assert_eq!(world.done.to_client, CONNACK);
    world.end(Client);
    assert!(world.done.is_over);
    assert!(
        world.done.said[1].contains("2 bytes went nowhere"),
        "{:?}",
        world.done.said
    );
}

#[test]
fn a_link_whose_client_has_gone_is_not_left_half_open() {
    let mut world = World::new("slow * at 0 by 700\nhalf-open * at 400");
    world.connect();
    world.end(Client);
    assert!(!world.done.is_over);
    world.wait(400);
    assert!(world.done.is_over);
    assert_eq!(world.link.lost(), (CONNECT.len() + CONNACK.len()) as u64);
}

#[test]
fn what_waits_when_the_tap_ends_is_told() {
    let mut world = World::new("slow * at 10 by 700");
    world.connect();
    world.wait(10);
    world.send(Client, PINGREQ);
    world.link.handle_stop(world.now, "the tap ends");
    world.drain();
    assert!(world.done.is_over);
    assert_eq!(world.done.to_server, CONNECT);
    assert_eq!(
        world.done.said,
        [
            "line 1: what is sent takes 700 ms longer from here on",
            "the tap ends; 2 bytes that waited did not go on"
        ]
    );
}

#[test]
fn a_client_is_offline_for_as_long_as_it_says() {
    let mut world = World::new("offline a from 400 to 2000");
    world.connect();
    world.wait(400);
    assert!(world.done.is_over);
    world.again(1000);
    world.send(Client, CONNECT);
    assert!(world.done.is_over && world.done.to_server.is_empty());
    world.again(2000);
    world.connect();
    world.wait(10_000);
    assert!(!world.done.is_over);
    assert_eq!(world.done.to_client, CONNACK);
}

#[test]
fn a_cut_at_a_moment_is_for_the_connection_of_that_moment() {
    let mut world = World::new("cut * at 700");
    world.connect();
    world.wait(699);
    assert!(!world.done.is_over);
    world.wait(700);
    assert!(world.done.is_over);
    world.again(800);
    world.connect();
    world.wait(5000);
    assert!(!world.done.is_over);
}

#[test]
fn a_connect_is_refused_in_the_version_of_its_client() {
    let mut world = World::new("refuse * CONNECT 1 with 5");
    world.send(Client, CONNECT);
    assert_eq!(world.done.to_client, [0x20, 2, 0, 5]);
    assert!(world.done.is_over && world.done.to_server.is_empty());
    let mut world = World::new("refuse * CONNECT 1 with 0x88");
    world.send(Client, b"\x10\x0e\x00\x04MQTT\x05\x02\x00\x3c\x00\x00\x01a");
    assert_eq!(world.done.to_client, [0x20, 3, 0, 0x88, 0]);
}

#[test]
fn bytes_and_fields_are_changed_and_said() {
    let text = "change * PUBACK 1 byte 3 to 9\nchange * PUBLISH 1 field topic-name to a/b\n\
                change * PUBLISH 2 field reason-string to 1\nchange * PUBLISH 2 byte 99 to 1";
    let mut world = World::new(text);
    world.connect();
    world.send(Server, &puback(1));
    assert_eq!(world.done.to_client, [CONNACK, &puback(9)].concat());
    world.send(Client, &publish(1, b"x"));
    let changed = b"\x32\x08\x00\x03a/b\x00\x01x";
    assert_eq!(world.done.to_server, [CONNECT, changed].concat());
    world.send(Client, &publish(2, b"x"));
    assert!(world.done.to_server.ends_with(&publish(2, b"x")));
    assert_eq!(
        world.done.said,
        [
            "line 1: PUBACK 1 is changed: byte 3 from 0x01 to 0x09",
            "line 2: PUBLISH 1 is changed: topic-name to a/b",
            "line 3: PUBLISH 2 is not changed: it has no field reason-string",
            "line 4: PUBLISH 2 is not changed: it has 8 bytes and no byte 99",
        ]
    );
}

#[test]
fn who_is_not_read_any_further_is_when_there_is_room() {
    let mut world = World::new("slow * at 0 by 1000");
    world.connect();
    let mut sent = 0;
    while world.link.wants(Client) {
        world.send(Client, &publish(1, &[b'x'; 100]));
        sent += 1;
        assert!(sent < 100_000);
    }
    assert!(world.link.wants(Server));
    world.wait(1000);
    assert!(world.link.wants(Client));
    assert_eq!(world.done.to_server.len(), CONNECT.len() + sent * 107);
}

/// Pieces of bytes, who sends them, and milliseconds before each.
fn schedule() -> impl Strategy<Value = Vec<(u64, Sender, Vec<u8>)>> {
    let side = prop_oneof![Just(Client), Just(Server)];
    let packet = prop_oneof![
        4 => (any::<u8>(), prop::collection::vec(any::<u8>(), 0..40)).prop_map(|(id, payload)| publish(id, &payload)),
        3 => any::<u8>().prop_map(puback),
        1 => Just(PINGREQ.to_vec()),
        1 => Just(PINGRESP.to_vec()),
        1 => Just(CONNECT.to_vec()),
    ];
    prop::collection::vec((0_u64..300, side, packet), 0..60)
}

/// The same with other pieces, and with noise at the end.
fn torn() -> impl Strategy<Value = Vec<(u64, Sender, Vec<u8>)>> {
    let noise = prop::collection::vec(any::<u8>(), 0..50);
    (schedule(), 1_usize..30, noise, any::<bool>()).prop_map(
        |(schedule, size, noise, is_client)| {
            let mut pieces: Vec<(u64, Sender, Vec<u8>)> = Vec::new();
            for (wait, from, packet) in schedule {
                for piece in packet.chunks(size) {
                    pieces.push((wait, from, piece.to_vec()));
                }
            }
            let from = if is_client { Client } else { Server };
            pieces.push((0, from, noise));
            pieces
        },
    )
}

fn run(world: &mut World, pieces: &[(u64, Sender, Vec<u8>)]) -> (Vec<u8>, Vec<u8>) {
    let (mut up, mut down) = (CONNECT.to_vec(), CONNACK.to_vec());
    world.connect();
    for (wait, from, piece) in pieces {
        world.wait(world.now + wait);
        world.send(*from, piece);
        match from {
            Client => up.extend(piece),
            Server => down.extend(piece),
        }
    }
    world.end(Client);
    world.end(Server);
    world.wait(10_000_000);
    (up, down)
}

fn packets(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut framer = Framer::default();
    framer.push(bytes);
    let mut all = Vec::new();
    while let Some(framed) = framer.next_frame() {
        match framed {
            Framed::Packet(packet) => all.push(packet.to_vec()),
            other => panic!("{other:?}"),
        }
    }
    all
}

const FAULTS: [&str; 10] = [
    "cut a before PUBACK 3",
    "cut a after PUBLISH 5",
    "cut * at 2500",
    "half-open * before PUBLISH 4 from server",
    "half-open * at 4000",
    "hold * from 500 until 3000",
    "hold * from 100 until 900 from server",
    "slow * at 300 by 700",
    "throttle * at 1000 to 50",
    "offline a from 3000 to 6000",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Without a fault, and with faults for others, every byte comes out at once as it went in.
    #[test]
    fn without_a_fault_nothing_is_changed_or_lost(pieces in torn(), has_others in any::<bool>()) {
        let others = "cut b before CONNECT 1\nslow b at 0 by 500\nhold b until 1000\nchange b PUBLISH 1 byte 0 to 0\n\
                      cut a before PUBLISH 1000";
        let mut world = World::new(if has_others { others } else { "" });
        let (up, down) = run(&mut world, &pieces);
        prop_assert_eq!(&world.done.to_server, &up);
        prop_assert_eq!(&world.done.to_client, &down);
        prop_assert_eq!(world.link.lost(), 0);
        prop_assert!(world.done.is_over && world.done.said.is_empty());
        prop_assert_eq!(world.done.ended.len(), 2);
    }

    /// A link that only takes its time loses nothing: all comes out, acknowledgements and the rest each in their order.
    #[test]
    fn what_is_late_comes(schedule in schedule(), chosen in prop::sample::subsequence(vec![5_usize, 6, 7, 8], 0..=4)) {
        let text: Vec<&str> = chosen.iter().map(|&fault| FAULTS[fault]).collect();
        let mut world = World::new(&text.join("\n"));
        let (up, down) = run(&mut world, &schedule);
        for (sent, got) in [(&up, &world.done.to_server), (&down, &world.done.to_client)] {
            let is_ack = |packet: &&Vec<u8>| packet[0] == 0x40;
            let (sent, got) = (packets(sent), packets(got));
            let of = |all: &[Vec<u8>], acks: bool| -> Vec<Vec<u8>> {
                all.iter().filter(|packet| is_ack(packet) == acks).cloned().collect()
            };
            prop_assert_eq!(of(&sent, true), of(&got, true));
            prop_assert_eq!(of(&sent, false), of(&got, false));
        }
        prop_assert!(world.done.is_over);
        prop_assert_eq!(world.link.lost(), 0);
    }

    /// Whatever goes wrong, each byte comes out or is counted, and what comes out of a side without held acknowledgements is
    /// the beginning of what went in.
    #[test]
    fn what_does_not_come_out_is_counted(
        schedule in schedule(),
        chosen in prop::sample::subsequence((0..FAULTS.len()).collect::<Vec<_>>(), 0..=4),
    ) {
        let text: Vec<&str> = chosen.iter().map(|&fault| FAULTS[fault]).collect();
        let mut world = World::new(&text.join("\n"));
        let mut taken = VecDeque::new();
        world.connect();
        let mut len = (CONNECT.len() + CONNACK.len()) as u64;
        for (wait, from, packet) in &schedule {
            world.wait(world.now + wait);
            if world.link.wants(*from) {
                world.send(*from, packet);
                len += packet.len() as u64;
                taken.push_back((*from, packet));
            }
        }
        world.end(Client);
        world.end(Server);
        world.wait(10_000_000);
        prop_assert!(world.done.is_over);
        let out = (world.done.to_client.len() + world.done.to_server.len()) as u64;
        prop_assert_eq!(out + world.link.lost(), len, "{:?}", world.done.said);
        let is_held = text.iter().any(|fault| fault.starts_with("hold"));
        if !is_held {
            let up = taken.iter().filter(|(from, _)| *from == Client);
            let up: Vec<u8> = CONNECT.iter().copied().chain(up.flat_map(|(_, packet)| packet.iter().copied())).collect();
            prop_assert!(up.starts_with(&world.done.to_server));
        }
    }
}
