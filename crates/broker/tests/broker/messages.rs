//! PUBLISH and its handshakes, both ways.

use mqttscope_broker::{Event, Limits, Options};

use crate::support::{plain, talk, talk_with};

/// [MQTT-3.3.4-1], [MQTT-4.3.2-4], [MQTT-4.3.3-8], [MQTT-4.3.3-11] v5; [MQTT-4.3.2-2], [MQTT-4.3.3-2] v3.1.1;
/// [MQTT-3.8.4-8] v5, [MQTT-3.8.4-6] v3.1.1: the lower QoS of the two
#[test]
fn every_qos_between_every_version() {
    for publisher in ["v3.1", "v3.1.1", "v5"] {
        for subscriber in ["v3.1", "v3.1.1", "v5"] {
            talk(
                &"p > CONNECT PUB id=p clean
                 p < CONNACK 00
                 s > CONNECT SUB id=s clean
                 s < CONNACK 00
                 s > SUBSCRIBE #1 two,q2 one,q1 zero
                 s < SUBACK #1 02 01 00
                 p > PUBLISH two x
                 s < PUBLISH two x
                 p > PUBLISH two x q1 #7
                 p < PUBACK #7
                 s < PUBLISH two x q1 #1
                 s > PUBACK #1
                 p > PUBLISH two x q2 #7
                 p < PUBREC #7
                 s < PUBLISH two x q2 #2
                 s > PUBREC #2
                 s < PUBREL #2
                 s > PUBCOMP #2
                 p > PUBREL #7
                 p < PUBCOMP #7
                 p > PUBLISH one x q2 #7
                 p < PUBREC #7
                 s < PUBLISH one x q1 #3
                 p > PUBREL #7
                 p < PUBCOMP #7
                 p > PUBLISH zero x q1 #7
                 p < PUBACK #7
                 s < PUBLISH zero x"
                    .replace("PUB id", &format!("{publisher} id"))
                    .replace("SUB id", &format!("{subscriber} id")),
            );
        }
    }
}

/// [MQTT-4.3.3-10] v5, [MQTT-4.3.3-2] v3.1.1; [MQTT-4.3.2-5], [MQTT-4.3.3-12] v5; [MQTT-3.3.1-3] v5 and v3.1.1
#[test]
fn qos_2_goes_on_once_and_qos_1_each_time() {
    for version in ["v3.1.1", "v5"] {
        talk(
            &"p > CONNECT V id=p expiry=100
             p < CONNACK 00
             s > CONNECT v5 id=s
             s < CONNACK 00
             s > SUBSCRIBE #1 t
             s < SUBACK #1 00
             p > PUBLISH t x q2 #5
             p < PUBREC #5
             s < PUBLISH t x
             p > PUBLISH t x q2 #5 dup
             p < PUBREC #5
             p gone
             p > CONNECT V id=p expiry=100
             p < CONNACK 00 present
             p > PUBLISH t x q2 #5 dup
             p < PUBREC #5
             p > PUBREL #5
             p < PUBCOMP #5
             p > PUBLISH t y q2 #5
             p < PUBREC #5
             s < PUBLISH t y
             p > PUBLISH t z q1 #6
             p < PUBACK #6
             s < PUBLISH t z
             p > PUBLISH t z q1 #6 dup
             p < PUBACK #6
             s < PUBLISH t z"
                .replace(
                    "V id=p expiry=100",
                    if version == "v5" {
                        "v5 id=p expiry=100"
                    } else {
                        "v3.1.1 id=p"
                    },
                ),
        );
    }
}

/// Acknowledgements for what is not there: section 4.3, and codes of sections 3.6.2 and 3.7.2
#[test]
fn acknowledgements_out_of_step() {
    talk(
        "a > CONNECT v5 id=a
         a < CONNACK 00
         a > PUBREL #9
         a < PUBCOMP #9 92
         a > PUBREC #9
         a < PUBREL #9 92
         a > PUBACK #9
         a > PUBCOMP #9
         a > PUBREC #9 80
         b > CONNECT v3.1.1 id=b clean
         b < CONNACK 00
         b > PUBREL #9
         b < PUBCOMP #9
         b > PUBREC #9
         b < PUBREL #9
         // the wrong kind for a handshake that is open
         b > SUBSCRIBE #1 t,q2
         b < SUBACK #1 02
         a > PUBLISH t x q2 #1
         a < PUBREC #1
         b < PUBLISH t x q2 #1
         b > PUBACK #1
         b < close
         // an identifier in use
         a > PUBLISH t x q1 #1
         a < PUBACK #1 91
         a > SUBSCRIBE #1 t
         a < SUBACK #1 91
         a > UNSUBSCRIBE #1 t
         a < UNSUBACK #1 91",
    );
}

