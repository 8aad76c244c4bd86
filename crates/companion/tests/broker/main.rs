//! `mqttscope broker` with real clients and sockets.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "../support/mod.rs"]
mod support;

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};

use support::{CONNACK, CONNECT, Running, connect, exactly, folder, publish, tool, until_end};

/// A CONNECT of version 5 of client `a`: Clean Start or a session for ever.
fn connect_5(is_clean: bool) -> Vec<u8> {
    if is_clean {
        b"\x10\x0e\x00\x04MQTT\x05\x02\x00\x00\x00\x00\x01a".to_vec()
    } else {
        b"\x10\x13\x00\x04MQTT\x05\x00\x00\x00\x05\x11\xff\xff\xff\xff\x00\x01a".to_vec()
    }
}

/// The next packet, which is short.
fn packet(stream: &mut TcpStream) -> Vec<u8> {
    let head = exactly(stream, 2);
    let rest = exactly(stream, usize::from(head[1]));
    [head, rest].concat()
}

fn connected(address: SocketAddr, with: &[u8]) -> (TcpStream, Vec<u8>) {
    let mut stream = connect(address);
    stream.write_all(with).unwrap();
    let connack = packet(&mut stream);
    (stream, connack)
}

#[test]
fn a_message_goes_from_one_client_to_another() {
    let mut running = Running::start(&["broker", "0", "--verbose"]);
    let address = running.address("at");
    let (mut one, connack) = connected(address, &CONNECT);
    assert_eq!(connack, CONNACK);
    one.write_all(b"\x82\x06\x00\x01\x00\x01t\x00").unwrap();
    assert_eq!(packet(&mut one), b"\x90\x03\x00\x01\x00");
    let (mut other, _) = connected(address, &connect_5(true)[..]);
    // The same client: the older connection is closed.
    assert_eq!(until_end(&mut one), b"");
    other
        .write_all(b"\x82\x07\x00\x01\x00\x00\x01t\x00")
        .unwrap();
    assert_eq!(packet(&mut other), b"\x90\x04\x00\x01\x00\x00");
    other.write_all(b"\x30\x05\x00\x01t\x00x").unwrap();
    assert_eq!(packet(&mut other), b"\x30\x05\x00\x01t\x00x");
    running.out().wait("Connected");
}

#[test]
fn a_client_that_is_thrown_out_reads_why_however_much_it_sends() {
    let mut running = Running::start(&["broker", "0"]);
    let (mut client, _) = connected(running.address("at"), &connect_5(true));
    // More handshakes at once than the Receive Maximum of 100 allows, and much behind them that nobody reads.
    let mut flood = Vec::new();
    for identifier in 1..=101_u8 {
        flood.extend([0x34, 6, 0, 1, b't', 0, identifier, 0]);
    }
    flood.extend(publish("t", &[b'x'; 1 << 18]));
    client.write_all(&flood).unwrap();
    let mut last = Vec::new();
    let answer = until_end(&mut client);
    let mut rest = &answer[..];
    while rest.len() >= 2 {
        let (one, more) = rest.split_at(usize::from(rest[1]) + 2);
        (last, rest) = (one.to_vec(), more);
    }
    assert_eq!(last[0], 0xe0, "{last:02x?}");
    assert_eq!(last[2], 0x93, "{last:02x?}");
}

