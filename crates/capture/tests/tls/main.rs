//! TLS connections that others made, opened with their key logs. `README.md` says how they were recorded.

mod disturbed;
mod opened;
mod recordings;
