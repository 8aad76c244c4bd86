//! The filter language of the lists of packets: that of Wireshark's display filters, with names of its own where Wireshark
//! has none.
//!
//! - [`Search::read`] says what somebody typed: words as the search always took them, or a [`Filter`]; or it is a
//!   [`Problem`], with its place.
//! - [`Matcher`] holds a filter against packets, each given as a [`Subject`].
//! - [`complete`](complete()) gives what may stand at a caret; [`READY`] are filters to begin with.
//!
//! ```
//! use mqttscope_filter::Filter;
//!
//! let filter = Filter::parse("mqtt.msgtype == PUBLISH and not mqtt.qos in {1 2}")?;
//! assert_eq!(filter.to_string(), "mqtt.msgtype == PUBLISH && !(mqtt.qos in {1, 2})");
//! let problem = Filter::parse("mqtt.qos == high").unwrap_err();
//! assert_eq!(problem.says, "mqtt.qos is a number from 0 to 3, not a text");
//! assert_eq!((problem.start, problem.end), (12, 16));
//! # Ok::<(), mqttscope_filter::Problem>(())
//! ```
//!
//! No text makes it panic or take long: filters have a greatest length and depth, and `matches` takes time that is linear
//! in what it looks at.

mod complete;
mod expression;
mod kind;
mod lexer;
mod literal;
mod matcher;
mod meant;
mod names;
mod net;
mod packet;
mod parser;
mod problem;
mod ready;
mod search;
mod subject;
mod time;
mod told;

pub use complete::{Completion, Suggestion, complete};
pub use expression::{
    Expression, Filter, Function, Literal, Operand, Operator, Pattern, Relation, Slice, Test,
};
pub use kind::Kind;
pub use matcher::{Matcher, Relies, covers};
pub use meant::{Meant, meant, topic_filter};
pub use names::{Field, Names};
pub use net::Net;
pub use problem::Problem;
pub use ready::{READY, Ready};
pub use search::Search;
pub use subject::{Broken, Ends, HandshakeState, Subject};
pub use time::moment;
