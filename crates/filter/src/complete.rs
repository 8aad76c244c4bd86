//! What may stand at a caret.

use mqttscope_wire::PacketType;

use crate::expression::{Function, Operand, Operator, Quantifier};
use crate::kind::Kind;
use crate::lexer::is_of_word;
use crate::names::{Field, Names};
use crate::parser::{Expected, parse};

/// Suggestions of one completion.
const MOST: usize = 60;

/// What may stand at a caret, the best first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// The first byte of what a suggestion takes the place of.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
    /// The suggestions.
    pub suggestions: Vec<Suggestion>,
}

/// Something that may stand there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// What is to be written.
    pub text: String,
    /// What it is, in a line.
    pub says: String,
}

impl Suggestion {
    fn new(text: impl Into<String>, says: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            says: says.into(),
        }
    }
}

/// What may stand at a caret, given as the bytes before it. What is behind the caret is not looked at, but for the rest of
/// the word in which it stands.
#[must_use]
pub fn complete(text: &str, caret: usize) -> Completion {
    let caret = text.floor_char_boundary(caret.min(text.len()));
    let (before, behind) = text.split_at(caret);
    let (start, typed) = match before.strip_suffix('!') {
        // Behind a field it begins `!=`, elsewhere it is whole.
        Some(head) if is_before_operator(head) => (head.len(), "!"),
        _ => typed(before),
    };
    let rest = behind
        .find(|character| !is_of_word(character))
        .unwrap_or(behind.len());
    let end = if typed.is_empty() {
        caret
    } else {
        caret.saturating_add(rest)
    };
    let head = text.get(..start).unwrap_or_default();
    let expected = if head.trim().is_empty() {
        Some(Expected::Operand)
    } else {
        match parse(head) {
            Ok(parsed) => Some(parsed.expected),
            Err(stop) => stop.expected,
        }
    };
    let mut suggestions = match expected {
        None => Vec::new(),
        Some(Expected::Operand) => operands(typed),
        Some(Expected::Operator(operand)) => {
            let mut all = operators(operand);
            all.extend(junctions());
            all
        }
        Some(Expected::Junction) => junctions(),
        Some(Expected::Value(operand, operator)) => values(operand, operator),
    };
    if expected != Some(Expected::Operand) {
        let lower = typed.trim_start_matches(['"', '\'']).to_ascii_lowercase();
        rank(&mut suggestions, &lower);
    } else if let Some(field) = Field::named(typed) {
        // The name is whole: what comes next is as likely as a longer one.
        let operand = Operand {
            field,
            function: None,
            slice: None,
            mask: None,
        };
        let next = operators(operand).into_iter().chain(junctions());
        suggestions.extend(next.map(|it| Suggestion::new(format!("{typed} {}", it.text), it.says)));
    }
    suggestions.truncate(MOST);
    Completion {
        start,
        end,
        suggestions,
    }
}

fn is_before_operator(head: &str) -> bool {
    parse(head).is_ok_and(|parsed| matches!(parsed.expected, Expected::Operator(_)))
}

/// What is typed at the end of a text: a word, a sign that is begun, or a string without its end; and where it begins.
fn typed(before: &str) -> (usize, &str) {
    let mut open: Option<(usize, char)> = None;
    let mut is_escaped = false;
    for (at, character) in before.char_indices() {
        match open {
            Some((_, quote)) if character == quote && !is_escaped => open = None,
            None if matches!(character, '"' | '\'') => open = Some((at, character)),
            _ => {}
        }
        is_escaped = open.is_some() && character == '\\' && !is_escaped;
    }
    let start = match open {
        Some((at, _)) => at,
        None => {
            let is_sign = before.ends_with(['=', '!', '<', '>', '&', '|', '^', '~']);
            let ends = |character: char| {
                if is_sign {
                    !matches!(character, '=' | '!' | '<' | '>' | '&' | '|' | '^' | '~')
                } else {
                    !is_of_word(character)
                }
            };
            let is_whole = ["==", "!=", ">=", "<=", "&&", "||", "^^", "~", "!", ">", "<"]
                .iter()
                .any(|sign| before.ends_with(sign));
            let place = before
                .char_indices()
                .rev()
                .find(|&(_, character)| ends(character));
            match place {
                _ if is_sign && is_whole => before.len(),
                Some((at, character)) => at.saturating_add(character.len_utf8()),
                None => 0,
            }
        }
    };
    (start, before.get(start..).unwrap_or_default())
}

