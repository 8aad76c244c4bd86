//! `mqttscope lint` as people and CI run it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn capture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../capture/tests/captures")
        .join(name)
}

fn lint(arguments: &[&str], files: &[PathBuf]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mqttscope"))
        .arg("lint")
        .args(arguments)
        .args(files)
        .output()
        .unwrap()
}

fn given(text: &[u8], arguments: &[&str]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_mqttscope"))
        .arg("lint")
        .args(arguments)
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text).unwrap();
    child.wait_with_output().unwrap()
}

fn said(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

#[test]
fn what_keeps_the_rules_is_silent() {
    let files =
        ["tcp", "tcp-3.1.1", "websocket"].map(|name| capture(&format!("recorded/{name}.pcap")));
    let (code, out, err) = said(&lint(&[], &files));
    assert_eq!((code, out.as_str()), (Some(0), ""), "{err}");
    assert!(
        err.contains("0 errors, 0 warnings") && err.contains("on 3 connections of 3 files"),
        "{err}"
    );
}

#[test]
fn what_has_no_end_is_said_and_breaks_no_rule() {
    let connect = "10 0d 00 04 4d 51 54 54 04 02 00 3c 00 01 61";
    let (code, out, err) = said(&given(format!("{connect} 30 07 00 01 61").as_bytes(), &[]));
    assert_eq!((code, out.as_str()), (Some(0), ""), "{err}");
    assert!(
        err.contains("packet 2: PUBLISH is incomplete, 4 bytes or more of it are missing"),
        "{err}"
    );
    assert!(
        err.contains("in 2 packets") && err.contains("; 1 packet incomplete"),
        "{err}"
    );
    let (_, _, err) = said(&given(connect.as_bytes(), &[]));
    assert!(!err.contains("incomplete"), "{err}");
}

#[test]
fn an_identifier_that_may_be_refused_is_said_where_it_is() {
    // Client Identifier `a-b`.
    let connect = "> 10 0f 00 04 4d 51 54 54 04 02 00 3c 00 03 61 2d 62";
    let (code, out, err) = said(&given(
        format!("{connect}\n< 20 02 00 00\n").as_bytes(),
        &[],
    ));
    assert_eq!((code, out.as_str()), (Some(0), ""), "{err}");
    let (_, out, _) = said(&given(
        format!("{connect}\n< 20 02 00 02\n").as_bytes(),
        &[],
    ));
    assert!(out.contains("It may refuse this one"), "{out}");
}

#[test]
fn what_is_broken_is_said_with_its_place_and_its_rule() {
    let (code, out, _) = said(&lint(&[], &[capture("files/t12_keepalive.pcap")]));
    assert_eq!(code, Some(1));
    let first = out.lines().next().unwrap();
    assert!(
        first.contains("t12_keepalive.pcap: ") && first.contains(" to "),
        "{first}"
    );
    assert!(
        first.contains(", frame ") && first.contains(": error: "),
        "{first}"
    );
    assert!(out.contains("MQTT-"), "{out}");
}

#[test]
fn each_of_many_malformed_packets_is_flagged() {
    let (code, out, _) = said(&lint(
        &["--format", "json"],
        &[capture("files/t6_malformed.pcap")],
    ));
    assert_eq!(code, Some(1));
    let lines: Vec<Value> = out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let mut packets: Vec<u64> = lines
        .iter()
        .filter(|line| line["severity"] == "error")
        .filter_map(|line| line["packets"].as_array()?.last()?.as_u64())
        .collect();
    packets.dedup();
    // 32 packets break one rule each; two of them only beside the packet before.
    assert!(packets.len() >= 30, "{packets:?}");
    for key in [
        "file",
        "connection",
        "rule",
        "severity",
        "frame",
        "atMs",
        "message",
    ] {
        assert!(lines.iter().all(|line| !line[key].is_null()), "{key}");
    }
}

#[test]
fn the_findings_of_a_capture_are_those_of_the_page() {
    let rules = |name: &str| -> Vec<String> {
        let (_, out, err) = said(&lint(&["--format", "json"], &[capture(name)]));
        let lines = out.lines().map(|line| {
            let line: Value = serde_json::from_str(line).expect(&err);
            format!("{} {}", line["rule"].as_str().unwrap(), line["frame"])
        });
        lines.collect()
    };
    // Four packets CONNECT behind the first one, of a client whose server is not heard.
    let all = rules("files/t6_malformed.pcap");
    let second = all.iter().filter(|it| it.starts_with("second-connect "));
    assert_eq!((second.count(), all.len()), (5, 38), "{all:?}");
    // A packet's own fault is told with what stands in it.
    let (_, out, _) = said(&lint(&[], &[capture("files/t6_malformed.pcap")]));
    assert!(out.contains("this is \"MQTX\"."), "{out}");
}

#[test]
fn what_is_given_as_a_key_log_is_one() {
    let (file, other) = (capture("recorded/tls-1.3.pcap"), capture("main.rs"));
    let (code, _, err) = said(&lint(&["--key-log", other.to_str().unwrap()], &[file]));
    assert_eq!(code, Some(2));
    assert!(err.contains("main.rs is no key log"), "{err}");
}

#[test]
fn tls_opens_with_its_keys() {
    let file = capture("recorded/tls-1.3.pcap");
    let (code, _, err) = said(&lint(&[], std::slice::from_ref(&file)));
    assert_eq!(code, Some(0));
    assert!(
        err.contains("key log") && err.contains("0 packets"),
        "{err}"
    );
    let keys = capture("recorded/tls-1.3.keys");
    let (code, out, err) = said(&lint(&["--key-log", keys.to_str().unwrap()], &[file]));
    assert_eq!((code, out.as_str()), (Some(0), ""), "{err}");
    assert!(
        err.contains("on 1 connection of 1 file") && !err.contains("0 packets"),
        "{err}"
    );
}

#[test]
fn text_from_a_pipe_is_read_like_the_page_reads_it() {
    let log =
        b"TX: 10 0d 00 04 4d 51 54 54 04 02 00 3c 00 01 61\nRX: 20 02 00 00\nTX: 62 02 00 07\n";
    let (code, out, _) = said(&given(log, &[]));
    assert_eq!(code, Some(1));
    assert!(
        out.contains("-: packet 3: error: client: ") && out.contains("pubrel-without-pubrec"),
        "{out}"
    );
    let (code, out, _) = said(&given(b"36 05 00 01 61 00 01", &["--mqtt", "3.1.1"]));
    assert_eq!(code, Some(1));
    assert!(out.contains("publish-qos-reserved, MQTT-3.3.1-4"), "{out}");
    assert_eq!(said(&given(b"c0 00", &[])).0, Some(0));
}

#[test]
fn text_is_judged_by_its_times_and_nobody_for_what_it_leaves_out() {
    const LOG: &str = "12:00:00.000 TX: 10 10 00 04 4D 51 54 54 04 02 00 0A 00 04 64 65 76 31\n\
        12:00:00.050 RX: 20 02 00 00\n12:00:25.000 TX: C0 00\n12:00:25.040 RX: D0 00\n";
    let (_, out, err) = said(&given(LOG.as_bytes(), &[]));
    assert!(out.contains("keep-alive-missed"), "{out}{err}");
    let untimed: String = LOG
        .lines()
        .map(|line| line[13..].to_owned() + "\n")
        .collect();
    let (_, out, err) = said(&given(untimed.as_bytes(), &[]));
    assert_eq!(out, "", "{err}");
    // The PUBREC is not there, or cannot be read.
    let published = |line: &str| {
        let text = format!(
            "Client hex: 101000044D5154540402003C000464657631\nBroker hex: 20020000\nClient hex: 3406000161000721\n\
             {line}Client hex: 62020007\nBroker hex: 70020007\n"
        );
        said(&given(text.as_bytes(), &[])).1
    };
    assert!(published("").contains("pubrel-without-pubrec"));
    assert_eq!(published("Broker hex: 5002 ... 07\n"), "");
}

#[test]
fn what_fails_a_run_can_be_chosen() {
    let file = || [capture("files/t12_keepalive.pcap")];
    assert_eq!(said(&lint(&["--fail-on", "never"], &file())).0, Some(0));
    assert_eq!(said(&lint(&["--fail-on", "warning"], &file())).0, Some(1));
}

#[test]
fn what_cannot_be_read_is_named_and_the_rest_is_read() {
    let files = [
        capture("no-such-file.pcap"),
        capture("files/t12_keepalive.pcap"),
        capture("main.rs"),
    ];
    let (code, out, err) = said(&lint(&[], &files));
    assert_eq!(code, Some(2));
    assert!(out.contains("frame "), "{out}");
    assert!(
        err.contains("no-such-file.pcap: not read: ") && err.contains("main.rs: not read: "),
        "{err}"
    );
    assert!(err.contains("2 files not read"), "{err}");
    let (code, _, err) = said(&given(b"", &[]));
    assert_eq!(code, Some(2));
    assert!(err.contains("-: not read: "), "{err}");
    let (code, _, err) = said(&given(b"GET / HTTP/1.1\r\n\r\n", &[]));
    assert_eq!(code, Some(2));
    assert!(err.contains("HTTP"), "{err}");
    let (code, _, err) = said(&lint(&["--key-log", "/no/such/file"], &files));
    assert_eq!(code, Some(2));
    assert!(err.contains("reading the key log"), "{err}");
}

#[test]
fn many_files_are_told_in_their_order() {
    let files: Vec<PathBuf> = (0..20)
        .map(|at| {
            capture(if at % 2 == 0 {
                "files/t12_keepalive.pcap"
            } else {
                "files/t4_badvarint.pcap"
            })
        })
        .collect();
    let (_, out, _) = said(&lint(&[], &files));
    let mut order: Vec<&str> = out
        .lines()
        .map(|line| line.split(": ").next().unwrap())
        .collect();
    order.dedup();
    let wanted: Vec<_> = files.iter().map(|file| file.to_str().unwrap()).collect();
    assert_eq!(order, wanted);
}

/// A recording that `tests/logs/record.py` made.
fn recorded(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../capture/tests/logs/files")
        .join(name)
}

#[test]
fn recordings_of_browsers_and_proxies_are_linted() {
    let files = ["tcp.flow", "ws.flow", "ws.har"].map(recorded);
    let (code, out, err) = said(&lint(&[], &files));
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(out.lines().all(|line| line.contains(": note: ")), "{out}");
    assert!(
        err.contains("in 114 packets on 6 connections of 3 files"),
        "{err}"
    );
    // Of a broken packet it says in which message of the file it is.
    let broken = r#"{"log":{"entries":[{"_webSocketMessages":[
        {"type":"send","time":1,"opcode":2,"data":"EAwABE1RVFQEAgA8AAA="},
        {"type":"send","time":2,"opcode":2,"data":"NgUAAWEAAQ=="}
    ],"request":{"url":"wss://a/mqtt"}}]}}"#;
    let (code, out, err) = said(&given(broken.as_bytes(), &["--format", "json"]));
    assert_eq!(code, Some(1), "{err}");
    let finding: Value = serde_json::from_str(out.lines().next().unwrap()).unwrap();
    assert_eq!(
        (finding["rule"].as_str(), finding["frame"].as_u64()),
        (Some("publish-qos-reserved"), Some(2)),
        "{out}"
    );
}

