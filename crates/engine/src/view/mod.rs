//! What the page sees of what was recorded.

pub(crate) mod charting;
pub(crate) mod cut;
pub(crate) mod flows;
pub(crate) mod gone;
pub(crate) mod history;
pub(crate) mod limits;
pub(crate) mod rows;
pub(crate) mod timeline;
