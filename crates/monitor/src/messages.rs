//! PUBLISH and its acknowledgements, both ways.

use alloc::boxed::Box;
use core::cell::OnceCell;

use mqttscope_wire::{
    Acknowledgement, PacketType, Property, PropertyId, Publish, QoS, ReasonCode, Rule, Sender,
};

use super::connection::Connection;
use super::log::Judge;
use super::trace::Published;
use super::view::{Retained, View};
use super::window::{Answered, Sent};
use super::{Finding, Flow, FlowKind, FlowState, content};

/// Requests that wait for their answer at most.
const MAXIMUM_QUESTIONS: usize = 256;

/// What is known of a PUBLISH beyond its fields.
pub(super) struct Message<'a> {
    pub(super) publish: &'a Publish<'a>,
    /// The topic that it is about; none when its alias was set before the recording.
    pub(super) topic: Option<&'a str>,
    pub(super) topic_mark: u64,
    content: OnceCell<u64>,
}

impl Message<'_> {
    /// The mark of topic and payload, made when first asked for.
    pub(super) fn content(&self) -> u64 {
        *self
            .content
            .get_or_init(|| content::of_message(self.topic_mark, self.publish.payload))
    }
}

impl Connection {
    /// PUBLISH.
    pub(super) fn publish(
        &mut self,
        judge: &mut Judge<'_>,
        view: &mut View,
        publish: &Publish<'_>,
    ) {
        let from = judge.from;
        let name = publish.topic_name.as_str();
        let alias = content::number(publish.properties, PropertyId::TOPIC_ALIAS)
            .and_then(|alias| u16::try_from(alias).ok());
        if let Some(alias) = alias {
            self.judge_alias(judge, alias);
            if !name.is_empty() {
                self.set_alias(from, alias, name);
            }
        }
        // The topic is taken out of the table for as long as the message is judged.
        let aliased = alias.filter(|_| name.is_empty());
        let taken: Option<Box<str>> = aliased
            .and_then(|alias| self.halves.of_mut(from).aliases.get_mut(&alias))
            .map(core::mem::take);
        let topic = match (aliased, &taken) {
            (None, _) => Some(name),
            (Some(_), Some(topic)) => Some(&**topic),
            (Some(alias), None) => {
                self.judge_unknown_alias(judge, alias);
                None
            }
        };
        let topic_mark = content::of_text(topic.unwrap_or_default());
        let message = Message {
            publish,
            topic,
            topic_mark,
            content: OnceCell::new(),
        };
        match from {
            Sender::Client => self.publish_of_client(judge, view, &message),
            Sender::Server => self.publish_of_server(judge, view, &message),
        }
        if let Some((alias, topic)) = aliased.zip(taken) {
            self.halves.of_mut(from).aliases.insert(alias, topic);
        }
    }

    fn judge_alias(&mut self, judge: &mut Judge<'_>, alias: u16) {
        let limits = self.limits.of(judge.from.peer());
        if limits.known && alias > limits.topic_alias_maximum {
            //= [MQTT-3.1.2-26] and [MQTT-3.2.2-17] v5: up to the receiver's maximum
            let rule = match judge.from {
                Sender::Client => Rule::ClientAliasAboveMaximum,
                Sender::Server => Rule::ServerAliasAboveMaximum,
            };
            let finding = Finding {
                value: u32::from(alias),
                limit: u32::from(limits.topic_alias_maximum),
                ..judge.found(rule)
            };
            judge.report(finding);
            self.halves.of_mut(judge.from).exceeded = true;
        }
    }

    fn judge_unknown_alias(&mut self, judge: &mut Judge<'_>, alias: u16) {
        let half = self.halves.of_mut(judge.from);
        if self.begun && !half.exceeded {
            //= [MQTT-3.3.2-7] v5: an alias is set on its own connection
            judge.broken(Rule::TopicAliasUnknown, u32::from(alias));
        }
        half.exceeded = true;
    }

    fn publish_of_client(&mut self, judge: &mut Judge<'_>, view: &mut View, message: &Message<'_>) {
        let publish = message.publish;
        let limits = self.limits.server;
        if publish.qos > limits.maximum_qos {
            //= [MQTT-3.2.2-11] v5
            let finding = Finding {
                value: publish.qos as u32,
                limit: limits.maximum_qos as u32,
                ..judge.found(Rule::PublishQoSUnavailable)
            };
            judge.report(finding);
        }
        if publish.retain && !limits.retain_available {
            //= [MQTT-3.2.2-14] v5
            judge.broken(Rule::PublishRetainUnavailable, 0);
        }
        let is_known = publish.packet_identifier.is_some_and(|identifier| {
            let window = &self.session.windows.client;
            // With QoS 1 the server may forward both.
            let once = publish.qos == QoS::ExactlyOnce;
            publish.dup && once && window.holds(identifier.get(), message.content())
        });
        if self.has_gap && (self.came_late || judge.at < judge.log.now) {
            // What others sent meanwhile stands before it.
            judge.log.miss(judge.log.now);
        }
        let trace = if message.topic.is_none() {
            // As good as missing: it may be any.
            judge.log.miss(judge.at);
            0
        } else if is_known {
            0
        } else {
            self.note(judge, view, message)
        };
        if let Some(identifier) = publish.packet_identifier {
            self.judge_identifier(judge, identifier.get(), Some(publish.qos));
        }
        self.send(judge, message, trace);
        self.ask(judge, message);
    }

