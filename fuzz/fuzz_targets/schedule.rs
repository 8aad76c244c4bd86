//! Plans for the simulated world of the session crate's schedule tests: they must keep what QoS 0,
//! 1 and 2 promise whatever happens.
#![no_main]

#[path = "../../crates/sim/tests/schedules/ear.rs"]
mod ear;
#[path = "../../crates/sim/tests/schedules/plan.rs"]
mod plan;
#[path = "../../crates/sim/tests/schedules/run.rs"]
mod run;
mod script;

use libfuzzer_sys::fuzz_target;
use mqttscope_sim::End;
use mqttscope_wire::{ProtocolVersion, QoS};
use plan::{Plan, Step};
use script::Script;

/// More than a world of two clients holds for 60 short messages.
const HEAP: u64 = 4 << 20;
const STEPS: usize = 60;
const ENDS: [End; 2] = [End::Client, End::Server];
const QOS: [QoS; 3] = [QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce];

fn step(act: u8, script: &mut Script<'_>) -> Step {
    let client = usize::from(act >> 7);
    match act % 16 {
        0..=5 => Step::Publish { topic: usize::from(script.number() % 3), qos: script.one_of(&QOS) },
        6 => Step::Cut { client },
        7 | 8 => Step::CutAfter { client, from: script.one_of(&ENDS), bytes: usize::from(script.number()) },
        9 => Step::Silence { client, end: script.one_of(&ENDS) },
        10 => Step::Restart { client },
        11 => Step::RestartBroker { with_sessions: script.number() % 4 != 0 },
        12 => Step::Unreachable { client, reachable: script.number() & 1 == 1 },
        _ => Step::Pass { millis: u64::from(script.number()) * 16 },
    }
}

fn plan(script: &mut Script<'_>) -> Plan {
    let flags = script.number();
    let is = |bit: u8| flags >> bit & 1 == 1;
    let mut version = || script.one_of(&ProtocolVersion::ALL);
    let versions = [version(), version()];
    let mut maximum = || u16::from(script.number() % 20) + 1;
    let mut plan = Plan {
        lasting: !is(0),
        versions,
        receive_maximum: [maximum(), maximum()],
        delay: u64::from(script.number() % 50),
        split: is(1).then(|| usize::from(script.number() % 12) + 1),
        coalesce: u64::from(script.number() % 30),
        aliases: is(2),
        manual: is(3),
        steps: Vec::new(),
    };
    while let Some(act) = script.next().filter(|_| plan.steps.len() < STEPS) {
        plan.steps.push(step(act, script));
    }
    plan
}

fuzz_target!(|bytes: &[u8]| {
    let plan = plan(&mut Script::new(bytes));
    let used = allocation_counter::measure(|| {
        if let Err(error) = run::run(&plan) {
            panic!("{error}: {plan:#?}");
        }
    });
    assert!(used.bytes_max < HEAP, "{} bytes at once", used.bytes_max);
});
