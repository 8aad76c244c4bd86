//! Messages that are answered, and timers: what came goes to the answers of its connection, and what they say is published.

use core::time::Duration;

use mqttscope_answers::{
    Answer, Answering, Incoming, Reply, ScriptSays, TableEdit, includes, topic_filter,
};
use mqttscope_client::{Command as ClientCommand, Phase};
use mqttscope_filter::covers;
use mqttscope_protocol::{
    AnswersView, ConnectionId, MessageDraft, MessageProperties, RecordId, Report, SubscriptionDraft,
};
use mqttscope_shared::{Instant, Message};
use mqttscope_wire::TopicFilter;

use super::Engine;
use crate::connection::Connection;
use crate::convert;

/// The time between two reports of what answers did.
const BETWEEN_REPORTS: Duration = Duration::from_millis(250);

impl Engine {
    /// Answers a message. What is published goes out with what the client has to send next: no event is
    /// handled within another one, however many come at once.
    #[inline(never)]
    pub(super) fn respond(&mut self, now: Instant, id: ConnectionId, message: &Message) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        let topic = message.topic_name();
        if !connection.answering.wants(topic.as_str()) {
            return;
        }
        let payloads = &self.payloads;
        connection.publish_replies(now, |answering, copies| {
            Incoming::with(message, |incoming| {
                // The births up to now count: the message is in the log already.
                let (now_on, body) = (RecordId(u64::MAX), incoming.payload);
                let read = || payloads.value(incoming.topic, now_on, body, incoming.content_type);
                answering.handle(now, &incoming.read_by(&read), copies)
            })
        });
        self.tell_scripts(id);
    }

    /// Tells scripts what there is for them, at once: they wait for no drawing.
    fn tell_scripts(&mut self, id: ConnectionId) {
        if let Some(connection) = self.connections.get_mut(&id) {
            let news = connection.answering.take_script_news().into_iter();
            (self.answers).extend(news.map(|news| Report::Script(id, news.into())));
        }
    }

    /// A script of a connection runs; see [`Answering::begin_script`].
    pub(super) fn begin_script(
        &mut self,
        now: Instant,
        id: ConnectionId,
        (place, run): (u32, u32),
        (filters, edits): (Vec<String>, u64),
    ) {
        if let Some(connection) = self.connections.get_mut(&id) {
            let answering = &mut connection.answering;
            answering.begin_script(place as usize, run, filters, edits);
            self.want_for_answers(now, id);
            self.tell_scripts(id);
        }
    }

    /// A run of a script is over.
    pub(super) fn end_script(&mut self, now: Instant, id: ConnectionId, run: u32) {
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.answering.end_script(run);
            self.want_for_answers(now, id);
        }
    }

    /// Does what a script says.
    pub(super) fn script_says(
        &mut self,
        now: Instant,
        id: ConnectionId,
        run: u32,
        says: Vec<ScriptSays>,
    ) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        let is_open = connection.client.view().phase == Phase::Connected;
        let waits = says.iter().any(|one| matches!(one, ScriptSays::Filters(_)));
        connection.publish_replies(now, |answering, copies| {
            answering.handle_script(now, run, says, is_open, copies)
        });
        self.settle(now, id);
        if waits {
            self.want_for_answers(now, id);
        }
        self.tell_scripts(id);
    }

    /// Does what is due on the timers of a connection's answers.
    pub(super) fn handle_timers(&mut self, now: Instant, id: ConnectionId) {
        if let Some(connection) = self.connections.get_mut(&id)
            && connection.next_timer().is_some_and(|next| next <= now)
        {
            connection.publish_replies(now, |answering, copies| {
                answering.handle_timers(now, copies)
            });
            self.changed = true;
            self.tell_scripts(id);
        }
    }

    /// Starts the timers of a connection's answers, where it is open.
    pub(super) fn start_timers(&mut self, now: Instant, id: ConnectionId) {
        if let Some(connection) = self.connections.get_mut(&id)
            && connection.client.view().phase == Phase::Connected
        {
            let client = connection.client.view().client_identifier.to_owned();
            connection.answering.set_client(&client);
            connection.answering.start_timers(now);
        }
    }

    /// Answers so from now on.
    pub(super) fn set_answers(&mut self, now: Instant, id: ConnectionId, answers: Vec<Answer>) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        connection.answers_changed |=
            !answers.is_empty() || !connection.answering.answers().is_empty();
        connection.answering.set_answers(answers);
        self.want_for_answers(now, id);
        self.start_timers(now, id);
    }

    /// The client gives the messages that answers wait for, and subscribes to them.
    fn want_for_answers(&mut self, now: Instant, id: ConnectionId) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        let filters = connection.answering.filters();
        let wanted = filters
            .map(|filter| topic_filter(filter).to_owned())
            .collect();
        connection.client.set_wanted(wanted);
        self.subscribe_for_answers(now, id);
    }

    /// Changes a table as a person wants it.
    pub(super) fn edit_table(&mut self, id: ConnectionId, edit: &TableEdit) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        connection.answers_changed = true;
        if !connection.answering.edit(edit) {
            let says = "The table has changed meanwhile, or has no room: your change was not made.";
            self.notice(Some(id), true, says);
        }
        self.tell_scripts(id);
    }

    /// Subscribes to what answers are there for and no subscription of a person brings, and to nothing else
    /// for them. One message must not come twice because of it: it would be answered twice.
    pub(super) fn subscribe_for_answers(&mut self, now: Instant, id: ConnectionId) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        if connection.client.view().phase != Phase::Connected {
            return;
        }
        let is_v5 = connection.stream.version.is_v5();
        let needed = needed(connection);
        let before = core::mem::replace(&mut connection.answer_filters, needed.clone());
        let gone = before.into_iter().filter(|filter| !needed.contains(filter));
        let gone: Vec<String> = gone.collect();
        let new = needed
            .into_iter()
            .filter(|filter| !connection.knows_filter(filter));
        let new = new.map(|topic_filter| SubscriptionDraft {
            qos: 2,
            //= [MQTT-3.8.3-4] v5: a shared subscription has no No Local
            no_local: is_v5
                && TopicFilter::new(&topic_filter).is_some_and(|it| it.shared().is_none()),
            topic_filter,
            ..SubscriptionDraft::default()
        });
        let new: Vec<_> = new.collect();
        if !gone.is_empty() {
            self.unsubscribe(now, id, &gone);
        }
        // One packet has one Subscription Identifier and its User Properties; these have none.
        if !new.is_empty() {
            self.subscribe(now, id, new);
        }
    }

    /// Tells what answers did since it was told last.
    pub(super) fn report_answers(&mut self, now: Instant, reports: &mut Vec<Report>) {
        for connection in self.connections.values_mut() {
            if !connection.answers_changed {
                continue;
            }
            if now < connection.answers_told + BETWEEN_REPORTS {
                self.changed = true;
                continue;
            }
            connection.answers_changed = false;
            connection.answers_told = now;
            let answering = &mut connection.answering;
            let is_changed = answering.take_changed();
            reports.push(Report::Answers(Box::new(AnswersView {
                connection: connection.id,
                tallies: answering.tallies().to_vec(),
                lines: answering.lines().cloned().collect(),
                tables: is_changed.then(|| answering.tables().to_vec()),
            })));
        }
    }
}

