//! What holds for any text and any packet.

use mqttscope_filter::{Field, Filter, Matcher, Operator, Search, complete};
use proptest::prelude::*;

use crate::packets::given;

/// Texts of pieces that filters are made of, so that some of them are filters.
fn pieces() -> impl Strategy<Value = String> {
    let names: Vec<String> = Field::all().map(|field| field.name().to_owned()).collect();
    let signs: Vec<String> = Operator::ALL
        .into_iter()
        .flat_map(|it| [it.sign(), it.word()])
        .chain([
            "(", ")", "!", "&&", "||", "^^", "and", "or", "not", "{", "}", "..", ",", "[0:2]", "[",
            "=", "& 6", "&", "any", "all",
        ])
        .map(str::to_owned)
        .collect();
    let values: Vec<String> = [
        "1",
        "0x10",
        "true",
        "PUBLISH",
        "\"a/b\"",
        "30:0a",
        "10.0.0.0/8",
        "::1",
        "1.5",
        "a/+/#",
        "\"#\"",
        "error",
        "waiting",
        "\"2026-11-29\"",
        "'x",
        "\"\\",
        "r\"a\"",
        "len(",
        "lower(",
        "count(",
        "é",
        "\u{0}",
    ]
    .map(str::to_owned)
    .into();
    let piece = prop_oneof![
        4 => prop::sample::select(names),
        3 => prop::sample::select(signs),
        3 => prop::sample::select(values),
        1 => ".{0,3}",
    ];
    let blank = prop::sample::select(vec!["", " ", "  "]);
    prop::collection::vec((piece, blank), 0..12).prop_map(|pieces| {
        pieces
            .into_iter()
            .map(|(piece, blank)| piece + blank)
            .collect()
    })
}

/// Texts that are filters, of a field with an operator and a value that fit.
fn filter() -> impl Strategy<Value = String> {
    let tests: Vec<String> = Field::all()
        .flat_map(|field| {
            let values = [
                "1",
                "true",
                "\"a\"",
                "30:0a",
                "10.0.0.0/8",
                "fe80::/10",
                "1.25",
                "\"a/+/#\"",
                "publish",
                "\"2026-11-29 10:00:00.5\"",
                "error",
                "broken",
                "property-unknown",
                "\"\\xff\\n\"",
                "{1 2..3}",
                "{\"a\" \"b\"}",
            ];
            let operators = field.kind().operators().iter();
            let with = operators.flat_map(move |operator| {
                values.map(|value| format!("{} {} {value}", field.name(), operator.sign()))
            });
            with.chain([
                field.name().to_owned(),
                format!("len({}[-3:]) in {{1..9}}", field.name()),
            ])
        })
        .filter(|text| Filter::parse(text).is_ok())
        .collect();
    let test = prop::sample::select(tests);
    test.prop_recursive(6, 40, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(|it| format!("!({it})")),
            prop::collection::vec(inner.clone(), 2..4)
                .prop_map(|all| format!("({})", all.join(" && "))),
            prop::collection::vec(inner.clone(), 2..4)
                .prop_map(|all| format!("({})", all.join(" or "))),
            prop::collection::vec(inner, 2..4).prop_map(|all| all.join(" ^^ ")),
        ]
    })
}

fn check(text: &str) {
    match Filter::parse(text) {
        Ok(filter) => {
            let written = filter.to_string();
            assert_eq!(
                Filter::parse(&written).as_ref(),
                Ok(&filter),
                "{text} / {written}"
            );
            if let Ok(mut matcher) = Matcher::new(&filter) {
                for hex in [
                    "33 0003 612f62 0102 00 7b",
                    "20 00 00 00",
                    "36 00",
                    "10 0004 4d",
                ] {
                    matcher.matches(&given(hex));
                }
            }
        }
        Err(problem) => {
            assert!(
                problem.start <= problem.end && problem.end <= text.len(),
                "{text}: {problem:?}"
            );
            assert!(
                text.get(problem.start..problem.end).is_some(),
                "{text}: {problem:?}"
            );
            assert!(!problem.says.is_empty());
        }
    }
    if let Err(problem) = Search::read(text) {
        assert!(
            text.get(problem.start..problem.end).is_some(),
            "{text}: {problem:?}"
        );
    }
    for caret in (0..=text.len() + 1).step_by(1 + text.len() / 12) {
        let completion = complete(text, caret);
        assert!(
            text.get(completion.start..completion.end).is_some(),
            "{text}: {completion:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_a_filter_or_a_problem_within_it(text in ".{0,40}") {
        check(&text);
    }

    #[test]
    fn so_are_texts_of_what_filters_are_made_of(text in pieces()) {
        check(&text);
    }

    #[test]
    fn a_filter_is_the_same_when_it_is_written_and_read(text in filter()) {
        let filter = Filter::parse(&text).unwrap();
        prop_assert_eq!(Filter::parse(&filter.to_string()).unwrap(), filter);
        check(&text);
    }

    /// What completion offers for a field that is typed leads to a filter.
    #[test]
    fn a_suggestion_that_is_taken_leads_on(text in filter()) {
        let caret = text.find(' ').unwrap_or(text.len());
        let head = text.get(..caret).unwrap_or_default();
        for suggestion in complete(head, head.len()).suggestions.iter().take(3) {
            let completion = complete(head, head.len());
            let taken = format!("{}{}", &head[..completion.start], suggestion.text);
            let is_well = match Filter::parse(&taken) {
                Ok(_) => true,
                Err(problem) => problem.is_unfinished,
            };
            prop_assert!(is_well, "{} -> {}", head, taken);
        }
    }

    #[test]
    fn no_packet_makes_it_fail(text in filter(), bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        let filter = Filter::parse(&text).unwrap();
        if let Ok(mut matcher) = Matcher::new(&filter) {
            let mut packet = given("c0");
            packet.bytes = bytes;
            let first = matcher.matches(&packet);
            // What was looked at before does not matter.
            matcher.matches(&given("33 0003 612f62 0102 00 7b"));
            prop_assert_eq!(matcher.matches(&packet), first);
        }
    }
}
