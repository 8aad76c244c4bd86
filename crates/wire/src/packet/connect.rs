//! CONNECT (v5 and v3.1.1 section 3.1).

use super::fields::payload_format;
use crate::encode::{Encode, EncodeError, Writer, check_format, check_properties};
use crate::grammar::{Cursor, Read, Sink, Text};
use crate::{
    BinaryData, Field, PacketType, Properties, PropertyOwner, ProtocolVersion, QoS, Rule, Span,
    TopicName, Utf8EncodedString, Value, property, text,
};

/// A client requests a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connect<'a> {
    /// The version of everything on this connection.
    pub version: ProtocolVersion,
    /// The Protocol Level has the bit by which bridges make themselves known to brokers (0x80),
    /// before version 5. No standard has it.
    pub bridge: bool,
    /// Forget an earlier session (before version 5: and keep none, Clean Session).
    pub clean_start: bool,
    /// Seconds; 0: off.
    pub keep_alive: u16,
    /// Version 5 only.
    pub properties: Properties<'a>,
    /// May be empty: the server chooses one, except in version 3.1.
    pub client_identifier: Utf8EncodedString<'a>,
    /// What is published when the connection is lost.
    pub will: Option<WillMessage<'a>>,
    /// For authentication.
    pub user_name: Option<Utf8EncodedString<'a>>,
    /// For authentication; before version 5 only with a user name.
    pub password: Option<BinaryData<'a>>,
}

impl<'a> Connect<'a> {
    /// A new session, Keep Alive off, nothing else.
    #[must_use]
    pub const fn new(version: ProtocolVersion, client_identifier: Utf8EncodedString<'a>) -> Self {
        Self {
            version,
            bridge: false,
            clean_start: true,
            keep_alive: 0,
            properties: Properties::NONE,
            client_identifier,
            will: None,
            user_name: None,
            password: None,
        }
    }
}

/// What is published when the connection is lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WillMessage<'a> {
    /// QoS it is published with.
    pub qos: QoS,
    /// Whether it is retained.
    pub retain: bool,
    /// Version 5 only.
    pub properties: Properties<'a>,
    /// Not empty.
    pub topic_name: TopicName<'a>,
    /// The message.
    pub payload: BinaryData<'a>,
}

const USER_NAME: u8 = 0x80;
const PASSWORD: u8 = 0x40;
const WILL_RETAIN: u8 = 0x20;
const WILL: u8 = 0x04;
const CLEAN_START: u8 = 0x02;
/// Of the Protocol Level.
const BRIDGE: u8 = 0x80;

pub(crate) fn read<'a, S: Sink>(c: &mut Cursor<'a, S>) -> Read<Connect<'a>, S> {
    let (bridge, flags, keep_alive, properties) = c.group(Field::VariableHeader, |c| {
        let bridge = protocol(c)?;
        let flags = connect_flags(c)?;
        let keep_alive = c.u16(Field::KeepAlive)?;
        if S::RECORDS && is_unlikely(keep_alive) {
            let (span, value) = (c.behind(2), u32::from(keep_alive));
            c.fault_value(Rule::ConnectKeepAliveUnlikely, span, value)?;
        }
        let properties = if c.is_v5() {
            property::properties(
                c,
                Field::Properties,
                PropertyOwner::Packet(PacketType::Connect),
            )?
        } else {
            Properties::NONE
        };
        Ok((bridge, flags, keep_alive, properties))
    })?;
    c.group(Field::Payload, |c| {
        let clean_start = flags & CLEAN_START != 0;
        let client_identifier = client_identifier(c, clean_start)?;
        let will = if flags & WILL != 0 {
            Some(will(c, flags)?)
        } else {
            None
        };
        let user_name = if announced(c, flags & USER_NAME != 0, Field::UserName)? {
            Some(c.string(Field::UserName)?.string())
        } else {
            None
        };
        let password = if announced(c, flags & PASSWORD != 0, Field::Password)? {
            Some(c.binary(Field::Password)?)
        } else {
            None
        };
        unannounced(c, flags)?;
        let version = c.version();
        Ok(Connect {
            version,
            bridge,
            clean_start,
            keep_alive,
            properties,
            client_identifier,
            will,
            user_name,
            password,
        })
    })
}

