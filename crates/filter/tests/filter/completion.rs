//! What may stand at a caret.

use mqttscope_filter::{Completion, complete};

/// The caret is at `|`.
fn at(marked: &str) -> (Completion, Vec<String>) {
    let caret = marked.find('@').unwrap();
    let completion = complete(&marked.replace('@', ""), caret);
    let texts = completion
        .suggestions
        .iter()
        .map(|it| it.text.clone())
        .collect();
    (completion, texts)
}

#[test]
fn the_best_comes_first() {
    for (marked, first) in [
        ("@", "topic"),
        ("mqtt.to@", "mqtt.topic"),
        ("mqtt.top@", "mqtt.topic"),
        ("mqtt.msgt@", "mqtt.msgtype"),
        ("qo@", "mqtt.qos"),
        ("session_exp@", "mqtt.property.session_expiry_interval"),
        ("!mqtt.re@", "mqtt.retain"),
        ("(mqtt.qos == 1 && mqtt.cli@", "mqtt.clientid"),
        ("mqtt.qos @", "=="),
        ("mqtt.qos !@", "!="),
        ("mqtt.topic c@", "contains"),
        ("mqtt.topic m@", "matches"),
        ("mqtt.qos == @", "0"),
        ("mqtt.msgtype == @", "CONNECT"),
        ("mqtt.msgtype == PUB@", "PUBLISH"),
        ("mqtt.msgtype == puba@", "PUBACK"),
        ("mqtt.msgtype in {PUBLISH PING@", "PINGREQ"),
        ("mqtt.retain == @", "true"),
        ("mqtt.retain == f@", "false"),
        ("mqtt.connack.reason_code == not@", "\"Not authorized\""),
        (
            "mqtt.connack.reason_code == \"bad u@",
            "\"Bad User Name or Password\"",
        ),
        ("finding.severity >= w@", "warning"),
        (
            "finding.rule == connect-keep-alive@",
            "connect-keep-alive-unlikely",
        ),
        ("handshake.state == @", "waiting"),
        ("mqtt.qos == 1 @", "&&"),
        ("mqtt.qos == 1 |@", "||"),
        ("topic_filter @", "\"#\""),
        ("len(mqtt.ms@", "mqtt.msgtype"),
        ("len(mqtt.msg) @", "=="),
        ("le@", "mqtt.len"),
    ] {
        let (completion, texts) = at(marked);
        assert_eq!(
            texts.first().map(String::as_str),
            Some(first),
            "{marked}: {completion:?}"
        );
    }
    for marked in [
        "mqtt.qos == high @",
        "mqtt.topic contains \"a@",
        "mqtt.msgid == @",
        "a b c@",
        "mqtt) @",
    ] {
        let (_, texts) = at(marked);
        assert!(texts.is_empty(), "{marked}: {texts:?}");
    }
}

#[test]
fn what_is_typed_is_replaced() {
    for (marked, replaced) in [
        ("mqtt.to@", "mqtt.to"),
        ("mqtt.to@pic == 1", "mqtt.topic"),
        ("mqtt.qos @", ""),
        ("mqtt.connack.reason_code == \"bad u@", "\"bad u"),
        ("mqtt.qos == 1 && @ || mqtt", ""),
        ("(é@", "é"),
    ] {
        let (completion, _) = at(marked);
        let text = marked.replace('@', "");
        assert_eq!(
            &text[completion.start..completion.end],
            replaced,
            "{marked}"
        );
    }
}

#[test]
fn operators_are_those_that_fit() {
    let (_, texts) = at("mqtt.retain @");
    assert!(
        !texts.contains(&">".to_owned()) && texts.contains(&"==".to_owned()),
        "{texts:?}"
    );
    let (_, texts) = at("mqtt.properties @");
    assert_eq!(texts[0], "&&");
    let (_, texts) = at("mqtt.topic@");
    assert!(texts.contains(&"mqtt.topic_len".to_owned()), "{texts:?}");
    assert!(
        texts.contains(&"mqtt.topic contains".to_owned()),
        "{texts:?}"
    );
}
