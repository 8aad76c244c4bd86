//! Topic aliases, both ways (v5 section 3.3.2.3.4). They end with the connection.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::sync::Arc;

/// What was wrong with an alias that came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AliasError {
    /// Zero or more than the maximum this end announced.
    OutOfRange,
    /// No topic was given with it before.
    Unknown,
}

/// The aliases that the peer has set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IncomingAliases {
    maximum: u16,
    topics: BTreeMap<u16, Arc<str>>,
}

impl IncomingAliases {
    /// Accepts aliases up to `maximum`, which this end announced.
    #[must_use]
    pub const fn new(maximum: u16) -> Self {
        Self {
            maximum,
            topics: BTreeMap::new(),
        }
    }

    /// The topic that an alias stands for; a topic that comes with it is remembered.
    ///
    /// # Errors
    /// An alias out of range, or one without a topic that was not set before.
    pub fn resolve(&mut self, alias: u16, topic_name: &str) -> Result<&Arc<str>, AliasError> {
        //= [MQTT-3.3.2-8], [MQTT-3.3.2-9] and [MQTT-3.3.2-11] v5: 1 up to the receiver's maximum
        if alias == 0 || alias > self.maximum {
            return Err(AliasError::OutOfRange);
        }
        if !topic_name.is_empty() {
            //= [MQTT-3.3.2-10] and [MQTT-3.3.2-12] v5: every alias up to the announced maximum is accepted
            self.topics.insert(alias, topic_name.into());
        }
        self.topics.get(&alias).ok_or(AliasError::Unknown)
    }

    /// The greatest that is accepted.
    #[must_use]
    pub const fn maximum(&self) -> u16 {
        self.maximum
    }

    /// Alias and topic, least alias first.
    pub fn iter(&self) -> impl Iterator<Item = (u16, &str)> {
        self.topics.iter().map(|(&alias, topic)| (alias, &**topic))
    }
}

/// How a message goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutgoingAlias {
    /// The alias it carries.
    pub alias: u16,
    /// Whether the topic name must stand beside it; otherwise it is left empty.
    pub with_topic: bool,
}

/// The aliases that this end has set, given out as topics come; the longest unused makes room.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutgoingAliases {
    maximum: u16,
    by_topic: BTreeMap<String, u16>,
    /// When each alias was used, and for which topic.
    used: BTreeMap<u16, (u64, String)>,
    clock: u64,
}

impl OutgoingAliases {
    /// Uses aliases up to `maximum`, which the peer announced.
    #[must_use]
    pub const fn new(maximum: u16) -> Self {
        Self {
            maximum,
            by_topic: BTreeMap::new(),
            used: BTreeMap::new(),
            clock: 0,
        }
    }

    /// The greatest that may be used.
    #[must_use]
    pub const fn maximum(&self) -> u16 {
        self.maximum
    }

    /// An alias for the topic; none when the peer accepts none.
    pub fn assign(&mut self, topic_name: &str) -> Option<OutgoingAlias> {
        self.clock = self.clock.saturating_add(1);
        if let Some(&alias) = self.by_topic.get(topic_name) {
            self.touch(alias);
            return Some(OutgoingAlias {
                alias,
                with_topic: false,
            });
        }
        //= [MQTT-3.3.2-9] and [MQTT-3.3.2-11] v5: no alias above the receiver's maximum
        let count = u16::try_from(self.used.len()).unwrap_or(u16::MAX);
        let alias = if count < self.maximum {
            count.saturating_add(1)
        } else {
            *self.used.iter().min_by_key(|(_, (when, _))| *when)?.0
        };
        self.set(alias, topic_name);
        Some(OutgoingAlias {
            alias,
            with_topic: true,
        })
    }

    /// Notes an alias that the caller chose; false when it is out of range.
    pub fn set(&mut self, alias: u16, topic_name: &str) -> bool {
        if alias == 0 || alias > self.maximum {
            return false;
        }
        self.clock = self.clock.saturating_add(1);
        if let Some((_, before)) = self.used.insert(alias, (self.clock, topic_name.into())) {
            // The topic may have moved on to another alias since.
            if self.by_topic.get(&before) == Some(&alias) {
                self.by_topic.remove(&before);
            }
        }
        self.by_topic.insert(topic_name.into(), alias);
        true
    }

    /// Forgets an alias whose PUBLISH was not sent after all.
    pub fn unset(&mut self, alias: u16) {
        if let Some((when, topic)) = self.used.get_mut(&alias) {
            if self.by_topic.get(topic) == Some(&alias) {
                self.by_topic.remove(topic);
            }
            // It stays in its row, as the first to be used again.
            *when = 0;
            topic.clear();
        }
    }

    /// The topic that an alias stands for at the peer.
    #[must_use]
    pub fn topic_of(&self, alias: u16) -> Option<&str> {
        self.used.get(&alias).map(|(_, topic)| topic.as_str())
    }

    /// Alias and topic, least alias first.
    pub fn iter(&self) -> impl Iterator<Item = (u16, &str)> {
        self.used
            .iter()
            .map(|(&alias, (_, topic))| (alias, topic.as_str()))
    }

    fn touch(&mut self, alias: u16) {
        if let Some((when, _)) = self.used.get_mut(&alias) {
            *when = self.clock;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn incoming() {
        let mut aliases = IncomingAliases::new(2);
        assert_eq!(aliases.resolve(0, "a"), Err(AliasError::OutOfRange));
        assert_eq!(aliases.resolve(3, "a"), Err(AliasError::OutOfRange));
        assert_eq!(aliases.resolve(1, ""), Err(AliasError::Unknown));
        assert_eq!(aliases.resolve(1, "a"), Ok(&"a".into()));
        assert_eq!(aliases.resolve(1, ""), Ok(&"a".into()));
        assert_eq!(aliases.resolve(1, "b"), Ok(&"b".into()));
        assert_eq!(aliases.resolve(1, ""), Ok(&"b".into()));
    }

    #[test]
    fn outgoing_makes_room() {
        let mut aliases = OutgoingAliases::new(2);
        let alias = |alias, with_topic| Some(OutgoingAlias { alias, with_topic });
        assert_eq!(aliases.assign("a"), alias(1, true));
        assert_eq!(aliases.assign("b"), alias(2, true));
        assert_eq!(aliases.assign("a"), alias(1, false));
        assert_eq!(
            aliases.assign("c"),
            alias(2, true),
            "b was used longest ago"
        );
        assert_eq!(aliases.assign("b"), alias(1, true));
        assert_eq!(OutgoingAliases::new(0).assign("a"), None);
    }

    #[test]
    fn what_is_sent_resolves_at_the_other_end() {
        let mut out = OutgoingAliases::new(3);
        let mut back = IncomingAliases::new(3);
        for n in 0..200_u32 {
            let topic = alloc::format!("t/{}", n.wrapping_mul(7) % 5);
            let sent = out.assign(&topic).unwrap();
            let name = if sent.with_topic { topic.as_str() } else { "" };
            assert_eq!(back.resolve(sent.alias, name), Ok(&topic.as_str().into()));
        }
    }
}
