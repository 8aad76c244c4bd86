//! What the page and the companion say to each other about the faults of a tap, as JSON over HTTP.

use serde::{Deserialize, Serialize};

/// The faults of the taps that a companion lends: the answer to each question about them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TapFaults {
    /// Whether pages may set them.
    pub allowed: bool,
    /// Those that are in force, the oldest first.
    pub active: Vec<ActiveFault>,
}

/// A fault that is in force.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActiveFault {
    /// Its number among all that ever were in force on these taps, from 1.
    pub number: u32,
    /// Its line.
    pub line: String,
    /// How often it has struck.
    pub struck: u64,
}

/// A line that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultError {
    /// Which, from 1.
    pub line: usize,
    /// Why, in a sentence.
    pub message: String,
    /// What was probably meant.
    pub fix: Option<FaultFix>,
}

/// One word in place of another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultFix {
    /// What is there.
    pub wrong: String,
    /// What it should be.
    pub right: String,
}

/// Why faults were not set: nothing has changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultsRefused {
    /// Each line that is wrong.
    pub errors: Vec<FaultError>,
}

/// Bytes of the longest text of faults.
pub const FAULTS_TEXT: usize = 64 << 10;
