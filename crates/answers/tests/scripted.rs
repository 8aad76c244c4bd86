//! Scripts among answers: what they are called with, and what is done with what they say.

use mqttscope_answers::{
    Answer, Answering, Incoming, Instant, Reply, ScriptNews, ScriptSays, Table, TableEdit, check,
};

fn script(name: &str) -> Answer {
    Answer {
        name: name.into(),
        script: Some("onMessage(\"a/#\", () => {})".into()),
        most_a_second: 3,
        ..Answer::default()
    }
}

/// Answers with a script at place 0, run 7, which waits for `a/+` and `a/b`.
fn running() -> Answering {
    let mut answering = Answering::new(1);
    answering.set_answers(vec![script("s")]);
    answering.begin_script(0, 7, Vec::new(), 0);
    let filters = ["a/+", "a/b"].map(str::to_owned).to_vec();
    says(&mut answering, 0, ScriptSays::Filters(filters));
    answering.take_script_news();
    answering
}

fn says(answering: &mut Answering, ms: u64, what: ScriptSays) -> Vec<Reply> {
    answering.handle_script(Instant::from_millis(ms), 7, vec![what], true, |_| 1)
}

fn publishes(topic: &str) -> ScriptSays {
    ScriptSays::Publish(Reply {
        topic: topic.into(),
        payload: b"x".to_vec(),
        ..Reply::default()
    })
}

fn comes(answering: &mut Answering, ms: u64, topic: &str, payload: &[u8]) {
    let message = Incoming {
        topic,
        payload,
        response_topic: Some("r"),
        user_properties: &[("a", "b")],
        ..Incoming::default()
    };
    let replies = answering.handle(Instant::from_millis(ms), &message, |_| 0);
    assert!(replies.is_empty());
}

fn news(answering: &mut Answering) -> Option<ScriptNews> {
    let mut all = answering.take_script_news();
    assert!(all.len() <= 1);
    all.pop()
}

#[test]
fn a_script_is_called_with_the_messages_of_its_filters() {
    let mut answering = running();
    let filters: Vec<&str> = answering.filters().collect();
    assert_eq!(filters, ["a/+", "a/b"]);
    assert!(answering.wants("a/b") && !answering.wants("b"));
    comes(&mut answering, 0, "a/b", b"1");
    comes(&mut answering, 0, "a/c", b"2");
    comes(&mut answering, 0, "b", b"3");
    let news_ = news(&mut answering).unwrap();
    let told: Vec<_> = news_
        .calls
        .iter()
        .map(|call| {
            (
                call.filters.as_slice(),
                call.topic.as_str(),
                &call.payload[..],
            )
        })
        .collect();
    assert_eq!(
        told,
        [(&[0, 1][..], "a/b", &b"1"[..]), (&[0][..], "a/c", b"2")]
    );
    assert_eq!(news_.calls[0].response_topic.as_deref(), Some("r"));
    assert_eq!(news_.calls[0].user_properties, [("a".into(), "b".into())]);
    assert_eq!((news_.run, news_.tables), (7, None));
    assert_eq!(news(&mut answering), None);
    assert_eq!(answering.tallies()[0].matched, 2);
    // Turned off or ended, it waits for nothing.
    answering.end_script(7);
    assert!(!answering.wants("a/b"));
    assert!(says(&mut answering, 0, publishes("x")).is_empty());
}

#[test]
fn messages_and_publications_have_the_bound_of_the_answer() {
    let mut answering = running();
    for _ in 0..5 {
        comes(&mut answering, 100, "a/c", b"m");
    }
    assert_eq!(news(&mut answering).unwrap().calls.len(), 3);
    let mut sent = 0;
    for ms in [200, 201, 202, 203, 204, 1300] {
        sent += says(&mut answering, ms, publishes("x")).len();
    }
    assert_eq!(sent, 4);
    assert_eq!(answering.tallies()[0].answered, 4);
    assert_eq!(answering.tallies()[0].stopped, 4);
    let fast = answering
        .lines()
        .filter(|line| line.text.starts_with("Too fast"));
    assert_eq!(fast.count(), 2);
}

