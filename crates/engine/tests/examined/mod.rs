//! A broker examined by the page: verdicts, pause, end, once more, and that nothing of it stands in the log.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use mqttscope_engine::{Closed, Transport};
use mqttscope_protocol::{
    CheckView, Command, EventKind, Examine, ExaminedFormat, ExaminedStage, ExaminedView,
    JudgedView, Looking, Profile, Target, Verdict, WireRow,
};
use mqttscope_wire::{PacketType, ProtocolVersion, Sender};

use crate::world::{Seen, World};
use crate::{A, all, message, profile, subscription};

/// As the page loads it.
const CHECKS: &str = include_str!("../../../../www/checks.txt");
/// Longer than a whole run takes in virtual time, in milliseconds.
const LONG: u64 = 300_000;

fn examine(world: &mut World, wanted: Examine) {
    world.command(Command::Examine(wanted));
}

/// A world that knows the checks, and these.
fn ready() -> (World, Vec<CheckView>) {
    let mut world = World::new();
    let (checks, _) = CHECKS.split_once("====\n").unwrap();
    examine(&mut world, Examine::Checks(checks.to_owned()));
    let checks = world.look().checks;
    (world, checks)
}

fn number(checks: &[CheckView], name: &str, version: ProtocolVersion) -> u32 {
    let is = |check: &&CheckView| check.name == name && check.version == version;
    checks.iter().find(is).unwrap().number
}

fn numbers(checks: &[CheckView]) -> Vec<u32> {
    checks.iter().map(|check| check.number).collect()
}

fn verdicts(seen: &Seen) -> Vec<JudgedView> {
    let views = seen.examination.iter();
    views.flat_map(|view| view.verdicts.clone()).collect()
}

/// Kept; or not applicable where it is about what a broker lacks.
fn is_as_wanted(judged: &JudgedView, checks: &[CheckView]) -> bool {
    let of_lesser = [
        "client-identifier-refused",
        "quality-of-will",
        "quality-subscribed",
        "retain-of-will",
    ];
    let check = checks.iter().find(|check| check.number == judged.number);
    let is_of_lesser = check.is_some_and(|check| of_lesser.contains(&&*check.name));
    match judged.verdict {
        Verdict::NotApplicable => is_of_lesser,
        verdict => verdict == Verdict::Kept && !is_of_lesser,
    }
}

fn last(seen: &Seen) -> &ExaminedView {
    seen.examination.last().unwrap()
}

#[test]
fn our_broker_keeps_all_and_nothing_of_it_is_left_there_or_in_the_log() {
    let (mut world, checks) = ready();
    assert!(checks.len() > 250, "{}", checks.len());
    let profile = Box::new(Profile {
        password: Some("secret".into()),
        user_name: Some("me".into()),
        ..Profile::default()
    });
    examine(&mut world, Examine::Begin(profile, numbers(&checks)));
    world.command(Command::Look(Box::new(Looking {
        wire: Some(all()),
        ..Looking::default()
    })));
    world.pass_at_both_ends(LONG);
    let seen = world.look();
    let verdicts = verdicts(&seen);
    let other: Vec<_> = verdicts
        .iter()
        .filter(|judged| !is_as_wanted(judged, &checks))
        .collect();
    assert!(other.is_empty(), "{other:#?}");
    let mut told: Vec<u32> = verdicts.iter().map(|judged| judged.number).collect();
    told.sort_unstable();
    assert_eq!(told, numbers(&checks), "each is told once");
    let view = last(&seen);
    assert_eq!(view.stage, ExaminedStage::Done);
    assert_eq!(view.address, "the built-in broker");
    assert_eq!(view.done, view.total);
    let versions: Vec<_> = view.card.iter().map(|(version, _)| *version).collect();
    assert_eq!(
        versions,
        [
            ProtocolVersion::V5,
            ProtocolVersion::V3_1_1,
            ProtocolVersion::V3_1
        ]
    );
    assert_eq!(world.left_at_broker(), (0, 0));
    assert_eq!(seen.summary.log.packets, 0);
    assert!(seen.summary.connections.is_empty() && seen.wire.is_empty() && seen.events.is_empty());

    examine(&mut world, Examine::Export(ExaminedFormat::Json));
    examine(&mut world, Examine::Export(ExaminedFormat::Html));
    let files = world.look().files;
    let json = String::from_utf8(files[0].bytes.clone()).unwrap();
    assert!(
        json.contains("\"verdict\":\"kept\"") && json.contains("\"url\":\"the built-in broker\"")
    );
    // `secret` in hex, as it stands in a CONNECT.
    assert!(!json.contains("73 65 63 72 65 74"));
    assert!(files[1].bytes.starts_with(b"<!doctype html>"));
    assert_eq!(files[1].name, "mqttscope-examined.html");
}

