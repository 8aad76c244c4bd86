//! Answers at work: what people make of them, what must not happen, and what nobody thought of.

use mqttscope_answers::{
    Action, Answer, Answering, Condition, Incoming, Instant, JsonTest, Publish, Replay, Replayed,
    Reply, Table, TableEdit, Template, Test, check, gallery, includes, read_table, write_csv,
};
use proptest::prelude::*;

const fn at(ms: u64) -> Instant {
    Instant::from_millis(ms)
}

fn message<'a>(topic: &'a str, payload: &'a str) -> Incoming<'a> {
    Incoming {
        topic,
        payload: payload.as_bytes(),
        ..Incoming::default()
    }
}

fn publish(payload: &str) -> Action {
    Action::Publish(Publish {
        topic: "out".into(),
        payload: payload.into(),
        ..Publish::default()
    })
}

fn answer(filter: &str, actions: Vec<Action>) -> Answer {
    Answer {
        name: filter.into(),
        filter: filter.into(),
        actions,
        ..Answer::default()
    }
}

fn answering(answers: Vec<Answer>, tables: Vec<Table>) -> Answering {
    let mut answering = Answering::new(1);
    answering.set_answers(answers);
    answering.set_tables(tables);
    answering
}

fn ready(number: usize) -> Answering {
    let ready = gallery().remove(number);
    answering(vec![ready.answer], ready.tables)
}

fn payloads(replies: &[Reply]) -> Vec<(String, u8)> {
    let shown = |reply: &Reply| {
        (
            String::from_utf8_lossy(&reply.payload).into_owned(),
            reply.qos,
        )
    };
    replies.iter().map(shown).collect()
}

/// What a template becomes for a message; none where it becomes nothing.
fn rendered(template: &str, message: &Incoming<'_>) -> Option<String> {
    let mut answering = answering(vec![answer("#", vec![publish(template)])], Vec::new());
    let replies = answering.handle(at(1_700_000_000_000), message, |_| 0);
    Some(payloads(&replies).pop()?.0)
}

#[test]
fn paths_go_into_what_a_reader_makes_of_the_payload() {
    let mut hot = answer("#", vec![publish("{{json.t}}")]);
    hot.conditions = vec![Condition::Json {
        path: "$.t".into(),
        test: JsonTest::Between {
            from: "20".into(),
            to: String::new(),
        },
    }];
    let mut answering = answering(vec![hot], Vec::new());
    let cbor = Incoming {
        topic: "a",
        payload: b"\xa1\x61t\x18\x2a",
        ..Incoming::default()
    };
    assert_eq!(answering.handle(at(0), &cbor, |_| 0), []);
    let asked = core::cell::Cell::new(0);
    let read = || {
        asked.set(asked.get() + 1);
        Some(serde_json::json!({"t": 42}))
    };
    let replies = answering.handle(at(0), &cbor.read_by(&read), |_| 0);
    assert_eq!(payloads(&replies), [("42".into(), 0)]);
    assert_eq!(asked.get(), 1, "a payload is read once");
}

#[test]
fn a_code_is_redeemed_once() {
    let mut answering = ready(1);
    assert!(answering.take_changed(), "new tables are told");
    let mut ask =
        |payload: &str| payloads(&answering.handle(at(0), &message("test", payload), |_| 0));
    assert_eq!(ask("\"WELCOME\""), [("1".into(), 1)]);
    assert_eq!(ask("\"WELCOME\""), [("0".into(), 0)]);
    assert_eq!(ask("\"SUMMER\""), [("0".into(), 0)]);
    for unknown in [
        "\"RETIRED\"",
        "\"NEVER\"",
        "WELCOME",
        "1",
        "0",
        "{\"code\":\"SUMMER\"}",
    ] {
        assert_eq!(ask(unknown), [], "{unknown}");
    }
    let lines: Vec<_> = answering.lines().map(|line| line.text.as_str()).collect();
    assert_eq!(
        lines[3..],
        ["RETIRED does not exist", "NEVER does not exist"]
    );
    assert_eq!(answering.tables()[0].cell(0, 2), Some("true"));
    assert!(answering.take_changed() && !answering.take_changed());
    let tally = &answering.tallies()[0];
    assert_eq!((tally.matched, tally.answered, tally.stopped), (5, 3, 0));
}

