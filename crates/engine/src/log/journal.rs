//! What changed of things that are listed already, for lists that are found by it.

use std::collections::VecDeque;

/// Changes that are remembered. Whoever comes too late looks at everything anew.
const MOST: usize = 1 << 16;

/// The last changes.
#[derive(Debug)]
pub(crate) struct Journal<T> {
    changes: VecDeque<T>,
    /// Changes before the first of these.
    gone: u64,
}

impl<T> Default for Journal<T> {
    fn default() -> Self {
        Self {
            changes: VecDeque::new(),
            gone: 0,
        }
    }
}

impl<T> Journal<T> {
    pub(crate) fn push(&mut self, change: T) {
        if self.changes.len() >= MOST {
            self.changes.pop_front();
            self.gone = self.gone.saturating_add(1);
        }
        self.changes.push_back(change);
    }

    /// The number of the next change.
    pub(crate) fn end(&self) -> u64 {
        self.gone.saturating_add(self.changes.len() as u64)
    }

    /// The changes from this number on; none: they are not all there.
    pub(crate) fn since(&self, number: u64) -> Option<impl Iterator<Item = &T>> {
        let from = usize::try_from(number.checked_sub(self.gone)?).ok()?;
        (from <= self.changes.len()).then(|| self.changes.range(from..))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_told_once_or_not_at_all() {
        let mut journal = Journal::default();
        let since = |journal: &Journal<u64>, from| {
            journal
                .since(from)
                .map(|it| it.copied().collect::<Vec<_>>())
        };
        assert_eq!(since(&journal, 0), Some(vec![]));
        assert_eq!(since(&journal, 1), None);
        journal.push(7);
        journal.push(8);
        assert_eq!((journal.end(), since(&journal, 1)), (2, Some(vec![8])));
        for n in 0..MOST as u64 {
            journal.push(n);
        }
        assert_eq!(since(&journal, 1), None);
        assert_eq!(since(&journal, 2).map(|all| all.len()), Some(MOST));
    }
}
