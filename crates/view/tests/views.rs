//! Recordings, field rows, bytes and bits against packets that are known.

use mqttscope_view::{
    bits, bytes,
    edit::Editable,
    examples,
    fields::{self, FieldList, Toggled},
    recording::Recording,
};
use mqttscope_wire::{
    Context, Dissection, Field, ProtocolVersion, Section, Severity, Span, dissect,
};
use proptest::prelude::*;

fn unhex(hex: &str) -> Vec<u8> {
    hex.split_ascii_whitespace()
        .filter_map(|byte| u8::from_str_radix(byte, 16).ok())
        .collect()
}

/// The PUBLISH that the page's sketch shows: a wildcard in the topic, identifier 0.
const SKETCH: &str =
    "34 1a 00 09 73 69 74 65 2f 61 2f 74 2b 00 00 02 01 01 7b 20 22 74 22 3a 20 32 31 7d";

fn sketch() -> (Vec<u8>, Dissection) {
    let bytes = unhex(SKETCH);
    let d = dissect(&bytes, Context::new(ProtocolVersion::V5));
    (bytes, d)
}

fn closed() -> Toggled {
    Toggled::default()
}

fn toggled(nodes: impl IntoIterator<Item = usize>) -> Toggled {
    let mut toggled = Toggled::default();
    for node in nodes {
        toggled.toggle(node);
    }
    toggled
}

fn all_samples() -> Vec<(Vec<u8>, Dissection)> {
    let mut out = Vec::new();
    for example in examples::ALL {
        let recording = Recording::read(example.bytes(), Some(example.version), example.sender);
        for packet in 0..recording.packets().len() {
            out.push((
                recording.bytes_of(packet).to_vec(),
                recording.dissect(packet),
            ));
        }
    }
    out
}

#[test]
fn the_rows_of_a_publish() {
    let (bytes, d) = sketch();
    let rows = fields::rows(&d, &bytes, &closed());
    let text: Vec<_> = rows
        .iter()
        .map(|row| {
            format!(
                "{}{} {} | {}",
                " ".repeat(row.depth.into()),
                row.name,
                row.value,
                row.meaning
            )
        })
        .collect();
    assert_eq!(
        text,
        [
            "Fixed header  | 2 bytes",
            " Packet type 3 PUBLISH | in either direction",
            " DUP 0 | first attempt to send it",
            " QoS 2 | exactly once: a handshake of four packets",
            " RETAIN 0 | from a client: not to be stored; from a server: not sent on subscribing",
            " Remaining Length 26 | 26 bytes follow; written in 1 byte",
            "Variable header  | 16 bytes",
            " Topic Name \"site/a/t+\" | 3 levels, 9 bytes",
            " Packet Identifier 0 | 0 is not allowed",
            " Properties  | 1 property",
            "  Property Length 2 | 2 bytes of properties",
            "  Payload Format Indicator 1 | UTF-8 text",
            "Payload  | 10 bytes",
            " Application Message \"{ \"t\": 21}\" | 10 bytes, looks like JSON",
        ]
    );
    let faults: Vec<_> = rows
        .iter()
        .filter(|row| !row.diagnostics.is_empty())
        .map(|row| (row.field, row.diagnostics.len()))
        .collect();
    assert_eq!(
        faults,
        [(Field::TopicName, 1), (Field::PacketIdentifier, 1)]
    );
    let sections: Vec<_> = rows
        .iter()
        .filter(|row| row.depth == 0)
        .map(|row| row.section)
        .collect();
    assert_eq!(
        sections,
        [
            Section::FixedHeader,
            Section::VariableHeader,
            Section::Payload
        ]
    );
    let of = |field| rows.iter().find(|row| row.field == field).unwrap();
    assert_eq!(of(Field::Properties).section, Section::Properties);
    assert_eq!(of(Field::Retain).editable, Editable::Flag);
    assert_eq!(
        of(Field::PacketIdentifier).editable,
        Editable::Number { max: 65535 }
    );
    assert_eq!(of(Field::TopicName).editable, Editable::Text { max: 65535 });
    assert!(of(Field::PayloadFormatIndicator).is_removable && !of(Field::TopicName).is_removable);
}