#[test]
fn at_the_end_clients_are_told_and_sessions_are_kept() {
    let file = folder("broker-kept").join("sessions");
    let path = file.to_str().unwrap();
    let arguments = ["broker", "0", "--keep", path];
    let mut running = Running::start(&arguments);
    let address = running.address("at");
    let (mut client, _) = connected(address, &connect_5(false));
    client
        .write_all(b"\x82\x07\x00\x01\x00\x00\x01t\x01")
        .unwrap();
    assert_eq!(packet(&mut client), b"\x90\x04\x00\x01\x00\x01");
    running.signal("INT");
    assert_eq!(until_end(&mut client), [0xe0, 1, 0x8b]);
    let (code, _, err) = running.ended();
    assert_eq!(code, Some(0), "{err}");
    // Somebody publishes while the client is away, and the broker goes on and ends again.
    let mut running = Running::start(&arguments);
    let (mut other, _) = connected(
        running.address("at"),
        b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x3c\x00\x01b",
    );
    other.write_all(b"\x33\x06\x00\x01t\x00\x07x").unwrap();
    assert_eq!(packet(&mut other), [0x40, 2, 0, 7]);
    assert_eq!(running.interrupt().0, Some(0));
    let mut running = Running::start(&arguments);
    let address = running.address("at");
    let (mut client, connack) = connected(address, &connect_5(false));
    assert_eq!(connack[2], 1, "Session Present");
    let message = packet(&mut client);
    assert_eq!(
        (message[0], message.last()),
        (0x32, Some(&b'x')),
        "{message:02x?}"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    // It is retained, too.
    let (mut other, _) = connected(address, b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x3c\x00\x01c");
    other.write_all(b"\x82\x06\x00\x01\x00\x01t\x00").unwrap();
    packet(&mut other);
    assert_eq!(packet(&mut other), b"\x31\x04\x00\x01tx");
}

#[test]
fn what_was_acknowledged_is_there_after_a_kill() {
    let file = folder("broker-killed").join("sessions");
    let arguments = ["broker", "0", "--keep", file.to_str().unwrap()];
    let mut running = Running::start(&arguments);
    let address = running.address("at");
    let (mut client, _) = connected(address, &connect_5(false));
    client
        .write_all(b"\x82\x07\x00\x01\x00\x00\x01t\x02")
        .unwrap();
    assert_eq!(packet(&mut client), b"\x90\x04\x00\x01\x00\x02");
    running.signal("KILL");
    running.wait();
    // The subscription is there; messages of both kinds are for who is away.
    let publisher = b"\x10\x0d\x00\x04MQTT\x04\x00\x00\x3c\x00\x01b";
    let mut running = Running::start(&arguments);
    let (mut other, _) = connected(running.address("at"), publisher);
    other.write_all(b"\x32\x06\x00\x01t\x00\x07x").unwrap();
    assert_eq!(packet(&mut other), [0x40, 2, 0, 7]);
    let exactly_once = b"\x34\x06\x00\x01t\x00\x08y";
    other.write_all(exactly_once).unwrap();
    assert_eq!(packet(&mut other), [0x50, 2, 0, 8]);
    running.signal("KILL");
    running.wait();
    // Sent again, it is the same message.
    let mut running = Running::start(&arguments);
    let address = running.address("at");
    let (mut other, connack) = connected(address, publisher);
    assert_eq!(connack[2], 1, "Session Present");
    other.write_all(b"\x3c\x06\x00\x01t\x00\x08y").unwrap();
    assert_eq!(packet(&mut other), [0x50, 2, 0, 8]);
    other.write_all(b"\x62\x02\x00\x08").unwrap();
    assert_eq!(packet(&mut other), [0x70, 2, 0, 8]);
    let (mut client, _) = connected(address, &connect_5(false));
    let all = [packet(&mut client), packet(&mut client)];
    let payloads = all.each_ref().map(|packet| packet.last().copied());
    assert_eq!(payloads, [Some(b'x'), Some(b'y')], "{all:02x?}");
    client.write_all(b"\xc0\x00").unwrap();
    assert_eq!(packet(&mut client), b"\xd0\x00", "nothing else waits");
}

#[test]
fn who_wants_it_faster_has_it_written_later() {
    let file = folder("broker-later").join("sessions");
    let path = file.to_str().unwrap();
    let mut running = Running::start(&["broker", "0", "--keep", path, "--keep-every", "3600"]);
    let (mut client, _) = connected(running.address("at"), &connect_5(false));
    client.write_all(b"\x33\x07\x00\x01t\x00\x07\x00x").unwrap();
    assert_eq!(packet(&mut client)[0], 0x40);
    assert!(!file.exists());
    assert_eq!(running.interrupt().0, Some(0));
    assert!(file.exists());
}

#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_written_is_not_acknowledged() {
    let file = folder("broker-full").join("sessions");
    let path = file.to_str().unwrap();
    // What a process may write to a file, in blocks of 1 KiB, stands in for the disk.
    let mut running = Running::limited("ulimit -f 4", &["broker", "0", "--keep", path]);
    let (mut client, _) = connected(running.address("at"), &connect_5(false));
    let mut retained = b"\x33\x86\x40\x00\x01t\x00\x07\x00".to_vec();
    retained.resize(8192 + 6 + 3, b'x');
    client.write_all(&retained).unwrap();
    running
        .err()
        .wait("nothing is acknowledged until it is written");
    client.set_nonblocking(true).unwrap();
    let read = std::io::Read::read(&mut client, &mut [0; 4]);
    assert_eq!(read.unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    let (code, _, err) = running.interrupt();
    assert_eq!(code, Some(2), "{err}");
}

#[test]
fn a_file_that_holds_something_else_is_left_alone() {
    let file = folder("broker-mine").join("sessions");
    std::fs::write(&file, "mine").unwrap();
    let (code, _, err) = Running::start(&["broker", "0", "--keep", file.to_str().unwrap()]).ended();
    assert_eq!(code, Some(2));
    assert!(err.contains("holds no sessions of this program"), "{err}");
    assert_eq!(std::fs::read(&file).unwrap(), b"mine");
}

#[test]
fn only_who_is_in_the_file_may_connect() {
    let file = folder("broker-users").join("users");
    std::fs::write(&file, "ann:secret\n").unwrap();
    let mut running = Running::start(&[
        "broker",
        "0",
        "--users",
        file.to_str().unwrap(),
        "--verbose",
    ]);
    let address = running.address("at");
    assert_eq!(connected(address, &CONNECT).1, [0x20, 2, 0, 4]);
    let with = |password: &[u8]| {
        let len = u8::try_from(22 + password.len() - 2).unwrap();
        let start = [
            &[0x10, len][..],
            b"\x00\x04MQTT\x04\xc2\x00\x3c\x00\x01a\x00\x03ann\x00",
        ]
        .concat();
        [
            &start[..],
            &[u8::try_from(password.len()).unwrap()],
            password,
        ]
        .concat()
    };
    assert_eq!(connected(address, &with(b"secret")).1, CONNACK);
    assert_eq!(connected(address, &with(b"secreT")).1, [0x20, 2, 0, 4]);
    let (_, out, err) = running.interrupt();
    assert!(
        !out.contains("secre") && !err.contains("secre"),
        "{out}{err}"
    );
}

#[test]
fn there_are_as_many_places_as_allowed() {
    let mut running = Running::start(&["broker", "0", "--max-connections", "1"]);
    let address = running.address("at");
    let (first, _) = connected(address, &CONNECT);
    assert_eq!(until_end(&mut connect(address)), b"");
    running.err().wait("all places are taken");
    drop(first);
    // The place is free a moment after.
    loop {
        let mut stream = connect(address);
        let answer = stream.write_all(&CONNECT).and_then(|()| {
            let mut connack = [0; 4];
            stream.read_exact(&mut connack).map(|()| connack)
        });
        if let Ok(connack) = answer {
            assert_eq!(connack, CONNACK);
            return;
        }
    }
}

#[test]
fn a_packet_beyond_the_limit_is_refused() {
    let mut running = Running::start(&["broker", "0", "--max-packet", "1000"]);
    let (mut client, _) = connected(running.address("at"), &connect_5(true));
    client.write_all(&publish("t", &[b'x'; 2000])).unwrap();
    let answer = until_end(&mut client);
    assert_eq!((answer[0], answer[2]), (0xe0, 0x95), "{answer:02x?}");
}

/// A frame of a client, masked with zeros.
fn frame(opcode: u8, bytes: &[u8]) -> Vec<u8> {
    let len = 0x80 | u8::try_from(bytes.len()).unwrap();
    [&[0x80 | opcode, len, 0, 0, 0, 0], bytes].concat()
}

fn upgrade(address: SocketAddr) -> TcpStream {
    let mut stream = connect(address);
    let request = format!(
        "GET /mqtt HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
         Sec-WebSocket-Protocol: mqtt\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.extend(exactly(&mut stream, 1));
    }
    let head = String::from_utf8(head).unwrap().to_lowercase();
    assert!(
        head.starts_with("http/1.1 101") && head.contains("sec-websocket-protocol: mqtt"),
        "{head}"
    );
    stream
}

#[test]
fn packets_in_binary_frames_are_served_and_text_is_not() {
    let mut running = Running::start(&["broker", "--ws", "0"]);
    let address = running.address("at");
    let mut stream = upgrade(address);
    // A packet in two frames.
    stream.write_all(&frame(2, &CONNECT[..5])).unwrap();
    stream.write_all(&frame(2, &CONNECT[5..])).unwrap();
    assert_eq!(exactly(&mut stream, 6), [&[0x82, 4][..], &CONNACK].concat());
    running.signal("INT");
    // Version 3.1.1 has no DISCONNECT of the server's: only a close frame.
    assert_eq!(exactly(&mut stream, 1), [0x88]);
    drop(stream);
    assert_eq!(running.wait().code(), Some(0));
    let mut running = Running::start(&["broker", "--ws", "0"]);
    let mut stream = upgrade(running.address("at"));
    stream.write_all(&frame(1, b"hello")).unwrap();
    let answer = until_end(&mut stream);
    assert!(!answer.contains(&0x20), "{answer:02x?}");
}

#[test]
fn mosquittos_clients_are_served_over_tls() {
    let made = folder("broker-tls").join("made");
    let made = made.to_str().unwrap();
    let mut running = Running::start(&["broker", "--tls", "0", "--listen-make", made]);
    let port = running.address("at").port().to_string();
    let ca = format!("{made}/ca.pem");
    let tls = ["-h", "localhost", "-p", &port, "--cafile", &ca];
    let subscriber = Command::new("mosquitto_sub")
        .args(tls)
        .args([
            "-q", "2", "-t", "a/#", "-C", "1", "-W", "60", "-V", "5", "-i", "sub",
        ])
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut subscriber) = subscriber else {
        eprintln!("skipped: mosquitto_sub is not installed");
        return;
    };
    // Retained, so that it does not matter who comes first.
    let message = [
        "-q", "2", "-r", "-t", "a/b", "-m", "hello", "-V", "311", "-i", "pub",
    ];
    tool("mosquitto_pub", &[&tls[..], &message].concat());
    let mut got = String::new();
    subscriber
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut got)
        .unwrap();
    subscriber.wait().unwrap();
    assert_eq!(got, "hello\n");
}

