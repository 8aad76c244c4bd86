//! The tokens of source code, as far as byte literals of any language need them.

use core::ops::Range;

use super::Format;
use super::scan::{Quote, is_blank, quote};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A quoted text. `span` covers prefix and quotes, `body` what is between them.
    Quoted {
        span: Range<usize>,
        body: Range<usize>,
        quote: Quote,
        raw: bool,
        /// Whether a `b` before the quote says that these are bytes.
        bytes: bool,
        closed: bool,
    },
    /// Letters, digits and underscores.
    Word(Range<usize>),
    /// Any other character.
    Sign(usize, char),
}

/// Splits source code into tokens; blanks and comments are left out.
#[derive(Clone, Debug)]
pub(super) struct Tokens<'a> {
    text: &'a str,
    at: usize,
    language: Format,
    /// Only quotes with a `b` before them count: in prose an apostrophe is no quote.
    only_bytes: bool,
    /// For single, double and back quotes: up to where a search for a closing one has failed. Those
    /// before it are plain signs, so the search is not repeated for each.
    open_until: [usize; 3],
}

impl<'a> Tokens<'a> {
    pub(super) fn new(text: &'a str, at: usize, language: Format, only_bytes: bool) -> Self {
        Self {
            text,
            at,
            language,
            only_bytes,
            open_until: [0; 3],
        }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Passes over blanks and comments.
    fn skip(&mut self) {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start_matches(is_blank);
            self.at = self
                .at
                .saturating_add(rest.len().saturating_sub(trimmed.len()));
            let python = self.language == Format::PythonLiteral;
            let len = if python && trimmed.starts_with('#') || !python && trimmed.starts_with("//")
            {
                trimmed.find(['\n', '\r'])
            } else if !python && trimmed.starts_with("/*") {
                trimmed.find("*/").map(|end| end.saturating_add(2))
            } else {
                return;
            };
            self.at = self.at.saturating_add(len.unwrap_or(trimmed.len()));
        }
    }

    /// Reads a quoted text whose quote is at `open`, its prefix at `start`.
    fn quoted(&mut self, start: usize, open: usize, prefix: &str) -> Option<Token> {
        let rest = self.text.get(open..)?;
        let first = rest.chars().next()?;
        let kind = quote(first)?;
        let bytes = prefix.contains(['b', 'B']);
        if self.only_bytes && !bytes {
            return None;
        }
        if self
            .open_until
            .get(kind as usize)
            .is_some_and(|until| open < *until)
        {
            return None;
        }
        let raw = prefix.contains(['r', 'R'])
            || (kind == Quote::Back && self.language == Format::GoLiteral);
        let triple = self.language == Format::PythonLiteral
            && (rest.starts_with("'''") || rest.starts_with("\"\"\""));
        let hashes = prefix.bytes().filter(|b| *b == b'#').count();
        let width = if triple { 3 } else { first.len_utf8() };
        let multiline = triple || kind == Quote::Back || self.language == Format::RustLiteral;
        let body = open.saturating_add(width);
        let mut escaped = false;
        let mut closing = 0_usize;
        let mut searched = self.text.len();
        for (i, c) in self.text.get(body..)?.char_indices() {
            let is_quote = quote(c) == Some(kind) && !escaped;
            if hashes > 0 {
                // r#"…"# ends at a quote with as many signs after it.
                if is_quote
                    && self
                        .text
                        .get(body.saturating_add(i).saturating_add(1)..)
                        .is_some_and(|t| {
                            t.bytes().take(hashes).take_while(|b| *b == b'#').count() == hashes
                        })
                {
                    return Some(self.close(
                        start,
                        body..body.saturating_add(i),
                        hashes.saturating_add(1),
                        kind,
                        raw,
                        bytes,
                    ));
                }
                continue;
            }
            closing = if is_quote {
                closing.saturating_add(1)
            } else {
                0
            };
            if is_quote && (!triple || closing == 3) {
                let end = body
                    .saturating_add(i)
                    .saturating_add(1)
                    .saturating_sub(if triple { 3 } else { 1 });
                let width = body
                    .saturating_add(i)
                    .saturating_add(c.len_utf8())
                    .saturating_sub(end);
                return Some(self.close(start, body..end, width, kind, raw, bytes));
            }
            if !multiline && !escaped && matches!(c, '\n' | '\r') {
                searched = body.saturating_add(i);
                break;
            }
            // A raw text's backslash is no escape, but in Python it still keeps a quote from closing.
            escaped = c == '\\' && !escaped && !(raw && self.language != Format::PythonLiteral);
        }
        if let Some(until) = self.open_until.get_mut(kind as usize) {
            *until = searched;
        }
        // An apostrophe in prose is no string; a `b'` without an end is a fault worth telling.
        if kind != Quote::Double && !bytes {
            return None;
        }
        self.at = body;
        let span = start..body;
        Some(Token::Quoted {
            span,
            body: body..body,
            quote: kind,
            raw,
            bytes,
            closed: false,
        })
    }

    fn close(
        &mut self,
        start: usize,
        body: Range<usize>,
        width: usize,
        quote: Quote,
        raw: bool,
        bytes: bool,
    ) -> Token {
        self.at = body.end.saturating_add(width);
        Token::Quoted {
            span: start..self.at,
            body,
            quote,
            raw,
            bytes,
            closed: true,
        }
    }
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        self.skip();
        let start = self.at;
        let rest = self.rest();
        let first = rest.chars().next()?;
        let len = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .unwrap_or(rest.len());
        let word = rest.get(..len).unwrap_or_default();
        let hashes = if matches!(word, "r" | "br") {
            rest.get(len..)
                .unwrap_or_default()
                .bytes()
                .take_while(|b| *b == b'#')
                .take(255)
                .count()
        } else {
            0
        };
        let prefix = rest.get(..len.saturating_add(hashes)).unwrap_or_default();
        // The end of a path or of another string is none: `-t 'a/b' -m '…'`.
        let before = self.text.get(..start).unwrap_or_default();
        let is_end = len > 0 && before.ends_with(['/', '-', '\\', '\'', '"', '`']);
        let is_prefix = len <= 2 && !is_end && word.bytes().all(|b| b"bBrRuULfF".contains(&b));
        if is_prefix
            && let Some(token) = self.quoted(
                start,
                start.saturating_add(len).saturating_add(hashes),
                prefix,
            )
        {
            return Some(token);
        }
        if len > 0 {
            self.at = self.at.saturating_add(len);
            return Some(Token::Word(start..self.at));
        }
        self.at = self.at.saturating_add(first.len_utf8());
        Some(Token::Sign(start, first))
    }
}