#[test]
fn a_request_is_answered_to_its_response_topic() {
    let request = Incoming {
        response_topic: Some("me/answers"),
        correlation_data: Some(&[1, 2]),
        ..message("echo", "hello")
    };
    let replies = ready(0).handle(at(0), &request, |_| 0);
    let expected = Reply {
        topic: "me/answers".into(),
        payload: b"hello".to_vec(),
        correlation_data: Some(vec![1, 2]),
        ..Reply::default()
    };
    assert_eq!(replies, [expected]);
    assert_eq!(
        ready(0).handle(at(0), &message("echo", ""), |_| 0)[0].topic,
        "echo/reply"
    );
}

#[test]
fn an_answer_does_not_answer_itself() {
    let echo = Answer {
        conditions: Vec::new(),
        ..answer(
            "t",
            vec![Action::Publish(Publish {
                topic: "{{topic}}".into(),
                payload: "{{payload}}!".into(),
                ..Publish::default()
            })],
        )
    };
    let mut answering = answering(vec![echo], Vec::new());
    let mut now = 0;
    let mut ask = |payload: &str| {
        now += 10;
        payloads(&answering.handle(at(now), &message("t", payload), |_| 1))
    };
    assert_eq!(ask("a"), [("a!".into(), 0)]);
    assert_eq!(ask("a!"), [], "its own answer");
    assert_eq!(
        ask("a!"),
        [("a!!".into(), 0)],
        "somebody else says the same"
    );
    assert_eq!(ask("a!!"), []);
    let tally = &answering.tallies()[0];
    assert_eq!((tally.matched, tally.answered, tally.stopped), (4, 2, 2));
    let loops = |line: &&mqttscope_answers::Line| line.text.starts_with("Loop stopped");
    assert_eq!(answering.lines().filter(loops).count(), 1, "told once");
}

#[test]
fn a_rate_is_bounded_and_said_once() {
    let mut one = answer("t", vec![publish("x")]);
    one.most_a_second = 3;
    let mut answering = answering(vec![one], Vec::new());
    let mut count = |now| answering.handle(at(now), &message("t", ""), |_| 0).len();
    assert_eq!((1_000..1_010).map(&mut count).sum::<usize>(), 3);
    assert_eq!(count(2_000), 1);
    let fast =
        |line: &&mqttscope_answers::Line| line.is_problem && line.text.starts_with("Too fast");
    assert_eq!(answering.lines().filter(fast).count(), 1);
}

