//! Connecting, refusals, coming back, keeping alive, leaving, authenticating.

use std::time::Duration;

use mqttscope_client::{
    Authentication, Cause, Client, Command, CommandError, Event, Options, Phase, ProtocolError,
    Reconnect,
};
use mqttscope_wire::{
    Auth, BinaryData, Connack, Connect, ControlPacket, Disconnect, PacketType, Properties,
    PropertiesBuf, Property, ProtocolVersion, QoS, ReasonCode, Utf8EncodedString, WillMessage,
};

use super::peer::{Peer, lasting, message, options, properties, topic};

const SECOND: Duration = Duration::from_secs(1);

fn text(text: &str) -> Utf8EncodedString<'_> {
    Utf8EncodedString::new(text).unwrap()
}

fn connect(version: ProtocolVersion) -> Connect<'static> {
    Connect {
        version,
        bridge: false,
        clean_start: true,
        keep_alive: 0,
        properties: Properties::NONE,
        client_identifier: text("c"),
        will: None,
        user_name: None,
        password: None,
    }
}

fn refusal(code: u8) -> ControlPacket<'static> {
    ControlPacket::Connack(Connack {
        reason_code: ReasonCode(code),
        ..Connack::default()
    })
}

fn cause(events: &[Event]) -> (&Cause, bool) {
    events
        .iter()
        .find_map(|event| match event {
            Event::Disconnected { cause, retry_at } => Some((cause, retry_at.is_some())),
            _ => None,
        })
        .unwrap()
}

/// [MQTT-3.1.0-1] v5 and v3.1.1, [MQTT-3.1.3-1] v5 and v3.1.1
#[test]
fn connect_carries_everything() {
    for version in ProtocolVersion::ALL {
        let mut own = options(version);
        own.user_name = Some("u".into());
        own.password = Some(b"p".to_vec());
        let mut will = message("w", "gone", QoS::AtLeastOnce).with_retain(true);
        if version.is_v5() {
            will = will.with_property(Property::WillDelayInterval(7)).unwrap();
            own.properties = properties(&[
                Property::SessionExpiryInterval(9),
                Property::ReceiveMaximum(3),
                Property::MaximumPacketSize(900),
                Property::TopicAliasMaximum(4),
                Property::RequestResponseInformation(1),
                Property::RequestProblemInformation(0),
                Property::UserProperty(text("k"), text("v")),
                Property::AuthenticationMethod(text("m")),
                Property::AuthenticationData(BinaryData::new(b"d").unwrap()),
            ]);
        }
        own.will = Some(will.clone());
        let mut peer = Peer::new(own.clone());
        peer.command(Command::Connect).unwrap();
        assert_eq!(peer.events(), [Event::Open]);
        assert!(
            peer.sent().is_empty(),
            "nothing before the transport is there"
        );
        peer.client.handle_connected(peer.now);
        peer.expect(&[ControlPacket::Connect(Connect {
            properties: own.properties.as_properties(),
            will: Some(WillMessage {
                qos: QoS::AtLeastOnce,
                retain: true,
                properties: will.properties.as_properties(),
                topic_name: topic("w"),
                payload: BinaryData::new(b"gone").unwrap(),
            }),
            user_name: Some(text("u")),
            password: BinaryData::new(b"p"),
            ..connect(version)
        })]);
    }
}

#[test]
fn options_that_make_no_connect_are_refused() {
    let with = |change: fn(&mut Options)| {
        let mut own = options(ProtocolVersion::V3_1_1);
        change(&mut own);
        Client::new(own).err()
    };
    assert_eq!(with(|_| {}), None);
    assert_eq!(
        with(|own| own.client_identifier = "a\0".into()),
        Some(CommandError::TooLong)
    );
    assert_eq!(
        with(|own| own.password = Some(vec![0; 70_000])),
        Some(CommandError::TooLong)
    );
    assert!(
        matches!(
            with(|own| own.password = Some(Vec::new())),
            Some(CommandError::Encode(_))
        ),
        "no user name"
    );
    assert!(matches!(
        with(|own| own.properties = properties(&[Property::ReceiveMaximum(1)])),
        Some(CommandError::Encode(_))
    ));
}

