//! Pages: one folder each. They compose components and hold no MQTT logic.

pub mod captures;
pub mod dissect;
pub mod flows;
pub mod live;