#[test]
fn conditions_must_all_hold() {
    let properties = [("unit", "C"), ("unit", "F")];
    let given = Incoming {
        qos: 1,
        content_type: Some("application/json"),
        user_properties: &properties,
        ..message("a/b", r#"{"t":21.5,"on":true,"tags":["x"]}"#)
    };
    let json = |path: &str, test| Condition::Json {
        path: path.into(),
        test,
    };
    let between = |from: &str, to: &str| JsonTest::Between {
        from: from.into(),
        to: to.into(),
    };
    let user = |name: &str, value: &str| Condition::UserProperty {
        name: name.into(),
        value: value.into(),
    };
    for (condition, holds) in [
        (json("$.t", between("20", "")), true),
        (json("$.t", between("", "21.5")), true),
        (json("$.t", between("22", "30")), false),
        (json("$.on", JsonTest::Is("true".into())), true),
        (json("$.tags[0]", JsonTest::Text), true),
        (json("$.tags", JsonTest::Is("[\"x\"]".into())), true),
        (json("$.t", JsonTest::Text), false),
        (json("$.u", JsonTest::There), false),
        (user("unit", "F"), true),
        (user("unit", ""), true),
        (user("unit", "K"), false),
        (Condition::ContentType("application/json".into()), true),
        (Condition::Qos(1), true),
        (Condition::Qos(0), false),
        (Condition::Retained(false), true),
        (Condition::PayloadContains("21".into()), true),
        (Condition::PayloadContains("22".into()), false),
        (Condition::PayloadIs("21".into()), false),
    ] {
        let mut one = answer("a/+", vec![publish("x")]);
        one.conditions = vec![condition.clone(), Condition::PayloadContains(String::new())];
        let replies = answering(vec![one], Vec::new()).handle(at(0), &given, |_| 0);
        assert_eq!(!replies.is_empty(), holds, "{condition:?}");
    }
    let mut number = answer("n", vec![publish("x")]);
    number.conditions = vec![Condition::PayloadBetween {
        from: "1".into(),
        to: "2".into(),
    }];
    let mut answering = answering(vec![number], Vec::new());
    let mut is_in = |payload: &str| {
        !answering
            .handle(at(0), &message("n", payload), |_| 0)
            .is_empty()
    };
    assert!(is_in("1") && is_in(" 1.5\n") && !is_in("2.1") && !is_in("x") && !is_in("NaN"));
}

#[test]
fn templates_have_the_parts_of_a_message() {
    let properties = [("who", "me")];
    let given = Incoming {
        qos: 2,
        retain: true,
        response_topic: Some("r"),
        correlation_data: Some(b"c"),
        content_type: Some("text/plain"),
        user_properties: &properties,
        ..message("site/hall/t", r#"{"a":{"b":[7]},"s":"x"}"#)
    };
    let all = "{{topic.2}} {{json.a.b[0]}} {{json.s}} {{response_topic}} {{correlation}} {{content_type}} \
               {{user.who}} {{qos}} {{retain}} {{time}} {{time.ms}} {{number}} {{count.n}}";
    assert_eq!(
        rendered(all, &given).unwrap(),
        "hall 7 x r c text/plain me 2 true 2023-11-14T22:13:20.000Z 1700000000000 1 0"
    );
    for nothing in ["{{topic.4}}", "{{json.z}}", "{{user.z}}", "{{row.z}}"] {
        assert_eq!(rendered(nothing, &given), None, "{nothing}");
    }
    assert_eq!(rendered("{{correlation}}", &message("a", "")), None);
    let random: f64 = rendered("{{random}}", &given).unwrap().parse().unwrap();
    assert!((0.0..1.0).contains(&random));
    assert_eq!(rendered("{{uuid}}", &given).unwrap().len(), 36);
}

#[test]
fn rows_are_added_counted_and_removed() {
    let table = read_table("seen", "topic,n").unwrap();
    let actions = vec![
        Action::Count("all".into()),
        Action::LookUp {
            table: "seen".into(),
            column: "topic".into(),
            value: "{{topic}}".into(),
            found: vec![
                Action::When {
                    column: "n".into(),
                    test: Test::Is("2".into()),
                    then: vec![Action::RemoveRow],
                    otherwise: vec![Action::Set {
                        column: "n".into(),
                        value: "{{count.all}}".into(),
                    }],
                },
                Action::Stop,
            ],
            missing: vec![
                Action::AddRow {
                    table: "seen".into(),
                    cells: vec![("topic".into(), "{{topic}}".into())],
                },
                publish("{{row.topic}} {{row.n}}|"),
            ],
        },
    ];
    let behind = answer("#", vec![publish("behind")]);
    let mut answering = answering(vec![answer("+", actions), behind], vec![table]);
    let mut ask = || payloads(&answering.handle(at(0), &message("a", ""), |_| 0));
    assert_eq!(ask(), [("a |".into(), 0), ("behind".into(), 0)]);
    assert_eq!(ask(), [], "found, and stopped");
    assert_eq!(ask(), []);
    assert!(answering.tables()[0].rows.is_empty());
}

#[test]
fn a_row_is_the_same_when_another_one_is_removed_meanwhile() {
    let table = read_table("t", "name,says\na,\nb,\nc,").unwrap();
    let look_up = |name: &str, found| Action::LookUp {
        table: "t".into(),
        column: "name".into(),
        value: name.into(),
        found,
        missing: Vec::new(),
    };
    let set = Action::Set {
        column: "says".into(),
        value: "{{row.name}}".into(),
    };
    let remove = |name| look_up(name, vec![Action::RemoveRow]);
    let actions = vec![look_up("c", vec![remove("a"), set.clone()])];
    let mut answering = answering(vec![answer("t", actions)], vec![table]);
    answering.handle(at(0), &message("t", ""), |_| 0);
    assert_eq!(
        write_csv(&answering.tables()[0]),
        "name,says\nb,\"\"\nc,c\n"
    );
    answering.set_answers(vec![answer(
        "t",
        vec![look_up("c", vec![remove("c"), set])],
    )]);
    answering.handle(at(0), &message("t", ""), |_| 0);
    let says = "Not done: {{row.name}} stands where no row was looked up.";
    assert_eq!(answering.tallies()[0].last, says);
}

#[test]
fn what_cannot_be_done_is_said() {
    let mut answering = answering(
        vec![
            answer("t", vec![publish("{{json.a}}")]),
            answer("t/#", vec![publish("{{nonsense}}")]),
        ],
        Vec::new(),
    );
    assert!(
        answering
            .handle(at(0), &message("t", "x"), |_| 0)
            .is_empty()
    );
    let tally = &answering.tallies()[0];
    assert_eq!(
        (tally.stopped, tally.last.as_str()),
        (1, "Not done: the payload is not JSON.")
    );
    assert!(answering.tallies()[1].problem.contains("{{nonsense}}"));
    assert_eq!(
        answering.filters().collect::<Vec<_>>(),
        ["t"],
        "one that cannot work is not there"
    );
    answering.not_published(at(0), "a", "why");
    assert_eq!(
        answering.lines().last().unwrap().text,
        "Not published to a: why."
    );
}

#[test]
fn counts_go_on_when_answers_are_changed() {
    let mut answering = answering(vec![answer("a", vec![publish("1")])], Vec::new());
    answering.handle(at(0), &message("a", ""), |_| 0);
    answering.set_answers(vec![
        answer("b", vec![publish("1")]),
        answer("a", vec![publish("2")]),
    ]);
    let matched: Vec<_> = answering
        .tallies()
        .iter()
        .map(|tally| tally.matched)
        .collect();
    assert_eq!(matched, [0, 1]);
}

#[test]
fn a_message_that_no_answer_is_there_for_allocates_nothing() {
    let mut answering = answering(
        (0..10)
            .map(|n| answer(&format!("site/{n}/+/set"), vec![publish("x")]))
            .collect(),
        Vec::new(),
    );
    let given = message("site/11/lamp/state", "on");
    let info = allocation_counter::measure(|| {
        assert!(answering.handle(at(0), &given, |_| 1).is_empty());
    });
    assert_eq!(info.count_total, 0);
}

#[test]
fn a_filter_includes_another() {
    for (wide, narrow) in [
        ("#", "a/+"),
        ("a/#", "a"),
        ("a/#", "a/b/#"),
        ("+/b", "a/b"),
        ("+/+", "+/b"),
        ("$share/g/a", "$share/g/a"),
    ] {
        assert!(includes(wide, narrow), "{wide} {narrow}");
    }
    for (wide, narrow) in [
        ("+", "#"),
        ("a/+", "a/#"),
        ("a/b", "a/+"),
        ("#", "$SYS/x"),
        ("#", "$share/g/a"),
        ("$share/g/#", "a"),
        ("a", "a/b"),
    ] {
        assert!(!includes(wide, narrow), "{wide} {narrow}");
    }
}

fn template() -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop_oneof![
            Just("{{".to_owned()),
            Just("}}".to_owned()),
            Just("{{json".to_owned()),
            Just("{{row.code}}".to_owned()),
            Just("{{payload}}".to_owned()),
            Just("{{topic.2}}".to_owned()),
            "[a-z.\\[\\]0-9\"{}]{0,6}",
        ],
        0..5,
    )
    .prop_map(|parts| parts.concat())
}