#[test]
fn refusals_that_pass_are_tried_again_and_others_are_not() {
    use ProtocolVersion::{V3_1, V3_1_1, V5};
    for (version, code, again) in [
        (V3_1, 3, true),
        (V3_1_1, 3, true),
        (V3_1_1, 4, false),
        (V3_1_1, 5, false),
        (V5, 0x86, false),
        (V5, 0x88, true),
        (V5, 0x89, true),
        (V5, 0x9C, false),
        (V5, 0x9D, false),
        (V5, 0x8A, false),
    ] {
        let mut peer = Peer::new(options(version));
        peer.command(Command::Connect).unwrap();
        peer.client.handle_connected(peer.now);
        peer.feed(refusal(code));
        let events = peer.events();
        let (why, retries) = cause(&events);
        let reason_code = ReasonCode(code);
        assert_eq!(
            *why,
            Cause::Refused {
                reason_code,
                properties: PropertiesBuf::new()
            }
        );
        assert_eq!(retries, again, "{version:?} {code:#x}");
        assert!(events.contains(&Event::Close));
    }
}

#[test]
fn a_first_attempt_that_fails_is_tried_again_until_enough() {
    let mut own = options(ProtocolVersion::V5);
    own.reconnect = Some(Reconnect {
        first: SECOND,
        longest: 4 * SECOND,
        attempts: Some(3),
        ..Reconnect::default()
    });
    let mut peer = Peer::new(own);
    peer.command(Command::Connect).unwrap();
    for attempt in 0..4 {
        assert!(peer.events().contains(&Event::Open), "attempt {attempt}");
        peer.client.handle_disconnected(peer.now);
        match peer.client.poll_timeout() {
            Some(due) if attempt < 3 => {
                assert_eq!(peer.client.view().phase, Phase::Waiting(due));
                assert!(due - peer.now <= SECOND * (1 << attempt));
                peer.client.handle_timeout(peer.now);
                assert_eq!(
                    peer.client.view().phase,
                    Phase::Waiting(due),
                    "not before its time"
                );
                peer.now = due;
                peer.client.handle_timeout(due);
            }
            due => assert_eq!((due, attempt), (None, 3)),
        }
    }
    assert_eq!(peer.client.view().phase, Phase::Idle);
    peer.command(Command::Connect).unwrap();
    assert!(
        peer.events().contains(&Event::Open),
        "asked again, it begins anew"
    );
}

#[test]
fn no_connack_in_time() {
    let mut peer = Peer::new(options(ProtocolVersion::V5));
    peer.command(Command::Connect).unwrap();
    peer.client.handle_connected(peer.now);
    let due = peer.client.poll_timeout().unwrap();
    assert_eq!(due - peer.now, peer.client.options().connect_timeout);
    peer.pass(due - peer.now);
    let events = peer.events();
    assert_eq!(
        cause(&events),
        (&Cause::TimedOut(PacketType::Connack), true)
    );
    peer.feed(refusal(0));
    assert_eq!(
        peer.events(),
        [],
        "what comes late belongs to no connection"
    );
}

/// [MQTT-3.1.2-20], [MQTT-3.1.2-21] and [MQTT-3.2.2-21] v5, [MQTT-3.1.2-23] v3.1.1
#[test]
fn keep_alive() {
    for (connack, seconds) in [(&[][..], 10), (&[Property::ServerKeepAlive(5)], 5)] {
        let own = Options {
            keep_alive: 10,
            ..options(ProtocolVersion::V5)
        };
        let mut peer = Peer::connected(own, connack);
        assert_eq!(peer.client.view().keep_alive, seconds);
        peer.pass(SECOND);
        peer.publish("a", "", QoS::AtMostOnce);
        peer.sent();
        let due = peer.client.poll_timeout().unwrap();
        assert!(due - peer.now <= SECOND * u32::from(seconds));
        peer.pass(due - peer.now);
        peer.expect(&[ControlPacket::Pingreq]);
        peer.pass(Duration::from_millis(30));
        peer.feed(ControlPacket::Pingresp);
        assert!(peer.events().contains(&Event::Pinged {
            round_trip: Duration::from_millis(30)
        }));
    }
    let mut peer = Peer::connected(options(ProtocolVersion::V3_1_1), &[]);
    assert_eq!(peer.client.poll_timeout(), None, "0 turns it off");
    peer.command(Command::Ping).unwrap();
    peer.expect(&[ControlPacket::Pingreq]);
    peer.pass(peer.client.options().ping_timeout);
    let events = peer.events();
    assert_eq!(
        cause(&events),
        (&Cause::TimedOut(PacketType::Pingresp), true)
    );
    assert!(peer.sent().is_empty(), "3.1.1 has no DISCONNECT for that");
}

