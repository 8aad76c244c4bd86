//! Tokens into an expression, by precedence: `!` before `&&` before `^^` before `||`.

mod operand;

use crate::expression::{
    Expression, Function, Literal, Operand, Operator, Pattern, Quantifier, Relation, Test,
};
use crate::kind::Kind;
use crate::lexer::{self, At, Token};
use crate::literal;
use crate::problem::Problem;

/// Parentheses and negations in one another.
const MOST_DEPTH: u32 = 100;

/// What could stand where a text ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    /// A field, `!` or `(`.
    Operand,
    /// An operator for this, or `&&` and the like.
    Operator(Operand),
    /// A value.
    Value(Operand, Operator),
    /// `&&` and the like.
    Junction,
}

/// Why reading stopped.
#[derive(Clone, Debug)]
pub(crate) struct Stop {
    pub(crate) problem: Problem,
    /// What would go on; none: nothing does.
    pub(crate) expected: Option<Expected>,
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self {
            problem,
            expected: None,
        }
    }
}

/// A text that is a filter.
#[derive(Debug)]
pub(crate) struct Parsed {
    pub(crate) expression: Expression,
    pub(crate) expected: Expected,
}

/// Reads a whole text.
pub(crate) fn parse(text: &str) -> Result<Parsed, Stop> {
    let tokens = lexer::tokens(text)?;
    let mut parser = Parser {
        tokens: &tokens,
        at: 0,
        end: text.len(),
        expected: Expected::Operand,
    };
    let expression = parser.expression(0, 0)?;
    match parser.tokens.get(parser.at) {
        None => Ok(Parsed {
            expression,
            expected: parser.expected,
        }),
        Some(at) => Err(parser.stray(at)),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Junction {
    Or,
    Xor,
    And,
}

impl Junction {
    fn of(token: &Token<'_>) -> Option<Self> {
        Some(match token {
            Token::Sign("||") | Token::Word("or" | "OR") => Self::Or,
            Token::Sign("^^") | Token::Word("xor" | "XOR") => Self::Xor,
            Token::Sign("&&") | Token::Word("and" | "AND") => Self::And,
            _ => return None,
        })
    }

    const fn strength(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::Xor => 2,
            Self::And => 3,
        }
    }

    fn join(self, left: Expression, right: Expression) -> Expression {
        let mut all = Vec::new();
        for side in [left, right] {
            match (self, side) {
                (Self::Or, Expression::Or(list))
                | (Self::Xor, Expression::Xor(list))
                | (Self::And, Expression::And(list)) => all.extend(list),
                (_, other) => all.push(other),
            }
        }
        match self {
            Self::Or => Expression::Or(all),
            Self::Xor => Expression::Xor(all),
            Self::And => Expression::And(all),
        }
    }
}

/// The operator that a token is.
pub(crate) fn operator(token: &Token<'_>) -> Option<Operator> {
    let text = match token {
        Token::Sign(sign) => *sign,
        Token::Word(word) => word,
        Token::Text(_) => return None,
    };
    if text == "any_eq" {
        return Some(Operator::Equal);
    }
    if text == "all_ne" {
        return Some(Operator::NotEqual);
    }
    Operator::ALL
        .into_iter()
        .find(|it| it.sign() == text || it.word() == text)
}

/// The sign of a junction, with blanks around it; `&` and `|` are meant as one.
pub(crate) fn joins(token: &Token<'_>) -> Option<&'static str> {
    Some(match (token, Junction::of(token)) {
        (Token::Sign("&"), _) | (_, Some(Junction::And)) => " && ",
        (Token::Sign("|"), _) | (_, Some(Junction::Or)) => " || ",
        (_, Some(Junction::Xor)) => " ^^ ",
        _ => return None,
    })
}

/// Whether a word joins tests or stands between a field and a value.
pub(crate) fn is_operator_word(word: &str) -> bool {
    let token = Token::Word(word);
    Junction::of(&token).is_some() || operator(&token).is_some()
}

struct Parser<'a> {
    tokens: &'a [At<'a>],
    at: usize,
    end: usize,
    /// What could stand behind what was read.
    expected: Expected,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a At<'a>> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<&'a At<'a>> {
        let at = self.tokens.get(self.at)?;
        self.at = self.at.saturating_add(1);
        Some(at)
    }

    fn takes(&mut self, sign: &str) -> bool {
        let is = self
            .peek()
            .is_some_and(|at| matches!(at.token, Token::Sign(it) if it == sign));
        if is {
            self.at = self.at.saturating_add(1);
        }
        is
    }

    fn ends(&self, says: impl Into<String>, expected: Expected) -> Stop {
        Stop {
            problem: Problem::unfinished((self.end, self.end), says),
            expected: Some(expected),
        }
    }

    fn expression(&mut self, least: u8, depth: u32) -> Result<Expression, Stop> {
        let mut left = self.primary(depth)?;
        while let Some(at) = self.peek() {
            let Some(junction) = Junction::of(&at.token) else {
                break;
            };
            if junction.strength() < least {
                break;
            }
            self.at = self.at.saturating_add(1);
            let right = self.expression(junction.strength().saturating_add(1), depth)?;
            left = junction.join(left, right);
        }
        Ok(left)
    }

    fn primary(&mut self, depth: u32) -> Result<Expression, Stop> {
        self.expected = Expected::Operand;
        let Some(at) = self.next() else {
            return Err(self.ends("a field is missing at the end", Expected::Operand));
        };
        let place = (at.start, at.end);
        if depth > MOST_DEPTH {
            let says = format!("more than {MOST_DEPTH} parentheses and negations in one another");
            return Err(Problem::wrong(place, says).into());
        }
        let below = depth.saturating_add(1);
        match &at.token {
            Token::Sign("!") | Token::Word("not" | "NOT") => {
                Ok(Expression::Not(Box::new(self.expression(4, below)?)))
            }
            Token::Sign("(") => {
                let inner = self.expression(0, below)?;
                if self.takes(")") {
                    self.expected = Expected::Junction;
                    return Ok(inner);
                }
                match self.peek() {
                    None => Err(self.ends("a ) is missing at the end", self.expected)),
                    Some(at) => Err(self.stray(at)),
                }
            }
            Token::Word(word) => {
                // A field is not called so.
                let goes_on = (self.peek())
                    .is_none_or(|at| matches!(at.token, Token::Word(_) | Token::Sign("(")));
                match Quantifier::named(word).filter(|_| goes_on) {
                    Some(quantifier) => self.quantified(quantifier),
                    None => self.word(word, place),
                }
            }
            Token::Text(_) => {
                let says = "a text stands only behind an operator: frame contains \"…\" looks for it everywhere";
                Err(Problem::wrong(place, says).into())
            }
            Token::Sign(sign) => {
                let says = format!("a field is missing before {sign}");
                Err(Problem::wrong(place, says).into())
            }
        }
    }

    /// A test that begins with a word.
    fn word(&mut self, word: &str, place: (usize, usize)) -> Result<Expression, Stop> {
        let function = Function::ALL.into_iter().find(|(name, ..)| *name == word);
        let is_call = self.peek().is_some_and(|at| at.token == Token::Sign("("));
        match function {
            Some((_, function, _)) if is_call => self.call(function),
            _ => self.test(word, place),
        }
    }

    /// What stands behind `any` and `all`: a comparison.
    fn quantified(&mut self, quantifier: Quantifier) -> Result<Expression, Stop> {
        let Some(at) = self.next() else {
            return Err(self.ends("a field is missing at the end", Expected::Operand));
        };
        let place = (at.start, at.end);
        let Token::Word(word) = at.token else {
            let name = quantifier.name();
            let says =
                format!("a field is missing here, as in {name} mqtt.qos == 1, without brackets");
            return Err(Problem::wrong(place, says).into());
        };
        match self.word(word, place)? {
            Expression::Test(test) if test.relation != Relation::Exists => {
                Ok(Expression::Test(Test {
                    quantifier: Some(quantifier),
                    ..test
                }))
            }
            _ => {
                let says = format!("a comparison has to follow {}", quantifier.name());
                Err(match self.peek() {
                    None => self.ends(says, self.expected),
                    Some(_) => Problem::wrong(place, says).into(),
                })
            }
        }
    }

    fn call(&mut self, function: Function) -> Result<Expression, Stop> {
        self.takes("(");
        let Some(at) = self.next() else {
            return Err(self.ends("a field is missing at the end", Expected::Operand));
        };
        let place = (at.start, at.end);
        let Token::Word(word) = at.token else {
            return Err(Problem::wrong(place, "a field is missing here").into());
        };
        let field = self.field(word, place)?;
        let slice = self.slice(field, place)?;
        let operand = Operand {
            field,
            function: Some(function),
            slice,
            mask: None,
        };
        let kind = field.kind();
        let fits = match function {
            Function::Count => true,
            Function::Len => kind.is_bytes(),
            Function::Lower | Function::Upper => matches!(kind, Kind::Text | Kind::Known(_)),
        };
        if !fits {
            let says = format!(
                "{} is {}: this function does not take it",
                field.name(),
                kind.says()
            );
            return Err(Problem::wrong(place, says).into());
        }
        if !self.takes(")") {
            return Err(match self.peek() {
                None => self.ends("a ) is missing at the end", Expected::Junction),
                Some(at) => Problem::wrong((at.start, at.end), "a ) is missing before this").into(),
            });
        }
        let operand = self.mask(operand)?;
        self.expected = Expected::Operator(operand);
        let next = self.peek();
        match next.and_then(|at| Some((at, operator(&at.token)?))) {
            Some((at, operator)) => {
                self.at = self.at.saturating_add(1);
                self.relation(operand, operator, (at.start, at.end))
            }
            // Any of these bits is set.
            None if operand.mask.is_some() => Ok(exists(operand)),
            None => Err(match next {
                None => self.ends("an operator is missing at the end", self.expected),
                Some(at) => {
                    let says = "an operator is missing before this";
                    Problem::wrong((at.start, at.end), says).into()
                }
            }),
        }
    }

    fn test(&mut self, word: &str, place: (usize, usize)) -> Result<Expression, Stop> {
        let field = self.field(word, place)?;
        let slice = self.slice(field, place)?;
        let operand = Operand {
            field,
            function: None,
            slice,
            mask: None,
        };
        let operand = self.mask(operand)?;
        self.expected = Expected::Operator(operand);
        let Some(at) = self.peek() else {
            return Ok(exists(operand));
        };
        let is_topic_filter = match at.token {
            Token::Text(_) => true,
            Token::Word(word) => word.contains(['/', '+', '#']),
            Token::Sign(_) => false,
        };
        if field.kind() == Kind::TopicFilter && is_topic_filter {
            return self.value(operand, Operator::Equal);
        }
        match operator(&at.token) {
            Some(operator) => {
                self.at = self.at.saturating_add(1);
                self.relation(operand, operator, (at.start, at.end))
            }
            None => Ok(exists(operand)),
        }
    }

    fn relation(
        &mut self,
        operand: Operand,
        operator: Operator,
        place: (usize, usize),
    ) -> Result<Expression, Stop> {
        let kind = operand.kind();
        if !kind.operators().contains(&operator) {
            let others: Vec<_> = kind.operators().iter().map(|it| it.sign()).collect();
            let says = if others.is_empty() {
                format!("{operand} is {}: it stands alone", kind.says())
            } else {
                format!(
                    "{operand} is {}: {} does not fit it, but {}",
                    kind.says(),
                    operator.sign(),
                    others.join(", ")
                )
            };
            return Err(Problem::wrong(place, says).into());
        }
        match operator {
            Operator::In => self.set(operand),
            Operator::Matches => self.pattern(operand),
            _ => self.value(operand, operator),
        }
    }

    fn literal(&mut self, operand: Operand, operator: Operator) -> Result<Literal, Stop> {
        let Some(at) = self.next() else {
            let says = format!(
                "a value is missing at the end: {operand} is {}",
                operand.kind().says()
            );
            return Err(self.ends(says, Expected::Value(operand, operator)));
        };
        literal::read(operand, operator, at).map_err(|problem| {
            // A name may be half typed.
            let is_begun = match &at.token {
                Token::Word(word) => literal::begins_a_value(operand.kind(), word),
                _ => false,
            };
            let problem = Problem {
                is_unfinished: is_begun && at.end == self.end,
                ..problem
            };
            Stop::from(problem)
        })
    }

    fn value(&mut self, operand: Operand, operator: Operator) -> Result<Expression, Stop> {
        let literal = self.literal(operand, operator)?;
        self.expected = Expected::Junction;
        Ok(Expression::Test(Test {
            quantifier: None,
            operand,
            relation: Relation::Compare(operator, literal),
        }))
    }

    fn pattern(&mut self, operand: Operand) -> Result<Expression, Stop> {
        let Some(at) = self.next() else {
            let expected = Expected::Value(operand, Operator::Matches);
            return Err(self.ends(
                "a regular expression in quotes is missing at the end",
                expected,
            ));
        };
        let pattern = match &at.token {
            Token::Text(text) => String::from_utf8(text.clone()).ok(),
            Token::Word(word) => Some((*word).to_owned()),
            Token::Sign(_) => None,
        };
        let Some(pattern) = pattern else {
            let says = "a regular expression in quotes is missing here";
            return Err(Problem::wrong((at.start, at.end), says).into());
        };
        self.expected = Expected::Junction;
        Ok(Expression::Test(Test {
            quantifier: None,
            operand,
            relation: Relation::Matches(Pattern {
                text: pattern,
                start: at.start,
                end: at.end,
            }),
        }))
    }

    /// `{1, 3..5}`; commas may be left out.
    fn set(&mut self, operand: Operand) -> Result<Expression, Stop> {
        let expected = Expected::Value(operand, Operator::In);
        if !self.takes("{") {
            return Err(match self.peek() {
                None => self.ends("a set in braces is missing at the end: {1, 3..5}", expected),
                Some(at) => {
                    let says = "a set stands in braces: {1, 3..5}";
                    Problem::wrong((at.start, at.end), says).into()
                }
            });
        }
        let mut ranges = Vec::new();
        loop {
            let Some(at) = self.peek() else {
                return Err(self.ends("a } is missing at the end", expected));
            };
            if at.token == Token::Sign("}") {
                self.at = self.at.saturating_add(1);
                if ranges.is_empty() {
                    let says = "there is nothing in the set";
                    return Err(Problem::wrong((at.start, at.end), says).into());
                }
                break;
            }
            let from = self.literal(operand, Operator::In)?;
            let dots = self.peek().map(|at| (at.start, at.end));
            let to = if self.takes("..") {
                if !literal::can_range(operand.kind()) {
                    let says = format!("{operand} is {}: it has no ranges", operand.kind().says());
                    return Err(Problem::wrong(dots.unwrap_or_default(), says).into());
                }
                Some(self.literal(operand, Operator::In)?)
            } else {
                None
            };
            ranges.push((from, to));
            self.takes(",");
        }
        self.expected = Expected::Junction;
        Ok(Expression::Test(Test {
            quantifier: None,
            operand,
            relation: Relation::In(ranges),
        }))
    }

    /// What stands where nothing fits.
    fn stray(&self, at: &At<'_>) -> Stop {
        let place = (at.start, at.end);
        let (says, could_go_on): (String, bool) = match (&at.token, self.expected) {
            (Token::Sign("="), _) => ("equal is written ==".to_owned(), true),
            (Token::Sign("&"), _) => (
                "and is written &&; bits are masked behind a number: mqtt.hdrflags & 0x0f"
                    .to_owned(),
                true,
            ),
            (Token::Sign("|"), _) => ("or is written ||".to_owned(), true),
            (Token::Sign("^"), _) => ("xor is written ^^".to_owned(), true),
            (Token::Sign(")"), _) => ("no ( is open here".to_owned(), false),
            (Token::Word(word), Expected::Operator(operand)) => {
                let is_begun = operand
                    .kind()
                    .operators()
                    .iter()
                    .any(|it| it.word().starts_with(word) || it.sign().starts_with(word));
                let is_junction = ["and", "or", "xor"].iter().any(|it| it.starts_with(word));
                (
                    format!("an operator is missing before {word}"),
                    is_begun || is_junction,
                )
            }
            (Token::Word(word), _) => {
                let is_junction = ["and", "or", "xor"].iter().any(|it| it.starts_with(word));
                (format!("&& or || is missing before {word}"), is_junction)
            }
            (Token::Text(_), Expected::Operator(_)) => {
                ("an operator is missing before the text".to_owned(), false)
            }
            (_, _) => ("&& or || is missing before this".to_owned(), false),
        };
        let is_last = at.end == self.end;
        Stop {
            problem: Problem {
                is_unfinished: could_go_on && is_last,
                ..Problem::wrong(place, says)
            },
            expected: None,
        }
    }
}

const fn exists(operand: Operand) -> Expression {
    Expression::Test(Test {
        quantifier: None,
        operand,
        relation: Relation::Exists,
    })
}
