//! Cards of brokers that were examined: kept in the browser, newest first, and set beside each other.

use std::collections::BTreeMap;

use mqttscope_protocol::{CheckView, ExaminedStage, ExaminedView, JudgedView, SavedCard};
use mqttscope_wire::ProtocolVersion;

use super::words;

/// How many are kept; the oldest go.
pub const MOST: usize = 30;

/// The card of what was examined.
#[must_use]
pub fn card_of(
    view: &ExaminedView,
    checks: &[CheckView],
    judged: &BTreeMap<u32, JudgedView>,
    at: u64,
) -> SavedCard {
    let millis = |time: core::time::Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let mut card = SavedCard {
        url: view.address.clone(),
        is_cut: view.stage != ExaminedStage::Done || view.lost.is_some(),
        at,
        round_trip_ms: millis(view.round_trip),
        took_ms: millis(view.took),
        ..SavedCard::default()
    };
    for (version, facts) in &view.card {
        for (name, value) in facts {
            card.add_fact(*version, name, value);
        }
    }
    for one in judged.values() {
        let mut checks = checks.iter();
        if let Some(check) = checks.find(|check| check.number == one.number) {
            let place = (check.name.clone(), check.version);
            card.verdicts.insert(place, one.verdict);
        }
    }
    card
}

/// What the browser keeps: a card in each line.
#[must_use]
pub fn read(text: &str) -> Vec<SavedCard> {
    let cards = text.lines().filter_map(|line| SavedCard::read(line).ok());
    cards.take(MOST).collect()
}

/// The other way round.
#[must_use]
pub fn written(cards: &[SavedCard]) -> String {
    let lines: Vec<String> = cards.iter().map(SavedCard::json).collect();
    lines.join("\n")
}

/// Puts a card before the others, in the place of one of the same address and time.
pub fn add(cards: &mut Vec<SavedCard>, card: SavedCard) {
    cards.retain(|other| (&other.url, other.at) != (&card.url, card.at));
    cards.insert(0, card);
    cards.truncate(MOST);
}

/// What a card goes by: the address and the time, to the second; and that it was ended early.
#[must_use]
pub fn name_of(card: &SavedCard, minutes_behind: f64) -> String {
    let mut name = card.name();
    let at = words::to_the_second(card.at, minutes_behind);
    if !at.is_empty() {
        name = format!("{name}, {at}");
    }
    if card.is_cut {
        name.push_str(" (ended early)");
    }
    name
}

/// The checks that the file of checks has, by name and version.
#[must_use]
pub fn places(checks: &str) -> Vec<(&str, ProtocolVersion)> {
    let mut places = Vec::new();
    let mut name = "";
    for line in checks.lines() {
        if let Some(next) = line.strip_prefix("== ") {
            name = next;
        }
        let mut words = line.split_whitespace();
        let version = words.next().and_then(|word| word.strip_prefix('v'));
        let mut all = ProtocolVersion::ALL.into_iter();
        let version = version.and_then(|named| all.find(|version| version.name() == named));
        let is_head = matches!(words.next(), Some("must" | "should"));
        places.extend(version.filter(|_| is_head).map(|version| (name, version)));
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use mqttscope_protocol::Verdict;

    fn card(url: &str, at: u64) -> SavedCard {
        SavedCard {
            url: url.into(),
            at,
            ..SavedCard::default()
        }
    }

    #[test]
    fn what_was_examined_is_a_card() {
        let check = CheckView {
            number: 7,
            name: "ping".into(),
            title: String::new(),
            version: ProtocolVersion::V5,
            statements: Vec::new(),
            is_must: true,
            is_hostile: false,
            is_probe: false,
        };
        let judged = JudgedView {
            number: 7,
            verdict: Verdict::Broken,
            why: "It did not.".into(),
        };
        let view = ExaminedView {
            stage: ExaminedStage::Done,
            address: "mqtt://broker:1883".into(),
            took: core::time::Duration::from_secs(5),
            card: vec![(
                ProtocolVersion::V5,
                vec![("Receive Maximum".into(), "20 messages at a time".into())],
            )],
            ..ExaminedView::default()
        };
        let judged = BTreeMap::from([(7, judged)]);
        let card = card_of(&view, core::slice::from_ref(&check), &judged, 9);
        let cut = ExaminedView {
            stage: ExaminedStage::Cancelled,
            ..view
        };
        assert!(!card.is_cut && card_of(&cut, &[check], &judged, 9).is_cut);
        assert_eq!(
            (&*card.url, card.at, card.took_ms),
            ("mqtt://broker:1883", 9, 5_000)
        );
        let place = ("ping".to_owned(), ProtocolVersion::V5);
        assert_eq!(card.verdicts[&place], Verdict::Broken);
        assert_eq!(read(&written(core::slice::from_ref(&card))), [card]);
    }

    #[test]
    fn the_newest_stands_first_and_only_some_are_kept() {
        let mut cards = Vec::new();
        for at in 1..40 {
            add(&mut cards, card("mqtt://a", at));
        }
        assert_eq!((cards.len(), cards[0].at), (MOST, 39));
        // The same examination again, one check of it run once more.
        let again = SavedCard {
            took_ms: 1,
            ..card("mqtt://a", 39)
        };
        add(&mut cards, again);
        assert_eq!((cards.len(), cards[0].took_ms, cards[1].at), (MOST, 1, 38));
        assert!(read("nonsense\n{}").is_empty());
    }

    #[test]
    fn a_card_goes_by_its_address_and_time() {
        let at = 1_700_000_000_000;
        assert_eq!(
            name_of(&card("mqtt://a", at), 0.0),
            "mqtt://a, 2023-11-14 22:13:20"
        );
        let cut = SavedCard {
            is_cut: true,
            ..card("mqtt://a", 0)
        };
        assert_eq!(name_of(&cut, 0.0), "mqtt://a (ended early)");
    }

    #[test]
    fn the_file_of_checks_says_which_there_are() {
        let file = include_str!("../../../www/checks.txt");
        let (checks, _) = file.split_once("====\n").unwrap();
        let places = places(checks);
        assert!(places.len() > 300, "{}", places.len());
        assert!(places.contains(&("ping", ProtocolVersion::V3_1)));
        let mut card = card("mqtt://a", 5);
        for (id, version) in &places {
            let place = ((*id).to_owned(), *version);
            card.verdicts.insert(place, Verdict::Kept);
        }
        let back = SavedCard::of_token(&card.token(), places.into_iter());
        assert_eq!(back, Ok((card, 0)));
    }
}
