//! The examination of a broker, and cases, over the engine's sockets.

use mqttscope_protocol::{AskCase, Examine, Profile, Report, Target};
use mqttscope_shared::Instant;
use mqttscope_wire::ProtocolVersion;

use super::closing::address;
use super::events::{bridging, subprotocol, words_of};
use super::{Closed, Engine, SocketId, Transport};
use crate::examining::{Asked, CASE, Examining, led, offers};

/// Where a broker is, without what nobody else may read.
pub(crate) fn address_of(target: &Target) -> String {
    address(target)
}

impl Engine {
    /// Does what the page asks of it.
    pub(super) fn examine(&mut self, now: Instant, wanted: Examine) {
        match wanted {
            Examine::Checks(text) => match self.examining.set_checks(text) {
                Ok(()) => self.answers.push(Report::Checks(self.examining.listed())),
                Err(why) => self.notice(None, true, format!("No checks: {why}.")),
            },
            Examine::Begin(profile, checks) => self.begin_examining(now, profile, &checks),
            Examine::Again(number) => {
                let seed = self.next_seed();
                if self.examining.is_on() {
                    self.notice(None, true, "Not run again: other checks still run.");
                } else if !self.examining.again(now, number, seed) {
                    self.notice(None, true, "Not run again: no such check.");
                }
            }
            Examine::Pause(is_paused) => self.examining.pause(now, is_paused),
            Examine::Cancel => self.examining.cancel(now),
            Examine::Forget => self.examining.forget(now),
            Examine::Open(number) => {
                let opened = self.examining.open(number);
                self.answers
                    .extend(opened.map(|opened| Report::Examined(Box::new(opened))));
            }
            Examine::Rows(packets) => {
                let told = led(&packets);
                self.answers.push(Report::Led(Box::new(told)));
            }
            Examine::Export(format) => {
                let exported = self.examining.exported(format);
                self.answers.push(Report::Exported(exported));
            }
        }
        self.keep_its_topics_out();
        self.settle_examining(now);
    }

    fn begin_examining(&mut self, now: Instant, profile: Box<Profile>, checks: &[u32]) {
        let seed = self.next_seed();
        if self.examining.is_on() {
            self.notice(None, true, "Not begun: another examination goes on.");
        } else if !self.examining.begin(now, profile, checks, seed) {
            self.notice(None, true, "Not begun: there are no such checks.");
        }
    }

    /// Who is subscribed to everything gets some hundred topics of it, which would stand among the others for good.
    fn keep_its_topics_out(&mut self) {
        for examining in [&self.examining, &self.case] {
            if let Some(topics) = examining.topics() {
                self.topics.keep_out(topics);
            }
        }
    }

    /// Does what the page asks of cases.
    pub(super) fn case(&mut self, now: Instant, wanted: AskCase) {
        match wanted {
            AskCase::Offers(version) => {
                let offers = Report::CaseOffers(Box::new(offers(version)));
                self.answers.push(offers);
            }
            AskCase::Run(profile, text) => self.run_case(now, profile, &text),
            AskCase::Stop => self.case.cancel(now),
        }
        self.settle_examining(now);
    }

    fn run_case(&mut self, now: Instant, profile: Box<Profile>, text: &str) {
        let seed = self.next_seed();
        if self.case.is_on() {
            return self.notice(None, true, "Not run: another case still runs.");
        }
        match self.case.set_case(text, profile.version) {
            Err(why) => self.notice(None, true, format!("Not run: {why}")),
            Ok(()) => {
                self.case.begin(now, profile, &[CASE], seed);
                self.keep_its_topics_out();
            }
        }
    }

    /// Whether a broker is examined, or a case runs.
    pub(super) const fn is_examining(&self) -> bool {
        self.examining.is_on() || self.case.is_on()
    }

    /// Whose a socket is that belongs to no connection.
    fn examined_by(&mut self, socket: SocketId) -> Option<&mut Examining> {
        let both = [&mut self.examining, &mut self.case];
        both.into_iter().find(|examining| examining.has(socket))
    }

    /// A socket that is nobody's else is open.
    pub(super) fn examined_open(&mut self, now: Instant, socket: SocketId) {
        if let Some(examining) = self.examined_by(socket) {
            examining.opened(now, socket);
            self.settle_examining(now);
        }
    }

    /// It brought bytes.
    #[inline(never)]
    pub(super) fn examined_bytes(&mut self, now: Instant, socket: SocketId, bytes: &[u8]) {
        if let Some(examining) = self.examined_by(socket) {
            examining.bytes(now, socket, bytes);
            self.settle_examining(now);
        }
    }

    /// It is closed.
    pub(super) fn examined_closed(&mut self, now: Instant, socket: SocketId, closed: &Closed) {
        if let Some(examining) = self.examined_by(socket)
            && let Some(profile) = examining.profile()
        {
            let why = words_of(&closed.without_secrets_of(&profile.target));
            examining.closed(now, socket, &why);
            self.settle_examining(now);
        }
    }

    /// It brought text, over which a client closes it.
    pub(super) fn examined_text(&mut self, now: Instant, socket: SocketId) {
        if let Some(examining) = self.examined_by(socket) {
            let why = "the server sent text where MQTT wants binary WebSocket frames";
            examining.closed(now, socket, why);
            self.transport.push_back(Transport::Close { socket });
            self.settle_examining(now);
        }
    }

    /// Does what is due.
    pub(super) fn examined_timeout(&mut self, now: Instant) {
        let mut is_due = false;
        for examining in [&mut self.examining, &mut self.case] {
            if examining.poll_timeout().is_some_and(|due| due <= now) {
                examining.timeout(now);
                is_due = true;
            }
        }
        if is_due {
            self.settle_examining(now);
        }
    }

    /// Hands on what they ask of their sockets.
    fn settle_examining(&mut self, now: Instant) {
        self.changed = true;
        for examining in [&mut self.examining, &mut self.case] {
            while let Some(asked) = examining.poll_asked(now, &mut self.next_socket) {
                let transport = match asked {
                    Asked::Open(socket, version) => {
                        way(examining.profile(), socket, version, self.bridge.as_ref())
                    }
                    Asked::Send(socket, bytes) => Some(Transport::Send { socket, bytes }),
                    Asked::Close(socket) => Some(Transport::Close { socket }),
                };
                self.transport.extend(transport);
            }
        }
    }
}

/// The same way that connections of the profile go.
fn way(
    profile: Option<&Profile>,
    socket: SocketId,
    version: ProtocolVersion,
    bridge: Option<&String>,
) -> Option<Transport> {
    let profile = profile?;
    let subprotocol = subprotocol(version);
    Some(Transport::Open {
        socket,
        target: profile.target.clone(),
        subprotocol,
        bridge: bridging(profile, subprotocol, bridge),
    })
}
