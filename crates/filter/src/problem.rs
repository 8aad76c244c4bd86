//! Why a text is no filter.

use core::fmt;

/// Why a text is no filter, or not yet one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The first byte of the place in the text.
    pub start: usize,
    /// One past its last byte; never beyond the text.
    pub end: usize,
    /// The cause, in words, without a full stop.
    pub says: String,
    /// It may become a filter with what is typed next.
    pub is_unfinished: bool,
}

impl Problem {
    pub(crate) fn wrong(place: (usize, usize), says: impl Into<String>) -> Self {
        Self {
            start: place.0,
            end: place.1,
            says: says.into(),
            is_unfinished: false,
        }
    }

    pub(crate) fn unfinished(place: (usize, usize), says: impl Into<String>) -> Self {
        Self {
            is_unfinished: true,
            ..Self::wrong(place, says)
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.says)
    }
}

impl core::error::Error for Problem {}
