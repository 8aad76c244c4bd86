//! SUBSCRIBE, UNSUBSCRIBE and PINGREQ, and their answers.

use alloc::{boxed::Box, vec::Vec};

use mqttscope_wire::{
    PacketIdentifier, PacketType, Properties, PropertyId, QoS, ReasonCode, RetainHandling, Rule,
    Sender, Suback, Subscribe, Subscription, Unsuback, Unsubscribe,
};

use super::connection::{Connection, Expected, Request};
use super::explain::FactKind;
use super::log::Judge;
use super::view::View;
use super::{Finding, Flow, FlowKind, FlowState, content};
use core::time::Duration;

/// Time for a retained message to come, and for packets of other connections to reach the server.
const RETAINED_PATIENCE: Duration = Duration::from_secs(10);
const SLACK: Duration = Duration::from_secs(1);
/// Retained messages that are waited for at most.
const MAXIMUM_EXPECTED: usize = 16;

impl Connection {
    /// SUBSCRIBE.
    pub(super) fn subscribe(
        &mut self,
        judge: &mut Judge<'_>,
        view: &View,
        subscribe: &Subscribe<'_>,
    ) {
        let v5 = self.is_v5();
        let identifier = content::number(subscribe.properties, PropertyId::SUBSCRIPTION_IDENTIFIER);
        if identifier.is_some() && !self.limits.server.subscription_identifier_available {
            judge.broken(Rule::SubscribeIdentifierUnavailable, 0);
        }
        let mut filters = Vec::new();
        for subscription in subscribe.subscriptions.iter() {
            self.judge_filter(judge, subscription);
            let filter = subscription.topic_filter.as_str();
            let is_new = self.session.subscriptions.ask(
                subscription,
                identifier,
                v5,
                judge.number,
                judge.at,
            );
            filters.push((filter.into(), subscription.options.maximum_qos, !is_new));
            self.expect_retained(judge, view, subscription, is_new);
        }
        self.request(
            judge,
            subscribe.packet_identifier,
            FlowKind::Subscribe,
            filters,
        );
    }

    /// Whether the server announced that it takes such filters.
    fn judge_filter(&self, judge: &mut Judge<'_>, subscription: Subscription<'_>) {
        let limits = self.limits.server;
        let filter = subscription.topic_filter;
        if !limits.wildcard_subscription_available && filter.as_str().contains(['+', '#']) {
            judge.broken(Rule::SubscribeWildcardUnavailable, 0);
        }
        if !limits.shared_subscription_available && self.is_v5() && filter.shared().is_some() {
            judge.broken(Rule::SubscribeSharedUnavailable, 0);
        }
    }

    /// A subscription to one topic brings the retained message that was seen there.
    fn expect_retained(
        &mut self,
        judge: &Judge<'_>,
        view: &View,
        subscription: Subscription<'_>,
        is_new: bool,
    ) {
        let filter = subscription.topic_filter;
        let asks = match subscription.options.retain_handling {
            RetainHandling::Send => true,
            RetainHandling::SendIfNew => is_new && self.session.known,
            RetainHandling::DoNotSend => false,
        };
        if !asks
            || filter.as_str().contains(['+', '#'])
            || filter.as_str().starts_with("$share/")
            || self.expected.len() >= MAXIMUM_EXPECTED
        {
            return;
        }
        let topic = content::of_text(filter.as_str());
        if let Some(retained) = view.retained(topic)
            && retained.content.is_some()
            && judge.at - retained.at >= SLACK
        {
            self.expected.push(Expected {
                topic,
                subscribe: judge.number,
                published: (retained.packet, retained.at),
                until: judge.at + RETAINED_PATIENCE,
            });
        }
    }

    fn request(
        &mut self,
        judge: &mut Judge<'_>,
        identifier: PacketIdentifier,
        kind: FlowKind,
        filters: Vec<(Box<str>, QoS, bool)>,
    ) {
        let identifier = identifier.get();
        let was_free = !self.judge_identifier(judge, identifier, None);
        let waits_for = match kind {
            FlowKind::Subscribe => PacketType::Suback,
            _ => PacketType::Unsuback,
        };
        let flow = Flow::begin(
            self.id,
            kind,
            Sender::Client,
            identifier,
            judge.number,
            judge.at,
            waits_for,
        );
        let request = Request {
            flow,
            filters,
            reported: false,
            was_free: was_free && self.session.known && self.session_present != Some(true),
        };
        self.requests.insert(identifier, request);
    }

