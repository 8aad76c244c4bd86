//! What is wrong with a line, and the word that was probably meant.

/// The most letters that differ between a word and the one that was probably meant.
const NEAR: usize = 2;

/// A correction of one word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// The word as it was written.
    pub wrong: String,
    /// The word that was probably meant.
    pub right: String,
}

/// Why a line cannot be read.
#[derive(Debug)]
pub struct Wrong {
    /// What is wrong, and what to write instead.
    pub message: String,
    /// The correction, where one is obvious.
    pub fix: Option<Fix>,
}

impl From<String> for Wrong {
    fn from(message: String) -> Self {
        Self { message, fix: None }
    }
}

impl From<&str> for Wrong {
    fn from(message: &str) -> Self {
        message.to_owned().into()
    }
}

impl Wrong {
    /// The same with what a whole line looks like, unless a correction says it all.
    #[must_use]
    pub(super) fn or_else(mut self, form: &str) -> Self {
        if self.fix.is_none() {
            self.message = format!("{} {form}", self.message);
        }
        self
    }

    /// The same with the word that it stands behind, and what that takes.
    #[must_use]
    pub(super) fn at(mut self, word: &str, what: &str) -> Self {
        self.message = format!("Behind `{word}` stand {what}. {}", self.message);
        self
    }

    /// `what` is wrong with a word; one of `known` was meant, or else `otherwise` says what to do.
    pub fn word<'a>(
        word: &str,
        what: &str,
        known: impl IntoIterator<Item = &'a str>,
        otherwise: &str,
    ) -> Self {
        let near = known
            .into_iter()
            .map(|candidate| {
                (
                    distance(&word.to_lowercase(), &candidate.to_lowercase()),
                    candidate,
                )
            })
            .filter(|(far, candidate)| *far <= NEAR && *far < candidate.chars().count())
            .min_by_key(|(far, _)| *far);
        match near {
            Some((_, right)) => Self {
                message: format!("{what} Did you mean `{right}`?"),
                fix: Some(Fix {
                    wrong: word.to_owned(),
                    right: right.to_owned(),
                }),
            },
            None => format!("{what} {otherwise}").into(),
        }
    }
}

/// How many letters must be added, removed or replaced to make one word of the other.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, letter) in one.chars().enumerate() {
        let mut diagonal = index;
        let mut left = index.saturating_add(1);
        let mut next = vec![left];
        for (above, wanted) in row.iter().skip(1).zip(&other) {
            let changed = diagonal.saturating_add(usize::from(letter != *wanted));
            left = changed
                .min(above.saturating_add(1))
                .min(left.saturating_add(1));
            diagonal = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_near_or_far() {
        let table = [
            ("", "", 0),
            ("conect", "connect", 1),
            ("pubilsh", "publish", 2),
            ("fly", "publish", 6),
            ("abc", "", 3),
        ];
        for (one, other, far) in table {
            assert_eq!(distance(one, other), far, "{one} {other}");
            assert_eq!(distance(other, one), far, "{other} {one}");
        }
    }
}
