//! Messages of captures: those that break the grammar in the list, payloads that are no text in a file, and more handshakes
//! than are kept.

use super::*;

#[test]
fn a_malformed_publish_says_in_the_list_what_can_be_read_and_that_it_is_wrong() {
    let (mut engine, _) = read(&["files/t6_malformed.pcap"], 1 << 20);
    let looking = Looking {
        messages: Some(ALL),
        ..Looking::default()
    };
    let rows = shown(&mut engine, looking).messages;
    let said: Vec<_> = rows
        .iter()
        .map(|row| {
            let severity = row.severity;
            (&*row.topic, &*row.preview, &*row.kind, row.size, severity)
        })
        .collect();
    let error = Some(Severity::Error);
    assert_eq!(said.len(), 14);
    assert_eq!(said[0], ("a", "x", "text", 1, error));
    assert_eq!(said[4], ("a\\xFF\\xC3", "x", "text", 1, error));
    assert_eq!(said[9], ("a", "ff fe", "hex", 2, error));
    let unreadable = "(no payload can be read)";
    assert_eq!(said[13], ("a", unreadable, "malformed", 0, error));
    assert!(said.iter().all(|it| it.4 == error), "{said:?}");
}

#[test]
fn a_payload_that_is_no_text_is_hex_in_a_table() {
    let (mut writer, mut made) = (Writer::new("test"), Vec::new());
    writer.begin(&mut made);
    writer.open(1, from(50_001), "", SECOND, &mut made);
    for bytes in [
        &connect(b'a')[..],
        b"\x30\x07\x00\x01t=1+1",
        b"\x30\x06\x00\x01t\x00\xe1\x80",
    ] {
        writer.bytes(1, Role::Client, bytes, SECOND, &mut made);
    }
    let mut engine = Engine::new(1);
    engine.handle_files([("a".to_owned(), made.len() as u64)]);
    feed(&mut engine, &[&made], 1 << 20);
    let table = String::from_utf8(exported_as(&mut engine, ExportFormat::MessagesCsv)).unwrap();
    let ends: Vec<_> = table
        .lines()
        .map(|line| line.split(',').rev().take(2).collect::<Vec<_>>())
        .collect();
    assert_eq!(
        ends,
        [
            ["encoding", "payload"],
            ["utf-8", "\"'=1+1\""],
            ["hex", "\"00 e1 80\""],
        ]
    );
}

#[test]
fn of_many_handshakes_the_last_are_kept_and_the_others_counted() {
    let (mut writer, mut made) = (Writer::new("test"), Vec::new());
    writer.begin(&mut made);
    writer.open(1, from(50_001), "", SECOND, &mut made);
    writer.bytes(1, Role::Client, &connect(b'a'), SECOND, &mut made);
    writer.bytes(1, Role::Server, b"\x20\x02\0\0", SECOND, &mut made);
    for _ in 0..10_050 {
        writer.bytes(
            1,
            Role::Client,
            b"\x32\x06\0\x01t\0\x01x",
            SECOND,
            &mut made,
        );
        writer.bytes(1, Role::Server, b"\x40\x02\0\x01", SECOND, &mut made);
    }
    let mut engine = Engine::new(1);
    engine.handle_files([("a".to_owned(), made.len() as u64)]);
    feed(&mut engine, &[&made], 1 << 20);
    let looking = Looking {
        flows: Some(ALL),
        ..Looking::default()
    };
    let shown = shown(&mut engine, looking);
    assert_eq!((shown.flows.len(), shown.flows_left_out), (10_000, 51));
}
