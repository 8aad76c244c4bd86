//! One connection: its client, what it is subscribed to, what it counts.

use core::time::Duration;

use hashbrown::HashMap;
use mqttscope_answers::Answering;
use mqttscope_client::{Client, Phase, Ticket};
use mqttscope_faults::Link;
use mqttscope_filter::covers;
use mqttscope_protocol::{
    Advice, ConnectionId, ConnectionState, ConnectionView, FilterView, MessageDraft, OpeningView,
    Outcome, Profile, Published, Repeated, ServerLimit, SubscriptionDraft,
};
use mqttscope_shared::Instant;
use mqttscope_wire::{PacketType, Properties, Property, ProtocolVersion, ReasonCode};

use crate::attempt::Attempt;
use crate::by_hand::ByHand;
use crate::doctor::{self, bridged};
use crate::engine::CUT_BY_YOU;
use crate::rates::Meter;
use crate::stream::Stream;
use crate::topics::{self, Topics};
use crate::unfinished;
use crate::view::cut::cut;

/// Characters of a Client Identifier, which the server may have assigned, in a report.
const MOST_IDENTIFIER: usize = 300;
/// The same of a sentence of advice.
const MOST_ADVICE: usize = 600;
/// Milliseconds from which on a packet whose end is missing is worth a word.
const UNFINISHED: Duration = Duration::from_secs(1);
/// From when on an answer that is missing is worth a word. No rule says when it must be there.
const OVERDUE: Duration = Duration::from_secs(3);

/// An answer that the server owes, and since when.
pub(crate) type Owed = (PacketType, Instant);

/// A socket, or a link to the built-in broker. Every attempt has a number of its own, so that late
/// news of an earlier one does no harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SocketId(pub u32);

/// A message that is published on a timer.
#[derive(Debug)]
pub(crate) struct Repeating {
    pub(crate) draft: MessageDraft,
    pub(crate) every: Duration,
    pub(crate) next: Instant,
    pub(crate) left: Option<u32>,
    pub(crate) began: Instant,
    /// How often it was handed over.
    pub(crate) count: u32,
}

/// A request without an answer.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) response_topic: String,
    pub(crate) correlation_data: Vec<u8>,
    pub(crate) sent: Instant,
    pub(crate) until: Instant,
}

/// The message that the page asked to publish last.
#[derive(Debug)]
pub(crate) struct Handed {
    pub(crate) ticket: Ticket,
    pub(crate) qos: u8,
    /// Whether the page was told of it.
    pub(crate) is_told: bool,
    pub(crate) published: Published,
}

#[derive(Debug)]
struct Filter {
    draft: SubscriptionDraft,
    ticket: Option<Ticket>,
    granted: Option<ReasonCode>,
    /// Why it was never asked for; empty where it was.
    not_sent: &'static str,
    messages: u64,
    muted: bool,
}

impl Filter {
    /// Whether a message whose topic it matches, with these properties, came for it. Which subscriptions a
    /// message came for is said by its Subscription Identifiers alone.
    //= [MQTT-3.3.4-3] v5
    fn is_meant(&self, version: ProtocolVersion, properties: Option<Properties<'_>>) -> bool {
        let Some(identifier) = self.draft.subscription_identifier else {
            return true;
        };
        !version.is_v5()
            || properties.is_some_and(|properties| {
                let named = Property::SubscriptionIdentifier(identifier);
                properties.iter().any(|property| property == named)
            })
    }

    /// Whether the server did not take it, or never saw it.
    fn is_refused(&self) -> bool {
        self.granted.is_some_and(ReasonCode::is_error) || !self.not_sent.is_empty()
    }
}

