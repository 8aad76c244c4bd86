//! Generated schedules of cuts, silence and restarts between a publisher, the broker and a
//! subscriber: what arrives, how often, in which order, and that nothing is left behind.
//!
//! `PROPTEST_CASES=10000 cargo test -p mqttscope-sim --test schedules` runs more of them.
//! The fuzz target `schedule` plays plans of its own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod ear;
mod plan;
mod run;

use mqttscope_sim::End;
use mqttscope_wire::{ProtocolVersion, QoS};
use plan::{Plan, Step};
use proptest::prelude::*;

fn qos() -> impl Strategy<Value = QoS> {
    prop_oneof![
        Just(QoS::AtMostOnce),
        Just(QoS::AtLeastOnce),
        Just(QoS::ExactlyOnce)
    ]
}

fn end() -> impl Strategy<Value = End> {
    prop_oneof![Just(End::Client), Just(End::Server)]
}

fn step() -> impl Strategy<Value = Step> {
    let client = 0_usize..2;
    prop_oneof![
        8 => (0_usize..3, qos()).prop_map(|(topic, qos)| Step::Publish { topic, qos }),
        1 => client.clone().prop_map(|client| Step::Cut { client }),
        3 => (client.clone(), end(), 0_usize..80)
            .prop_map(|(client, from, bytes)| Step::CutAfter { client, from, bytes }),
        1 => (client.clone(), end()).prop_map(|(client, end)| Step::Silence { client, end }),
        1 => client.clone().prop_map(|client| Step::Restart { client }),
        1 => prop_oneof![4 => Just(true), 1 => Just(false)]
            .prop_map(|with_sessions| Step::RestartBroker { with_sessions }),
        1 => (client, any::<bool>()).prop_map(|(client, reachable)| Step::Unreachable { client, reachable }),
        4 => (0_u64..4000).prop_map(|millis| Step::Pass { millis }),
    ]
}

fn plan() -> impl Strategy<Value = Plan> {
    let version = || (0_usize..3).prop_map(|index| ProtocolVersion::ALL[index]);
    let maximum = || 1_u16..=20;
    (
        (version(), version()),
        (maximum(), maximum()),
        0_u64..50,
        proptest::option::of(1_usize..12),
        prop_oneof![Just(0), 1_u64..30],
        any::<bool>(),
        any::<bool>(),
        proptest::collection::vec(step(), 1..60),
        prop_oneof![3 => Just(true), 1 => Just(false)],
    )
        .prop_map(
            |((a, b), (x, y), delay, split, coalesce, aliases, manual, steps, lasting)| Plan {
                lasting,
                versions: [a, b],
                receive_maximum: [x, y],
                delay,
                split,
                coalesce,
                aliases,
                manual,
                steps,
            },
        )
}

proptest! {
    #[test]
    fn every_message_arrives_as_its_qos_promises(plan in plan()) {
        run::run(&plan)?;
    }
}
