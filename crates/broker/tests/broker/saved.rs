//! A broker that goes on after a restart.

use std::time::Duration;

use mqttscope_broker::{
    Broker, Instant, Message, SavedBroker, SavedDelivery, SavedHandshake, SavedMessage,
    SavedSession,
};
use mqttscope_wire::{PacketIdentifier, ProtocolVersion, QoS, TopicName};

use crate::support::{plain, talk};

/// [MQTT-4.1.0-1], [MQTT-4.4.0-1] v5; [MQTT-4.1.0-1] v3.1.1
#[test]
fn handshakes_and_queues_go_on() {
    for (version, lasting) in [("v3.1.1", ""), ("v5", "expiry=100")] {
        let script = "a > CONNECT V id=a LASTING
             a < CONNACK 00
             a > SUBSCRIBE #1 t/+,q2
             a < SUBACK #1 02
             p > CONNECT v5 id=p expiry=100
             p < CONNACK 00
             p > PUBLISH t/1 one q1 #1
             a < PUBLISH t/1 one q1 #1
             p < PUBACK #1
             p > PUBLISH t/2 two q2 #2
             a < PUBLISH t/2 two q2 #2
             p < PUBREC #2
             p > PUBLISH t/2 three q2 #3
             a < PUBLISH t/2 three q2 #3
             p < PUBREC #3
             a > PUBREC #2
             a < PUBREL #2
             a gone
             p > PUBLISH t/1 waits q1 #4
             p < PUBACK #4
             restart 1000
             a > CONNECT V id=a LASTING
             a < CONNACK 00 present
             a < PUBREL #2
             a < PUBLISH t/1 one q1 #1 dup
             a < PUBLISH t/2 three q2 #3 dup
             a < PUBLISH t/1 waits q1 #4
             // the message came before the restart and is not given on again
             p > CONNECT v5 id=p expiry=100
             p < CONNACK 00 present
             p > PUBLISH t/2 two q2 #2 dup
             p < PUBREC #2
             p > PUBREL #2
             p < PUBCOMP #2
             p > PUBLISH t/1 new q1 #2
             a < PUBLISH t/1 new q1 #5
             p < PUBACK #2";
        talk(&script.replace('V', version).replace("LASTING", lasting));
    }
}

#[test]
fn what_is_retained_lives_on_for_as_long_as_it_may() {
    talk(
        "p > CONNECT v5 id=p
         p < CONNACK 00
         p > PUBLISH r/1 for-ever retain user:a=b
         p > PUBLISH r/2 ten retain lives=10
         p > PUBLISH r/3 four retain lives=4
         p > SUBSCRIBE #1 $SYS/none
         p < SUBACK #1 00
         wait 3000
         restart 2000
         p > CONNECT v5 id=p
         p < CONNACK 00
         p > SUBSCRIBE #1 #
         p < SUBACK #1 00
         p < PUBLISH r/1 for-ever retain user:a=b
         p < PUBLISH r/2 ten retain lives=5",
    );
}

/// [MQTT-3.1.2-8], [MQTT-3.1.2-23], [MQTT-4.1.0-2] v5
#[test]
fn a_restart_is_a_lost_connection() {
    let mut talk = talk(
        "w > CONNECT v5 id=w expiry=1000
         w < CONNACK 00
         w > SUBSCRIBE #1 w/+,q1
         w < SUBACK #1 01
         a > CONNECT v5 id=a expiry=0 will=w/a:ends-now
         a < CONNACK 00
         b > CONNECT v5 id=b expiry=100 will=w/b:delayed will.delay=20
         b < CONNACK 00
         c > CONNECT v5 id=c expiry=100 will=w/c:delayed will.delay=20 willq=1 willretain
         c < CONNACK 00
         d > CONNECT v5 id=d expiry=10
         d < CONNACK 00
         c gone
         d gone
         wait 4000
         restart 1000
         w > CONNECT v5 id=w expiry=1000
         w < CONNACK 00 present
         // those of QoS 0 found nobody there
         wait 14999
         wait 1
         w < PUBLISH w/c delayed q1 #1
         wait 4999
         wait 1
         w < PUBLISH w/b delayed",
    );
    let kept: Vec<_> = talk
        .broker
        .sessions()
        .map(|session| session.client_identifier())
        .collect();
    assert_eq!(kept, ["w", "b", "c"]);
    talk.run("wait 100000");
    assert_eq!(talk.broker.sessions().count(), 1);
}

