//! What is wrong with an answer, before it runs.

use mqttscope_wire::{TopicFilter, TopicName};

use crate::answer::{Action, Answer, Condition, JsonTest, Publish};
use crate::path;
use crate::replay::Replay;
use crate::table::Table;
use crate::template::Template;

/// What keeps an answer from working, in sentences without their full stops; empty: nothing. Without tables
/// nothing is said of tables that are not there.
#[must_use]
pub fn check(answer: &Answer, tables: Option<&[Table]>) -> Vec<String> {
    let mut checking = Checking {
        tables,
        has_message: answer.every_ms.is_none(),
        parts: 0,
        says: Vec::new(),
    };
    if answer.most_a_second == 0 {
        checking.say("it may answer no message a second: 1 is the least");
    }
    if let Some(script) = &answer.script {
        if script.trim().is_empty() {
            checking.say("the script is empty");
        } else if script.len() > Answer::MOST_SCRIPT {
            let most = Answer::MOST_SCRIPT / 1024;
            checking.say(format!("the script is longer than {most} KiB"));
        }
        return checking.says;
    }
    if let Some(replay) = &answer.replay {
        checking.has_message = false;
        if replay.messages.is_empty() {
            checking.say(
                "the recording has no messages: “Replay as a device…” in the menu Export takes those of the list",
            );
        }
        if replay.messages.len() > Replay::MOST {
            checking.say(format!(
                "the recording has more than {} messages",
                Replay::MOST
            ));
        }
        if !(1..=Replay::FASTEST).contains(&replay.speed) {
            let fastest = Replay::FASTEST;
            checking.say(format!("its speed is from 1 to {fastest} percent"));
        }
        checking.template(&replay.prefix);
        return checking.says;
    }
    if let Some(every) = answer.every_ms {
        if every < Answer::LEAST_MS {
            let least = Answer::LEAST_MS;
            checking.say(format!("{every} ms are too short: {least} is the least"));
        }
        if !answer.conditions.is_empty() {
            checking.say("a condition is asked of a message, and a timer has none");
        }
    } else if answer.filter.is_empty() {
        checking.say("it needs a topic filter");
    } else if TopicFilter::new(&answer.filter).is_none() {
        let filter = &answer.filter;
        checking.say(format!("{filter:?} is no topic filter"));
    }
    for condition in &answer.conditions {
        checking.condition(condition);
    }
    if answer.actions.is_empty() {
        checking.say("it does nothing: it needs an action");
    }
    checking.actions(&answer.actions, None, 1);
    if checking.parts > Answer::MOST_PARTS {
        checking.says.clear();
        let most = Answer::MOST_PARTS;
        checking.say(format!("it has more than {most} conditions and actions"));
    }
    checking.says
}

struct Checking<'a> {
    tables: Option<&'a [Table]>,
    /// Whether a message comes before it.
    has_message: bool,
    parts: usize,
    says: Vec<String>,
}

impl<'a> Checking<'a> {
    fn say(&mut self, what: impl Into<String>) {
        let what = what.into();
        if !self.says.contains(&what) {
            self.says.push(what);
        }
    }

    fn template(&mut self, template: &Template) {
        if let Err(fault) = template.check() {
            self.say(fault.to_string());
        } else if !self.has_message && template.needs_message() {
            let text = &template.0;
            self.say(format!(
                "{text:?} asks for a part of a message, and a timer has none"
            ));
        }
    }

    fn numbers(&mut self, from: &str, to: &str) {
        for bound in [from, to].map(str::trim) {
            if !bound.is_empty() && bound.parse::<f64>().is_err() {
                self.say(format!("{bound:?} is no number"));
            }
        }
    }

