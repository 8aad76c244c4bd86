//! AUTH, and the Authentication Method in other packets (v5 section 4.12).

use mqttscope_wire::{Auth, PacketType, Properties, ReasonCode, Rule, Sender};

use super::connection::Connection;
use super::log::Judge;
use super::{Flow, FlowKind, FlowState, Phase, content};

impl Connection {
    /// AUTH.
    pub(super) fn auth(&mut self, judge: &mut Judge<'_>, auth: &Auth<'_>) {
        self.judge_problem_information(judge, auth.properties);
        let Some(asked) = self.asked else { return };
        let code = auth.reason_code;
        let Some(method) = asked.method else {
            //= [MQTT-4.12.0-6] and [MQTT-4.12.0-7] v5: no method, no AUTH
            let rule = match judge.from {
                Sender::Client => Rule::AuthWithoutMethodByClient,
                Sender::Server => Rule::AuthWithoutMethodByServer,
            };
            judge.broken(rule, u32::from(code.0));
            return;
        };
        // The short form of AUTH, with no body, names no method.
        let is_short = auth.properties.is_empty() && code == ReasonCode::SUCCESS;
        if !is_short && content::method(auth.properties) != Some(method) {
            //= [MQTT-4.12.0-5] and [MQTT-4.12.1-1] v5: always the method of the CONNECT
            judge.broken(Rule::AuthMethodChanged, 0);
        }
        match (self.phase, judge.from) {
            (Phase::Connecting, Sender::Server) => {
                if code != ReasonCode::CONTINUE_AUTHENTICATION {
                    //= [MQTT-4.12.0-2] v5
                    judge.broken(Rule::AuthCodeOfServer, u32::from(code.0));
                }
                if let Some(flow) = &mut self.connecting {
                    flow.add(
                        judge.number,
                        judge.at,
                        FlowState::WaitsFor(PacketType::Auth),
                    );
                }
            }
            (Phase::Connecting, Sender::Client) => {
                if code != ReasonCode::CONTINUE_AUTHENTICATION {
                    //= [MQTT-4.12.0-3] v5
                    judge.broken(Rule::AuthCodeOfClient, u32::from(code.0));
                }
                if let Some(flow) = &mut self.connecting {
                    let waits_for = FlowState::WaitsFor(PacketType::Connack);
                    flow.add(judge.number, judge.at, waits_for);
                }
            }
            _ => self.authenticate_again(judge, code),
        }
    }

    fn authenticate_again(&mut self, judge: &mut Judge<'_>, code: ReasonCode) {
        if judge.from == Sender::Client && code == ReasonCode::RE_AUTHENTICATE {
            let flow = Flow::begin(
                self.id,
                FlowKind::Authenticate,
                Sender::Client,
                0,
                judge.number,
                judge.at,
                PacketType::Auth,
            );
            self.authenticating = Some(flow);
            return;
        }
        let Some(mut flow) = self.authenticating.take() else {
            if judge.from == Sender::Client {
                //= [MQTT-4.12.1-1] v5: authenticating again begins with 0x19
                judge.broken(Rule::AuthUnasked, u32::from(code.0));
            }
            return;
        };
        if code == ReasonCode::SUCCESS && judge.from == Sender::Server {
            flow.add(judge.number, judge.at, FlowState::Done);
            judge.log.finish(flow);
            return;
        }
        flow.add(
            judge.number,
            judge.at,
            FlowState::WaitsFor(PacketType::Auth),
        );
        self.authenticating = Some(flow);
    }

    /// The method that an accepting CONNACK names.
    pub(super) fn judge_method_of_connack(
        &self,
        judge: &mut Judge<'_>,
        properties: Properties<'_>,
    ) {
        let wanted = self.asked.and_then(|asked| asked.method);
        match (wanted, content::method(properties)) {
            (None, Some(_)) => judge.broken(Rule::AuthWithoutMethodByServer, 0),
            (Some(wanted), named) if named != Some(wanted) => {
                //= [MQTT-4.12.0-5] v5
                judge.broken(Rule::AuthMethodChanged, 0);
            }
            _ => {}
        }
    }
}
