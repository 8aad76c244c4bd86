//! Handshakes as they are listed, drawn and judged.

use mqttscope_protocol::{LineChange, MessageRow, Notice};

use super::*;

#[test]
fn the_packets_of_a_handshake_come_with_their_times() {
    let mut world = connected("5");
    world.command(Command::Publish(A, message("t", "m", 1), None));
    let rows = world.look().wire;
    let wanted = ["PUBLISH", "PUBACK"].map(|name| {
        let row = rows.iter().rev().find(|row| row.name() == name);
        row.unwrap().record
    });
    let gone = RecordId(u64::MAX);
    world.command(Command::Handshake(vec![wanted[0], gone, wanted[1]]));
    let packets = world.look().handshake;
    let records: Vec<RecordId> = packets.iter().map(|timed| timed.packet.record).collect();
    assert_eq!(records, wanted);
    assert!(packets[0].at <= packets[1].at && packets[0].at.micros() > 0);
}

#[test]
fn a_request_is_answered_and_timed() {
    let mut world = connected("5");
    world.command(Command::Connect(B, profile("5", "b")));
    world.command(Command::Subscribe(B, vec![subscription("ask")]));
    world.command(Command::Request(A, message("ask", "how late?", 1), 5_000));
    let asked = world
        .look()
        .messages
        .into_iter()
        .find(|row| row.connection == B)
        .unwrap();
    world.command(Command::Inspect(asked.record));
    let packet = world.look().packets.remove(0);
    let (response_topic, correlation_data) = world::properties_of(&packet);
    let mut answer = message(&response_topic, "noon", 0);
    answer.properties.correlation_data = Some(correlation_data.into());
    world.command(Command::Publish(B, answer, None));
    let seen = world.look();
    let says = |notice: &&Notice| notice.text.ends_with(" ms: noon");
    let record = seen.notices.iter().find(says).unwrap().record.unwrap();
    world.command(Command::Inspect(record));
    let packet = world.look().packets.remove(0);
    assert!(packet.sender == Sender::Server && packet.bytes.ends_with(b"noon"));

    world.command(Command::Request(A, message("nobody", "?", 0), 1_000));
    world.pass(1_001);
    assert!(
        world
            .look()
            .notices
            .iter()
            .any(|notice| notice.text.contains("No response"))
    );
}

#[test]
fn handshakes_are_listed_with_their_packets() {
    for version in ["3.1", "3.1.1", "5"] {
        let mut world = connected(version);
        world.command(Command::Subscribe(A, vec![subscription("a/#")]));
        world.command(Command::Connect(B, profile(version, "b")));
        world.command(Command::Publish(B, message("a/b", "x", 2), None));
        world.command(Command::Unsubscribe(A, vec!["a/#".into()]));
        let seen = world.look();
        let shown: Vec<_> = seen
            .flows
            .iter()
            .map(|flow| {
                (
                    flow.connection.0,
                    flow.name.as_str(),
                    flow.about.as_str(),
                    flow.packets.len(),
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                (1, "CONNECT", "a", 2),
                (1, "SUBSCRIBE", "a/#", 2),
                (2, "CONNECT", "b", 2),
                (2, "QoS 2 PUBLISH", "a/b", 4),
                (1, "QoS 2 PUBLISH", "a/b", 4),
                (1, "UNSUBSCRIBE", "a/#", 2),
            ],
            "{version}"
        );
        for flow in &seen.flows {
            assert_eq!(
                (flow.state, flow.state_text.as_str()),
                (FlowState::Complete, "complete")
            );
            assert!(flow.took.is_some());
            // Each packet of a flow belongs to its connection.
            for record in &flow.packets {
                let row = seen.wire.iter().find(|row| row.record == *record).unwrap();
                assert_eq!(row.connection, flow.connection);
            }
        }
        assert_eq!(seen.findings, []);

        let mut looking = Looking {
            flows: Some(Window {
                first: 0,
                count: 2,
                tail: true,
                dropped: 0,
            }),
            ..Looking::default()
        };
        looking.connection = Some(B);
        world.command(Command::Look(Box::new(looking)));
        let names: Vec<_> = world
            .look()
            .flows
            .iter()
            .map(|flow| flow.name.clone())
            .collect();
        assert_eq!(names, ["CONNECT", "QoS 2 PUBLISH"]);
        world.command(Command::Clear);
        assert_eq!(world.look().flows, []);
    }
}

#[test]
fn what_a_server_does_wrong_is_found_and_shown_with_its_packets() {
    let mut world = connected("3.1.1");
    let socket = world.socket_of_first();
    // Nobody asked for this SUBACK.
    world
        .engine
        .handle_bytes(world.now, socket, &[0x90, 3, 0, 9, 0]);
    let seen = world.look();
    let [finding] = &seen.findings[..] else {
        panic!("one finding: {:#?}", seen.findings)
    };
    assert_eq!(
        (finding.connection, finding.by, finding.severity),
        (A, Some(Sender::Server), Severity::Error)
    );
    let record = *finding.packets.last().unwrap();
    let row = seen.wire.iter().find(|row| row.record == record).unwrap();
    assert_eq!(
        (row.name(), row.severity),
        ("SUBACK", Some(Severity::Error))
    );
    assert_eq!(seen.summary.findings, [1, 0, 0]);
    world.command(Command::Inspect(record));
    let packets = world.look().packets;
    assert_eq!(packets[0].findings, seen.findings);
}

#[test]
fn a_message_comes_with_the_history_of_its_topic() {
    let mut world = connected("5");
    world.command(Command::Subscribe(A, vec![subscription("#")]));
    for payload in ["{\"t\":1}", "{\"t\":2}", "{\"t\":3}"] {
        world.command(Command::Publish(A, message("h/t", payload, 0), None));
        world.command(Command::Publish(A, message("other", "x", 0), None));
    }
    let seen = world.look();
    let is_it = |row: &&MessageRow| row.topic == "h/t" && row.sender == Sender::Server;
    let last = seen.messages.iter().rev().find(is_it).unwrap();
    world.command(Command::Inspect(last.record));
    let history = world.look().history.unwrap();
    let payloads: Vec<_> = history
        .rows
        .iter()
        .map(|row| row.preview.as_str())
        .collect();
    assert_eq!(payloads, ["{\"t\":3}", "{\"t\":2}", "{\"t\":1}"]);
    let changed = |change| history.diff.iter().find(|line| line.change == change);
    assert!(changed(LineChange::Removed).unwrap().text.contains('2'));
    assert!(changed(LineChange::Added).unwrap().text.contains('3'));
    world.command(Command::Inspect(RecordId(0)));
    assert!(world.look().history.is_none());
}
