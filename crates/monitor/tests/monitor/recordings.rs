//! Real clients with real brokers, as `tests/corpus/conversations.py` recorded them: nothing is
//! found but what is true of them, and `tests/corpus/README.md` says why.

use std::collections::BTreeSet;
use std::path::Path;

use mqttscope_monitor::{ConnectionId, Instant, Monitor};
use mqttscope_wire::{Sender, Severity};

/// Findings but notes that are true: the recording and the rule.
const TRUE: &[(&str, &str)] = &[
    ("amqtt-clients-mqttv311", "delivery-unsubscribed"),
    ("amqtt-paho-mqttv311", "delivered-above-published-qos"),
    ("amqtt-paho-mqttv311", "delivery-unsubscribed"),
    ("ejabberd-clients-mqttv5", "subscribe-shared-unavailable"),
    ("mqttv5-paho-mqttv311", "disconnect-of-v5"),
    ("mqttv5-paho-mqttv311", "packet-not-from-server"),
    ("rabbitmq-clients-mqttv31", "acknowledgement-wrong"),
    ("rabbitmq-clients-mqttv31", "unused-bits-set"),
    ("rabbitmq-clients-mqttv311", "acknowledgement-wrong"),
    ("rabbitmq-paho-mqttv31", "acknowledgement-wrong"),
    ("rabbitmq-paho-mqttv31", "unused-bits-set"),
    ("rabbitmq-paho-mqttv311", "acknowledgement-wrong"),
    ("rumqttd-paho-mqttv311", "delivered-above-published-qos"),
    ("rumqttd-paho-mqttv5", "delivered-above-published-qos"),
];

fn watch(text: &str) -> Monitor {
    watch_without(text, |_| false)
}

/// The same with gaps in place of some of the lines.
fn watch_without(text: &str, is_missing: impl Fn(usize) -> bool) -> Monitor {
    let mut monitor = Monitor::new();
    for (number, line) in text.lines().enumerate() {
        let mut words = line.split(' ');
        let at = Instant::from_millis(words.next().unwrap().parse().unwrap());
        let connection = ConnectionId(words.next().unwrap().parse().unwrap());
        let from = match words.next().unwrap() {
            "c" => Sender::Client,
            "s" => Sender::Server,
            _ => {
                monitor.close(connection, at);
                continue;
            }
        };
        if is_missing(number) {
            monitor.handle_gap(connection, Some(from), at);
            continue;
        }
        let hex = words.next().unwrap();
        let bytes: Vec<u8> = (0..hex.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
            .collect();
        monitor.push(connection, from, &bytes, at);
    }
    monitor
}

#[test]
fn real_traffic_is_clean() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpus/conversations");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert!(files.len() >= 26);
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for file in files {
        let name = file.file_stem().unwrap().to_str().unwrap();
        let monitor = watch(&std::fs::read_to_string(&file).unwrap());
        assert!(monitor.packets() > 50, "{name}");
        for finding in monitor.findings() {
            if let Some(known) = TRUE
                .iter()
                .find(|known| **known == (name, finding.rule.name()))
            {
                seen.insert(known);
            } else if finding.severity() != Severity::Note {
                wrong.push(format!(
                    "{name}: {:?} {:?} {}",
                    finding.rule.name(),
                    finding.packets.as_slice(),
                    finding.message()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(seen.len(), TRUE.len(), "what is found no longer: {seen:?}");
}

#[test]
fn nobody_is_accused_of_what_is_missing() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpus/conversations");
    let mut wrong = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let file = file.unwrap().path();
        let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(&file).unwrap();
        for (every, from) in [
            (2, 0),
            (2, 1),
            (3, 0),
            (3, 1),
            (3, 2),
            (7, 3),
            (11, 5),
            (29, 12),
        ] {
            let monitor = watch_without(&text, |number| number % every == from);
            let is_known = |rule: &str| TRUE.contains(&(&*name, rule));
            let errors = monitor
                .findings()
                .iter()
                .filter(|finding| finding.severity() == Severity::Error);
            wrong.extend(
                errors
                    .filter(|finding| !is_known(finding.rule.name()))
                    .map(|finding| {
                        format!(
                            "{name} {from}/{every}: {:?} {}",
                            finding.rule.name(),
                            finding.message()
                        )
                    }),
            );
        }
    }
    assert_eq!(wrong, [""; 0]);
}

/// Behind a gap the packets of a side may be found late: what they answer is not judged before.
#[test]
fn packets_that_are_found_late_behind_a_gap_accuse_nobody() {
    let connection = ConnectionId(0);
    let at = Instant::from_millis;
    let mut monitor = Monitor::new().of_recording();
    monitor.open(connection);
    let push = |monitor: &mut Monitor, from, bytes: &[u8], millis| {
        monitor.push(connection, from, bytes, at(millis));
    };
    push(
        &mut monitor,
        Sender::Client,
        b"\x10\x0d\0\x04MQTT\x04\x02\0\x0a\0\x01a",
        0,
    );
    monitor.handle_gap(connection, None, at(1));
    push(&mut monitor, Sender::Client, b"\x34\x06\0\x01a\0\x01x", 2);
    push(&mut monitor, Sender::Client, b"\x62\x02\0\x01", 4);
    push(&mut monitor, Sender::Server, b"\x50\x02\0\x01", 3);
    push(&mut monitor, Sender::Server, b"\x70\x02\0\x01", 5);
    // From here on both sides are known again.
    push(&mut monitor, Sender::Client, b"\x62\x02\0\x09", 6);
    push(&mut monitor, Sender::Server, b"\x70\x02\0\x09", 7);
    push(&mut monitor, Sender::Client, b"\x34\x06\0\x01a\0\x02x", 8);
    push(&mut monitor, Sender::Client, b"\x62\x02\0\x02", 9);
    monitor.handle_recording_end();
    let found: Vec<_> = monitor
        .findings()
        .iter()
        .filter(|finding| finding.severity() == Severity::Error)
        .map(|finding| finding.rule.name())
        .collect();
    assert_eq!(found, ["pubrel-without-pubrec"]);
}
