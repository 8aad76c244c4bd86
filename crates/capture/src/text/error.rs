//! Faults in a text, each with its place.

use core::fmt;
use core::ops::Range;

use mqttscope_wire::explain::shown;

use super::Format;

/// The longest excerpt of a text that an error carries, in characters.
const MAX_FOUND: usize = 24;

/// A position in a text, in the units that each reader needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Offset in bytes of UTF-8, from 0.
    pub byte: usize,
    /// Offset in units of UTF-16, from 0, as the browser's text fields count.
    pub utf16: usize,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl Place {
    /// Finds the place of a byte offset; an offset past the end is the end.
    #[must_use]
    pub fn of(text: &str, byte: usize) -> Self {
        let mut place = Self {
            byte: 0,
            utf16: 0,
            line: 1,
            column: 1,
        };
        let mut after_return = false;
        for c in text.chars() {
            if place.byte.saturating_add(c.len_utf8()) > byte {
                break;
            }
            place.byte = place.byte.saturating_add(c.len_utf8());
            place.utf16 = place.utf16.saturating_add(c.len_utf16());
            if c == '\n' && after_return {
                // The second half of CR LF.
            } else if c == '\n' || c == '\r' {
                place.line = place.line.saturating_add(1);
                place.column = 1;
            } else {
                place.column = place.column.saturating_add(1);
            }
            after_return = c == '\r';
        }
        place
    }
}

/// Why a text could not be turned into bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TextErrorKind {
    /// Nothing in the text stands for a byte.
    NoBytes,
    /// No format fits the text.
    Unrecognised,
    /// There are words, and nothing among them stands for bytes.
    NoBytesAmongWords,
    /// A log or a dissection that tells of packets and has none of their bytes.
    LogWithoutBytes,
    /// AT commands and answers of a modem.
    ModemTrace,
    /// Sentences about packets, as a question about MQTT has them.
    TalkOfPackets,
    /// A log of a broker or a client that tells of packets in words.
    LogInWords,
    /// Wireshark's list of packets, which has a line about each and no bytes.
    PacketList,
    /// The text is longer than [`MAX_TEXT`](super::MAX_TEXT), or `*` lines stand for more than
    /// [`MAX_FILLED`](super::MAX_FILLED).
    TooLarge,
    /// Something else where hex digits must be.
    NotHex,
    /// A letter that looks like a digit stands where hex digits must be.
    LetterForDigit,
    /// A group of hex digits has an odd number of them; the place is the last one.
    OddDigits,
    /// Something else where octal digits must be.
    NotOctal,
    /// Something else where a number must be.
    NotANumber,
    /// A number that no byte can hold: above 255 or below -128.
    OutOfRange,
    /// An escape that the language does not have.
    BadEscape,
    /// A string that does not end; the place is where it begins.
    Unterminated,
    /// A character outside the base64 alphabet, or after the padding.
    NotBase64,
    /// Base64 that breaks off: one character is left over.
    Base64Length,
    /// A `data:` address without the comma before its data.
    NoComma,
}

/// A fault in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextError {
    /// The format the text was read as; [`Format::Binary`] when none was recognised.
    pub format: Format,
    /// Where the fault begins.
    pub place: Place,
    /// The characters at fault, cut to a few; empty when nothing stands there.
    pub found: String,
    /// What is wrong.
    pub kind: TextErrorKind,
}

impl TextError {
    /// The fault's range in units of UTF-16, ready for a text field's selection.
    #[must_use]
    pub fn utf16_range(&self) -> Range<usize> {
        let len = self.found.chars().map(char::len_utf16).sum::<usize>();
        self.place.utf16..self.place.utf16.saturating_add(len)
    }
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let problem = match self.kind {
            TextErrorKind::NoBytes => return f.write_str("there are no bytes in this text"),
            TextErrorKind::NoBytesAmongWords => {
                return f.write_str(
                    "no bytes were found in this text: paste them as hex, base64, a dump or a literal",
                );
            }
            TextErrorKind::LogWithoutBytes => {
                return f.write_str(
                    "this is a log of packets, not their bytes: copy the packets as a hex dump, or log their bytes",
                );
            }
            TextErrorKind::ModemTrace => {
                return f.write_str(
                    "these are AT commands and answers of a modem without bytes of packets: copy what is sent after its `>` and what comes after +IPD, +QIRD or a similar header",
                );
            }
            TextErrorKind::TalkOfPackets => {
                return f.write_str(
                    "no bytes were found in this text: paste the packets that it speaks of as hex, base64, a dump or a literal",
                );
            }
            TextErrorKind::LogInWords => {
                return f.write_str(
                    "this is a log that tells of packets in words, without their bytes: the Captures page reads it",
                );
            }
            TextErrorKind::PacketList => {
                return f.write_str(
                    "this is a list of packets as Wireshark shows it, not their bytes: select a packet and copy it as a hex dump, or follow its TCP stream",
                );
            }
            TextErrorKind::Unrecognised => {
                return f
                    .write_str("not recognized: paste hex, base64, a hex dump or a byte literal");
            }
            TextErrorKind::TooLarge => "stands for more bytes than are read here",
            TextErrorKind::NotHex => "is not hex",
            TextErrorKind::LetterForDigit => {
                "is not hex: it has a letter that looks like the digit 0 or 1"
            }
            TextErrorKind::OddDigits => "is left over: a byte is two hex digits",
            TextErrorKind::NotOctal => "is not octal",
            TextErrorKind::NotANumber => "is not a number",
            TextErrorKind::OutOfRange => "does not fit in a byte",
            TextErrorKind::BadEscape => "is not an escape",
            TextErrorKind::Unterminated => "begins a string that does not end",
            TextErrorKind::NotBase64 => "is not base64",
            TextErrorKind::Base64Length => "is one base64 character too many, or some are missing",
            TextErrorKind::NoComma => "has no comma before its data",
        };
        if self.found.is_empty() {
            f.write_str("the text")?;
        } else {
            write!(f, "`{}`", shown(self.found.as_bytes(), usize::MAX))?;
        }
        write!(
            f,
            " at line {}, column {} {problem}",
            self.place.line, self.place.column
        )?;
        // Programs print small bytes without their zero.
        if self.kind == TextErrorKind::OddDigits && self.found.len() == 1 {
            write!(f, ", so write `0{}` if it is one", self.found)?;
        }
        Ok(())
    }
}

impl core::error::Error for TextError {}

/// A fault before its place is worked out, which takes a walk over the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) at: usize,
    pub(super) len: usize,
    pub(super) kind: TextErrorKind,
}

impl Fault {
    pub(super) fn at(at: usize, kind: TextErrorKind) -> Self {
        Self { at, len: 0, kind }
    }

    pub(super) fn over(range: Range<usize>, kind: TextErrorKind) -> Self {
        Self {
            at: range.start,
            len: range.len(),
            kind,
        }
    }

    /// The same fault of a text that this one is a part of, from `start` on.
    pub(super) fn shifted(self, start: usize) -> Self {
        Self {
            at: self.at.saturating_add(start),
            ..self
        }
    }

    pub(super) fn in_text(self, text: &str, format: Format) -> TextError {
        let place = Place::of(text, self.at);
        let end = self.at.saturating_add(self.len);
        let rest = text.get(place.byte..).unwrap_or_default();
        let found = rest
            .char_indices()
            .take_while(|(i, _)| place.byte.saturating_add(*i) < end)
            .take(MAX_FOUND)
            .map(|(_, c)| c)
            .collect();
        TextError {
            format,
            place,
            found,
            kind: self.kind,
        }
    }
}