#[test]
fn of_packets_in_words_no_rule_is_checked_and_it_says_so() {
    let files = ["mosquitto.log", "sub-5.log"].map(recorded);
    let (code, out, err) = said(&lint(&[], &files));
    assert_eq!((code, out.as_str()), (Some(0), ""), "{err}");
    assert!(
        err.contains("packets are told in words, without bytes: no rules are checked of these"),
        "{err}"
    );
    assert!(!err.contains(" in 0 packets"), "{err}");
}

#[test]
fn junit_has_a_case_for_each_connection_and_each_failure() {
    let files = [
        capture("files/t12_keepalive.pcap"),
        capture("recorded/tcp.pcap"),
        capture("no-such-<file>.pcap"),
    ];
    let (code, out, _) = said(&lint(&["--format", "junit"], &files));
    assert_eq!(code, Some(2));
    assert!(
        out.starts_with("<?xml version=\"1.0\"") && out.ends_with("</testsuites>\n"),
        "{out}"
    );
    assert_eq!(out.matches("<testsuite ").count(), 3, "{out}");
    assert_eq!(
        out.matches("<failure ").count(),
        out.matches("</failure>").count()
    );
    assert!(out.contains("<failure type=\"error\" message=\""), "{out}");
    assert!(
        out.contains("no-such-&lt;file&gt;.pcap") && out.contains("<error type=\"unread\""),
        "{out}"
    );
    // A run that nothing fails has only cases that pass.
    let (code, out, _) = said(&lint(
        &["--format", "junit", "--fail-on", "never"],
        &files[..2],
    ));
    assert_eq!((code, out.contains("<failure ")), (Some(0), false), "{out}");
    assert!(out.contains("<system-out>"), "{out}");
}

