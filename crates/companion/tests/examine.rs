//! `mqttscope examine` against `mqttscope broker`, and against a server that breaks what is asked.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "support/mod.rs"]
mod support;

use std::io::{Read as _, Write as _};

use serde_json::Value;
use support::{Running, Server, exactly};

/// Examines; gives code, output and errors.
fn examine(arguments: &[&str]) -> (Option<i32>, String, String) {
    let all = [&["examine"], arguments].concat();
    Running::start(&all).ended()
}

/// Asks for what a broker lacks: ours has it.
fn is_of_lesser(check: &Value) -> bool {
    let of_lesser = [
        "client-identifier-refused",
        "quality-of-will",
        "quality-subscribed",
        "retain-of-will",
    ];
    let is = |id: &&str| check["id"] == **id;
    check["verdict"] == "not-applicable" && of_lesser.iter().any(is)
}

#[test]
fn our_broker_keeps_all_that_it_is_asked_over_tcp() {
    let mut broker = Running::start(&["broker", "0"]);
    let url = format!("mqtt://{}", broker.address("at"));
    let (code, out, errors) = examine(&[&url, "--format", "json", "--hostile"]);
    let report: Value = serde_json::from_str(&out).unwrap();
    let checks = report["checks"].as_array().unwrap();
    let other: Vec<&Value> = checks
        .iter()
        .filter(|check| check["verdict"] != "kept" && !is_of_lesser(check))
        .collect();
    assert_eq!(code, Some(0), "{errors}\n{other:#?}");
    assert!(other.is_empty(), "{other:#?}");
    assert!(checks.len() > 250, "{}", checks.len());
    assert!(
        errors.contains("client identifiers begin with mq"),
        "{errors}"
    );
    let ping = checks
        .iter()
        .find(|check| check["id"] == "ping" && check["version"] == "5")
        .unwrap();
    assert_eq!(ping["statements"][0], "MQTT-3.12.4-1");
    let sent = ping["packets"].as_array().unwrap();
    let pings = |packet: &&Value| packet["event"] == "received" && packet["hex"] == "d0 00";
    assert_eq!(sent.iter().filter(pings).count(), 1);
    assert_eq!(
        report["card"]["versions"]["5"]["QoS granted where 2 was asked for"],
        "2"
    );
}

#[test]
fn some_checks_are_asked_over_websocket_and_written_in_each_format() {
    let mut broker = Running::start(&["broker", "--ws", "0"]);
    let url = format!("ws://{}/mqtt", broker.address("at"));
    for (format, holds) in [
        ("text", "kept"),
        (
            "junit",
            "<testcase classname=\"MQTT 3.1.1\" name=\"second-connect\"",
        ),
        ("html", "<b>second-connect</b>"),
        ("json", "\"id\":\"second-connect\""),
    ] {
        let only = "--only=second-connect,MQTT-3.12.4-1";
        let (code, out, errors) = examine(&[&url, "--format", format, only]);
        assert_eq!(code, Some(0), "{out}{errors}");
        assert!(out.contains(holds), "{format}: {out}");
    }
}

/// Answers CONNECT and SUBSCRIBE of version 3.1.1, and nothing else.
fn deaf(server: Server) {
    std::thread::spawn(move || {
        loop {
            let mut stream = server.accept();
            std::thread::spawn(move || {
                let mut first = [0];
                while stream.read_exact(&mut first).is_ok() {
                    let len = exactly(&mut stream, 1);
                    let rest = exactly(&mut stream, len[0].into());
                    let answer: &[u8] = match first[0] {
                        0x10 => b"\x20\x02\x00\x00",
                        0x82 => &[0x90, 3, rest[0], rest[1], 2],
                        _ => &[],
                    };
                    if stream.write_all(answer).is_err() {
                        return;
                    }
                }
            });
        }
    });
}

#[test]
fn a_server_that_does_not_answer_pings_breaks_it() {
    let server = Server::start();
    let url = format!("mqtt://{}", server.address());
    deaf(server);
    let (code, out, errors) = examine(&[&url, "--version", "3.1.1", "--only", "ping"]);
    assert_eq!(code, Some(1), "{out}{errors}");
    assert!(
        out.contains("broken ping (MQTT 3.1.1) MQTT-3.12.4-1"),
        "{out}"
    );
    assert!(out.contains("this rests on that time alone"), "{out}");
}

#[test]
fn nobody_there_and_checks_that_do_not_exist_are_no_examination() {
    let (code, out, errors) = examine(&["mqtt://127.0.0.1:1"]);
    assert_eq!((code, &*out), (Some(2), ""), "{errors}");
    // The option takes one word, wherever it stands.
    for arguments in [
        ["mqtt://127.0.0.1:1", "--only", "nothing"],
        ["--only", "nothing", "mqtt://127.0.0.1:1"],
    ] {
        let (code, _, errors) = examine(&arguments);
        assert_eq!(code, Some(2));
        assert!(errors.contains("--list"), "{errors}");
    }
    let (code, out, _) = examine(&["--list"]);
    assert_eq!(code, Some(0));
    assert!(out.contains("no-local: With No Local"), "{out}");
}

