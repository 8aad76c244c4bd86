#![cfg(feature = "checks")]

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use std::collections::BTreeSet;

use mqttscope_wire::ProtocolVersion;

use super::{Compared, SavedCard};
use crate::verdict::{Card, Fact, Verdict};

const V5: ProtocolVersion = ProtocolVersion::V5;

fn fact(name: &str, value: &str) -> Fact {
    Fact {
        version: V5,
        name: name.into(),
        value: value.into(),
    }
}

/// All checks that there are, each with its place as a verdict.
fn places() -> Vec<(&'static str, ProtocolVersion)> {
    let checks = crate::checks().unwrap();
    let each = |check: &crate::Check| {
        let id = check.id;
        let shows = check.shows.iter();
        shows
            .map(move |shows| (id, shows.version))
            .collect::<Vec<_>>()
    };
    checks.iter().flat_map(each).collect()
}

fn card(receive_maximum: &str, ping: Verdict) -> SavedCard {
    let facts = [
        fact("Receive Maximum", receive_maximum),
        fact("Authentication Data", "secret"),
        fact(
            "round trip of PINGREQ",
            &alloc::format!("{receive_maximum} ms"),
        ),
    ];
    let mut saved = SavedCard::new(
        "mqtts://me:secret@broker.example:8883/a@b",
        &Card {
            facts: facts.into(),
        },
        &[],
    );
    saved.at = 1_700_000_000_000;
    saved.took_ms = 12_345;
    for (at, (id, version)) in places().into_iter().enumerate() {
        let verdict = Verdict::ALL[at % 5];
        let verdict = if id == "ping" { ping } else { verdict };
        saved.verdicts.insert((id.into(), version), verdict);
    }
    saved
}

#[test]
fn a_card_comes_back_from_its_json_and_has_no_secrets() {
    let saved = card("20", Verdict::Kept);
    assert_eq!(saved.url, "mqtts://broker.example:8883/a@b");
    assert_eq!(saved.facts[&V5]["Receive Maximum"], "20 messages at a time");
    let json = saved.json();
    assert_eq!(SavedCard::read(&json), Ok(saved.clone()));
    for text in [json, saved.html(), saved.token()] {
        assert!(!text.contains("secret"), "{text}");
    }
    assert!(
        SavedCard::read("{}")
            .unwrap_err()
            .contains("no JSON of an examination")
    );
    let other = r#"{"checks":[{"id":"a","version":"6","verdict":"kept"}],"card":{"url":"x"}}"#;
    assert!(SavedCard::read(other).unwrap_err().contains("no version"));
}

#[test]
fn a_card_comes_back_from_a_link_of_letters() {
    let saved = card("20", Verdict::Broken);
    let token = saved.token();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    assert!(token.bytes().all(is_plain));
    assert!(token.len() < 4_000, "{}", token.len());
    let back = SavedCard::of_token(&token, places().into_iter());
    assert_eq!(back, Ok((saved.clone(), 0)));
    // Of checks that are not known here only the number is told.
    let few = places().into_iter().skip(10);
    let (card, unknown) = SavedCard::of_token(&token, few).unwrap();
    assert_eq!(
        (card.verdicts.len(), unknown),
        (saved.verdicts.len() - 10, 10)
    );
}

#[test]
fn whatever_stands_in_a_link_is_a_card_or_refused() {
    let places = places();
    let token = card("20", Verdict::Kept).token();
    for end in (0..token.len()).step_by(37) {
        assert!(
            SavedCard::of_token(&token[..end], places.iter().copied()).is_err(),
            "{end}"
        );
    }
    let mut random = 7_u64;
    for _ in 0..500 {
        let mut bytes = token.clone().into_bytes();
        for _ in 0..3 {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let at = random as usize % bytes.len();
            bytes[at] = b"AZaz09-_"[random as usize / 7 % 8];
        }
        let text = String::from_utf8(bytes).unwrap();
        // Read or refused, without a panic.
        let _ = SavedCard::of_token(&text, places.iter().copied());
    }
}

#[test]
fn each_check_has_a_number_of_its_own() {
    let places = places();
    let numbers: BTreeSet<_> = places
        .iter()
        .map(|(id, version)| super::link::number(id, *version))
        .collect();
    assert_eq!(numbers.len(), places.len());
}

