//! What passes, byte for byte, and how connections end.

use std::io::{Read as _, Write as _};
use std::net::Shutdown;

use crate::support::{Running, Server, connect, exactly, noise, passes, until_end};

fn tap(server: &Server, more: &[&str]) -> Running {
    let address = server.address();
    let mut arguments = vec!["tap", "0", "--to", &address];
    arguments.extend(more);
    Running::start(&arguments)
}

#[test]
fn every_byte_passes_both_ways_at_once() {
    let server = Server::start();
    let mut running = tap(&server, &[]);
    let client = connect(running.address("tap"));
    let broker = server.accept();
    let bytes = noise(5_000_000);
    std::thread::scope(|scope| {
        for end in [&client, &broker] {
            let bytes = &bytes;
            scope.spawn(move || {
                let mut end = end;
                end.write_all(bytes).unwrap();
            });
            scope.spawn(move || {
                let mut end = end;
                let mut got = vec![0; bytes.len()];
                end.read_exact(&mut got).unwrap();
                assert!(got == *bytes);
            });
        }
    });
    drop((client, broker));
    running.out().wait("closed: ");
    assert_eq!(running.interrupt().0, Some(0));
}

#[test]
fn a_side_that_is_done_still_gets_what_the_other_sends() {
    let server = Server::start();
    let mut running = tap(&server, &[]);
    let mut client = connect(running.address("tap"));
    let mut broker = server.accept();
    passes(&mut client, &mut broker, b"question");
    client.shutdown(Shutdown::Write).unwrap();
    assert_eq!(until_end(&mut broker), b"");
    passes(&mut broker, &mut client, &noise(100_000));
    broker.shutdown(Shutdown::Write).unwrap();
    assert_eq!(until_end(&mut client), b"");
    running.out().wait("closed: closed");
}

#[test]
fn a_reset_is_passed_on() {
    let server = Server::start();
    let mut running = tap(&server, &[]);
    let mut client = connect(running.address("tap"));
    let mut broker = server.accept();
    passes(&mut client, &mut broker, b"question");
    // Closed with bytes unread, a socket answers with a reset.
    broker.write_all(b"answer").unwrap();
    exactly(&mut client, 3);
    drop(client);
    assert!(broker.read(&mut [0; 1]).is_err());
    running.out().wait("broken off by the client");
}

#[test]
fn a_reason_that_the_broker_gave_before_it_closed_is_carried() {
    let server = Server::start();
    let mut running = tap(&server, &[]);
    let mut client = connect(running.address("tap"));
    let mut broker = server.accept();
    passes(&mut client, &mut broker, b"question");
    broker.write_all(b"reason").unwrap();
    client.write_all(&noise(3_000_000)).ok();
    drop(broker);
    assert_eq!(exactly(&mut client, 6), b"reason");
}

#[test]
fn a_broker_that_cannot_be_reached_is_told() {
    let server = Server::start();
    let address = server.address();
    drop(server);
    let mut running = Running::start(&["tap", "0", "--to", &address]);
    let mut client = connect(running.address("tap"));
    assert_eq!(until_end(&mut client), b"");
    let line = running.out().wait("closed by the tap");
    assert!(
        line.contains(&address) && line.contains("refused"),
        "{line}"
    );
    let mut running = Running::start(&["tap", "0", "--to", "no-such-host.invalid:1"]);
    drop(connect(running.address("tap")));
    running
        .out()
        .wait("no address is known for no-such-host.invalid");
}

#[cfg(unix)]
#[test]
fn it_ends_though_nobody_reads_what_it_says() {
    use std::io::{BufRead as _, BufReader};
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_mqttscope"))
        .args(["tap", "0", "--to", "127.0.0.1:1"])
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut says = String::new();
    BufReader::new(child.stderr.take().unwrap())
        .read_line(&mut says)
        .unwrap();
    assert!(says.contains("mqttscope: tap"), "{says}");
    let pid = child.id().to_string();
    let signalled = std::process::Command::new("kill")
        .args(["-INT", &pid])
        .status();
    assert!(signalled.unwrap().success());
    let until = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while child.try_wait().unwrap().is_none() {
        if std::time::Instant::now() > until {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("it did not end");
        }
        std::thread::yield_now();
    }
}

