//! Watches Sparkplug's messages and says which rules of its specification they break.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, VecDeque};
use alloc::sync::Arc;
use alloc::vec::Vec;

use mqttscope_wire::{Publish, QoS, Sender, WillMessage};

use crate::birth::Birth;
use crate::edges::{Edges, MOST_OF_BIRTH, Side};
use crate::finding::Finding;
use crate::payload::Payload;
use crate::rule::Rule;
use crate::state::is_state;
use crate::topic::{Address, MessageType, Topic};

/// Findings of one rule that are given; the rest is counted.
const MOST_OF_RULE: u32 = 200;
/// Connections whose beginning is remembered.
const MOST_CONNECTIONS: usize = 4_096;
/// Bytes of a name that a finding keeps.
const MOST_NAME: usize = 120;

/// A PUBLISH, with its topic resolved.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// The connection, as the caller numbers them.
    pub connection: u32,
    /// Which end sent it.
    pub from: Sender,
    /// The packet's number; they grow.
    pub number: u64,
    /// Its topic.
    pub topic: &'a str,
    /// What it carries.
    pub payload: &'a [u8],
    /// Its QoS.
    pub qos: QoS,
    /// RETAIN.
    pub retain: bool,
    /// DUP.
    pub dup: bool,
}

impl<'a> Message<'a> {
    /// A PUBLISH whose topic, where an alias stands for it, is this one.
    #[must_use]
    pub const fn of_publish(
        connection: u32,
        number: u64,
        from: Sender,
        topic: &'a str,
        publish: &Publish<'a>,
    ) -> Self {
        Self {
            connection,
            from,
            number,
            topic,
            payload: publish.payload,
            qos: publish.qos,
            retain: publish.retain,
            dup: publish.dup,
        }
    }

    /// The will of a CONNECT, with the QoS and RETAIN that it is to be published with.
    #[must_use]
    pub const fn of_will(connection: u32, number: u64, will: &WillMessage<'a>) -> Self {
        Self {
            connection,
            from: Sender::Client,
            number,
            topic: will.topic_name.as_str(),
            payload: will.payload.as_bytes(),
            qos: will.qos,
            retain: will.retain,
            dup: false,
        }
    }
}

/// Watches the messages of Sparkplug. One serves all connections; the two directions of each are followed apart.
#[derive(Clone, Debug, Default)]
pub struct Monitor {
    edges: Edges,
    /// Connections whose CONNECT was seen and of which nothing is missing since.
    whole: BTreeMap<u32, u64>,
    findings: VecDeque<Finding>,
    counts: BTreeMap<Rule, u32>,
    dropped: u64,
}