#[test]
fn paho_is_served_over_websocket() {
    let is_there = Command::new("python3")
        .args(["-c", "import paho.mqtt.client"])
        .output();
    if !is_there.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: paho-mqtt is not installed");
        return;
    }
    let mut running = Running::start(&["broker", "--ws", "0"]);
    let port = running.address("at").port().to_string();
    let program = "
import sys, threading
import paho.mqtt.client as mqtt
client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, transport='websockets', protocol=mqtt.MQTTv5)
got, ready, done = [], threading.Event(), threading.Event()
client.on_subscribe = lambda *_: ready.set()
def message(client, data, message):
    got.append(len(message.payload))
    if len(got) == 30: done.set()
client.on_message = message
client.connect('127.0.0.1', int(sys.argv[1]))
client.loop_start()
client.subscribe('t', qos=2)
assert ready.wait(50)
for at in range(30):
    client.publish('t', b'x' * at * 1000, qos=at % 3)
assert done.wait(50), got
assert sorted(got) == [at * 1000 for at in range(30)], got
client.disconnect()
client.loop_stop()
";
    let done = Command::new("python3")
        .args(["-c", program, &port])
        .output()
        .unwrap();
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
}

#[test]
fn what_is_asked_for_and_cannot_be_is_told() {
    let (code, _, err) = Running::start(&["broker", "--tls", "0"]).ended();
    assert_eq!(code, Some(2));
    assert!(err.contains("need a certificate"), "{err}");
    let (code, _, err) = Running::start(&["broker", "0", "--users", "/no/such/file"]).ended();
    assert_eq!(code, Some(2));
    assert!(err.contains("reading the users of /no/such/file"), "{err}");
}
