//! Several files, whose packets stand in one list by their times.

use super::*;

#[test]
fn several_files_are_one_recording() {
    let names = [
        "files/t12_keepalive.pcap",
        "files/t2_alias.pcap",
        "files/t1_ws.pcap",
    ];
    let (_, together) = read(&names, 1 << 20);
    let alone: usize = names
        .iter()
        .map(|name| packets(&read(&[name], 1 << 20).1).count())
        .sum();
    assert_eq!(packets(&together).count(), alone);
    assert_eq!(together.view.files.len(), 3);
}

/// A capture of one connection of this client, whose packets come at these times, in seconds.
fn capture_of(client: u8, seconds: &[u64]) -> Vec<u8> {
    let (mut writer, mut bytes) = (Writer::new("mqttscope 1"), Vec::new());
    writer.begin(&mut bytes);
    let ends = Ends {
        client: ([10, 0, 0, client], 40_000).into(),
        server: ([10, 0, 0, 99], 1883).into(),
    };
    for (number, second) in seconds.iter().enumerate() {
        let at = second * 1_000_000_000;
        let mut packet = b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x00\x00\x01a".to_vec();
        packet[14] += client;
        if number == 0 {
            writer.open(1, ends, "", at, &mut bytes);
        } else {
            packet = vec![0xc0, 0];
        }
        writer.bytes(1, Role::Client, &packet, at, &mut bytes);
    }
    bytes
}

/// The clients of the packets in the list, by their last letters.
fn clients(shown: &Shown) -> String {
    let name = |row: &WireRow| {
        let of = shown.captured.iter().find(|it| it.id == row.connection);
        of.unwrap().client_identifier.clone()
    };
    packets(shown).map(name).collect()
}

#[test]
fn several_files_are_listed_by_time() {
    /// In 2020.
    const T: u64 = 1_600_000_000;
    let a = capture_of(0, &[T, T + 3, T + 5, T + 5]);
    let b = capture_of(1, &[T + 2, T + 4, T + 5]);
    let c = capture_of(2, &[T - 1, T + 9]);
    for most in [1, 64, 1 << 20] {
        let merged = read_bytes(&[&a, &b, &c], most);
        assert_eq!(clients(&merged), "cababaabc", "{most}");
        assert!(merged.view.files.iter().all(|file| file.apart.is_none()));
        let begins: Vec<Instant> = merged.captured.iter().map(|row| row.begins).collect();
        assert!(begins.is_sorted(), "{begins:?}");
        let frames: u64 = merged.view.files.iter().map(|file| file.frames).sum();
        assert_eq!(merged.view.frames, frames);
    }
    // Without a clock that counts from 1970 a file stands behind the others, in the order of the files.
    let since_start = capture_of(3, &[1, 7]);
    let merged = read_bytes(&[&since_start, &a, &b], 1 << 20);
    assert_eq!(clients(&merged), "ababaabdd");
    let apart: Vec<_> = merged.view.files.iter().map(|file| file.apart).collect();
    assert_eq!(apart, [Some(Apart::NoClock), None, None]);
}

#[test]
fn a_log_without_times_has_none_of_the_file_before_it() {
    const T: u64 = 1_600_000_000;
    let timed = capture_of(0, &[T, T + 3]);
    let log = "Client a sending CONNECT\n\
        Client a received CONNACK (0)\n\
        Client a sending PUBLISH (d0, q0, r0, m0, 'a', ... (4 bytes))\n";
    for files in [vec![log.as_bytes()], vec![&timed[..], log.as_bytes()]] {
        let shown = read_bytes(&files, 1 << 20);
        let told = |row: &&WireRow| matches!(row.event, Some(EventKind::Told(_)));
        let rows: Vec<_> = shown.wire.iter().filter(told).collect();
        assert_eq!(rows.len(), 3);
        assert!(rows.iter().all(|row| row.at == Instant::ZERO), "{rows:#?}");
        // Nor does it say how long after each other they were.
        assert!(rows.iter().all(|row| row.delta_us.is_none()));
    }
}

#[test]
fn a_file_that_is_added_later_stands_where_its_times_are() {
    const T: u64 = 1_600_000_000;
    let a = capture_of(0, &[T, T + 3]);
    let b = capture_of(1, &[T - 2, T + 1]);
    let c = capture_of(2, &[T + 7]);
    let files = [&a[..], &b, &c];
    let mut engine = Engine::new(1);
    for (number, file) in files.iter().enumerate() {
        engine.handle_files([(number.to_string(), file.len() as u64)]);
        feed(&mut engine, &files, 1 << 20);
    }
    assert_eq!(clients(&shown(&mut engine, everything())), "babac");
    // What was stopped cannot be read again: what comes later stands behind it, and that is said.
    let mut engine = Engine::new(1);
    engine.handle_files([("a".to_owned(), a.len() as u64)]);
    let most = a.len() - 1;
    engine.handle_read(Instant::ZERO, Ok(&a[..most]));
    engine.handle_command(Instant::ZERO, Command::StopReading);
    engine.handle_files([("b".to_owned(), b.len() as u64)]);
    feed(&mut engine, &files, 1 << 20);
    let shown = shown(&mut engine, everything());
    assert_eq!(clients(&shown), "abb");
    assert_eq!(shown.view.files[1].apart, Some(Apart::CameLate));
}

