//! Generated schedules over sockets: whatever is sent in whatever pieces arrives, and so does its end.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::support::{CONNECT, Running, Server, connect, folder, passes};

/// What a side sends: pieces, and whether it waits for the other's end before its own.
#[derive(Clone, Debug)]
struct Side {
    pieces: Vec<Vec<u8>>,
    waits: bool,
}

fn side() -> impl Strategy<Value = Side> {
    let piece = prop_oneof![
        3 => prop::collection::vec(any::<u8>(), 1..20),
        2 => (1_usize..40_000, any::<u8>()).prop_map(|(len, byte)| vec![byte; len]),
        2 => Just(b"\x32\x06\x00\x01t\x00\x07x".to_vec()),
    ];
    (prop::collection::vec(piece, 0..12), any::<bool>())
        .prop_map(|(pieces, waits)| Side { pieces, waits })
}

/// Sends all of it; gives what came until the other's end.
fn play(stream: &TcpStream, side: &Side, waits: bool) -> Vec<u8> {
    std::thread::scope(|scope| {
        let reading = scope.spawn(move || {
            let (mut stream, mut got) = (stream, Vec::new());
            stream.read_to_end(&mut got).unwrap();
            got
        });
        for piece in &side.pieces {
            let mut stream = stream;
            stream.write_all(piece).unwrap();
        }
        if waits {
            let got = reading.join().unwrap();
            stream.shutdown(Shutdown::Write).unwrap();
            return got;
        }
        stream.shutdown(Shutdown::Write).unwrap();
        reading.join().unwrap()
    })
}

#[test]
fn what_is_sent_arrives_without_faults_and_with_faults_for_others() {
    let faults = folder("schedules").join("faults");
    std::fs::write(
        &faults,
        "cut b at 0\nhold b until 600000\nslow b at 0 by 9999\nthrottle b at 0 to 1",
    )
    .unwrap();
    let server = Server::start();
    let address = server.address();
    let plain = ["tap", "0", "--to", &address];
    let faulty = [&plain[..], &["--faults", faults.to_str().unwrap()]].concat();
    for arguments in [&plain[..], &faulty] {
        let mut running = Running::start(arguments);
        let tap = running.address("tap");
        let mut runner = TestRunner::new(Config {
            cases: 60,
            failure_persistence: None,
            ..Config::default()
        });
        let run = runner.run(&(side(), side()), |(ours, theirs)| {
            let mut client = connect(tap);
            let mut broker = server.accept();
            passes(&mut client, &mut broker, &CONNECT);
            // One of them must end first.
            let waits = theirs.waits && !ours.waits;
            let (got, arrived) = std::thread::scope(|scope| {
                let far = scope.spawn(|| play(&broker, &theirs, waits));
                let got = play(&client, &ours, ours.waits);
                (got, far.join().unwrap())
            });
            prop_assert!(got == theirs.pieces.concat());
            prop_assert!(arrived == ours.pieces.concat());
            Ok(())
        });
        run.unwrap();
    }
}
