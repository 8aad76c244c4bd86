//! Marks by which a message is known again when the server forwards it.

use core::ops::Range;

use mqttscope_wire::{Properties, Property, PropertyId, PropertyValue};

/// Bytes of a payload's beginning and end that are looked at: a long payload costs no more.
const SAMPLE: usize = 256;

/// User Properties that a server may be thought to add: a long list costs no more.
const MOST_ADDED: usize = 8;

const SEED: u64 = 0x51_7c_c1_b7_27_22_0a_95;

fn mix(hash: u64, word: u64) -> u64 {
    (hash.rotate_left(5) ^ word).wrapping_mul(SEED)
}

/// Mixes bytes in, eight at a time.
fn bytes(mut hash: u64, bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        hash = mix(hash, u64::from_le_bytes(*word));
    }
    let mut last = [0; 8];
    for (slot, byte) in last.iter_mut().zip(rest) {
        *slot = *byte;
    }
    hash = mix(hash, u64::from_le_bytes(last));
    mix(hash, bytes_len(bytes))
}

const fn bytes_len(bytes: &[u8]) -> u64 {
    bytes.len() as u64
}

/// The mark of a text, such as a topic or a client identifier.
pub(super) fn of_text(text: &str) -> u64 {
    bytes(1, text.as_bytes())
}

/// The mark of a topic and a payload.
pub(super) fn of_message(topic: u64, payload: &[u8]) -> u64 {
    let hash = mix(topic, bytes_len(payload));
    if payload.len() <= SAMPLE.saturating_mul(2) {
        return bytes(hash, payload);
    }
    let (head, _) = payload.split_at_checked(SAMPLE).unwrap_or((payload, &[]));
    let tail = payload
        .get(payload.len().saturating_sub(SAMPLE)..)
        .unwrap_or_default();
    bytes(bytes(hash, head), tail)
}

/// The mark of two others.
pub(super) fn of_pair(first: u64, second: u64) -> u64 {
    mix(mix(3, first), second)
}

/// The mark of the properties that a server passes on as they are, in their order.
pub(super) fn of_properties(properties: Properties<'_>) -> u64 {
    of_some(properties, 0..usize::MAX)
}

/// Whether a message came in with the properties of this mark, the server having added User
/// Properties before or behind them: nothing forbids that.
pub(super) fn adds_to(properties: Properties<'_>, mark: u64) -> bool {
    let is_pair = |property: &Property<'_>| matches!(property, Property::UserProperty(..));
    let pairs = properties.iter().filter(is_pair).count();
    (0..pairs)
        .take(MOST_ADDED)
        .map(|added| pairs.saturating_sub(added.saturating_add(1)))
        .any(|kept| {
            of_some(properties, 0..kept) == mark
                || of_some(properties, pairs.saturating_sub(kept)..pairs) == mark
        })
}

/// The mark, of the User Properties only those in the range.
fn of_some(properties: Properties<'_>, pairs: Range<usize>) -> u64 {
    let mut hash = 2;
    let mut single = 0_u64;
    let mut pair = 0_usize;
    for property in properties.iter() {
        let id = u64::from(property.id().0);
        let one = match property {
            Property::PayloadFormatIndicator(0) => continue,
            Property::PayloadFormatIndicator(byte) => mix(id, u64::from(byte)),
            Property::ContentType(text) => bytes(id, text.as_str().as_bytes()),
            Property::ResponseTopic(topic) => bytes(id, topic.as_str().as_bytes()),
            Property::CorrelationData(data) => bytes(id, data.as_bytes()),
            //= [MQTT-3.3.2-18] v5: only their order is kept
            Property::UserProperty(name, value) => {
                if pairs.contains(&pair) {
                    hash = bytes(
                        bytes(hash, name.as_str().as_bytes()),
                        value.as_str().as_bytes(),
                    );
                }
                pair = pair.saturating_add(1);
                continue;
            }
            _ => continue,
        };
        // Properties that stand once may change places.
        single = single.wrapping_add(one);
    }
    mix(hash, single)
}

/// The number of a property that has one.
pub(super) fn number(properties: Properties<'_>, id: PropertyId) -> Option<u32> {
    match properties.get(id)?.value() {
        PropertyValue::Number(number) => Some(number),
        _ => None,
    }
}

/// The Authentication Method.
pub(super) fn method(properties: Properties<'_>) -> Option<u64> {
    match properties.get(PropertyId::AUTHENTICATION_METHOD)? {
        Property::AuthenticationMethod(name) => Some(of_text(name.as_str())),
        _ => None,
    }
}
