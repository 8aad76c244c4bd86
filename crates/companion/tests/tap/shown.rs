//! What is shown of it.

use serde_json::Value;

use crate::support::{
    CONNACK, CONNECT, Mosquitto, Running, Server, connect, folder, passes, publish, tool,
};

#[test]
fn packets_and_findings_stand_in_order() {
    let server = Server::start();
    let mut running = Running::start(&["tap", "0", "--to", &server.address()]);
    let mut client = connect(running.address("tap"));
    let mut broker = server.accept();
    passes(&mut client, &mut broker, &CONNECT);
    passes(&mut broker, &mut client, &CONNACK);
    // In pieces, and two packets in one.
    passes(&mut client, &mut broker, &[0x62]);
    passes(&mut client, &mut broker, &[0x02, 0x00, 0x07, 0xc0, 0x00]);
    running.out().wait("#1 a → CONNECT");
    running.out().wait("#1 a ← CONNACK");
    running.out().wait("    3 ");
    let finding = running.out().wait("[");
    assert!(
        finding.starts_with("      error: client: ") && finding.contains("pubrel-without-pubrec"),
        "{finding}"
    );
    running.out().wait("#1 a → PINGREQ");
    drop((client, broker));
    running.out().wait("#1 a closed: closed, 4 packets");
    let (_, _, err) = running.interrupt();
    assert!(err.contains("1 connection, 4 packets, 1 finding"), "{err}");
}

#[test]
fn json_has_a_line_for_each_thing() {
    let server = Server::start();
    let address = server.address();
    let mut running = Running::start(&["tap", "0", "--to", &address, "--format", "json"]);
    let mut client = connect(running.address("tap"));
    let mut broker = server.accept();
    passes(&mut client, &mut broker, &CONNECT);
    passes(&mut client, &mut broker, &publish("t", b"x"));
    passes(&mut client, &mut broker, &[0x36, 5, 0, 1, b'a', 0, 1]);
    drop((client, broker));
    running.out().wait("\"closed\"");
    let lines: Vec<Value> = (running.out().seen.iter())
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let kinds: Vec<&str> = lines
        .iter()
        .map(|line| line["kind"].as_str().unwrap_or("finding"))
        .collect();
    assert_eq!(kinds[..4], ["opened", "packet", "packet", "packet"]);
    assert_eq!(kinds.last(), Some(&"closed"));
    assert_eq!(lines[2]["type"], "PUBLISH");
    assert_eq!(lines[2]["from"], "client");
    assert_eq!(lines[2]["version"], "3.1.1");
    assert!(
        lines
            .iter()
            .any(|line| line["rule"] == "publish-qos-reserved"),
        "{lines:?}"
    );
}

#[test]
fn what_is_no_mqtt_is_carried_and_said() {
    let server = Server::start();
    let mut running = Running::start(&["tap", "0", "--to", &server.address()]);
    let mut client = connect(running.address("tap"));
    let mut broker = server.accept();
    passes(
        &mut client,
        &mut broker,
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    );
    passes(&mut broker, &mut client, b"HTTP/1.1 200 OK\r\n\r\n");
    let finding = running.out().wait("warning: client");
    assert!(finding.contains("HTTP"), "{finding}");
}

#[test]
fn a_packet_beyond_the_limit_passes_and_the_next_one_is_read() {
    let server = Server::start();
    let address = server.address();
    let mut running = Running::start(&["tap", "0", "--to", &address, "--max-packet", "1000"]);
    let mut client = connect(running.address("tap"));
    let mut broker = server.accept();
    passes(&mut client, &mut broker, &CONNECT);
    passes(&mut client, &mut broker, &publish("t", &[b'x'; 100_000]));
    passes(&mut client, &mut broker, &publish("next", b"y"));
    running.out().wait("too large to be kept");
    running.out().wait("QoS 0 · next · 1 B");
}

#[test]
fn mosquittos_clients_and_broker_go_through_without_a_finding() {
    let folder = folder("tap-mosquitto");
    let Some(broker) = Mosquitto::start("", &folder) else {
        return;
    };
    let mut running = Running::start(&["tap", "0", "--to", &broker.address.to_string()]);
    let port = running.address("tap").port().to_string();
    let mut subscriber = std::process::Command::new("mosquitto_sub")
        .args([
            "-p", &port, "-i", "sub", "-V", "5", "-q", "2", "-t", "a/#", "-C", "3", "-W", "60",
        ])
        .stdout(std::process::Stdio::piped())
        .spawn();
    let Ok(subscriber) = &mut subscriber else {
        eprintln!("skipped: mosquitto_sub is not installed");
        return;
    };
    running.out().wait("← SUBACK");
    for qos in ["0", "1", "2"] {
        let message = format!("message {qos}");
        tool(
            "mosquitto_pub",
            &[
                "-p", &port, "-i", "pub", "-q", qos, "-t", "a/b", "-m", &message,
            ],
        );
    }
    let mut got = String::new();
    std::io::Read::read_to_string(subscriber.stdout.as_mut().unwrap(), &mut got).unwrap();
    subscriber.wait().unwrap();
    assert_eq!(got, "message 0\nmessage 1\nmessage 2\n");
    let (_, out, err) = running.interrupt();
    assert!(out.contains("#1 sub → PUBCOMP"), "{out}");
    assert!(
        err.contains("4 connections, 28 packets, 0 findings"),
        "{err}{out}"
    );
}

#[test]
fn passwords_are_in_no_row_and_names_cannot_change_the_terminal() {
    let server = Server::start();
    let address = server.address();
    let connect_with =
        b"\x10\x23\x00\x04MQTT\x04\xc2\x00\x3c\x00\x05a\x1b[2J\x00\x03ann\x00\x0bsecret-word";
    for format in ["text", "json"] {
        let mut running = Running::start(&["tap", "0", "--to", &address, "--format", format]);
        let mut client = connect(running.address("tap"));
        let mut broker = server.accept();
        passes(&mut client, &mut broker, connect_with);
        drop((client, broker));
        running.out().wait("closed");
        let (_, out, err) = running.interrupt();
        assert!(out.contains("CONNECT") && out.contains("ann"), "{out}");
        assert!(
            !out.contains("secret") && !err.contains("secret"),
            "{out}{err}"
        );
        assert!(!out.contains('\x1b'), "{out}");
    }
}

#[test]
fn a_reader_that_goes_away_ends_it() {
    let server = Server::start();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_mqttscope"))
        .args(["tap", "0", "--to", &server.address()])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut err = std::io::BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    std::io::BufRead::read_line(&mut err, &mut line).unwrap();
    let address = line.split(' ').nth(2).unwrap();
    drop(connect(address.parse().unwrap()));
    assert!(child.wait().unwrap().success());
}
