use mqttscope_capture::text::Format;
use mqttscope_wire::{Field, PacketType, ProtocolVersion};

use mqttscope_view::reader::{self, Found, Request};

use super::edits::REWRITTEN;
use super::*;

mod aside;
mod foreign;
mod late_reader;
mod times;

/// PUBLISH, QoS 0, to `a/b`.
const PUBLISH: &str = "30 08 00 03 61 2f 62 32 31 c2";
const TWO: &str = "30 08 00 03 61 2f 62 32 31 c2 c0 00";

/// Reads in this program.
pub(super) fn read_here(request: &Request<'_>) -> Option<Found> {
    Some(reader::read(request))
}

fn file(name: &str, bytes: impl AsRef<[u8]>) -> Given {
    Given::File {
        name: name.into(),
        bytes: bytes.as_ref().into(),
    }
}

fn after(acts: impl IntoIterator<Item = Act>) -> Rc<Workbench> {
    acts.into_iter()
        .fold(Rc::new(Workbench::new(read_here)), |bench, act| {
            bench.reduce(act)
        })
}

fn text(bench: &Workbench) -> &str {
    bench.now().given.text().map_or("", |text| text)
}

fn node(bench: &Workbench, field: Field) -> usize {
    let now = bench.now();
    now.recording.dissect(now.packet).tree.find(field).unwrap()
}

/// The banner's first sentence; nothing where there is none.
fn headline(bench: &Workbench) -> String {
    let other = bench.now().other.as_ref();
    other.map_or_else(String::new, |other| other.headline.clone())
}

#[test]
fn what_is_typed_is_read() {
    let bench = after([Act::Type(PUBLISH.into())]);
    assert_eq!(bench.now().read_as, Some(Format::Hex));
    assert_eq!(bench.now().recording.packets().len(), 1);
    assert_eq!(
        bench.can(),
        (false, false),
        "the text field has its own way back"
    );
    assert_eq!(
        bench.text_revision(),
        0,
        "what is typed is in the text field already"
    );
}

#[test]
fn blank_text_is_nothing() {
    let bench = after([Act::Type(PUBLISH.into()), Act::Type(" \n".into())]);
    assert!(bench.now().given.is_nothing());
    assert!(bench.now().recording.packets().is_empty());
}

#[test]
fn half_a_byte_at_the_end_hides_nothing() {
    let bench = after([Act::Type("c0 00 d".into())]);
    assert!(bench.now().fault.is_some());
    assert_eq!(bench.now().recording.bytes(), [0xc0, 0x00]);
    let bench = after([Act::Type("c0 0 d0 00".into())]);
    assert!(bench.now().fault.is_some());
    assert!(
        bench.now().recording.bytes().is_empty(),
        "in the middle it is no typing"
    );
}

#[test]
fn an_edit_is_written_as_hex_and_the_text_is_one_step_back() {
    let original = "300800 03612f62 3231c2c000";
    let start = after([Act::Type(original.into())]);
    let edited = start.clone().reduce(Act::Edit(1, vec![0xd0, 0x00].into()));
    assert_eq!(text(&edited), "30 08 00 03 61 2f 62 32 31 c2\nd0 00");
    assert_ne!(
        edited.text_revision(),
        start.text_revision(),
        "the text field has to follow"
    );
    let back = edited.reduce(Act::Undo);
    assert_eq!(text(&back), original);
    assert_eq!(
        text(&back.reduce(Act::Redo)),
        "30 08 00 03 61 2f 62 32 31 c2\nd0 00"
    );
}

#[test]
fn typing_over_an_edit_can_be_taken_back() {
    let bench = after([
        Act::Type(PUBLISH.into()),
        Act::Edit(0, vec![0xc0, 0x00].into()),
        Act::Type("c0 00 d".into()),
        Act::Type("c0 00 d0".into()),
        Act::Undo,
    ]);
    assert_eq!(text(&bench), "c0 00");
    assert_eq!(text(&bench.reduce(Act::Undo)), PUBLISH);
}

