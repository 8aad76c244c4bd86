//! SUBSCRIBE, UNSUBSCRIBE, wildcards, shared subscriptions and retained messages.

use mqttscope_broker::Options;

use crate::support::{plain, talk, talk_with};

/// [MQTT-3.8.4-1], [MQTT-3.8.4-2], [MQTT-3.8.4-5], [MQTT-3.8.4-6], [MQTT-3.9.3-1], [MQTT-3.10.4-1],
/// [MQTT-3.10.4-4], [MQTT-3.10.4-5], [MQTT-3.10.4-6], [MQTT-3.11.3-1], [MQTT-2.2.1-6] v5;
/// [MQTT-3.8.4-1], [MQTT-3.8.4-2], [MQTT-3.8.4-4], [MQTT-3.8.4-5], [MQTT-3.9.3-1], [MQTT-3.10.4-1],
/// [MQTT-3.10.4-4] to [MQTT-3.10.4-6], [MQTT-2.3.1-7] v3.1.1
#[test]
fn each_filter_is_answered() {
    talk(
        "a > CONNECT v5 id=a
         a < CONNACK 00
         a > SUBSCRIBE #9 x,q2 y,q0 z/+,q1
         a < SUBACK #9 02 00 01
         a > UNSUBSCRIBE #10 y z/# z/+
         a < UNSUBACK #10 00 11 00
         a > PUBLISH z/1 no
         a > PUBLISH y no
         a > PUBLISH x yes
         a < PUBLISH x yes
         b > CONNECT v3.1.1 id=b
         b < CONNACK 00
         b > SUBSCRIBE #9 x,q2 y,q0
         b < SUBACK #9 02 00
         b > UNSUBSCRIBE #10 nothing
         b < UNSUBACK #10
         b > UNSUBSCRIBE #11 x y
         b < UNSUBACK #11
         a > PUBLISH x yes
         a < PUBLISH x yes",
    );
}

/// [MQTT-4.7.2-1], [MQTT-4.7.3-4] v5 and v3.1.1; [MQTT-3.3.2-3] v5 and v3.1.1
#[test]
fn wildcards_do_not_reach_names_with_a_dollar() {
    talk(
        "a > CONNECT v3.1.1 id=a
         a < CONNACK 00
         a > SUBSCRIBE #1 # +/x sport/#
         a < SUBACK #1 00 00 00
         a > PUBLISH $own/x no
         a > PUBLISH sport yes
         a < PUBLISH sport yes
         a > PUBLISH SPORT yes
         a < PUBLISH SPORT yes
         a > SUBSCRIBE #2 $own/#
         a < SUBACK #2 00
         a > PUBLISH $own/x yes
         a < PUBLISH $own/x yes",
    );
}

/// [MQTT-3.3.4-2] to [MQTT-3.3.4-5] v5; [MQTT-3.3.5-1] v3.1.1
#[test]
fn overlapping_subscriptions_give_one_copy() {
    talk(
        "a > CONNECT v5 id=a
         a < CONNACK 00
         a > SUBSCRIBE #1 t/# sub=5
         a < SUBACK #1 00
         a > SUBSCRIBE #2 t/+,q2 sub=6
         a < SUBACK #2 02
         a > SUBSCRIBE #3 t/x,q1
         a < SUBACK #3 01
         a > PUBLISH t/x hello q2 #1
         a < PUBLISH t/x hello q2 #1 sub=5 sub=6
         a < PUBREC #1
         b > CONNECT v3.1.1 id=b
         b < CONNACK 00
         b > SUBSCRIBE #1 u/# u/+,q1
         b < SUBACK #1 00 01
         a > PUBLISH u/x hello q2 #2
         a < PUBREC #2
         b < PUBLISH u/x hello q1 #1",
    );
}