#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) id: ConnectionId,
    pub(crate) profile: Profile,
    pub(crate) client: Client,
    pub(crate) socket: Option<SocketId>,
    pub(crate) stream: Stream,
    /// What its bytes go through, where there are faults.
    pub(crate) faulty: Option<Box<Link>>,
    /// Where among the server's bytes a packet begins that is not whole, and since when.
    pub(crate) unfinished: Option<(u64, Instant)>,
    /// What came of a packet within which the last link ended, in words.
    pub(crate) half: Option<String>,
    pub(crate) meter: Meter,
    pub(crate) repeating: Option<Repeating>,
    pub(crate) repeated: Option<Repeated>,
    pub(crate) requests: Vec<Request>,
    pub(crate) handed: Option<Handed>,
    /// The bytes that the page sent as they are last.
    pub(crate) by_hand: Option<ByHand>,
    /// Topics of QoS 2 messages that the page asked to publish and that are not acknowledged to the end.
    pub(crate) open_topics: HashMap<Ticket, String>,
    /// Topics of those that were lost with their session, until that is told.
    pub(crate) in_doubt: Vec<Option<String>>,
    /// Messages that the page asked to publish.
    pub(crate) handed_count: u32,
    /// Why it is not connected, in words; empty: it was asked for.
    pub(crate) cause: String,
    pub(crate) session_present: Option<bool>,
    pub(crate) limits: Vec<ServerLimit>,
    pub(crate) advice: Vec<Advice>,
    pub(crate) attempt: Attempt,
    /// Accepted connections in a row that ended within seconds, without a word.
    pub(crate) quick_ends: u32,
    /// Whether the last one was such a connection.
    pub(crate) ended_quickly: bool,
    /// Another client identifier, under which such a connection to the same server ended before.
    pub(crate) ended_as: Option<String>,
    /// It is told to give up, and keeps what it says of why.
    pub(crate) is_stopping: bool,
    pub(crate) answering: Answering,
    /// Filters that were subscribed to for answers only.
    pub(crate) answer_filters: Vec<String>,
    /// When the page was told last what answers did, and whether they have done something since.
    pub(crate) answers_told: Instant,
    pub(crate) answers_changed: bool,
    filters: Vec<Filter>,
    /// Which filters a topic matches, as found before.
    matched: HashMap<u32, Vec<usize>>,
    /// Messages by filter of the connection that this one takes the place of.
    counted: HashMap<String, u64>,
}

/// Advice may quote what the server sent.
fn shortened(advice: &Advice) -> Advice {
    Advice {
        cause: cut(&advice.cause, MOST_ADVICE),
        remedy: cut(&advice.remedy, MOST_ADVICE),
        ..advice.clone()
    }
}

impl Connection {
    pub(crate) fn new(
        id: ConnectionId,
        profile: Profile,
        version: ProtocolVersion,
        client: Client,
    ) -> Self {
        Self {
            id,
            profile,
            client,
            socket: None,
            stream: Stream::new(id, version).of_unknown_server(),
            faulty: None,
            unfinished: None,
            half: None,
            meter: Meter::default(),
            repeating: None,
            repeated: None,
            requests: Vec::new(),
            handed: None,
            by_hand: None,
            open_topics: HashMap::new(),
            in_doubt: Vec::new(),
            handed_count: 0,
            cause: String::new(),
            session_present: None,
            limits: Vec::new(),
            advice: Vec::new(),
            attempt: Attempt::none(),
            quick_ends: 0,
            ended_quickly: false,
            ended_as: None,
            is_stopping: false,
            answering: Answering::new(0),
            answer_filters: Vec::new(),
            answers_told: Instant::ZERO,
            answers_changed: false,
            filters: Vec::new(),
            matched: HashMap::new(),
            counted: HashMap::new(),
        }
    }

    /// The message that is repeated is repeated no more.
    pub(crate) fn stop_repeating(&mut self, now: Instant) {
        if let Some(repeating) = self.repeating.take() {
            self.repeated = Some(Repeated {
                count: repeating.count,
                took: now - repeating.began,
            });
        }
    }

