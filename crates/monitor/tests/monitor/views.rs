//! What the monitor shows beside findings: the state of both ends, flows, and a recording in words.

use std::time::Duration;

use mqttscope_monitor::{
    ConnectionId, Explanation, FlowKind, FlowState, HandshakeStep, Instant, Phase,
};
use mqttscope_wire::{PacketType, ProtocolVersion, QoS, ReasonCode, Rule, Sender, Severity};

use crate::cases::Talk;

const A: ConnectionId = ConnectionId(b'a' as u32);

fn talk(script: &str) -> Talk {
    let mut talk = Talk::new(ProtocolVersion::V5);
    talk.run(script);
    talk
}

#[test]
fn the_state_of_both_ends() {
    let talk = talk(
        "a connect keep=30 receive=5 aliases=4 expiry=60 / receive=9 aliases=3 keepalive=20
        a> SUBSCRIBE #1 t/+,q1,nl sub=7
        a< SUBACK #1 01
        a> SUBSCRIBE #2 $share/g/u
        a> PUBLISH a/b x q2 #3 alias=2
        a< PUBREC #3
        a< PUBLISH t/1 y q1 #1 alias=1 sub=7
        a> PINGREQ",
    );
    let state = talk.monitor.state(A).unwrap();
    assert_eq!(state.phase, Phase::Open);
    assert_eq!(
        (state.version, state.version_is_certain),
        (ProtocolVersion::V5, true)
    );
    assert_eq!(state.client_identifier, "a");
    assert_eq!(
        (state.clean_start, state.session_present),
        (Some(true), Some(false))
    );
    assert_eq!(state.session_expiry, Some(60));
    let keep_alive = state.keep_alive.unwrap();
    assert_eq!((keep_alive.seconds, keep_alive.by_server), (20, true));
    assert_eq!(keep_alive.closes, Some(talk.now + Duration::from_secs(30)));
    assert_eq!(state.client.limits.receive_maximum, 5);
    assert_eq!(state.server.limits.topic_alias_maximum, 3);
    assert_eq!(state.client.aliases, [(2, "a/b".to_owned())]);
    assert_eq!(state.server.aliases, [(1, "t/1".to_owned())]);
    assert_eq!((state.client.window_used, state.server.window_used), (1, 1));
    let [out] = &state.client.in_flight[..] else {
        panic!("{state:?}")
    };
    assert_eq!((out.identifier, out.step), (3, HandshakeStep::Pubrel));
    let [back] = &state.server.in_flight[..] else {
        panic!("{state:?}")
    };
    assert_eq!((back.identifier, back.step), (1, HandshakeStep::Puback));
    let subscriptions: Vec<_> = state
        .subscriptions
        .iter()
        .map(|one| (one.topic_filter.as_str(), one.granted, one.identifier))
        .collect();
    assert_eq!(subscriptions.len(), 2);
    assert!(subscriptions.contains(&("t/+", Some(QoS::AtLeastOnce), Some(7))));
    assert!(subscriptions.contains(&("$share/g/u", None, None)));
    assert!(state.subscriptions_are_complete);
    assert_eq!((state.requests, state.pings), (vec![2], 1));
}

#[test]
fn a_session_goes_on_and_a_handshake_with_it() {
    let talk = talk(
        "a connect resume expiry=60
        a> SUBSCRIBE #1 t
        a< SUBACK #1 02
        a> PUBLISH t x q2 #2
        a close
        a2 connect resume expiry=60 / present
        a2> PUBLISH t x q2 #2 dup
        a2< PUBREC #2
        a2> PUBREL #2
        a2< PUBCOMP #2",
    );
    let second = ConnectionId(u32::from(b'a') << 8 | u32::from(b'2'));
    let state = talk.monitor.state(second).unwrap();
    assert_eq!(state.session_present, Some(true));
    assert_eq!(state.subscriptions.len(), 1);
    assert!(state.client.in_flight.is_empty());
    assert_eq!(talk.monitor.state(A).unwrap().phase, Phase::Closed);
    let flows = talk.monitor.flows();
    let publish = flows
        .iter()
        .find(|flow| flow.kind == FlowKind::Publish(QoS::ExactlyOnce))
        .unwrap();
    assert_eq!((publish.connection, publish.state), (A, FlowState::Done));
    assert_eq!(publish.packets.as_slice(), [4, 7, 8, 9, 10]);
}

