//! Which format a text is in, told from its looks alone.
//!
//! Cheap questions in the order of how telling their answers are. Nothing is decoded here: a text
//! with a typo shall still be known for what it is, so that the typo is what gets reported.

use super::literal;
use super::looks::Looks;
use super::rows::{Row, rows, word_width};
use super::scan::{self, Quote, find_ignoring_case, hex_digit, is_hex, quote};
use super::token::{Token, Tokens};
use super::{Format, MAX_TEXT, data_url, firmware, follow, log};

/// How sure the detection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// It could be that as well.
    Possible,
    /// It looks like it.
    Likely,
    /// Nothing else looks like it.
    Certain,
}

/// A format that a text may be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The format.
    pub format: Format,
    /// How sure that is.
    pub confidence: Confidence,
    /// What tells so, in a few words for people.
    pub reason: &'static str,
}

/// How much of a long text is looked at, in bytes.
const SAMPLE: usize = 64 << 10;

/// How many dump lines are looked at.
const SAMPLE_ROWS: usize = 48;

/// Ranks the formats that `text` may be in, the best first. Empty when none fits.
#[must_use]
pub fn detect(text: &str) -> Vec<Candidate> {
    let (_, body) = scan::trim(text);
    if body.is_empty() || text.len() > MAX_TEXT {
        return Vec::new();
    }
    let mut found = Ranking::default();
    let sample = sample(text);
    marked(&mut found, scan::trim(sample).1);
    if found.0.is_empty() {
        dump(&mut found, sample);
    }
    if found.0.is_empty() {
        plain(&mut found, body);
    }
    // Stable, so among equals the question that came first wins.
    found
        .0
        .sort_by_key(|candidate| core::cmp::Reverse(candidate.confidence));
    found.0
}

/// Whether [`detect`] puts a dump first, without the questions that only other formats answer.
pub(super) fn is_dump(text: &str) -> bool {
    let mut found = Ranking::default();
    let sample = sample(text);
    marked(&mut found, scan::trim(sample).1);
    if found.0.is_empty() {
        dump(&mut found, sample);
    }
    let best = found.0.iter().rev().max_by_key(|best| best.confidence);
    best.is_some_and(|best| best.format.is_dump())
}

/// The lines that a text begins with, or the whole of one that is not long.
fn sample(text: &str) -> &str {
    let head = scan::head(text, SAMPLE);
    let line_end = head.rfind('\n').filter(|_| head.len() < text.len());
    line_end.and_then(|end| head.get(..=end)).unwrap_or(head)
}

#[derive(Default)]
struct Ranking(Vec<Candidate>);

impl Ranking {
    fn add(&mut self, format: Format, confidence: Confidence, reason: &'static str) {
        if !self.0.iter().any(|candidate| candidate.format == format) {
            self.0.push(Candidate {
                format,
                confidence,
                reason,
            });
        }
    }
}

/// Formats that say their own name.
fn marked(found: &mut Ranking, body: &str) {
    use Confidence::Certain;
    let head = body.get(..data_url::SCHEME.len()).unwrap_or_default();
    // `Data:` before a blank is a heading.
    let is_address = scan::words(body)
        .next()
        .is_some_and(|(_, word)| word.contains(',') || word.len() == body.len());
    if head.eq_ignore_ascii_case(data_url::SCHEME) && is_address {
        found.add(Format::DataUrl, Certain, "begins with data:");
    } else if body.contains("<Buffer") {
        found.add(Format::NodeBuffer, Certain, "has <Buffer …>");
    } else if follow::is_yaml(body) {
        found.add(Format::WiresharkFollow, Certain, "packets with their peer");
    } else if find_ignoring_case(body.get(..512).unwrap_or(body), "Follow: tcp,").is_some() {
        found.add(Format::WiresharkFollow, Certain, "names a followed stream");
    }
}

