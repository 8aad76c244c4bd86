//! What goes to the clients: the broker's packets, and what a situation does to them.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::vec::Vec;

use mqttscope_broker::{self as broker, Transmit};
use mqttscope_monitor as monitor;
use mqttscope_shared::Instant;
use mqttscope_wire::{Framed, PacketType, ProtocolVersion, ReasonCode, Rule, Sender};

use super::lead::Do;
use super::link;
use super::situation::Held;
use super::{
    ClientCommand, ClientConnection, ClientExamination, Led, MOST_WITHHELD, OF_EACH, written,
};
use crate::answer::{self, Answer};
use crate::verdict::{Happened, Verdict};

impl ClientExamination<'_> {
    /// What steps ask for, on this connection of the client or on its last.
    pub(super) fn act(&mut self, now: Instant, id: ClientConnection, led: &mut Led) {
        for act in core::mem::take(&mut led.todo) {
            // What the broker was given before comes first.
            self.drain(now);
            let Some(client) = self.lead.as_ref().map(|lead| lead.client.clone()) else {
                return;
            };
            let own = self.own(id);
            match act {
                Do::Tell(bytes) => {
                    if let Some(id) = own {
                        self.tell(now, id, bytes);
                    }
                }
                Do::Limits(words) => self.limits = Some(words),
                Do::Hold(held) => self.held = Some(held),
                Do::Release => self.release(now),
                Do::Deliver(words) => {
                    let known = self.clients.get(&client);
                    let all = known.map_or(&[][..], |client| &client.subscribed);
                    if let Some(message) = link::message(all, &words) {
                        self.broker.publish(now, message);
                    }
                }
                Do::Forget => self.forget(now, &client),
                Do::Cut => {
                    if let Some(id) = own {
                        self.cut(now, id);
                    }
                }
            }
        }
    }

    /// This connection, if it is the led client's, or the newest that is.
    pub(super) fn own(&self, id: ClientConnection) -> Option<ClientConnection> {
        let is_led =
            |id: &ClientConnection| self.links.get(id).is_some_and(|link| self.is_led(link));
        let mut ids = self.links.keys().rev().copied();
        Some(id).filter(is_led).or_else(|| ids.find(is_led))
    }

    /// A message of the client that is in flight from here on, or one that is no more.
    pub(super) fn opens(&mut self, id: ClientConnection, packet: &Answer) {
        let link = self.links.get(&id);
        let Some(client) = link.and_then(|link| self.clients.get_mut(&link.client)) else {
            return;
        };
        let is_refused = packet.codes.first().is_some_and(|code| *code >= 0x80);
        match (packet.kind, packet.identifier) {
            (PacketType::Publish, Some(identifier)) => {
                client.open.insert(identifier);
            }
            (PacketType::Puback | PacketType::Pubcomp, Some(identifier)) => {
                client.open.remove(&identifier);
            }
            (PacketType::Pubrec, Some(identifier)) if is_refused => {
                client.open.remove(&identifier);
            }
            (PacketType::Connack, _) if !packet.present => {
                client.open.clear();
                client.subscribed.clear();
            }
            _ => {}
        }
    }

    /// A packet to the client, past the broker or from it.
    pub(super) fn tell(&mut self, now: Instant, id: ClientConnection, bytes: Vec<u8>) {
        let connection = monitor::ConnectionId(id.0);
        self.monitor.push(connection, Sender::Server, &bytes, now);
        let version = self.links.get(&id).map(|link| link.version);
        let read = version.map(|version| answer::read(&bytes, version, Sender::Server));
        if let Some(Ok((answer, _))) = read
            && answer.kind != PacketType::Publish
        {
            self.opens(id, &answer);
        }
        let is_led = self.links.get(&id).is_some_and(|link| self.is_led(link));
        if is_led {
            self.note(now, Happened::Sent(bytes.clone()));
        }
        self.commands.push_back(ClientCommand::Send(id, bytes));
    }

    pub(super) fn release(&mut self, now: Instant) {
        (self.held, self.withheld_bytes) = (None, 0);
        for (id, packet) in core::mem::take(&mut self.withheld) {
            if self.links.contains_key(&id) {
                self.tell(now, id, packet);
            }
        }
    }

    pub(super) fn cut(&mut self, now: Instant, id: ClientConnection) {
        let Some(link) = self.links.remove(&id) else {
            return;
        };
        if self.is_led(&link) {
            self.note(now, Happened::ClosedHere);
        }
        self.behind.remove(&link.behind);
        self.broker.handle_closed(now, link.behind);
        self.monitor.close(monitor::ConnectionId(id.0), now);
        self.commands.push_back(ClientCommand::Close(id));
    }

    /// A client of the same name begins a new session and goes: the broker has lost the old one.
    pub(super) fn forget(&mut self, now: Instant, client: &str) {
        let version = self
            .lead
            .as_ref()
            .map_or(ProtocolVersion::V5, |lead| lead.version);
        let id = format!("id={client}");
        let ghost = self.broker.handle_open(now);
        for line in [&["CONNECT", &*id][..], &["DISCONNECT"]] {
            if let Some(bytes) = written(line, version) {
                self.broker.handle_bytes(now, ghost, &bytes);
            }
        }
        self.broker.handle_closed(now, ghost);
    }

    /// What the broker sends goes on to the clients, unless a situation holds or changes it.
    pub(super) fn drain(&mut self, now: Instant) {
        while let Some((behind, transmit)) = self.broker.poll_transmit() {
            // The one that is not ours made the broker forget a session.
            let Some(id) = self.behind.get(&behind).copied() else {
                continue;
            };
            let bytes = match transmit {
                Transmit::Bytes(bytes) => bytes,
                Transmit::Close => {
                    self.closed_behind(now, id);
                    continue;
                }
            };
            if let Some(link) = self.links.get_mut(&id) {
                link.from_broker.push(&bytes);
            }
            while let Some(Framed::Packet(packet)) =
                (self.links.get_mut(&id)).and_then(|link| link.from_broker.next_frame())
            {
                let packet = packet.to_owned();
                self.sends(now, id, packet);
            }
        }
        while let Some(event) = self.broker.poll_event() {
            let broker::Event::Disconnected {
                cause: broker::Cause::Broker { reason, .. },
                ..
            } = event
            else {
                continue;
            };
            // A client that waits for what is held back is not silent by itself.
            if let (ReasonCode::KEEP_ALIVE_TIMEOUT, Some(version), None) =
                (reason, self.version, self.held)
            {
                let why =
                    "Nothing came from it for one and a half times its Keep Alive.".to_owned();
                self.broke(now, Rule::KeepAliveMissed, version, why);
            }
        }
    }

    pub(super) fn sends(&mut self, now: Instant, id: ClientConnection, packet: Vec<u8>) {
        let kind = PacketType::from_first_byte(packet.first().copied().unwrap_or(0));
        let is_led = self.links.get(&id).is_some_and(|link| self.is_led(link));
        let is_held = self
            .held
            .is_some_and(|held| held == Held::All || held == Held::Type(kind));
        if is_led && is_held {
            let takes = packet.len().saturating_add(OF_EACH);
            let all = self.withheld_bytes.saturating_add(takes);
            if all <= MOST_WITHHELD {
                self.withheld_bytes = all;
                self.withheld.push((id, packet));
                return;
            }
            let why = "More would have had to be held back from the client than is kept for it.";
            self.ended(now, (Verdict::Unknown, why.to_owned()));
        }
        if is_led
            && kind == PacketType::Connack
            && let Some(limits) = self.limits.take()
            && let Some(link) = self.links.get(&id)
        {
            let limited = link::limited(&packet, link.version, &limits).unwrap_or(packet);
            self.tell(now, id, limited);
            return;
        }
        self.tell(now, id, packet);
    }

    pub(super) fn closed_behind(&mut self, now: Instant, id: ClientConnection) {
        let Some(link) = self.links.remove(&id) else {
            return;
        };
        self.behind.remove(&link.behind);
        if self.is_led(&link) {
            self.note(now, Happened::ClosedHere);
        }
        self.monitor.close(monitor::ConnectionId(id.0), now);
        self.commands.push_back(ClientCommand::Close(id));
    }
}
