//! Texts without marks of sides: where the packets' types tell who sent each, they are judged as a conversation, and
//! nobody is accused for what belongs to another place.

use std::path::Path;

use mqttscope_capture::text::Marks;
use mqttscope_view::conversation::Conversation;
use mqttscope_view::reader::{Found, Given, Request, Taking, read};
use mqttscope_view::recording::Recording;

fn found(given: Given<'_>) -> Found {
    read(&Request {
        given,
        format: None,
        takes_turns: false,
        taking: Taking::Found,
        stream: 0,
    })
}

/// The rules that the conversation in this breaks; none where it is none.
fn judged(found: &Found) -> Option<Vec<&'static str>> {
    let recording = Recording::of_sides(&found.bytes, &found.runs, None);
    let packets = recording.packets().iter();
    let spoken: Option<Vec<_>> = packets
        .map(|packet| Some((packet.at.len, packet.from?)))
        .collect();
    let judged = Conversation::new(recording.bytes().to_vec(), spoken?).judge();
    Some(judged.findings.iter().map(|finding| finding.rule).collect())
}

const CONNECT: &str = "10 0d 00 04 4d 51 54 54 04 02 00 3c 00 01 61\n";

#[test]
fn an_unmarked_paste_is_judged_where_the_types_tell_who_sent_what() {
    let judge = |rest: &str| {
        let text = format!("{CONNECT}{rest}");
        let found = found(Given::Text(&text));
        assert_eq!(found.marks, Some(Marks::Types), "{text}");
        assert!(found.notes.iter().any(|note| note.contains("types")));
        judged(&found).unwrap()
    };
    let subscribed = "20 02 00 00\n82 06 00 01 00 01 61 01\n90 03 00 01 01";
    assert_eq!(judge(subscribed), [""; 0]);
    // The server has no session to go on with.
    let present = judge("20 02 01 00");
    assert!(
        present.contains(&"session-present-after-clean-start"),
        "{present:?}"
    );
    // As many Reason Codes as filters.
    let short = judge("20 02 00 00\n82 0a 00 01 00 01 61 01 00 01 62 01\n90 03 00 01 01");
    assert!(!short.is_empty());
}

#[test]
fn what_may_be_either_side_s_is_not_judged() {
    for rest in [
        "20 02 00 00\n30 03 00 01 61",
        "20 02 00 00\n82 06 00 01 00 01 61 01\n90 03 00 09 01",
        "20 02 01 00\n40 02 00 01",
    ] {
        let text = format!("{CONNECT}{rest}");
        let found = found(Given::Text(&text));
        assert_eq!((found.marks, found.runs.len()), (None, 0), "{text}");
    }
}

#[test]
fn texts_of_people_are_told_by_types_only_where_they_are_conversations() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpus/inputs");
    let mut told = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let Ok(bytes) = std::fs::read(&path) else {
            continue;
        };
        let found = found(Given::File(&bytes));
        if found.marks == Some(Marks::Types) {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            told.push((name, judged(&found).unwrap()));
        }
    }
    told.sort();
    assert_eq!(told, []);
}
