//! `mqttscope dissect`, `mqttscope encode` and `mqttscope follow` as people run them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

fn capture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../capture/tests/captures")
        .join(name)
}

/// Exit code, output and errors.
fn run(arguments: &[&str], given: &[u8]) -> (Option<i32>, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_mqttscope"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(given).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[test]
fn bytes_are_taken_apart_with_bits_values_and_faults() {
    let (code, out, err) = run(&["dissect", "36", "05", "00", "01", "61", "00", "01"], b"");
    assert_eq!(code, Some(0), "{err}");
    assert!(
        out.contains("PUBLISH MQTT 3.1.1, 7 bytes from byte 0"),
        "{out}"
    );
    assert!(out.contains(".....11. "), "{out}");
    assert!(out.contains("Packet Identifier: 1"), "{out}");
    assert!(
        out.contains("error: QoS 3 does not exist")
            && out.contains("[publish-qos-reserved, MQTT-3.3.1-4] at byte 0"),
        "{out}"
    );
    assert!(!out.contains('\x1b'), "a pipe has no colours");
}

#[test]
fn the_standard_input_is_read_and_json_has_the_keys_of_the_package() {
    let (code, out, _) = run(&["dissect", "--format", "json", "-"], b"c0 00 | d0 00");
    assert_eq!(code, Some(0));
    let packets: Vec<Value> = out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(packets.len(), 2);
    assert_eq!(
        (&packets[0]["type"], &packets[1]["offset"]),
        (&"PINGREQ".into(), &2.into())
    );
    let header = &packets[0]["fields"][0];
    assert_eq!((&header["start"], &header["bits"]), (&0.into(), &16.into()));
    assert_eq!(header["fields"][0]["value"], 12);
}

#[test]
fn words_that_are_no_bytes_are_refused() {
    let (code, out, err) = run(&["dissect", "no-such-file.pcap"], b"");
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(
        err.contains("`no-such-file.pcap` is no file and no bytes"),
        "{err}"
    );
}

#[test]
fn words_are_no_packets() {
    let (code, out, err) = run(&["dissect", "zzzz"], b"");
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(
        err.contains("`zzzz` is no file and no bytes: it is text"),
        "{err}"
    );
    let (code, out, _) = run(&["dissect", "-"], b"junk\n");
    assert_eq!((code, out.as_str()), (Some(2), ""));
    // A PINGREQ, and a CONNECT.
    for packet in ["wAA=", "EA0ABE1RVFQEAgA8AAFh"] {
        let (code, _, err) = run(&["dissect", packet], b"");
        assert_eq!(code, Some(0), "{packet}: {err}");
    }
}

/// A recording that `tests/logs/record.py` made.
fn log(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../capture/tests/logs/files");
    folder.join(name).to_str().unwrap().to_owned()
}

#[test]
fn packets_that_a_log_tells_in_words_are_rows() {
    let (code, out, _) = run(&["follow", &log("mosquitto.log")], b"");
    assert_eq!(code, Some(0));
    let row = out.lines().find(|line| line.contains("→ PUBLISH")).unwrap();
    assert!(row.contains("in words ") && row.contains(", r0, "), "{row}");
    let (_, out, _) = run(&["follow", "--format", "json", &log("mosquitto.log")], b"");
    let lines: Vec<Value> = out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let publish = lines.iter().find(|line| line["type"] == "PUBLISH").unwrap();
    assert_eq!(publish["inWords"], true);
    assert!(publish["version"].is_null() && publish["summary"].is_string());
    let (_, out, _) = run(&["dissect", &log("mosquitto.log")], b"");
    assert!(
        out.contains("PUBLISH told in words, without bytes, client: "),
        "{out}"
    );
    let (_, out, _) = run(&["dissect", "--format", "json", &log("mosquitto.log")], b"");
    let json = out.lines().map(|line| serde_json::from_str(line).unwrap());
    assert_eq!(
        json.filter(|line: &Value| line["inWords"] == true).count(),
        lines.len()
    );
}

#[test]
fn packets_of_a_capture_are_rows_with_findings_below() {
    let file = capture("files/t12_keepalive.pcap");
    let (code, out, _) = run(&["follow", file.to_str().unwrap()], b"");
    assert_eq!(code, Some(0));
    let lines: Vec<&str> = out.lines().collect();
    let at = lines
        .iter()
        .position(|line| line.contains("[pubcomp-without-pubrel, MQTT-4.3.3-2]"))
        .unwrap();
    assert!(lines[at - 1].contains("← PUBCOMP"), "{out}");
    assert!(lines[at].starts_with("      error: server: "), "{out}");
    assert!(!out.contains('\x1b'));
}

#[test]
fn rows_are_coloured_on_demand_only() {
    let log =
        b"TX: 10 0d 00 04 4d 51 54 54 04 02 00 3c 00 01 61\nRX: 20 02 00 00\nTX: 62 02 00 07\n";
    let (_, out, _) = run(&["follow", "-", "--color", "always"], log);
    assert!(out.contains("\x1b[34mCONNECT"), "{out}");
    let (_, out, _) = run(&["follow", "-"], log);
    assert!(
        out.contains("    3 → PUBREL") && !out.contains('\x1b'),
        "{out}"
    );
}

#[test]
fn rows_as_json_name_file_and_packet() {
    let log =
        b"TX: 10 0d 00 04 4d 51 54 54 04 02 00 3c 00 01 61\nRX: 20 02 00 00\nTX: 62 02 00 07\n";
    let (_, out, _) = run(&["follow", "-", "--format", "json"], log);
    let lines: Vec<Value> = out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let packets: Vec<&Value> = lines
        .iter()
        .filter(|line| line["kind"] == "packet")
        .collect();
    assert_eq!(packets.len(), 3);
    assert_eq!(packets[1]["type"], "CONNACK");
    assert_eq!(packets[1]["from"], "server");
    assert!(
        lines
            .iter()
            .any(|line| line["rule"] == "pubrel-without-pubrec"),
        "{out}"
    );
}

#[test]
fn a_file_that_cannot_be_read_is_named_and_the_rest_is_shown() {
    let file = capture("recorded/tcp.pcap");
    let (code, out, err) = run(&["follow", "/no/such.pcap", file.to_str().unwrap()], b"");
    assert_eq!(code, Some(2));
    assert!(err.contains("/no/such.pcap: not read: "), "{err}");
    assert!(out.contains("→ CONNECT"), "{out}");
}

#[test]
fn alone_it_shows_what_comes_through_a_pipe() {
    let bytes = std::fs::read(capture("recorded/tcp.pcap")).unwrap();
    let (code, piped, err) = run(&[], &bytes);
    assert_eq!(code, Some(0), "{err}");
    assert_eq!(piped, run(&["follow", "-"], &bytes).1);
    assert!(piped.contains("CONNECT"), "{piped}");
    // Without one there is nothing to show.
    let mut command = Command::new(env!("CARGO_BIN_EXE_mqttscope"));
    let output = command.stdin(Stdio::null()).output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(
        output.status.code() == Some(2) && err.contains("Usage:"),
        "{err}"
    );
}

#[test]
fn a_file_is_followed_as_it_grows() {
    let bytes = std::fs::read(capture("recorded/tcp.pcap")).unwrap();
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("follow-grows.pcap");
    let mut file = std::fs::File::create(&path).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_mqttscope"))
        .args(["follow", "--format", "json", "--follow"])
        .arg(&path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut rows = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut wait = |words: &str| {
        let found = rows
            .by_ref()
            .map(Result::unwrap)
            .find(|row| row.contains(words));
        assert!(found.is_some(), "{words}");
    };
    // It is empty at first, and is cut anywhere.
    file.write_all(&bytes[..2]).unwrap();
    file.write_all(&bytes[2..2000]).unwrap();
    wait("\"CONNECT\"");
    file.write_all(&bytes[2000..]).unwrap();
    wait("\"DISCONNECT\"");
    child.kill().unwrap();
    child.wait().unwrap();
    let other = Path::new(env!("CARGO_TARGET_TMPDIR")).join("follow-grows.log");
    std::fs::write(&other, "words").unwrap();
    let (code, _, err) = run(&["follow", "-f", other.to_str().unwrap()], b"");
    assert!(code == Some(2) && err.contains("it is no capture"), "{err}");
}

#[test]
fn a_capture_is_followed_as_it_grows() {
    let bytes = std::fs::read(capture("recorded/tcp.pcap")).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_mqttscope"))
        .args(["follow", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut until = |words: &str| {
        lines
            .by_ref()
            .map(Result::unwrap)
            .find(|line| line.contains(words))
            .unwrap()
    };
    // The half of it is enough to see the first packets.
    let (half, rest) = bytes.split_at(bytes.len() / 2);
    stdin.write_all(half).unwrap();
    assert!(until("CONNECT ").contains("→ CONNECT"));
    until("← SUBACK");
    stdin.write_all(rest).unwrap();
    until("→ DISCONNECT");
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{err}");
    assert!(
        err.contains("1 connection, 19 packets, 0 findings"),
        "{err}"
    );
}

#[test]
fn the_same_is_seen_in_a_pipe_as_in_a_file() {
    for name in [
        "files/t12_keepalive.pcap",
        "recorded/tcp-3.1.1.pcap",
        "recorded/websocket.pcap",
    ] {
        let file = capture(name);
        let (_, whole, _) = run(&["follow", file.to_str().unwrap(), "--format", "json"], b"");
        let (code, piped, err) = run(
            &["follow", "-", "--format", "json"],
            &std::fs::read(&file).unwrap(),
        );
        assert_eq!(code, Some(0), "{err}");
        let of = |text: &str| -> Vec<(Value, Value, Value)> {
            text.lines()
                .map(|line| serde_json::from_str::<Value>(line).unwrap())
                .filter(|line| line["kind"] == "packet" || line["kind"].is_null())
                .map(|line| {
                    (
                        line["type"].clone(),
                        line["summary"].clone(),
                        line["rule"].clone(),
                    )
                })
                .collect()
        };
        let (mut whole, mut piped) = (of(&whole), of(&piped));
        let key = |line: &(Value, Value, Value)| format!("{line:?}");
        whole.sort_by_key(key);
        piped.sort_by_key(key);
        assert_eq!(whole, piped, "{name}");
    }
}

#[test]
fn a_notation_becomes_bytes_in_the_form_that_is_asked_for() {
    let notation = r#"30 | "a/b" {23 0007} 'hi'"#;
    let (code, out, err) = run(&["encode", notation], b"");
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert_eq!(out, "30 0b 00 03 61 2f 62 03 23 00 07 68 69\n");
    let (_, out, _) = run(&["encode", "--as", "c"], notation.as_bytes());
    assert!(
        out.starts_with("const uint8_t packet[13] = {\n    0x30, 0x0b"),
        "{out}"
    );
    let (_, out, _) = run(
        &["encode", "--as", "binary", "-"],
        b"3a 00 # a comment\n41 42",
    );
    assert_eq!(out.as_bytes(), b":\0AB");
}

#[test]
fn what_is_no_notation_is_told_with_its_place() {
    let (code, out, err) = run(&["encode"], b"c0 00\n30 | \"a");
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(
        err.contains("Line 2, character 6: this quote is not closed."),
        "{err}"
    );
    let (code, _, err) = run(&["encode", "# nothing"], b"");
    assert_eq!(code, Some(2));
    assert!(err.contains("there are no bytes in it"), "{err}");
}

#[test]
fn packets_that_break_a_rule_are_found_to_break_it() {
    let (code, out, err) = run(
        &["encode", "--breaking", "vbi-not-minimal", "--mqtt", "5"],
        b"",
    );
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.starts_with("30 84 00 00 01 61 00\n"), "{out}");
    let (_, found, _) = run(&["dissect", "--mqtt", "5", "-"], out.as_bytes());
    assert!(found.contains("vbi-not-minimal"), "{found}");
    let (code, _, err) = run(&["encode", "--breaking", "no-such-rule"], b"");
    assert_eq!(code, Some(2));
    assert!(
        err.contains("no rule of packets is named `no-such-rule`"),
        "{err}"
    );
    let (code, _, err) = run(
        &["encode", "--breaking", "vbi-too-long", "--mqtt", "4"],
        b"",
    );
    assert_eq!(code, Some(2));
    assert!(err.contains("invalid value '4'"), "{err}");
}
