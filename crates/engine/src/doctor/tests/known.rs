//! What the page knows beside the attempt itself: no guess goes against it.

use super::*;

/// What is known of a connection that was accepted and closed without a word.
fn known(change: impl FnOnce(&mut Known)) -> Known {
    let mut known = Known {
        client_identifier: "sensor-1".into(),
        ..Known::default()
    };
    change(&mut known);
    known
}

#[test]
fn a_packet_of_ours_that_breaks_a_rule_is_the_cause() {
    let target = at("ws://example.org:9001/");
    let fault = |before| {
        known(|known| {
            known.own_fault = Some(OwnFault {
                packet_type: PacketType::Subscribe,
                words: "a packet identifier must be 1 to 65535.".into(),
                statement: Some("MQTT-2.3.1-1".into()),
                before: Duration::from_millis(before),
            });
            known.quick_ends = 3;
        })
    };
    let advice = |known| {
        let mut trouble = trouble(&target, Phase::Connected, closed(1000));
        trouble.lasted = Duration::from_secs(2);
        trouble.known = known;
        advise(&trouble)
    };
    let all = advice(fault(23));
    let [only] = &all[..] else { panic!("{all:#?}") };
    assert!(only.cause.starts_with(
        "This client sent a SUBSCRIBE that breaks a rule of the standard, and the server ended the connection 23 ms later, as it has to. A packet identifier"
    ));
    assert_eq!(only.statement.as_deref(), Some("MQTT-2.3.1-1"));
    // Long before the end it says nothing.
    assert!(
        advice(fault(60_000))
            .iter()
            .all(|one| !one.cause.contains("breaks a rule"))
    );
}

#[test]
fn a_takeover_is_named() {
    let target = at("ws://example.org:9001/");
    let advice = |version, end: End, known| {
        let mut trouble = trouble(&target, Phase::Connected, end);
        trouble.version = version;
        trouble.lasted = Duration::from_secs(2);
        trouble.known = known;
        advise(&trouble)
    };
    let v5 = ProtocolVersion::V5;
    // Accepted and closed in order two seconds later.
    let best = advice(v5, closed(1000), known(|_| ())).remove(0);
    assert!(
        best.cause
            .starts_with("Another client may have connected as `sensor-1`"),
        "{best:#?}"
    );
    assert_eq!(best.action, Some(Action::ChangeClientIdentifier));
    assert_eq!(best.statement.as_deref(), Some("MQTT-3.1.4-3"));
    // Again and again, without a close frame.
    let best = advice(
        ProtocolVersion::V3_1_1,
        closed(1006),
        known(|known| known.quick_ends = 3),
    );
    assert!(
        best[0]
            .cause
            .starts_with("Probably another client connects as `sensor-1`")
    );
    assert!(best[0].cause.contains("again and again"));
    assert!(best[0].cause.contains("this time 2 s later"), "{best:#?}");
    // Each time right behind the SUBSCRIBE: that is likelier by far.
    let denied = known(|known| {
        known.quick_ends = 3;
        known.doubt = Some(Doubt {
            packet_type: PacketType::Subscribe,
            what: "hall/#".into(),
            size: 20,
            before: Duration::from_millis(4),
        });
    });
    let best = advice(v5, closed(1006), denied);
    assert!(best[0].cause.contains("right after the SUBSCRIBE"));
    assert!(
        !best.iter().any(|one| one.cause.starts_with("Probably")),
        "{best:#?}"
    );
    // Another identifier has failed, too.
    let both = known(|known| {
        known.quick_ends = 3;
        known.ended_as = Some("sensor-1-6f2a".into());
    });
    let best = advice(v5, closed(1000), both);
    assert!(
        best[0]
            .cause
            .contains("under the identifier `sensor-1-6f2a` as under `sensor-1`"),
        "{best:#?}"
    );
    let offers = |one: &Advice| one.action == Some(Action::ChangeClientIdentifier);
    assert!(!best.iter().any(offers), "{best:#?}");
    // Both connections are ours: that is certain, and nothing else is said.
    let rival = known(|known| known.rival = Some("two".into()));
    for end in [
        closed(1000),
        closed(1006),
        said(PacketType::Disconnect, 0x8E),
    ] {
        let all = advice(v5, end, rival.clone());
        assert_eq!(all.len(), 1);
        assert!(
            all[0].is_certain && all[0].cause.contains("“two”"),
            "{all:#?}"
        );
        assert_eq!(all[0].action, Some(Action::ChangeClientIdentifier));
    }
    // The server has assigned the identifier: nobody else has it.
    let mut anonymous = trouble(&target, Phase::Connected, closed(1000));
    anonymous.is_anonymous = true;
    anonymous.known = known(|known| known.quick_ends = 3);
    assert!(
        advise(&anonymous)
            .iter()
            .all(|advice| !advice.cause.contains("another client"))
    );
}

