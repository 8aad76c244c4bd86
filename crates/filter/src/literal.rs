//! What stands on the right of an operator, by what the field holds.

use crate::expression::{Literal, Operand, Operator};
use crate::kind::Kind;
use crate::lexer::{At, Token};
use crate::names::{Field, Names, distance, is_near};
use crate::net::Net;
use crate::problem::Problem;
use crate::time;

/// Reads a value. The problem says what the field holds and what was given instead.
pub(crate) fn read(operand: Operand, operator: Operator, at: &At<'_>) -> Result<Literal, Problem> {
    let kind = operand.kind();
    let place = (at.start, at.end);
    let (word, text): (&str, &[u8]) = match &at.token {
        Token::Word(word) => (word, word.as_bytes()),
        Token::Text(text) => ("", text),
        Token::Sign(sign) => {
            let says = format!(
                "a value is missing before {sign}: {operand} is {}",
                kind.says()
            );
            return Err(Problem::wrong(place, says));
        }
    };
    let wrong = |instead: &str| {
        let says = format!("{operand} is {}, not {instead}", kind.says());
        Err(Problem::wrong(place, says))
    };
    if !word.is_empty()
        && Field::named(word).is_some()
        && !matches!(kind, Kind::Text | Kind::Known(_))
    {
        let says = format!("{operand} is compared with a value here, not with another field");
        return Err(Problem::wrong(place, says));
    }
    let is_quoted = word.is_empty();
    let as_text = core::str::from_utf8(text).unwrap_or_default();
    match kind {
        Kind::Presence => Err(Problem::wrong(
            place,
            format!("{operand} is {}", kind.says()),
        )),
        Kind::Fact | Kind::Bool => match boolean(as_text) {
            Some(is) => Ok(Literal::Bool(is)),
            None => wrong(&given(word, is_quoted)),
        },
        Kind::Number(most) => match number(word) {
            Some(number) if number <= most => Ok(Literal::Number(number)),
            Some(number) => wrong(&number.to_string()),
            None => wrong(&given(word, is_quoted)),
        },
        Kind::Named(most, names) => match names.number(as_text).or_else(|| number(as_text)) {
            Some(number) if number <= most => Ok(Literal::Number(number)),
            Some(number) => wrong(&number.to_string()),
            None if names.are_numbers() => wrong(&given(word, is_quoted)),
            None => {
                let near = near(names, as_text);
                let says = format!(
                    "{operand} is {}; none is called {as_text}{near}",
                    kind.says()
                );
                Err(Problem::wrong(place, says))
            }
        },
        Kind::Known(names) => {
            let is_whole = matches!(
                operator,
                Operator::Equal
                    | Operator::NotEqual
                    | Operator::AllEqual
                    | Operator::AnyNotEqual
                    | Operator::In
            );
            if is_whole && names.number(as_text).is_none() {
                let near = near(names, as_text);
                let says = format!(
                    "{operand} is {}; none is called {as_text}{near}",
                    kind.says()
                );
                return Err(Problem::wrong(place, says));
            }
            Ok(Literal::Text(text.to_vec()))
        }
        Kind::Text => Ok(Literal::Text(text.to_vec())),
        Kind::Bytes => {
            if is_quoted {
                return Ok(Literal::Text(text.to_vec()));
            }
            match bytes(word) {
                Some(bytes) => Ok(Literal::Bytes(bytes)),
                None => {
                    let says = format!(
                        "{operand} is bytes: write a text in quotes, or bytes such as 30:0a"
                    );
                    Err(Problem::wrong(place, says))
                }
            }
        }
        Kind::Protocol => match bytes(word).filter(|_| word.contains([':', '-'])) {
            Some(bytes) => Ok(Literal::Bytes(bytes)),
            None => Ok(Literal::Text(text.to_vec())),
        },
        Kind::Ipv4 | Kind::Ipv6 => match Net::parse(as_text) {
            Some(net) if net.address.is_ipv4() == (kind == Kind::Ipv4) => Ok(Literal::Net(net)),
            Some(_) => wrong(if kind == Kind::Ipv4 {
                "one of IPv6"
            } else {
                "one of IPv4"
            }),
            None => wrong(&given(word, is_quoted)),
        },
        Kind::Seconds | Kind::Milliseconds => match real(word) {
            Some(number) => Ok(Literal::Real(number)),
            None => wrong(&given(word, is_quoted)),
        },
        Kind::Time => match time::parse(as_text) {
            Some(micros) => Ok(Literal::Time(micros)),
            None => wrong(&given(word, false)),
        },
        Kind::TopicFilter => match mqttscope_wire::TopicFilter::new(as_text) {
            Some(_) => Ok(Literal::Text(text.to_vec())),
            None => {
                let says = format!(
                    "{as_text:?} is no Topic Filter: + stands for one whole level, # only at the end for all that follow"
                );
                Err(Problem::wrong(place, says))
            }
        },
    }
}

