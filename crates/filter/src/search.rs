//! What somebody typed into the search.

use crate::expression::{Filter, Function, Quantifier};
use crate::kind::Kind;
use crate::lexer::is_of_word;
use crate::names::{Field, is_like_a_field};
use crate::parser::{is_operator_word, parse};
use crate::problem::Problem;

/// What somebody typed into the search.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Search {
    /// Nothing: everything is shown.
    #[default]
    Nothing,
    /// Packets of this type, or with this text in them, in either case of letters.
    Words(String),
    /// Messages whose topic this Topic Filter matches.
    Topic(String),
    /// Packets with these bytes, given in hex.
    Hex(String),
    /// A filter.
    Filter(Filter),
}

impl Search {
    /// Reads what somebody typed.
    ///
    /// A text is a filter where it begins, behind `(`, `!` and `not`, with the name of a field or what can only be meant as
    /// one; `topic:` and `hex:` are those of the search, and all else is words. A name without a full stop, such as `conn`,
    /// begins a filter only where an operator or nothing stands behind it.
    ///
    /// # Errors
    ///
    /// Gives the place and the cause where it is meant as a filter and is none, or is not finished.
    pub fn read(text: &str) -> Result<Self, Problem> {
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Ok(Self::Nothing);
        }
        if let Some(filter) = trimmed.strip_prefix("topic:") {
            return Ok(Self::Topic(filter.trim().to_owned()));
        }
        if let Some(digits) = trimmed.strip_prefix("hex:") {
            return Ok(Self::Hex(digits.trim().to_owned()));
        }
        let words = || Ok(Self::Words(trimmed.to_owned()));
        let head = Head::of(trimmed);
        if !head.is_meant {
            return words();
        }
        match parse(text) {
            Ok(parsed) => Ok(Self::Filter(Filter {
                expression: parsed.expression,
            })),
            Err(_) if head.may_be_words => words(),
            Err(stop) => Err(stop.problem),
        }
    }
}

/// How a text begins.
struct Head {
    /// As a filter does.
    is_meant: bool,
    /// But it may be words, should it be none.
    may_be_words: bool,
}

impl Head {
    fn of(text: &str) -> Self {
        let mut rest = text;
        let mut is_flagged = false;
        loop {
            rest = rest.trim_start();
            if let Some(behind) = rest.strip_prefix(['(', '!']) {
                is_flagged = true;
                rest = behind;
                continue;
            }
            match rest
                .strip_prefix("not")
                .or_else(|| rest.strip_prefix("NOT"))
            {
                Some(behind) if behind.starts_with(|next: char| !is_of_word(next)) => rest = behind,
                _ => break,
            }
        }
        let (mut word, mut behind) = first_word(rest);
        // Behind `any` and `all` a field must stand; a sentence may begin so, too.
        let is_quantified = Quantifier::named(word).is_some();
        if is_quantified {
            (word, behind) = first_word(behind.trim_start_matches(['(', ' ']));
        }
        let field = Field::named(word);
        let is_function =
            Function::ALL.iter().any(|(name, ..)| *name == word) && behind.starts_with('(');
        let is_meant = is_flagged || field.is_some() || is_function || is_like_a_field(word);
        Self {
            is_meant,
            may_be_words: !is_flagged
                && !is_function
                && !word.contains('.')
                && field.is_some_and(|field| is_quantified || begins_words(field, behind)),
        }
    }
}

/// The word that a text begins with, and what stands behind it and its blanks.
fn first_word(text: &str) -> (&str, &str) {
    let end = text.find(|character| !is_of_word(character));
    let (word, behind) = text.split_at(end.unwrap_or(text.len()));
    (word, behind.trim_start())
}

/// Whether what stands behind a name cannot go on as a filter.
fn begins_words(field: Field, behind: &str) -> bool {
    let end = behind.find(|character| !is_of_word(character));
    let next = behind
        .get(..end.unwrap_or(behind.len()))
        .unwrap_or_default();
    if next.is_empty() {
        let is_text = behind.starts_with(['"', '\'']);
        return is_text && field.kind() != Kind::TopicFilter;
    }
    // The last word may be an operator that is half typed.
    let is_last = next.len() == behind.len();
    let begins = |name: &str| name.starts_with(next);
    let junctions = ["and", "or", "xor"];
    let operators = field.kind().operators();
    let is_begun = operators
        .iter()
        .any(|it| begins(it.word()) || begins(it.sign()))
        || junctions.into_iter().any(begins);
    !(is_operator_word(next) || is_last && is_begun)
}