    /// Goes on counting where the connection stopped that this one takes the place of, and whose server it has.
    pub(crate) fn count_on(&mut self, old: &Self) {
        if old.profile.target == self.profile.target {
            let before = &old.profile.client_identifier;
            self.ended_as = if old.ended_quickly && *before != self.profile.client_identifier {
                Some(before.clone())
            } else {
                old.ended_as.clone()
            };
            let counts = old.filters.iter().map(|filter| {
                let topic_filter = filter.draft.topic_filter.clone();
                (topic_filter, filter.messages)
            });
            self.counted = counts.collect();
        }
    }

    /// Notes since when the server's last packet waits for its end.
    pub(crate) fn note_unfinished(&mut self, now: Instant) {
        let begins = self.stream.inwards.offset();
        let is_same = self.unfinished.is_some_and(|(before, _)| before == begins);
        if self.stream.inwards.rest().is_empty() {
            self.unfinished = None;
        } else if !is_same {
            self.unfinished = Some((begins, now));
        }
    }

    /// How much of a packet has come that waits for its end for a while, in words.
    fn arriving(&self, now: Instant) -> Option<String> {
        let (_, since) = self.unfinished?;
        let words = unfinished::words(self.stream.inwards.rest())?;
        (now - since >= UNFINISHED).then_some(words)
    }

    /// The answers that are missing for seconds, in words.
    fn overdue(&self, now: Instant, owed: Option<Owed>) -> Option<String> {
        let client = self.client.view();
        if client.phase != Phase::Connected {
            return None;
        }
        let pinged = client.pinged.map(|at| (PacketType::Pingresp, at));
        let missing: Vec<_> = (owed.into_iter().chain(pinged))
            .map(|(answer, since)| (answer, now - since))
            .filter(|(_, waited)| *waited >= OVERDUE)
            .map(|(answer, waited)| format!("no {} for {} s", answer.name(), waited.as_secs()))
            .collect();
        (!missing.is_empty()).then(|| missing.join(", "))
    }

    /// A new link begins: nothing of the one before is left in the pipes.
    pub(crate) fn begin(&mut self, now: Instant, socket: SocketId) {
        self.socket = Some(socket);
        self.attempt = Attempt::new(now);
        self.attempt.socket = Some(socket);
        self.stream.begin();
        self.faulty = None;
        self.unfinished = None;
    }

    /// Notes what a SUBSCRIBE asks for.
    pub(crate) fn asked(&mut self, drafts: Vec<SubscriptionDraft>, ticket: Ticket) {
        for draft in drafts {
            let filter = Filter {
                ticket: Some(ticket),
                granted: None,
                not_sent: "",
                messages: self.counted.remove(&draft.topic_filter).unwrap_or_default(),
                muted: false,
                draft,
            };
            let same = |other: &&mut Filter| other.draft.topic_filter == filter.draft.topic_filter;
            match self.filters.iter_mut().find(same) {
                Some(place) => {
                    *place = Filter {
                        messages: place.messages,
                        muted: place.muted,
                        ..filter
                    };
                }
                None => self.filters.push(filter),
            }
        }
        self.matched.clear();
    }

    /// Notes what a SUBACK says; codes come in the order of the filters.
    pub(crate) fn granted(&mut self, ticket: Ticket, codes: &[ReasonCode]) {
        let asked = self
            .filters
            .iter_mut()
            .filter(|filter| filter.ticket == Some(ticket));
        for (filter, code) in asked.zip(codes) {
            filter.granted = Some(*code);
            filter.not_sent = "";
            filter.ticket = None;
        }
    }

    /// Whether it is subscribed to this filter, or has asked to be.
    pub(crate) fn has_filter(&self, topic_filter: &str) -> bool {
        self.filters
            .iter()
            .any(|filter| filter.draft.topic_filter == topic_filter && !filter.is_refused())
    }

    /// The filters it is subscribed to, or has asked to be.
    pub(crate) fn subscribed(&self) -> impl Iterator<Item = &SubscriptionDraft> {
        let taken = self.filters.iter().filter(|filter| !filter.is_refused());
        taken.map(|filter| &filter.draft)
    }