impl Connection {
    /// When a timer of its answers runs out; none: it is not open.
    pub(crate) fn next_timer(&self) -> Option<Instant> {
        let is_open = self.client.view().phase == Phase::Connected;
        self.answering.next_timer().filter(|_| is_open)
    }

    /// Publishes what its answers give.
    fn publish_replies(
        &mut self,
        now: Instant,
        work: impl FnOnce(&mut Answering, &dyn Fn(&str) -> u32) -> Vec<Reply>,
    ) {
        let mut answering = core::mem::replace(&mut self.answering, Answering::new(0));
        let version = self.stream.version;
        // What No Local holds back does not come back.
        let comes = |draft: &SubscriptionDraft| !(version.is_v5() && draft.no_local);
        let copies = |topic: &str| {
            let drafts = self.subscribed().filter(|draft| comes(draft));
            drafts
                .filter(|draft| covers(&draft.topic_filter, topic))
                .count() as u32
        };
        let replies = work(&mut answering, &copies);
        for reply in replies {
            let topic = reply.topic.clone();
            let done =
                convert::message(&draft_of(reply), version).and_then(|(message, topic_alias)| {
                    let command = ClientCommand::Publish {
                        message,
                        topic_alias,
                    };
                    let done = self.client.handle_command(now, command);
                    done.map_err(|misuse| misuse.to_string())
                });
            if let Err(why) = done {
                answering.not_published(now, &topic, &why);
            }
        }
        self.answering = answering;
        self.answers_changed = true;
    }
}

/// The filters of answers that none of a person's own subscriptions includes.
fn needed(connection: &Connection) -> Vec<String> {
    let is_own =
        |draft: &&SubscriptionDraft| !connection.answer_filters.contains(&draft.topic_filter);
    let own: Vec<&str> = (connection.subscribed().filter(is_own))
        .map(|draft| draft.topic_filter.as_str())
        .collect();
    let mut needed: Vec<String> = Vec::new();
    for filter in connection.answering.filters() {
        let has = own.iter().any(|own| includes(own, filter))
            || needed.iter().any(|other| includes(other, filter));
        if !has {
            needed.retain(|other| !includes(filter, other));
            needed.push(filter.to_owned());
        }
    }
    needed
}

fn draft_of(reply: Reply) -> MessageDraft {
    MessageDraft {
        topic: reply.topic,
        payload: reply.payload,
        qos: reply.qos,
        retain: reply.retain,
        properties: MessageProperties {
            content_type: reply.content_type,
            correlation_data: reply.correlation_data.map(Into::into),
            user_properties: reply.user_properties,
            ..MessageProperties::default()
        },
    }
}
