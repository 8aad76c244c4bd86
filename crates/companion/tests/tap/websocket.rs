//! WebSocket through a tap: what passes is what was sent, and what is shown is the MQTT inside.

use std::io::Write as _;
use std::net::TcpStream;

use serde_json::Value;

use crate::support::{CONNACK, CONNECT, Running, Server, connect, exactly, folder, passes};

const ASK: &str = "GET /mqtt HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
    Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// A client's frame: masked.
fn masked(payload: &[u8]) -> Vec<u8> {
    let mask = [7, 99, 3, 200];
    let mut frame = vec![0x82, 0x80 | u8::try_from(payload.len()).unwrap()];
    frame.extend(mask);
    frame.extend(payload.iter().zip(mask.iter().cycle()).map(|(a, b)| a ^ b));
    frame
}

/// A server's frame.
fn plain(payload: &[u8]) -> Vec<u8> {
    let len = u8::try_from(payload.len()).unwrap();
    [&[0x82, len], payload].concat()
}

/// Asks the broker for a WebSocket.
fn upgrade(client: &mut TcpStream) {
    client.write_all(ASK.as_bytes()).unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.extend(exactly(client, 1));
    }
    assert!(head.starts_with(b"HTTP/1.1 101"), "{head:?}");
}

#[test]
fn rows_and_findings_are_of_the_mqtt_inside() {
    let mut broker = Running::start(&["broker", "--ws", "0"]);
    let to = broker.address("broker at").to_string();
    let mut running = Running::start(&["tap", "0", "--to", &to, "--format", "json"]);
    let mut client = connect(running.address("tap"));
    upgrade(&mut client);
    // Packets do not keep to messages.
    client.write_all(&masked(&CONNECT[..3])).unwrap();
    client.write_all(&masked(&CONNECT[3..])).unwrap();
    assert_eq!(exactly(&mut client, 6), plain(&CONNACK));
    client
        .write_all(&masked(&[0x62, 2, 0, 7, 0xc0, 0]))
        .unwrap();
    running.out().wait("\"type\":\"PINGREQ\"");
    drop(client);
    running.out().wait("\"closed\"");
    let lines: Vec<Value> = (running.out().seen.iter())
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let types: Vec<&str> = lines.iter().filter_map(|it| it["type"].as_str()).collect();
    assert_eq!(types[..3], ["CONNECT", "CONNACK", "PUBREL"]);
    assert_eq!(lines[1]["kind"], "websocket");
    assert!(
        lines.iter().any(|it| it["rule"] == "pubrel-without-pubrec"),
        "{lines:?}"
    );
    assert!(!running.out().seen.concat().contains("HTTP"));
}

#[test]
fn one_that_is_refused_says_so() {
    let server = Server::start();
    let mut running = Running::start(&["tap", "0", "--to", &server.address()]);
    let mut client = connect(running.address("tap"));
    let mut broker = server.accept();
    passes(&mut client, &mut broker, ASK.as_bytes());
    passes(&mut broker, &mut client, b"HTTP/1.1 404 Not Found\r\n\r\n");
    running
        .out()
        .wait("a WebSocket was asked for and not opened");
}

#[test]
fn faults_are_told_as_not_possible_and_change_nothing() {
    let folder = folder("tap-websocket-faults");
    let faults = folder.join("faults");
    std::fs::write(&faults, "cut * after CONNECT 1\n").unwrap();
    let server = Server::start();
    let (to, faults) = (server.address(), faults.to_str().unwrap());
    let mut running = Running::start(&["tap", "0", "--to", &to, "--faults", faults]);
    let mut client = connect(running.address("tap"));
    let mut broker = server.accept();
    passes(&mut client, &mut broker, ASK.as_bytes());
    let answer = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";
    passes(&mut broker, &mut client, answer);
    passes(&mut client, &mut broker, &masked(&CONNECT));
    passes(&mut broker, &mut client, &plain(&CONNACK));
    running
        .out()
        .wait("line 1: not possible on this connection: it is a WebSocket");
    running.out().wait("CONNACK");
}
