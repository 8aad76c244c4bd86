//! Filters held against packets that are written down here.

use core::time::Duration;
use std::net::SocketAddr;

use mqttscope_filter::{Broken, Ends, Filter, HandshakeState, Matcher, Subject};
use mqttscope_shared::{Instant, Recorded};
use mqttscope_sparkplug::Rule as SparkplugRule;
use mqttscope_wire::{ProtocolVersion, Rule, Sender, Severity};

/// A packet.
#[derive(Clone)]
pub(crate) struct Given {
    pub(crate) bytes: Vec<u8>,
    pub(crate) version: ProtocolVersion,
    pub(crate) sender: Sender,
    pub(crate) alias: Option<&'static str>,
    pub(crate) is_answered: bool,
    pub(crate) findings: Vec<(Option<Broken>, Severity)>,
}

impl Subject for Given {
    fn number(&self) -> u64 {
        7
    }
    fn packet(&self) -> Recorded<'_> {
        Recorded {
            connection: 3,
            sender: self.sender,
            version: self.version,
            at: Instant::from_millis(1_795_957_501_250),
            bytes: &self.bytes,
        }
    }
    fn first_at(&self) -> Instant {
        Instant::from_millis(1_795_957_500_000)
    }
    fn before(&self) -> Option<Instant> {
        Some(Instant::from_millis(1_795_957_501_000))
    }
    fn ends(&self) -> Ends {
        Ends {
            client: Some(SocketAddr::from(([10, 1, 2, 3], 50_000))),
            server: Some(SocketAddr::from(([192, 168, 0, 1], 1883))),
            server_port: None,
            stream: Some(4),
            tls: true,
            websocket: false,
        }
    }
    fn client_identifier(&self) -> Option<&str> {
        Some("probe")
    }
    fn aliased_topic(&self, into: &mut String) {
        into.push_str(self.alias.unwrap_or_default());
    }
    fn round_trip(&self) -> Option<Duration> {
        Some(Duration::from_micros(12_500))
    }
    fn is_answered(&self) -> bool {
        self.is_answered
    }
    fn handshake(&self) -> Option<HandshakeState> {
        Some(HandshakeState::Waiting)
    }
    fn findings(&self, each: &mut dyn FnMut(Option<Broken>, Severity)) {
        for (rule, severity) in &self.findings {
            each(*rule, *severity);
        }
    }
}

/// A packet from its hex without the Remaining Length, which is put in behind the first byte.
pub(crate) fn given(hex: &str) -> Given {
    let digits: Vec<char> = hex.chars().filter(|c| !c.is_whitespace()).collect();
    let pairs = digits.chunks(2).map(|pair| pair.iter().collect::<String>());
    let mut bytes: Vec<u8> = pairs
        .map(|pair| u8::from_str_radix(&pair, 16).unwrap())
        .collect();
    let len = u8::try_from(bytes.len() - 1).unwrap();
    bytes.insert(1, len);
    Given {
        bytes,
        version: ProtocolVersion::V5,
        sender: Sender::Client,
        alias: None,
        is_answered: false,
        findings: Vec::new(),
    }
}

fn old(hex: &str) -> Given {
    Given {
        version: ProtocolVersion::V3_1_1,
        ..given(hex)
    }
}

fn matches(filter: &str, packet: &Given) -> bool {
    let filter = Filter::parse(filter).unwrap_or_else(|problem| panic!("{filter}: {problem:?}"));
    Matcher::new(&filter).unwrap().matches(packet)
}

/// Each filter must match, and must not where `- ` stands before it.
pub(crate) fn all(packet: &Given, filters: &[&str]) {
    for filter in filters {
        let (bare, expected) = match filter.strip_prefix("- ") {
            Some(bare) => (bare, false),
            None => (*filter, true),
        };
        assert_eq!(matches(bare, packet), expected, "{filter}");
    }
}

