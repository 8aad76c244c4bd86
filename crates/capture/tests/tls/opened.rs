//! What was sent comes out, of every suite and feature that there are recordings of.

use mqttscope_capture::reading::Role;
use mqttscope_capture::tls::{About, KeyLog, Session, State, Tag};

use crate::recordings::{Connection, all, one};

pub(crate) const fn tag(frame: u64) -> Tag {
    Tag {
        frame,
        at_ns: Some(frame.saturating_mul(1000)),
    }
}

pub(crate) fn log_of(connection: &Connection) -> KeyLog {
    let mut log = KeyLog::new();
    let added = log.add(connection.keylog.as_bytes());
    assert_eq!(added.ignored, 0, "{}", connection.name);
    log
}

/// What comes out: what each side said, and whether a gap was told.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Heard {
    pub(crate) client: Vec<u8>,
    pub(crate) server: Vec<u8>,
    pub(crate) gaps: usize,
}

impl Heard {
    pub(crate) fn drain(&mut self, session: &mut Session) {
        while let Some(plain) = session.poll_plaintext() {
            assert!(!plain.bytes.is_empty());
            self.gaps += usize::from(plain.after_gap);
            match plain.from {
                Role::Client => self.client.extend(plain.bytes),
                Role::Server => self.server.extend(plain.bytes),
            }
        }
    }

    /// All that was sent, and nothing is missing.
    pub(crate) fn whole(connection: &Connection) -> Self {
        Self {
            client: connection.client.clone(),
            server: connection.server.clone(),
            gaps: 0,
        }
    }
}

pub(crate) fn heard(session: &mut Session) -> Heard {
    let mut heard = Heard::default();
    heard.drain(session);
    heard
}

/// A session that was given all segments in order.
pub(crate) fn given(connection: &Connection, log: &KeyLog) -> Session {
    let mut session = Session::new();
    for (index, (from, bytes)) in connection.segments.iter().enumerate() {
        session.handle_bytes(*from, bytes, tag(index as u64), log);
    }
    session
}

fn is_openable(connection: &Connection) -> bool {
    !["1.1", "1.2-camellia", "1.2-alert", "1.3-alert"]
        .iter()
        .any(|name| connection.name.starts_with(name))
}

pub(crate) fn openable() -> Vec<Connection> {
    let all: Vec<_> = all().into_iter().filter(is_openable).collect();
    assert!(all.len() >= 45, "{}", all.len());
    all
}

#[test]
fn all_that_was_sent_comes_out() {
    for connection in openable() {
        let mut session = given(&connection, &log_of(&connection));
        let name = &connection.name;
        assert_eq!(heard(&mut session), Heard::whole(&connection), "{name}");
        let about = session.about();
        for side in [about.client, about.server] {
            assert_eq!((side.waiting, side.lost), (0, 0), "{name}: {about:?}");
        }
        assert_eq!(session.kept(), 0, "{name}");
        assert_about(&connection, &session.state(), &about);
    }
}

fn assert_about(connection: &Connection, state: &State, about: &About) {
    let name = &connection.name;
    let State::Opened {
        version,
        cipher_suite,
        resumed,
        sni,
        alpn,
    } = state
    else {
        panic!("{name}: {state:?} {about:?}");
    };
    let text = |key: &str| connection.expects(key).and_then(|value| value.as_str());
    assert_eq!(
        Some(version.to_string().replace("TLS 1", "TLSv1").as_str()),
        text("version"),
        "{name}"
    );
    assert_eq!(cipher_suite.name(), text("suite"), "{name}");
    assert_eq!(alpn.as_deref(), text("alpn"), "{name}");
    assert_eq!(sni.as_deref(), Some("broker.example"), "{name}");
    let is = |key: &str| {
        connection
            .expects(key)
            .is_some_and(|value| value.as_bool() == Some(true))
    };
    assert_eq!(*resumed, is("resumed"), "{name}");
    assert_eq!(about.retried, is("retried"), "{name}");
    let number = |key: &str| connection.expects(key).and_then(|value| value.as_u64());
    assert_eq!(
        u64::from(about.renegotiations),
        number("renegotiations").unwrap_or(0),
        "{name}"
    );
    assert_eq!(
        u64::from(about.key_updates),
        number("key_updates").unwrap_or(0),
        "{name}"
    );
    assert_eq!(
        format!("{:?}", about.early_data),
        text("early_data").unwrap_or("None"),
        "{name}"
    );
}

#[test]
fn every_way_to_seal_records_is_among_the_recordings() {
    let suites: Vec<String> = openable()
        .iter()
        .filter_map(|connection| Some(connection.expects("suite")?.as_str()?.to_owned()))
        .collect();
    for part in [
        "TLS_AES_128_GCM_SHA256",
        "TLS_AES_256_GCM_SHA384",
        "TLS_CHACHA20_POLY1305_SHA256",
        "TLS_AES_128_CCM_SHA256",
        "TLS_AES_128_CCM_8_SHA256",
        "WITH_AES_128_GCM_SHA256",
        "WITH_AES_256_GCM_SHA384",
        "WITH_CHACHA20_POLY1305_SHA256",
        "WITH_AES_128_CCM",
        "WITH_AES_256_CCM",
        "WITH_AES_128_CCM_8",
        "WITH_AES_256_CCM_8",
        "WITH_AES_128_CBC_SHA",
        "WITH_AES_256_CBC_SHA",
        "WITH_AES_128_CBC_SHA256",
        "WITH_AES_256_CBC_SHA256",
        "WITH_AES_256_CBC_SHA384",
    ] {
        assert!(suites.iter().any(|suite| suite.ends_with(part)), "{part}");
    }
}

