//! The actions of an answer, done in order.

use std::collections::BTreeMap;

use mqttscope_shared::Instant;
use mqttscope_wire::TopicName;

use crate::answer::{Action, Publish};
use crate::answering::Reply;
use crate::context::{Context, Nothing, Read, no_column};
use crate::random::Random;
use crate::table::Table;
use crate::template::Template;

/// Counters that are kept.
const MOST_COUNTERS: usize = 1_000;

/// What the answers of a connection know together.
#[derive(Clone, Debug)]
pub(crate) struct Memory {
    pub(crate) tables: Vec<Table>,
    pub(crate) tables_changed: bool,
    tables_version: u64,
    counters: BTreeMap<String, u64>,
    random: Random,
    /// The Client Identifier.
    pub(crate) client: String,
}

impl Memory {
    pub(crate) const fn new(random: Random) -> Self {
        Self {
            tables: Vec::new(),
            tables_changed: false,
            tables_version: 0,
            counters: BTreeMap::new(),
            random,
            client: String::new(),
        }
    }

    /// Tables are others from now on.
    pub(crate) const fn tables_change(&mut self) {
        self.tables_changed = true;
        self.tables_version = self.tables_version.wrapping_add(1);
    }

    /// Another one each time when tables have changed.
    pub(crate) const fn tables_version(&self) -> u64 {
        self.tables_version
    }
}

/// Why actions end early.
pub(crate) enum End {
    Stopped,
    Nothing(Nothing),
}

impl From<Nothing> for End {
    fn from(nothing: Nothing) -> Self {
        Self::Nothing(nothing)
    }
}

/// The actions of one answer with one message, or at one time of its timer.
pub(crate) struct Run<'a> {
    memory: &'a mut Memory,
    walks: &'a mut BTreeMap<String, f64>,
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

impl<'a> Run<'a> {
    /// `walks`: where those of this answer are; `number`: how often it was done, this time included.
    pub(crate) const fn new(
        memory: &'a mut Memory,
        walks: &'a mut BTreeMap<String, f64>,
        read: &'a Read<'a>,
        now: Instant,
        number: u64,
    ) -> Self {
        Self {
            memory,
            walks,
            read,
            now,
            number,
            row: None,
            removed: Vec::new(),
            replies: Vec::new(),
            said: Vec::new(),
        }
    }

    /// What is to be published, and the lines of the log.
    pub(crate) fn done(self) -> (Vec<Reply>, Vec<String>) {
        (self.replies, self.said)
    }

    fn context(&mut self) -> Context<'_> {
        let memory = &mut *self.memory;
        let row = self.row;
        Context {
            read: self.read,
            now: self.now,
            number: self.number,
            counters: &memory.counters,
            random: &mut memory.random,
            walks: self.walks,
            client: &memory.client,
            row: row.and_then(|(table, row)| Some((memory.tables.get(table)?, row))),
        }
    }

    fn text(&mut self, template: &Template) -> Result<String, Nothing> {
        template.text(&mut self.context())
    }

    fn table(&self, name: &str) -> Result<usize, Nothing> {
        let found = (self.memory.tables.iter()).position(|table| table.name == name);
        found.ok_or_else(|| Nothing(format!("there is no table {name}")))
    }

    fn column(&self, table: usize, name: &str) -> Result<usize, Nothing> {
        let table = self.memory.tables.get(table);
        let table = table.ok_or_else(no_row)?;
        table.column(name).ok_or_else(|| no_column(table, name))
    }

    /// Does them in order.
    pub(crate) fn actions(&mut self, actions: &[Action]) -> Result<(), End> {
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
                let row = (self.memory.tables.get(table)).and_then(|it| it.find(column, &value));
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
                let cell = (self.memory.tables.get(table)).and_then(|it| it.cell(row, column));
                let passes = test.passes(cell.ok_or_else(no_row)?);
                self.actions(if passes { then } else { otherwise })?;
            }
            Action::Set { column, value } => {
                let value = self.text(value)?;
                let (table, row) = self.row.ok_or_else(no_row)?;
                let at = self.column(table, column)?;
                let table = self.memory.tables.get_mut(table);
                if !table.is_some_and(|table| table.set(row, at, &value)) {
                    return Err(Nothing(format!("the column {column} does not take this")).into());
                }
                self.memory.tables_change();
            }
            Action::AddRow { table, cells } => self.add_row(table, cells)?,
            Action::RemoveRow => {
                let (at, row) = self.row.take().ok_or_else(no_row)?;
                let table = self.memory.tables.get_mut(at).ok_or_else(no_row)?;
                if row >= table.rows.len() {
                    return Err(no_row().into());
                }
                table.rows.remove(row);
                self.removed.push((at, row));
                self.memory.tables_change();
            }
            Action::Count(name) => {
                let counters = &mut self.memory.counters;
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
        let to = self.memory.tables.get_mut(table).ok_or_else(no_row)?;
        if !to.add(row) {
            return Err(Nothing(format!(
                "the table {name} has no room for a row more"
            )));
        }
        self.row = Some((table, to.rows.len().saturating_sub(1)));
        self.memory.tables_change();
        Ok(())
    }

    /// Publishes a message of a recording.
    pub(crate) fn replay(&mut self, prefix: &Template, message: &Reply) -> Result<(), End> {
        let topic = self.text(prefix)? + &message.topic;
        self.publish_reply(Reply {
            topic,
            ..message.clone()
        })?;
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
        let payload = publish.payload.render(&mut self.context())?;
        let content_type = self.text(&publish.content_type)?;
        let mut user_properties = Vec::new();
        for (name, value) in &publish.user_properties {
            user_properties.push((name.clone(), self.text(value)?));
        }
        self.publish_reply(Reply {
            topic,
            payload,
            qos: publish.qos,
            retain: publish.retain,
            content_type: (!content_type.is_empty()).then_some(content_type),
            correlation_data: (message.correlation_data.filter(|_| publish.respond))
                .map(<[u8]>::to_vec),
            user_properties,
        })
    }

    fn publish_reply(&mut self, reply: Reply) -> Result<(), Nothing> {
        let topic = &reply.topic;
        if topic.is_empty() || TopicName::new(topic).is_none() {
            return Err(Nothing(format!(
                "{topic:?} is no topic that one can publish to"
            )));
        }
        self.said.push(reply.in_words());
        self.replies.push(reply);
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