#[test]
fn sarif_names_each_rule_that_a_result_has() {
    let files = [
        capture("files/t12_keepalive.pcap"),
        capture("files/t6_malformed.pcap"),
        capture("no such file.pcap"),
    ];
    let (code, out, _) = said(&lint(&["--format", "sarif"], &files));
    assert_eq!(code, Some(2));
    let log: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules: Vec<&str> = run["tool"]["driver"]["rules"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rule| rule["id"].as_str().unwrap())
        .collect();
    let results = run["results"].as_array().unwrap();
    assert!(results.len() >= 30, "{}", results.len());
    for result in results {
        assert!(
            rules.contains(&result["ruleId"].as_str().unwrap()),
            "{result}"
        );
        let place = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
        assert!(place.as_str().unwrap().ends_with(".pcap"), "{result}");
    }
    let invocation = &run["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let unread = &invocation["toolExecutionNotifications"][0];
    assert_eq!(unread["level"], "error");
    let uri = unread["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str();
    assert!(uri.unwrap().ends_with("no%20such%20file.pcap"), "{unread}");
    // Without a finding it is a whole document, too.
    let (_, out, _) = said(&lint(
        &["--format", "sarif"],
        &[capture("recorded/tcp.pcap")],
    ));
    let log: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(log["runs"][0]["results"].as_array().unwrap().len(), 0);
}

#[test]
fn rules_can_be_chosen_and_left_out() {
    let file = || [capture("files/t6_malformed.pcap")];
    let rules = |arguments: &[&str]| {
        let (_, out, err) = said(&lint(arguments, &file()));
        assert!(!out.is_empty(), "{err}");
        let lines = out.lines().map(|line| {
            let line: Value = serde_json::from_str(line).unwrap();
            line["rule"].as_str().unwrap().to_owned()
        });
        lines.collect::<Vec<_>>()
    };
    let all = rules(&["--format", "json"]);
    let first = all.first().unwrap().as_str();
    let only = rules(&["--format", "json", "--rules", first]);
    assert!(only.iter().all(|rule| rule == first));
    let without = rules(&["--format", "json", "--rules", &format!("-{first}")]);
    assert_eq!(only.len() + without.len(), all.len());
    let (code, _, err) = said(&lint(&["--rules", "publish-qos-reserve"], &file()));
    assert_eq!(code, Some(2));
    assert!(err.contains("did you mean publish-qos-reserved?"), "{err}");
}

#[test]
fn bytes_that_are_no_capture_are_not_judged_where_their_name_says_that_they_are() {
    let folder = std::env::temp_dir().join(format!("mqttscope-lint-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    // It would be a PUBLISH with a wrong QoS, and more.
    let noise: Vec<u8> = (0..400_u32).map(|at| (at * at % 251 + 3) as u8).collect();
    let named = folder.join("noise.pcap");
    std::fs::write(&named, [&[0x36, 0xff][..], &noise].concat()).unwrap();
    let (code, out, err) = said(&lint(&[], std::slice::from_ref(&named)));
    assert_eq!((code, out.as_str()), (Some(2), ""), "{err}");
    assert!(
        err.contains("noise.pcap: not read: it is no capture"),
        "{err}"
    );
    // A dump in hex is read whatever its name is.
    std::fs::write(&named, "c0 00 d0 00").unwrap();
    let (code, _, err) = said(&lint(&[], std::slice::from_ref(&named)));
    assert_eq!(code, Some(0), "{err}");
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn loss_is_said_and_so_are_servers_that_were_not_reached() {
    let file = capture("files/t10_missingseg.pcap");
    let (_, _, err) = said(&lint(&[], std::slice::from_ref(&file)));
    let totals = err.lines().last().unwrap();
    assert!(
        totals.contains("; 1 gap, ") && totals.ends_with("missing in the recording"),
        "{err}"
    );
    let (_, out, _) = said(&lint(&["--format", "junit"], std::slice::from_ref(&file)));
    assert!(out.contains("<system-out>\n1 gap, "), "{out}");
    let followed = Command::new(env!("CARGO_BIN_EXE_mqttscope"))
        .arg("follow")
        .arg(&file)
        .output()
        .unwrap();
    let (_, out, _) = said(&followed);
    assert!(
        out.contains(" gap: ") && out.contains("missing here"),
        "{out}"
    );
    // A SYN that is answered by RST, in a capture of raw IP.
    let mut refused = 0xa1b2_c3d4_u32.to_le_bytes().to_vec();
    refused.extend([2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 101, 0, 0, 0]);
    for (from, to, flags) in [(50_000_u16, 4418_u16, 2_u8), (4418, 50_000, 20)] {
        refused.extend([0; 8]);
        refused.extend([40, 0, 0, 0, 40, 0, 0, 0]);
        refused.extend([
            0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1,
        ]);
        refused.extend(from.to_be_bytes().into_iter().chain(to.to_be_bytes()));
        refused.extend([0, 0, 0, 0, 0, 0, 0, 0, 0x50, flags, 255, 255, 0, 0, 0, 0]);
    }
    let says = "127.0.0.1:4418 refused the connection (RST), once";
    let (code, _, err) = said(&given(&refused, &[]));
    assert_eq!(code, Some(0));
    assert!(err.contains(says), "{err}");
}
