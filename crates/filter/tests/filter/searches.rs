//! What the search takes a text for.

use mqttscope_filter::{Filter, READY, Search, meant};

fn words(text: &str) -> Search {
    Search::Words(text.to_owned())
}

#[test]
fn words_are_words_and_filters_are_filters() {
    assert_eq!(Search::read("  "), Ok(Search::Nothing));
    assert_eq!(
        Search::read("topic: a/# "),
        Ok(Search::Topic("a/#".to_owned()))
    );
    assert_eq!(
        Search::read(" hex:30 0A"),
        Ok(Search::Hex("30 0A".to_owned()))
    );
    for text in [
        "publish",
        "temperature",
        "temp 21",
        "\"temp\": 21",
        "{\"a\": [1]}",
        "10.0.0.1",
        "sensors/1/t",
        "not found",
        "not",
        "and",
        "or else",
        "in the middle",
        "mqt",
        "topic",
        "conn refused",
        "finding nemo",
        "topic name invalid",
        "a.b.c",
        "example.com",
        "len",
        "count me",
        "websocket \"x\"",
        "==",
        "answered by phone",
        "notmqtt.qos",
        "tls handshake",
        "versions",
        "mqttx",
        "mqtt-client",
        "x == 1",
    ] {
        let expected = if text == "topic" {
            Search::Filter(Filter::parse("topic").unwrap())
        } else {
            words(text)
        };
        assert_eq!(Search::read(text), Ok(expected), "{text}");
    }
    for text in [
        "mqtt",
        "mqtt.qos == 1",
        " (mqtt.qos == 1)",
        "!mqtt",
        "not mqtt.retain",
        "not(mqtt)",
        "topic contains \"x\"",
        "topic_filter \"a/#\"",
        "conn == 3",
        "finding",
        "finding && mqtt",
        "answered == false",
        "len(mqtt.msg) > 3",
        "tls or websocket",
        "not not tls",
        "frame contains \"mqtt.example.com\"",
    ] {
        let filter = Filter::parse(text).unwrap();
        assert_eq!(Search::read(text), Ok(Search::Filter(filter)), "{text}");
    }
}

#[test]
fn what_is_meant_as_a_filter_is_told_what_is_wrong() {
    for (text, is_unfinished, place) in [
        ("mqtt.", true, "mqtt."),
        ("mqtt.to", true, "mqtt.to"),
        ("mqtt.foo", false, "mqtt.foo"),
        (" mqtt.qos == high", false, "high"),
        ("mqtt.qos ==", true, ""),
        ("mqtt.example.com", false, "mqtt.example.com"),
        ("(", true, ""),
        ("!", true, ""),
        ("!important", false, "important"),
        ("(abc", false, "abc"),
        ("conn ==", true, ""),
        ("conn = 3", false, "="),
        ("topic conta", true, "conta"),
        ("topic an", true, "an"),
        ("topic contains", true, ""),
        ("not mqtt.qos == high", false, "high"),
        ("finding.rule == nothing-of-it", false, "nothing-of-it"),
    ] {
        let problem = Search::read(text).unwrap_err();
        assert_eq!(problem.is_unfinished, is_unfinished, "{text}: {problem:?}");
        assert_eq!(
            &text[problem.start..problem.end],
            place,
            "{text}: {problem:?}"
        );
    }
    // It says how to search for it all the same.
    let problem = Search::read("mqtt.example.com").unwrap_err();
    assert!(
        problem.says.contains("frame contains \"mqtt.example.com\""),
        "{problem:?}"
    );
}

#[test]
fn the_ready_filters_are_filters() {
    for ready in READY {
        let read = Search::read(ready.filter);
        assert!(matches!(read, Ok(Search::Filter(_))), "{ready:?}: {read:?}");
        assert!(mqttscope_filter::Matcher::new(&Filter::parse(ready.filter).unwrap()).is_ok());
    }
}

#[test]
fn words_that_look_like_a_filter_are_told_the_field() {
    for (text, filter) in [
        ("qos>=1", Some("mqtt.qos >= 1")),
        ("qos = 1", Some("mqtt.qos == 1")),
        ("type==publish", Some("mqtt.msgtype == publish")),
        (
            "clientid contains \"a b\" ",
            Some("mqtt.clientid contains \"a b\""),
        ),
        (
            "retain == 1 && qos == 0",
            Some("mqtt.retain == 1 && mqtt.qos == 0"),
        ),
        (
            "retain=1 and qos=0",
            Some("mqtt.retain == 1 && mqtt.qos == 0"),
        ),
        // A filter with a slip in it.
        ("topic=a", Some("topic == a")),
        ("mqtt.qos=1", Some("mqtt.qos == 1")),
        ("mqtt.qos 1", Some("mqtt.qos == 1")),
        ("ip.addr 1.2.3.4", Some("ip.addr == 1.2.3.4")),
        (
            "ip.addr = 1.2.3.4 & mqtt.retain=1",
            Some("ip.addr == 1.2.3.4 && mqtt.retain == 1"),
        ),
        (
            "mqtt.clientid=watch \"7\"",
            Some("mqtt.clientid == \"watch \\\"7\\\"\""),
        ),
        ("size > 20", None),
        ("x == 1", None),
    ] {
        let meant = meant(text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(meant.filter.as_deref(), filter, "{text}");
    }
    for text in [
        "qos",
        "qos>=",
        "mqtt.qos >= 1",
        "mqtt.qos >=",
        "mqtt.qos=high",
        "mqtt.foo=1",
        "finding nemo",
        "conn refused",
        "topic name invalid",
        "temp 21",
        "room in use",
        "a ~",
        "{\"a\": 1}",
        "",
    ] {
        assert_eq!(meant(text), None, "{text}");
    }
}