#[test]
fn the_last_packet_is_named() {
    let target = at("ws://example.org:9001/");
    let advice = |packet_type, size, millis, code| {
        let mut trouble = trouble(&target, Phase::Connected, closed(code));
        trouble.lasted = Duration::from_secs(1);
        trouble.known = known(|known| {
            known.doubt = Some(Doubt {
                packet_type,
                what: "hall/#".into(),
                size,
                before: Duration::from_millis(millis),
            });
        });
        advise(&trouble)
    };
    let best = advice(PacketType::Subscribe, 20, 40, 1006).remove(0);
    assert!(
        best.cause.contains("right after the SUBSCRIBE of `hall/#`"),
        "{best:#?}"
    );
    assert!(best.remedy.contains("iot:Subscribe"));
    // Two seconds later something else is likelier.
    let best = advice(PacketType::Subscribe, 20, 2_000, 1000).remove(0);
    assert!(best.cause.starts_with("Another client"), "{best:#?}");
    let best = advice(PacketType::Publish, 1_200_000, 40, 1006).remove(0);
    assert!(
        best.cause.contains("PUBLISH of 1,200,000 bytes"),
        "{best:#?}"
    );
    let best = advice(PacketType::Publish, 1_200_000, 40, 1009).remove(0);
    assert!(
        best.cause.ends_with("after a PUBLISH of 1,200,000 bytes."),
        "{best:#?}"
    );
    let best = advice(PacketType::Publish, 20, 40, 1006).remove(0);
    assert!(best.cause.contains("PUBLISH to `hall/#`"), "{best:#?}");
}

#[test]
fn what_has_worked_is_not_doubted() {
    let target = at("ws://127.0.0.1:9001/mqtt");
    for phase in [Phase::Opening, Phase::Opened] {
        for (lasted, first) in [
            (9, "This address worked until 18:16:18"),
            (25_000, "This address worked until 18:16:18"),
        ] {
            let mut trouble = trouble(&target, phase, closed(1006));
            trouble.lasted = Duration::from_millis(lasted);
            trouble.has_user_name = true;
            trouble.known = known(|known| {
                known.worked_until = Some("18:16:18".into());
                known.worked_with_version = true;
            });
            let advice = advise(&trouble);
            assert!(advice[0].cause.starts_with(first), "{advice:#?}");
            for advice in advice {
                for doubt in [
                    "path",
                    "subprotocol",
                    "origin",
                    "listening",
                    "version 5",
                    "TLS",
                ] {
                    assert!(!advice.cause.contains(doubt), "{phase:?}: {advice:#?}");
                }
            }
        }
    }
}

#[test]
fn a_plain_port_never_answers() {
    let target = at("ws://127.0.0.1:9101/mqtt");
    let mut trouble = trouble(&target, Phase::Opening, End::TimedOut(PacketType::Connack));
    trouble.lasted = Duration::from_secs(30);
    let advice = advise(&trouble);
    assert!(
        advice[0]
            .cause
            .starts_with("A plain MQTT port never answers a WebSocket"),
        "{advice:#?}"
    );
    let text: String = advice.iter().map(|advice| advice.cause.clone()).collect();
    assert!(!text.contains("CONNECT"), "none was sent");
}

#[test]
fn a_web_server_is_among_the_causes() {
    let causes = |url: &str| {
        let target = at(url);
        advise(&trouble(&target, Phase::Opening, closed(1006)))
            .into_iter()
            .map(|advice| format!("{} {}", advice.cause, advice.remedy))
            .collect::<Vec<_>>()
    };
    assert!(causes("ws://127.0.0.1/mqtt")[0].contains("A web server may answer on port 80"));
    let other = causes("ws://127.0.0.1:9303/mqtt").join("\n");
    assert!(
        other.contains("Open http://127.0.0.1:9303/mqtt in a tab"),
        "{other}"
    );
    assert!(
        causes("mqtt://test.mosquitto.org")
            .join("")
            .contains("wss://test.mosquitto.org:8081/")
    );
}