/// The version that the Protocol Level names, where the Protocol Name begins at `at`.
pub(crate) fn announced_version(bytes: &[u8], at: usize) -> Option<ProtocolVersion> {
    let (len, name) = bytes.get(at..)?.split_first_chunk::<2>()?;
    let level = name.get(usize::from(u16::from_be_bytes(*len)))?;
    ProtocolVersion::from_level(*level)
}

/// Protocol Name and Protocol Level; from here on the packet is read by the version they name. True
/// when the level has the bit of a bridge.
fn protocol<S: Sink>(c: &mut Cursor<'_, S>) -> Read<bool, S> {
    let name = c.string(Field::ProtocolName)?;
    let known = matches!(name.raw, b"MQTT" | b"MQIsdp");
    // The name is judged by the version that the level behind it names.
    let level = c.u8(Field::ProtocolVersion)?;
    let span = c.behind(1);
    match ProtocolVersion::from_level(level) {
        Some(version) => {
            c.context.version = version;
            if level & BRIDGE != 0 {
                c.fault_value(
                    Rule::ConnectBridgeBit,
                    Span {
                        start: span.start,
                        len: 1,
                    },
                    u32::from(level),
                )?;
            }
            if known && name.raw != version.protocol_name().as_bytes() {
                //= [MQTT-3.1.2-1] v5: the name belongs to the level
                c.fault_value(Rule::ConnectProtocolMismatch, span, u32::from(level))?;
            }
        }
        None => c.fault_value(Rule::ConnectProtocolLevel, span, u32::from(level))?,
    }
    if !known {
        //= [MQTT-3.1.2-1] v5: MQTT
        c.fault(Rule::ConnectProtocolName, name.span)?;
    }
    Ok(level & BRIDGE != 0)
}

fn connect_flags<S: Sink>(c: &mut Cursor<'_, S>) -> Read<u8, S> {
    let (flags, span) = c.valued(Field::ConnectFlags, |c| {
        let flags = c.raw_u8(Field::ConnectFlags)?;
        c.bits(Field::UserNameFlag, flags, 0, 1);
        c.bits(Field::PasswordFlag, flags, 1, 1);
        c.bits(Field::WillRetain, flags, 2, 1);
        c.bits(Field::WillQoS, flags, 3, 2);
        c.bits(Field::WillFlag, flags, 5, 1);
        c.bits(Field::CleanStart, flags, 6, 1);
        c.bits(Field::ConnectReserved, flags, 7, 1);
        Ok(((flags, c.behind(1)), Value::Number(u32::from(flags))))
    })?;
    let bits = |from: u32, len| Span {
        start: span.start.saturating_add(from),
        len,
    };
    let v3_1 = c.version() == ProtocolVersion::V3_1;
    let qos = (flags >> 3) & 3;
    if flags & 1 != 0 {
        //= [MQTT-3.1.2-3] v5 and v3.1.1: the reserved flag is 0
        let rule = if v3_1 {
            Rule::UnusedBitsSet
        } else {
            Rule::ConnectFlagsReserved
        };
        c.fault_value(rule, bits(7, 1), 1)?;
    }
    if flags & WILL != 0 {
        if qos == 3 {
            //= [MQTT-3.1.2-12] v5, [MQTT-3.1.2-14] v3.1.1: not 3
            c.fault_value(Rule::ConnectWillQoSReserved, bits(3, 2), 3)?;
        }
    } else if v3_1 {
        if flags & 0x38 != 0 {
            c.fault_value(
                Rule::ConnectWillBitsIgnored,
                bits(2, 3),
                u32::from((flags >> 3) & 7),
            )?;
        }
    } else {
        if qos != 0 {
            //= [MQTT-3.1.2-11] v5, [MQTT-3.1.2-13] v3.1.1: no QoS without a will
            c.fault_value(Rule::ConnectWillQoSWithoutWill, bits(3, 2), u32::from(qos))?;
        }
        if flags & WILL_RETAIN != 0 {
            //= [MQTT-3.1.2-13] v5, [MQTT-3.1.2-15] v3.1.1: no Will Retain without a will
            c.fault(Rule::ConnectWillRetainWithoutWill, bits(2, 1))?;
        }
    }
    if !c.is_v5() && flags & (USER_NAME | PASSWORD) == PASSWORD {
        //= [MQTT-3.1.2-22] v3.1.1: no password without a user name
        c.fault(Rule::ConnectPasswordWithoutUserName, bits(1, 1))?;
    }
    Ok(flags)
}

