//! The property block, read once for both sinks.

use super::id::Definition;
use super::plain::plain_set;
use super::rules::{Rules, TopicRules};
use super::{Properties, PropertyId, PropertyOwner, PropertySet, PropertyType};
use crate::grammar::{Cursor, Read, Sink, Text};
use crate::{Field, Rule, Span, Value, text};

/// Property Length and as many bytes of properties.
#[inline]
pub(crate) fn properties<'a, S: Sink>(
    c: &mut Cursor<'a, S>,
    field: Field,
    owner: PropertyOwner,
) -> Read<Properties<'a>, S> {
    c.group(field, |c| {
        //= [MQTT-2.2.2-1] v5: no properties are a Property Length of zero, not nothing
        let start = c.at;
        let len = c.variable(Field::PropertyLength)? as usize;
        if len == 0 {
            return Ok(Properties::NONE);
        }
        if len > c.announced() {
            c.fault_value(
                Rule::PropertyLengthPastEnd,
                Span::of_bytes(start, c.at),
                len as u32,
            )?;
        }
        let bytes = c.rest().get(..len).unwrap_or_default();
        if !S::RECORDS
            && bytes.len() == len
            && let Some(set) = plain_set(bytes, owner)
        {
            c.at = c.at.saturating_add(len);
            return Ok(Properties { bytes, set });
        }
        let set = c.region(len, |c| {
            c.in_properties = true;
            let set = block(c, owner);
            c.in_properties = false;
            set
        })?;
        Ok(Properties { bytes, set })
    })
}

fn block<S: Sink>(c: &mut Cursor<'_, S>, owner: PropertyOwner) -> Read<PropertySet, S> {
    let mut set = PropertySet::EMPTY;
    // Where the Authentication Data stands, which is judged when all are known.
    let mut data = Span::default();
    while c.left() > 0 {
        c.sink.entry(c.at);
        property(c, owner, &mut set, &mut data)?;
    }
    if set.has_data_alone(owner) {
        c.absent(Rule::ConnectAuthenticationDataAlone, data)?;
    }
    Ok(set)
}

#[inline]
fn property<S: Sink>(
    c: &mut Cursor<'_, S>,
    owner: PropertyOwner,
    set: &mut PropertySet,
    data: &mut Span,
) -> Read<(), S> {
    let start = c.at;
    // The group's field is known only behind the identifier, which is read without a leaf first.
    let id = match c.bytes.get(start) {
        Some(&byte) if byte < 0x80 => PropertyId(u32::from(byte)),
        _ => match crate::varint::read(c.rest()) {
            crate::varint::Read::Complete { value, .. } => PropertyId(value),
            _ => PropertyId(u32::MAX),
        },
    };
    let Some(definition) = id.definition() else {
        c.variable(Field::PropertyIdentifier)?;
        let span = Span::of_bytes(start, c.at);
        return Err(c
            .sink
            .end(c.context.version, Rule::PropertyUnknown, span, id.0));
    };
    let mark = c.sink.open(definition.field, c.at);
    let read = value(c, definition);
    let shown = match read {
        Ok(shown) => shown,
        Err(_) => Value::Group,
    };
    c.sink.close(mark, shown, c.at);
    read?;
    let span = Span::of_bytes(start, c.at);
    if definition.owners & owner.bit() == 0 {
        c.fault_value(Rule::PropertyNotAllowed, span, id.0)?;
    }
    if set.has(definition) && definition.rules.repeats & owner.bit() == 0 {
        c.fault_value(Rule::PropertyRepeated, span, id.0)?;
    }
    set.add(definition);
    if id == PropertyId::AUTHENTICATION_DATA {
        *data = span;
    }
    judge(c, &definition.rules, owner, span, shown)
}

/// Identifier and value, inside the property's group.
#[inline]
fn value<S: Sink>(c: &mut Cursor<'_, S>, definition: &Definition) -> Read<Value, S> {
    c.variable(Field::PropertyIdentifier)?;
    Ok(match definition.property_type {
        PropertyType::Byte => Value::Number(u32::from(c.u8(Field::PropertyValue)?)),
        PropertyType::TwoByteInteger => Value::Number(u32::from(c.u16(Field::PropertyValue)?)),
        PropertyType::FourByteInteger => Value::Number(c.u32(Field::PropertyValue)?),
        PropertyType::VariableByteInteger => Value::Number(c.variable(Field::PropertyValue)?),
        PropertyType::Utf8EncodedString => {
            let text = c.text(Field::PropertyValue)?;
            if let Some(rules) = definition.rules.topic {
                topic(c, text, rules)?;
            }
            Value::Text
        }
        PropertyType::BinaryData => {
            c.data(Field::PropertyValue)?;
            Value::Bytes
        }
        PropertyType::Utf8StringPair => {
            c.string(Field::UserPropertyName)?;
            c.string(Field::UserPropertyValue)?;
            Value::Group
        }
    })
}

fn topic<S: Sink>(c: &mut Cursor<'_, S>, topic: Text<'_>, rules: TopicRules) -> Read<(), S> {
    if text::has_wildcard(topic.raw) {
        c.wildcard(rules.wildcard, topic)?;
    }
    if topic.raw.is_empty() {
        c.fault(rules.empty, c.behind(2))?;
    }
    Ok(())
}

/// The rules of the table for a value.
#[inline]
fn judge<S: Sink>(
    c: &mut Cursor<'_, S>,
    rules: &Rules,
    owner: PropertyOwner,
    span: Span,
    value: Value,
) -> Read<(), S> {
    let number = match value {
        Value::Number(number) => number,
        _ => 0,
    };
    if let Some(rule) = rules.out_of_range
        && !rules.allow(number)
    {
        return c.fault_value(rule, span, number);
    }
    match rules.not_from {
        Some(not) if not.owners & owner.bit() != 0 && c.context.sender == Some(not.sender) => {
            c.fault_value(not.rule, span, number)
        }
        _ => Ok(()),
    }
}
