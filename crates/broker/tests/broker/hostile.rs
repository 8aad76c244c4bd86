//! Whatever clients send: no panic, only whole valid packets in answer, and bounded memory.

use mqttscope_broker::{Broker, ConnectionId, Instant, Limits, Options, Transmit};
use mqttscope_wire::{Context, Decoded, ProtocolVersion, Sender, decode};
use proptest::collection::vec;
use proptest::prelude::*;

const MESSAGE_BYTES: usize = 4000;

fn small() -> Options {
    let limits = Limits {
        connections: 4,
        sessions: 3,
        subscriptions: 3,
        retained: 3,
        queue: 5,
        message_bytes: MESSAGE_BYTES,
        packet_size: 300,
        receive_maximum: 2,
        in_flight: 2,
        topic_alias_maximum: 2,
        topic_aliases_out: 2,
        output: 5000,
        events: 10,
        ..Limits::default()
    };
    Options {
        limits,
        ..Options::new(0)
    }
}

const SAMPLES: &[&[u8]] = &[
    b"\x10\x0d\0\x04MQTT\x05\x02\0\x3c\0\0\0",
    b"\x10\x1f\0\x04MQTT\x05\x04\0\x0a\x05\x11\0\0\0\x05\0\x01a\x05\x18\0\0\0\x01\0\x01w\0\x01x",
    b"\x10\x0d\0\x04MQTT\x04\0\0\x3c\0\x01b",
    b"\x10\x0f\0\x06MQIsdp\x03\x02\0\x3c\0\x01c",
    b"\x82\x07\0\x01\0\0\x01#\x02",
    b"\x82\x06\0\x01\0\x01t\x02",
    b"\x82\x10\0\x02\0\0\x0a$share/g/t\x01",
    b"\x82\x0b\0\x03\0\0\x05$SYS/\x01",
    b"\xa2\x06\0\x04\0\0\x01t",
    b"\x30\x05\0\x01t\0x",
    b"\x31\x04\0\x01tx",
    b"\x32\x07\0\x01t\0\x07\0x",
    b"\x35\x07\0\x01t\0\x08\0x",
    b"\x34\x06\0\x01t\0\x08x",
    b"\x30\x08\0\x01t\x03\x23\0\x01x",
    b"\x30\x07\0\0\x03\x23\0\x01x",
    b"\x40\x02\0\x01",
    b"\x50\x02\0\x01",
    b"\x62\x02\0\x08",
    b"\x70\x02\0\x01",
    b"\xc0\0",
    b"\xe0\0",
    b"\xe0\x01\x04",
    b"\xf0\x02\x18\0",
];

#[derive(Clone, Debug)]
enum Act {
    Open,
    Sample(usize, usize),
    /// A sample with a byte changed.
    Bent(usize, usize, usize, u8),
    Bytes(usize, Vec<u8>),
    Gone(usize),
    Congested(usize, bool),
    Wait(u64),
}

fn act() -> impl Strategy<Value = Act> {
    let client = 0..6_usize;
    let sample = 0..SAMPLES.len();
    prop_oneof![
        2 => Just(Act::Open),
        12 => (client.clone(), sample.clone()).prop_map(|(client, sample)| Act::Sample(client, sample)),
        4 => (client.clone(), sample, any::<usize>(), any::<u8>()).prop_map(|(client, sample, at, byte)| Act::Bent(client, sample, at, byte)),
        2 => (client.clone(), vec(any::<u8>(), 0..40)).prop_map(|(client, bytes)| Act::Bytes(client, bytes)),
        1 => client.clone().prop_map(Act::Gone),
        1 => (client, any::<bool>()).prop_map(|(client, congested)| Act::Congested(client, congested)),
        1 => (0..20_000_u64).prop_map(Act::Wait),
    ]
}

/// One of the versions must read the bytes as whole packets of a server.
fn valid(bytes: &[u8]) -> bool {
    ProtocolVersion::ALL.into_iter().any(|version| {
        let mut rest = bytes;
        while let Ok(Decoded::Packet { len, .. }) =
            decode(rest, Context::new(version).sent_by(Sender::Server))
        {
            rest = &rest[len..];
        }
        rest.is_empty()
    })
}

fn play(acts: &[Act]) -> Result<(), TestCaseError> {
    let mut broker = Broker::new(small());
    let mut now = Instant::ZERO;
    let mut open: Vec<ConnectionId> = Vec::new();
    for act in acts {
        let client = |number: usize| open.get(number % open.len().max(1)).copied();
        match act {
            Act::Open => open.push(broker.handle_open(now)),
            Act::Sample(number, sample) => {
                if let Some(id) = client(*number) {
                    broker.handle_bytes(now, id, SAMPLES[*sample]);
                }
            }
            Act::Bent(number, sample, at, byte) => {
                let mut bytes = SAMPLES[*sample].to_vec();
                let at = at % bytes.len();
                bytes[at] = *byte;
                if let Some(id) = client(*number) {
                    broker.handle_bytes(now, id, &bytes);
                }
            }
            Act::Bytes(number, bytes) => {
                if let Some(id) = client(*number) {
                    broker.handle_bytes(now, id, bytes);
                }
            }
            Act::Gone(number) => {
                if let Some(id) = client(*number) {
                    broker.handle_closed(now, id);
                    open.retain(|&other| other != id);
                }
            }
            Act::Congested(number, congested) => {
                if let Some(id) = client(*number) {
                    broker.handle_congestion(now, id, *congested);
                }
            }
            Act::Wait(millis) => {
                now = Instant::from_millis(now.millis() + millis);
                broker.handle_timeout(now);
                prop_assert!(broker.poll_timeout().is_none_or(|at| at > now));
            }
        }
        while let Some((id, transmit)) = broker.poll_transmit() {
            match transmit {
                Transmit::Bytes(bytes) => prop_assert!(valid(&bytes), "{bytes:02x?}"),
                Transmit::Close => open.retain(|&other| other != id),
            }
        }
        let limits = broker.options().limits;
        prop_assert!(broker.sessions().count() <= limits.sessions);
        prop_assert!(broker.connections().count() <= limits.connections + 1);
        // Wills and $SYS are beside the limit, and few.
        prop_assert!(broker.message_bytes() <= MESSAGE_BYTES + 20 * 400);
        for session in broker.sessions() {
            prop_assert!(session.queued().len() + session.unacknowledged().count() <= limits.queue);
            prop_assert!(session.subscriptions().count() <= limits.subscriptions);
        }
    }
    // When all are gone and time has passed, only what never expires is left.
    for id in open {
        broker.handle_closed(now, id);
    }
    broker.handle_timeout(Instant::from_millis(now.millis() + 10_000_000_000_000));
    prop_assert!(
        broker
            .sessions()
            .all(|session| session.session_expiry_interval() == u32::MAX)
    );
    prop_assert_eq!(broker.connections().count(), 0);
    let subscriptions: usize = broker
        .sessions()
        .map(|session| session.subscriptions().count())
        .sum();
    prop_assert_eq!(broker.subscription_count(), subscriptions);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(2000), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn hostile_clients(acts in vec(act(), 1..80)) {
        play(&acts)?;
    }
}
