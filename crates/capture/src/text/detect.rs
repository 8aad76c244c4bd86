//! Which format a text is in, told from its looks alone.
//!
//! Cheap questions in the order of how telling their answers are. Nothing is decoded here: a text
//! with a typo shall still be known for what it is, so that the typo is what gets reported.

use super::dump::{Row, rows, word_width};
use super::literal;
use super::scan::{self, Quote, find_ignoring_case, hex_digit, is_blank, is_hex, quote};
use super::token::{Token, Tokens};
use super::{Format, MAX_TEXT, base64, data_url, hex, log};

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
    marked(&mut found, body);
    if found.0.is_empty() {
        dump(&mut found, text);
    }
    if found.0.is_empty() {
        plain(&mut found, body);
    }
    // Stable, so among equals the question that came first wins.
    found.0.sort_by_key(|candidate| core::cmp::Reverse(candidate.confidence));
    found.0
}

#[derive(Default)]
struct Ranking(Vec<Candidate>);

impl Ranking {
    fn add(&mut self, format: Format, confidence: Confidence, reason: &'static str) {
        if !self.0.iter().any(|candidate| candidate.format == format) {
            self.0.push(Candidate { format, confidence, reason });
        }
    }
}

/// Formats that say their own name.
fn marked(found: &mut Ranking, body: &str) {
    use Confidence::Certain;
    let head = body.get(..data_url::SCHEME.len()).unwrap_or_default();
    if head.eq_ignore_ascii_case(data_url::SCHEME) {
        found.add(Format::DataUrl, Certain, "begins with data:");
    } else if body.contains("<Buffer") {
        found.add(Format::NodeBuffer, Certain, "has <Buffer …>");
    } else if find_ignoring_case(body.get(..512).unwrap_or(body), "Follow: tcp,").is_some() {
        found.add(Format::WiresharkFollow, Certain, "names a followed stream");
    }
}

