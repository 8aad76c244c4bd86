//! What a person writes down: answers, their conditions and actions.

use serde::{Deserialize, Serialize};

use crate::replay::Replay;
use crate::template::Template;

/// What is done with messages of a kind, or on a timer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Answer {
    /// What a person calls it.
    pub name: String,
    /// Whether it answers.
    pub on: bool,
    /// The Topic Filter of its messages, also a shared one; of no use with a timer.
    pub filter: String,
    /// Milliseconds from one time to the next, for what is done on a timer while the connection is open, as a device does
    /// it; none: it is done when a message comes.
    pub every_ms: Option<u32>,
    /// JavaScript that does it, in the place of a filter, a timer, conditions and actions; none: these do it. It runs in the
    /// page, see [`crate::ScriptSays`].
    pub script: Option<String>,
    /// A recording that it publishes while the connection is open, in the place of all of these.
    pub replay: Option<Replay>,
    /// All of them must hold of the message.
    pub conditions: Vec<Condition>,
    /// Done in order.
    pub actions: Vec<Action>,
    /// The most messages that it answers in a second.
    pub most_a_second: u32,
}

impl Answer {
    /// The most answers that a connection has.
    pub const MOST: usize = 100;
    /// The most actions of an answer that stand within each other.
    pub const MOST_DEPTH: usize = 8;
    /// The most conditions and actions of an answer.
    pub const MOST_PARTS: usize = 200;
    /// The least milliseconds of a timer.
    pub const LEAST_MS: u32 = 10;
    /// The most bytes of a script.
    pub const MOST_SCRIPT: usize = 64 << 10;

    /// Whether it is a device: it does something by itself, and waits for no message.
    #[must_use]
    pub const fn is_device(&self) -> bool {
        self.every_ms.is_some() || self.replay.is_some()
    }
}

impl Default for Answer {
    fn default() -> Self {
        Self {
            name: String::new(),
            on: true,
            filter: String::new(),
            every_ms: None,
            script: None,
            replay: None,
            conditions: Vec::new(),
            actions: Vec::new(),
            most_a_second: 100,
        }
    }
}

/// What a message must be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// Its payload is this text.
    PayloadIs(String),
    /// Its payload has this text in it.
    PayloadContains(String),
    /// Its payload is a number, see [`Condition::between`].
    PayloadBetween {
        /// The least one; empty: any.
        from: String,
        /// The greatest one; empty: any.
        to: String,
    },
    /// Its payload is JSON, and at a path such as `$.a.b[0]` stands what passes the test.
    Json {
        /// The path; `$` is the whole.
        path: String,
        /// The test.
        test: JsonTest,
    },
    /// It has this User Property.
    UserProperty {
        /// Its name.
        name: String,
        /// Its value; empty: any.
        value: String,
    },
    /// Its Content Type is this one.
    ContentType(String),
    /// It was kept by the server before now, or it was not.
    Retained(bool),
    /// It came with this QoS.
    Qos(u8),
}

/// What is asked of a value in JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JsonTest {
    /// There is one.
    There,
    /// It is a string.
    Text,
    /// It is this: a string's text, or JSON without blanks.
    Is(String),
    /// It is a number between these; empty: any.
    Between {
        /// The least one.
        from: String,
        /// The greatest one.
        to: String,
    },
}

/// What is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Publishes a message.
    Publish(Publish),
    /// Looks for the first row of a table that has a value in a column. It is *the row* of what is done then.
    LookUp {
        /// The table's name.
        table: String,
        /// The column's name.
        column: String,
        /// The value.
        value: Template,
        /// Done when there is such a row.
        found: Vec<Action>,
        /// Done when there is none.
        missing: Vec<Action>,
    },
    /// Does one thing or another, as a column of the row says.
    When {
        /// The column's name.
        column: String,
        /// What is asked of its cell.
        test: Test,
        /// Done when it is so.
        then: Vec<Action>,
        /// Done when it is not.
        otherwise: Vec<Action>,
    },
    /// Writes into a cell of the row.
    Set {
        /// The column's name.
        column: String,
        /// What is written.
        value: Template,
    },
    /// Adds a row to a table; it is the row from then on.
    AddRow {
        /// The table's name.
        table: String,
        /// Cells by their columns; others are empty.
        cells: Vec<(String, Template)>,
    },
    /// Removes the row.
    RemoveRow,
    /// Adds one to a counter, `{{count.NAME}}`.
    Count(String),
    /// Writes a line into the log.
    Log(Template),
    /// Ends here: neither this answer nor those behind it do more with the message.
    Stop,
}

/// A message that is published as an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Publish {
    /// To the message's Response Topic, with its Correlation Data, where it has them.
    pub respond: bool,
    /// The Topic Name otherwise.
    pub topic: Template,
    /// The payload.
    pub payload: Template,
    /// 0, 1 or 2.
    pub qos: u8,
    /// Whether the server keeps it.
    pub retain: bool,
    /// Empty: none.
    pub content_type: Template,
    /// Pairs, in order.
    pub user_properties: Vec<(String, Template)>,
}

impl Default for Publish {
    fn default() -> Self {
        Self {
            respond: true,
            topic: Template::default(),
            payload: Template::default(),
            qos: 0,
            retain: false,
            content_type: Template::default(),
            user_properties: Vec::new(),
        }
    }
}

/// What is asked of a cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// It is this text.
    Is(String),
    /// It says yes: it is neither empty nor `0`, `no` or `false`, in any case.
    Yes,
    /// It is empty.
    Empty,
}

impl Test {
    /// Whether a cell passes.
    #[must_use]
    pub fn passes(&self, cell: &str) -> bool {
        match self {
            Self::Is(text) => cell == text,
            Self::Yes => {
                let cell = cell.trim();
                let no = |word: &&str| cell.eq_ignore_ascii_case(word);
                !["", "0", "no", "false"].iter().any(no)
            }
            Self::Empty => cell.trim().is_empty(),
        }
    }
}

impl Condition {
    /// Whether a number is between two that are written as text; an empty one is no bound.
    #[must_use]
    pub fn between(number: f64, from: &str, to: &str) -> bool {
        let bound = |text: &str| text.trim().parse::<f64>().ok();
        let is_free = |text: &str| text.trim().is_empty();
        number.is_finite()
            && (is_free(from) || bound(from).is_some_and(|from| from <= number))
            && (is_free(to) || bound(to).is_some_and(|to| number <= to))
    }
}
