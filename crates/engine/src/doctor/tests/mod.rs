//! A table: what happened, and what the doctor must say first.

use super::*;

mod known;

fn trouble<'a>(target: &'a Target, phase: Phase, end: End) -> Trouble<'a> {
    Trouble {
        target,
        page_is_secure: false,
        version: ProtocolVersion::V5,
        phase,
        end,
        lasted: Duration::from_millis(20),
        silence: Duration::ZERO,
        keep_alive: 60,
        has_user_name: false,
        is_anonymous: false,
        clean_start: true,
        known: Known::default(),
    }
}

fn closed(code: u16) -> End {
    End::Closed {
        code,
        reason: String::new(),
    }
}

fn said(packet_type: PacketType, code: u8) -> End {
    End::Said {
        packet_type,
        reason_code: ReasonCode(code),
        reason: None,
        server_reference: None,
    }
}

fn at(url: &str) -> Target {
    Target::WebSocket(url.to_owned())
}

#[test]
fn a_socket_that_does_not_open() {
    // address, page over HTTPS, milliseconds; the first guess, what configuration it gives
    for (url, secure, took, first, configuration) in [
        (
            "ws://127.0.0.1:9001/",
            false,
            9,
            "Nothing may be listening on port 9001",
            "listener 9001",
        ),
        (
            "ws://broker.lan.example:8083/mqtt",
            false,
            9,
            "Nothing may be listening",
            "listeners.ws",
        ),
        (
            "ws://10.0.0.7:9001/",
            true,
            9,
            "This page was loaded over HTTPS",
            "",
        ),
        (
            "ws://127.0.0.1:9001/",
            true,
            9,
            "Nothing may be listening",
            "protocol websockets",
        ),
        (
            "ws://127.0.0.1:1883/",
            false,
            9,
            "Port 1883 is usually MQTT without",
            "ActiveMQ:\n",
        ),
        (
            "wss://example.org:8883/",
            true,
            90,
            "Port 8883 is usually MQTT over TLS",
            "protocol websockets",
        ),
        (
            "ws://example.org:6667/",
            false,
            9,
            "Browsers never connect to port 6667",
            "",
        ),
        (
            "ws://example.org:8084/mqtt",
            false,
            9,
            "Port 8084 usually expects TLS",
            "",
        ),
        (
            "wss://example.org:9001/",
            false,
            9,
            "Port 9001 usually does not use TLS",
            "",
        ),
        (
            "wss://192.168.1.5:8081/",
            true,
            9,
            "The browser may not trust",
            "",
        ),
        (
            "ws://example.org:9001/",
            false,
            20_000,
            "No answer came from example.org",
            "",
        ),
        (
            "ws://example.org:15675/mqtt",
            false,
            90,
            "The path is /mqtt, and RabbitMQ answers at /ws",
            "",
        ),
        (
            "wss://a-ats.iot.eu-west-1.amazonaws.com/mqtt",
            true,
            90,
            "AWS IoT answers only where",
            "iot:Connect",
        ),
        (
            "mqtt://example.org",
            false,
            0,
            "The address begins with mqtt://",
            "",
        ),
        (
            "example.org:9001",
            false,
            0,
            "The address does not begin with ws://",
            "",
        ),
    ] {
        let target = at(url);
        let mut trouble = trouble(&target, Phase::Opening, closed(1006));
        trouble.page_is_secure = secure;
        trouble.lasted = Duration::from_millis(took);
        let advice = advise(&trouble);
        let best = advice.first().unwrap();
        assert!(best.cause.starts_with(first), "{url}: {best:#?}");
        assert!(
            best.configuration.contains(configuration),
            "{url}: {best:#?}"
        );
        assert_eq!(
            configuration.is_empty(),
            best.configuration.is_empty(),
            "{url}"
        );
    }
}

#[test]
fn what_was_tried_is_not_offered_again() {
    let remedies = |url: &str| {
        let target = at(url);
        let advice = advise(&trouble(&target, Phase::Opening, closed(1006)));
        advice
            .into_iter()
            .map(|advice| format!("{} {}", advice.cause, advice.remedy))
            .collect::<String>()
    };
    assert!(
        remedies("ws://127.0.0.1:19001/").contains("Try /mqtt (most servers) or /ws (RabbitMQ).")
    );
    assert!(
        remedies("ws://127.0.0.1:19001/mqtt")
            .contains("Try /ws (RabbitMQ) or / (mosquitto, ActiveMQ).")
    );
    // A port that nobody knows may be one without TLS.
    assert!(remedies("wss://127.0.0.1:19001/").contains("Try ws:// with this port."));
    assert!(!remedies("wss://127.0.0.1:8084/").contains("Try ws:// with this port."));
    // The lines that open a listener let a newcomer in at once.
    assert!(BROKERS[0].listener.contains("allow_anonymous true"));
}

#[test]
fn version_3_1_offers_another_subprotocol() {
    let target = at("ws://example.org:9001/");
    let mut trouble = trouble(&target, Phase::Opening, closed(1006));
    trouble.version = ProtocolVersion::V3_1;
    assert!(advise(&trouble).first().unwrap().cause.contains("mqttv3.1"));
}

