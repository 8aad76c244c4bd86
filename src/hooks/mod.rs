//! Hooks: what components share of behaviour.

mod focus;
mod hash;
mod inbox;
mod keys;
mod narrow;
mod reader;
mod resizes;
mod step_focus;
mod texts;
mod virtual_rows;

pub use focus::use_kept_focus;
pub use hash::{Arrival, use_hash};
pub use inbox::{Inbox, use_inbox};
pub use keys::use_window_keys;
pub use narrow::{ONE_PANE, use_narrow};
pub use reader::{ReaderStage, use_reader};
pub use resizes::Resizes;
pub use step_focus::use_step_focus;
pub use texts::{TextsStage, use_texts};
pub use virtual_rows::{VirtualRows, use_uneven_rows, use_virtual_rows};