/// Those that begin with what is typed, then those that contain it; the others go.
fn rank(suggestions: &mut Vec<Suggestion>, typed: &str) {
    let score = |suggestion: &Suggestion| {
        let text = suggestion.text.trim_start_matches('"').to_ascii_lowercase();
        match text.find(typed) {
            Some(0) => Some(0_u8),
            Some(_) => Some(1),
            None => None,
        }
    };
    suggestions.retain(|suggestion| score(suggestion).is_some());
    suggestions.sort_by_key(score);
}

fn operands(typed: &str) -> Vec<Suggestion> {
    let lower = typed.to_ascii_lowercase();
    let mut ranked: Vec<(u8, Suggestion)> = Field::all()
        .filter_map(|field| {
            let name = field.name();
            let score = if name == lower {
                // It is there already.
                return None;
            } else if name.starts_with(&lower) {
                0
            } else if name.split(['.', '_']).any(|part| part.starts_with(&lower)) {
                1
            } else if name.contains(&lower) {
                2
            } else if lower.len() > 2 && field.says().to_ascii_lowercase().contains(&lower) {
                3
            } else {
                return None;
            };
            Some((score, Suggestion::new(name, field.says())))
        })
        .collect();
    let functions = Function::ALL
        .into_iter()
        .filter(|(name, ..)| !lower.is_empty() && name.starts_with(&lower));
    ranked.extend(functions.map(|(name, _, says)| (1, Suggestion::new(format!("{name}("), says))));
    let quantifiers = Quantifier::ALL
        .into_iter()
        .filter(|(it, _)| !lower.is_empty() && it.name().starts_with(&lower));
    ranked.extend(quantifiers.map(|(it, says)| (1, Suggestion::new(it.name(), says))));
    ranked.sort_by_key(|(score, _)| *score);
    ranked
        .into_iter()
        .map(|(_, suggestion)| suggestion)
        .collect()
}

fn operators(operand: Operand) -> Vec<Suggestion> {
    let kind = operand.kind();
    let mut all: Vec<_> = kind
        .operators()
        .iter()
        .map(|operator| Suggestion::new(operator.sign(), operator.says()))
        .collect();
    if kind.is_whole_number() && operand.mask.is_none() {
        all.push(Suggestion::new("&", "some of its bits: & 0x0f"));
    }
    if kind == Kind::TopicFilter {
        all.insert(0, Suggestion::new("\"#\"", "a Topic Filter in quotes"));
    }
    all
}

fn junctions() -> Vec<Suggestion> {
    vec![
        Suggestion::new("&&", "and"),
        Suggestion::new("||", "or"),
        Suggestion::new("^^", "one of both, and not the other"),
    ]
}

fn values(operand: Operand, operator: Operator) -> Vec<Suggestion> {
    let kind = operand.kind();
    if operator == Operator::Contains || operator == Operator::Matches {
        return match kind {
            Kind::Known(names) => named(names),
            _ => Vec::new(),
        };
    }
    match kind {
        Kind::Fact | Kind::Bool => ["true", "false"].map(|it| Suggestion::new(it, "")).into(),
        Kind::Named(_, names) | Kind::Known(names) => named(names),
        Kind::TopicFilter => vec![Suggestion::new("\"#\"", "every topic")],
        _ => Vec::new(),
    }
}

/// Each number once, by the name that is written.
fn named(names: Names) -> Vec<Suggestion> {
    let mut seen = Vec::new();
    let mut all = Vec::new();
    for (number, name) in names.all() {
        let is_reserved =
            names == Names::PacketType && number == u64::from(PacketType::Reserved.nibble());
        if seen.contains(&number) || is_reserved {
            continue;
        }
        seen.push(number);
        let is_word = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        all.push(match names {
            Names::Rule => Suggestion::new(name, "a rule"),
            _ if names.are_numbers() => Suggestion::new(number.to_string(), name),
            _ if is_word => Suggestion::new(name, number.to_string()),
            _ => Suggestion::new(format!("\"{name}\""), number.to_string()),
        });
    }
    all
}
