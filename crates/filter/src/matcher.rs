//! A filter held against packets.

use core::cmp::Ordering;

use memchr::memmem;
use mqttscope_shared::topic_tree;
use mqttscope_wire::TopicFilter;
use regex_lite::{Regex, RegexBuilder};

use crate::expression::{
    Expression, Filter, Function, Literal, Operator, Quantifier, Relation, Slice, Test,
};
use crate::kind::Kind;
use crate::net::Net;
use crate::packet::{Cost, Fact, Found, Scratch, Source, bit, each};
use crate::problem::Problem;
use crate::subject::Subject;

/// Bytes that a compiled regular expression may take.
const MOST_PATTERN: usize = 64 << 10;
/// Bytes of a value that a regular expression looks at.
const MOST_MATCHED: usize = 256 << 10;
/// Groups of a regular expression in one another.
const MOST_NESTED: u32 = 50;

/// What a filter needs of what may still change when a packet is in the list already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Relies {
    /// Whether an answer came.
    pub answers: bool,
    /// How far a handshake is.
    pub handshakes: bool,
    /// What was found.
    pub findings: bool,
    /// What a connection's client is called.
    pub clients: bool,
}

/// A filter, ready to be held against packets.
#[derive(Debug)]
pub struct Matcher {
    node: Node,
    relies: Relies,
    is_of_connections: bool,
    scratch: Scratch,
}

#[derive(Debug)]
enum Node {
    Not(Box<Self>),
    And(Vec<Self>),
    Xor(Vec<Self>),
    Or(Vec<Self>),
    Test(Compiled),
}

#[derive(Debug)]
struct Compiled {
    source: Source,
    /// Packet types that can have the field.
    types: u16,
    function: Option<Function>,
    slice: Option<Slice>,
    mask: Option<u64>,
    /// Whether every value must do.
    wants_all: bool,
    asks: Asks,
}

#[derive(Debug)]
enum Asks {
    /// There is a value.
    Exists,
    /// There is a value that is not 0.
    True,
    Compare(Operator, Want),
    Contains(Box<memmem::Finder<'static>>),
    Matches(Regex),
    In(Vec<(Want, Option<Want>)>),
    /// Any of these Topic Filters matches; or, where that is wanted, none.
    Covered(Vec<String>, bool),
}

/// What a value is compared with.
#[derive(Debug)]
enum Want {
    Number(u64),
    Real(f64),
    Bytes(Vec<u8>),
    Net(Net),
}

/// Compiles a regular expression that takes letters in either case.
fn pattern(text: &str) -> Result<Regex, String> {
    let mut builder = RegexBuilder::new(text);
    builder
        .case_insensitive(true)
        .size_limit(MOST_PATTERN)
        .nest_limit(MOST_NESTED);
    builder
        .build()
        .map_err(|error| format!("this is no regular expression: {error}"))
}

/// Whether a Topic Filter, shared or not, matches a topic.
#[must_use]
pub fn covers(filter: &str, topic: &str) -> bool {
    topic_tree::matches(bare(filter), topic)
}

/// A Topic Filter without `$share/…/`.
fn bare(filter: &str) -> &str {
    TopicFilter::new(filter)
        .and_then(TopicFilter::shared)
        .map_or(filter, |shared| shared.topic_filter.as_str())
}

impl Matcher {
    /// Prepares a filter.
    ///
    /// # Errors
    ///
    /// Names a regular expression that is none, or that is too large.
    pub fn new(filter: &Filter) -> Result<Self, Problem> {
        let mut relies = Relies::default();
        let mut is_of_connections = true;
        let node = Node::new(&filter.expression, &mut |source| {
            is_of_connections &= source.is_of_connection();
            match source {
                Source::Fact(Fact::Answered) => relies.answers = true,
                Source::Fact(Fact::Handshake) => relies.handshakes = true,
                Source::Fact(Fact::ClientIdentifier) => relies.clients = true,
                source if source.cost() == Cost::Conversation => relies.findings = true,
                _ => {}
            }
        })?;
        Ok(Self {
            node,
            relies,
            is_of_connections,
            scratch: Scratch::default(),
        })
    }

    /// What it needs that may still change.
    #[must_use]
    pub const fn relies(&self) -> Relies {
        self.relies
    }

    /// Whether openings and closings of connections can match.
    #[must_use]
    pub const fn is_of_connections(&self) -> bool {
        self.is_of_connections
    }

    /// Whether a packet matches.
    pub fn matches(&mut self, subject: &impl Subject) -> bool {
        if subject.packet_type().is_none() && !self.is_of_connections {
            return false;
        }
        self.scratch.begin();
        self.node.holds(subject, &mut self.scratch)
    }
}

impl Node {
    fn new(expression: &Expression, note: &mut dyn FnMut(Source)) -> Result<Self, Problem> {
        let mut all = |list: &[Expression]| -> Result<Vec<Self>, Problem> {
            let nodes: Result<Vec<_>, _> =
                list.iter().map(|inner| Self::new(inner, note)).collect();
            let mut nodes = nodes?;
            // What is cheap may answer for all of them.
            nodes.sort_by_key(Self::cost);
            Ok(nodes)
        };
        Ok(match expression {
            Expression::Not(inner) => Self::Not(Box::new(Self::new(inner, note)?)),
            Expression::And(list) => Self::And(all(list)?),
            Expression::Xor(list) => Self::Xor(all(list)?),
            Expression::Or(list) => Self::Or(all(list)?),
            Expression::Test(test) => {
                let compiled = Compiled::new(test)?;
                note(compiled.source);
                Self::Test(compiled)
            }
        })
    }

