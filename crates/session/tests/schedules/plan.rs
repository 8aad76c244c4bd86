//! What happens in a schedule.

use mqttscope_session::network::End;
use mqttscope_wire::{ProtocolVersion, QoS};
use proptest::prelude::*;

#[derive(Clone, Debug)]
pub(crate) enum Step {
    Publish {
        topic: usize,
        qos: QoS,
    },
    Cut {
        client: usize,
    },
    CutAfter {
        client: usize,
        from: End,
        bytes: usize,
    },
    Silence {
        client: usize,
        end: End,
    },
    Restart {
        client: usize,
    },
    /// The broker dies and starts again, with all that it remembered or with nothing.
    RestartBroker {
        with_sessions: bool,
    },
    Unreachable {
        client: usize,
        reachable: bool,
    },
    Pass {
        millis: u64,
    },
}

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

#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// The publisher's session outlives its connection. If not, only the publisher is disturbed,
    /// and it does not restart.
    pub(crate) lasting: bool,
    pub(crate) versions: [ProtocolVersion; 2],
    pub(crate) receive_maximum: [u16; 2],
    pub(crate) delay: u64,
    pub(crate) split: Option<usize>,
    pub(crate) coalesce: u64,
    pub(crate) aliases: bool,
    pub(crate) manual: bool,
    pub(crate) steps: Vec<Step>,
}

pub(crate) fn plan() -> impl Strategy<Value = Plan> {
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
