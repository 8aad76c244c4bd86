//! Texts that are filters, and texts that are none.

use mqttscope_filter::Filter;

#[test]
fn filters_are_read_and_written() {
    for (text, written) in [
        ("mqtt", "mqtt"),
        ("  mqtt.qos==1 ", "mqtt.qos == 1"),
        ("mqtt.qos eq 1", "mqtt.qos == 1"),
        ("mqtt.qos ne 0x2", "mqtt.qos != 2"),
        (
            "mqtt.qos gt 0 and mqtt.qos lt 2",
            "mqtt.qos > 0 && mqtt.qos < 2",
        ),
        (
            "mqtt.qos ge 0b1 or mqtt.qos le 02",
            "mqtt.qos >= 1 || mqtt.qos <= 2",
        ),
        (
            "mqtt.qos === 1 xor mqtt.qos !== 1",
            "mqtt.qos === 1 ^^ mqtt.qos !== 1",
        ),
        (
            "mqtt.qos all_eq 1 ^^ mqtt.qos any_ne 1",
            "mqtt.qos === 1 ^^ mqtt.qos !== 1",
        ),
        (
            "mqtt.qos any_eq 1 && mqtt.qos all_ne 1",
            "mqtt.qos == 1 && mqtt.qos != 1",
        ),
        (
            "mqtt.qos == \"Exactly once delivery (Assured Delivery)\"",
            "mqtt.qos == 2",
        ),
        ("not mqtt.retain", "!mqtt.retain"),
        ("mqtt.hdrflags & 0x0f", "mqtt.hdrflags & 0xf"),
        ("!mqtt.hdrflags&2", "!(mqtt.hdrflags & 0x2)"),
        (
            "mqtt.hdrflags & 0xf0 == 0x30 && mqtt.msgtype & 1",
            "mqtt.hdrflags & 0xf0 == 48 && mqtt.msgtype & 0x1",
        ),
        ("len(mqtt.msg) & 1 == 0", "len(mqtt.msg) & 0x1 == 0"),
        (
            "any mqtt.topic != \"a\" or all mqtt.sub.qos in {1 2}",
            "any mqtt.topic != \"a\" || all mqtt.sub.qos in {1, 2}",
        ),
        ("not all len(mqtt.topic) > 3", "!(all len(mqtt.topic) > 3)"),
        ("!mqtt.retain == 1", "!(mqtt.retain == true)"),
        ("!(mqtt.retain == Set)", "!(mqtt.retain == true)"),
        ("!!mqtt", "!!mqtt"),
        ("tcp || tls && websocket", "tcp || tls && websocket"),
        ("(tcp || tls) && websocket", "(tcp || tls) && websocket"),
        (
            "tcp || tls ^^ ip && websocket",
            "tcp || tls ^^ ip && websocket",
        ),
        ("tcp && (tls && ip)", "tcp && tls && ip"),
        ("not (tcp and tls)", "!(tcp && tls)"),
        ("mqtt.msgtype == PUBLISH", "mqtt.msgtype == PUBLISH"),
        ("mqtt.msgtype == publish", "mqtt.msgtype == PUBLISH"),
        (
            "mqtt.msgtype == \"Publish Message\"",
            "mqtt.msgtype == PUBLISH",
        ),
        ("mqtt.msgtype == 3", "mqtt.msgtype == PUBLISH"),
        (
            "mqtt.msgtype in {1 2 3..5}",
            "mqtt.msgtype in {CONNECT, CONNACK, PUBLISH .. PUBREC}",
        ),
        (
            "mqtt.msgid in {1,3..5, 0x10}",
            "mqtt.msgid in {1, 3 .. 5, 16}",
        ),
        (
            "mqtt.conack.val == \"Connection Accepted\"",
            "mqtt.conack.val == \"Connection Accepted\"",
        ),
        (
            "mqtt.connack.reason_code == NOT_AUTHORIZED",
            "mqtt.connack.reason_code == \"Not authorized\"",
        ),
        (
            "mqtt.property_id == 0x26",
            "mqtt.property_id == \"User Property\"",
        ),
        (
            "mqtt.topic == \"a\\\"b\\x00\"",
            "mqtt.topic == \"a\\\"b\\x00\"",
        ),
        ("mqtt.topic == 'it'", "mqtt.topic == \"it\""),
        ("mqtt.topic == r\"a\\b\"", "mqtt.topic == \"a\\\\b\""),
        (
            "mqtt.topic == \"\\u00e9\\101\\0\"",
            "mqtt.topic == \"éA\\x00\"",
        ),
        (
            "mqtt.topic contains sensors/1",
            "mqtt.topic contains \"sensors/1\"",
        ),
        ("mqtt.topic ~ \"^a.*b$\"", "mqtt.topic matches \"^a.*b$\""),
        ("mqtt.msg contains 30:0A", "mqtt.msg contains 30:0a"),
        ("mqtt.msg contains \"abc\"", "mqtt.msg contains \"abc\""),
        (
            "mqtt.msg[0:4] == 7b:22:61:22",
            "mqtt.msg[0:4] == 7b:22:61:22",
        ),
        ("mqtt.msg[1-2] == 7b22", ""),
        ("mqtt.msg[1-2] == 0x7b22", "mqtt.msg[1:2] == 7b:22"),
        ("mqtt.topic[-2:] == \"/x\"", "mqtt.topic[-2:] == \"/x\""),
        ("mqtt.topic[:2] == ab", "mqtt.topic[0:2] == \"ab\""),
        ("len(mqtt.msg) > 1000", "len(mqtt.msg) > 1000"),
        ("count(mqtt.topic) >= 2", "count(mqtt.topic) >= 2"),
        ("lower(mqtt.topic) == abc", "lower(mqtt.topic) == \"abc\""),
        ("ip.addr == 10.0.0.0/8", "ip.addr == 10.0.0.0/8"),
        ("ip.src == 10.0.0.1/32", "ip.src == 10.0.0.1"),
        ("ipv6.dst == \"fe80::/10\"", "ipv6.dst == fe80::/10"),
        ("frame.time_relative > 1.5", "frame.time_relative > 1.5"),
        (
            "frame.time >= \"2026-11-29T13:05Z\"",
            "frame.time >= \"2026-11-29 13:05:00\"",
        ),
        ("round_trip > 100", "round_trip > 100"),
        ("topic_filter \"a/+/#\"", "topic_filter == \"a/+/#\""),
        ("topic_filter == a/+/#", "topic_filter == \"a/+/#\""),
        (
            "topic_filter in {a/# \"$share/g/b\"}",
            "topic_filter in {\"a/#\", \"$share/g/b\"}",
        ),
        ("finding.severity >= warning", "finding.severity >= warning"),
        (
            "finding.rule == property-unknown",
            "finding.rule == \"property-unknown\"",
        ),
        (
            "finding.rule contains will",
            "finding.rule contains \"will\"",
        ),
        ("answered == false", "answered == false"),
        (
            "handshake.state in {waiting broken}",
            "handshake.state in {waiting, broken}",
        ),
        ("handshake.state == unknown", "handshake.state == unknown"),
        (
            "sender == server && version == 3.1.1",
            "sender == server && version == \"3.1.1\"",
        ),
        (
            "client_id == \"x\" || conn == 3",
            "client_id == \"x\" || conn == 3",
        ),
    ] {
        let read = Filter::parse(text);
        if written.is_empty() {
            assert!(read.is_err(), "{text}");
            continue;
        }
        let read = read.unwrap_or_else(|problem| panic!("{text}: {problem:?}"));
        assert_eq!(read.to_string(), written, "{text}");
        assert_eq!(Filter::parse(written).unwrap(), read, "{text}");
    }
}