#[test]
fn a_publish() {
    // QoS 1, RETAIN, a/b, id 258, User Property k=v, Content Type t, payload {"t":21}.
    let packet = given("33 0003 612f62 0102 0b 26 0001 6b 0001 76 03 0001 74 7b2274223a32317d");
    all(
        &packet,
        &[
            "mqtt",
            "frame",
            "mqtt.msgtype == PUBLISH",
            "mqtt.msgtype == 3",
            "- mqtt.msgtype == CONNECT",
            "mqtt.msgtype in {1, 3..5}",
            "- mqtt.msgtype in {4..15}",
            "mqtt.qos == 1",
            "mqtt.qos >= 1",
            "- mqtt.qos > 1",
            "mqtt.retain",
            "mqtt.retain == true",
            "mqtt.dupflag",
            "- mqtt.dupflag == 1",
            "mqtt.hdrflags == 0x33",
            "- mqtt.hdr_reserved",
            "mqtt.len == 27",
            "frame.len == 29",
            "mqtt.msgid == 258",
            "mqtt.topic == \"a/b\"",
            "topic == a/b",
            "mqtt.topic contains \"/\"",
            "- mqtt.topic contains \"A\"",
            "mqtt.topic matches \"^A/.$\"",
            "- mqtt.topic matches \"(?-i)A\"",
            "mqtt.topic_len == 3",
            "topic_filter \"a/+\"",
            "topic_filter \"#\"",
            "- topic_filter \"b/#\"",
            "topic_filter != \"b/#\"",
            "topic_filter in {b/# a/b}",
            "topic_filter $share/g/a/b || mqtt",
            "topic_filter \"$share/g/a/+\"",
            "mqtt.msg contains \"21\"",
            "mqtt.msg contains 32:31",
            "mqtt.msg == \"{\\\"t\\\":21}\"",
            "mqtt.msg[0] == 7b",
            "mqtt.msg[-1:] == 7d",
            "mqtt.msg[0:2] == \"{\\\"\"",
            "mqtt.msg[1-3] == \"\\\"t\\\"\"",
            "- mqtt.msg[-20:] == 7d",
            "- mqtt.msg[20:] == 7d",
            "mqtt.msg_text contains t",
            "mqtt.msg matches \"T.:[0-9]+\"",
            "len(mqtt.msg) == 8",
            "len(mqtt.topic) in {1..3}",
            "count(mqtt.topic) == 1",
            "lower(mqtt.topic) == a/b",
            "upper(mqtt.topic) == A/B",
            "upper(mqtt.topic) contains A",
            "- lower(mqtt.topic) == A/B",
            "mqtt.properties",
            "- mqtt.will_properties",
            "mqtt.property_len == 11",
            "mqtt.property_id == \"Content Type\"",
            "mqtt.property_id == 0x26",
            "- mqtt.property_id == 1",
            "mqtt.property_id != 1",
            "- mqtt.property_id != 3",
            "mqtt.property_id !== 3",
            "- mqtt.property_id === 3",
            "count(mqtt.property_id) == 2",
            "mqtt.prop_key == k",
            "mqtt.prop_value == v",
            "mqtt.prop_key_len == 1",
            "mqtt.property.content_type == t",
            "mqtt.property.user_property",
            "- mqtt.prop_string",
            "- mqtt.property.response_topic",
            "- mqtt.property.topic_alias != 1",
            "- mqtt.prop_unknown",
            "frame contains \"a/b\"",
            "mqtt contains 7b:22",
            "frame matches \"\\\"T\\\"\"",
            "answered == false",
            "- answered",
            "!answered",
            "- mqtt.clientid",
            "count(mqtt.clientid) == 0",
            "mqtt.retain == 1 ^^ mqtt.qos == 2",
            "- mqtt.retain == 1 ^^ mqtt.qos == 1",
            "mqtt.qos == 2 || mqtt.qos == 1",
            "- mqtt.qos == 2 || mqtt.qos == 0",
            "mqtt.qos == 0 && mqtt.qos == 0 || mqtt.retain == 1",
            "!(mqtt.qos == 0)",
            "- finding",
            "!finding",
            "finding == false",
            "- finding == true",
        ],
    );
}