/// [MQTT-3.14.4-1] and [MQTT-3.14.4-2] v5, [MQTT-3.14.4-1] and [MQTT-3.14.4-2] v3.1.1
#[test]
fn leaving_in_order() {
    for version in ProtocolVersion::ALL {
        let mut peer = Peer::connected(lasting(version), &[]);
        let properties = if version.is_v5() {
            properties(&[Property::SessionExpiryInterval(0)])
        } else {
            PropertiesBuf::new()
        };
        let reason_code = ReasonCode::NORMAL_DISCONNECTION;
        peer.command(Command::Disconnect {
            reason_code,
            properties: properties.clone(),
        })
        .unwrap();
        peer.expect(&[ControlPacket::Disconnect(Disconnect {
            reason_code,
            properties: properties.as_properties(),
        })]);
        let requested = Event::Disconnected {
            cause: Cause::Requested,
            retry_at: None,
        };
        assert_eq!(peer.events(), [Event::Close, requested]);
        peer.client.handle_bytes(peer.now, &[0xd0, 0]);
        peer.client.handle_disconnected(peer.now);
        assert_eq!(
            (peer.events(), peer.client.poll_timeout()),
            (Vec::new(), None)
        );
        peer.publish("a", "later", QoS::AtLeastOnce);
        assert!(peer.sent().is_empty(), "nothing behind a DISCONNECT");
        assert_eq!(
            peer.command(Command::disconnect()),
            Err(CommandError::NotConnected)
        );
        assert_eq!(
            peer.client.view().has_session,
            !version.is_v5(),
            "its expiry was set to 0"
        );
    }
    let mut peer = Peer::connected(options(ProtocolVersion::V5), &[]);
    let leave = |reason_code, list: &[Property<'_>]| Command::Disconnect {
        reason_code,
        properties: properties(list),
    };
    let prolong = leave(ReasonCode::SUCCESS, &[Property::SessionExpiryInterval(5)]);
    assert_eq!(peer.command(prolong), Err(CommandError::SessionExpiry));
    assert!(matches!(
        peer.command(leave(ReasonCode::SERVER_BUSY, &[])),
        Err(CommandError::Encode(_))
    ));
}

#[test]
fn the_server_leaves() {
    for (code, again) in [(0x8B, true), (0x8E, false), (0x9D, false), (0x8D, true)] {
        let mut peer = Peer::connected(options(ProtocolVersion::V5), &[]);
        let other = properties(&[Property::ServerReference(text("elsewhere"))]);
        let reason_code = ReasonCode(code);
        peer.feed(ControlPacket::Disconnect(Disconnect {
            reason_code,
            properties: other.as_properties(),
        }));
        let events = peer.events();
        assert_eq!(
            cause(&events),
            (
                &Cause::ByServer {
                    reason_code,
                    properties: other
                },
                again
            )
        );
        assert!(peer.sent().is_empty());
    }
}

/// [MQTT-3.2.2-4] v5
#[test]
fn a_session_that_nobody_knows() {
    let fault = Cause::ProtocolError(ProtocolError::UnknownSession);
    for (own, refused) in [
        (options(ProtocolVersion::V5), true),
        (lasting(ProtocolVersion::V5), true),
        (
            Options {
                accept_unknown_session: true,
                ..lasting(ProtocolVersion::V5)
            },
            false,
        ),
        (lasting(ProtocolVersion::V3_1_1), false),
    ] {
        let mut peer = Peer::new(own);
        peer.command(Command::Connect).unwrap();
        peer.accept(true, &[]);
        let events = peer.events();
        assert_eq!(
            events
                .iter()
                .any(|event| matches!(event, Event::Connected(_))),
            !refused
        );
        if refused {
            assert_eq!(cause(&events), (&fault, false));
            let reason_code = ReasonCode::PROTOCOL_ERROR;
            peer.expect(&[ControlPacket::Disconnect(Disconnect {
                reason_code,
                ..Disconnect::default()
            })]);
        }
    }
}

