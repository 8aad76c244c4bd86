//! SUBSCRIBE and UNSUBSCRIBE.

use alloc::sync::Arc;
use alloc::vec::Vec;

use mqttscope_shared::topic_tree::too_deep;
use mqttscope_wire::{
    ControlPacket, PacketType, Property, PropertyId, ProtocolVersion, QoS, ReasonCode, ReasonCodes,
    RetainHandling, Suback, Subscribe, Subscription, Unsuback, Unsubscribe,
};

use super::message::Delivery;
use super::routing::{Filter, Terms};
use super::{Broker, ConnectionId, SessionId};

/// A subscription that was made and whose retained messages are due.
struct Made<'a> {
    levels: &'a str,
    terms: Terms,
}

impl Broker {
    pub(super) fn handle_subscribe(
        &mut self,
        id: ConnectionId,
        session_id: SessionId,
        subscribe: &Subscribe<'_>,
    ) {
        let Some(session) = self.sessions.get(&session_id) else {
            return;
        };
        let version = session.version;
        let in_use = session.incoming.get(subscribe.packet_identifier).is_some() && version.is_v5();
        let identifier = match subscribe
            .properties
            .get(PropertyId::SUBSCRIPTION_IDENTIFIER)
        {
            Some(Property::SubscriptionIdentifier(identifier)) => Some(identifier),
            _ => None,
        };
        let mut codes = Vec::new();
        let mut made = Vec::new();
        //= [MQTT-3.8.4-5] v5, [MQTT-3.8.4-4] v3.1.1: many filters are as many subscriptions, in order
        for subscription in subscribe.subscriptions.iter() {
            let result = if in_use {
                Err(ReasonCode::PACKET_IDENTIFIER_IN_USE)
            } else {
                self.subscribe(session_id, version, &subscription, identifier)
            };
            //= [MQTT-3.8.4-6] and [MQTT-3.9.3-1] v5, [MQTT-3.8.4-5] and [MQTT-3.9.3-1] v3.1.1: a code for
            // each, in their order
            codes.push(match result {
                Ok((granted, retained)) => {
                    made.extend(retained);
                    granted as u8
                }
                Err(reason) => refusal(reason, version).0,
            });
        }
        //= [MQTT-3.8.4-1] and [MQTT-3.8.4-2] v5 and v3.1.1
        let suback = ControlPacket::Suback(Suback {
            packet_identifier: subscribe.packet_identifier,
            properties: mqttscope_wire::Properties::NONE,
            reason_codes: ReasonCodes::new(&codes),
        });
        let sendable = codes
            .iter()
            .all(|&code| ReasonCode(code).is_defined(PacketType::Suback, version));
        if !sendable {
            // MQTT 3.1 cannot refuse a subscription.
            return self.fail(id, ReasonCode::NOT_AUTHORIZED, None);
        }
        self.answer(id, &suback);
        for Made { levels, terms } in made {
            self.send_retained(session_id, levels, terms);
        }
    }

