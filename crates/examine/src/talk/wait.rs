//! Waiting: whether what a line names has come, what came in its place, and when it is too late.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use core::time::Duration;

use mqttscope_shared::Instant;
use mqttscope_wire::PacketType;

use super::{ANSWER, Around, Judged, Talk};
use crate::check::{Act, Line, Order, Then, Wait, What};
use crate::link::Phase;
use crate::verdict::Verdict;
use crate::words::{self, Variables};

/// How long a connection may stay open that must be closed, before a PINGREQ asks whether it goes on.
const BEFORE_PROBE: Duration = Duration::from_secs(1);
/// The packet that asks whether a connection goes on.
const PINGREQ: [u8; 2] = [0xc0, 0];

pub(super) enum Came {
    /// What was asked for.
    It,
    /// Something else that rules it out.
    Other(String),
    Nothing,
}

impl<'c> Talk<'c> {
    /// Whether what a line names has come.
    pub(super) fn look(&mut self, wait: &Wait<'_>, variables: &mut Variables) -> Came {
        let Some(link) = self.links.get_mut(wait.connection) else {
            return Came::Nothing;
        };
        if let Some(wrong) = &link.wrong {
            return Came::Other(format!(
                "the broker sent a packet that breaks a rule: {wrong}"
            ));
        }
        let closed = match link.phase {
            Phase::ClosedThere(at) => Some((at - link.last_sent).saturating_sub(self.away)),
            _ => None,
        };
        match &wait.what {
            What::Close => closed.map_or(Came::Nothing, |_| Came::It),
            What::CloseWithin(from, _) => match closed {
                Some(after) if after < Duration::from_millis(*from) => Came::Other(format!(
                    "it was closed after {} ms already",
                    after.as_millis()
                )),
                Some(_) => Came::It,
                None => Came::Nothing,
            },
            What::Packet { words, order } => {
                let kind = words.first().copied().unwrap_or_default();
                let kind = PacketType::ALL
                    .into_iter()
                    .find(|known| known.name() == kind);
                let v5 = self.version.is_v5();
                let mut other = None;
                for answer in link.untaken(kind.filter(|_| *order != Order::Next)) {
                    match answer.matches(words, &self.names, variables, v5) {
                        Ok(()) => {
                            answer.is_taken = true;
                            return Came::It;
                        }
                        Err(_) if *order == Order::Any => {}
                        Err(word) => {
                            let codes = answer.codes();
                            let bytes = words::shown(&answer.bytes, 64);
                            let codes = if codes.is_empty() {
                                codes
                            } else {
                                format!(" with {codes}")
                            };
                            other = Some(format!(
                                "{}{codes} came, which differs in: {word} ({bytes})",
                                answer.kind.name()
                            ));
                            break;
                        }
                    }
                }
                match (other, closed) {
                    (Some(other), _) => Came::Other(other),
                    (None, Some(_)) => Came::Other("the broker closed the connection".to_owned()),
                    (None, None) => Came::Nothing,
                }
            }
        }
    }

    /// Some lines that begin with what may come instead, and the one behind them. A close counts only where no packet
    /// before it is what the lines are about.
    pub(super) fn instead(&mut self, around: &mut Around<'_>) -> Option<Result<(), Judged>> {
        let check = self.check;
        let lines = check.lines.get(self.at..).unwrap_or_default();
        let mut passed = 0_usize;
        let mut closed = None;
        for line in lines {
            passed = passed.saturating_add(1);
            if line.only_v5.is_some_and(|v5| v5 != self.version.is_v5()) {
                continue;
            }
            match &line.act {
                Act::Instead(wait, then) => {
                    let mut variables = self.variables.clone();
                    if !self.look(wait, &mut variables).is_it() {
                        continue;
                    }
                    self.variables = variables;
                    if let (What::Close, Then::End(verdict, why)) = (&wait.what, then) {
                        closed = closed.or(Some((*verdict, *why)));
                        continue;
                    }
                    if let Then::End(verdict, why) = then {
                        self.note_elapsed(wait, around.now);
                        let behind = lines.iter().skip(passed);
                        for line in behind.skip_while(|line| !matches!(line.act, Act::Fact(..))) {
                            let Act::Fact(name, value) = line.act else {
                                break;
                            };
                            self.fact(name, value);
                        }
                        return Some(Err((*verdict, (*why).to_owned())));
                    }
                    // The line behind the group is passed over, too.
                    let rest = lines.iter().skip(passed);
                    let more = rest
                        .take_while(|line| matches!(line.act, Act::Instead(..)))
                        .count();
                    self.at = self.at.saturating_add(passed).saturating_add(more);
                    self.elapsed = around.now - self.since;
                    return Some(Ok(()));
                }
                Act::Wait(wait) => {
                    let done = match (self.wait(wait, line, around), closed) {
                        (Some(Ok(())), _) => Ok(()),
                        (_, Some((verdict, why))) => return Some(Err((verdict, why.to_owned()))),
                        (done, None) => done?,
                    };
                    self.at = self.at.saturating_add(passed).saturating_sub(1);
                    return Some(done);
                }
                _ => {
                    return Some(Err((
                        Verdict::Unknown,
                        "The check is written wrong.".to_owned(),
                    )));
                }
            }
        }
        Some(Err((
            Verdict::Unknown,
            "The check is written wrong.".to_owned(),
        )))
    }

