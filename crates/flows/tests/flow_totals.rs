//! What totals and captions claim, held against what each side stores at every step.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

use mqttscope_flows::{Run, Scenario, gallery};
use mqttscope_wire::PacketType;

#[test]
fn every_scenario_of_the_gallery_ends_as_its_words_say() {
    let mut ends = String::new();
    for scenario in gallery() {
        let run = Run::of(&scenario);
        let (title, watch, counts) = (&scenario.title, &scenario.watch, run.counts);
        let last = run.beats().last().unwrap().text.clone();
        let end = last.strip_prefix("Finished: ").unwrap();
        ends.push_str(&format!("{title} | {watch} → {end}\n"));
        let words = watch.to_lowercase();
        let says = |word: &str| words.contains(word);
        let is_claimed = |claims: &[&str]| claims.iter().any(|claim| says(claim));
        let table = [
            (counts.lost, is_claimed(&["lost", "nobody receives"])),
            (counts.duplicated, is_claimed(&["twice"])),
            (counts.replaced, is_claimed(&["replaced"])),
            (counts.expired, is_claimed(&["expired"])),
            (
                counts.lost_at_work,
                is_claimed(&[
                    "is gone with it",
                    "was acknowledged, so nobody sends it again",
                ]),
            ),
        ];
        for (count, is_claimed) in table {
            assert_eq!(count > 0, is_claimed, "{title}: {watch} → {end}");
        }
        if says("delivered once") {
            assert_eq!((counts.delivered, counts.duplicated), (1, 0), "{title}");
        }
        if title.contains("loses its state") {
            assert_eq!(counts.delivered, 0, "{title}");
        }
    }
    // Read line by line by a person: what comes of a scenario is what its words promise.
    let expected = include_str!("flows/endings.txt");
    assert_eq!(ends, expected, "\n{ends}");
}

#[test]
fn what_was_lost_stays_lost_when_the_same_is_published_again() {
    // Nobody subscribes to the first; the second reaches somebody.
    let text = "version 5\npublisher P\nsubscriber S\nat 0 P connect\nat 0 S connect\nat 200 P publish t 1 : same\n\
        at 600 S subscribe t 1\nat 900 P publish t 1 : same\n";
    let run = Run::of(&Scenario::parse(text).unwrap());
    counts_agree_with_the_state(&run);
    let counts = run.counts;
    assert_eq!(
        (
            counts.published,
            counts.reached,
            counts.lost,
            counts.duplicated
        ),
        (2, 1, 1, 0)
    );
}

/// At every step each message is accounted for once, what is over stays so, and what waits is
/// stored by somebody or on its way.
fn counts_agree_with_the_state(run: &Run) {
    let mut before = run.counts_at(0);
    for beat in run.beats() {
        let (at, counts) = (beat.at, run.counts_at(beat.at));
        let name = || format!("at {at}: {counts:?}\n{}", run.to_text());
        let over = counts.lost + counts.replaced + counts.deleted + counts.expired;
        let sum = counts.reached + counts.waiting + over;
        assert_eq!(counts.published, sum, "{}", name());
        assert!(counts.delivered >= counts.reached, "{}", name());
        for (then, now) in [
            (before.published, counts.published),
            (before.delivered, counts.delivered),
            (before.duplicated, counts.duplicated),
            (before.lost, counts.lost),
            (before.replaced, counts.replaced),
            (before.expired, counts.expired),
            (before.lost_at_work, counts.lost_at_work),
        ] {
            assert!(then <= now, "{}", name());
        }
        let memory = run.memory_at(at).unwrap();
        let sides = memory.clients.iter().chain([&memory.broker]);
        let lines: Vec<&str> = sides
            .flat_map(|side| side.lines.iter().map(|line| line.text.as_str()))
            .collect();
        let holds = |line: &&str| {
            ["message stored", "queued", "retained message"]
                .iter()
                .any(|word| line.contains(word))
        };
        let is_stored = lines.iter().any(holds);
        let is_flying = run.packets.iter().any(|packet| {
            let end = packet.arrived().or(packet.lost()).unwrap_or(u64::MAX);
            packet.facts.kind == PacketType::Publish && packet.sent <= at && at <= end
        });
        assert!(counts.waiting == 0 || is_stored || is_flying, "{}", name());
        // Who stores a message that nobody got yet, and no other, is told of it.
        if counts.reached == 0 && over == 0 && is_stored {
            assert!(counts.waiting > 0, "{}", name());
        }
        before = counts;
    }
}