fn action() -> impl Strategy<Value = Action> {
    let leaf = prop_oneof![
        template().prop_map(|text| Action::Log(Template(text))),
        (template(), template(), any::<bool>()).prop_map(|(topic, payload, respond)| {
            Action::Publish(Publish {
                topic: Template(topic),
                payload: Template(payload),
                respond,
                ..Publish::default()
            })
        }),
        ("[a-c]{0,1}", template()).prop_map(|(column, value)| Action::Set {
            column,
            value: Template(value)
        }),
        Just(Action::RemoveRow),
        Just(Action::Stop),
        "[a-c]{0,1}".prop_map(Action::Count),
        ("[a-c]", template()).prop_map(|(column, value)| Action::AddRow {
            table: "t".into(),
            cells: vec![(column, Template(value))],
        }),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        let some = prop::collection::vec(inner, 0..4);
        prop_oneof![
            ("[a-c]", template(), some.clone(), some.clone()).prop_map(
                |(column, value, found, missing)| Action::LookUp {
                    table: "t".into(),
                    column,
                    value: Template(value),
                    found,
                    missing,
                }
            ),
            ("[a-c]", some.clone(), some).prop_map(|(column, then, otherwise)| Action::When {
                column,
                test: Test::Yes,
                then,
                otherwise,
            }),
        ]
    })
}

