//! Connections that the companion opens: who is asked how, and what the page hears of it.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]

use mqttscope_engine::{Bridging, SocketId};
use mqttscope_protocol::{
    BridgeEnd, BridgeFailure, BridgeOpened, BridgeSays, BridgeStep, Certificate, CertificateFault,
    ClosedBy, ConnectionEvent, EventKind, TlsFacts, TlsFailure, TlsFault,
};

use super::*;

const COMPANION: &str = "ws://127.0.0.1:8437/companion/0f/bridge";

/// A profile that leads to an address, once.
fn to(address: &str) -> Profile {
    Profile {
        target: Target::of_address(address),
        reconnect: None,
        ..*profile("5", "a")
    }
}

/// A world with the companion that looks at all rows.
fn world() -> World {
    let mut world = World::new();
    world.command(Command::Bridge(COMPANION.into()));
    world.command(Command::Look(Box::new(Looking {
        wire: Some(all()),
        ..Looking::default()
    })));
    world
}

/// What is asked for.
fn asked(world: &mut World, profile: Profile) -> (SocketId, Option<Box<Bridging>>) {
    world.command(Command::Connect(A, Box::new(profile)));
    let Some(Transport::Open { socket, bridge, .. }) = world.asked.pop() else {
        panic!("no socket is asked for");
    };
    (socket, bridge)
}

fn last(world: &mut World) -> ConnectionEvent {
    let record = world.look().events.last().unwrap().record;
    world.command(Command::Inspect(record));
    world.look().inspected.remove(0).event
}

fn opened(tls: Option<TlsFacts>) -> BridgeOpened {
    BridgeOpened {
        peer: "192.0.2.1:8883".into(),
        is_proxied: false,
        tls,
    }
}

#[test]
fn the_companion_is_asked_where_it_is_here_and_the_browser_is_not_to_do_it() {
    let mut world = world();
    let mut wanted = to("mqtts://h:8883");
    wanted.bridged.tls.ca = "/etc/ca.pem".into();
    let (_, bridge) = asked(&mut world, wanted.clone());
    let bridge = bridge.unwrap();
    assert_eq!(bridge.address, COMPANION);
    assert_eq!(bridge.request.address, "mqtts://h:8883");
    assert_eq!(bridge.request.subprotocol, "mqtt");
    assert_eq!(bridge.request.how, wanted.bridged);
    assert!(asked(&mut world, to("ws://h")).1.is_some());
    let mut by_browser = to("ws://h");
    by_browser.bridged.by_browser = true;
    assert_eq!(asked(&mut world, by_browser).1, None);
    let mut without = World::new();
    assert_eq!(asked(&mut without, to("mqtt://h")).1, None);
    assert_eq!(asked(&mut without, to("ws://h")).1, None);
}

#[test]
fn rows_tell_what_tcp_and_tls_did() {
    for (end, by, cause, code) in [
        (
            BridgeEnd::Fin,
            ClosedBy::Server,
            "the server closed the connection (FIN)",
            None,
        ),
        (
            BridgeEnd::FinWithinTls,
            ClosedBy::Server,
            "the server closed the connection (FIN), without ending TLS first",
            None,
        ),
        (
            BridgeEnd::Reset,
            ClosedBy::Unknown,
            "the connection was reset (RST)",
            None,
        ),
        (
            BridgeEnd::WebSocket {
                code: 1001,
                reason: String::new(),
            },
            ClosedBy::Server,
            "the server closed the WebSocket with code 1001",
            Some(1001),
        ),
    ] {
        let mut world = world();
        let (socket, _) = asked(&mut world, to("mqtts://h:8883"));
        let facts = TlsFacts {
            version: "1.3".into(),
            suite: "TLS13_AES_128_GCM_SHA256".into(),
            is_verified: true,
            ..TlsFacts::default()
        };
        world
            .engine
            .handle_bridged(world.now, socket, opened(Some(facts)));
        let event = last(&mut world);
        assert_eq!(event.kind, EventKind::Opened);
        assert_eq!(
            event.cause,
            "TCP to 192.0.2.1:8883 · TLS 1.3, TLS13_AES_128_GCM_SHA256"
        );
        world
            .engine
            .handle_bytes(world.now, socket, b"\x20\x03\0\0\0");
        let view = world.look().summary.connections.remove(0);
        assert_eq!((view.unverified, view.link), (false, event.cause));
        let closed = Closed::by_bridge(BridgeSays::Ended(end), true);
        world.engine.handle_closed(world.now, socket, &closed);
        let event = last(&mut world);
        assert_eq!((event.kind, event.by), (EventKind::Closed, Some(by)));
        assert_eq!((event.cause.as_str(), event.code), (cause, code));
        let of_websocket = event
            .advice
            .iter()
            .any(|one| one.cause.contains("close frame"));
        assert!(!of_websocket, "{event:#?}");
        assert_eq!(world.look().summary.connections[0].link, "");
    }
}