#[test]
fn what_stands_around_the_packet() {
    let packet = given("30 0001 61 00");
    all(
        &packet,
        &[
            "frame.number == 7",
            "frame.time_relative == 1.25",
            "frame.time_delta >= 0.25",
            "- frame.time_delta > 0.25",
            "frame.time_epoch > 1795957501",
            "frame.time == \"2026-11-29 13:05:01.25\"",
            "frame.time > \"2026-11-29\"",
            "- frame.time < \"2026-11-29\"",
            "conn == 3",
            "tcp.stream == 4",
            "- tcp.stream == 3",
            "sender == client",
            "- sender == server",
            "version == 5",
            "version == 5.0",
            "version > 3.1.1",
            "client_id == probe",
            "client_id contains rob",
            "ip.addr == 10.1.2.3",
            "ip.addr == 10.0.0.0/8",
            "ip.addr == 192.168.0.1",
            "- ip.addr == 11.0.0.0/8",
            "ip.src == 10.1.2.3",
            "- ip.dst == 10.1.2.3",
            "ip.dst == 192.168.0.0/16",
            "ip.addr in {1.1.1.1, 10.0.0.0/8}",
            "ip.addr != 11.0.0.1",
            "- ip.addr != 10.1.2.3",
            "- ipv6.addr == ::/0",
            "ip",
            "- ipv6",
            "tcp",
            "tls",
            "- websocket",
            "tcp.port == 1883",
            "tcp.port == 50000",
            "tcp.srcport == 50000",
            "- tcp.dstport == 50000",
            "tcp.dstport in {1883 8883}",
            "round_trip > 12",
            "- round_trip > 13",
            "handshake.state == waiting",
            "- handshake.state == broken",
        ],
    );
    let back = Given {
        sender: Sender::Server,
        ..packet
    };
    all(
        &back,
        &[
            "sender == server",
            "ip.src == 192.168.0.1",
            "tcp.dstport == 50000",
        ],
    );
}

#[test]
fn a_connect() {
    // Will with QoS 1 and RETAIN, user u, password p, Clean Start, Keep Alive 60, Session Expiry Interval 16, client ci.
    let packet = given(
        "10 0004 4d515454 05 ee 003c 05 1100000010 0002 6369 05 02 0000000a 0001 74 0002 7071 0001 75 0001 70",
    );
    all(
        &packet,
        &[
            "mqtt.protoname == MQTT",
            "mqtt.proto_len == 4",
            "mqtt.ver == 5",
            "mqtt.ver == \"MQTT v5.0\"",
            "mqtt.conflags == 0xee",
            "mqtt.conflag.uname == 1",
            "mqtt.conflag.passwd == true",
            "mqtt.conflag.retain == Set",
            "mqtt.conflag.qos == 1",
            "mqtt.conflag.willflag == 1",
            "mqtt.conflag.cleansess == 1",
            "- mqtt.conflag.reserved == 1",
            "mqtt.kalive == 60",
            "mqtt.kalive in {30..90}",
            "mqtt.clientid == ci",
            "mqtt.clientid_len == 2",
            "mqtt.willtopic == t",
            "mqtt.willtopic_len == 1",
            "mqtt.willmsg == 70:71",
            "mqtt.willmsg == \"pq\"",
            "mqtt.willmsg_text == pq",
            "mqtt.willmsg_len == 2",
            "mqtt.username == u",
            "mqtt.username_len == 1",
            "mqtt.passwd == p",
            "mqtt.passwd_len == 1",
            "mqtt.property.session_expiry_interval == 16",
            "mqtt.property.message_expiry_interval == 10",
            "mqtt.properties",
            "mqtt.will_properties",
            "mqtt.prop_number == 16",
            "mqtt.prop_number == 10",
            "count(mqtt.prop_number) == 2",
            "- mqtt.topic",
            "- mqtt.qos",
            "- topic_filter \"#\"",
            "mqtt.hdr_reserved == 0",
            "- mqtt.msgid",
        ],
    );
    let without = old("10 0004 4d515454 04 02 003c 0002 6369");
    all(
        &without,
        &[
            "mqtt.ver == 4",
            "- mqtt.willtopic",
            "- mqtt.properties",
            "- mqtt.username",
            "version == 3.1.1",
        ],
    );
}