/// The text, what the problem's place holds, and words of what it says.
const WRONG: [(&str, &str, &str); 54] = [
    (
        "mqtt.qos == high",
        "high",
        "mqtt.qos is a number from 0 to 3, not a text",
    ),
    (
        "mqtt.qos == \"1x\"",
        "\"1x\"",
        "mqtt.qos is a number from 0 to 3, not a text",
    ),
    (
        "mqtt.qos == 4",
        "4",
        "mqtt.qos is a number from 0 to 3, not 4",
    ),
    ("mqtt.qos == 1x", "1x", "not 1x"),
    (
        "mqtt.msgid == 65536",
        "65536",
        "a number from 0 to 65535, not 65536",
    ),
    (
        "mqtt.qos contains 1",
        "contains",
        "contains does not fit it",
    ),
    ("mqtt.qos = 1", "=", "equal is written =="),
    ("mqtt.qos & mqtt", "mqtt", "and is written &&"),
    (
        "mqtt.retain & 1",
        "&",
        "and is written &&; bits are masked behind a number",
    ),
    ("mqtt.qos == 1 & mqtt", "&", "and is written &&"),
    (
        "mqtt.msgtype & 12 == PUBLISH",
        "PUBLISH",
        "mqtt.msgtype & 0xc is a number from 0 to 15, not a text",
    ),
    (
        "all mqtt.topic && mqtt",
        "mqtt.topic",
        "a comparison has to follow all",
    ),
    ("any \"a\"", "any", "no field is called any"),
    ("mqtt.qos | 1", "|", "or is written ||"),
    ("mqtt.qos ^ 1", "^", "xor is written ^^"),
    ("mqtt.qso == 1", "mqtt.qso", "mqtt.qos may be meant"),
    ("MQTT.QOS == 1", "MQTT.QOS", "mqtt.qos may be meant"),
    // One letter may be anything.
    (
        "!a == 1",
        "a",
        "no field is called a; frame contains \"a\" looks for it as a text",
    ),
    (
        "mqtt.foo.bar == 1",
        "mqtt.foo.bar",
        "no field is called mqtt.foo.bar",
    ),
    (
        "mqtt.msg_decoded_as == 1",
        "mqtt.msg_decoded_as",
        "is not known here",
    ),
    ("tcp.analysis.flags", "tcp.analysis.flags", "not segments"),
    ("vlan.id == 3", "vlan.id", "VLANs are not kept"),
    ("mqtt.msgtype == PUBLIC", "PUBLIC", "PUBLISH may be meant"),
    ("mqtt.msgtype == 16", "16", "not 16"),
    (
        "mqtt.retain == 2",
        "2",
        "mqtt.retain is true or false, not 2",
    ),
    ("mqtt.retain > 0", ">", "> does not fit it"),
    ("mqtt.properties == 1", "==", "it stands alone"),
    (
        "finding.rule == no-such-rule",
        "no-such-rule",
        "none is called no-such-rule",
    ),
    ("finding.severity == bad", "bad", "none is called bad"),
    (
        "mqtt.msg == hello",
        "hello",
        "write a text in quotes, or bytes such as 30:0a",
    ),
    ("ip.addr == 10.0.0", "10.0.0", ""),
    ("ip.addr == fe80::1 && tcp", "fe80::1", "not one of IPv6"),
    ("ipv6.addr == 10.0.0.1", "10.0.0.1", "not one of IPv4"),
    (
        "ip.addr == 10.0.0.0/33 && tcp",
        "10.0.0.0/33",
        "an IPv4 address",
    ),
    ("frame.time > 13:05", "13:05", "a time such as"),
    (
        "round_trip > soon",
        "soon",
        "a number of milliseconds, not a text",
    ),
    ("topic_filter \"a/#/b\"", "\"a/#/b\"", "is no Topic Filter"),
    ("topic_filter == \"\"", "\"\"", "is no Topic Filter"),
    ("mqtt.qos in 1", "1", "a set stands in braces"),
    ("mqtt.qos in {}", "}", "there is nothing in the set"),
    ("mqtt.msg in {30..31}", "..", "it has no ranges"),
    ("mqtt.qos in {1 high}", "high", "not a text"),
    ("mqtt.qos[0:1] == 1", "mqtt.qos", "it cannot be cut"),
    ("mqtt.msg[a] == 1", "a", "a part is"),
    ("mqtt.msg[3-1] == 1", "3-1", "a part is"),
    (
        "len(mqtt.qos) == 1",
        "mqtt.qos",
        "this function does not take it",
    ),
    ("len(mqtt.msg) contains 1", "contains", "does not fit it"),
    (
        "mqtt.qos == mqtt.sub.qos",
        "mqtt.sub.qos",
        "not with another field",
    ),
    ("mqtt.topic == \"a\\q\"", "\\q", "strings know"),
    ("mqtt && \"text\"", "\"text\"", "frame contains"),
    ("mqtt) && tcp", ")", "no ( is open here"),
    ("(mqtt && ) || tcp", ")", "a field is missing before )"),
    ("mqtt && || tcp", "||", "a field is missing before ||"),
    (
        "mqtt.qos == 1 mqtt.retain",
        "mqtt.retain",
        "&& or || is missing before mqtt.retain",
    ),
];

