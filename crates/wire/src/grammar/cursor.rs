//! A place in a packet and the primitive types of the standard, read once for both sinks.

use super::Sink;
use crate::{Context, Field, ProtocolVersion, Rule, Span, Value, varint};

/// Reads one packet. Every byte it passes becomes a leaf of the sink.
pub(crate) struct Cursor<'a, S: Sink> {
    /// The packet, or as much of it as is there.
    pub(crate) bytes: &'a [u8],
    pub(crate) at: usize,
    /// One past the last byte of the region being read.
    pub(crate) end: usize,
    /// Where the region ends by what the lengths say: behind `end` where bytes are still to come.
    pub(crate) limit: usize,
    /// Bytes of the packet are still to come: running out of them is no fault.
    pub(crate) incomplete: bool,
    /// A region before this place could not be read to its end.
    pub(crate) lost: bool,
    /// Reading the property block, whose end is a rule of its own.
    pub(crate) in_properties: bool,
    pub(crate) context: Context,
    pub(crate) sink: S,
}

/// The outcome of reading something.
pub(crate) type Read<T, S> = Result<T, <S as Sink>::Stop>;

impl<'a, S: Sink> Cursor<'a, S> {
    #[inline(always)]
    pub(crate) fn version(&self) -> ProtocolVersion {
        self.context.version
    }

    #[inline(always)]
    pub(crate) fn is_v5(&self) -> bool {
        self.context.version.is_v5()
    }

    /// Bytes left in the region.
    #[inline(always)]
    pub(crate) fn left(&self) -> usize {
        self.end.saturating_sub(self.at)
    }

    /// Bytes left in the region, those included that are still to come.
    #[inline(always)]
    pub(crate) fn announced(&self) -> usize {
        self.limit.saturating_sub(self.at)
    }

