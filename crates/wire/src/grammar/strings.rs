//! Strings, binary data and topics, read once for both sinks.

use super::{Cursor, Read, Sink};
use crate::{BinaryData, Field, ProtocolVersion, Rule, Span, Utf8EncodedString, Value, text};

/// A string as it stands in the packet, its rules checked.
#[derive(Clone, Copy)]
pub(crate) struct Text<'a> {
    /// Its bytes.
    pub(crate) raw: &'a [u8],
    /// Where they stand, without the length.
    pub(crate) span: Span,
}

impl<'a> Text<'a> {
    /// Its characters; empty when they broke a rule and reading went on.
    #[inline(always)]
    pub(crate) fn string(self) -> Utf8EncodedString<'a> {
        Utf8EncodedString::trusted(text::utf8(self.raw).unwrap_or_default())
    }
}

impl<'a, S: Sink> Cursor<'a, S> {
    /// A length and as many bytes, the length a leaf inside an open group.
    #[inline(always)]
    pub(crate) fn prefixed(&mut self, field: Field) -> Read<&'a [u8], S> {
        let len = match self.take(2) {
            Some(&[high, low]) => u16::from_be_bytes([high, low]),
            _ => return Err(self.too_short(field, 2)),
        };
        self.sink
            .leaf(Field::Length, Value::Number(u32::from(len)), self.behind(2));
        match self.take(usize::from(len)) {
            Some(content) => Ok(content),
            None => {
                let (span, value) = (self.behind(2), u32::from(len));
                Err(self.short(Rule::StringPastEnd, span, value, usize::from(len)))
            }
        }
    }

    /// The parts of a UTF-8 Encoded String, inside an open group.
    #[inline(always)]
    pub(crate) fn text(&mut self, field: Field) -> Read<Text<'a>, S> {
        let raw = self.prefixed(field)?;
        let span = self.behind(raw.len());
        if S::RECORDS && !raw.is_empty() {
            self.sink.leaf(Field::Text, Value::Text, span);
        }
        self.check_text(raw, span)?;
        Ok(Text { raw, span })
    }

    /// The parts of Binary Data, inside an open group.
    #[inline(always)]
    pub(crate) fn data(&mut self, field: Field) -> Read<BinaryData<'a>, S> {
        let content = self.prefixed(field)?;
        if S::RECORDS && !content.is_empty() {
            self.sink
                .leaf(Field::Data, Value::Bytes, self.behind(content.len()));
        }
        Ok(BinaryData::trusted(content))
    }

    /// A UTF-8 Encoded String.
    #[inline(always)]
    pub(crate) fn string(&mut self, field: Field) -> Read<Text<'a>, S> {
        // Not by `valued`: its closure would be shared between all strings and called, not inlined.
        let mark = self.sink.open(field, self.at);
        let text = self.text(field);
        let value = if text.is_ok() {
            Value::Text
        } else {
            Value::Group
        };
        self.sink.close(mark, value, self.at);
        text
    }

    /// Binary Data.
    #[inline(always)]
    pub(crate) fn binary(&mut self, field: Field) -> Read<BinaryData<'a>, S> {
        self.valued(field, |cursor| Ok((cursor.data(field)?, Value::Bytes)))
    }

    /// A Topic Name; `wildcard` is the rule that one in it breaks.
    #[inline(always)]
    pub(crate) fn topic(&mut self, field: Field, wildcard: Rule) -> Read<Text<'a>, S> {
        if !S::RECORDS
            && let Some(topic) = self.plain_topic()
        {
            return Ok(topic);
        }
        let topic = self.string(field)?;
        if text::has_wildcard(topic.raw) {
            self.wildcard(wildcard, topic)?;
        }
        self.topic_null(topic.raw, topic.span)?;
        Ok(topic)
    }

    /// A topic about which nothing need be said, which is nearly every topic; else nothing is read.
    #[inline(always)]
    fn plain_topic(&mut self) -> Option<Text<'a>> {
        let start = self.at;
        let raw = match self.take(2) {
            Some(&[high, low]) => self.take(usize::from(u16::from_be_bytes([high, low]))),
            _ => None,
        };
        match raw {
            Some(raw) if text::is_plain_topic(raw) => Some(Text {
                raw,
                span: self.behind(raw.len()),
            }),
            _ => {
                self.at = start;
                None
            }
        }
    }

    /// MQTT 3.1 forbids U+0000 in topics only; later versions in every string.
    #[inline(always)]
    pub(crate) fn topic_null(&mut self, raw: &[u8], span: Span) -> Read<(), S> {
        if self.version() == ProtocolVersion::V3_1
            && let Some(zero) = raw.iter().position(|&byte| byte == 0)
        {
            let at = span.bytes().0.saturating_add(zero);
            self.fault(Rule::TopicNull, Span::of_bytes(at, at.saturating_add(1)))?;
        }
        Ok(())
    }

    /// Points at the first wildcard of a topic that may have none.
    #[cold]
    pub(crate) fn wildcard(&mut self, rule: Rule, topic: Text<'_>) -> Read<(), S> {
        let at = topic
            .raw
            .iter()
            .position(|byte| matches!(byte, b'+' | b'#'))
            .unwrap_or(0);
        let at = topic.span.bytes().0.saturating_add(at);
        self.fault(rule, Span::of_bytes(at, at.saturating_add(1)))
    }

    /// The rules for the characters of a string.
    #[inline(always)]
    pub(crate) fn check_text(&mut self, content: &[u8], span: Span) -> Read<(), S> {
        if !S::RECORDS && text::is_plain(content) {
            return Ok(());
        }
        self.check_unusual(content, span)
    }

    #[cold]
    #[inline(never)]
    fn check_unusual(&mut self, content: &[u8], span: Span) -> Read<(), S> {
        match core::str::from_utf8(content) {
            //= [MQTT-1.5.4-2] v5, [MQTT-1.5.3-2] v3.1.1: no U+0000
            Ok(string) if !text::has_zero(content) => {
                if S::RECORDS {
                    self.odd_characters(string, span)
                } else {
                    Ok(())
                }
            }
            _ => self.bad_text(content, span),
        }
    }

    /// Names every fault of a string, the first of each kind.
    #[cold]
    #[inline(never)]
    fn bad_text(&mut self, content: &[u8], span: Span) -> Read<(), S> {
        let start = (span.start / 8) as usize;
        if let Err(error) = core::str::from_utf8(content) {
            let from = error.valid_up_to();
            let bad = content.get(from..).unwrap_or_default();
            //= [MQTT-1.5.4-1] v5, [MQTT-1.5.3-1] v3.1.1: well-formed, no surrogates
            let (rule, len, value) = if let Some(half) = text::surrogate_of(bad) {
                (Rule::StringSurrogate, 3, half)
            } else {
                let value = bad.first().copied().map_or(0, u32::from);
                let len = error.error_len().unwrap_or(bad.len());
                (Rule::StringNotUtf8, len, value)
            };
            let at = start.saturating_add(from);
            self.fault_value(rule, Span::of_bytes(at, at.saturating_add(len)), value)?;
        }
        if let Some(zero) = content.iter().position(|&byte| byte == 0) {
            let at = start.saturating_add(zero);
            self.fault(Rule::StringNull, Span::of_bytes(at, at.saturating_add(1)))?;
        }
        Ok(())
    }

    /// What a string should rather not hold.
    fn odd_characters(&mut self, string: &str, span: Span) -> Read<(), S> {
        if !text::may_have_odd(string.as_bytes()) {
            return Ok(());
        }
        let start = (span.start / 8) as usize;
        let mut seen = [false; 2];
        for (index, character) in string.char_indices() {
            let (kind, rule) = if text::is_control(character) {
                (0_usize, Rule::StringControlCharacter)
            } else if text::is_noncharacter(character) {
                (1, Rule::StringNoncharacter)
            } else {
                continue;
            };
            if let Some(seen) = seen.get_mut(kind)
                && !core::mem::replace(seen, true)
            {
                let at = start.saturating_add(index);
                let span = Span::of_bytes(at, at.saturating_add(character.len_utf8()));
                self.fault_value(rule, span, u32::from(character))?;
            }
        }
        Ok(())
    }
}
