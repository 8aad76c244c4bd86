//! What the page asks for, done.

use core::time::Duration;

use mqttscope_shared::Instant;
use std::net::{Ipv4Addr, SocketAddr};

use mqttscope_answers::Answering;
use mqttscope_capture::mark::Mark;
use mqttscope_capture::pcapng::Ends;
use mqttscope_client::{Client, Command as ClientCommand, Phase};
use mqttscope_protocol::{
    Command, ConnectionId, Export, ExportFormat, Looking, MessageDraft, Profile, RecordId, Repeat,
    Report, SubscriptionDraft,
};
use mqttscope_schema::Schemas;
use mqttscope_wire::{PropertiesBuf, Property, ReasonCode, Sender, TopicFilter, TopicFiltersBuf};

use super::{Engine, Transport, searching};
use crate::captures::Captured;
use crate::connection::{Connection, Repeating, Request};
use crate::convert;
use crate::doctor::End;
use crate::export;
use crate::log::Wanted;
use crate::sieve::Facts;
use crate::view::{history, rows};

/// The most packets of a handshake that are given for its picture.
const HANDSHAKE: usize = 64;
/// The most bytes that they have together; a packet that is larger is left out.
const HANDSHAKE_BYTES: u32 = 4 << 20;

impl export::Known for Engine {
    fn ends(&self, id: ConnectionId) -> (Ends, String) {
        self.ends_of(id)
    }

    fn opened_at(&self, id: ConnectionId) -> Option<Instant> {
        self.captures.by_number(id).and_then(Captured::opened_at)
    }

    fn ended(&self, id: ConnectionId) -> Option<export::Ended> {
        self.captures.by_number(id).and_then(Captured::how)
    }

    fn mark(&self, row: RecordId) -> Option<&Mark> {
        self.captures.mark_of(row)
    }
}

impl Engine {
    /// Does what the page asks for. What cannot be done is said in a notice.
    pub fn handle_command(&mut self, now: Instant, command: Command) {
        if command != Command::Drawn {
            self.changed = true;
            self.pace.asked();
        }
        if let Some(id) = command.asks_of()
            && let Some(connection) = self.connections.get_mut(&id)
            && let Some(by_hand) = &mut connection.by_hand
        {
            by_hand.stop();
        }
        match command {
            Command::Connect(id, profile) => self.connect(now, id, *profile),
            Command::Disconnect {
                connection,
                reason_code,
                session_expiry_interval,
            } => self.disconnect(now, connection, reason_code, session_expiry_interval),
            Command::Cut(id) => self.cut(now, id),
            Command::Remove(id) => {
                self.disconnect(now, id, 0, None);
                self.release(now, id);
                self.connections.remove(&id);
                self.rewant();
            }
            Command::Subscribe(id, drafts) => {
                if let Some(connection) = self.connections.get_mut(&id) {
                    let is_asked =
                        |filter: &String| drafts.iter().any(|it| it.topic_filter == *filter);
                    connection.answer_filters.retain(|filter| !is_asked(filter));
                }
                self.subscribe(now, id, drafts);
                self.subscribe_for_answers(now, id);
            }
            Command::Unsubscribe(id, filters) => {
                self.unsubscribe(now, id, &filters);
                self.subscribe_for_answers(now, id);
            }
            Command::Answers(id, answers) => self.set_answers(now, id, answers),
            Command::EditTable(id, edit) => self.edit_table(id, &edit),
            Command::BeginScript {
                connection,
                place,
                run,
                filters,
                edits,
            } => self.begin_script(now, connection, (place, run), (filters, edits)),
            Command::EndScript(id, run) => self.end_script(now, id, run),
            Command::ScriptSays(id, run, says) => self.script_says(now, id, run, says),
            Command::Mute(id, filter, muted) => {
                if let Some(connection) = self.connections.get_mut(&id) {
                    connection.mute(&filter, muted);
                }
                self.rewant();
            }
            Command::Publish(id, draft, None) => self.publish_once(now, id, &draft),
            Command::Publish(id, draft, Some(repeat)) => self.begin(now, id, *draft, repeat),
            Command::SendBytes(id, bytes) => self.send_bytes(now, id, bytes),
            Command::StopRepeating(id) => {
                if let Some(connection) = self.connections.get_mut(&id) {
                    connection.stop_repeating(now);
                }
            }
            Command::Request(id, draft, timeout_ms) => {
                let timeout = Duration::from_millis(timeout_ms.into());
                self.request(now, id, *draft, timeout);
            }
            Command::ClearRetained(id, level) => self.clear_retained(now, id, level),
            Command::Look(looking) => self.look(*looking),
            Command::Drawn => self.pace.drawn(now),
            Command::Inspect(record) => {
                if let Some(mut packet) = rows::packet(&self.log, record) {
                    packet.findings = self.watch.findings_about(record);
                    packet.forms = rows::forms(&self.log, &self.topics, &self.payloads, record);
                    for finding in &mut packet.findings {
                        // One that was cleared or dropped cannot be gone to.
                        let floor = self.log.floor();
                        (finding.packets)
                            .retain(|&it| it.0 >= floor && self.log.entry(it).is_some());
                    }
                    self.answers.push(Report::Packet(packet));
                    let history = history::of(&self.log, &self.topics, &self.payloads, record);
                    self.answers.extend(history.map(Report::History));
                } else if let Some(mut event) = rows::event(&self.log, &self.captures, record) {
                    self.without_done(&mut event);
                    self.answers.push(Report::Event(Box::new(event)));
                } else {
                    self.notice(None, true, "This packet is no longer in the log.");
                }
            }
            Command::Schemas(given) => {
                self.payloads.schemas = Schemas::read(&given);
                // What is on screen was read by those before.
                self.charting.clear();
                let looking = self.looking.clone();
                self.look(looking);
            }
            Command::Handshake(records) => {
                let mut left = HANDSHAKE_BYTES;
                let packets = records.iter().take(HANDSHAKE);
                let fits = |record: &&RecordId| {
                    let size = self.log.get(**record).map_or(0, |record| record.size());
                    let fits = size <= left;
                    left = if fits {
                        left.saturating_sub(size)
                    } else {
                        left
                    };
                    fits
                };
                let packets = packets.filter(fits);
                let packets = packets.filter_map(|&record| rows::timed_packet(&self.log, record));
                self.answers.push(Report::Handshake(packets.collect()));
            }
            Command::Budget(bytes) => self.log.set_budget(bytes),
            Command::StopReading => self.stop_reading(),
            Command::Bridge(address) => self.bridge = Some(address),
            Command::Faults(ask) => self.ask_faults(now, ask),
            Command::Examine(wanted) => self.examine(now, wanted),
            Command::Case(wanted) => self.case(now, wanted),
            Command::Clear => self.clear(),
            Command::Restore => self.restore(),
            Command::ForgetCleared => self.forget_cleared(),
            Command::Export(wanted) => {
                self.export(wanted);
            }
        }
        self.search();
    }