    /// What is left of the region.
    #[inline(always)]
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..self.end).unwrap_or_default()
    }

    /// The span of the `len` bytes before the cursor.
    #[inline(always)]
    pub(crate) fn behind(&self, len: usize) -> Span {
        Span::of_bytes(self.at.saturating_sub(len), self.at)
    }

    /// The span of what is left.
    #[inline(always)]
    pub(crate) fn ahead(&self) -> Span {
        Span::of_bytes(self.at, self.end)
    }

    /// A rule is broken; `span` are the bits that break it.
    #[inline]
    pub(crate) fn fault(&mut self, rule: Rule, span: Span) -> Read<(), S> {
        self.fault_value(rule, span, 0)
    }

    /// The same with the number that breaks it. A rule that the version does not have is not
    /// broken: the table decides, not the grammar.
    #[cold]
    pub(crate) fn fault_value(&mut self, rule: Rule, span: Span, value: u32) -> Read<(), S> {
        if !rule.is_in(self.context.version) {
            return Ok(());
        }
        self.sink.fault(self.context.version, rule, span, value)
    }

    /// Something is not there that must be. No fault while bytes are to come or were passed over:
    /// what cannot be known is not claimed.
    #[cold]
    pub(crate) fn absent(&mut self, rule: Rule, span: Span) -> Read<(), S> {
        if self.incomplete || self.lost {
            Ok(())
        } else {
            self.fault(rule, span)
        }
    }

    /// The region is over before the `needed` bytes that come next. No fault where they are still
    /// to come; but what does not fit the packet as it was announced need not be waited for.
    #[cold]
    pub(crate) fn short(&mut self, rule: Rule, span: Span, value: u32, needed: usize) -> S::Stop {
        let rule = if self.in_properties {
            Rule::PropertyPastEnd
        } else {
            rule
        };
        if needed <= self.announced() {
            self.sink.wait(self.context.version, rule, span)
        } else {
            self.sink.end(self.context.version, rule, span, value)
        }
    }

    /// A field that has parts.
    #[inline(always)]
    pub(crate) fn group<T>(
        &mut self,
        field: Field,
        read: impl FnOnce(&mut Self) -> Read<T, S>,
    ) -> Read<T, S> {
        self.valued(field, |cursor| Ok((read(cursor)?, Value::Group)))
    }

    /// A field that has parts and a value of its own.
    #[inline(always)]
    pub(crate) fn valued<T>(
        &mut self,
        field: Field,
        read: impl FnOnce(&mut Self) -> Read<(T, Value), S>,
    ) -> Read<T, S> {
        let mark = self.sink.open(field, self.at);
        match read(self) {
            Ok((read, value)) => {
                self.sink.close(mark, value, self.at);
                Ok(read)
            }
            Err(stop) => {
                self.sink.close(mark, Value::Group, self.at);
                Err(stop)
            }
        }
    }

    /// Reads a region of `len` bytes, then goes on behind it whatever happened in it.
    /// What was not read becomes a leaf.
    #[inline(always)]
    pub(crate) fn region<T: Default>(
        &mut self,
        len: usize,
        read: impl FnOnce(&mut Self) -> Read<T, S>,
    ) -> Read<T, S> {
        let (outer, outer_limit) = (self.end, self.limit);
        self.end = self.at.saturating_add(len).min(outer);
        self.limit = self.at.saturating_add(len).min(outer_limit);
        let result = read(self);
        let result = match result {
            Ok(value) => Ok(value),
            Err(stop) => {
                self.lost = true;
                self.sink.recover(stop).map(|()| T::default())
            }
        };
        if S::RECORDS && self.at < self.end {
            self.skip(Field::Unread);
        }
        // What is still to come of the region nobody has seen.
        self.lost |= self.end == self.bytes.len() && self.end < self.limit;
        self.end = outer;
        self.limit = outer_limit;
        result
    }

    /// Makes one leaf of all that is left.
    pub(crate) fn skip(&mut self, field: Field) {
        if self.at < self.end {
            self.sink.leaf(field, Value::Bytes, self.ahead());
            self.at = self.end;
        }
    }

    /// The next `len` bytes.
    #[inline(always)]
    pub(crate) fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let end = self.at.checked_add(len)?;
        if end > self.end {
            return None;
        }
        let taken = self.bytes.get(self.at..end)?;
        self.at = end;
        Some(taken)
    }

    /// A byte, without a leaf: its bits are leaves of their own.
    #[inline(always)]
    pub(crate) fn raw_u8(&mut self, field: Field) -> Read<u8, S> {
        match self.take(1) {
            Some(&[byte]) => Ok(byte),
            _ => Err(self.too_short(field, 1)),
        }
    }

    /// The region ends where the `needed` bytes of `field` should stand.
    #[cold]
    pub(super) fn too_short(&mut self, field: Field, needed: usize) -> S::Stop {
        let rule = match field {
            //= [MQTT-2.2.2-1] v5: also without properties
            Field::PropertyLength => Rule::PropertyLengthMissing,
            //= [MQTT-3.1.3-3] v5 and v3.1.1
            Field::ClientIdentifier => Rule::ConnectClientIdMissing,
            //= [MQTT-3.1.2-9] v5 and v3.1.1
            Field::WillTopic | Field::WillPayload => Rule::ConnectWillMissing,
            //= [MQTT-3.1.2-17] v5, [MQTT-3.1.2-19] v3.1.1
            Field::UserName => Rule::ConnectUserNameMissing,
            //= [MQTT-3.1.2-19] v5, [MQTT-3.1.2-21] v3.1.1
            Field::Password => Rule::ConnectPasswordMissing,
            //= [MQTT-3.3.2-1] v5 and v3.1.1: the topic name comes first
            Field::TopicName => Rule::PublishTopicMissing,
            _ => Rule::PacketTooShort,
        };
        self.short(rule, self.ahead(), field as u32, needed)
    }

    /// A run of bits of the byte before the cursor, `from` counted from its most significant bit.
    #[inline(always)]
    pub(crate) fn bits(&mut self, field: Field, byte: u8, from: u8, len: u8) -> (u8, Span) {
        let shift = 8u8.saturating_sub(from).saturating_sub(len);
        let number = (byte >> (shift & 7)) & (0xff_u8 >> (8u8.saturating_sub(len) & 7));
        let span = Span {
            start: self.behind(1).start.wrapping_add(u32::from(from)),
            len: u32::from(len),
        };
        self.sink
            .leaf(field, Value::Number(u32::from(number)), span);
        (number, span)
    }

    /// A byte.
    #[inline(always)]
    pub(crate) fn u8(&mut self, field: Field) -> Read<u8, S> {
        let byte = self.raw_u8(field)?;
        self.sink
            .leaf(field, Value::Number(u32::from(byte)), self.behind(1));
        Ok(byte)
    }

    /// A Two Byte Integer.
    #[inline(always)]
    pub(crate) fn u16(&mut self, field: Field) -> Read<u16, S> {
        match self.take(2) {
            Some(&[high, low]) => {
                let number = u16::from_be_bytes([high, low]);
                self.sink
                    .leaf(field, Value::Number(u32::from(number)), self.behind(2));
                Ok(number)
            }
            _ => Err(self.too_short(field, 2)),
        }
    }

    /// A Four Byte Integer.
    #[inline(always)]
    pub(crate) fn u32(&mut self, field: Field) -> Read<u32, S> {
        match self.take(4) {
            Some(&[a, b, c, d]) => {
                let number = u32::from_be_bytes([a, b, c, d]);
                self.sink.leaf(field, Value::Number(number), self.behind(4));
                Ok(number)
            }
            _ => Err(self.too_short(field, 4)),
        }
    }

    /// A Variable Byte Integer.
    #[inline(always)]
    pub(crate) fn variable(&mut self, field: Field) -> Read<u32, S> {
        // One byte is by far the most frequent.
        if let Some(&byte) = self.bytes.get(self.at)
            && byte < 0x80
            && self.at < self.end
        {
            self.at = self.at.wrapping_add(1);
            self.sink
                .leaf(field, Value::Number(u32::from(byte)), self.behind(1));
            return Ok(u32::from(byte));
        }
        self.variable_long(field)
    }

    #[inline(never)]
    fn variable_long(&mut self, field: Field) -> Read<u32, S> {
        match varint::read(self.rest()) {
            varint::Read::Complete { value, len } => {
                self.take(len);
                let span = self.behind(len);
                self.sink.leaf(field, Value::Number(value), span);
                if len > varint::len(value) {
                    //= [MQTT-1.5.5-1] v5: no more bytes than needed
                    let rule = if self.is_v5() {
                        Rule::VbiNotMinimal
                    } else {
                        Rule::RemainingLengthNotMinimal
                    };
                    self.fault_value(rule, span, value)?;
                }
                Ok(value)
            }
            varint::Read::Incomplete => Err(self.too_short(field, self.left().saturating_add(1))),
            varint::Read::TooLong => {
                let span = Span::of_bytes(self.at, self.at.saturating_add(4).min(self.end));
                Err(self
                    .sink
                    .end(self.context.version, Rule::VbiTooLong, span, 0))
            }
        }
    }

    /// A Packet Identifier; none for zero, which is a fault.
    #[inline(always)]
    pub(crate) fn identifier(&mut self) -> Read<crate::PacketIdentifier, S> {
        let number = self.u16(Field::PacketIdentifier)?;
        match crate::PacketIdentifier::new(number) {
            Some(identifier) => Ok(identifier),
            None => {
                self.fault(Rule::PacketIdentifierZero, self.behind(2))?;
                Ok(crate::PacketIdentifier::MIN)
            }
        }
    }
}