    fn cost(&self) -> Cost {
        match self {
            Self::Not(inner) => inner.cost(),
            Self::And(list) | Self::Xor(list) | Self::Or(list) => {
                list.iter().map(Self::cost).max().unwrap_or(Cost::Record)
            }
            Self::Test(test) => test.source.cost(),
        }
    }

    fn holds<S: Subject>(&self, subject: &S, scratch: &mut Scratch) -> bool {
        match self {
            Self::Not(inner) => !inner.holds(subject, scratch),
            Self::And(list) => list.iter().all(|inner| inner.holds(subject, scratch)),
            Self::Or(list) => list.iter().any(|inner| inner.holds(subject, scratch)),
            Self::Xor(list) => {
                let holding = list.iter().filter(|inner| inner.holds(subject, scratch));
                holding.count() % 2 == 1
            }
            Self::Test(test) => test.holds(subject, scratch),
        }
    }
}

impl Compiled {
    fn new(test: &Test) -> Result<Self, Problem> {
        let operand = test.operand;
        let source = operand.field.described().source;
        let asks = match &test.relation {
            Relation::Exists if operand.field.kind() == Kind::Fact || operand.mask.is_some() => {
                Asks::True
            }
            Relation::Exists => Asks::Exists,
            relation if operand.field.kind() == Kind::TopicFilter && operand.function.is_none() => {
                covered(relation)
            }
            Relation::Compare(Operator::Contains, literal) => {
                let (Literal::Text(bytes) | Literal::Bytes(bytes)) = literal else {
                    return Ok(Self::never());
                };
                Asks::Contains(Box::new(memmem::Finder::new(bytes).into_owned()))
            }
            Relation::Compare(operator, literal) => Asks::Compare(*operator, Want::new(literal)),
            Relation::Matches(wanted) => {
                let regex = pattern(&wanted.text);
                Asks::Matches(
                    regex.map_err(|says| Problem::wrong((wanted.start, wanted.end), says))?,
                )
            }
            Relation::In(ranges) => {
                let ranges = ranges.iter();
                let want = |(from, to): &(Literal, Option<Literal>)| {
                    (Want::new(from), to.as_ref().map(Want::new))
                };
                Asks::In(ranges.map(want).collect())
            }
        };
        Ok(Self {
            source,
            types: source.types(),
            function: operand.function,
            slice: operand.slice,
            mask: operand.mask,
            wants_all: match test.quantifier {
                Some(quantifier) => quantifier == Quantifier::All,
                None => asks.wants_all(),
            },
            asks,
        })
    }

    const fn never() -> Self {
        Self {
            source: Source::Never,
            types: 0,
            function: None,
            slice: None,
            mask: None,
            wants_all: false,
            asks: Asks::Exists,
        }
    }

    fn holds<S: Subject>(&self, subject: &S, scratch: &mut Scratch) -> bool {
        let packet_type = subject.packet_type();
        let can_have = packet_type.is_none_or(|of| self.types & bit(of) != 0);
        if self.function == Some(Function::Count) {
            let mut count = 0_u64;
            if can_have {
                each(self.source, subject, scratch, &mut |_| {
                    count = count.saturating_add(1);
                    false
                });
            }
            return self.asks.is_met(self.masked(Found::Number(count)));
        }
        if !can_have {
            return false;
        }
        let (mut is_any, mut holds) = (false, false);
        each(self.source, subject, scratch, &mut |found| {
            let is_met = match self.made(found) {
                Made::Nothing => return false,
                Made::Found(found) => self.asks.is_met(self.masked(found)),
                Made::Owned(bytes) => self.asks.is_met(Found::Bytes(&bytes)),
            };
            is_any = true;
            holds = is_met;
            // One that does not hold decides where all must, one that does where any may.
            is_met != self.wants_all
        });
        is_any && holds
    }

    /// The bits that count.
    const fn masked<'a>(&self, found: Found<'a>) -> Found<'a> {
        match (self.mask, found) {
            (Some(mask), Found::Number(number)) => Found::Number(number & mask),
            _ => found,
        }
    }

    /// What the test is about, of a value.
    fn made<'a>(&self, found: Found<'a>) -> Made<'a> {
        let Found::Bytes(mut bytes) = found else {
            return Made::Found(found);
        };
        if let Some(slice) = self.slice {
            bytes = cut(bytes, slice);
            if bytes.is_empty() {
                return Made::Nothing;
            }
        }
        match self.function {
            None | Some(Function::Count) => Made::Found(Found::Bytes(bytes)),
            Some(Function::Len) => Made::Found(Found::Number(bytes.len() as u64)),
            Some(Function::Lower) => Made::Owned(bytes.to_ascii_lowercase()),
            Some(Function::Upper) => Made::Owned(bytes.to_ascii_uppercase()),
        }
    }
}