    /// The two ends of a connection for a capture, and what is said of it there. A browser knows neither its own
    /// address nor the server's: they are made up.
    fn ends_of(&self, id: ConnectionId) -> (Ends, String) {
        let number = u16::try_from(id.0 % 10_000).unwrap_or(0);
        let made = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let made = Ends {
            client: made(50_000_u16.saturating_add(number)),
            server: made(1883),
        };
        if let Some((ends, says)) = self.captures.ends(id) {
            return (ends.unwrap_or(made), says);
        }
        let says = self.connections.get(&id).map_or_else(String::new, |own| {
            let address = super::closing::address(&own.profile.target);
            format!("{}: {address}", own.profile.shown_name())
        });
        (made, says)
    }

    /// Another seed for who wants one: a step of a linear congruential generator, without its poor low bits.
    pub(super) const fn next_seed(&mut self) -> u64 {
        self.seed = self
            .seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        self.seed >> 16
    }

    fn connect(&mut self, now: Instant, id: ConnectionId, mut profile: Profile) {
        // They are changed without another connection.
        let answers = core::mem::take(&mut profile.answers);
        let tables = core::mem::take(&mut profile.tables);
        let seed = self.next_seed();
        let made = convert::options(&profile, seed).and_then(|options| {
            let version = options.version;
            Client::new(options)
                .map(|client| (version, client))
                .map_err(|misuse| misuse.to_string())
        });
        let (version, client) = match made {
            Ok(made) => made,
            Err(why) => return self.notice(Some(id), true, format!("Not connected: {why}.")),
        };
        let is_same = |connection: &Connection| {
            connection.stream.version == version
                && connection.profile.client_identifier == profile.client_identifier
                && connection.profile.target == profile.target
        };
        match self.connections.get_mut(&id) {
            // The session goes on where it was left.
            Some(connection)
                if is_same(connection) && connection.client.view().phase == Phase::Idle =>
            {
                let options = client.options().clone();
                if let Err(misuse) = connection.client.set_options(options) {
                    return self.notice(Some(id), true, format!("Not connected: {misuse}."));
                }
                connection.profile = profile;
                connection.cause.clear();
            }
            // Somebody does not want to wait for the next attempt.
            Some(connection)
                if connection.profile == profile
                    && matches!(connection.client.view().phase, Phase::Waiting(_)) => {}
            _ => {
                self.disconnect(now, id, 0, None);
                self.release(now, id);
                let mut new = Connection::new(id, profile, version, client);
                match self.connections.get_mut(&id) {
                    // What its answers know goes on.
                    Some(old) => {
                        core::mem::swap(&mut old.answering, &mut new.answering);
                        new.count_on(old);
                    }
                    None => {
                        new.answering = Answering::new(self.seed);
                        new.answering.set_tables(tables);
                    }
                }
                self.connections.insert(id, new);
            }
        }
        self.set_answers(now, id, answers);
        self.command(now, id, ClientCommand::Connect);
        self.rewant();
    }