/// Kind and state of the handshakes of messages, with their packets.
fn publishes(talk: &Talk) -> Vec<(FlowState, Vec<u64>)> {
    let flows = talk.monitor.flows().into_iter();
    flows
        .filter(|flow| matches!(flow.kind, FlowKind::Publish(_)))
        .map(|flow| (flow.state, flow.packets.as_slice().to_vec()))
        .collect()
}

#[test]
fn a_handshake_that_is_cut_off_stays_and_goes_on_with_its_session() {
    let cut = "a connect resume expiry=60
        a> PUBLISH t x q1 #1
        a> PUBLISH t y q2 #2
        a< PUBREC #2
        a close";
    let broken = [
        (FlowState::Broken, vec![2]),
        (FlowState::Broken, vec![3, 4]),
    ];
    assert_eq!(publishes(&talk(cut)), broken);
    let waits = FlowState::WaitsFor(PacketType::Pubcomp);
    let resumed = talk(&format!(
        "{cut}
        a2 connect resume expiry=60 / present
        a2> PUBLISH t x q1 #1 dup
        a2< PUBACK #1
        a2> PUBREL #2"
    ));
    let expected = [(FlowState::Done, vec![2, 7, 8]), (waits, vec![3, 4, 9])];
    assert_eq!(publishes(&resumed), expected);
    // The server did not keep the session, or it ended with the connection.
    let lost = talk(&format!("{cut}\n        a2 connect resume expiry=60"));
    assert_eq!(publishes(&lost), broken);
    let ended = talk(
        "a connect
        a> PUBLISH t x q1 #1
        a close
        a2 connect",
    );
    assert_eq!(publishes(&ended), [(FlowState::Broken, vec![2])]);
}

#[test]
fn a_late_connack_is_waited_for() {
    let mut talk = talk("a> CONNECT id=a\n+30");
    let states = |talk: &Talk| -> Vec<FlowState> {
        let flows = talk.monitor.flows().into_iter();
        flows.map(|flow| flow.state).collect()
    };
    talk.monitor.handle_time(Instant::from_millis(60_000));
    let late = talk.monitor.findings();
    assert_eq!(
        late.iter().map(|found| found.rule).collect::<Vec<_>>(),
        [Rule::ConnectUnanswered]
    );
    // The connection is there all the same.
    assert_eq!(states(&talk), [FlowState::WaitsFor(PacketType::Connack)]);
    talk.monitor.handle_time(Instant::from_millis(90_000));
    assert_eq!(talk.monitor.findings().len(), 1);
}

#[test]
fn a_handshake_is_listed_once_while_connections_take_over() {
    let mut talk = talk(
        "a connect resume expiry=60
        a> PUBLISH t x q1 #1
        a2> CONNECT id=a",
    );
    let states = |talk: &Talk| -> Vec<FlowState> {
        let flows = publishes(talk);
        flows.into_iter().map(|(state, _)| state).collect()
    };
    let waits = FlowState::WaitsFor(PacketType::Puback);
    assert_eq!(states(&talk), [waits]);
    talk.run("a2< CONNACK 87\na2 close");
    assert_eq!(states(&talk), [waits]);
    talk.run("a< PUBACK #1");
    assert_eq!(states(&talk), [FlowState::Done]);
}