enum Made<'a> {
    Nothing,
    Found(Found<'a>),
    Owned(Vec<u8>),
}

/// A part, as far as it is there.
fn cut(bytes: &[u8], slice: Slice) -> &[u8] {
    let distance = usize::try_from(slice.start.unsigned_abs()).unwrap_or(usize::MAX);
    let start = if slice.start < 0 {
        let Some(start) = bytes.len().checked_sub(distance) else {
            return &[];
        };
        start
    } else {
        distance
    };
    let rest = bytes.get(start..).unwrap_or_default();
    match slice.len {
        Some(len) => {
            let len = usize::try_from(len).unwrap_or(usize::MAX);
            rest.get(..len).unwrap_or(rest)
        }
        None => rest,
    }
}

fn covered(relation: &Relation) -> Asks {
    let mut filters = Vec::new();
    let mut add = |literal: &Literal| {
        if let Literal::Text(text) = literal {
            filters.push(bare(&String::from_utf8_lossy(text)).to_owned());
        }
    };
    let mut is_negated = false;
    match relation {
        Relation::Compare(operator, literal) => {
            is_negated = *operator == Operator::NotEqual;
            add(literal);
        }
        Relation::In(ranges) => ranges.iter().for_each(|(literal, _)| add(literal)),
        Relation::Exists | Relation::Matches(_) => {}
    }
    Asks::Covered(filters, is_negated)
}

impl Want {
    fn new(literal: &Literal) -> Self {
        match literal {
            Literal::Number(number) => Self::Number(*number),
            Literal::Real(number) => Self::Real(*number),
            Literal::Bool(is) => Self::Number((*is).into()),
            Literal::Text(bytes) | Literal::Bytes(bytes) => Self::Bytes(bytes.clone()),
            Literal::Net(net) => Self::Net(*net),
            Literal::Time(micros) => Self::Real(*micros as f64),
        }
    }

    /// How a value stands to it; none: it cannot be compared.
    fn compare(&self, found: Found<'_>) -> Option<Ordering> {
        match (self, found) {
            (Self::Number(want), Found::Number(found)) => Some(found.cmp(want)),
            (Self::Real(want), Found::Real(found)) => found.partial_cmp(want),
            (Self::Bytes(want), Found::Bytes(found)) => Some(found.cmp(want)),
            (Self::Net(want), Found::Address(found)) => {
                want.contains(found).then_some(Ordering::Equal)
            }
            _ => None,
        }
    }
}

impl Asks {
    /// Whether every value must do, where nothing is said of it.
    const fn wants_all(&self) -> bool {
        matches!(
            self,
            Self::Compare(Operator::NotEqual | Operator::AllEqual, _) | Self::Covered(_, true)
        )
    }

    fn is_met(&self, found: Found<'_>) -> bool {
        match self {
            Self::Exists => true,
            Self::True => found != Found::Number(0),
            Self::Compare(operator, want) => {
                let order = want.compare(found);
                let is_equal = order == Some(Ordering::Equal);
                match operator {
                    Operator::Equal | Operator::AllEqual => is_equal,
                    Operator::NotEqual | Operator::AnyNotEqual => !is_equal,
                    Operator::Greater => order == Some(Ordering::Greater),
                    Operator::Less => order == Some(Ordering::Less),
                    Operator::GreaterEqual => {
                        matches!(order, Some(Ordering::Greater | Ordering::Equal))
                    }
                    Operator::LessEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
                    Operator::Contains | Operator::Matches | Operator::In => false,
                }
            }
            Self::Contains(finder) => match found {
                Found::Bytes(bytes) => finder.find(bytes).is_some(),
                _ => false,
            },
            Self::Matches(regex) => match found {
                Found::Bytes(bytes) => {
                    let head = bytes.get(..MOST_MATCHED).unwrap_or(bytes);
                    regex.is_match(&String::from_utf8_lossy(head))
                }
                _ => false,
            },
            Self::In(ranges) => ranges.iter().any(|(from, to)| {
                let order = from.compare(found);
                match to {
                    None => order == Some(Ordering::Equal),
                    Some(to) => {
                        matches!(order, Some(Ordering::Greater | Ordering::Equal))
                            && matches!(to.compare(found), Some(Ordering::Less | Ordering::Equal))
                    }
                }
            }),
            Self::Covered(filters, is_negated) => {
                let Found::Bytes(topic) = found else {
                    return false;
                };
                // A topic that nobody knows matches nothing.
                let Ok(topic) = core::str::from_utf8(topic) else {
                    return false;
                };
                let is_covered = filters
                    .iter()
                    .any(|filter| topic_tree::matches(filter, topic));
                !topic.is_empty() && is_covered != *is_negated
            }
        }
    }
}
