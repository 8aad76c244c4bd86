//! A broker with clients that say anything.
#![no_main]

mod script;

use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use mqttscope_broker::{Broker, ConnectionId, Instant, Limits, Options, Transmit};
use mqttscope_wire::{Context, Decoded, ProtocolVersion, Sender, decode};
use script::Script;

const MESSAGE_BYTES: usize = 4000;
const PACKET: usize = 2000;
/// More than all that its limits, and one input of 4 kB, let it hold.
const HEAP: u64 = 1 << 20;

fn options() -> Options {
    let limits = Limits {
        connections: 4,
        sessions: 3,
        subscriptions: 3,
        retained: 3,
        queue: 5,
        message_bytes: MESSAGE_BYTES,
        connect_size: 500,
        input: 3 * PACKET,
        packet_size: PACKET,
        receive_maximum: 2,
        in_flight: 2,
        topic_alias_maximum: 2,
        topic_aliases_out: 2,
        output: 5000,
        events: 10,
        ..Limits::default()
    };
    Options { limits, ..Options::new(0) }
}

/// One of the versions must read the bytes as whole packets of a server.
fn valid(bytes: &[u8]) -> bool {
    ProtocolVersion::ALL.into_iter().any(|version| {
        let mut rest = bytes;
        while let Ok(Decoded::Packet { len, .. }) = decode(rest, Context::new(version).sent_by(Sender::Server)) {
            rest = &rest[len..];
        }
        rest.is_empty()
    })
}

struct Play {
    broker: Broker,
    now: Instant,
    open: Vec<ConnectionId>,
}

impl Play {
    fn step(&mut self, act: u8, script: &mut Script<'_>) {
        let client = self.open.get(usize::from(act >> 4) % self.open.len().max(1)).copied();
        match (act % 16, client) {
            (0, _) => self.open.push(self.broker.handle_open(self.now)),
            (1, Some(id)) => {
                self.broker.handle_closed(self.now, id);
                self.open.retain(|&other| other != id);
            }
            (2, Some(id)) => self.broker.handle_congestion(self.now, id, script.number() & 1 == 1),
            (3, _) => {
                self.now = self.now + Duration::from_millis(u64::from(script.number()) * 500);
                self.broker.handle_timeout(self.now);
                assert!(self.broker.poll_timeout().is_none_or(|at| at > self.now));
            }
            (4, _) => self.restart(),
            (_, Some(id)) => self.broker.handle_bytes(self.now, id, script.bytes()),
            (_, None) => {}
        }
    }

    fn restart(&mut self) {
        let saved = self.broker.save(self.now);
        self.open.clear();
        self.broker = Broker::restore(options(), saved, self.now, Duration::ZERO);
    }

    fn drain(&mut self) {
        while let Some((id, transmit)) = self.broker.poll_transmit() {
            match transmit {
                Transmit::Bytes(bytes) => assert!(valid(&bytes), "{bytes:02x?}"),
                Transmit::Close => self.open.retain(|&other| other != id),
            }
        }
        let limits = self.broker.options().limits;
        assert!(self.broker.sessions().count() <= limits.sessions);
        assert!(self.broker.connections().count() <= limits.connections + 1);
        for session in self.broker.sessions() {
            assert!(session.queued().len() + session.unacknowledged().count() <= limits.queue);
            assert!(session.subscriptions().count() <= limits.subscriptions);
        }
    }

    /// When all are gone and time has passed, only what never expires is left.
    fn end(&mut self) {
        for id in std::mem::take(&mut self.open) {
            self.broker.handle_closed(self.now, id);
        }
        self.now = self.now + Duration::from_secs(1 << 34);
        self.broker.handle_timeout(self.now);
        assert_eq!(self.broker.connections().count(), 0);
        assert!(self.broker.sessions().all(|session| session.session_expiry_interval() == u32::MAX));
        let subscriptions: usize = self.broker.sessions().map(|session| session.subscriptions().count()).sum();
        assert_eq!(self.broker.subscription_count(), subscriptions);
    }
}

fuzz_target!(|bytes: &[u8]| {
    let mut script = Script::new(bytes);
    let used = allocation_counter::measure(|| {
        let mut play = Play { broker: Broker::new(options()), now: Instant::ZERO, open: Vec::new() };
        while let Some(act) = script.next() {
            play.step(act, &mut script);
            play.drain();
        }
        play.end();
    });
    assert!(used.bytes_max < HEAP, "{} bytes at once", used.bytes_max);
});