#[test]
fn flows_with_their_packets_times_and_states() {
    let talk = talk(
        "a connect
        a> PUBLISH t x q1 #1
        +2
        a< PUBACK #1
        a> PUBLISH t x q1 #2
        a< PUBACK #2 97
        a> SUBSCRIBE #3 answers
        a< SUBACK #3 00
        a> PUBLISH ask now response=answers correlation=9
        a< PUBLISH answers yes correlation=9
        a> UNSUBSCRIBE #4 answers
        a< UNSUBACK #4 00
        a> PINGREQ
        a< PINGRESP
        a> PUBLISH t x q2 #5
        a> PUBLISH ask again response=answers correlation=10",
    );
    let flows = talk.monitor.flows();
    let shown: Vec<_> = flows
        .iter()
        .map(|flow| (flow.kind, flow.state, flow.packets.as_slice()))
        .collect();
    let quota = FlowState::Refused(ReasonCode(0x97));
    assert_eq!(
        shown,
        [
            (FlowKind::Connect, FlowState::Done, &[0, 1][..]),
            (
                FlowKind::Publish(QoS::AtLeastOnce),
                FlowState::Done,
                &[2, 3]
            ),
            (FlowKind::Publish(QoS::AtLeastOnce), quota, &[4, 5]),
            (FlowKind::Subscribe, FlowState::Done, &[6, 7]),
            (FlowKind::RequestResponse, FlowState::Done, &[8, 9]),
            (FlowKind::Unsubscribe, FlowState::Done, &[10, 11]),
            (FlowKind::Ping, FlowState::Done, &[12, 13]),
            (
                FlowKind::Publish(QoS::ExactlyOnce),
                FlowState::WaitsFor(PacketType::Pubrec),
                &[14]
            ),
            (
                FlowKind::RequestResponse,
                FlowState::WaitsFor(PacketType::Publish),
                &[15]
            ),
        ]
    );
    assert_eq!(flows[1].took(), Duration::from_secs(2));
    assert_eq!((flows[1].by, flows[1].identifier), (Sender::Client, 1));
}

#[test]
fn a_recording_in_plain_words_the_worst_first() {
    let mut talk = talk(
        "a connect keep=10 / maxqos=1
        a> SUBSCRIBE #1 t
        a< SUBACK #1 01
        a> PUBLISH t x q2 #2
        a> PUBLISH t y q2 #3
        +14
        a> PINGREQ
        a< PINGRESP
        a2 connect keep=10
        a< DISCONNECT 8e",
    );
    let lines = talk.monitor.explanations();
    let texts: Vec<_> = lines.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "client `a`: A client publishes with a higher QoS than the server announced. (2 times) \
             First: The server announced Maximum QoS 1; this is QoS 2.",
            "client `a`: Keep Alive is 10 s, but the client sent nothing for 14 s.",
            "client `a` was taken over by another connection with the same client identifier",
            "the server disconnected client `a` with 0x8E (Session taken over)",
            "client `a` asked for more, but the server grants at most QoS 1",
        ]
    );
    assert_eq!(lines[0].rule, Some(Rule::PublishQoSUnavailable));
    assert_eq!((lines[0].severity, lines[0].count), (Severity::Error, 2));
    assert_eq!(lines[0].packets.as_slice(), [4, 5]);
    talk.run("a close\na2 close");
    let open = talk.monitor.explanations();
    assert!(
        open.iter()
            .any(|line| line.text.ends_with("ended with 2 handshakes open"))
    );
    // The one that took over: what ended the other is known.
    let lost = open
        .iter()
        .filter(|line| line.text.ends_with("ended without a DISCONNECT"));
    assert_eq!(lost.count(), 1);
}

#[test]
fn an_end_that_is_known_to_be_a_takeover_is_told_as_one() {
    let mut talk = Talk::new(ProtocolVersion::V5);
    talk.run("a connect\na2> CONNECT id=a");
    talk.monitor.handle_takeover(A, 7, talk.now);
    talk.run("a close\na2< CONNACK");
    let lines = talk.monitor.explanations();
    let texts: Vec<_> = lines.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(
        texts,
        ["client `a` was taken over by another connection with the same client identifier"]
    );
    assert_eq!(lines[0].packets.as_slice(), [7]);
    // What was closed before is told already.
    talk.monitor.handle_takeover(A, 8, talk.now);
    assert_eq!(talk.monitor.explanations(), lines);
}

