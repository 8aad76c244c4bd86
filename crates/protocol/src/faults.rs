//! What the page says to the companion about the faults of a tap, as JSON over HTTP, and to the engine about those of live
//! connections.

use serde::{Deserialize, Serialize};

/// What is asked of faults.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AskFaults {
    /// Which are in force.
    Tell,
    /// These lines in the place of the faults with these numbers. What is in force among them stays as it is.
    Replace(String, Vec<u32>),
    /// None any more.
    Clear,
    /// All but the one with this number.
    Remove(u32),
}

/// The faults of the taps that a companion lends, or of live connections: the answer to each question about them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TapFaults {
    /// The taps; live connections have none.
    #[serde(default)]
    pub taps: Vec<TapTold>,
    /// Whether pages may set them.
    pub allowed: bool,
    /// Those that are in force, the oldest first.
    pub active: Vec<ActiveFault>,
    /// Each line that is wrong of those that were to be set: nothing has changed then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FaultError>,
}

/// A tap, and how it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TapTold {
    /// Where it listens, and to where it leads.
    pub name: String,
    /// Why it carries nothing now, without a full stop.
    pub trouble: Option<String>,
}

/// A fault that is in force.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActiveFault {
    /// Its number among all that ever were in force on these taps, from 1.
    pub number: u32,
    /// Its line.
    pub line: String,
    /// How often it has struck.
    pub struck: u64,
}

/// A line that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultError {
    /// Which, from 1.
    pub line: usize,
    /// Why, in a sentence.
    pub message: String,
    /// What was probably meant.
    pub fix: Option<FaultFix>,
}

/// One word in place of another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultFix {
    /// What is there.
    pub wrong: String,
    /// What it should be.
    pub right: String,
}

/// Bytes of the longest text of faults.
pub const FAULTS_TEXT: usize = 64 << 10;

/// A fault that is ready to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FaultChoice {
    /// The heading above it.
    pub group: &'static str,
    /// What it does.
    pub name: &'static str,
    /// What to look for then, or what else it means.
    pub more: &'static str,
    /// Its line.
    pub line: &'static str,
}

const fn choice(
    group: &'static str,
    name: &'static str,
    more: &'static str,
    line: &'static str,
) -> FaultChoice {
    FaultChoice {
        group,
        name,
        more,
        line,
    }
}

/// Faults that are ready to be taken. Each line is as the companion reads it.
pub const FAULT_CHOICES: [FaultChoice; 16] = [
    choice(
        "Lost",
        "Lose the next PUBACK to the client",
        "The connection is cut with it: does the client send again with DUP?",
        "cut * before PUBACK 1 from server",
    ),
    choice(
        "Lost",
        "Lose the next PUBLISH to the client",
        "The connection is cut with it: does the broker send again with DUP?",
        "cut * before PUBLISH 1 from server",
    ),
    choice(
        "Lost",
        "Drop the next PUBACK and keep the connection",
        "Does the client wait for it for ever?",
        "lose * PUBACK 1 from server",
    ),
    choice(
        "Cut",
        "Cut the connection after the next PUBLISH of the client",
        "The broker has it, its acknowledgement goes nowhere",
        "cut * after PUBLISH 1 from client",
    ),
    choice("Cut", "Cut each connection now", "", "cut * at 0"),
    choice(
        "Cut",
        "Let nobody through for 30 s",
        "How soon does the client come back?",
        "offline * from 0 to 30000",
    ),
    choice(
        "Cut",
        "Go silent (half-open)",
        "The client is not told: does its PINGREQ find out?",
        "half-open * at 0",
    ),
    choice(
        "Late",
        "Hold the client\u{2019}s acknowledgements back for 10 s",
        "",
        "hold * until 10000",
    ),
    choice(
        "Late",
        "Hold the broker\u{2019}s acknowledgements back for 10 s",
        "",
        "hold * until 10000 from server",
    ),
    choice(
        "Late",
        "Delay every packet by 500 ms",
        "Both ways",
        "slow * at 0 by 500",
    ),
    choice(
        "Late",
        "Slow down to 100 bytes a second",
        "Each way",
        "throttle * at 0 to 100",
    ),
    choice(
        "Refused and changed",
        "Refuse the next CONNECT: not authorized (MQTT 5)",
        "0x87; the broker never sees it",
        "refuse * CONNECT 1 with 0x87",
    ),
    choice(
        "Refused and changed",
        "Refuse the next CONNECT: not authorized (MQTT 3.1.1)",
        "5; the broker never sees it",
        "refuse * CONNECT 1 with 5",
    ),
    choice(
        "Refused and changed",
        "Duplicate the client\u{2019}s next PUBLISH",
        "With the same Packet Identifier and without DUP, as a broken client would",
        "duplicate * PUBLISH 1 from client",
    ),
    choice(
        "Refused and changed",
        "Answer the next PUBLISH with a wrong Packet Identifier",
        "",
        "change * PUBACK 1 from server byte 3 to 0x77",
    ),
    choice(
        "Refused and changed",
        "Change the topic of the client\u{2019}s next PUBLISH",
        "",
        "change * PUBLISH 1 from client field topic-name to another/topic",
    ),
];