#[test]
fn subscriptions_and_answers() {
    let subscribe = given("82 0001 02 0b05 0003 612f62 2e 0001 63 01");
    all(
        &subscribe,
        &[
            "mqtt.topic == \"a/b\"",
            "mqtt.topic == c",
            "- topic == c",
            "- mqtt.topic != c",
            "mqtt.topic !== c",
            "count(mqtt.topic) == 2",
            "mqtt.subscription_options == 0x2e",
            "mqtt.subscription_options_qos == 1",
            "mqtt.subscription_options_nl == 1",
            "mqtt.subscription_options_rap == 1",
            "mqtt.subscription_options_retain == 2",
            "- mqtt.subscription_options_reserved > 0",
            "- mqtt.sub.qos",
            "mqtt.property.subscription_identifier == 5",
            "- topic_filter \"#\"",
            "mqtt.hdr_reserved == 2",
            "mqtt.topic_len == 3",
        ],
    );
    all(
        &old("82 0001 0001 63 01"),
        &[
            "mqtt.sub.qos == 1",
            "- mqtt.subscription_options",
            "mqtt.topic == c",
        ],
    );
    all(
        &given("90 0001 00 01 80"),
        &[
            "mqtt.suback.reason_code == 128",
            "mqtt.suback.reason_code == \"Granted QoS 1\"",
            "mqtt.reason_code == 1",
            "- mqtt.suback.qos",
            "- mqtt.puback.reason_code",
            "mqtt.suback.reason_code >= 0x80",
            "- answered",
        ],
    );
    all(
        &old("90 0001 01 80"),
        &[
            "mqtt.suback.qos == 128",
            "mqtt.suback.qos == Failure",
            "- mqtt.suback.reason_code",
        ],
    );
    all(
        &given("20 01 00 03 210064"),
        &[
            "mqtt.conack.flags == 1",
            "mqtt.conack.flags.sp == 1",
            "mqtt.conack.flags.reserved == 0",
            "mqtt.connack.reason_code == Success",
            "- mqtt.conack.val",
            "mqtt.property.receive_maximum == 100",
        ],
    );
    all(
        &old("20 00 05"),
        &[
            "mqtt.conack.val == 5",
            "mqtt.conack.val == \"Connection Refused: not authorized\"",
            "mqtt.conack.val != 0",
            "- mqtt.connack.reason_code",
            "mqtt.reason_code == 5",
        ],
    );
    all(
        &given("20 00 00 05 2401 220009"),
        &[
            "mqtt.property.max_qos == 1",
            "mqtt.property.maximum_qos == 1",
            "- mqtt.prop_number == 1",
            "mqtt.prop_number == 9",
        ],
    );
    all(
        &given("40 0001 10"),
        &[
            "mqtt.puback.reason_code == \"No matching subscribers\"",
            "- mqtt.pubrec.reason_code",
        ],
    );
    all(
        &given("40 0001"),
        &[
            "- mqtt.puback.reason_code",
            "- mqtt.puback.reason_code != 1",
            "!(mqtt.puback.reason_code == 1)",
        ],
    );
    all(
        &given("e0 8e 00"),
        &[
            "mqtt.disconnect.reason_code == \"Session taken over\"",
            "- mqtt.auth.reason_code",
        ],
    );
    all(
        &given("c0"),
        &[
            "mqtt.msgtype == \"Ping Request\"",
            "mqtt.len == 0",
            "- mqtt.reason_code",
        ],
    );
}

