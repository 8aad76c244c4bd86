//! Properties as a plain object. Those that may repeat are lists; the names are made of the
//! standard's, so that no second table of them is kept.

use std::sync::LazyLock;

use js_sys::{Array, JsString, Uint8Array};
use mqttscope_wire::{
    Properties, PropertiesBuf, Property, PropertyError, PropertyId, PropertyType,
};
use wasm_bindgen::prelude::*;

use super::field::{self, Place};
use crate::error::Failure;
use crate::given::Given;
use crate::plain::Plain;

/// A property's name in JavaScript, ready to be used as a key.
struct Key {
    id: PropertyId,
    key: JsString,
}

/// The names, by the properties' numbers.
static NAMES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let last = PropertyId::ALL.into_iter().map(|id| id.0).max();
    (0..=last.unwrap_or_default())
        .map(|number| name(PropertyId(number)))
        .collect()
});

fn name_of(id: PropertyId) -> &'static str {
    NAMES.get(id.0 as usize).map_or("", String::as_str)
}

thread_local! {
    static KEYS: Vec<Key> = PropertyId::ALL
        .into_iter()
        .map(|id| Key { id, key: name_of(id).into() })
        .collect();
    /// The number of a property by its name: asking JavaScript is cheaper than copying the name.
    static NUMBERS: Numbers = {
        let numbers = Numbers::new();
        for id in PropertyId::ALL {
            numbers.set(name_of(id), id.0);
        }
        numbers
    };
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = Map)]
    type Numbers;
    #[wasm_bindgen(constructor, js_class = "Map")]
    fn new() -> Numbers;
    #[wasm_bindgen(method)]
    fn set(this: &Numbers, name: &str, number: u32);
    /// `undefined`, for what is no property, arrives as NaN.
    #[wasm_bindgen(method)]
    fn get(this: &Numbers, name: &JsValue) -> f64;
}

/// `messageExpiryInterval` of "Message Expiry Interval"; what may repeat is named as a list.
fn name(id: PropertyId) -> String {
    match id {
        PropertyId::USER_PROPERTY => return "userProperties".to_owned(),
        PropertyId::SUBSCRIPTION_IDENTIFIER => return "subscriptionIdentifiers".to_owned(),
        _ => {}
    }
    let mut name = String::new();
    for word in id.name().split(' ') {
        let word = word.to_ascii_lowercase();
        let mut letters = word.chars();
        match letters.next() {
            Some(first) if !name.is_empty() => name.push(first.to_ascii_uppercase()),
            Some(first) => name.push(first),
            None => {}
        }
        name.push_str(letters.as_str());
    }
    name
}

fn with_key(id: PropertyId, set: impl FnOnce(&JsString)) {
    KEYS.with(|keys| {
        if let Some(key) = keys.iter().find(|key| key.id == id) {
            set(&key.key);
        }
    });
}

/// The properties as an object.
pub(super) fn object(properties: Properties<'_>) -> Plain {
    let object = Plain::new();
    let mut identifiers: Option<Array> = None;
    let mut pairs: Option<Array> = None;
    // Put in where the first stands, so that writing keeps the order.
    let list = |list: &mut Option<Array>, id| {
        list.get_or_insert_with(|| {
            let list = Array::new();
            with_key(id, |key| object.set(key, &list));
            list
        })
        .clone()
    };
    for property in properties {
        let id = property.id();
        let number = |number: u32| with_key(id, |key| object.set_number(key, number));
        let text = |text: &str| with_key(id, |key| object.set_text(key, text));
        let bytes = |bytes: &[u8]| {
            with_key(id, |key| {
                object.set(key, &Uint8Array::new_from_slice(bytes))
            });
        };
        match property {
            Property::PayloadFormatIndicator(byte)
            | Property::RequestProblemInformation(byte)
            | Property::RequestResponseInformation(byte)
            | Property::MaximumQoS(byte)
            | Property::RetainAvailable(byte)
            | Property::WildcardSubscriptionAvailable(byte)
            | Property::SubscriptionIdentifierAvailable(byte)
            | Property::SharedSubscriptionAvailable(byte) => number(byte.into()),
            Property::ServerKeepAlive(value)
            | Property::ReceiveMaximum(value)
            | Property::TopicAliasMaximum(value)
            | Property::TopicAlias(value) => number(value.into()),
            Property::MessageExpiryInterval(value)
            | Property::SessionExpiryInterval(value)
            | Property::WillDelayInterval(value)
            | Property::MaximumPacketSize(value) => number(value),
            Property::ResponseTopic(topic) => text(topic.as_str()),
            Property::ContentType(value)
            | Property::AssignedClientIdentifier(value)
            | Property::AuthenticationMethod(value)
            | Property::ResponseInformation(value)
            | Property::ServerReference(value)
            | Property::ReasonString(value) => text(value.as_str()),
            Property::CorrelationData(data) | Property::AuthenticationData(data) => {
                bytes(data.as_bytes());
            }
            Property::SubscriptionIdentifier(value) => {
                list(&mut identifiers, id).push(&value.into());
            }
            Property::UserProperty(name, value) => {
                let pair = Array::of2(&name.as_str().into(), &value.as_str().into());
                list(&mut pairs, id).push(&pair);
            }
        }
    }
    object
}

