//! Protobuf without its schema: field numbers, and what their values may mean.

use std::fmt::Write as _;

use mqttscope_sparkplug::protobuf::{Field, Fields, Value};

use super::looks_like_text;
use super::print::{Printed, Printer};

/// Fields that are shown.
const MOST_FIELDS: usize = 4_000;

/// The fields of exactly one message, one a line; `None`: the bytes are something else.
///
/// Which type a field has stands in the schema only. A number is shown as it is written, with what it is where its type is
/// `sint`, or negative; four and eight bytes as a number and as a fraction; bytes as text where they are text, else as a
/// message where they are one.
pub(super) fn print(bytes: &[u8]) -> Option<Printed> {
    let mut left = MOST_FIELDS;
    let mut printer = Printer::default();
    is_message(bytes).then_some(())?;
    message(&mut printer, bytes, &mut left)?;
    Some(printer.finish())
}

fn is_message(bytes: &[u8]) -> bool {
    !bytes.is_empty() && Fields::of(bytes).all(|field| field.is_some())
}

fn message(printer: &mut Printer, bytes: &[u8], left: &mut usize) -> Option<()> {
    printer.open('{')?;
    for field in Fields::of(bytes).flatten() {
        printer.next();
        if *left == 0 {
            printer.word("…");
            break;
        }
        *left = left.saturating_sub(1);
        value(printer, field, left);
    }
    printer.close('}');
    Some(())
}

fn value(printer: &mut Printer, field: Field<'_>, left: &mut usize) {
    printer.word(&format!("{}: ", field.number));
    let mut words = String::new();
    match field.value {
        Value::Varint(number) => {
            let _ = write!(words, "varint {number}");
            if number > 1 {
                let _ = write!(words, " (sint {})", zigzag(number));
            }
            if number.cast_signed() < 0 {
                let _ = write!(words, " (int {})", number.cast_signed());
            }
        }
        Value::Fixed32(bits) => {
            let _ = write!(words, "32 bits {bits} (float {:?})", f32::from_bits(bits));
        }
        Value::Fixed64(bits) => {
            let _ = write!(words, "64 bits {bits} (double {:?})", f64::from_bits(bits));
        }
        Value::Bytes(bytes) => {
            let text = std::str::from_utf8(bytes).ok();
            if let Some(text) = text.filter(|text| looks_like_text(text)) {
                printer.text(text);
            } else if !(is_message(bytes) && message(printer, bytes, left).is_some()) {
                printer.bytes(bytes);
            }
            return;
        }
    }
    printer.word(&words);
}

/// What a `sint` of these bits is: 0, -1, 1, -2, …
const fn zigzag(bits: u64) -> i64 {
    (bits >> 1).cast_signed() ^ (bits & 1).cast_signed().wrapping_neg()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> Option<String> {
        print(bytes).map(|printed| printed.text)
    }

    #[test]
    fn fields_with_what_they_may_mean() {
        for (bytes, says) in [
            (&b"\x08\x01"[..], "{\n  1: varint 1\n}"),
            (b"\x08\x96\x01", "{\n  1: varint 150 (sint 75)\n}"),
            (b"\x12\x07testing", "{\n  2: \"testing\"\n}"),
            (
                b"\x1a\x03\x08\x97\x01",
                "{\n  3: {\n    1: varint 151 (sint -76)\n  }\n}",
            ),
            (
                b"\x0d\0\0\x80\x3f",
                "{\n  1: 32 bits 1065353216 (float 1.0)\n}",
            ),
            (b"\x12\x02\xff\xfe", "{\n  2: h'fffe'\n}"),
        ] {
            assert_eq!(text(bytes).as_deref(), Some(says), "{bytes:02x?}");
        }
        let negative = text(b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01").unwrap();
        assert!(negative.contains("(int -1)"), "{negative}");
    }

    #[test]
    fn what_is_no_protobuf() {
        for bytes in [&b""[..], b"\xff", b"{\"a\":1}", b"\x08"] {
            assert_eq!(text(bytes), None, "{bytes:02x?}");
        }
    }

    #[test]
    fn nesting_and_length_are_bounded() {
        let mut deep = b"\x08\x01".to_vec();
        for _ in 0..400 {
            let mut outer = vec![0x0a];
            let len = deep.len();
            outer.push((len & 0x7f) as u8 | 0x80);
            outer.push((len >> 7) as u8);
            outer.append(&mut deep);
            deep = outer;
        }
        assert!(text(&deep).unwrap().len() < 20_000);
        let long = b"\x08\x01".repeat(32 << 10);
        assert!(text(&long).unwrap().len() < MOST_FIELDS * 20);
    }
}
