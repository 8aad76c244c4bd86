//! What a person wrote, as the client takes it; what cannot be sent is refused in words.

use std::time::Duration;

use mqttscope_client::{Options, Reconnect};
use mqttscope_protocol::{
    MASK, MessageDraft, Profile, Reconnect as Waits, SubscriptionDraft, is_masked,
};
use mqttscope_shared::Message;
use mqttscope_wire::{
    BinaryData, Framer, PropertiesBuf, Property, ProtocolVersion, QoS, RetainHandling,
    Subscription, SubscriptionOptions, SubscriptionsBuf, TopicFilter, TopicName, Utf8EncodedString,
};

/// A wait that a person set, or the shortest one.
fn at_least(wanted_ms: u32, shortest_ms: u32) -> Duration {
    Duration::from_millis(wanted_ms.max(shortest_ms).into())
}

fn text<'a>(what: &str, text: &'a str) -> Result<Utf8EncodedString<'a>, String> {
    Utf8EncodedString::new(text)
        .ok_or_else(|| format!("{what} is longer than 65,535 bytes or holds the character U+0000"))
}

fn binary<'a>(what: &str, bytes: &'a [u8]) -> Result<BinaryData<'a>, String> {
    BinaryData::new(bytes).ok_or_else(|| format!("{what} is longer than 65,535 bytes"))
}

fn qos(level: u8) -> Result<QoS, String> {
    QoS::new(level).ok_or_else(|| format!("there is no QoS {level}"))
}

/// Adds what is there.
struct Properties(PropertiesBuf);

impl Properties {
    fn add(&mut self, property: Option<Property<'_>>) -> Result<(), String> {
        property.map_or(Ok(()), |property| {
            self.0.push(property).map_err(|error| error.to_string())
        })
    }

    fn add_user_properties(&mut self, pairs: &[(String, String)]) -> Result<(), String> {
        for (name, value) in pairs {
            self.add(Some(Property::UserProperty(
                text("a user property's name", name)?,
                text("a user property's value", value)?,
            )))?;
        }
        Ok(())
    }
}

/// A message, and the alias to send its topic by.
pub(crate) fn message(
    draft: &MessageDraft,
    version: ProtocolVersion,
) -> Result<(Message, Option<u16>), String> {
    if draft.topic.is_empty() {
        return Err("a message needs a topic".into());
    }
    let topic = TopicName::new(&draft.topic).ok_or(
        "a topic that is published to may not hold +, # or U+0000, nor be longer than 65,535 bytes",
    )?;
    let mut message = Message::new(topic, draft.payload.as_slice())
        .with_qos(qos(draft.qos)?)
        .with_retain(draft.retain);
    if !version.is_v5() {
        return Ok((message, None));
    }
    let from = &draft.properties;
    let mut to = Properties(PropertiesBuf::new());
    to.add(
        from.payload_format_indicator
            .map(|is_text| Property::PayloadFormatIndicator(is_text.into())),
    )?;
    to.add(
        from.message_expiry_interval
            .map(Property::MessageExpiryInterval),
    )?;
    if let Some(content_type) = &from.content_type {
        to.add(Some(Property::ContentType(text(
            "the content type",
            content_type,
        )?)))?;
    }
    if let Some(response_topic) = &from.response_topic {
        let topic =
            TopicName::new(response_topic).ok_or("a response topic may not hold +, # or U+0000")?;
        to.add(Some(Property::ResponseTopic(topic)))?;
    }
    if let Some(data) = &from.correlation_data {
        to.add(Some(Property::CorrelationData(binary(
            "the correlation data",
            data,
        )?)))?;
    }
    to.add_user_properties(&from.user_properties)?;
    message.properties = to.0;
    Ok((message, from.topic_alias))
}

/// What a SUBSCRIBE asks for, and its properties. One packet has one Subscription Identifier: the
/// first that is given.
pub(crate) fn subscriptions(
    drafts: &[SubscriptionDraft],
    version: ProtocolVersion,
) -> Result<(SubscriptionsBuf, PropertiesBuf), String> {
    let mut subscriptions = SubscriptionsBuf::new();
    let mut properties = Properties(PropertiesBuf::new());
    for draft in drafts {
        let topic_filter = TopicFilter::new(&draft.topic_filter).ok_or_else(|| {
            format!(
                "{:?} is no topic filter: + stands for one whole level, # for all the last ones, \
                 and $share/GROUP/ goes before the filter",
                draft.topic_filter
            )
        })?;
        let options = if version.is_v5() {
            SubscriptionOptions {
                maximum_qos: qos(draft.qos)?,
                no_local: draft.no_local,
                retain_as_published: draft.retain_as_published,
                retain_handling: match draft.retain_handling {
                    0 => RetainHandling::Send,
                    1 => RetainHandling::SendIfNew,
                    _ => RetainHandling::DoNotSend,
                },
            }
        } else {
            SubscriptionOptions {
                maximum_qos: qos(draft.qos)?,
                ..SubscriptionOptions::default()
            }
        };
        subscriptions.push(Subscription {
            topic_filter,
            options,
        });
    }
    if version.is_v5() {
        let identifier = drafts
            .iter()
            .find_map(|draft| draft.subscription_identifier);
        properties.add(identifier.map(Property::SubscriptionIdentifier))?;
        for draft in drafts {
            properties.add_user_properties(&draft.user_properties)?;
        }
    }
    Ok((subscriptions, properties.0))
}

