//! Faults that a page sets on the tap that it is lent, while a client goes through it.

use std::io::Write as _;

use mqttscope_capture::mark::{Effect, Mark};
use mqttscope_capture::recording::{CaptureReader, Event, Limits};
use serde_json::{Value, json};

use crate::http::Open;
use crate::lent::{Tapped, tapped_with};
use crate::support::{CONNACK, CONNECT, connect, exactly, passes, publish, until_end};

const PUBLISH: [u8; 7] = [0x32, 5, 0, 1, b't', 0, 1];
const AGAIN: [u8; 7] = [0x3a, 5, 0, 1, b't', 0, 1];
const PUBACK: [u8; 4] = [0x40, 2, 0, 1];

/// Says this of the faults, and gives the status and what is said of faults.
fn say(open: &Open, method: &str, what: &str, text: &str) -> (u16, Value) {
    let path = format!("/companion/{}/faults{what}", open.token);
    let answer = open.send(method, &path, &[], text.as_bytes());
    let status = answer.status;
    let body = answer.body();
    let mut told = serde_json::from_slice(&body).unwrap_or(Value::Null);
    if let Some(told) = told.as_object_mut() {
        assert!(
            told.remove("taps")
                .is_some_and(|taps| taps.as_array().unwrap().len() == 1)
        );
    }
    (status, told)
}

/// What troubles the only tap.
fn trouble(open: &Open) -> Option<String> {
    let path = format!("/companion/{}/faults", open.token);
    let body = open.send("GET", &path, &[], b"").body();
    let told: Value = serde_json::from_slice(&body).unwrap();
    let [tap] = &told["taps"].as_array().unwrap()[..] else {
        panic!("{told}");
    };
    assert!(
        tap["name"].as_str().unwrap().starts_with("tap 127.0.0.1:"),
        "{told}"
    );
    tap["trouble"].as_str().map(str::to_owned)
}

fn active(faults: &[(u32, &str, u64)]) -> Value {
    let all = faults
        .iter()
        .map(|(number, line, struck)| json!({"number": number, "line": line, "struck": struck}));
    json!({"allowed": true, "active": all.collect::<Vec<_>>()})
}

/// Marks of a stream of the tap, each behind the packets before it.
fn marks(stream: &[u8]) -> Vec<(usize, Mark)> {
    let mut reader = CaptureReader::new(Limits::default());
    reader.handle_bytes(stream);
    reader.handle_end();
    let (mut len, mut marks) = (0, Vec::new());
    while let Some(event) = reader.poll_event() {
        match event {
            Event::Bytes { bytes, .. } => len += bytes.len(),
            // The first says between whom the tap stands.
            Event::Marked { comment, .. } => {
                marks.extend(Mark::of_comment(comment).map(|mark| (len, mark)));
            }
            _ => {}
        }
    }
    marks
}

#[test]
fn a_fault_that_a_page_sets_strikes_the_open_connection_is_counted_and_stands_in_the_stream() {
    let Tapped {
        open,
        tap,
        server,
        mut client,
        mut broker,
    } = tapped_with("faults_set", &[]);
    assert_eq!(say(&open, "GET", "", ""), (200, active(&[])));
    // Packets before it are not counted.
    passes(&mut client, &mut broker, &PUBLISH);
    passes(&mut broker, &mut client, &PUBACK);
    let line = "cut * before PUBACK 1 from server";
    let set = say(&open, "PUT", "", &format!("# lose it\n{line}\n"));
    assert_eq!(set, (200, active(&[(1, line, 0)])));
    // Another page sees the same.
    assert_eq!(say(&open, "GET", "", "").1, active(&[(1, line, 0)]));
    let mut page = open.lent("source/0");
    passes(&mut client, &mut broker, &PUBLISH);
    broker.write_all(&PUBACK).unwrap();
    assert_eq!(
        (until_end(&mut client), until_end(&mut broker)),
        (vec![], vec![])
    );
    assert_eq!(say(&open, "GET", "", "").1, active(&[(1, line, 1)]));
    // It was for one packet.
    let mut client = connect(tap);
    let mut broker = server.accept();
    for (packet, is_up) in [
        (&CONNECT[..], true),
        (&CONNACK, false),
        (&AGAIN, true),
        (&PUBACK, false),
    ] {
        if is_up {
            passes(&mut client, &mut broker, packet);
        } else {
            passes(&mut broker, &mut client, packet);
        }
    }
    drop((client, broker));
    let mut stream = Vec::new();
    page.until(&mut stream, &AGAIN);
    open.running.signal("INT");
    while let Some(piece) = page.piece().unwrap() {
        stream.extend(piece);
    }
    let [(before, mark)] = &marks(&stream)[..] else {
        panic!("{:?}", marks(&stream));
    };
    let first = CONNECT.len() + CONNACK.len() + 2 * (PUBLISH.len() + PUBACK.len());
    assert_eq!(*before, first);
    assert_eq!((mark.fault, mark.effect), (1, Effect::Cut));
    assert_eq!(mark.packet.unwrap().identifier, Some(1));
    assert_eq!(
        mark.words,
        "fault 1: cut before PUBACK 1; 4 bytes did not go on"
    );
}