#[test]
fn what_differs_between_two_is_marked() {
    let (a, b) = (card("20", Verdict::Kept), card("65535", Verdict::Broken));
    assert!(Compared::new(&a, &a).is_same());
    let compared = Compared::new(&a, &b);
    let facts: Vec<_> = compared
        .facts
        .iter()
        .filter(|fact| fact.differs())
        .collect();
    assert_eq!(facts.len(), 1, "{facts:?}");
    assert_eq!(
        (facts[0].name, facts[0].b),
        ("Receive Maximum", Some("65,535 messages at a time"))
    );
    let checks: Vec<_> = compared
        .checks
        .iter()
        .filter(|check| check.differs())
        .collect();
    assert_eq!(checks.len(), 3);
    for (check, version) in checks.iter().zip(["5", "3.1.1", "3.1"]) {
        assert_eq!((check.id, check.version.name()), ("ping", version));
        assert_eq!(
            (check.a, check.b),
            (Some(Verdict::Kept), Some(Verdict::Broken))
        );
    }
    let json = compared.json();
    let pair = r#"{"version":"5","name":"ping","a":"kept","b":"broken","differs":true}"#;
    assert!(json.contains(pair), "{json}");
    let html = compared.html();
    let row = "<tr class=\"differs\"><th>ping</th><td>MQTT 5</td><td class=\"kept\">kept</td><td class=\"broken\">broken</td></tr>";
    assert!(html.contains(row), "{html}");
    assert!(compared.notes().is_empty());
    // What only one of them was asked says nothing.
    let mut fewer = a.clone();
    fewer.verdicts.remove(&("ping".to_string(), V5));
    let compared = Compared::new(&a, &fewer);
    assert!(compared.is_same() && compared.html().contains("<td>not run</td>"));
    assert_eq!(
        compared.notes(),
        ["1 check was run for one of them only, and was not compared."]
    );
}

#[test]
fn examinations_that_were_not_alike_say_so() {
    let whole = card("20", Verdict::Kept);
    let mut older = card("20", Verdict::Kept);
    older.facts.clear();
    older.verdicts.retain(|(_, version), _| *version != V5);
    let alone = whole.verdicts.len() - older.verdicts.len();
    let compared = Compared::new(&older, &whole);
    assert!(compared.is_same(), "{:?}", compared.facts);
    let notes = [
        "A was asked in MQTT 3.1.1 and 3.1, B in MQTT 5, 3.1.1 and 3.1.".to_string(),
        alloc::format!("{alone} checks were run for one of them only, and were not compared."),
    ];
    assert_eq!(compared.notes(), notes);
    assert!(compared.html().contains(&notes[0]) && compared.json().contains(&notes[1]));

    // One that was ended early: what it could not tell for that reason, and what it had not come to.
    let mut cut = card("20", Verdict::Unknown);
    cut.is_cut = true;
    cut.verdicts.retain(|_, verdict| *verdict != Verdict::Kept);
    assert_eq!(SavedCard::read(&cut.json()), Ok(cut.clone()));
    let token = cut.token();
    let back = SavedCard::of_token(&token, places().into_iter());
    assert_eq!(back, Ok((cut.clone(), 0)));
    let compared = Compared::new(&whole, &cut);
    assert!(compared.is_same());
    assert_eq!(compared.notes()[0], "The examination of B was ended early.");

    // A time that one check measured, and an announcement that only one makes.
    let mut bare = whole.clone();
    bare.facts.get_mut(&V5).unwrap().clear();
    let compared = Compared::new(&whole, &bare);
    let differing = compared.facts.iter().filter(|fact| fact.differs());
    let names: Vec<_> = differing.map(|fact| fact.name).collect();
    assert_eq!(names, ["Receive Maximum"]);
}

#[test]
fn a_client_goes_by_its_identifier_and_no_broker_by_a_client() {
    let mut client = card("20", Verdict::Kept);
    assert_eq!(client.name(), "mqtts://broker.example:8883/a@b");
    client.is_client = true;
    assert_eq!(client.name(), "a client");
    client.add_fact(V5, "Client Identifier", "sensor-1");
    let read = SavedCard::read(&client.json()).unwrap();
    assert_eq!(read.name(), "client sensor-1");
    let broker = card("20", Verdict::Kept);
    let notes = Compared::new(&read, &broker).notes();
    assert!(notes[0].contains("the other a client"), "{notes:?}");
    assert!(read.html().contains("<title>client sensor-1</title>"));
}