/// Lines that begin with offsets.
fn dump(found: &mut Ranking, text: &str) {
    use Confidence::{Certain, Likely};
    let (rows, others, _) = rows(text, SAMPLE_ROWS);
    let full: Vec<&Row<'_>> = rows.iter().filter(|row| row.words().next().is_some()).collect();
    let Some(first) = full.first() else { return };
    if full.iter().any(|row| row.prefixed) {
        return found.add(Format::TcpdumpX, Certain, "lines begin with 0x offsets");
    }
    // Others are headlines of packets; a log has more of them.
    if others > full.len() {
        return;
    }
    let second_word = first.words().next().map_or("", |(_, word)| word);
    let Some(width) = word_width(&rows) else { return };
    if first.colon {
        // A last line without its text may hold a word of one pair.
        if second_word.len() % 2 == 0 && is_hex(second_word) && counts_up(&full, 16) {
            found.add(Format::Xxd, Certain, "lines begin with offsets and colons");
        }
        return;
    }
    if first.digits.len() >= 7 && first.line.contains('|') {
        return found.add(Format::HexdumpC, Certain, "offsets on the left, text between bars");
    }
    let radix = [16, 8, 10].into_iter().find(|radix| counts_up(&full, *radix));
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
            found.add(Format::WiresharkHex, Confidence::Possible, "lines begin with offsets");
        }
        (_, 2) => {
            let indented = full.iter().filter(|row| row.indented).count();
            if (1..full.len()).contains(&indented) {
                found.add(Format::WiresharkFollow, Certain, "some lines with offsets are indented");
            } else if first.digits.len() == 8 && full.iter().all(|row| !row.line.contains("   ") && row.words().count() == 16) && full.len() == 1 {
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
    let Some(first) = rows.first().and_then(offset) else { return false };
    let mut steps = rows.iter().zip(rows.iter().skip(1)).peekable();
    if first != 0 && steps.peek().is_none() {
        return false;
    }
    steps.all(|(a, b)| match (offset(a), offset(b)) {
        // A new packet begins at zero again; sides of a stream count on their own.
        (Some(a_offset), Some(b_offset)) => {
            b_offset == 0 || a.indented != b.indented || (1..=0x100_0000).contains(&b_offset.wrapping_sub(a_offset))
        }
        _ => false,
    })
}

/// What the characters of a text are, in one walk.
#[derive(Default)]
struct Looks {
    /// Hex digits, separators and `0x` only.
    hex: bool,
    /// Groups between separators, and those of them that are pairs of hex digits.
    groups: usize,
    hex_groups: usize,
    /// Groups that are no hex with a slip of the finger.
    words: bool,
    /// The base64 alphabet with blanks only at line ends.
    base64: bool,
    url_alphabet: bool,
    mixed_case: bool,
    padded: bool,
    quotes: usize,
    escapes: bool,
    decimal_only: bool,
    commas: usize,
    long_decimals: bool,
    leading_zeros: bool,
}

impl Looks {
    fn of(text: &str) -> Self {
        let mut looks = Self { hex: true, base64: true, decimal_only: true, ..Self::default() };
        let (mut upper, mut lower, mut digits) = (false, false, 0_usize);
        for line in text.split(['\n', '\r']) {
            let (_, line) = scan::trim(line);
            looks.base64 &= !line.contains(is_blank);
            // Comments are for people.
            let line = line.find("//").filter(|at| *at == 0 || line.get(..*at).is_some_and(|l| l.ends_with(is_blank))).and_then(|at| line.get(..at)).unwrap_or(line);
            let line = line.split(" #").next().unwrap_or(line);
            for group in line.split(hex::is_separator).filter(|group| !group.is_empty()) {
                looks.groups += 1;
                let bare = group.strip_prefix("0x").or_else(|| group.strip_prefix("0X"));
                let all_hex = is_hex(bare.unwrap_or(group));
                looks.hex_groups += usize::from(all_hex && group.len() % 2 == 0);
                looks.hex &= all_hex;
                let slip = group.len() <= 3 && group.contains(|c| hex_digit(c).is_some());
                looks.words |= !all_hex && !slip;
                let decimal = group.bytes().all(|b| b.is_ascii_digit());
                looks.decimal_only &= decimal;
                looks.long_decimals |= decimal && group.len() != 2;
                looks.leading_zeros |= decimal && group.len() == 2 && group.starts_with('0');
            }
        }
        for c in text.chars() {
            match c {
                'A'..='Z' => upper = true,
                'a'..='z' => lower = true,
                ',' => looks.commas += 1,
                '\\' => looks.escapes = true,
                '-' | '_' => looks.url_alphabet = true,
                '=' => looks.padded = true,
                _ if quote(c).is_some() => looks.quotes += 1,
                _ => {}
            }
            if base64::is_digit(c) {
                digits += 1;
                looks.base64 &= !looks.padded;
            } else {
                looks.base64 &= c == '=' || is_blank(c);
            }
        }
        looks.mixed_case = upper && lower;
        looks.base64 &= digits % 4 != 1 && digits > 1;
        looks
    }
}

/// Everything that has no mark: digits, letters, quotes.
fn plain(found: &mut Ranking, body: &str) {
    use Confidence::{Certain, Likely, Possible};
    // A quoted text may hold hex or base64 rather than be a literal.
    if let Some(inner) = literal::sole_string(body).and_then(|range| body.get(range)) {
        let looks = Looks::of(inner);
        if looks.hex && !looks.escapes {
            found.add(Format::Hex, Certain, "hex digits in quotes");
        } else if looks.base64 && (looks.padded || inner.len() >= 8) {
            base64_kinds(found, &looks, Likely);
        }
    }
    let looks = Looks::of(body);
    let list = looks.decimal_only && looks.commas > 0 && looks.quotes == 0;
    let bracketed = body.starts_with(['[', '{', '(']);
    if list && !looks.leading_zeros && (looks.long_decimals || bracketed || looks.groups > 1) {
        let confidence = if looks.long_decimals { Certain } else { Likely };
        found.add(Format::NumberList, confidence, "decimal numbers and commas");
    }
    let marked = marked_quote(body);
    let hex = looks.hex && !looks.escapes && marked.is_none();
    if hex && !(bracketed && looks.commas > 0) {
        let confidence = if looks.long_decimals && list { Possible } else { Certain };
        found.add(Format::Hex, confidence, "hex digits only");
    }
    code(found, body, &looks, marked);
    if hex {
        found.add(Format::Hex, Likely, "hex digits only");
    }
    if looks.escapes && looks.quotes == 0 {
        found.add(Format::EscapedString, Certain, "backslash escapes without quotes");
    }
    if looks.base64 && !looks.hex {
        let confidence = if looks.padded || looks.mixed_case && body.len() >= 8 { Likely } else { Possible };
        base64_kinds(found, &looks, confidence);
    }
    if looks.hex_groups > 0 && !looks.hex {
        if !looks.words && looks.hex_groups * 2 > looks.groups {
            found.add(Format::Hex, Likely, "most of it is hex digits");
        }
        if log::looks_like_log(body) {
            found.add(Format::LogLines, Likely, "each line ends in hex");
        }
        // More good groups than bad ones: hex with a typo.
        let confidence = if looks.hex_groups * 4 >= looks.groups * 3 { Likely } else { Possible };
        if looks.hex_groups * 2 >= looks.groups {
            found.add(Format::Hex, confidence, "most of it is hex digits");
        }
    } else if !looks.hex && looks.groups == 1 && mostly_hex(body) {
        found.add(Format::Hex, Possible, "most of it is hex digits");
    }
}

fn base64_kinds(found: &mut Ranking, looks: &Looks, confidence: Confidence) {
    if looks.url_alphabet {
        found.add(Format::Base64Url, confidence, "letters and digits of base64url");
    } else {
        found.add(Format::Base64, confidence, "letters and digits of base64");
    }
}

fn mostly_hex(text: &str) -> bool {
    let digits = text.chars().filter(|c| hex_digit(*c).is_some()).count();
    digits >= 4 && digits * 10 >= text.len() * 9
}

/// Literals, told by the words around them.
fn code(found: &mut Ranking, body: &str, looks: &Looks, marked: Option<Quote>) {
    use Confidence::{Certain, Likely, Possible};
    // Words stand before or after the data; within quotes they would be data.
    let first_quote = body.find(|c| quote(c).is_some()).unwrap_or(body.len());
    let last_quote = body.rfind(|c| quote(c).is_some()).unwrap_or_default();
    let ends = [head(body.get(..first_quote).unwrap_or_default(), 400), tail(body.get(last_quote..).unwrap_or_default(), 100)];
    let says = |words: &[&str]| words.iter().any(|word| ends.iter().any(|end| end.contains(word)));
    let calls = literal::find_call(body).is_some();
    let groups = literal::group_sign(body, Format::CLiteral).is_some();
    if !(looks.quotes > 0 || groups || calls) {
        return;
    }
    if marked == Some(Quote::Single) && !groups {
        found.add(Format::PythonLiteral, Certain, "b'…'");
    } else if marked == Some(Quote::Double) && !calls {
        found.add(Format::RustLiteral, Likely, "b\"…\"");
        found.add(Format::PythonLiteral, Possible, "b\"…\"");
    } else if says(&["[]byte", "[]uint8", "]byte{", "]uint8{", "hex.DecodeString"]) {
        found.add(Format::GoLiteral, Certain, "[]byte");
    } else if says(&["Uint8Array", "Buffer.from(", "Buffer.of(", "atob("]) || groups && body.contains("\"Buffer\"") {
        found.add(Format::JsLiteral, Certain, "a JavaScript buffer");
    } else if says(&["fromhex(", "unhexlify(", "b64decode(", "bytes([", "bytes((", "bytearray("]) {
        found.add(Format::PythonLiteral, Certain, "a Python call");
    } else if says(&["(byte)", "byte[]", "sbyte", "byteArrayOf(", "parseHex(", "FromHexString("]) {
        found.add(Format::JavaLiteral, Certain, "a Java or C# byte array");
    } else if says(&["vec![", "u8;", "u8]", "&[", "hex::", "hex!("]) || groups && says(&["u8,", "u8 ]"]) {
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

/// The quote of the first literal that a `b` marks as bytes.
fn marked_quote(text: &str) -> Option<Quote> {
    Tokens::new(text, 0, Format::RustLiteral, true).find_map(|token| match token {
        Token::Quoted { quote, .. } => Some(quote),
        _ => None,
    })
}

fn head(text: &str, most: usize) -> &str {
    text.get(..text.floor_char_boundary(most)).unwrap_or(text)
}

fn tail(text: &str, most: usize) -> &str {
    text.get(text.ceil_char_boundary(text.len().saturating_sub(most))..).unwrap_or(text)
}