    /// Makes one subscription. Gives the granted QoS and, when retained messages are due, for what.
    fn subscribe<'a>(
        &mut self,
        session_id: SessionId,
        version: ProtocolVersion,
        subscription: &Subscription<'a>,
        identifier: Option<u32>,
    ) -> Result<(QoS, Option<Made<'a>>), ReasonCode> {
        let text = subscription.topic_filter.as_str();
        let sharing = self.sharing(version);
        let filter = Filter::new(text, sharing);
        self.check_filter(session_id, text, filter, identifier)?;
        let mut options = subscription.options;
        options.maximum_qos = options.maximum_qos.min(self.options.maximum_qos);
        //= [MQTT-3.2.2-10] v5: a lower QoS is granted, not refused
        //= [MQTT-3.8.4-7] v5, [MQTT-3.8.4-5] v3.1.1
        let granted = options.maximum_qos;
        let terms = Terms {
            options,
            identifier,
            sharing,
        };
        let new = self
            .routes
            .subscribe(filter, session_id, terms)
            .map_err(|_| ReasonCode::TOPIC_FILTER_INVALID)?;
        let before = self
            .sessions
            .get_mut(&session_id)
            .and_then(|session| session.subscriptions.insert(text.into(), terms));
        if let Some(before) = before.filter(|before| before.sharing != sharing) {
            // The client came back with a version that reads the filter in another way.
            self.remove_route(text, before, session_id);
        }
        if filter.levels.starts_with("$SYS") {
            self.sys_subscriptions = self.sys_subscriptions.saturating_add(usize::from(new));
            self.refresh_sys();
        }
        let retained = match options.retain_handling {
            // Section 4.8.2: a shared subscription gets no retained messages.
            _ if filter.share_name.is_some() => false,
            //= [MQTT-3.3.1-9] v5, [MQTT-3.3.1-6] and [MQTT-3.8.4-3] v3.1.1
            RetainHandling::Send => true,
            //= [MQTT-3.3.1-10] v5: only when the subscription is new
            RetainHandling::SendIfNew => new,
            //= [MQTT-3.3.1-11] v5
            RetainHandling::DoNotSend => false,
        };
        Ok((
            granted,
            retained.then_some(Made {
                levels: filter.levels,
                terms,
            }),
        ))
    }

    fn check_filter(
        &mut self,
        session_id: SessionId,
        text: &str,
        filter: Filter<'_>,
        identifier: Option<u32>,
    ) -> Result<(), ReasonCode> {
        let options = &self.options;
        if filter.share_name.is_some() && !options.shared_subscription_available {
            return Err(ReasonCode::SHARED_SUBSCRIPTIONS_NOT_SUPPORTED);
        }
        if !options.wildcard_subscription_available && filter.levels.contains(['+', '#']) {
            //= [MQTT-3.8.3-2] v3.1.1: where wildcards are not supported they are refused
            return Err(ReasonCode::WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED);
        }
        if !options.subscription_identifier_available && identifier.is_some() {
            return Err(ReasonCode::SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED);
        }
        if too_deep(filter.levels) {
            return Err(ReasonCode::TOPIC_FILTER_INVALID);
        }
        let limit = options.limits.subscriptions;
        let Some(session) = self.sessions.get(&session_id) else {
            return Err(ReasonCode::UNSPECIFIED_ERROR);
        };
        if session.subscriptions.len() >= limit && !session.subscriptions.contains_key(text) {
            return Err(ReasonCode::QUOTA_EXCEEDED);
        }
        let client_identifier = Arc::clone(&session.client_identifier);
        if self.options.access.may_subscribe(&client_identifier, text) {
            Ok(())
        } else {
            Err(ReasonCode::NOT_AUTHORIZED)
        }
    }

    fn send_retained(&mut self, session_id: SessionId, levels: &str, terms: Terms) {
        let Some(session) = self.sessions.get(&session_id) else {
            return;
        };
        let client_identifier = Arc::clone(&session.client_identifier);
        for stored in self.retained.matching(levels, self.now) {
            //= [MQTT-3.8.3-3] v5: No Local also holds for what was published before
            if terms.options.no_local && stored.publisher.as_ref() == Some(&client_identifier) {
                continue;
            }
            let delivery = Delivery {
                qos: stored.message.qos.min(terms.options.maximum_qos),
                //= [MQTT-3.3.1-8] v3.1.1: RETAIN 1 tells that it is a kept message
                retain: true,
                subscription_identifiers: terms.identifier.into_iter().collect(),
                order: 0,
                stored,
            };
            self.enqueue(session_id, delivery, self.now);
        }
    }

    pub(super) fn handle_unsubscribe(
        &mut self,
        id: ConnectionId,
        session_id: SessionId,
        unsubscribe: &Unsubscribe<'_>,
    ) {
        let Some(session) = self.sessions.get(&session_id) else {
            return;
        };
        let version = session.version;
        let in_use = session
            .incoming
            .get(unsubscribe.packet_identifier)
            .is_some()
            && version.is_v5();
        let mut codes = Vec::new();
        //= [MQTT-3.10.4-6] v5 and v3.1.1: many filters are handled one after the other
        for filter in unsubscribe.topic_filters.iter() {
            let code = if in_use {
                ReasonCode::PACKET_IDENTIFIER_IN_USE
            } else if self.unsubscribe(session_id, filter.as_str()) {
                ReasonCode::SUCCESS
            } else {
                ReasonCode::NO_SUBSCRIPTION_EXISTED
            };
            //= [MQTT-3.11.3-1] v5: in the order of the filters
            codes.push(code.0);
        }
        //= [MQTT-3.10.4-4] and [MQTT-3.10.4-5] v5 and v3.1.1: answered, whether or not there was one
        let reason_codes = if version.is_v5() {
            ReasonCodes::new(&codes)
        } else {
            ReasonCodes::default()
        };
        self.answer(
            id,
            &ControlPacket::Unsuback(Unsuback {
                packet_identifier: unsubscribe.packet_identifier,
                properties: mqttscope_wire::Properties::NONE,
                reason_codes,
            }),
        );
    }

    fn unsubscribe(&mut self, session_id: SessionId, filter: &str) -> bool {
        let Some(session) = self.sessions.get_mut(&session_id) else {
            return false;
        };
        //= [MQTT-3.10.4-1] v5 and v3.1.1: compared character by character
        let Some(terms) = session.subscriptions.remove(filter) else {
            return false;
        };
        //= [MQTT-3.10.4-2] v5 and v3.1.1: nothing new from here on
        //= [MQTT-3.10.4-3] v5 and v3.1.1: what is under way goes on
        self.remove_route(filter, terms, session_id);
        true
    }
}

/// The code that says no in a SUBACK.
const fn refusal(reason: ReasonCode, version: ProtocolVersion) -> ReasonCode {
    //= [MQTT-3.9.3-2] v5 and v3.1.1: a code of the table; before version 5 there is one
    if version.is_v5() {
        reason
    } else {
        ReasonCode::UNSPECIFIED_ERROR
    }
}
