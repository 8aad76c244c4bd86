//! Scripts among the answers of a connection. They run somewhere else: here is what they are called with, and what is done
//! with what they say, within the same bounds as other answers.

use mqttscope_shared::{Instant, topic_tree};
use mqttscope_wire::TopicFilter;
use serde::{Deserialize, Serialize};

use super::{Answering, Incoming, Reply, topic_filter};
use crate::table::{Table, TableEdit};

/// The most Topic Filters of a script.
const MOST_FILTERS: usize = 100;
/// The most messages that wait to be told.
const MOST_CALLS: usize = 1_000;

/// A message that a script is called with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScriptCall {
    /// Which of its Topic Filters match, counted from 0 in the order in which it named them.
    pub filters: Vec<u32>,
    /// The Topic Name.
    pub topic: String,
    /// The Application Message.
    #[serde(with = "serde_bytes")]
    pub payload: Vec<u8>,
    /// 0, 1 or 2.
    pub qos: u8,
    /// Whether the server had kept it.
    pub retain: bool,
    /// Where an answer is wanted.
    pub response_topic: Option<String>,
    /// What ties an answer to it.
    #[serde(with = "serde_bytes")]
    pub correlation_data: Option<Vec<u8>>,
    /// Its Content Type.
    pub content_type: Option<String>,
    /// Pairs, in order.
    pub user_properties: Vec<(String, String)>,
}

impl ScriptCall {
    /// A message for these filters.
    #[must_use]
    pub fn of(message: &Incoming<'_>, filters: Vec<u32>) -> Self {
        let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self {
            filters,
            topic: message.topic.to_owned(),
            payload: message.payload.to_vec(),
            qos: message.qos,
            retain: message.retain,
            response_topic: message.response_topic.map(str::to_owned),
            correlation_data: message.correlation_data.map(<[u8]>::to_vec),
            content_type: message.content_type.map(str::to_owned),
            user_properties: message.user_properties.iter().map(pair).collect(),
        }
    }

    /// Which of these Topic Filters match a topic, counted from 0.
    #[must_use]
    pub fn matching(filters: &[String], topic: &str) -> Vec<u32> {
        let numbers = 0_u32..;
        let all = filters.iter().zip(numbers);
        all.filter(|(filter, _)| matches(filter, topic))
            .map(|(_, number)| number)
            .collect()
    }
}

/// What a script is told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScriptNews {
    /// Which run of it; see [`Answering::begin_script`].
    pub run: u32,
    /// The messages that the script is called with.
    pub calls: Vec<ScriptCall>,
    /// All tables, where they have changed since it was told of them.
    pub tables: Option<Vec<Table>>,
    /// How many of its own changes these tables have seen.
    pub edits: u64,
}

/// Something that a script says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScriptSays {
    /// It waits for the messages of these Topic Filters, and of no others.
    Filters(Vec<String>),
    /// It publishes a message.
    Publish(Reply),
    /// It changes a table.
    Edit(TableEdit),
    /// It writes into the log.
    Log {
        /// The line of the log.
        text: String,
        /// Whether something went wrong in it.
        is_problem: bool,
        /// In which of its lines, from 1; 0: in none.
        #[serde(default)]
        line: u32,
    },
}

impl ScriptSays {
    /// A line of the log that names the line of the script.
    #[must_use]
    pub fn logged(text: &str, line: u32) -> String {
        match line {
            0 => text.to_owned(),
            line => format!("Line {line}: {text}"),
        }
    }
}

/// A script that runs.
#[derive(Clone, Debug, Default)]
pub(super) struct Script {
    run: u32,
    /// One that is none is empty, so that the others keep their numbers.
    pub(super) filters: Vec<String>,
    calls: Vec<ScriptCall>,
    /// Changes of tables that it made.
    edits: u64,
    /// The tables that it was told of; none: of none yet.
    told: Option<u64>,
    second: u64,
    in_second: u32,
    told_closed: bool,
}

impl Answering {
    /// A script runs for the answer at this place: `run` is its number, another one each time. One that runs already may
    /// be told again, with its filters and with how many changes of tables it has made: answers may have moved, or begun
    /// anew. It is told the tables.
    pub fn begin_script(&mut self, place: usize, run: u32, filters: Vec<String>, edits: u64) {
        let before = self.kept.iter_mut().find_map(|kept| {
            let is_it = kept.script.as_ref().is_some_and(|it| it.run == run);
            kept.script.take_if(|_| is_it)
        });
        let is_script = (self.answers.get(place)).is_some_and(|answer| answer.script.is_some());
        if let Some(kept) = self.kept.get_mut(place).filter(|_| is_script) {
            kept.script = Some(Script {
                run,
                filters,
                edits,
                told: None,
                ..before.unwrap_or_default()
            });
        }
    }

    /// This run is over.
    pub fn end_script(&mut self, run: u32) {
        for kept in &mut self.kept {
            if kept.script.as_ref().is_some_and(|script| script.run == run) {
                kept.script = None;
            }
        }
    }