#[test]
fn a_field_is_found_again_behind_an_edit() {
    let start = after([Act::Type(PUBLISH.into())]);
    let payload = node(&start, Field::ApplicationMessage);
    let selected = start.reduce(Act::SelectNode(Some(payload)));
    // QoS 1: a Packet Identifier comes in before the payload.
    let bytes = [
        0x32, 0x0a, 0x00, 0x03, 0x61, 0x2f, 0x62, 0x00, 0x01, 0x32, 0x31, 0xc2,
    ];
    let edited = selected.reduce(Act::Edit(0, bytes.as_slice().into()));
    assert_eq!(
        edited.now().node,
        Some(node(&edited, Field::ApplicationMessage))
    );
    assert_ne!(edited.now().node, Some(payload));
}

#[test]
fn the_selection_stays_within_what_is_there() {
    let bench = after([Act::Type(TWO.into()), Act::Select(7)]);
    assert_eq!(bench.now().packet, 1);
    let bench = bench.reduce(Act::SelectNode(Some(10_000)));
    assert_eq!(bench.now().node, None);
    let bench = bench.reduce(Act::Type("c0 00".into()));
    assert_eq!(bench.now().packet, 0);
}

#[test]
fn bytes_are_read_again_as_another_version() {
    let bytes = "30 0a 00 03 61 2f 62 00 32 31 c2 30";
    let read = |version| after([Act::Type(bytes.into()), Act::ReadVersion(Some(version))]);
    let has_properties = |bench: &Workbench| {
        bench
            .now()
            .recording
            .dissect(0)
            .tree
            .find(Field::Properties)
            .is_some()
    };
    assert!(has_properties(&read(ProtocolVersion::V5)));
    let older = read(ProtocolVersion::V3_1_1);
    assert!(!has_properties(&older));
    let undone = older.reduce(Act::Undo);
    assert_eq!((undone.now().version, text(&undone)), (None, bytes));
    let again = undone.reduce(Act::Redo);
    assert_eq!(again.now().version, Some(ProtocolVersion::V3_1_1));
}

#[test]
fn a_format_that_is_asked_for_is_taken() {
    let bench = after([Act::Type("abcd".into()), Act::ReadAs(Some(Format::Base64))]);
    assert_eq!(bench.now().recording.bytes(), [0x69, 0xb7, 0x1d]);
    assert_eq!(bench.reduce(Act::ReadAs(None)).now().format, None);
}

#[test]
fn a_binary_file_stays_bytes_and_a_text_file_becomes_text() {
    let binary = after([Act::Open(file("ping.bin", [0xc0, 0x00]))]);
    assert_eq!(binary.now().recording.bytes(), [0xc0, 0x00]);
    assert!(matches!(&binary.now().given, Given::File { name, .. } if &**name == "ping.bin"));
    let text_file = after([Act::Open(file("ping.txt", PUBLISH))]);
    assert_eq!(text(&text_file), PUBLISH);
}

#[test]
fn packets_are_added_behind_the_last() {
    let bench = after([
        Act::Type(PUBLISH.into()),
        Act::Append([0xc0_u8, 0x00].as_slice().into()),
    ]);
    assert_eq!(
        (bench.now().recording.packets().len(), bench.now().packet),
        (2, 1)
    );
}

#[test]
fn long_text_leaves_the_text_field() {
    let long = "c0 00 ".repeat(LONG_TEXT / 5);
    let bench = after([Act::Type(long.as_str().into())]);
    assert!(bench.now().given.is_long());
    assert_ne!(bench.text_revision(), 0);
}