#[test]
fn what_is_not_verified_is_told_while_it_is_open() {
    let mut world = world();
    let (socket, _) = asked(&mut world, to("mqtts://h"));
    let facts = Some(TlsFacts::default());
    world
        .engine
        .handle_bridged(world.now, socket, opened(facts));
    assert!(world.look().summary.connections[0].unverified);
    world
        .engine
        .handle_bytes(world.now, socket, b"\x20\x03\0\0\0");
    let view = world.look().summary.connections.remove(0);
    assert!(
        view.unverified && view.link.ends_with(", not verified"),
        "{view:?}"
    );
    world.command(Command::Cut(A));
    assert!(!world.look().summary.connections[0].unverified);
}

/// What the doctor says of a failure: the state's words, and the only cause.
fn said(failure: BridgeFailure) -> (String, String, String) {
    let mut world = world();
    let (socket, _) = asked(&mut world, to("mqtts://h"));
    let closed = Closed::by_bridge(BridgeSays::Failed(failure), false);
    world.engine.handle_closed(world.now, socket, &closed);
    let event = last(&mut world);
    assert_eq!(event.kind, EventKind::NotOpened);
    assert_eq!(event.code, None);
    let [advice] = &event.advice[..] else {
        panic!("{event:#?}");
    };
    assert!(advice.is_certain && advice.cause.ends_with('.') && advice.remedy.ends_with('.'));
    let view = world.look().summary.connections.remove(0);
    assert!(
        matches!(view.state, ConnectionState::Failed { cause } if cause.starts_with(&event.cause))
    );
    (event.cause, advice.cause.clone(), advice.shown.clone())
}

#[test]
fn what_the_companion_knows_is_no_guess() {
    let step = |step| BridgeFailure::TimedOut { step, seconds: 10 };
    for (failure, words, cause) in [
        (
            BridgeFailure::NoCompanion,
            "it takes the companion to open this address",
            "A browser reaches WebSocket only; `mqttscope` (the companion) opens mqtt://",
        ),
        (
            BridgeFailure::CompanionGone,
            "the companion does not answer",
            "The companion does not answer, or it was started again",
        ),
        (
            BridgeFailure::NotAllowed(vec!["a:1".into(), "b".into()]),
            "the companion may not connect there (--bridge-to)",
            "The companion was started for connections to a:1, b only",
        ),
        (
            BridgeFailure::TooMany(1000),
            "the companion has 1000 connections already",
            "The companion has 1000 connections open",
        ),
        (
            BridgeFailure::Misunderstood,
            "the companion is of another version",
            "The companion does not understand this page",
        ),
        (
            BridgeFailure::Address("it has no scheme".into()),
            "the address cannot be used",
            "The address cannot be used: it has no scheme.",
        ),
        (
            BridgeFailure::Given {
                what: "CA".into(),
                why: "it holds no certificate in PEM".into(),
            },
            "the CA cannot be used",
            "The CA in the connection's settings cannot be used: it holds no",
        ),
        (
            BridgeFailure::NameNotFound("h".into()),
            "no address is known for h",
            "No address is known for the name h",
        ),
        (
            BridgeFailure::Refused(vec!["[::1]:1".into(), "127.0.0.1:1".into()]),
            "connection refused: nobody listens there",
            "The machine is there and refused the connection: nobody listens at [::1]:1 and 127.0.0.1:1.",
        ),
        (
            BridgeFailure::Unreachable {
                tried: vec!["192.0.2.1:1".into()],
                why: "No route to host".into(),
            },
            "cannot be reached: No route to host",
            "192.0.2.1:1 cannot be reached: No route to host.",
        ),
        (
            step(BridgeStep::Connect),
            "no answer within 10 s while connecting",
            "Nothing came back from the server within 10 seconds.",
        ),
        (
            step(BridgeStep::Tls),
            "no answer within 10 s during the TLS handshake",
            "The server accepted the connection and did not answer the TLS handshake",
        ),
        (
            BridgeFailure::Closed {
                step: BridgeStep::Tls,
                by_reset: true,
            },
            "reset (RST) by the other end during the TLS handshake",
            "The server reset the connection (RST) during the TLS handshake.",
        ),
        (
            BridgeFailure::Closed {
                step: BridgeStep::WebSocket,
                by_reset: false,
            },
            "closed (FIN) by the other end during the WebSocket handshake",
            "The server closed the connection (FIN) when it was asked for a WebSocket.",
        ),
        (
            BridgeFailure::Proxy("403 Forbidden".into()),
            "refused by the proxy: 403 Forbidden",
            "The proxy refuses the connection: 403 Forbidden.",
        ),
        (
            BridgeFailure::NoWebSocket {
                status: Some(404),
                why: "Not Found".into(),
            },
            "no WebSocket: HTTP 404 Not Found",
            "A web server answers there, and not with a WebSocket: HTTP 404 Not Found.",
        ),
    ] {
        let (says, because, shown) = said(failure);
        assert!(says.starts_with(words), "{says}");
        assert!(because.starts_with(cause), "{because}");
        assert_eq!(shown, "");
    }
}

