//! Components: one a file. They draw what they are given and say what a person wants.

pub(crate) mod annex_host;
pub mod conversation;
pub mod dialog;
pub(crate) mod diff;
pub mod far_list;
pub mod glossary;
pub mod header;
pub mod help;
pub mod icon;
pub mod icon_button;
pub mod inspector;
pub mod late_field;
pub mod link_button;
pub mod menu;
mod menu_item;
mod menu_list;
mod not_loaded;
pub mod rule_chip;
pub mod sequence_diagram;
pub mod splitter;
pub mod state_view;
pub mod text_out;
pub mod timeline;
pub mod toasts;