/// Lines that begin with offsets.
fn dump(found: &mut Ranking, text: &str) {
    use Confidence::{Certain, Likely};
    let (rows, others, _) = rows(text, SAMPLE_ROWS);
    let full: Vec<&Row<'_>> = rows
        .iter()
        .filter(|row| row.words().next().is_some())
        .collect();
    let Some(first) = full.first() else { return };
    if full.iter().any(|row| row.prefixed) {
        return found.add(Format::TcpdumpX, Certain, "lines begin with 0x offsets");
    }
    // Others are headlines of packets; a log has more of them.
    if others > full.len() {
        return;
    }
    let second_word = first.words().next().map_or("", |(_, word)| word);
    let Some(width) = word_width(&rows) else {
        return;
    };
    if first.colon {
        // A last line without its text may hold a word of one pair.
        if second_word.len() % 2 == 0 && is_hex(second_word) && counts_up(&full, 16) {
            found.add(Format::Xxd, Certain, "lines begin with offsets and colons");
        }
        return;
    }
    if first.digits.len() >= 7 && first.line.contains('|') {
        return found.add(
            Format::HexdumpC,
            Certain,
            "offsets on the left, text between bars",
        );
    }
    let radix = [16, 8, 10]
        .into_iter()
        .find(|radix| counts_up(&full, *radix));
    if radix.is_none() || first.digits.len() == width {
        return;
    }
    match (first.digits.len(), width) {
        (7, 4) => {
            found.add(Format::Hexdump, Certain, "offsets of 7 digits, words of 4");
            found.add(Format::Od, Confidence::Possible, "offsets of 7 digits");
        }
        (7, _) => found.add(Format::Od, Certain, "offsets of 7 digits"),
        (6, 2 | 3 | 6 | 8) if full.iter().any(|row| row.line.contains('>')) || width != 2 => {
            found.add(Format::Od, Certain, "offsets of 6 digits");
        }
        (6, 2) => {
            found.add(Format::Od, Likely, "offsets of 6 digits");
            found.add(
                Format::WiresharkHex,
                Confidence::Possible,
                "lines begin with offsets",
            );
        }
        (_, 2) => {
            let indented = full.iter().filter(|row| row.indented).count();
            if (1..full.len()).contains(&indented) {
                found.add(
                    Format::WiresharkFollow,
                    Certain,
                    "some lines with offsets are indented",
                );
            } else if first.digits.len() == 8
                && full
                    .iter()
                    .all(|row| !row.line.contains("   ") && row.words().count() == 16)
                && full.len() == 1
            {
                found.add(Format::HexdumpC, Likely, "an offset of 8 digits");
            } else {
                found.add(Format::WiresharkHex, Likely, "lines begin with offsets");
            }
            found.add(Format::Hex, Confidence::Possible, "hex digits only");
        }
        _ => {}
    }
}

