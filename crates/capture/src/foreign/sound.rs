//! How well bytes read as MQTT, so that nothing else is claimed of what is MQTT.

use mqttscope_wire::{
    Context, Dissector, Limits, PacketType, ProtocolVersion, decode, frame, packets,
};

/// Packets that are looked at: enough to be sure.
pub(super) const SAMPLE: usize = 200;

/// How well bytes read as MQTT packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Soundness {
    /// They do not.
    Broken,
    /// They begin with something that may be a packet and is cut short.
    Short,
    /// Packets follow each other without a gap, and each has a fixed header that is allowed, but a
    /// rule is broken inside.
    Framed,
    /// Whole packets without an error; the last one may be cut short.
    Sound,
}

/// How well bytes read as MQTT, in whichever version fits best.
#[must_use]
pub fn soundness(bytes: &[u8]) -> Soundness {
    let mut best = Soundness::Broken;
    for version in ProtocolVersion::ALL {
        best = best.max(in_version(bytes, version));
        if best == Soundness::Sound {
            break;
        }
    }
    best
}

fn in_version(bytes: &[u8], version: ProtocolVersion) -> Soundness {
    // Nothing but whether there are errors is asked for, of packets that may have many megabytes.
    let mut dissector = Dissector::within(Limits::COUNTS);
    let (mut whole, mut has_errors) = (0_usize, false);
    for at in packets(bytes, Context::new(version)).take(SAMPLE) {
        let Some(packet) = bytes.get(at.offset..) else {
            break;
        };
        if at.skipped || !has_fair_header(packet) {
            return Soundness::Broken;
        }
        let mut context = Context::new(at.version);
        context.sender = None;
        // One error is enough: the decoder stops at it.
        if at.missing == 0 {
            has_errors = has_errors || decode(packet, context).is_err();
            whole = whole.saturating_add(1);
        } else {
            has_errors = has_errors || dissector.dissect(packet, context).has_errors();
        }
    }
    match (whole, has_errors) {
        (0, true) => Soundness::Broken,
        (0, false) => Soundness::Short,
        (_, true) => Soundness::Framed,
        (_, false) => Soundness::Sound,
    }
}

/// Whether a packet's type and flags are allowed, and its length can be its.
fn has_fair_header(packet: &[u8]) -> bool {
    let Some(&first) = packet.first() else {
        return false;
    };
    let flags = first & 15;
    let kind = PacketType::from_first_byte(first);
    let are_flags_fair = match kind {
        PacketType::Reserved => false,
        PacketType::Publish => flags & 6 != 6,
        PacketType::Subscribe | PacketType::Unsubscribe | PacketType::Pubrel => flags & !8 == 2,
        _ => flags == 0,
    };
    are_flags_fair && !matches!(frame::header(packet), frame::Header::TooLong)
}

/// Whether a CONNECT stands at the beginning, whatever else is wrong with it.
pub(crate) fn begins_with_connect(bytes: &[u8]) -> bool {
    let frame::Header::Complete { header_len, .. } = frame::header(bytes) else {
        return false;
    };
    let name = bytes.get(header_len..).unwrap_or_default();
    bytes.first() == Some(&0x10)
        && (name.starts_with(b"\0\x04MQTT") || name.starts_with(b"\0\x06MQIsdp"))
}
