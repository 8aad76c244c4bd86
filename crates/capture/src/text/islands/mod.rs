//! Bytes among words: the stretches of a text that stand for bytes, whatever stands around them.
//!
//! The finder walks the text once, line by line. What is known by its line (a row of a dump, a
//! system call) is tried first, then what brackets and quotes hold, then runs of hex digits. It
//! judges nothing: it says what could be bytes, and [`super::reader`] chooses.

mod context;
mod cut;
mod finder;
mod intel;
mod list;
mod quoted;
mod row;
mod run;
mod strings;

use core::ops::Range;

pub(super) use context::{Context, Records, line_context};
pub(crate) use context::{WAYS, line_time, way_of};
pub(super) use finder::find;

use super::Format;
use super::output::Output;

/// How much the looks of a stretch alone say that it stands for bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// It may as well be a number or a word: only sound packets make it bytes.
    Weak,
    /// People write bytes so.
    Ordinary,
    /// Nothing else looks so.
    Strong,
}

/// A stretch of the text that may stand for bytes.
#[derive(Debug)]
pub(super) struct Island {
    /// Where it stands in the text.
    pub(super) range: Range<usize>,
    /// What it is written as.
    pub(super) format: Format,
    pub(super) strength: Strength,
    /// Its bytes, with places in the whole text.
    pub(super) out: Output,
    /// Where the words begin that may tell of it: at its line, or behind the island before it.
    pub(super) words: Range<usize>,
    /// The text itself says that bytes are left out; how many, where it says so.
    pub(super) cut: Option<Option<usize>>,
    /// The text leaves bytes out right before it, in its line.
    pub(super) is_behind_cut: bool,
    /// Who sent it, where the notation itself says so: a system call does.
    pub(super) sent: Option<bool>,
    /// Decimal digits only, in a sentence.
    pub(super) is_decimal: bool,
    /// Digits without leading zeros, which make packets.
    pub(super) is_short: bool,
    /// The same digits read the other way: decimals for hex and hex for decimals.
    pub(super) otherwise: Option<(Format, Output)>,
}

impl Island {
    fn new(range: Range<usize>, format: Format, strength: Strength, out: Output) -> Self {
        Self {
            words: range.start..range.start,
            range,
            format,
            strength,
            out,
            cut: None,
            is_behind_cut: false,
            sent: None,
            is_decimal: false,
            is_short: false,
            otherwise: None,
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.out.bytes()
    }
}
