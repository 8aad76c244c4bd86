//! The binary forms, which not every program carries.

use super::print::{Printed, Printer};
use super::{MAX_SHOWN, Reader, View, is_kind, looks_like_text};
use super::{cbor, message_pack, numbers, packed, protobuf};

/// Forms that hold values: the names of their content types, and how to read and show them.
type Form = (
    &'static [&'static str],
    fn(&[u8], Printer) -> Result<Printed, usize>,
    fn(String) -> View,
);
static FORMS: [Form; 2] = [
    (&["cbor"], cbor::print, View::Cbor),
    (
        &["msgpack", "x-msgpack", "vnd.msgpack", "messagepack"],
        message_pack::print,
        View::MessagePack,
    ),
];

/// The names of Protobuf's content types.
const PROTOBUF: &[&str] = &[
    "protobuf",
    "x-protobuf",
    "vnd.google.protobuf",
    "x-google-protobuf",
];

/// What is inside of what is compressed is not unpacked once more.
const INSIDE: Reader = Reader { binary: values };

/// All of them.
pub(super) fn all(
    views: &mut Vec<View>,
    unlikely: &mut Vec<View>,
    bytes: &[u8],
    content_type: Option<&str>,
) {
    // Two magic bytes and a check sum behind: hardly chance.
    views.extend(packed::unpacked(bytes, INSIDE).map(View::Unpacked));
    values(views, unlikely, bytes, content_type);
}

fn values(
    views: &mut Vec<View>,
    unlikely: &mut Vec<View>,
    bytes: &[u8],
    content_type: Option<&str>,
) {
    if bytes.len() > MAX_SHOWN {
        return;
    }
    for form in &FORMS {
        match read(form, bytes, content_type, Printer::default()) {
            Some((true, printed)) => views.push(form.2(printed.text)),
            Some((false, printed)) if printed.is_container => unlikely.push(form.2(printed.text)),
            _ => {}
        }
    }
    // Nearly any bytes may be Protobuf: where nothing says that they are, it comes last, for who asks for it.
    let announced = content_type.is_some_and(|it| is_kind(it, PROTOBUF));
    let is_text = std::str::from_utf8(bytes).is_ok_and(looks_like_text);
    if (announced || !is_text)
        && let Some(printed) = protobuf::print(bytes)
    {
        let list = if announced { views } else { &mut *unlikely };
        list.push(View::Protobuf(printed.text));
    }
    if !is_text {
        unlikely.extend(numbers::print(bytes).map(View::Numbers));
    }
}

/// A form of these bytes, and whether it is likely.
fn read(
    (names, print, _): &Form,
    bytes: &[u8],
    content_type: Option<&str>,
    printer: Printer,
) -> Option<(bool, Printed)> {
    let announced = content_type.is_some_and(|it| is_kind(it, names));
    let printed = (announced || may_be_values(bytes)).then(|| print(bytes, printer));
    let printed = printed?.ok()?;
    // Two bytes are soon a list of one number; a word in it is hardly chance.
    let is_likely = announced || (printed.is_container && printed.has_text);
    Some((is_likely, printed))
}

/// The likely one of the forms that hold values, as JSON.
pub(super) fn json(bytes: &[u8], content_type: Option<&str>) -> Option<String> {
    FORMS.iter().find_map(|form| {
        let (is_likely, printed) = read(form, bytes, content_type, Printer::of_json())?;
        is_likely.then_some(printed.text)
    })
}

/// Lists, maps and tags begin so, in CBOR and in MessagePack; text and JSON never do.
fn may_be_values(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|&byte| byte >= 0x80)
}
