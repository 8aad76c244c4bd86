//! What a person did, one reducer a file. No browser in it, so the tests are native.

pub mod flows;
pub mod live;
pub mod playback;
pub mod row_heights;
pub mod same;
pub mod scroll;
pub mod splitter;
pub mod theme;
pub mod toasts;
pub mod workbench;
