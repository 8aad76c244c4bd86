//! Faults, over sockets.

use std::io::{Read as _, Write as _};
use std::process::Command;

use crate::support::{
    CONNACK, CONNECT, Mosquitto, Running, Server, connect, exactly, folder, noise, passes,
    until_end,
};

fn tap(name: &str, to: &str, faults: &str, more: &[&str]) -> Running {
    let file = folder(&format!("faults-{name}")).join("faults.txt");
    std::fs::write(&file, faults).unwrap();
    let all = [
        &["tap", "0", "--to", to, "--faults", file.to_str().unwrap()],
        more,
    ]
    .concat();
    Running::start(&all)
}

#[test]
fn faults_for_others_change_nothing() {
    let server = Server::start();
    let faults = "cut b at 0\nslow b at 0 by 5000\nthrottle b at 0 to 1";
    let mut running = tap("others", &server.address(), faults, &[]);
    let mut client = connect(running.address("tap"));
    let mut broker = server.accept();
    passes(&mut client, &mut broker, &CONNECT);
    let bytes = noise(3_000_000);
    std::thread::scope(|scope| {
        for end in [&client, &broker] {
            let bytes = &bytes;
            scope.spawn(move || {
                let mut end = end;
                end.write_all(bytes).unwrap();
                end.shutdown(std::net::Shutdown::Write).unwrap();
            });
            scope.spawn(move || {
                let (mut end, mut got) = (end, Vec::new());
                end.read_to_end(&mut got).unwrap();
                assert!(got == *bytes);
            });
        }
    });
    running.out().wait("closed: closed, ");
}

#[test]
fn a_lost_acknowledgement_ends_both_connections_and_is_told() {
    let server = Server::start();
    let mut running = tap(
        "cut",
        &server.address(),
        "# once\ncut a before PUBACK 1",
        &[],
    );
    let address = running.address("tap");
    let mut client = connect(address);
    let mut broker = server.accept();
    passes(&mut client, &mut broker, &CONNECT);
    passes(&mut broker, &mut client, &CONNACK);
    passes(&mut client, &mut broker, &[0x32, 5, 0, 1, b't', 0, 1]);
    broker.write_all(&[0x40, 2, 0, 1]).unwrap();
    assert_eq!(
        (until_end(&mut client), until_end(&mut broker)),
        (vec![], vec![])
    );
    running.out().wait("← PUBACK");
    running
        .out()
        .wait("fault: line 2: cut before PUBACK 1; 4 bytes did not go on");
    running.out().wait("closed by the tap: a fault");
    let mut client = connect(address);
    let mut broker = server.accept();
    passes(&mut client, &mut broker, &CONNECT);
    passes(&mut broker, &mut client, &[0x40, 2, 0, 1]);
}

#[test]
fn nobody_is_blamed_for_what_a_fault_took_away() {
    let server = Server::start();
    let faults = "cut a before PUBACK 1\nhalf-open a after PINGREQ 1";
    let mut running = tap("blame", &server.address(), faults, &[]);
    let address = running.address("tap");
    let kept = *b"\x10\x0d\x00\x04MQTT\x04\x00\x00\x3c\x00\x01a";
    let mut client = connect(address);
    let mut broker = server.accept();
    passes(&mut client, &mut broker, &kept);
    passes(&mut broker, &mut client, &CONNACK);
    passes(&mut client, &mut broker, &[0x32, 5, 0, 1, b't', 0, 1]);
    broker.write_all(&[0x40, 2, 0, 1]).unwrap();
    until_end(&mut client);
    let mut client = connect(address);
    let mut broker = server.accept();
    passes(&mut client, &mut broker, &kept);
    passes(&mut broker, &mut client, &[0x20, 2, 1, 0]);
    // The broker has acknowledged it, and the client cannot know.
    passes(&mut client, &mut broker, &[0x3a, 5, 0, 1, b't', 0, 1]);
    passes(&mut broker, &mut client, &[0x40, 2, 0, 1]);
    passes(&mut client, &mut broker, &[0xc0, 0]);
    running.out().wait("the client's stays");
    // What nobody gets is not judged: no second CONNECT may come on a connection.
    client.write_all(&kept).unwrap();
    running.out().wait("→ CONNECT");
    drop(client);
    running.out().wait("bytes went nowhere");
    let (_, _, err) = running.interrupt();
    assert!(
        err.contains("2 connections, 10 packets, 0 findings"),
        "{err}"
    );
}