#[test]
fn each_certificate_is_shown_with_what_is_wrong() {
    let chain = |fault| {
        let own = Certificate {
            subject: "CN=h".into(),
            issuer: "CN=ours".into(),
            not_before: "2025-01-01 00:00:00".into(),
            not_after: "2026-01-01 00:00:00".into(),
            names: vec!["h".into(), "192.0.2.1".into()],
            faults: Vec::from_iter(fault),
        };
        let authority = Certificate {
            subject: "CN=ours".into(),
            issuer: "CN=ours".into(),
            ..Certificate::default()
        };
        vec![own, authority]
    };
    for (fault, wrong, words, cause) in [
        (
            TlsFault::Certificate("x".into()),
            Some(CertificateFault::Expired),
            "TLS: certificate expired",
            "The certificate of CN=h has expired: it was valid until 2026-01-01 00:00:00 UTC.",
        ),
        (
            TlsFault::Certificate("x".into()),
            Some(CertificateFault::NotYetValid),
            "TLS: certificate not valid yet",
            "The certificate of CN=h is not valid yet: it is from 2025-01-01 00:00:00 UTC on.",
        ),
        (
            TlsFault::Certificate("x".into()),
            Some(CertificateFault::WrongName),
            "TLS: certificate for another name",
            "The server's certificate is not for name.test, but for h, 192.0.2.1.",
        ),
        (
            TlsFault::Certificate("x".into()),
            Some(CertificateFault::SelfSigned),
            "TLS: certificate signed by itself",
            "The certificate of CN=h has signed itself",
        ),
        (
            TlsFault::Certificate("x".into()),
            Some(CertificateFault::UnknownIssuer),
            "TLS: certificate by an unknown issuer",
            "The certificate of CN=h is signed by CN=ours, which is not trusted.",
        ),
        (
            TlsFault::Certificate("bad signature".into()),
            None,
            "TLS: bad signature",
            "The server's certificate is not trusted: bad signature.",
        ),
        (
            TlsFault::ClientCertificateRequired,
            None,
            "TLS: a client certificate is required",
            "The server requires a client certificate, and none is set.",
        ),
        (
            TlsFault::ClientCertificateRefused("unknown_ca (48)".into()),
            None,
            "TLS: the client certificate is refused",
            "The server does not accept the client certificate: it answered with the TLS alert unknown_ca (48).",
        ),
        (
            TlsFault::NotTls,
            None,
            "TLS: the server does not speak it here",
            "What listens there does not speak TLS",
        ),
        (
            TlsFault::Alpn,
            None,
            "TLS: no ALPN protocol in common",
            "The server knows none of the offered application protocols (ALPN).",
        ),
    ] {
        let failure = TlsFailure {
            fault,
            server_name: "name.test".into(),
            chain: chain(wrong),
        };
        let (says, because, shown) = said(BridgeFailure::Tls(failure));
        assert_eq!(says, words);
        assert!(because.starts_with(cause), "{because}");
        assert!(
            shown.starts_with("1. CN=h\n   issued by CN=ours\n   valid from 2025-01-01"),
            "{shown}"
        );
        assert_eq!(shown.contains("WRONG: "), wrong.is_some(), "{shown}");
        assert!(shown.contains("\n2. CN=ours\n"), "{shown}");
    }
}

#[test]
fn a_client_certificate_that_is_asked_for_behind_the_handshake_is_told_as_well() {
    let mut world = world();
    let (socket, _) = asked(&mut world, to("mqtts://h"));
    world.engine.handle_bridged(world.now, socket, opened(None));
    let failure = TlsFailure {
        fault: TlsFault::ClientCertificateRequired,
        server_name: "h".into(),
        chain: Vec::new(),
    };
    let closed = Closed::by_bridge(BridgeSays::Ended(BridgeEnd::Tls(failure)), true);
    world.engine.handle_closed(world.now, socket, &closed);
    let event = last(&mut world);
    assert_eq!(event.kind, EventKind::Closed);
    assert!(
        event.advice[0]
            .cause
            .starts_with("The server requires a client certificate")
    );
}

#[test]
fn what_would_fail_again_is_not_tried_again_and_what_may_not_is() {
    for (failure, again) in [
        (BridgeFailure::NoCompanion, false),
        (BridgeFailure::Address("x".into()), false),
        (BridgeFailure::NotAllowed(Vec::new()), false),
        (BridgeFailure::Refused(Vec::new()), true),
        (BridgeFailure::CompanionGone, true),
    ] {
        let mut world = world();
        let mut wanted = to("mqtt://h");
        wanted.reconnect = Some(Reconnect {
            first_ms: 1000,
            longest_ms: 2000,
            attempts: None,
        });
        let (socket, _) = asked(&mut world, wanted);
        let closed = Closed::by_bridge(BridgeSays::Failed(failure.clone()), false);
        world.engine.handle_closed(world.now, socket, &closed);
        world.pass(60_000);
        assert_eq!(!world.asked.is_empty(), again, "{failure:?}");
    }
}

#[test]
fn a_proxy_whose_password_was_left_out_is_not_used() {
    let mut world = world();
    let mut wanted = to("mqtt://h");
    wanted.bridged.proxy = "http://u:secret@proxy:1".into();
    wanted.bridged = wanted.bridged.without_secrets();
    world.command(Command::Connect(A, Box::new(wanted)));
    assert!(world.asked.is_empty());
}
