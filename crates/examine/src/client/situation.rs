//! Situations as data: the notation of `situations/*.txt`, read into steps that a [`Lead`](super::lead::Lead) goes through.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use mqttscope_wire::{PacketType, ProtocolVersion};

use crate::check::{Shows, shows};
use crate::verdict::Verdict;

/// Something that a client is led into, to see what it does.
#[derive(Clone, Debug)]
pub struct Situation {
    /// Stable, kebab-case.
    pub id: &'static str,
    /// What is asked of the client, in a sentence.
    pub title: &'static str,
    /// What a person has to do with the client so that it begins, in a sentence.
    pub ask: &'static str,
    /// The statements that it shows, for each version that it is for.
    pub shows: Vec<Shows>,
    /// What the client must have for it to begin.
    pub needs: Vec<Need>,
    /// Ways for a client to break it, each some lines of [`Mutation`](crate::Mutation).
    pub broken_by: Vec<Vec<&'static str>>,
    pub(crate) steps: Vec<Step>,
}

impl Situation {
    /// Whether somebody who wrote `id` means it: by its name, or by a statement that it shows.
    #[must_use]
    pub fn is_meant_by(&self, id: &str) -> bool {
        let mut shows = self.shows.iter();
        self.id == id || shows.any(|shows| shows.statements.contains(&id))
    }

    /// What of it is for this version; none: nothing is.
    #[must_use]
    pub fn for_version(mut self, version: ProtocolVersion) -> Option<Self> {
        self.shows.retain(|shows| shows.version == version);
        (!self.shows.is_empty()).then_some(self)
    }

    /// Whether the client has to connect for it to begin.
    #[must_use]
    pub fn begins_with_connect(&self) -> bool {
        let mut steps = self.steps.iter();
        let first = steps.find_map(|step| match &step.act {
            Act::Take(take) => take.words.first(),
            _ => None,
        });
        first == Some(&"CONNECT")
    }
}

/// What a client must have for a situation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// A session that outlives the connection.
    Session,
    /// A subscription with QoS 1 or more.
    Subscription1,
    /// A subscription with QoS 2.
    Subscription2,
    /// A Topic Alias Maximum above 0.
    Aliases,
    /// No message in flight: what was open when a limit is announced is sent again all the same.
    NothingOpen,
}