#[test]
fn a_name_in_an_address_that_worked_is_no_cause() {
    let target = at("ws://user:topsecret@127.0.0.1:9899/mqtt");
    let advice = |known| {
        advise(&Trouble {
            known,
            ..trouble(&target, Phase::Opening, closed(1006))
        })
    };
    let new = advice(known(|_| {}));
    assert!(new[0].cause.contains("name or password"), "{new:#?}");
    let worked = advice(known(|known| known.worked_until = Some("18:16:18".into())));
    assert!(
        worked[0].cause.contains("worked until 18:16:18"),
        "{worked:#?}"
    );
    assert!(!format!("{worked:?}").contains("topsecret"));
}

#[test]
fn a_packet_that_is_too_large_for_this_page_is_no_fault_of_the_server() {
    let target = at("ws://127.0.0.1:9899/mqtt");
    let end = End::LargerThanKept(268_435_460);
    let advice = advise(&trouble(&target, Phase::Connected, end));
    assert!(advice[0].cause.contains("268435460 bytes") && advice[0].cause.contains("allowed"));
}

#[test]
fn a_name_may_be_unknown_and_an_address_is_not() {
    let says = |url: &str| {
        let target = at(url);
        let advice = advise(&trouble(&target, Phase::Opening, closed(1006)));
        advice.iter().any(|one| one.cause.starts_with("The name "))
    };
    assert!(says("ws://no.such.host.example:9001/"));
    assert!(!says("ws://198.51.100.7:9001/"));
    assert!(!says("ws://[2001:db8::7]:9001/"));
    assert!(!says("ws://localhost:9001/"));
}

#[test]
fn the_time_says_little_where_the_browser_waited_before_it_tried() {
    let target = at("ws://127.0.0.1:9202/");
    let mut slow = trouble(&target, Phase::Opening, closed(1006));
    slow.lasted = Duration::from_millis(4_000);
    let first = |trouble: &Trouble<'_>| advise(trouble)[0].cause.clone();
    assert!(first(&slow).starts_with("A plain MQTT port never answers"));
    slow.known.failed_before = true;
    assert!(first(&slow).starts_with("Nothing may be listening on port 9202"));
}

#[test]
fn a_port_that_closes_at_once_may_be_one_of_plain_mqtt_and_that_of_the_page_is_a_web_server() {
    let target = at("ws://127.0.0.1:4300/mqtt");
    let mut refused = trouble(&target, Phase::Opening, closed(1006));
    let causes = |trouble: &Trouble<'_>| -> Vec<String> {
        let all = advise(trouble).into_iter();
        all.map(|one| one.cause).collect()
    };
    let of_another = causes(&refused);
    assert!(of_another[0].starts_with("Nothing may be listening on port 4300"));
    assert!(
        of_another[1].starts_with("Port 4300 of 127.0.0.1 may be one of MQTT without WebSocket"),
        "{of_another:#?}"
    );
    refused.known.is_of_page = true;
    let of_page = causes(&refused);
    assert!(
        of_page[0].starts_with("A web server listens on port 4300 of 127.0.0.1"),
        "{of_page:#?}"
    );
    assert!(
        !of_page
            .iter()
            .any(|cause| cause.contains("Nothing may be listening"))
    );
}

#[test]
fn a_takeover_is_told_without_an_identifier_too() {
    let target = at("ws://127.0.0.1:9001/");
    let ended = trouble(
        &target,
        Phase::Connected,
        said(PacketType::Disconnect, 0x8e),
    );
    let cause = &advise(&ended)[0].cause;
    assert!(
        cause.starts_with("Another client connected with the same Client Identifier, and"),
        "{cause}"
    );
}

#[test]
fn a_normal_closure_is_said_once() {
    let target = at("ws://127.0.0.1:9001/");
    let advice = advise(&trouble(&target, Phase::Connected, closed(1000)));
    let log_says = advice
        .iter()
        .filter(|one| one.remedy.contains("log says why"));
    assert_eq!(log_says.count(), 1, "{advice:#?}");
}
