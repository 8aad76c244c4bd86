//! Bytes both ways, untouched, and the ends of it.

use std::io::{ErrorKind, Write as _};
use std::net::{Shutdown, TcpStream};

use mqttscope_protocol::BridgeEnd;
use tokio_tungstenite::tungstenite::Message;

use crate::http::Open;
use crate::page::{Page, opened, plain};
use crate::support::{CONNECT, Server, exactly, noise, until_end};

fn joined(name: &str) -> (Open, Page, TcpStream) {
    let open = Open::start(name, &[]);
    let server = Server::start();
    let (page, _) = opened(&open, &format!("mqtt://{}", server.address()), plain());
    let broker = server.accept();
    (open, page, broker)
}

#[test]
fn bytes_pass_as_they_are() {
    let (_open, mut page, mut broker) = joined("bridge_bytes");
    let bytes = noise(3_000_000);
    let sent = bytes.clone();
    let writing = std::thread::spawn(move || {
        broker.write_all(&sent).unwrap();
        broker
    });
    assert!(page.exactly(bytes.len()) == bytes);
    let mut broker = writing.join().unwrap();
    let writing = std::thread::spawn(move || exactly(&mut broker, 3_000_000));
    for part in bytes.chunks(10_007) {
        page.send(part);
    }
    assert!(writing.join().unwrap() == bytes);
}

#[test]
fn who_closed_it_and_how_is_told() {
    let (_open, mut page, broker) = joined("bridge_fin");
    broker.shutdown(Shutdown::Write).unwrap();
    assert_eq!(page.ended(), BridgeEnd::Fin);
    let (_open, mut page, mut broker) = joined("bridge_reset");
    page.send(&CONNECT);
    // What is unread at the end makes a reset of it.
    exactly(&mut broker, 1);
    drop(broker);
    assert_eq!(page.ended(), BridgeEnd::Reset);
}

#[test]
fn a_page_that_closes_or_dies_closes_the_connection_and_what_it_said_last_arrives() {
    let (_open, mut page, mut broker) = joined("bridge_closed_page");
    page.send(&CONNECT);
    page.send(b"\xe0\0");
    page.0.close(None).unwrap();
    let wanted = [&CONNECT[..], b"\xe0\0"].concat();
    assert_eq!(until_end(&mut broker), wanted);
    drop(broker);
    while page.0.read().is_ok() {}
    let (_open, page, mut broker) = joined("bridge_dead_page");
    drop(page);
    assert_eq!(until_end(&mut broker), b"");
}

#[test]
fn a_companion_that_ends_says_so_and_one_that_dies_takes_the_connection_along() {
    let (open, mut page, mut broker) = joined("bridge_ending");
    open.running.signal("INT");
    assert_eq!(page.ended(), BridgeEnd::CompanionEnds);
    assert_eq!(until_end(&mut broker), b"");
    let (open, mut page, mut broker) = joined("bridge_killed");
    open.running.signal("KILL");
    assert_eq!(until_end(&mut broker), b"");
    assert!(page.0.read().is_err());
}

/// Fills a socket until it takes no more, though what comes the other way still arrives: `mark` sends a byte there and
/// sees it come. Gives how many bytes it took.
fn fill(mut write: impl FnMut(&[u8]) -> std::io::Result<usize>, mut mark: impl FnMut()) -> usize {
    let piece = noise(64 << 10);
    let (mut total, mut stuck) = (0, 0);
    while stuck < 50 {
        match write(&piece) {
            Ok(len) => {
                total += len;
                stuck = 0;
            }
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::WouldBlock);
                stuck += 1;
                mark();
            }
        }
        // What systems keep for two pairs of sockets, and nothing beyond.
        assert!(total < 64 << 20, "it piles up");
    }
    total
}

#[test]
fn a_slow_page_makes_the_broker_wait() {
    let (_open, mut page, broker) = joined("bridge_slow_page");
    let mut marks = broker.try_clone().unwrap();
    broker.set_nonblocking(true).unwrap();
    let total = fill(
        |piece| (&broker).write(piece),
        || {
            page.send(&[1]);
            marks.set_nonblocking(false).unwrap();
            exactly(&mut marks, 1);
            marks.set_nonblocking(true).unwrap();
        },
    );
    // All of it comes in the end.
    assert_eq!(page.exactly(total).len(), total);
}

#[test]
fn a_slow_broker_makes_the_page_wait() {
    let (_open, mut page, mut broker) = joined("bridge_slow_broker");
    let mut total = 0;
    let mut stuck = 0;
    page.0.get_mut().set_nonblocking(true).unwrap();
    let piece = noise(64 << 10);
    let mut is_waiting = false;
    while stuck < 50 {
        let sent = if is_waiting {
            page.0.flush()
        } else {
            total += piece.len();
            page.0.send(Message::binary(piece.clone()))
        };
        match sent {
            Ok(()) => (is_waiting, stuck) = (false, 0),
            Err(error) => {
                let error = error.to_string();
                assert!(
                    error.contains("temporarily") || error.contains("lock"),
                    "{error}"
                );
                is_waiting = true;
                stuck += 1;
                broker.write_all(&[1]).unwrap();
                page.0.get_mut().set_nonblocking(false).unwrap();
                // What comes is read, though what goes is held.
                let mut came = 0;
                while came == 0 {
                    came = match page.0.read().unwrap() {
                        Message::Binary(bytes) => bytes.len(),
                        _ => 0,
                    };
                }
                page.0.get_mut().set_nonblocking(true).unwrap();
            }
        }
        assert!(total < 64 << 20, "it piles up");
    }
    page.0.get_mut().set_nonblocking(false).unwrap();
    let reading = std::thread::spawn(move || exactly(&mut broker, total));
    page.0.flush().unwrap();
    assert_eq!(reading.join().unwrap().len(), total);
}