/// The last words of a sentence that says what was given.
fn given(word: &str, is_quoted: bool) -> String {
    let looks_like_text = word.starts_with(|first: char| !first.is_ascii_digit());
    if is_quoted || looks_like_text || word.is_empty() {
        "a text".to_owned()
    } else {
        word.to_owned()
    }
}

/// Which name may have been meant.
fn near(names: Names, text: &str) -> String {
    let wanted = text.to_ascii_lowercase();
    let nearest = names
        .all()
        .into_iter()
        .min_by_key(|(_, name)| distance(&name.to_ascii_lowercase(), &wanted));
    match nearest {
        Some((_, name)) if is_near(&name.to_ascii_lowercase(), &wanted, 3) => {
            format!(": {name} may be meant")
        }
        _ => String::new(),
    }
}

fn boolean(word: &str) -> Option<bool> {
    match word.to_ascii_lowercase().as_str() {
        "true" | "1" | "set" | "yes" => Some(true),
        "false" | "0" | "not set" | "no" => Some(false),
        _ => None,
    }
}

/// A whole number: decimal, `0x`, `0b`, or octal with a leading 0, as Wireshark takes them.
pub(crate) fn number(word: &str) -> Option<u64> {
    let lower = word.to_ascii_lowercase();
    let (digits, radix) = if let Some(digits) = lower.strip_prefix("0x") {
        (digits, 16)
    } else if let Some(digits) = lower.strip_prefix("0b") {
        (digits, 2)
    } else if let Some(digits) = lower.strip_prefix('0').filter(|digits| !digits.is_empty()) {
        (digits, 8)
    } else {
        (lower.as_str(), 10)
    };
    let are_digits = digits.chars().all(|digit| digit.is_digit(radix));
    u64::from_str_radix(digits, radix)
        .ok()
        .filter(|_| are_digits)
}

fn real(word: &str) -> Option<f64> {
    let is_plain = word
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E'));
    word.parse()
        .ok()
        .filter(|number: &f64| is_plain && number.is_finite())
}

/// `30:0a`, `30-0a`, `0x300a`, or one byte alone.
fn bytes(word: &str) -> Option<Vec<u8>> {
    let byte = |digits: &str| {
        let are_digits = digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        u8::from_str_radix(digits, 16).ok().filter(|_| are_digits)
    };
    if let Some(digits) = word.strip_prefix("0x") {
        let pairs = digits.as_bytes().chunks(2);
        return pairs
            .map(|pair| byte(core::str::from_utf8(pair).ok()?))
            .collect();
    }
    let separator = if word.contains('-') { '-' } else { ':' };
    word.split(separator).map(byte).collect()
}

/// Whether values of this kind have an order that a range makes sense in.
pub(crate) const fn can_range(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Number(_)
            | Kind::Named(..)
            | Kind::Seconds
            | Kind::Milliseconds
            | Kind::Time
            | Kind::Text
    )
}

/// Whether more letters may make a value of it.
pub(crate) fn begins_a_value(kind: Kind, word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    let begins = |name: &str| name.to_ascii_lowercase().starts_with(&lower);
    match kind {
        Kind::Fact | Kind::Bool => begins("true") || begins("false"),
        Kind::Ipv4 => {
            lower.ends_with('/')
                || lower
                    .bytes()
                    .all(|byte| byte.is_ascii_digit() || byte == b'.')
        }
        Kind::Ipv6 => {
            let is_of_one = |byte: u8| byte.is_ascii_hexdigit() || byte == b':';
            lower.ends_with('/') || lower.bytes().all(is_of_one)
        }
        Kind::Bytes => lower
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'-' | b'x')),
        Kind::Seconds | Kind::Milliseconds => matches!(lower.as_str(), "-" | "."),
        Kind::Number(_) => matches!(lower.as_str(), "0x" | "0b"),
        _ => kind
            .names()
            .is_some_and(|names| lower == "0x" || names.find(|_, name| begins(name)).is_some()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_bytes_are_read_as_in_wireshark() {
        for (word, is) in [
            ("0", Some(0)),
            ("10", Some(10)),
            ("0x1F", Some(31)),
            ("0b101", Some(5)),
            ("017", Some(15)),
            ("08", None),
            ("+1", None),
            ("0x", None),
            ("0x+1", None),
            ("", None),
            ("18446744073709551616", None),
        ] {
            assert_eq!(number(word), is, "{word}");
        }
        assert_eq!(bytes("30:0A"), Some(vec![0x30, 10]));
        assert_eq!(bytes("30-0a-ff"), Some(vec![0x30, 10, 255]));
        assert_eq!(bytes("0x300a"), Some(vec![0x30, 10]));
        assert_eq!(bytes("ff"), Some(vec![255]));
        assert_eq!(
            (bytes("3"), bytes("30:"), bytes("0x3"), bytes("+1")),
            (None, None, None, None)
        );
        assert_eq!(
            (real("1.5"), real("inf"), real("1e999")),
            (Some(1.5), None, None)
        );
    }
}