#[test]
fn the_way_back_is_bounded_but_never_empty() {
    let mut bench = after([Act::Type(PUBLISH.into())]);
    for step in 0..300_u16 {
        bench = bench.reduce(Act::Edit(
            0,
            vec![0x40, 0x02, (step >> 8) as u8, step as u8].into(),
        ));
    }
    let mut steps = 0;
    while bench.can().0 {
        bench = bench.reduce(Act::Undo);
        steps += 1;
    }
    assert_eq!(steps, 200);
    // One PUBLISH of 40 MiB, so that there is much to keep and little to read.
    let heavy = Act::Open(file(
        "big.bin",
        [
            &[0x30, 0x80, 0x80, 0x80, 0x14, 0, 1, 0x61][..],
            &vec![0xff; 40 << 20],
        ]
        .concat(),
    ));
    let bench = after([
        heavy.clone(),
        Act::Open(file("ping.bin", [0xc0, 0x00])),
        Act::Undo,
    ]);
    assert!(bench.now().recording.bytes().len() > 40 << 20);
}

/// Who sent each packet: `>` the client, `<` the server, `?` nobody knows.
fn senders(bench: &Workbench) -> String {
    let packets = bench.now().recording.packets().iter();
    let sign = |from| match from {
        Some(Sender::Client) => '>',
        Some(Sender::Server) => '<',
        None => '?',
    };
    packets.map(|packet| sign(packet.from)).collect()
}

#[test]
fn marks_in_the_text_tell_both_sides_unless_it_is_overruled() {
    let bench = after([Act::Type("> c0 00\n< d0 00\n> e0 00".into())]);
    assert_eq!(senders(&bench), "><>");
    let ways = [
        (Some(Sides::Apart), "???"),
        (Some(Sides::From(Sender::Client)), ">>>"),
        (Some(Sides::Turns), "???"),
        (Some(Sides::Marked), "><>"),
        (None, "><>"),
    ];
    for (sides, wanted) in ways {
        let bench = bench.clone().reduce(Act::ReadSides(sides));
        assert_eq!(senders(&bench), wanted, "{sides:?}");
        assert_eq!(text(&bench), "> c0 00\n< d0 00\n> e0 00");
    }
}

#[test]
fn blocks_take_turns_only_when_asked() {
    let bench = after([Act::Type("c0 00\n\nd0 00\n\nc0 00".into())]);
    assert_eq!(senders(&bench), "???");
    let bench = bench.reduce(Act::ReadSides(Some(Sides::Turns)));
    assert_eq!(senders(&bench), "><>");
}

#[test]
fn a_conversation_stays_one_behind_edits() {
    let bench = after([
        Act::Type("> c0 00\n< d0 00".into()),
        Act::Edit(0, [0xe0, 0x00].as_slice().into()),
    ]);
    assert_eq!(
        (senders(&bench).as_str(), text(&bench)),
        ("><", "C: e0 00\nS: d0 00")
    );
    let bench = bench.reduce(Act::Append([0x20, 0x02, 0, 0].as_slice().into()));
    assert_eq!(senders(&bench), "><<", "only a server sends CONNACK");
    let typed = text(&bench).to_owned();
    let again = after([Act::Type(typed.as_str().into())]);
    assert_eq!(senders(&again), "><<");
    let bench = bench.reduce(Act::Edit(0, [].as_slice().into()));
    assert_eq!(
        (senders(&bench).as_str(), text(&bench)),
        ("??", "d0 00\n20 02 00 00")
    );
}

