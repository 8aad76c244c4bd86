//! The faults of live connections, as the engine tells of them.

use mqttscope_protocol::{FaultError, FaultRow, TapFaults};

/// See [the module](self).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Faults {
    /// Those that are in force; none: nothing was heard yet.
    pub told: Option<TapFaults>,
    /// What they and earlier ones did.
    pub rows: Vec<FaultRow>,
    /// What was wrong with what was asked last.
    pub errors: Vec<FaultError>,
    /// Whether the last that was asked for is done.
    pub is_done: bool,
}

impl Faults {
    /// The engine tells: as an answer, or as a fault has struck.
    pub(super) fn take(&mut self, mut told: TapFaults, rows: Vec<FaultRow>, is_answer: bool) {
        let errors = core::mem::take(&mut told.errors);
        if is_answer {
            self.is_done = errors.is_empty();
            self.errors = errors;
        }
        (self.told, self.rows) = (Some(told), rows);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_wrong_stays_until_the_next_answer() {
        let mut faults = Faults::default();
        let wrong = FaultError {
            line: 1,
            message: "why".to_owned(),
            fix: None,
        };
        let told = TapFaults {
            errors: vec![wrong.clone()],
            ..TapFaults::default()
        };
        faults.take(told, Vec::new(), true);
        faults.take(TapFaults::default(), Vec::new(), false);
        assert_eq!((&*faults.errors, faults.is_done), (&[wrong][..], false));
        faults.take(TapFaults::default(), Vec::new(), true);
        assert_eq!((&*faults.errors, faults.is_done), (&[][..], true));
    }
}