proptest! {
    /// Whatever answers are made of, they do no harm: what they give can be published, what they count adds
    /// up, their tables stay sound, and they come back from storage as they were.
    #[test]
    fn any_answer_does_no_harm(
        actions in prop::collection::vec(action(), 1..5),
        messages in prop::collection::vec(("[ab/]{1,4}", "[\\[\\]{}\"a-c0-9:,]{0,12}"), 0..20),
    ) {
        let answer = answer("#", actions);
        let text = serde_json::to_string(&answer).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Answer>(&text).unwrap(), &answer);
        let table = read_table("t", "a,b,c\n1,2,3\na,b,").unwrap();
        let is_sound = check(&answer, None).is_empty();
        let mut answering = answering(vec![answer], vec![table]);
        let mut count = 0;
        for (topic, payload) in &messages {
            let replies = answering.handle(at(5), &message(topic, payload), |_| 1);
            prop_assert!(is_sound || replies.is_empty());
            count += replies.len() as u64;
            for reply in replies {
                prop_assert!(mqttscope_wire::TopicName::new(&reply.topic).is_some());
                prop_assert!(!reply.topic.is_empty() && reply.qos <= 2);
            }
            prop_assert_eq!(answering.tables()[0].problem(), None);
        }
        prop_assert_eq!(answering.tallies()[0].answered, count);
        prop_assert!(answering.lines().count() <= 100);
    }

    /// Whatever comes in which order, a code is redeemed at most once.
    #[test]
    fn a_code_is_never_redeemed_twice(asked in prop::collection::vec((0..4_usize, 0..40_u64), 0..60)) {
        let mut answering = ready(1);
        let codes = ["WELCOME", "SUMMER", "RETIRED", "NEVER"];
        let mut now = 0;
        let mut redeemed = [0; 4];
        for (code, wait) in asked {
            now += wait;
            let payload = format!("\"{}\"", codes[code]);
            for (says, _) in payloads(&answering.handle(at(now), &message("test", &payload), |_| 1)) {
                redeemed[code] += u32::from(says == "1");
            }
        }
        prop_assert!(redeemed[0] <= 1 && redeemed[1..] == [0, 0, 0], "{:?}", redeemed);
    }

    #[test]
    fn a_table_comes_back_from_csv(
        columns in prop::collection::hash_set("[a-z]{1,4}", 1..4),
        rows in prop::collection::vec(prop::collection::vec("[ -~\\n;,\"äx]{1,6}", 3), 0..6),
    ) {
        let columns: Vec<String> = columns.into_iter().collect();
        let rows: Vec<Vec<String>> = rows
            .into_iter()
            .map(|row| row.into_iter().take(columns.len()).collect())
            .collect();
        let table = Table { name: "t".into(), columns, rows };
        prop_assert_eq!(read_table("t", &write_csv(&table)), Ok(table));
    }

    #[test]
    fn any_text_is_a_table_or_says_why(text in "[a-c,;\"\\n\\[\\]{}: ]{0,40}") {
        if let Ok(table) = read_table("t", &text) {
            prop_assert_eq!(table.problem(), None);
            let mut tables = Vec::new();
            prop_assert!(TableEdit::Put(table).apply(&mut tables));
        }
    }
}

