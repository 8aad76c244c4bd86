//! Profiles as a file.

use core::fmt;

use mqttscope_answers::{Answer, Table};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::mqttx;
use crate::Profile;

/// The most bytes of a file that is read.
pub const MAX_FILE: usize = 8 << 20;

/// The most profiles that are taken from a file.
pub const MAX_PROFILES: usize = 1000;

/// What tells a file of ours from others.
const FORMAT: &str = "mqttscope-profiles";

#[derive(Serialize, Deserialize)]
struct File<P> {
    format: String,
    version: u32,
    profiles: Vec<P>,
}

/// Profiles that came from a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// The profiles, without identifiers of their own.
    pub profiles: Vec<Profile>,
    /// What a person should look at, in sentences: what was left out, what was guessed.
    pub notes: Vec<String>,
}

/// Why a file was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportError {
    /// It has more than [`MAX_FILE`] bytes; holds how many.
    TooLarge(usize),
    /// It is not JSON.
    Json {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
        /// What is wrong with it.
        cause: String,
    },
    /// It is JSON, but neither ours nor MQTTX's.
    Unknown,
    /// It comes from a later version of this page; holds the file's version.
    Newer(u32),
    /// A profile is not as it should be.
    Profile {
        /// Which, counted from 1.
        number: usize,
        /// What is wrong with it.
        cause: String,
    },
    /// It holds more than [`MAX_PROFILES`].
    TooMany(usize),
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge(bytes) => {
                write!(
                    f,
                    "The file has {bytes} bytes; at most {MAX_FILE} are read."
                )
            }
            Self::Json {
                line,
                column,
                cause,
            } => write!(
                f,
                "The file is not JSON: line {line}, column {column}: {cause}."
            ),
            Self::Unknown => f.write_str(
                "The file holds no profiles: it was neither exported here nor by MQTTX as JSON.",
            ),
            Self::Newer(version) => write!(
                f,
                "The file has version {version}, and this page reads version 1; reload the page for a newer one."
            ),
            Self::Profile { number, cause } => {
                write!(f, "Profile {number} of the file cannot be read: {cause}.")
            }
            Self::TooMany(count) => write!(
                f,
                "The file has {count} profiles; at most {MAX_PROFILES} are read."
            ),
        }
    }
}

/// A file of these profiles. Secrets are in it only `with_secrets`.
#[must_use]
pub fn export(profiles: &[Profile], with_secrets: bool) -> String {
    let profiles = profiles.iter().map(|profile| {
        let mut profile = profile.clone();
        profile.id.clear();
        if !with_secrets {
            profile = profile.without_secrets();
            // Nobody knows what a person keeps in a table: its columns say how it is made.
            for table in &mut profile.tables {
                table.rows.clear();
            }
            // The same of recordings.
            for answer in &mut profile.answers {
                answer.replay.iter_mut().for_each(|it| it.messages.clear());
            }
        }
        profile
    });
    let file = File {
        format: FORMAT.into(),
        version: 1,
        profiles: profiles.collect(),
    };
    // Nothing in a profile can fail to be written: no maps, no floats.
    serde_json::to_string_pretty(&file).unwrap_or_default()
}

/// Reads a file of ours or one of MQTTX. Whether its secrets are kept in this browser is never the
/// file's to say: the person who reads it has not been asked.
///
/// # Errors
/// When it is neither, or is broken; the file is then not read at all.
pub fn import(text: &str) -> Result<Imported, ImportError> {
    let mut imported = read(text)?;
    for profile in &mut imported.profiles {
        profile.keep_secrets = false;
    }
    // A script runs when a person has turned it on, and not because a file says so.
    let answers = imported.profiles.iter_mut().flat_map(|it| &mut it.answers);
    let mut scripts = 0_usize;
    for answer in answers.filter(|answer| answer.script.is_some() && answer.on) {
        answer.on = false;
        scripts = scripts.saturating_add(1);
    }
    if scripts > 0 {
        let what = if scripts == 1 {
            "A script is"
        } else {
            "Scripts are"
        };
        imported.notes.push(format!(
            "{what} turned off: read what a script does before you turn it on."
        ));
    }
    if imported.profiles.iter().any(Profile::has_secrets) {
        imported.notes.push(
            "Passwords and other secrets of the file are forgotten when the page is closed, unless you \
             choose “Keep the secrets in this browser” in a connection's settings."
                .into(),
        );
    }
    Ok(imported)
}

