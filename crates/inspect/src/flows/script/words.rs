//! The words of one line.

use std::str::FromStr;

/// What is left of a line.
pub(super) struct Words<'a> {
    rest: &'a str,
}

impl<'a> Words<'a> {
    pub(super) const fn of(line: &'a str) -> Self {
        Self { rest: line }
    }

    /// The next word, without taking it.
    pub(super) fn peek(&self) -> Option<&'a str> {
        self.rest.split_whitespace().next()
    }

    /// The next word.
    pub(super) fn next(&mut self) -> Option<&'a str> {
        let rest = self.rest.trim_start();
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let (word, rest) = rest.split_at_checked(end)?;
        self.rest = rest;
        (!word.is_empty()).then_some(word)
    }

    /// The next word, which must be there.
    pub(super) fn want(&mut self, what: &str) -> Result<&'a str, String> {
        self.next().ok_or_else(|| format!("{what} is missing"))
    }

    /// A word that must be this one.
    pub(super) fn exactly(&mut self, word: &str) -> Result<(), String> {
        match self.next() {
            Some(found) if found == word => Ok(()),
            Some(found) => Err(format!("`{found}` stands where `{word}` belongs")),
            None => Err(format!("`{word}` is missing")),
        }
    }

    /// Takes the word if it is the next one.
    pub(super) fn take(&mut self, word: &str) -> bool {
        let found = self.peek() == Some(word);
        if found {
            self.next();
        }
        found
    }

    /// A number within bounds.
    pub(super) fn number<T>(&mut self, least: T, most: T) -> Result<T, String>
    where
        T: FromStr + PartialOrd + std::fmt::Display,
    {
        let word = self.want("a number")?;
        let number: T = word.parse().map_err(|_| {
            if word.bytes().all(|byte| byte.is_ascii_digit()) {
                format!("`{word}` is not from {least} to {most}")
            } else {
                format!("`{word}` is no number")
            }
        })?;
        if number < least || number > most {
            return Err(format!("`{word}` is not from {least} to {most}"));
        }
        Ok(number)
    }

    /// Everything behind a `:`, which may be missing.
    pub(super) fn payload(&mut self) -> Result<String, String> {
        if !self.take(":") {
            self.end()?;
            return Ok(String::new());
        }
        Ok(self.text())
    }

    /// Everything that is left.
    pub(super) fn text(&mut self) -> String {
        std::mem::take(&mut self.rest).trim().to_owned()
    }

    /// Nothing must be left.
    pub(super) fn end(&self) -> Result<(), String> {
        self.peek()
            .map_or(Ok(()), |word| Err(format!("`{word}` is too much here")))
    }
}
