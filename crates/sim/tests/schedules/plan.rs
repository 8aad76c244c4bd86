//! What happens in a schedule.

use mqttscope_sim::End;
use mqttscope_wire::{ProtocolVersion, QoS};

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