fn client_identifier<'a, S: Sink>(
    c: &mut Cursor<'a, S>,
    clean_start: bool,
) -> Read<Utf8EncodedString<'a>, S> {
    let text = c.string(Field::ClientIdentifier)?;
    let (string, Text { raw, span }) = (text.string(), text);
    let length = Span {
        start: span.start.saturating_sub(16),
        len: 16,
    };
    match c.version() {
        ProtocolVersion::V3_1 => {
            if raw.is_empty() {
                c.fault(Rule::ConnectClientIdEmpty, length)?;
            } else if raw.len() > 23 {
                let characters = string.as_str().chars().count();
                if characters > 23 {
                    c.fault_value(Rule::ConnectClientIdTooLong, span, characters as u32)?;
                }
            }
            return Ok(string);
        }
        ProtocolVersion::V3_1_1 if raw.is_empty() && !clean_start => {
            //= [MQTT-3.1.3-7] v3.1.1: an empty identifier needs Clean Session
            c.fault(Rule::ConnectClientIdEmptyKeptSession, length)?;
        }
        _ => {}
    }
    if S::RECORDS && (raw.len() > 23 || !raw.iter().all(u8::is_ascii_alphanumeric)) {
        c.fault(Rule::ConnectClientIdNotGuaranteed, span)?;
    }
    Ok(string)
}

fn will<'a, S: Sink>(c: &mut Cursor<'a, S>, flags: u8) -> Read<WillMessage<'a>, S> {
    let properties = if c.is_v5() {
        property::properties(c, Field::WillProperties, PropertyOwner::Will)?
    } else {
        Properties::NONE
    };
    //= [MQTT-3.1.3-11] v5, [MQTT-3.1.3-10] v3.1.1: a UTF-8 Encoded String
    let topic = c.topic(Field::WillTopic, Rule::WillTopicWildcard)?;
    if topic.raw.is_empty() {
        //= [MQTT-4.7.3-1] v5 and v3.1.1: at least one character
        c.fault(Rule::WillTopicEmpty, c.behind(2))?;
    }
    let payload = c.binary(Field::WillPayload)?;
    payload_format(c, properties, payload.as_bytes(), Rule::WillPayloadNotUtf8)?;
    Ok(WillMessage {
        qos: QoS::new((flags >> 3) & 3).unwrap_or(QoS::ExactlyOnce),
        retain: flags & WILL_RETAIN != 0,
        properties,
        topic_name: TopicName::trusted(topic.string().as_str()),
        payload,
    })
}

/// Thousands of seconds that are no whole hours are rather milliseconds.
const fn is_unlikely(keep_alive: u16) -> bool {
    keep_alive >= 10_000 && keep_alive.is_multiple_of(1000) && !keep_alive.is_multiple_of(3600)
}

/// Whether a field that a flag announces is there: MQTT 3.1 lets it be left out at the end.
fn announced<S: Sink>(c: &mut Cursor<'_, S>, flag: bool, field: Field) -> Read<bool, S> {
    if flag && c.version() == ProtocolVersion::V3_1 && c.announced() == 0 {
        c.fault_value(Rule::ConnectCredentialsAbsent, c.behind(1), field as u32)?;
        return Ok(false);
    }
    Ok(flag)
}

/// Whether these bytes are fields with their lengths before them, one or several, and nothing else.
fn holds_fields(mut bytes: &[u8]) -> bool {
    let is_any = !bytes.is_empty();
    while let Some((len, behind)) = bytes.split_first_chunk::<2>() {
        match behind.get(usize::from(u16::from_be_bytes(*len))..) {
            Some(rest) => bytes = rest,
            None => return false,
        }
    }
    is_any && bytes.is_empty()
}

