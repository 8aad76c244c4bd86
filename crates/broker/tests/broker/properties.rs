//! What version 5 adds to a message: properties, expiry, aliases, size limits.

use mqttscope_broker::{Limits, Options};

use crate::support::{plain, talk, talk_with};

/// [MQTT-3.3.2-4], [MQTT-3.3.2-15] to [MQTT-3.3.2-18], [MQTT-3.3.2-20], [MQTT-3.1.3-10] v5
#[test]
fn properties_go_on_unaltered() {
    talk(
        "a > CONNECT v5 id=a
         a < CONNACK 00
         a > SUBSCRIBE #1 t sub=7
         a < SUBACK #1 00
         b > CONNECT v3.1.1 id=b
         b < CONNACK 00
         b > SUBSCRIBE #1 t
         b < SUBACK #1 00
         p > CONNECT v5 id=p
         p < CONNACK 00
         p > PUBLISH t x format=1 content=text response=r/s correlation=c user:b=1 user:a=2 user:b=1
         a < PUBLISH t x format=1 content=text response=r/s correlation=c user:b=1 user:a=2 user:b=1 sub=7
         b < PUBLISH t x",
    );
}

/// [MQTT-3.3.2-5], [MQTT-3.3.2-6] v5
#[test]
fn messages_expire_and_tell_what_is_left() {
    talk(
        "a > CONNECT v5 id=a expiry=100
         a < CONNACK 00
         a > SUBSCRIBE #1 t,q1
         a < SUBACK #1 01
         p > CONNECT v5 id=p
         p < CONNACK 00
         p > PUBLISH t now q1 #1 lives=10
         p < PUBACK #1
         a < PUBLISH t now q1 #1 lives=10
         a > PUBACK #1
         a gone
         p > PUBLISH t short q1 #2 lives=2
         p < PUBACK #2
         p > PUBLISH t long q1 #3 lives=9 retain
         p < PUBACK #3
         wait 2500
         a > CONNECT v5 id=a expiry=100
         a < CONNACK 00 present
         a < PUBLISH t long q1 #2 lives=7
         wait 1000
         // sent again with what is left
         a gone
         a > CONNECT v5 id=a
         a < CONNACK 00 present
         a < PUBLISH t long q1 #2 dup lives=6
         // a retained message too
         b > CONNECT v5 id=b
         b < CONNACK 00
         b > SUBSCRIBE #1 t
         b < SUBACK #1 00
         b < PUBLISH t long retain lives=6
         wait 6000
         b > SUBSCRIBE #2 t
         b < SUBACK #2 00",
    );
}

fn aliases() -> Options {
    Options {
        limits: Limits {
            topic_alias_maximum: 2,
            topic_aliases_out: 5,
            ..plain().limits
        },
        ..plain()
    }
}

/// [MQTT-3.3.2-7], [MQTT-3.3.2-9], [MQTT-3.3.2-12] v5
#[test]
fn topic_aliases_of_the_client() {
    talk_with(
        aliases(),
        "a > CONNECT v5 id=a clean
         a < CONNACK 00 aliases=2
         s > CONNECT v3.1.1 id=s
         s < CONNACK 00
         s > SUBSCRIBE #1 #
         s < SUBACK #1 00
         a > PUBLISH one x alias=1
         s < PUBLISH one x
         a > PUBLISH two x alias=2
         s < PUBLISH two x
         a > PUBLISH \"\" y alias=1
         s < PUBLISH one y
         a > PUBLISH three z alias=1
         s < PUBLISH three z
         a > PUBLISH \"\" y alias=1
         s < PUBLISH three y
         a > PUBLISH t x alias=3
         a < DISCONNECT 94
         a < close
         // nothing is carried over
         a > CONNECT v5 id=a clean
         a < CONNACK 00 aliases=2
         a > PUBLISH \"\" y alias=1
         a < DISCONNECT 82
         a < close",
    );
}

/// [MQTT-3.1.2-26], [MQTT-3.1.2-27], [MQTT-3.3.2-11] v5
#[test]
fn topic_aliases_towards_the_client() {
    talk_with(
        aliases(),
        "a > CONNECT v5 id=a clean aliases=2
         a < CONNACK 00 aliases=2
         b > CONNECT v5 id=b clean
         b < CONNACK 00 aliases=2
         a > SUBSCRIBE #1 #
         a < SUBACK #1 00
         b > SUBSCRIBE #1 #
         b < SUBACK #1 00
         p > CONNECT v3.1.1 id=p
         p < CONNACK 00
         p > PUBLISH topic/1 x
         a < PUBLISH topic/1 x alias=1
         b < PUBLISH topic/1 x
         p > PUBLISH topic/1 y
         a < PUBLISH \"\" y alias=1
         b < PUBLISH topic/1 y
         p > PUBLISH topic/2 x
         a < PUBLISH topic/2 x alias=2
         b < PUBLISH topic/2 x
         p > PUBLISH topic/3 x
         a < PUBLISH topic/3 x alias=1
         b < PUBLISH topic/3 x
         p > PUBLISH topic/1 x
         a < PUBLISH topic/1 x alias=2
         b < PUBLISH topic/1 x",
    );
}

/// [MQTT-3.1.2-24], [MQTT-3.1.2-25] v5
#[test]
fn what_is_too_large_for_a_client_is_as_good_as_sent() {
    let mut talk = talk(
        "a > CONNECT v5 id=a max=20 receive=1
         a < CONNACK 00
         a > SUBSCRIBE #1 t,q1
         a < SUBACK #1 01
         p > CONNECT v5 id=p
         p < CONNACK 00
         p > PUBLISH t 0123456789abcdef q1 #1
         p < PUBACK #1
         p > PUBLISH t fits q1 #2
         p < PUBACK #2
         a < PUBLISH t fits q1 #2
         a > PUBACK #2",
    );
    assert_eq!(talk.broker.counters().messages_dropped, 1);
    assert_eq!(
        talk.broker.session("a").unwrap().unacknowledged().count(),
        0
    );
    assert!(!talk.events().is_empty());
}