fn read(text: &str) -> Result<Imported, ImportError> {
    if text.len() > MAX_FILE {
        return Err(ImportError::TooLarge(text.len()));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let value: Value = serde_json::from_str(text).map_err(|error| {
        let whole = error.to_string();
        ImportError::Json {
            line: error.line(),
            column: error.column(),
            cause: whole
                .split(" at line")
                .next()
                .unwrap_or_default()
                .to_owned(),
        }
    })?;
    if let Value::Array(connections) = &value
        && connections.iter().any(mqttx::is_connection)
    {
        check_count(connections.len())?;
        return mqttx::import(connections);
    }
    if value.get("format").and_then(Value::as_str) != Some(FORMAT) {
        return Err(ImportError::Unknown);
    }
    let file = File::<Value>::deserialize(value).map_err(|_| ImportError::Unknown)?;
    if file.version > 1 {
        return Err(ImportError::Newer(file.version));
    }
    check_count(file.profiles.len())?;
    let profiles = file.profiles.into_iter().enumerate();
    let profiles = profiles.map(|(index, value)| {
        ours(value).map_err(|cause| ImportError::Profile {
            number: index.saturating_add(1),
            cause,
        })
    });
    Ok(Imported {
        profiles: profiles.collect::<Result<_, _>>()?,
        notes: Vec::new(),
    })
}

fn check_count(count: usize) -> Result<(), ImportError> {
    if count > MAX_PROFILES {
        return Err(ImportError::TooMany(count));
    }
    Ok(())
}

fn ours(value: Value) -> Result<Profile, String> {
    let mut profile = Profile::deserialize(value).map_err(|error| error.to_string())?;
    let will = profile.will.iter().map(|will| will.message.qos);
    let subscriptions = profile.subscriptions.iter().map(|draft| draft.qos);
    if let Some(qos) = will.chain(subscriptions).find(|&qos| qos > 2) {
        return Err(format!("a QoS is {qos}, and only 0, 1 and 2 are known"));
    }
    if profile.answers.len() > Answer::MOST || profile.tables.len() > Table::MOST {
        let (answers, tables) = (Answer::MOST, Table::MOST);
        return Err(format!(
            "it has more than {answers} answers or {tables} tables"
        ));
    }
    if profile.cases.len() > Profile::MOST_CASES {
        return Err(format!("it has more than {} cases", Profile::MOST_CASES));
    }
    if let Some(problem) = profile.tables.iter().find_map(Table::problem) {
        return Err(format!("in one of its tables, {problem}"));
    }
    profile.id.clear();
    Ok(profile)
}

#[cfg(test)]
mod tests {
    use super::super::presets;
    use super::*;
    use crate::Target;
    use mqttscope_wire::ProtocolVersion;

    fn profile() -> Profile {
        let mut profile = Profile {
            id: "x".into(),
            name: "n".into(),
            password: Some("secret".into()),
            ..Profile::default()
        };
        profile.properties.authentication_data = Some(b"secret".to_vec().into());
        profile.properties.user_properties = vec![("a".into(), "b".into())];
        profile
    }

    #[test]
    fn what_goes_out_comes_back() {
        let mut all = presets();
        all.push(profile());
        let back = import(&export(&all, true)).unwrap();
        all.last_mut().unwrap().id.clear();
        assert_eq!(back.profiles, all);
        assert_eq!(back.notes.len(), 1, "{:?}", back.notes);
        all.pop();
        assert_eq!(import(&export(&all, true)).unwrap().notes.len(), 0);
    }

    #[test]
    fn a_file_does_not_decide_that_its_secrets_are_kept() {
        let mut profile = profile();
        profile.keep_secrets = true;
        let with_password = import(&export(&[profile.clone()], true)).unwrap();
        assert!(!with_password.profiles[0].keep_secrets);
        assert_eq!(with_password.profiles[0].password, profile.password);
        assert!(with_password.notes[0].contains("forgotten when the page is closed"));
        profile = profile.without_secrets();
        let without = import(&export(&[profile], true)).unwrap();
        assert!(!without.profiles[0].keep_secrets && without.notes.is_empty());
    }

    #[test]
    fn secrets_stay_here_unless_asked_for() {
        let mut profile = profile();
        profile.target = Target::WebSocket("wss://u:secret@h/p?token=secret&secret".into());
        let text = export(&[profile], false);
        assert!(text.contains("wss://***@h/p?token=***&***"), "{text}");
        assert!(
            !text.contains("secret\"") && !text.contains("secret@"),
            "{text}"
        );
        assert!(!text.contains("115"), "the bytes of the secret: {text}");
        assert_eq!(import(&text).unwrap().profiles[0].password, None);
    }

    #[test]
    fn versions_stand_in_the_file_as_people_write_them() {
        for (version, name) in [
            (ProtocolVersion::V3_1, "3.1"),
            (ProtocolVersion::V3_1_1, "3.1.1"),
            (ProtocolVersion::V5, "5"),
        ] {
            let profile = Profile {
                version,
                ..Profile::default()
            };
            let text = export(&[profile], false);
            assert!(text.contains(&format!("\"version\": \"{name}\"")), "{text}");
            assert_eq!(import(&text).unwrap().profiles[0].version, version);
        }
    }

    #[test]
    fn a_recording_goes_only_with_the_secrets_of_its_connection() {
        let replay = mqttscope_answers::Replay {
            messages: vec![mqttscope_answers::Replayed::default()],
            ..mqttscope_answers::Replay::default()
        };
        let profile = Profile {
            answers: vec![Answer {
                replay: Some(replay),
                ..Answer::default()
            }],
            ..Profile::default()
        };
        for with_secrets in [false, true] {
            let text = export(std::slice::from_ref(&profile), with_secrets);
            let imported = import(&text).unwrap();
            let replay = imported.profiles[0].answers[0].replay.as_ref().unwrap();
            assert_eq!(replay.messages.len(), usize::from(with_secrets));
        }
    }

    #[test]
    fn a_script_of_a_file_is_turned_off_and_said_so() {
        let answers = mqttscope_answers::gallery();
        let profile = Profile {
            answers: answers.into_iter().map(|ready| ready.answer).collect(),
            ..Profile::default()
        };
        let imported = import(&export(std::slice::from_ref(&profile), false)).unwrap();
        for (answer, before) in imported.profiles[0].answers.iter().zip(&profile.answers) {
            assert_eq!(answer.on, before.script.is_none(), "{}", answer.name);
            assert_eq!(answer.script, before.script);
        }
        assert!(imported.notes[0].starts_with("A script is turned off"));
    }

    #[test]
    fn answers_go_with_their_connection_and_rows_only_with_its_secrets() {
        let ready = mqttscope_answers::gallery().remove(1);
        let profile = Profile {
            answers: vec![ready.answer],
            tables: ready.tables,
            ..Profile::default()
        };
        let back = |with_secrets| {
            let text = export(core::slice::from_ref(&profile), with_secrets);
            import(&text).unwrap().profiles.remove(0)
        };
        assert_eq!(back(true), profile);
        let without = back(false);
        assert_eq!(without.answers, profile.answers);
        assert_eq!(without.tables[0].columns, profile.tables[0].columns);
        assert!(without.tables[0].rows.is_empty());
    }

    #[test]
    fn what_is_missing_has_its_default() {
        let text = "\u{feff}{\"format\":\"mqttscope-profiles\",\"version\":1,\"profiles\":[{\"name\":\"a\",\"later\":1}]}";
        let read = import(text).unwrap();
        assert_eq!(
            read.profiles,
            [Profile {
                name: "a".into(),
                ..Profile::default()
            }]
        );
    }

    #[test]
    fn broken_files_say_why() {
        let of = |profiles: &str| {
            format!("{{\"format\":\"mqttscope-profiles\",\"version\":1,\"profiles\":[{profiles}]}}")
        };
        let many = vec!["{}"; 1001].join(",");
        for (text, words) in [
            (
                "{\n  x".to_owned(),
                "The file is not JSON: line 2, column 3: key must be a string.",
            ),
            ("[]".to_owned(), "The file holds no profiles"),
            ("{\"a\":1}".to_owned(), "The file holds no profiles"),
            (
                of("{},{\"version\":\"6\"}"),
                "Profile 2 of the file cannot be read: its version is \"6\"",
            ),
            (
                of("{\"keep_alive\":70000}"),
                "Profile 1 of the file cannot be read: invalid value: integer `70000`, expected u16",
            ),
            (
                of("{\"subscriptions\":[{\"qos\":3}]}"),
                "Profile 1 of the file cannot be read: a QoS is 3",
            ),
            (
                of("{\"tables\":[{\"name\":\"t\"}]}"),
                "Profile 1 of the file cannot be read: in one of its tables, a table needs a column",
            ),
            (of(&many), "The file has 1001 profiles"),
            (of("").replace(":1,", ":2,"), "The file has version 2"),
            (" ".repeat(MAX_FILE + 1), "The file has 8388609 bytes"),
        ] {
            let error = import(&text).unwrap_err().to_string();
            assert!(error.starts_with(words), "{error}");
        }
    }

    #[test]
    fn no_more_cases_are_read_than_are_kept() {
        let read = |count: usize| {
            let profile = Profile {
                cases: vec!["c0 00".into(); count],
                ..profile()
            };
            ours(serde_json::to_value(profile).unwrap())
        };
        assert_eq!(read(Profile::MOST_CASES).unwrap().cases.len(), 50);
        assert_eq!(
            read(Profile::MOST_CASES + 1).unwrap_err(),
            "it has more than 50 cases"
        );
    }
}
