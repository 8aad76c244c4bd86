//! Faults that are set while connections are open, as whoever sets them writes and sees them.

use std::sync::Arc;

use mqttscope_flows::script::ScriptError;
use mqttscope_protocol::{ActiveFault, FaultError, FaultFix};

use super::clients::{Active, Faults, MOST_ACTIVE};
use super::plan::parse;

/// Which faults make room for others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InPlaceOf {
    /// None of them.
    None,
    /// All the others.
    All,
    /// Those with these numbers.
    These(Vec<u32>),
}

impl InPlaceOf {
    fn has(&self, number: u32) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::These(numbers) => numbers.contains(&number),
        }
    }
}

impl Faults {
    /// All that are in force, the oldest first.
    #[must_use]
    pub fn active(&self) -> Vec<ActiveFault> {
        let told = |active: &Arc<Active>| ActiveFault {
            number: active.number,
            line: active.rule.text.to_string(),
            struck: active.struck(),
        };
        self.rules().iter().map(told).collect()
    }

    /// Whether none is in force.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules().is_empty()
    }

    /// Puts the faults of these lines in force at `now`, in milliseconds, beside those that are or in their place. A line that
    /// is in force already, and would make room for itself, stays as it is: it has counted, and may have struck.
    ///
    /// # Errors
    /// Each line that is wrong, and why; nothing has changed then.
    pub fn set(
        &mut self,
        text: &str,
        replaced: &InPlaceOf,
        now: u64,
    ) -> Result<(), Vec<FaultError>> {
        let mut rules =
            parse(text).map_err(|errors| errors.into_iter().map(told).collect::<Vec<_>>())?;
        let mut gone = Vec::new();
        for active in self.rules().iter() {
            if !replaced.has(active.number) {
                continue;
            }
            match rules.iter().position(|rule| rule.text == active.rule.text) {
                Some(same) => drop(rules.remove(same)),
                None => gone.push(active.number),
            }
        }
        let stay = self.rules().len().saturating_sub(gone.len());
        let is_room = stay.saturating_add(rules.len()) <= MOST_ACTIVE;
        if is_room {
            self.retain(|active| !gone.contains(&active.number));
        }
        if !is_room || !self.add(rules, now) {
            return Err(vec![FaultError {
                line: 1,
                message: format!("There can be at most {MOST_ACTIVE} faults at a time."),
                fix: None,
            }]);
        }
        Ok(())
    }

    /// Takes the fault with this number out of force, or all. Whether any is gone.
    pub fn clear(&mut self, number: Option<u32>) -> bool {
        self.retain(|active| number.is_some_and(|number| active.number != number))
    }
}

fn told(error: ScriptError) -> FaultError {
    let ScriptError { line, message, fix } = error;
    FaultError {
        line,
        message,
        fix: fix.map(|fix| FaultFix {
            wrong: fix.wrong,
            right: fix.right,
        }),
    }
}
