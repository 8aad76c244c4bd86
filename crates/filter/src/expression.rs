//! A filter as a value, and its text.

use core::fmt::{self, Write as _};

use crate::kind::Kind;
use crate::names::Field;
use crate::net::Net;
use crate::problem::Problem;
use crate::{parser, time};

/// A filter that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    pub(crate) expression: Expression,
}

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    ///
    /// Gives what is wrong or missing, and where.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let expression = parser::parse(text).map_err(|stop| stop.problem)?.expression;
        Ok(Self { expression })
    }

    /// What it says.
    #[must_use]
    pub const fn expression(&self) -> &Expression {
        &self.expression
    }
}

/// What a filter says. Lists of equal operators are one list, never one in another.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    /// `!`
    Not(Box<Self>),
    /// `&&`
    And(Vec<Self>),
    /// `^^`: an odd number of them hold.
    Xor(Vec<Self>),
    /// `||`
    Or(Vec<Self>),
    /// A single test.
    Test(Test),
}

/// A field and what is asked of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// Of how many of the values it must hold; none: as the operator says.
    pub quantifier: Option<Quantifier>,
    /// What is looked at.
    pub operand: Operand,
    /// What is asked.
    pub relation: Relation,
}

/// A field, or what is made of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operand {
    /// The field.
    pub field: Field,
    /// What is made of its values.
    pub function: Option<Function>,
    /// A part of each value.
    pub slice: Option<Slice>,
    /// Those bits of each number that count. Alone it means that any of them is set.
    pub mask: Option<u64>,
}

/// Of how many of a field's values something must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantifier {
    /// One will do.
    Any,
    /// There are values, and it holds of each.
    All,
}

impl Quantifier {
    pub(crate) const ALL: [(Self, &'static str); 2] = [
        (Self::Any, "one of the values will do"),
        (Self::All, "every value must do"),
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::All => "all",
        }
    }

    pub(crate) fn named(word: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter().map(|(it, _)| it);
        all.find(|it| it.name() == word)
    }
}

/// What is made of a field's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// `len`: bytes of a value.
    Len,
    /// `count`: how many values there are.
    Count,
    /// `lower`: ASCII letters in lower case.
    Lower,
    /// `upper`: ASCII letters in upper case.
    Upper,
}

impl Function {
    pub(crate) const ALL: [(&'static str, Self, &'static str); 4] = [
        ("len", Self::Len, "bytes of a text or of bytes"),
        ("count", Self::Count, "how often the packet has the field"),
        ("lower", Self::Lower, "the text in lower case"),
        ("upper", Self::Upper, "the text in upper case"),
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Len => "len",
            Self::Count => "count",
            Self::Lower => "lower",
            Self::Upper => "upper",
        }
    }
}

/// A part of a value, `[0:4]`. A negative start counts from the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice {
    /// The first byte.
    pub start: i32,
    /// How many; none: up to the end.
    pub len: Option<u32>,
}

/// What is asked of a field.
#[derive(Clone, Debug, PartialEq)]
pub enum Relation {
    /// It is there; of a fact: it is true.
    Exists,
    /// It compares so. `in` and `matches` have their own.
    Compare(Operator, Literal),
    /// A regular expression finds something in it, in either case of letters.
    Matches(Pattern),
    /// It is one of these, or in one of these ranges.
    In(Vec<(Literal, Option<Literal>)>),
}

/// A regular expression, which is not looked at before it is used.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// The expression.
    pub text: String,
    /// Where it stands in the filter's text.
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// Wherever they stand.
impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

macro_rules! operators {
    ($($(#[doc = $doc:literal])* $name:ident = $sign:literal $word:literal $says:literal;)*) => {
        /// An operator between a field and a value.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Operator { $($(#[doc = $doc])* $name,)* }

        impl Operator {
            /// Every operator.
            pub const ALL: [Self; 11] = [$(Self::$name,)*];

            /// How it is written as a rule.
            #[must_use]
            pub const fn sign(self) -> &'static str { match self { $(Self::$name => $sign,)* } }

            /// How it is written otherwise.
            #[must_use]
            pub const fn word(self) -> &'static str { match self { $(Self::$name => $word,)* } }

            /// What it says.
            #[must_use]
            pub const fn says(self) -> &'static str { match self { $(Self::$name => $says,)* } }
        }
    };
}

operators! {
    /// Any value is equal.
    Equal = "==" "eq" "equal";
    /// There are values, and none is equal.
    NotEqual = "!=" "ne" "there, and not equal";
    /// Any value is greater.
    Greater = ">" "gt" "greater than";
    /// Any value is less.
    Less = "<" "lt" "less than";
    /// Any value is not less.
    GreaterEqual = ">=" "ge" "greater than or equal to";
    /// Any value is not greater.
    LessEqual = "<=" "le" "less than or equal to";
    /// Any value contains it.
    Contains = "contains" "contains" "contains this text or these bytes";
    /// A regular expression finds something in any value.
    Matches = "matches" "~" "a regular expression finds it, in either case";
    /// Any value is in a set.
    In = "in" "in" "one of a set: {1, 3..5}";
    /// All values are equal.
    AllEqual = "===" "all_eq" "all of them are equal";
    /// Not all values are equal.
    AnyNotEqual = "!==" "any_ne" "any of them is not equal";
}

/// A value that a field is compared with.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// A whole number, also where a name stood for it.
    Number(u64),
    /// A number of seconds or milliseconds.
    Real(f64),
    /// True or false.
    Bool(bool),
    /// A text, or bytes that were given as one.
    Text(Vec<u8>),
    /// Bytes.
    Bytes(Vec<u8>),
    /// An address or a network.
    Net(Net),
    /// Microseconds since 1970.
    Time(i64),
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.expression.write(f, 0)
    }
}