    pub(super) fn wait(
        &mut self,
        wait: &Wait<'static>,
        line: &'c Line<'static>,
        around: &mut Around<'_>,
    ) -> Option<Result<(), Judged>> {
        let now = around.now;
        let mut variables = core::mem::take(&mut self.variables);
        let came = self.look(wait, &mut variables);
        self.variables = variables;
        match came {
            Came::It => {
                self.note_elapsed(wait, now);
                return Some(Ok(()));
            }
            Came::Other(other) => return Some(self.failed(line, &other)),
            Came::Nothing => {}
        }
        let Some(link) = self.links.get_mut(wait.connection) else {
            return Some(self.failed(line, "there is no such connection"));
        };
        if let What::CloseWithin(_, to) = wait.what {
            let until = link.last_sent + Duration::from_millis(to) + around.round_trip * 2;
            self.deadline = Some(until);
            let late = format!(
                "it is still open {to} ms after the last packet; this rests on that time alone"
            );
            return (now >= until).then(|| self.failed(line, &late));
        }
        let is_close = matches!(wait.what, What::Close);
        if is_close && self.is_probed && link.untaken(Some(PacketType::Pingresp)).next().is_some() {
            return Some(self.failed(
                line,
                "the connection goes on: a PINGREQ behind it was answered",
            ));
        }
        let probe = self.since + BEFORE_PROBE + around.round_trip * 2;
        let until = self.since + ANSWER + around.round_trip * 4;
        // Behind the wait, a PINGREQ tells a connection that stays from one that nobody reads any more.
        if !self.is_probed && now >= probe && link.is_connected && link.phase == Phase::Open {
            self.is_probed = true;
            self.transmit(wait.connection, PINGREQ.to_vec(), around);
        }
        self.deadline = Some(if self.is_probed || now >= probe {
            until
        } else {
            probe
        });
        if now < until {
            return None;
        }
        let waited = (now - self.since).as_millis();
        let link = self.links.get_mut(wait.connection);
        let answers = self.is_probed
            && link.is_some_and(|link| link.untaken(Some(PacketType::Pingresp)).next().is_some());
        let rests = if answers {
            "the broker answered a PINGREQ in the meantime"
        } else {
            "this rests on that time alone"
        };
        let link = self.links.get(wait.connection);
        let late = if is_close {
            "it is still open"
        } else if link.is_some_and(|link| link.inbox.is_empty()) {
            "the broker took the connection, and answered nothing at all"
        } else {
            "nothing such came"
        };
        Some(self.failed(line, &format!("{late} after {waited} ms; {rests}")))
    }

    /// How long what came took.
    fn note_elapsed(&mut self, wait: &Wait<'_>, now: Instant) {
        self.elapsed = now - self.since;
        if let What::CloseWithin(..) = wait.what
            && let Some(link) = self.links.get(wait.connection)
            && let Phase::ClosedThere(at) = link.phase
        {
            self.elapsed = at - link.last_sent;
        }
    }

    /// A line that was not kept to.
    pub(super) fn failed(&self, line: &Line<'_>, what: &str) -> Result<(), Judged> {
        let note = if line.note.is_empty() {
            String::new()
        } else {
            format!(" {}.", line.note)
        };
        let text = format!("Expected `{}`: {what}.{note}", line.text);
        Err(if !self.is_shown {
            (Verdict::Unknown, format!("On the way there. {text}"))
        } else if self.shows_must() {
            (Verdict::Broken, text)
        } else {
            (
                Verdict::Allowed,
                format!("The standard asks for it with SHOULD. {text}"),
            )
        })
    }

    fn shows_must(&self) -> bool {
        let mut shows = self.check.shows.iter();
        shows
            .find(|shows| shows.version == self.version)
            .is_none_or(|shows| shows.is_must)
    }
}

impl Came {
    pub(super) const fn is_it(&self) -> bool {
        matches!(self, Self::It)
    }
}
