//! A client with a server that says anything, and an application that does anything.
#![no_main]

mod script;

use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use mqttscope_client::{
    Client, Command, Delivery, Event, Instant, Limits, Message, Options, Phase, Reconnect,
    SavedSession,
};
use mqttscope_wire::{
    Connack, Context, ControlPacket, Decoded, PropertiesBuf, Property, ProtocolVersion, QoS,
    ReasonCode, Sender, Subscription, SubscriptionOptions, SubscriptionsBuf, TopicFilter,
    TopicFiltersBuf, TopicName, decode,
};
use script::Script;

const QUEUED_BYTES: usize = 2000;
const PACKET: usize = 2000;
/// More than all that its limits, and one input of 4 kB, let it hold.
const HEAP: u64 = 1 << 20;
const QOS: [QoS; 3] = [QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce];

fn options(script: &mut Script<'_>) -> Options {
    let version = script.one_of(&ProtocolVersion::ALL);
    let flags = script.number();
    let is = |bit: u8| flags >> bit & 1 == 1;
    let mut properties = PropertiesBuf::new();
    if version.is_v5() {
        for property in [Property::ReceiveMaximum(3), Property::TopicAliasMaximum(3), Property::SessionExpiryInterval(60)] {
            properties.push(property).expect("in range");
        }
    }
    Options {
        clean_start: is(0),
        manual_acknowledgement: is(1),
        automatic_topic_alias: is(2),
        queue_qos_0: is(3),
        accept_unknown_session: is(4),
        renew_subscriptions: is(5),
        properties,
        reconnect: Some(Reconnect { attempts: Some(3), ..Reconnect::default() }),
        limits: Limits { queued: 10, queued_bytes: QUEUED_BYTES, packet: PACKET },
        ..Options::new(version, "fuzz")
    }
}

struct Play {
    client: Client,
    now: Instant,
    deliveries: Vec<Delivery>,
    /// What the server says of the session when the client connects.
    session_present: bool,
}

impl Play {
    /// Whatever the client sends is a packet that a client may send.
    fn drain(&mut self) {
        let version = self.client.options().version;
        loop {
            if let Some(bytes) = self.client.poll_transmit() {
                let mut rest = &bytes[..];
                while !rest.is_empty() {
                    match decode(rest, Context::new(version).sent_by(Sender::Client)) {
                        Ok(Decoded::Packet { len, .. }) => rest = &rest[len..],
                        other => panic!("sent {rest:02x?}: {other:?}"),
                    }
                }
                continue;
            }
            match self.client.poll_event() {
                None => break,
                Some(Event::Open) => self.connect(version),
                Some(Event::Message { delivery: Some(delivery), .. }) => self.deliveries.push(delivery),
                Some(_) => {}
            }
        }
        self.check();
    }

    fn connect(&mut self, version: ProtocolVersion) {
        self.client.handle_connected(self.now);
        let mut connack = Vec::new();
        let session_present = self.session_present && version != ProtocolVersion::V3_1;
        ControlPacket::Connack(Connack { session_present, ..Connack::default() })
            .encode(version, &mut connack)
            .expect("a CONNACK");
        self.client.handle_bytes(self.now, &connack);
    }

    fn check(&self) {
        let view = self.client.view();
        let bytes: usize = self.client.queue().map(|queued| queued.message.size()).sum();
        assert_eq!(view.queued_bytes, bytes);
        assert_eq!(view.identifiers.len(), view.outgoing.len() + view.requests.0);
        assert!(view.phase == Phase::Connected || view.unacknowledged == 0);
        assert!(self.client.poll_timeout().is_some() || matches!(view.phase, Phase::Idle | Phase::Connected));
    }

    fn restart(&mut self) {
        let saved = self.client.save();
        let again = SavedSession::from_bytes(&saved.to_bytes()).expect("what was written is read");
        assert_eq!(again, saved);
        self.client = Client::restore(self.client.options().clone(), saved, self.now).expect("the same options");
        self.deliveries.clear();
    }

    fn step(&mut self, act: u8, script: &mut Script<'_>) {
        let topic = ["t", "t/1", "$SYS/t", "u"];
        let command = match act % 16 {
            0..=5 => return self.client.handle_bytes(self.now, script.bytes()),
            6 => Command::Connect,
            7 => {
                let name = TopicName::new(script.one_of(&topic)).expect("a topic");
                let message = Message::new(name, script.bytes()).with_qos(script.one_of(&QOS));
                let alias = script.number();
                Command::Publish { message, topic_alias: alias.checked_sub(200).map(u16::from) }
            }
            8 => {
                let mut subscriptions = SubscriptionsBuf::new();
                let topic_filter = TopicFilter::new(script.one_of(&topic)).expect("a filter");
                subscriptions.push(Subscription { topic_filter, options: SubscriptionOptions::default() });
                Command::Subscribe { subscriptions, properties: PropertiesBuf::new() }
            }
            9 => {
                let mut topic_filters = TopicFiltersBuf::new();
                topic_filters.push(TopicFilter::new(script.one_of(&topic)).expect("a filter"));
                Command::Unsubscribe { topic_filters, properties: PropertiesBuf::new() }
            }
            10 => {
                let Some(delivery) = self.deliveries.pop() else { return };
                Command::Acknowledge { delivery, reason_code: ReasonCode(script.one_of(&[0, 0x80])), properties: PropertiesBuf::new() }
            }
            11 => Command::Ping,
            12 => Command::disconnect(),
            13 => return self.client.handle_disconnected(self.now),
            14 => {
                self.now = self.now + Duration::from_millis(u64::from(script.number()) * 500);
                return self.client.handle_timeout(self.now);
            }
            _ => {
                self.session_present = !self.session_present;
                return self.restart();
            }
        };
        // A command that makes no sense now is refused, and that is all.
        let _ = self.client.handle_command(self.now, command);
    }
}

fuzz_target!(|bytes: &[u8]| {
    let mut script = Script::new(bytes);
    let used = allocation_counter::measure(|| {
        let client = Client::new(options(&mut script)).expect("sound options");
        let mut play = Play { client, now: Instant::ZERO, deliveries: Vec::new(), session_present: false };
        play.step(6, &mut script);
        play.drain();
        while let Some(act) = script.next() {
            play.step(act, &mut script);
            play.drain();
        }
    });
    assert!(used.bytes_max < HEAP, "{} bytes at once", used.bytes_max);
});
