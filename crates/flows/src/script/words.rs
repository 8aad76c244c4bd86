//! The words of one line.

use std::str::FromStr;

use super::wrong::Wrong;

/// What is left of a line.
pub struct Words<'a> {
    rest: &'a str,
}

impl<'a> Words<'a> {
    /// All of a line.
    #[must_use]
    pub const fn of(line: &'a str) -> Self {
        Self { rest: line }
    }

    /// The next word, without taking it.
    #[must_use]
    pub fn peek(&self) -> Option<&'a str> {
        self.rest.split_whitespace().next()
    }

    /// The next word.
    #[allow(clippy::should_implement_trait, reason = "it reads like the others")]
    pub fn next(&mut self) -> Option<&'a str> {
        let rest = self.rest.trim_start();
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let (word, rest) = rest.split_at_checked(end)?;
        self.rest = rest;
        (!word.is_empty()).then_some(word)
    }

    /// The next word, which must be there.
    ///
    /// # Errors
    /// It is missing, and so is `what`.
    pub fn want(&mut self, what: &str) -> Result<&'a str, Wrong> {
        self.next()
            .ok_or_else(|| format!("Missing: {what}.").into())
    }

    /// A word that must be this one.
    ///
    /// # Errors
    /// Another stands there, or none.
    pub fn exactly(&mut self, word: &str) -> Result<(), Wrong> {
        match self.next() {
            Some(found) if found == word => Ok(()),
            Some(found) => Err(Wrong::word(
                found,
                &format!("`{found}` is not expected here."),
                [word],
                &format!("Write `{word}`."),
            )),
            None => Err(format!("Missing: `{word}`.").into()),
        }
    }

    /// Takes the word if it is the next one.
    pub fn take(&mut self, word: &str) -> bool {
        let found = self.peek() == Some(word);
        if found {
            self.next();
        }
        found
    }

    /// A number within bounds.
    ///
    /// # Errors
    /// None stands there, or one out of range.
    pub fn number<T>(&mut self, least: T, most: T) -> Result<T, Wrong>
    where
        T: FromStr + PartialOrd + std::fmt::Display,
    {
        let word = self.want("a number")?;
        let number: T = word.parse().map_err(|_| {
            if word.bytes().all(|byte| byte.is_ascii_digit()) {
                format!("`{word}` is out of range: use {least} to {most}.")
            } else {
                format!("`{word}` is not a whole number: use {least} to {most}.")
            }
        })?;
        if number < least || number > most {
            return Err(format!("`{word}` is out of range: use {least} to {most}.").into());
        }
        Ok(number)
    }

    /// Everything after a `:`, which may be missing.
    ///
    /// # Errors
    /// Something else stands there.
    pub fn payload(&mut self) -> Result<String, Wrong> {
        if !self.take(":") {
            self.end()?;
            return Ok(String::new());
        }
        Ok(self.text())
    }

    /// Everything that is left.
    pub fn text(&mut self) -> String {
        std::mem::take(&mut self.rest).trim().to_owned()
    }

    /// Nothing must be left.
    ///
    /// # Errors
    /// Something is.
    pub fn end(&self) -> Result<(), Wrong> {
        self.peek().map_or(Ok(()), |word| {
            Err(format!("The line should end before `{word}`.").into())
        })
    }
}