#[test]
fn aliases_and_broken_packets() {
    let aliased = Given {
        alias: Some("far/away"),
        ..given("30 0000 03 230001 61")
    };
    all(
        &aliased,
        &[
            "mqtt.topic == \"far/away\"",
            "topic_filter \"far/#\"",
            "mqtt.property.topic_alias == 1",
            "- mqtt.prop_number",
            "- mqtt.unknown_topic_alias",
            "- mqtt.illegal_topic_length",
            "mqtt.msg == 61",
            "mqtt.topic_len == 0",
        ],
    );
    let unknown = Given {
        alias: None,
        ..aliased
    };
    all(
        &unknown,
        &[
            "mqtt.unknown_topic_alias",
            "- topic_filter \"#\"",
            "- topic_filter != \"a\"",
            "mqtt.topic == \"\"",
        ],
    );
    all(
        &old("30 0000 61"),
        &[
            "mqtt.illegal_topic_length",
            "finding",
            "finding.severity == error",
            "- mqtt.unknown_topic_alias",
        ],
    );
    // QoS 3: its fields are there all the same.
    all(
        &given("36 0001 74 0001 00 61"),
        &[
            "mqtt.qos == 3",
            "mqtt.topic == t",
            "finding.rule == publish-qo-s-reserved || finding.rule contains reserved",
        ],
    );
    // Properties that end nowhere, and a property that nobody knows.
    all(
        &given("30 0001 74 02 99"),
        &["mqtt.topic == t", "- mqtt.msg", "finding"],
    );
    all(
        &given("30 0001 74 02 6801 61"),
        &[
            "mqtt.prop_unknown == 0x68",
            "finding.rule == property-unknown",
        ],
    );
    let judged = Given {
        findings: vec![
            (None, Severity::Warning),
            (
                Rule::from_name("publish-topic-wildcard").map(Broken::Mqtt),
                Severity::Error,
            ),
            (
                Some(Broken::Sparkplug(
                    SparkplugRule::SeqGap,
                    Some("tck-id-topics-ndata-seq-num"),
                )),
                Severity::Error,
            ),
        ],
        is_answered: true,
        ..given("32 0001 74 0001 00")
    };
    all(
        &judged,
        &[
            "finding",
            "finding == true",
            "- finding == false",
            "finding.severity == warning",
            "finding.severity == error",
            "finding.severity < error",
            "finding.rule == sparkplug-seq-gap",
            "finding.rule contains sparkplug",
            "- finding.rule == sparkplug-seq-range",
            "finding.statement == tck-id-topics-ndata-seq-num",
            "- finding.severity == note",
            "- finding.severity != warning",
            "answered",
            "answered == true",
            "- answered == false",
        ],
    );
}

#[test]
fn what_is_no_packet_matches_only_what_is_of_its_connection() {
    let event = Given {
        bytes: Vec::new(),
        ..given("c0")
    };
    all(
        &event,
        &[
            "conn == 3",
            "- conn == 4",
            "client_id == probe",
            "tcp.port == 1883",
            "!websocket",
            "frame.number < 8",
            "- mqtt",
            "- !mqtt",
            "- frame",
            "- !mqtt.retain",
            "- conn == 3 && mqtt.qos",
            "- sender == client",
            "- finding",
            "- !finding",
        ],
    );
}

#[test]
fn a_regular_expression_that_is_none_is_named_with_its_place() {
    for pattern in ["(", "a{2", "\\\\", "(a{1000}){1000}", "[z-a]"] {
        let text = format!("mqtt && mqtt.topic matches \"{pattern}\"");
        let filter = Filter::parse(&text).unwrap();
        let Err(problem) = Matcher::new(&filter) else {
            assert_eq!(
                pattern, "\\\\",
                "a backslash before the closing quote is one in the expression"
            );
            continue;
        };
        assert_eq!(&text[problem.start..problem.end], format!("\"{pattern}\""));
        assert!(
            problem.says.contains("no regular expression"),
            "{problem:?}"
        );
    }
}
