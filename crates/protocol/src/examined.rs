//! An examination of a broker: what the page asks for, and what it is told.

use core::time::Duration;

use mqttscope_examine::Verdict;
use mqttscope_wire::ProtocolVersion;
use serde::{Deserialize, Serialize};

use super::{LedPackets, Profile, TimedPacket, WireRow, micros};

/// What the page asks of the examination.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Examine {
    /// The checks there are, in the notation of `mqttscope_examine`. They are listed in [`super::Report::Checks`].
    Checks(String),
    /// Examines the broker of this profile with these checks, by [`CheckView::number`]. What was found before is
    /// forgotten, and an examination that runs is ended.
    Begin(Box<Profile>, Vec<u32>),
    /// Begins no more checks, or goes on.
    Pause(bool),
    /// Ends it: what has been found stays.
    Cancel,
    /// Runs one check once more; its verdict takes the place of the one before.
    Again(u32),
    /// One check with its conversation: [`super::Report::Examined`].
    Open(u32),
    /// A file of all verdicts.
    Export(ExaminedFormat),
    /// Ends it, and forgets what was found.
    Forget,
    /// What a companion told of a client that it examines, as a conversation: [`super::Report::Led`].
    Rows(Box<LedPackets>),
}

/// A file of an examination, in the form that `mqttscope examine` writes, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExaminedFormat {
    /// For programs.
    Json,
    /// For people.
    Html,
}

/// A check in one version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckView {
    /// What it goes by here.
    pub number: u32,
    /// Its name.
    pub name: String,
    /// What is asked of the broker, in a sentence.
    pub title: String,
    /// The version that is spoken.
    pub version: ProtocolVersion,
    /// The statements that it shows: `MQTT-…`; none in version 3.1.
    pub statements: Vec<String>,
    /// Whether they say MUST.
    pub is_must: bool,
    /// Whether it strains the broker.
    pub is_hostile: bool,
    /// It runs first, whatever else does: what it finds decides which of the others apply.
    pub is_probe: bool,
}

/// How far an examination is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExaminedStage {
    /// None has begun.
    #[default]
    None,
    /// Whether the broker can be reached is tried.
    Reaching,
    /// Checks run.
    Running,
    /// No more checks begin; some may still run.
    Paused,
    /// It was ended by the person; what is left at the broker is taken away.
    Ending,
    /// All checks are done.
    Done,
    /// It was ended by the person before all checks were done.
    Cancelled,
    /// The broker cannot be reached: why, in a sentence.
    Unreachable(String),
}

impl ExaminedStage {
    /// Whether something goes on.
    #[must_use]
    pub const fn is_on(&self) -> bool {
        matches!(
            self,
            Self::Reaching | Self::Running | Self::Paused | Self::Ending
        )
    }
}

/// An examination as it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExaminedView {
    /// Another one for each that is begun.
    pub run: u32,
    /// How far it is.
    pub stage: ExaminedStage,
    /// Where the broker is, without secrets.
    pub address: String,
    /// Checks that are done, and all that are to be.
    pub done: u32,
    /// See [`ExaminedView::done`].
    pub total: u32,
    /// How long the rest takes, at a broker that goes on answering as it did; zero before that is known.
    #[serde(with = "micros")]
    pub left: Duration,
    /// How long it has taken.
    #[serde(with = "micros")]
    pub took: Duration,
    /// The longest round trip that the probes saw.
    #[serde(with = "micros")]
    pub round_trip: Duration,
    /// Why nothing more can be told of the broker, in a sentence: it is not there any more, or lets nobody in.
    pub lost: Option<String>,
    /// Checks that run now.
    pub running: Vec<u32>,
    /// The broker's card: what was found out by version, the newest first; each fact with its value.
    pub card: Vec<(ProtocolVersion, Vec<(String, String)>)>,
    /// Verdicts that the page has not been told.
    pub verdicts: Vec<JudgedView>,
}

/// What became of a check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JudgedView {
    /// The number of the check.
    pub number: u32,
    /// What the check found.
    pub verdict: Verdict,
    /// Why, in a sentence or two.
    pub why: String,
}

/// A line of a check's conversation, as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckLine {
    /// In the notation.
    pub text: String,
    /// Why it stands there; empty: no word about it.
    pub note: String,
    /// Whether it shows the statement; else it only leads there.
    pub is_shown: bool,
}

/// A check with what went over its connections.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExaminedCheck {
    /// The number of the check.
    pub number: u32,
    /// What was to happen.
    pub lines: Vec<CheckLine>,
    /// What became of it; none: it has not been run.
    pub judged: Option<JudgedView>,
    /// What happened, in order. [`WireRow::record`] counts from 0, [`WireRow::of`] is the connection's name in the check.
    pub rows: Vec<WireRow>,
    /// The packets among them, with the same [`Packet::record`](super::Packet::record).
    pub packets: Vec<TimedPacket>,
    /// Packets that are too large to be told with their bytes.
    pub left_out: u32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Command, Report, Target};

    fn again<T: Serialize + for<'de> Deserialize<'de>>(value: &T) -> T {
        serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
    }

    #[test]
    fn what_is_asked_and_told_comes_through() {
        let profile = Profile {
            target: Target::Socket("mqtts://broker".into()),
            ..Profile::default()
        };
        for asked in [
            Examine::Checks("== a\n".into()),
            Examine::Begin(Box::new(profile), vec![0, 7]),
            Examine::Pause(true),
            Examine::Cancel,
            Examine::Again(3),
            Examine::Open(3),
            Examine::Export(ExaminedFormat::Html),
            Examine::Forget,
        ] {
            let command = Command::Examine(asked);
            assert_eq!(again(&command), command);
        }
        let view = ExaminedView {
            run: 2,
            stage: ExaminedStage::Unreachable("it is not there".into()),
            left: Duration::from_millis(1_500),
            card: vec![(
                ProtocolVersion::V5,
                vec![("Receive Maximum".into(), "20".into())],
            )],
            verdicts: vec![JudgedView {
                number: 4,
                verdict: Verdict::NotApplicable,
                why: "It has none.".into(),
            }],
            ..ExaminedView::default()
        };
        let told = Report::Examination(Box::new(view));
        assert_eq!(again(&told), told);
    }

    #[test]
    fn stages_say_whether_something_goes_on() {
        let on = [
            ExaminedStage::Reaching,
            ExaminedStage::Running,
            ExaminedStage::Paused,
            ExaminedStage::Ending,
        ];
        assert!(on.iter().all(ExaminedStage::is_on));
        let over = [
            ExaminedStage::None,
            ExaminedStage::Done,
            ExaminedStage::Cancelled,
            ExaminedStage::Unreachable(String::new()),
        ];
        assert!(!over.iter().any(ExaminedStage::is_on));
    }
}