#[test]
fn plaintext_has_the_tag_of_the_bytes_in_which_its_record_ends() {
    let connection = one("1.3-aes-128-gcm#0");
    let log = log_of(&connection);
    let mut session = Session::new();
    let mut tags = Vec::new();
    for (index, (from, bytes)) in connection.segments.iter().enumerate() {
        let (most, last) = bytes.split_at(bytes.len() - 1);
        session.handle_bytes(*from, most, tag(1000), &log);
        session.handle_bytes(*from, last, tag(index as u64), &log);
        while let Some(plain) = session.poll_plaintext() {
            assert_eq!(plain.tag, tag(index as u64));
            assert_eq!(plain.from, *from);
            tags.push(plain.tag.frame);
        }
    }
    assert_eq!(tags.len(), 4);
}

#[test]
fn sides_may_come_one_behind_the_other() {
    for connection in openable() {
        let log = log_of(&connection);
        for order in [[Role::Client, Role::Server], [Role::Server, Role::Client]] {
            let mut session = Session::new();
            for from in order {
                session.handle_bytes(from, &connection.stream(from), tag(0), &log);
            }
            let name = &connection.name;
            assert_eq!(
                heard(&mut session),
                Heard::whole(&connection),
                "{name} {order:?}"
            );
        }
    }
}

#[test]
fn keys_may_come_last() {
    for connection in openable() {
        let mut session = given(&connection, &KeyLog::new());
        let name = &connection.name;
        assert_eq!(heard(&mut session), Heard::default(), "{name}");
        assert_eq!(session.state(), State::NoKeys, "{name}");
        session.retry(&KeyLog::new());
        assert_eq!(session.state(), State::NoKeys, "{name}");
        session.retry(&log_of(&connection));
        let frames: Vec<u64> = core::iter::from_fn(|| session.poll_plaintext())
            .map(|plain| plain.tag.frame)
            .collect();
        assert!(frames.len() > 1 && frames.is_sorted(), "{name}: {frames:?}");
        let mut session = given(&connection, &KeyLog::new());
        session.retry(&log_of(&connection));
        assert_eq!(heard(&mut session), Heard::whole(&connection), "{name}");
        assert_about(&connection, &session.state(), &session.about());
        assert_eq!(session.kept(), 0, "{name}");
    }
}

#[test]
fn keys_may_come_between() {
    for connection in openable() {
        let log = log_of(&connection);
        for since in 0..connection.segments.len() {
            let mut session = Session::new();
            for (index, (from, bytes)) in connection.segments.iter().enumerate() {
                let none = KeyLog::new();
                let log = if index < since { &none } else { &log };
                session.handle_bytes(*from, bytes, tag(0), log);
            }
            let name = &connection.name;
            assert_eq!(
                heard(&mut session),
                Heard::whole(&connection),
                "{name} since {since}"
            );
        }
    }
}

#[test]
fn keys_may_come_line_by_line_in_any_order() {
    for connection in openable() {
        let mut lines: Vec<&str> = connection.keylog.lines().collect();
        for _ in 0..lines.len() {
            lines.rotate_left(1);
            let mut log = KeyLog::new();
            let mut session = given(&connection, &log);
            for line in &lines {
                log.add(line.as_bytes());
                session.retry(&log);
            }
            let name = &connection.name;
            let heard = heard(&mut session);
            let first = lines.first();
            assert_eq!(heard.server, connection.server, "{name} {first:?}");
            // Early data whose secret comes after the others is given up.
            if connection.expects("early_data").is_none() {
                assert_eq!(heard.client, connection.client, "{name} {first:?}");
            }
        }
    }
}

#[test]
fn resumption_is_told() {
    for name in ["1.2-resumed-by-ticket", "1.2-resumed-by-id", "1.3-python"] {
        let resumed = [0, 1].map(|index| {
            let connection = one(&format!("{name}#{index}"));
            given(&connection, &log_of(&connection)).about().resumed
        });
        assert_eq!(resumed, [false, true], "{name}");
    }
}

#[test]
fn early_data_that_was_taken_comes_out_in_its_place() {
    let taken = one("1.3-early#1");
    assert!(taken.client.starts_with(b"0: early"));
    let mut session = given(&taken, &log_of(&taken));
    assert_eq!(
        session.poll_plaintext().unwrap().bytes,
        b"0: early CONNECT\n"
    );
    let rejected = one("1.3-early#2");
    assert!(!rejected.client.starts_with(b"0: early"));
}

#[test]
fn alerts_are_told() {
    let connection = one("1.3-alert#0");
    let session = given(&connection, &log_of(&connection));
    let alert = session.about().client.alert.unwrap();
    assert_eq!((alert.name(), alert.is_fatal), (Some("unknown_ca"), true));
    let connection = one("1.2-alert#0");
    let session = given(&connection, &log_of(&connection));
    assert!(
        matches!(session.state(), State::Unfinished { alert: Some(alert) } if alert.to_string() == "unknown_ca"),
        "{:?}",
        session.state()
    );
    let connection = one("1.2-aes128-gcm#0");
    let session = given(&connection, &log_of(&connection));
    let about = session.about();
    for side in [about.client, about.server] {
        assert_eq!(
            side.alert.and_then(|alert| alert.name()),
            Some("close_notify")
        );
    }
}
