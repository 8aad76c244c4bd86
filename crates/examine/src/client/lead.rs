//! A situation on its way: goes through the steps as the client's packets come, and judges.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use mqttscope_shared::Instant;
use mqttscope_wire::{PacketType, ProtocolVersion};

use super::OF_EACH;
use super::situation::{Act, Held, Situation, Step, Take, What};
use crate::answer::Answer;
use crate::verdict::{Fact, Happened, Seen, Verdict};
use crate::words::{self, Names, Variables};

/// The most memory of what has happened in a situation.
const MOST_SEEN: usize = 1 << 20;

/// What a step asks of the examination around it.
#[derive(Clone, Debug)]
pub(crate) enum Do {
    Tell(Vec<u8>),
    Limits(Vec<&'static str>),
    Hold(Held),
    Release,
    Deliver(Vec<&'static str>),
    Forget,
    Cut,
}

/// A judgement, and why.
pub(crate) type Judged = (Verdict, String);

/// What has happened on the client's connection.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Event<'a> {
    Packet(&'a Answer),
    /// The client closed it.
    Closed,
    /// Time has passed.
    Time,
}

impl Event<'_> {
    /// Whether the client ends the connection: the broker closes it over a DISCONNECT, which may be seen first.
    fn is_end(self) -> bool {
        match self {
            Self::Closed => true,
            Self::Packet(packet) => packet.kind == PacketType::Disconnect,
            Self::Time => false,
        }
    }
}

#[derive(Debug)]
pub(crate) struct Lead {
    /// Its place in the list.
    pub(crate) which: usize,
    pub(crate) version: ProtocolVersion,
    /// The Client Identifier.
    pub(crate) client: String,
    at: usize,
    is_shown: bool,
    variables: Variables,
    started: Instant,
    /// When the step at which it stands was come to.
    since: Instant,
    /// When we closed the transport last.
    cut_at: Instant,
    /// The client has a connection, as far as the steps know.
    is_open: bool,
    /// A message is to be delivered, and did not go out yet.
    is_undelivered: bool,
    pub(crate) deadline: Option<Instant>,
    pub(crate) seen: Vec<Seen>,
    /// What that takes of memory.
    seen_bytes: usize,
    /// How much of the conversation found no room in it.
    pub(crate) unseen: u32,
    pub(crate) facts: Vec<Fact>,
    pub(crate) todo: Vec<Do>,
}

impl Lead {
    pub(crate) fn new(which: usize, version: ProtocolVersion, client: &str, now: Instant) -> Self {
        Self {
            which,
            version,
            client: client.to_owned(),
            at: 0,
            is_shown: false,
            variables: Variables::new(),
            started: now,
            since: now,
            cut_at: now,
            is_open: true,
            is_undelivered: false,
            deadline: None,
            seen: Vec::new(),
            seen_bytes: 0,
            unseen: 0,
            facts: Vec::new(),
            todo: Vec::new(),
        }
    }

    pub(crate) const fn started(&self) -> Instant {
        self.started
    }

    pub(crate) fn note(&mut self, now: Instant, what: Happened) {
        let at = u64::try_from((now - self.started).as_millis()).unwrap_or(u64::MAX);
        let takes = match &what {
            Happened::Sent(bytes) | Happened::Received(bytes) => bytes.len(),
            _ => 0,
        };
        if let Happened::Sent(bytes) = &what
            && let Some(first) = bytes.first()
        {
            self.is_undelivered &= PacketType::from_first_byte(*first) != PacketType::Publish;
        }
        let takes = takes.saturating_add(OF_EACH);
        let all = self.seen_bytes.saturating_add(takes);
        // What comes behind a gap would be misread.
        if self.unseen > 0 || all > MOST_SEEN {
            self.unseen = self.unseen.saturating_add(1);
            return;
        }
        self.seen_bytes = all;
        self.seen.push(Seen {
            at,
            connection: "client".to_owned(),
            what,
        });
    }

    /// Whether a situation begins with this packet.
    pub(crate) fn begins(situation: &Situation, version: ProtocolVersion, packet: &Answer) -> bool {
        let mut steps = situation.steps.iter();
        let first = steps.find_map(|step| match &step.act {
            Act::Take(take) if is_for(step, version) => Some(take),
            _ => None,
        });
        first.is_some_and(|take| fits(take, packet, version, &Variables::new()).is_ok())
    }