/// [MQTT-3.8.4-3], [MQTT-3.8.4-4], [MQTT-3.3.1-9] to [MQTT-3.3.1-11] v5; [MQTT-3.8.4-3] v3.1.1
#[test]
fn subscribing_again_replaces() {
    talk(
        "a > CONNECT v5 id=a
         a < CONNACK 00
         a > PUBLISH t kept retain
         a > SUBSCRIBE #1 t,q1 sub=5
         a < SUBACK #1 01
         a < PUBLISH t kept retain sub=5
         a > SUBSCRIBE #2 t,q0 sub=6
         a < SUBACK #2 00
         a < PUBLISH t kept retain sub=6
         a > SUBSCRIBE #3 t,rh1 sub=7
         a < SUBACK #3 00
         a > SUBSCRIBE #4 +,rh1
         a < SUBACK #4 00
         a < PUBLISH t kept retain
         a > UNSUBSCRIBE #5 +
         a < UNSUBACK #5 00
         a > SUBSCRIBE #6 #,rh2
         a < SUBACK #6 00
         a > UNSUBSCRIBE #7 #
         a < UNSUBACK #7 00
         a > PUBLISH t new
         a < PUBLISH t new sub=7",
    );
}

/// [MQTT-3.3.1-5] to [MQTT-3.3.1-8] v5; [MQTT-3.3.1-5] to [MQTT-3.3.1-8], [MQTT-3.3.1-10] to [MQTT-3.3.1-12],
/// [MQTT-3.1.2-7] v3.1.1
#[test]
fn retained_messages_come_and_go() {
    let mut talk = talk(
        "a > CONNECT v3.1.1 id=a clean
         a < CONNACK 00
         a > PUBLISH t/1 one q2 #1 retain
         a < PUBREC #1
         a > PUBLISH t/2 two retain
         a > PUBLISH t/2 newer q1 #2 retain
         a < PUBACK #2
         a > PUBLISH t/2 passing
         // they outlive the session of their publisher
         a gone
         b > CONNECT v3.1.1 id=b
         b < CONNACK 00
         b > SUBSCRIBE #1 t/#,q1
         b < SUBACK #1 01
         b < PUBLISH t/1 one q1 #1 retain
         b < PUBLISH t/2 newer q1 #2 retain
         b > PUBACK #1
         b > PUBACK #2
         // an empty payload goes on like any other, and clears the topic
         b > PUBLISH t/1 \"\" retain
         b < PUBLISH t/1
         b > SUBSCRIBE #2 t/1
         b < SUBACK #2 00
         // nothing is kept under $SYS but what the broker says of itself
         b > PUBLISH $SYS/x no q1 #3 retain
         b < PUBACK #3",
    );
    let mut topics = Vec::new();
    talk.broker
        .visit_retained(|message| topics.push(message.topic_name().to_string()));
    assert_eq!(topics, ["t/2"]);
    talk.run(
        "c > CONNECT v5 id=c\n c < CONNACK 00\n c > PUBLISH $SYS/x no q1 #3\n c < PUBACK #3 87",
    );
}

/// [MQTT-3.3.1-12], [MQTT-3.3.1-13] v5; [MQTT-3.3.1-9] v3.1.1
#[test]
fn retain_as_published() {
    talk(
        "a > CONNECT v5 id=a
         a < CONNACK 00
         a > SUBSCRIBE #1 t,rap
         a < SUBACK #1 00
         b > CONNECT v5 id=b
         b < CONNACK 00
         b > SUBSCRIBE #1 t
         b < SUBACK #1 00
         b > PUBLISH t x retain
         a < PUBLISH t x retain
         b < PUBLISH t x
         b > PUBLISH t y
         a < PUBLISH t y
         b < PUBLISH t y",
    );
}

/// [MQTT-3.8.3-3], [MQTT-3.8.3-4] v5
#[test]
fn no_local() {
    talk(
        "a > CONNECT v5 id=a
         a < CONNACK 00
         b > CONNECT v5 id=b
         b < CONNACK 00
         a > SUBSCRIBE #1 t,nl
         a < SUBACK #1 00
         b > SUBSCRIBE #1 t,nl
         b < SUBACK #1 00
         a > PUBLISH t x retain
         b < PUBLISH t x
         a > SUBSCRIBE #2 t,nl
         a < SUBACK #2 00
         b > SUBSCRIBE #2 t,nl
         b < SUBACK #2 00
         b < PUBLISH t x retain
         a > raw 82100003 00000a \"$share/g/t 04
         a < DISCONNECT 82 why
         a < close",
    );
}

