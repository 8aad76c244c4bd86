//! Scenarios as text that people write: a line for each thing, `#` begins a remark. Its words are read for other notations, too.
//!
//! ```text
//! title QoS 1, PUBACK lost
//! watch why "at least once" may be twice
//! version 5
//! delay 50
//! publisher P session
//! subscriber S session
//! at 0 S connect
//! at 0 P connect
//! at 300 S subscribe t/a 1
//! at 600 P publish t/a 1 : 21
//! cut P before PUBACK 1
//! ```
//!
//! | line | means |
//! |---|---|
//! | `publisher P [session] [alias] [receive-maximum 1] [as ID]` | a client, left of the broker |
//! | `subscriber S …` | a client, right of the broker |
//! | `will P t/gone 1 2 : words` | its will: topic, QoS, delay in seconds |
//! | `at 0 P connect`, `at 900 P disconnect` | what it does, and at which millisecond |
//! | `at 300 S subscribe t/# 1` | topic filter and QoS |
//! | `at 600 P publish t/a 2 [retain] [expiry 5] [respond t/r] [correlate a] : words` | topic, QoS, what it says |
//! | `on S jobs reply 1 [to t/done] [retain] [after 300] [hold] : {{payload}} done` | how its application answers: topic filter, QoS, where to (else to the Response Topic), how long it works, whether it acknowledges when it has answered |
//! | `cut P at 700`, `cut P before PUBREC 1`, `cut P after PUBLISH 1` | the connection breaks |
//! | `restart P at 700 keeping`, `restart broker at 700 forgetting` | with or without what was remembered |
//! | `offline S from 400 to 2000`, `slow S at 0 by 400`, `hold S until 900`, `hold S from 400 until 900` | away, slow, not acknowledging |

mod behaviours;
mod lines;
mod words;
mod write;
mod wrong;

use std::fmt;

use mqttscope_wire::ProtocolVersion;

use super::scenario::{
    Fault, MAX_BEHAVIOURS, MAX_CLIENTS, MAX_FAULTS, MAX_STEPS, Scenario, Station,
};
pub use lines::{moment, nth, one_of};
pub use words::Words;
pub use wrong::{Fix, Wrong};

/// The longest text, in bytes.
pub const MAX_TEXT: usize = 16 << 10;

/// The most errors that are told of one text.
const MAX_ERRORS: usize = 20;

/// Why a text is not a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptError {
    /// From 1.
    pub line: usize,
    /// What is wrong there, and what to write instead.
    pub message: String,
    /// The correction, where one is obvious.
    pub fix: Option<Fix>,
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for ScriptError {}

impl Scenario {
    /// Reads a scenario.
    ///
    /// # Errors
    /// The first line that cannot be read, and why.
    pub fn parse(text: &str) -> Result<Self, ScriptError> {
        let (scenario, errors) = Self::check(text);
        errors.into_iter().next().map_or(Ok(scenario), Err)
    }

