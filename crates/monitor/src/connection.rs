//! One connection: what each packet changes, and which judgement it comes before.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use hashbrown::HashMap;
use mqttscope_shared::Instant;
use mqttscope_wire::{ControlPacket, Framer, PacketType, ProtocolVersion, QoS, Rule, Sender};

use super::both::Both;
use super::log::Judge;
use super::session::Session;
use super::state::Limits;
use super::view::View;
use super::{ConnectionId, Finding, Flow, FlowState, Phase, content};

/// Bytes of topics that aliases of one side may keep.
const MAXIMUM_ALIAS_BYTES: usize = 1 << 20;

/// One direction.
#[derive(Clone, Debug, Default)]
pub(super) struct Half {
    /// Bytes of a packet that is not whole yet.
    pub(super) framer: Framer,
    /// Nothing more is read: behind a Remaining Length without an end nobody knows where the next packet
    /// begins, and another protocol has none.
    pub(super) is_lost: bool,
    /// The topics that this side has set.
    pub(super) aliases: BTreeMap<u16, Box<str>>,
    pub(super) alias_bytes: usize,
    pub(super) packets: u64,
    /// Bytes that were passed over in search of the first packet.
    pub(super) passed: usize,
    /// It was said that these bytes are no packets, or nobody knows whether they begin with one: some are missing before them.
    pub(super) is_foreign: bool,
    pub(super) last_packet: Option<Instant>,
    /// No packet of it came since a gap: some may be sent already that are only found later.
    pub(super) is_behind_gap: bool,
    /// Its DISCONNECT.
    pub(super) disconnect: Option<(u64, Instant)>,
    /// It will send no more: it closed its side.
    pub(super) is_ended: bool,
    /// A packet of it was larger than announced, or an alias above the maximum.
    pub(super) exceeded: bool,
}

/// What the CONNECT said.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    pub(super) packet: u64,
    pub(super) clean_start: bool,
    /// Session Expiry Interval, or what it stands for before version 5.
    pub(super) expiry: u32,
    pub(super) problem_information: bool,
    pub(super) response_information: bool,
    pub(super) method: Option<u64>,
    pub(super) will: Option<(QoS, bool)>,
    /// It named no client identifier.
    pub(super) anonymous: bool,
    /// Its client identifier has 1 to 23 digits and plain letters.
    pub(super) plain_identifier: bool,
}

/// What was wrong with a CONNECT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BadConnect {
    Malformed,
    UnknownName,
    UnknownLevel,
    EmptyIdentifier,
}

/// A SUBSCRIBE or UNSUBSCRIBE that waits for its answer.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) flow: Flow,
    /// The filters, with the QoS asked for and whether there was a subscription before.
    pub(super) filters: Vec<(Box<str>, QoS, bool)>,
    pub(super) reported: bool,
    /// Its identifier was free.
    pub(super) was_free: bool,
}

/// A retained message that a subscription should bring.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected {
    pub(super) topic: u64,
    pub(super) subscribe: u64,
    /// The packet, and when.
    pub(super) published: (u64, Instant),
    pub(super) until: Instant,
}