#[test]
fn a_packet_is_found_in_the_text() {
    let typed = "→ c0\n← d0 00\n→ 00 e0 00";
    let bench = after([Act::Type(typed.into())]);
    let said: Vec<char> = typed.chars().collect();
    let part = |bench: &Workbench, packet| {
        let (range, line) = bench.now().place_of(packet).unwrap();
        (said[range].iter().collect::<String>(), line)
    };
    assert_eq!(part(&bench, 0), ("d0 00".into(), 1));
    assert_eq!(
        part(&bench, 1),
        ("c0\n← d0 00\n→ 00".into(), 0),
        "cut by the other side's"
    );
    assert_eq!(part(&bench, 2), ("e0 00".into(), 2));
    assert_eq!(bench.now().place_of(3), None);
    let found = [0, 2, 3, 5, 8, 11, 15, 16, 40].map(|place| bench.now().packet_at(place));
    let expected = [
        None,
        Some(1),
        Some(1),
        Some(1),
        Some(0),
        Some(0),
        Some(1),
        Some(1),
        Some(2),
    ];
    assert_eq!(found, expected);
    // Text that was made here is found in, too; what the other side's bytes cut stays cut.
    let bench = bench.reduce(Act::Edit(0, [0xd0, 0x00].as_slice().into()));
    assert_eq!(text(&bench), "C: c0\nS: d0 00\nC: 00\nC: e0 00");
    assert_eq!(bench.now().place_of(0), Some((9..14, 1)));
    assert_eq!(bench.now().place_of(1), Some((3..20, 0)));
}

#[test]
fn bytes_of_both_sides_are_opened_as_such() {
    let run = |start, from| Run { start, from };
    let bench = after([Act::OpenBytes(OpenBytes {
        bytes: [0xc0, 0x00, 0xd0, 0x00].as_slice().into(),
        version: Some(ProtocolVersion::V3_1_1),
        sender: None,
        runs: vec![run(0, Sender::Client), run(2, Sender::Server)],
        cuts: Vec::new(),
        packet: 1,
        node: None,
    })]);
    assert_eq!(senders(&bench), "><");
    assert_eq!(text(&bench), "C: c0 00\nS: d0 00");
    let bench = bench.reduce(Act::ReadVersion(None));
    assert_eq!(senders(&bench), "><");
}

#[test]
fn an_edit_that_breaks_a_packet_leaves_the_version_as_it_was() {
    // PUBLISH, QoS 1, which reads well in 3.1.1 only.
    let start = after([Act::Type("32 09 00 03 61 2f 62 00 01 68 69".into())]);
    assert_eq!(start.now().recording.version(), ProtocolVersion::V3_1_1);
    let broken = [
        0x36, 0x09, 0x00, 0x03, 0x61, 0x2f, 0x62, 0x00, 0x01, 0x68, 0x69,
    ];
    let edited = start.reduce(Act::Edit(0, broken.as_slice().into()));
    let now = edited.now();
    assert_eq!(now.version, None);
    assert_eq!(now.held, Some(ProtocolVersion::V3_1_1));
    assert_eq!(now.recording.version(), ProtocolVersion::V3_1_1);
    assert_eq!(
        now.recording.packets()[0].errors,
        1,
        "QoS 3, and nothing else"
    );
    let again = edited.reduce(Act::Edit(0, broken.as_slice().into()));
    assert_eq!(again.now().held, Some(ProtocolVersion::V3_1_1));
    // Other text says anew what it is.
    let typed = again.reduce(Act::Type("c0 00".into()));
    assert_eq!(typed.now().held, None);
}

#[test]
fn a_connect_names_its_version_while_it_is_edited() {
    let connect = *b"\x10\x0d\0\x04MQTT\x04\x02\0\x3c\0\x01c";
    let start = after([Act::OpenBytes(OpenBytes {
        bytes: connect.as_slice().into(),
        version: None,
        sender: None,
        runs: Vec::new(),
        cuts: Vec::new(),
        packet: 0,
        node: None,
    })]);
    assert_eq!(start.now().recording.version(), ProtocolVersion::V3_1_1);
    let with_level = |level: u8| {
        let mut bytes = connect;
        bytes[8] = level;
        start.clone().reduce(Act::Edit(0, bytes.as_slice().into()))
    };
    let version = |bench: &Workbench| (bench.now().held, bench.now().recording.version());
    assert_eq!(version(&with_level(5)), (None, ProtocolVersion::V5));
    // No version has this level: the one before stays.
    let held = (Some(ProtocolVersion::V3_1_1), ProtocolVersion::V3_1_1);
    assert_eq!(version(&with_level(7)), held);
    let mut named_again = connect;
    named_again[8] = 5;
    let back = with_level(7).reduce(Act::Edit(0, named_again.as_slice().into()));
    assert_eq!(version(&back), (None, ProtocolVersion::V5));
}