/// [MQTT-4.4.0-2], [MQTT-4.3.3-4] v5
#[test]
fn a_message_that_the_client_refuses_is_not_sent_again() {
    talk(
        "a > CONNECT v5 id=a expiry=9
         a < CONNACK 00
         a > SUBSCRIBE #1 t,q2
         a < SUBACK #1 02
         p > CONNECT v5 id=p
         p < CONNACK 00
         p > PUBLISH t x q1 #1
         p < PUBACK #1
         a < PUBLISH t x q1 #1
         p > PUBLISH t y q2 #2
         p < PUBREC #2
         a < PUBLISH t y q2 #2
         a > PUBACK #1 99
         a > PUBREC #2 99
         a gone
         a > CONNECT v5 id=a
         a < CONNACK 00 present",
    );
}

/// [MQTT-3.3.4-9], [MQTT-4.9.0-1], [MQTT-4.9.0-2], [MQTT-4.9.0-3], [MQTT-3.3.4-10] v5
#[test]
fn the_clients_receive_maximum_is_kept() {
    talk(
        "a > CONNECT v5 id=a receive=2 expiry=100
         a < CONNACK 00
         a > SUBSCRIBE #1 t,q2
         a < SUBACK #1 02
         p > CONNECT v5 id=p
         p < CONNACK 00
         p > PUBLISH t 1 q1 #1
         p < PUBACK #1
         a < PUBLISH t 1 q1 #1
         p > PUBLISH t 2 q2 #2
         p < PUBREC #2
         a < PUBLISH t 2 q2 #2
         p > PUBLISH t 3 q1 #3
         p < PUBACK #3
         p > PUBLISH t 4 q1 #4
         p < PUBACK #4
         // QoS 0 and everything else go on
         p > PUBLISH t 5
         a < PUBLISH t 5
         a > PINGREQ
         a < PINGRESP
         // PUBREC does not make room, PUBACK and PUBCOMP do
         a > PUBREC #2
         a < PUBREL #2
         a > PUBACK #1
         a < PUBLISH t 3 q1 #3
         a > PUBCOMP #2
         a < PUBLISH t 4 q1 #4
         // a new connection, a new window
         a gone
         a > CONNECT v5 id=a receive=1
         a < CONNACK 00 present
         a < PUBLISH t 3 q1 #3 dup
         a > PUBACK #3
         a < PUBLISH t 4 q1 #4 dup",
    );
}

/// [MQTT-3.3.4-7] v5, section 3.3.4: more than our Receive Maximum is told with 0x93
#[test]
fn the_brokers_receive_maximum_is_kept() {
    let options = Options {
        limits: Limits {
            receive_maximum: 2,
            ..plain().limits
        },
        ..plain()
    };
    talk_with(
        options,
        "a > CONNECT v5 id=a expiry=9
         a < CONNACK 00 receive=2
         a > PUBLISH t x q2 #1
         a < PUBREC #1 10
         a > PUBLISH t x q2 #2
         a < PUBREC #2 10
         a > PUBLISH t x q2 #2 dup
         a < PUBREC #2
         a > PUBREL #1
         a < PUBCOMP #1
         a > PUBLISH t x q1 #3
         a < PUBACK #3 10
         a > PUBLISH t x q2 #4
         a < PUBREC #4 10
         a > PUBLISH t x q2 #5
         a < DISCONNECT 93
         a < close",
    );
}

/// [MQTT-4.4.0-1], [MQTT-3.3.1-1], [MQTT-4.3.3-6] v5; [MQTT-4.4.0-1], [MQTT-4.6.0-1] v3.1.1
#[test]
fn a_resumed_session_sends_again_in_order() {
    talk(
        "a > CONNECT v3.1.1 id=a
         a < CONNACK 00
         a > SUBSCRIBE #1 t,q2
         a < SUBACK #1 02
         p > CONNECT v5 id=p
         p < CONNACK 00
         p > PUBLISH t 1 q2 #1
         p < PUBREC #1
         a < PUBLISH t 1 q2 #1
         p > PUBLISH t 2 q1 #2
         p < PUBACK #2
         a < PUBLISH t 2 q1 #2
         p > PUBLISH t 3 q2 #3
         p < PUBREC #3
         a < PUBLISH t 3 q2 #3
         a > PUBREC #3
         a < PUBREL #3
         a gone
         p > PUBLISH t 4 q1 #4
         p < PUBACK #4
         p > PUBLISH t 5
         a > CONNECT v3.1.1 id=a
         a < CONNACK 00 present
         a < PUBREL #3
         a < PUBLISH t 1 q2 #1 dup
         a < PUBLISH t 2 q1 #2 dup
         a < PUBLISH t 4 q1 #4
         a > PUBCOMP #3
         a > PUBREC #1
         a < PUBREL #1
         a > PUBCOMP #1
         a > PUBACK #2
         a > PUBACK #4",
    );
}