#[test]
fn what_is_wrong_is_named_with_its_place() {
    for (text, place, says) in WRONG {
        let problem = Filter::parse(text).unwrap_err();
        assert_eq!(
            &text[problem.start..problem.end],
            place,
            "{text}: {problem:?}"
        );
        assert!(problem.says.contains(says), "{text}: {problem:?}");
        assert!(!problem.says.ends_with('.'), "{problem:?}");
        let may_go_on = ["mqtt.qos = 1", "ip.addr == 10.0.0"].contains(&text);
        assert!(!problem.is_unfinished || may_go_on, "{text}: {problem:?}");
    }
}

#[test]
fn what_is_half_typed_is_not_wrong() {
    for text in [
        "",
        "!",
        "(",
        "not",
        "mqtt.",
        "mqtt.to",
        "mqtt.msgty",
        "mqtt.qos =",
        "mqtt.qos ==",
        "mqtt.qos == 1 &",
        "mqtt.qos == 1 &&",
        "mqtt.qos == 1 && mqtt.re",
        "mqtt.qos == 1 a",
        "mqtt.qos == 1 an",
        "mqtt.qos == 1 and",
        "(mqtt.qos == 1",
        "mqtt.qos in",
        "mqtt.qos in {",
        "mqtt.qos in {1",
        "mqtt.qos in {1, 2..",
        "mqtt.topic conta",
        "mqtt.topic contains",
        "mqtt.topic contains \"a",
        "mqtt.topic == \"a\\",
        "mqtt.topic == \"a\\x4",
        "mqtt.topic matches",
        "mqtt.msgtype == PUB",
        "mqtt.msgtype == \"Publ",
        "mqtt.retain == t",
        "mqtt.msg == 3",
        "mqtt.msg contains 30:",
        "ip.addr == 10.",
        "ipv6.addr == fe80:",
        "ip.addr == 10.0.0.0/",
        "mqtt.msg[",
        "mqtt.msg[0:4",
        "len(",
        "len(mqtt.msg",
        "len(mqtt.msg)",
        "finding.rule == connect-",
        "finding.severity == w",
        "mqtt.connack.reason_code == ban",
        "handshake.state == ",
        "mqtt.hdrflags == 0x",
        "len(mqtt.msg) >",
    ] {
        let problem = Filter::parse(text).unwrap_err();
        assert!(problem.is_unfinished, "{text}: {problem:?}");
        assert!(problem.end <= text.len(), "{text}: {problem:?}");
    }
}

#[test]
fn depth_and_length_have_limits() {
    let deep = |depth: usize| format!("{}mqtt{}", "(".repeat(depth), ")".repeat(depth));
    assert!(Filter::parse(&deep(90)).is_ok());
    for text in [
        deep(5_000),
        "!".repeat(9_000) + "mqtt",
        "not ".repeat(4_000) + "mqtt",
    ] {
        let problem = Filter::parse(&text).unwrap_err();
        assert!(problem.says.contains("100 parentheses"), "{problem:?}");
    }
    let long = vec!["mqtt"; 1_000].join(" || ");
    assert_eq!(Filter::parse(&long).unwrap().to_string(), long);
    let problem = Filter::parse(&"mqtt ".repeat(10_000)).unwrap_err();
    assert!(problem.says.contains("16384 bytes"), "{problem:?}");
}
