//! What people paste (`tests/corpus/inputs`), each with its right answer: parts with bytes, senders and
//! times, the format, whether that is sure, and what it is if not MQTT.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a file that cannot be read fails its test"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use mqttscope_capture::text::read_bytes;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpus/inputs")
}

/// The answers by file name: all lines but the notes.
fn answers() -> BTreeMap<String, String> {
    let text = fs::read_to_string(folder().join("answers.txt")).unwrap();
    let sections = text
        .split("\n# ")
        .map(|section| section.trim_start_matches("# "));
    sections
        .filter_map(|section| section.split_once('\n'))
        .map(|(name, answer)| (name.to_owned(), answer.trim().to_owned()))
        .collect()
}

fn read_as(bytes: &[u8]) -> String {
    let reading = match read_bytes(bytes) {
        Ok(reading) => reading,
        Err(error) => return format!("error: {error}"),
    };
    let mut all = format!(
        "{}{}\n{}",
        reading.format,
        if reading.sure { "" } else { ", not sure" },
        reading.other.map_or("mqtt", |other| other.name())
    );
    for part in &reading.parts {
        let from = part.from.map_or("?", |from| from.name());
        let at = part.at_ms.map_or("-".into(), |at| at.to_string());
        let _ = write!(all, "\n{from} {at} ");
        for byte in &part.bytes {
            let _ = write!(all, "{byte:02x}");
        }
    }
    all
}

#[test]
fn every_input_gives_its_answer() {
    let answers = answers();
    let mut wrong = Vec::new();
    let mut names: Vec<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| !["answers.txt", "found.txt", "README.md"].contains(&name.as_str()))
        .collect();
    names.sort();
    for name in &names {
        let bytes = fs::read(folder().join(name)).unwrap();
        let read = read_as(&bytes);
        match answers.get(name) {
            Some(answer) if *answer == read => {}
            Some(answer) => wrong.push(format!("{name}\nwanted {answer}\nread   {read}")),
            None => wrong.push(format!("{name} has no answer; read {read}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert_eq!(names.len(), answers.len());
}

#[test]
fn places_lie_in_the_text() {
    for name in answers().keys() {
        let bytes = fs::read(folder().join(name)).unwrap();
        let Ok(reading) = read_bytes(&bytes) else {
            continue;
        };
        for part in reading.parts {
            assert!(
                part.start < part.end && part.end <= bytes.len(),
                "{name}: {}..{}",
                part.start,
                part.end
            );
        }
    }
}