    /// Forgets a filter.
    pub(crate) fn drop_filter(&mut self, topic_filter: &str) {
        self.filters
            .retain(|filter| filter.draft.topic_filter != topic_filter);
        self.matched.clear();
    }

    /// Notes what became of the message of this ticket, if it is the one that the page asked to publish
    /// last. Gives what the page is to be told now.
    pub(crate) fn became(&mut self, ticket: Ticket, outcome: Outcome) -> Option<Published> {
        let handed = self.handed.as_mut().filter(|it| it.ticket == ticket)?;
        handed.published.outcome = outcome;
        handed.is_told.then(|| handed.published.clone())
    }

    /// What an answer to the message of this ticket says, in words.
    pub(crate) fn answer(&self, ticket: Ticket, code: ReasonCode) -> Outcome {
        let qos = self.handed.as_ref().filter(|it| it.ticket == ticket);
        let qos = qos.map_or(0, |it| it.qos);
        let packet_type = match qos {
            0 => return Outcome::Sent,
            1 => PacketType::Puback,
            _ => PacketType::Pubcomp,
        };
        let name = || {
            // Where a QoS 2 message is refused, its PUBREC says so.
            code.name(PacketType::Puback, self.stream.version)
                .map_or_else(|| format!("0x{:02X}", code.0), str::to_owned)
        };
        if code.is_error() {
            Outcome::Refused(name())
        } else if code == ReasonCode::SUCCESS {
            Outcome::Acknowledged(packet_type.name().to_owned())
        } else {
            Outcome::Acknowledged(format!("{}: {}", packet_type.name(), name()))
        }
    }

    /// A SUBSCRIBE will not be sent, for this reason.
    pub(crate) fn not_asked(&mut self, ticket: Ticket, why: &'static str) {
        for filter in &mut self.filters {
            if filter.ticket == Some(ticket) {
                filter.ticket = None;
                filter.not_sent = why;
            }
        }
    }

    /// Whether this filter was ever asked for and not dropped since.
    pub(crate) fn knows_filter(&self, topic_filter: &str) -> bool {
        self.filters
            .iter()
            .any(|filter| filter.draft.topic_filter == topic_filter)
    }

    /// The subscriptions that no SUBSCRIBE under way asks for, to be made again after a lost session.
    pub(crate) fn answered_drafts(&self) -> Vec<SubscriptionDraft> {
        self.filters
            .iter()
            .filter(|filter| filter.ticket.is_none())
            .map(|filter| filter.draft.clone())
            .collect()
    }

    /// Hides a filter's messages, or shows them.
    pub(crate) fn mute(&mut self, topic_filter: &str, muted: bool) {
        for filter in &mut self.filters {
            if filter.draft.topic_filter == topic_filter {
                filter.muted = muted;
            }
        }
    }