#[test]
fn a_script_does_not_answer_what_it_published_itself() {
    let mut answering = running();
    assert_eq!(says(&mut answering, 0, publishes("a/b")).len(), 1);
    comes(&mut answering, 1, "a/b", b"x");
    assert_eq!(news(&mut answering), None);
    assert!(
        answering
            .lines()
            .any(|line| line.text.starts_with("Loop stopped"))
    );
    // A person who says the same is answered.
    comes(&mut answering, 2, "a/b", b"x");
    assert_eq!(news(&mut answering).unwrap().calls.len(), 1);
}

#[test]
fn nothing_is_published_while_it_is_not_connected_which_is_said_once() {
    let mut answering = running();
    for ms in 0..3 {
        let all = vec![publishes("x")];
        let replies = answering.handle_script(Instant::from_millis(ms), 7, all, false, |_| 0);
        assert!(replies.is_empty());
    }
    let said = answering
        .lines()
        .filter(|line| line.text.starts_with("Not published"));
    assert_eq!(said.count(), 1);
}

#[test]
fn tables_are_told_with_how_many_changes_of_the_script_they_have_seen() {
    let mut answering = running();
    answering.set_tables(vec![Table {
        name: "t".into(),
        columns: vec!["c".into()],
        rows: vec![vec!["1".into()]],
    }]);
    let told = news(&mut answering).unwrap();
    assert_eq!((told.edits, told.tables.unwrap()[0].rows.len()), (0, 1));
    let cell = |was: &str, value: &str| {
        ScriptSays::Edit(TableEdit::Cell {
            table: "t".into(),
            row: 0,
            column: 0,
            was: was.into(),
            value: value.into(),
        })
    };
    says(&mut answering, 0, cell("1", "2"));
    // It knows what it has changed itself.
    assert_eq!(news(&mut answering), None);
    // Of what stood there before that: it is not made, and what stands there is told.
    says(&mut answering, 0, cell("1", "3"));
    let told = news(&mut answering).unwrap();
    assert_eq!(
        (told.edits, told.tables.unwrap()[0].rows[0][0].as_str()),
        (2, "2")
    );
    assert!(
        answering
            .lines()
            .any(|line| line.text.contains("was not made"))
    );
    assert!(answering.take_changed());
    // Begun again, as after a reload of the engine, it is told them anew.
    answering.begin_script(0, 7, vec!["q".into()], 2);
    assert_eq!(news(&mut answering).unwrap().edits, 2);
    assert!(answering.wants("q"));
}

#[test]
fn a_script_follows_its_answer_and_goes_with_it() {
    let mut answering = running();
    answering.set_answers(vec![script("other"), script("s")]);
    assert_eq!(answering.filters().count(), 2);
    says(
        &mut answering,
        0,
        ScriptSays::Filters(vec!["b".into(), "a/#/c".into()]),
    );
    assert_eq!(answering.filters().collect::<Vec<_>>(), ["b"]);
    assert!(answering.tallies()[1].last.contains("is no topic filter"));
    let log = |line| ScriptSays::Log {
        text: "Error: x".into(),
        is_problem: true,
        line,
    };
    says(&mut answering, 0, log(3));
    assert_eq!(answering.tallies()[1].last, "Line 3: Error: x");
    let mut off = script("s");
    off.on = false;
    answering.set_answers(vec![off]);
    assert_eq!(answering.filters().count(), 0);
    answering.set_answers(vec![Answer {
        script: None,
        ..script("s")
    }]);
    answering.set_answers(vec![script("s")]);
    assert_eq!(answering.filters().count(), 0);
}

#[test]
fn a_script_must_be_there_and_not_too_long() {
    let of = |text: String| Answer {
        script: Some(text),
        ..Answer::default()
    };
    assert_eq!(check(&of("log(1)".into()), None), [""; 0]);
    assert_eq!(check(&of(" ".into()), None), ["the script is empty"]);
    let long = "x".repeat(Answer::MOST_SCRIPT + 1);
    assert_eq!(check(&of(long), None), ["the script is longer than 64 KiB"]);
}