    /// Goes on as far as it can. Gives whether the broker is to get the packet, and the end.
    pub(crate) fn go_on(
        &mut self,
        situation: &Situation,
        event: Event<'_>,
        now: Instant,
    ) -> (bool, Option<Judged>) {
        let mut event = Some(event);
        let mut is_deaf = false;
        loop {
            let Some(step) = situation.steps.get(self.at) else {
                return (!is_deaf, Some((Verdict::Kept, situation.title.to_owned())));
            };
            if is_for(step, self.version) {
                let done = match &step.act {
                    Act::Shown => {
                        self.is_shown = true;
                        Some(Ok(()))
                    }
                    Act::Take(_) | Act::Close(_) | Act::Instead(..) | Act::Silence(..) => {
                        let Some(event) = event.take() else {
                            self.deadline = self.deadline_of(situation, step);
                            return (!is_deaf, None);
                        };
                        self.waits(situation, step, event, now, &mut is_deaf)
                    }
                    act => {
                        self.acts(act);
                        Some(Ok(()))
                    }
                };
                match done {
                    Some(Ok(())) => {}
                    Some(Err(judged)) => return (!is_deaf, Some(judged)),
                    None => {
                        self.deadline = self.deadline_of(situation, step);
                        return (!is_deaf, None);
                    }
                }
            }
            self.at = self.at.saturating_add(1);
            self.since = now;
            self.deadline = None;
        }
    }

    /// A step that waits for nothing.
    fn acts(&mut self, act: &Act) {
        let todo = match act {
            Act::Tell(line) => {
                let names = Names::default();
                match words::packet(line, self.version, "client", &names, &self.variables) {
                    Ok(bytes) => Do::Tell(bytes),
                    Err(_) => return,
                }
            }
            Act::Limits(words) => Do::Limits(words.clone()),
            Act::Hold(held) => Do::Hold(*held),
            Act::Release => Do::Release,
            Act::Deliver(words) => {
                self.is_undelivered = true;
                Do::Deliver(words.clone())
            }
            Act::Forget => Do::Forget,
            Act::Cut => {
                (self.cut_at, self.is_open) = (self.since, false);
                Do::Cut
            }
            Act::Fact(name, value) => {
                self.fact(name, value);
                return;
            }
            Act::Shown | Act::Take(_) | Act::Close(_) | Act::Instead(..) | Act::Silence(..) => {
                return;
            }
        };
        self.todo.push(todo);
    }

    fn fact(&mut self, name: &str, value: &str) {
        let value = value.replace("$back", &(self.since - self.cut_at).as_millis().to_string());
        let (version, name) = (self.version, name.to_owned());
        self.facts.push(Fact {
            version,
            name,
            value,
        });
    }

    /// A step that waits for the client: done, the end, or not yet.
    fn waits(
        &mut self,
        situation: &Situation,
        step: &Step,
        event: Event<'_>,
        now: Instant,
        is_deaf: &mut bool,
    ) -> Option<Result<(), Judged>> {
        if let Act::Silence(time, take) = &step.act {
            if let Event::Packet(packet) = event
                && self.fits(take, packet).is_ok()
            {
                let after = (now - self.since).as_millis();
                return Some(self.failed(situation, step, &format!("it came after {after} ms")));
            }
            if matches!(event, Event::Closed) && self.is_open {
                return Some(Err(closed_before(step)));
            }
            return (now >= self.since + *time).then_some(Ok(()));
        }
        let rest = situation.steps.get(self.at..).unwrap_or_default();
        let mut passed = 0_usize;
        for step in rest.iter() {
            passed = passed.saturating_add(1);
            if !is_for(step, self.version) {
                continue;
            }
            let done = match &step.act {
                Act::Instead(what, verdict, why) => {
                    let is_it = match (what, event) {
                        (What::Close, event) if event.is_end() => true,
                        (What::Packet(take), Event::Packet(packet)) => {
                            self.fits(take, packet).is_ok()
                        }
                        _ => false,
                    };
                    if is_it {
                        return Some(Err((*verdict, (*why).to_owned())));
                    }
                    continue;
                }
                Act::Take(take) => self.takes(situation, step, take, event, now, is_deaf),
                Act::Close(_) if event.is_end() => Some(Ok(())),
                Act::Close(within) => (now >= self.since + *within).then(|| {
                    let late = format!("it is still open after {} ms", within.as_millis());
                    self.failed(situation, step, &late)
                }),
                _ => return None,
            };
            if matches!(done, Some(Ok(()))) {
                self.at = self.at.saturating_add(passed).saturating_sub(1);
            }
            return done;
        }
        None
    }