#[test]
fn a_broken_statement_is_told_with_its_conversation() {
    let (mut world, checks) = ready();
    let ping = number(&checks, "ping", ProtocolVersion::V5);
    world.lost = Some(0xd0);
    examine(&mut world, Examine::Begin(Box::default(), vec![ping]));
    world.pass_at_both_ends(LONG);
    let seen = world.look();
    let judged = verdicts(&seen);
    let judged = judged.iter().find(|judged| judged.number == ping).unwrap();
    assert_eq!(judged.verdict, Verdict::Broken);
    assert!(judged.why.contains("PINGRESP"), "{}", judged.why);

    examine(&mut world, Examine::Open(ping));
    let check = world.look().examined.pop().unwrap();
    assert!(
        check
            .lines
            .iter()
            .any(|line| line.is_shown && line.text.contains("PINGREQ"))
    );
    assert_eq!(check.judged.as_ref(), Some(judged));
    assert_eq!(check.rows[0].event, Some(EventKind::Opened));
    let kinds: Vec<_> = check
        .packets
        .iter()
        .map(|it| it.packet.bytes[0] >> 4)
        .collect();
    assert_eq!(kinds.get(..3), Some(&[1, 2, 12][..]));
    let of = |record| check.rows.iter().find(|row| row.record == record).unwrap();
    let first = of(check.packets[0].packet.record);
    assert_eq!(
        (first.packet_type, first.sender, first.of.as_deref()),
        (Some(PacketType::Connect), Sender::Client, Some("a"))
    );

    // Run again where the broker answers, the same check is kept, and what is looked at is told anew.
    world.lost = None;
    examine(&mut world, Examine::Again(ping));
    world.pass_at_both_ends(LONG);
    let seen = world.look();
    let again = verdicts(&seen);
    assert!(
        again
            .iter()
            .any(|judged| judged.number == ping && judged.verdict == Verdict::Kept)
    );
    assert_eq!(last(&seen).stage, ExaminedStage::Done);
    let told = seen.examined.last().unwrap();
    assert_eq!(told.judged.as_ref().unwrap().verdict, Verdict::Kept);
}

#[test]
fn a_pause_begins_no_more_checks_until_it_goes_on() {
    let (mut world, checks) = ready();
    examine(&mut world, Examine::Begin(Box::default(), numbers(&checks)));
    world.pass_at_both_ends(1_000);
    examine(&mut world, Examine::Pause(true));
    world.pass_at_both_ends(60_000);
    let paused = last(&world.look()).clone();
    assert_eq!(paused.stage, ExaminedStage::Paused);
    assert!(paused.running.is_empty(), "those that ran are at their end");
    assert!(paused.done > 0 && paused.done < paused.total);
    world.pass_at_both_ends(60_000);
    assert_eq!(last(&world.look()).done, paused.done);

    // Another one is not begun beside it.
    examine(&mut world, Examine::Begin(Box::default(), vec![0]));
    let seen = world.look();
    assert!(seen.notices[0].text.contains("another examination"));
    examine(&mut world, Examine::Pause(false));
    world.pass_at_both_ends(LONG);
    let seen = world.look();
    assert_eq!(last(&seen).stage, ExaminedStage::Done);
    assert_eq!(last(&seen).done, paused.total);
}