/// [MQTT-3.1.3-2] v5 and v3.1.1
#[test]
fn an_assigned_identifier_is_used_again() {
    let own = Options {
        client_identifier: String::new(),
        ..lasting(ProtocolVersion::V5)
    };
    let mut peer = Peer::connected(own, &[Property::AssignedClientIdentifier(text("auto-7"))]);
    assert_eq!(peer.client.view().client_identifier, "auto-7");
    peer.client.handle_disconnected(peer.now);
    peer.pass(60 * SECOND);
    peer.client.handle_connected(peer.now);
    let expiry = properties(&[Property::SessionExpiryInterval(u32::MAX)]);
    peer.expect(&[ControlPacket::Connect(Connect {
        clean_start: false,
        client_identifier: text("auto-7"),
        properties: expiry.as_properties(),
        ..connect(ProtocolVersion::V5)
    })]);
}

#[test]
fn clean_start_holds_for_the_first_connection_of_version_5_only() {
    for (version, again) in [
        (ProtocolVersion::V5, false),
        (ProtocolVersion::V3_1_1, true),
    ] {
        let mut peer = Peer::connected(options(version), &[]);
        peer.client.handle_disconnected(peer.now);
        peer.pass(60 * SECOND);
        peer.client.handle_connected(peer.now);
        peer.expect(&[ControlPacket::Connect(Connect {
            clean_start: again,
            ..connect(version)
        })]);
    }
}

fn auth(reason_code: ReasonCode, properties: &PropertiesBuf) -> ControlPacket<'_> {
    ControlPacket::Auth(Auth {
        reason_code,
        properties: properties.as_properties(),
    })
}

fn method(data: &'static [u8]) -> PropertiesBuf {
    let data = BinaryData::new(data).unwrap();
    properties(&[
        Property::AuthenticationMethod(text("m")),
        Property::AuthenticationData(data),
    ])
}

/// [MQTT-4.12.0-3], [MQTT-4.12.0-5], [MQTT-4.12.1-1] and [MQTT-3.1.2-30] v5
#[test]
fn authentication_step_by_step() {
    let mut own = options(ProtocolVersion::V5);
    own.properties = method(b"one");
    let mut peer = Peer::new(own);
    peer.command(Command::Connect).unwrap();
    peer.publish("a", "waits", QoS::AtMostOnce);
    peer.client.handle_connected(peer.now);
    peer.sent();
    peer.events();
    let answer = |data: &[u8]| Command::Authenticate {
        data: Some(data.to_vec()),
        properties: PropertiesBuf::new(),
    };
    assert_eq!(
        peer.command(answer(b"early")),
        Err(CommandError::NotAuthenticating)
    );
    peer.feed(auth(ReasonCode::CONTINUE_AUTHENTICATION, &method(b"two")));
    assert_eq!(
        peer.events(),
        [Event::Authenticate {
            data: Some(b"two".to_vec()),
            properties: method(b"two")
        }]
    );
    assert_eq!(
        peer.client.view().authentication,
        Authentication::AwaitApplication
    );
    peer.command(answer(b"three")).unwrap();
    peer.expect(&[auth(ReasonCode::CONTINUE_AUTHENTICATION, &method(b"three"))]);
    let last = method(b"four");
    peer.feed(ControlPacket::Connack(Connack {
        properties: last.as_properties(),
        ..Connack::default()
    }));
    assert!(
        matches!(peer.events().first(), Some(Event::Connected(connected)) if connected.properties == last)
    );
    assert!(!peer.sent().is_empty(), "the message that waited");
    let again = Command::Reauthenticate {
        data: Some(b"five".to_vec()),
        properties: PropertiesBuf::new(),
    };
    peer.command(again.clone()).unwrap();
    peer.expect(&[auth(ReasonCode::RE_AUTHENTICATE, &method(b"five"))]);
    assert_eq!(
        peer.command(again),
        Err(CommandError::NotAuthenticating),
        "one at a time"
    );
    peer.feed(auth(ReasonCode::SUCCESS, &method(b"six")));
    assert!(matches!(
        peer.events().last(),
        Some(Event::Reauthenticated { .. })
    ));
}

/// [MQTT-4.12.0-7] v5
#[test]
fn without_a_method_there_is_no_auth() {
    let mut peer = Peer::connected(options(ProtocolVersion::V5), &[]);
    let (data, properties) = (Some(b"x".to_vec()), PropertiesBuf::new());
    for command in [
        Command::Authenticate {
            data: data.clone(),
            properties: properties.clone(),
        },
        Command::Reauthenticate { data, properties },
    ] {
        assert_eq!(peer.command(command), Err(CommandError::NotAuthenticating));
        peer.expect(&[]);
    }
}

