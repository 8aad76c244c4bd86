use mqttscope_protocol::Tree;

use super::*;

const A: ConnectionId = ConnectionId(1);
const B: ConnectionId = ConnectionId(2);

fn note(topics: &mut Topics, of: ConnectionId, record: u64, topic: &str, size: u32, retain: bool) {
    let number = topics.number(topic);
    let noted = Noted {
        connection: of,
        sender: Sender::Server,
        record: RecordId(record),
        size,
        retain,
    };
    topics.note(number, noted);
}

fn rows(topics: &mut Topics, open: &[&str]) -> Vec<String> {
    let toggled = open.iter().map(|&topic| topics.number(topic)).collect();
    rows_of(
        topics,
        None,
        &Tree {
            toggled,
            ..Tree::default()
        },
    )
}

fn rows_of(topics: &Topics, of: Option<ConnectionId>, tree: &Tree) -> Vec<String> {
    let unfolded = Unfolded::new(tree, None);
    let row = |number| {
        topics.row(number, of, &unfolded, |record| {
            Some(format!("#{}", record.0))
        })
    };
    topics
        .shown(of, &unfolded)
        .into_iter()
        .filter_map(row)
        .map(|row| {
            let last = row.last.unwrap_or_default();
            let mark = if row.retained { " R" } else { "" };
            let level = if row.level.is_empty() {
                "(empty)"
            } else {
                &row.level
            };
            let indent = " ".repeat(row.depth.into());
            format!("{indent}{level} {}{mark} {last}", row.received)
        })
        .collect()
}

fn all() -> Tree {
    Tree {
        unfolded: true,
        ..Tree::default()
    }
}

#[test]
fn messages_are_counted_on_every_level_above() {
    let mut topics = Topics::default();
    for (record, (topic, retain, size)) in [
        ("site/a/temp", false, 2),
        ("site/b", true, 1),
        ("site/a/temp", false, 2),
        ("/x", false, 0),
    ]
    .into_iter()
    .enumerate()
    {
        note(&mut topics, A, record as u64, topic, size, retain);
    }
    assert_eq!(rows(&mut topics, &[]), ["(empty) 1 ", "site 3 "]);
    assert_eq!(
        rows(&mut topics, &["site", "site/a"]),
        ["(empty) 1 ", "site 3 ", " a 2 ", "  temp 2 #2", " b 1 R #1"]
    );
    note(&mut topics, A, 9, "site/b", 0, true);
    assert_eq!(rows(&mut topics, &["site"])[3], " b 2 #9");
}

#[test]
fn what_is_sent_and_what_comes_are_counted_apart() {
    let mut topics = Topics::default();
    let number = topics.number("a/b");
    for (record, sender) in [Sender::Client, Sender::Server, Sender::Client]
        .into_iter()
        .enumerate()
    {
        let noted = Noted {
            connection: A,
            sender,
            record: RecordId(record as u64),
            size: 1,
            retain: false,
        };
        topics.note(number, noted);
    }
    let tree = all();
    let row = topics
        .row(0, None, &Unfolded::new(&tree, None), |_| None)
        .unwrap();
    assert_eq!((row.received, row.sent), (1, 2));
}

#[test]
fn each_connection_has_its_own_topics() {
    let mut topics = Topics::default();
    for (record, (topic, of)) in [("site/a", A), ("site/b", B), ("site/a", B), ("x", B)]
        .into_iter()
        .enumerate()
    {
        note(&mut topics, of, record as u64, topic, 1, false);
    }
    assert_eq!(rows_of(&topics, Some(A), &all()), ["site 1 ", " a 1 #0"]);
    assert_eq!(
        rows_of(&topics, Some(B), &all()),
        ["site 2 ", " a 1 #2", " b 1 #1", "x 1 #3"]
    );
    assert_eq!(
        rows_of(&topics, None, &all()),
        ["site 3 ", " a 2 #2", " b 1 #1", "x 1 #3"]
    );
    assert_eq!(
        rows_of(&topics, Some(ConnectionId(9)), &all()),
        Vec::<String>::new()
    );
}