impl Expression {
    fn write(&self, f: &mut fmt::Formatter<'_>, around: u8) -> fmt::Result {
        let (list, sign, own) = match self {
            Self::Not(inner) => {
                f.write_char('!')?;
                return inner.write(f, 4);
            }
            Self::Test(test) => {
                // `!` binds the whole test, which is easily overlooked.
                let is_single = test.relation == Relation::Exists && test.operand.mask.is_none();
                let is_bare = around < 4 || is_single;
                return if is_bare {
                    write!(f, "{test}")
                } else {
                    write!(f, "({test})")
                };
            }
            Self::And(list) => (list, " && ", 3),
            Self::Xor(list) => (list, " ^^ ", 2),
            Self::Or(list) => (list, " || ", 1),
        };
        if own < around {
            f.write_char('(')?;
        }
        for (place, inner) in list.iter().enumerate() {
            if place > 0 {
                f.write_str(sign)?;
            }
            inner.write(f, own)?;
        }
        if own < around {
            f.write_char(')')?;
        }
        Ok(())
    }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(quantifier) = self.quantifier {
            write!(f, "{} ", quantifier.name())?;
        }
        write!(f, "{}", self.operand)?;
        let kind = self.operand.kind();
        let value = |literal| Written { literal, kind };
        match &self.relation {
            Relation::Exists => Ok(()),
            Relation::Compare(operator, literal) => {
                write!(f, " {} {}", operator.sign(), value(literal))
            }
            Relation::Matches(pattern) => {
                f.write_str(" matches ")?;
                quoted(f, pattern.text.as_bytes())
            }
            Relation::In(ranges) => {
                f.write_str(" in {")?;
                for (place, (from, to)) in ranges.iter().enumerate() {
                    if place > 0 {
                        f.write_str(", ")?;
                    }
                    write!(f, "{}", value(from))?;
                    if let Some(to) = to {
                        // A word may end in a full stop.
                        write!(f, " .. {}", value(to))?;
                    }
                }
                f.write_char('}')
            }
        }
    }
}

impl Operand {
    /// What its values are.
    pub(crate) fn kind(self) -> Kind {
        let kind = self.made();
        match kind {
            // Some of its bits have no name.
            Kind::Named(most, _) if self.mask.is_some() => Kind::Number(most),
            _ => kind,
        }
    }

    fn made(self) -> Kind {
        match self.function {
            Some(Function::Len | Function::Count) => Kind::Number(u64::MAX),
            Some(Function::Lower | Function::Upper) => self.field.kind(),
            None => self.field.kind(),
        }
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(function) = self.function {
            write!(f, "{}(", function.name())?;
        }
        f.write_str(self.field.name())?;
        if let Some(Slice { start, len }) = self.slice {
            match len {
                Some(len) => write!(f, "[{start}:{len}]")?,
                None => write!(f, "[{start}:]")?,
            }
        }
        if self.function.is_some() {
            f.write_char(')')?;
        }
        if let Some(mask) = self.mask {
            write!(f, " & {mask:#x}")?;
        }
        Ok(())
    }
}

/// A value of a kind.
struct Written<'a> {
    literal: &'a Literal,
    kind: Kind,
}

impl fmt::Display for Written<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.literal {
            Literal::Number(number) => {
                let names = self.kind.names().filter(|names| !names.are_numbers());
                match names.and_then(|names| names.of(*number)) {
                    Some(name) if name.chars().all(|c| c.is_ascii_alphanumeric()) => {
                        f.write_str(name)
                    }
                    Some(name) => quoted(f, name.as_bytes()),
                    None => write!(f, "{number}"),
                }
            }
            Literal::Real(number) => write!(f, "{number}"),
            Literal::Bool(is) => write!(f, "{is}"),
            Literal::Text(text) => quoted(f, text),
            Literal::Bytes(bytes) => {
                for (place, byte) in bytes.iter().enumerate() {
                    if place > 0 {
                        f.write_char(':')?;
                    }
                    write!(f, "{byte:02x}")?;
                }
                Ok(())
            }
            Literal::Net(net) => write!(f, "{net}"),
            Literal::Time(micros) => write!(f, "\"{}\"", time::Written(*micros)),
        }
    }
}

/// A text in quotes, with what cannot be seen escaped.
fn quoted(f: &mut fmt::Formatter<'_>, text: &[u8]) -> fmt::Result {
    f.write_char('"')?;
    for chunk in text.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '"' => f.write_str("\\\"")?,
                '\\' => f.write_str("\\\\")?,
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                '\0'..='\x1f' | '\x7f' => write!(f, "\\x{:02x}", u32::from(character))?,
                _ => f.write_char(character)?,
            }
        }
        for byte in chunk.invalid() {
            write!(f, "\\x{byte:02x}")?;
        }
    }
    f.write_char('"')
}
