//! JSON pulled token by token out of chunks of any size: no document is built, and long strings are passed over.

use super::Input;

/// The deepest nesting that is followed.
const DEEPEST: usize = 256;

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// `{` or `[`.
    Opens,
    /// `}` or `]`.
    Closes,
    /// A member's name, in [`Json::text`].
    Key,
    /// A string, in [`Json::text`].
    Text,
    /// A number or a word, in [`Json::text`].
    Value,
}

/// Why there is no token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// More bytes are needed.
    More,
    /// The document is whole.
    Whole,
    /// It is no JSON from here on.
    Broken,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// Between tokens.
    #[default]
    Between,
    String,
    /// Behind a backslash.
    Escape,
    /// So many digits of `\u` are there.
    Unicode(u8, u16),
    /// A number or a word.
    Value,
}

/// The reader, and the text of the last token.
#[derive(Debug, Default)]
pub(super) struct Json {
    state: State,
    /// Brackets that are open: whether they are an object's.
    open: Vec<bool>,
    /// A string here would be a member's name.
    wants_key: bool,
    is_key: bool,
    is_begun: bool,
    text: Vec<u8>,
    /// More of the string was there than is kept.
    is_cut: bool,
    /// The first half of a character beyond 16 bits.
    high: Option<u16>,
}

impl Json {
    /// The text of the last token; `None`: it was longer than what is kept.
    pub(super) fn text(&self) -> Option<&[u8]> {
        (!self.is_cut).then_some(&self.text)
    }

    /// Whether something is still open.
    pub(super) fn is_open(&self) -> bool {
        !self.open.is_empty() || self.state != State::Between
    }

    /// Memory of what was read of a token.
    pub(super) fn held(&self) -> usize {
        self.text.len()
    }

    /// Forgets a text that is no longer wanted, with its room.
    pub(super) fn forget(&mut self) {
        self.text.clear();
        self.text.shrink_to(1 << 16);
    }

    /// The next token, of which so many bytes are kept.
    pub(super) fn next(&mut self, input: &mut Input, most: usize) -> Result<Token, Stop> {
        loop {
            if self.is_begun && !self.is_open() {
                return Err(Stop::Whole);
            }
            let rest = input.rest();
            let Some(&byte) = rest.first() else {
                return Err(Stop::More);
            };
            match self.state {
                State::Between => {
                    if let Some(token) = self.between(byte)? {
                        input.skip(1);
                        return Ok(token);
                    }
                    // A number's first byte is read as its others are.
                    if self.state != State::Value {
                        input.skip(1);
                    }
                }
                State::String => {
                    let plain = rest
                        .iter()
                        .position(|byte| matches!(byte, b'"' | b'\\'))
                        .unwrap_or(rest.len());
                    let run = rest.get(..plain).unwrap_or_default();
                    keep(&mut self.text, &mut self.is_cut, run, most);
                    let end = rest.get(plain).copied();
                    input.skip((plain as u64).saturating_add(u64::from(end.is_some())));
                    match end {
                        Some(b'"') => {
                            self.state = State::Between;
                            return Ok(if self.is_key { Token::Key } else { Token::Text });
                        }
                        Some(_) => self.state = State::Escape,
                        None => return Err(Stop::More),
                    }
                }
                State::Escape => {
                    input.skip(1);
                    self.state = State::String;
                    let plain = match byte {
                        b'"' | b'\\' | b'/' => byte,
                        b'b' => 8,
                        b'f' => 12,
                        b'n' => b'\n',
                        b'r' => b'\r',
                        b't' => b'\t',
                        b'u' => {
                            self.state = State::Unicode(0, 0);
                            continue;
                        }
                        _ => return Err(Stop::Broken),
                    };
                    keep(&mut self.text, &mut self.is_cut, &[plain], most);
                }
                State::Unicode(count, value) => {
                    let digit = char::from(byte).to_digit(16).ok_or(Stop::Broken)?;
                    let digit = u16::try_from(digit).unwrap_or(0);
                    input.skip(1);
                    let value = value << 4 | digit;
                    self.state = State::Unicode(count.saturating_add(1), value);
                    if count == 3 {
                        self.state = State::String;
                        self.unit(value, most);
                    }
                }
                State::Value => {
                    if matches!(byte, b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'+' | b'-' | b'.')
                    {
                        keep(&mut self.text, &mut self.is_cut, &[byte], most);
                        input.skip(1);
                        continue;
                    }
                    self.state = State::Between;
                    return Ok(Token::Value);
                }
            }
        }
    }

    /// A byte between tokens: a whole one, or the beginning of one.
    fn between(&mut self, byte: u8) -> Result<Option<Token>, Stop> {
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' | b':' => {}
            b',' => self.wants_key = self.open.last() == Some(&true),
            b'{' | b'[' => {
                if self.open.len() >= DEEPEST {
                    return Err(Stop::Broken);
                }
                self.is_begun = true;
                self.open.push(byte == b'{');
                self.wants_key = byte == b'{';
                return Ok(Some(Token::Opens));
            }
            b'}' | b']' => {
                if self.open.pop() != Some(byte == b'}') {
                    return Err(Stop::Broken);
                }
                self.wants_key = false;
                return Ok(Some(Token::Closes));
            }
            _ if self.open.is_empty() => return Err(Stop::Broken),
            b'"' => {
                self.begin(State::String);
                self.is_key = self.wants_key;
                self.wants_key = false;
            }
            b'-' | b'0'..=b'9' | b'a'..=b'z' => self.begin(State::Value),
            _ => return Err(Stop::Broken),
        }
        Ok(None)
    }

    fn begin(&mut self, state: State) {
        self.state = state;
        self.forget();
        self.is_cut = false;
        self.high = None;
    }

    /// Adds a unit of UTF-16; half a character is written as what stands for none.
    fn unit(&mut self, unit: u16, most: usize) {
        if (0xd800..0xdc00).contains(&unit) {
            self.high = Some(unit);
            return;
        }
        let units = [self.high.take().unwrap_or(unit), unit];
        let pair = if units == [unit; 2] {
            &units[..1]
        } else {
            &units[..]
        };
        let mut bytes = [0; 4];
        for c in char::decode_utf16(pair.iter().copied()) {
            let c = c.unwrap_or(char::REPLACEMENT_CHARACTER);
            keep(
                &mut self.text,
                &mut self.is_cut,
                c.encode_utf8(&mut bytes).as_bytes(),
                most,
            );
        }
    }
}

/// Adds bytes as far as they are kept.
fn keep(text: &mut Vec<u8>, is_cut: &mut bool, more: &[u8], most: usize) {
    if *is_cut || text.len().saturating_add(more.len()) > most {
        *is_cut = true;
        text.clear();
        return;
    }
    text.extend_from_slice(more);
}