#[test]
fn the_totals_agree_with_the_state_at_every_step() {
    for scenario in gallery() {
        counts_agree_with_the_state(&Run::of(&scenario));
        for at in [425, 475, 700] {
            for fault in Run::of(&scenario).faults_at(at) {
                counts_agree_with_the_state(&Run::of(&scenario.with_fault(fault)));
            }
        }
    }
    let calm = gallery().remove(2);
    let counts = |at| {
        let counts = Run::of(&calm).counts_at(at);
        (counts.published, counts.waiting, counts.reached)
    };
    // Handed in, taken over by the broker, delivered.
    assert_eq!([counts(399), counts(400)], [(0, 0, 0), (1, 1, 0)]);
    assert_eq!([counts(450), counts(500)], [(1, 1, 0), (1, 0, 1)]);
}

#[test]
fn messages_that_are_alike_are_counted_as_many() {
    let text = |subscribe: &str, cut: &str| {
        format!(
            "publisher P\nsubscriber S\nsubscriber T\nat 0 P connect\nat 0 S connect\nat 0 T connect\nat 200 S subscribe {subscribe}\nat 200 T subscribe {subscribe}\nat 400 P publish t 0 : same\nat 500 P publish t 0 : same\n{cut}"
        )
    };
    let counts = |text: &str| {
        let run = Run::of(&Scenario::parse(text).unwrap());
        counts_agree_with_the_state(&run);
        let again = |line: &str| line.contains("a second time");
        assert!(!run.beats().iter().any(|beat| again(&beat.text)), "{text}");
        let counts = run.counts;
        (
            counts.delivered,
            counts.duplicated,
            counts.reached,
            counts.lost,
        )
    };
    assert_eq!(counts(&text("t 0", "")), (4, 0, 2, 0));
    assert_eq!(counts(&text("$share/g/t 0", "")), (2, 0, 2, 0));
    assert_eq!(counts(&text("t 0", "cut P before PUBLISH 2")), (2, 0, 1, 1));
}

#[test]
fn captions_name_whose_packet_it_is_and_claim_nothing_that_is_not_there() {
    for scenario in gallery() {
        let run = Run::of(&scenario);
        let mut complete = Vec::new();
        for beat in run.beats() {
            let text = &beat.text;
            let mut sentences = text.split(". ");
            assert!(
                sentences.all(|sentence| !sentence.starts_with(char::is_lowercase)),
                "{text}"
            );
            // What is a number only in the packets is said to be one: there may be no message 1 beside message 2.
            let numbered = text.split("message ").skip(1);
            let mut numbered =
                numbered.filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
            assert_eq!(numbered.next(), None, "{text}");
            if let Some(index) = beat.packet {
                let name = &scenario.clients[run.packets[index].client].name;
                assert!(text.contains(name), "{name}: {text}");
            }
            if text.contains("is complete") {
                complete.push(text.clone());
            }
        }
        let count = complete.len();
        complete.sort();
        complete.dedup();
        assert_eq!(complete.len(), count, "{}", scenario.title);
    }
    let texts = |title: &str| {
        let scenarios = gallery();
        let scenario = scenarios.iter().find(|found| found.title == title).unwrap();
        let beats = Run::of(scenario).beats();
        beats.into_iter().map(|beat| beat.text).collect::<Vec<_>>()
    };
    let with =
        |texts: &[String], word: &str| texts.iter().filter(|text| text.contains(word)).count();
    let retained = texts("Retained message");
    assert_eq!(with(&retained, "retains Publisher's message"), 2);
    assert_eq!(with(&retained, "It replaces the one"), 1);
    assert_eq!(with(&retained, "session is discarded"), 0);
    let forgets = texts("QoS 2, the publisher loses its state");
    assert_eq!(with(&forgets, "its stored session is discarded"), 1);
    assert_eq!(with(&forgets, "has no session for it"), 0);
}

/// A retained message that an empty one deletes has done what it was for, and so has the empty one.
#[test]
fn what_an_empty_message_deletes_is_not_lost() {
    let text = "title Deleted\nversion 5\ndelay 50\npublisher P\nsubscriber S\nat 0 P connect\n\
        at 200 P publish t/a 1 retain : 21\nat 400 P publish t/a 1 retain :\n\
        at 800 S connect\nat 1000 S subscribe t/a 1";
    let (scenario, errors) = Scenario::check(text);
    assert!(errors.is_empty(), "{errors:?}");
    let run = Run::of(&scenario);
    counts_agree_with_the_state(&run);
    let counts = run.counts;
    assert_eq!(
        (counts.published, counts.deleted, counts.lost),
        (2, 2, 0),
        "{}",
        run.to_text()
    );
    // An empty message that is not retained deletes nothing, and reaches nobody.
    let (scenario, _) = Scenario::check(&text.replace(" retain :\n", " :\n"));
    let counts = Run::of(&scenario).counts;
    assert_eq!((counts.reached, counts.deleted, counts.lost), (1, 0, 1));
}
