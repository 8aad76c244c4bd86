//! Bare numbers as JSON: one is a number, several are a list.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use mqttscope_shared::{Number, NumberType, Numbers};
use serde_json::Value as Json;

use crate::fault::Fault;
use crate::given::{float, integer, kind};
use crate::value::Value;

/// Numbers that are read.
const MOST: usize = 1 << 16;

pub(crate) fn decode(numbers: Numbers, payload: &[u8]) -> Result<Value, String> {
    let Some(read) = numbers.read(payload) else {
        let (len, name) = (payload.len(), numbers.name());
        return Err(format!(
            "{len} bytes are no whole count of numbers that are {name}"
        ));
    };
    let is_one = read.len() == 1;
    // Of more than these the text is cut anyway.
    let mut values: Vec<Value> = read.take(MOST).map(value).collect();
    let one = values.pop_if(|_| is_one);
    Ok(one.unwrap_or(Value::List(values)))
}

fn value(number: Number) -> Value {
    match number {
        Number::Whole(_) => Value::Word(format!("{number}")),
        Number::Single(number) => Value::of_single(number),
        Number::Double(number) => Value::of_float(number),
    }
}

pub(crate) fn encode(numbers: Numbers, json: &Json) -> Result<Vec<u8>, Fault> {
    let one = |json: &Json| {
        let wrong = || Fault::of_text(format!("{} is no {}", kind(json), numbers.name()));
        Ok(numbers.bytes(bits(numbers.of, json).ok_or_else(wrong)?))
    };
    let Json::Array(items) = json else {
        return Ok(one(json)?.collect());
    };
    if items.is_empty() {
        return Err(Fault::of_text("an empty list has no number"));
    }
    let mut out = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let bytes = one(item).map_err(|fault| fault.within(&format!("[{at}]")))?;
        out.extend(bytes);
    }
    Ok(out)
}

fn bits(of: NumberType, json: &Json) -> Option<u64> {
    // 8 to 64.
    let bits = of.width().saturating_mul(8);
    let most = u64::MAX >> 64_usize.saturating_sub(bits);
    match of {
        NumberType::Unsigned(_) => integer(json, 0, most.into()).map(|it| it as u64),
        NumberType::Signed(_) => {
            let most = i128::from(most >> 1);
            integer(json, most.saturating_neg().saturating_sub(1), most).map(|it| it as u64)
        }
        NumberType::Single => {
            let number = float(json)?;
            let single = number as f32;
            // What is too large for it is no number of it.
            (single.is_finite() || !number.is_finite()).then(|| single.to_bits().into())
        }
        NumberType::Double => float(json).map(f64::to_bits),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(name: &str) -> Numbers {
        Numbers::all().find(|it| it.name() == name).unwrap()
    }

    #[test]
    fn numbers_both_ways() {
        for (name, bytes, text) in [
            ("u16 big-endian", &b"\x01\x02"[..], "258"),
            ("i16 little-endian", b"\xfe\xff\x01\0", "[\n  -2,\n  1\n]"),
            ("i24 big-endian", b"\x80\0\0", "-8388608"),
            ("u64 big-endian", &[0xff; 8], "18446744073709551615"),
            ("f32 little-endian", b"\xcd\xcc\xcc\x3d", "0.1"),
            ("f64 big-endian", b"\x7f\xf0\0\0\0\0\0\0", "\"Infinity\""),
        ] {
            assert_eq!(decode(of(name), bytes).unwrap().to_json(), text, "{name}");
            let json = serde_json::from_str(text).unwrap();
            assert_eq!(encode(of(name), &json).unwrap(), bytes, "{name}");
        }
    }

    #[test]
    fn many_are_shown_in_part() {
        let text = decode(of("u8"), &[7; 1 << 20]).unwrap().to_json();
        assert!(text.len() < 300_000 && text.ends_with("left out here"));
    }

    #[test]
    fn what_does_not_fit_is_told() {
        assert_eq!(
            decode(of("u16 big-endian"), b"\x01").unwrap_err(),
            "1 bytes are no whole count of numbers that are u16 big-endian"
        );
        for (name, json, says) in [
            ("u8", json!(256), "a number that it cannot hold is no u8"),
            (
                "i8",
                json!([1, -129]),
                "field [1]: a number that it cannot hold is no i8",
            ),
            (
                "f32 big-endian",
                json!(1e300),
                "a number that it cannot hold is no f32 big-endian",
            ),
            ("u8", json!([]), "an empty list has no number"),
            ("u8", json!("x"), "a text is no u8"),
        ] {
            assert_eq!(encode(of(name), &json).unwrap_err().sentence(), says);
        }
    }
}
