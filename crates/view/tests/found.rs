//! What people paste (`tests/corpus/inputs`), as Dissect shows it: the version, what is said of bytes that are not MQTT,
//! the rules that are broken, and the repairs that are offered.
//!
//! `tests/corpus/inputs/found.txt` has what must come out; `capture/tests/inputs.rs` has the bytes, senders and times.

#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use mqttscope_view::conversation::Conversation;
use mqttscope_view::reader::{Found, Given, Request, read};
use mqttscope_view::recording::Recording;
use mqttscope_wire::{Citation, Sender, Severity};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpus/inputs")
}

/// The sections of a file by the names that they begin with.
fn sections(file: &str) -> BTreeMap<String, String> {
    let text = fs::read_to_string(folder().join(file)).unwrap();
    let sections = text
        .split("\n# ")
        .map(|section| section.trim_start_matches("# "));
    sections
        .filter_map(|section| section.split_once('\n'))
        .map(|(name, found)| (name.to_owned(), found.trim().to_owned()))
        .collect()
}

fn given(given: Given<'_>) -> Found {
    read(&Request::of(given))
}

/// As the page reads what is pasted, or a file that is dropped on it where that is no text. Packets in a text are found in
/// a file, too.
fn pasted(bytes: &[u8]) -> Found {
    let dropped = given(Given::File(bytes));
    let Ok(text) = str::from_utf8(bytes) else {
        return dropped;
    };
    let pasted = given(Given::Text(text));
    if !pasted.bytes.is_empty() {
        let all = |found: &Found| (found.bytes.clone(), found.runs.clone(), found.notes.clone());
        assert_eq!(all(&pasted), all(&dropped));
    }
    pasted
}

/// A packet's number, who broke the rule, how sure it is, its name, and where the standard has it.
type Broken = (usize, Option<Sender>, Severity, &'static str, String);

fn of_packet(recording: &Recording, index: usize) -> Vec<Broken> {
    let packet = recording.packets()[index];
    if packet.at.skipped {
        let place = String::new();
        return vec![(index, packet.from, Severity::Error, "no packet", place)];
    }
    let dissection = recording.dissect(index);
    let broken = dissection.diagnostics.iter().map(|diagnostic| {
        let place = match diagnostic.citation() {
            Citation::Statements(ids) => {
                let ids = ids.iter().filter(|id| dissection.cites(diagnostic, id));
                ids.copied().collect::<Vec<_>>().join(" ")
            }
            Citation::Section(section) => section.to_owned(),
            Citation::None => String::new(),
        };
        let (rule, severity) = (diagnostic.rule.name(), diagnostic.severity());
        (index, packet.from, severity, rule, place)
    });
    broken.collect()
}

/// What only the packets of both sides show, or those of one that is known.
fn of_conversation(recording: &Recording, found: &Found) -> Vec<Broken> {
    let packets = recording.packets().iter();
    let spoken: Option<Vec<_>> = packets
        .map(|packet| Some((packet.at.len, packet.from?)))
        .collect();
    let Some(spoken) = spoken.filter(|spoken| spoken.len() > 1) else {
        return Vec::new();
    };
    let conversation = Conversation::new(recording.bytes().to_vec(), spoken);
    let conversation = conversation.with_times(&recording.times(&found.times));
    let judged = conversation.with_gaps(found.has_gaps).judge();
    let broken = judged.findings.into_iter().map(|finding| {
        let place = finding.statement.unwrap_or_default().to_owned();
        let last = *finding.packets.last().unwrap();
        let by = Some(finding.by);
        (last, by, finding.severity, finding.rule, place)
    });
    broken.collect()
}

fn shown(bytes: &[u8]) -> String {
    let found = pasted(bytes);
    let mut lines = Vec::new();
    lines.extend(found.fault.iter().map(|fault| format!("? {}", fault.says)));
    if let Some(other) = &found.other {
        lines.push(format!("! {}", other.headline));
        lines.extend(other.details.iter().map(|says| format!("! {says}")));
        lines.extend(other.has_text_frame.then(|| "! text frames".to_owned()));
    }
    let recording = if found.runs.is_empty() {
        Recording::read_cut(found.bytes.clone(), &found.cuts, None, None)
    } else {
        Recording::of_sides_cut(&found.bytes, &found.runs, &found.cuts, None)
    };
    let packets = recording.packets().len();
    if packets > 0 {
        let mut versions = vec![recording.version().to_string()];
        let others = recording.detection().alternatives.iter();
        versions.extend(others.map(|other| other.version.to_string()));
        lines.push(format!("MQTT {}", versions.join(" or ")));
    }
    let mut broken: Vec<Broken> = (0..packets)
        .flat_map(|index| of_packet(&recording, index))
        .collect();
    broken.extend(of_conversation(&recording, &found));
    // Those of a packet stand in the order in which they were found.
    broken.sort_by_key(|(index, ..)| *index);
    lines.extend(broken.iter().map(|(index, by, severity, rule, place)| {
        let by = by.map_or("?".to_owned(), |by| by.to_string());
        let number = index + 1;
        let line = format!("{number} {by} {} {rule} {place}", severity.name());
        line.trim_end().to_owned()
    }));
    lines.extend((0..packets).flat_map(|index| {
        let repairs = recording.doubtful(index).map(|it| it.repairs());
        let repairs = repairs.into_iter().flatten();
        repairs.map(move |repair| format!("{} repair: {}", index + 1, repair.what))
    }));
    lines.join("\n")
}

#[test]
fn every_input_is_judged_as_it_must_be() {
    let wanted = sections("found.txt");
    let mut wrong = Vec::new();
    // Each has its bytes in the other table.
    let names: Vec<String> = sections("answers.txt").into_keys().collect();
    for name in &names {
        let found = shown(&fs::read(folder().join(name)).unwrap());
        if wanted.get(name) != Some(&found) {
            let wanted = wanted.get(name).map_or("nothing", String::as_str);
            wrong.push(format!("# {name}\nwanted\n{wanted}\nfound\n{found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert_eq!(wanted.into_keys().collect::<Vec<_>>(), names);
}