#[test]
fn faults_are_added_replaced_and_taken_away_while_a_connection_is_open() {
    let Tapped {
        open,
        mut client,
        mut broker,
        ..
    } = tapped_with("faults_change", &[]);
    let (hold, lose, throttle) = (
        "hold * until 600000 from server",
        "lose * PUBLISH 1 from client",
        "throttle * at 0 to 1",
    );
    assert_eq!(say(&open, "POST", "", hold).1, active(&[(1, hold, 0)]));
    let both = active(&[(1, hold, 0), (2, lose, 0)]);
    assert_eq!(say(&open, "POST", "", lose).1, both);
    client.write_all(&PUBLISH).unwrap();
    passes(&mut client, &mut broker, &[0xc0, 0]);
    broker.write_all(&PUBACK).unwrap();
    passes(&mut broker, &mut client, &[0xd0, 0]);
    let both = active(&[(1, hold, 1), (2, lose, 1)]);
    assert_eq!(say(&open, "GET", "", "").1, both);
    // Another page may have been there before.
    assert_eq!(say(&open, "DELETE", "/7", ""), (200, both));
    assert_eq!(say(&open, "DELETE", "/x", "").0, 404);
    assert_eq!(say(&open, "DELETE", "/1", "").1, active(&[(2, lose, 1)]));
    // What it held back goes on at once.
    assert_eq!(exactly(&mut client, 4), PUBACK);
    assert_eq!(
        say(&open, "PUT", "", throttle).1,
        active(&[(3, throttle, 0)])
    );
    // It would take more time than a test has.
    let long = publish("t", &[b'x'; 500]);
    client.write_all(&long).unwrap();
    // The first that is late is told, so that it has come by then.
    let mut running = open.running;
    running.err().wait("1 byte a second each way from here on");
    let open = Open { running, ..open };
    assert_eq!(say(&open, "DELETE", "", "").1, active(&[]));
    assert_eq!(exactly(&mut broker, long.len()), long);
}

#[test]
fn what_is_in_force_stays_as_it_is_when_lines_are_set_again() {
    let Tapped {
        open,
        mut client,
        mut broker,
        ..
    } = tapped_with("faults_again", &[]);
    let (lose, hold) = ("lose * PUBLISH 1 from client", "hold b until 5");
    say(&open, "PUT", "", lose);
    client.write_all(&PUBLISH).unwrap();
    passes(&mut client, &mut broker, &[0xc0, 0]);
    assert_eq!(say(&open, "GET", "", "").1, active(&[(1, lose, 1)]));
    // It was for one packet: it does not wait for another, and its number stays.
    let both = active(&[(1, lose, 1), (2, hold, 0)]);
    assert_eq!(
        say(&open, "PUT", "?of=1", &format!("{lose}\n{hold}")).1,
        both
    );
    passes(&mut client, &mut broker, &PUBLISH);
    // Another page knows the first only: what it sets leaves the second alone.
    let slow = "slow b at 0 by 5";
    let all = active(&[(1, lose, 1), (2, hold, 0), (3, slow, 0)]);
    assert_eq!(
        say(&open, "PUT", "?of=1", &format!("{lose}\n{slow}")).1,
        all
    );
    let rest = active(&[(2, hold, 0)]);
    assert_eq!(say(&open, "PUT", "?of=1,3", "").1, rest);
    // The same line twice is two faults.
    let twice = active(&[(2, hold, 0), (4, hold, 0)]);
    assert_eq!(
        say(&open, "PUT", "?of=2", &format!("{hold}\n{hold}")).1,
        twice
    );
}

