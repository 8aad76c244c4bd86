//! What the server sends to a client, against its subscriptions and what others published.

use core::time::Duration;

use mqttscope_wire::{Property, PropertyId, QoS, Rule};

use super::connection::Connection;
use super::log::Judge;
use super::matched::Matched;
use super::messages::{Message, is_acknowledged};
use super::session::Delivered;
use super::trace::Trace;
use super::view::{View, Will};
use super::{Finding, content};

/// Time by which packets of two connections may reach the server in another order than the monitor.
const SLACK: Duration = Duration::from_secs(1);
/// Time by which a retained message comes for sure.
const SETTLED: Duration = Duration::from_secs(5);

impl Connection {
    /// A PUBLISH of the server.
    pub(super) fn publish_of_server(
        &mut self,
        judge: &mut Judge<'_>,
        view: &mut View,
        message: &Message<'_>,
    ) {
        let mut trace = 0;
        if judge.log.gaps.are_any() {
            judge.since = self.reach(view, message);
        }
        if let Some(topic) = message.topic {
            self.expected
                .retain(|expected| expected.topic != message.topic_mark);
            let matched = self
                .session
                .subscriptions
                .matching(message.topic_mark, topic);
            let complete = self.session.known && !self.session.subscriptions.overflowed;
            match matched {
                Some(matched) if complete => self.judge_options(judge, message, topic, matched),
                None if complete => self.judge_unmatched(judge, view, message, topic),
                _ => {}
            }
            trace = self.judge_origin(judge, view, message, matched);
        }
        self.answer_question(judge, message);
        self.send(judge, message, trace);
    }

    /// No subscription matches.
    #[cold]
    fn judge_unmatched(
        &self,
        judge: &mut Judge<'_>,
        view: &View,
        message: &Message<'_>,
        topic: &str,
    ) {
        let subscriptions = &self.session.subscriptions;
        let rule = match subscriptions.ended_at(topic) {
            Some(ended) => {
                // What was there when it ended may still come.
                let traces = || view.traces.of_content(message.content());
                let is_new = match traces().next() {
                    Some(_) => traces().all(|trace| trace.at > ended + SLACK),
                    None => judge.at - ended >= SETTLED,
                };
                if message.publish.dup || !is_new {
                    return;
                }
                //= [MQTT-3.10.4-2] v5 and v3.1.1
                Rule::DeliveryAfterUnsubscribe
            }
            None if subscriptions.would_match_without_dollar(topic) => {
                //= [MQTT-4.7.2-1] v5 and v3.1.1
                Rule::DeliveryDollarTopic
            }
            //= [MQTT-3.3.2-3] v5 and v3.1.1
            None => Rule::DeliveryUnsubscribed,
        };
        judge.broken(rule, 0);
    }

    /// The message against the options of the subscriptions that match.
    fn judge_options(
        &mut self,
        judge: &mut Judge<'_>,
        message: &Message<'_>,
        topic: &str,
        matched: Matched,
    ) {
        let publish = message.publish;
        let v5 = self.is_v5();
        let subscriptions = &mut self.session.subscriptions;
        if publish.qos > matched.highest
            && subscriptions
                .ended(topic)
                .is_none_or(|qos| publish.qos > qos)
        {
            //= [MQTT-3.8.4-8] v5, [MQTT-3.8.4-6] v3.1.1: at most the QoS granted
            let finding = Finding {
                value: publish.qos as u32,
                limit: matched.highest as u32,
                ..judge.found(Rule::DeliveredAboveQoS)
            };
            judge.report(finding);
        }
        if publish.retain
            && !matched.any_retain_as_published
            && subscriptions.ended(topic).is_none()
        {
            if publish.payload.is_empty() {
                //= [MQTT-3.3.1-7] v5, [MQTT-3.3.1-11] v3.1.1
                judge.broken(Rule::EmptyMessageRetained, 0);
            } else if matched.no_retained {
                //= [MQTT-3.3.1-11] v5
                judge.broken(Rule::RetainedUnasked, 0);
            } else if matched.asks_only_if_new
                && matched.newest - matched.oldest > SETTLED
                && judge.at - matched.newest < SETTLED
            {
                //= [MQTT-3.3.1-10] v5
                judge.broken(Rule::RetainedRepeated, 0);
            }
        }
        if !v5 {
            return;
        }
        let mut identified = false;
        if publish
            .properties
            .set()
            .contains(PropertyId::SUBSCRIPTION_IDENTIFIER)
        {
            for property in publish.properties.iter() {
                if let Property::SubscriptionIdentifier(identifier) = property {
                    identified = true;
                    if !subscriptions.has_identifier(topic, identifier)
                        && subscriptions.ended(topic).is_none()
                    {
                        //= [MQTT-3.3.4-4] and [MQTT-3.3.4-5] v5
                        judge.broken(Rule::SubscriptionIdentifierUnknown, identifier);
                    }
                }
            }
        }
        if !identified
            && matched.all_identified
            && matched.settled
            && subscriptions.ended(topic).is_none()
        {
            //= [MQTT-3.3.4-3] v5
            judge.broken(Rule::SubscriptionIdentifierMissing, 0);
        }
    }