#[test]
fn folded_rows_open_and_reveal() {
    let (bytes, d) = sketch();
    let topic = d.tree.find(Field::TopicName).unwrap();
    let list = FieldList::new(&d, &closed());
    assert_eq!(
        list.row_of(&d.tree, topic + 1),
        list.row_of(&d.tree, topic),
        "a length is folded into its string"
    );
    let mut toggled = closed();
    fields::reveal(&d.tree, topic + 1, &mut toggled);
    assert_eq!(toggled, self::toggled([topic]));
    let list = FieldList::new(&d, &toggled);
    assert_eq!(
        list.row_of(&d.tree, topic + 1),
        list.row_of(&d.tree, topic).map(|row| row + 1)
    );
    let row = list
        .row(
            &d,
            &bytes,
            &toggled,
            list.row_of(&d.tree, topic + 1).unwrap(),
        )
        .unwrap();
    assert_eq!((row.name, row.value.as_str()), ("Length", "9"));
    // What is revealed twice is not folded again.
    fields::reveal(&d.tree, topic + 2, &mut toggled);
    assert_eq!(toggled, self::toggled([topic]));
    // A group that was folded by hand is opened.
    let header = d.tree.find(Field::FixedHeader).unwrap();
    let mut toggled = self::toggled([header]);
    assert!(FieldList::new(&d, &toggled).row_of(&d.tree, header + 1) == Some(0));
    fields::reveal(&d.tree, header + 1, &mut toggled);
    assert_eq!(toggled, closed());
}

#[test]
fn keys_find_their_nodes_again() {
    for (_, d) in all_samples() {
        for node in 0..d.tree.nodes().len() {
            let key = fields::key(&d.tree, node).unwrap();
            assert_eq!(fields::by_key(&d.tree, key), Some(node));
        }
    }
}

#[test]
fn every_fault_stands_beside_a_row_that_holds_it() {
    for (bytes, d) in all_samples() {
        let rows = fields::rows(&d, &bytes, &closed());
        let mut shown: Vec<_> = rows
            .iter()
            .flat_map(|row| row.diagnostics.clone())
            .collect();
        shown.sort_unstable();
        assert_eq!(shown, (0..d.diagnostics.len()).collect::<Vec<_>>());
        for row in &rows {
            for fault in row
                .diagnostics
                .iter()
                .filter_map(|&fault| d.diagnostics.get(fault))
            {
                let inside = row.span.contains(fault.span);
                assert!(
                    inside || fault.span.start >= row.span.start,
                    "{} beside {}",
                    fault.rule.name(),
                    row.name
                );
            }
        }
    }
}

#[test]
fn bytes_have_their_section_node_and_fault() {
    let (packet, d) = sketch();
    let lines = bytes::lines(&d, &packet, 16);
    assert_eq!(
        lines
            .iter()
            .map(|line| (line.offset, line.cells.len()))
            .collect::<Vec<_>>(),
        [(0, 16), (16, 12)]
    );
    let cells: Vec<_> = lines.iter().flat_map(|line| line.cells.clone()).collect();
    let field = |at: usize| d.tree.get(cells[at].node.unwrap()).unwrap().field;
    assert_eq!(
        (field(0), field(1), field(2), field(4)),
        (
            Field::PacketType,
            Field::RemainingLength,
            Field::Length,
            Field::Text
        )
    );
    let sections: String = cells
        .iter()
        .map(|cell| match cell.section {
            Section::FixedHeader => 'f',
            Section::VariableHeader => 'v',
            Section::Properties => 'p',
            Section::Payload => 'd',
            Section::Unread => '?',
        })
        .collect();
    assert_eq!(sections, "ffvvvvvvvvvvvvvpppdddddddddd");
    let faults: Vec<_> = (0..cells.len())
        .filter(|&at| cells[at].fault == Some(Severity::Error))
        .collect();
    assert_eq!(faults, [12, 13, 14]);
    assert_eq!(bytes::lines(&d, &packet, 8).len(), 4);
    assert_eq!(
        (
            bytes::ascii(b'a'),
            bytes::ascii(0),
            bytes::ascii(0x7f),
            bytes::ascii(b' ')
        ),
        ('a', '.', '.', ' ')
    );
    // A byte of flags is one field.
    let connect = unhex("10 12 00 04 4d 51 54 54 04 02 00 3c 00 06 63 6c 69 65 6e 74");
    let d = dissect(&connect, Context::new(ProtocolVersion::V3_1_1));
    let line = bytes::Layout::new(&d).line(&d, &connect, 0, 16);
    assert_eq!(
        d.tree.get(line.cells[9].node.unwrap()).unwrap().field,
        Field::ConnectFlags
    );
}

