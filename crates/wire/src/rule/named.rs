//! A rule travels by its stable name: numbers of the table differ between releases.

use core::fmt;

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Rule;

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Name;
        impl Visitor<'_> for Name {
            type Value = Rule;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a rule")
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<Rule, E> {
                Rule::from_name(name).ok_or_else(|| E::invalid_value(Unexpected::Str(name), &self))
            }
        }
        deserializer.deserialize_str(Name)
    }
}

#[cfg(test)]
mod tests {
    use serde::de::IntoDeserializer as _;
    use serde::de::value::Error;

    use super::*;

    #[test]
    fn a_rule_is_read_by_its_name_and_no_other_text_is_one() {
        for rule in Rule::ALL {
            let read: Result<Rule, Error> = Rule::deserialize(rule.name().into_deserializer());
            assert_eq!(read, Ok(rule));
        }
        let read: Result<Rule, Error> = Rule::deserialize("no-such-rule".into_deserializer());
        assert!(read.is_err());
    }
}
