//! Rules that break a connection or keep a packet from going on, and their moments.

use std::sync::Arc;

use mqttscope_wire::{Context, ControlPacket, Frame, PacketType, ProtocolVersion, Sender};

use super::clients::{Count, Faults};
use super::link::{Action, Link, Phase, is_for};
use super::plan::{Fault, Rule, When};

impl Link {
    /// Whether a rule keeps this packet from going on.
    pub(super) fn stops(
        &mut self,
        rule: &Rule,
        count: Count,
        elapsed: u64,
        kind: PacketType,
        from: Sender,
        len: usize,
    ) -> bool {
        let line = rule.line;
        match &rule.fault {
            Fault::Cut(When::Before(which)) if count.is(*which) => {
                self.lose(len);
                self.cut(&format!(
                    "line {line}: cut before {} {}",
                    kind.name(),
                    which.nth.n
                ));
            }
            Fault::HalfOpen(When::Before(which)) if count.is(*which) => {
                self.lose(len);
                let what = format!(
                    "line {line}: half-open before {} {}",
                    kind.name(),
                    which.nth.n
                );
                self.half_open(&what);
            }
            Fault::Offline { from: begins, to }
                if kind == PacketType::Connect && (*begins..*to).contains(&elapsed) =>
            {
                self.lose(len);
                let left = to.saturating_sub(elapsed);
                self.cut(&format!("line {line}: offline for {left} ms more"));
            }
            Fault::Refuse { packet, code } if count.is(*packet) && from == Sender::Client => {
                self.lose(len);
                let answer: &[u8] = match self.version {
                    ProtocolVersion::V5 => &[0x20, 3, 0, *code, 0],
                    _ => &[0x20, 2, 0, *code],
                };
                self.actions
                    .push_back(Action::Send(Sender::Client, answer.to_vec()));
                self.cut(&format!(
                    "line {line}: the tap refuses CONNECT {} with 0x{code:02X}",
                    packet.nth.n
                ));
            }
            _ => return false,
        }
        true
    }

    pub(super) fn connects(&mut self, faults: &mut Faults, now: u64, packet: &[u8]) {
        let context = Context::new(ProtocolVersion::V5).from(Sender::Client);
        let Some(Frame {
            packet: Ok(ControlPacket::Connect(connect)),
            ..
        }) = Frame::read(packet, context)
        else {
            return;
        };
        self.version = connect.version;
        let name = connect.client_identifier.as_str();
        match faults.connects(name, now) {
            Some(since) => self.client = Some((name.into(), since)),
            None => {
                self.say("faults are for the first clients only, and this is one too many".into())
            }
        }
        // What was meant for a moment before this connection is not for it.
        for rule in 0..self.rules.len() {
            let is_past = self.moment(rule).is_some_and(|at| at < self.opened);
            if let Some(done) = self.done.get_mut(rule) {
                *done |= is_past;
            }
        }
    }

    /// When a rule that waits for a moment strikes this link.
    pub(super) fn moment(&self, index: usize) -> Option<u64> {
        let (client, since) = self.client.as_ref()?;
        let rule = self.rules.get(index).filter(|rule| is_for(rule, client))?;
        if self.done.get(index).is_none_or(|&done| done) {
            return None;
        }
        match rule.fault {
            Fault::Cut(When::At(at))
            | Fault::HalfOpen(When::At(at))
            | Fault::Offline { from: at, .. } => Some(since.saturating_add(at)),
            _ => None,
        }
    }

    /// Does what rules want at moments that have come, and lets go what was held back, in the order of time.
    pub(super) fn advance(&mut self, now: u64) {
        if self.phase != Phase::Open {
            return;
        }
        // What was due before is sent before.
        let due = (0..self.rules.len()).filter_map(|rule| Some((self.moment(rule)?, rule)));
        let mut due: Vec<(u64, usize)> = due.filter(|(at, _)| *at <= now).collect();
        due.sort_unstable();
        for (at, rule) in due {
            self.release(at);
            if let Some(done) = self.done.get_mut(rule) {
                *done = true;
            }
            if self.phase == Phase::Open {
                self.strike(rule, "");
            }
        }
        self.release(now);
    }

    /// Breaks the link for a rule.
    pub(super) fn strike(&mut self, rule: usize, behind: &str) {
        let rules = Arc::clone(&self.rules);
        let Some(rule) = rules.get(rule) else {
            return;
        };
        let line = rule.line;
        match &rule.fault {
            Fault::HalfOpen(_) => self.half_open(&format!("line {line}: half-open{behind}")),
            Fault::Offline { .. } => self.cut(&format!("line {line}: offline")),
            _ => self.cut(&format!("line {line}: cut{behind}")),
        }
    }

    /// The tap ends: what is due goes on, what is not is lost, and told.
    pub(crate) fn handle_stop(&mut self, now: u64) {
        self.advance(now);
        if self.phase == Phase::Over {
            return;
        }
        let before = self.lost();
        self.lose_waiting(Sender::Client);
        self.lose_waiting(Sender::Server);
        let lost = self.lost().saturating_sub(before);
        if lost > 0 {
            self.say(format!(
                "the tap ends; {lost} bytes that waited did not go on"
            ));
        }
        self.over();
    }

    /// Both sides are closed; what waits is lost.
    pub(super) fn cut(&mut self, what: &str) {
        self.lose_waiting(Sender::Client);
        self.lose_waiting(Sender::Server);
        let lost = self.lost;
        self.say(format!("{what}; {lost} bytes did not go on"));
        self.over();
    }

    /// The broker's side is closed, the client's is not.
    pub(super) fn half_open(&mut self, what: &str) {
        self.lose_waiting(Sender::Client);
        self.lose_waiting(Sender::Server);
        let lost = self.lost;
        self.say(format!(
            "{what}: the broker's side is closed, the client's stays; {lost} bytes did not go on"
        ));
        self.phase = Phase::HalfOpen;
        self.actions.push_back(Action::Close(Sender::Server));
        if self.half(Sender::Client).is_ended {
            // It has gone already, and its end was among what waited.
            self.over();
        }
    }

    pub(super) fn over(&mut self) {
        self.phase = Phase::Over;
        self.actions.push_back(Action::Over { by_fault: true });
    }
}

/// Until when an acknowledgement is held back, if it is.
pub(super) fn held_until(
    rules: &[(usize, &Rule)],
    elapsed: u64,
    kind: PacketType,
    from: Sender,
) -> Option<u64> {
    let is_acknowledgement = matches!(
        kind,
        PacketType::Puback
            | PacketType::Pubrec
            | PacketType::Pubcomp
            | PacketType::Suback
            | PacketType::Unsuback
    );
    let held = rules.iter().filter_map(|(_, rule)| match rule.fault {
        Fault::Hold {
            by,
            from: begins,
            until,
        } if by == from && (begins..until).contains(&elapsed) => Some(until),
        _ => None,
    });
    held.max().filter(|_| is_acknowledgement)
}
