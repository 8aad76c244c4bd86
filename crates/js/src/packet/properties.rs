//! Properties as a plain object. Those that may repeat are lists; the names are made of the
//! standard's, so that no second table of them is kept.

use std::sync::LazyLock;

use js_sys::{Array, JsString, Uint8Array};
use mqttscope_wire::{
    Properties, PropertiesBuf, Property, PropertyError, PropertyId, PropertyType, PropertyValue,
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
        match property.value() {
            PropertyValue::Number(number) if id == PropertyId::SUBSCRIPTION_IDENTIFIER => {
                list(&mut identifiers, id).push(&number.into());
            }
            PropertyValue::Number(number) => with_key(id, |key| object.set_number(key, number)),
            PropertyValue::Text(text) => with_key(id, |key| object.set_text(key, text)),
            PropertyValue::Data(bytes) => with_key(id, |key| {
                object.set(key, &Uint8Array::new_from_slice(bytes));
            }),
            PropertyValue::Pair(name, value) => {
                let pair = Array::of2(&name.into(), &value.into());
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
                    let name = self.place.utf8(self.name, &name)?.as_str();
                    let value = self.place.utf8(self.name, &value)?.as_str();
                    self.add(properties, PropertyValue::Pair(name, value))?;
                }
                Ok(())
            }
            Some(PropertyType::VariableByteInteger) => {
                let list = self
                    .place
                    .list(self.name, self.value, "a list of numbers")?;
                for number in list.iter() {
                    let number = self.place.number(self.name, &number, u32::MAX)?;
                    self.add(properties, PropertyValue::Number(number))?;
                }
                Ok(())
            }
            Some(PropertyType::Utf8EncodedString) => {
                let text = self.place.text(self.name, self.value)?;
                let text = if self.id == PropertyId::RESPONSE_TOPIC {
                    self.place.topic(self.name, &text)?.as_str()
                } else {
                    self.place.utf8(self.name, &text)?.as_str()
                };
                self.add(properties, PropertyValue::Text(text))
            }
            Some(PropertyType::BinaryData) => {
                let bytes = self.place.bytes(self.name, self.value)?;
                let data = self.place.data(self.name, &bytes)?;
                self.add(properties, PropertyValue::Data(data.as_bytes()))
            }
            Some(PropertyType::Byte) => self.add_number(properties, u8::MAX.into()),
            Some(PropertyType::TwoByteInteger) => self.add_number(properties, u16::MAX.into()),
            Some(PropertyType::FourByteInteger) | None => self.add_number(properties, u32::MAX),
        }
    }

    fn add_number(&self, properties: &mut PropertiesBuf, most: u32) -> Result<(), Failure> {
        let number = self.place.number(self.name, self.value, most)?;
        self.add(properties, PropertyValue::Number(number))
    }

    /// The value is of the property's type.
    fn add(&self, properties: &mut PropertiesBuf, value: PropertyValue<'_>) -> Result<(), Failure> {
        let pushed = match Property::new(self.id, value) {
            Some(property) => properties.push(property),
            None => Err(PropertyError::OutOfRange(self.id)),
        };
        pushed.map_err(|error| {
            self.place.fail(&match error {
                PropertyError::Repeated(_) => format!("{} may not repeat", self.name),
                _ => format!("{}: the value is out of its range", self.name),
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
    fn the_types_of_typescript_name_every_property_and_no_other() {
        let types = include_str!("../types.d.ts");
        let (_, interface) = types.split_once("export interface Properties {").unwrap();
        let (interface, _) = interface.split_once('}').unwrap();
        let typed: Vec<_> = interface
            .lines()
            .filter_map(|line| Some(line.split_once("?: ")?.0.trim().to_owned()))
            .collect();
        let names: Vec<_> = PropertyId::ALL.into_iter().map(name).collect();
        assert_eq!(typed, names);
    }

    #[test]
    fn every_property_has_a_name_of_its_own() {
        let mut names: Vec<_> = PropertyId::ALL.into_iter().map(name).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), PropertyId::ALL.len());
    }
}