#[test]
fn subscriptions_keep_their_terms() {
    talk(
        "a > CONNECT v5 id=a expiry=100
         a < CONNACK 00
         a > SUBSCRIBE #1 x/+,q1,nl,rap sub=7
         a < SUBACK #1 01
         a > SUBSCRIBE #2 $share/g/s,q1
         a < SUBACK #2 01
         b > CONNECT v5 id=b expiry=100
         b < CONNACK 00
         b > SUBSCRIBE #1 $share/g/s,q1
         b < SUBACK #1 01
         restart 0
         a > CONNECT v5 id=a expiry=100
         a < CONNACK 00 present
         b > CONNECT v5 id=b expiry=100
         b < CONNACK 00 present
         a > PUBLISH x/1 own q1 #1
         a < PUBACK #1 10
         b > PUBLISH x/1 other q0 retain
         a < PUBLISH x/1 other retain sub=7
         b > PUBLISH s 1
         a < PUBLISH s 1
         b > PUBLISH s 2
         b < PUBLISH s 2
         a > UNSUBSCRIBE #3 x/+ $share/g/s
         a < UNSUBACK #3 00 00",
    );
}

#[test]
fn what_was_saved_is_what_is_restored() {
    let talk = talk(
        "a > CONNECT v3.1.1 id=a will=w:gone
         a < CONNACK 00
         a > SUBSCRIBE #1 t,q2
         a < SUBACK #1 02
         p > CONNECT v5 id=p expiry=9
         p < CONNACK 00
         p > PUBLISH t kept q2 #9 retain lives=100
         a < PUBLISH t kept q2 #1
         p < PUBREC #9
         a gone
         p gone
         p > CONNECT v5 id=p expiry=9
         p < CONNACK 00 present
         p > PUBLISH t waits q2 #10
         p < PUBREC #10
         p gone
         wait 1000",
    );
    let saved = talk.broker.save(talk.now);
    assert_eq!((saved.messages.len(), &saved.retained[..]), (2, &[0][..]));
    assert_eq!(saved.messages[0].publisher.as_deref(), Some("p"));
    assert_eq!(saved.messages[0].expires_in, Some(Duration::from_secs(99)));
    let restored = Broker::restore(plain(), saved.clone(), Instant::ZERO, Duration::ZERO);
    assert_eq!(restored.save(Instant::ZERO), saved);
    assert_eq!(restored.message_bytes(), talk.broker.message_bytes());
    let later = Broker::restore(plain(), saved, Instant::ZERO, Duration::from_secs(8));
    assert_eq!(later.sessions().count(), 1, "the publisher's has expired");
}

#[test]
fn what_makes_no_sense_is_left_out() {
    let id = |number| PacketIdentifier::new(number).unwrap();
    let delivery = |message, qos| SavedDelivery {
        message,
        qos,
        retain: false,
        subscription_identifiers: vec![],
    };
    let session = SavedSession {
        client_identifier: "a".into(),
        version: ProtocolVersion::V5,
        connected: false,
        session_expiry_interval: 10,
        expires_in: None,
        will: None,
        subscriptions: vec![],
        next_identifier: id(1),
        outgoing: vec![
            SavedHandshake::Publish(id(1), delivery(9, QoS::AtLeastOnce)),
            SavedHandshake::Publish(id(2), delivery(0, QoS::AtMostOnce)),
            SavedHandshake::Publish(id(3), delivery(0, QoS::AtLeastOnce)),
            SavedHandshake::Pubrel(id(3)),
        ],
        incoming: vec![id(5), id(5)],
        queued: vec![delivery(9, QoS::AtLeastOnce), delivery(0, QoS::AtLeastOnce)],
    };
    let saved = SavedBroker {
        messages: vec![SavedMessage {
            message: Message::new(TopicName::new("t").unwrap(), "x"),
            publisher: None,
            expires_in: None,
        }],
        retained: vec![7],
        sessions: vec![session.clone(), session],
    };
    let broker = Broker::restore(plain(), saved, Instant::ZERO, Duration::ZERO);
    let session = broker.session("a").unwrap();
    assert_eq!(broker.sessions().count(), 1);
    assert_eq!(session.unacknowledged().count(), 1);
    assert_eq!(session.received().count(), 1);
    assert_eq!(session.queued().len(), 1);
}
