//! A sound packet that is not taken apart has no warning, whatever stands in it: over the generator of
//! packets, with bytes changed.

use mqttscope_wire::{
    Context, ControlPacket, Decoded, ProtocolVersion, Rule, Sender, Severity, decode, dissect,
};
use proptest::collection::vec;
use proptest::prelude::*;

use super::may_be_odd;

#[path = "../../../wire/tests/common/generate.rs"]
mod generate;

/// Bytes that warnings are about, and any others.
fn byte() -> impl Strategy<Value = u8> {
    prop_oneof![Just(0x01), Just(0x1f), Just(0x7f), Just(0x80), any::<u8>()]
}

/// Judges a packet in every version; whether a warning was found, and one was ruled out.
fn check(bytes: &[u8]) -> (bool, bool) {
    let (mut found, mut ruled_out) = (false, false);
    for version in ProtocolVersion::ALL {
        let context = Context::new(version);
        let Ok(Decoded::Packet { packet, len }) = decode(bytes, context) else {
            continue;
        };
        let bytes = bytes.get(..len).unwrap_or_default();
        let warning = dissect(bytes, context)
            .diagnostics
            .into_iter()
            .find(|diagnostic| diagnostic.severity() == Severity::Warning);
        let is_possible = may_be_odd(bytes, &packet, version);
        if !is_possible {
            let notes = dissect(bytes, context).diagnostics.into_iter();
            let notes: Vec<_> = notes
                .filter(|diagnostic| diagnostic.severity() == Severity::Note)
                .map(|diagnostic| (diagnostic.rule, diagnostic.value))
                .collect();
            let prefix = match packet {
                ControlPacket::Publish(publish) => publish.payload_prefix(),
                _ => None,
            };
            let expected: Vec<_> = prefix
                .map(|prefix| (Rule::PublishPayloadPrefixed, prefix.into()))
                .into_iter()
                .collect();
            assert_eq!(notes, expected, "{bytes:02x?}");
        }
        assert!(
            is_possible || warning.is_none(),
            "{warning:?} in {bytes:02x?}"
        );
        found |= warning.is_some();
        ruled_out |= !is_possible;
    }
    (found, ruled_out)
}

#[test]
fn flags_that_mqtt_3_1_leaves_open_are_odd() {
    for first in 0x40..=0x7f_u8 {
        check(&[first, 2, 0, 1]);
    }
    assert_eq!(check(&[0x52, 2, 0, 1]), (true, false));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_passed_over_has_no_warning(
        parts in generate::parts(),
        flips in vec((any::<prop::sample::Index>(), byte()), 0..3),
    ) {
        let mut bytes = parts.encoded();
        for (index, value) in flips {
            let at = index.index(bytes.len());
            bytes[at] = value;
        }
        check(&bytes);
    }
}

#[test]
fn both_happen() {
    let plain = b"\x30\x0e\0\x01t\x08\x03\0\x05plainxyz";
    assert_eq!(check(plain), (false, true));
    let control = b"\x30\x0e\0\x01t\x08\x03\0\x05pl\x01inxyz";
    assert!(check(control).0);
    // The Remaining Length in one byte more than it needs.
    assert!(check(b"\xc0\x80\0").0);
}

/// Rules that the monitor reports of packets of a client's.
fn reported(monitor: crate::Monitor, bytes: &[u8]) -> Vec<Rule> {
    reported_with(monitor, bytes, &[])
}

/// The same, with what the server answers.
fn reported_with(mut monitor: crate::Monitor, bytes: &[u8], answer: &[u8]) -> Vec<Rule> {
    let connection = crate::ConnectionId(0);
    monitor.open(connection);
    monitor.push(connection, Sender::Client, bytes, crate::Instant::ZERO);
    monitor.push(connection, Sender::Server, answer, crate::Instant::ZERO);
    let findings = monitor.findings().iter();
    findings.map(|finding| finding.rule).collect()
}

fn wanted() -> crate::Monitor {
    crate::Monitor::new().with_notes()
}

#[test]
fn notes_are_reported_where_they_are_wanted() {
    // A message with a number before its text.
    let publish = b"\x10\x0d\0\x04MQTT\x04\x02\0\x3c\0\x01a\x30\x0a\0\x01a\0\x01hello";
    assert_eq!(reported(crate::Monitor::new(), publish), []);
    assert_eq!(reported(wanted(), publish), [Rule::PublishPayloadPrefixed]);
    // A packet that breaks a rule, with a note beside it: a Keep Alive that may be meant in milliseconds.
    let broken = b"\x10\x0d\0\x04MQTT\x04\x03\xea\x60\0\x01a";
    assert_eq!(reported(crate::Monitor::new(), broken).len(), 1);
    let both = reported(wanted(), broken);
    assert!(both.len() == 2 && both.contains(&Rule::ConnectKeepAliveUnlikely));
}

#[test]
fn an_identifier_that_may_be_refused_is_noted_where_it_is() {
    let note = [Rule::ConnectClientIdNotGuaranteed];
    // Of 3.1.1 and of 5, with what accepts, what refuses for another reason, and what refuses the identifier.
    let (v4, v5) = (
        b"\x10\x10\0\x04MQTT\x04\x02\0\x3c\0\x04a-b!",
        b"\x10\x11\0\x04MQTT\x05\x02\0\x3c\0\0\x04a-b!",
    );
    for (connect, answer, expected) in [
        (&v4[..], &b""[..], &[][..]),
        (v4, b"\x20\x02\0\0", &[]),
        (v4, b"\x20\x02\0\x05", &[]),
        (v4, b"\x20\x02\0\x02", &note),
        (v5, b"\x20\x03\0\0\0", &[]),
        (v5, b"\x20\x03\0\x87\0", &[]),
        (v5, b"\x20\x03\0\x85\0", &note),
    ] {
        assert_eq!(
            reported_with(wanted(), connect, answer),
            expected,
            "{answer:02x?}"
        );
        assert_eq!(reported_with(crate::Monitor::new(), connect, answer), []);
    }
    // Its place is the identifier's CONNECT, and who may change it is the client.
    let mut monitor = wanted();
    let connection = crate::ConnectionId(0);
    monitor.open(connection);
    monitor.push(connection, Sender::Client, v4, crate::Instant::ZERO);
    monitor.push(
        connection,
        Sender::Server,
        b"\x20\x02\0\x02",
        crate::Instant::ZERO,
    );
    let finding = monitor.findings()[0];
    assert_eq!(finding.by, Sender::Client);
    assert_eq!(finding.packets.as_slice(), [0, 1]);
}
