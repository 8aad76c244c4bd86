//! Flows: scenarios, what comes of them, and how it is drawn.
//!
//! A [`Scenario`] is data. A [`Run`] is what the real client and the real broker make of it over a
//! simulated network in virtual time: every packet with its times and its fate, and what each side
//! remembers from moment to moment. A [`Diagram`] is its picture, and a [`Beat`] one sentence of it.

mod behaviour;
mod caption;
mod diagram;
mod fault;
mod gallery;
mod link;
mod observed;
mod packet;
mod run;
mod scenario;
pub mod script;
mod text;
mod unsaid;

pub use behaviour::Behaviour;
pub use caption::{Beat, Statements};
pub use diagram::{
    Arrow, Band, Bar, Diagram, Export, Frame, Head, LabelBox, LabelPlace, Lane, Look, Palette,
    Reach, Shape, TimeLine, differ_from, millis_after_first, what_differs,
};
pub use gallery::{gallery, gallery_groups, slug};
pub use link::{LinkError, of_link, to_link};
pub use packet::{Facts, Fate, Packet};
pub use run::{
    Break, Counts, Happening, Line, MAX_PACKETS, Memory, Run, Side, Tally, Unused, What, Why,
};
pub use scenario::{
    Act, Fault, MAX_AT, MAX_BEHAVIOURS, MAX_CLIENTS, MAX_DELAY, MAX_FAULTS, MAX_STEPS, Nth,
    Publication, Scenario, Station, Step, When, Will,
};
pub use script::{Fix, MAX_TEXT, ScriptError};
pub use text::seconds;
