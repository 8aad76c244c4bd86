//! CONNECT and CONNACK: how a connection begins and what both ends announce.

use alloc::{boxed::Box, string::String, vec::Vec};

use mqttscope_shared::Instant;
use mqttscope_wire::{
    Connack, Connect, PacketType, Properties, Property, PropertyId, ProtocolVersion, QoS,
    ReasonCode, Rule, Sender,
};

use super::connection::{Asked, BadConnect, Connection, Half};
use super::explain::FactKind;
use super::log::Judge;
use super::session::Session;
use super::state::Limits;
use super::view::{View, Will, WillStep};
use super::{Finding, Flow, FlowKind, FlowState, Phase, content};

impl Connection {
    /// CONNECT.
    pub(super) fn connect(
        &mut self,
        judge: &mut Judge<'_>,
        view: &mut View,
        connect: &Connect<'_>,
    ) {
        if self.asked.is_some() {
            return;
        }
        let v5 = self.is_v5();
        let properties = connect.properties;
        let number = |id| content::number(properties, id);
        let identifier = connect.client_identifier.as_str();
        self.phase = Phase::Connecting;
        self.begun = true;
        self.asked = Some(Asked {
            packet: judge.number,
            clean_start: connect.clean_start,
            expiry: match (v5, connect.clean_start) {
                (true, _) => number(PropertyId::SESSION_EXPIRY_INTERVAL).unwrap_or(0),
                (false, true) => 0,
                (false, false) => u32::MAX,
            },
            problem_information: number(PropertyId::REQUEST_PROBLEM_INFORMATION) != Some(0),
            response_information: number(PropertyId::REQUEST_RESPONSE_INFORMATION) == Some(1),
            method: content::method(properties),
            will: connect.will.as_ref().map(|will| (will.qos, will.retain)),
            anonymous: identifier.is_empty(),
            plain_identifier: (1..=23).contains(&identifier.len())
                && identifier.bytes().all(|byte| byte.is_ascii_alphanumeric()),
        });
        self.limits.client = limits(properties);
        self.keep_alive = Some((connect.keep_alive, false));
        if self.came_late {
            // It is forgotten with all it began, also that the session goes on here.
            let session = view.doubt(identifier);
            let flows = session.into_iter().flat_map(|it| it.broken_flows());
            judge.log.finish_all(flows);
        }
        self.session = Session::new(false);
        self.session.client_identifier = identifier.into();
        self.connecting_judged = false;
        self.connecting = Some(Flow::begin(
            self.id,
            FlowKind::Connect,
            Sender::Client,
            0,
            judge.number,
            judge.at,
            PacketType::Connack,
        ));
        if let Some(will) = &connect.will {
            let topic = will.topic_name.as_str();
            let mark = content::of_text(topic);
            view.arm(Will {
                connection: self.id,
                version: self.version,
                client: content::of_text(identifier),
                content: content::of_message(mark, will.payload.as_bytes()),
                properties: content::of_properties(will.properties),
                topic: topic.into(),
                retain: will.retain,
                delay: content::number(will.properties, PropertyId::WILL_DELAY_INTERVAL)
                    .unwrap_or(0),
                packet: judge.number,
                step: if self.came_late {
                    WillStep::Unknown(Instant::END)
                } else {
                    WillStep::Settled
                },
                seen_by: Vec::new(),
            });
        }
    }

    /// CONNACK.
    pub(super) fn connack(
        &mut self,
        judge: &mut Judge<'_>,
        view: &mut View,
        connack: &Connack<'_>,
    ) {
        if let Some(first) = self.connack {
            //= [MQTT-3.2.0-2] v5: one CONNACK on a connection
            let finding = judge.found_with(Rule::SecondConnack, first);
            judge.report(finding);
            return;
        }
        self.connack = Some(judge.number);
        self.limits.server = limits(connack.properties);
        let code = connack.reason_code;
        let refused = code != ReasonCode::SUCCESS;
        if let Some(mut flow) = self.connecting.take() {
            let state = if refused {
                FlowState::Refused(code)
            } else {
                FlowState::Done
            };
            flow.add(judge.number, judge.at, state);
            judge.log.finish(flow);
        }
        self.judge_bad_connect(judge, code);
        if refused {
            self.phase = Phase::Refused;
            self.refused = Some(judge.number);
            judge.fact(FactKind::ConnectRefused, u32::from(code.0));
            self.judge_refusal(judge, code);
            return;
        }
        // The client may have sent DISCONNECT before it knew that it was accepted.
        let leaves = |half: &Half| half.disconnect.is_some() || half.is_ended;
        self.phase = if leaves(&self.halves.client) {
            Phase::Ending
        } else {
            Phase::Open
        };
        self.judge_announcements(judge, connack);
        self.accept(judge, view, connack);
    }