#[test]
fn findings_of_merged_files_are_those_of_each() {
    let names = [
        "files/t12_keepalive.pcap",
        "files/zeek__mqtt.pcap",
        "files/presill__mqtt.pcap",
        "files/suricata-verify__mqtt5-pub-qos2.pcap",
    ];
    let says = |shown: &Shown| {
        let findings = shown.findings.iter();
        let mut says: Vec<String> = findings.map(|it| it.message.clone()).collect();
        says.sort();
        says
    };
    let mut alone: Vec<String> = (names.iter())
        .flat_map(|name| says(&read(&[name], 1 << 20).1))
        .collect();
    alone.sort();
    assert!(!alone.is_empty());
    let (_, merged) = read(&names, 1 << 16);
    assert_eq!(says(&merged), alone);
}

/// At the client and at the broker.
#[test]
fn two_captures_of_the_same_traffic_take_nothing_over() {
    let (mut writer, mut one) = (Writer::new("test"), Vec::new());
    writer.begin(&mut one);
    for (id, name) in [(1, b'a'), (2, b'b')] {
        writer.open(id, from(50_000 + id as u16), "", SECOND, &mut one);
        writer.bytes(id, Role::Client, &connect(name), SECOND, &mut one);
        writer.bytes(id, Role::Server, b"\x20\x02\0\0", 2 * SECOND, &mut one);
        writer.bytes(id, Role::Client, b"\xc0\0", 3 * SECOND, &mut one);
        writer.bytes(id, Role::Server, b"\xd0\0", 4 * SECOND, &mut one);
    }
    let mut other = one.clone();
    writer.bytes(1, Role::Client, b"\xc0\0", 5 * SECOND, &mut other);
    writer.bytes(1, Role::Server, b"\xd0\0", 5 * SECOND, &mut other);
    let mut engine = Engine::new(1);
    let files = [&one[..], &other];
    let names = ["one", "other"].map(str::to_owned);
    engine.handle_files([
        (names[0].clone(), one.len() as u64),
        (names[1].clone(), other.len() as u64),
    ]);
    feed(&mut engine, &files, 1 << 20);
    let shown = shown(&mut engine, everything());
    assert_eq!(shown.captured.len(), 4);
    let says: Vec<_> = shown.findings.iter().map(|it| &it.message).collect();
    assert_eq!(says, [""; 0]);
}

/// So many seconds after a moment of 2020, in nanoseconds.
const fn at(seconds: u64) -> u64 {
    (1_600_000_000 + seconds) * 1_000_000_000
}

/// Two files that were recorded one behind the other: a packet is cut between them.
fn rotated(comments: bool) -> [Vec<u8>; 2] {
    let publish = b"\x32\x07\0\x01t\0\x01hi";
    let (mut writer, [mut one, mut two]) = (Writer::new("test"), [Vec::new(), Vec::new()]);
    writer.begin(&mut one);
    for (id, name) in [(1, b'a'), (2, b'b')] {
        let ends = from(50_000 + id as u16);
        let comment = format!(
            "{} to 10.0.0.9:4410 through the tap {}",
            ends.client, ends.server
        );
        let comment = if comments { &*comment } else { "" };
        writer.open(id, ends, comment, at(1), &mut one);
        writer.bytes(id, Role::Client, &connect(name), at(1), &mut one);
        writer.bytes(id, Role::Server, b"\x20\x02\0\0", at(2), &mut one);
    }
    writer.bytes(1, Role::Client, &publish[..4], at(3), &mut one);
    writer.go_on(at(4), &mut two);
    writer.bytes(1, Role::Client, &publish[4..], at(4), &mut two);
    writer.bytes(1, Role::Server, b"\x40\x02\0\x01", at(5), &mut two);
    writer.bytes(2, Role::Client, b"\xe0\0", at(6), &mut two);
    writer.close(2, at(6), &mut two);
    // The same client once more: its connection before ended, and is not taken over.
    let again = from(50_009);
    writer.open(3, again, "", at(7), &mut two);
    writer.bytes(3, Role::Client, &connect(b'b'), at(7), &mut two);
    writer.bytes(3, Role::Server, b"\x20\x02\0\0", at(7), &mut two);
    [one, two]
}

#[test]
fn a_connection_goes_on_in_the_next_file() {
    for (comments, most) in [(true, 1 << 20), (false, 1 << 20), (false, 600)] {
        let [one, two] = rotated(comments);
        for files in [[&one[..], &two], [&two, &one]] {
            let together = read_bytes(&files, most);
            assert_eq!(together.captured.len(), 3, "{comments} {most}");
            assert_eq!(packets(&together).count(), 9);
            assert_eq!(together.view.notes, [""; 0]);
            let gaps: u64 = together.captured.iter().map(|row| row.gaps).sum();
            assert_eq!(gaps, 0);
            let says: Vec<&str> = (together.findings.iter()).map(|it| &*it.message).collect();
            assert!(!says.iter().any(|it| it.contains("taken over")), "{says:?}");
        }
    }
    // The second one alone still knows between whom it was recorded.
    let [_, two] = rotated(true);
    let alone = read_bytes(&[&two], 1 << 20);
    let server = &alone.captured[0].server;
    assert!(server.starts_with("10.0.0.9:4410"), "{server}");
}

#[test]
fn files_that_have_nothing_in_common_do_not_go_on() {
    let [one, _] = rotated(false);
    // The same ends and numbers, with a beginning of its own.
    let (mut writer, mut other) = (Writer::new("test"), Vec::new());
    writer.begin(&mut other);
    writer.open(1, from(50_001), "", at(9), &mut other);
    writer.bytes(1, Role::Client, &connect(b'a'), at(9), &mut other);
    let shown = read_bytes(&[&one, &other], 1 << 20);
    assert_eq!(shown.captured.len(), 3);
}