/// Whether the offsets are some: the first is zero, or each is above the one before.
fn counts_up(rows: &[&Row<'_>], radix: u32) -> bool {
    let offset = |row: &&Row<'_>| u64::from_str_radix(row.digits, radix).ok();
    let Some(first) = rows.first().and_then(offset) else {
        return false;
    };
    let mut steps = rows.iter().zip(rows.iter().skip(1)).peekable();
    if first != 0 && steps.peek().is_none() {
        return false;
    }
    steps.all(|(a, b)| match (offset(a), offset(b)) {
        // A new packet begins at zero again; sides of a stream count on their own.
        (Some(a_offset), Some(b_offset)) => {
            b_offset == 0
                || a.indented != b.indented
                || (1..=0x100_0000).contains(&b_offset.wrapping_sub(a_offset))
        }
        _ => false,
    })
}

/// Everything that has no mark: digits, letters, quotes.
fn plain(found: &mut Ranking, whole: &str) {
    use Confidence::{Certain, Likely, Possible};
    let body = sample(whole);
    // A quoted text may hold hex or base64 rather than be a literal.
    if let Some(inner) = literal::sole_string(whole).and_then(|range| whole.get(range)) {
        let looks = Looks::of(sample(inner), inner.len());
        if looks.hex && !looks.escapes {
            found.add(Format::Hex, Certain, "hex digits in quotes");
        } else if looks.base64 && (looks.padded || inner.len() >= 8) {
            base64_kinds(found, &looks, Likely);
        }
    }
    let looks = Looks::of(body, whole.len());
    let bracketed = body.starts_with(['[', '{', '(']);
    // Go prints bytes as decimals in brackets, without commas.
    let printed = bracketed && looks.long_decimals;
    let list = looks.decimal_only && (looks.commas > 0 || printed) && looks.quotes == 0;
    if list && !looks.leading_zeros && (looks.long_decimals || bracketed || looks.groups > 1) {
        let confidence = if looks.long_decimals { Certain } else { Likely };
        found.add(Format::NumberList, confidence, "decimal numbers and commas");
    }
    if looks.mixed_radix && looks.commas > 0 && !bracketed && !looks.words {
        found.add(
            Format::NumberList,
            Certain,
            "some numbers with 0x, some without",
        );
    }
    let marked = marked_quote(body);
    let labelled = looks.hex && firmware::has_letters(body);
    if labelled {
        found.add(
            Format::LogLines,
            Certain,
            "letters before the bytes of each line",
        );
    }
    let hex = looks.hex && !looks.escapes && marked.is_none() && !labelled;
    if hex && !(bracketed && looks.commas > 0) && !(looks.mixed_radix && looks.commas > 0) {
        let confidence = if looks.long_decimals && list {
            Possible
        } else {
            Certain
        };
        found.add(Format::Hex, confidence, "hex digits only");
    }
    code(found, whole, &looks, marked);
    if hex {
        found.add(Format::Hex, Likely, "hex digits only");
    }
    if looks.escapes && looks.quotes == 0 {
        found.add(
            Format::EscapedString,
            Certain,
            "backslash escapes without quotes",
        );
    }
    if looks.base64 && !looks.hex {
        let confidence = if looks.padded || looks.mixed_case && body.len() >= 8 {
            Likely
        } else {
            Possible
        };
        base64_kinds(found, &looks, confidence);
    }
    if looks.hex_groups > 0 && !looks.hex {
        if !looks.words && looks.hex_groups.saturating_mul(2) > looks.groups {
            found.add(Format::Hex, Likely, "most of it is hex digits");
        }
        if log::looks_like_log(body) {
            found.add(Format::LogLines, Likely, "each line ends in hex");
        }
        // More good groups than bad ones: hex with a typo.
        let confidence = if looks.hex_groups.saturating_mul(4) >= looks.groups.saturating_mul(3) {
            Likely
        } else {
            Possible
        };
        if looks.hex_groups.saturating_mul(2) >= looks.groups {
            found.add(Format::Hex, confidence, "most of it is hex digits");
        }
    } else if !looks.hex && looks.groups == 1 && mostly_hex(body) {
        found.add(Format::Hex, Possible, "most of it is hex digits");
    }
}

fn base64_kinds(found: &mut Ranking, looks: &Looks, confidence: Confidence) {
    if looks.url_alphabet {
        found.add(
            Format::Base64Url,
            confidence,
            "letters and digits of base64url",
        );
    } else {
        found.add(Format::Base64, confidence, "letters and digits of base64");
    }
}

fn mostly_hex(text: &str) -> bool {
    let digits = text.chars().filter(|c| hex_digit(*c).is_some()).count();
    digits >= 4 && digits.saturating_mul(10) >= text.len().saturating_mul(9)
}

/// Literals, told by the words around them.
// `body` is the whole text: a call may end far behind its data.
fn code(found: &mut Ranking, body: &str, looks: &Looks, marked: Option<Quote>) {
    use Confidence::{Certain, Likely, Possible};
    // Words stand before or after the data; within quotes they would be data.
    let first_quote = body.find(|c| quote(c).is_some()).unwrap_or(body.len());
    let last_quote = body.rfind(|c| quote(c).is_some()).unwrap_or_default();
    let ends = [
        scan::head(body.get(..first_quote).unwrap_or_default(), 400),
        scan::tail(body.get(last_quote..).unwrap_or_default(), 100),
    ];
    let says = |words: &[&str]| {
        words
            .iter()
            .any(|word| ends.iter().any(|end| end.contains(word)))
    };
    let calls = literal::find_call(body).is_some();
    let sign = literal::group_sign(sample(body), Format::CLiteral);
    let groups = sign.is_some();
    if !(looks.quotes > 0 || groups || calls) {
        return;
    }
    if marked == Some(Quote::Single) && !(matches!(sign, Some('[' | '{')) && holds_chars(body)) {
        found.add(Format::PythonLiteral, Certain, "b'…'");
    } else if marked == Some(Quote::Double) && !calls {
        found.add(Format::RustLiteral, Likely, "b\"…\"");
        found.add(Format::PythonLiteral, Possible, "b\"…\"");
    } else if says(&["[]byte", "[]uint8", "]byte{", "]uint8{", "hex.DecodeString"]) {
        found.add(Format::GoLiteral, Certain, "[]byte");
    } else if says(&["Uint8Array", "Buffer.from(", "Buffer.of(", "atob("])
        || groups && body.contains("\"Buffer\"")
    {
        found.add(Format::JsLiteral, Certain, "a JavaScript buffer");
    } else if says(&[
        "fromhex(",
        "unhexlify(",
        "b64decode(",
        "bytes([",
        "bytes((",
        "bytearray(",
    ]) {
        found.add(Format::PythonLiteral, Certain, "a Python call");
    } else if says(&[
        "(byte)",
        "byte[]",
        "sbyte",
        "byteArrayOf(",
        "parseHex(",
        "FromHexString(",
    ]) {
        found.add(Format::JavaLiteral, Certain, "a Java or C# byte array");
    } else if says(&["vec![", "u8;", "u8]", "&[", "hex::", "hex!("])
        || groups && says(&["u8,", "u8 ]"])
    {
        found.add(Format::RustLiteral, Certain, "Rust's types or brackets");
    } else if groups && body.contains('{') {
        found.add(Format::CLiteral, Certain, "numbers in braces");
    } else if groups && (body.starts_with(['[', '(']) || body.contains("= [")) {
        found.add(Format::NumberList, Likely, "numbers in brackets");
        found.add(Format::RustLiteral, Possible, "numbers in brackets");
    } else if body.contains("\\u00") {
        found.add(Format::JsLiteral, Likely, "a string with \\u escapes");
    } else if looks.quotes > 1 && (looks.escapes || literal::sole_string(body).is_some()) {
        let confidence = if looks.escapes { Likely } else { Possible };
        found.add(Format::CLiteral, confidence, "a string in quotes");
        found.add(Format::EscapedString, Possible, "backslash escapes");
    } else if says(&["char", "uint8_t"]) && groups {
        found.add(Format::CLiteral, Likely, "C types");
    }
}

/// Whether the first literal that a `b` marks is one character, as in Rust.
fn holds_chars(text: &str) -> bool {
    let body = Tokens::new(text, 0, Format::RustLiteral, true).find_map(|token| match token {
        Token::Quoted { body, .. } => text.get(body),
        _ => None,
    });
    body.is_some_and(|body| body.chars().count() == 1 || body.starts_with('\\') && body.len() <= 4)
}

/// The quote of the first literal that a `b` marks as bytes.
fn marked_quote(text: &str) -> Option<Quote> {
    Tokens::new(text, 0, Format::RustLiteral, true).find_map(|token| match token {
        Token::Quoted { quote, .. } => Some(quote),
        _ => None,
    })
}
