//! Answers at work.

mod scripted;

use core::time::Duration;
use std::collections::{BTreeMap, VecDeque};

use mqttscope_shared::{Instant, topic_tree};
use mqttscope_wire::TopicFilter;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::answer::Answer;
use crate::check::check;
use crate::context::{Nothing, Read};
use crate::marks::Marks;
use crate::random::Random;
use crate::replay::Replay;
use crate::run::{End, Memory, Run};
use crate::table::{Table, TableEdit};
pub use scripted::{ScriptCall, ScriptNews, ScriptSays};

/// Lines of the log that are kept.
const MOST_LINES: usize = 100;
/// Characters of a line.
const MOST_LINE: usize = 300;

/// A message that came.
#[derive(Clone, Copy, Debug, Default)]
pub struct Incoming<'a> {
    /// Its Topic Name.
    pub topic: &'a str,
    /// The Application Message.
    pub payload: &'a [u8],
    /// 0, 1 or 2.
    pub qos: u8,
    /// Whether the server had kept it.
    pub retain: bool,
    /// Where an answer is wanted.
    pub response_topic: Option<&'a str>,
    /// What ties an answer to it.
    pub correlation_data: Option<&'a [u8]>,
    /// Its Content Type.
    pub content_type: Option<&'a str>,
    /// Pairs, in order.
    pub user_properties: &'a [(&'a str, &'a str)],
    /// What reads its payload for paths.
    pub reader: Reader<'a>,
}

/// What reads a payload that paths go into, when one first does; none: it is read as JSON.
#[derive(Clone, Copy, Default)]
pub struct Reader<'a>(pub(crate) Option<&'a dyn Fn() -> Option<Value>>);

impl core::fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(if self.0.is_some() { "a reader" } else { "JSON" })
    }
}

/// A message that is to be published.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reply {
    /// The Topic Name.
    pub topic: String,
    /// The Application Message.
    #[serde(with = "serde_bytes")]
    pub payload: Vec<u8>,
    /// 0, 1 or 2.
    pub qos: u8,
    /// Whether the server keeps it.
    pub retain: bool,
    /// Its Content Type.
    pub content_type: Option<String>,
    /// The request's.
    #[serde(with = "serde_bytes")]
    pub correlation_data: Option<Vec<u8>>,
    /// Pairs, in order.
    pub user_properties: Vec<(String, String)>,
}

impl Reply {
    /// What the log says of it.
    #[must_use]
    pub fn in_words(&self) -> String {
        let payload = &self.payload;
        let shown = String::from_utf8_lossy(payload.get(..200).unwrap_or(payload));
        format!("Publishes {shown} to {}, QoS {}", self.topic, self.qos)
    }
}

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Counted from 0.
    pub number: u64,
    /// When it happened.
    pub at: Instant,
    /// The answer's name.
    pub answer: String,
    /// What happened.
    pub text: String,
    /// Whether it went wrong.
    pub is_problem: bool,
}

/// What an answer has done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Messages that it was there for.
    pub matched: u64,
    /// Messages that it published.
    pub answered: u64,
    /// Messages that it did not answer: they were its own connection's answers, came too fast, or lacked
    /// something.
    pub stopped: u64,
    /// Its last line in the log.
    pub last: String,
    /// Why it does not work at all; empty: it does.
    pub problem: String,
    #[serde(skip)]
    told: Told,
}

/// What was said already, and in which second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Told {
    of_loop: bool,
    of_rate: bool,
    second: u64,
    in_second: u32,
}

/// A Topic Filter without `$share/…/`.
#[must_use]
pub fn topic_filter(filter: &str) -> &str {
    TopicFilter::new(filter)
        .and_then(TopicFilter::shared)
        .map_or(filter, |shared| shared.topic_filter.as_str())
}

/// Whether a Topic Filter brings every message that another one brings. Shared ones include only themselves.
#[must_use]
pub fn includes(wide: &str, narrow: &str) -> bool {
    let is_shared = |filter: &str| filter.starts_with("$share/");
    if wide == narrow || is_shared(wide) || is_shared(narrow) {
        return wide == narrow;
    }
    // A filter is a name of its own kind to the other, but that # is more than one level.
    let levels = wide.split('/').zip(narrow.split('/'));
    let is_less = |(wide, narrow): (&str, &str)| narrow == "#" && wide != "#";
    topic_tree::matches(wide, narrow) && !levels.take_while(|(wide, _)| *wide != "#").any(is_less)
}