    fn judge_bad_connect(&self, judge: &mut Judge<'_>, code: ReasonCode) {
        let accepted = code == ReasonCode::SUCCESS;
        let rule = match self.bad_connect {
            None => return,
            //= [MQTT-3.1.2-1] v3.1.1: another protocol is not gone on with
            Some(BadConnect::UnknownName | BadConnect::UnknownLevel) if accepted => {
                Rule::UnknownProtocolAccepted
            }
            //= [MQTT-3.1.2-2] v3.1.1: 0x01
            Some(BadConnect::UnknownLevel) if code != ReasonCode(1) => {
                Rule::UnknownLevelRefusalCode
            }
            //= [MQTT-3.1.3-8] v3.1.1: 0x02
            Some(BadConnect::EmptyIdentifier) if code != ReasonCode(2) => {
                Rule::EmptyClientIdRefusalCode
            }
            //= [MQTT-3.1.4-1] v3.1.1: no CONNACK
            Some(BadConnect::Malformed) if !self.is_v5() => Rule::MalformedConnectAnswered,
            //= [MQTT-3.1.4-1] v5
            Some(BadConnect::Malformed) if accepted => Rule::MalformedConnectAccepted,
            Some(_) => return,
        };
        judge.broken(rule, u32::from(code.0));
    }

    fn judge_refusal(&self, judge: &mut Judge<'_>, code: ReasonCode) {
        let for_identifier = if self.is_v5() {
            ReasonCode::CLIENT_IDENTIFIER_NOT_VALID
        } else {
            ReasonCode(2)
        };
        let Some(asked) = self.asked.filter(|_| code == for_identifier) else {
            return;
        };
        if asked.plain_identifier {
            //= [MQTT-3.1.3-5] v5 and v3.1.1: such identifiers are accepted
            judge.broken(Rule::ClientIdRefused, u32::from(code.0));
        } else if judge.log.has_notes && !asked.anonymous && self.version != ProtocolVersion::V3_1 {
            // The note of the CONNECT, which nearly every client would have: now it says why.
            let finding = Finding {
                by: Sender::Client,
                ..judge.found_with(Rule::ConnectClientIdNotGuaranteed, asked.packet)
            };
            judge.report(finding);
        }
    }

    /// What an accepting CONNACK says against what the CONNECT asked.
    fn judge_announcements(&mut self, judge: &mut Judge<'_>, connack: &Connack<'_>) {
        let properties = connack.properties;
        if let Some(Property::ServerKeepAlive(seconds)) =
            properties.get(PropertyId::SERVER_KEEP_ALIVE)
        {
            //= [MQTT-3.1.2-21] and [MQTT-3.2.2-21] v5: the server's Keep Alive is in force
            self.keep_alive = Some((seconds, true));
            judge.fact(FactKind::KeepAliveReplaced, u32::from(seconds));
        }
        let Some(asked) = self.asked else { return };
        let assigned = properties.get(PropertyId::ASSIGNED_CLIENT_IDENTIFIER);
        if asked.anonymous && assigned.is_none() {
            //= [MQTT-3.1.3-7] v5: the assigned identifier is told
            judge.broken(Rule::AssignedClientIdMissing, 0);
        }
        if !asked.response_information
            && properties.set().contains(PropertyId::RESPONSE_INFORMATION)
        {
            //= [MQTT-3.1.2-28] v5
            judge.broken(Rule::ResponseInformationUnasked, 0);
        }
        let limits = self.limits.server;
        if let Some((qos, retain)) = asked.will {
            if qos > limits.maximum_qos {
                //= [MQTT-3.2.2-12] v5: such a will is refused
                let finding = Finding {
                    value: qos as u32,
                    limit: limits.maximum_qos as u32,
                    ..judge.found_with(Rule::WillQoSAccepted, asked.packet)
                };
                judge.report(finding);
            }
            if retain && !limits.retain_available {
                //= [MQTT-3.2.2-13] v5
                let finding = judge.found_with(Rule::WillRetainAccepted, asked.packet);
                judge.report(finding);
            }
        }
        self.judge_method_of_connack(judge, properties);
    }