#[test]
fn an_open_socket_without_connack() {
    use ProtocolVersion as V;
    let target = at("ws://example.org:9001/");
    for (version, user, anonymous, clean, end, first, statement) in [
        (
            V::V5,
            true,
            false,
            true,
            closed(1006),
            "The server may not speak version 5",
            Some("MQTT-3.1.2-2"),
        ),
        (
            V::V5,
            true,
            false,
            true,
            closed(1002),
            "The server closed the WebSocket with 1002, protocol error",
            None,
        ),
        (
            V::V3_1_1,
            true,
            false,
            true,
            End::Closed {
                code: 1002,
                reason: "unauthenticated".into(),
            },
            "The server does not accept the user name",
            Some("MQTT-3.2.2-6"),
        ),
        (
            V::V3_1,
            true,
            false,
            true,
            closed(1005),
            "The server may no longer speak version 3.1",
            None,
        ),
        (
            V::V3_1_1,
            false,
            false,
            true,
            closed(1006),
            "The server may ask for a user name",
            Some("MQTT-3.2.2-6"),
        ),
        (
            V::V3_1_1,
            true,
            false,
            true,
            closed(1006),
            "The server may not accept the user name",
            Some("MQTT-3.2.2-6"),
        ),
        (
            V::V3_1_1,
            true,
            true,
            false,
            closed(1006),
            "A client without identifier",
            Some("MQTT-3.1.3-8"),
        ),
        (
            V::V3_1_1,
            true,
            false,
            true,
            End::TextFrame(None),
            "The server sent a text frame",
            Some("MQTT-6.0.0-1"),
        ),
        (
            V::V5,
            true,
            false,
            true,
            End::TimedOut(PacketType::Connack),
            "What answers at / may be something other",
            None,
        ),
        (
            V::V5,
            true,
            false,
            true,
            End::Fault {
                words: "odd.".into(),
                packet: Some(PacketType::Suback),
                statement: Some("MQTT-3.8.4-5".into()),
            },
            "The server's SUBACK breaks a rule of the standard, so this client closed the connection. Odd.",
            Some("MQTT-3.8.4-5"),
        ),
        (
            V::V5,
            true,
            false,
            true,
            End::OlderVersion,
            "This server does not speak version 5",
            Some("MQTT-3.1.2-2"),
        ),
    ] {
        let advice = advise(&Trouble {
            version,
            has_user_name: user,
            is_anonymous: anonymous,
            clean_start: clean,
            ..trouble(&target, Phase::Opened, end)
        });
        let best = advice.first().unwrap();
        assert!(best.cause.starts_with(first), "{first}: {best:#?}");
        assert_eq!(best.statement.as_deref(), statement, "{best:#?}");
    }
}

#[test]
fn what_the_server_says_comes_first() {
    use PacketType::{Connack, Disconnect};
    use ProtocolVersion as V;
    let target = at("ws://example.org:9001/");
    for (version, packet_type, code, first, statement) in [
        (
            V::V5,
            Connack,
            0x86,
            "The server refused the connection: CONNACK with 0x86, Bad User Name or Password.",
            Some("MQTT-3.2.2-7"),
        ),
        (
            V::V3_1_1,
            Connack,
            5,
            "The server refused the connection: CONNACK with 0x05, Connection Refused, not authorized.",
            Some("MQTT-3.2.2-5"),
        ),
        (
            V::V3_1_1,
            Connack,
            1,
            "The server refused the connection: CONNACK with 0x01",
            Some("MQTT-3.1.2-2"),
        ),
        (
            V::V3_1,
            Connack,
            2,
            "The server refused the connection: CONNACK with 0x02",
            None,
        ),
        (
            V::V5,
            Connack,
            0x85,
            "The server refused the connection: CONNACK with 0x85",
            Some("MQTT-3.1.3-8"),
        ),
        (
            V::V5,
            Disconnect,
            0x8E,
            "Another client connected",
            Some("MQTT-3.1.4-3"),
        ),
        (
            V::V5,
            Disconnect,
            0x8D,
            "The server ended the connection: DISCONNECT with 0x8D",
            Some("MQTT-3.1.2-22"),
        ),
        (
            V::V5,
            Connack,
            0x01,
            "The server refused the connection: CONNACK with 0x01, a code that the standard does not define.",
            Some("MQTT-3.1.2-2"),
        ),
    ] {
        let mut trouble = trouble(&target, Phase::Opened, said(packet_type, code));
        trouble.version = version;
        let best = advise(&trouble).into_iter().next().unwrap();
        assert!(best.cause.starts_with(first), "{best:#?}");
        assert_eq!(best.statement.as_deref(), statement, "{best:#?}");
        let is_access = matches!(code, 0x86 | 5);
        assert_eq!(best.configuration.contains("allow_anonymous"), is_access);
    }
    // A wrong password is mostly refused as "not authorized": say so before permissions.
    let refused = said(Connack, 0x87);
    for (has_user_name, says) in [
        (true, "Check the user name and the password"),
        (false, "No user name is given"),
    ] {
        let advice = advise(&Trouble {
            has_user_name,
            ..trouble(&target, Phase::Opened, refused.clone())
        });
        assert!(advice[0].remedy.starts_with(says), "{advice:#?}");
        assert_eq!(advice.len(), 1, "what the server said is no guess");
    }
    let moved = End::Said {
        packet_type: Connack,
        reason_code: ReasonCode::SERVER_MOVED,
        reason: Some("gone".into()),
        server_reference: Some("other:9001".into()),
    };
    let best = &advise(&trouble(&target, Phase::Opened, moved))[0];
    assert!(best.cause.ends_with("The server adds: \"gone\"."));
    assert!(best.remedy.ends_with("It names other:9001."));
}

