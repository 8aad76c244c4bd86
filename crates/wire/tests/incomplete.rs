//! Packets that are not all there: judged as far as they can be, and no further.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use mqttscope_wire::{
    Context, Decoded, ProtocolVersion, Rule, StreamDecoder, StreamError, decode, dissect,
};

const V5: ProtocolVersion = ProtocolVersion::V5;
const V3_1_1: ProtocolVersion = ProtocolVersion::V3_1_1;

/// What the decoder and the dissector say of the beginning of a packet.
fn faults(bytes: &[u8], version: ProtocolVersion) -> Vec<Rule> {
    let context = Context::new(version);
    let d = dissect(bytes, context);
    assert!(d.missing > 0, "{bytes:02x?} is not all there");
    let found: Vec<Rule> = d.diagnostics.iter().map(|fault| fault.rule).collect();
    match decode(bytes, context) {
        Ok(Decoded::Incomplete { missing }) => assert_eq!(missing, d.missing),
        Ok(other) => panic!("{other:?}"),
        Err(error) => assert!(found.contains(&error.rule), "{error:?}, {found:?}"),
    }
    found
}

#[test]
fn two_bytes_may_break_a_rule_already() {
    for version in [V3_1_1, V5] {
        let table = [
            (&[0x36, 50][..], Rule::PublishQoSReserved),
            (&[0x67, 97], Rule::PubrelHeaderFlags),
            (&[0xc0, 5], Rule::BytesLeftOver),
            (&[0xd0, 0x80, 1], Rule::BytesLeftOver),
            (&[0, 5], Rule::PacketType0),
            (&[0x38, 9], Rule::PublishDupQoS0),
        ];
        for (bytes, rule) in table {
            assert_eq!(faults(bytes, version), [rule], "{bytes:02x?}");
            let error = decode(bytes, Context::new(version)).unwrap_err();
            assert_eq!(error.rule, rule);
        }
    }
    assert_eq!(faults(&[0xe0, 2], V3_1_1), [Rule::BytesLeftOver]);
    assert_eq!(faults(&[0xe0, 2], V5), []);
}

#[test]
fn a_length_that_no_rest_can_satisfy_is_a_fault() {
    // A topic of 65,535 bytes in a packet of 17,013.
    let bytes = [0x30, 0xf5, 0x84, 0x01, 0xff, 0xff, 0x61];
    for version in [V3_1_1, V5] {
        assert_eq!(faults(&bytes, version), [Rule::StringPastEnd]);
    }
    // Properties that are longer than the packet.
    assert_eq!(
        faults(&[0x30, 9, 0, 1, b'a', 9], V5),
        [Rule::PropertyLengthPastEnd]
    );
    // A string in properties that end before it.
    assert_eq!(
        faults(&[0x30, 50, 0, 1, b'a', 9, 3, 0, 9], V5),
        [Rule::PropertyPastEnd]
    );
}

#[test]
fn what_may_still_come_is_waited_for() {
    let table: [(&[u8], ProtocolVersion); 9] = [
        (&[0x30, 50, 0], V5),
        (&[0x30, 50, 0, 10, b'a'], V5),
        (&[0x40, 4, 0, 1], V5),
        (&[0x40, 9, 0, 1, 0, 5, 0x1f], V5),
        // Between two properties, and behind the last that is there.
        (&[0x40, 14, 0, 1, 0, 10, 0x26, 0, 0, 0, 0], V5),
        (&[0x82, 14, 0, 1, 10, 0x26, 0, 0, 0, 0], V5),
        // Between two entries of a list.
        (&[0x82, 14, 0, 1, 0, 0, 1, b'a', 0], V5),
        (&[0xb0, 14, 0, 1, 0, 0], V5),
        (&[0x90, 14, 0, 1, 0], V3_1_1),
    ];
    for (bytes, version) in table {
        assert_eq!(faults(bytes, version), [], "{bytes:02x?}");
    }
}

#[test]
fn bytes_behind_the_last_field_are_counted_with_those_that_are_missing() {
    // A CONNECT that is announced 100 bytes longer than it is, three of them there.
    let mut bytes = vec![0x10, 115];
    bytes.extend(b"\0\x04MQTT\x04\x02\0\x3c\0\x03abc\x1a\x0d\x0a");
    let d = dissect(&bytes, Context::new(V3_1_1));
    let [fault] = d.diagnostics[..] else {
        panic!("{:?}", d.diagnostics)
    };
    assert_eq!((fault.rule, fault.value), (Rule::BytesLeftOver, 100));
    assert_eq!(d.missing, 97);
}

#[test]
fn a_user_name_without_its_flag_is_one_only_with_its_length() {
    let connect = |behind: &[u8]| {
        let mut bytes = vec![0x10, u8::try_from(15 + behind.len()).unwrap()];
        bytes.extend(b"\0\x04MQTT\x04\x02\0\x3c\0\x03abc");
        bytes.extend(behind);
        let diagnostics = dissect(&bytes, Context::new(V3_1_1)).diagnostics;
        Vec::from_iter(diagnostics.iter().map(|diagnostic| diagnostic.rule))
    };
    let unannounced = [Rule::ConnectUserNameUnannounced];
    assert_eq!(connect(b"\0\x01u"), unannounced);
    assert_eq!(connect(b"\0\x01u\0\x02pw"), unannounced);
    // The first byte of the next packet, taken in by a Remaining Length that is one too many.
    assert_eq!(connect(b"\x20"), [Rule::BytesLeftOver]);
    assert_eq!(connect(b"\0\x03u"), [Rule::BytesLeftOver]);
}

#[test]
fn a_stream_refuses_before_the_rest_has_come() {
    let mut stream = StreamDecoder::new(Context::new(V5), usize::MAX);
    stream.push(&[0x36, 50]);
    assert!(matches!(
        stream.next_packet(),
        Err(StreamError::Decode { offset: 0, error }) if error.rule == Rule::PublishQoSReserved
    ));
}
