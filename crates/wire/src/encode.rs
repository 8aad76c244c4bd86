//! Writing packets: the same values that reading gives.

use alloc::vec::Vec;

use crate::{
    ControlPacket, PacketType, Properties, Property, PropertyId, PropertyOwner, PropertySet,
    ProtocolVersion, Publish, ReasonCode, ReasonCodes, Rule, varint,
};

/// Why a packet cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncodeError {
    /// The packet would break this rule.
    Breaks(Rule),
    /// The version has no way to say this: properties, options or codes of version 5.
    NotInVersion,
    /// QoS 1 and 2 need a Packet Identifier, QoS 0 has none ([MQTT-2.2.1-2] in version 5).
    PacketIdentifier,
    /// More than 268,435,455 bytes would follow the fixed header.
    TooLong,
}

impl core::fmt::Display for EncodeError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Breaks(rule) => write!(f, "{} ({})", rule.summary(), rule.name()),
            Self::NotInVersion => f.write_str("this version of MQTT cannot say that"),
            Self::PacketIdentifier => {
                f.write_str("QoS 1 and 2 need a Packet Identifier, QoS 0 has none")
            }
            Self::TooLong => {
                f.write_str("a packet has at most 268,435,455 bytes behind its fixed header")
            }
        }
    }
}

impl core::error::Error for EncodeError {}

/// Where a packet is written to: a buffer, or a count of its bytes.
pub(crate) trait Writer {
    fn bytes(&mut self, bytes: &[u8]);

    /// Makes room for what comes next.
    fn reserve(&mut self, bytes: usize);

    /// A Variable Byte Integer, at most [`varint::MAX`].
    fn variable(&mut self, number: u32);

    /// The payload of a PUBLISH, which is its end.
    #[inline(always)]
    fn payload(&mut self, payload: &[u8]) {
        self.bytes(payload);
    }

    #[inline(always)]
    fn u8(&mut self, byte: u8) {
        self.bytes(&[byte]);
    }

    #[inline(always)]
    fn u16(&mut self, number: u16) {
        self.bytes(&number.to_be_bytes());
    }

    #[inline(always)]
    fn u32(&mut self, number: u32) {
        self.bytes(&number.to_be_bytes());
    }

    /// A length and the bytes; the newtypes hold no more than 65,535.
    #[inline(always)]
    fn data(&mut self, bytes: &[u8]) {
        self.u16(bytes.len() as u16);
        self.bytes(bytes);
    }

    #[inline(always)]
    fn string(&mut self, string: &str) {
        self.data(string.as_bytes());
    }

    /// The property block, which only version 5 has.
    #[inline(always)]
    fn properties(&mut self, version: ProtocolVersion, properties: Properties<'_>) {
        if version.is_v5() {
            self.variable(properties.as_bytes().len() as u32);
            self.bytes(properties.as_bytes());
        }
    }

    /// What may be left out at the end of a packet: success, and no properties.
    #[inline(always)]
    fn reason(
        &mut self,
        version: ProtocolVersion,
        reason_code: ReasonCode,
        properties: Properties<'_>,
    ) {
        if !properties.is_empty() || reason_code != ReasonCode::SUCCESS {
            self.u8(reason_code.0);
        }
        if !properties.is_empty() {
            self.properties(version, properties);
        }
    }
}

impl Writer for Vec<u8> {
    #[inline(always)]
    fn bytes(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }

    #[inline(always)]
    fn reserve(&mut self, bytes: usize) {
        Self::reserve(self, bytes);
    }

    #[inline(always)]
    fn variable(&mut self, number: u32) {
        varint::write(number, self);
    }

    #[inline(always)]
    fn u8(&mut self, byte: u8) {
        self.push(byte);
    }
}

/// Counts what is written.
#[derive(Clone, Copy, Default)]
struct Length(usize);

impl Writer for Length {
    #[inline(always)]
    fn bytes(&mut self, bytes: &[u8]) {
        self.0 = self.0.saturating_add(bytes.len());
    }

    #[inline(always)]
    fn reserve(&mut self, _: usize) {}

    #[inline(always)]
    fn variable(&mut self, number: u32) {
        self.0 = self.0.saturating_add(varint::len(number));
    }
}

/// A buffer that gets a PUBLISH without its payload.
struct Head<'a>(&'a mut Vec<u8>);

