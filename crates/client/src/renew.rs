//! Subscriptions that are made anew when the server has no session.

use alloc::string::{String, ToString};

use mqttscope_wire::{
    PropertiesBuf, ReasonCode, Subscription, SubscriptionOptions, SubscriptionsBuf, TopicFilter,
};

use super::session::{Request, Session};
use super::{Client, Ticket};

/// A subscription that the server has granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptSubscription {
    /// With `$share/NAME/` if it is shared.
    pub topic_filter: String,
    /// As they were asked for.
    pub options: SubscriptionOptions,
    /// Of its SUBSCRIBE.
    pub properties: PropertiesBuf,
}

impl KeptSubscription {
    /// What a SUBSCRIBE for it alone carries; none when the filter is none.
    pub(super) fn subscriptions(&self) -> Option<SubscriptionsBuf> {
        let mut subscriptions = SubscriptionsBuf::new();
        subscriptions.push(Subscription {
            topic_filter: TopicFilter::new(&self.topic_filter)?,
            options: self.options,
        });
        Some(subscriptions)
    }
}

impl Client {
    /// Subscriptions that [`super::Options::renew_subscriptions`] keeps, the oldest first.
    pub fn subscriptions(&self) -> impl Iterator<Item = &KeptSubscription> {
        self.session.subscriptions.iter()
    }
}

impl Session {
    /// Notes what the server has granted or ended with the answer to a request.
    pub(super) fn keep(&mut self, request: &Request, reason_codes: &[ReasonCode]) {
        match request {
            Request::Subscribe {
                subscriptions,
                properties,
                ..
            } => {
                let asked = subscriptions.as_subscriptions();
                for (subscription, code) in asked.iter().zip(reason_codes) {
                    if code.is_error() {
                        continue;
                    }
                    let kept = KeptSubscription {
                        topic_filter: subscription.topic_filter.to_string(),
                        options: subscription.options,
                        properties: properties.clone(),
                    };
                    self.forget(&kept.topic_filter);
                    self.subscriptions.push(kept);
                }
            }
            Request::Unsubscribe { topic_filters, .. } => {
                let filters = topic_filters.as_topic_filters();
                for (number, filter) in filters.iter().enumerate() {
                    // Before version 5 there are no codes, and nothing can be refused.
                    if reason_codes.get(number).is_none_or(|code| !code.is_error()) {
                        self.forget(filter.as_str());
                    }
                }
            }
        }
    }

    fn forget(&mut self, topic_filter: &str) {
        self.subscriptions
            .retain(|kept| kept.topic_filter != topic_filter);
    }

    /// Asks for all of them again, before anything that waits.
    pub(super) fn renew(&mut self) {
        self.requests
            .retain(|request| request.ticket() != Ticket::RENEWAL);
        for kept in self.subscriptions.iter().rev() {
            if let Some(subscriptions) = kept.subscriptions() {
                self.requests.push_front(Request::Subscribe {
                    ticket: Ticket::RENEWAL,
                    subscriptions,
                    properties: kept.properties.clone(),
                });
            }
        }
    }
}