/// What a client is made of. `seed` makes back-off differ from client to client.
pub(crate) fn options(profile: &Profile, seed: u64) -> Result<Options, String> {
    let version = profile.version;
    let address = profile.target.address();
    if address.is_some_and(|address| is_masked(address)) || is_masked(&profile.bridged.proxy) {
        return Err(format!(
            "the address has {MASK} where a secret was left out; enter it in the connection's settings"
        ));
    }
    let mut options = Options::new(version, profile.client_identifier.clone());
    if version == ProtocolVersion::V3_1 && profile.client_identifier.is_empty() {
        // 3.1 wants 1 to 23 characters.
        options.client_identifier = format!("mqttscope-{:08x}", seed as u32);
    }
    // What the log takes, the client reads: one limit, so that both see the same packets.
    options.limits.packet = Framer::MAXIMUM;
    options.clean_start = profile.clean_start;
    options.keep_alive = profile.keep_alive;
    options.user_name = profile.user_name.clone();
    options.password = profile
        .password
        .as_ref()
        .map(|text| text.as_bytes().to_vec());
    options.automatic_topic_alias = profile.automatic_topic_alias;
    // Rows are made of the wire's bytes; of messages only answers to requests are waited for.
    options.answers_only = true;
    // A broker that lost a session but says it has one is worth seeing, not worth failing for.
    options.accept_unknown_session = true;
    options.seed = Some(seed);
    options.reconnect = profile.reconnect.map(|wanted| Reconnect {
        first: at_least(wanted.first_ms, Waits::SHORTEST_FIRST_MS),
        longest: at_least(wanted.longest_ms, Waits::SHORTEST_LONGEST_MS),
        attempts: wanted.attempts,
        ..Reconnect::default()
    });
    if let Some(will) = &profile.will {
        let (mut message, _) = message(&will.message, version)?;
        if let Some(delay) = will.delay_interval.filter(|_| version.is_v5()) {
            message = message
                .with_property(Property::WillDelayInterval(delay))
                .map_err(|error| error.to_string())?;
        }
        options.will = Some(message);
    }
    if version.is_v5() {
        options.properties = connect_properties(profile)?;
    }
    Ok(options)
}

fn connect_properties(profile: &Profile) -> Result<PropertiesBuf, String> {
    let from = &profile.properties;
    let mut to = Properties(PropertiesBuf::new());
    to.add(
        from.session_expiry_interval
            .map(Property::SessionExpiryInterval),
    )?;
    to.add(from.receive_maximum.map(Property::ReceiveMaximum))?;
    to.add(from.maximum_packet_size.map(Property::MaximumPacketSize))?;
    to.add(from.topic_alias_maximum.map(Property::TopicAliasMaximum))?;
    to.add(
        from.request_response_information
            .map(|wanted| Property::RequestResponseInformation(wanted.into())),
    )?;
    to.add(
        from.request_problem_information
            .map(|wanted| Property::RequestProblemInformation(wanted.into())),
    )?;
    to.add_user_properties(&from.user_properties)?;
    if let Some(method) = &from.authentication_method {
        to.add(Some(Property::AuthenticationMethod(text(
            "the authentication method",
            method,
        )?)))?;
        if let Some(data) = &from.authentication_data {
            to.add(Some(Property::AuthenticationData(binary(
                "the authentication data",
                data,
            )?)))?;
        }
    }
    Ok(to.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_sent_is_refused_in_words() {
        let draft = |topic: &str| MessageDraft {
            topic: topic.into(),
            ..MessageDraft::default()
        };
        for (topic, word) in [
            ("", "needs a topic"),
            ("a/#", "may not hold"),
            ("a\0", "U+0000"),
        ] {
            let error = message(&draft(topic), ProtocolVersion::V5).unwrap_err();
            assert!(error.contains(word), "{topic:?}: {error}");
        }
        let filter = SubscriptionDraft {
            topic_filter: "a/#/b".into(),
            ..SubscriptionDraft::default()
        };
        assert!(
            subscriptions(&[filter], ProtocolVersion::V5)
                .unwrap_err()
                .contains("a/#/b")
        );
    }

    #[test]
    fn properties_are_sent_in_version_5_only() {
        let mut draft = MessageDraft {
            topic: "a".into(),
            ..MessageDraft::default()
        };
        draft.properties.content_type = Some("text/plain".into());
        draft.properties.topic_alias = Some(3);
        let of = |version| message(&draft, version).unwrap();
        assert_eq!(
            of(ProtocolVersion::V5)
                .0
                .properties
                .as_properties()
                .iter()
                .count(),
            1
        );
        assert_eq!(of(ProtocolVersion::V5).1, Some(3));
        assert_eq!(
            of(ProtocolVersion::V3_1_1)
                .0
                .properties
                .as_properties()
                .iter()
                .count(),
            0
        );
        assert_eq!(of(ProtocolVersion::V3_1_1).1, None);
    }

    #[test]
    fn every_preset_of_the_form_makes_a_client() {
        for version in ProtocolVersion::ALL {
            let profile = Profile {
                version,
                ..Profile::default()
            };
            assert!(mqttscope_client::Client::new(options(&profile, 7).unwrap()).is_ok());
        }
    }
}