    /// A new packet of the client must take a free identifier. True when it is in use. `qos`: of a
    /// PUBLISH.
    pub(super) fn judge_identifier(
        &self,
        judge: &mut Judge<'_>,
        identifier: u16,
        qos: Option<QoS>,
    ) -> bool {
        let first = match self.requests.get(&identifier) {
            Some(request) => request.flow.packets.last(),
            None if judge.packet_type == PacketType::Publish => return false,
            None if !self.session.windows.client.is_open_here(identifier) => return false,
            None => self
                .session
                .windows
                .client
                .entries
                .get(&identifier)
                .and_then(|entry| entry.flow.packets.last()),
        };
        //= [MQTT-2.2.1-3] v5, [MQTT-2.3.1-2] v3.1.1: an identifier that is not in use
        let finding = Finding {
            value: u32::from(identifier),
            qos,
            ..judge.found_with(Rule::IdentifierInUse, first.unwrap_or(0))
        };
        judge.report(finding);
        true
    }

    fn take_request(&mut self, identifier: u16, kind: FlowKind) -> Option<Request> {
        if self.requests.get(&identifier)?.flow.kind != kind {
            return None;
        }
        self.requests.remove(&identifier)
    }

    /// SUBACK.
    pub(super) fn suback(&mut self, judge: &mut Judge<'_>, suback: &Suback<'_>) {
        self.judge_problem_information(judge, suback.properties);
        let identifier = suback.packet_identifier.get();
        let Some(mut request) = self.take_request(identifier, FlowKind::Subscribe) else {
            if self.begun && !self.doubtful {
                //= [MQTT-2.2.1-6] v5, [MQTT-2.3.1-7] v3.1.1
                judge.broken(Rule::SubackUnknown, u32::from(identifier));
            }
            return;
        };
        let asked = request.flow.packets.last();
        self.judge_service(judge, asked);
        let codes = suback.reason_codes;
        self.judge_count(judge, Rule::SubackCount, &request, codes.as_bytes().len());
        let v5 = self.is_v5();
        for ((filter, qos, _), code) in request.filters.iter().zip(codes.iter()) {
            let granted = QoS::new(code.0).filter(|_| code.0 <= 2);
            self.session
                .subscriptions
                .answer(filter, v5, asked, granted, judge.at);
            self.judge_granted(judge, &request, *qos, code, granted);
        }
        request.flow.add(judge.number, judge.at, FlowState::Done);
        judge.log.finish(request.flow);
    }

    fn judge_count(&self, judge: &mut Judge<'_>, rule: Rule, request: &Request, codes: usize) {
        if codes == request.filters.len() {
            return;
        }
        //= [MQTT-3.8.4-6] v5, [MQTT-3.8.4-5] v3.1.1, [MQTT-3.11.3-1] v5: a code for each filter
        let count = |len| u32::try_from(len).unwrap_or(u32::MAX);
        let asked = request.flow.packets.last().unwrap_or(0);
        let finding = Finding {
            value: count(codes),
            limit: count(request.filters.len()),
            ..judge.found_with(rule, asked)
        };
        judge.report(finding);
    }

    fn judge_granted(
        &mut self,
        judge: &mut Judge<'_>,
        request: &Request,
        asked: QoS,
        code: ReasonCode,
        granted: Option<QoS>,
    ) {
        let Some(granted) = granted else {
            let subscribe = request.flow.packets.last();
            self.expected
                .retain(|expected| Some(expected.subscribe) != subscribe);
            judge.fact(FactKind::SubscriptionRefused, u32::from(code.0));
            if code == ReasonCode::PACKET_IDENTIFIER_IN_USE && request.was_free {
                judge.broken(
                    Rule::IdentifierFreeRefused,
                    u32::from(request.flow.identifier),
                );
            }
            let limits = self.limits.server;
            if limits.maximum_qos_is_announced
                && asked > limits.maximum_qos
                && matches!(
                    code,
                    ReasonCode::UNSPECIFIED_ERROR | ReasonCode::IMPLEMENTATION_SPECIFIC_ERROR
                )
            {
                //= [MQTT-3.2.2-10] v5: any QoS may be asked for
                judge.broken(Rule::SubscribeRefusedForQoS, asked as u32);
            }
            return;
        };
        if granted > asked {
            //= [MQTT-3.9.3-1] v5 and v3.1.1: each code answers its filter
            let finding = Finding {
                value: granted as u32,
                limit: asked as u32,
                ..judge.found_with(
                    Rule::SubackQoSAboveRequest,
                    request.flow.packets.last().unwrap_or(0),
                )
            };
            judge.report(finding);
        } else if granted < asked {
            judge.fact(FactKind::QoSReduced, granted as u32);
        }
    }

