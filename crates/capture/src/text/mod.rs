//! Text to bytes and back: what a person pastes, and what a person copies.
//!
//! [`decode`] reads hex in its many habits, the dumps of the common tools, literals of the common
//! languages and base64. It says which [`Format`] it took, where in the text each byte stands
//! ([`SourceMap`]) and what it passed over on the way ([`Note`]). A fault is a [`TextError`] with a
//! place that an editor can select.
//!
//! ```
//! use mqttscope_capture::text::{Format, decode};
//!
//! let pingreq = decode("c0:00", None)?;
//! assert_eq!(pingreq.format, Format::Hex);
//! assert_eq!(pingreq.bytes, [0xc0, 0x00]);
//! assert_eq!(pingreq.source.span(1), Some(3..5));
//!
//! let fault = decode("c0 0z", None).unwrap_err();
//! assert_eq!(fault.to_string(), "`0z` at line 1, column 4 is not hex");
//! # Ok::<(), mqttscope_capture::text::TextError>(())
//! ```

mod base64;
mod body;
mod byte_lines;
mod chosen;
mod clean;
mod columns;
mod commented;
mod counts;
mod data_url;
mod detect;
mod dropped;
mod dump;
mod dump_rows;
mod error;
mod escape;
mod file;
mod firmware;
mod follow;
mod format;
mod hex;
mod islands;
mod literal;
mod log;
mod looks;
mod low_first;
mod marks;
mod names;
mod notations;
mod note;
mod output;
mod plausible;
mod reader;
mod roles;
mod routes;
mod rows;
mod scan;
mod short;
mod sides;
mod source;
mod times;
mod token;
mod write;

pub use detect::{Candidate, Confidence, detect};
pub use error::{Place, TextError, TextErrorKind};
pub use file::{FileContent, decode_file, read_bytes, read_file};
pub use format::Format;
pub use marks::Marks;
pub use note::Note;
pub use output::{Decoded, Part, Side};
pub use reader::{Piece, Reading, read, read_parts};
pub use sides::{Turns, decode_sides, marks};
pub use source::SourceMap;
pub use write::{Style, write};

use error::Fault;
pub(crate) use islands::{WAYS, line_time, way_of};
use output::Output;
pub(crate) use roles::Roles;

/// The longest text that is read, in bytes of UTF-8: far above what a person pastes.
pub const MAX_TEXT: usize = 64 << 20;

/// The most bytes that `*` lines of a dump may stand for, over a whole text.
pub const MAX_FILLED: usize = 16 << 20;

/// Turns text into bytes, in the given format or in the one that [`detect`] puts first.
///
/// # Errors
/// [`TextError`] when the text is empty or longer than [`MAX_TEXT`], when no format fits, or when
/// the text breaks its format. The place always lies within the text, or at its end.
pub fn decode(text: &str, format: Option<Format>) -> Result<Decoded, TextError> {
    let found = match format {
        Some(format) => Some(format),
        None => detect(text).first().map(|candidate| candidate.format),
    };
    let is_open = format.is_none();
    let mut format = found.unwrap_or(Format::Binary);
    let is_odd = |fault: &Fault| fault.kind == TextErrorKind::OddDigits;
    let result = if text.len() > MAX_TEXT {
        Err(Fault::at(0, TextErrorKind::TooLarge))
    } else if text.chars().all(scan::is_blank) {
        Err(Fault::at(text.len(), TextErrorKind::NoBytes))
    } else if found.is_none() {
        Err(scan::first_word(text, TextErrorKind::Unrecognised))
    } else {
        match decode_as(text, format) {
            result if is_open && let Some(lua) = as_lua(text, format, &result) => {
                format = Format::LuaLiteral;
                Ok(lua)
            }
            Err(fault) if is_odd(&fault) => match short::whole_decimals(text) {
                Some(out) if is_open => {
                    format = Format::NumberList;
                    Ok(out)
                }
                _ => Err(fault),
            },
            Ok(out)
                if is_open && format == Format::NumberList && short::is_rather_hex(text, &out) =>
            {
                format = Format::Hex;
                decode_as(text, format)
            }
            result => result,
        }
    };
    result
        .and_then(|output| output.finish(format, text))
        .map_err(|fault| fault.in_text(text, format))
}

/// A string whose escapes make packets as decimals, and none as octal digits.
fn as_lua(text: &str, format: Format, octal: &Result<Output, Fault>) -> Option<Output> {
    let is_string = matches!(format, Format::CLiteral | Format::EscapedString);
    if !is_string || !escape::may_be_lua(text, octal.as_ref().ok().map(Output::bytes)) {
        return None;
    }
    let mut lua = Output::default();
    let (start, body) = scan::trim(text);
    let escapes = escape::Escapes::of(Format::LuaLiteral);
    match format {
        Format::EscapedString => escape::decode(
            &mut lua,
            text,
            start..start.saturating_add(body.len()),
            escapes,
        ),
        _ => literal::decode(&mut lua, text, Format::LuaLiteral),
    }
    .ok()?;
    (plausible::mqtt(lua.bytes()) >= plausible::Class::Framed).then_some(lua)
}

fn decode_as(text: &str, format: Format) -> Result<Output, Fault> {
    let mut output = Output::default();
    let out = &mut output;
    match format {
        Format::Hex => match hex::decode(out, text, 0..text.len()) {
            Err(fault) if fault.kind == TextErrorKind::OddDigits => {
                *out = short::whole_hex(text).ok_or(fault)?;
            }
            result => result?,
        },
        Format::NodeBuffer => hex::decode_node_buffer(out, text)?,
        Format::LogLines => match columns::read(text).or_else(|| byte_lines::read(text)) {
            Some(table) => *out = table,
            None => log::decode(out, text)?,
        },
        Format::Base64 | Format::Base64Url => base64::decode(out, text, 0..text.len())?,
        Format::DataUrl => data_url::decode(out, text)?,
        // Without a backslash these are percent signs.
        Format::EscapedString if text.contains('\\') => escape::decode_unquoted(out, text)?,
        Format::NumberList
        | Format::CLiteral
        | Format::RustLiteral
        | Format::PythonLiteral
        | Format::JsLiteral
        | Format::GoLiteral
        | Format::JavaLiteral
        | Format::LuaLiteral => literal::decode(out, text, format)?,
        Format::Xxd
        | Format::HexdumpC
        | Format::Hexdump
        | Format::Od
        | Format::TcpdumpX
        | Format::WiresharkHex
        | Format::WiresharkFollow => dump::decode(out, text, format)?,
        Format::EscapedString
        | Format::ErlangBinary
        | Format::NsData
        | Format::LogDump
        | Format::Strace
        | Format::ShellString
        | Format::BinaryDigits
        | Format::Bytea
        | Format::IntelHex
        | Format::IndexTable
        | Format::Json => chosen::all_of(out, text, format)?,
        Format::Binary => {
            for (at, c) in text.char_indices() {
                out.push_char(c, at..at.saturating_add(c.len_utf8()));
            }
        }
    }
    Ok(output)
}
