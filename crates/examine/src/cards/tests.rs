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
    // What only one of them was asked differs, too.
    let mut fewer = a.clone();
    fewer.verdicts.remove(&("ping".to_string(), V5));
    let compared = Compared::new(&a, &fewer);
    assert!(!compared.is_same() && compared.html().contains("<td>not run</td>"));
}