    /// The message against those that clients published lately. Gives the mark of the one it is.
    fn judge_origin(
        &mut self,
        judge: &mut Judge<'_>,
        view: &mut View,
        message: &Message<'_>,
        matched: Option<Matched>,
    ) -> u64 {
        let is_will = self.judge_will(judge, view, message, matched);
        let publish = message.publish;
        if publish.retain {
            self.judge_retained(judge, view, message, matched);
        }
        if !view.traces.has_topic(message.topic_mark) {
            return 0;
        }
        let Some(mut chosen) = view.traces.of_content(message.content()).last().copied() else {
            return 0;
        };
        if is_will || publish.dup {
            return 0;
        }
        let matched = matched.filter(|_| self.session.known);
        self.judge_changes(judge, view, message, matched);
        if let Some(matched) = matched
            && !publish.retain
        {
            if matched.count == 1 && matched.plain == 1 {
                chosen = self.judge_row(judge, view, message, matched, chosen);
            }
            if let Some(share) = matched.share {
                self.judge_share(judge, view, message, share);
            }
        }
        chosen.mark
    }

    /// What all messages with this content were, and this one is not.
    fn judge_changes(
        &self,
        judge: &mut Judge<'_>,
        view: &View,
        message: &Message<'_>,
        matched: Option<Matched>,
    ) {
        let publish = message.publish;
        let traces = || view.traces.of_content(message.content());
        let all = |test: &dyn Fn(&Trace) -> bool| traces().all(test);
        let Some(newest) = traces().next().copied() else {
            return;
        };
        let now = judge.at;
        let mut broken = |rule, value, limit| {
            let number = |value| u32::try_from(value).unwrap_or(u32::MAX);
            let finding = Finding {
                value: number(value),
                limit: number(limit),
                ..judge.found_with(rule, newest.packet)
            };
            judge.report(finding);
        };
        if self.is_v5() {
            let properties = content::of_properties(publish.properties);
            let is_changed = |trace: &Trace| {
                trace.v5
                    && trace.properties != properties
                    && !content::adds_to(publish.properties, trace.properties)
            };
            if all(&is_changed) {
                //= [MQTT-3.3.2-17], [MQTT-3.3.2-18] and others of v5: passed on as it came
                broken(Rule::MessageChanged, 0, 0);
            }
            let waited = (now - newest.at).as_secs();
            let expiry = content::number(publish.properties, PropertyId::MESSAGE_EXPIRY_INTERVAL);
            let expired = |trace: &Trace| {
                let age = now - trace.at;
                trace.expiry.is_some_and(|expiry| {
                    age > Duration::from_secs(u64::from(expiry)).saturating_add(SLACK)
                })
            };
            if all(&expired) {
                //= [MQTT-3.3.2-5] v5
                broken(
                    Rule::ExpiredMessageSent,
                    waited,
                    u64::from(newest.expiry.unwrap_or(0)),
                );
            } else if let Some(expiry) = expiry
                && all(&|trace| {
                    let age = now - trace.at;
                    trace.expiry == Some(expiry) && age >= SLACK.saturating_mul(2)
                })
            {
                //= [MQTT-3.3.2-6] v5
                broken(Rule::ExpiryNotReduced, u64::from(expiry), waited);
            }
        }
        let Some(matched) = matched else { return };
        // Each subscription may bring a copy of its own.
        let explained = traces().any(|trace| {
            [QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce]
                .into_iter()
                .filter(|&level| matched.levels & (1 << level as u8) != 0)
                .any(|level| publish.qos == trace.qos.min(level))
        });
        let highest = traces().map(|trace| trace.qos).max().unwrap_or_default();
        if explained {
            // One of these messages, at one of these subscriptions, comes so.
        } else if publish.qos > highest {
            let is_will = |will: &Will| will.content == message.content();
            if publish.qos <= matched.highest && !view.wills.iter().any(is_will) {
                //= [MQTT-3.8.4-8] v5, [MQTT-3.8.4-6] v3.1.1: the lower of the published and the granted
                broken(
                    Rule::DeliveredAbovePublishedQoS,
                    publish.qos as u64,
                    highest as u64,
                );
            }
        } else if publish.qos < matched.granted && matched.settled && !publish.retain {
            //= [MQTT-3.3.4-2] v5, [MQTT-3.8.4-6] v3.1.1
            let published = traces().map(|trace| trace.qos).min().unwrap_or_default();
            broken(
                Rule::DeliveredBelowQoS,
                publish.qos as u64,
                published.min(matched.granted) as u64,
            );
        }
        let own = self.client_mark();
        if matched.all_no_local && all(&|trace| trace.client == own) {
            //= [MQTT-3.8.3-3] v5
            broken(Rule::OwnMessageReturned, 0, 0);
        }
        let stood = all(&|trace| trace.at > matched.newest + SLACK);
        if publish.retain && !matched.any_retain_as_published && stood {
            //= [MQTT-3.3.1-12] v5, [MQTT-3.3.1-9] v3.1.1
            broken(Rule::RetainKeptOnForward, 0, 0);
        }
        if !publish.retain && matched.all_retain_as_published && all(&|trace| trace.retain) {
            //= [MQTT-3.3.1-13] v5
            broken(Rule::RetainDroppedOnForward, 0, 0);
        }
        let before = all(&|trace| trace.retain && trace.at + SLACK < matched.oldest);
        if !publish.retain && !self.is_v5() && before {
            //= [MQTT-3.3.1-8] v3.1.1
            broken(Rule::RetainedWithoutFlag, 0, 0);
        }
    }

