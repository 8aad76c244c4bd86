//! The left of an operator: a field by its name, a part of its values, some of their bits.

use super::{Expected, Parser, Stop};
use crate::expression::{Operand, Operator, Slice};
use crate::lexer::Token;
use crate::literal;
use crate::names::{self, Field};
use crate::problem::Problem;

impl Parser<'_> {
    /// A field with this name.
    pub(super) fn field(&self, word: &str, place: (usize, usize)) -> Result<Field, Stop> {
        if let Some(field) = Field::named(word) {
            return Ok(field);
        }
        if let Some(why) = names::absent(word) {
            return Err(Problem::wrong(place, format!("{word} is not known here: {why}")).into());
        }
        if place.1 == self.end && Field::all().any(|field| field.name().starts_with(word)) {
            return Err(Stop {
                problem: Problem::unfinished(
                    place,
                    format!("{word} begins the names of several fields"),
                ),
                expected: Some(Expected::Operand),
            });
        }
        let says = match names::nearest(word) {
            Some(field) => format!("no field is called {word}: {} may be meant", field.name()),
            None => format!(
                "no field is called {word}; frame contains \"{word}\" looks for it as a text"
            ),
        };
        Err(Problem::wrong(place, says).into())
    }

    /// `[i:j]`, `[i-j]`, `[i]`, `[:j]`, `[i:]`.
    pub(super) fn slice(
        &mut self,
        field: Field,
        place: (usize, usize),
    ) -> Result<Option<Slice>, Stop> {
        if !self.takes("[") {
            return Ok(None);
        }
        if !field.kind().is_bytes() {
            let says = format!(
                "{} is {}: it cannot be cut",
                field.name(),
                field.kind().says()
            );
            return Err(Problem::wrong(place, says).into());
        }
        let missing = |parser: &Self| parser.ends("a ] is missing at the end", Expected::Junction);
        let Some(at) = self.next() else {
            return Err(missing(self));
        };
        let read = match at.token {
            Token::Word(word) => slice(word),
            _ => None,
        };
        let Some(slice) = read else {
            let says = "a part is [start:length], [from-to], [:length], [start:] or [one]";
            return Err(Problem::wrong((at.start, at.end), says).into());
        };
        if self.takes("]") {
            return Ok(Some(slice));
        }
        Err(match self.peek() {
            None => missing(self),
            Some(at) => Problem::wrong((at.start, at.end), "a ] is missing before this").into(),
        })
    }

    /// `& 0x0f` behind a number; what comes behind it is asked of these bits.
    pub(super) fn mask(&mut self, operand: Operand) -> Result<Operand, Stop> {
        if !operand.kind().is_whole_number() || !self.takes("&") {
            return Ok(operand);
        }
        let masked = |mask| Operand {
            mask: Some(mask),
            ..operand
        };
        let Some(at) = self.next() else {
            let says = format!("the bits are missing at the end: {operand} & 0x0f");
            return Err(self.ends(says, Expected::Value(masked(0), Operator::Equal)));
        };
        let (mask, is_begun) = match at.token {
            Token::Word(word) => (literal::number(word), matches!(word, "0x" | "0X")),
            _ => (None, false),
        };
        mask.map(masked).ok_or_else(|| {
            let says = format!(
                "bits are a number of at most 64 bits, as in {operand} & 0x0f; and is written &&"
            );
            Stop::from(Problem {
                is_unfinished: is_begun && at.end == self.end,
                ..Problem::wrong((at.start, at.end), says)
            })
        })
    }
}

fn slice(word: &str) -> Option<Slice> {
    let number = |text: &str| -> Option<i32> { text.parse().ok() };
    if let Some((start, len)) = word.split_once(':') {
        let start = if start.is_empty() { 0 } else { number(start)? };
        let len = if len.is_empty() {
            None
        } else {
            Some(len.parse().ok()?)
        };
        return Some(Slice { start, len });
    }
    // The minus of a negative start is no range.
    if let Some((start, end)) = word.get(1..).and_then(|rest| rest.split_once('-')) {
        let start = number(word.get(..start.len().saturating_add(1))?)?;
        let len = number(end)?.checked_sub(start)?.checked_add(1)?;
        return Some(Slice {
            start,
            len: Some(u32::try_from(len).ok()?),
        });
    }
    let start = number(word)?;
    Some(Slice {
        start,
        len: Some(1),
    })
}
