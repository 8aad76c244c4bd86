//! What was opened: by what files are known again, and which stay where one is closed.

/// By what a file is known again, whatever it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) size: u64,
    /// Of its first and its last bytes.
    pub(super) hash: u64,
}

/// What was opened, as it was handed to the worker.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Source<S> {
    source: S,
    /// Of a file its name; none: the companion lends it.
    name: Option<String>,
    mark: Option<Mark>,
}

/// All that was opened, in its order.
#[derive(Debug, Default)]
pub(super) struct Opened<S> {
    sources: Vec<Source<S>>,
}

impl<S: Clone> Opened<S> {
    /// Takes up the files that are new, and gives them, and what is to be said of the others.
    pub(super) fn take(&mut self, files: Vec<(S, String, Option<Mark>)>) -> (Vec<S>, Vec<String>) {
        let (mut new, mut again) = (Vec::new(), Vec::new());
        for (source, name, mark) in files {
            let mut sources = self.sources.iter();
            let known = sources.find(|it| mark.is_some() && it.mark == mark);
            match known.and_then(|it| it.name.as_deref()) {
                Some(before) if *before == name => {
                    again.push(format!("“{name}” is open already"));
                }
                Some(before) => {
                    again.push(format!("“{name}” has the same bytes as “{before}”"));
                }
                None => {
                    new.push(source.clone());
                    let name = Some(name);
                    self.sources.push(Source { source, name, mark });
                }
            }
        }
        (new, again)
    }

    /// Takes up what the companion lends.
    pub(super) fn lend(&mut self, sources: impl Iterator<Item = S>) {
        let lent = |source| Source {
            source,
            name: None,
            mark: None,
        };
        self.sources.extend(sources.map(lent));
    }

    /// Forgets the one at this place, and gives it.
    pub(super) fn close(&mut self, place: usize) -> Self {
        let is_there = place < self.sources.len();
        let closed = is_there.then(|| self.sources.remove(place));
        let sources = closed.into_iter().collect();
        Self { sources }
    }

    pub(super) fn all(&self) -> Vec<S> {
        self.sources.iter().map(|it| it.source.clone()).collect()
    }

    /// Takes up again what was closed, as far as it was not opened since, and gives that.
    pub(super) fn restore(&mut self, closed: Self) -> Vec<S> {
        let is_open = |it: &Source<S>| {
            let mut sources = self.sources.iter();
            it.mark.is_some() && sources.any(|now| now.mark == it.mark)
        };
        let (_, mut missing): (Vec<_>, Vec<_>) = closed.sources.into_iter().partition(is_open);
        let sources = missing.iter().map(|it| it.source.clone()).collect();
        // The worker reads it behind the others.
        self.sources.append(&mut missing);
        sources
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.sources.len()
    }

    /// The names of its files.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.sources.iter().filter_map(|it| it.name.as_deref())
    }
}

/// FNV-1a of 64 bits: nobody gains by a file that is taken for another of his own.
pub(super) fn hash(pieces: &[&[u8]]) -> u64 {
    let bytes = pieces.iter().copied().flatten();
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_open_is_taken_once_whatever_it_is_called() {
        let mark = |text: &[u8]| {
            Some(Mark {
                size: text.len() as u64,
                hash: hash(&[text]),
            })
        };
        let given = |name: &str, text: &[u8]| (name.to_owned(), name.to_owned(), mark(text));
        let mut opened = Opened::default();
        let (new, again) = opened.take(vec![given("a", b"one"), given("b", b"two")]);
        assert_eq!((new.len(), again.len()), (2, 0));
        // What has the same name and other bytes is another file.
        let (new, again) = opened.take(vec![
            given("a", b"one"),
            given("a", b"more"),
            given("c", b"two"),
            given("c", b"two"),
        ]);
        assert_eq!(new, ["a"]);
        assert_eq!(
            again,
            [
                "“a” is open already",
                "“c” has the same bytes as “b”",
                "“c” has the same bytes as “b”"
            ]
        );
        // What cannot be read is left to the worker, each time.
        for _ in 0..2 {
            let (new, again) = opened.take(vec![("d".into(), "d".into(), None)]);
            assert_eq!((new.len(), again.len()), (1, 0));
        }
        assert_eq!(opened.all(), ["a", "b", "a", "d", "d"]);
        // What is closed may be opened again, and what the companion lends is no file.
        opened.lend(["lent".to_owned()].into_iter());
        let one = opened.close(0);
        assert_eq!(one.names().collect::<Vec<_>>(), ["a"]);
        assert_eq!(opened.all(), ["b", "a", "d", "d", "lent"]);
        assert_eq!(opened.names().collect::<Vec<_>>(), ["b", "a", "d", "d"]);
        assert_eq!(opened.take(vec![given("a", b"one")]).0, ["a"]);
        assert_eq!((opened.close(9).len(), opened.len()), (0, 6));
        // One that was closed comes back behind the others, and not where it was opened again meanwhile.
        assert!(opened.restore(one).is_empty());
        let one = opened.close(1);
        assert_eq!(opened.restore(one), ["a"]);
        assert_eq!(opened.all(), ["b", "d", "d", "lent", "a", "a"]);
        // All that was closed comes back once.
        let closed = core::mem::take(&mut opened);
        assert_eq!(closed.len(), 6);
        opened.take(vec![given("b", b"two")]);
        let again = opened.restore(closed);
        assert_eq!(again, ["d", "d", "lent", "a", "a"]);
        assert_eq!(opened.len(), 6);
        assert_ne!(hash(&[b"ab"]), hash(&[b"ba"]));
    }
}
