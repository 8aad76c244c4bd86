//! Texts without marks of sides: where the packets' types tell who sent each, they are judged as a conversation, and
//! nobody is accused for what belongs to another place.

use std::path::Path;

use mqttscope_capture::text::Marks;
use mqttscope_view::conversation::Conversation;
use mqttscope_view::reader::{Found, Given, Request, read};
use mqttscope_view::recording::Recording;
use mqttscope_view::sides::Run;
use mqttscope_wire::Sender;

fn found(given: Given<'_>) -> Found {
    read(&Request::of(given))
}

/// The rules that the conversation in this breaks; none where it is none.
fn judged(found: &Found) -> Option<Vec<&'static str>> {
    let recording = Recording::of_sides(&found.bytes, &found.runs, None);
    let packets = recording.packets().iter();
    let spoken: Option<Vec<_>> = packets
        .map(|packet| Some((packet.at.len, packet.from?)))
        .collect();
    let conversation = Conversation::new(recording.bytes().to_vec(), spoken?);
    let judged = conversation.with_gaps(found.has_gaps).judge();
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
fn packets_put_together_behind_a_connect_are_of_its_client() {
    let connect = CONNECT.trim_end();
    let publish = "30 03 00 01 61";
    let of_client = [Run {
        start: 0,
        from: Sender::Client,
    }];
    for (text, runs) in [
        (format!("{connect} {publish}"), &of_client[..]),
        // A packet that breaks at the end of a line goes on behind it.
        (format!("{connect} 30 03\n00 01 61"), &of_client),
        // On a line of its own it may be what the server sent.
        (format!("{connect}\n{publish}"), &[]),
        (format!("{connect} d0 00"), &[]),
        (connect.to_owned(), &[]),
    ] {
        assert_eq!(found(Given::Text(&text)).runs, runs, "{text}");
    }
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
    let conversations = [
        "107-ngrep-x.txt",
        "110-hexyl-behind-words.txt",
        "115-count-before.txt",
        "116-count-behind.txt",
        "121-times-with-colons.txt",
    ];
    let conversations = conversations.map(|name| (name.to_owned(), Vec::new()));
    assert_eq!(told, conversations);
}

#[test]
fn nobody_is_blamed_for_bytes_that_the_text_left_out() {
    let published = |line: &str| {
        format!(
            "Client hex: 101000044D5154540402003C000464657631\nBroker hex: 20020000\nClient hex: 3406000161000721\n\
             {line}Client hex: 62020007\nBroker hex: 70020007\n"
        )
    };
    // There is no PUBREC, or a digit of it is missing.
    let none = found(Given::Text(&published("")));
    assert!(!none.has_gaps);
    assert_eq!(judged(&none).unwrap(), ["pubrel-without-pubrec"]);
    for line in ["Broker hex: 5002007\n", "Broker hex: 5002 ... 07\n"] {
        let text = published(line);
        let found = found(Given::Text(&text));
        assert!(found.has_gaps, "{found:?}");
        let mut notes = found.notes.iter();
        assert!(notes.any(|note| note.contains("line 4")), "{found:?}");
        assert_eq!(judged(&found).unwrap(), [""; 0], "{text}");
    }
}

#[test]
fn a_gap_in_a_line_is_no_wrong_length() {
    let text = "TX[18]: 10 10 00 04 4d 51 54 54 04 02 00 3c ... 76 31\nRX[4]: 20 02 00 00\n\
        TX[2]: c0 00\nRX[2]: d0 00\n";
    let found = found(Given::Text(text));
    let says = found.notes.join("; ");
    assert!(
        says.contains("leaves bytes out in line 1") && !says.contains("wrong"),
        "{says}"
    );
    assert_eq!(
        found
            .left_out
            .iter()
            .map(|range| &text[range.clone()])
            .collect::<Vec<_>>(),
        ["76 31"]
    );
    // The packet that is not whole takes no bytes of the others.
    let recording = Recording::of_sides_cut(&found.bytes, &found.runs, &found.cuts, None);
    let lens: Vec<usize> = recording
        .packets()
        .iter()
        .map(|packet| packet.at.len)
        .collect();
    assert_eq!(lens, [12, 4, 2, 2], "{found:?}");
}
