//! However the bytes come: the same plaintext, or less of it, and never a panic.

use mqttscope_capture::reading::Role;
use mqttscope_capture::tls::{KeyLog, Session};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::opened::{Heard, heard, log_of, openable, tag};
use crate::recordings::Connection;

/// A recording, without the long ones.
fn any_connection() -> impl Strategy<Value = Connection> {
    let short: Vec<_> = openable()
        .into_iter()
        .filter(|connection| connection.client.len() < 5000)
        .collect();
    prop::sample::select(short)
}

/// Both streams in pieces, each side in order, mixed by the sizes: a negative one is the server's.
fn mixed(connection: &Connection, sizes: &[i16]) -> Vec<(Role, Vec<u8>)> {
    let mut client = &connection.stream(Role::Client)[..];
    let mut server = &connection.stream(Role::Server)[..];
    let mut pieces = Vec::new();
    for size in sizes.iter().cycle().take(20_000) {
        let (from, rest) = if *size < 0 {
            (Role::Server, &mut server)
        } else {
            (Role::Client, &mut client)
        };
        let len = usize::from(size.unsigned_abs()).min(rest.len());
        let (piece, behind) = rest.split_at(len);
        pieces.push((from, piece.to_vec()));
        *rest = behind;
    }
    pieces.push((Role::Client, client.to_vec()));
    pieces.push((Role::Server, server.to_vec()));
    pieces
}

/// Whether the bytes are what is left of the others when one stretch is cut out.
fn is_left_of(left: &[u8], whole: &[u8]) -> bool {
    let same =
        |pairs: &mut dyn Iterator<Item = (&u8, &u8)>| pairs.take_while(|(a, b)| a == b).count();
    let front = same(&mut left.iter().zip(whole));
    let back = same(&mut left.iter().rev().zip(whole.iter().rev()));
    left.len() <= whole.len() && front + back >= left.len()
}

/// Whether the pieces stand in the bytes, one behind the other.
fn stand_in(pieces: &[Vec<u8>], mut whole: &[u8]) -> bool {
    pieces.iter().all(|piece| {
        let found = whole
            .windows(piece.len())
            .position(|window| window == piece);
        found.is_some_and(|at| {
            whole = &whole[at + piece.len()..];
            true
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn any_pieces_in_any_mix_give_the_same(
        connection in any_connection(),
        sizes in prop::collection::vec(prop_oneof![-3i16..3, -700i16..700], 1..30),
        retries in any::<bool>(),
    ) {
        let log = log_of(&connection);
        let none = KeyLog::new();
        let mut session = Session::new();
        for (from, piece) in mixed(&connection, &sizes) {
            session.handle_bytes(from, &piece, tag(0), if retries { &none } else { &log });
        }
        session.retry(&log);
        prop_assert_eq!(heard(&mut session), Heard::whole(&connection));
        prop_assert_eq!(session.kept(), 0);
    }

    #[test]
    fn a_gap_anywhere_costs_only_a_part(
        connection in any_connection(),
        from in prop_oneof![Just(Role::Client), Just(Role::Server)],
        at in any::<Index>(),
        len in 1usize..400,
    ) {
        let log = log_of(&connection);
        let total = connection.stream(from).len();
        let start = at.index(total);
        let end = (start + len).min(total);
        let mut session = Session::new();
        let mut place = 0;
        for (side, bytes) in &connection.segments {
            if *side != from {
                session.handle_bytes(*side, bytes, tag(0), &log);
                continue;
            }
            let (low, high) = (place.max(start), (place + bytes.len()).min(end));
            if low < high {
                session.handle_bytes(*side, &bytes[..low - place], tag(0), &log);
                session.handle_gap(*side, (high - low) as u64);
                session.handle_bytes(*side, &bytes[high - place..], tag(0), &log);
            } else {
                session.handle_bytes(*side, bytes, tag(0), &log);
            }
            place += bytes.len();
        }
        let heard = heard(&mut session);
        prop_assert!(is_left_of(&heard.client, &connection.client), "{:?}", heard);
        prop_assert!(is_left_of(&heard.server, &connection.server), "{:?}", heard);
        prop_assert!(heard.gaps <= 1);
    }

    #[test]
    fn changed_bytes_give_nothing_that_was_not_sent(
        connection in any_connection(),
        changes in prop::collection::vec((any::<Index>(), any::<Index>(), 1u8..), 1..4),
        room in 0usize..5000,
    ) {
        let log = log_of(&connection);
        let mut changed = connection.clone();
        for (segment, at, bits) in &changes {
            let (_, bytes) = segment.get_mut(&mut changed.segments);
            *at.get_mut(bytes) ^= bits;
        }
        let mut session = Session::with_room(room);
        for (from, bytes) in &changed.segments {
            session.handle_bytes(*from, bytes, tag(0), &log);
            prop_assert!(session.kept() <= room + 200);
        }
        session.retry(&log);
        let _ = (session.state().to_string(), session.about());
        let (mut client, mut server) = (Vec::new(), Vec::new());
        while let Some(plain) = session.poll_plaintext() {
            match plain.from {
                Role::Client => client.push(plain.bytes),
                Role::Server => server.push(plain.bytes),
            }
        }
        prop_assert!(stand_in(&client, &connection.client));
        prop_assert!(stand_in(&server, &connection.server));
    }

    #[test]
    fn any_bytes_never_panic(
        steps in prop::collection::vec(
            (any::<bool>(), 0u8..8, prop::collection::vec(any::<u8>(), 0..60)), 0..40),
        text in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let mut log = KeyLog::new();
        log.add(&text);
        let mut session = Session::with_room(1000);
        for (is_client, kind, bytes) in &steps {
            let from = if *is_client { Role::Client } else { Role::Server };
            match kind {
                0 => session.handle_gap(from, u64::from(bytes.first().copied().unwrap_or(0)) << 56),
                1 => session.retry(&log),
                2 => session.handle_bytes(from, bytes, tag(0), &log),
                kind => {
                    let mut record = vec![kind + 17, 3, 3, 0, u8::try_from(bytes.len()).unwrap()];
                    record.extend(bytes);
                    session.handle_bytes(from, &record, tag(0), &log);
                }
            }
            prop_assert!(session.kept() <= 1200);
            let _ = session.state().to_string();
        }
    }
}