#[test]
fn nobody_goes_on_with_a_session_behind_a_clean_start() {
    for (again, goes_on) in [("resume expiry=100", true), ("expiry=100", false)] {
        let talk = talk(&format!(
            "a connect expiry=100\na close\na2 connect {again} / present"
        ));
        let lines = talk.monitor.explanations();
        let says = |line: &Explanation| line.text.ends_with("went on with its session");
        assert_eq!(lines.iter().any(says), goes_on, "{again}: {lines:#?}");
        let is_wrong = |line: &Explanation| line.rule == Some(Rule::SessionPresentAfterCleanStart);
        assert_eq!(lines.iter().any(is_wrong), !goes_on, "{again}: {lines:#?}");
    }
}

#[test]
fn a_finding_names_the_statement_of_its_qos() {
    let statements = |version, script: &str| -> Vec<_> {
        let mut talk = Talk::new(version);
        talk.run("a connect");
        talk.run(script);
        let findings = talk.monitor.findings().iter();
        findings
            .map(|finding| (finding.rule, finding.statement().unwrap()))
            .collect()
    };
    let script = "a> PUBLISH t x q1 #1 dup
        a> PUBLISH t x q2 #2 dup
        a> PUBLISH t y q1 #1
        a> PUBLISH t y q2 #2
        a> SUBSCRIBE #2 t";
    let rules = [
        Rule::DupOnFirstSend,
        Rule::DupOnFirstSend,
        Rule::IdentifierInUse,
        Rule::IdentifierInUse,
        Rule::IdentifierInUse,
    ];
    for (version, ids) in [
        (
            ProtocolVersion::V5,
            [
                "MQTT-4.3.2-2",
                "MQTT-4.3.3-2",
                "MQTT-4.3.2-1",
                "MQTT-4.3.3-1",
                "MQTT-2.2.1-3",
            ],
        ),
        (
            ProtocolVersion::V3_1_1,
            [
                "MQTT-4.3.2-1",
                "MQTT-4.3.3-1",
                "MQTT-4.3.2-1",
                "MQTT-4.3.3-1",
                "MQTT-2.3.1-2",
            ],
        ),
    ] {
        let expected: Vec<_> = rules.into_iter().zip(ids).collect();
        assert_eq!(statements(version, script), expected);
    }
    for (qos, id) in [("q1", "MQTT-4.3.2-4"), ("q2", "MQTT-4.3.3-8")] {
        let script = format!("a> PUBLISH t x {qos} #1\n+60");
        let found = statements(ProtocolVersion::V5, &script);
        assert!(
            found.contains(&(Rule::PublishUnacknowledged, id)),
            "{found:?}"
        );
    }
}

#[test]
fn a_connection_on_which_nothing_was_said_did_not_end() {
    let told = |script: &str| -> Vec<String> {
        let lines = talk(script).monitor.explanations();
        lines.into_iter().map(|line| line.text).collect()
    };
    assert_eq!(told("a open\na close"), Vec::<String>::new());
    // It has no client identifier, and began before the recording.
    assert_eq!(
        told("a> PUBLISH t x\na close"),
        [format!("connection {} ended without a DISCONNECT", A.0)]
    );
}

#[test]
fn what_time_shows_stands_at_a_packet_of_its_own_connection() {
    let mut talk = talk(
        "a connect keep=10
        b connect keep=60",
    );
    talk.now += Duration::from_secs(16);
    talk.monitor.handle_time(talk.now);
    let finding = talk.monitor.poll_finding().unwrap();
    assert_eq!(finding.rule, Rule::KeepAliveMissed);
    assert_eq!(finding.connection, A);
    // The CONNACK of `a`: packets 2 and 3 are of `b`.
    assert_eq!(finding.packets.as_slice(), [1]);
}