/// Reads the `properties` of an object, in the order of their keys; none when there are none.
pub(super) fn read(place: Place<'_>, value: &JsValue) -> Result<PropertiesBuf, Failure> {
    let mut properties = PropertiesBuf::new();
    let Some(object) = Given::of(value) else {
        return if field::is_absent(value) {
            Ok(properties)
        } else {
            Err(Failure::field(place.0, "properties", "an object"))
        };
    };
    for key in object.keys().iter() {
        let number = NUMBERS.with(|numbers| numbers.get(&key));
        if number.is_nan() {
            let name = key.as_string().unwrap_or_default();
            return Err(place.fail(&format!("there is no property {name}")));
        }
        let id = PropertyId(number as u32);
        let value = object.value(&key);
        let given = Entry {
            place,
            id,
            name: name_of(id),
            value: &value,
        };
        given.push(&mut properties)?;
    }
    Ok(properties)
}

/// A property that the caller gives.
struct Entry<'a> {
    place: Place<'a>,
    id: PropertyId,
    name: &'static str,
    value: &'a JsValue,
}

impl Entry<'_> {
    fn push(&self, properties: &mut PropertiesBuf) -> Result<(), Failure> {
        match self.id.property_type() {
            Some(PropertyType::Utf8StringPair) => {
                let must = "a list of pairs of strings";
                for pair in self.place.list(self.name, self.value, must)?.iter() {
                    let pair = self.place.list(self.name, &pair, must)?;
                    if pair.len() != 2 {
                        return Err(Failure::field(self.place.0, self.name, must));
                    }
                    let (name, value) = (pair.get(0), pair.get(1));
                    let name = self.place.text(self.name, &name)?;
                    let value = self.place.text(self.name, &value)?;
                    let pair = Property::UserProperty(
                        self.place.utf8(self.name, &name)?,
                        self.place.utf8(self.name, &value)?,
                    );
                    self.add(properties, pair)?;
                }
                Ok(())
            }
            Some(PropertyType::VariableByteInteger) => {
                let list = self
                    .place
                    .list(self.name, self.value, "a list of numbers")?;
                for number in list.iter() {
                    let number = self.place.number(self.name, &number, u32::MAX)?;
                    self.add(properties, Property::SubscriptionIdentifier(number))?;
                }
                Ok(())
            }
            Some(PropertyType::Utf8EncodedString) => {
                let text = self.place.text(self.name, self.value)?;
                let property = if self.id == PropertyId::RESPONSE_TOPIC {
                    Property::ResponseTopic(self.place.topic(self.name, &text)?)
                } else {
                    let text = self.place.utf8(self.name, &text)?;
                    match self.id {
                        PropertyId::CONTENT_TYPE => Property::ContentType(text),
                        PropertyId::ASSIGNED_CLIENT_IDENTIFIER => {
                            Property::AssignedClientIdentifier(text)
                        }
                        PropertyId::AUTHENTICATION_METHOD => Property::AuthenticationMethod(text),
                        PropertyId::RESPONSE_INFORMATION => Property::ResponseInformation(text),
                        PropertyId::SERVER_REFERENCE => Property::ServerReference(text),
                        _ => Property::ReasonString(text),
                    }
                };
                self.add(properties, property)
            }
            Some(PropertyType::BinaryData) => {
                let bytes = self.place.bytes(self.name, self.value)?;
                let data = self.place.data(self.name, &bytes)?;
                let property = if self.id == PropertyId::CORRELATION_DATA {
                    Property::CorrelationData(data)
                } else {
                    Property::AuthenticationData(data)
                };
                self.add(properties, property)
            }
            Some(PropertyType::Byte) => {
                let number = self.place.number(self.name, self.value, u8::MAX.into())? as u8;
                self.add(
                    properties,
                    match self.id {
                        PropertyId::PAYLOAD_FORMAT_INDICATOR => {
                            Property::PayloadFormatIndicator(number)
                        }
                        PropertyId::REQUEST_PROBLEM_INFORMATION => {
                            Property::RequestProblemInformation(number)
                        }
                        PropertyId::REQUEST_RESPONSE_INFORMATION => {
                            Property::RequestResponseInformation(number)
                        }
                        PropertyId::MAXIMUM_QOS => Property::MaximumQoS(number),
                        PropertyId::RETAIN_AVAILABLE => Property::RetainAvailable(number),
                        PropertyId::WILDCARD_SUBSCRIPTION_AVAILABLE => {
                            Property::WildcardSubscriptionAvailable(number)
                        }
                        PropertyId::SUBSCRIPTION_IDENTIFIER_AVAILABLE => {
                            Property::SubscriptionIdentifierAvailable(number)
                        }
                        _ => Property::SharedSubscriptionAvailable(number),
                    },
                )
            }
            Some(PropertyType::TwoByteInteger) => {
                let number = self.place.number(self.name, self.value, u16::MAX.into())? as u16;
                self.add(
                    properties,
                    match self.id {
                        PropertyId::SERVER_KEEP_ALIVE => Property::ServerKeepAlive(number),
                        PropertyId::RECEIVE_MAXIMUM => Property::ReceiveMaximum(number),
                        PropertyId::TOPIC_ALIAS_MAXIMUM => Property::TopicAliasMaximum(number),
                        _ => Property::TopicAlias(number),
                    },
                )
            }
            Some(PropertyType::FourByteInteger) | None => {
                let number = self.place.number(self.name, self.value, u32::MAX)?;
                self.add(
                    properties,
                    match self.id {
                        PropertyId::MESSAGE_EXPIRY_INTERVAL => {
                            Property::MessageExpiryInterval(number)
                        }
                        PropertyId::SESSION_EXPIRY_INTERVAL => {
                            Property::SessionExpiryInterval(number)
                        }
                        PropertyId::WILL_DELAY_INTERVAL => Property::WillDelayInterval(number),
                        _ => Property::MaximumPacketSize(number),
                    },
                )
            }
        }
    }

    fn add(&self, properties: &mut PropertiesBuf, property: Property<'_>) -> Result<(), Failure> {
        properties.push(property).map_err(|error| {
            self.place.fail(&match error {
                PropertyError::OutOfRange(_) => {
                    format!("{}: the value is out of its range", self.name)
                }
                PropertyError::Repeated(_) => format!("{} may not repeat", self.name),
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_standards_in_camel_case() {
        assert_eq!(
            name(PropertyId::MESSAGE_EXPIRY_INTERVAL),
            "messageExpiryInterval"
        );
        assert_eq!(name(PropertyId::MAXIMUM_QOS), "maximumQos");
        assert_eq!(name(PropertyId::USER_PROPERTY), "userProperties");
    }

    #[test]
    fn every_property_has_a_name_of_its_own() {
        let mut names: Vec<_> = PropertyId::ALL.into_iter().map(name).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), PropertyId::ALL.len());
    }
}
