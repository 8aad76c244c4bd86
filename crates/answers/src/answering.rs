//! Answers at work.

use std::collections::{BTreeMap, VecDeque};

use mqttscope_shared::{Instant, topic_tree};
use mqttscope_wire::{TopicFilter, TopicName};
use serde::{Deserialize, Serialize};

use crate::answer::{Action, Answer, Publish};
use crate::check::check;
use crate::context::{Context, Nothing, Read, no_column};
use crate::marks::Marks;
use crate::random::Random;
use crate::table::{Table, TableEdit};
use crate::template::Template;

/// Lines of the log that are kept.
const MOST_LINES: usize = 100;
/// Characters of a line.
const MOST_LINE: usize = 300;
/// Counters that are kept.
const MOST_COUNTERS: usize = 1_000;

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
}

/// A message that is to be published.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// The Topic Name.
    pub topic: String,
    /// The Application Message.
    pub payload: Vec<u8>,
    /// 0, 1 or 2.
    pub qos: u8,
    /// Whether the server keeps it.
    pub retain: bool,
    /// Its Content Type.
    pub content_type: Option<String>,
    /// The request's.
    pub correlation_data: Option<Vec<u8>>,
    /// Pairs, in order.
    pub user_properties: Vec<(String, String)>,
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
    tables: Vec<Table>,
    counters: BTreeMap<String, u64>,
    marks: Marks,
    random: Random,
    lines: VecDeque<Line>,
    /// Lines there were.
    line_count: u64,
    tables_changed: bool,
}

impl Answering {
    /// No answers. `seed` makes random numbers differ from those of others.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self {
            answers: Vec::new(),
            tallies: Vec::new(),
            tables: Vec::new(),
            counters: BTreeMap::new(),
            marks: Marks::new(),
            random: Random::new(seed),
            lines: VecDeque::new(),
            line_count: 0,
            tables_changed: false,
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
        self.answers = answers;
        self.answers.truncate(Answer::MOST);
    }

    /// Takes these tables in the place of all others. They count as changed: whoever asks hears of them once.
    pub fn set_tables(&mut self, tables: Vec<Table>) {
        self.tables_changed = true;
        self.tables = tables;
        self.tables.retain(|table| table.problem().is_none());
        self.tables.truncate(Table::MOST);
    }

    /// Makes a person's change. False where it cannot be made; the tables are told anew then, too, so that
    /// the person sees what stands there.
    pub fn edit(&mut self, edit: &TableEdit) -> bool {
        self.tables_changed = true;
        edit.apply(&mut self.tables)
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
        &self.tables
    }

    /// The last lines of the log, the oldest first.
    pub fn lines(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter()
    }

    /// Whether a table has changed since this was asked.
    pub const fn take_changed(&mut self) -> bool {
        core::mem::replace(&mut self.tables_changed, false)
    }

    /// The Topic Filters of answers that work and are on, as they are subscribed to.
    pub fn filters(&self) -> impl Iterator<Item = &str> {
        let working = |(answer, tally): &(&Answer, &Tally)| answer.on && tally.problem.is_empty();
        let both = self.answers.iter().zip(&self.tallies);
        both.filter(working)
            .map(|(answer, _)| answer.filter.as_str())
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
            if !answer.on
                || !works
                || !topic_tree::matches(topic_filter(&answer.filter), message.topic)
                || !answer
                    .conditions
                    .iter()
                    .all(|condition| read.holds(condition))
            {
                continue;
            }
            let Some(number) = self.admit(now, at, answer, is_own) else {
                continue;
            };
            let mut run = Run {
                answering: self,
                read: &read,
                now,
                number,
                row: None,
                removed: Vec::new(),
                replies: Vec::new(),
                said: Vec::new(),
            };
            let end = run.actions(&answer.actions);
            let (made, said) = (run.replies, run.said);
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
                Ok(()) => {}
                Err(End::Stopped) => break,
                Err(End::Nothing(Nothing(why))) => {
                    self.stopped(at);
                    self.say(now, at, answer, format!("Not done: {why}."), true);
                }
            }
        }
        self.answers = answers;
        replies
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

/// Why actions end early.
enum End {
    Stopped,
    Nothing(Nothing),
}

impl From<Nothing> for End {
    fn from(nothing: Nothing) -> Self {
        Self::Nothing(nothing)
    }
}

/// The actions of one answer with one message.
struct Run<'a> {
    answering: &'a mut Answering,
    read: &'a Read<'a>,
    now: Instant,
    number: u64,
    /// Table and row that were looked up.
    row: Option<(usize, usize)>,
    /// Rows that were removed, with their tables, in order.
    removed: Vec<(usize, usize)>,
    replies: Vec<Reply>,
    said: Vec<String>,
}