#[test]
fn lines_that_are_wrong_are_told_and_change_nothing() {
    let Tapped { open, .. } = tapped_with("faults_wrong", &[]);
    say(&open, "PUT", "", "cut b at 5");
    let there = active(&[(1, "cut b at 5", 0)]);
    let (status, says) = say(&open, "PUT", "", "cut * at 5\ncut * before PUBAK 1\n");
    assert_eq!((status, &says["active"]), (200, &there["active"]));
    let error = &says["errors"][0];
    assert_eq!(
        (&error["line"], &error["fix"]["right"]),
        (&json!(2), &json!("PUBACK"))
    );
    assert!(
        error["message"].as_str().unwrap().contains("PUBAK"),
        "{error}"
    );
    assert_eq!(say(&open, "GET", "", "").1, there);
    let many = "cut a at 5\n".repeat(200);
    let (status, says) = say(&open, "POST", "", &many);
    assert_eq!(status, 200, "{says}");
    assert!(
        says["errors"][0]["message"]
            .as_str()
            .unwrap()
            .contains("at most 200")
    );
    let long = "# ".repeat(50_000);
    assert_eq!(say(&open, "PUT", "", &long).0, 413);
    let path = format!("/companion/{}/faults", open.token);
    assert_eq!(open.send("PUT", &path, &[], &[0xff]).status, 400);
    assert_eq!(open.send("PATCH", &path, &[], b"").status, 405);
    assert_eq!(open.send("PUT", &format!("{path}/1"), &[], b"").status, 405);
    assert_eq!(say(&open, "GET", "", "").1, there);
}

#[test]
fn only_our_own_page_with_the_token_sets_faults() {
    let Tapped { open, .. } = tapped_with("faults_kept_off", &[]);
    let right = format!("/companion/{}/faults", open.token);
    let port = open.address.port();
    let ours = format!("Origin: http://127.0.0.1:{port}");
    for method in ["GET", "PUT", "POST", "DELETE"] {
        let line = b"cut b at 5";
        for origin in ["Origin: http://evil.example", "Origin: null"] {
            let answer = open.send(method, &right, &[origin], line);
            assert_eq!(answer.status, 403, "{method} {origin}");
        }
        let evil = format!("Host: evil.example:{port}");
        assert_eq!(open.send(method, &right, &[&evil], line).status, 421);
        for token in ["", "0", &"0".repeat(32), &open.token[1..]] {
            let path = format!("/companion/{token}/faults");
            let status = open.send(method, &path, &[], line).status;
            assert!(status >= 400, "{method} {token}: {status}");
        }
    }
    assert_eq!(say(&open, "GET", "", "").1, active(&[]));
    let answer = open.send("PUT", &right, &[&ours], b"cut b at 5");
    assert_eq!(answer.status, 200);
    assert!(answer.head.contains("cache-control: no-store") && answer.head.contains("nosniff"));
    assert_eq!(say(&open, "GET", "", "").1, active(&[(1, "cut b at 5", 0)]));
}

#[test]
fn a_tap_may_be_closed_to_faults_from_pages() {
    let file = crate::support::folder("faults_closed_file").join("faults.txt");
    std::fs::write(&file, "lose * PUBLISH 1").unwrap();
    let file = file.to_str().unwrap();
    let Tapped {
        open,
        mut client,
        mut broker,
        ..
    } = tapped_with("faults_closed", &["--no-page-faults", "--faults", file]);
    for (method, what) in [("PUT", ""), ("POST", ""), ("DELETE", ""), ("DELETE", "/1")] {
        assert_eq!(say(&open, method, what, "").0, 403, "{method}");
    }
    // What its command says is in force all the same, and can be seen.
    client.write_all(&PUBLISH).unwrap();
    passes(&mut client, &mut broker, &[0xc0, 0]);
    let there = json!({"allowed": false, "active": [{"number": 1, "line": "lose * PUBLISH 1", "struck": 1}]});
    assert_eq!(say(&open, "GET", "", ""), (200, there));
}

#[test]
fn a_broker_that_is_gone_is_told_until_it_is_back() {
    for more in [&[][..], &["--no-page-faults"]] {
        let Tapped {
            open, tap, server, ..
        } = tapped_with("faults_broker_gone", more);
        assert_eq!(trouble(&open), None);
        let address = server.address();
        drop(server);
        for count in ["1 connection of", "2 connections of"] {
            assert_eq!(until_end(&mut connect(tap)), b"");
            let says = trouble(&open).unwrap();
            assert!(
                says.contains("the broker cannot be reached (") && says.contains(count),
                "{says}"
            );
        }
        let back = std::net::TcpListener::bind(address).unwrap();
        let client = connect(tap);
        let reached = back.accept().unwrap();
        while trouble(&open).is_some() {
            std::thread::yield_now();
        }
        drop((client, reached));
    }
}

#[test]
fn without_a_tap_there_are_no_faults_to_set() {
    let open = Open::start("faults_none", &["-"]);
    assert_eq!(say(&open, "GET", "", ""), (200, Value::Null));
    assert_eq!(say(&open, "PUT", "", "cut * at 5").0, 404);
    assert_eq!(say(&open, "DELETE", "/1", "").0, 404);
}