/// A connection.
#[derive(Clone, Debug)]
pub(super) struct Connection {
    pub(super) id: ConnectionId,
    pub(super) phase: Phase,
    /// Its first packet was seen, or it was said that it is new.
    pub(super) begun: bool,
    pub(super) version: ProtocolVersion,
    pub(super) version_is_certain: bool,
    pub(super) halves: Both<Half>,
    pub(super) limits: Both<Limits>,
    pub(super) asked: Option<Asked>,
    pub(super) bad_connect: Option<BadConnect>,
    /// The first CONNECT, sound or not.
    pub(super) first_connect: Option<u64>,
    pub(super) session: Session,
    pub(super) session_present: Option<bool>,
    pub(super) session_expiry: Option<u32>,
    pub(super) keep_alive: Option<(u16, bool)>,
    /// The Keep Alive of this silence was judged: the client's, and the server's.
    pub(super) silence_judged: (bool, bool),
    pub(super) requests: HashMap<u16, Request>,
    pub(super) connecting: Option<Flow>,
    /// It was said that its answer is late.
    pub(super) connecting_judged: bool,
    pub(super) authenticating: Option<Flow>,
    /// The first PINGREQ that waits, and how many do.
    pub(super) ping: Option<Flow>,
    pub(super) pings: u32,
    pub(super) ping_judged: bool,
    pub(super) connack: Option<u64>,
    /// The CONNACK that refused.
    pub(super) refused: Option<u64>,
    /// A client's packet that ends a connection.
    pub(super) breach: Option<u64>,
    /// The packet of another connection that took over.
    pub(super) taken_over: Option<u64>,
    /// Its end is known to be such a takeover, though the other was not accepted yet.
    pub(super) is_thrown_off: bool,
    pub(super) served_after: bool,
    /// A packet could not be read, so what others answer need not be known.
    pub(super) doubtful: bool,
    pub(super) expected: Vec<Expected>,
    /// Requests with a Response Topic that wait for their answer.
    pub(super) questions: Vec<(u64, Flow)>,
    pub(super) closed: Option<Instant>,
    /// The number of its newest packet: what time shows stands there.
    pub(super) newest: Option<u64>,
    /// Since when the server serves it: the CONNACK, or the first packet that is known.
    pub(super) accepted: Option<Instant>,
    /// When messages to the client were on their way last.
    pub(super) busy: Instant,
    /// When the server last had nothing to send.
    pub(super) rested: Option<Instant>,
    /// Its CONNECT is not missing from here on: it was before what was seen.
    pub(super) is_past_connect: bool,
    /// Bytes are missing before what is known.
    pub(super) has_gap: bool,
    /// The newest packet stands behind what answers it, or what it answers may stand behind it.
    pub(super) came_late: bool,
}

impl Connection {
    pub(super) fn new(id: ConnectionId) -> Self {
        Self {
            id,
            phase: Phase::Unknown,
            begun: false,
            version: ProtocolVersion::V5,
            version_is_certain: false,
            halves: Both::default(),
            limits: Both {
                client: Limits::UNKNOWN,
                server: Limits::UNKNOWN,
            },
            asked: None,
            bad_connect: None,
            first_connect: None,
            session: Session::new(false),
            session_present: None,
            session_expiry: None,
            keep_alive: None,
            silence_judged: (false, false),
            requests: HashMap::new(),
            connecting: None,
            connecting_judged: false,
            authenticating: None,
            ping: None,
            pings: 0,
            ping_judged: false,
            connack: None,
            refused: None,
            breach: None,
            taken_over: None,
            is_thrown_off: false,
            served_after: false,
            doubtful: false,
            expected: Vec::new(),
            questions: Vec::new(),
            closed: None,
            newest: None,
            accepted: None,
            busy: Instant::ZERO,
            rested: None,
            is_past_connect: false,
            has_gap: false,
            came_late: false,
        }
    }

    pub(super) const fn is_v5(&self) -> bool {
        self.version.is_v5()
    }

    /// Stands for the client: its identifier, or the connection where it has none.
    pub(super) fn client_mark(&self) -> u64 {
        match &*self.session.client_identifier {
            "" => u64::from(self.id.0),
            name => content::of_text(name),
        }
    }

    /// What holds for every packet, before it is looked into.
    pub(super) fn arrive(&mut self, judge: &mut Judge<'_>, len: usize) {
        let from = judge.from;
        self.forget_late(judge);
        self.came_late = self.is_late(judge);
        self.halves.of_mut(from).is_behind_gap = false;
        self.newest = Some(judge.number);
        self.accepted.get_or_insert(judge.at);
        self.note_rest(judge.at);
        // Where the recording begins in the middle, so does the connection; only a CONNACK stands right behind the CONNECT.
        let in_the_middle =
            !self.begun && !self.has_gap && judge.packet_type != PacketType::Connack;
        self.is_past_connect |= from == Sender::Client || in_the_middle;
        if from == Sender::Client {
            self.judge_keep_alive(judge, true);
            self.silence_judged = (false, false);
        }
        self.judge_order(judge);
        let limits = self.limits.of(from.peer());
        if let Some(maximum) = limits.maximum_packet_size.filter(|_| limits.known)
            && len > maximum as usize
        {
            //= [MQTT-3.1.2-24] and [MQTT-3.2.2-15] v5: no larger than the receiver announced
            let rule = match from {
                Sender::Client => Rule::ClientPacketTooLarge,
                Sender::Server => Rule::ServerPacketTooLarge,
            };
            let finding = Finding {
                value: u32::try_from(len).unwrap_or(u32::MAX),
                limit: maximum,
                ..judge.found(rule)
            };
            judge.report(finding);
            self.halves.of_mut(from).exceeded = true;
        }
        let half = self.halves.of_mut(from);
        half.packets = half.packets.saturating_add(1);
        half.last_packet = Some(judge.at);
    }