/// The answers of a connection, their tables, and what they have done.
#[derive(Clone, Debug)]
pub struct Answering {
    answers: Vec<Answer>,
    tallies: Vec<Tally>,
    /// What each keeps between two times.
    kept: Vec<Kept>,
    memory: Memory,
    marks: Marks,
    lines: VecDeque<Line>,
    /// Lines there were.
    line_count: u64,
}

/// What an answer keeps.
#[derive(Clone, Debug, Default)]
struct Kept {
    /// When its timer runs out, or the next message of its recording is due; none: it does not run.
    due: Option<Instant>,
    /// The next message of its recording.
    next: usize,
    /// Where its walks are.
    walks: BTreeMap<String, f64>,
    /// Its script; none: it has none, or that does not run.
    script: Option<scripted::Script>,
}

impl Answering {
    /// No answers. `seed` makes random numbers differ from those of others.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self {
            answers: Vec::new(),
            tallies: Vec::new(),
            kept: Vec::new(),
            memory: Memory::new(Random::new(seed)),
            marks: Marks::new(),
            lines: VecDeque::new(),
            line_count: 0,
        }
    }

    /// Takes other answers. One that keeps its name, or its place, goes on counting.
    pub fn set_answers(&mut self, answers: Vec<Answer>) {
        let before = core::mem::take(&mut self.answers);
        let mut tallies = core::mem::take(&mut self.tallies);
        let at = |answer: &Answer, place: usize| {
            let same = before.iter().position(|it| it.name == answer.name);
            same.or_else(|| (before.len() == answers.len()).then_some(place))
        };
        self.tallies = (answers.iter().take(Answer::MOST).enumerate())
            .map(|(place, answer)| {
                let tally = at(answer, place).and_then(|at| tallies.get_mut(at));
                let mut tally = tally.map(core::mem::take).unwrap_or_default();
                tally.told.of_loop = false;
                tally.problem = check(answer, None).into_iter().next().unwrap_or_default();
                tally
            })
            .collect();
        let mut kept = core::mem::take(&mut self.kept);
        self.kept = (answers.iter().take(Answer::MOST).enumerate())
            .map(|(place, answer)| {
                let at = at(answer, place);
                let mut kept = at.and_then(|at| kept.get_mut(at)).map(core::mem::take);
                // Another time between two begins now, and another recording at its beginning.
                let is_same =
                    |it: &Answer| (it.every_ms, &it.replay) == (answer.every_ms, &answer.replay);
                if !at.and_then(|at| before.get(at)).is_some_and(is_same)
                    && let Some(kept) = &mut kept
                {
                    (kept.due, kept.next) = (None, 0);
                }
                let mut kept = kept.unwrap_or_default();
                kept.script.take_if(|_| answer.script.is_none());
                kept
            })
            .collect();
        self.answers = answers;
        self.answers.truncate(Answer::MOST);
    }

    /// The Client Identifier, which a template may name.
    pub fn set_client(&mut self, identifier: &str) {
        identifier.clone_into(&mut self.memory.client);
    }

    /// Takes these tables in the place of all others. They count as changed: whoever asks hears of them once.
    pub fn set_tables(&mut self, tables: Vec<Table>) {
        self.memory.tables_change();
        self.memory.tables = tables;
        self.memory.tables.retain(|table| table.problem().is_none());
        self.memory.tables.truncate(Table::MOST);
    }

    /// Makes a person's change. False where it cannot be made; the tables are told anew then, too, so that
    /// the person sees what stands there.
    pub fn edit(&mut self, edit: &TableEdit) -> bool {
        self.memory.tables_change();
        edit.apply(&mut self.memory.tables)
    }

    /// The answers.
    #[must_use]
    pub fn answers(&self) -> &[Answer] {
        &self.answers
    }

    /// What each has done, in the same order.
    #[must_use]
    pub fn tallies(&self) -> &[Tally] {
        &self.tallies
    }

    /// The tables.
    #[must_use]
    pub fn tables(&self) -> &[Table] {
        &self.memory.tables
    }

    /// The last lines of the log, the oldest first.
    pub fn lines(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter()
    }

    /// Whether a table has changed since this was asked.
    pub const fn take_changed(&mut self) -> bool {
        core::mem::replace(&mut self.memory.tables_changed, false)
    }

    /// The Topic Filters of answers that work and are on, as they are subscribed to.
    pub fn filters(&self) -> impl Iterator<Item = &str> {
        let working = |(answer, tally): &(&Answer, &Tally)| answer.on && tally.problem.is_empty();
        let all = self.answers.iter().zip(&self.tallies).zip(&self.kept);
        let working = all.filter(move |(both, _)| working(both));
        working.flat_map(|((answer, _), kept)| {
            let waits = !answer.is_device() && answer.script.is_none();
            let of_script = kept.script.iter().flat_map(|script| &script.filters);
            let own = waits.then_some(&answer.filter);
            own.into_iter()
                .chain(of_script)
                .map(String::as_str)
                .filter(|filter| !filter.is_empty())
        })
    }

    /// Whether an answer is there for this topic. Allocates nothing.
    #[must_use]
    pub fn wants(&self, topic: &str) -> bool {
        self.filters()
            .any(|filter| topic_tree::matches(topic_filter(filter), topic))
    }

    /// Does with a message what the answers say, and gives what is to be published. `copies` says how many
    /// copies of a message to a topic may come back over this connection.
    pub fn handle(
        &mut self,
        now: Instant,
        message: &Incoming<'_>,
        copies: impl Fn(&str) -> u32,
    ) -> Vec<Reply> {
        let mut replies = Vec::new();
        if !self.wants(message.topic) {
            return replies;
        }
        let is_own = self.marks.came_back(now, message.topic, message.payload);
        let read = Read::new(message);
        let answers = core::mem::take(&mut self.answers);
        for (at, answer) in answers.iter().enumerate() {
            let works = self.tallies.get(at).is_some_and(|it| it.problem.is_empty());
            if !answer.on || answer.is_device() || !works {
                continue;
            }
            if answer.script.is_some() {
                let filters = self.called(at, message.topic);
                if !filters.is_empty() && self.admit(now, at, answer, is_own).is_some() {
                    self.call(at, message, filters);
                }
                continue;
            }
            if !topic_tree::matches(topic_filter(&answer.filter), message.topic)
                || !answer
                    .conditions
                    .iter()
                    .all(|condition| read.holds(condition))
            {
                continue;
            }
            if !self.run(now, at, answer, None, &read, is_own, &copies, &mut replies) {
                break;
            }
        }
        self.answers = answers;
        replies
    }

    /// Starts the timers that do not run: each is due at once. A recording goes on where it was; one that was turned off
    /// begins anew.
    pub fn start_timers(&mut self, now: Instant) {
        let all = self.answers.iter().zip(&self.tallies).zip(&mut self.kept);
        for ((answer, tally), kept) in all {
            let runs = answer.on && answer.is_device() && tally.problem.is_empty();
            let due = kept.due.unwrap_or(now);
            kept.due = match &answer.replay {
                _ if !runs => {
                    kept.next = 0;
                    None
                }
                None => Some(due),
                Some(replay) => (kept.next < replay.messages.len()).then(|| due.max(now)),
            };
        }
    }

    /// Ends all timers, until they are started.
    pub fn stop_timers(&mut self) {
        for kept in &mut self.kept {
            kept.due = None;
        }
    }

    /// When [`Answering::handle_timers`] has something to do.
    #[must_use]
    pub fn next_timer(&self) -> Option<Instant> {
        self.kept.iter().filter_map(|kept| kept.due).min()
    }

    /// Does what is due on a timer, each answer once: what a slow clock has missed is not made up for. `copies` as for
    /// [`Answering::handle`].
    pub fn handle_timers(&mut self, now: Instant, copies: impl Fn(&str) -> u32) -> Vec<Reply> {
        let mut replies = Vec::new();
        if self.next_timer().is_none_or(|next| next > now) {
            return replies;
        }
        let nothing = Incoming::default();
        let read = Read::new(&nothing);
        let answers = core::mem::take(&mut self.answers);
        for (at, answer) in answers.iter().enumerate() {
            if let Some(replay) = &answer.replay {
                while let Some(message) = self.next_replayed(now, at, replay) {
                    let message = Some(message);
                    self.run(
                        now,
                        at,
                        answer,
                        message,
                        &read,
                        false,
                        &copies,
                        &mut replies,
                    );
                }
                continue;
            }
            let Some(kept) = self.kept.get_mut(at) else {
                continue;
            };
            let Some(due) = kept.due.filter(|due| *due <= now) else {
                continue;
            };
            let every = answer.every_ms.unwrap_or_default().max(Answer::LEAST_MS);
            let every = Duration::from_millis(every.into());
            let next = due + every;
            kept.due = Some(if next > now { next } else { now + every });
            self.run(now, at, answer, None, &read, false, &copies, &mut replies);
        }
        self.answers = answers;
        replies
    }

    /// The message of a recording that is due now; the next one is due then.
    fn next_replayed<'r>(
        &mut self,
        now: Instant,
        at: usize,
        replay: &'r Replay,
    ) -> Option<&'r Reply> {
        let kept = self.kept.get_mut(at)?;
        let due = kept.due.filter(|due| *due <= now)?;
        let message = replay.messages.get(kept.next)?;
        let gap = replay.gap(kept.next);
        kept.next = kept.next.saturating_add(1);
        kept.due = gap.map(|gap| due + gap);
        if gap.is_none() && replay.repeat {
            (kept.next, kept.due) = (0, Some(now + Replay::PAUSE));
        }
        Some(&message.message)
    }

    /// Does once what an answer does (its actions, or publishes this message of its recording), and counts it. False where it says that nothing more is to be done.
    #[expect(
        clippy::too_many_arguments,
        reason = "all of it differs from call to call"
    )]
    fn run(
        &mut self,
        now: Instant,
        at: usize,
        answer: &Answer,
        replayed: Option<&Reply>,
        read: &Read<'_>,
        is_own: bool,
        copies: &impl Fn(&str) -> u32,
        replies: &mut Vec<Reply>,
    ) -> bool {
        let Some(number) = self.admit(now, at, answer, is_own) else {
            return true;
        };
        let Some(kept) = self.kept.get_mut(at) else {
            return true;
        };
        let mut run = Run::new(&mut self.memory, &mut kept.walks, read, now, number);
        let end = match (replayed, &answer.replay) {
            (Some(message), Some(replay)) => run.replay(&replay.prefix, message),
            _ => run.actions(&answer.actions),
        };
        let (made, said) = run.done();
        let count = made.len() as u64;
        for text in said {
            self.say(now, at, answer, text, false);
        }
        if let Some(tally) = self.tallies.get_mut(at) {
            tally.answered = tally.answered.saturating_add(count);
        }
        for reply in &made {
            let copies = copies(&reply.topic);
            self.marks
                .published(now, &reply.topic, &reply.payload, copies);
        }
        replies.extend(made);
        match end {
            Ok(()) => true,
            Err(End::Stopped) => false,
            Err(End::Nothing(Nothing(why))) => {
                self.stopped(at);
                self.say(now, at, answer, format!("Not done: {why}."), true);
                true
            }
        }
    }

    /// Says that a reply was not published after all.
    pub fn not_published(&mut self, now: Instant, topic: &str, why: &str) {
        let text = format!("Not published to {topic}: {why}.");
        self.push(now, String::new(), text, true);
    }

    /// Counts a message for an answer; none where it is not to be answered.
    fn admit(&mut self, now: Instant, at: usize, answer: &Answer, is_own: bool) -> Option<u64> {
        let tally = self.tallies.get_mut(at)?;
        tally.matched = tally.matched.saturating_add(1);
        let number = tally.matched;
        if is_own {
            self.stopped(at);
            let told = &mut self.tallies.get_mut(at)?.told;
            if !core::mem::replace(&mut told.of_loop, true) {
                let text = "Loop stopped: this message is an answer of this connection, which came back. \
                            It is not answered, as the next ones are not.";
                self.say(now, at, answer, text.into(), true);
            }
            return None;
        }
        let told = &mut tally.told;
        let second = now.millis() / 1000;
        if told.second != second {
            told.second = second;
            told.in_second = 0;
            told.of_rate = false;
        }
        if told.in_second >= answer.most_a_second {
            let is_news = !core::mem::replace(&mut told.of_rate, true);
            self.stopped(at);
            if is_news {
                let most = answer.most_a_second;
                let text = format!(
                    "Too fast: more than {most} messages in a second. The others of this second are not answered."
                );
                self.say(now, at, answer, text, true);
            }
            return None;
        }
        told.in_second = told.in_second.saturating_add(1);
        Some(number)
    }

    fn stopped(&mut self, at: usize) {
        if let Some(tally) = self.tallies.get_mut(at) {
            tally.stopped = tally.stopped.saturating_add(1);
        }
    }

    fn say(&mut self, now: Instant, at: usize, answer: &Answer, text: String, is_problem: bool) {
        let text = self.push(now, answer.name.clone(), text, is_problem);
        if let Some(tally) = self.tallies.get_mut(at) {
            tally.last = text;
        }
    }

    fn push(&mut self, at: Instant, answer: String, text: String, is_problem: bool) -> String {
        let text = shortened(text);
        if self.lines.len() >= MOST_LINES {
            self.lines.pop_front();
        }
        self.lines.push_back(Line {
            number: self.line_count,
            at,
            answer,
            text: text.clone(),
            is_problem,
        });
        self.line_count = self.line_count.saturating_add(1);
        text
    }
}

fn shortened(text: String) -> String {
    match text.char_indices().nth(MOST_LINE) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