    /// Does what a script says, and gives what is to be published: as many messages in a second as its answer may.
    /// `is_open`: whether anything can be published. `copies` as for [`Answering::handle`].
    pub fn handle_script(
        &mut self,
        now: Instant,
        run: u32,
        says: Vec<ScriptSays>,
        is_open: bool,
        copies: impl Fn(&str) -> u32,
    ) -> Vec<Reply> {
        let mut replies = Vec::new();
        let is_it = |script: &Script| script.run == run;
        let at = (self.kept.iter()).position(|kept| kept.script.as_ref().is_some_and(is_it));
        let Some(at) = at else {
            return replies;
        };
        for one in says {
            match one {
                ScriptSays::Filters(filters) => self.set_filters(now, at, filters),
                ScriptSays::Publish(reply) => {
                    if self.may_publish(now, at, is_open) {
                        let copies = copies(&reply.topic);
                        self.marks
                            .published(now, &reply.topic, &reply.payload, copies);
                        self.say_at(now, at, reply.in_words(), false);
                        if let Some(tally) = self.tallies.get_mut(at) {
                            tally.answered = tally.answered.saturating_add(1);
                        }
                        replies.push(reply);
                    }
                }
                ScriptSays::Edit(edit) => self.edit_by_script(now, at, &edit),
                ScriptSays::Log {
                    text,
                    is_problem,
                    line,
                } => self.say_at(now, at, ScriptSays::logged(&text, line), is_problem),
            }
        }
        replies
    }

    /// What scripts are to be told.
    pub fn take_script_news(&mut self) -> Vec<ScriptNews> {
        let version = self.memory.tables_version();
        let mut all = Vec::new();
        for script in self.kept.iter_mut().filter_map(|it| it.script.as_mut()) {
            let is_told = script.told.replace(version) == Some(version);
            if !is_told || !script.calls.is_empty() {
                all.push(ScriptNews {
                    run: script.run,
                    calls: core::mem::take(&mut script.calls),
                    tables: (!is_told).then(|| self.memory.tables.clone()),
                    edits: script.edits,
                });
            }
        }
        all
    }

    /// The filters of the script at this place that match.
    pub(super) fn called(&self, at: usize, topic: &str) -> Vec<u32> {
        let script = self.kept.get(at).and_then(|kept| kept.script.as_ref());
        script.map_or_else(Vec::new, |it| ScriptCall::matching(&it.filters, topic))
    }

    /// Has the script at this place be told a message.
    pub(super) fn call(&mut self, at: usize, message: &Incoming<'_>, filters: Vec<u32>) {
        match self.script_mut(at) {
            Some(script) if script.calls.len() < MOST_CALLS => {
                script.calls.push(ScriptCall::of(message, filters));
            }
            _ => self.stopped(at),
        }
    }

    fn script_mut(&mut self, at: usize) -> Option<&mut Script> {
        self.kept.get_mut(at)?.script.as_mut()
    }

    fn edit_by_script(&mut self, now: Instant, at: usize, edit: &TableEdit) {
        let before = self.memory.tables_version();
        let is_made = self.edit(edit);
        let after = self.memory.tables_version();
        if let Some(script) = self.script_mut(at) {
            script.edits = script.edits.saturating_add(1);
            // It has made the change itself: what it knows is what is there.
            if is_made && script.told == Some(before) {
                script.told = Some(after);
            }
        }
        if !is_made {
            let text =
                "A change of a table was not made: it has changed meanwhile, or has no room.";
            self.say_at(now, at, text.into(), true);
        }
    }

    fn set_filters(&mut self, now: Instant, at: usize, mut filters: Vec<String>) {
        filters.truncate(MOST_FILTERS);
        for filter in &mut filters {
            if TopicFilter::new(filter).is_none() {
                let text = format!("{filter:?} is no topic filter: no message comes for it.");
                filter.clear();
                self.say_at(now, at, text, true);
            }
        }
        if let Some(script) = self.script_mut(at) {
            script.filters = filters;
        }
    }

    /// Whether a script may publish one message more; says why not, once.
    fn may_publish(&mut self, now: Instant, at: usize, is_open: bool) -> bool {
        let most = (self.answers.get(at)).map_or(0, |answer| answer.most_a_second);
        let Some(script) = self.script_mut(at) else {
            return false;
        };
        let was_told = core::mem::replace(&mut script.told_closed, !is_open);
        let second = now.millis() / 1000;
        if script.second != second {
            (script.second, script.in_second) = (second, 0);
        }
        let (before, is_new) = (script.in_second, script.in_second == most);
        script.in_second = before.saturating_add(1);
        if is_open && before < most {
            return true;
        }
        self.stopped(at);
        if !is_open {
            if !was_told {
                self.say_at(now, at, "Not published: it is not connected.".into(), true);
            }
        } else if is_new {
            let text = format!(
                "Too fast: more than {most} messages in a second. The others of this second are not published."
            );
            self.say_at(now, at, text, true);
        }
        false
    }

    fn say_at(&mut self, now: Instant, at: usize, text: String, is_problem: bool) {
        let name = self.answers.get(at).map(|answer| answer.name.clone());
        let text = self.push(now, name.unwrap_or_default(), text, is_problem);
        if let Some(tally) = self.tallies.get_mut(at) {
            tally.last = text;
        }
    }
}

/// Whether a filter that may be empty brings a topic.
fn matches(filter: &str, topic: &str) -> bool {
    !filter.is_empty() && topic_tree::matches(topic_filter(filter), topic)
}