    fn condition(&mut self, condition: &Condition) {
        self.parts = self.parts.saturating_add(1);
        match condition {
            Condition::PayloadBetween { from, to } => self.numbers(from, to),
            Condition::Json { path, test } => {
                if let Err(fault) = path::check(path) {
                    self.say(format!("{path:?} is no path: {fault}"));
                }
                if let JsonTest::Between { from, to } = test {
                    self.numbers(from, to);
                }
            }
            Condition::UserProperty { name, .. } if name.is_empty() => {
                self.say("a User Property needs a name");
            }
            Condition::Qos(qos) if *qos > 2 => self.say(format!("there is no QoS {qos}")),
            _ => {}
        }
    }

    fn publish(&mut self, publish: &Publish) {
        if publish.topic.is_empty() && !(publish.respond && self.has_message) {
            self.say("a message needs a topic");
        }
        // Only what holds whatever the message is.
        if !publish.topic.0.contains("{{")
            && !publish.topic.is_empty()
            && TopicName::new(&publish.topic.0).is_none()
        {
            let topic = &publish.topic.0;
            self.say(format!("{topic:?} is no topic that one can publish to"));
        }
        if publish.qos > 2 {
            self.say(format!("there is no QoS {}", publish.qos));
        }
        for template in [&publish.topic, &publish.payload, &publish.content_type] {
            self.template(template);
        }
        for (name, value) in &publish.user_properties {
            if name.is_empty() {
                self.say("a User Property needs a name");
            }
            self.template(value);
        }
    }