#[test]
fn the_tree_is_narrowed_to_a_text_or_to_retained_messages() {
    let mut topics = Topics::default();
    for (record, (topic, retain)) in [
        ("site/10/temp", false),
        ("site/2/temp", true),
        ("site/2/hum", false),
        ("other", true),
    ]
    .into_iter()
    .enumerate()
    {
        note(&mut topics, A, record as u64, topic, 1, retain);
    }
    let text = |text: &str| Tree {
        text: text.into(),
        ..Tree::default()
    };
    assert_eq!(
        rows_of(&topics, None, &text("TEMP")),
        ["site 3 ", " 2 2 ", "  temp 1 R #1", " 10 1 ", "  temp 1 #0"]
    );
    assert_eq!(
        rows_of(&topics, None, &text("2/h")),
        ["site 3 ", " 2 2 ", "  hum 1 #2"]
    );
    assert_eq!(
        rows_of(&topics, None, &text("nowhere")),
        Vec::<String>::new()
    );
    let retained = Tree {
        retained: true,
        ..Tree::default()
    };
    assert_eq!(
        rows_of(&topics, None, &retained),
        ["other 1 R #3", "site 3 ", " 2 2 ", "  temp 1 R #1"]
    );
    let site = topics.number("site");
    assert_eq!(topics.retained_below(site, A, 9), ["site/2/temp"]);
    note(&mut topics, A, 9, "site/2/temp", 0, true);
    assert_eq!(topics.retained_below(site, A, 9), Vec::<String>::new());
    assert_eq!(rows_of(&topics, None, &retained), ["other 1 R #3"]);
}

#[test]
fn a_topic_is_found_again_and_told_apart() {
    let mut topics = Topics::default();
    let names = ["a/b", "a", "b", "a/", "/a", "/", "//", "a/b/", "aa/b", "ab"];
    let numbers = names.map(|name| topics.number(name));
    for (name, number) in names.iter().zip(numbers) {
        assert_eq!(topics.number(name), number, "{name}");
        assert_eq!(topics.topic(number).as_deref(), Some(*name));
    }
    let mut unique = numbers.to_vec();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), names.len());
}

#[test]
fn the_tree_is_bounded_in_bytes_and_in_depth() {
    let mut topics = Topics::default();
    assert_eq!(topics.number(&"/".repeat(65_533)), NONE);
    assert_eq!(topics.number(&"/".repeat(MOST_LEVELS)), NONE);
    assert_ne!(topics.number(&"/".repeat(MOST_LEVELS - 1)), NONE);
    assert_eq!((topics.left_out(), topics.too_deep()), (2, 2));
    assert_eq!(topics.levels.len(), MOST_LEVELS);
    let mut kept = 0_u64;
    for n in 0..200_000_u64 {
        kept += u64::from(topics.number(&n.to_string()) != NONE);
    }
    assert!(topics.bytes <= MOST_BYTES);
    assert!(kept > 100_000, "{kept}");
    assert_eq!(topics.left_out(), MOST_COUNTED as u64);
    assert_eq!(topics.too_deep(), 2);
    assert_ne!(topics.number("5"), NONE);
}

#[test]
fn connections_of_a_topic_are_told_apart_in_any_order() {
    let mut topics = Topics::default();
    let number = topics.number("a/b");
    for round in 0..3_u32 {
        for of in [50_u32, 3, 71, 1, 8, 20, 40, 2, 99, 60, 5, 4] {
            note(
                &mut topics,
                ConnectionId(of),
                u64::from(round),
                "a/b",
                of,
                false,
            );
        }
    }
    for of in [1, 2, 3, 99] {
        let seen = topics.levels[number as usize]
            .seen_by(Some(ConnectionId(of)))
            .unwrap();
        assert_eq!((seen.received, seen.last_size), (3, of));
    }
    let all = topics.levels[number as usize].seen_by(None).unwrap();
    assert_eq!(all.received, 36);
}
