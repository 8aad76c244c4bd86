//! Writing packets: the same values that reading gives.

use alloc::vec::Vec;

use crate::{
    ControlPacket, PacketType, Properties, Property, PropertyId, PropertyOwner, ProtocolVersion,
    ReasonCodes, Rule, varint,
};

/// Why a packet cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// Where a packet is written to.
pub(crate) struct Writer<'o> {
    out: &'o mut Vec<u8>,
}

impl Writer<'_> {
    #[inline(always)]
    pub(crate) fn u8(&mut self, byte: u8) {
        self.out.push(byte);
    }

    #[inline(always)]
    pub(crate) fn u16(&mut self, number: u16) {
        self.out.extend_from_slice(&number.to_be_bytes());
    }

    #[inline(always)]
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    /// A length and the bytes; the newtypes hold no more than 65,535.
    #[inline(always)]
    pub(crate) fn data(&mut self, bytes: &[u8]) {
        self.u16(bytes.len() as u16);
        self.bytes(bytes);
    }

    #[inline(always)]
    pub(crate) fn string(&mut self, string: &str) {
        self.data(string.as_bytes());
    }

    /// The property block, which only version 5 has.
    #[inline(always)]
    pub(crate) fn properties(&mut self, version: ProtocolVersion, properties: Properties<'_>) {
        if version.is_v5() {
            varint::write(properties.as_bytes().len() as u32, self.out);
            self.bytes(properties.as_bytes());
        }
    }
}

/// What each packet says of itself.
pub(crate) trait Encode {
    const TYPE: PacketType;

