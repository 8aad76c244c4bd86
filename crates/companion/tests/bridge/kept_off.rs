//! Who opens nothing, and where nothing is opened.

use std::io::Read as _;
use std::net::TcpListener;

use mqttscope_protocol::{BridgeFailure, BridgeSays};
use tokio_tungstenite::tungstenite::Message;

use crate::http::Open;
use crate::page::{Page, failed, opened, plain};
use crate::support::{Server, folder};

#[test]
fn only_our_own_page_with_the_token_opens_anything() {
    let open = Open::start("bridge_kept_off", &[]);
    let port = open.address.port();
    let status = |token: &str, headers: &[(&'static str, &str)]| {
        Page::with(&open, token, headers).map(|_| ()).unwrap_err()
    };
    let zeros = "0".repeat(32);
    for token in [&zeros, &open.token[1..], &format!("{}0", open.token)] {
        assert_eq!(status(token, &[]), 403, "{token}");
    }
    let wrong_port = format!("http://127.0.0.1:{}", port ^ 1);
    for origin in ["http://evil.example", "null", &wrong_port] {
        assert_eq!(status(&open.token, &[("Origin", origin)]), 403, "{origin}");
    }
    let evil = format!("evil.example:{port}");
    assert_eq!(status(&open.token, &[("Host", &evil)]), 421);
    for host in ["127.0.0.1", "localhost"] {
        let here = format!("{host}:{port}");
        let origin = format!("http://{here}");
        let headers = [("Host", &*here), ("Origin", &*origin)];
        assert!(Page::with(&open, &open.token, &headers).is_ok(), "{host}");
    }
    // What is no WebSocket gets no bridge, and nothing is told to who does not know the token.
    assert_eq!(open.lent("bridge").status, 400);
    let path = format!("/companion/{zeros}/bridge");
    assert_eq!(open.ask(&path, &[]).status, 403);
}

#[test]
fn the_bridge_leads_only_to_where_the_command_says() {
    let (server, other) = (Server::start(), Server::start());
    let folder = folder("bridge_to");
    let socket = folder.join("s.sock");
    let _unix = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let to = server.address();
    let open = Open::start("bridge_restricted", &["--bridge-to", &to]);
    opened(&open, &format!("mqtt://{to}"), plain());
    let not_allowed = BridgeFailure::NotAllowed(vec![to.clone()]);
    // As it is written: the same machine by another name is another place.
    let port = to.rsplit_once(':').unwrap().1;
    for address in [
        format!("mqtt://{}", other.address()),
        format!("ws://{}/mqtt", other.address()),
        format!("mqtt://localhost:{port}"),
        format!("unix://{}", socket.display()),
    ] {
        assert_eq!(failed(&open, &address, plain()), not_allowed, "{address}");
    }
    // Nor through a proxy elsewhere.
    let mut how = plain();
    how.proxy = format!("http://{}", other.address());
    assert_eq!(failed(&open, &format!("mqtt://{to}"), how), not_allowed);
    other.0.set_nonblocking(true).unwrap();
    assert!(other.0.accept().is_err(), "somebody was connected to");
}

#[test]
fn a_bridge_that_is_turned_off_is_none() {
    let file = format!("{}/Cargo.toml", env!("CARGO_MANIFEST_DIR"));
    let mut open = Open::start("bridge_off", &["--no-bridge", &file]);
    let status = Page::with(&open, &open.token.clone(), &[]).map(|_| ());
    assert_eq!(status, Err(404));
    assert!(
        open.running
            .err()
            .seen
            .iter()
            .all(|line| !line.contains("bridge=on"))
    );
    // Without anything that is lent, its page needs no token.
    let page = crate::http::page("bridge_off_page");
    let page = page.to_str().unwrap();
    let all = [
        "open",
        "--no-browser",
        "--port",
        "0",
        "--page",
        page,
        "--no-bridge",
    ];
    let mut running = crate::support::Running::start(&all);
    let line = running.err().wait("the page is at ");
    assert!(line.ends_with('/'), "{line}");
}

#[test]
fn whoever_says_something_else_first_gets_nothing() {
    let open = Open::start("bridge_misunderstood", &[]);
    for first in [
        Message::text("{}"),
        Message::text("x"),
        Message::binary(vec![0x10, 0]),
    ] {
        let mut page = Page::new(&open);
        page.0.send(first).unwrap();
        assert_eq!(
            page.said(),
            BridgeSays::Failed(BridgeFailure::Misunderstood)
        );
    }
    // A message that is larger than any of ours ends it.
    let mut page = Page::new(&open);
    let _ = page.0.send(Message::text(" ".repeat(2 << 20)));
    while page.0.read().is_ok() {}
    // And one who says nothing does not stay for ever.
    let open = Open::start("bridge_silent", &["--bridge-patience", "1"]);
    let mut page = Page::new(&open);
    while page.0.read().is_ok() {}
}

#[test]
fn there_are_as_many_connections_as_the_command_says() {
    let open = Open::start("bridge_most", &["--bridge-connections", "2"]);
    let server = Server::start();
    let address = format!("mqtt://{}", server.address());
    let (one, _) = opened(&open, &address, plain());
    let _other = opened(&open, &address, plain());
    assert_eq!(failed(&open, &address, plain()), BridgeFailure::TooMany(2));
    // A place is free again when its connection has ended.
    let mut broker = server.accept();
    drop(one);
    assert_eq!(crate::support::until_end(&mut broker), b"");
    drop(broker);
    while let BridgeSays::Failed(failure) = Page::new(&open).ask(&address, plain()) {
        assert_eq!(failure, BridgeFailure::TooMany(2));
    }
}

#[test]
fn nobody_asks_for_what_is_not_an_address() {
    let open = Open::start("bridge_addresses", &[]);
    for address in [
        "",
        "h:1",
        "http://h",
        "mqtt://u:secret@h",
        "file:///etc/passwd",
        "unix://x",
    ] {
        let failure = failed(&open, address, plain());
        assert!(
            matches!(failure, BridgeFailure::Address(_)),
            "{address}: {failure:?}"
        );
        assert!(!format!("{failure:?}").contains("secret"));
    }
}

#[test]
fn what_holds_secrets_is_in_no_output() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let open = Open::start("bridge_secrets", &[]);
    let mut how = plain();
    how.proxy = format!("http://user:proxysecret@{}", server.local_addr().unwrap());
    let asking = std::thread::spawn(move || {
        let (mut stream, _) = server.accept().unwrap();
        let mut some = [0; 16];
        stream.read_exact(&mut some).unwrap();
    });
    let failure = failed(&open, "mqtt://broker.test", how);
    asking.join().unwrap();
    assert!(!format!("{failure:?}").contains("secret"), "{failure:?}");
    how = plain();
    how.tls.key = "-----BEGIN PRIVATE KEY-----\nkeysecret".into();
    how.tls.certificate = "-----BEGIN CERTIFICATE-----\ncertsecret".into();
    how.tls.passphrase = "passsecret".into();
    let failure = failed(&open, "mqtts://broker.test", how);
    assert!(!format!("{failure:?}").contains("secret"), "{failure:?}");
    let (code, out, err) = open.running.interrupt();
    assert_eq!(code, Some(0));
    assert!(
        !out.contains("secret") && !err.contains("secret"),
        "{out}{err}"
    );
}
