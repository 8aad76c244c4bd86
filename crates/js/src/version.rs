//! What one packet of a stream says of the stream's version.

use mqttscope_wire::{
    Context, ControlPacket, Decoded, PacketType, ProtocolVersion, Sender, decode, detect,
};

/// A version to read a packet by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Told {
    /// How to read it.
    pub(crate) context: Context,
    /// Whether what follows it is in this version too.
    pub(crate) is_certain: bool,
}

/// Reads a whole packet in all versions. Many are alike in all of them, and then nothing is known of
/// those that follow; so it is with a PUBLISH whose payload may begin with an empty property block.
pub(crate) fn of(packet: &[u8], sender: Option<Sender>) -> Told {
    let told = |version, is_certain| Told {
        context: Context { version, sender },
        is_certain,
    };
    let begins = packet
        .first()
        .map(|&first| PacketType::from_first_byte(first));
    if begins == Some(PacketType::Connect) {
        // It names its own.
        return told(ProtocolVersion::V5, true);
    }
    let read = |version| match decode(packet, Context { version, sender }) {
        Ok(Decoded::Packet { packet, .. }) => Some(packet),
        _ => None,
    };
    let v5 = read(ProtocolVersion::V5);
    let v3_1_1 = read(ProtocolVersion::V3_1_1);
    match (v5, v3_1_1) {
        (Some(v5), Some(v3_1_1)) if v5 == v3_1_1 => told(ProtocolVersion::V5, false),
        (Some(ControlPacket::Publish(publish)), Some(_)) => {
            told(ProtocolVersion::V5, !publish.properties.set().is_empty())
        }
        (Some(_), _) => told(ProtocolVersion::V5, true),
        (None, Some(_)) => told(ProtocolVersion::V3_1_1, true),
        (None, None) if read(ProtocolVersion::V3_1).is_some() => told(ProtocolVersion::V3_1, true),
        (None, None) => told(detect(packet, sender).version, true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(packet: &[u8]) -> Option<ProtocolVersion> {
        let told = of(packet, None);
        told.is_certain.then_some(told.context.version)
    }

    #[test]
    fn only_what_differs_says_the_version() {
        // PUBACK, PINGREQ, and a PUBLISH that may have properties or not.
        assert_eq!(version(&[0x40, 2, 0, 1]), None);
        assert_eq!(version(&[0xc0, 0]), None);
        assert_eq!(version(&[0x30, 7, 0, 3, b'a', b'/', b'b', 0, 1]), None);
        assert_eq!(
            version(&[0x30, 5, 0, 1, b'a', 0x61, 0x62]),
            Some(ProtocolVersion::V3_1_1)
        );
        assert_eq!(
            version(&[0x30, 6, 0, 1, b'a', 2, 1, 1]),
            Some(ProtocolVersion::V5)
        );
        assert_eq!(version(&[0x20, 2, 0, 0]), Some(ProtocolVersion::V3_1_1));
        assert_eq!(version(&[0x20, 3, 0, 0, 0]), Some(ProtocolVersion::V5));
        assert_eq!(version(&[0x40, 3, 0, 1, 0x10]), Some(ProtocolVersion::V5));
    }
}