fn filter() -> impl Strategy<Value = String> {
    (prop::collection::vec("[ab+]", 0..3), any::<bool>()).prop_map(|(mut levels, all)| {
        if all || levels.is_empty() {
            levels.push("#".into());
        }
        levels.join("/")
    })
}

proptest! {
    #[test]
    fn what_is_included_is_brought(wide in filter(), narrow in filter(), name in "[ab](/[ab]){0,3}") {
        use mqttscope_shared::topic_tree::matches;
        if includes(&wide, &narrow) && matches(&narrow, &name) {
            prop_assert!(matches(&wide, &name));
        }
    }
}

#[test]
fn a_timer_is_due_at_once_and_then_again_and_again() {
    let mut answering = Answering::new(1);
    answering.set_client("device-7");
    answering.set_answers(vec![Answer {
        name: "sensor".into(),
        every_ms: Some(1000),
        actions: vec![Action::Publish(Publish {
            topic: "{{client}}/t".into(),
            payload: "{{number}} {{triangle 0 10 20 0}}".into(),
            qos: 1,
            ..Publish::default()
        })],
        ..Answer::default()
    }]);
    // No message is waited for, and nothing happens before the connection is open.
    assert_eq!(answering.filters().count(), 0);
    assert!(!answering.wants(""));
    assert_eq!(answering.next_timer(), None);
    let at = Instant::from_millis;
    let said = |answering: &mut Answering, ms| -> Vec<String> {
        let replies = answering.handle_timers(at(ms), |_| 0);
        let text = |reply: &Reply| {
            format!(
                "{} {}",
                reply.topic,
                String::from_utf8_lossy(&reply.payload)
            )
        };
        replies.iter().map(text).collect()
    };
    assert!(said(&mut answering, 5000).is_empty());
    answering.start_timers(at(20_000));
    assert_eq!(answering.next_timer(), Some(at(20_000)));
    assert_eq!(said(&mut answering, 20_000), ["device-7/t 1 0.00"]);
    assert!(said(&mut answering, 20_999).is_empty());
    assert_eq!(said(&mut answering, 21_000), ["device-7/t 2 1.00"]);
    // A clock that stood still gives one, not a burst.
    assert_eq!(said(&mut answering, 30_000), ["device-7/t 3 10.00"]);
    assert!(said(&mut answering, 30_000).is_empty());
    // Another time between two begins when the timers are started anew.
    let mut changed = answering.answers().to_vec();
    changed[0].every_ms = Some(50);
    answering.set_answers(changed.clone());
    assert_eq!(answering.next_timer(), None);
    answering.start_timers(at(40_000));
    assert_eq!(answering.next_timer(), Some(at(40_000)));
    answering.stop_timers();
    assert!(said(&mut answering, 50_000).is_empty());
    changed[0].on = false;
    answering.set_answers(changed);
    answering.start_timers(at(50_000));
    assert_eq!(answering.next_timer(), None);
}

#[test]
fn a_walk_goes_on_from_time_to_time() {
    let mut answering = Answering::new(9);
    answering.set_answers(vec![gallery().remove(4).answer]);
    answering.start_timers(Instant::from_millis(0));
    let mut before: Option<f64> = None;
    for second in (0..200).step_by(2) {
        let replies = answering.handle_timers(Instant::from_millis(second * 1000), |_| 0);
        let [reply] = &replies[..] else {
            panic!("{replies:?}")
        };
        assert!(reply.retain && reply.qos == 1);
        let level: f64 = std::str::from_utf8(&reply.payload)
            .unwrap()
            .parse()
            .unwrap();
        assert!((0.0..=100.0).contains(&level));
        assert!(before.is_none_or(|before| (level - before).abs() <= 5.01));
        before = Some(level);
    }
    assert_eq!(answering.tallies()[0].answered, 100);
}