#[test]
fn a_refused_client_reads_why() {
    let server = Server::start();
    let mut running = tap(
        "refuse",
        &server.address(),
        "refuse * CONNECT 1 with 5",
        &[],
    );
    let mut client = connect(running.address("tap"));
    let mut broker = server.accept();
    // More than is read: the refusal must reach it all the same.
    client
        .write_all(&[&CONNECT[..], &noise(100_000)].concat())
        .unwrap();
    assert_eq!(exactly(&mut client, 4), [0x20, 2, 0, 5]);
    assert_eq!(until_end(&mut client), b"");
    assert_eq!(until_end(&mut broker), b"");
    running.out().wait("CONNECT 1 is refused with 0x05");
}

#[test]
fn a_half_open_connection_stays_silent() {
    let server = Server::start();
    let mut running = tap(
        "half-open",
        &server.address(),
        "half-open * after PINGREQ 1",
        &[],
    );
    let mut client = connect(running.address("tap"));
    let mut broker = server.accept();
    passes(&mut client, &mut broker, &CONNECT);
    passes(&mut client, &mut broker, &[0xc0, 0]);
    assert_eq!(until_end(&mut broker), b"");
    client.write_all(&[0xc0, 0]).unwrap();
    running
        .out()
        .wait("the broker's side is closed, the client's stays");
    running.out().wait("→ PINGREQ");
    client.set_nonblocking(true).unwrap();
    let silent = client.read(&mut [0; 1]).unwrap_err();
    assert_eq!(silent.kind(), std::io::ErrorKind::WouldBlock);
    drop(client);
    running.out().wait("2 bytes went nowhere");
}

#[test]
fn a_changed_field_reaches_the_other_end_only() {
    let server = Server::start();
    let faults = "change * PUBLISH 1 field topic-name to other";
    let mut running = tap("change", &server.address(), faults, &["--format", "json"]);
    let mut client = connect(running.address("tap"));
    let mut broker = server.accept();
    passes(&mut client, &mut broker, &CONNECT);
    client.write_all(b"\x30\x04\x00\x01tx").unwrap();
    assert_eq!(exactly(&mut broker, 10), b"\x30\x08\x00\x05otherx");
    let said = running.out().wait("\"fault\"");
    assert!(
        said.contains("PUBLISH 1 is changed: topic-name to other"),
        "{said}"
    );
}

#[test]
fn a_device_that_lost_its_puback_sends_again_with_dup() {
    let folder = folder("faults-dup");
    let Some(broker) = Mosquitto::start("", &folder) else {
        return;
    };
    if !Command::new("python3")
        .args(["-c", "import paho.mqtt.client"])
        .output()
        .is_ok_and(|output| output.status.success())
    {
        eprintln!("skipped: paho-mqtt is not installed");
        return;
    }
    let mut running = tap(
        "dup",
        &broker.address.to_string(),
        "cut device before PUBACK 1",
        &[],
    );
    let port = running.address("tap").port().to_string();
    let program = "
import sys
import paho.mqtt.client as mqtt
client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id='device', clean_session=False)
client.reconnect_delay_set(1, 1)
client.connect('127.0.0.1', int(sys.argv[1]))
client.loop_start()
client.publish('t', 'x', qos=1).wait_for_publish(50)
client.disconnect()
client.loop_stop()
";
    let done = Command::new("python3")
        .args(["-c", program, &port])
        .output()
        .unwrap();
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    running.out().wait("cut before PUBACK 1");
    let again = running.out().wait("→ PUBLISH");
    assert!(
        again.contains("#2 device") && again.contains("dup"),
        "{again}"
    );
    running.out().wait("← PUBACK");
}

#[test]
fn what_has_come_is_sent_on_before_it_ends() {
    let server = Server::start();
    let mut running = tap("ends", &server.address(), "hold * until 600000", &[]);
    let mut client = connect(running.address("tap"));
    let mut broker = server.accept();
    passes(&mut client, &mut broker, &CONNECT);
    client.write_all(&[0xc0, 0, 0x40, 2, 0, 1]).unwrap();
    running.out().wait("PUBACK is held back");
    running.signal("INT");
    assert_eq!(until_end(&mut broker), [0xc0, 0]);
    assert_eq!(until_end(&mut client), b"");
    drop((client, broker));
    running
        .out()
        .wait("the tap ends; 4 bytes that waited did not go on");
    assert_eq!(running.wait().code(), Some(0));
}

#[test]
fn a_file_of_faults_that_is_wrong_is_told_line_by_line() {
    let running = tap(
        "wrong",
        "localhost:1",
        "cut * at 5\ncutt * at 5\nhold * until x",
        &[],
    );
    let (code, _, err) = running.ended();
    assert_eq!(code, Some(2));
    assert!(
        err.contains("Line 2: ") && err.contains("Did you mean `cut`?"),
        "{err}"
    );
    assert!(
        err.contains("Line 3: ") && err.contains("faults.txt"),
        "{err}"
    );
}