#[test]
fn a_connection_that_is_lost_later() {
    use ProtocolVersion as V;
    let target = at("ws://example.org:9001/");
    // version, keep alive, seconds it lasted, seconds of silence, how it ended; the first guess
    for (version, keep_alive, lasted, silence, end, first) in [
        (
            V::V5,
            60,
            900,
            100,
            closed(1006),
            "The Keep Alive ran out: nothing came for 100 seconds",
        ),
        (V::V5, 60, 900, 60, closed(1006), "A proxy or load balancer"),
        (
            V::V5,
            10,
            900,
            2,
            closed(1006),
            "The server was stopped or restarted, or the network",
        ),
        (
            V::V5,
            10,
            2,
            1,
            closed(1006),
            "Another client may have connected as `me`",
        ),
        (
            V::V3_1_1,
            10,
            2,
            1,
            closed(1006),
            "Another client may have connected as `me`",
        ),
        (
            V::V5,
            10,
            90,
            1,
            closed(1009),
            "The server closed the WebSocket with 1009, message too big",
        ),
        (
            V::V5,
            10,
            90,
            15,
            End::TimedOut(PacketType::Pingresp),
            "The server did not answer a PINGREQ, 15 seconds after",
        ),
    ] {
        let best = advise(&Trouble {
            version,
            keep_alive,
            lasted: Duration::from_secs(lasted),
            silence: Duration::from_secs(silence),
            known: Known {
                client_identifier: "me".into(),
                ..Known::default()
            },
            ..trouble(&target, Phase::Connected, end)
        });
        assert!(best[0].cause.starts_with(first), "{first}: {best:#?}");
    }
}

#[test]
fn the_built_in_broker() {
    let tab = End::Closed {
        code: 1000,
        reason: "the tab that held the built-in broker was closed".into(),
    };
    let broker = End::Closed {
        code: 1000,
        reason: hub::BROKER_CLOSED.into(),
    };
    for (phase, end, first) in [
        (
            Phase::Opening,
            tab.clone(),
            "The tab that holds the built-in broker does not answer",
        ),
        (
            Phase::Connected,
            tab,
            "The tab that held the built-in broker was closed",
        ),
        (
            Phase::Connected,
            broker,
            "The server closed the connection, or its program ended",
        ),
        (Phase::Connected, End::Cut, "You cut the connection"),
    ] {
        let advice = advise(&trouble(&Target::BuiltIn, phase, end));
        assert!(advice[0].cause.starts_with(first));
    }
}

/// Every combination gives something to do, in sentences, and cites only what exists.
#[test]
fn all_advice_is_whole() {
    let v5 = include_str!("../../../../../requirements/v5.toml");
    let v3_1_1 = include_str!("../../../../../requirements/v3_1_1.toml");
    let targets = [
        at("ws://127.0.0.1:1883/"),
        at("wss://pi.local:443/"),
        at("nothing"),
        at("wss://a.hivemq.cloud:8884/x"),
        Target::BuiltIn,
    ];
    let mut ends = vec![
        closed(4001),
        End::TextFrame(None),
        End::TextFrame(Some(PacketType::Connack)),
        End::TimedOut(PacketType::Connack),
    ];
    ends.extend((1000..1016).map(closed));
    ends.extend((0..=255).map(|code| said(PacketType::Connack, code)));
    ends.extend((0..=255).map(|code| said(PacketType::Disconnect, code)));
    for target in &targets {
        for end in &ends {
            for phase in [Phase::Opening, Phase::Opened, Phase::Connected] {
                for version in ProtocolVersion::ALL {
                    let advice = advise(&Trouble {
                        version,
                        silence: Duration::from_secs(200),
                        page_is_secure: version.is_v5(),
                        ..trouble(target, phase, end.clone())
                    });
                    assert!(
                        !advice.is_empty(),
                        "{target:?} {end:?} {phase:?} {version:?}"
                    );
                    for advice in advice {
                        for text in [&advice.cause, &advice.remedy] {
                            assert!(text.ends_with(['.', '"']), "{advice:#?}");
                        }
                        if let Some(id) = advice.statement {
                            let table = if version.is_v5() { v5 } else { v3_1_1 };
                            assert!(version != ProtocolVersion::V3_1);
                            assert!(
                                table.contains(&format!("id = \"{id}\"")),
                                "{id} {version:?}"
                            );
                        }
                    }
                }
            }
        }
    }
}