#[test]
fn what_is_ended_keeps_what_was_found_and_cleans_up() {
    let (mut world, checks) = ready();
    examine(&mut world, Examine::Begin(Box::default(), numbers(&checks)));
    world.pass_at_both_ends(3_000);
    examine(&mut world, Examine::Cancel);
    world.pass_at_both_ends(LONG);
    let seen = world.look();
    assert_eq!(last(&seen).stage, ExaminedStage::Cancelled);
    let found = verdicts(&seen);
    assert!(found.iter().any(|judged| judged.verdict == Verdict::Kept));
    assert!(found.len() < checks.len());
    assert_eq!(world.left_at_broker(), (0, 0));

    examine(&mut world, Examine::Forget);
    world.pass_at_both_ends(1_000);
    let seen = world.look();
    assert_eq!(last(&seen).stage, ExaminedStage::None);
    // The checks are still known.
    examine(&mut world, Examine::Begin(Box::default(), vec![0]));
    world.pass_at_both_ends(LONG);
    assert_eq!(last(&world.look()).stage, ExaminedStage::Done);
}

#[test]
fn what_is_paused_and_runs_no_check_can_be_ended() {
    let (mut world, checks) = ready();
    examine(&mut world, Examine::Begin(Box::default(), numbers(&checks)));
    world.pass_at_both_ends(1_000);
    examine(&mut world, Examine::Pause(true));
    world.pass_at_both_ends(60_000);
    assert!(last(&world.look()).running.is_empty());
    examine(&mut world, Examine::Cancel);
    assert_eq!(last(&world.look()).stage, ExaminedStage::Cancelled);
    world.pass_at_both_ends(60_000);
    assert_eq!(world.left_at_broker(), (0, 0));
}

#[test]
fn its_topics_do_not_stand_in_the_tree_and_their_messages_are_listed() {
    let (mut world, checks) = ready();
    world.command(Command::Connect(A, profile("5", "mine")));
    world.command(Command::Subscribe(A, vec![subscription("#")]));
    world.command(Command::Clear);
    let of_retained = |check: &&CheckView| check.name.starts_with("retain");
    let some = checks.iter().filter(of_retained).map(|check| check.number);
    examine(
        &mut world,
        Examine::Begin(profile("5", "mine"), some.collect()),
    );
    world.pass_at_both_ends(LONG);
    world.command(Command::Publish(A, message("own/topic", "1", 0), None));
    for restores in [false, true] {
        if restores {
            world.command(Command::Restore);
        }
        world.command(Command::Look(Box::new(Looking {
            wire: Some(all()),
            topics: Some(all()),
            ..Looking::default()
        })));
        let seen = world.look();
        let topics: Vec<_> = seen.topics.iter().map(|row| row.level.as_str()).collect();
        assert_eq!(topics, ["own"]);
        let of_examination = |row: &&WireRow| row.summary.contains("mqttscope-");
        assert!(seen.wire.iter().filter(of_examination).count() > 10);
    }
}

#[test]
fn nothing_of_one_that_was_ended_disturbs_the_next() {
    let (mut world, checks) = ready();
    let shared: Vec<u32> = checks
        .iter()
        .filter(|check| check.name.starts_with("shared"))
        .map(|check| check.number)
        .collect();
    assert!(!shared.is_empty());
    for pause in [1, 5, 20, 100] {
        let profile = || Box::new(Profile::default());
        examine(&mut world, Examine::Begin(profile(), numbers(&checks)));
        world.pass(pause);
        examine(&mut world, Examine::Cancel);
        world.pass(LONG);
        for _ in 0..3 {
            world.look();
            examine(&mut world, Examine::Begin(profile(), shared.clone()));
            world.pass(LONG);
            let seen = world.look();
            let found = verdicts(&seen);
            assert!(
                found.iter().all(|it| it.verdict == Verdict::Kept),
                "{found:?}"
            );
        }
    }
}