impl Writer for Head<'_> {
    #[inline(always)]
    fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    #[inline(always)]
    fn reserve(&mut self, _: usize) {}

    #[inline(always)]
    fn variable(&mut self, number: u32) {
        varint::write(number, self.0);
    }

    #[inline(always)]
    fn payload(&mut self, _: &[u8]) {}
}

/// What each packet says of itself. The type is an argument: the four acknowledgements share one value.
pub(crate) trait Encode {
    /// The low four bits of the first byte.
    #[inline(always)]
    fn flags(&self, packet_type: PacketType) -> u8 {
        packet_type.reserved_flags()
    }

    /// Whether the decoder of `version` gives this very packet when it reads what `write` writes.
    fn check(&self, packet_type: PacketType, version: ProtocolVersion) -> Result<(), EncodeError>;

    /// Writes what follows the fixed header. Its length is found by counting what this writes.
    fn write<W: Writer>(&self, version: ProtocolVersion, out: &mut W);
}

/// A PINGREQ or PINGRESP, which is a fixed header.
struct Ping;

impl Encode for Ping {
    fn check(&self, _: PacketType, _: ProtocolVersion) -> Result<(), EncodeError> {
        Ok(())
    }

    fn write<W: Writer>(&self, _: ProtocolVersion, _: &mut W) {}
}

/// The packet breaks `rule`, if the version has it.
#[cold]
pub(crate) fn breaks(version: ProtocolVersion, rule: Rule) -> Result<(), EncodeError> {
    if rule.is_in(version) {
        Err(EncodeError::Breaks(rule))
    } else {
        Ok(())
    }
}

/// Properties only in version 5, and only where they may stand.
#[inline]
pub(crate) fn check_properties(
    version: ProtocolVersion,
    properties: Properties<'_>,
    owner: PropertyOwner,
) -> Result<(), EncodeError> {
    if properties.is_empty() {
        return Ok(());
    }
    if !version.is_v5() {
        return Err(EncodeError::NotInVersion);
    }
    if properties.set().has_foreign(owner) {
        return Err(EncodeError::Breaks(Rule::PropertyNotAllowed));
    }
    if properties.set().has_data_alone(owner) {
        return Err(EncodeError::Breaks(Rule::ConnectAuthenticationDataAlone));
    }
    let once = properties.set().once_in(owner);
    if !once.is_empty() && repeats(properties, once) {
        return Err(EncodeError::Breaks(Rule::PropertyRepeated));
    }
    Ok(())
}

/// Whether one of `once` is there twice: a built list may repeat what another packet may.
#[inline(never)]
fn repeats(properties: Properties<'_>, once: PropertySet) -> bool {
    let mut seen = PropertySet::EMPTY;
    properties.iter().any(|property| {
        let id = property.id();
        let again = once.contains(id) && seen.contains(id);
        if let Some(definition) = id.definition() {
            seen.add(definition);
        }
        again
    })
}

/// A payload that is said to be UTF-8 must be.
#[inline]
pub(crate) fn check_format(
    properties: Properties<'_>,
    payload: &[u8],
    rule: Rule,
) -> Result<(), EncodeError> {
    if properties
        .set()
        .contains(PropertyId::PAYLOAD_FORMAT_INDICATOR)
    {
        check_text(properties, payload, rule)
    } else {
        Ok(())
    }
}

#[inline(never)]
fn check_text(properties: Properties<'_>, payload: &[u8], rule: Rule) -> Result<(), EncodeError> {
    match properties.get(PropertyId::PAYLOAD_FORMAT_INDICATOR) {
        Some(Property::PayloadFormatIndicator(1)) if core::str::from_utf8(payload).is_err() => {
            Err(EncodeError::Breaks(rule))
        }
        _ => Ok(()),
    }
}

pub(crate) fn check_codes(
    version: ProtocolVersion,
    codes: ReasonCodes<'_>,
    packet_type: PacketType,
    none: Rule,
    undefined: Rule,
) -> Result<(), EncodeError> {
    if codes.as_bytes().is_empty() {
        return breaks(version, none);
    }
    if codes
        .iter()
        .any(|code| !code.is_defined(packet_type, version))
    {
        return Err(EncodeError::Breaks(undefined));
    }
    Ok(())
}

