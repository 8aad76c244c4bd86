//! Texts that look like a filter and are none, and words that are a Topic Filter.

use crate::expression::{Filter, Operator};
use crate::lexer::{At, Token, tokens};
use crate::names::Field;
use crate::parser::{joins, operator};
use crate::search::Search;

/// What a text looks like, where it looks like a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meant {
    /// The filter that may be meant; none: no field's name ends as the first word does.
    pub filter: Option<String>,
    /// The text is searched for as words meanwhile; if not, it is a filter that is wrong, and nothing is.
    pub is_words: bool,
}

/// Letters from which on a word may be the end of a longer one: `type` of `msgtype`.
const ENOUGH: usize = 3;

/// Looks whether a text looks like a filter and is none: words that are a name, an operator and a value, or a filter
/// with a slip in it (`mqtt.qos=1`, `ip.addr 1.2.3.4`).
#[must_use]
pub fn meant(text: &str) -> Option<Meant> {
    let is_words = match Search::read(text) {
        Ok(Search::Words(_)) => true,
        Err(problem) if !problem.is_unfinished => false,
        _ => return None,
    };
    let tokens = tokens(text).ok()?;
    let filter = repaired(text, &tokens);
    let [first, second, _, ..] = tokens.as_slice() else {
        let filter = Some(filter?);
        return Some(Meant { filter, is_words });
    };
    // Words with an operator behind the first are told that they are words, whatever they may mean.
    let has_operator = matches!(first.token, Token::Word(_)) && written_operator(second).is_some();
    (filter.is_some() || is_words && has_operator).then_some(Meant { filter, is_words })
}

/// The filter with its slips mended, test by test.
fn repaired(text: &str, tokens: &[At<'_>]) -> Option<String> {
    let mut out = String::new();
    let mut rest = tokens;
    loop {
        let end = rest.iter().position(|at| joins(&at.token).is_some());
        let (test, behind) = rest.split_at(end.unwrap_or(rest.len()));
        out.push_str(&repaired_test(text, test)?);
        let Some((junction, behind)) = behind.split_first() else {
            return Filter::parse(&out).is_ok().then_some(out);
        };
        out.push_str(joins(&junction.token)?);
        rest = behind;
    }
}

/// One test: a name, an operator and a value, or a name and a value.
fn repaired_test(text: &str, test: &[At<'_>]) -> Option<String> {
    let (first, last) = (test.first()?, test.last()?);
    let own = text.get(first.start..last.end)?;
    if Filter::parse(own).is_ok() {
        return Some(own.to_owned());
    }
    let Token::Word(word) = first.token else {
        return None;
    };
    let (sign, value) = match test {
        [_, second, third, ..] => (written_operator(second)?, third),
        // Two words may be a sentence; the whole name of a field is none of its words.
        [_, value] => (Field::named(word).map(|_| Operator::Equal.sign())?, value),
        _ => return None,
    };
    let value = text.get(value.start..last.end)?;
    let quoted = format!("{value:?}");
    let fields = Field::named(word).into_iter().chain(fields(word));
    fields
        .flat_map(|field| [value, &*quoted].map(|value| format!("{} {sign} {value}", field.name())))
        .find(|filter| Filter::parse(filter).is_ok())
}

/// The sign of an operator as people write it. Words that are operators stand in sentences too, but for these two.
fn written_operator(at: &At<'_>) -> Option<&'static str> {
    match (&at.token, operator(&at.token)) {
        (Token::Sign("="), _) => Some(Operator::Equal.sign()),
        (Token::Sign(_) | Token::Word("contains" | "matches"), Some(operator)) => {
            Some(operator.sign())
        }
        _ => None,
    }
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
