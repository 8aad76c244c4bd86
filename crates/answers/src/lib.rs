//! Messages that are answered, and what is done on a timer.
//!
//! An [`Answer`] says for which messages it is there (a Topic Filter, [`Condition`]s), or how often it is done by itself, and what it does
//! ([`Action`]s): publish, look a value up in a [`Table`] and change it, count, log. [`Answering`] holds the
//! answers of one connection with their tables, takes the messages that come, and gives what is to be
//! published. It has no clock, no network and no source of randomness: time and a seed are passed in.
//!
//! The types are what a page edits, what a profile keeps and what runs: there is no second form.

mod answer;
mod answering;
mod check;
mod context;
mod gallery;
mod import;
mod incoming;
mod marks;
mod path;
mod random;
mod replay;
mod run;
mod table;
mod template;
mod waves;

pub use mqttscope_shared::Instant;

pub use answer::{Action, Answer, Condition, JsonTest, Publish, Test};
pub use answering::{
    Answering, Incoming, Line, Reader, Reply, ScriptCall, ScriptNews, ScriptSays, Tally, includes,
    topic_filter,
};
pub use check::check;
pub use gallery::{Ready, gallery};
pub use import::{read_table, write_csv};
pub use mqttscope_shared::rfc3339;
pub use path::PathFault;
pub use replay::{Recording, Replay, Replayed, read_recording};
pub use table::{Table, TableEdit};
pub use template::{Template, TemplateFault};
