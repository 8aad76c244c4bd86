//! Packets that are wrong, or made wrong on purpose.

use super::*;

#[test]
fn an_overridden_length_touches_only_what_counts_it() {
    let start = sample("40 0a 00 0a 00 06 1f 00 03 61 62 63", ProtocolVersion::V5);
    let d = start.dissect();
    let over = |field, number| {
        edit::override_length(&start.bytes, &d, d.tree.find(field).unwrap(), number).unwrap()
    };
    assert_eq!(
        over(Field::Length, 200),
        unhex("40 0a 00 0a 00 06 1f 00 c8 61 62 63")
    );
    assert_eq!(
        over(Field::PropertyLength, 5),
        unhex("40 0a 00 0a 00 05 1f 00 03 61 62 63")
    );
    // It takes a byte more, and the packet has that byte.
    assert_eq!(
        over(Field::PropertyLength, 200),
        unhex("40 0b 00 0a 00 c8 01 1f 00 03 61 62 63")
    );
    assert_eq!(
        over(Field::RemainingLength, 300),
        unhex("40 ac 02 00 0a 00 06 1f 00 03 61 62 63")
    );
    // Through the form, the same.
    let node = d.tree.find(Field::Length).unwrap();
    assert_eq!(
        edit::set(&start.bytes, &d, node, NewValue::Typed("0xc8")).unwrap(),
        over(Field::Length, 200)
    );
    let no = edit::override_length(&start.bytes, &d, d.tree.find(Field::ReasonCode).unwrap(), 1);
    assert_eq!(
        no,
        Err(EditError::NotEditable {
            name: "Reason Code"
        })
    );
}

#[test]
fn a_wrong_count_stays_as_wrong_as_it_was() {
    // Property Length 9 where 6 bytes are left; two characters more make it 11.
    let broken = sample("40 0a 00 0a 00 09 1f 00 03 61 62 63", ProtocolVersion::V5);
    let d = broken.dissect();
    let text = d.tree.find(Field::Text).unwrap();
    let after = edit::set(&broken.bytes, &d, text, NewValue::Typed("abcde")).unwrap();
    assert_eq!(after, unhex("40 0c 00 0a 00 0b 1f 00 05 61 62 63 64 65"));
    // A string whose length lies is put right when it is typed anew.
    let broken = sample("30 07 00 c8 74 6f 70 69 63", ProtocolVersion::V3_1_1);
    let after = broken.set(Field::TopicName, NewValue::Typed("a")).unwrap();
    assert_eq!(after.bytes, unhex("30 08 00 01 61 74 6f 70 69 63"));
}

#[test]
fn raw_edits_touch_one_bit_or_byte() {
    assert_eq!(edit::set_bit(&[0, 0], 15, true), [0, 1]);
    assert_eq!(edit::set_bit(&[0xff, 0], 0, false), [0x7f, 0]);
    assert_eq!(edit::set_byte(&[1, 2], 1, 9), [1, 9]);
    assert_eq!(edit::set_byte(&[1], 7, 9), [1]);
    assert_eq!(edit::set_bit(&[1], u32::MAX, true), [1]);
}