    /// UNSUBSCRIBE.
    pub(super) fn unsubscribe(&mut self, judge: &mut Judge<'_>, unsubscribe: &Unsubscribe<'_>) {
        let v5 = self.is_v5();
        let filters = unsubscribe
            .topic_filters
            .iter()
            .map(|filter| {
                let filter = filter.as_str();
                let had = self.session.subscriptions.has(filter, v5);
                (filter.into(), QoS::AtMostOnce, had)
            })
            .collect();
        self.request(
            judge,
            unsubscribe.packet_identifier,
            FlowKind::Unsubscribe,
            filters,
        );
    }

    /// UNSUBACK.
    pub(super) fn unsuback(&mut self, judge: &mut Judge<'_>, unsuback: &Unsuback<'_>) {
        self.judge_problem_information(judge, unsuback.properties);
        let identifier = unsuback.packet_identifier.get();
        let Some(mut request) = self.take_request(identifier, FlowKind::Unsubscribe) else {
            if self.begun && !self.doubtful {
                judge.broken(Rule::UnsubackUnknown, u32::from(identifier));
            }
            return;
        };
        let asked = request.flow.packets.last();
        self.judge_service(judge, asked);
        let v5 = self.is_v5();
        let codes = unsuback.reason_codes;
        if v5 {
            self.judge_count(judge, Rule::UnsubackCount, &request, codes.as_bytes().len());
            for ((filter, _, had), code) in request.filters.iter().zip(codes.iter()) {
                // Requests that are under way together may change it in between.
                let has = self.session.subscriptions.has(filter, v5);
                let fits = match code {
                    ReasonCode::SUCCESS => *had || has,
                    ReasonCode::NO_SUBSCRIPTION_EXISTED => !(*had && has),
                    _ => true,
                };
                if !fits && self.session.known && !self.session.subscriptions.overflowed {
                    //= [MQTT-3.11.3-1] and [MQTT-3.10.4-1] v5
                    judge.broken(Rule::UnsubackContradicts, u32::from(code.0));
                }
            }
        }
        for (at, (filter, ..)) in request.filters.iter().enumerate() {
            let refused = codes.iter().nth(at).is_some_and(ReasonCode::is_error);
            if !refused {
                let by = asked.unwrap_or(0);
                self.session.subscriptions.end(filter, v5, by, judge.at);
            }
        }
        request.flow.add(judge.number, judge.at, FlowState::Done);
        judge.log.finish(request.flow);
    }

    /// PINGREQ.
    pub(super) fn pingreq(&mut self, judge: &Judge<'_>) {
        self.pings = self.pings.saturating_add(1);
        if let Some(flow) = &mut self.ping {
            flow.packets.push(judge.number);
            return;
        }
        self.ping_judged = false;
        self.ping = Some(Flow::begin(
            self.id,
            FlowKind::Ping,
            Sender::Client,
            0,
            judge.number,
            judge.at,
            PacketType::Pingresp,
        ));
    }

    /// PINGRESP.
    pub(super) fn pingresp(&mut self, judge: &mut Judge<'_>) {
        let Some(mut flow) = self.ping.take() else {
            if self.begun && !self.doubtful {
                judge.broken(Rule::PingrespUnasked, 0);
            }
            return;
        };
        let asked = flow.packets.last();
        self.pings = self.pings.saturating_sub(1);
        if self.pings == 0 {
            self.judge_service(judge, asked);
            flow.add(judge.number, judge.at, FlowState::Done);
            judge.log.finish(flow);
        } else {
            flow.packets.push(judge.number);
            flow.updated = judge.at;
            self.ping = Some(flow);
        }
    }

    /// Whether the packet may explain itself.
    pub(super) fn judge_problem_information(
        &self,
        judge: &mut Judge<'_>,
        properties: Properties<'_>,
    ) {
        if judge.from == Sender::Server
            && !properties.is_empty()
            && self.asked.is_some_and(|asked| !asked.problem_information)
            && (properties.set().contains(PropertyId::REASON_STRING)
                || properties.set().contains(PropertyId::USER_PROPERTY))
        {
            //= [MQTT-3.1.2-29] v5: only PUBLISH, CONNACK and DISCONNECT may
            judge.broken(Rule::ProblemInformationDeclined, 0);
        }
    }
}