    fn flags(&self) -> u8 {
        0
    }
    fn check(&self, version: ProtocolVersion) -> Result<(), EncodeError>;
    fn body_len(&self, version: ProtocolVersion) -> usize;
    fn write(&self, version: ProtocolVersion, out: &mut Writer<'_>);
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
    if owner == PropertyOwner::Packet(PacketType::Subscribe)
        && properties
            .set()
            .contains(PropertyId::SUBSCRIPTION_IDENTIFIER)
    {
        // A built list may hold many, as a PUBLISH may; a SUBSCRIBE has one.
        let count = properties
            .iter()
            .filter(|property| property.id() == PropertyId::SUBSCRIPTION_IDENTIFIER)
            .count();
        if count > 1 {
            return Err(EncodeError::Breaks(Rule::PropertyRepeated));
        }
    }
    Ok(())
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

/// Bytes of the property block with its length.
#[inline(always)]
pub(crate) fn properties_len(version: ProtocolVersion, properties: Properties<'_>) -> usize {
    if !version.is_v5() {
        return 0;
    }
    let len = properties.as_bytes().len();
    varint::len(len as u32).saturating_add(len)
}

/// One of the four acknowledgements, which share a value but not a type.
struct Step<'a, 'p>(&'a crate::Acknowledgement<'p>, PacketType);

macro_rules! each {
    ($self:ident, $version:ident, $packet:ident => $use:expr) => {
        match $self {
            Self::Publish($packet) => $use,
            Self::Connect($packet) => $use,
            Self::Connack($packet) => $use,
            Self::Subscribe($packet) => $use,
            Self::Suback($packet) => $use,
            Self::Unsubscribe($packet) => $use,
            Self::Unsuback($packet) => $use,
            Self::Disconnect($packet) => $use,
            Self::Auth($packet) => $use,
            Self::Puback(a) => {
                let $packet = &Step(a, PacketType::Puback);
                $use
            }
            Self::Pubrec(a) => {
                let $packet = &Step(a, PacketType::Pubrec);
                $use
            }
            Self::Pubrel(a) => {
                let $packet = &Step(a, PacketType::Pubrel);
                $use
            }
            Self::Pubcomp(a) => {
                let $packet = &Step(a, PacketType::Pubcomp);
                $use
            }
            Self::Pingreq => {
                let $packet = &Ping(PacketType::Pingreq);
                $use
            }
            Self::Pingresp => {
                let $packet = &Ping(PacketType::Pingresp);
                $use
            }
        }
    };
}

struct Ping(PacketType);

/// What the writer needs of any packet.
trait Any {
    fn first_byte(&self) -> u8;
    fn any_check(&self, version: ProtocolVersion) -> Result<(), EncodeError>;
    fn any_len(&self, version: ProtocolVersion) -> usize;
    fn any_write(&self, version: ProtocolVersion, out: &mut Writer<'_>);
}

impl<T: Encode> Any for T {
    #[inline(always)]
    fn first_byte(&self) -> u8 {
        (T::TYPE as u8) << 4 | self.flags()
    }
    #[inline(always)]
    fn any_check(&self, version: ProtocolVersion) -> Result<(), EncodeError> {
        self.check(version)
    }
    #[inline(always)]
    fn any_len(&self, version: ProtocolVersion) -> usize {
        self.body_len(version)
    }
    #[inline(always)]
    fn any_write(&self, version: ProtocolVersion, out: &mut Writer<'_>) {
        self.write(version, out);
    }
}

impl Any for Step<'_, '_> {
    fn first_byte(&self) -> u8 {
        (self.1 as u8) << 4 | if self.1 == PacketType::Pubrel { 2 } else { 0 }
    }
    fn any_check(&self, version: ProtocolVersion) -> Result<(), EncodeError> {
        self.0.check(self.1, version)
    }
    fn any_len(&self, version: ProtocolVersion) -> usize {
        self.0.body_len(version)
    }
    fn any_write(&self, version: ProtocolVersion, out: &mut Writer<'_>) {
        self.0.write(version, out);
    }
}

impl Any for Ping {
    fn first_byte(&self) -> u8 {
        (self.0 as u8) << 4
    }
    fn any_check(&self, _: ProtocolVersion) -> Result<(), EncodeError> {
        Ok(())
    }
    fn any_len(&self, _: ProtocolVersion) -> usize {
        0
    }
    fn any_write(&self, _: ProtocolVersion, _: &mut Writer<'_>) {}
}

/// Bytes that a fixed header has at most.
const FIXED_HEADER: usize = 5;

#[inline(always)]
fn total(body: usize) -> usize {
    varint::len(body as u32)
        .saturating_add(1)
        .saturating_add(body)
}

#[inline(always)]
fn write_any(
    packet: &impl Any,
    version: ProtocolVersion,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    packet.any_check(version)?;
    let body = packet.any_len(version);
    if body > varint::MAX as usize {
        return Err(EncodeError::TooLong);
    }
    out.reserve(body.saturating_add(FIXED_HEADER));
    let first = packet.first_byte();
    if body < 0x80 {
        // Both bytes at once, which is most of what a small packet costs.
        out.extend_from_slice(&[first, body as u8]);
    } else {
        out.push(first);
        varint::write(body as u32, out);
    }
    packet.any_write(version, &mut Writer { out });
    Ok(())
}

impl ControlPacket<'_> {
    /// The version it is written in: a CONNECT names its own.
    fn version_or(&self, version: ProtocolVersion) -> ProtocolVersion {
        match self {
            Self::Connect(connect) => connect.version,
            _ => version,
        }
    }

    /// The bytes that [`ControlPacket::encode`] appends.
    ///
    /// # Errors
    /// As [`ControlPacket::encode`].
    pub fn encoded_len(&self, version: ProtocolVersion) -> Result<usize, EncodeError> {
        let version = self.version_or(version);
        each!(self, version, packet => {
            packet.any_check(version)?;
            let body = packet.any_len(version);
            if body > varint::MAX as usize { Err(EncodeError::TooLong) } else { Ok(total(body)) }
        })
    }

    /// Appends the packet to `out`; a CONNECT in the version it names, others in `version`.
    ///
    /// # Errors
    /// When the packet would break a rule, says what the version cannot say, or is too long;
    /// `out` is then as it was.
    #[inline]
    pub fn encode(&self, version: ProtocolVersion, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        match self {
            // By far the most frequent; kept apart so that the others take no registers from it.
            Self::Publish(publish) => write_any(publish, version, out),
            _ => self.encode_other(version, out),
        }
    }

    #[inline(never)]
    fn encode_other(&self, version: ProtocolVersion, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let version = self.version_or(version);
        each!(self, version, packet => write_any(packet, version, out))
    }
}