/// Bytes that a fixed header has at most.
const FIXED_HEADER: usize = 5;

#[inline(always)]
fn append<P: Encode, W: Writer>(
    packet: &P,
    packet_type: PacketType,
    version: ProtocolVersion,
    out: &mut W,
) -> Result<(), EncodeError> {
    packet.check(packet_type, version)?;
    let mut body = Length::default();
    packet.write(version, &mut body);
    let body = body.0;
    if body > varint::MAX as usize {
        return Err(EncodeError::TooLong);
    }
    out.reserve(body.saturating_add(FIXED_HEADER));
    let first = (packet_type as u8) << 4 | packet.flags(packet_type);
    if body < 0x80 {
        // Both bytes at once, which is most of what a small packet costs.
        out.bytes(&[first, body as u8]);
    } else {
        out.u8(first);
        out.variable(body as u32);
    }
    packet.write(version, out);
    Ok(())
}

impl ControlPacket<'_> {
    /// The bytes that [`ControlPacket::encode`] appends.
    ///
    /// # Errors
    /// As [`ControlPacket::encode`].
    pub fn encoded_len(&self, version: ProtocolVersion) -> Result<usize, EncodeError> {
        let mut len = Length::default();
        self.encode_into(version, &mut len)?;
        Ok(len.0)
    }

    /// Appends the packet to `out`; a CONNECT in the version it names, others in `version`.
    ///
    /// What is written is what [`crate::decode`] reads as this packet, and whatever it would not is
    /// refused. (A packet that [`crate::decode_tolerant`] gave may break the rule that was tolerated.)
    ///
    /// # Errors
    /// When the packet would break a rule, says what the version cannot say, or is too long;
    /// `out` is then as it was.
    #[inline]
    pub fn encode(&self, version: ProtocolVersion, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        match self {
            // By far the most frequent; kept apart so that the others take no registers from it.
            Self::Publish(publish) => append(publish, PacketType::Publish, version, out),
            _ => self.encode_into(version, out),
        }
    }

    #[inline(never)]
    fn encode_into<W: Writer>(
        &self,
        version: ProtocolVersion,
        out: &mut W,
    ) -> Result<(), EncodeError> {
        let packet_type = self.packet_type();
        match self {
            Self::Publish(packet) => append(packet, PacketType::Publish, version, out),
            Self::Puback(packet)
            | Self::Pubrec(packet)
            | Self::Pubrel(packet)
            | Self::Pubcomp(packet) => append(packet, packet_type, version, out),
            Self::Connect(packet) => append(packet, PacketType::Connect, packet.version, out),
            Self::Connack(packet) => append(packet, PacketType::Connack, version, out),
            Self::Subscribe(packet) => append(packet, PacketType::Subscribe, version, out),
            Self::Suback(packet) => append(packet, PacketType::Suback, version, out),
            Self::Unsubscribe(packet) => append(packet, PacketType::Unsubscribe, version, out),
            Self::Unsuback(packet) => append(packet, PacketType::Unsuback, version, out),
            Self::Disconnect(packet) => append(packet, PacketType::Disconnect, version, out),
            Self::Auth(packet) => append(packet, PacketType::Auth, version, out),
            Self::Pingreq | Self::Pingresp => append(&Ping, packet_type, version, out),
        }
    }
}

impl Publish<'_> {
    /// Appends all of the packet but its payload, for who sends the payload from where it is: behind these bytes it makes
    /// up what [`ControlPacket::encode`] writes.
    ///
    /// ```
    /// use mqttscope_wire::{ProtocolVersion, Publish, TopicName};
    /// let publish = Publish {
    ///     topic_name: TopicName::new("a").unwrap(),
    ///     payload: b"text",
    ///     ..Publish::default()
    /// };
    /// let mut head = Vec::new();
    /// publish.encode_head(ProtocolVersion::V3_1_1, &mut head).unwrap();
    /// assert_eq!(head, b"\x30\x07\0\x01a");
    /// ```
    ///
    /// # Errors
    /// As [`ControlPacket::encode`].
    pub fn encode_head(
        &self,
        version: ProtocolVersion,
        out: &mut Vec<u8>,
    ) -> Result<(), EncodeError> {
        append(self, PacketType::Publish, version, &mut Head(out))
    }
}

#[cfg(test)]
mod tests;