#[test]
fn more_connections_than_allowed_are_closed_at_once_and_later_ones_are_not() {
    let server = Server::start();
    let mut running = tap(&server, &["--max-connections", "1"]);
    let address = running.address("tap");
    let mut first = connect(address);
    let mut broker = server.accept();
    passes(&mut first, &mut broker, b"first");
    assert_eq!(until_end(&mut connect(address)), b"");
    running.err().wait("closed at once: 1 connections are open");
    drop((first, broker));
    running.out().wait("closed: closed");
    // The place is free when its task has ended, a moment later.
    let mut broker = loop {
        let mut client = connect(address);
        client.write_all(b"x").ok();
        server.0.set_nonblocking(true).unwrap();
        let accepted = loop {
            match server.0.accept() {
                Ok((stream, _)) => break Some(stream),
                Err(_) if is_closed(&mut client) => break None,
                Err(_) => std::thread::yield_now(),
            }
        };
        if let Some(stream) = accepted {
            stream.set_nonblocking(false).unwrap();
            break stream;
        }
    };
    assert_eq!(exactly(&mut broker, 1), b"x");
}

/// Whether the other end has closed.
fn is_closed(stream: &mut std::net::TcpStream) -> bool {
    stream.set_nonblocking(true).unwrap();
    let read = stream.read(&mut [0; 1]);
    stream.set_nonblocking(false).unwrap();
    !matches!(read, Err(error) if error.kind() == std::io::ErrorKind::WouldBlock)
}

#[test]
fn what_has_come_is_carried_before_it_ends() {
    let server = Server::start();
    let mut running = tap(&server, &[]);
    let mut client = connect(running.address("tap"));
    let mut broker = server.accept();
    // As much as a socket holds: it has come when it is written.
    let bytes = noise(60_000);
    client.write_all(&bytes).unwrap();
    running.signal("INT");
    assert!(until_end(&mut broker) == bytes);
    drop(broker);
    assert_eq!(until_end(&mut client), b"");
    running.out().wait("closed by the tap: it was asked to end");
    let (code, _, err) = running.ended();
    assert_eq!(code, Some(0));
    assert!(err.contains("1 connection, "), "{err}");
}

#[test]
fn several_taps_have_a_broker_each_or_one_for_all() {
    let (one, two) = (Server::start(), Server::start());
    let (first, second) = (one.address(), two.address());
    let mut running = Running::start(&["tap", "0", "0", "--to", &first, "--to", &second]);
    let (at, other) = (running.address("tap"), running.address("tap"));
    passes(&mut connect(at), &mut one.accept(), b"one");
    passes(&mut connect(other), &mut two.accept(), b"two");
    let mut running = Running::start(&["tap", "0", "0", "--to", &first]);
    running.address("tap");
    passes(
        &mut connect(running.address("tap")),
        &mut one.accept(),
        b"one",
    );
    let running = Running::start(&["tap", "0", "0", "0", "--to", &first, "--to", &second]);
    let (code, _, err) = running.ended();
    assert_eq!(code, Some(2));
    assert!(err.contains("3 taps and 2 brokers"), "{err}");
}

#[test]
fn a_port_that_is_taken_is_named() {
    let server = Server::start();
    let address = server.address();
    let (code, _, err) = Running::start(&["tap", &address, "--to", &address]).ended();
    assert_eq!(code, Some(2));
    assert!(
        err.contains(&format!("listening at {address}: ")) && err.contains("in use"),
        "{err}"
    );
}

#[test]
fn who_the_client_is_is_taken_from_a_proxy_and_passed_on() {
    let server = Server::start();
    let mut running = tap(&server, &["--proxy-in", "--proxy-out", "v1"]);
    let address = running.address("tap");
    let mut client = connect(address);
    client
        .write_all(b"PROXY TCP4 192.0.2.7 192.0.2.1 50000 1883\r\n\xc0\x00")
        .unwrap();
    let mut broker = server.accept();
    let said = format!(
        "PROXY TCP4 192.0.2.7 127.0.0.1 50000 {}\r\n\u{fffd}\0",
        address.port()
    );
    let header = exactly(&mut broker, said.len() - 2);
    assert_eq!(String::from_utf8_lossy(&header), said);
    running.out().wait("opened: 192.0.2.7:50000 connected");
    // A client that comes without a header is sent away.
    let mut client = connect(address);
    client.write_all(&crate::support::CONNECT).unwrap();
    assert_eq!(until_end(&mut client), b"");
    running
        .out()
        .wait("no PROXY protocol header stands before its bytes");
}

#[test]
fn a_header_is_made_for_who_connects_here() {
    let server = Server::start();
    let mut running = tap(&server, &["--proxy-out", "v2"]);
    let client = connect(running.address("tap"));
    let mut broker = server.accept();
    let header = exactly(&mut broker, 28);
    assert!(header.starts_with(b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c\x7f\0\0\x01\x7f\0\0\x01"));
    let port = client.local_addr().unwrap().port();
    assert_eq!(header[24..26], port.to_be_bytes());
}