#[test]
fn a_broker_that_cannot_be_reached_is_said_to_be_so() {
    let (mut world, checks) = ready();
    let away = Box::new(Profile {
        target: Target::WebSocket("ws://me:secret@127.0.0.1:1/mqtt".into()),
        ..Profile::default()
    });
    examine(&mut world, Examine::Begin(away.clone(), numbers(&checks)));
    assert_eq!(last(&world.look()).stage, ExaminedStage::Reaching);
    let socket = world.socket_asked_for();
    world
        .engine
        .handle_closed(world.now, socket, &Closed::default());
    let seen = world.look();
    let ExaminedStage::Unreachable(why) = &last(&seen).stage else {
        panic!("{:?}", last(&seen));
    };
    assert!(why.contains("could not connect"), "{why}");
    assert_eq!(last(&seen).address, "ws://127.0.0.1:1/mqtt");

    // One that never answers is given up, and its socket is closed.
    examine(&mut world, Examine::Begin(away, numbers(&checks)));
    let socket = world.socket_asked_for();
    world.pass_at_both_ends(20_000);
    let seen = world.look();
    assert!(matches!(last(&seen).stage, ExaminedStage::Unreachable(_)));
    world.engine.handle_open(world.now, socket);
    assert_eq!(
        last_close(&mut world),
        None,
        "nothing is asked of it any more"
    );
}

#[test]
fn a_broker_that_answers_nothing_is_said_to_be_so_and_breaks_nothing() {
    let (mut world, checks) = ready();
    // No CONNACK ever comes.
    world.lost = Some(0x20);
    examine(&mut world, Examine::Begin(Box::default(), numbers(&checks)));
    world.pass_at_both_ends(LONG);
    let seen = world.look();
    let view = last(&seen);
    assert_eq!((&view.stage, view.done), (&ExaminedStage::Done, view.total));
    let lost = view.lost.as_deref().unwrap();
    assert!(lost.contains("answered nothing at all"), "{lost}");
    let found = verdicts(&seen);
    assert_eq!(found.len(), checks.len());
    assert!(
        found
            .iter()
            .all(|it| it.verdict == Verdict::Unknown && it.why.contains("answered nothing at all"))
    );
    // The next one begins without it.
    world.lost = None;
    examine(&mut world, Examine::Begin(Box::default(), vec![0]));
    world.pass_at_both_ends(LONG);
    assert_eq!(last(&world.look()).lost, None);
}

fn last_close(world: &mut World) -> Option<Transport> {
    world.engine.poll_transport()
}

#[test]
fn the_companion_opens_what_it_opens_for_connections() {
    let (mut world, checks) = ready();
    world.command(Command::Bridge("ws://127.0.0.1:2/bridge".into()));
    let far = Box::new(Profile {
        target: Target::Socket("mqtts://broker.example".into()),
        ..Profile::default()
    });
    let ping = number(&checks, "ping", ProtocolVersion::V3_1);
    examine(&mut world, Examine::Begin(far, vec![ping]));
    let asked = |world: &mut World| match world.asked.pop() {
        Some(Transport::Open {
            socket,
            bridge: Some(bridge),
            subprotocol,
            ..
        }) => (socket, bridge.address, bridge.request.address, subprotocol),
        other => panic!("{other:?}"),
    };
    let (trial, address, wanted, subprotocol) = asked(&mut world);
    assert_eq!(address, "ws://127.0.0.1:2/bridge");
    assert_eq!(
        (&*wanted, subprotocol),
        ("mqtts://broker.example", "mqttv3.1")
    );
    // It is reached: the trial is closed, and the probe goes the same way.
    world.engine.handle_open(world.now, trial);
    let mut next = Vec::new();
    while let Some(transport) = world.engine.poll_transport() {
        next.push(transport);
    }
    assert_eq!(next.first(), Some(&Transport::Close { socket: trial }));
    assert!(matches!(
        next.get(1),
        Some(Transport::Open {
            bridge: Some(_),
            ..
        })
    ));
}