    /// The message against the one of the same client, topic and QoS that was delivered before.
    fn judge_row(
        &mut self,
        judge: &mut Judge<'_>,
        view: &View,
        message: &Message<'_>,
        matched: Matched,
        oldest: Trace,
    ) -> Trace {
        let place = usize::try_from(oldest.row % 16).unwrap_or(0);
        let Some(last) = self.session.delivered.get_mut(place) else {
            return oldest;
        };
        if judge.is_doubtful() {
            // It may be one that is missing.
            last.row = 0;
            return oldest;
        }
        if last.row != oldest.row {
            // The first of its row: only one that can be no other tells where the row is.
            let mut same = view.traces.of_content(message.content());
            if same.next().is_some() && same.next().is_none() {
                *last = Delivered {
                    row: oldest.row,
                    mark: oldest.mark,
                    skipped: 0,
                };
            }
            return oldest;
        }
        // Of the same content, the one that comes next; else the oldest that comes later.
        let in_row = || {
            let row = last.row;
            view.traces
                .of_content(message.content())
                .filter(move |trace| trace.row == row)
        };
        let next = in_row().find(|trace| trace.before_in_row == last.mark);
        let mark = last.mark;
        let later = || in_row().filter(move |trace| trace.mark > mark);
        if next.is_none() && later().count() > 1 {
            // Which it is cannot be known.
            last.row = 0;
            return oldest;
        }
        let Some(chosen) = next.or_else(|| later().next()).copied() else {
            let only = view.traces.of_content(message.content()).count() == 1;
            if is_acknowledged(message.publish.qos) && only {
                //= [MQTT-4.6.0-5] v5 and v3.1.1, [MQTT-3.8.4-3] v5
                let rule = if last.skipped == oldest.mark {
                    Rule::ForwardedOutOfOrder
                } else {
                    Rule::DeliveredTwice
                };
                let finding = judge.found_with(rule, oldest.packet);
                judge.report(finding);
            }
            return oldest;
        };
        let skipped = view
            .traces
            .get(chosen.before_in_row)
            .filter(|before| before.mark > last.mark);
        if let Some(skipped) = skipped
            && is_acknowledged(skipped.qos.min(matched.granted))
            && !skipped.refused
            && !skipped.again
            && skipped.expiry.is_none()
            && skipped.at > matched.newest + SLACK
        {
            //= [MQTT-4.5.0-1] v5 and v3.1.1
            let finding = judge.found_with(Rule::MessageSkipped, skipped.packet);
            judge.report(finding);
            last.skipped = skipped.mark;
        }
        last.mark = chosen.mark;
        chosen
    }
}
