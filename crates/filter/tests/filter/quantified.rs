//! `any`, `all` and masks.

use mqttscope_filter::{Search, complete};
use mqttscope_wire::ProtocolVersion;

use crate::packets::{Given, all, given};

/// A SUBSCRIBE to `a/b` with QoS 1 and to `c` with QoS 0.
fn subscribe() -> Given {
    Given {
        version: ProtocolVersion::V3_1_1,
        ..given("82 0001 0003 612f62 01 0001 63 00")
    }
}

#[test]
fn any_and_all_go_before_what_the_operator_says() {
    all(
        &subscribe(),
        &[
            "any mqtt.topic == \"c\"",
            "- all mqtt.topic == \"c\"",
            "any mqtt.topic != \"c\"",
            "- all mqtt.topic != \"c\"",
            "all mqtt.topic != \"d\"",
            "- any mqtt.topic === \"d\"",
            "any mqtt.topic === \"c\"",
            "- all mqtt.topic !== \"c\"",
            "all mqtt.topic matches \"^[a-c]\"",
            "- all mqtt.topic contains \"/\"",
            "any mqtt.topic contains \"/\"",
            "all mqtt.topic in {\"a/b\", c}",
            "- all mqtt.sub.qos in {1 2}",
            "any mqtt.sub.qos in {1 2}",
            "all len(mqtt.topic) < 4",
            "- all len(mqtt.topic) < 3",
            "all count(mqtt.topic) == 2",
            "!(all mqtt.sub.qos > 0) && any mqtt.sub.qos > 0",
            // Where there is no value none does.
            "- all mqtt.qos == 0",
            "- all mqtt.qos != 0",
        ],
    );
}

#[test]
fn a_mask_leaves_some_bits() {
    all(
        &subscribe(),
        &[
            "mqtt.hdrflags & 0xf0 == 0x80",
            "mqtt.hdrflags & 0xf0 in {0x70..0x90}",
            "mqtt.hdrflags & 0x0f == 2",
            "mqtt.hdrflags & 2",
            "- mqtt.hdrflags & 1",
            "- mqtt.hdrflags & 0",
            "!mqtt.hdrflags & 1",
            "mqtt.msgtype & 8 == 8",
            "mqtt.sub.qos & 1",
            "all mqtt.sub.qos & 2 == 0",
            "- all mqtt.sub.qos & 1 == 1",
            "len(mqtt.topic) & 2",
            "count(mqtt.topic) & 2 == 2",
            "- mqtt.qos & 1",
        ],
    );
}

#[test]
fn a_sentence_that_begins_with_all_stays_one() {
    for (text, is_filter) in [
        ("all mqtt.qos > 0", true),
        ("any topic contains x", true),
        ("(all mqtt.qos > 0)", true),
        ("all len(mqtt.topic) > 3", true),
        ("all topic", false),
        ("all conn refused", false),
        ("any mqtt", false),
        ("all", false),
        ("any client", false),
        ("all is well", false),
    ] {
        let read = Search::read(text);
        assert_eq!(matches!(read, Ok(Search::Filter(_))), is_filter, "{text}");
        assert_eq!(matches!(read, Ok(Search::Words(_))), !is_filter, "{text}");
    }
    // Half typed.
    for text in [
        "all mqtt.qos",
        "all mqtt.qos >",
        "mqtt.hdrflags &",
        "mqtt.hdrflags & 0x",
    ] {
        let problem = Search::read(text).unwrap_err();
        assert!(problem.is_unfinished, "{text}: {problem:?}");
    }
    // Wrong, and not a sentence.
    for (text, says) in [
        ("all (mqtt.qos == 1)", "without brackets"),
        ("any ( mqtt.qos == 1)", "without brackets"),
        ("mqtt.hdrflags & 0xffffffffffffffffff", "at most 64 bits"),
    ] {
        let problem = Search::read(text).unwrap_err();
        assert!(
            !problem.is_unfinished && problem.says.contains(says),
            "{text}: {problem:?}"
        );
    }
    let texts = |text: &str| {
        let suggestions = complete(text, text.len()).suggestions;
        suggestions
            .into_iter()
            .map(|it| it.text)
            .collect::<Vec<_>>()
    };
    assert!(texts("(al").contains(&"all".to_owned()));
    assert!(texts("mqtt.hdrflags ").contains(&"&".to_owned()));
    assert!(texts("all mqtt.to").contains(&"mqtt.topic".to_owned()));
    assert!(texts("mqtt.hdrflags & ").is_empty());
    assert!(texts("mqtt.hdrflags & 15 ").contains(&"==".to_owned()));
}