/// The names behind aliases around a packet.
#[derive(Clone, Copy, Debug, Default)]
pub struct Names<'a> {
    /// The DBIRTH before it, with the number of its packet.
    pub device: Option<(u64, &'a Birth)>,
    /// The NBIRTH before it.
    pub node: Option<(u64, &'a Birth)>,
}

impl Monitor {
    /// Has seen nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A client's CONNECT: what was known of the connection is over. The will is a message whose QoS and RETAIN are
    /// those that it is to be published with.
    pub fn handle_connect(&mut self, connection: u32, number: u64, will: Option<&Message<'_>>) {
        self.edges.lose(connection, true);
        self.whole.insert(connection, number);
        if self.whole.len() > MOST_CONNECTIONS {
            self.whole.pop_first();
        }
        let Some(will) = will else { return };
        match Topic::of(will.topic) {
            Some(Topic::State { .. }) => self.judge_state(will, true),
            Some(Topic::Edge(address)) if address.message_type == MessageType::NodeDeath => {
                self.judge_will(will, address);
            }
            _ => {}
        }
    }

    /// Bytes of a connection are missing here.
    pub fn handle_gap(&mut self, connection: u32) {
        self.edges.lose(connection, false);
        self.whole.remove(&connection);
    }

    /// A PUBLISH. One whose topic is none of Sparkplug's costs a comparison.
    pub fn handle_message(&mut self, message: &Message<'_>) {
        match Topic::of(message.topic) {
            Some(Topic::State { .. }) => self.judge_state(message, false),
            Some(Topic::Edge(address)) => self.judge_edge(message, address),
            None => {}
        }
    }

    /// The next finding.
    pub fn poll_finding(&mut self) -> Option<Finding> {
        self.findings.pop_front()
    }

    /// Findings that were not given, since there were many of their rule.
    #[must_use]
    pub const fn findings_dropped(&self) -> u64 {
        self.dropped
    }

    /// What the births before a packet said about the edge node and the device of its topic.
    #[must_use]
    pub fn names(&self, address: &Address<'_>, number: u64) -> Names<'_> {
        let of = |device| (self.edges).birth_before((address.group, address.edge), device, number);
        Names {
            device: address.device.and_then(of),
            node: of(""),
        }
    }

    fn judge_state(&mut self, message: &Message<'_>, is_will: bool) {
        let mut judge = Judge::new(message, None);
        judge.is_will = is_will;
        if message.payload.is_empty() && !is_will {
            // It removes a retained one.
            return;
        }
        if !is_state(message.payload) {
            judge.found(Rule::StateForm);
        }
        // What a server passes on has the lower QoS of the two, and RETAIN only for who subscribes later.
        if message.from == Sender::Client {
            judge.wants(Rule::QosWrong, u64::from(message.qos as u8), 1);
            judge.wants(Rule::RetainWrong, u64::from(message.retain), 1);
        }
        self.take(judge.findings);
    }

    fn judge_will(&mut self, will: &Message<'_>, address: Address<'_>) {
        let mut judge = Judge::new(will, Some(MessageType::NodeDeath));
        judge.is_will = true;
        judge.wants(Rule::QosWrong, u64::from(will.qos as u8), 1);
        judge.wants(Rule::RetainWrong, u64::from(will.retain), 0);
        let payload = judge.payload();
        if let Some(payload) = payload {
            if let Some(seq) = payload.seq {
                judge.found(Rule::SeqForbidden).value = seq;
            }
            if payload.bd_seq().is_none() {
                judge.found(Rule::BdSeqMissing);
            }
        }
        let name = (address.group, address.edge);
        let side = (self.edges).side(name, will.connection, Sender::Client, will.number);
        if let Some((side, forgets)) = side {
            side.will = Some((will.number, payload.and_then(|it| it.bd_seq())));
            if forgets {
                self.whole.clear();
            }
        }
        self.take(judge.findings);
    }

    fn judge_edge(&mut self, message: &Message<'_>, address: Address<'_>) {
        let of = address.message_type;
        let mut judge = Judge::new(message, Some(of));
        if message.payload.is_empty() && message.retain {
            // It removes a retained one.
            return;
        }
        if !address.is_right() {
            judge.found(Rule::TopicForm);
            self.take(judge.findings);
            return;
        }
        // Of an NDEATH only the will has rules.
        if of != MessageType::NodeDeath {
            judge.wants(Rule::QosWrong, u64::from(message.qos as u8), 0);
            judge.wants(Rule::RetainWrong, u64::from(message.retain), 0);
        }
        let payload = judge.payload();
        if let Some(payload) = payload {
            judge.judge_payload(&payload);
        }
        // A copy says nothing new of the order.
        let is_copy = message.dup || (message.retain && message.from == Sender::Server);
        if !of.is_command() && !is_copy {
            self.follow(message, address, payload, &mut judge);
        }
        self.take(judge.findings);
    }

    /// What depends on the messages before.
    fn follow(
        &mut self,
        message: &Message<'_>,
        address: Address<'_>,
        payload: Option<Payload<'_>>,
        judge: &mut Judge<'_>,
    ) {
        let name = (address.group, address.edge);
        let of = address.message_type;
        let device = address.device.unwrap_or_default();
        let birth = payload
            .filter(|_| of.is_birth())
            .map(|payload| Birth::read(&payload, MOST_OF_BIRTH));
        let is_known = self.whole.contains_key(&message.connection);
        let (connection, from) = (message.connection, message.from);
        let Some((side, forgets)) = (self.edges).side(name, connection, from, message.number)
        else {
            return;
        };
        let is_known = is_known && !forgets;
        let mark = mark(message);
        if from == Sender::Server && side.mark == Some(mark) {
            return;
        }
        side.mark = Some(mark);
        let Some(payload) = payload else {
            side.lose();
            return;
        };
        if of == MessageType::NodeDeath {
            judge.judge_death(side, &payload);
        } else {
            judge.judge_seq(side, of, payload.seq);
            match of {
                MessageType::NodeBirth => judge.judge_node_birth(side, &payload, is_known),
                _ if side.birth.is_none() => judge.judge_before_birth(side, is_known),
                MessageType::DeviceBirth => {}
                _ => judge.judge_data(side, of, device, &payload),
            }
        }
        if let Some(birth) = birth {
            judge.judge_aliases(side, of, &birth);
            let kept = self.edges.keep(name, device, message.number, birth);
            if let Some((side, _)) = self.edges.side(name, connection, from, message.number) {
                judge.born(side, of, device, kept);
            }
        }
        if forgets {
            self.whole.clear();
        }
    }

    fn take(&mut self, findings: Vec<Finding>) {
        for finding in findings {
            let count = self.counts.entry(finding.rule).or_default();
            *count = count.saturating_add(1);
            if *count > MOST_OF_RULE {
                self.dropped = self.dropped.saturating_add(1);
            } else {
                self.findings.push_back(finding);
            }
        }
    }
}

/// Judges one message.
struct Judge<'a> {
    message: &'a Message<'a>,
    message_type: Option<MessageType>,
    is_will: bool,
    findings: Vec<Finding>,
}

impl<'a> Judge<'a> {
    const fn new(message: &'a Message<'a>, message_type: Option<MessageType>) -> Self {
        Self {
            message,
            message_type,
            is_will: false,
            findings: Vec::new(),
        }
    }

    /// A broken rule; what else is known of it can be set.
    fn found(&mut self, rule: Rule) -> &mut Finding {
        let finding = Finding {
            rule,
            connection: self.message.connection,
            by: self.message.from,
            is_certain: true,
            message_type: self.message_type,
            is_will: self.is_will,
            packets: Vec::from([self.message.number]),
            value: 0,
            limit: 0,
            name: None,
        };
        let at = self.findings.len();
        self.findings.push(finding);
        #[expect(clippy::indexing_slicing, reason = "it was pushed in the line before")]
        &mut self.findings[at]
    }

    fn wants(&mut self, rule: Rule, value: u64, limit: u64) {
        if value != limit {
            let finding = self.found(rule);
            (finding.value, finding.limit) = (value, limit);
        }
    }

    /// The payload, where it fits the schema.
    fn payload(&mut self) -> Option<Payload<'a>> {
        let payload = Payload::read(self.message.payload);
        if payload.is_none() {
            self.found(Rule::PayloadForm);
        }
        payload
    }

    /// What the payload shows by itself.
    fn judge_payload(&mut self, payload: &Payload<'_>) {
        let Some(of) = self.message_type else { return };
        let is_death = of == MessageType::NodeDeath;
        if payload.timestamp.is_none() && !is_death {
            self.found(Rule::TimestampMissing);
        }
        match payload.seq {
            Some(seq) if is_death || of.is_command() => self.found(Rule::SeqForbidden).value = seq,
            None if !is_death && !of.is_command() => {
                self.found(Rule::SeqMissing);
            }
            Some(seq) if seq > 255 => self.found(Rule::SeqRange).value = seq,
            Some(seq) if seq > 0 && of == MessageType::NodeBirth => {
                self.found(Rule::BirthSeqNotZero).value = seq;
            }
            _ => {}
        }
        if (is_death || of == MessageType::NodeBirth) && payload.bd_seq().is_none() {
            self.found(Rule::BdSeqMissing);
        }
        if of.is_birth() {
            let is_short = |name: Option<&str>, has_type: bool| name.is_none() || !has_type;
            let mut metrics = payload.metrics();
            if let Some(metric) =
                metrics.find(|it| is_short(it.name, it.datatype.is_some_and(|it| it.0 != 0)))
            {
                let name = metric.name.unwrap_or("without a name");
                self.found(Rule::MetricIncomplete).name = Some(shortened(name));
            }
        }
        let is_rebirth = |name: Option<&str>| name == Some("Node Control/Rebirth");
        if of == MessageType::NodeBirth && !payload.metrics().any(|it| is_rebirth(it.name)) {
            self.found(Rule::RebirthMissing);
        }
    }

    fn judge_seq(&mut self, side: &mut Side, of: MessageType, seq: Option<u64>) {
        let Some(seq) = seq.and_then(|seq| u8::try_from(seq).ok()) else {
            side.lose();
            return;
        };
        if of != MessageType::NodeBirth
            && let Some(next) = side.next.filter(|&next| next != seq)
        {
            let finding = self.found(Rule::SeqGap);
            (finding.value, finding.limit) = (seq.into(), next.into());
            finding.is_certain = side.is_own();
            side.is_whole = false;
        }
        side.next = Some(seq.wrapping_add(1));
    }

    fn judge_node_birth(&mut self, side: &mut Side, payload: &Payload<'_>, is_known: bool) {
        let bd_seq = payload.bd_seq();
        if self.message.from == Sender::Client {
            match side.will {
                Some((number, Some(will))) => {
                    if let Some(value) = bd_seq.filter(|&value| value != will) {
                        let finding = self.found(Rule::BdSeqDiffers);
                        (finding.value, finding.limit) = (value, will);
                        finding.packets.insert(0, number);
                    }
                }
                Some(_) => {}
                None if is_known => {
                    self.found(Rule::WillMissing);
                }
                None => {}
            }
        }
        side.bd_seq = bd_seq.map(|value| (self.message.number, value));
    }

    fn judge_before_birth(&mut self, side: &mut Side, is_known: bool) {
        if self.message.from == Sender::Client && is_known && !side.is_told {
            side.is_told = true;
            self.found(Rule::DataBeforeBirth).is_certain = side.is_own();
        }
    }

    /// Metrics and device of a message behind the NBIRTH.
    fn judge_data(
        &mut self,
        side: &mut Side,
        of: MessageType,
        device: &str,
        payload: &Payload<'_>,
    ) {
        let is_certain = side.is_own() || self.message.from == Sender::Server;
        if !side.is_whole {
            return;
        }
        let birth = if of.is_of_device() {
            side.devices.get(device).cloned()
        } else {
            side.birth.clone()
        };
        let Some(birth) = birth else {
            if side.told_device.as_deref() != Some(device) {
                side.told_device = Some(device.into());
                let finding = self.found(Rule::DeviceBeforeBirth);
                finding.name = Some(shortened(device));
                finding.is_certain = is_certain;
            }
            return;
        };
        if of == MessageType::DeviceDeath {
            side.devices.remove(device);
            side.told_device = None;
            return;
        }
        if !birth.is_whole() {
            return;
        }
        let is_unknown = |alias: &u64| birth.by_alias(*alias).is_none();
        if let Some(alias) = payload.metrics().filter_map(|it| it.alias).find(is_unknown) {
            let finding = self.found(Rule::AliasUnknown);
            (finding.value, finding.is_certain) = (alias, is_certain);
        }
        let mut names = (payload.metrics()).filter_map(|it| it.name.filter(|_| it.alias.is_none()));
        if let Some(name) = names.find(|name| birth.by_name(name).is_none()) {
            let finding = self.found(Rule::MetricNotBorn);
            finding.name = Some(shortened(name));
            finding.is_certain = is_certain;
        }
    }

    fn judge_death(&mut self, side: &mut Side, payload: &Payload<'_>) {
        if let (Some((number, birth)), Some(death)) = (side.bd_seq, payload.bd_seq())
            && birth != death
        {
            let finding = self.found(Rule::BdSeqDiffers);
            (finding.value, finding.limit) = (death, birth);
            finding.packets.insert(0, number);
            finding.is_certain = side.is_own();
            return;
        }
        side.lose();
        side.birth = None;
        side.bd_seq = None;
        side.devices.clear();
        side.is_told = false;
    }

    fn judge_aliases(&mut self, side: &Side, of: MessageType, birth: &Birth) {
        // An NBIRTH begins anew: what its devices had before is over.
        let other =
            (side.birth.as_ref()).filter(|_| of == MessageType::DeviceBirth && side.is_whole);
        let alias = birth.twice().or_else(|| birth.shared_with(other.as_ref()?));
        if let Some(alias) = alias {
            self.found(Rule::AliasDuplicate).value = alias;
        }
    }

    /// What a birth begins.
    fn born(&self, side: &mut Side, of: MessageType, device: &str, birth: Arc<Birth>) {
        if of == MessageType::NodeBirth {
            side.birth = Some(birth);
            side.devices.clear();
            side.told_device = None;
            side.is_told = false;
            side.is_whole = side.next.is_some();
        } else if side.birth.is_some() {
            side.add_device(device, birth);
            side.told_device = None;
        }
    }
}

/// By which a copy of a message is known that comes right behind it, as over a second subscription.
fn mark(message: &Message<'_>) -> u64 {
    // FNV-1a.
    let bytes = message.topic.bytes().chain(message.payload.iter().copied());
    bytes.fold(0xcbf2_9ce4_8422_2325, |mark, byte| {
        (mark ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn shortened(name: &str) -> Box<str> {
    let end = name.floor_char_boundary(MOST_NAME.min(name.len()));
    name.get(..end).unwrap_or_default().into()
}