    /// Reads a scenario as far as possible: what its right lines make, and the error of each wrong
    /// line.
    #[must_use]
    pub fn check(text: &str) -> (Self, Vec<ScriptError>) {
        let mut scenario = Self::new(ProtocolVersion::V5);
        let mut errors = Vec::new();
        let mut wrong = |line: usize, Wrong { message, fix }: Wrong| {
            errors.push(ScriptError { line, message, fix });
            errors.len() < MAX_ERRORS
        };
        if text.len() > MAX_TEXT {
            let message = format!("The text is longer than {MAX_TEXT} bytes.");
            wrong(1, message.into());
            return (scenario, errors);
        }
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let before = scenario.counts();
            let read = scenario
                .read_line(&mut Words::of(line))
                .and_then(|()| scenario.within_limits(before));
            if let Err(why) = read {
                scenario.take_name_of(line);
                if !wrong(number, why) {
                    return (scenario, errors);
                }
            }
        }
        if scenario.clients.is_empty() {
            wrong(
                1,
                "There is no client. Add a line such as `publisher P`.".into(),
            );
        }
        (scenario, errors)
    }

    /// Reads the line of a fault; none where it is not one, or not one of this scenario's clients.
    #[must_use]
    pub fn fault_of_text(&self, line: &str) -> Option<Fault> {
        let mut other = Self {
            faults: Vec::new(),
            ..self.clone()
        };
        other.read_line(&mut Words::of(line)).ok()?;
        other.faults.pop()
    }

    /// A client whose line is wrong is known all the same: its own lines are not.
    fn take_name_of(&mut self, line: &str) {
        let mut words = line.split_whitespace();
        let publisher = match words.next() {
            Some("publisher") => true,
            Some("subscriber") => false,
            _ => return,
        };
        if let Some(name) = words.next()
            && !self.clients.iter().any(|client| client.name == name)
        {
            self.clients.push(Station::new(name.to_owned(), publisher));
        }
    }

    /// Clients, steps, answers and faults.
    const fn counts(&self) -> [usize; 4] {
        [
            self.clients.len(),
            self.steps.len(),
            self.behaviours.len(),
            self.faults.len(),
        ]
    }

    /// Whether the last line is not the first that is one too many.
    fn within_limits(&self, before: [usize; 4]) -> Result<(), Wrong> {
        let table = [
            (MAX_CLIENTS, "clients"),
            (MAX_STEPS, "steps"),
            (MAX_BEHAVIOURS, "answers"),
            (MAX_FAULTS, "faults"),
        ];
        for ((count, before), (most, what)) in self.counts().into_iter().zip(before).zip(table) {
            if count > most && before <= most {
                return Err(format!("A scenario can have at most {most} {what}.").into());
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gallery;
    use proptest::prelude::*;

    #[test]
    fn what_is_written_is_read_back() {
        for scenario in gallery() {
            assert_eq!(Scenario::parse(&scenario.to_text()), Ok(scenario));
        }
    }

    #[test]
    fn a_wrong_line_is_named_with_its_cause() {
        let table = [
            ("", 1, "There is no client."),
            (
                "publisher P\nfoo away",
                2,
                "A line cannot begin with `foo`. It begins with title, watch,",
            ),
            ("publisher P\ncutt P at 5", 2, "Did you mean `cut`?"),
            (
                "publisher P\nat 5 Q connect",
                2,
                "There is no client `Q`. Add a",
            ),
            (
                "publisher Pump\nat 5 pump connect",
                2,
                "Did you mean `Pump`?",
            ),
            (
                "publisher P\nat x P connect",
                2,
                "`x` is not a whole number: use 0 to 600000.",
            ),
            (
                "publisher P\nat 5 P conect",
                2,
                "Unknown action `conect`. Did you mean `connect`?",
            ),
            (
                "publisher P\nat 5 P fly",
                2,
                "Unknown action `fly`. A client can connect,",
            ),
            (
                "publisher P\nat 5 P publish t/# 1 : a",
                2,
                "not a valid topic name",
            ),
            (
                "publisher P\nat 5 P publish t 3 : a",
                2,
                "`3` is not a QoS: use 0, 1 or 2.",
            ),
            (
                "publisher P\nat 5 P subscribe a/#/b 1",
                2,
                "not a valid topic filter",
            ),
            (
                "publisher P\npublisher P",
                2,
                "There is already a client `P`.",
            ),
            ("publisher P sesion", 1, "Did you mean `session`?"),
            ("publisher P\non P t/a replay 1", 2, "Did you mean `reply`?"),
            (
                "publisher P\non P t/a reply 1 aftre 3",
                2,
                "Did you mean `after`?",
            ),
            (
                "publisher P\non P t/a reply 1 to b : {{topc}}",
                2,
                "This answer cannot work: {{topc}} stands for nothing",
            ),
            (
                "publisher P\non P a#b reply 1",
                2,
                "not a valid topic filter: `#` must be the last level",
            ),
            (
                "publisher P\non t/a reply 1",
                2,
                "There is no client `t/a`. Add a `publisher` or `subscriber` line for it above. Such a line is `on CLIENT FILTER reply QOS`,",
            ),
            (
                "publisher P\non P reply 1",
                2,
                "A topic filter is missing before `reply`: which messages does it answer? Such a line is",
            ),
            (
                "publisher P\non P t/a 1",
                2,
                "`1` is not expected here. Write `reply`. Such a line is",
            ),
            (
                "publisher P\non P t/a",
                2,
                "Missing: `reply`. Such a line is",
            ),
            (
                "publisher P\non P t/a reply to b : x",
                2,
                "`to` is not a QoS: use 0, 1 or 2. Such a line is",
            ),
            (
                "publisher P\non P t/a reply 1 to : x",
                2,
                "Behind `to` a topic name is missing. Such a line is",
            ),
            (
                "publisher P\non P t/a reply 1 after soon : x",
                2,
                "Behind `after` stand milliseconds. `soon` is not a whole number: use 0 to",
            ),
            (
                "publisher P\non P t/a reply 1 done",
                2,
                "Unknown option `done`. A reply can have to, retain, after or hold; write the payload after ` : `. Such a line is",
            ),
            ("publisher P\non P t reply 1 to a/# : x", 2, "cannot work"),
            ("publisher broker", 1, "the name of the broker"),
            ("publisher P\ncut P before PUBLISH", 2, "Missing: a number."),
            (
                "publisher P\ncut P before puback 1",
                2,
                "Did you mean `PUBACK`?",
            ),
            (
                "publisher P\ncut P before FISH 1",
                2,
                "`FISH` is not a packet type.",
            ),
            (
                "publisher P\nat 5 P connect now",
                2,
                "The line should end before `now`.",
            ),
            (
                "publisher P\nversion 4",
                2,
                "`4` is not a version of MQTT: use 5, 3.1.1 or 3.1.",
            ),
            (
                "publisher P\noffline P from 9 to 3",
                2,
                "The end is before the start.",
            ),
            (
                "publisher P\noffline P form 9 to 30",
                2,
                "Did you mean `from`?",
            ),
            ("publisher P\ndelay 0", 2, "out of range: use 1 to"),
            (
                "publisher P\nat 99999999 P connect",
                2,
                "out of range: use 0 to",
            ),
        ];
        for (text, line, message) in table {
            let error = Scenario::parse(text).unwrap_err();
            assert_eq!(error.line, line, "{text}");
            assert!(error.message.contains(message), "{text}: {error}");
        }
    }

    #[test]
    fn every_wrong_line_is_told_and_a_correction_is_right() {
        let text = "publisher P\nfoo\nat 0 P conect\nat 5 P publish t 1\nat 6 P publish t 9";
        let (scenario, errors) = Scenario::check(text);
        let lines: Vec<usize> = errors.iter().map(|error| error.line).collect();
        assert_eq!(lines, [2, 3, 5]);
        assert_eq!(scenario.steps.len(), 1);
        let fix = errors[1].fix.clone().unwrap();
        assert_eq!((&*fix.wrong, &*fix.right), ("conect", "connect"));
        let corrected = text.replace(&fix.wrong, &fix.right);
        assert_eq!(Scenario::check(&corrected).1.len(), 2);
        let (_, many) = Scenario::check(&"x\n".repeat(500));
        assert_eq!(many.len(), MAX_ERRORS);
    }

    #[test]
    fn a_wrong_line_makes_no_other_line_wrong() {
        let clients: String = (1..=8).map(|n| format!("subscriber S{n}\n")).collect();
        let text = clients + "at 0 S1 connect\nat 0 S8 connect";
        let errors = Scenario::check(&text).1;
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert!(errors[0].line == 8 && errors[0].message.contains("at most 7 clients"));

        for line in [
            "publisher a-name-that-is-far-too-long",
            "publisher P sesion",
        ] {
            let name = line.split(' ').nth(1).unwrap();
            let text = format!("{line}\nat 0 {name} connect\ncut {name} at 5\nat 0 Q connect");
            let lines: Vec<usize> = (Scenario::check(&text).1)
                .iter()
                .map(|it| it.line)
                .collect();
            assert_eq!(lines, [1, 4], "{text}");
        }
    }

    #[test]
    fn a_fault_is_read_from_its_line() {
        for scenario in gallery() {
            for fault in &scenario.faults {
                let line = scenario.fault_text(fault);
                assert_eq!(scenario.fault_of_text(&line).as_ref(), Some(fault));
            }
            for line in ["", "at 0 Publisher connect", "cut Nobody at 5", "title x"] {
                assert_eq!(scenario.fault_of_text(line), None, "{line}");
            }
        }
    }

    #[test]
    fn limits_hold() {
        let many = (0..9).fold(String::new(), |text, n| text + &format!("publisher P{n}\n"));
        assert!(Scenario::parse(&many).is_err());
        let long = "# ".repeat(MAX_TEXT);
        assert!(Scenario::parse(&long).is_err());
        let busy = "publisher P\n".to_owned() + &"at 0 P connect\n".repeat(MAX_STEPS + 1);
        assert!(Scenario::parse(&busy).is_err());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "(publisher|subscriber|at|cut|hold|slow|will|version|[ 0-9PS:/#.\n]|[a-z]|\\PC){0,60}") {
            let _ = Scenario::parse(&text);
        }
    }
}