/// Bytes behind the last field may be one whose flag is 0.
#[inline]
fn unannounced<S: Sink>(c: &mut Cursor<'_, S>, flags: u8) -> Read<(), S> {
    let rule = match (flags & USER_NAME, flags & PASSWORD) {
        // Other bytes are left over, as behind any packet.
        _ if !holds_fields(c.rest()) || c.left() < c.announced() => return Ok(()),
        //= [MQTT-3.1.2-16] v5, [MQTT-3.1.2-18] v3.1.1
        (0, _) => Rule::ConnectUserNameUnannounced,
        //= [MQTT-3.1.2-18] v5, [MQTT-3.1.2-20] v3.1.1
        (_, 0) => Rule::ConnectPasswordUnannounced,
        _ => return Ok(()),
    };
    let left = c.announced() as u32;
    c.fault_value(rule, c.ahead(), left)?;
    c.skip(Field::LeftOver);
    // It is said once.
    c.limit = c.at;
    Ok(())
}

impl Connect<'_> {
    fn connect_flags(&self) -> u8 {
        let mut flags = 0;
        if self.user_name.is_some() {
            flags |= USER_NAME;
        }
        if self.password.is_some() {
            flags |= PASSWORD;
        }
        if let Some(will) = &self.will {
            flags |= WILL | (will.qos as u8) << 3;
            if will.retain {
                flags |= WILL_RETAIN;
            }
        }
        if self.clean_start {
            flags |= CLEAN_START;
        }
        flags
    }
}

impl Encode for Connect<'_> {
    fn check(&self, packet_type: PacketType, version: ProtocolVersion) -> Result<(), EncodeError> {
        check_properties(version, self.properties, PropertyOwner::Packet(packet_type))?;
        if self.bridge && version.is_v5() {
            return Err(EncodeError::NotInVersion);
        }
        let identifier = self.client_identifier.as_str();
        match version {
            ProtocolVersion::V3_1 if identifier.is_empty() => {
                return Err(EncodeError::Breaks(Rule::ConnectClientIdEmpty));
            }
            ProtocolVersion::V3_1 if identifier.chars().count() > 23 => {
                return Err(EncodeError::Breaks(Rule::ConnectClientIdTooLong));
            }
            ProtocolVersion::V3_1_1 if identifier.is_empty() && !self.clean_start => {
                return Err(EncodeError::Breaks(Rule::ConnectClientIdEmptyKeptSession));
            }
            _ => {}
        }
        if !version.is_v5() && self.password.is_some() && self.user_name.is_none() {
            return Err(EncodeError::Breaks(Rule::ConnectPasswordWithoutUserName));
        }
        // MQTT 3.1 forbids U+0000 in topics only.
        let user_name = self.user_name.unwrap_or_default();
        if version != ProtocolVersion::V3_1
            && [identifier, user_name.as_str()]
                .iter()
                .any(|string| text::has_zero(string.as_bytes()))
        {
            return Err(EncodeError::Breaks(Rule::StringNull));
        }
        let Some(will) = &self.will else {
            return Ok(());
        };
        check_properties(version, will.properties, PropertyOwner::Will)?;
        if will.topic_name.as_str().is_empty() {
            return Err(EncodeError::Breaks(Rule::WillTopicEmpty));
        }
        check_format(
            will.properties,
            will.payload.as_bytes(),
            Rule::WillPayloadNotUtf8,
        )
    }

    fn write<W: Writer>(&self, version: ProtocolVersion, out: &mut W) {
        out.string(version.protocol_name());
        out.u8(version.level() | if self.bridge { BRIDGE } else { 0 });
        out.u8(self.connect_flags());
        out.u16(self.keep_alive);
        out.properties(version, self.properties);
        out.string(self.client_identifier.as_str());
        if let Some(will) = &self.will {
            out.properties(version, will.properties);
            out.string(will.topic_name.as_str());
            out.data(will.payload.as_bytes());
        }
        if let Some(user_name) = self.user_name {
            out.string(user_name.as_str());
        }
        if let Some(password) = self.password {
            out.data(password.as_bytes());
        }
    }
}