    fn takes(
        &mut self,
        situation: &Situation,
        step: &Step,
        take: &Take,
        event: Event<'_>,
        now: Instant,
        is_deaf: &mut bool,
    ) -> Option<Result<(), Judged>> {
        match event {
            Event::Packet(packet) => match self.fits(take, packet) {
                Ok(learned) => {
                    self.is_open |= packet.kind == PacketType::Connect;
                    self.variables = learned;
                    *is_deaf = take.is_deaf;
                    Some(Ok(()))
                }
                Err(word) => {
                    let is_type = take.words.first() == Some(&packet.kind.name());
                    let wrong = format!(
                        "{} came, which differs in: {word} ({})",
                        packet.kind.name(),
                        words::shown(&packet.bytes, 64)
                    );
                    (self.is_shown && is_type && !take.is_any)
                        .then(|| self.failed(situation, step, &wrong))
                }
            },
            Event::Closed if take.words.first() != Some(&"CONNECT") && self.is_under_way() => {
                Some(Err(closed_before(step)))
            }
            _ => {
                let is_late = self.is_under_way() && now >= self.since + take.within;
                is_late.then(|| {
                    let late = format!(
                        "nothing such came for {} ms; this rests on that time alone",
                        take.within.as_millis()
                    );
                    self.failed(situation, step, &late)
                })
            }
        }
    }

    /// What begins a situation may take any time.
    const fn is_under_way(&self) -> bool {
        self.at > 0
    }

    fn fits(&self, take: &Take, packet: &Answer) -> Result<Variables, String> {
        fits(take, packet, self.version, &self.variables)
    }

    fn deadline_of(&self, situation: &Situation, step: &Step) -> Option<Instant> {
        let within = |step: &Step| match &step.act {
            Act::Take(take) => Some(take.within),
            Act::Close(within) | Act::Silence(within, _) => Some(*within),
            _ => None,
        };
        let rest = situation.steps.get(self.at..).unwrap_or_default();
        let waits = within(step).or_else(|| rest.iter().find_map(within))?;
        self.is_under_way().then(|| self.since + waits)
    }

    /// A step that the client did not keep to.
    fn failed(&self, situation: &Situation, step: &Step, what: &str) -> Result<(), Judged> {
        if self.is_undelivered {
            let why = "The message that it was to answer could not be delivered.";
            return Err((Verdict::Unknown, why.to_owned()));
        }
        let mut text = format!("Expected `{}`: {what}.", step.text);
        if !step.note.is_empty() {
            text.push(' ');
            text.push_str(step.note);
            text.push('.');
        }
        let mut shows = situation.shows.iter();
        let is_must = shows
            .find(|shows| shows.version == self.version)
            .is_none_or(|shows| shows.is_must);
        Err(match (self.is_shown, is_must) {
            (false, _) => (Verdict::Unknown, format!("On the way there. {text}")),
            (true, true) => (Verdict::Broken, text),
            (true, false) => (
                Verdict::Allowed,
                format!("The standard asks for it with SHOULD. {text}"),
            ),
        })
    }

    /// What it waits for, in the notation.
    pub(crate) fn step<'s>(&self, situation: &'s Situation) -> Option<&'s Step> {
        situation.steps.get(self.at)
    }
}

/// That the client ended what was looked at.
fn closed_before(step: &Step) -> Judged {
    let why = format!(
        "The client closed the connection before `{}` could be seen.",
        step.text
    );
    (Verdict::Unknown, why)
}

/// What is known behind a packet that the words describe.
///
/// # Errors
/// The first word that it does not keep to.
fn fits(
    take: &Take,
    packet: &Answer,
    version: ProtocolVersion,
    known: &Variables,
) -> Result<Variables, String> {
    let mut variables = known.clone();
    if take.words != ["*"] {
        let names = Names::default();
        packet.matches(&take.words, &names, &mut variables, version.is_v5())?;
    }
    Ok(variables)
}

fn is_for(step: &Step, version: ProtocolVersion) -> bool {
    step.only_v5.is_none_or(|v5| v5 == version.is_v5())
}
