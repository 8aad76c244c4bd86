//! What costs nothing for each packet.

use allocation_counter::measure;
use mqttscope_filter::{Filter, Matcher};

use crate::packets::{Given, given};

#[test]
fn nothing_is_allocated_for_a_packet() {
    let packets = [
        given("33 0003 612f62 0102 00 7b2274223a32317d"),
        given("30 0001 63 00 61"),
        given("40 0001"),
        given("c0"),
        Given {
            alias: Some("far/away"),
            ..given("30 0000 03 230001 61")
        },
    ];
    for text in [
        "mqtt.msgtype == PUBLISH",
        "mqtt.msgtype in {1, 3..5} && mqtt.qos > 0",
        "topic_filter \"a/+\"",
        "topic contains \"a\" || topic == \"far/away\"",
        "mqtt.msg contains \"21\"",
        "mqtt.msgid == 258",
        "conn == 3 && client_id == \"probe\" && ip.addr == 10.0.0.0/8",
        "mqtt.property.topic_alias == 1 || mqtt.puback.reason_code > 0",
        "finding.severity == error",
        "answered == false && round_trip > 3",
        "!(len(mqtt.msg) > 3) ^^ mqtt.retain == 1",
    ] {
        let mut matcher = Matcher::new(&Filter::parse(text).unwrap()).unwrap();
        // What is kept from one packet to the next is made at the first.
        let mut count = packets
            .iter()
            .filter(|packet| matcher.matches(*packet))
            .count();
        let counted = measure(|| {
            for packet in &packets {
                count += usize::from(matcher.matches(packet));
            }
        });
        assert_eq!(counted.count_total, 0, "{text}");
        assert_eq!(count % 2, 0);
    }
}