    /// Filters that are hidden, or those that are not.
    pub(crate) fn filters(&self, muted: bool) -> impl Iterator<Item = (ConnectionId, String)> + '_ {
        self.filters
            .iter()
            .filter(move |filter| filter.muted == muted)
            .map(|filter| (self.id, filter.draft.topic_filter.clone()))
    }

    /// Counts a message with every filter that brings it. A topic that the tree does not keep is known
    /// by its name only; a message that nobody could read has no properties.
    pub(crate) fn count(
        &mut self,
        topic: u32,
        name: &str,
        topics: &Topics,
        properties: Option<Properties<'_>>,
    ) {
        let version = self.stream.version;
        let filters = &mut self.filters;
        if topic == topics::NONE {
            for filter in filters {
                if !name.is_empty()
                    && covers(&filter.draft.topic_filter, name)
                    && filter.is_meant(version, properties)
                {
                    filter.messages = filter.messages.saturating_add(1);
                }
            }
            return;
        }
        let matched = self.matched.entry(topic).or_insert_with(|| {
            let Some(topic) = topics.topic(topic) else {
                return Vec::new();
            };
            let covers = |filter: &Filter| covers(&filter.draft.topic_filter, &topic);
            (0..filters.len())
                .filter(|&at| filters.get(at).is_some_and(covers))
                .collect()
        });
        for &at in &*matched {
            if let Some(filter) = filters.get_mut(at)
                && filter.is_meant(version, properties)
            {
                filter.messages = filter.messages.saturating_add(1);
            }
        }
    }

    /// Topics have other numbers now: here is what each became. Aliases go on, as their connection
    /// does.
    pub(crate) fn move_topics(&mut self, to: impl FnMut(u32) -> u32) {
        self.matched.clear();
        self.stream.move_topics(to);
    }

    /// The colour of the filter that brings a message: the first, and before those one that it names itself.
    pub(crate) fn colour(&self, topic: &str, properties: Option<Properties<'_>>) -> Option<u8> {
        let version = self.stream.version;
        let bringing = self.filters.iter().filter(|filter| {
            covers(&filter.draft.topic_filter, topic) && filter.is_meant(version, properties)
        });
        bringing
            .min_by_key(|filter| filter.draft.subscription_identifier.is_none())
            .map(|filter| filter.draft.colour)
    }

    fn state(&self, now: Instant) -> ConnectionState {
        match self.client.view().phase {
            Phase::Idle if self.cause.is_empty() => ConnectionState::Closed,
            Phase::Idle => ConnectionState::Failed {
                cause: self.cause.clone(),
            },
            Phase::Opening | Phase::Connecting => ConnectionState::Opening,
            Phase::Connected => ConnectionState::Open,
            Phase::Waiting(until) => ConnectionState::Waiting {
                cause: self.cause.clone(),
                again_in: until - now,
            },
        }
    }

    /// As the page is told of it; `owed`: the acknowledgement that its server owes the longest, and since when.
    pub(crate) fn view(&self, now: Instant, owed: Option<Owed>) -> ConnectionView {
        let client = self.client.view();
        let is_open = matches!(client.phase, Phase::Connecting | Phase::Connected);
        let link = self.attempt.link.as_deref().filter(|_| is_open);
        let tls = link.and_then(|link| link.tls.as_ref());
        ConnectionView {
            id: self.id,
            state: self.state(now),
            client_identifier: cut(client.client_identifier, MOST_IDENTIFIER),
            session_present: self.session_present,
            limits: self.limits.clone(),
            filters: self
                .filters
                .iter()
                .map(|filter| self.filter_view(filter))
                .collect(),
            rates: self.meter.rates(now),
            round_trip: self.stream.round_trip,
            queued: client.queued as u64,
            opening: self.opening(now),
            arriving: self.arriving(now),
            overdue: self.overdue(now, owed),
            repeating: self.repeating.is_some(),
            repeated: self.repeated,
            advice: self.advice.iter().map(shortened).collect(),
            lost: match client.phase {
                Phase::Connected if self.cause != CUT_BY_YOU => self.cause.clone(),
                _ => String::new(),
            },
            unverified: tls.is_some_and(|tls| !tls.is_verified),
            link: link.map_or_else(String::new, bridged::link),
        }
    }

    /// What it waits for while it opens.
    fn opening(&self, now: Instant) -> Option<OpeningView> {
        let client = self.client.view();
        let deadline = client.connect_deadline?;
        let is_opening = matches!(self.state(now), ConnectionState::Opening);
        is_opening.then(|| OpeningView {
            for_connack: self.attempt.phase == doctor::Phase::Opened,
            waited: now - self.attempt.since,
            gives_up_in: deadline - now,
        })
    }

    fn filter_view(&self, filter: &Filter) -> FilterView {
        let name = |code: ReasonCode| {
            code.name(PacketType::Suback, self.stream.version)
                .map_or_else(|| format!("0x{:02X}", code.0), str::to_owned)
        };
        FilterView {
            draft: filter.draft.clone(),
            granted: filter.granted.map(name).or_else(|| {
                (!filter.not_sent.is_empty()).then(|| format!("not sent: {}", filter.not_sent))
            }),
            refused: filter.is_refused(),
            messages: filter.messages,
            muted: filter.muted,
        }
    }
}