    /// Lets a connection's socket go.
    pub(super) fn release(&mut self, now: Instant, id: ConnectionId) {
        self.end_faults(now, id, Sender::Client);
        let socket = self
            .connections
            .get_mut(&id)
            .and_then(|connection| connection.socket.take());
        if let Some(socket) = socket {
            self.sockets.remove(&socket);
            self.unlink(now, id, socket);
            self.transport.push_back(Transport::Close { socket });
        }
    }

    fn disconnect(
        &mut self,
        now: Instant,
        id: ConnectionId,
        reason_code: u8,
        session_expiry_interval: Option<u32>,
    ) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        connection.stop_repeating(now);
        if connection.client.view().phase == Phase::Idle {
            connection.cause.clear();
            return;
        }
        let mut properties = PropertiesBuf::new();
        if let Some(interval) =
            session_expiry_interval.filter(|_| connection.stream.version.is_v5())
        {
            // It is the first property, and every interval is allowed.
            let _ = properties.push(Property::SessionExpiryInterval(interval));
        }
        let command = ClientCommand::Disconnect {
            reason_code: ReasonCode(reason_code),
            properties,
        };
        self.command(now, id, command);
    }

    fn cut(&mut self, now: Instant, id: ConnectionId) {
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.attempt.ended(End::Cut);
        }
        self.release(now, id);
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.client.handle_disconnected(now);
        }
        self.settle(now, id);
    }

    /// Subscribes, with a SUBSCRIBE for each Subscription Identifier: it holds for all filters of its packet.
    pub(super) fn subscribe(
        &mut self,
        now: Instant,
        id: ConnectionId,
        mut drafts: Vec<SubscriptionDraft>,
    ) {
        let connection = self.connections.get(&id);
        let is_v5 = connection.is_some_and(|it| it.stream.version.is_v5());
        while let Some(first) = drafts.first() {
            let identifier = first.subscription_identifier;
            let (alike, others) = drafts
                .into_iter()
                .partition(|draft| !is_v5 || draft.subscription_identifier == identifier);
            self.subscribe_at_once(now, id, alike);
            drafts = others;
        }
    }

    fn subscribe_at_once(
        &mut self,
        now: Instant,
        id: ConnectionId,
        drafts: Vec<SubscriptionDraft>,
    ) {
        let Some(connection) = self.connections.get(&id) else {
            return;
        };
        let (subscriptions, properties) =
            match convert::subscriptions(&drafts, connection.stream.version) {
                Ok(made) => made,
                Err(why) => return self.notice(Some(id), true, format!("Not subscribed: {why}.")),
            };
        let command = ClientCommand::Subscribe {
            subscriptions,
            properties,
        };
        // The filters must be known before the answer is: it may come while the command is done.
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        match connection.client.handle_command(now, command) {
            Ok(ticket) => {
                connection.asked(drafts, ticket);
                self.settle(now, id);
            }
            Err(misuse) => self.notice(Some(id), true, format!("Not subscribed: {misuse}.")),
        }
        self.rewant();
    }

    pub(super) fn unsubscribe(&mut self, now: Instant, id: ConnectionId, filters: &[String]) {
        let mut topic_filters = TopicFiltersBuf::new();
        for filter in filters {
            if let Some(filter) = TopicFilter::new(filter) {
                topic_filters.push(filter);
            }
            if let Some(connection) = self.connections.get_mut(&id) {
                connection.drop_filter(filter);
            }
        }
        if !topic_filters.as_topic_filters().is_empty() {
            let command = ClientCommand::Unsubscribe {
                topic_filters,
                properties: PropertiesBuf::new(),
            };
            self.command(now, id, command);
        }
        self.rewant();
    }

    fn begin(&mut self, now: Instant, id: ConnectionId, draft: MessageDraft, repeat: Repeat) {
        if !self.publish(now, id, &draft) {
            return;
        }
        let left = repeat.times.map(|times| times.saturating_sub(1));
        // A timer faster than this would only build a queue.
        let every = Duration::from_millis(repeat.every_ms.max(10).into());
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.repeated = None;
            connection.repeating = Some(Repeating {
                draft,
                every,
                next: now + every,
                left,
                began: now,
                count: 1,
            });
            if left == Some(0) {
                connection.stop_repeating(now);
            }
        }
    }

    fn request(
        &mut self,
        now: Instant,
        id: ConnectionId,
        mut draft: MessageDraft,
        timeout: Duration,
    ) {
        let made = self.next_seed().to_be_bytes().to_vec();
        let Some(connection) = self.connections.get(&id) else {
            return;
        };
        if !connection.stream.version.is_v5() {
            let text = "Requests with a Response Topic are part of MQTT 5 only.";
            return self.notice(Some(id), true, text);
        }
        let name = connection
            .client
            .view()
            .client_identifier
            .replace(['+', '#'], "_");
        let response_topic = draft
            .properties
            .response_topic
            .get_or_insert_with(|| format!("mqttscope/response/{name}"))
            .clone();
        let correlation_data = draft
            .properties
            .correlation_data
            .get_or_insert_with(|| made.into())
            .to_vec();
        if !connection.has_filter(&response_topic) {
            let subscription = SubscriptionDraft {
                topic_filter: response_topic.clone(),
                qos: 1,
                ..SubscriptionDraft::default()
            };
            self.subscribe(now, id, vec![subscription]);
        }
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.requests.push(Request {
                response_topic,
                correlation_data,
                sent: now,
                until: now + timeout,
            });
        }
        if !self.publish(now, id, &draft)
            && let Some(connection) = self.connections.get_mut(&id)
        {
            connection.requests.pop();
        }
    }

    fn look(&mut self, looking: Looking) {
        self.looking = looking;
        let (sought, is_usable) = searching::view(&self.looking.search);
        if is_usable {
            self.looking.search.trim().clone_into(&mut self.usable);
        }
        self.sought = searching::standing(sought, &self.usable);
        self.rewant();
    }

    fn export(&mut self, mut wanted: Export) {
        match searching::view(&wanted.search) {
            (_, true) => {}
            // What is shown is what is exported.
            _ if wanted.search.trim() == self.looking.search.trim() => {
                wanted.search.clone_from(&self.usable);
            }
            (view, false) => {
                let says = searching::says(&view);
                return self.notice(
                    None,
                    true,
                    format!("Nothing was exported: in the filter, {says}."),
                );
            }
        }
        let facts = Facts {
            connections: Some(&self.connections),
            captures: Some(&self.captures),
            watch: Some(&self.watch),
            minutes_behind: self.minutes_behind,
        };
        if wanted.format == ExportFormat::WireLink {
            return match export::link(&self.log, &self.topics, facts, &wanted) {
                Ok(link) => self.answers.push(Report::Link(link)),
                Err(why) => self.notice(None, true, format!("No link was made: {why}.")),
            };
        }
        let (exported, ports) = export::write(&self.log, &self.topics, facts, &wanted, self);
        self.answers
            .push(if wanted.format == ExportFormat::Recording {
                Report::Recording(exported.bytes)
            } else {
                Report::Exported(exported)
            });
        if let Some(first) = ports.first() {
            let ports: Vec<String> = ports.iter().map(u16::to_string).collect();
            let says = format!(
                "Wireshark knows MQTT by port 1883 only; here the server's is {}: choose Decode As… and MQTT there, or `-d tcp.port=={first},mqtt` with tshark.",
                ports.join(", "),
            );
            self.notice(None, false, says);
        }
    }

    /// Tells the lists what they show.
    pub(super) fn rewant(&mut self) {
        let looking = &self.looking;
        let wanted = Wanted {
            connection: looking.connection,
            search: self.usable.clone(),
            span: looking.span,
            ..Wanted::default()
        };
        let filters = |muted| {
            self.connections
                .values()
                .flat_map(move |connection| connection.filters(muted))
                .collect::<Vec<_>>()
        };
        let muted = filters(true);
        let heard = if muted.is_empty() {
            Vec::new()
        } else {
            filters(false)
        };
        self.messages.want(Wanted {
            messages: true,
            muted,
            heard,
            ..wanted.clone()
        });
        self.flows_sieve.want(&wanted.search);
        let is_of_files = looking.captured.is_some() || self.captures.is_used();
        self.found.want(Wanted {
            connection: looking.connection.filter(|_| !is_of_files),
            ..wanted.clone()
        });
        self.wire.want(wanted);
        self.timeline.want(looking.connection);
        self.found.time(looking.connection, &self.log);
        self.charting.want(
            &looking.chart_topic,
            &looking.chart_path,
            looking.connection,
            self.captures.is_used(),
        );
    }
}
