//! What is reached, and why something is not.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::net::UnixListener;

use mqttscope_protocol::{BridgeEnd, BridgeFailure, BridgeStep};

use crate::http::Open;
use crate::page::{failed, opened, plain};
use crate::support::{CONNACK, CONNECT, Running, Server, exactly, folder};

fn open(name: &str) -> Open {
    Open::start(name, &["--bridge-patience", "1"])
}

#[test]
fn our_broker_is_reached_by_tcp_and_by_websocket() {
    let open = open("bridge_broker");
    let mut broker = Running::start(&["broker", "0", "--ws", "0"]);
    let tcp = broker.address("broker at");
    let ws = broker.address("broker at");
    for address in [format!("mqtt://{tcp}"), format!("ws://{ws}/mqtt")] {
        let (mut page, facts) = opened(&open, &address, plain());
        assert!(address.contains(&facts.peer), "{facts:?}");
        assert_eq!(facts.tls, None);
        page.send(&CONNECT);
        assert_eq!(page.exactly(4), CONNACK);
        page.send(b"\x82\x06\0\x01\0\x01a\0");
        assert_eq!(page.exactly(5), b"\x90\x03\0\x01\0");
        page.send(b"\x30\x05\0\x01ahi");
        assert_eq!(page.exactly(7), b"\x30\x05\0\x01ahi");
        page.send(b"\xe0\0");
        let end = page.ended();
        let is_right = match &end {
            BridgeEnd::Fin => address.starts_with("mqtt"),
            BridgeEnd::WebSocket { .. } => address.starts_with("ws"),
            _ => false,
        };
        assert!(is_right, "{address}: {end:?}");
    }
}

#[test]
fn a_unix_socket_is_reached() {
    let open = open("bridge_unix");
    let path = folder("bridge_unix_socket").join("b.sock");
    let listener = UnixListener::bind(&path).unwrap();
    let address = format!("unix://{}", path.display());
    let (mut page, facts) = opened(&open, &address, plain());
    let (mut broker, _) = listener.accept().unwrap();
    assert_eq!(facts.peer, "");
    page.send(&CONNECT);
    assert_eq!(exactly(&mut broker, CONNECT.len()), CONNECT);
    broker.write_all(&CONNACK).unwrap();
    assert_eq!(page.exactly(4), CONNACK);
    drop((broker, listener));
    assert_eq!(page.ended(), BridgeEnd::Fin);
    assert_eq!(
        failed(&open, &address, plain()),
        BridgeFailure::Refused(vec![path.display().to_string()])
    );
    std::fs::remove_file(&path).unwrap();
    let failure = failed(&open, &address, plain());
    assert!(
        matches!(failure, BridgeFailure::Unreachable { .. }),
        "{failure:?}"
    );
}

#[test]
fn who_is_not_there_is_told_apart() {
    let open = open("bridge_nobody");
    let server = Server::start();
    let address = server.address();
    drop(server);
    assert_eq!(
        failed(&open, &format!("mqtt://{address}"), plain()),
        BridgeFailure::Refused(vec![address])
    );
    // A name that is reserved for nobody (RFC 6761).
    assert_eq!(
        failed(&open, "mqtt://nobody.invalid", plain()),
        BridgeFailure::NameNotFound("nobody.invalid".into())
    );
}

#[test]
fn who_accepts_and_says_nothing_is_not_waited_for() {
    let open = open("bridge_silent_server");
    let server = Server::start();
    let address = server.address();
    for (scheme, step) in [("mqtts", BridgeStep::Tls), ("ws", BridgeStep::WebSocket)] {
        assert_eq!(
            failed(&open, &format!("{scheme}://{address}"), plain()),
            BridgeFailure::TimedOut { step, seconds: 1 }
        );
    }
    let mut how = plain();
    how.proxy = format!("socks5://{address}");
    assert_eq!(
        failed(&open, "mqtt://broker.test", how),
        BridgeFailure::TimedOut {
            step: BridgeStep::Proxy,
            seconds: 1
        }
    );
}

#[test]
fn who_closes_in_the_middle_of_a_handshake_is_told_apart() {
    let open = open("bridge_closing_server");
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = server.local_addr().unwrap();
    let closing = std::thread::spawn(move || {
        for by_reset in [false, true, false] {
            let (mut stream, _) = server.accept().unwrap();
            // What is unread at the end makes a reset of it.
            let mut some = vec![0; if by_reset { 1 } else { 4096 }];
            let _ = stream.read(&mut some).unwrap();
        }
        let (mut stream, _) = server.accept().unwrap();
        let _ = stream.read(&mut [0; 4096]).unwrap();
        stream
            .write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            .unwrap();
    });
    for by_reset in [false, true] {
        let step = BridgeStep::Tls;
        assert_eq!(
            failed(&open, &format!("mqtts://{address}"), plain()),
            BridgeFailure::Closed { step, by_reset }
        );
    }
    assert_eq!(
        failed(&open, &format!("ws://{address}"), plain()),
        BridgeFailure::Closed {
            step: BridgeStep::WebSocket,
            by_reset: false
        }
    );
    assert_eq!(
        failed(&open, &format!("ws://{address}/wrong"), plain()),
        BridgeFailure::NoWebSocket {
            status: Some(404),
            why: "Not Found".into()
        }
    );
    closing.join().unwrap();
}

#[test]
fn a_proxy_leads_on_or_says_why_not() {
    let open = open("bridge_proxy");
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut how = plain();
    how.proxy = format!("http://{}", proxy.local_addr().unwrap());
    let asked = b"CONNECT broker.test:1883 HTTP/1.1\r\nHost: broker.test:1883\r\n\r\n";
    let server = std::thread::spawn(move || {
        let (mut stream, _) = proxy.accept().unwrap();
        assert_eq!(exactly(&mut stream, asked.len()), asked);
        // The answer's last byte and the broker's first ones in one piece.
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n\xd0\0").unwrap();
        assert_eq!(exactly(&mut stream, CONNECT.len()), CONNECT);
        let (mut stream, _) = proxy.accept().unwrap();
        assert_eq!(exactly(&mut stream, asked.len()), asked);
        stream.write_all(b"HTTP/1.1 403 Forbidden\r\n\r\n").unwrap();
    });
    let (mut page, facts) = opened(&open, "mqtt://broker.test", how.clone());
    assert!(facts.is_proxied);
    assert_eq!(page.exactly(2), b"\xd0\0");
    page.send(&CONNECT);
    assert_eq!(
        failed(&open, "mqtt://broker.test", how),
        BridgeFailure::Proxy("403 Forbidden".into())
    );
    server.join().unwrap();
}