    /// Remembers the message for when the server sends it on.
    fn note(&self, judge: &Judge<'_>, view: &mut View, message: &Message<'_>) -> u64 {
        let publish = message.publish;
        if publish.retain {
            let retained = Retained {
                content: (!publish.payload.is_empty()).then_some(message.content()),
                packet: judge.number,
                at: judge.at,
            };
            view.retain(message.topic_mark, retained);
        }
        let properties = publish.properties;
        view.traces.note(&Published {
            content: message.content(),
            topic: message.topic_mark,
            properties: content::of_properties(properties),
            v5: self.is_v5(),
            qos: publish.qos,
            retain: publish.retain,
            client: self.client_mark(),
            packet: judge.number,
            at: judge.at,
            expiry: content::number(properties, PropertyId::MESSAGE_EXPIRY_INTERVAL),
            again: publish.dup,
        })
    }

    /// The message enters the window of its sender.
    pub(super) fn send(&mut self, judge: &mut Judge<'_>, message: &Message<'_>, trace: u64) {
        let Some(identifier) = message.publish.packet_identifier else {
            return;
        };
        let from = judge.from;
        let limits = self.limits.of(from.peer());
        let receive_maximum = (self.is_v5() && limits.known).then_some(limits.receive_maximum);
        let sent = Sent {
            identifier: identifier.get(),
            qos: message.publish.qos,
            dup: message.publish.dup,
            content: message.topic.map_or(0, |_| message.content()),
            trace,
            receive_maximum,
        };
        self.session.windows.of_mut(from).publish(judge, sent);
    }

    /// A request of a client: the message with its Correlation Data that comes back answers it.
    fn ask(&mut self, judge: &Judge<'_>, message: &Message<'_>) {
        let properties = message.publish.properties;
        let Some(Property::ResponseTopic(topic)) = properties.get(PropertyId::RESPONSE_TOPIC)
        else {
            return;
        };
        if self.questions.len() >= MAXIMUM_QUESTIONS {
            self.questions.remove(0);
        }
        let flow = Flow::begin(
            self.id,
            FlowKind::RequestResponse,
            Sender::Client,
            0,
            judge.number,
            judge.at,
            PacketType::Publish,
        );
        let mark = question(topic.as_str(), properties.get(PropertyId::CORRELATION_DATA));
        self.questions.push((mark, flow));
    }

    /// A message to the client that answers a request of it.
    pub(super) fn answer_question(&mut self, judge: &mut Judge<'_>, message: &Message<'_>) {
        let Some(topic) = message.topic.filter(|_| !self.questions.is_empty()) else {
            return;
        };
        let data = message.publish.properties.get(PropertyId::CORRELATION_DATA);
        let mark = question(topic, data);
        if let Some(at) = self.questions.iter().position(|(asked, _)| *asked == mark) {
            let (_, mut flow) = self.questions.remove(at);
            flow.add(judge.number, judge.at, FlowState::Done);
            judge.log.finish(flow);
        }
    }

    /// What an acknowledgement means beyond its handshake.
    pub(super) fn answered(
        &mut self,
        judge: &mut Judge<'_>,
        view: &mut View,
        answered: Answered,
        answer: &Acknowledgement<'_>,
    ) {
        self.judge_problem_information(judge, answer.properties);
        self.judge_service(judge, answered.packet);
        let Some(mark) = answered.refused else { return };
        if let Some(trace) = view.traces.get_mut(mark) {
            match judge.from {
                Sender::Server => trace.refused = true,
                //= [MQTT-4.8.2-6] v5: what one client of a share refuses goes to no other
                Sender::Client => {
                    if let Some((.., settled)) = &mut trace.taken {
                        *settled = true;
                    }
                }
            }
        }
        if judge.from == Sender::Server
            && answer.reason_code == ReasonCode::QOS_NOT_SUPPORTED
            && !self.limits.server.maximum_qos_is_announced
            && self.limits.server.known
        {
            //= [MQTT-3.2.2-9] v5: a QoS that is not there is announced so
            judge.broken(
                Rule::MaximumQoSNotAnnounced,
                u32::from(answer.reason_code.0),
            );
        }
    }
}

/// The mark of a response: its topic and Correlation Data.
fn question(topic: &str, correlation: Option<Property<'_>>) -> u64 {
    let data = match correlation {
        Some(Property::CorrelationData(data)) => data.as_bytes(),
        _ => &[],
    };
    content::of_message(content::of_text(topic), data)
}

/// Whether a QoS asks for an answer.
pub(super) fn is_acknowledged(qos: QoS) -> bool {
    qos != QoS::AtMostOnce
}