/// [MQTT-4.6.0-5], [MQTT-4.6.0-6] v5 and v3.1.1; [MQTT-2.2.1-4] v5, [MQTT-2.3.1-4] v3.1.1: each new
/// message has an identifier of its own
#[test]
fn order_is_kept_when_a_client_reads_slowly() {
    for version in ["v3.1.1", "v5"] {
        let mut talk = talk(
            &"a > CONNECT V id=a
         a < CONNACK 00
         a > SUBSCRIBE #1 t,q1
         a < SUBACK #1 01
         p > CONNECT V id=p
         p < CONNACK 00
         a congested"
                .replace('V', version),
        );
        for number in 1..=50 {
            talk.run(&format!(
                "p > PUBLISH t m{number} q1 #{number}\n p < PUBACK #{number}"
            ));
            talk.run(&format!("p > PUBLISH t m{number}"));
        }
        let wanted: Vec<String> = (1..=50)
            .map(|number| format!("a < PUBLISH t m{number} q1 #{number}\n a < PUBLISH t m{number}"))
            .collect();
        talk.run(&format!("a free\n{}", wanted.join("\n")));
    }
}

/// A client that never acknowledges delays only its own QoS 1 and 2.
#[test]
fn state_can_be_seen() {
    let talk = talk(
        "a > CONNECT v5 id=a receive=1 expiry=60 will=w:x
         a < CONNACK 00
         a > SUBSCRIBE #1 t,q2 $share/g/u,q1 sub=3
         a < SUBACK #1 02 01
         a > PUBLISH t 1 q2 #9
         a < PUBLISH t 1 q2 #1 sub=3
         a < PUBREC #9
         a > PUBLISH t 2 q1 #8 retain
         a < PUBACK #8",
    );
    let session = talk.broker.session("a").unwrap();
    assert_eq!(
        session
            .subscriptions()
            .map(|s| s.topic_filter)
            .collect::<Vec<_>>(),
        ["$share/g/u", "t"]
    );
    assert_eq!(
        session.received().map(|id| id.get()).collect::<Vec<_>>(),
        [9]
    );
    let unacknowledged: Vec<_> = session
        .unacknowledged()
        .map(|u| (u.packet_identifier.get(), u.topic_name))
        .collect();
    assert_eq!(unacknowledged, [(1, Some("t"))]);
    assert_eq!(
        session
            .queued()
            .map(|(topic, qos)| (topic, qos as u8))
            .collect::<Vec<_>>(),
        [("t", 1)]
    );
    assert_eq!(session.will(), Some(("w", None)));
    assert_eq!(
        (session.session_expiry_interval(), session.expires_at()),
        (60, None)
    );
    let mut retained = Vec::new();
    talk.broker
        .visit_retained(|message| retained.push((message.topic_name(), message.payload())));
    assert_eq!(retained, [("t", &b"2"[..])]);
}

/// Each message once, however often it is sent, and not those of the broker's owner.
#[test]
fn the_owner_is_told_what_is_published() {
    let options = Options {
        tell_published: true,
        ..plain()
    };
    let script = "p > CONNECT v3.1.1 id=p clean
        p < CONNACK 00
        p > PUBLISH t x q2 #7
        p < PUBREC #7
        p > PUBLISH t x q2 #7 dup
        p < PUBREC #7
        p > PUBREL #7
        p < PUBCOMP #7
        p > PUBLISH t y retain";
    let told: Vec<_> = talk_with(options, script)
        .events()
        .into_iter()
        .filter_map(|event| match event {
            Event::Published {
                client_identifier,
                message,
            } => Some((client_identifier.to_string(), message)),
            _ => None,
        })
        .map(|(by, message)| (by, message.topic_name().to_string(), message.payload))
        .collect();
    let expected = [b"x", b"y"].map(|payload| ("p".to_owned(), "t".to_owned(), payload.to_vec()));
    assert_eq!(told, expected);
}