#[test]
fn brokers_are_examined_over_tls_and_their_certificates_are_verified() {
    let made = support::folder("examine-tls").join("made");
    let made = made.to_str().unwrap();
    let ca = format!("{made}/ca.pem");
    for (scheme, listen, path) in [("mqtts", "--tls", ""), ("wss", "--wss", "/mqtt")] {
        let mut broker = Running::start(&["broker", listen, "0", "--listen-make", made]);
        let url = format!("{scheme}://localhost:{}{path}", broker.address("at").port());
        let (code, out, errors) = examine(&[&url, "--cafile", &ca, "--only", "ping"]);
        assert_eq!(code, Some(0), "{out}{errors}");
        let (code, _, errors) = examine(&[&url, "--insecure", "--only", "ping"]);
        assert_eq!(code, Some(0), "{errors}");
        let (code, _, errors) = examine(&[&url, "--only", "ping"]);
        assert_eq!(code, Some(2), "{errors}");
        assert!(errors.contains("TLS with localhost"), "{errors}");
    }
}

#[test]
fn a_client_is_examined_as_the_broker_that_it_connects_to() {
    let only = "--only=connects,closes-over-malformed,repeats-qos-1";
    let mut running = Running::start(&[
        "examine-client",
        "0",
        only,
        "--format",
        "json",
        "--within",
        "60",
    ]);
    let address = running.address("to");
    running.err().wait("Switch the client on.");
    // It wants a session, publishes, and sends again without DUP.
    let connect = b"\x10\x0d\x00\x04MQTT\x04\x00\x00\x3c\x00\x01a";
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    stream.write_all(connect).unwrap();
    assert_eq!(exactly(&mut stream, 4), [0x20, 2, 0, 0]);
    running.err().wait("kept  connects");
    stream.write_all(b"\x32\x06\x00\x01t\x00\x07x").unwrap();
    assert_eq!(
        stream.read(&mut [0]).unwrap(),
        0,
        "the link is cut in place of a PUBACK"
    );
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    stream.write_all(connect).unwrap();
    assert_eq!(exactly(&mut stream, 4), [0x20, 2, 1, 0]);
    stream.write_all(b"\x32\x06\x00\x01t\x00\x07x").unwrap();
    running.err().wait("broken  repeats-qos-1");
    // What is no packet comes; it closes.
    stream.write_all(b"\xc0\x00").unwrap();
    while exactly(&mut stream, 1) != [0x36] {}
    drop(stream);
    running.err().wait("kept  closes-over-malformed");
    let (code, out, errors) = running.ended();
    assert_eq!(code, Some(1), "{out}{errors}");
    let report: Value = serde_json::from_str(&out).unwrap();
    let checks = report["checks"].as_array().unwrap();
    let broken = checks
        .iter()
        .find(|check| check["id"] == "repeats-qos-1")
        .unwrap();
    assert_eq!(broken["verdict"], "broken");
    assert_eq!(broken["statements"][0], "MQTT-4.4.0-1");
    assert_eq!(
        report["card"]["versions"]["3.1.1"]["Client Identifier"],
        "a"
    );
}

#[test]
fn nobody_to_examine_and_unknown_situations_are_said() {
    let (code, _, errors) = Running::start(&["examine-client", "0", "--within", "0"]).ended();
    assert_eq!(code, Some(2));
    assert!(errors.contains("nobody connected"), "{errors}");
    let (code, _, errors) = Running::start(&["examine-client", "0", "--only", "no-such"]).ended();
    assert_eq!(code, Some(2));
    assert!(errors.contains("`no-such`"), "{errors}");
}

#[test]
fn two_reports_are_set_beside_each_other() {
    let mut broker = Running::start(&["broker", "0"]);
    let url = format!("mqtt://{}", broker.address("at"));
    let only = "--only=ping,will-sent,retain-as-published";
    let (code, report, errors) = examine(&[&url, "--format", "json", "--version", "5", only]);
    assert_eq!(code, Some(0), "{errors}");
    let folder = support::folder("examine-compare");
    let write = |name: &str, text: &str| {
        let file = folder.join(name);
        std::fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let a = write("a.json", &report);
    let (code, out, errors) = examine(&["compare", &a, &a]);
    assert_eq!(code, Some(0), "{out}{errors}");
    assert!(out.trim_end().ends_with("nothing differs"), "{out}");

    let mut other: Value = serde_json::from_str(&report).unwrap();
    other["card"]["versions"]["5"]["Receive Maximum"] = "7".into();
    let checks = other["checks"].as_array_mut().unwrap();
    let ping = checks
        .iter_mut()
        .find(|check| check["id"] == "ping")
        .unwrap();
    ping["verdict"] = "broken".into();
    let b = write("b.json", &other.to_string());
    let (code, out, errors) = examine(&["compare", &a, &b]);
    assert_eq!(code, Some(1), "{out}{errors}");
    for line in [
        "ping (MQTT 5): A kept, B broken",
        "Receive Maximum (MQTT 5): A 100 messages at a time, B 7 messages at a time",
    ] {
        assert!(out.lines().any(|it| it == line), "{line}: {out}");
    }
    assert!(
        !out.contains("will-sent") && out.starts_with("A: mqtt://"),
        "{out}"
    );
    let (_, out, _) = examine(&["compare", &a, &b, "--format", "json"]);
    let compared: Value = serde_json::from_str(&out).unwrap();
    let differ = compared["checks"].as_array().unwrap().iter();
    assert_eq!(differ.filter(|check| check["differs"] == true).count(), 1);
    let (_, out, _) = examine(&["compare", &a, &b, "--format", "html"]);
    assert!(out.contains("<tr class=\"differs\"><th>ping</th>"), "{out}");

    let wrong = write("wrong.json", "{}");
    let (code, _, errors) = examine(&["compare", &a, &wrong]);
    assert_eq!(code, Some(2));
    assert!(
        errors.contains("wrong.json: it is no JSON of an examination"),
        "{errors}"
    );
}