impl Need {
    const NAMES: [(&'static str, Self); 5] = [
        ("session", Self::Session),
        ("subscription1", Self::Subscription1),
        ("subscription2", Self::Subscription2),
        ("aliases", Self::Aliases),
        ("nothing-open", Self::NothingOpen),
    ];

    /// What is to be said of a client that does not have it.
    #[must_use]
    pub const fn missing(self) -> &'static str {
        match self {
            Self::Session => "It begins a new session with each connection.",
            Self::Subscription1 => "It has no subscription with QoS 1 or 2.",
            Self::Subscription2 => "It has no subscription with QoS 2.",
            Self::Aliases => "It takes no topic aliases.",
            Self::NothingOpen => "It always had messages in flight.",
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) act: Act,
    /// Only in version 5; `Some(false)`: only before.
    pub(crate) only_v5: Option<bool>,
    pub(crate) note: &'static str,
    pub(crate) text: &'static str,
}

#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// From here on steps show the statement; before, they only lead there.
    Shown,
    /// A packet of the client.
    Take(Take),
    /// What the client may do in place of the next [`Act::Take`] or [`Act::Close`].
    Instead(What, Verdict, &'static str),
    /// The client closes the connection within this time.
    Close(Duration),
    /// For so long no such packet may come.
    Silence(Duration, Take),
    /// We send a packet in place of the broker.
    Tell(Vec<&'static str>),
    /// The next CONNACK says this, too.
    Limits(Vec<&'static str>),
    /// Packets of this type, or all, are held back from the client until [`Act::Release`] or the end.
    Hold(Held),
    Release,
    /// A message to a topic that the client is subscribed to.
    Deliver(Vec<&'static str>),
    /// The broker loses the client's session.
    Forget,
    /// We close the transport.
    Cut,
    /// For the card.
    Fact(&'static str, &'static str),
}

/// What is held back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Held {
    All,
    Type(PacketType),
}

#[derive(Clone, Debug)]
pub(crate) enum What {
    Packet(Take),
    Close,
}

/// Which packet of the client a step is about.
#[derive(Clone, Debug)]
pub(crate) struct Take {
    pub(crate) words: Vec<&'static str>,
    /// Any packet of the type, not just the next one.
    pub(crate) is_any: bool,
    /// The broker does not get it.
    pub(crate) is_deaf: bool,
    pub(crate) within: Duration,
}

/// How long a client may take for an answer.
const ANSWER: Duration = Duration::from_secs(10);

/// Reads a file.
///
/// # Errors
/// The line that cannot be read, and why.
pub(crate) fn read(text: &'static str) -> Result<Vec<Situation>, String> {
    let mut all: Vec<Situation> = Vec::new();
    let mut is_broken = false;
    for (number, whole) in text.lines().enumerate() {
        let wrong = |why: &str| format!("line {}: {why}: {whole}", number.saturating_add(1));
        let line = whole.trim_end();
        if line.is_empty() || line.starts_with(';') {
            continue;
        }
        if let Some(id) = line.strip_prefix("== ") {
            is_broken = false;
            all.push(Situation {
                id,
                title: "",
                ask: "",
                shows: Vec::new(),
                needs: Vec::new(),
                broken_by: Vec::new(),
                steps: Vec::new(),
            });
            continue;
        }
        let Some(situation) = all.last_mut() else {
            return Err(wrong("stands before any situation"));
        };
        if line == "-- broken by" {
            is_broken = true;
            situation.broken_by.push(Vec::new());
        } else if let (true, Some(last)) = (is_broken, situation.broken_by.last_mut()) {
            last.push(line);
        } else if situation.title.is_empty() {
            situation.title = line;
        } else if let Some(ask) = line.strip_prefix("ask ") {
            situation.ask = ask;
        } else if let Some(needs) = line.strip_prefix("needs ") {
            for word in needs.split_whitespace() {
                let known = Need::NAMES.into_iter().find(|(name, _)| *name == word);
                situation
                    .needs
                    .push(known.ok_or_else(|| wrong("is no need"))?.1);
            }
        } else if line.starts_with('v') {
            situation
                .shows
                .push(shows(line).ok_or_else(|| wrong("is no head"))?);
        } else {
            situation
                .steps
                .push(step(line).ok_or_else(|| wrong("is no step"))?);
        }
    }
    Ok(all)
}

fn step(whole: &'static str) -> Option<Step> {
    let (line, note) = whole.split_once(" ; ").unwrap_or((whole, ""));
    let (line, only_v5) = match (line.strip_prefix("[v5] "), line.strip_prefix("[v3] ")) {
        (Some(rest), _) => (rest, Some(true)),
        (_, Some(rest)) => (rest, Some(false)),
        _ => (line, None),
    };
    let text = line.trim();
    Some(Step {
        act: act(text)?,
        only_v5,
        note: note.trim(),
        text,
    })
}

fn act(line: &'static str) -> Option<Act> {
    if line == "-- shown" {
        return Some(Act::Shown);
    }
    let (first, rest) = line.split_once(' ').unwrap_or((line, ""));
    let words = || rest.split_whitespace().collect::<Vec<_>>();
    let millis = |text: &str| Some(Duration::from_millis(text.trim().parse().ok()?));
    Some(match first {
        ">" if rest.starts_with("close") => {
            let within = rest.strip_prefix("close in ").map(millis);
            Act::Close(within.unwrap_or(Some(ANSWER))?)
        }
        ">" => Act::Take(take(rest, false)?),
        ">~" => Act::Take(take(rest, true)?),
        "<" => Act::Tell(words()),
        "?" => {
            let (what, then) = rest.split_once(" -> ")?;
            let (verdict, why) = then.trim().split_once(' ')?;
            let what = match what.trim() {
                "close" => What::Close,
                packet => What::Packet(take(packet, true)?),
            };
            Act::Instead(what, Verdict::named(verdict)?, why)
        }
        "none" => {
            let (time, packet) = rest.split_once(' ')?;
            Act::Silence(millis(time)?, take(packet, true)?)
        }
        "limits" => Act::Limits(words()),
        "hold" if rest == "*" => Act::Hold(Held::All),
        "hold" => Act::Hold(Held::Type(packet_type(rest)?)),
        "release" => Act::Release,
        "deliver" => Act::Deliver(words()),
        "forget" => Act::Forget,
        "cut" => Act::Cut,
        "fact" => {
            let (name, value) = rest.split_once(": ")?;
            Act::Fact(name, value)
        }
        _ => return None,
    })
}

fn take(text: &'static str, is_any: bool) -> Option<Take> {
    let (text, within) = match text.rsplit_once(" in ") {
        Some((text, millis)) => (text, Duration::from_millis(millis.parse().ok()?)),
        None => (text, ANSWER),
    };
    let mut words: Vec<&'static str> = text.split_whitespace().collect();
    // `*` is any packet.
    let first = *words.first()?;
    (first == "*" || packet_type(first).is_some()).then_some(())?;
    let before = words.len();
    words.retain(|word| *word != "deaf");
    Some(Take {
        is_deaf: words.len() < before,
        words,
        is_any,
        within,
    })
}

fn packet_type(name: &str) -> Option<PacketType> {
    PacketType::ALL
        .into_iter()
        .find(|known| known.name() == name)
}
