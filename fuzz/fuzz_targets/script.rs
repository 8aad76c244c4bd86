//! Bytes read as a script: what to do, and with what. Any bytes are one.
#![allow(dead_code, reason = "each target uses what it needs")]

/// What is left of it.
pub struct Script<'a>(&'a [u8]);

impl<'a> Script<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The next number; none at the end.
    pub fn next(&mut self) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(first)
    }

    /// The next number, 0 behind the end.
    pub fn number(&mut self) -> u8 {
        self.next().unwrap_or(0)
    }

    /// A length and so many bytes, or as many as there are.
    pub fn bytes(&mut self) -> &'a [u8] {
        let len = usize::from(self.number()).min(self.0.len());
        let (bytes, rest) = self.0.split_at(len);
        self.0 = rest;
        bytes
    }

    pub fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[usize::from(self.number()) % choices.len()]
    }
}
