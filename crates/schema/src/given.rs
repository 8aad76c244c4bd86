//! Values of JSON that somebody gives, as a schema wants them.

use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde_json::Value;

/// What it is.
pub(crate) const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number that it cannot hold",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// A whole number between these; it may be written as a text, or as `1.0`.
pub(crate) fn integer(value: &Value, least: i128, most: i128) -> Option<i128> {
    let of_number = |number: &serde_json::Number| {
        let whole = number.as_i64().map(i128::from);
        let whole = whole.or_else(|| number.as_u64().map(i128::from));
        whole.or_else(|| {
            // Beyond 53 bits a fraction does not hold every number.
            let number = number.as_f64().filter(|it| it.abs() <= 9e15)?;
            let whole = number as i64;
            (whole as f64 == number).then_some(whole.into())
        })
    };
    let number = match value {
        Value::Number(number) => of_number(number)?,
        Value::String(text) => text.parse().ok()?,
        _ => return None,
    };
    (least..=most).contains(&number).then_some(number)
}

/// A fraction; what is none is written as a text.
pub(crate) fn float(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => match &**text {
            "NaN" => Some(f64::NAN),
            "Infinity" => Some(f64::INFINITY),
            "-Infinity" => Some(f64::NEG_INFINITY),
            other => other.parse().ok().filter(|it: &f64| it.is_finite()),
        },
        _ => None,
    }
}

/// Bytes in base64, in either alphabet and with or without `=`.
pub(crate) fn base64(value: &Value) -> Option<Vec<u8>> {
    let text = value.as_str()?.trim_end_matches('=');
    let plain = STANDARD_NO_PAD.decode(text);
    plain.or_else(|_| URL_SAFE_NO_PAD.decode(text)).ok()
}
