//! Connections of which something is missing or wrong.

use mqttscope_capture::reading::Role;
use mqttscope_capture::tls::{CipherSuite, EarlyData, KeyLog, Session, State, Version};

use crate::opened::{Heard, given, heard, log_of, openable, tag};
use crate::recordings::{Connection, one};

/// The key log with other secrets in the same lines.
fn wrong_log(connection: &Connection) -> KeyLog {
    let mut log = KeyLog::new();
    for line in connection.keylog.lines() {
        let (front, secret) = line.rsplit_once(' ').unwrap();
        let wrong = format!("{front} {}", "5a".repeat(secret.len() / 2));
        log.add(wrong.as_bytes());
    }
    log
}

/// The key log without lines of some labels.
fn log_without(connection: &Connection, labels: &[&str]) -> KeyLog {
    let mut log = KeyLog::new();
    for line in connection.keylog.lines() {
        if !labels.iter().any(|label| line.starts_with(label)) {
            log.add(line.as_bytes());
        }
    }
    log
}

/// The numbers of the segments that carry what the applications said, as the recorder had them.
fn segments_of_data(connection: &Connection) -> Vec<usize> {
    let log = log_of(connection);
    let mut session = Session::new();
    let mut found = Vec::new();
    for (index, (from, bytes)) in connection.segments.iter().enumerate() {
        session.handle_bytes(*from, bytes, tag(index as u64), &log);
        while let Some(plain) = session.poll_plaintext() {
            found.push(usize::try_from(plain.tag.frame).unwrap());
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

#[test]
fn wrong_keys_are_told_and_right_ones_still_open() {
    for connection in openable() {
        let name = &connection.name;
        let wrong = wrong_log(&connection);
        let mut session = given(&connection, &wrong);
        assert_eq!(heard(&mut session), Heard::default(), "{name}");
        assert_eq!(session.state(), State::WrongKeys, "{name}");
        session.retry(&wrong);
        assert_eq!(session.state(), State::WrongKeys, "{name}");
        session.retry(&log_of(&connection));
        assert_eq!(heard(&mut session), Heard::whole(&connection), "{name}");
    }
}

#[test]
fn keys_of_another_connection_are_no_keys() {
    let connection = one("1.3-aes-128-gcm#0");
    let other = log_of(&one("1.3-aes-256-gcm#0"));
    assert_eq!(given(&connection, &other).state(), State::NoKeys);
}

#[test]
fn traffic_secrets_alone_are_enough() {
    for connection in openable() {
        let name = &connection.name;
        let log = log_without(
            &connection,
            &["CLIENT_HANDSHAKE", "SERVER_HANDSHAKE", "EXPORTER"],
        );
        let mut session = given(&connection, &log);
        let mut heard = heard(&mut session);
        heard.gaps = 0;
        assert_eq!(heard, Heard::whole(&connection), "{name}");
    }
}

#[test]
fn what_a_missing_line_costs() {
    let connection = one("1.3-aes-128-gcm#0");
    let Connection { client, server, .. } = connection.clone();
    for (labels, client, server, is_open) in [
        (&["CLIENT_TRAFFIC"][..], vec![], server.clone(), true),
        (&["SERVER_TRAFFIC"], client.clone(), vec![], true),
        (&["CLIENT_TRAFFIC", "SERVER_TRAFFIC"], vec![], vec![], false),
        (
            &["SERVER_HANDSHAKE", "SERVER_TRAFFIC"],
            client,
            vec![],
            true,
        ),
    ] {
        let mut session = given(&connection, &log_without(&connection, labels));
        let expected = Heard {
            client,
            server,
            gaps: 0,
        };
        assert_eq!(heard(&mut session), expected, "{labels:?}");
        let state = session.state();
        match is_open {
            true => assert!(matches!(state, State::Opened { .. }), "{labels:?} {state}"),
            false => assert_eq!(state, State::MissingKeys, "{labels:?}"),
        }
        session.retry(&log_of(&connection));
        assert_eq!(
            heard(&mut session).client.len() + expected.client.len(),
            connection.client.len(),
            "{labels:?}"
        );
    }
}

#[test]
fn early_data_without_its_secret_is_a_gap() {
    let taken = one("1.3-early#1");
    let mut session = given(&taken, &log_without(&taken, &["CLIENT_EARLY"]));
    let first = session.poll_plaintext().unwrap();
    assert_eq!((first.from, first.after_gap), (Role::Client, true));
    assert!(first.bytes.starts_with(b"1: CONNECT"));
    assert_eq!(session.about().early_data, EarlyData::Accepted);
    let rejected = one("1.3-early#2");
    let mut session = given(&rejected, &log_without(&rejected, &["CLIENT_EARLY"]));
    assert_eq!(heard(&mut session), Heard::whole(&rejected));
    assert_eq!(session.about().early_data, EarlyData::Rejected);
}

#[test]
fn without_its_beginning_it_begins_inside_tls() {
    for connection in openable() {
        let name = &connection.name;
        let log = log_of(&connection);
        for skipped in [1, 2, 4, 5] {
            let mut session = Session::new();
            for (from, bytes) in connection.segments.iter().skip(skipped) {
                session.handle_bytes(*from, bytes, tag(0), &log);
            }
            if session.about().version.is_some() && skipped == 2 && name.contains("retry") {
                // What is left begins with the second ClientHello.
                assert!(matches!(session.state(), State::Opened { .. }), "{name}");
                assert_eq!(heard(&mut session), Heard::whole(&connection), "{name}");
                continue;
            }
            assert_eq!(heard(&mut session), Heard::default(), "{name} {skipped}");
            assert_eq!(session.state(), State::NoClientHello, "{name} {skipped}");
            assert!(session.kept() < 100_000);
        }
    }
}

#[test]
fn one_side_alone_tells_what_is_missing() {
    for connection in openable() {
        let name = &connection.name;
        let log = log_of(&connection);
        for (from, state) in [
            (Role::Client, State::NoServerHello),
            (Role::Server, State::NoClientHello),
        ] {
            let mut session = Session::new();
            session.handle_bytes(from, &connection.stream(from), tag(0), &log);
            assert_eq!(heard(&mut session), Heard::default(), "{name}");
            assert_eq!(session.state(), state, "{name}");
        }
    }
}

#[test]
fn what_is_not_opened_is_named() {
    let camellia = given(&one("1.2-camellia#0"), &KeyLog::new());
    assert_eq!(
        camellia.state(),
        State::UnsupportedSuite(CipherSuite(0xc072))
    );
    assert_eq!(
        camellia.state().to_string(),
        "is encrypted with TLS_ECDHE_ECDSA_WITH_CAMELLIA_128_CBC_SHA256, which cannot be opened here"
    );
    assert_eq!(camellia.about().sni.as_deref(), Some("broker.example"));
    assert_eq!(camellia.kept(), 0);
    let old = given(&one("1.1#0"), &KeyLog::new());
    assert_eq!(old.state(), State::UnsupportedVersion(Version(0x0302)));
    let mut other = Session::new();
    other.handle_bytes(Role::Client, b"\x10\x0c\0\x04MQTT", tag(0), &KeyLog::new());
    assert_eq!(other.state(), State::NotTls);
    assert_eq!(Session::new().state(), State::Empty);
}

/// Gives a connection without one segment, and tells of the gap.
fn given_without(connection: &Connection, missing: usize) -> Session {
    let log = log_of(connection);
    let mut session = Session::new();
    for (index, (from, bytes)) in connection.segments.iter().enumerate() {
        if index == missing {
            session.handle_gap(*from, bytes.len() as u64);
        } else {
            session.handle_bytes(*from, bytes, tag(index as u64), &log);
        }
    }
    session
}

#[test]
fn behind_a_gap_it_goes_on() {
    let mut gaps = 0;
    for connection in openable() {
        let whole = Heard::whole(&connection);
        for missing in segments_of_data(&connection) {
            let name = format!("{} without segment {missing}", connection.name);
            let (from, _) = connection.segments[missing];
            let mut session = given_without(&connection, missing);
            let mut heard = heard(&mut session);
            // A gap in the first flight of a client that sends early data costs the handshake.
            if connection.expects("early_data").is_some() && missing == 0 {
                assert_eq!(heard, Heard::default(), "{name}");
                continue;
            }
            gaps += heard.gaps;
            heard.gaps = 0;
            let (whole, heard) = match from {
                Role::Client => {
                    assert_eq!(heard.server, whole.server, "{name}");
                    (&whole.client, heard.client)
                }
                Role::Server => {
                    assert_eq!(heard.client, whole.client, "{name}");
                    (&whole.server, heard.server)
                }
            };
            assert!(heard.len() < whole.len(), "{name}");
            let end = &whole[whole.len().min(whole.len() - heard.len().min(20))..];
            assert!(heard.ends_with(end) || whole.starts_with(&heard), "{name}");
            let waiting = session.about();
            assert_eq!(waiting.client.waiting + waiting.server.waiting, 0, "{name}");
        }
    }
    assert!(gaps > 100, "{gaps}");
}

#[test]
fn damage_to_the_handshake_costs_no_data() {
    let mut damages = 0;
    for connection in openable() {
        let log = log_of(&connection);
        let data = segments_of_data(&connection);
        // The first two segments have the hellos.
        for damaged in (2..connection.segments.len()).filter(|index| !data.contains(index)) {
            let mut session = Session::new();
            for (index, (from, bytes)) in connection.segments.iter().enumerate() {
                let mut bytes = bytes.clone();
                // The last byte is a tag's, a MAC's, or the padding's.
                *bytes.last_mut().unwrap() ^= u8::from(index == damaged);
                session.handle_bytes(*from, &bytes, tag(0), &log);
            }
            let name = &connection.name;
            // Another handshake, and new keys that are asked for, need each of their messages.
            if !["renegotiation", "key-update", "retry"]
                .iter()
                .any(|it| name.contains(it))
            {
                let mut heard = heard(&mut session);
                heard.gaps = 0;
                assert_eq!(
                    heard,
                    Heard::whole(&connection),
                    "{name} with damaged {damaged}"
                );
                damages += 1;
            }
        }
    }
    assert!(damages > 80, "{damages}");
}

#[test]
fn keys_that_change_in_a_gap_are_found() {
    let connection = one("1.3-key-update#0");
    let whole = Heard::whole(&connection);
    for missing in 5..connection.segments.len() - 2 {
        let (from, bytes) = &connection.segments[missing];
        let mut session = given_without(&connection, missing);
        let heard = heard(&mut session);
        let (heard, whole) = match from {
            Role::Client => (heard.client, &whole.client),
            Role::Server => (heard.server, &whole.server),
        };
        let lost = whole.len() - heard.len();
        assert!(lost <= bytes.len(), "segment {missing}: {lost} bytes lost");
        assert!(session.about().key_updates >= 5);
    }
}

#[test]
fn a_bound_of_memory_costs_only_what_had_no_room() {
    for connection in openable() {
        let name = &connection.name;
        let log = log_of(&connection);
        for room in [0, 300, 2000, 5000] {
            let mut session = Session::with_room(room);
            let half = connection.segments.len() * 3 / 4;
            for (index, (from, bytes)) in connection.segments.iter().enumerate() {
                if index == half {
                    session.retry(&log);
                }
                let none = KeyLog::new();
                let log = if index < half { &none } else { &log };
                session.handle_bytes(*from, bytes, tag(0), log);
                assert!(session.kept() <= room + 200, "{name}: {}", session.kept());
            }
            session.retry(&log);
            let mut heard = heard(&mut session);
            if !connection.client.is_empty() && room >= 2000 && name != "1.3-long#0" {
                assert!(
                    !heard.client.is_empty() || !heard.server.is_empty(),
                    "{name} {room}"
                );
            }
            if heard.gaps == 0 {
                heard.gaps = 0;
                assert!(connection.client.starts_with(&heard.client), "{name}");
                assert!(connection.server.starts_with(&heard.server), "{name}");
            }
        }
    }
}

#[test]
fn nothing_secret_is_shown() {
    let connection = one("1.2-aes128-gcm#0");
    let mut session = given(&connection, &log_of(&connection));
    let plain = session.poll_plaintext().unwrap();
    let shown = format!("{session:?} {plain:?} {:?}", log_of(&connection));
    let secret = connection.keylog.lines().last().unwrap();
    let secret = &secret[secret.len() - 8..];
    assert!(
        !shown.contains(secret) && !shown.contains("CONNECT"),
        "{shown}"
    );
    assert!(!shown.contains("67, 79"), "{shown}");
}