#[test]
fn what_was_chosen_for_one_text_says_nothing_of_another() {
    // A CONNECT of version 3.1.1 and its CONNACK.
    let other = "10 0d 00 04 4d 51 54 54 04 02 00 3c 00 01 63 20 02 00 05";
    let example = Act::OpenBytes(OpenBytes {
        bytes: [0x30, 4, 0, 1, b'a', 0].as_slice().into(),
        version: Some(ProtocolVersion::V5),
        sender: Some(Sender::Client),
        runs: Vec::new(),
        cuts: Vec::new(),
        packet: 0,
        node: None,
    });
    for replace in [
        Act::Type(other.into()),
        Act::Open(Given::of_text(other.into())),
        Act::Open(file("a.txt", other)),
    ] {
        let bench = after([example.clone(), replace.clone()]);
        assert_eq!((bench.now().version, bench.now().sides), (None, None));
        assert_eq!(bench.now().recording.version(), ProtocolVersion::V3_1_1);
        let bench = after([
            Act::Type("> c0 00\n< d0 00".into()),
            Act::ReadSides(Some(Sides::From(Sender::Server))),
            Act::ReadAs(Some(Format::LogLines)),
            replace,
        ]);
        assert_eq!((bench.now().sides, bench.now().format), (None, None));
    }
    // What is only changed stays as it was chosen.
    let chosen = [
        Act::Type(TWO.into()),
        Act::ReadVersion(Some(ProtocolVersion::V3_1)),
        Act::Type(format!("{TWO} d0 00").into()),
        Act::Type("30 08 00 03".into()),
    ];
    assert_eq!(after(chosen).now().version, Some(ProtocolVersion::V3_1));
}

#[test]
fn a_length_that_is_wrong_for_a_while_moves_no_packet_for_good() {
    let given = "C: 10 0d 00 04 4d 51 54 54 04 02 00 3c 00 01 61\nS: 20 02 00 00\nC: c0 00\nS: d0 00\nC: e0 00";
    let kinds = |bench: &Workbench| {
        let packets = bench.now().recording.packets().iter();
        packets
            .map(|packet| (packet.at.packet_type, packet.from))
            .collect::<Vec<_>>()
    };
    let with_length = |bench: &Rc<Workbench>, length: u8| {
        let now = bench.now();
        let mut bytes = now.recording.bytes_of(now.packet).to_vec();
        bytes[1] = length;
        bench.clone().reduce(Act::Edit(now.packet, bytes.into()))
    };
    let before = after([Act::Type(given.into())]);
    // It swallows the PINGREQ, and is complete behind the CONNACK.
    let broken = with_length(&before, 0x0f);
    assert_eq!(kinds(&broken)[0].0, PacketType::Connack);
    let now = broken.now();
    let selected = now.recording.packets()[now.packet];
    assert_eq!(
        (now.packet, selected.at.packet_type),
        (1, PacketType::Connect)
    );
    let restored = with_length(&broken, 0x0d);
    assert_eq!(kinds(&restored), kinds(&before));
    assert_eq!(restored.now().packet, 0);
    assert_eq!(text(&restored), given);
    // As well where the page was loaded again in between: the text has the order.
    let again = Workbench::restored(&broken.saved_now().unwrap(), None, read_here).unwrap();
    assert_eq!(kinds(&with_length(&Rc::new(again), 0x0d)), kinds(&before));
}

/// Packets on lines of their own, the second of which says a wrong length.
const WRONG_LINES: &str = "c0 00\n32 19 00 03 61 2f 62 00 01 68 69\n40 02 00 01\nd0 00";

