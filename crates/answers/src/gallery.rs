//! Answers that are ready to be taken and changed.

use crate::answer::{Action, Answer, Condition, JsonTest, Publish, Test};
use crate::table::Table;

/// An answer of the gallery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ready {
    /// What it shows, in a sentence.
    pub about: &'static str,
    /// The answer.
    pub answer: Answer,
    /// The tables that it uses.
    pub tables: Vec<Table>,
}

/// All of them.
#[must_use]
pub fn gallery() -> Vec<Ready> {
    vec![echo(), codes(), ping(), sensor(), tank(), script()]
}

fn publish(topic: &str, payload: &str, qos: u8) -> Action {
    Action::Publish(Publish {
        topic: topic.into(),
        payload: payload.into(),
        qos,
        ..Publish::default()
    })
}

fn echo() -> Ready {
    Ready {
        about: "Sends each request back to its Response Topic, with its Correlation Data; \
                without a Response Topic to the same topic and /reply.",
        answer: Answer {
            name: "Echo".into(),
            filter: "echo".into(),
            actions: vec![publish("{{topic}}/reply", "{{payload}}", 0)],
            ..Answer::default()
        },
        tables: Vec::new(),
    }
}

fn sensor() -> Ready {
    Ready {
        about: "A device: every second it publishes a temperature that goes up and down once a minute, and a number that \
                counts.",
        answer: Answer {
            name: "Temperature sensor".into(),
            every_ms: Some(1000),
            actions: vec![Action::Publish(Publish {
                respond: false,
                topic: "sensors/{{client}}/temperature".into(),
                payload:
                    "{\"celsius\":{{sine 18 24 60}},\"number\":{{number}},\"at\":\"{{time}}\"}"
                        .into(),
                ..Publish::default()
            })],
            ..Answer::default()
        },
        tables: Vec::new(),
    }
}

fn tank() -> Ready {
    Ready {
        about: "A device: every two seconds it publishes the level of a tank, which changes by chance, retained, at QoS 1.",
        answer: Answer {
            name: "Tank level".into(),
            every_ms: Some(2000),
            actions: vec![Action::Publish(Publish {
                respond: false,
                topic: "tanks/{{client}}/level".into(),
                payload: "{{walk 0 100 5}}".into(),
                qos: 1,
                retain: true,
                ..Publish::default()
            })],
            ..Answer::default()
        },
        tables: Vec::new(),
    }
}

/// What a script begins with.
const SCRIPT: &str = r#"// Answers requests, and counts them.
state.count ??= 0;

onMessage("request/#", (message) => {
  state.count += 1;
  const to = message.responseTopic ?? `reply/${message.topic}`;
  publish(to, { number: state.count, got: message.text }, { qos: 1, correlationData: message.correlationData });
});

every(60_000, () => log(state.count, "requests so far"));
"#;

fn script() -> Ready {
    Ready {
        about: "A few lines of JavaScript: answers what comes below request/, counts, and says once a minute how many there \
                were. It runs in a sandbox without network, storage or a way to the page.",
        answer: Answer {
            name: "Script".into(),
            script: Some(SCRIPT.into()),
            ..Answer::default()
        },
        tables: Vec::new(),
    }
}

fn ping() -> Ready {
    Ready {
        about: "Answers the text ping on the topic ping with pong, and counts.",
        answer: Answer {
            name: "Ping counter".into(),
            filter: "ping".into(),
            conditions: vec![Condition::PayloadIs("ping".into())],
            actions: vec![
                Action::Count("pings".into()),
                publish("pong", "{\"pong\":{{count.pings}},\"at\":\"{{time}}\"}", 0),
            ],
            ..Answer::default()
        },
        tables: Vec::new(),
    }
}

fn codes() -> Ready {
    let when = |column: &str, then, otherwise| Action::When {
        column: column.into(),
        test: Test::Yes,
        then,
        otherwise,
    };
    let unknown = || vec![Action::Log("{{json}} does not exist".into())];
    let redeem = vec![
        publish("{{topic}}", "1", 1),
        Action::Set {
            column: "used".into(),
            value: "true".into(),
        },
    ];
    let used = when("used", vec![publish("{{topic}}", "0", 0)], redeem);
    let row =
        |code: &str, deleted: &str, used: &str| vec![code.into(), deleted.into(), used.into()];
    Ready {
        about: "A JSON string on the topic test is a code: the first time it is answered with 1, later with 0. \
                Codes that are not in the table, or deleted, get no answer.",
        answer: Answer {
            name: "Redeem a code".into(),
            filter: "test".into(),
            conditions: vec![Condition::Json {
                path: "$".into(),
                test: JsonTest::Text,
            }],
            actions: vec![Action::LookUp {
                table: "codes".into(),
                column: "code".into(),
                value: "{{json}}".into(),
                found: vec![when("deleted", unknown(), vec![used])],
                missing: unknown(),
            }],
            ..Answer::default()
        },
        tables: vec![Table {
            name: "codes".into(),
            columns: vec!["code".into(), "deleted".into(), "used".into()],
            rows: vec![
                row("WELCOME", "false", "false"),
                row("SUMMER", "false", "true"),
                row("RETIRED", "true", "false"),
            ],
        }],
    }
}