impl Run<'_> {
    fn context(&mut self) -> Context<'_> {
        let answering = &mut *self.answering;
        let row = self.row;
        Context {
            read: self.read,
            now: self.now,
            number: self.number,
            counters: &answering.counters,
            random: &mut answering.random,
            row: row.and_then(|(table, row)| Some((answering.tables.get(table)?, row))),
        }
    }

    fn text(&mut self, template: &Template) -> Result<String, Nothing> {
        template.text(&mut self.context())
    }

    fn table(&self, name: &str) -> Result<usize, Nothing> {
        let found = (self.answering.tables.iter()).position(|table| table.name == name);
        found.ok_or_else(|| Nothing(format!("there is no table {name}")))
    }

    fn column(&self, table: usize, name: &str) -> Result<usize, Nothing> {
        let table = self.answering.tables.get(table);
        let table = table.ok_or_else(no_row)?;
        table.column(name).ok_or_else(|| no_column(table, name))
    }

    fn actions(&mut self, actions: &[Action]) -> Result<(), End> {
        actions.iter().try_for_each(|action| self.action(action))
    }

    fn action(&mut self, action: &Action) -> Result<(), End> {
        match action {
            Action::Publish(publish) => self.publish(publish)?,
            Action::LookUp {
                table,
                column,
                value,
                found,
                missing,
            } => {
                let value = self.text(value)?;
                let table = self.table(table)?;
                let column = self.column(table, column)?;
                let row = (self.answering.tables.get(table)).and_then(|it| it.find(column, &value));
                let outer = core::mem::replace(&mut self.row, row.map(|row| (table, row)));
                let before = self.removed.len();
                self.actions(if row.is_some() { found } else { missing })?;
                let removed = self.removed.iter().skip(before);
                self.row = removed.fold(outer, |row, gone| row.and_then(|row| after(row, *gone)));
            }
            Action::When {
                column,
                test,
                then,
                otherwise,
            } => {
                let (table, row) = self.row.ok_or_else(no_row)?;
                let column = self.column(table, column)?;
                let cell = (self.answering.tables.get(table)).and_then(|it| it.cell(row, column));
                let passes = test.passes(cell.ok_or_else(no_row)?);
                self.actions(if passes { then } else { otherwise })?;
            }
            Action::Set { column, value } => {
                let value = self.text(value)?;
                let (table, row) = self.row.ok_or_else(no_row)?;
                let at = self.column(table, column)?;
                let table = self.answering.tables.get_mut(table);
                if !table.is_some_and(|table| table.set(row, at, &value)) {
                    return Err(Nothing(format!("the column {column} does not take this")).into());
                }
                self.answering.tables_changed = true;
            }
            Action::AddRow { table, cells } => self.add_row(table, cells)?,
            Action::RemoveRow => {
                let (at, row) = self.row.take().ok_or_else(no_row)?;
                let table = self.answering.tables.get_mut(at).ok_or_else(no_row)?;
                if row >= table.rows.len() {
                    return Err(no_row().into());
                }
                table.rows.remove(row);
                self.removed.push((at, row));
                self.answering.tables_changed = true;
            }
            Action::Count(name) => {
                let counters = &mut self.answering.counters;
                if counters.len() >= MOST_COUNTERS && !counters.contains_key(name) {
                    return Err(Nothing("there are too many counters".into()).into());
                }
                let count = counters.entry(name.clone()).or_default();
                *count = count.saturating_add(1);
            }
            Action::Log(text) => {
                let text = text.render(&mut self.context())?;
                self.said.push(String::from_utf8_lossy(&text).into_owned());
            }
            Action::Stop => return Err(End::Stopped),
        }
        Ok(())
    }

    fn add_row(&mut self, name: &str, cells: &[(String, Template)]) -> Result<(), Nothing> {
        let table = self.table(name)?;
        let mut row = Vec::new();
        for (column, value) in cells {
            let text = self.text(value)?;
            let at = self.column(table, column)?;
            if row.len() <= at {
                row.resize(at.saturating_add(1), String::new());
            }
            if let Some(cell) = row.get_mut(at) {
                *cell = text;
            }
        }
        let to = self.answering.tables.get_mut(table).ok_or_else(no_row)?;
        if !to.add(row) {
            return Err(Nothing(format!(
                "the table {name} has no room for a row more"
            )));
        }
        self.row = Some((table, to.rows.len().saturating_sub(1)));
        self.answering.tables_changed = true;
        Ok(())
    }

    fn publish(&mut self, publish: &Publish) -> Result<(), Nothing> {
        let message = self.read.message;
        let respond = message.response_topic.filter(|_| publish.respond);
        let topic = match respond {
            Some(topic) => topic.to_owned(),
            None if publish.topic.is_empty() => {
                let says = "the message has no Response Topic, and no other topic is given";
                return Err(Nothing(says.into()));
            }
            None => self.text(&publish.topic)?,
        };
        if topic.is_empty() || TopicName::new(&topic).is_none() {
            return Err(Nothing(format!(
                "{topic:?} is no topic that one can publish to"
            )));
        }
        let payload = publish.payload.render(&mut self.context())?;
        let content_type = self.text(&publish.content_type)?;
        let mut user_properties = Vec::new();
        for (name, value) in &publish.user_properties {
            user_properties.push((name.clone(), self.text(value)?));
        }
        let shown = String::from_utf8_lossy(payload.get(..200).unwrap_or(&payload));
        let qos = publish.qos;
        self.said
            .push(format!("Publishes {shown} to {topic}, QoS {qos}"));
        self.replies.push(Reply {
            topic,
            payload,
            qos,
            retain: publish.retain,
            content_type: (!content_type.is_empty()).then_some(content_type),
            correlation_data: (message.correlation_data.filter(|_| publish.respond))
                .map(<[u8]>::to_vec),
            user_properties,
        });
        Ok(())
    }
}

/// Where a row is once another one is gone; none: it was that one.
fn after((table, row): (usize, usize), gone: (usize, usize)) -> Option<(usize, usize)> {
    if table != gone.0 || row < gone.1 {
        return Some((table, row));
    }
    (row > gone.1).then(|| (table, row.saturating_sub(1)))
}

fn no_row() -> Nothing {
    Nothing("no row was looked up, or it is gone".into())
}