    /// Whether the packet may come now at all.
    fn judge_order(&mut self, judge: &mut Judge<'_>) {
        let (from, kind) = (judge.from, judge.packet_type);
        if kind == PacketType::Connect && from == Sender::Client {
            if let Some(first) = self.first_connect {
                //= [MQTT-3.1.0-2] v5 and v3.1.1: once on a connection
                let finding = judge.found_with(Rule::SecondConnect, first);
                judge.report(finding);
                self.breach = self.breach.or(Some(judge.number));
            } else {
                self.first_connect = Some(judge.number);
            }
        }
        if let Some((disconnect, _)) = self.halves.of(from).disconnect {
            //= [MQTT-3.14.4-1] v5, [MQTT-3.14.4-2] v3.1.1: DISCONNECT is the last packet
            let finding = judge.found_with(Rule::PacketAfterDisconnect, disconnect);
            judge.report(finding);
        }
        match from {
            Sender::Client if self.begun && self.halves.client.packets == 0 => {
                if kind != PacketType::Connect {
                    //= [MQTT-3.1.0-1] v5 and v3.1.1: CONNECT comes first
                    let finding = judge.found(Rule::FirstPacketNotConnect);
                    judge.report(finding);
                    self.breach = self.breach.or(Some(judge.number));
                }
            }
            Sender::Client => {
                if self.phase == Phase::Connecting
                    && self.asked.is_some_and(|asked| asked.method.is_some())
                    && !matches!(
                        kind,
                        PacketType::Auth | PacketType::Disconnect | PacketType::Connect
                    )
                {
                    //= [MQTT-3.1.2-30] v5: only AUTH and DISCONNECT until the CONNACK
                    let finding = judge.found(Rule::PacketDuringAuthentication);
                    judge.report(finding);
                }
            }
            Sender::Server => {
                if let Some(refused) = self.refused {
                    //= [MQTT-3.2.2-7] v5, [MQTT-3.2.2-5] v3.1.1: a refusal ends the connection
                    let finding = judge.found_with(Rule::SentAfterRefusal, refused);
                    judge.report(finding);
                } else if self.phase == Phase::Connecting {
                    self.judge_before_connack(judge);
                }
            }
        }
    }

    fn judge_before_connack(&self, judge: &mut Judge<'_>) {
        let rule = match judge.packet_type {
            PacketType::Connack => return,
            PacketType::Auth if self.is_v5() => return,
            //= [MQTT-3.14.0-1] v5: DISCONNECT only after a CONNACK that accepts
            PacketType::Disconnect if self.is_v5() => Rule::DisconnectBeforeConnack,
            //= [MQTT-3.2.0-1] v5 and v3.1.1: CONNACK comes first
            _ => Rule::ServerPacketBeforeConnack,
        };
        let finding = match &self.connecting {
            Some(flow) => {
                let connect = flow.packets.as_slice().first().copied().unwrap_or(0);
                judge.found_with(rule, connect)
            }
            None => judge.found(rule),
        };
        judge.report(finding);
    }

    /// A sound packet.
    #[inline]
    pub(super) fn packet(
        &mut self,
        judge: &mut Judge<'_>,
        view: &mut View,
        packet: &ControlPacket<'_>,
    ) {
        match packet {
            ControlPacket::Publish(publish) => self.publish(judge, view, publish),
            _ => self.other(judge, view, packet),
        }
    }

