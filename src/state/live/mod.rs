//! What the Live page works on. The rows are the engine's: here are those that are on screen, and
//! what a person chose to look at.

pub mod address;
pub mod around;
pub mod bridge;
pub mod by_hand;
pub mod cards;
pub mod cases;
pub mod chart;
pub mod connect_settings;
pub mod examine;
pub mod faults;
pub mod form;
pub mod led;
pub mod led_report;
mod lists;
pub mod message_settings;
pub mod payload_text;
pub mod place;
pub mod profiles;
pub mod publishing;
pub mod reports;
pub mod saved;
pub mod schemas;
mod sent;
mod stopped;
pub mod subscription_settings;
pub mod tree;
pub mod used_filters;
mod view;
pub mod words;

pub use lists::{List, Rows, Source, Tab};
pub use sent::Sent;
pub use stopped::Stopped;
pub use view::{Act, Live};