#[test]
fn the_figure_of_the_first_byte() {
    let (packet, d) = sketch();
    let qos = d.tree.find(Field::QoS).unwrap();
    let figure = bits::figure(&d, &packet, qos);
    let [row] = &figure.rows[..] else {
        panic!("one byte")
    };
    assert_eq!(row.bits.map(u8::from), [0, 0, 1, 1, 0, 1, 0, 0]);
    let groups: Vec<_> = row
        .groups
        .iter()
        .map(|group| {
            (
                group.name.as_str(),
                group.from,
                group.len,
                group.value.as_str(),
            )
        })
        .collect();
    assert_eq!(
        groups,
        [
            ("Packet type", 0, 4, "3"),
            ("DUP", 4, 1, "0"),
            ("QoS", 5, 2, "2"),
            ("RETAIN", 7, 1, "0")
        ]
    );
    assert_eq!(row.groups[2].node, Some(qos));
    assert_eq!((figure.more, figure.sum), (0, None));
}

#[test]
fn the_figure_of_numbers_says_how_they_add_up() {
    let mut packet = unhex("30 81 02 00 01 61 00");
    packet.resize(3 + 257, b'x');
    let d = dissect(&packet, Context::new(ProtocolVersion::V5));
    let figure = bits::figure(&d, &packet, d.tree.find(Field::RemainingLength).unwrap());
    assert_eq!(figure.sum.as_deref(), Some("1·1 + 2·128 = 257"));
    let groups: Vec<_> = figure
        .rows
        .iter()
        .flat_map(|row| &row.groups)
        .map(|group| {
            (
                group.name.as_str(),
                group.from,
                group.len,
                group.value.as_str(),
            )
        })
        .collect();
    assert_eq!(
        groups,
        [
            ("Continuation bit", 0, 1, "another byte follows"),
            ("Remaining Length", 1, 7, "1"),
            ("Continuation bit", 0, 1, "last byte"),
            ("Remaining Length", 1, 7, "2"),
        ]
    );
    let payload = bits::figure(&d, &packet, d.tree.find(Field::ApplicationMessage).unwrap());
    assert_eq!((payload.rows.len(), payload.more), (8, 253 - 8));

    let connect = unhex("10 12 00 04 4d 51 54 54 04 02 01 2c 00 06 63 6c 69 65 6e 74");
    let d = dissect(&connect, Context::new(ProtocolVersion::V3_1_1));
    let figure = bits::figure(&d, &connect, d.tree.find(Field::KeepAlive).unwrap());
    assert_eq!(figure.sum.as_deref(), Some("1·256 + 44·1 = 300"));
    assert_eq!(
        (
            figure.rows[0].groups[0].name.as_str(),
            figure.rows[1].groups[0].name.as_str()
        ),
        ("Keep Alive MSB", "Keep Alive LSB")
    );
    let flags = bits::figure(&d, &connect, d.tree.find(Field::WillFlag).unwrap());
    assert_eq!(flags.rows[0].groups.len(), 7);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// Whatever the bytes: the packets tile the recording, the views agree, nothing panics.
    #[test]
    fn any_bytes_are_shown(bytes in proptest::collection::vec(any::<u8>(), 0..200), version in proptest::option::of(proptest::sample::select(&ProtocolVersion::ALL[..]))) {
        let recording = Recording::read(bytes.clone(), version, None);
        let mut at = 0;
        for (number, packet) in recording.packets().iter().enumerate() {
            prop_assert_eq!(packet.at.offset, at);
            at += packet.at.len;
            let row = recording.row(number).unwrap();
            prop_assert_eq!(row.len, packet.at.len);
            let packet_bytes = recording.bytes_of(number);
            let d = recording.dissect(number);
            for (offset, cell) in bytes::lines(&d, packet_bytes, 8).iter().flat_map(|line| line.cells.clone()).enumerate() {
                prop_assert_eq!(cell.byte, packet_bytes[offset]);
                if let Some(node) = cell.node {
                    let span = d.tree.get(node).unwrap().span;
                    let byte = Span::of_bytes(offset, offset + 1);
                    prop_assert!(span.start < byte.end() && byte.start < span.end());
                }
            }
            let everything = toggled(0..d.tree.nodes().len());
            for toggled in [closed(), everything] {
                let list = FieldList::new(&d, &toggled);
                for node in 0..d.tree.nodes().len() {
                    prop_assert!(list.row_of(&d.tree, node).is_some());
                    let figure = bits::figure(&d, packet_bytes, node);
                    for row in &figure.rows {
                        let bits: u32 = row.groups.iter().map(|group| u32::from(group.len)).sum();
                        prop_assert_eq!(bits, 8);
                    }
                }
                prop_assert_eq!(fields::rows(&d, packet_bytes, &toggled).len(), list.len());
            }
        }
        prop_assert_eq!(at, bytes.len());
    }
}
