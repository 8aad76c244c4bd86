//! A short cut beside the grammar: a property block that keeps every rule at first sight, as nearly
//! every one does. What it asks it asks the table of properties, and tests hold it to the grammar
//! (`tests/short_cuts.rs`). It reads from a slice alone and so stays in registers; the grammar must be
//! able to say what is wrong and where. In `benches/benches/codec.rs` a PUBLISH with three properties
//! takes 24 ns with this and `publish::plain`, and 48 ns without them.

use super::id::Definition;
use super::{Properties, PropertyId, PropertyOwner, PropertySet, PropertyType};
use crate::text;

/// The property block at the start of `bytes` and what stands behind it; none where the grammar has
/// to look, which does not mean that a rule is broken.
#[inline(always)]
pub(crate) fn plain(bytes: &[u8], owner: PropertyOwner) -> Option<(Properties<'_>, &[u8])> {
    let (&len, behind) = bytes.split_first()?;
    if len >= 0x80 {
        return None;
    }
    let (block, behind) = behind.split_at_checked(usize::from(len))?;
    let set = plain_set(block, owner)?;
    Some((Properties { bytes: block, set }, behind))
}

/// The properties in `block`, the bytes behind the Property Length.
#[inline(always)]
pub(super) fn plain_set(block: &[u8], owner: PropertyOwner) -> Option<PropertySet> {
    let mut set = PropertySet::EMPTY;
    let mut rest = block;
    while let Some((&id, behind)) = rest.split_first() {
        let definition = PropertyId(u32::from(id)).definition()?;
        let bit = owner.bit();
        let rules = &definition.rules;
        if definition.owners_from_both & bit == 0
            || (set.has(definition) && rules.repeats & bit == 0)
        {
            return None;
        }
        set.add(definition);
        rest = plain_value(behind, definition)?;
    }
    (!set.has_data_alone(owner)).then_some(set)
}

/// What stands behind the value at the start of `bytes`.
#[inline(always)]
fn plain_value<'a>(bytes: &'a [u8], definition: &Definition) -> Option<&'a [u8]> {
    let rules = &definition.rules;
    match definition.property_type {
        PropertyType::Byte => {
            let (&value, behind) = bytes.split_first()?;
            rules.allow(u32::from(value)).then_some(behind)
        }
        PropertyType::TwoByteInteger => {
            let (&value, behind) = bytes.split_first_chunk::<2>()?;
            let value = u32::from(u16::from_be_bytes(value));
            rules.allow(value).then_some(behind)
        }
        PropertyType::FourByteInteger => {
            let (&value, behind) = bytes.split_first_chunk::<4>()?;
            rules.allow(u32::from_be_bytes(value)).then_some(behind)
        }
        PropertyType::VariableByteInteger => {
            // Of one byte; a longer one may have more bytes than it needs.
            let (&value, behind) = bytes.split_first()?;
            (value < 0x80 && rules.allow(u32::from(value))).then_some(behind)
        }
        PropertyType::Utf8EncodedString => {
            let (text, behind) = prefixed(bytes)?;
            let is_plain = if rules.topic.is_some() {
                !text.is_empty() && text::is_plain_topic(text)
            } else {
                text::is_plain(text)
            };
            is_plain.then_some(behind)
        }
        PropertyType::BinaryData => Some(prefixed(bytes)?.1),
        PropertyType::Utf8StringPair => {
            let (name, behind) = prefixed(bytes)?;
            let (value, behind) = prefixed(behind)?;
            (text::is_plain(name) && text::is_plain(value)).then_some(behind)
        }
    }
}

/// A length's bytes and those behind them.
#[inline(always)]
fn prefixed(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&len, behind) = bytes.split_first_chunk::<2>()?;
    behind.split_at_checked(usize::from(u16::from_be_bytes(len)))
}
