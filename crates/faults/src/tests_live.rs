//! Faults that come and go while a link is open.

use mqttscope_capture::mark::{Effect, MarkedPacket};
use mqttscope_capture::reading::Role;
use mqttscope_wire::PacketType;
use mqttscope_wire::Sender::{Client, Server};

use super::plan::parse;
use super::tests::{CONNACK, CONNECT, PINGREQ, World, puback, publish};

impl World {
    /// These come now.
    pub(super) fn set(&mut self, text: &str) {
        assert!(self.faults.add(parse(text).unwrap(), self.now));
        self.link.handle_faults(&self.faults, self.now);
        self.drain();
    }

    /// The one with this number goes now.
    fn unset(&mut self, number: u32) {
        assert!(self.faults.retain(|active| active.number != number));
        self.link.handle_faults(&self.faults, self.now);
        self.drain();
    }

    fn struck(&self) -> Vec<u64> {
        let rules = self.faults.rules();
        rules.iter().map(|active| active.struck()).collect()
    }
}

#[test]
fn packets_and_time_count_from_when_a_fault_came() {
    let mut world = World::new("");
    world.connect();
    world.send(Server, &puback(1));
    world.wait(5000);
    world.set("cut * before PUBACK 2\ncut * at 700");
    world.send(Server, &puback(2));
    world.wait(5699);
    assert!(!world.done.is_over);
    assert_eq!(
        world.done.to_client,
        [CONNACK, &puback(1), &puback(2)].concat()
    );
    world.send(Server, &puback(3));
    assert!(world.done.is_over);
    assert_eq!(
        world.done.said,
        ["fault 1: cut before PUBACK 2; 4 bytes did not go on"]
    );
    assert_eq!(world.struck(), [1, 0]);
    let packet = MarkedPacket {
        packet_type: PacketType::Puback,
        identifier: Some(3),
        from: Role::Server,
        goes_on: false,
    };
    let mark = &world.done.marks[0];
    assert_eq!((mark.fault, mark.effect), (1, Effect::Cut));
    assert_eq!(mark.packet, Some(packet));
    // The moment was for the connection of that moment.
    world.again(6000);
    world.connect();
    world.wait(20_000);
    assert!(!world.done.is_over);
}

#[test]
fn a_moment_of_a_fault_that_came_strikes_an_open_connection() {
    let mut world = World::new("");
    world.connect();
    world.wait(1000);
    world.set("half-open * at 0");
    assert_eq!(world.done.closed, [Server]);
    assert_eq!(world.done.marks[0].effect, Effect::Silent);
    assert_eq!(world.struck(), [1]);
}

#[test]
fn a_lost_packet_leaves_the_connection_as_it_is() {
    let mut world = World::new("");
    world.connect();
    world.set("lose * PUBACK 1 from server");
    world.send(Client, &puback(4));
    world.send(Server, &puback(5));
    world.send(Server, &puback(6));
    assert_eq!(world.done.to_server, [CONNECT, &puback(4)].concat());
    assert_eq!(world.done.to_client, [CONNACK, &puback(6)].concat());
    assert_eq!(
        world.done.said,
        ["fault 1: PUBACK 1 is lost; 4 bytes did not go on"]
    );
    assert_eq!(world.link.lost(), 4);
    assert!(!world.done.is_over);
}

#[test]
fn what_a_fault_held_back_goes_on_when_it_is_gone() {
    let mut world = World::new("");
    world.connect();
    world.set("hold * until 10000\nhold * until 20000 from server");
    world.send(Client, &puback(1));
    world.send(Server, &puback(2));
    world.wait(300);
    world.unset(1);
    assert_eq!(world.done.to_server, [CONNECT, &puback(1)].concat());
    assert_eq!(world.done.to_client, CONNACK);
    assert_eq!(world.struck(), [1]);
    world.wait(20_000);
    assert_eq!(world.done.to_client, [CONNACK, &puback(2)].concat());
}

#[test]
fn what_a_throttle_delayed_goes_on_when_it_is_gone() {
    let mut world = World::new("");
    world.connect();
    world.set("throttle * at 0 to 1");
    let packet = publish(1, &[b'x'; 90]);
    world.send(Client, &packet);
    world.send(Client, PINGREQ);
    world.wait(3000);
    assert!(world.done.to_server.len() < CONNECT.len() + 10);
    // One line each connection, though each packet is counted.
    assert_eq!(world.done.said.len(), 1);
    assert_eq!(world.struck(), [2]);
    world.unset(1);
    assert_eq!(world.done.to_server, [CONNECT, &packet, PINGREQ].concat());
    world.send(Client, PINGREQ);
    assert!(world.done.to_server.ends_with(&[PINGREQ, PINGREQ].concat()));
}

#[test]
fn a_mark_says_whether_its_packet_goes_on() {
    for (line, goes_on) in [
        ("cut * before PUBLISH 1", false),
        ("cut * after PUBLISH 1", true),
        ("half-open * after PUBLISH 1", true),
    ] {
        let mut world = World::new(line);
        world.connect();
        world.send(Client, &publish(1, b"x"));
        let packet = world.done.marks[0].packet.unwrap();
        assert_eq!(packet.goes_on, goes_on, "{line}");
        assert_eq!(
            world.done.to_server.len() > CONNECT.len(),
            goes_on,
            "{line}"
        );
    }
}

#[test]
fn a_break_that_waits_for_its_packet_does_not_come_when_the_fault_is_gone() {
    let mut world = World::new("slow * at 0 by 500\ncut * after PUBLISH 1");
    world.connect();
    world.send(Client, &publish(1, b"x"));
    world.unset(2);
    world.wait(5000);
    assert!(!world.done.is_over);
    assert_eq!(world.done.to_server, [CONNECT, &publish(1, b"x")].concat());
}

#[test]
fn there_is_room_for_so_many() {
    let mut world = World::new("");
    let many = "cut a at 5\n".repeat(150);
    assert!(world.faults.add(parse(&many).unwrap(), 0));
    assert!(!world.faults.add(parse(&many).unwrap(), 0));
    assert_eq!(world.faults.rules().len(), 150);
    assert!(world.faults.retain(|_| false));
    assert!(!world.faults.retain(|_| false));
    assert!(world.faults.add(parse(&many).unwrap(), 0));
    assert_eq!(world.faults.rules()[0].number, 151);
}

#[test]
fn a_packet_goes_on_twice_with_all_of_it() {
    let mut world = World::new("duplicate * PUBLISH 2 from client\nhold * until 500");
    world.connect();
    for (id, payload) in [(1, b"x"), (2, b"y"), (3, b"z")] {
        world.send(Client, &publish(id, payload));
    }
    let sent = [
        CONNECT,
        &publish(1, b"x"),
        &publish(2, b"y"),
        &publish(2, b"y"),
        &publish(3, b"z"),
    ];
    assert_eq!(world.done.to_server, sent.concat());
    let mark = &world.done.marks[0];
    assert_eq!((mark.effect, mark.fault), (Effect::Twice, 1));
}