    fn table(&mut self, name: &str) -> Option<&'a Table> {
        let tables = self.tables?;
        let found = tables.iter().find(|table| table.name == name);
        if found.is_none() {
            self.say(format!("there is no table {name:?}"));
        }
        found
    }

    fn column(&mut self, table: Option<&Table>, column: &str) {
        if let Some(table) = table
            && table.column(column).is_none()
        {
            self.say(format!("the table {} has no column {column:?}", table.name));
        }
    }

    /// `row`: whether a row is looked up here, and of which table.
    fn actions(&mut self, actions: &[Action], row: Option<Option<&'a Table>>, depth: usize) {
        if depth > Answer::MOST_DEPTH {
            let most = Answer::MOST_DEPTH;
            return self.say(format!("more than {most} actions stand within each other"));
        }
        let mut row = row;
        let deeper = depth.saturating_add(1);
        for action in actions {
            self.parts = self.parts.saturating_add(1);
            if self.parts > Answer::MOST_PARTS {
                return;
            }
            if matches!(
                action,
                Action::When { .. } | Action::Set { .. } | Action::RemoveRow
            ) && row.is_none()
            {
                self.say("a row is looked up first: what is done with it stands under “found”");
            }
            match action {
                Action::Publish(publish) => self.publish(publish),
                Action::LookUp {
                    table,
                    column,
                    value,
                    found,
                    missing,
                } => {
                    let table = self.table(table);
                    self.column(table, column);
                    self.template(value);
                    self.actions(found, Some(table), deeper);
                    self.actions(missing, None, deeper);
                }
                Action::When {
                    column,
                    then,
                    otherwise,
                    ..
                } => {
                    self.column(row.flatten(), column);
                    self.actions(then, row, deeper);
                    self.actions(otherwise, row, deeper);
                }
                Action::Set { column, value } => {
                    self.column(row.flatten(), column);
                    self.template(value);
                }
                Action::AddRow { table, cells } => {
                    let table = self.table(table);
                    for (column, value) in cells {
                        self.column(table, column);
                        self.template(value);
                    }
                    row = Some(table);
                }
                Action::RemoveRow => row = None,
                Action::Count(name) if name.is_empty() => self.say("a counter needs a name"),
                Action::Log(text) => self.template(text),
                Action::Count(_) | Action::Stop => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::Test;
    use crate::gallery;

    #[test]
    fn what_is_ready_works() {
        for ready in gallery() {
            let problems = check(&ready.answer, Some(&ready.tables));
            assert_eq!(problems, Vec::<String>::new(), "{}", ready.answer.name);
            assert!(ready.tables.iter().all(|table| table.problem().is_none()));
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        let with = |filter: &str, conditions: Vec<Condition>, actions: Vec<Action>| Answer {
            filter: filter.into(),
            conditions,
            actions,
            ..Answer::default()
        };
        let stop = || vec![Action::Stop];
        let publish = |publish| vec![Action::Publish(publish)];
        let json = |path: &str| Condition::Json {
            path: path.into(),
            test: JsonTest::There,
        };
        let when = Action::When {
            column: "a".into(),
            test: Test::Yes,
            then: Vec::new(),
            otherwise: Vec::new(),
        };
        let nothing = Publish {
            respond: false,
            ..Publish::default()
        };
        let wild = Publish {
            topic: "a/#".into(),
            ..Publish::default()
        };
        let unknown = Publish {
            payload: "{{x}}".into(),
            ..Publish::default()
        };
        let look_up = Action::LookUp {
            table: "t".into(),
            column: "c".into(),
            value: Template::default(),
            found: Vec::new(),
            missing: Vec::new(),
        };
        for (answer, says) in [
            (with("", vec![], stop()), "it needs a topic filter"),
            (
                with("a/#/b", vec![], stop()),
                "\"a/#/b\" is no topic filter",
            ),
            (
                with("a", vec![], vec![]),
                "it does nothing: it needs an action",
            ),
            (
                with("a", vec![json("a")], stop()),
                "\"a\" is no path: a path is $",
            ),
            (
                with("a", vec![Condition::Qos(3)], stop()),
                "there is no QoS 3",
            ),
            (
                with("a", vec![], publish(nothing)),
                "a message needs a topic",
            ),
            (with("a", vec![], publish(wild)), "\"a/#\" is no topic that"),
            (
                with("a", vec![], publish(unknown)),
                "{{x}} stands for nothing",
            ),
            (with("a", vec![], vec![when]), "a row is looked up first"),
            (with("a", vec![], vec![look_up]), "there is no table \"t\""),
        ] {
            let problems = check(&answer, Some(&[]));
            assert_eq!(problems.len(), 1, "{problems:?}");
            assert!(problems[0].starts_with(says), "{problems:?}");
        }
    }

    #[test]
    fn a_timer_has_no_message() {
        let on_timer = |every_ms, payload: &str| Answer {
            every_ms: Some(every_ms),
            actions: vec![Action::Publish(Publish {
                topic: "a".into(),
                payload: payload.into(),
                ..Publish::default()
            })],
            ..Answer::default()
        };
        let says = |answer: Answer| check(&answer, None);
        assert_eq!(says(on_timer(10, "{{number}} {{walk 0 1 1}}")), [""; 0]);
        assert_eq!(
            says(on_timer(9, "")),
            ["9 ms are too short: 10 is the least"]
        );
        assert_eq!(
            says(on_timer(10, "{{json.a}}")),
            ["\"{{json.a}}\" asks for a part of a message, and a timer has none"]
        );
        let mut answer = on_timer(10, "");
        answer.conditions.push(Condition::Qos(0));
        assert_eq!(
            says(answer),
            ["a condition is asked of a message, and a timer has none"]
        );
    }

    #[test]
    fn depth_and_number_are_bounded() {
        let mut actions = vec![Action::Stop];
        for _ in 0..Answer::MOST_DEPTH {
            actions = vec![Action::LookUp {
                table: "t".into(),
                column: "c".into(),
                value: Template::default(),
                found: actions,
                missing: Vec::new(),
            }];
        }
        let mut answer = Answer {
            filter: "a".into(),
            actions,
            ..Answer::default()
        };
        assert_eq!(check(&answer, None).len(), 1);
        answer.actions = vec![Action::Stop; Answer::MOST_PARTS + 1];
        assert_eq!(
            check(&answer, None),
            ["it has more than 200 conditions and actions"]
        );
    }
}