#[test]
fn the_waves_of_two_clients_are_not_at_the_same_place() {
    let said = |client: &str| {
        let mut answering = Answering::new(1);
        answering.set_client(client);
        answering.set_answers(vec![gallery().remove(3).answer]);
        answering.start_timers(Instant::from_millis(0));
        let replies = answering.handle_timers(Instant::from_millis(0), |_| 0);
        String::from_utf8(replies[0].payload.clone()).unwrap()
    };
    assert_eq!(said("sensor-1"), said("sensor-1"));
    assert_ne!(said("sensor-1"), said("sensor-2"));
}

#[test]
fn a_recording_is_replayed_at_its_speed_and_goes_on_where_it_was() {
    let message = |after_ms: u64, topic: &str| Replayed {
        after: after_ms * 1000,
        message: Reply {
            topic: topic.into(),
            payload: b"{{no template}}".to_vec(),
            ..Reply::default()
        },
    };
    let mut replay = Replay {
        messages: vec![message(0, "a"), message(100, "b"), message(1100, "c")],
        speed: 200,
        prefix: "{{client}}/".into(),
        repeat: false,
    };
    let with = |replay: &Replay, on| Answer {
        name: "r".into(),
        replay: Some(replay.clone()),
        on,
        ..Answer::default()
    };
    let mut answering = Answering::new(1);
    answering.set_client("d");
    answering.set_answers(vec![with(&replay, true)]);
    let at = Instant::from_millis;
    let said = |answering: &mut Answering, ms| -> Vec<String> {
        let replies = answering.handle_timers(at(ms), |_| 0);
        assert!(replies.iter().all(|it| it.payload == b"{{no template}}"));
        replies.into_iter().map(|reply| reply.topic).collect()
    };
    assert!(said(&mut answering, 0).is_empty() && answering.filters().count() == 0);
    answering.start_timers(at(1000));
    assert_eq!(said(&mut answering, 1000), ["d/a"]);
    assert_eq!(answering.next_timer(), Some(at(1050)));
    assert!(said(&mut answering, 1049).is_empty());
    assert_eq!(said(&mut answering, 1050), ["d/b"]);
    // The connection was away when the last one was due.
    answering.start_timers(at(9000));
    assert_eq!(said(&mut answering, 9000), ["d/c"]);
    assert_eq!(answering.next_timer(), None);
    // It is over, also when the connection comes back.
    answering.start_timers(at(20_000));
    assert_eq!(answering.next_timer(), None);
    // Off and on, it begins anew.
    answering.set_answers(vec![with(&replay, false)]);
    answering.start_timers(at(21_000));
    answering.set_answers(vec![with(&replay, true)]);
    answering.start_timers(at(22_000));
    assert_eq!(said(&mut answering, 22_000), ["d/a"]);
    // Repeated, it waits a second behind its end; what a slow clock missed is published at once, in order.
    replay.repeat = true;
    answering.set_answers(vec![with(&replay, true)]);
    answering.start_timers(at(30_000));
    assert_eq!(said(&mut answering, 31_000), ["d/a", "d/b", "d/c"]);
    assert_eq!(answering.next_timer(), Some(at(32_000)));
    assert_eq!(said(&mut answering, 32_000), ["d/a"]);
    // The bound of the answer holds.
    let bounded = Answer {
        name: "bounded".into(),
        most_a_second: 2,
        ..with(&replay, true)
    };
    let mut answering = Answering::new(1);
    answering.set_answers(vec![bounded]);
    answering.start_timers(at(40_000));
    assert_eq!(said(&mut answering, 40_900).len(), 2);
    assert_eq!(answering.tallies()[0].stopped, 1);
    assert_eq!(check(&with(&Replay::default(), true), None).len(), 1);
    replay.speed = 0;
    assert_eq!(
        check(&with(&replay, true), None),
        ["its speed is from 1 to 100000 percent"]
    );
}