#[test]
fn text_where_bytes_should_be_is_no_broker() {
    let (mut world, checks) = ready();
    let web = Box::new(Profile {
        target: Target::WebSocket("ws://127.0.0.1:1".into()),
        ..Profile::default()
    });
    let ping = number(&checks, "ping", ProtocolVersion::V5);
    examine(&mut world, Examine::Begin(web, vec![ping]));
    let trial = world.socket_asked_for();
    world.engine.handle_text(world.now, trial, "hello", 5);
    assert_eq!(
        world.engine.poll_transport(),
        Some(Transport::Close { socket: trial })
    );
    let seen = world.look();
    let ExaminedStage::Unreachable(why) = &last(&seen).stage else {
        panic!("{:?}", last(&seen));
    };
    assert!(why.contains("text"), "{why}");
    assert_eq!(seen.notices, []);
}

#[test]
fn connections_of_the_person_go_on_beside_it() {
    let (mut world, checks) = ready();
    world.command(Command::Connect(A, profile("5", "mine")));
    examine(
        &mut world,
        Examine::Begin(profile("5", "mine"), numbers(&checks)),
    );
    world.pass_at_both_ends(LONG);
    let seen = world.look();
    assert_eq!(last(&seen).stage, ExaminedStage::Done);
    assert!(
        verdicts(&seen)
            .iter()
            .all(|judged| is_as_wanted(judged, &checks))
    );
    assert_eq!(seen.summary.connections.len(), 1);
    // CONNECT, CONNACK and what keeps it alive.
    assert!(
        seen.summary.log.packets < 30,
        "{}",
        seen.summary.log.packets
    );
}

/// A companion is the server, and the client is examined: its packets are the client's.
#[test]
fn what_a_companion_tells_of_a_client_becomes_rows() {
    use mqttscope_examine::{Happened, Seen};
    use mqttscope_protocol::{Instant, LedPackets};

    let mut world = World::new();
    let seen = |at, what| Seen {
        at,
        connection: "client".into(),
        what,
    };
    let packets = LedPackets {
        number: 6,
        version: ProtocolVersion::V3_1_1,
        began: Instant::from_millis(1_700_000_000_000),
        packets: vec![
            seen(
                0,
                Happened::Received(b"\x32\x06\x00\x01t\x00\x07x".to_vec()),
            ),
            seen(3, Happened::Sent(b"\x40\x02\x00\x07".to_vec())),
            seen(9, Happened::ClosedHere),
            seen(12, Happened::ClosedThere),
        ],
    };
    examine(&mut world, Examine::Rows(Box::new(packets)));
    let led = world.look().examined.pop().unwrap();
    assert_eq!((led.number, led.rows.len(), led.packets.len()), (6, 4, 2));
    let row = |at: usize| led.rows.get(at).unwrap();
    assert_eq!(
        (row(0).sender, row(0).packet_type, row(0).at.millis()),
        (Sender::Client, Some(PacketType::Publish), 1_700_000_000_000)
    );
    assert_eq!(
        (row(1).sender, row(1).packet_type),
        (Sender::Server, Some(PacketType::Puback))
    );
    assert_eq!(row(1).delta_us, Some(3_000));
    let closed = |at| (row(at).event, row(at).summary.as_str());
    assert_eq!(closed(2), (Some(EventKind::Closed), "by the examination"));
    assert_eq!(closed(3), (Some(EventKind::Closed), "by the client"));
    assert!(
        led.packets
            .iter()
            .all(|timed| timed.packet.version == ProtocolVersion::V3_1_1)
    );
}