/// Section 4.8.2; [MQTT-4.8.2-3], [MQTT-4.8.2-4], [MQTT-4.8.2-6] v5
#[test]
fn shared_subscriptions_take_turns_and_skip_who_is_away() {
    talk(
        "a > CONNECT v5 id=a expiry=100
         a < CONNACK 00
         b > CONNECT v3.1.1 id=b
         b < CONNACK 00
         o > CONNECT v5 id=o
         o < CONNACK 00
         p > CONNECT v5 id=p
         p < CONNACK 00
         p > PUBLISH t kept retain
         // shared subscriptions get no retained messages
         a > SUBSCRIBE #1 $share/g/t,q1 sub=3
         a < SUBACK #1 01
         b > SUBSCRIBE #1 $share/g/t,q0
         b < SUBACK #1 00
         // another group and an ordinary subscription get their own
         o > SUBSCRIBE #1 $share/h/t t
         o < SUBACK #1 00 00
         o < PUBLISH t kept retain
         p > PUBLISH t 1 q1 #1
         p < PUBACK #1
         a < PUBLISH t 1 q1 #1 sub=3
         o < PUBLISH t 1
         o < PUBLISH t 1
         p > PUBLISH t 2 q1 #2
         p < PUBACK #2
         b < PUBLISH t 2
         o < PUBLISH t 2
         o < PUBLISH t 2
         o gone
         // who took a message on keeps it
         a gone
         p > PUBLISH t 3 q1 #3
         p < PUBACK #3
         b < PUBLISH t 3
         b > UNSUBSCRIBE #2 $share/g/t
         b < UNSUBACK #2
         p > PUBLISH t 4 q1 #4
         p < PUBACK #4
         a > CONNECT v5 id=a
         a < CONNACK 00 present
         a < PUBLISH t 1 q1 #1 dup sub=3
         a < PUBLISH t 4 q1 #2 sub=3",
    );
}

/// [MQTT-4.8.2-5] v5
#[test]
fn a_message_that_somebody_took_on_goes_to_nobody_else() {
    for (end, expiry) in [
        ("m > DISCONNECT 00 expiry=0\n m < close", 100),
        ("m gone", 0),
    ] {
        talk(&format!(
            "m > CONNECT v5 id=m expiry={expiry}
             m < CONNACK 00
             m > SUBSCRIBE #1 $share/g/t,q2
             m < SUBACK #1 02
             n > CONNECT v5 id=n
             n < CONNACK 00
             n > SUBSCRIBE #1 $share/g/t,q2
             n < SUBACK #1 02
             n > PUBLISH t x q2 #1
             m < PUBLISH t x q2 #1
             n < PUBREC #1
             {end}
             wait 1000000"
        ));
    }
}

#[test]
fn sharing_before_version_5_can_be_turned_off() {
    talk_with(
        Options {
            shared_before_v5: false,
            ..plain()
        },
        "a > CONNECT v3.1.1 id=a
         a < CONNACK 00
         a > SUBSCRIBE #1 $share/g/t
         a < SUBACK #1 00
         a > PUBLISH t x
         a > PUBLISH $share/g/t x
         a < PUBLISH $share/g/t x
         a gone
         // the same client with a version that shares
         a > CONNECT v5 id=a
         a < CONNACK 00 present
         a > SUBSCRIBE #1 $share/g/t
         a < SUBACK #1 00
         a > PUBLISH t x
         a < PUBLISH t x
         a > PUBLISH $share/g/t x
         a > UNSUBSCRIBE #1 $share/g/t
         a < UNSUBACK #1 00
         a > PUBLISH t x",
    );
}

#[test]
fn sys_messages_are_made_while_somebody_listens() {
    let mut talk = talk(
        "a > CONNECT v3.1.1 id=a
         a < CONNACK 00
         a > SUBSCRIBE #1 $SYS/broker/clients/connected
         a < SUBACK #1 00
         a < PUBLISH $SYS/broker/clients/connected 1 retain
         b > CONNECT v3.1.1 id=b
         b < CONNACK 00
         wait 10000
         a < PUBLISH $SYS/broker/clients/connected 2
         a > UNSUBSCRIBE #1 $SYS/broker/clients/connected
         a < UNSUBACK #1
         wait 20000",
    );
    assert_eq!(talk.broker.poll_timeout(), None);
    assert_eq!(
        talk.events().len(),
        2,
        "two clients came, and nothing else is worth telling"
    );
    talk.run(
        "a > SUBSCRIBE #1 $SYS/broker/clients/total,q1
         a < SUBACK #1 01
         a < PUBLISH $SYS/broker/clients/total 2 retain",
    );
}
