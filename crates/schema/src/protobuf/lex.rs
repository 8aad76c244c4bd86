//! The words of a `.proto` file.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use core::iter::Peekable;
use core::str::CharIndices;

/// A word.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A name; names with dots between them are several.
    Name(String),
    Number(u64),
    /// A number with a fraction: only values of options are.
    Fraction,
    Text(String),
    Sign(char),
    End,
}

impl Token {
    /// What it is called where it may not stand.
    pub(super) fn says(&self) -> String {
        match self {
            Self::Name(name) => format!("“{}”", name.chars().take(60).collect::<String>()),
            Self::Number(number) => format!("the number {number}"),
            Self::Fraction => "a number with a fraction".to_owned(),
            Self::Text(_) => "a text in quotes".to_owned(),
            Self::Sign(sign) => format!("“{sign}”"),
            Self::End => "the end of the file".to_owned(),
        }
    }
}

/// Reads words, one after the other.
pub(super) struct Words<'a> {
    text: &'a str,
    rest: Peekable<CharIndices<'a>>,
    line: usize,
    /// The word that comes next, and its line.
    next: (Token, usize),
}

impl<'a> Words<'a> {
    pub(super) fn new(text: &'a str) -> Result<Self, String> {
        let text = text.trim_start_matches('\u{feff}');
        let mut words = Self {
            text,
            rest: text.char_indices().peekable(),
            line: 1,
            next: (Token::End, 1),
        };
        words.pull()?;
        Ok(words)
    }

    pub(super) const fn peek(&self) -> &Token {
        &self.next.0
    }

    pub(super) fn next(&mut self) -> Result<Token, String> {
        let token = core::mem::replace(&mut self.next.0, Token::End);
        self.pull()?;
        Ok(token)
    }

    /// Something is wrong with the word that comes next.
    pub(super) fn wrong<T>(&self, wanted: &str) -> Result<T, String> {
        let (token, line) = &self.next;
        Err(format!(
            "line {line}: {wanted} must stand here, not {}",
            token.says()
        ))
    }

    pub(super) fn is_sign(&mut self, sign: char) -> Result<bool, String> {
        if *self.peek() == Token::Sign(sign) {
            self.next()?;
            return Ok(true);
        }
        Ok(false)
    }

    pub(super) fn sign(&mut self, sign: char) -> Result<(), String> {
        match self.is_sign(sign)? {
            true => Ok(()),
            false => self.wrong(&format!("“{sign}”")),
        }
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Token::Name(name) if name == word)
    }

    pub(super) fn name(&mut self) -> Result<String, String> {
        match self.peek() {
            Token::Name(_) => match self.next()? {
                Token::Name(name) => Ok(name),
                _ => Ok(String::new()),
            },
            _ => self.wrong("a name"),
        }
    }

    /// A number, which may be negative.
    pub(super) fn number(&mut self) -> Result<i64, String> {
        let is_negative = self.is_sign('-')?;
        match *self.peek() {
            Token::Number(number) => {
                self.next()?;
                let number = i64::try_from(number).unwrap_or(i64::MAX);
                Ok(if is_negative {
                    number.saturating_neg()
                } else {
                    number
                })
            }
            _ => self.wrong("a number"),
        }
    }

    pub(super) const fn line(&self) -> usize {
        self.next.1
    }

    fn pull(&mut self) -> Result<(), String> {
        self.skip()?;
        let line = self.line;
        let token = match self.rest.next() {
            None => Token::End,
            Some((at, first)) if first.is_ascii_alphabetic() || first == '_' => {
                Token::Name(self.run(at, |it| it.is_ascii_alphanumeric() || it == '_'))
            }
            Some((at, first)) if first.is_ascii_digit() => {
                let is_part = |it: char| it.is_ascii_alphanumeric() || it == '.';
                number(&self.run(at, is_part))
            }
            Some((_, quote @ ('"' | '\''))) => Token::Text(self.quoted(quote)?),
            Some((_, sign)) => Token::Sign(sign),
        };
        self.next = (token, line);
        Ok(())
    }

    fn run(&mut self, from: usize, is_part: impl Fn(char) -> bool) -> String {
        while self.rest.next_if(|(_, it)| is_part(*it)).is_some() {}
        let end = self.rest.peek().map_or(self.text.len(), |(at, _)| *at);
        self.text.get(from..end).unwrap_or_default().to_owned()
    }

    /// Blanks and comments.
    fn skip(&mut self) -> Result<(), String> {
        while let Some(&(at, character)) = self.rest.peek() {
            let behind = self.text.get(at..).unwrap_or_default();
            if character.is_whitespace() {
                self.step();
            } else if behind.starts_with("//") {
                while self.rest.next_if(|(_, it)| *it != '\n').is_some() {}
            } else if behind.starts_with("/*") {
                let begun = self.line;
                let Some(len) = behind.find("*/") else {
                    return Err(format!("line {begun}: this comment does not end"));
                };
                let end = at.saturating_add(len).saturating_add(2);
                while self.rest.peek().is_some_and(|(at, _)| *at < end) {
                    self.step();
                }
            } else {
                break;
            }
        }
        Ok(())
    }

    fn step(&mut self) -> Option<char> {
        let (_, character) = self.rest.next()?;
        if character == '\n' {
            self.line = self.line.saturating_add(1);
        }
        Some(character)
    }

    /// A text to its closing quote. What escapes stand for is of no matter here.
    fn quoted(&mut self, quote: char) -> Result<String, String> {
        let mut out = String::new();
        loop {
            match self.rest.next() {
                Some((_, it)) if it == quote => return Ok(out),
                Some((_, '\\')) => out.extend(self.step()),
                None | Some((_, '\n')) => {
                    return Err(format!("line {}: this text does not end", self.line));
                }
                Some((_, other)) => out.push(other),
            }
        }
    }
}

fn number(digits: &str) -> Token {
    let whole = match digits.get(..2) {
        Some("0x" | "0X") => u64::from_str_radix(digits.get(2..).unwrap_or_default(), 16),
        _ if digits.len() > 1 && digits.starts_with('0') => u64::from_str_radix(digits, 8),
        _ => digits.parse(),
    };
    whole.map_or(Token::Fraction, Token::Number)
}
