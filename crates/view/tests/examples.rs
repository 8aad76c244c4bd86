//! Every example is what it says it is.

use std::collections::HashSet;

use mqttscope_view::conversation::Conversation;
use mqttscope_view::examples::{self, Example};
use mqttscope_view::recording::Recording;
use mqttscope_view::sides;
use mqttscope_wire::{PacketType, ProtocolVersion, Rule};

/// As the page reads it.
fn recording(example: &Example) -> Recording {
    let (mut starts, mut start) = (Vec::new(), 0);
    for line in example.hex.lines() {
        match line.split_once(": ") {
            Some(("C", _)) => starts.push((start, true)),
            Some(("S", _)) => starts.push((start, false)),
            _ => {}
        }
        start += line
            .split(' ')
            .filter(|byte| byte.len() == 2 && !byte.ends_with(':'))
            .count();
    }
    if starts.is_empty() {
        return Recording::read(example.bytes(), Some(example.version), example.sender);
    }
    let runs = sides::named(&starts, true);
    Recording::of_sides(&example.bytes(), &runs, Some(example.version))
}

#[test]
fn sound_ones_break_nothing_and_broken_ones_just_their_rule() {
    let mut wrong = Vec::new();
    for example in examples::ALL {
        let recording = recording(example);
        let packets = recording.packets().iter();
        let spoken = packets.filter_map(|packet| Some((packet.at.len, packet.from?)));
        let judged = Conversation::new(recording.bytes().to_vec(), spoken).judge();
        let rules: Vec<_> = (0..recording.packets().len())
            .flat_map(|packet| recording.dissect(packet).diagnostics)
            .map(|diagnostic| diagnostic.rule.name())
            .chain(judged.findings.iter().map(|finding| finding.rule))
            .collect();
        if rules != Vec::from_iter(example.rule) {
            wrong.push(format!(
                "{} {}: {rules:?}, not {:?}",
                example.group, example.title, example.rule
            ));
        }
        if let Some(rule) = example.rule {
            assert!(Rule::from_name(rule).is_some(), "{rule}");
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_line_is_a_packet() {
    for example in examples::ALL
        .iter()
        .filter(|example| example.rule != Some("vbi-too-long"))
    {
        let recording = recording(example);
        let lengths: Vec<_> = recording
            .packets()
            .iter()
            .map(|packet| packet.at.len)
            .collect();
        assert_eq!(
            lengths,
            example
                .hex
                .lines()
                .map(|line| line
                    .split(' ')
                    .filter(|byte| byte.len() == 2 && !byte.ends_with(':'))
                    .count())
                .collect::<Vec<_>>(),
            "{}",
            example.title
        );
    }
}

#[test]
fn every_type_of_every_version_is_there() {
    let has = |version, kind| {
        examples::ALL.iter().any(|example| {
            example.version == version
                && example.rule.is_none()
                && PacketType::from_first_byte(example.bytes()[0]) == kind
        })
    };
    for kind in PacketType::ALL {
        if kind != PacketType::Reserved {
            assert!(has(ProtocolVersion::V5, kind), "{kind:?}");
        }
        if !matches!(
            kind,
            PacketType::Reserved | PacketType::Auth | PacketType::Pingresp
        ) {
            assert!(has(ProtocolVersion::V3_1_1, kind), "{kind:?}");
        }
    }
    assert!(has(ProtocolVersion::V3_1, PacketType::Connect));
}

#[test]
fn the_first_ones_come_first() {
    assert_eq!(examples::ALL[..3], examples::FIRST);
}

#[test]
fn titles_are_unique_and_say_something() {
    let mut seen = HashSet::new();
    for example in examples::ALL {
        assert!(
            seen.insert((example.group, example.title)),
            "{}",
            example.title
        );
        assert!(
            example.shows.ends_with('.') && example.title.len() < 36,
            "{}",
            example.title
        );
    }
}

#[test]
fn a_message_each_way_is_a_publish_of_either_end() {
    let told: Vec<&Example> = examples::ALL
        .iter()
        .filter(|example| example.shows.contains("essage each way"))
        .collect();
    assert!(told.len() > 1);
    for example in told {
        for mark in ["C: 3", "S: 3"] {
            let mut lines = example.hex.lines();
            assert!(
                lines.any(|line| line.starts_with(mark)),
                "{mark} in {}",
                example.title
            );
        }
    }
}