/// [MQTT-4.12.0-5] and [MQTT-4.12.0-6] v5
#[test]
fn authentication_that_was_not_asked_for() {
    let with_method = || Options {
        properties: method(b"one"),
        ..options(ProtocolVersion::V5)
    };
    let other = properties(&[Property::AuthenticationMethod(text("other"))]);
    for (own, step, expected) in [
        (
            options(ProtocolVersion::V5),
            method(b""),
            ProtocolError::Unexpected(PacketType::Auth),
        ),
        (with_method(), other, ProtocolError::AuthenticationMethod),
    ] {
        let mut peer = Peer::new(own);
        peer.command(Command::Connect).unwrap();
        peer.client.handle_connected(peer.now);
        peer.feed(auth(ReasonCode::CONTINUE_AUTHENTICATION, &step));
        let events = peer.events();
        assert_eq!(cause(&events).0, &Cause::ProtocolError(expected));
    }
}

/// [MQTT-3.14.2-3], [MQTT-3.14.2-4], [MQTT-3.15.2-2] and [MQTT-3.15.2-3] v5
#[test]
fn explanations_that_make_a_packet_too_large_are_left_out() {
    let mut own = options(ProtocolVersion::V5);
    own.properties = method(b"d");
    let mut peer = Peer::connected(own, &[Property::MaximumPacketSize(20)]);
    let long = "much more than the server wants to read";
    let extra = properties(&[
        Property::ReasonString(text(long)),
        Property::UserProperty(text(long), text(long)),
    ]);
    peer.command(Command::Reauthenticate {
        data: Some(b"e".to_vec()),
        properties: extra.clone(),
    })
    .unwrap();
    peer.expect(&[auth(ReasonCode::RE_AUTHENTICATE, &method(b"e"))]);
    peer.feed(auth(ReasonCode::SUCCESS, &method(b"f")));
    let large = Command::Reauthenticate {
        data: Some(long.into()),
        properties: PropertiesBuf::new(),
    };
    assert_eq!(peer.command(large), Err(CommandError::TooLarge));
    let reason_code = ReasonCode::DISCONNECT_WITH_WILL_MESSAGE;
    peer.command(Command::Disconnect {
        reason_code,
        properties: extra,
    })
    .unwrap();
    peer.expect(&[ControlPacket::Disconnect(Disconnect {
        reason_code,
        ..Disconnect::default()
    })]);
}

#[cfg(feature = "scram")]
#[test]
fn scram_from_connect_to_connack() {
    use mqttscope_client::scram::{METHOD, Scram};
    let step = |data: &[u8]| {
        let data = BinaryData::new(data).unwrap();
        properties(&[
            Property::AuthenticationMethod(text(METHOD)),
            Property::AuthenticationData(data),
        ])
    };
    // The exchange that RFC 7677 prints.
    let mut scram = Scram::new("user", b"pencil", "rOprNGfwEbeRWgbNEkqO").unwrap();
    let mut own = options(ProtocolVersion::V5);
    own.properties = step(&scram.first());
    let mut peer = Peer::new(own);
    peer.command(Command::Connect).unwrap();
    peer.client.handle_connected(peer.now);
    peer.sent();
    peer.events();
    let asked =
        b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
    peer.feed(auth(ReasonCode::CONTINUE_AUTHENTICATION, &step(asked)));
    let events = peer.events();
    let [
        Event::Authenticate {
            data: Some(data), ..
        },
    ] = &events[..]
    else {
        panic!("{events:?}")
    };
    let answer = scram.answer(data).unwrap();
    peer.command(Command::Authenticate {
        data: Some(answer.clone()),
        properties: PropertiesBuf::new(),
    })
    .unwrap();
    peer.expect(&[auth(ReasonCode::CONTINUE_AUTHENTICATION, &step(&answer))]);
    let last = step(b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
    peer.feed(ControlPacket::Connack(Connack {
        properties: last.as_properties(),
        ..Connack::default()
    }));
    let events = peer.events();
    let [Event::Connected(connected)] = &events[..] else {
        panic!("{events:?}")
    };
    let last = connected
        .properties
        .as_properties()
        .get(mqttscope_wire::PropertyId::AUTHENTICATION_DATA);
    let Some(Property::AuthenticationData(data)) = last else {
        panic!("{last:?}")
    };
    assert_eq!(scram.verify(data.as_bytes()), Ok(()));
}
