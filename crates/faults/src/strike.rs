//! Faults that break a connection or keep a packet from going on, and their moments.

use std::sync::Arc;

use mqttscope_capture::mark::{Effect, MarkedPacket};
use mqttscope_wire::{Context, ControlPacket, Frame, PacketType, ProtocolVersion, Sender};

use super::clients::{Active, Faults};
use super::link::{Action, Link, Phase};
use super::plan::{Fault, When};
use super::said::counted;

impl Link {
    /// Whether a fault keeps this packet from going on. `is_it`: the packet is the one that it waits for; `elapsed`: since
    /// its time began for the client.
    pub(super) fn stops(
        &mut self,
        active: &Active,
        is_it: bool,
        elapsed: Option<u64>,
        packet: MarkedPacket,
        len: usize,
    ) -> bool {
        let name = packet.packet_type.name();
        let n = active.rule.fault.packet().map_or(0, |which| which.nth.n);
        match &active.rule.fault {
            Fault::Cut(When::Before(_)) if is_it => {
                self.lose(len);
                self.cut(active, Some(packet), &format!("cut before {name} {n}"));
            }
            Fault::Lose(_) if is_it => {
                self.lose(len);
                active.strike();
                let text = format!(
                    "{active}: {name} {n} is lost; {} did not go on",
                    counted(len as u64, "byte")
                );
                self.say(active, Effect::Lost, Some(packet), text);
            }
            Fault::HalfOpen(When::Before(_)) if is_it => {
                self.lose(len);
                self.half_open(
                    active,
                    Some(packet),
                    &format!("half-open before {name} {n}"),
                );
            }
            Fault::Offline { from: begins, to }
                if packet.packet_type == PacketType::Connect
                    && elapsed.is_some_and(|elapsed| (*begins..*to).contains(&elapsed)) =>
            {
                self.lose(len);
                let left = to.saturating_sub(elapsed.unwrap_or(0));
                self.cut(active, Some(packet), &format!("offline for {left} ms more"));
            }
            Fault::Refuse { code, .. } if is_it => {
                self.lose(len);
                let answer: &[u8] = match self.version {
                    ProtocolVersion::V5 => &[0x20, 3, 0, *code, 0],
                    _ => &[0x20, 2, 0, *code],
                };
                self.actions
                    .push_back(Action::Send(Sender::Client, answer.to_vec()));
                let what = format!("CONNECT {n} is refused with 0x{code:02X}");
                self.cut(active, Some(packet), &what);
            }
            _ => return false,
        }
        true
    }

    pub(super) fn connects(&mut self, faults: &mut Faults, now: u64, packet: &[u8]) {
        let context = Context::new(ProtocolVersion::V5).sent_by(Sender::Client);
        let Some(Frame {
            packet: Ok(ControlPacket::Connect(connect)),
            ..
        }) = Frame::read(packet, context)
        else {
            return;
        };
        self.version = connect.version;
        let name = connect.client_identifier.as_str();
        self.client = Some((name.into(), faults.connects(name, now)));
        // What was meant for a moment before this connection is not for it.
        for active in Arc::clone(&self.rules).iter() {
            if self.moment(active).is_some_and(|at| at < self.opened) {
                self.done.insert(active.number);
            }
        }
    }

    /// When a fault that waits for a moment strikes this link.
    pub(super) fn moment(&self, active: &Active) -> Option<u64> {
        let (client, since) = self.client.as_ref()?;
        if !active.is_for(client) || self.done.contains(&active.number) {
            return None;
        }
        match active.rule.fault {
            Fault::Cut(When::At(at))
            | Fault::HalfOpen(When::At(at))
            | Fault::Offline { from: at, .. } => Some(active.begins(*since).saturating_add(at)),
            _ => None,
        }
    }

    /// Does what faults want at moments that have come, and lets go what was held back, in the order of time.
    pub(super) fn advance(&mut self, now: u64) {
        if self.phase != Phase::Open {
            return;
        }
        // What was due before is sent before.
        let rules = self.rules.iter();
        let due = rules.filter_map(|active| Some((self.moment(active)?, active.number)));
        let mut due: Vec<(u64, u32)> = due.filter(|(at, _)| *at <= now).collect();
        due.sort_unstable();
        for (at, number) in due {
            self.release(at);
            self.done.insert(number);
            if self.phase == Phase::Open {
                self.strike(number, None);
            }
        }
        self.release(now);
    }

    /// Breaks the link for a fault, if it is still in force; behind the packet, where there is one.
    pub(super) fn strike(&mut self, number: u32, packet: Option<MarkedPacket>) {
        let rules = Arc::clone(&self.rules);
        let Some(active) = rules.iter().find(|active| active.number == number) else {
            return;
        };
        let behind = if packet.is_some() {
            " behind its packet"
        } else {
            ""
        };
        match &active.rule.fault {
            Fault::HalfOpen(_) => self.half_open(active, packet, &format!("half-open{behind}")),
            Fault::Offline { .. } => self.cut(active, packet, "offline"),
            _ => self.cut(active, packet, &format!("cut{behind}")),
        }
    }

    /// It ends, for this reason: what is due goes on, what is not is lost, and told.
    pub fn handle_stop(&mut self, now: u64, why: &str) {
        self.advance(now);
        if self.phase == Phase::Over {
            return;
        }
        let before = self.lost();
        self.lose_waiting(Sender::Client);
        self.lose_waiting(Sender::Server);
        let lost = self.lost().saturating_sub(before);
        if lost > 0 {
            self.tell(format!(
                "{why}; {} that waited did not go on",
                counted(lost, "byte")
            ));
        }
        self.over();
    }

    /// Both sides are closed; what waits is lost.
    fn cut(&mut self, active: &Active, packet: Option<MarkedPacket>, what: &str) {
        self.lose_waiting(Sender::Client);
        self.lose_waiting(Sender::Server);
        active.strike();
        let text = format!(
            "{active}: {what}; {} did not go on",
            counted(self.lost, "byte")
        );
        self.say(active, Effect::Cut, packet, text);
        self.over();
    }

    /// The broker's side is closed, the client's is not.
    fn half_open(&mut self, active: &Active, packet: Option<MarkedPacket>, what: &str) {
        self.lose_waiting(Sender::Client);
        self.lose_waiting(Sender::Server);
        active.strike();
        let text = format!(
            "{active}: {what}: the broker's side is closed, the client's stays; {} did not go on",
            counted(self.lost, "byte")
        );
        self.say(active, Effect::Silent, packet, text);
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

/// The fault that holds an acknowledgement back for longest, if one does, and until when.
pub(super) fn holds<'a>(
    own: &[&'a Active],
    now: u64,
    since: u64,
    kind: PacketType,
    from: Sender,
) -> Option<(&'a Active, u64)> {
    let is_acknowledgement = matches!(
        kind,
        PacketType::Puback
            | PacketType::Pubrec
            | PacketType::Pubcomp
            | PacketType::Suback
            | PacketType::Unsuback
    );
    let held = own.iter().filter_map(|active| match active.rule.fault {
        Fault::Hold {
            by,
            from: begins,
            until,
        } if by == from => {
            let since = active.begins(since);
            let is_now = now
                .checked_sub(since)
                .is_some_and(|elapsed| (begins..until).contains(&elapsed));
            is_now.then(|| (*active, since.saturating_add(until)))
        }
        _ => None,
    });
    held.max_by_key(|(_, until)| *until)
        .filter(|_| is_acknowledgement)
}
