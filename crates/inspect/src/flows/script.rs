//! Scenarios as text that people write: a line for each thing, `#` begins a remark.
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
//! | `at 600 P publish t/a 2 [retain] [expiry 5] [respond t/r] : words` | topic, QoS, what it says |
//! | `cut P at 700`, `cut P before PUBREC 1`, `cut P after PUBLISH 1` | the connection breaks |
//! | `restart P at 700 keeping`, `restart broker at 700 forgetting` | with or without what was remembered |
//! | `offline S from 400 to 2000`, `slow S at 0 by 400`, `hold S until 900`, `hold S from 400 until 900` | away, slow, not acknowledging |

mod lines;
mod words;
mod write;

use std::fmt;

use mqttscope_wire::ProtocolVersion;

use super::scenario::{MAX_CLIENTS, MAX_FAULTS, MAX_STEPS, Scenario};
use words::Words;

/// The longest text, in bytes.
pub const MAX_TEXT: usize = 16 << 10;

/// Why a text is no scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptError {
    /// From 1.
    pub line: usize,
    /// What is wrong there.
    pub message: String,
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
    /// The first line that says nothing this page knows, and why.
    pub fn parse(text: &str) -> Result<Self, ScriptError> {
        if text.len() > MAX_TEXT {
            return Err(ScriptError {
                line: 1,
                message: format!("the text is longer than {MAX_TEXT} bytes"),
            });
        }
        let mut scenario = Self::new(ProtocolVersion::V5);
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            scenario
                .read_line(&mut Words::of(line))
                .and_then(|()| scenario.within_limits())
                .map_err(|message| ScriptError {
                    line: index.saturating_add(1),
                    message,
                })?;
        }
        if scenario.clients.is_empty() {
            return Err(ScriptError {
                line: 1,
                message: "there is no client: begin with `publisher P` or `subscriber S`".into(),
            });
        }
        Ok(scenario)
    }

    fn within_limits(&self) -> Result<(), String> {
        let table = [
            (self.clients.len(), MAX_CLIENTS, "clients"),
            (self.steps.len(), MAX_STEPS, "steps"),
            (self.faults.len(), MAX_FAULTS, "faults"),
        ];
        for (count, most, what) in table {
            if count > most {
                return Err(format!("a scenario has at most {most} {what}"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flows::gallery;
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
            ("", 1, "there is no client"),
            ("publisher P\nfly away", 2, "`fly` begins no line"),
            ("publisher P\nat 5 Q connect", 2, "no client is called `Q`"),
            ("publisher P\nat x P connect", 2, "`x` is no number"),
            ("publisher P\nat 5 P publish t/# 1 : a", 2, "no topic name"),
            ("publisher P\nat 5 P publish t 3 : a", 2, "`3` is no QoS"),
            (
                "publisher P\nat 5 P subscribe a/#/b 1",
                2,
                "no topic filter",
            ),
            ("publisher P\npublisher P", 2, "called `P` already"),
            ("publisher broker", 1, "`broker` is the broker's name"),
            (
                "publisher P\ncut P before PUBLISH",
                2,
                "a number is missing",
            ),
            (
                "publisher P\ncut P before FISH 1",
                2,
                "`FISH` is no packet type",
            ),
            ("publisher P\nat 5 P connect now", 2, "`now` is too much"),
            ("publisher P\nversion 4", 2, "`4` is no version"),
            (
                "publisher P\noffline P from 9 to 3",
                2,
                "ends before it begins",
            ),
            ("publisher P\ndelay 0", 2, "from 1 to"),
            ("publisher P\nat 99999999 P connect", 2, "from 0 to"),
        ];
        for (text, line, message) in table {
            let error = Scenario::parse(text).unwrap_err();
            assert_eq!(error.line, line, "{text}");
            assert!(error.message.contains(message), "{text}: {error}");
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
