//! What is searched for: every word that a row or a finding says.

use super::*;

/// What a row says in words, column by column, where the clocks are those of UTC.
fn words_of(row: &WireRow) -> Vec<String> {
    let time = mqttscope_answers::rfc3339(row.at.millis());
    let mut words = vec![row.name().to_owned()];
    if row.at != Instant::ZERO {
        let (date, clock) = time.split_once('T').unwrap();
        words.extend([date, &clock[..8], &clock[..5]].map(str::to_owned));
    }
    words.extend(row.of.clone());
    if row.event.is_none() {
        words.push(mqttscope_view::digits::bytes(row.size.into()));
    }
    let is_whole = |part: &&str| !part.contains('…') && !part.is_empty();
    let parts = row.summary.split(" · ").filter(is_whole);
    words.extend(parts.map(str::to_owned));
    words.extend(row.round_trip.map(mqttscope_view::digits::duration));
    if matches!(row.event, Some(EventKind::Told(_))) {
        words.push("from a log".to_owned());
    }
    words
}

#[test]
fn every_word_of_a_row_is_found() {
    let names = [
        "files/t2_alias.pcap",
        "files/t11_reasons.pcap",
        "recorded/tcp.pcap",
        "../logs/files/mosquitto.log",
    ];
    let (mut engine, all) = read(&names, 1 << 20);
    let mut second = 1_000;
    let mut found = |search: &str| {
        second += 1_000;
        let looking = Looking {
            search: search.to_owned(),
            ..everything()
        };
        shown_from(&mut engine, looking, second)
    };
    let mut seen = std::collections::BTreeSet::new();
    for row in all.wire.iter().step_by(4) {
        let words = words_of(row);
        let row_says = words.join(" · ");
        for search in words.into_iter().chain([row_says]) {
            if !seen.insert((search.clone(), row.record)) {
                continue;
            }
            let is_found = found(&search).wire.iter().any(|it| it.record == row.record);
            assert!(is_found, "{search:?} is not found in {row:?}");
        }
    }
    assert!(seen.iter().any(|(search, _)| search == "alias 1"));
    assert!(seen.iter().any(|(search, _)| search == "from a log"));
    // And what no row says is not.
    for search in ["alias 999", "1999-12-31", "999 MB", "publish nobody"] {
        assert_eq!(found(search).wire, [], "{search}");
    }
}

#[test]
fn the_words_of_a_finding_find_it_and_its_packets() {
    let (mut engine, all) = read(
        &["files/t11_reasons.pcap", "files/t12_keepalive.pcap"],
        1 << 20,
    );
    let has_some = all.findings.iter().any(|it| !it.rule.is_empty());
    assert!(has_some && all.findings.iter().any(|it| it.rule.is_empty()));
    for (finding, second) in all.findings.iter().zip(1_u32..) {
        let word = finding.message.replace('`', "");
        let looking = Looking {
            search: word.clone(),
            ..everything()
        };
        let found = shown_from(&mut engine, looking, second * 1_000);
        let same = |it: &&FindingView| it.message == finding.message;
        assert!(found.findings.iter().any(|it| same(&it)), "{word}");
        if !finding.rule.is_empty() {
            for packet in &finding.packets {
                assert!(found.wire.iter().any(|it| it.record == *packet), "{word}");
            }
            assert!(found.wire.len() < all.wire.len());
        }
        let counted = found.found.unwrap();
        assert!(counted.iter().sum::<u64>() > 0);
    }
}
