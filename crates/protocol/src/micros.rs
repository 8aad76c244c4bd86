//! Durations as whole microseconds, as [`mqttscope_shared::Instant`] has them: a number each.

use core::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The largest number that a browser has as it is, in microseconds 285 years.
const MOST: u64 = (1 << 53) - 1;

fn number(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros())
        .unwrap_or(MOST)
        .min(MOST)
}

pub(crate) fn serialize<S: Serializer>(duration: &Duration, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_u64(number(*duration))
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    u64::deserialize(from).map(Duration::from_micros)
}

/// The same where there may be none.
pub(crate) mod option {
    use super::{Deserialize, Deserializer, Duration, Serialize, Serializer, number};

    pub(crate) fn serialize<S: Serializer>(
        duration: &Option<Duration>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        duration.map(number).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Duration>, D::Error> {
        Ok(Option::<u64>::deserialize(from)?.map(Duration::from_micros))
    }
}