    /// The session that the connection goes on with, or a new one.
    fn accept(&mut self, judge: &mut Judge<'_>, view: &mut View, connack: &Connack<'_>) {
        let Some(asked) = self.asked else { return };
        let properties = connack.properties;
        if let Some(Property::AssignedClientIdentifier(name)) =
            properties.get(PropertyId::ASSIGNED_CLIENT_IDENTIFIER)
        {
            self.session.client_identifier = name.as_str().into();
        }
        let expiry = content::number(properties, PropertyId::SESSION_EXPIRY_INTERVAL)
            .unwrap_or(asked.expiry);
        self.session_expiry = Some(expiry);
        self.accepted = Some(judge.at);
        let name: Box<str> = self.session.client_identifier.clone();
        let client = content::of_text(&name);
        view.came_back(client, self.id, judge.at);
        if let Some(will) = view.will_of(self.id) {
            will.step = WillStep::Armed;
            will.client = client;
            will.delay = will.delay.min(expiry);
        }
        let stored = view.take_session(&name);
        let tells = self.version != ProtocolVersion::V3_1;
        self.session_present = tells.then_some(connack.session_present);
        if tells {
            self.judge_session_present(judge, asked.clean_start, connack.session_present, {
                stored.as_ref().map(|stored| stored.ends)
            });
        }
        // MQTT 3.1 does not say whether the session went on.
        let present = connack.session_present || !tells && !asked.clean_start;
        let early = core::mem::replace(&mut self.session, Session::new(false));
        let pipelined = !early.is_idle() || !self.requests.is_empty();
        let goes_on = present && tells && !pipelined;
        if let Some(stored) = stored.as_ref().filter(|_| !goes_on) {
            for flow in stored.session.broken_flows() {
                judge.log.finish(flow);
            }
        }
        self.session = match (present, stored) {
            // What the client sent before the CONNACK stands in this session too, so what is known
            // of an older one does not tell all.
            _ if pipelined => early,
            (true, Some(stored)) if tells => {
                //= [MQTT-3.1.2-4] v5, [MQTT-3.1.2-6] v3.1.1: behind a Clean Start there is none to go on with, whatever the server says
                if !asked.clean_start {
                    judge.fact(FactKind::SessionResumed, 0);
                }
                let mut session = stored.session;
                session.resume(judge.at);
                session
            }
            (true, _) => Session::new(false),
            (false, stored) => {
                let stored = stored.as_ref().map(|stored| &stored.session);
                let mut session = Session::begin_anew(stored, judge.at);
                // 3.1.1, section 3.2.2.2: a client that wanted its session, and is told that the server has none, may go on
                // with its own. What it has sent before is not known.
                if self.version != ProtocolVersion::V5 && !asked.clean_start {
                    session.windows.client.doubt();
                }
                session
            }
        };
        self.session.client_identifier = name;
    }

    fn judge_session_present(
        &self,
        judge: &mut Judge<'_>,
        clean_start: bool,
        present: bool,
        ends: Option<Option<Instant>>,
    ) {
        let rule = match (present, clean_start, ends) {
            //= [MQTT-3.2.2-2] v5, [MQTT-3.2.2-1] v3.1.1
            (true, true, _) => Rule::SessionPresentAfterCleanStart,
            //= [MQTT-3.2.2-3] v5 and v3.1.1, [MQTT-4.1.0-2] v5
            (true, false, Some(Some(end))) if end < judge.at => Rule::SessionPresentWrongly,
            //= [MQTT-3.1.2-5] v5, [MQTT-3.2.2-2] v3.1.1
            (false, false, Some(end)) if end.is_none_or(|end| end > judge.at) => Rule::SessionLost,
            _ => return,
        };
        judge.broken(rule, 0);
    }

    /// The client identifier, for people.
    pub(super) fn name(&self) -> String {
        if self.session.client_identifier.is_empty() {
            alloc::format!("connection {}", self.id.0)
        } else {
            alloc::format!("client `{}`", self.session.client_identifier)
        }
    }
}

/// What a CONNECT or CONNACK announces.
fn limits(properties: Properties<'_>) -> Limits {
    let number = |id| content::number(properties, id);
    let flag = |id| number(id) != Some(0);
    let short = |id| number(id).and_then(|value| u16::try_from(value).ok());
    let maximum_qos = number(PropertyId::MAXIMUM_QOS);
    Limits {
        known: true,
        receive_maximum: short(PropertyId::RECEIVE_MAXIMUM).unwrap_or(u16::MAX),
        maximum_packet_size: number(PropertyId::MAXIMUM_PACKET_SIZE),
        topic_alias_maximum: short(PropertyId::TOPIC_ALIAS_MAXIMUM).unwrap_or(0),
        maximum_qos: match maximum_qos {
            Some(0) => QoS::AtMostOnce,
            Some(1) => QoS::AtLeastOnce,
            _ => QoS::ExactlyOnce,
        },
        maximum_qos_is_announced: maximum_qos.is_some(),
        retain_available: flag(PropertyId::RETAIN_AVAILABLE),
        wildcard_subscription_available: flag(PropertyId::WILDCARD_SUBSCRIPTION_AVAILABLE),
        subscription_identifier_available: flag(PropertyId::SUBSCRIPTION_IDENTIFIER_AVAILABLE),
        shared_subscription_available: flag(PropertyId::SHARED_SUBSCRIPTION_AVAILABLE),
    }
}