    /// All but a PUBLISH. Apart, so that what is hot in a flood is soon compiled anew, for speed.
    #[inline(never)]
    fn other(&mut self, judge: &mut Judge<'_>, view: &mut View, packet: &ControlPacket<'_>) {
        match packet {
            // Done by whoever calls.
            ControlPacket::Publish(_) => {}
            ControlPacket::Puback(answer) => {
                let window = self.session.windows.of_mut(judge.from.peer());
                let answered =
                    window.puback(judge, answer.packet_identifier.get(), answer.reason_code);
                self.answered(judge, view, answered, answer);
            }
            ControlPacket::Pubrec(answer) => {
                let window = self.session.windows.of_mut(judge.from.peer());
                let answered =
                    window.pubrec(judge, answer.packet_identifier.get(), answer.reason_code);
                self.answered(judge, view, answered, answer);
            }
            ControlPacket::Pubrel(answer) => {
                let window = self.session.windows.of_mut(judge.from);
                window.pubrel(judge, answer.packet_identifier.get(), answer.reason_code);
                self.judge_problem_information(judge, answer.properties);
            }
            ControlPacket::Pubcomp(answer) => {
                let window = self.session.windows.of_mut(judge.from.peer());
                let answered =
                    window.pubcomp(judge, answer.packet_identifier.get(), answer.reason_code);
                self.answered(judge, view, answered, answer);
            }
            ControlPacket::Connect(connect) => self.connect(judge, view, connect),
            ControlPacket::Connack(connack) => self.connack(judge, view, connack),
            ControlPacket::Subscribe(subscribe) => self.subscribe(judge, view, subscribe),
            ControlPacket::Suback(suback) => self.suback(judge, suback),
            ControlPacket::Unsubscribe(unsubscribe) => self.unsubscribe(judge, unsubscribe),
            ControlPacket::Unsuback(unsuback) => self.unsuback(judge, unsuback),
            ControlPacket::Pingreq => self.pingreq(judge),
            ControlPacket::Pingresp => self.pingresp(judge),
            ControlPacket::Disconnect(disconnect) => self.disconnect(judge, view, disconnect),
            ControlPacket::Auth(auth) => self.auth(judge, auth),
        }
    }

    /// The server answered a packet of the client: it should not have, if the connection was over.
    pub(super) fn judge_service(&mut self, judge: &mut Judge<'_>, answered: Option<u64>) {
        if judge.from != Sender::Server || self.served_after {
            return;
        }
        let Some(answered) = answered else { return };
        if let Some(breach) = self.breach.filter(|&breach| answered > breach) {
            //= [MQTT-4.13.1-1] v5, [MQTT-4.8.0-1] v3.1.1: a breach ends the connection
            let finding = judge.found_with(Rule::ServedAfterBreach, breach);
            judge.report(finding);
            self.served_after = true;
        }
        if let Some(other) = self.taken_over.filter(|&other| answered > other) {
            //= [MQTT-3.1.4-3] v5, [MQTT-3.1.4-2] v3.1.1: the older connection is closed
            let finding = judge.found_with(Rule::TakenOverConnectionServed, other);
            judge.report(finding);
            self.served_after = true;
        }
    }

    /// The topic that a PUBLISH is about, and whether its alias is in order.
    pub(super) fn set_alias(&mut self, from: Sender, alias: u16, topic: &str) {
        let half = self.halves.of_mut(from);
        if let Some(known) = half.aliases.get_mut(&alias) {
            if **known != *topic {
                half.alias_bytes = half
                    .alias_bytes
                    .saturating_sub(known.len())
                    .saturating_add(topic.len());
                *known = topic.into();
            }
            return;
        }
        half.alias_bytes = half.alias_bytes.saturating_add(topic.len());
        if half.alias_bytes > MAXIMUM_ALIAS_BYTES {
            // Somebody fills the memory: what is forgotten is not known to be unset.
            half.aliases.clear();
            half.alias_bytes = 0;
            half.exceeded = true;
        }
        half.aliases.insert(alias, topic.into());
    }

    /// Nothing more comes of what waits: `state` says why.
    pub(super) fn break_flows(&mut self, judge: &mut Judge<'_>, state: FlowState) {
        let requests = self.requests.drain().map(|(_, request)| request.flow);
        let questions = self.questions.drain(..).map(|(_, flow)| flow);
        let others = [
            self.connecting.take(),
            self.authenticating.take(),
            self.ping.take(),
        ];
        for mut flow in requests
            .chain(questions)
            .chain(others.into_iter().flatten())
        {
            flow.state = state;
            judge.log.finish(flow);
        }
        self.pings = 0;
    }
}