#[test]
fn lines_that_are_packets_stay_so_while_they_are_changed_and_behind_a_reload() {
    let whole = |bench: &Workbench| {
        let packets = bench.now().recording.packets().iter();
        packets.filter(|packet| packet.at.missing == 0).count()
    };
    let bench = after([Act::Type(WRONG_LINES.into())]);
    assert_eq!(bench.now().recording.packets().len(), 4);
    // One before it becomes longer, another is added, and one is read in another version.
    let bench = bench.reduce(Act::Edit(0, Rc::new([0xc0, 0x80, 0])));
    let bench = bench.reduce(Act::Append(Rc::new([0xe0, 0])));
    let bench = bench.reduce(Act::ReadVersion(Some(ProtocolVersion::V5)));
    assert_eq!(bench.now().recording.packets().len(), 5);
    assert_eq!(whole(&bench), 4);
    let again = Workbench::restored(&bench.saved_now().unwrap(), None, read_here).unwrap();
    assert_eq!(whole(&again), 4);
    // The way back to one stream: the format is said.
    let bench = after([
        Act::Type(WRONG_LINES.into()),
        Act::ReadAs(Some(Format::Hex)),
    ]);
    assert_eq!(bench.now().recording.packets().len(), 2);
}

#[test]
fn a_text_out_of_a_file_keeps_the_file_s_name_as_long_as_it_is_that_text() {
    let bench = after([Act::Open(file("serial.log", "c0 00"))]);
    assert_eq!(bench.now().name.as_deref(), Some("serial.log"));
    let bench = bench.reduce(Act::ReadVersion(Some(ProtocolVersion::V5)));
    assert_eq!(bench.now().name.as_deref(), Some("serial.log"));
    let typed = bench.clone().reduce(Act::Type("c0 00 d0 00".into()));
    assert_eq!(typed.now().name, None);
    let edited = bench.reduce(Act::Edit(0, Rc::new([0xd0, 0])));
    assert_eq!(edited.now().name, None);
}

#[test]
fn a_text_that_loses_words_to_an_edit_says_so() {
    const LOG: &str = "the client says: 10 10 00 04 4D 51 54 54 04 02 00 3C 00 04 64 65 76 31\n\
        and it is answered: 20 02 00 00";
    let edit = |text: &str| {
        let bench = after([Act::Type(text.into())]);
        let bytes = bench.now().recording.bytes_of(0).to_vec();
        bench.reduce(Act::Edit(0, bytes.into()))
    };
    let edited = edit(LOG);
    assert!(text(&edited).contains("10 10 00 04"), "{}", text(&edited));
    assert_eq!(*edited.now().notes, [REWRITTEN]);
    // Until it is another text.
    let again = edited.reduce(Act::Edit(1, [0x20, 2, 1, 0].into()));
    assert_eq!(*again.now().notes, [REWRITTEN]);
    let back = again.reduce(Act::Undo).reduce(Act::Undo);
    assert_eq!(text(&back), LOG);
    assert!(!back.now().notes.iter().any(|note| note == REWRITTEN));
    // Bytes and marks are written anew as they were.
    let bare = "C: 10 10 00 04 4D 51 54 54 04 02 00 3C 00 04 64 65 76 31\nS: 20 02 00 00";
    for text in [
        bare,
        "0xc0, 0x00",
        "> c0 00\n< d0 00",
        "00000000  c0 00 d0 00",
    ] {
        assert!(edit(text).now().notes.is_empty(), "{text}");
    }
}

#[test]
fn what_cannot_be_read_leaves_nothing_of_what_was_there() {
    let bench = after([Act::Type(PUBLISH.into())]);
    for act in [
        Act::Type("nothing but words here".into()),
        Act::Open(Given::of_text("nothing but words here".into())),
        Act::ReadAs(Some(Format::DataUrl)),
    ] {
        let bench = bench.clone().reduce(act);
        assert!(bench.now().recording.packets().is_empty());
        assert!(bench.now().fault.is_some());
    }
}
