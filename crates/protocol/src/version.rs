//! The version of a profile as stored profiles and files have it: `3.1`, `3.1.1` or `5`.

use std::borrow::Cow;

use mqttscope_wire::ProtocolVersion;
use serde::{Deserialize, Deserializer, Serializer, de};

pub(crate) fn serialize<S: Serializer>(
    version: &ProtocolVersion,
    to: S,
) -> Result<S::Ok, S::Error> {
    to.serialize_str(version.name())
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<ProtocolVersion, D::Error> {
    let name = Cow::<str>::deserialize(from)?;
    ProtocolVersion::from_name(&name).ok_or_else(|| {
        de::Error::custom(format_args!(
            "its version is \"{name}\", and only 3.1, 3.1.1 and 5 are known"
        ))
    })
}
