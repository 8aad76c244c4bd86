//! Words that look like a filter, but name no field, and words that are a Topic Filter.

use crate::expression::{Filter, Operator};
use crate::lexer::{Token, tokens};
use crate::names::Field;
use crate::parser::operator;
use crate::search::Search;

/// What words look like, where they look like a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meant {
    /// The filter that may be meant; none: no field's name ends as the first word does.
    pub filter: Option<String>,
}

/// Letters from which on a word may be the end of a longer one: `type` of `msgtype`.
const ENOUGH: usize = 3;

/// Looks whether a text that is searched for as words looks like a filter: a word, an operator and a value.
#[must_use]
pub fn meant(text: &str) -> Option<Meant> {
    if !matches!(Search::read(text), Ok(Search::Words(_))) {
        return None;
    }
    let tokens = tokens(text).ok()?;
    let [first, second, third, ..] = tokens.as_slice() else {
        return None;
    };
    let Token::Word(word) = first.token else {
        return None;
    };
    let sign = match (&second.token, operator(&second.token)) {
        (Token::Sign("="), _) => Operator::Equal.sign(),
        (Token::Sign(_), Some(operator)) => operator.sign(),
        // Other operators that are words stand in sentences too.
        (Token::Word("contains" | "matches"), Some(operator)) => operator.sign(),
        _ => return None,
    };
    let value = text.get(third.start..)?.trim_end();
    let written = |field: &Field| format!("{} {sign} {value}", field.name());
    let filter = fields(word)
        .iter()
        .map(written)
        .find(|filter| Filter::parse(filter).is_ok());
    Some(Meant { filter })
}

/// The fields whose names end with a word, the likeliest first: those with it as their last part, those of MQTT, the
/// shortest; then those of a packet's own fields whose name goes on before it.
fn fields(word: &str) -> Vec<Field> {
    let word = word.to_ascii_lowercase();
    let last = |field: &Field| field.name().rsplit('.').next().unwrap_or_default();
    let goes_on = |field: &Field| {
        let own = field.name().strip_prefix("mqtt.");
        own.is_some_and(|own| !own.contains('.') && own.ends_with(&*word))
    };
    let may_be = |field: &Field| last(field) == word || word.len() >= ENOUGH && goes_on(field);
    let mut fields: Vec<Field> = Field::all().filter(may_be).collect();
    fields.sort_by_key(|field| {
        let is_of_mqtt = field.name().starts_with("mqtt.");
        (last(field) != word, !is_of_mqtt, field.name().len())
    });
    fields
}

/// The text, if it is a Topic Filter with a wildcard: `+` and `#` stand for whole levels, `#` for the last one.
#[must_use]
pub fn topic_filter(text: &str) -> Option<&str> {
    let text = text.trim();
    let mut levels = text.split('/').rev();
    let is_right = |level: &str| level == "+" || !level.contains(['+', '#']);
    let last = levels.next()?;
    let is_filter = (last == "#" || is_right(last)) && levels.all(is_right);
    let has_wildcard = text.contains(['+', '#']);
    (is_filter && has_wildcard && !text.contains(char::is_whitespace) && !text.contains(':'))
        .then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_filter_is_known_by_its_wildcards() {
        for text in ["plant/#", "+/state", "#", " a/+/b ", "$SYS/#"] {
            assert_eq!(topic_filter(text), Some(text.trim()));
        }
        for text in [
            "plant",
            "c++",
            "a#",
            "#/a",
            "a/#b",
            "topic:a/#",
            "a + b",
            "",
        ] {
            assert_eq!(topic_filter(text), None, "{text}");
        }
    }
}
